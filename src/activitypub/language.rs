//! Language tags (BCP 47, RFC 5646), as `contentMap` has them for keys.
//!
//! Only their form is looked at: which languages exist is not ours to keep a list of.

/// The longest tag that is read (RFC 5646, section 4.4.1).
const LIMIT: usize = 35;

/// Has the text the form of a language tag (RFC 5646, section 2.1)? Tags that are grandfathered in are not known.
#[must_use]
pub fn is_well_formed(tag: &str) -> bool {
    let mut parts = tag.split('-').peekable();
    let Some(language) = parts.next().filter(|_| tag.len() <= LIMIT) else { return false };
    let private = |part: &str| part.eq_ignore_ascii_case("x");
    if !private(language) {
        if !(alpha(language) && (2..=8).contains(&language.len())) {
            return false;
        }
        for _ in 0..3 {
            parts.next_if(|part| language.len() <= 3 && alpha(part) && part.len() == 3);
        }
        parts.next_if(|part| alpha(part) && part.len() == 4);
        parts.next_if(|part| (alpha(part) && part.len() == 2) || (digits(part) && part.len() == 3));
        while parts.next_if(|part| is_variant(part)).is_some() {}
        while parts.next_if(|part| part.len() == 1 && alphanumeric(part) && !private(part)).is_some() {
            if !subtags(&mut parts, 2) {
                return false;
            }
        }
        if parts.next_if(|part| private(part)).is_none() {
            return parts.next().is_none();
        }
    }
    subtags(&mut parts, 1) && parts.next().is_none()
}

/// Takes the subtags of an extension or of private use, at least one, of `shortest` to 8 characters each.
fn subtags<'t>(parts: &mut std::iter::Peekable<impl Iterator<Item = &'t str>>, shortest: usize) -> bool {
    let mut found = false;
    while parts.next_if(|part| alphanumeric(part) && (shortest..=8).contains(&part.len())).is_some() {
        found = true;
    }
    found
}

fn is_variant(part: &str) -> bool {
    let short = part.len() == 4 && part.starts_with(|first: char| first.is_ascii_digit());
    alphanumeric(part) && (short || (5..=8).contains(&part.len()))
}

fn alpha(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn digits(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_digit())
}

fn alphanumeric(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::is_well_formed;

    /// The examples of RFC 5646, appendix A, and some that are wrong.
    #[test]
    fn tags_have_a_form() {
        for right in [
            "de",
            "fr",
            "ja",
            "zh-Hant",
            "sr-Latn",
            "zh-cmn-Hans-CN",
            "cmn-Hans-CN",
            "zh-yue-HK",
            "sr-Latn-RS",
            "sl-rozaj",
            "sl-rozaj-biske",
            "de-CH-1901",
            "sl-IT-nedis",
            "hy-Latn-IT-arevela",
            "de-DE",
            "en-US",
            "es-419",
            "de-CH-x-phonebk",
            "az-Arab-x-AZE-derbend",
            "x-whatever",
            "qaa-Qaaa-QM-x-southern",
            "en-US-u-islamcal",
            "zh-CN-a-myext-x-private",
            "en-a-myext-b-another",
            "und",
        ] {
            assert!(is_well_formed(right), "{right}");
        }
        for wrong in [
            "",
            "d",
            "de-",
            "-de",
            "de_DE",
            "de-419-DE",
            "a-DE",
            "germanlanguage",
            "x",
            "en-x",
            "en-a",
            "de--DE",
            "中文",
            "en-abcdefghi",
            "en-x-abcdefghi",
            "en-a-aaaaaaaa-bbbbbbbb-cccccccc-dddddddd",
        ] {
            assert!(!is_well_formed(wrong), "{wrong}");
        }
    }
}
