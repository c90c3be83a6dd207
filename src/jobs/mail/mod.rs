//! Sends letters to members, a bounded number in each round, one after the other.

mod letter;

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::duty;
use super::wake::Wake;
use crate::coworking::id::MailId;
use crate::federation::deliver::next_within;
use crate::mail::{Error, Mail};
use crate::node::Node;
use crate::operations::{self, mail as letters};
use crate::store::mail::{self, Mail as Row, State};
use crate::store::process::{self, Duty};
use crate::store::{self, Notice, Tx, actor};

/// Letters in one round.
const AT_ONCE: u32 = 50;
/// After so many that the server would not take one after the other, all wait.
const PATIENCE: u32 = 3;
/// So long.
const PAUSE: Duration = Duration::from_secs(30);
/// However far ahead the next letter is: clocks are set, and notices get lost.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);
/// So long a letter is tried.
const KEPT: SignedDuration = SignedDuration::from_hours(72);

/// How a round went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Round {
    /// Nothing was due.
    Idle,
    /// There may be more.
    Worked,
    /// The mail server is in trouble.
    Trouble,
}

pub(super) async fn run(node: Arc<Node>, stop: CancellationToken) {
    let mail = way_out(&node);
    let mut wake = Wake::new(&node, stop.clone(), |notice| notice == Notice::Delivery);
    loop {
        let mut pause = LONGEST_SLEEP;
        if !stop.is_cancelled() && duty::is_ours(&node, Duty::Mail).await {
            pause = loop {
                match round(&node, &mail, &stop).await {
                    Ok(Round::Worked) if !stop.is_cancelled() => {}
                    Ok(Round::Worked | Round::Idle) => break until_next(&node).await.min(LONGEST_SLEEP),
                    // Others may be due; they wait, too.
                    Ok(Round::Trouble) => break PAUSE,
                    Err(error) => {
                        tracing::error!(%error, "cannot look after letters");
                        break PAUSE;
                    }
                }
            };
        }
        if !wake.sleep(pause).await {
            return;
        }
    }
}

/// Sends what is due now; tells whether anything was.
pub(super) async fn settle(node: &Arc<Node>) -> bool {
    if !duty::is_ours(node, Duty::Mail).await {
        return false;
    }
    let mail = way_out(node);
    let mut worked = false;
    loop {
        match round(node, &mail, &CancellationToken::new()).await {
            Ok(Round::Worked) => worked = true,
            Ok(Round::Trouble) => return true,
            Ok(Round::Idle) => return worked,
            Err(error) => {
                tracing::error!(%error, "cannot look after letters");
                return worked;
            }
        }
    }
}

fn way_out(node: &Node) -> Mail {
    Mail::new(&node.config.mail()).unwrap_or_else(|error| {
        tracing::error!(%error, "no letters are sent");
        Mail::None
    })
}

async fn until_next(node: &Node) -> Duration {
    let next = node.store.read(|tx: &mut Tx<'_>| mail::next_due(tx)).await.ok().flatten();
    let ahead = next.map(|next| Duration::try_from(next.duration_since(node.clock.now())).unwrap_or_default());
    ahead.map_or(LONGEST_SLEEP, |ahead| ahead.max(Duration::from_secs(1)))
}

async fn round(node: &Node, mail: &Mail, stop: &CancellationToken) -> operations::Result<Round> {
    let now = node.clock.now();
    let due = node.store.read(move |tx: &mut Tx<'_>| mail::due(tx, now, AT_ONCE)).await?;
    if due.is_empty() {
        return Ok(Round::Idle);
    }
    let mut in_vain = 0;
    for row in due {
        if stop.is_cancelled() {
            break;
        }
        match send(node, mail, row).await? {
            Some(true) => in_vain = 0,
            Some(false) => in_vain += 1,
            // Another process has the duty by now.
            None => return Ok(Round::Idle),
        }
        if in_vain >= PATIENCE {
            return Ok(Round::Trouble);
        }
    }
    Ok(Round::Worked)
}

/// Sends one letter; `false` when the server would not take it now, `None` when it is not for us to send.
async fn send(node: &Node, mail: &Mail, row: Row) -> operations::Result<Option<bool>> {
    let (id, now, site) = (row.id, node.clock.now(), node.site.clone());
    let asked = row.clone();
    let prepared = node
        .store
        .read(move |tx| {
            let name = actor::by_uri(tx, &site.node_actor())?.map(|node| node.name).unwrap_or_default();
            Ok::<_, operations::Error>((letters::prepare(tx, &asked, now)?, name))
        })
        .await?;
    let (letter, name) = match prepared {
        (Err(why), _) => {
            return Ok(write(node, id, End::Over(State::Dropped, Some(why.to_owned()))).await?.then_some(true));
        }
        (Ok(letter), name) => (letter, if name.is_empty() { node.config.node_name.as_str().to_owned() } else { name }),
    };
    if mail.is_none() {
        let why = "this node sends no mail: neither mail_smtp nor mail_folder is set".to_owned();
        return Ok(write(node, id, End::Over(State::Dropped, Some(why))).await?.then_some(true));
    }
    let written = letter::write(&node.site, &name, id, &letter, now);
    let (end, passed) = match mail.send(&written).await {
        Ok(()) => (End::Over(State::Sent, None), true),
        Err(Error::Never(why)) => (End::Over(State::Failed, Some(why)), true),
        Err(Error::Later(why)) => {
            let tries = row.attempts.saturating_add(1);
            let end = match next_within(KEPT, id.0, tries, None, row.created_at, node.clock.now()) {
                Some(next) => End::Again(why, next),
                None => End::Over(State::Failed, Some(why)),
            };
            (end, false)
        }
    };
    if let End::Over(State::Failed, Some(_)) | End::Again(..) = &end {
        // What a mail server says names the recipient, and logs are read by others.
        tracing::warn!(mail = id.0, "a letter did not leave; `thirdspace mail list` shows why");
    }
    Ok(write(node, id, end).await?.then_some(passed))
}

/// What becomes of a letter.
#[derive(Debug, Clone)]
enum End {
    Over(State, Option<String>),
    Again(String, Timestamp),
}

/// `false` when another process has the duty: it will find out by itself.
async fn write(node: &Node, id: MailId, end: End) -> Result<bool, store::Error> {
    let now = node.clock.now();
    node.store
        .write(move |tx| {
            if !process::take(tx, Duty::Mail, now)? {
                return Ok(false);
            }
            match &end {
                End::Over(state, why) => mail::end(tx, id, *state, why.as_deref(), now)?,
                End::Again(why, next) => mail::retry(tx, id, why, *next)?,
            }
            Ok(true)
        })
        .await
}
