//! Objects with their authors, and whatever stands at an address that somebody typed.

use serde_json::Value;

use super::actor::{self, Person, known_or_fetched};
use super::{Error, document};
use crate::activitypub::actor::{ActorKind, RemoteActor};
use crate::activitypub::id::Id;
use crate::activitypub::object::ReceivedObject;
use crate::coworking::id::ActorId;
use crate::federation::take::Authentic;
use crate::http_client::Budget;
use crate::node::Node;

/// An object as its home shows it, which its author stands behind: it lives where the author lives.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The document.
    pub document: Value,
    /// What it says.
    pub object: ReceivedObject,
    /// Its author.
    pub author: ActorId,
}

impl Found {
    pub(in crate::federation) fn authentic(&self) -> Authentic<'_> {
        Authentic { object: &self.object, document: &self.document, author: self.author }
    }
}

/// What may stand at an address.
#[derive(Debug, Clone)]
pub enum Thing {
    /// Somebody, who is kept now.
    Person(Box<Person>),
    /// Something that can be shown as a post.
    Object(Box<Found>),
}

/// The object with this id, and its author.
///
/// # Errors
/// [`Error`].
pub async fn object(node: &Node, id: &Id, budget: &Budget) -> Result<Found, Error> {
    let (_, document) = document(node, id, budget).await?;
    found(node, document, budget).await
}

/// Whatever stands at this address, be it an id or a page that leads to one.
///
/// # Errors
/// [`Error`].
pub async fn thing(node: &Node, address: &Id, budget: &Budget) -> Result<Thing, Error> {
    let (id, document) = document(node, address, budget).await?;
    if ActorKind::of(&document).is_none() {
        return Ok(Thing::Object(Box::new(found(node, document, budget).await?)));
    }
    let read = RemoteActor::read(&document).map_err(|why| Error::NotAnActor { address: id.to_string(), why })?;
    Ok(Thing::Person(Box::new(actor::keep(node, id, &read, budget).await?)))
}

async fn found(node: &Node, document: Value, budget: &Budget) -> Result<Found, Error> {
    let object = ReceivedObject::read(&document).map_err(|error| Error::Unusable(error.to_string()))?;
    let author = known_or_fetched(node, &object.author, budget).await?;
    Ok(Found { document, object, author })
}
