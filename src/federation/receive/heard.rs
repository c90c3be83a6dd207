//! The server that an activity comes from: that it was heard, and how far it is trusted now.

use jiff::Timestamp;
use url::Url;

use crate::coworking::peer::{Host, Level};
use crate::operations;
use crate::store::{self, Tx};

/// How far a server reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Open,
    /// To those who follow its people.
    Limited,
    /// Nowhere: it was blocked after its activity had come.
    Blocked,
}

impl From<Level> for Standing {
    fn from(level: Level) -> Self {
        match level {
            Level::Blocked => Self::Blocked,
            Level::Limited => Self::Limited,
            Level::Known | Level::Trusted => Self::Open,
        }
    }
}

/// Notes that the server of this actor was heard (a bad time that it had is over), and tells how far it reaches.
pub(super) fn note(tx: &mut Tx<'_>, actor: &Url, now: Timestamp) -> Result<Standing, store::Error> {
    let Some(host) = Host::of(actor) else { return Ok(Standing::Open) };
    Ok(operations::peer::note_heard(tx, &host, now)?.level.into())
}

/// How far the server of this actor reaches.
pub(super) fn standing_of(tx: &mut Tx<'_>, actor: &Url) -> Result<Standing, store::Error> {
    Host::of(actor).map_or(Ok(Standing::Open), |host| Ok(store::peer::level(tx, &host)?.into()))
}
