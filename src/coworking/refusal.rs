//! Every "no" that the rules can say, in words a person can act on.
//!
//! A refusal names the rule, its value and what would pass. It is never retried. Doors render it: the API as
//! problem details, pages beside the field, the command line as a sentence.

use std::borrow::Cow;
use std::fmt;

use super::decision::{Rule, Unbookable};
use super::series::Clashes;

/// A "no" to a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such thing, or the asker may not know that there is.
    #[error("there is no such {what}")]
    NotFound {
        /// What was asked for, as a noun: "post", "member".
        what: &'static str,
    },
    /// The thing was there and is gone.
    #[error("this {what} is gone")]
    Gone {
        /// What was asked for, as a noun.
        what: &'static str,
    },
    /// The asker lacks the right.
    #[error("only {who} may {act}")]
    NotPermitted {
        /// Who may: "the author", "an administrator".
        who: &'static str,
        /// The act, as a verb: "edit a post".
        act: &'static str,
    },
    /// Nothing was given where something is needed.
    #[error("{field} is empty; it needs 1 to {limit} characters")]
    Empty {
        /// The field's name, as in the API.
        field: &'static str,
        /// The most characters that pass.
        limit: usize,
    },
    /// Too many characters.
    #[error("{field} has {found} characters; at most {limit} pass")]
    TooLong {
        /// The field's name, as in the API.
        field: &'static str,
        /// The most characters that pass.
        limit: usize,
        /// How many were given.
        found: usize,
    },
    /// Too many items.
    #[error("{field} has {found} items; at most {limit} pass")]
    TooMany {
        /// The field's name, as in the API.
        field: &'static str,
        /// The most items that pass.
        limit: usize,
        /// How many were given.
        found: usize,
    },
    /// The value has the wrong form.
    #[error("{field} is {found:?}, but it must be {expected}")]
    Malformed {
        /// The field's name, as in the API.
        field: &'static str,
        /// What was given, cut short.
        found: String,
        /// What would pass.
        expected: Cow<'static, str>,
    },
    /// Somebody has it already.
    #[error("{field} {value:?} is taken; choose another")]
    Taken {
        /// The field's name, as in the API.
        field: &'static str,
        /// The value that is taken.
        value: String,
    },
    /// A time that had to lie ahead does not.
    #[error("{field} is {found}, which has passed; it must be after {now}")]
    InThePast {
        /// The field's name, as in the API.
        field: &'static str,
        /// The time given.
        found: jiff::Timestamp,
        /// The time it is.
        now: jiff::Timestamp,
    },
    /// A time lies too far ahead.
    #[error("{field} is {found}; the latest that passes is {latest}")]
    TooFar {
        /// The field's name, as in the API.
        field: &'static str,
        /// The time given.
        found: jiff::Timestamp,
        /// The latest time that passes.
        latest: jiff::Timestamp,
    },
    /// Something ends before it has begun.
    #[error("{field} is {found}; it must be after {after}")]
    NotAfter {
        /// The field's name, as in the API.
        field: &'static str,
        /// The time given.
        found: jiff::Timestamp,
        /// What it must be after.
        after: jiff::Timestamp,
    },
    /// The clocks of a zone were set forward past this time.
    #[error("{field} is {found}, which no clock in {zone} shows; the nearest times that pass are {before} and {after}")]
    NoSuchTime {
        /// The field's name, as in the API.
        field: &'static str,
        /// The time given.
        found: jiff::civil::DateTime,
        /// The IANA zone.
        zone: String,
        /// The last minute before, with its offset.
        before: String,
        /// The first minute after, with its offset.
        after: String,
    },
    /// The clocks of a zone were set back and show this time twice.
    #[error("{field} is {found}, which clocks in {zone} show twice; say which with its offset: {first} or {second}")]
    AmbiguousTime {
        /// The field's name, as in the API.
        field: &'static str,
        /// The time given.
        found: jiff::civil::DateTime,
        /// The IANA zone.
        zone: String,
        /// The first of the two, with its offset.
        first: String,
        /// The second of the two, with its offset.
        second: String,
    },
    /// A time has an offset from UTC that the zone does not have then.
    #[error("{field} is {found}, but the clock of {zone} has another offset then; what would pass is {expected}")]
    OtherOffset {
        /// The field's name, as in the API.
        field: &'static str,
        /// The time given.
        found: String,
        /// The IANA zone.
        zone: String,
        /// The same time of day with the zone's offset.
        expected: String,
    },
    /// Something cannot be booked as it was wished.
    #[error("{0}")]
    Unbookable(Box<Unbookable>),
    /// Somebody wants to wait for what can be had.
    #[error("{what} is free from {from} to {until}: book it; only what others have can be waited for")]
    Free {
        /// What it is about, by its name.
        what: String,
        /// From when it is free, by its clock.
        from: String,
        /// Until when.
        until: String,
    },
    /// Some of what repeats cannot be booked as it was wished.
    #[error("{0}")]
    Clashes(Box<Clashes>),
    /// Something was asked on the ground of what has changed since.
    #[error("the {what} have changed since you looked; look again and ask by the new ones")]
    Stale {
        /// What has changed.
        what: &'static str,
    },
    /// One of many that were given at once cannot pass.
    #[error("{place}: {why}")]
    At {
        /// Which of them: "line 3".
        place: String,
        /// Why not.
        why: Box<Refusal>,
    },
    /// Somebody cannot be in two places.
    #[error("you are checked in at {place}; check out there first")]
    Elsewhere {
        /// The other space, as it is called.
        place: String,
    },
    /// It is too early or too late for it.
    #[error("it is {found}; {act} from {from} until {until}")]
    WrongTime {
        /// The act, as a verb.
        act: &'static str,
        /// The time it is.
        found: String,
        /// From when it passes.
        from: String,
        /// Until when.
        until: String,
    },
    /// Nobody can do this to themselves.
    #[error("nobody can {act} themselves")]
    Oneself {
        /// The act, as a verb: "follow".
        act: &'static str,
    },
    /// One of the two has blocked the other.
    #[error("you cannot {act}: one of you has blocked the other")]
    Blocked {
        /// The act, as a verb.
        act: &'static str,
    },
    /// The thing is not in a state where this can be done.
    #[error("this {what} is {state}; only {needed} can be changed so")]
    WrongState {
        /// What it is about, as a noun.
        what: &'static str,
        /// The state it is in.
        state: &'static str,
        /// The state it would have to be in.
        needed: &'static str,
    },
    /// A post that not everybody may read is not passed on.
    #[error("a {visibility} post cannot be announced; only public and unlisted posts can")]
    NotPublic {
        /// The post's visibility.
        visibility: &'static str,
    },
    /// Somebody goes on under another account.
    #[error("this account has moved to {to}; ask for that one")]
    Moved {
        /// The id of the account that took over.
        to: String,
    },
    /// The network would have to be asked and cannot be.
    #[error("{whom} could not be reached: {why}")]
    Unreachable {
        /// The handle or URL that was asked for.
        whom: String,
        /// What went wrong, in a sentence.
        why: String,
    },
    /// The node has no administrator yet, or has one already.
    #[error("{0}")]
    Setup(SetupRefusal),
    /// The same was asked too often.
    #[error("that was too often; try again in {seconds} seconds")]
    TooOften {
        /// When it would pass.
        seconds: u64,
    },
}

/// Why a node cannot be set up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetupRefusal {
    /// A space and an administrator are there.
    #[error("this node is set up already; an administrator can add spaces and members")]
    Done,
    /// The setup link is wrong, old or used.
    #[error("this setup link is wrong or was used; `thirdspace serve` prints a new one when it starts")]
    WrongLink,
    /// Nothing can be done before the setup.
    #[error("this node is not set up yet; open the link that `thirdspace serve` prints, or run `thirdspace setup`")]
    Missing,
    /// The node was started under another address than its first.
    #[error(
        "this node has lived at {remembered} since its first start, and everything it ever sent names that address; \
         it cannot be started as {found}: set origin back, or begin with an empty data folder"
    )]
    OtherOrigin {
        /// The origin of the first start.
        remembered: String,
        /// The origin of this start.
        found: String,
    },
}

/// What sort of "no" it is; doors choose a status from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// The input cannot pass as it is (422).
    Invalid,
    /// The asker may not (403).
    Forbidden,
    /// There is no such thing (404).
    NotFound,
    /// It was there (410).
    Gone,
    /// It stands against what is (409).
    Conflict,
    /// Another server did not answer (502).
    Upstream,
    /// Too often (429).
    TooOften,
}

impl Refusal {
    /// A stable word for programs: the last part of the problem type.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "not-found",
            Self::Gone { .. } => "gone",
            Self::NotPermitted { .. } => "not-permitted",
            Self::Empty { .. } => "empty",
            Self::TooLong { .. } => "too-long",
            Self::TooMany { .. } => "too-many",
            Self::Malformed { .. } => "malformed",
            Self::Taken { .. } => "taken",
            Self::InThePast { .. } => "in-the-past",
            Self::TooFar { .. } => "too-far",
            Self::NotAfter { .. } => "not-after",
            Self::NoSuchTime { .. } => "no-such-time",
            Self::AmbiguousTime { .. } => "ambiguous-time",
            Self::OtherOffset { .. } => "other-offset",
            Self::Unbookable(_) => "unbookable",
            Self::Free { .. } => "free",
            Self::Clashes(_) => "clashes",
            Self::Stale { .. } => "stale",
            Self::At { why, .. } => why.code(),
            Self::Elsewhere { .. } => "elsewhere",
            Self::WrongTime { .. } => "wrong-time",
            Self::Oneself { .. } => "oneself",
            Self::Blocked { .. } => "blocked",
            Self::WrongState { .. } => "wrong-state",
            Self::NotPublic { .. } => "not-public",
            Self::Moved { .. } => "moved",
            Self::Unreachable { .. } => "unreachable",
            Self::Setup(_) => "setup",
            Self::TooOften { .. } => "too-often",
        }
    }

    /// The sort of "no".
    #[must_use]
    pub fn sort(&self) -> Sort {
        match self {
            Self::NotFound { .. } => Sort::NotFound,
            // What others have can be free later; the rest will not pass however often it is asked.
            Self::Unbookable(no) if no.broken.iter().all(|broken| broken.rule == Rule::Capacity) => Sort::Conflict,
            Self::At { why, .. } => why.sort(),
            Self::Clashes(clashes) if clashes.are_taken() => Sort::Conflict,
            Self::Gone { .. } | Self::Moved { .. } => Sort::Gone,
            Self::NotPermitted { .. } | Self::Blocked { .. } => Sort::Forbidden,
            Self::Empty { .. }
            | Self::TooLong { .. }
            | Self::TooMany { .. }
            | Self::Malformed { .. }
            | Self::InThePast { .. }
            | Self::TooFar { .. }
            | Self::NotAfter { .. }
            | Self::NoSuchTime { .. }
            | Self::AmbiguousTime { .. }
            | Self::OtherOffset { .. }
            | Self::Unbookable(_)
            | Self::Clashes(_)
            | Self::Oneself { .. }
            | Self::NotPublic { .. } => Sort::Invalid,
            Self::Taken { .. }
            | Self::WrongState { .. }
            | Self::Free { .. }
            | Self::Stale { .. }
            | Self::Elsewhere { .. }
            | Self::WrongTime { .. }
            | Self::Setup(_) => Sort::Conflict,
            Self::Unreachable { .. } => Sort::Upstream,
            Self::TooOften { .. } => Sort::TooOften,
        }
    }

    /// The field that is at fault, as it is named in the API.
    #[must_use]
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Empty { field, .. }
            | Self::TooLong { field, .. }
            | Self::TooMany { field, .. }
            | Self::Malformed { field, .. }
            | Self::Taken { field, .. }
            | Self::InThePast { field, .. }
            | Self::TooFar { field, .. }
            | Self::NotAfter { field, .. }
            | Self::NoSuchTime { field, .. }
            | Self::AmbiguousTime { field, .. }
            | Self::OtherOffset { field, .. } => Some(field),
            Self::At { why, .. } => why.field(),
            _ => None,
        }
    }

    /// What is wrong with a wish to book, if that is what this is about.
    #[must_use]
    pub fn unbookable(&self) -> Option<&Unbookable> {
        match self {
            Self::Unbookable(no) => Some(no),
            Self::At { why, .. } => why.unbookable(),
            _ => None,
        }
    }

    /// What of a series cannot be had, if that is what this is about.
    #[must_use]
    pub fn clashes(&self) -> Option<&Clashes> {
        match self {
            Self::Clashes(clashes) => Some(clashes),
            _ => None,
        }
    }

    /// The same "no" about a field that has another name where it was asked for: of two usernames in one form, the
    /// administrator's.
    #[must_use]
    pub fn about(mut self, name: &'static str) -> Self {
        match &mut self {
            Self::Empty { field, .. }
            | Self::TooLong { field, .. }
            | Self::TooMany { field, .. }
            | Self::Malformed { field, .. }
            | Self::Taken { field, .. }
            | Self::InThePast { field, .. }
            | Self::TooFar { field, .. }
            | Self::NotAfter { field, .. }
            | Self::NoSuchTime { field, .. }
            | Self::AmbiguousTime { field, .. }
            | Self::OtherOffset { field, .. } => *field = name,
            _ => {}
        }
        self
    }

    /// The same "no" about one of many that were given at once, which it names.
    #[must_use]
    pub fn at(self, place: impl fmt::Display) -> Self {
        Self::At { place: place.to_string(), why: Box::new(self) }
    }

    /// A value of the wrong form; long input is cut so that the answer stays readable.
    pub fn malformed(field: &'static str, found: impl fmt::Display, expected: impl Into<Cow<'static, str>>) -> Self {
        let mut found = found.to_string();
        if let Some((cut, _)) = found.char_indices().nth(80) {
            found.truncate(cut);
            found.push('…');
        }
        Self::Malformed { field, found, expected: expected.into() }
    }
}

/// The text, trimmed, if it has 1 to `limit` characters.
///
/// # Errors
/// [`Refusal::Empty`] or [`Refusal::TooLong`] naming `field`.
pub fn needed(field: &'static str, text: &str, limit: usize) -> Result<String, Refusal> {
    optional(field, text, limit)?.ok_or(Refusal::Empty { field, limit })
}

/// The text, trimmed, if it has at most `limit` characters; `None` if it is empty.
///
/// # Errors
/// [`Refusal::TooLong`] naming `field`; [`Refusal::Malformed`] for control characters other than line ends and tabs.
pub fn optional(field: &'static str, text: &str, limit: usize) -> Result<Option<String>, Refusal> {
    let text = text.trim();
    let found = text.chars().count();
    if found > limit {
        return Err(Refusal::TooLong { field, limit, found });
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Refusal::malformed(field, text.escape_debug(), "text without control characters"));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_the_rule_its_value_and_what_would_pass() {
        let long = needed("name", &"x".repeat(201), 200).unwrap_err();
        assert_eq!(long.to_string(), "name has 201 characters; at most 200 pass");
        assert_eq!((long.code(), long.sort(), long.field()), ("too-long", Sort::Invalid, Some("name")));
        assert_eq!(needed("name", "  ", 200).unwrap_err().to_string(), "name is empty; it needs 1 to 200 characters");
        assert!(matches!(optional("name", "a\u{0}b", 9), Err(Refusal::Malformed { .. })));
    }
}
