//! An activity is acted on in the very transaction that takes it in, where that can be: one commit for both.
//!
//! What needs others to be asked, what broke, and what comes from the same actor after either of them waits in the inbox for
//! the [`Desk`](super::Desk).

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;

use super::gather::Gathered;
use super::heard::{self, Standing};
use super::round::{self, unharmed};
use super::{Case, Done, Stop};
use crate::activitypub::activity::{Activity, ActivityKind};
use crate::coworking::id::ActorId;
use crate::site::Site;
use crate::store::inbox::{self, InboxId, NewActivity};
use crate::store::{self, Notice, Tx, process};

/// An activity of which is known who acts.
#[derive(Debug, Clone)]
pub struct Mail {
    /// What it says.
    pub activity: Arc<Activity>,
    /// Who acts.
    pub actor: ActorId,
    /// Whose personal inbox it came to, where that matters.
    pub recipient: Option<ActorId>,
    /// Its JSON as received.
    pub body: Bytes,
}

/// What became of an activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenIn {
    /// It is over: acted on, or without meaning here; or it came before, and was answered again if it is a question.
    Done,
    /// As [`Done`](Self::Done); the keys of its actor are to be forgotten in memory.
    ForgetKeys,
    /// It waits in the inbox.
    Waits(InboxId),
}

/// Takes an activity in, once for each id, and acts on it. A server that was blocked since it asked is not listened to.
///
/// # Errors
/// The store's.
pub fn take_in(tx: &mut Tx<'_>, site: &Site, mail: &Mail, now: Timestamp) -> Result<TakenIn, store::Error> {
    let Mail { activity, actor, recipient, .. } = mail;
    let waiting = inbox::last_waiting(tx, *actor)?;
    let Some(id) = inbox::take(tx, activity.id.as_str(), *recipient, waiting, now)? else {
        if waiting.is_none() {
            answer_again(tx, site, mail, now)?;
        }
        return Ok(TakenIn::Done);
    };
    let limited = match heard::note(tx, activity.actor.url(), now)? {
        Standing::Blocked => return Ok(TakenIn::Done),
        Standing::Limited => true,
        Standing::Open => false,
    };
    if waiting.is_some() {
        return wait(tx, id, mail, now);
    }
    let gathered = &Gathered::default();
    let case = Case { site, activity, actor: *actor, recipient: *recipient, gathered, limited, now };
    match tx.savepoint(|tx| unharmed(tx, &case)) {
        Ok(Done::Nothing) => Ok(TakenIn::Done),
        Ok(Done::ForgetKeys) => {
            round::tell_keys(tx, *actor);
            Ok(TakenIn::ForgetKeys)
        }
        Err(Stop::Refused(refusal)) => {
            tracing::debug!(%refusal, activity = activity.id.as_str(), "an activity was not acted on");
            Ok(TakenIn::Done)
        }
        Err(Stop::Wants(_)) => wait(tx, id, mail, now),
        // The desk tries it again at once, and sets it aside when that does not help.
        Err(Stop::Broken(error)) => {
            tracing::info!(error = format!("{error:#}"), id = id.0, "an activity did not work out and is tried again");
            wait(tx, id, mail, now)
        }
    }
}

/// Whoever asks once more has no answer, because it was lost or never came. What was asked has one outcome however often it is
/// acted on. Nobody else is asked because of a repeat, and none is tried again: the next one will come.
fn answer_again(tx: &mut Tx<'_>, site: &Site, mail: &Mail, now: Timestamp) -> Result<(), store::Error> {
    let Mail { activity, actor, recipient, .. } = mail;
    let is_question = matches!(activity.kind, ActivityKind::Offer | ActivityKind::Arrive);
    if !is_question || !inbox::may_repeat(tx, activity.id.as_str(), now)? {
        return Ok(());
    }
    let limited = match heard::standing_of(tx, activity.actor.url())? {
        Standing::Blocked => return Ok(()),
        Standing::Limited => true,
        Standing::Open => false,
    };
    let gathered = &Gathered::default();
    let case = Case { site, activity, actor: *actor, recipient: *recipient, gathered, limited, now };
    if let Err(stop) = tx.savepoint(|tx| unharmed(tx, &case)) {
        tracing::debug!(?stop, activity = activity.id.as_str(), "a question that came again was not answered");
    }
    Ok(())
}

fn wait(tx: &mut Tx<'_>, id: InboxId, mail: &Mail, now: Timestamp) -> Result<TakenIn, store::Error> {
    // It was parsed, so it is text.
    let body = std::str::from_utf8(&mail.body).unwrap_or_default();
    let kind = mail.activity.kind.as_str();
    if process::is_shared(tx) {
        tx.notify(Notice::Inbox);
    }
    inbox::put(tx, id, &NewActivity { actor: mail.actor, kind, recipient: mail.recipient, body }, now)?;
    Ok(TakenIn::Waits(id))
}
