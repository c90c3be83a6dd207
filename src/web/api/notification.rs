//! What the caller is told.

use actix_web::HttpResponse;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::paging::{List, Listing, Paging, Window};
use super::view::{self, Id, Person, Post, Time};
use crate::coworking::id::{AwayId, BookingId, NotificationId};
use crate::operations::notification;
use crate::store::notification::{self as rows, NotificationKind};
use crate::web::error::Result;

/// Something that somebody did to the caller.
#[derive(Debug, Serialize, ToSchema)]
pub struct Notification {
    /// The node's number for it.
    #[schema(value_type = Id)]
    pub id: NotificationId,
    /// What was done.
    #[schema(value_type = view::NotificationKind)]
    pub kind: &'static str,
    /// Who did it.
    pub actor: Person,
    /// The post that it is about: theirs, or the caller's.
    #[schema(required)]
    pub post: Option<Post>,
    /// The booking that it is about, at this node.
    #[schema(value_type = Option<Id>, required)]
    pub booking: Option<BookingId>,
    /// The booking that it is about, at another node.
    #[schema(value_type = Option<Id>, required)]
    pub stay: Option<AwayId>,
    /// Of a booking: what happened, what it is about, when by the clock of the space, and where.
    #[schema(required)]
    pub text: Option<String>,
    /// When.
    #[schema(value_type = Time)]
    pub notified_at: Timestamp,
    /// Has the caller seen it?
    pub read: bool,
}

impl Notification {
    /// A line as its member sees it `now`.
    #[must_use]
    pub fn new(line: rows::Notification, now: Timestamp) -> Self {
        Self {
            id: line.id,
            kind: line.kind.as_str(),
            actor: line.actor.into(),
            post: line.post.map(|post| Post::new(post, now)),
            text: match line.kind {
                NotificationKind::News(kind) => line.subject.map(|subject| subject.sentence(kind)),
                _ => None,
            },
            booking: line.booking,
            stay: line.away,
            notified_at: line.notified_at,
            read: line.read,
        }
    }
}

/// Lists what the caller is told, the newest first
#[utoipa::path(
    get, path = "/notifications", tag = "notifications", operation_id = "list_notifications", params(Window),
    responses((status = 200, description = "A page", body = List<Notification>))
)]
pub async fn list(caller: Caller, paging: Paging) -> Result<Listing<Notification>> {
    let page = paging.page();
    let lines = caller.read(move |tx, caller| notification::list(tx, caller.acting, page)).await?;
    Ok(paging.slice(caller.site().origin(), lines.map(|line| Notification::new(line, caller.now))))
}

/// What the caller has seen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadBody {
    /// The newest notification that they have seen.
    #[schema(value_type = Id)]
    pub up_to: NotificationId,
}

/// Marks notifications as read, up to one
#[utoipa::path(
    post, path = "/notifications/read", tag = "notifications", operation_id = "mark_notifications_read",
    request_body = ReadBody, responses((status = 204, description = "Done"))
)]
pub async fn mark_read(caller: Caller, body: Body<ReadBody>) -> Result<HttpResponse> {
    let up_to = body.value.up_to;
    caller.act(move |tx, caller| notification::mark_read(tx, caller.acting, up_to, caller.now)).await?;
    Ok(HttpResponse::NoContent().finish())
}
