//! What a reader wants: a page for people or a document for programs.
//!
//! The same URL serves both, so every negotiated answer says `Vary: Accept`. What asks for anything (`*/*`, or no
//! header) gets the page.

use actix_web::http::header::{ACCEPT, HeaderMap};

use crate::federation::is_activitypub_accept;

/// Which face of a resource to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// HTML.
    Page,
    /// ActivityStreams; errors as problem details.
    Document,
}

/// Reads the Accept headers; several count as one (RFC 9110, section 5.3).
#[must_use]
pub fn wants(headers: &HeaderMap) -> Wants {
    let mut given = headers.get_all(ACCEPT).filter_map(|value| value.to_str().ok());
    let Some(first) = given.next() else { return Wants::Page };
    let wants = match given.next() {
        None => is_document(first),
        Some(second) => is_document(&given.fold(format!("{first},{second}"), |all, next| all + "," + next)),
    };
    if wants { Wants::Document } else { Wants::Page }
}

/// Programs that know nothing of ActivityPub ask for plain JSON; they can read a document better than a page.
fn is_document(accept: &str) -> bool {
    let plain = accept.trim_start().get(.."application/json".len());
    is_activitypub_accept(accept) || plain.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"))
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
        const MASTODON: &str = r#"application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams", text/html;q=0.1"#;
        const FIREFOX: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for (accept, expected) in [
            (&[][..], Page),
            (&["*/*"], Page),
            (&[FIREFOX], Page),
            (&["text/html, application/activity+json;q=0.5"], Page),
            (&["application/activity+json;q=0"], Page),
            (&["text/plain", "text/html"], Page),
            (&["application/activity+json"], Document),
            (&["APPLICATION/Activity+JSON; charset=utf-8"], Document),
            (&[LD], Document),
            (&[MASTODON], Document),
            (&["application/json"], Document),
            (&["text/html", "application/activity+json"], Document),
        ] {
            assert_eq!(asked(accept), expected, "{accept:?}");
        }
    }
}
