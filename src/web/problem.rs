//! The catalogue of problems: each code with its status, its title and a page that explains it.

use actix_web::http::StatusCode;

use crate::coworking::refusal::{Refusal, Sort};

/// What is wrong with a request before any rule was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// It cannot be read.
    BadRequest,
    /// Who asks is not known.
    Unauthorized,
    /// Who asks is known and shut out.
    Forbidden,
    /// The method does not fit the resource.
    MethodNotAllowed,
    /// None of the forms it exists in is one that the asker takes.
    NotAcceptable,
    /// The body did not come in time.
    Timeout,
    /// The body is too large.
    TooLarge,
    /// The body's type or encoding is none that is read here.
    UnsupportedMediaType,
    /// The node is busy or on its way out; it is not the asker's fault.
    Unavailable,
}

impl Wrong {
    /// The HTTP status.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Its code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::BadRequest => "bad-request",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::NotAcceptable => "not-acceptable",
            Self::Timeout => "timeout",
            Self::TooLarge => "too-large",
            Self::UnsupportedMediaType => "unsupported-media-type",
            Self::Unavailable => "unavailable",
        }
    }
}

/// The code of what is our own fault.
pub const INTERNAL: &str = "internal";

/// The status of a refusal.
#[must_use]
pub fn status(refusal: &Refusal) -> StatusCode {
    match refusal.sort() {
        Sort::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Sort::Forbidden => StatusCode::FORBIDDEN,
        Sort::NotFound => StatusCode::NOT_FOUND,
        Sort::Gone => StatusCode::GONE,
        Sort::Conflict => StatusCode::CONFLICT,
        Sort::Upstream => StatusCode::BAD_GATEWAY,
        Sort::TooOften => StatusCode::TOO_MANY_REQUESTS,
    }
}

/// A sort of problem in words.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// The code, as in the `type`.
    pub code: &'static str,
    /// A few words, the same each time.
    pub title: &'static str,
    /// What it means and what to do, in sentences.
    pub meaning: &'static str,
}

/// Every problem that the node can answer with.
pub const CATALOGUE: &[Kind] = &[
    kind(
        "not-found",
        "Not found",
        "There is nothing at this address, or it is not meant for you. Both look the same on purpose: a private post does not betray that it exists.",
    ),
    kind("gone", "Gone", "It was here, and its author took it away. It will not come back."),
    kind("not-permitted", "Not permitted", "You are known, but this is for others to do. The detail says who may."),
    kind("empty", "Empty", "A field that needs a value has none."),
    kind(
        "too-long",
        "Too long",
        "A text has more characters than its field takes. The detail says how many it has and how many pass.",
    ),
    kind(
        "too-many",
        "Too many",
        "A list has more items than its field takes. The detail says how many it has and how many pass.",
    ),
    kind(
        "malformed",
        "Wrong form",
        "A value is not of the form that its field takes. The detail shows what was found and what would pass.",
    ),
    kind("taken", "Taken", "Somebody has this name already, or had it once; names are not given twice."),
    kind("in-the-past", "In the past", "A time that has to lie ahead has passed."),
    kind("too-far", "Too far ahead", "A time lies further ahead than the node plans."),
    kind("not-after", "Ends too early", "Something ends before it has begun."),
    kind(
        "no-such-time",
        "No such time",
        "The clocks of the space were set forward past this time. The detail names the nearest times that pass.",
    ),
    kind(
        "ambiguous-time",
        "Which of the two?",
        "The clocks of the space were set back and show this time twice. The detail names both, each with its offset.",
    ),
    kind(
        "other-offset",
        "Another offset",
        "A time was given with an offset that the space does not have then. The detail names the one that it has.",
    ),
    kind(
        "unbookable",
        "Cannot be booked like that",
        "The wish breaks rules of what it is about, or others have it at that time. Each rule is named with its value and the nearest time that passes it, and then the nearest times that pass them all.",
    ),
    kind(
        "free",
        "It is free",
        "You want to wait for something that can be had. The detail says when it is free: book it.",
    ),
    kind(
        "clashes",
        "Some of them cannot be had",
        "Some of what was asked for again and again break rules, or others have the time. Each is listed with its rules and what would pass. Ask again with clashes: skip to have the others; nothing is left out unless you say so.",
    ),
    kind(
        "stale",
        "Out of date",
        "What was asked for rests on something that has changed since. Look again, and ask anew.",
    ),
    kind(
        "elsewhere",
        "Somewhere else",
        "You are checked in at another space. Check out there first: nobody is in two places.",
    ),
    kind(
        "wrong-time",
        "Too early or too late",
        "It can be done at another time. The detail says from when until when.",
    ),
    kind("oneself", "Not with yourself", "This needs two."),
    kind("blocked", "Blocked", "One of the two has blocked the other."),
    kind(
        "wrong-state",
        "Wrong state",
        "The thing is in a state in which this cannot be done, such as an offer that is settled.",
    ),
    kind("moved", "Moved", "The account lives elsewhere now; its page says where."),
    kind("not-public", "Not public", "Only public and unlisted posts can be passed on."),
    kind(
        "unreachable",
        "Unreachable",
        "Another server had to be asked and did not answer as it should. The detail says which and why; trying again later may help.",
    ),
    kind("setup", "Setup", "The node is not set up yet, or it is already, or the setup link is not valid."),
    kind(
        "too-often",
        "Too often",
        "The same was asked too often. The Retry-After header says in how many seconds it would pass.",
    ),
    kind("bad-request", "Bad request", "The request could not be read. The detail says where it went wrong."),
    kind(
        "unauthorized",
        "Who are you?",
        "This needs a token in the Authorization header, or, from another server, a valid signature.",
    ),
    kind(
        "method-not-allowed",
        "Method not allowed",
        "The address exists, but not for this method. The Allow header lists those that pass.",
    ),
    kind("not-acceptable", "Not acceptable", "The resource exists, but in none of the forms that were asked for."),
    kind("timeout", "Too slow", "The body of the request did not arrive in time."),
    kind("too-large", "Too large", "The body of the request is larger than the node takes."),
    kind("unsupported-media-type", "Unsupported media type", "The body's type or encoding is none that is read here."),
    kind(
        "internal",
        "Our fault",
        "Something went wrong on this node. Its keeper finds it in the log under the id that the answer carries.",
    ),
    kind("unavailable", "Not now", "The node is busy or restarting. It will answer again in a moment."),
    kind("forbidden", "Forbidden", "You are known, and this node does not talk with you or your server."),
];

const fn kind(code: &'static str, title: &'static str, meaning: &'static str) -> Kind {
    Kind { code, title, meaning }
}

/// The description that belongs to a code.
#[must_use]
pub fn find(code: &str) -> Option<&'static Kind> {
    CATALOGUE.iter().find(|described| described.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_explained_once() {
        let refusals = ["not-found", "setup", "too-often", "taken"];
        let own = [
            Wrong::BadRequest,
            Wrong::Unauthorized,
            Wrong::Forbidden,
            Wrong::MethodNotAllowed,
            Wrong::NotAcceptable,
            Wrong::Timeout,
            Wrong::TooLarge,
            Wrong::UnsupportedMediaType,
            Wrong::Unavailable,
        ];
        // The rules' own list, read from their source, so that a new refusal cannot be forgotten here.
        let source = include_str!("../coworking/refusal.rs");
        let codes: Vec<&str> = source
            .lines()
            .filter_map(|line| line.split_once("=> \"")?.1.strip_suffix("\","))
            .filter(|code| code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'))
            .collect();
        assert!(refusals.iter().all(|code| codes.contains(code)), "{codes:?}");
        for code in codes.into_iter().chain(own.map(Wrong::code)).chain([INTERNAL]) {
            assert_eq!(CATALOGUE.iter().filter(|kind| kind.code == code).count(), 1, "{code}");
        }
    }
}
