//! Objects as received: posts of every kind (ActivityStreams 2.0 vocabulary, peers' habits).
//!
//! Everything is bounded here, so that nobody further in has to count. HTML is left as sent and named so; it is
//! cleaned where it is taken in.

use jiff::Timestamp;
use serde_json::Value;

use super::activity::Audience;
use super::id::Id;
use super::json;
use super::language;

/// The longest content that is read, in bytes; more is cut by refusing the object.
pub const CONTENT_LIMIT: usize = 512 * 1024;
/// The most characters of a name or a content warning.
pub const NAME_LIMIT: usize = 2_000;
/// The most attachments that are kept.
pub const ATTACHMENT_LIMIT: usize = 32;
/// The most mentions, and the most hashtags, that are kept.
pub const TAG_LIMIT: usize = 100;
/// The most options of a question that are kept.
pub const OPTION_LIMIT: usize = 50;

/// What sort of object it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ObjectKind {
    /// A short text.
    Note,
    /// A long text.
    Article,
    /// A page (Lemmy's posts).
    Page,
    /// A question with options.
    Question,
    /// Something at a time.
    Event,
    /// A picture.
    Image,
    /// A sound.
    Audio,
    /// A film.
    Video,
    /// A file.
    Document,
    /// A proposal that is no Note (FEP-0837).
    Proposal,
}

impl ObjectKind {
    const ALL: [(&'static str, Self); 10] = [
        ("Note", Self::Note),
        ("Article", Self::Article),
        ("Page", Self::Page),
        ("Question", Self::Question),
        ("Event", Self::Event),
        ("Image", Self::Image),
        ("Audio", Self::Audio),
        ("Video", Self::Video),
        ("Document", Self::Document),
        ("Proposal", Self::Proposal),
    ];

    /// The type's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("Object", |(name, _)| name)
    }

    /// The kind of an object; of several types the first that is known counts.
    #[must_use]
    pub fn of(value: &Value) -> Option<Self> {
        json::types(value).find_map(|name| Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind))
    }

    /// Is its text the thing itself (a Note) or does it only accompany it (a film)?
    #[must_use]
    pub fn is_text(self) -> bool {
        matches!(self, Self::Note | Self::Article | Self::Page | Self::Question | Self::Proposal)
    }
}

/// Why a document is not taken as an object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ObjectError {
    /// None of the types that can be shown.
    #[error("objects of type {0:?} are not shown here")]
    Type(String),
    /// `id` is missing or no http(s) URL.
    #[error("`id` is missing or is not an http(s) URL")]
    NoId,
    /// Nobody is said to have made it.
    #[error("`attributedTo` is missing")]
    NoAuthor,
    /// Its author lives elsewhere than it does (FEP-fe34).
    #[error("`attributedTo` is on another origin than `id`")]
    ForeignAuthor,
    /// The text is too long.
    #[error("`content` has {0} bytes; at most {CONTENT_LIMIT} pass")]
    TooLong(usize),
}

/// Something at a URL that belongs to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedAttachment {
    /// Where it is.
    pub url: Id,
    /// Such as `image/png`.
    pub media_type: Option<String>,
    /// What it shows, for those who cannot see it.
    pub name: Option<String>,
    /// In pixels.
    pub width: Option<u32>,
    /// In pixels.
    pub height: Option<u32>,
}

/// An object that somebody sent or that was fetched; nothing in it is believed because it stands here.
#[derive(Debug, Clone, PartialEq)]
pub struct ReceivedObject {
    /// Its id.
    pub id: Id,
    /// What sort it is.
    pub kind: ObjectKind,
    /// Who made it; on the same origin as `id`.
    pub author: Id,
    /// A title, plain text.
    pub name: Option<String>,
    /// HTML, as sent.
    pub content_unsanitised: String,
    /// The language of the content, if told.
    pub language: Option<String>,
    /// What it was written as: text and media type.
    pub source: Option<(String, String)>,
    /// A content warning or abstract; may hold HTML, as sent.
    pub summary_unsanitised: Option<String>,
    /// Hidden until asked for.
    pub sensitive: bool,
    /// To whom.
    pub audience: Audience,
    /// What it answers.
    pub in_reply_to: Option<Id>,
    /// The grouping it belongs to (`context`, else `conversation`).
    pub context: Option<String>,
    /// Where people look at it.
    pub url: Option<Id>,
    /// Pictures, files, links.
    pub attachments: Vec<ReceivedAttachment>,
    /// Whom it mentions: actor and the handle as spelled.
    pub mentions: Vec<(Id, String)>,
    /// Hashtags without `#`.
    pub hashtags: Vec<String>,
    /// A question's options.
    pub options: Vec<String>,
    /// When it came into the world.
    pub published: Option<Timestamp>,
    /// When it changed last.
    pub updated: Option<Timestamp>,
    /// When it starts (events) or opens.
    pub start_time: Option<Timestamp>,
    /// When it ends.
    pub end_time: Option<Timestamp>,
}

impl ReceivedObject {
    /// Reads an object that can be shown as a post.
    ///
    /// # Errors
    /// [`ObjectError`] naming the part that is missing or wrong.
    pub fn read(value: &Value) -> Result<Self, ObjectError> {
        let kind = ObjectKind::of(value).ok_or_else(|| {
            ObjectError::Type(json::types(value).next().unwrap_or_default().chars().take(60).collect())
        })?;
        let id = json::get(value, "id").or_else(|| json::get(value, "@id")).and_then(Value::as_str);
        let id = id.and_then(|text| Id::parse(text).ok()).ok_or(ObjectError::NoId)?;
        let author = author(value, &id)?;
        let (content, language) = json::text_in_language(value, "content").unwrap_or_default();
        if content.len() > CONTENT_LIMIT {
            return Err(ObjectError::TooLong(content.len()));
        }
        Ok(Self {
            kind,
            author,
            name: json::text_in_language(value, "name").map(|(text, _)| cut(text, NAME_LIMIT)),
            content_unsanitised: content.to_owned(),
            language: language.filter(|tag| language::is_well_formed(tag)).map(str::to_owned),
            source: source(value),
            summary_unsanitised: json::text_in_language(value, "summary").map(|(text, _)| cut(text, NAME_LIMIT)),
            sensitive: json::boolean(value, "sensitive")
                .or_else(|| json::boolean(value, "as:sensitive"))
                .unwrap_or(false),
            audience: Audience::of(value),
            in_reply_to: json::id(value, "inReplyTo"),
            context: ["context", "conversation"]
                .iter()
                .find_map(|key| json::each(value, key).find_map(json::id_text))
                .filter(|text| text.len() <= super::id::ID_LIMIT)
                .map(str::to_owned),
            url: json::url(value, "url"),
            attachments: attachments(value, kind),
            mentions: mentions(value),
            hashtags: hashtags(value),
            options: options(value),
            published: json::time(value, "published"),
            updated: json::time(value, "updated"),
            start_time: json::time(value, "startTime"),
            end_time: json::time(value, "endTime"),
            id,
        })
    }
}

/// The first of `attributedTo` (or, as Mobilizon sends, `actor`) that lives where the object does.
///
/// PeerTube names a person and a channel; both live on the object's origin.
fn author(value: &Value, id: &Id) -> Result<Id, ObjectError> {
    let mut authors = json::ids(value, "attributedTo").chain(json::ids(value, "actor")).peekable();
    if authors.peek().is_none() {
        return Err(ObjectError::NoAuthor);
    }
    authors.find(|author| author.same_origin(id)).ok_or(ObjectError::ForeignAuthor)
}

fn cut(text: &str, limit: usize) -> String {
    text.chars().take(limit).collect()
}

fn source(value: &Value) -> Option<(String, String)> {
    let source = json::get(value, "source")?;
    let content = json::text(source, "content").filter(|text| text.len() <= CONTENT_LIMIT)?;
    Some((content.to_owned(), cut(json::text(source, "mediaType").unwrap_or("text/plain"), 100)))
}

fn attachments(value: &Value, kind: ObjectKind) -> Vec<ReceivedAttachment> {
    let read = |item: &Value| {
        let url = match item {
            Value::String(text) => Id::parse(text).ok(),
            _ => json::url(item, "url").or_else(|| json::url(item, "href")),
        }?;
        let pixels = |key| json::whole(item, key).and_then(|number| u32::try_from(number).ok());
        let media_type = json::text(item, "mediaType").or_else(|| {
            // PeerTube and others tell the type on the link inside.
            json::each(item, "url").find_map(|link| json::text(link, "mediaType"))
        });
        Some(ReceivedAttachment {
            url,
            media_type: media_type.map(|text| cut(text, 100)),
            name: json::text_in_language(item, "name")
                .or_else(|| json::text_in_language(item, "summary"))
                .map(|(text, _)| cut(text, NAME_LIMIT)),
            width: pixels("width"),
            height: pixels("height"),
        })
    };
    // A profile-like field (PropertyValue) among attachments is no attachment.
    let own = json::each(value, "attachment").filter(|item| !json::is_a(item, "PropertyValue"));
    let pictures = json::each(value, "image")
        .filter(|_| matches!(kind, ObjectKind::Event | ObjectKind::Article | ObjectKind::Page));
    own.chain(pictures).filter_map(read).take(ATTACHMENT_LIMIT).collect()
}

fn mentions(value: &Value) -> Vec<(Id, String)> {
    json::each(value, "tag")
        .filter(|tag| json::is_a(tag, "Mention"))
        .filter_map(|tag| {
            let href = json::each(tag, "href").find_map(|href| Id::parse(href.as_str()?).ok())?;
            Some((href, cut(json::text(tag, "name").unwrap_or_default(), 300)))
        })
        .take(TAG_LIMIT)
        .collect()
}

fn hashtags(value: &Value) -> Vec<String> {
    json::each(value, "tag")
        .filter(|tag| json::is_a(tag, "Hashtag") || tag.is_string())
        .filter_map(|tag| tag.as_str().or_else(|| json::text(tag, "name")))
        .map(|name| cut(name.trim_start_matches('#').trim(), 100))
        .filter(|name| !name.is_empty())
        .take(TAG_LIMIT)
        .collect()
}

fn options(value: &Value) -> Vec<String> {
    let key = if json::get(value, "oneOf").is_some() { "oneOf" } else { "anyOf" };
    json::each(value, key)
        .filter_map(|option| json::text_in_language(option, "name"))
        .map(|(text, _)| cut(text, 200))
        .take(OPTION_LIMIT)
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_note_is_read_in_any_spelling() {
        let note = json!({
            "type": "Note", "id": "https://a.example/n/1", "attributedTo": [{"type": "Person", "id": "https://a.example/u"}],
            "contentMap": {"nl": "<p>hoi</p>"}, "to": "as:Public", "inReplyTo": {"id": "https://b.example/n/2"},
            "conversation": "tag:a.example,2026:1",
            "attachment": {"type": "Document", "mediaType": "image/png", "url": "https://a.example/p.png", "name": null, "width": "640"},
            "tag": [{"type": "Mention", "href": "https://b.example/u", "name": "@bo@b.example"}, {"type": "Hashtag", "name": "#Tea"}, null],
        });
        let read = ReceivedObject::read(&note).unwrap();
        assert_eq!((read.content_unsanitised.as_str(), read.language.as_deref()), ("<p>hoi</p>", Some("nl")));
        assert_eq!(read.attachments.len(), 1);
        assert_eq!(read.attachments[0].width, Some(640));
        assert_eq!((read.hashtags, read.mentions.len()), (vec!["Tea".to_owned()], 1));
        assert_eq!(read.in_reply_to.unwrap().as_str(), "https://b.example/n/2");
        assert_eq!(read.context.as_deref(), Some("tag:a.example,2026:1"));
    }

    #[test]
    fn nobody_speaks_for_somebody_on_another_origin() {
        let note = |author: Value| json!({"type": "Note", "id": "https://a.example/n/1", "attributedTo": author, "content": "x"});
        assert_eq!(ReceivedObject::read(&note(json!("https://b.example/u"))), Err(ObjectError::ForeignAuthor));
        assert_eq!(ReceivedObject::read(&note(json!(null))), Err(ObjectError::NoAuthor));
        let both = json!(["https://b.example/u", "https://a.example/u"]);
        assert_eq!(ReceivedObject::read(&note(both)).unwrap().author.as_str(), "https://a.example/u");
        let odd = json!({"type": "Wave", "id": "https://a.example/n/1", "attributedTo": "https://a.example/u"});
        assert_eq!(ReceivedObject::read(&odd).unwrap_err().to_string(), "objects of type \"Wave\" are not shown here");
    }
}
