//! What surrounds every request: a panic becomes an answer, a problem becomes a page for those who read pages, and the
//! log hears of it.
//!
//! One thin layer instead of several, because every request pays for it.

use std::any::Any;
use std::future::{Ready, ready};
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use actix_web::body::BoxBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::Method;
use actix_web::http::header::{HeaderValue, X_CONTENT_TYPE_OPTIONS};
use actix_web::{HttpResponse, ResponseError};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use super::accept::{Wants, wants};
use super::error::{Error, Problem};
use super::pages;
use crate::node::Node;

/// The layer.
#[derive(Clone)]
pub struct Frame {
    /// Its name stands on the pages of problems.
    pub node: Arc<Node>,
}

impl<S> Transform<S, ServiceRequest> for Frame
where
    S: Service<ServiceRequest, Response = ServiceResponse<BoxBody>, Error = actix_web::Error> + 'static,
    S::Future: 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = actix_web::Error;
    type Transform = Framed<S>;
    type InitError = ();
    type Future = Ready<Result<Framed<S>, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(Framed { service: Rc::new(service), node: self.node.clone() }))
    }
}

/// A service within the layer.
pub struct Framed<S> {
    service: Rc<S>,
    node: Arc<Node>,
}

impl<S> Service<ServiceRequest> for Framed<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<BoxBody>, Error = actix_web::Error> + 'static,
    S::Future: 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Self::Error>>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let started = tracing::enabled!(tracing::Level::DEBUG).then(Instant::now);
        let page_of = (!is_for_programs(&request)).then(|| self.node.clone());
        // The call itself may panic too, before there is a future.
        let service = self.service.clone();
        let answer = AssertUnwindSafe(async move { service.call(request).await }).catch_unwind();
        Box::pin(async move {
            let mut answer = match answer.await {
                Ok(answer) => answer?,
                // The request went down with the handler; the dispatcher answers for it.
                Err(panic) => return Err(panicked(&*panic, page_of.as_deref())),
            };
            let problem = answer.response().extensions().get::<Problem>().cloned();
            if let (Some(problem), Some(node)) = (problem, page_of) {
                answer = answer.map_body(|head, body| {
                    let page = as_page(&problem, &node);
                    for (name, value) in page.headers() {
                        head.headers.insert(name.clone(), value.clone());
                    }
                    drop(body);
                    page.into_body()
                });
            }
            answer.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
            if let Some(started) = started {
                let request = answer.request();
                tracing::debug!(
                    method = request.method().as_str(),
                    path = logged(request.path()),
                    status = answer.status().as_u16(),
                    microseconds = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
                    "answered"
                );
            }
            Ok(answer)
        })
    }
}

/// The API and whatever is posted by peers answer programs whatever they accept.
fn is_for_programs(request: &ServiceRequest) -> bool {
    let path = request.path();
    path.starts_with("/api/")
        || (request.method() == Method::POST && path.ends_with("/inbox"))
        || wants(request.headers()) == Wants::Document
}

/// A setup link carries its secret in the path.
fn logged(path: &str) -> &str {
    if path.starts_with("/setup/") { "/setup/…" } else { path }
}

fn as_page(problem: &Problem, node: &Node) -> HttpResponse {
    pages::problem::page(node.config.node_name.as_str(), problem)
}

fn panicked(panic: &(dyn Any + Send), page_of: Option<&Node>) -> actix_web::Error {
    let words = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let answer = Error::Broken(anyhow::anyhow!("a handler panicked: {}", words.unwrap_or("no words"))).error_response();
    let problem = answer.extensions().get::<Problem>().cloned();
    let answer = match (problem, page_of) {
        (Some(problem), Some(node)) => as_page(&problem, node),
        _ => answer,
    };
    actix_web::error::InternalError::from_response("panicked", answer).into()
}
