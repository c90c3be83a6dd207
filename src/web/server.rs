//! The server: its limits, and every route in one list.

use std::future::Future;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{App, HttpServer, Resource, ResponseError, Route, guard, web};
use tokio_util::sync::CancellationToken;

use super::activitypub::inbox;
use super::document::Documents;
use super::error::{Error, Wrong};
use super::frame::Frame;
use super::{Door, activitypub, api, asset, availability, calendar, discovery, media, pages, session};
use crate::node::Node;

/// How long a client may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an idle connection is kept; longer than the usual minute of a proxy, so that the proxy closes first.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How long requests in flight may take to end when the server stops.
const FAREWELL: Duration = Duration::from_secs(20);
/// The largest form; none has more than a few names in it.
const FORM: usize = 16 * 1024;
/// Connections that one worker holds.
const CONNECTIONS: usize = 10_000;

/// Answers requests until `stop`, then ends what is in flight.
///
/// # Errors
/// When the listener cannot be used.
pub fn run(
    node: Arc<Node>,
    listener: TcpListener,
    stop: CancellationToken,
) -> impl Future<Output = io::Result<()>> + Send {
    let workers = node.config.workers;
    let documents = Arc::new(Documents::new(&node.store));
    let awake = documents.clone().stay_awake();
    let door = web::Data::new(Door {
        limits: api::Limits::new(&node.clock, &node.reception.tally),
        lookups: pages::interaction::Lookups::new(&node.clock, &node.reception.tally),
        forms: session::Forms::new(&node.clock, &node.reception.tally),
        node: node.clone(),
        documents,
    });
    let node = web::Data::from(node);
    async move {
        let server = HttpServer::new(move || {
            App::new()
                .app_data(door.clone())
                .app_data(node.clone())
                .wrap(Frame { node: door.node.clone() })
                .configure(routes)
        })
        .workers(workers)
        .worker_max_blocking_threads(1)
        .max_connections(CONNECTIONS)
        .client_request_timeout(HEAD_TIMEOUT)
        .keep_alive(KEEP_ALIVE)
        .shutdown_timeout(FAREWELL.as_secs())
        .disable_signals()
        .listen(listener)?
        .run();
        let handle = server.handle();
        let awake = tokio::spawn(awake);
        let stopping = tokio::spawn(async move {
            stop.cancelled().await;
            handle.stop(true).await;
        });
        let ended = server.await;
        awake.abort();
        stopping.abort();
        ended
    }
}

/// Every address that the node answers at.
pub fn routes(app: &mut web::ServiceConfig) {
    app.app_data(web::PathConfig::default().error_handler(|_, _| Error::not_found("page").into()))
        .app_data(web::QueryConfig::default().error_handler(|error, _| unreadable("the part after ?", &error)))
        .app_data(web::FormConfig::default().limit(FORM).error_handler(|error, _| unreadable("the form", &error)))
        // What peers ask for most stands first: routes are tried in turn.
        .service(at("/inbox", DELIVER).route(web::post().to(inbox::shared)))
        .service(at("/.well-known/webfinger", READ).route(read().to(discovery::webfinger)))
        .service(at("/members/{name}", READ).route(read().to(activitypub::get)))
        .service(at("/members/{name}/inbox", DELIVER).route(web::post().to(inbox::personal)))
        .service(at("/spaces/{name}/inbox", DELIVER).route(web::post().to(inbox::personal)))
        .service(at("/actor/inbox", DELIVER).route(web::post().to(inbox::personal)))
        .service(at("/members/{name}/{list}", READ).route(read().to(activitypub::get)))
        .service(at("/spaces/{name}", READ).route(read().to(activitypub::get)))
        .service(at("/spaces/{name}/{list}", READ).route(read().to(activitypub::get)))
        .service(at("/posts/{id}", READ).route(read().to(activitypub::get)))
        .service(at("/posts/{id}/replies", READ).route(read().to(activitypub::get)))
        .service(at("/actor", READ).route(read().to(activitypub::get)))
        .service(at("/actor/{list}", READ).route(read().to(activitypub::get)))
        .service(at("/activities/{id}", READ).route(read().to(activitypub::get)))
        .service(at("/follows/{id}", READ).route(read().to(activitypub::get)))
        .service(at("/likes/{id}", READ).route(read().to(activitypub::get)))
        .service(at("/announces/{id}", READ).route(read().to(activitypub::get)))
        .service(
            at("/resources/{id}", FORM_METHODS)
                .route(read().to(activitypub::get))
                .route(web::post().to(pages::book::submit)),
        )
        .service(at("/resources/{id}/availability", READ).route(read().to(availability::show)))
        .service(at("/bookings/{id}", READ).route(read().to(activitypub::get)))
        .service(at("/asked/{id}", READ).route(read().to(activitypub::get)))
        .service(web::scope("/api").configure(api::configure))
        .service(at("/.well-known/host-meta", READ).route(read().to(discovery::host_meta)))
        .service(at("/.well-known/host-meta.json", READ).route(read().to(discovery::host_meta_json)))
        .service(at("/.well-known/nodeinfo", READ).route(read().to(discovery::nodeinfo_links)))
        .service(at("/nodeinfo/{version}", READ).route(read().to(discovery::nodeinfo)))
        .service(at("/calendars/{secret}.ics", READ).route(read().to(calendar::feed)))
        .service(at("/resources/{id}/calendar.ics", READ).route(read().to(calendar::free_busy)))
        .service(at("/robots.txt", READ).route(read().to(discovery::robots)))
        // Pages that are no documents.
        .service(at("/", READ).route(read().to(activitypub::get)))
        .service(at("/people/{id}", READ).route(read().to(pages::actor::remote)))
        .service(at("/media/{name}", READ).route(read().to(media::file)))
        .service(at("/directory", READ).route(read().to(pages::directory::page)))
        .service(at("/tags/{tag}", READ).route(read().to(pages::tag::page)))
        .service(
            at("/setup/{secret}", FORM_METHODS)
                .route(read().to(pages::setup::form))
                .route(web::post().to(pages::setup::submit)),
        )
        .service(
            at("/mail/confirm/{secret}", FORM_METHODS)
                .route(read().to(pages::mail::ask))
                .route(web::post().to(pages::mail::confirm)),
        )
        .service(
            at("/mail/stop/{key}", FORM_METHODS)
                .route(read().to(pages::mail::ask_to_stop))
                .route(web::post().to(pages::mail::stop)),
        )
        .service(at("/authorize_interaction", READ).route(read().to(pages::interaction::page)))
        .service(
            at("/sign-in", FORM_METHODS)
                .route(read().to(pages::sign_in::form))
                .route(web::post().to(pages::sign_in::submit)),
        )
        .service(
            at("/sign-in/{secret}", FORM_METHODS)
                .route(read().to(pages::sign_in::link))
                .route(web::post().to(pages::sign_in::follow)),
        )
        .service(at("/sign-out", DELIVER).route(web::post().to(pages::sign_in::leave)))
        .service(at("/account", READ).route(read().to(pages::sign_in::account)))
        .service(at("/account/code", DELIVER).route(web::post().to(pages::sign_in::code)))
        .service(at("/account/sessions/{id}/end", DELIVER).route(web::post().to(pages::sign_in::end)))
        .service(
            at("/kiosk/{secret}", FORM_METHODS)
                .route(read().to(pages::kiosk::show))
                .route(web::post().to(pages::kiosk::submit)),
        )
        .service(
            at("/door/{space}", FORM_METHODS)
                .route(read().to(pages::door::show))
                .route(web::post().to(pages::door::submit)),
        )
        .service(
            at("/intents/arrive", FORM_METHODS)
                .route(read().to(pages::visit::question))
                .route(web::post().to(pages::visit::confirm)),
        )
        .service(at("/bookings", READ).route(read().to(pages::agenda::page)))
        .service(at("/bookings/{id}/confirm", DELIVER).route(web::post().to(pages::booking::confirm)))
        .service(at("/bookings/{id}/cancel", DELIVER).route(web::post().to(pages::booking::cancel)))
        .service(at("/bookings/{id}/checkin", DELIVER).route(web::post().to(pages::booking::check_in)))
        .service(at("/bookings/{id}/checkout", DELIVER).route(web::post().to(pages::booking::check_out)))
        .service(at("/stays/{id}", READ).route(read().to(pages::stay::show)))
        .service(at("/stays/{id}/cancel", DELIVER).route(web::post().to(pages::stay::cancel)))
        .service(at("/stays/{id}/leave", DELIVER).route(web::post().to(pages::stay::leave)))
        .service(at("/waitlist/{id}", READ).route(read().to(pages::waitlist::show)))
        .service(at("/waitlist/{id}/leave", DELIVER).route(web::post().to(pages::waitlist::leave)))
        .service(at("/visits/{id}", READ).route(read().to(pages::visit::show)))
        .service(at("/visits/{id}/leave", DELIVER).route(web::post().to(pages::visit::leave)))
        .service(at("/problems", READ).route(read().to(pages::problem::catalogue)))
        .service(at("/problems/{code}", READ).route(read().to(pages::problem::explained)))
        .service(at("/favicon.ico", READ).route(read().to(asset::favicon)))
        .service(at("/static/{name}", READ).route(read().to(asset::file)))
        .default_service(web::to(nothing_here));
}

const READ: &str = "GET, HEAD";
const DELIVER: &str = "POST";
const FORM_METHODS: &str = "GET, HEAD, POST";

/// A resource that answers other methods than those allowed with 405.
fn at(path: &str, allowed: &'static str) -> Resource {
    web::resource(path).default_service(web::to(move || async move {
        let words = format!("this address answers {allowed} and nothing else");
        let mut answer = Error::wrong(Wrong::MethodNotAllowed, words).error_response();
        answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
        answer
    }))
}

/// GET, and HEAD with the same answer without its body.
fn read() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

fn unreadable(what: &str, error: &dyn std::fmt::Display) -> actix_web::Error {
    Error::wrong(Wrong::BadRequest, format!("{what} cannot be read: {error}")).into()
}

/// What is asked for under no known address.
async fn nothing_here() -> Result<(), Error> {
    Err(Error::not_found("page"))
}
