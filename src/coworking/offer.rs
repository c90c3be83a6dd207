//! Open offers and requests: what a member can give, and what a member seeks.
//!
//! An offer is a post with a proposal in it, so that it can be read, answered and shared like any post. It ends by
//! itself: a board full of stale offers helps nobody.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::post::{CONTENT_LIMIT, Visibility};
use super::refusal::{self, Refusal};
use super::tag::{self, Tag};
use super::word::word;

/// The most characters of an offer's title.
pub const TITLE_LIMIT: usize = 200;
/// The most characters of what is hoped for in return.
pub const IN_RETURN_LIMIT: usize = 300;
/// How long an offer stands when its author names no end.
pub const DEFAULT_LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long an offer that is over can still be read, before it is taken back: those who answered it find for a month
/// what it was about, and nobody keeps it for ever.
pub const KEPT_AFTER_END: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The longest that an offer may stand.
pub const LONGEST_LIFE: SignedDuration = SignedDuration::from_hours(366 * 24);

word!(
    /// Which way it goes (FEP-0837 `purpose`).
    Purpose, "purpose", "offer or request", {
        /// The author gives.
        Offer = "offer",
        /// The author seeks.
        Request = "request",
    }
);
word!(
    /// What sort of thing it is about.
    Kind, "kind", "skill, help, assignment, collaboration, goods or other", {
        /// Knowing how to do something.
        Skill = "skill",
        /// A hand, for an hour or so.
        Help = "help",
        /// A paid job or assignment.
        Assignment = "assignment",
        /// Doing something together.
        Collaboration = "collaboration",
        /// A thing.
        Goods = "goods",
        /// Anything else.
        Other = "other",
    }
);
word!(
    /// Where it stands in its life.
    State, "state", "open, settled or expired", {
        /// It can be taken up.
        Open = "open",
        /// It found its match, or its author closed it.
        Settled = "settled",
        /// Its end time came.
        Expired = "expired",
    }
);

/// What an author sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferInput {
    /// `offer` or `request`.
    pub purpose: String,
    /// `skill`, `help`, `assignment`, `collaboration`, `goods` or `other`; `other` if absent.
    pub kind: Option<String>,
    /// The title, up to 200 characters.
    pub name: String,
    /// Markdown, up to 10,000 characters.
    pub content: Option<String>,
    /// What is hoped for in return, in words; absent: a gift.
    pub in_return: Option<String>,
    /// When it ends, with an offset; 30 days from now if absent, a year at the most.
    pub end_time: Option<Timestamp>,
    /// Words by which it is found, up to 20.
    pub tags: Option<Vec<String>>,
    /// Who may read it. If absent, an offer is public and a request is for members: what somebody seeks can give
    /// away more than they mean to.
    pub visibility: Option<String>,
    /// The author's home space announces it, as long as it is open; only what is public. If absent: nobody does, and a
    /// change leaves it as it is.
    pub announce: Option<bool>,
}

/// An offer or request that passed every rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferDraft {
    /// Which way it goes.
    pub purpose: Purpose,
    /// What it is about.
    pub kind: Kind,
    /// The title.
    pub name: String,
    /// Markdown; may be empty.
    pub content: String,
    /// What is hoped for in return.
    pub in_return: Option<String>,
    /// When it ends.
    pub ends_at: Timestamp,
    /// Words by which it is found.
    pub tags: Vec<Tag>,
    /// Who may read it.
    pub visibility: Visibility,
    /// Does the author's home space announce it? `None` leaves it as it is.
    pub announce: Option<bool>,
}

impl OfferInput {
    /// Checks every part.
    ///
    /// # Errors
    /// The first [`Refusal`] met, naming the field.
    pub fn parse(self, now: Timestamp) -> Result<OfferDraft, Refusal> {
        let purpose: Purpose = self.purpose.parse()?;
        let visibility = match self.visibility.as_deref() {
            Some(text) => text.parse()?,
            None if purpose == Purpose::Request => Visibility::Members,
            None => Visibility::Public,
        };
        if visibility == Visibility::Direct {
            return Err(Refusal::malformed(
                "visibility",
                "direct",
                "public, unlisted, followers or members for an offer",
            ));
        }
        if self.announce == Some(true) && visibility != Visibility::Public {
            let expected = "public for an offer that the space announces";
            return Err(Refusal::malformed("visibility", visibility, expected));
        }
        Ok(OfferDraft {
            purpose,
            kind: self.kind.as_deref().map_or(Ok(Kind::Other), str::parse)?,
            name: refusal::needed("name", &self.name, TITLE_LIMIT)?,
            content: refusal::optional("content", self.content.as_deref().unwrap_or_default(), CONTENT_LIMIT)?
                .unwrap_or_default(),
            in_return: refusal::optional("in_return", self.in_return.as_deref().unwrap_or_default(), IN_RETURN_LIMIT)?,
            ends_at: end(self.end_time, now)?,
            tags: tag::skills(self.tags.iter().flatten().map(String::as_str))?,
            visibility,
            announce: self.announce,
        })
    }
}

/// When an offer ends: what its author asks for if that lies ahead and within a year, 30 days from now otherwise.
///
/// # Errors
/// [`Refusal::InThePast`] or [`Refusal::TooFar`].
fn end(asked: Option<Timestamp>, now: Timestamp) -> Result<Timestamp, Refusal> {
    let latest = now + LONGEST_LIFE;
    match asked {
        None => Ok(now + DEFAULT_LIFE),
        Some(found) if found <= now => Err(Refusal::InThePast { field: "end_time", found, now }),
        Some(found) if found > latest => Err(Refusal::TooFar { field: "end_time", found, latest }),
        Some(found) => Ok(found),
    }
}

/// The state as it is now: an open offer whose end has come is expired, whether or not a job has said so yet.
#[must_use]
pub fn state_at(stored: State, ends_at: Option<Timestamp>, now: Timestamp) -> State {
    match (stored, ends_at) {
        (State::Open, Some(end)) if end <= now => State::Expired,
        _ => stored,
    }
}

/// May it be changed or settled now?
///
/// # Errors
/// [`Refusal::WrongState`] unless it is open.
pub fn must_be_open(state: State) -> Result<(), Refusal> {
    match state {
        State::Open => Ok(()),
        State::Settled | State::Expired => {
            Err(Refusal::WrongState { what: "offer", state: state.as_str(), needed: "an open offer" })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-12-01T09:00:00Z".parse().unwrap()
    }

    fn input(purpose: &str) -> OfferInput {
        OfferInput { purpose: purpose.into(), name: "Dutch VAT, one hour".into(), ..Default::default() }
    }

    #[test]
    fn what_somebody_seeks_stays_among_members_unless_they_say_otherwise() {
        assert_eq!(input("request").parse(now()).unwrap().visibility, Visibility::Members);
        assert_eq!(input("offer").parse(now()).unwrap().visibility, Visibility::Public);
        let open = OfferInput { visibility: Some("public".into()), ..input("request") };
        assert_eq!(open.parse(now()).unwrap().visibility, Visibility::Public);
        let whispered = OfferInput { visibility: Some("direct".into()), ..input("offer") };
        assert!(whispered.parse(now()).is_err());
    }

    #[test]
    fn an_offer_ends_by_itself_within_a_year() {
        assert_eq!(input("offer").parse(now()).unwrap().ends_at, now() + DEFAULT_LIFE);
        let at = |end: Timestamp| OfferInput { end_time: Some(end), ..input("offer") }.parse(now());
        assert!(matches!(at(now()), Err(Refusal::InThePast { .. })));
        assert!(matches!(at(now() + SignedDuration::from_hours(367 * 24)), Err(Refusal::TooFar { .. })));
        let end = now() + SignedDuration::from_secs(1);
        assert_eq!(at(end).unwrap().ends_at, end);
        assert_eq!(state_at(State::Open, Some(end), now()), State::Open);
        assert_eq!(state_at(State::Open, Some(end), end), State::Expired);
        assert!(must_be_open(State::Expired).unwrap_err().to_string().contains("expired"));
    }
}
