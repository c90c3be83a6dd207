//! The servers that a batch comes from: that they were heard, and how far they are trusted now.

use std::collections::HashMap;

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
    /// Nowhere: it was blocked after its activity had been taken in.
    Blocked,
}

/// The standing of some servers.
#[derive(Debug)]
pub(super) struct Standings(HashMap<Host, Standing>);

impl Standings {
    /// That of the server of this address.
    pub(super) fn of(&self, url: &Url) -> Standing {
        Host::of(url).and_then(|host| self.0.get(&host).copied()).unwrap_or(Standing::Open)
    }
}

/// Notes that the servers of these actors were heard, each once (a bad time that one of them had is over), and tells how
/// far they reach.
pub(super) fn note<'u>(
    tx: &mut Tx<'_>,
    actors: impl IntoIterator<Item = &'u Url>,
    now: Timestamp,
) -> operations::Result<Standings> {
    let mut standings = HashMap::new();
    for host in actors.into_iter().filter_map(Host::of) {
        if standings.contains_key(&host) {
            continue;
        }
        operations::peer::note_heard(tx, &host, now)?;
        let standing = match store::peer::level(tx, &host)? {
            Level::Blocked => Standing::Blocked,
            Level::Limited => Standing::Limited,
            Level::Known | Level::Trusted => Standing::Open,
        };
        standings.insert(host, standing);
    }
    Ok(Standings(standings))
}
