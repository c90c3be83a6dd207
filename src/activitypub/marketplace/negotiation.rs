//! Asking for an agreement and answering (FEP-0837): `Offer`, then `TentativeAccept`, `Accept` or `Reject`, later `Update`; and
//! `Undo` of what was offered.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Agreement, Bookable, MarketplaceError, word};
use crate::activitypub::activity::Activity;
use crate::activitypub::compact::{Compact, written_time};
use crate::activitypub::context;
use crate::activitypub::id::Id;
use crate::activitypub::json as read;
use crate::activitypub::sent::Frame;

/// The most characters of what is said in words.
const WORDS_LIMIT: usize = 2_000;
/// The most times that are named in place of the one that was refused.
const ALTERNATIVES_LIMIT: usize = 10;

/// A stretch of time.
pub type Slot = (Timestamp, Timestamp);

/// What an `Offer` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The agreement that is wished for, without an id.
    pub agreement: Agreement,
    /// After which it must not be accepted (`endTime`).
    pub deadline: Option<Timestamp>,
    /// Would the asker wait until others give it back (`ts:wait`)?
    pub waits: bool,
    /// What it is asked for together with (`context`): an id of the asker's home that several offers share.
    pub context: Option<Id>,
}

/// Why not, and what would be possible.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct No {
    /// A code (`ts:reason`).
    pub reason: Option<String>,
    /// In words, plain text.
    pub words: Option<String>,
    /// Times that would pass (`ts:alternatives`).
    pub alternatives: Vec<Slot>,
}

/// What the space says to an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Others have it, and the asker waits.
    Waiting {
        /// At which place in the line, the first is 1 (`ts:placeInLine`).
        place: Option<u32>,
    },
    /// Perhaps: it is kept for so long.
    Held {
        /// Seconds from when it was sent.
        seconds: u64,
    },
    /// Yes.
    Agreed(Box<Agreement>),
    /// No.
    Refused(No),
}

impl Ask {
    /// Reads what an `Offer` asks for.
    ///
    /// # Errors
    /// [`MarketplaceError`] naming the part that is missing or wrong.
    pub fn read(offer: &Activity) -> Result<Self, MarketplaceError> {
        let object = read::get(offer.value(), "object").ok_or(MarketplaceError::Part("object"))?;
        let agreement = Agreement::read(object)?;
        if agreement.id.is_some() {
            return Err(MarketplaceError::Part("object"));
        }
        let deadline = match read::get(offer.value(), "endTime") {
            None => None,
            Some(_) => Some(read::time(offer.value(), "endTime").ok_or(MarketplaceError::Time("endTime"))?),
        };
        let waits = read::boolean(offer.value(), "wait").or_else(|| read::boolean(offer.value(), "ts:wait"));
        let context = read::id(offer.value(), "context");
        Ok(Self { agreement, deadline, waits: waits.unwrap_or(false), context })
    }

    fn inside(&self, id: &str, actor: &str) -> Value {
        let mut offer = json!({"type": "Offer", "id": id, "actor": actor, "object": self.agreement.to_value()});
        if let (Some(offer), Some(deadline)) = (offer.as_object_mut(), self.deadline) {
            offer.insert("endTime".to_owned(), written_time(deadline).into());
        }
        if let (Some(offer), true) = (offer.as_object_mut(), self.waits) {
            offer.insert("wait".to_owned(), true.into());
        }
        if let (Some(offer), Some(context)) = (offer.as_object_mut(), &self.context) {
            offer.insert("context".to_owned(), context.as_str().into());
        }
        offer
    }
}

/// The offer that an `Accept`, `Reject` or `TentativeAccept` answers, by its id.
#[must_use]
pub fn answered_offer(answer: &Activity) -> Option<Id> {
    answer.object_id()
}

/// What an answer says.
///
/// # Errors
/// [`MarketplaceError`] naming the part that is missing or wrong.
pub fn told(answer: &Activity) -> Result<Told, MarketplaceError> {
    use crate::activitypub::activity::ActivityKind;
    let value = answer.value();
    let own = |key: &str| read::get(value, key).or_else(|| read::get(value, &format!("ts:{key}")));
    match answer.kind {
        ActivityKind::TentativeAccept if own("secondsLeft").is_none() && is_waiting(value) => {
            let place = own("placeInLine").and_then(Value::as_u64).and_then(|place| u32::try_from(place).ok());
            Ok(Told::Waiting { place: place.filter(|place| *place > 0) })
        }
        ActivityKind::TentativeAccept => {
            let seconds = own("secondsLeft").and_then(Value::as_u64).ok_or(MarketplaceError::Part("secondsLeft"))?;
            Ok(Told::Held { seconds })
        }
        ActivityKind::Accept => {
            let result = read::get(value, "result").ok_or(MarketplaceError::Part("result"))?;
            let agreement = Agreement::read(result)?;
            match (&agreement.id, &agreement.attributed_to) {
                (Some(_), Some(_)) => Ok(Told::Agreed(Box::new(agreement))),
                _ => Err(MarketplaceError::Part("result")),
            }
        }
        _ => {
            let slot = |slot: &Value| {
                let time = |key| slot.get(key)?.as_str()?.parse().ok();
                time("start").zip(time("end"))
            };
            let alternatives = own("alternatives").and_then(Value::as_array).into_iter().flatten();
            Ok(Told::Refused(No {
                reason: own("reason").and_then(Value::as_str).map(word),
                words: read::text(value, "content").map(|text| text.chars().take(WORDS_LIMIT).collect()),
                alternatives: alternatives.filter_map(slot).take(ALTERNATIVES_LIMIT).collect(),
            }))
        }
    }
}

/// The word for who waits, as the state of an agreement and in the answer to an offer.
pub const WAITING: &str = "Waiting";

fn is_waiting(answer: &Value) -> bool {
    read::get(answer, "preview").and_then(|preview| read::text(preview, "name")) == Some(WAITING)
}

impl Frame<'_> {
    /// Asks for an agreement.
    #[must_use]
    pub fn offer(&self, ask: &Ask) -> Value {
        self.activity("Offer")
            .with("object", ask.agreement.to_value())
            .with_time("endTime", ask.deadline)
            .with_flag("wait", ask.waits)
            .with_some("context", ask.context.as_ref().map(Id::as_str))
            .with("@context", context::proposal())
            .into()
    }

    /// Takes an offer back: embedded, so that it is understood by who never got it.
    #[must_use]
    pub fn undo_offer(&self, id: &str, ask: &Ask) -> Value {
        self.activity("Undo").with("object", ask.inside(id, self.actor)).with("@context", context::proposal()).into()
    }

    /// Keeps it until then.
    #[must_use]
    pub fn tentative_accept(&self, offer: &str, until: Timestamp, seconds: u64) -> Value {
        self.activity("TentativeAccept")
            .with("object", offer)
            .with_time("endTime", Some(until))
            .with("secondsLeft", seconds)
            .with("@context", context::proposal())
            .into()
    }

    /// Others have it: the asker has this place in the line. Nothing is kept, so it has no end.
    #[must_use]
    pub fn tentative_accept_waiting(&self, offer: &str, place: usize) -> Value {
        self.activity("TentativeAccept")
            .with("object", offer)
            .with("preview", Value::from(Compact::new("Note").with("name", WAITING)))
            .with("placeInLine", u64::try_from(place).unwrap_or(u64::MAX))
            .with("@context", context::proposal())
            .into()
    }

    /// Says yes, with the agreement.
    #[must_use]
    pub fn accept_offer(&self, offer: &str, agreement: &Agreement) -> Value {
        self.activity("Accept")
            .with("object", offer)
            .with("result", agreement.to_value())
            .with("@context", context::proposal())
            .into()
    }

    /// Says no, with what would pass; to rules that are stale, with fresh ones.
    #[must_use]
    pub fn reject_offer(&self, offer: &str, no: &No, fresh: Option<&Bookable>) -> Value {
        let slot = |(start, end): &Slot| json!({"start": written_time(*start), "end": written_time(*end)});
        self.activity("Reject")
            .with("object", offer)
            .with_some("content", no.words.as_deref())
            .with_some("reason", no.reason.as_deref())
            .with_list("alternatives", no.alternatives.iter().map(slot))
            .with_some("fresh", fresh.map(Bookable::to_value))
            .with("@context", if fresh.is_some() { context::bookable() } else { context::proposal() })
            .into()
    }

    /// Tells where an agreement stands.
    #[must_use]
    pub fn update_agreement(&self, agreement: &Agreement) -> Value {
        self.activity("Update").with("object", agreement.to_value()).with("@context", context::proposal()).into()
    }
}
