//! What a verified activity does here: one match on its type, a file for each.
//!
//! An activity is acted on in two phases. `act` is sync and runs in a transaction with many others, each in its own
//! savepoint. When it finds that something must be known that is not, it stops and says what it wants; that is
//! gathered outside of any transaction, and the act is begun again. Most activities want nothing.

mod accept;
mod announce;
mod arrive;
mod at_once;
mod block;
mod create;
mod delete;
mod desk;
mod flag;
mod follow;
mod gather;
mod heard;
mod leave;
mod like;
#[cfg(test)]
mod mixed;
mod moved;
mod offer;
mod pin;
mod reject;
mod round;
mod statement;
#[cfg(test)]
mod tests;
mod turns;
mod undo;
mod update;

use jiff::Timestamp;

use crate::activitypub::activity::{Activity, ActivityKind};
use crate::activitypub::id::Id;
use crate::coworking::Refusal;
use crate::coworking::id::ActorId;
use crate::federation::fetch::Found;
use crate::operations::{self, post::Why};
use crate::site::Site;
use crate::store::{self, Tx, actor};

pub use at_once::{Mail, TakenIn, take_in};
pub use desk::Desk;
use gather::{Gathered, Want};

/// An activity, and all that is at hand to act on it.
struct Case<'c> {
    site: &'c Site,
    activity: &'c Activity,
    /// Who acts.
    actor: ActorId,
    /// Whose personal inbox it came to.
    recipient: Option<ActorId>,
    /// What was asked of others for it.
    gathered: &'c Gathered,
    /// Does it come from a server that reaches those who follow its people and nobody else?
    limited: bool,
    now: Timestamp,
}

/// What is left to do after an act is committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Done {
    Nothing,
    /// The keys of the actor are to be forgotten in memory.
    ForgetKeys,
}

/// Why an act was not done. Nothing of it was kept.
#[derive(Debug)]
enum Stop {
    /// Something has to be asked of others first.
    Wants(Want),
    /// It means nothing here, or is not the actor's to do: it is done with.
    Refused(Refusal),
    /// It may work another time.
    Broken(anyhow::Error),
}

impl From<operations::Error> for Stop {
    fn from(error: operations::Error) -> Self {
        match error {
            operations::Error::Refused(refusal) => Self::Refused(refusal),
            operations::Error::Broken(error) => Self::Broken(error),
        }
    }
}

impl From<store::Error> for Stop {
    fn from(error: store::Error) -> Self {
        Self::Broken(error.into())
    }
}

type Acted = Result<Done, Stop>;

fn act(tx: &mut Tx<'_>, case: &Case<'_>) -> Acted {
    match &case.activity.kind {
        ActivityKind::Follow => follow::act(tx, case),
        ActivityKind::Accept => accept::act(tx, case),
        ActivityKind::Reject => reject::act(tx, case),
        ActivityKind::Undo => undo::act(tx, case),
        ActivityKind::Create if statement::is_about_one(case) => statement::act(tx, case),
        ActivityKind::Create => create::act(tx, case),
        ActivityKind::Update => update::act(tx, case),
        ActivityKind::Delete => delete::act(tx, case),
        ActivityKind::Like => like::act(tx, case),
        ActivityKind::Announce => announce::act(tx, case),
        ActivityKind::Move => moved::act(tx, case),
        ActivityKind::Block => block::act(tx, case),
        ActivityKind::Flag => flag::act(tx, case),
        ActivityKind::Add => pin::add(tx, case),
        ActivityKind::Remove => pin::remove(tx, case),
        ActivityKind::Offer => offer::act(tx, case),
        ActivityKind::TentativeAccept => offer::answered(tx, case),
        ActivityKind::Arrive => arrive::act(tx, case),
        ActivityKind::Leave => leave::act(tx, case),
        ActivityKind::Other(_) => Ok(Done::Nothing),
    }
}

impl Case<'_> {
    /// Why a post comes that was sent here.
    fn why(&self) -> Why {
        if self.limited { Why::Followed } else { Why::Delivered }
    }

    fn is_ours(&self, id: &Id) -> bool {
        self.site.is_ours(id.url())
    }

    /// The id of what the activity is about.
    fn object_id(&self) -> Result<Id, Stop> {
        self.activity.object_id().ok_or_else(|| not_for_us("an object with an id"))
    }

    /// Somebody who lives here.
    fn local(&self, tx: &mut Tx<'_>, id: &Id) -> Result<Option<ActorId>, Stop> {
        if !self.is_ours(id) {
            return Ok(None);
        }
        Ok(actor::id_of(tx, id.as_str())?)
    }

    /// The local actor that the activity is about.
    fn local_object(&self, tx: &mut Tx<'_>) -> Result<ActorId, Stop> {
        let id = self.object_id()?;
        self.local(tx, &id)?.ok_or_else(|| not_for_us("somebody who lives here"))
    }

    /// An object as its home shows it; nothing when it cannot be had.
    fn fetched(&self, id: &Id, need: gather::Need) -> Result<Option<&Found>, Stop> {
        self.gathered.object(id).ok_or_else(|| Stop::Wants(Want::Object(id.clone(), need)))
    }
}

/// The activity is well-formed and means nothing here.
fn not_for_us(what: &'static str) -> Stop {
    Stop::Refused(Refusal::NotFound { what })
}

/// The actor has no right to do this.
fn not_its_own(act: &'static str) -> Stop {
    Stop::Refused(Refusal::NotPermitted { who: "its owner", act })
}
