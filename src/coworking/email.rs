//! Addresses that letters go to.

use super::refusal::{self, Refusal};

/// The most characters of an address (RFC 5321, section 4.5.3.1.3, without the brackets).
pub const ADDRESS_LIMIT: usize = 254;
/// The most characters before the `@` (section 4.5.3.1.1).
const LOCAL_LIMIT: usize = 64;

/// What would pass.
const EXPECTED: &str = "an e-mail address such as ana@mail.example, in plain letters";

/// An e-mail address as people write it: a dot-atom before the `@`, a host name with a dot in it behind (RFC 5321).
/// Quotes, comments and address literals are refused, and so is whatever could begin another header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Reads an address.
    ///
    /// # Errors
    /// [`Refusal::Empty`], [`Refusal::TooLong`] or [`Refusal::Malformed`] naming `mail`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let text = refusal::needed("mail", text, ADDRESS_LIMIT)?;
        match text.rsplit_once('@') {
            Some((local, host)) if is_local(local) && is_host(host) => {
                Ok(Self(format!("{local}@{}", host.to_ascii_lowercase())))
            }
            _ => Err(Refusal::malformed("mail", text, EXPECTED)),
        }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_local(local: &str) -> bool {
    let is_atom = |atom: &str| {
        !atom.is_empty()
            && atom.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte))
    };
    local.len() <= LOCAL_LIMIT && local.split('.').all(is_atom)
}

fn is_host(host: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    host.contains('.') && host.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_address_and_nothing_else() {
        for (text, read) in [
            (" ana@Mail.Example ", "ana@mail.example"),
            ("Ana.Lima+desk@a-b.example", "Ana.Lima+desk@a-b.example"),
            ("o'neil@xn--bcher-kva.example", "o'neil@xn--bcher-kva.example"),
        ] {
            assert_eq!(EmailAddress::parse(text).unwrap().as_str(), read);
        }
        for wrong in [
            "ana",
            "ana@",
            "@mail.example",
            "ana@mail",
            "ana@@mail.example",
            "ana@.example",
            "ana@mail..example",
            "ana@-mail.example",
            ".ana@mail.example",
            "an a@mail.example",
            "ana@mail.example, ben@mail.example",
            "Ana <ana@mail.example>",
            "\"ana\"@mail.example",
            "ana@[127.0.0.1]",
            "änä@mail.example",
            "ana@mail.example\r\nBcc: x@y.example",
            "ana@mail.example\u{0}",
        ] {
            assert_eq!(EmailAddress::parse(wrong).unwrap_err().code(), "malformed", "{wrong:?}");
        }
        assert_eq!(EmailAddress::parse(&format!("{}@mail.example", "a".repeat(65))).unwrap_err().code(), "malformed");
        assert_eq!(EmailAddress::parse(&format!("ana@{}.example", "a.".repeat(130))).unwrap_err().code(), "too-long");
        assert_eq!(EmailAddress::parse(" ").unwrap_err().field(), Some("mail"));
    }
}
