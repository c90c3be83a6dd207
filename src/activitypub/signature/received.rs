//! A signature that was read and that satisfies every rule which needs no key.

use std::ops::Range;

use super::{Message, SignatureError};
use crate::activitypub::digest::BodyDigest;
use crate::activitypub::key::{KeyAlgorithm, PublicKey};

/// The two ways to sign a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// draft-cavage-http-signatures-12.
    Cavage,
    /// RFC 9421.
    Rfc9421,
}

/// A signature of a request, not yet verified: nobody has proved anything before
/// [`verify`](ReceivedSignature::verify) says so.
///
/// It owns the bytes that were signed, so that what is verified is what was checked.
#[derive(Debug, Clone)]
pub struct ReceivedSignature {
    pub(super) scheme: Scheme,
    pub(super) key_id: String,
    /// The kind of key that the scheme or the `alg` parameter allows.
    pub(super) algorithm: Option<KeyAlgorithm>,
    pub(super) signature: Vec<u8>,
    pub(super) signed: Vec<u8>,
    /// Where in `signed` a query stands that some peers leave out.
    pub(super) query: Option<Range<usize>>,
    pub(super) digests: CoveredDigests,
}

impl ReceivedSignature {
    /// How the request was signed.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Who claims to have signed: a URL in nearly all cases, 1 to 2048 printable characters, otherwise unchecked.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Compares the digests that the signature covers with that of the body that arrived. It needs no key, so whoever
    /// asks first need not fetch one for a body that was changed on the way.
    ///
    /// # Errors
    /// [`SignatureError::Wrong`].
    pub fn check_body(&self, body: Option<&BodyDigest>) -> Result<(), SignatureError> {
        self.digests.compare(body)
    }

    /// Proves that the holder of `key` signed this request with this body. `body` is the digest of what was received;
    /// nothing stands for an empty body. Of a draft-cavage GET the query may be unsigned: let it choose a page, never a right.
    pub fn verify(&self, key: &PublicKey, body: Option<&BodyDigest>) -> Result<(), SignatureError> {
        self.digests.compare(body)?;
        if let Some(needed) = self.algorithm.filter(|needed| *needed != key.algorithm()) {
            return Err(SignatureError::wrong(format!(
                "the signature says or implies {}, but the key {:?} is of kind {:?}",
                needed.rfc9421_name(),
                self.key_id,
                key.algorithm()
            )));
        }
        if key.verifies(&self.signed, &self.signature) {
            return Ok(());
        }
        // Mitra and Fedify sign the path alone, Mastodon and Lemmy path and query.
        if let Some(bare) = self.signed_without_query()
            && key.verifies(&bare, &self.signature)
        {
            return Ok(());
        }
        Err(SignatureError::wrong(format!(
            "the signature does not match the key {:?}; signed was expected to be:\n{}",
            self.key_id,
            shown(&self.signed)
        )))
    }

    fn signed_without_query(&self) -> Option<Vec<u8>> {
        let Range { start, end } = self.query.clone()?;
        let before = self.signed.get(..start)?;
        let after = self.signed.get(end..)?;
        Some([before, after].concat())
    }
}

/// The signed text for the eyes of an operator: values of headers that may hold a secret are left out.
fn shown(signed: &[u8]) -> String {
    const PLAIN: [&str; 9] = [
        "(request-target)",
        "(created)",
        "(expires)",
        "host",
        "date",
        "digest",
        "content-digest",
        "content-type",
        "content-length",
    ];
    let mut text = String::new();
    for line in String::from_utf8_lossy(signed).lines() {
        let name = line.split(": ").next().unwrap_or_default();
        let bare = name.trim_matches('"');
        let line = match PLAIN.contains(&bare) || bare.starts_with('@') {
            true => line,
            false => name,
        };
        if text.len() + line.len() > 2048 {
            text.push('…');
            break;
        }
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// What the covered digest headers claim about the body.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct CoveredDigests {
    digest: Option<BodyDigest>,
    content_digest: Option<BodyDigest>,
}

impl CoveredDigests {
    /// Reads those digest headers that `covers` says are signed; requests that bring a body need one of them.
    pub(super) fn read(
        message: &Message<'_>,
        preferred: &str,
        covers: impl Fn(&str) -> bool,
    ) -> Result<Self, SignatureError> {
        let read = |name: &'static str, parse: fn(&str) -> Result<BodyDigest, _>| {
            if !covers(name) {
                return Ok(None);
            }
            let mut value = Vec::new();
            message.write_header(name, &mut value);
            let value = std::str::from_utf8(&value)
                .map_err(|_| SignatureError::malformed(format!("the {name} header is not ASCII")))?;
            parse(value).map(Some).map_err(|error| SignatureError::digest(name, &error))
        };
        let found = Self {
            digest: read("digest", BodyDigest::from_digest)?,
            content_digest: read("content-digest", BodyDigest::from_content_digest)?,
        };
        if message.brings_body() && found.digest.is_none() && found.content_digest.is_none() {
            let state = match message.values(preferred).next() {
                Some(_) => "is not covered by the signature",
                None => "is missing",
            };
            return Err(SignatureError::wrong(format!(
                "a {} needs a signed digest of its body, but the {preferred} header {state}",
                message.method()
            )));
        }
        Ok(found)
    }

    fn compare(&self, body: Option<&BodyDigest>) -> Result<(), SignatureError> {
        let body = match body {
            Some(body) => *body,
            None => BodyDigest::of(b""),
        };
        for (name, claimed) in [("Digest", self.digest), ("Content-Digest", self.content_digest)] {
            if claimed.is_some_and(|claimed| claimed != body) {
                return Err(SignatureError::wrong(format!(
                    "the {name} header is not the SHA-256 of the body that arrived ({})",
                    body.to_digest()
                )));
            }
        }
        Ok(())
    }
}
