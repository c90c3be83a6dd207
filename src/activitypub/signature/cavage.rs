//! draft-cavage-http-signatures-12 as the fediverse practises it: RSA with SHA-256, and the emission narrow enough for
//! the peers that split the header by hand.

use std::fmt::Write as _;
use std::ops::Range;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose};
use jiff::{SignedDuration, Timestamp};

use super::error::excerpt;
use super::received::CoveredDigests;
use super::{
    MAX_COVERED, MAX_HEADER, MAX_KEY_ID, Message, ReceivedSignature, Scheme, SignatureError, SigningError, window,
};
use crate::activitypub::key::{KeyAlgorithm, PrivateKey};

/// More parameters than this are refused; the draft knows six.
const MAX_PARAMETERS: usize = 16;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What is signed when the message has it: the set that every peer accepts (Mastodon wants the first four on a POST).
const COVERED: [&str; 5] = ["(request-target)", "host", "date", "digest", "content-type"];

/// The value of the `Signature` header for a request that carries `Host`, `Date` and, with a body, `Digest`.
///
/// `Content-Type` is covered when there is a body. No `(created)`: Mobilizon, Fedify and Pleroma want the `Date`. No
/// space after a comma: Mitra and snac split there.
pub fn sign_cavage(message: &Message<'_>, key_id: &str, key: &PrivateKey) -> Result<String, SigningError> {
    if key.algorithm() != KeyAlgorithm::Rsa {
        return Err(SigningError::NeedsRsa);
    }
    if !is_plain(key_id) {
        return Err(SigningError::KeyId);
    }
    let covered = match message.brings_body() {
        true => COVERED.as_slice(),
        false => COVERED.split_at(3).0,
    };
    let text = signing_string(message, covered.iter().copied(), None, None)
        .map_err(|name| SigningError::MissingComponent(name.to_owned()))?;
    let signature = key.sign(&text.bytes)?;

    let mut value = String::with_capacity(key_id.len() + 512);
    value.push_str("keyId=\"");
    value.push_str(key_id);
    value.push_str("\",algorithm=\"rsa-sha256\",headers=\"");
    for (at, name) in covered.iter().enumerate() {
        if at > 0 {
            value.push(' ');
        }
        value.push_str(name);
    }
    value.push_str("\",signature=\"");
    general_purpose::STANDARD.encode_string(signature, &mut value);
    value.push('"');
    Ok(value)
}

/// A key id that stays itself inside of quotes, in both schemes.
pub(super) fn is_plain(key_id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    (1..=MAX_KEY_ID).contains(&key_id.len()) && key_id.bytes().all(plain)
}

/// `Date` as HTTP wants it (RFC 9110, section 5.6.7): `Tue, 24 Nov 2026 00:10:00 GMT`. Times before 1970 become 1970.
pub fn http_date(at: Timestamp) -> String {
    let seconds = u64::try_from(at.as_second()).unwrap_or(0);
    httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}

/// What a draft-cavage signature is made over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningString {
    /// The lines, joined by newlines.
    pub bytes: Vec<u8>,
    /// Where the query stands in them, if `(request-target)` is covered and there is one.
    pub(super) query: Option<Range<usize>>,
}

/// The signing string (section 2.3) over the components `covered`, in lower case and in this order. `created` and
/// `expires` are the values of `(created)` and `(expires)`.
///
/// The error is the name of a component that the message does not have.
pub fn signing_string<'c>(
    message: &Message<'_>,
    covered: impl IntoIterator<Item = &'c str>,
    created: Option<i64>,
    expires: Option<i64>,
) -> Result<SigningString, &'c str> {
    let mut out = Vec::with_capacity(512);
    let mut query = None;
    for name in covered {
        if !out.is_empty() {
            out.push(b'\n');
        }
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b": ");
        match name {
            "(request-target)" => {
                out.extend(message.method().bytes().map(|b| b.to_ascii_lowercase()));
                out.push(b' ');
                query = message.write_target(&mut out);
            }
            "(created)" => write_number(created.ok_or(name)?, &mut out),
            "(expires)" => write_number(expires.ok_or(name)?, &mut out),
            _ if message.write_header(name, &mut out) => {}
            _ => return Err(name),
        }
    }
    Ok(SigningString { bytes: out, query })
}

fn write_number(number: i64, out: &mut Vec<u8>) {
    let mut text = String::new();
    // Writing to a String does not fail.
    let _ = write!(text, "{number}");
    out.extend_from_slice(text.as_bytes());
}

pub(super) fn parse(
    message: &Message<'_>,
    now: Timestamp,
    window: SignedDuration,
) -> Result<ReceivedSignature, SignatureError> {
    let header = message
        .single("signature")
        .map_err(|count| SignatureError::malformed(format!("{count} Signature headers; one is accepted")))?;
    let header = readable(header)?;
    let parameters = Parameters::parse(header)?;

    let key_id = parameters.needed("keyId", parameters.key_id)?;
    if key_id.is_empty() || key_id.len() > MAX_KEY_ID || key_id.chars().any(char::is_control) {
        return Err(SignatureError::malformed(
            "the keyId of the signature is empty, longer than 2048 bytes or not printable",
        ));
    }
    let signature = parameters.needed("signature", parameters.signature)?;
    let signature = BASE64
        .decode(signature)
        .map_err(|_| SignatureError::malformed("the signature parameter of the Signature header is not base64"))?;
    let hs2019 = parameters.is_hs2019()?;
    let covered = covered(parameters.headers.unwrap_or("(created)"))?;

    let covers = |name: &str| covered.iter().any(|other| other == name);
    let created = parameters.seconds("created", parameters.created)?;
    let expires = parameters.seconds("expires", parameters.expires)?;
    if !hs2019 && (covers("(created)") || covers("(expires)")) {
        return Err(SignatureError::malformed(
            "(created) and (expires) cannot be signed with algorithm rsa-sha256; use hs2019 or the Date header",
        ));
    }
    for name in ["(request-target)", "host"] {
        if !covers(name) {
            return Err(uncovered(name));
        }
    }
    check_host(message)?;
    let digests = CoveredDigests::read(message, "digest", covers)?;
    let text = signing_string(message, covered.iter().map(String::as_str), created, expires).map_err(|name| {
        SignatureError::malformed(format!(
            "the signature covers {:?}, which this request does not have",
            excerpt(name.as_bytes())
        ))
    })?;

    // Only what is covered is believed: parameters that are not signed can be changed on the way.
    let end = match expires.filter(|_| covers("(expires)")) {
        Some(seconds) => Some(window::unix_seconds("expires", seconds)?),
        None => None,
    };
    let mut dated = false;
    if let Some(seconds) = created.filter(|_| covers("(created)")) {
        let made = window::unix_seconds("created", seconds)?;
        window::check("created", made, end, now, window)?;
        dated = true;
    }
    if covers("date") {
        window::check("the Date header", date(message)?, end, now, window)?;
        dated = true;
    }
    if !dated {
        return Err(uncovered("date"));
    }

    Ok(ReceivedSignature {
        scheme: Scheme::Cavage,
        key_id: key_id.to_owned(),
        algorithm: Some(KeyAlgorithm::Rsa),
        signature,
        signed: text.bytes,
        // Only for fetching: no inbox has a query, and nothing unsigned may tell us what to do with a body.
        query: text.query.filter(|_| !message.brings_body()),
        digests,
    })
}

/// A signature header as text, if it is short enough and text at all.
pub(super) fn readable(header: &[u8]) -> Result<&str, SignatureError> {
    if header.len() > MAX_HEADER {
        return Err(SignatureError::malformed("the signature headers are longer than 8192 bytes"));
    }
    std::str::from_utf8(header).map_err(|_| SignatureError::malformed("the signature headers are not text"))
}

fn uncovered(name: &str) -> SignatureError {
    SignatureError::wrong(format!(
        "the signature does not cover {name}; (request-target), host and date are needed, and digest with a body"
    ))
}

/// The one `Host` header must name this node: a signature for another one may have been recorded there.
pub(super) fn check_host(message: &Message<'_>) -> Result<(), SignatureError> {
    let host = message
        .single("host")
        .map_err(|count| SignatureError::malformed(format!("{count} Host headers arrived; one is accepted")))?;
    if message.is_host(host) {
        return Ok(());
    }
    Err(SignatureError::wrong(format!(
        "this request is signed for host {:?}, but this node is {:?}",
        excerpt(host),
        message.authority()
    )))
}

fn date(message: &Message<'_>) -> Result<Timestamp, SignatureError> {
    let value = message
        .single("date")
        .map_err(|count| SignatureError::malformed(format!("{count} Date headers arrived; one is accepted")))?;
    std::str::from_utf8(value)
        .ok()
        .and_then(|text| httpdate::parse_http_date(text).ok())
        .and_then(|time| Timestamp::try_from(time).ok())
        .ok_or_else(|| {
            SignatureError::malformed(format!(
                "the Date header {:?} is not of the form Tue, 24 Nov 2026 00:10:00 GMT",
                excerpt(value)
            ))
        })
}

/// The names in the `headers` parameter, lower-cased.
fn covered(headers: &str) -> Result<Vec<String>, SignatureError> {
    let mut found: Vec<String> = Vec::with_capacity(8);
    for name in headers.split(' ').filter(|name| !name.is_empty()) {
        let name = name.to_ascii_lowercase();
        if found.contains(&name) {
            return Err(SignatureError::malformed(format!(
                "the headers parameter of the signature lists {:?} twice",
                excerpt(name.as_bytes())
            )));
        }
        if found.len() == MAX_COVERED {
            return Err(SignatureError::malformed("the signature covers more than 64 headers"));
        }
        found.push(name);
    }
    Ok(found)
}

/// The parameters of the header (section 2.1), quotes removed. Unknown ones are read over.
#[derive(Default)]
struct Parameters<'a> {
    key_id: Option<&'a str>,
    algorithm: Option<&'a str>,
    headers: Option<&'a str>,
    signature: Option<&'a str>,
    created: Option<&'a str>,
    expires: Option<&'a str>,
}

impl<'a> Parameters<'a> {
    fn parse(header: &'a str) -> Result<Self, SignatureError> {
        let mut parameters = Self::default();
        let mut names: Vec<&str> = Vec::with_capacity(6);
        let mut rest = header.trim_ascii();
        while !rest.is_empty() {
            let (name, value, tail) = parameter(rest).ok_or_else(|| {
                SignatureError::malformed(format!(
                    "the Signature header is not a list of name=\"value\" with commas between, at {:?}",
                    excerpt(rest.as_bytes())
                ))
            })?;
            if names.contains(&name) || names.len() == MAX_PARAMETERS {
                return Err(SignatureError::malformed(format!(
                    "the Signature header has {:?} twice or more than {MAX_PARAMETERS} parameters",
                    excerpt(name.as_bytes())
                )));
            }
            names.push(name);
            match name {
                "keyId" => parameters.key_id = Some(value),
                "algorithm" => parameters.algorithm = Some(value),
                "headers" => parameters.headers = Some(value),
                "signature" => parameters.signature = Some(value),
                "created" => parameters.created = Some(value),
                "expires" => parameters.expires = Some(value),
                _ => {}
            }
            rest = tail;
        }
        Ok(parameters)
    }

    fn needed(&self, name: &str, value: Option<&'a str>) -> Result<&'a str, SignatureError> {
        value.ok_or_else(|| SignatureError::malformed(format!("the Signature header has no {name} parameter")))
    }

    /// `hs2019` and no algorithm leave the choice to the key, which must be RSA either way.
    fn is_hs2019(&self) -> Result<bool, SignatureError> {
        match self.algorithm {
            None => Ok(true),
            Some(name) if name.eq_ignore_ascii_case("hs2019") => Ok(true),
            Some(name) if name.eq_ignore_ascii_case("rsa-sha256") => Ok(false),
            Some(name) => Err(SignatureError::wrong(format!(
                "the signature algorithm {:?} is not supported; rsa-sha256 and hs2019 (with an RSA key) are",
                excerpt(name.as_bytes())
            ))),
        }
    }

    fn seconds(&self, name: &str, value: Option<&str>) -> Result<Option<i64>, SignatureError> {
        let Some(value) = value else { return Ok(None) };
        match value.parse::<i64>() {
            // The signed text is written again from the number, so it must have one spelling only.
            Ok(seconds) if seconds.to_string() == value => Ok(Some(seconds)),
            _ => Err(SignatureError::malformed(format!(
                "{name} of the signature is {:?}; unix seconds are accepted",
                excerpt(value.as_bytes())
            ))),
        }
    }
}

/// Takes `name="value"` or `name=value` and the comma after it off the front of a list.
fn parameter(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text.split_once('=')?;
    let name = name.trim_ascii();
    let named = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let (value, rest) = match rest.trim_ascii_start().strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?,
        None => rest.split_at(rest.find(',').unwrap_or(rest.len())),
    };
    let rest = rest.trim_ascii_start();
    let tail = match rest.strip_prefix(',') {
        Some(tail) => tail.trim_ascii_start(),
        None if rest.is_empty() => rest,
        None => return None,
    };
    // Backslashes would make two readings of where a value ends.
    let clear = !value.contains(['\\', '"']);
    (named && clear).then_some((name, value.trim_ascii(), tail))
}
