//! The hash that ties a signature to a body: `Digest` (RFC 3230, used with draft-cavage signatures) and
//! `Content-Digest` (RFC 9530, used with RFC 9421).
//!
//! A body is hashed once; both header forms are spellings of the same [`BodyDigest`]. Only SHA-256 counts:
//! it is the one algorithm that every peer sends and checks.

use std::fmt;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose};
use sfv::{BareItem, Item, Parser, Version};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::dictionary;

/// Longer header values are refused; a SHA-512 beside the SHA-256 takes less than 200 bytes.
const MAX_LENGTH: usize = 1024;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The SHA-256 of a body, computed from it or read from a header. Comparison takes the same time for any two values.
#[derive(Clone, Copy)]
pub struct BodyDigest([u8; 32]);

/// Why a digest header does not say what the body is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// The value is not a list of algorithms and hashes.
    #[error("it is malformed: {0}")]
    Malformed(&'static str),
    /// It names other algorithms than SHA-256 only; the first of them is given.
    #[error("it has no sha-256 (it starts with {0:?}); send SHA-256")]
    Unsupported(String),
}

impl BodyDigest {
    /// Hashes a body; an absent body is the empty one.
    pub fn of(body: &[u8]) -> Self {
        Self(Sha256::digest(body).into())
    }

    /// The value of `Digest`, in the one spelling that all peers accept: `SHA-256=…`.
    pub fn to_digest(self) -> String {
        format!("SHA-256={}", general_purpose::STANDARD.encode(self.0))
    }

    /// The value of `Content-Digest`: `sha-256=:…:`.
    pub fn to_content_digest(self) -> String {
        format!("sha-256=:{}:", general_purpose::STANDARD.encode(self.0))
    }

    /// Reads a `Digest` value: `algorithm=base64`, several of them separated by commas, names in any case.
    pub fn from_digest(value: &str) -> Result<Self, DigestError> {
        if value.len() > MAX_LENGTH {
            return Err(DigestError::Malformed("it is longer than 1024 bytes"));
        }
        let mut found = None;
        for member in value.split(',') {
            let (name, encoded) = member.trim().split_once('=').ok_or(DigestError::Malformed("a member has no ="))?;
            if name.eq_ignore_ascii_case("sha-256") {
                let bytes = BASE64.decode(encoded).map_err(|_| DigestError::Malformed("the sha-256 is not base64"))?;
                Self::set_once(&mut found, &bytes)?;
            }
        }
        found.ok_or_else(|| unsupported(value))
    }

    /// Reads a `Content-Digest` value, a dictionary of byte sequences (RFC 8941).
    pub fn from_content_digest(value: &str) -> Result<Self, DigestError> {
        if value.len() > MAX_LENGTH {
            return Err(DigestError::Malformed("it is longer than 1024 bytes"));
        }
        let members = dictionary::members(value).ok_or(DigestError::Malformed("it is no dictionary"))?;
        let mut found = None;
        for member in members {
            let item: Item = Parser::new(member.value)
                .with_version(Version::Rfc8941)
                .parse()
                .map_err(|_| DigestError::Malformed("a member is no byte sequence"))?;
            let BareItem::ByteSequence(bytes) = item.bare_item else {
                return Err(DigestError::Malformed("a member is no byte sequence"));
            };
            if member.key == "sha-256" {
                Self::set_once(&mut found, &bytes)?;
            }
        }
        found.ok_or_else(|| unsupported(value))
    }

    fn set_once(found: &mut Option<Self>, bytes: &[u8]) -> Result<(), DigestError> {
        let bytes = bytes.try_into().map_err(|_| DigestError::Malformed("the sha-256 has not 32 bytes"))?;
        if found.replace(Self(bytes)).is_some() {
            return Err(DigestError::Malformed("sha-256 is given twice"));
        }
        Ok(())
    }
}

fn unsupported(value: &str) -> DigestError {
    let name: String = value.chars().take_while(|c| *c != '=').filter(|c| c.is_ascii_graphic()).take(40).collect();
    DigestError::Unsupported(name)
}

impl PartialEq for BodyDigest {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for BodyDigest {}

impl fmt::Debug for BodyDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_digest())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELLO: &str = "X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=";

    #[test]
    fn one_hash_has_two_spellings_and_both_are_read_back() {
        let digest = BodyDigest::of(b"{\"hello\": \"world\"}");
        assert_eq!(digest.to_digest(), format!("SHA-256={HELLO}"));
        assert_eq!(digest.to_content_digest(), format!("sha-256=:{HELLO}:"));
        assert_eq!(BodyDigest::from_digest(&digest.to_digest()), Ok(digest));
        assert_eq!(BodyDigest::from_content_digest(&digest.to_content_digest()), Ok(digest));
        assert_ne!(digest, BodyDigest::of(b"{\"hello\": \"World\"}"));
    }

    #[test]
    fn the_sha_256_counts_wherever_it_stands_and_nothing_else_does() {
        let expected = Ok(BodyDigest::of(b"{\"hello\": \"world\"}"));
        let unpadded = HELLO.trim_end_matches('=');
        for value in [
            format!("sha-256={HELLO}"),
            format!("SHA-512=AAAA,SHA-256={HELLO}"),
            format!("id-sha-256=AAAA, Sha-256={unpadded}"),
        ] {
            assert_eq!(BodyDigest::from_digest(&value), expected, "{value}");
        }
        for value in
            [format!("sha-512=:AAAA:, sha-256=:{HELLO}:"), format!("sha-256=:{HELLO}:;note=\"a, b\",md5=:AAAA:")]
        {
            assert_eq!(BodyDigest::from_content_digest(&value), expected, "{value}");
        }

        for value in ["SHA-512=AAAA".to_owned(), "MD5=AAAA,SHA-512=AAAA".to_owned()] {
            let refused = BodyDigest::from_digest(&value);
            assert!(matches!(refused, Err(DigestError::Unsupported(_))), "{value}");
        }
        let refused = BodyDigest::from_content_digest("sha-512=:AAAA:");
        assert_eq!(refused, Err(DigestError::Unsupported("sha-512".to_owned())));

        for value in [
            format!("SHA-256={HELLO},sha-256={HELLO}"),
            "SHA-256=AAAA".to_owned(),
            "SHA-256=!".to_owned(),
            "SHA-256".to_owned(),
            String::new(),
            "SHA-256=".repeat(1000),
        ] {
            let refused = BodyDigest::from_digest(&value);
            assert!(matches!(refused, Err(DigestError::Malformed(_))), "{value}");
        }
        for value in [
            format!("sha-256=:{HELLO}:, sha-256=:{HELLO}:"),
            format!("sha-256={HELLO}"),
            "sha-256".to_owned(),
            "sha-256=:AAAA:".to_owned(),
        ] {
            let refused = BodyDigest::from_content_digest(&value);
            assert!(matches!(refused, Err(DigestError::Malformed(_))), "{value}");
        }
    }
}
