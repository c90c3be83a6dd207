//! What a reader wants: a page for people or a document for programs.
//!
//! The same URL serves both, so every negotiated answer says `Vary: Accept`. Peers ask for `application/activity+json`
//! or `application/ld+json`; browsers ask for `text/html`; what asks for anything (`*/*`, or no header) gets the page.

use actix_web::http::header::{ACCEPT, HeaderMap};

/// Which face of a resource to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// HTML.
    Page,
    /// ActivityStreams; errors as problem details.
    Document,
}

/// How much a reader likes something, in thousandths (`q=0.5` is 500); nothing stands for "not named".
type Quality = Option<u16>;

/// Reads the Accept headers. A document wins when it is named and liked no less than a page.
#[must_use]
pub fn wants(headers: &HeaderMap) -> Wants {
    let (mut page, mut document): (Quality, Quality) = (None, None);
    for value in headers.get_all(ACCEPT) {
        // What is not ASCII names no type that we know.
        for (range, quality) in value.to_str().map(ranges).into_iter().flatten() {
            let liked = match range {
                Some(Wants::Page) => &mut page,
                Some(Wants::Document) => &mut document,
                None => continue,
            };
            *liked = (*liked).max(Some(quality));
        }
    }
    match document {
        Some(quality) if quality > 0 && Some(quality) >= page => Wants::Document,
        _ => Wants::Page,
    }
}

/// The media ranges of one header (RFC 9110, section 12.5.1) with what they mean to us.
fn ranges(header: &str) -> impl Iterator<Item = (Option<Wants>, u16)> + '_ {
    split_unquoted(header, b',').map(|item| {
        let mut parts = split_unquoted(item, b';').map(str::trim);
        let kind = parts.next().unwrap_or_default();
        let is = |name: &str| kind.eq_ignore_ascii_case(name);
        let meaning = if is("application/activity+json") || is("application/ld+json") || is("application/json") {
            Some(Wants::Document)
        } else if is("text/html") || is("application/xhtml+xml") {
            Some(Wants::Page)
        } else {
            None
        };
        let quality = parts
            .find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")))
            .map_or(1000, thousandths);
        (meaning, quality)
    })
}

/// A quality value; one that cannot be read counts as full, as if it were not there.
fn thousandths(text: &str) -> u16 {
    match text.trim().parse::<f32>() {
        // In range, so the cast keeps the value.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Ok(quality) if (0.0..=1.0).contains(&quality) => (quality * 1000.0).round() as u16,
        _ => 1000,
    }
}

/// Splits at a separator outside of quoted strings (a `profile` may hold any character).
fn split_unquoted(text: &str, separator: u8) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let mut escaped = false;
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                _ if byte == separator && !quoted => {
                    rest = text.get(at + 1..);
                    return text.get(..at);
                }
                _ => {}
            }
        }
        rest = None;
        Some(text)
    })
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn asked(accept: &[&str]) -> Wants {
        let mut headers = HeaderMap::new();
        for value in accept {
            headers.append(ACCEPT, HeaderValue::from_str(value).unwrap());
        }
        wants(&headers)
    }

    #[test]
    fn peers_get_documents_and_people_get_pages() {
        use Wants::{Document, Page};
        const LD: &str = r#"application/ld+json; profile="https://www.w3.org/ns/activitystreams""#;
        let firefox = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for (accept, expected) in [
            (&[][..], Page),
            (&["*/*"][..], Page),
            (&[firefox][..], Page),
            (&["text/html, application/activity+json;q=0.5"][..], Page),
            (&["application/activity+json;q=0"][..], Page),
            (&["text/plain"][..], Page),
            (&["application/activity+jsonx"][..], Page),
            (&["text/plain; x=\"application/activity+json, application/ld+json\""][..], Page),
            (&["application/activity+json"][..], Document),
            (&["APPLICATION/Activity+JSON"][..], Document),
            (&["application/activity+json; charset=utf-8"][..], Document),
            (&[LD][..], Document),
            (&["application/json"][..], Document),
            // What Mastodon, Misskey, GoToSocial and Fedify send.
            (&["application/activity+json, application/ld+json"][..], Document),
            (
                &[
                    r#"application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams", text/html;q=0.1"#,
                ][..],
                Document,
            ),
            (&["application/activity+json,application/ld+json;profile=\"a,b;q=0\",*/*;q=0.1"][..], Document),
            (&["text/html", "application/activity+json"][..], Document),
        ] {
            assert_eq!(asked(accept), expected, "{accept:?}");
        }
    }
}
