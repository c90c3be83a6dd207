//! The server: its limits, and every route in one list.

use std::future::Future;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::{App, HttpServer, web};
use tokio_util::sync::CancellationToken;

use super::document::Documents;
use super::error::Error;
use super::frame::Frame;
use super::{Door, asset, pages};
use crate::node::Node;

/// How long a client may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an idle connection is kept; longer than the usual minute of a proxy, so that the proxy closes first.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How long requests in flight may take to end when the server stops.
const FAREWELL: Duration = Duration::from_secs(20);
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
    let awake = documents.clone().stay_awake(node.store.clone());
    let door = web::Data::new(Door { node: node.clone(), documents });
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
    app.route("/setup/{secret}", web::get().to(pages::setup::form))
        .route("/setup/{secret}", web::post().to(pages::setup::submit))
        .route("/problems", web::get().to(pages::problem::catalogue))
        .route("/problems/{code}", web::get().to(pages::problem::explained))
        .route("/favicon.ico", web::get().to(asset::favicon))
        .route("/static/{name}", web::get().to(asset::file))
        .default_service(web::to(nothing_here));
}

/// What is asked for under no known address.
async fn nothing_here() -> Result<(), Error> {
    Err(Error::not_found("page"))
}
