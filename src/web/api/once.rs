//! Requests that are sent again, because an answer got lost, are answered again and not done again: they carry an
//! `Idempotency-Key`.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_TYPE, HeaderName, LOCATION};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::caller::Caller;
use crate::operations::idempotency::{self, Outcome, Request};
use crate::operations::{self};
use crate::store::Tx;
use crate::web::error::{Error, Result, Wrong};

/// The most characters of a key.
const LIMIT: usize = 255;
/// Says that an answer was given before.
const REPEATED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// What the sender calls the request, if it may send it again.
#[derive(Debug, Clone)]
pub struct Key {
    key: Option<String>,
    path: String,
}

impl FromRequest for Key {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let path = request.path().to_owned();
        let Some(value) = request.headers().get("idempotency-key") else { return ready(Ok(Self { key: None, path })) };
        let key = value.to_str().ok().filter(|key| (1..=LIMIT).contains(&key.len()));
        let words = || format!("Idempotency-Key must be 1 to {LIMIT} ASCII characters, such as a UUID");
        ready(match key {
            Some(key) => Ok(Self { key: Some(key.to_owned()), path }),
            None => Err(Error::wrong(Wrong::BadRequest, words())),
        })
    }
}

/// Something that has just been made.
#[derive(Debug)]
pub struct Made<T> {
    /// Its address below `/api/v1`, such as `posts/7`.
    pub path: String,
    /// What is shown of it.
    pub shown: T,
}

impl Key {
    /// Makes something, unless it was made under this key before; the first answer stands.
    ///
    /// # Errors
    /// What `make` says; [`Refusal::Taken`](crate::coworking::Refusal::Taken) when something else was asked under
    /// the key.
    pub async fn make<T: Serialize>(
        self,
        caller: &Caller,
        body: &[u8],
        mut make: impl FnMut(&mut Tx<'_>, &Caller) -> operations::Result<Made<T>> + Send + 'static,
    ) -> Result<HttpResponse> {
        let digest = Sha256::new().chain_update(&self.path).chain_update([0]).chain_update(body).finalize();
        let request = self.key.map(|key| Request { token: caller.token, key, fingerprint: digest.into() });
        let outcome = caller
            .act(move |tx, caller| {
                let mut answer = |tx: &mut Tx<'_>| -> operations::Result<String> {
                    let made = make(tx, caller)?;
                    let shown = serde_json::to_string(&made.shown).map_err(anyhow::Error::new)?;
                    // The address stands before the shape, on a line of its own.
                    Ok(format!("{}\n{shown}", made.path))
                };
                match &request {
                    Some(request) => idempotency::once(tx, request, caller.now, answer),
                    None => answer(tx).map(Outcome::Done),
                }
            })
            .await?;
        let mut response = HttpResponse::Created();
        let answer = match outcome {
            Outcome::Done(answer) => answer,
            Outcome::Repeated(answer) => {
                response.insert_header((REPEATED, "true"));
                answer
            }
        };
        let (path, shown) = answer.split_once('\n').unwrap_or(("", &answer));
        response.insert_header((LOCATION, location(caller, path)));
        Ok(response.insert_header((CONTENT_TYPE, "application/json")).body(shown.to_owned()))
    }
}

/// The whole address of something below `/api/v1`.
pub fn location(caller: &Caller, path: &str) -> String {
    format!("{}/api/v1/{path}", caller.site().origin())
}

/// What has just been made, as an answer.
pub fn created<T: Serialize>(caller: &Caller, made: &Made<T>) -> HttpResponse {
    HttpResponse::Created().insert_header((LOCATION, location(caller, &made.path))).json(&made.shown)
}
