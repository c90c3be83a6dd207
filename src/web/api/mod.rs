//! The API for programs: JSON at `/api/v1`, described by `/api/openapi.json`.
//!
//! A handler reads the request, calls one operation or one read of the store, and shows the result as one of the
//! shapes of [`view`]. It holds no rules: what is refused is refused by the operation, in its words.

mod actor;
mod appeal;
mod block;
mod body;
mod booking;
mod calendar;
mod caller;
mod closure;
mod directory;
mod follow;
mod hospitality;
mod kiosk;
mod ledger;
mod limit;
mod mailbox;
mod me;
mod member;
mod node;
mod notification;
mod offer;
mod once;
mod openapi;
mod paging;
mod partner;
mod peer;
mod photo;
mod post;
mod queue;
mod reaction;
mod report;
mod resource;
mod route;
mod search;
mod series;
mod session;
mod space;
mod stay;
mod suspension;
#[cfg(test)]
mod tests;
mod timeline;
mod token;
pub mod view;
mod visit;
mod waitlist;
mod webhook;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, ServiceConfig};
use actix_web::{ResponseError, Scope};

pub use actor::profile;
pub use booking::BookingEdit;
pub(in crate::web) use caller::Caller;
pub use limit::Limits;
pub use mailbox::{Letter, Mailbox};
pub use notification::Notification;
pub use offer::OfferEdit;
pub use openapi::document;
pub use paging::{List, NO_CURSOR, position};
pub use post::PostEdit;
pub use search::Found;
pub use series::SeriesEdit;
pub use webhook::{Webhook, WebhookDelivery, Webhooks, callable};

pub use route::Route;
use route::at;

use crate::web::Door;
use crate::web::asker::asker;
use crate::web::error::Error;

/// The routes under `/api`.
pub fn configure(api: &mut ServiceConfig) {
    let v1 = routes().into_iter().fold(web::scope("/v1"), |scope: Scope, route| scope.service(route.resource()));
    let v1 = v1
        .app_data(web::PathConfig::default().error_handler(|_, _| Error::not_found("resource").into()))
        .default_service(web::to(nothing_here))
        .wrap(from_fn(surrounded));
    api.service(at("/openapi.json").get(openapi::show).resource()).service(v1);
}

/// Every address of `/api/v1`. Of two that fit, the first answers.
pub fn routes() -> Vec<Route> {
    vec![
        at("/node").get(node::show).patch(node::edit),
        at("/me").get(me::show).patch(me::edit),
        at("/me/aliases").post(me::add_alias).delete(me::remove_alias),
        at("/me/move").post(me::move_away),
        at("/me/mail").get(mailbox::show_own).patch(mailbox::edit_own).delete(mailbox::remove_own),
        at("/members").get(member::list).post(member::add),
        at("/members/{id}").get(member::show).delete(member::leave),
        at("/members/{id}/role").put(member::set_role),
        at("/members/{id}/mail").get(mailbox::show),
        at("/tokens").get(token::list).post(token::create),
        at("/tokens/{id}").delete(token::revoke),
        at("/calendars").get(calendar::list).post(calendar::create),
        at("/calendars/{id}").delete(calendar::revoke),
        at("/bookings/{id}/calendar.ics").get(calendar::booking),
        at("/spaces").get(space::list).post(space::found),
        at("/spaces/search").get(directory::search),
        at("/spaces/{id}").get(space::show).patch(space::edit),
        at("/spaces/{id}/resources").get(resource::list).post(resource::add),
        at("/spaces/{id}/hospitality").put(hospitality::set),
        at("/spaces/{id}/partners").get(partner::list),
        at("/spaces/{id}/partners/{partner}").get(partner::review).put(partner::accept).delete(partner::end),
        at("/spaces/{id}/partner_suggestions").get(partner::suggest),
        at("/spaces/{id}/statements").get(ledger::statements),
        at("/ledger").get(ledger::show),
        at("/spaces/{id}/closures").get(closure::list).post(closure::close),
        at("/spaces/{id}/photos").post(photo::add_of_space),
        at("/spaces/{id}/photos/{name}").delete(photo::remove_of_space),
        at("/spaces/{id}/floors/{number}/picture").put(photo::set_plan),
        at("/spaces/{id}/bookings").get(booking::of_space),
        at("/spaces/{id}/bookings/waiting").get(booking::waiting),
        at("/spaces/{id}/guests/{list}").get(booking::guests),
        at("/resources/{id}").get(resource::show).patch(resource::edit).delete(resource::retire),
        at("/resources/{id}/availability").get(resource::availability),
        at("/resources/{id}/photos").post(photo::add_of_resource),
        at("/resources/{id}/photos/{name}").delete(photo::remove_of_resource),
        at("/resources/{id}/checkin").post(booking::walk_in),
        at("/closures/{id}").delete(closure::open),
        at("/bookings").get(booking::own).post(booking::request),
        at("/bookings/{id}").get(booking::show).patch(booking::change),
        at("/bookings/{id}/confirm").post(booking::confirm),
        at("/bookings/{id}/approve").post(booking::approve),
        at("/bookings/{id}/decline").post(booking::decline),
        at("/bookings/{id}/cancel").post(booking::cancel),
        at("/bookings/{id}/checkin").post(booking::check_in),
        at("/bookings/{id}/checkin/undo").post(appeal::undo_check_in),
        at("/bookings/{id}/appeal").post(appeal::appeal),
        at("/bookings/{id}/appeal/dismiss").post(appeal::dismiss),
        at("/bookings/{id}/lift").post(appeal::lift),
        at("/spaces/{id}/appeals").get(appeal::list),
        at("/bookings/{id}/checkout").post(booking::check_out),
        at("/waitlist").get(waitlist::own).post(waitlist::join),
        at("/waitlist/{id}").get(waitlist::show),
        at("/waitlist/{id}/leave").post(waitlist::leave),
        at("/spaces/{id}/waitlist").get(waitlist::of_space),
        at("/bookings/{id}/code").get(kiosk::of_booking),
        at("/me/code").get(kiosk::own).post(kiosk::renew),
        at("/spaces/{id}/kiosks").get(kiosk::list).post(kiosk::add),
        at("/kiosks/{id}").delete(kiosk::remove),
        at("/sessions").get(session::list),
        at("/sessions/links").post(session::link),
        at("/sessions/{id}").delete(session::end),
        at("/bookings/{id}/approve_together").post(series::approve_together),
        at("/series").get(series::list).post(series::make),
        at("/series/preview").post(series::preview),
        at("/series/{id}").get(series::show).patch(series::change),
        at("/series/{id}/bookings").get(series::bookings),
        at("/series/{id}/stays").get(series::stays),
        at("/series/{id}/cancel").post(series::cancel),
        at("/series/{id}/approve").post(series::approve),
        at("/stays").get(stay::list).post(stay::request),
        at("/stays/{id}").get(stay::show),
        at("/stays/{id}/cancel").post(stay::cancel),
        at("/stays/{id}/arrive").post(visit::arrive),
        at("/stays/{id}/leave").post(visit::leave),
        at("/visits").post(visit::begin),
        at("/visits/{id}").get(visit::show),
        at("/posts").post(post::publish),
        at("/posts/{id}").get(post::show).patch(post::edit).delete(post::delete),
        at("/posts/{id}/thread").get(post::thread),
        at("/posts/{id}/like").post(reaction::like).delete(reaction::unlike),
        at("/posts/{id}/announce").post(reaction::announce).delete(reaction::unannounce),
        at("/posts/{id}/pin").post(reaction::pin).delete(reaction::unpin),
        at("/offers").get(offer::board).post(offer::make),
        at("/offers/{id}").get(offer::show).patch(offer::update).delete(offer::delete),
        at("/offers/{id}/settle").post(offer::settle),
        at("/timelines/home").get(timeline::home),
        at("/timelines/space").get(timeline::space),
        at("/timelines/network").get(timeline::network),
        at("/timelines/tags/{tag}").get(timeline::tag),
        at("/conversations").get(timeline::conversations),
        at("/notifications").get(notification::list),
        at("/notifications/read").post(notification::mark_read),
        at("/search").get(search::search),
        at("/actors/lookup").get(actor::lookup),
        at("/actors/{id}").get(actor::show),
        at("/actors/{id}/posts").get(actor::posts),
        at("/actors/{id}/followers").get(actor::followers),
        at("/actors/{id}/following").get(actor::following),
        at("/actors/{id}/hospitality").get(hospitality::show),
        at("/actors/{id}/relation").get(follow::relation),
        at("/actors/{id}/follow").post(follow::follow).delete(follow::unfollow),
        at("/actors/{id}/block").post(block::block).delete(block::unblock),
        at("/actors/{id}/mute").post(block::mute).delete(block::unmute),
        at("/actors/{id}/suspension").put(suspension::suspend).delete(suspension::lift),
        at("/followers").get(follow::followers),
        at("/followers/{id}").delete(follow::remove),
        at("/following").get(follow::following),
        at("/follow_requests").get(follow::requests),
        at("/follow_requests/{id}/approve").post(follow::approve),
        at("/follow_requests/{id}/reject").post(follow::reject),
        at("/blocks").get(block::blocks),
        at("/mutes").get(block::mutes),
        at("/suspensions").get(suspension::list),
        at("/reports").get(report::list).post(report::make),
        at("/reports/{id}/resolve").post(report::resolve),
        at("/peers").get(peer::list),
        at("/peers/{host}").put(peer::set_level),
        at("/peers/{host}/ties").get(peer::ties),
        at("/queue").get(queue::show),
        at("/queue/outgoing").get(queue::outgoing),
        at("/queue/incoming").get(queue::incoming),
        at("/queue/{id}").delete(queue::give_up),
        at("/queue/{id}/retry").post(queue::retry),
        at("/mail").get(mailbox::list),
        at("/mail/{id}/retry").post(mailbox::retry),
        at("/webhooks").get(webhook::list).post(webhook::add),
        at("/webhooks/{id}").get(webhook::show).delete(webhook::remove),
        at("/webhooks/{id}/enable").post(webhook::enable),
        at("/webhooks/{id}/test").post(webhook::test),
        at("/webhooks/{id}/deliveries").get(webhook::deliveries),
    ]
}

/// Counts the request against its address, and lets nobody keep the answer.
async fn surrounded(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let mut answer = match limited(&request) {
        Ok(()) => next.call(request).await?.map_into_boxed_body(),
        Err(error) => {
            let answer = error.error_response();
            request.into_response(answer)
        }
    };
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

fn limited(request: &ServiceRequest) -> Result<(), Error> {
    let door = request.app_data::<web::Data<Door>>();
    match door.and_then(|door| Some((door, asker(&door.node, request.peer_addr(), request.headers())?))) {
        Some((door, asker)) => Ok(door.limits.address(asker)?),
        None => Ok(()),
    }
}

/// What is asked for under no known address.
async fn nothing_here() -> Result<(), Error> {
    Err(Error::not_found("resource"))
}
