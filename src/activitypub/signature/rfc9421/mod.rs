//! RFC 9421, the part of it that the fediverse uses: requests, one signature, plain headers and derived components.

mod component;

use jiff::{SignedDuration, Timestamp};
use sfv::{BareItem, InnerList, Item, List, ListEntry, Parameters, Parser, Version};

use base64::Engine as _;
use base64::engine::general_purpose;

use super::cavage::{check_host, is_plain, readable};
use super::error::excerpt;
use super::received::CoveredDigests;
use super::{MAX_KEY_ID, Message, ReceivedSignature, Scheme, SignatureError, SigningError, window};
use crate::activitypub::dictionary;
use crate::activitypub::key::{KeyAlgorithm, PrivateKey};

use component::{Component, base, components, missing};

/// The two headers of a signature, ready to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rfc9421Headers {
    /// `Signature-Input`.
    pub signature_input: String,
    /// `Signature`.
    pub signature: String,
}

/// Signs a request that, with a body, carries `Content-Digest`. Covers method, whole URL and that digest, which is
/// what Mastodon asks for; the label is `sig1`.
pub fn sign_rfc9421(
    message: &Message<'_>,
    key_id: &str,
    key: &PrivateKey,
    created: Timestamp,
) -> Result<Rfc9421Headers, SigningError> {
    if !is_plain(key_id) {
        return Err(SigningError::KeyId);
    }
    let covered: &[&str] = match message.brings_body() {
        true => &["@method", "@target-uri", "content-digest"],
        false => &["@method", "@target-uri"],
    };
    let parameters = format!("(\"{}\");created={};keyid=\"{key_id}\"", covered.join("\" \""), created.as_second());
    let components = covered.iter().map(|name| Component::plain(name));
    let base = base(message, components, &parameters).map_err(|(name, _)| SigningError::MissingComponent(name))?;
    let signature = general_purpose::STANDARD.encode(key.sign(&base)?);
    Ok(Rfc9421Headers { signature_input: format!("sig1={parameters}"), signature: format!("sig1=:{signature}:") })
}

/// The signature base (section 2.5) for `parameters`, the value of one member of `Signature-Input` as received or as
/// it will be sent. Nothing is asked of its coverage or time here.
pub fn signature_base(message: &Message<'_>, parameters: &str) -> Result<Vec<u8>, SignatureError> {
    let list = inner_list(parameters)?;
    let components = components(&list)?;
    base(message, components.into_iter(), parameters).map_err(missing)
}

pub(super) fn parse(
    message: &Message<'_>,
    now: Timestamp,
    window: SignedDuration,
) -> Result<ReceivedSignature, SignatureError> {
    let input = joined(message, "signature-input");
    let signature = joined(message, "signature");
    let inputs = members("Signature-Input", &input)?;
    let signatures = members("Signature", &signature)?;
    let mut refused = None;
    // A proxy may add a signature of its own; the first one that is about enough of the request is taken.
    for input in &inputs {
        let read = signatures
            .iter()
            .find(|member| member.key == input.key)
            .ok_or_else(|| {
                SignatureError::malformed(format!(
                    "Signature-Input has the label {:?}, Signature has not",
                    excerpt(input.key.as_bytes())
                ))
            })
            .and_then(|signature| parse_member(message, input.value, signature.value, now, window));
        match read {
            Ok(received) => return Ok(received),
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    Err(refused.unwrap_or(SignatureError::Missing))
}

fn joined(message: &Message<'_>, name: &str) -> Vec<u8> {
    let mut value = Vec::new();
    message.write_header(name, &mut value);
    value
}

fn members<'a>(header: &str, value: &'a [u8]) -> Result<Vec<dictionary::Member<'a>>, SignatureError> {
    dictionary::members(readable(value)?).ok_or_else(|| {
        SignatureError::malformed(format!(
            "the {header} header is not a dictionary (RFC 8941) of 1 to 8 members with different labels: {:?}",
            excerpt(value)
        ))
    })
}

/// Reads one signature: `parameters` is what follows its label in `Signature-Input`, `signature` in `Signature`.
fn parse_member(
    message: &Message<'_>,
    parameters: &str,
    signature: &str,
    now: Timestamp,
    window: SignedDuration,
) -> Result<ReceivedSignature, SignatureError> {
    let list = inner_list(parameters)?;
    let components = components(&list)?;
    let covers = |name: &str| components.iter().any(|component| component.name == name);

    let (key_id, created) = (text(&list.params, "keyid")?, integer(&list.params, "created")?);
    let key_id = key_id
        .filter(|id| (1..=MAX_KEY_ID).contains(&id.len()))
        .ok_or_else(|| SignatureError::malformed("the signature has no keyid parameter of 1 to 2048 bytes"))?;
    let created =
        created.ok_or_else(|| SignatureError::malformed("the signature has no created parameter (unix seconds)"))?;
    let algorithm = algorithm(text(&list.params, "alg")?)?;

    let whole = covers("@target-uri");
    let target = whole || covers("@request-target");
    for (needed, covered) in [
        ("@method", covers("@method")),
        ("@target-uri (or @authority and @path)", whole || covers("@authority") || covers("host")),
        ("@target-uri (or @path)", target || covers("@path")),
        ("@target-uri (or @query)", target || covers("@query") || message.query().is_none()),
    ] {
        if !covered {
            return Err(SignatureError::wrong(format!(
                "the signature does not cover {needed}; @method and @target-uri are needed, and content-digest with a body"
            )));
        }
    }
    if covers("host") {
        check_host(message)?;
    }
    let digests = CoveredDigests::read(message, "content-digest", covers)?;

    let made = window::unix_seconds("created", created)?;
    let expires = match integer(&list.params, "expires")? {
        Some(seconds) => Some(window::unix_seconds("expires", seconds)?),
        None => None,
    };
    window::check("created", made, expires, now, window)?;

    Ok(ReceivedSignature {
        scheme: Scheme::Rfc9421,
        key_id: key_id.to_owned(),
        algorithm,
        signature: byte_sequence(signature)?,
        signed: base(message, components.iter().copied(), parameters).map_err(missing)?,
        query: None,
        digests,
    })
}

/// Parses the value of a member of `Signature-Input`; repeated parameters, which the parser would resolve silently,
/// are refused.
fn inner_list(parameters: &str) -> Result<InnerList, SignatureError> {
    let malformed = || {
        SignatureError::malformed(format!(
            "this is no list of components with parameters (RFC 9421, section 4.1): {:?}",
            excerpt(parameters.as_bytes())
        ))
    };
    let list: List = Parser::new(parameters).with_version(Version::Rfc8941).parse().map_err(|_| malformed())?;
    let mut list = list.into_iter();
    let (Some(ListEntry::InnerList(list)), None) = (list.next(), list.next()) else {
        return Err(malformed());
    };
    let kept = list.params.len() + list.items.iter().map(|item| item.params.len()).sum::<usize>();
    if dictionary::parameter_count(parameters) != Some(kept) {
        return Err(SignatureError::malformed("the Signature-Input header repeats a parameter"));
    }
    Ok(list)
}

fn text<'a>(parameters: &'a Parameters, name: &str) -> Result<Option<&'a str>, SignatureError> {
    match parameters.get(name) {
        None => Ok(None),
        Some(BareItem::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(SignatureError::malformed(format!("the {name} parameter of the signature is no string"))),
    }
}

fn integer(parameters: &Parameters, name: &str) -> Result<Option<i64>, SignatureError> {
    match parameters.get(name) {
        None => Ok(None),
        Some(BareItem::Integer(number)) => Ok(Some(i64::from(*number))),
        Some(_) => Err(SignatureError::malformed(format!("the {name} parameter of the signature is no integer"))),
    }
}

/// Without `alg` the kind of key decides (section 3.2, step 6).
fn algorithm(name: Option<&str>) -> Result<Option<KeyAlgorithm>, SignatureError> {
    let Some(name) = name else { return Ok(None) };
    [KeyAlgorithm::Rsa, KeyAlgorithm::Ed25519]
        .into_iter()
        .find(|algorithm| algorithm.rfc9421_name() == name)
        .map(Some)
        .ok_or_else(|| {
            SignatureError::wrong(format!(
                "the signature algorithm {:?} is not supported; rsa-v1_5-sha256 and ed25519 are",
                excerpt(name.as_bytes())
            ))
        })
}

fn byte_sequence(value: &str) -> Result<Vec<u8>, SignatureError> {
    let item: Option<Item> = Parser::new(value).with_version(Version::Rfc8941).parse().ok();
    match item.map(|item| item.bare_item) {
        Some(BareItem::ByteSequence(bytes)) => Ok(bytes),
        _ => Err(SignatureError::malformed("the member of the Signature header is no byte sequence (:base64:)")),
    }
}
