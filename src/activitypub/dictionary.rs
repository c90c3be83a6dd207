//! Cuts a structured dictionary field (RFC 8941, section 3.2) into its members without changing a byte.
//!
//! RFC 9421 signs the serialisation of one member of `Signature-Input`. Verifying over the bytes that were
//! received spares every guess about how the signer spelled them, so the pieces are cut here and only then
//! parsed. Duplicates, which a structured field parser resolves silently, are seen here.

/// More members than this are refused; one signature is usual, a proxy may add a second.
const MAX_MEMBERS: usize = 8;

/// One member, both halves as received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Member<'a> {
    pub(super) key: &'a str,
    pub(super) value: &'a str,
}

/// The members of a dictionary in their order, or nothing when a key is repeated or malformed, a member has no
/// value, a string is not closed, or there are none or too many members.
pub(super) fn members(field: &str) -> Option<Vec<Member<'_>>> {
    let mut found: Vec<Member<'_>> = Vec::with_capacity(1);
    let mut rest = field;
    loop {
        let end = outside_strings(rest, b',')?.first().copied();
        let (piece, tail) = match end {
            Some(at) => (rest.get(..at)?, rest.get(at + 1..)),
            None => (rest, None),
        };
        let (key, value) = piece.trim_matches([' ', '\t']).split_once('=')?;
        let repeated = found.iter().any(|member| member.key == key);
        if repeated || found.len() == MAX_MEMBERS || sfv::KeyRef::from_str(key).is_err() {
            return None;
        }
        found.push(Member { key, value });
        match tail {
            Some(tail) => rest = tail,
            None => return Some(found),
        }
    }
}

/// How many parameters the pieces of a member claim to have; more than a parser keeps means that one is repeated.
pub(super) fn parameter_count(value: &str) -> Option<usize> {
    outside_strings(value, b';').map(|found| found.len())
}

/// Positions of `wanted` outside of quoted strings, or nothing when a string is not closed.
fn outside_strings(text: &str, wanted: u8) -> Option<Vec<usize>> {
    let mut found = Vec::new();
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in text.bytes().enumerate() {
        if escaped {
            escaped = false;
        } else if quoted {
            match byte {
                b'\\' => escaped = true,
                b'"' => quoted = false,
                _ => {}
            }
        } else if byte == b'"' {
            quoted = true;
        } else if byte == wanted {
            found.push(at);
        }
    }
    (!quoted).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_cut_at_commas_outside_of_strings_and_kept_byte_for_byte() {
        let field = r#"sig1=("@method"  "a,b");keyid="x\",y=\\", proxy=:AAA=:"#;
        let found = members(field).expect("a dictionary");
        let pairs: Vec<_> = found.iter().map(|m| (m.key, m.value)).collect();
        assert_eq!(pairs, [("sig1", r#"("@method"  "a,b");keyid="x\",y=\\""#), ("proxy", ":AAA=:")]);
        assert_eq!(parameter_count(r#"("a;b";sf);created=1;tag=";""#), Some(3));
    }

    #[test]
    fn what_is_no_dictionary_is_refused() {
        for field in [
            "",
            ",",
            "a",
            "a=1,",
            "a=1,a=2",
            "A=1",
            "=1",
            "a=\"open",
            "a=\"open\\\"",
            "a=1,b=1,c=1,d=1,e=1,f=1,g=1,h=1,i=1",
        ] {
            assert_eq!(members(field), None, "{field}");
        }
    }
}
