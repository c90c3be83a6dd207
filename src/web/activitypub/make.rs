//! From a subject to its document.

use bytes::Bytes;

use super::Subject;
use super::subject::{List, Part, Who};
use crate::coworking::id::ActorId;
use crate::federation::document::{self, Answer, Collection};
use crate::node::Node;
use crate::site::Local;
use crate::store::Tx;
use crate::store::post::Reader;
use crate::web::error::{Error, Result, Wrong};

/// A document, and whose changes make it stale.
pub(super) struct Made {
    pub(super) body: Bytes,
    pub(super) about: Option<ActorId>,
    /// Is it the tombstone of something that is gone?
    pub(super) gone: bool,
}

/// Makes the document for a reader.
pub(super) fn make(tx: &mut Tx<'_>, node: &Node, subject: &Subject, reader: Reader) -> Result<Made> {
    let site = &node.site;
    let answer = match subject {
        Subject::Actor(who) => document::object(tx, site, &who.local(), reader),
        Subject::List(who, list, part) => document::collection(tx, site, &who.local(), list.collection(), part.part()),
        Subject::Post(id) => document::object(tx, site, &Local::Post(*id), reader),
        Subject::Replies(id, part) => document::replies(tx, site, *id, part.part()),
        Subject::Activity(id) => document::object(tx, site, &Local::Activity(*id), reader),
        Subject::Follow(id) => document::object(tx, site, &Local::Follow(*id), reader),
        Subject::Like(id) => document::object(tx, site, &Local::Like(*id), reader),
        Subject::Announce(id) => document::object(tx, site, &Local::Announce(*id), reader),
    }?;
    match answer {
        Answer::Document(document) => {
            Ok(Made { body: document.body.into(), about: Some(document.about), gone: document.gone })
        }
        Answer::Missing => Err(Error::not_found(subject.noun())),
        Answer::NotYet => Err(Error::wrong(Wrong::Unavailable, "its keys are being made; ask again in a few seconds")),
    }
}

impl Who {
    fn local(&self) -> Local {
        match self {
            Self::Node => Local::Node,
            Self::Member(name) => Local::Member(name.clone()),
            Self::Space(name) => Local::Space(name.clone()),
        }
    }
}

impl List {
    fn collection(self) -> Collection {
        match self {
            Self::Outbox => Collection::Outbox,
            Self::Followers => Collection::Followers,
            Self::Following => Collection::Following,
            Self::Featured => Collection::Featured,
        }
    }
}

impl Part {
    fn part(self) -> document::Part {
        match self {
            Self::Whole => document::Part::Whole,
            Self::Page(below) => document::Part::Page(below),
        }
    }
}
