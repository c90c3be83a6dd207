//! Entity tags: a name for the very bytes of an answer (RFC 9110, section 8.8.3).

use std::fmt::Write;

use actix_web::http::header::{HeaderMap, HeaderValue, IF_NONE_MATCH};
use sha2::{Digest, Sha256};

/// The strong entity tag of these bytes: half of their SHA-256, quoted.
#[must_use]
pub fn of(bytes: &[u8]) -> HeaderValue {
    let tag = format!("\"{}\"", hex(&Sha256::digest(bytes), 16));
    HeaderValue::try_from(tag).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

/// Does the asker hold these bytes already? Compared weakly, as RFC 9110, section 13.1.2, asks for.
#[must_use]
pub fn is_held(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let tag = tag.as_bytes();
    headers
        .get_all(IF_NONE_MATCH)
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .any(|held| held == b"*" || held.strip_prefix(b"W/").unwrap_or(held) == tag)
}

/// The first bytes of a hash as hexadecimal digits.
#[must_use]
pub fn hex(hash: &[u8], bytes: usize) -> String {
    hash.iter().take(bytes).fold(String::with_capacity(2 * bytes), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asker_holds_what_it_names_in_any_form() {
        let tag = of(b"harbor");
        let text = tag.to_str().unwrap();
        assert_eq!(text.len(), 34);
        assert_ne!(tag, of(b"loft"));
        let asks = |value: String| {
            let mut headers = HeaderMap::new();
            headers.append(IF_NONE_MATCH, HeaderValue::try_from(value).unwrap());
            is_held(&headers, &tag)
        };
        assert!(asks(text.to_owned()) && asks(format!("W/{text}")) && asks("*".into()));
        assert!(asks(format!("\"other\", {text}")));
        assert!(!asks("\"other\"".into()) && !asks(text.replace('"', "")));
        assert!(!is_held(&HeaderMap::new(), &tag));
    }
}
