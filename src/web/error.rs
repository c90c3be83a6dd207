//! Every "no" and every failure, as an answer.
//!
//! Programs get `application/problem+json` (RFC 9457), people a small page ([`super::frame`] swaps the one for the other
//! when a page was asked for). The `type` of a problem is `/problems/{code}`, a reference to the node's own page that
//! explains it: the code is the same on every node and never changes its meaning. A failure of ours is logged here,
//! once, under an id that the answer carries; nothing else of it gets out.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;

use crate::coworking::refusal::Refusal;
use crate::{operations, store};

use super::api::view::{Clash, Unbookable};
use super::problem;
pub use super::problem::Wrong;

/// The outcome of a handler.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a request is not answered as it was meant.
#[derive(Debug)]
pub enum Error {
    /// The rules say no.
    Refused(Refusal),
    /// The request itself is wrong.
    Wrong(Wrong, String),
    /// It is our fault.
    Broken(anyhow::Error),
}

impl Error {
    /// There is no such thing, or the asker may not know that there is.
    #[must_use]
    pub fn not_found(what: &'static str) -> Self {
        Self::Refused(Refusal::NotFound { what })
    }

    /// The request is itself is wrong; `detail` says what would pass.
    #[must_use]
    pub fn wrong(wrong: Wrong, detail: impl Into<String>) -> Self {
        Self::Wrong(wrong, detail.into())
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Wrong(wrong, _) => wrong.code(),
            Self::Broken(_) => problem::INTERNAL,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Wrong(_, detail) => f.write_str(detail),
            Self::Broken(error) => write!(f, "{error:#}"),
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            // The line is full or the node is closing: a moment later it may pass.
            store::Error::Unavailable(why) => {
                tracing::warn!(why, "the store took no job");
                Self::wrong(Wrong::Unavailable, "the node is busy or restarting; try again in a moment")
            }
            error => Self::Broken(anyhow::Error::new(error)),
        }
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        match error.downcast() {
            Ok(error) => store::Error::into(error),
            Err(error) => Self::Broken(error),
        }
    }
}

impl From<operations::Error> for Error {
    fn from(error: operations::Error) -> Self {
        match error {
            operations::Error::Refused(refusal) => Self::Refused(refusal),
            operations::Error::Broken(error) => error.into(),
        }
    }
}

/// Problem details (RFC 9457).
#[derive(Debug, Clone, Serialize)]
pub struct Problem {
    /// `/problems/{code}`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The same words for every problem of the type.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong this time and what would pass.
    pub detail: String,
    /// The field at fault, as the API names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<&'static str>,
    /// Of a wish to book: the rules that it breaks, and what would pass.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub unbookable: Option<Unbookable>,
    /// Of a wish for a series: which of it cannot be had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clashes: Option<Vec<Clash>>,
    /// Under which name the log has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Refused(refusal) => problem::status(refusal),
            Self::Wrong(wrong, _) => wrong.status(),
            Self::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let code = self.code();
        let mut problem = Problem {
            kind: format!("/problems/{code}"),
            title: problem::find(code).map_or("Refused", |kind| kind.title),
            status: self.status_code().as_u16(),
            detail: String::new(),
            field: None,
            unbookable: None,
            clashes: None,
            id: None,
        };
        let mut extra: Option<(HeaderName, HeaderValue)> = match self {
            Self::Wrong(Wrong::Unauthorized, _) => Some((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
            Self::Wrong(Wrong::Unavailable, _) => Some((header::RETRY_AFTER, HeaderValue::from_static("5"))),
            _ => None,
        };
        match self {
            Self::Refused(refusal) => {
                problem.detail = sentence(refusal);
                problem.field = refusal.field();
                problem.unbookable = refusal.unbookable().map(Unbookable::from);
                problem.clashes = refusal.clashes().map(|clashes| clashes.all.iter().map(Clash::from).collect());
                if let Refusal::TooOften { seconds } = refusal {
                    extra = Some((header::RETRY_AFTER, HeaderValue::from(*seconds)));
                }
            }
            Self::Wrong(_, detail) => problem.detail = sentence(detail),
            Self::Broken(error) => {
                let id = format!("{:016x}", rand::random::<u64>());
                tracing::error!(id, error = format!("{error:#}"), "a request failed");
                problem.detail = format!("Something went wrong on this node. Its keeper finds it in the log as {id}.");
                problem.id = Some(id);
            }
        }
        problem.response(extra)
    }
}

impl Problem {
    fn response(self, extra: Option<(HeaderName, HeaderValue)>) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut answer = HttpResponse::build(status);
        answer.insert_header((header::CONTENT_TYPE, "application/problem+json"));
        // A "no" may depend on who asks, and may be a "yes" in a moment.
        answer.insert_header((header::CACHE_CONTROL, "no-store"));
        if let Some(extra) = extra {
            answer.insert_header(extra);
        }
        let mut answer = answer.body(serde_json::to_vec(&self).unwrap_or_default());
        answer.extensions_mut().insert(self);
        answer
    }
}

/// Refusals are written to stand after a colon; alone they are a sentence.
pub(super) fn sentence(refusal: &impl fmt::Display) -> String {
    let text = refusal.to_string();
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return text };
    let mut sentence: String = first.to_uppercase().chain(chars).collect();
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use actix_web::body::MessageBody;

    use super::*;

    fn body(error: &Error) -> (StatusCode, serde_json::Value) {
        let answer = error.error_response();
        let status = answer.status();
        assert_eq!(answer.headers().get(header::CONTENT_TYPE).unwrap(), "application/problem+json");
        let bytes = answer.into_body().try_into_bytes().unwrap();
        (status, serde_json::from_slice(&bytes).unwrap())
    }

    #[test]
    fn a_refusal_is_a_problem_that_names_rule_and_field() {
        let (status, problem) = body(&Refusal::TooLong { field: "name", limit: 200, found: 201 }.into());
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            problem,
            serde_json::json!({
                "type": "/problems/too-long",
                "title": "Too long",
                "status": 422,
                "detail": "Name has 201 characters; at most 200 pass.",
                "field": "name",
            })
        );
        let often = Error::from(Refusal::TooOften { seconds: 7 }).error_response();
        assert_eq!(often.headers().get(header::RETRY_AFTER).unwrap(), "7");
    }

    #[test]
    fn what_broke_is_told_to_the_log_alone() {
        let (status, problem) = body(&anyhow::anyhow!("secret path /srv/x").context("reading").into());
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!problem.to_string().contains("secret"));
        let id = problem["id"].as_str().unwrap();
        assert!(problem["detail"].as_str().unwrap().contains(id));
    }
}
