//! Whoever sends something verified is well: its bad time, if it had one, is over.

use std::collections::HashSet;

use jiff::Timestamp;
use url::Url;

use crate::coworking::peer::Host;
use crate::operations::{self, peer};
use crate::store::Tx;

/// Notes that the servers of these actors were heard, each once.
pub(super) fn note<'u>(
    tx: &mut Tx<'_>,
    actors: impl IntoIterator<Item = &'u Url>,
    now: Timestamp,
) -> operations::Result<()> {
    let hosts: HashSet<Host> = actors.into_iter().filter_map(Host::of).collect();
    for host in hosts {
        peer::note_heard(tx, &host, now)?;
    }
    Ok(())
}
