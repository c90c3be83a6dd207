//! Which readers want ActivityPub, and which documents are it, by their content types (RFC 9110, ActivityPub 3.2).

/// The content type of everything that is served and delivered: the one that every peer knows.
pub const CONTENT_TYPE: &str = "application/activity+json";
/// What is asked for when something is fetched.
pub const ACCEPT: &str =
    "application/activity+json, application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"";

/// The longest `Accept` header that is looked at, in bytes; whoever sends more gets HTML.
const ACCEPT_LIMIT: usize = 2_000;

/// Does this `Accept` header ask for ActivityPub rather than for a page?
///
/// True when `application/activity+json` or `application/ld+json` is named with a weight above zero, unless HTML is
/// named with a greater one. `*/*` alone is a browser or a curious program, and gets the page.
#[must_use]
pub fn is_activitypub_accept(accept: &str) -> bool {
    if accept.len() > ACCEPT_LIMIT {
        return false;
    }
    let (mut document, mut page) = (0, 0);
    for range in split_quoted(accept, b',') {
        let mut parts = split_quoted(range, b';');
        let kind = parts.next().unwrap_or_default();
        let weight = parts.find_map(weight).unwrap_or(1_000);
        if is_either(kind, ["application/activity+json", "application/ld+json"]) {
            document = document.max(weight);
        } else if is_either(kind, ["text/html", "application/xhtml+xml"]) {
            page = page.max(weight);
        }
    }
    document > 0 && document >= page
}

/// Is a body of this content type an ActivityPub document: `application/activity+json`, or `application/ld+json` with
/// the ActivityStreams profile? An uploaded file of another type must never pass as one.
#[must_use]
pub fn is_activitypub_content_type(content_type: &str) -> bool {
    let mut parts = split_quoted(content_type, b';');
    let kind = parts.next().unwrap_or_default();
    let (mut utf8, mut profile) = (true, false);
    for parameter in parts {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let value = value.trim().trim_matches('"');
        if name.trim().eq_ignore_ascii_case("charset") {
            utf8 = value.eq_ignore_ascii_case("utf-8");
        } else if name.trim().eq_ignore_ascii_case("profile") {
            profile = value.split_ascii_whitespace().any(|uri| {
                matches!(uri, "https://www.w3.org/ns/activitystreams" | "http://www.w3.org/ns/activitystreams")
            });
        }
    }
    let known =
        kind.eq_ignore_ascii_case(CONTENT_TYPE) || (kind.eq_ignore_ascii_case("application/ld+json") && profile);
    known && utf8
}

fn is_either(kind: &str, names: [&str; 2]) -> bool {
    names.iter().any(|name| kind.eq_ignore_ascii_case(name))
}

/// `q=0.8` in thousandths (RFC 9110, section 12.4.2); a weight that does not parse counts for nothing.
fn weight(parameter: &str) -> Option<u16> {
    let (name, value) = parameter.split_once('=')?;
    if !name.trim().eq_ignore_ascii_case("q") {
        return None;
    }
    let (whole, part) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    if part.len() > 3 || !part.bytes().all(|digit| digit.is_ascii_digit()) {
        return Some(0);
    }
    let thousandths: u16 = format!("{part:0<3}").parse().unwrap_or(0);
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1_000),
        _ => Some(0),
    }
}

/// Splits at a separator that is not inside of quotes; the parts are trimmed.
fn split_quoted(text: &str, separator: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let all = rest?;
        let mut quoted = false;
        let end = all.bytes().position(|byte| {
            quoted ^= byte == b'"';
            byte == separator && !quoted
        });
        let part = end.and_then(|end| all.split_at_checked(end)).map_or(all, |(part, _)| part);
        rest = end.and_then(|end| all.get(end + 1..));
        Some(part.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_get_documents_and_browsers_get_pages() {
        for peer in [
            ACCEPT,
            "application/activity+json",
            "application/ld+json",
            "Application/LD+JSON; profile=\"https://www.w3.org/ns/activitystreams\"",
            "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams, x\"; q=0.9, text/html;q=0.1",
            "application/activity+json, */*",
            "text/html;q=0.5, application/activity+json;q=0.5",
        ] {
            assert!(is_activitypub_accept(peer), "{peer}");
        }
        for browser in [
            "",
            "*/*",
            "application/json",
            "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8",
            "text/html, application/activity+json;q=0.9",
            "application/activity+json;q=0",
            "application/activity+json;q=2",
            "text/html; x=\"application/activity+json, application/activity+json\"",
        ] {
            assert!(!is_activitypub_accept(browser), "{browser}");
        }
    }

    #[test]
    fn only_activitystreams_documents_are_documents() {
        for right in [
            CONTENT_TYPE,
            "application/activity+json; charset=utf-8",
            "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
            "application/ld+json;charset=UTF-8;profile=\"https://www.w3.org/ns/activitystreams\"",
        ] {
            assert!(is_activitypub_content_type(right), "{right}");
        }
        for wrong in [
            "",
            "application/json",
            "text/html",
            "application/ld+json",
            "application/ld+json; profile=\"https://example.org/\"",
            "application/activity+json; charset=latin1",
            "image/png; profile=\"https://www.w3.org/ns/activitystreams\"",
            "application/activity+jsonx",
        ] {
            assert!(!is_activitypub_content_type(wrong), "{wrong}");
        }
    }
}
