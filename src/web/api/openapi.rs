//! The description of the API for programs (OpenAPI 3.1), at `/api/openapi.json`.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE};
use actix_web::web::Bytes;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{ArrayBuilder, Schema};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, Content, OpenApi, Ref, RefOr, ResponseBuilder, Server};
use utoipa::{Modify, OpenApi as _, ToSchema};

use super::view::{Broken, Clash, Slot};
use super::{
    actor, appeal, block, booking, calendar, closure, directory, follow, hospitality, kiosk, ledger, mailbox, me,
    member, node, notification, offer, partner, peer, photo, post, queue, reaction, report, resource, search, series,
    session, space, stay, suspension, timeline, token, visit, waitlist, webhook,
};

/// A "no", or a failure (RFC 9457).
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is written elsewhere")]
pub struct Problem {
    /// `/problems/{code}`, a page of the node that explains it. The code never changes its meaning.
    #[schema(rename = "type", example = "/problems/too-long")]
    kind: String,
    /// The same words for every problem of the type.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What is wrong this time, and what would pass.
    detail: String,
    /// The field at fault, if it is one.
    field: Option<String>,
    /// Of what cannot be booked as wished: every rule that the wish breaks.
    #[schema(nullable = false)]
    broken: Option<Vec<Broken>>,
    /// Of what cannot be booked as wished: the nearest times that break no rule, the nearest first.
    #[schema(nullable = false)]
    alternatives: Option<Vec<Slot>>,
    /// Of what cannot be booked as wished: the IANA name of the zone where its clock hangs.
    #[schema(nullable = false, example = "Europe/Amsterdam")]
    timezone: Option<String>,
    /// Of a series of which some cannot be had: each of those.
    #[schema(nullable = false)]
    clashes: Option<Vec<Clash>>,
    /// Under which name the node's log has it, if the fault is the node's.
    id: Option<String>,
}

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Thirdspace",
        description = "What members and their programs can do on a node. Lists come in pages: follow the `Link` \
                       header, or ask again with `cursor` set to `next`. Every error is a problem document \
                       (RFC 9457); 429 says in `Retry-After` when to come back.",
        license(name = "AGPL-3.0-or-later", identifier = "AGPL-3.0-or-later"),
    ),
    paths(
        node::show, node::edit, me::show, me::edit, me::add_alias, me::remove_alias, me::move_away,
        member::list, member::add, member::show, member::set_role, member::leave,
        token::list, token::create, token::revoke,
        calendar::list, calendar::create, calendar::revoke, calendar::booking,
        photo::add_of_resource, photo::remove_of_resource, photo::add_of_space, photo::remove_of_space, photo::set_plan,
        directory::search, space::list, space::found, space::show, space::edit,
        hospitality::show, hospitality::set,
        partner::list, partner::review, partner::accept, partner::end, partner::suggest, ledger::show, ledger::statements,
        resource::list, resource::add, resource::show, resource::edit, resource::retire, resource::availability,
        closure::list, closure::close, closure::open,
        booking::request, booking::own, booking::of_space, booking::waiting, booking::show, booking::change,
        booking::confirm, booking::approve, booking::decline, booking::cancel, booking::check_in, booking::check_out,
        booking::walk_in, booking::guests,
        waitlist::join, waitlist::own, waitlist::of_space, waitlist::show, waitlist::leave,
        stay::request, stay::list, stay::show, stay::cancel, visit::arrive, visit::leave, visit::begin, visit::show,
        kiosk::list, kiosk::add, kiosk::remove, kiosk::of_booking, kiosk::own, kiosk::renew,
        session::link, session::list, session::end,
        series::preview, series::make, series::list, series::show, series::bookings, series::stays, series::change,
        series::cancel, series::approve, series::approve_together,
        appeal::undo_check_in, appeal::appeal, appeal::lift, appeal::dismiss, appeal::list,
        post::publish, post::show, post::edit, post::delete, post::thread,
        reaction::like, reaction::unlike, reaction::announce, reaction::unannounce, reaction::pin, reaction::unpin,
        offer::board, offer::make, offer::show, offer::update, offer::settle, offer::delete,
        timeline::home, timeline::space, timeline::network, timeline::tag, timeline::conversations,
        notification::list, notification::mark_read,
        search::search,
        actor::lookup, actor::show, actor::posts, actor::followers, actor::following,
        follow::relation, follow::follow, follow::unfollow, follow::followers, follow::remove, follow::following,
        follow::requests, follow::approve, follow::reject,
        block::block, block::unblock, block::mute, block::unmute, block::blocks, block::mutes,
        report::make, report::list, report::resolve,
        suspension::suspend, suspension::lift, suspension::list,
        peer::list, peer::set_level,
        mailbox::show_own, mailbox::edit_own, mailbox::remove_own, mailbox::show, mailbox::list, mailbox::retry,
        webhook::list, webhook::add, webhook::show, webhook::remove, webhook::enable, webhook::test, webhook::deliveries,
        peer::ties,
        queue::show, queue::outgoing, queue::incoming, queue::retry, queue::give_up,
    ),
    components(schemas(Problem)),
    security(("token" = [])),
    modifiers(&Common),
)]
struct Description;

/// What holds for every operation.
struct Common;

impl Modify for Common {
    fn modify(&self, api: &mut OpenApi) {
        api.servers = Some(vec![Server::new("/api/v1")]);
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A token as POST /tokens or the setup of the node gives it: ts_…"))
            .build();
        let components = api.components.get_or_insert_with(Components::new);
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
        for (name, schema) in &mut components.schemas {
            if let Some(item) = name.strip_prefix("List_") {
                list_of(schema, item);
            }
        }
        for item in api.paths.paths.values_mut() {
            let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
            for operation in operations.into_iter().flatten() {
                refusable(operation);
            }
        }
    }
}

/// A list names what is in it, so that it is the same to those who generate code from the description.
fn list_of(list: &mut RefOr<Schema>, item: &str) {
    if let RefOr::T(Schema::Object(list)) = list {
        let items = ArrayBuilder::new().items(Ref::from_schema_name(item)).description(Some("What is on the page."));
        list.properties.insert("items".to_owned(), items.into());
    }
}

/// Every operation can be refused in the same form.
fn refusable(operation: &mut Operation) {
    let problem = Content::new(Some(RefOr::Ref(Ref::from_schema_name("Problem"))));
    let response = ResponseBuilder::new()
        .description("It was refused, or it failed")
        .content("application/problem+json", problem)
        .build();
    operation.responses.responses.insert("default".to_owned(), RefOr::T(response));
}

/// The description, as it is served and as it stands in `schemas/openapi.json`.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn document() -> serde_json::Result<String> {
    let mut text = Description::openapi().to_pretty_json()?;
    text.push('\n');
    Ok(text)
}

/// Serves the description; programs in browsers may read it, too.
pub async fn show() -> HttpResponse {
    static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(document().unwrap_or_default()));
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .body(DOCUMENT.clone())
}
