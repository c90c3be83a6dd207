//! Reading what peers send: strictly where it is about safety, leniently where it is about spelling.
//!
//! Strict: UTF-8, one value, at most 64 deep, no key twice in an object (two readers could see two documents), no NUL,
//! bounded arrays and objects. Lenient: ActivityStreams lets most properties be one value or many, an id or an object,
//! a text or a map of languages, and peers use every spelling. The functions below read all of them.

use std::cell::Cell;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

use super::id::Id;

/// The deepest nesting that is read.
pub const DEPTH_LIMIT: usize = 64;
/// The most items of one array, and the most keys of one object.
pub const ITEM_LIMIT: usize = 1_000;
/// The most values of one document. Without it a body of 1 MiB could grow a hundredfold in memory: an object of one key
/// takes 8 bytes to send and more than 600 to hold.
pub const VALUE_LIMIT: usize = 50_000;

/// The `Public` collection: everybody.
pub const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// What is wrong with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// Not JSON, not UTF-8, or more than one value.
    Syntax,
    /// Nested too deep.
    Depth,
    /// A key stands twice in one object.
    DuplicateKey,
    /// A string or key has a NUL character.
    Nul,
    /// An array, an object or the whole document has too many values.
    TooManyItems,
    /// The document is no object.
    NotAnObject,
}

/// Why a document is refused, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct JsonError {
    /// The kind of flaw.
    pub flaw: Flaw,
    message: String,
}

/// Reads one JSON object.
///
/// # Errors
/// [`JsonError`] with the place of the flaw.
pub fn parse(bytes: &[u8]) -> Result<Map<String, Value>, JsonError> {
    match parse_value(bytes)? {
        Value::Object(object) => Ok(object),
        _ => Err(JsonError { flaw: Flaw::NotAnObject, message: "the document is not a JSON object".to_owned() }),
    }
}

/// Reads one JSON value of any kind.
///
/// # Errors
/// [`JsonError`] with the place of the flaw.
pub fn parse_value(bytes: &[u8]) -> Result<Value, JsonError> {
    let flaw = Cell::new(Flaw::Syntax);
    // Looked at once for all strings; a bare NUL is no JSON, so only a spelled one can come through.
    let text = std::str::from_utf8(bytes)
        .map_err(|error| JsonError { flaw: Flaw::Syntax, message: format!("the document is not UTF-8: {error}") })?;
    let nul = text.contains("\\u0000");
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let seed = Strict { depth: 0, nul, left: &Cell::new(VALUE_LIMIT), flaw: &flaw };
    seed.deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| JsonError { flaw: flaw.get(), message: error.to_string() })
}

#[derive(Clone, Copy)]
struct Strict<'f> {
    depth: usize,
    /// May a string have a NUL?
    nul: bool,
    left: &'f Cell<usize>,
    flaw: &'f Cell<Flaw>,
}

impl Strict<'_> {
    fn fail<E: serde::de::Error>(&self, flaw: Flaw, message: impl fmt::Display) -> E {
        self.flaw.set(flaw);
        E::custom(message)
    }

    fn text<E: serde::de::Error>(&self, text: &str) -> Result<(), E> {
        if self.nul && text.as_bytes().contains(&0) {
            return Err(self.fail(Flaw::Nul, "a string has a NUL character"));
        }
        Ok(())
    }

    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth >= DEPTH_LIMIT {
            return Err(self.fail(Flaw::Depth, format_args!("it is nested more than {DEPTH_LIMIT} deep")));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let Some(left) = self.left.get().checked_sub(1) else {
            return Err(self.fail(Flaw::TooManyItems, format_args!("the document has more than {VALUE_LIMIT} values")));
        };
        self.left.set(left);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Value, E> {
        self.text(text)?;
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E: serde::de::Error>(self, text: String) -> Result<Value, E> {
        self.text(&text)?;
        Ok(Value::String(text))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            if list.len() == ITEM_LIMIT {
                return Err(self.fail(Flaw::TooManyItems, format_args!("an array has more than {ITEM_LIMIT} items")));
            }
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            self.text(&key)?;
            if object.len() == ITEM_LIMIT {
                return Err(self.fail(Flaw::TooManyItems, format_args!("an object has more than {ITEM_LIMIT} keys")));
            }
            match object.entry(key) {
                Entry::Vacant(place) => place.insert(entries.next_value_seed(inner)?),
                Entry::Occupied(twice) => {
                    let key: String = twice.key().chars().take(60).collect();
                    let message = format_args!("the key {key:?} stands twice in one object");
                    return Err(self.fail(Flaw::DuplicateKey, message));
                }
            };
        }
        Ok(Value::Object(object))
    }
}

/// The value under a key; null is the same as absent.
#[must_use]
pub fn get<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    value.get(key).filter(|value| !value.is_null())
}

/// The values under a key: none, one, or each item of an array.
pub fn each<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> + use<'v> {
    let found = get(value, key);
    let many = found.and_then(Value::as_array).map(Vec::as_slice);
    let one = if many.is_some() { None } else { found };
    one.into_iter().chain(many.unwrap_or_default()).filter(|item| !item.is_null())
}

/// A text under a key, if it is one and not empty.
#[must_use]
pub fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    each(value, key).find_map(Value::as_str).filter(|text| !text.is_empty())
}

/// A text under a key or in its map of languages (`contentMap`), and the language if it is told.
///
/// When both are there, the language is the one whose text is the plain one. A map under the plain key is read too.
#[must_use]
pub fn text_in_language<'v>(value: &'v Value, key: &str) -> Option<(&'v str, Option<&'v str>)> {
    let map = [&format!("{key}Map"), key].into_iter().find_map(|key| get(value, key)?.as_object());
    let mut languages = map.into_iter().flatten().filter_map(|(language, text)| Some((language, text.as_str()?)));
    match text(value, key) {
        Some(plain) => Some((plain, languages.find(|(_, text)| *text == plain).map(|(language, _)| language.as_str()))),
        None => languages.find(|(_, text)| !text.is_empty()).map(|(language, text)| (text, Some(language.as_str()))),
    }
}

/// The types of an object, as text: `type` may be one or many, `@type` is read too.
pub fn types(value: &Value) -> impl Iterator<Item = &str> {
    let key = if value.get("type").is_some() { "type" } else { "@type" };
    each(value, key).filter_map(Value::as_str)
}

/// Is it of this type?
#[must_use]
pub fn is_a(value: &Value, kind: &str) -> bool {
    types(value).any(|found| found == kind)
}

/// The id that a value names: itself when it is text, its `id` (`@id`) when it is an object, its `href` when a Link.
#[must_use]
pub fn id_text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        Value::Object(object) => ["id", "@id", "href"].iter().find_map(|key| object.get(*key)?.as_str()),
        _ => None,
    }
}

/// The first id under a key that is an http(s) id.
#[must_use]
pub fn id(value: &Value, key: &str) -> Option<Id> {
    each(value, key).filter_map(id_text).find_map(|text| Id::parse(text).ok())
}

/// Every http(s) id under a key.
pub fn ids<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = Id> + use<'v> {
    each(value, key).filter_map(id_text).filter_map(|text| Id::parse(text).ok())
}

/// A link to look at: text, a Link, or a list of these, where HTML is preferred.
#[must_use]
pub fn url(value: &Value, key: &str) -> Option<Id> {
    let html = |item: &&Value| text(item, "mediaType").is_some_and(|kind| kind.starts_with("text/html"));
    let link = |item: &Value| match item {
        Value::String(text) => Id::parse(text).ok(),
        Value::Object(_) => each(item, "href").find_map(|href| Id::parse(href.as_str()?).ok()),
        _ => None,
    };
    each(value, key).filter(html).find_map(link).or_else(|| each(value, key).find_map(link))
}

/// A time. RFC 3339 with an offset is the rule; a time without one is taken as UTC, as its senders mean it.
#[must_use]
pub fn time(value: &Value, key: &str) -> Option<Timestamp> {
    let text = text(value, key)?;
    text.parse::<Timestamp>().ok().or_else(|| jiff::tz::TimeZone::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok())
}

/// True or false, also when it is spelled as text.
#[must_use]
pub fn boolean(value: &Value, key: &str) -> Option<bool> {
    match get(value, key)? {
        Value::Bool(value) => Some(*value),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// A whole number that is not negative, also when it is spelled as text.
#[must_use]
pub fn whole(value: &Value, key: &str) -> Option<u64> {
    match get(value, key)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// Is this the `Public` collection, in any of its three spellings?
#[must_use]
pub fn is_public(id: &str) -> bool {
    matches!(id, PUBLIC | "as:Public" | "Public")
}

/// Does the document speak ActivityStreams? A document without any `@context` is taken as one, as most readers do.
#[must_use]
pub fn has_activitystreams_context(value: &Value) -> bool {
    const NAMESPACE: &str = "www.w3.org/ns/activitystreams";
    let names = |text: &str| {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        rest.is_some_and(|rest| rest.strip_suffix('#').unwrap_or(rest) == NAMESPACE)
    };
    get(value, "@context").is_none() || each(value, "@context").any(|context| context.as_str().is_some_and(names))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn flaw(text: &[u8]) -> Flaw {
        parse(text).expect_err("it is refused").flaw
    }

    #[test]
    fn what_two_readers_could_read_differently_is_refused() {
        assert_eq!(flaw(br#"{"id":"a","id":"b"}"#), Flaw::DuplicateKey);
        assert_eq!(flaw(br#"{"a":[{"x":1,"x":1}]}"#), Flaw::DuplicateKey);
        assert_eq!(flaw(br#"{"a":"\u0000"}"#), Flaw::Nul);
        assert_eq!(flaw(br#"{"\u0000":1}"#), Flaw::Nul);
        assert_eq!(flaw(b"{\"a\":\"\xff\"}"), Flaw::Syntax);
        assert_eq!(flaw(br#"{} {}"#), Flaw::Syntax);
        assert_eq!(flaw(b"[]"), Flaw::NotAnObject);
        assert_eq!(flaw(b""), Flaw::Syntax);
        let error = parse(br#"{"id":"a","id":"b"}"#).unwrap_err();
        assert_eq!(error.to_string(), "the key \"id\" stands twice in one object at line 1 column 14");
    }

    #[test]
    fn depth_and_length_have_an_end() {
        let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(nested(DEPTH_LIMIT - 1).as_bytes()).is_ok());
        assert_eq!(flaw(nested(DEPTH_LIMIT).as_bytes()), Flaw::Depth);
        assert_eq!(flaw(nested(100_000).as_bytes()), Flaw::Depth);
        let list = |items: usize| format!("{{\"a\":[{}1]}}", "1,".repeat(items - 1));
        assert!(parse(list(ITEM_LIMIT).as_bytes()).is_ok());
        assert_eq!(flaw(list(ITEM_LIMIT + 1).as_bytes()), Flaw::TooManyItems);
        let lists = |lists: usize| format!("{{\"a\":[{}[]]}}", format!("[{}1],", "1,".repeat(998)).repeat(lists));
        assert!(parse(lists(49).as_bytes()).is_ok());
        assert_eq!(flaw(lists(50).as_bytes()), Flaw::TooManyItems);
    }

    #[test]
    fn every_spelling_is_read() {
        let note = json!({
            "type": ["Note", "Proposal"], "to": "as:Public", "cc": [{"id": "https://a.example/f"}, "https://b.example/f", null],
            "contentMap": {"nl": "hoi"}, "url": [{"type": "Link", "mediaType": "video/mp4", "href": "https://a.example/v"},
            {"type": "Link", "mediaType": "text/html", "href": "https://a.example/h"}],
            "published": "2026-12-01T09:00:00", "updated": "2026-12-01T10:00:00+01:00", "sensitive": "true", "width": "7", "summary": null,
        });
        assert!(is_a(&note, "Note") && is_a(&note, "Proposal"));
        assert!(each(&note, "to").filter_map(id_text).all(is_public));
        assert_eq!(
            ids(&note, "cc").map(|id| id.to_string()).collect::<Vec<_>>(),
            ["https://a.example/f", "https://b.example/f"]
        );
        assert_eq!(text_in_language(&note, "content"), Some(("hoi", Some("nl"))));
        assert_eq!(url(&note, "url").unwrap().as_str(), "https://a.example/h");
        assert_eq!(time(&note, "published"), time(&note, "updated"));
        assert_eq!(
            (boolean(&note, "sensitive"), whole(&note, "width"), text(&note, "summary")),
            (Some(true), Some(7), None)
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse_value(&bytes);
        }

        #[test]
        fn what_is_accepted_is_what_the_library_reads(text in r#"[\[\]{}:,"a0-9.eE+\- ]{0,40}"#) {
            if let Ok(value) = parse_value(text.as_bytes()) {
                prop_assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
            }
        }
    }
}
