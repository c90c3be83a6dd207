//! JSON that somebody sends, read with words for what is wrong with it.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::web::BytesMut;
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::web::error::{Error, Wrong};

/// The largest body that is read: a post of 10,000 characters with 16 attachments, twice over.
const LIMIT: usize = 256 * 1024;
/// How long it may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// A body of JSON.
#[derive(Debug)]
pub struct Body<T> {
    /// What it says.
    pub value: T,
    /// How it says it.
    pub bytes: actix_web::web::Bytes,
}

impl<T: DeserializeOwned> FromRequest for Body<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let fits = must_be_json(request);
        let payload = payload.take();
        Box::pin(async move {
            fits?;
            let late = |_| {
                let words = format!("the body did not arrive within {} seconds", PATIENCE.as_secs());
                Error::wrong(Wrong::Timeout, words)
            };
            let bytes = tokio::time::timeout(PATIENCE, collect(payload)).await.map_err(late)??;
            Ok(Self { value: read(&bytes)?, bytes })
        })
    }
}

fn must_be_json(request: &HttpRequest) -> Result<(), Error> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = header(CONTENT_TYPE).split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind != "application/json" && !(kind.starts_with("application/") && kind.ends_with("+json")) {
        let found = if kind.is_empty() { "has no Content-Type".to_owned() } else { format!("is {kind:?}") };
        let words = format!("the body {found}; it must be application/json");
        return Err(Error::wrong(Wrong::UnsupportedMediaType, words));
    }
    let encoding = header(CONTENT_ENCODING).trim();
    if !(encoding.is_empty() || encoding.eq_ignore_ascii_case("identity")) {
        let words = format!("the body is encoded as {encoding:?}; it must be sent as it is");
        return Err(Error::wrong(Wrong::UnsupportedMediaType, words));
    }
    Ok(())
}

async fn collect(mut payload: Payload) -> Result<actix_web::web::Bytes, Error> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| Error::wrong(Wrong::BadRequest, format!("the body broke off: {error}")))?;
        if bytes.len() + chunk.len() > LIMIT {
            let words = format!("the body is larger than {} KiB", LIMIT / 1024);
            return Err(Error::wrong(Wrong::TooLarge, words));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

/// Reads JSON; what is wrong is named with the place where it stands.
fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    // A list would be read, too, as the fields in their order.
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => {}
        Some(_) => return Err(Error::wrong(Wrong::BadRequest, "the body is no JSON object; it must begin with {")),
        None => return Err(Error::wrong(Wrong::BadRequest, "the body is empty; it must be a JSON object")),
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut reader);
    let value = read.map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        let place =
            if path == "." || error.is_syntax() || error.is_eof() { String::new() } else { format!("{path}: ") };
        Error::wrong(Wrong::BadRequest, format!("the JSON cannot be read: {place}{error}"))
    })?;
    reader.end().map_err(|error| Error::wrong(Wrong::BadRequest, format!("the JSON cannot be read: {error}")))?;
    Ok(value)
}

/// The old value, with the fields that a body gives in place of its own: the body itself, or what stands in it under a
/// name. The body has been read as such a value before, so what is wrong with it has been said.
pub fn over<T: Serialize + DeserializeOwned>(old: T, body: &[u8], under: Option<&str>) -> anyhow::Result<T> {
    let mut given: Map<String, Value> = serde_json::from_slice(body)?;
    if let Some(name) = under {
        given = serde_json::from_value(given.remove(name).unwrap_or_default())?;
    }
    let mut whole: Map<String, Value> = serde_json::from_value(serde_json::to_value(old)?)?;
    whole.extend(given);
    Ok(serde_json::from_value(whole.into())?)
}
