//! From a subject to its document.

use bytes::Bytes;

use super::Subject;
use crate::coworking::id::ActorId;
use crate::node::Node;
use crate::store::Tx;
use crate::store::post::Reader;
use crate::web::error::{Error, Result};

/// A document, and whose changes make it stale.
pub(super) struct Made {
    pub(super) body: Bytes,
    pub(super) about: Option<ActorId>,
}

/// Makes the document for a reader.
pub(super) fn make(tx: &mut Tx<'_>, node: &Node, subject: &Subject, reader: Reader) -> Result<Made> {
    Err(Error::not_found(subject.noun()))
}
