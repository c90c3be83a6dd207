//! A document from elsewhere becomes a post that is ours to keep: everybody it names gets the number that they have here.

use jiff::Timestamp;
use serde_json::Value;

use crate::activitypub::id::Id;
use crate::activitypub::object::ReceivedObject;
use crate::coworking::id::ActorId;
use crate::federation::translate::post::{self as translate, Readers};
use crate::operations::post::ReceivedPost;
use crate::site::Site;
use crate::store::{Error, Tx, actor};

/// An object that its author stands behind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Authentic<'o> {
    pub(super) object: &'o ReceivedObject,
    pub(super) document: &'o Value,
    pub(super) author: ActorId,
}

/// The post as it is kept. `in_secret` is to whom it came without being named (`bto`).
///
/// # Errors
/// The store's.
pub(super) fn received(
    tx: &mut Tx<'_>,
    site: &Site,
    authentic: Authentic<'_>,
    in_secret: Option<ActorId>,
    now: Timestamp,
) -> Result<ReceivedPost, Error> {
    let Authentic { object, document, author } = authentic;
    let open = translate::is_open(&object.audience);
    // A post for everybody needs no look at its author: this is the hottest path of a node.
    let followers = match open {
        true => None,
        false => actor::by_id(tx, author)?.and_then(|author| author.followers),
    };
    let visibility = translate::visibility(&object.audience, followers.as_deref());
    let ours = |id: &Id| site.is_ours(id.url());
    let mut names: Vec<&str> = translate::addressees(object, ours).map(Id::as_str).collect();
    names.sort_unstable();
    names.dedup();
    let mut recipients: Vec<ActorId> = match names.is_empty() {
        true => Vec::new(),
        false => actor::ids_of(tx, &names)?.into_iter().map(|(_, id)| id).collect(),
    };
    // What is for followers comes to their own inboxes, too, and names none of them.
    if visibility.is_direct() {
        recipients.extend(in_secret.filter(|recipient| !recipients.contains(recipient)));
    }
    Ok(translate::received(object, document, author, Readers { visibility, recipients }, now))
}
