//! What surrounds every request: a panic becomes an answer, a problem becomes a page for those who read pages, and the
//! log hears of it.
//!
//! One thin layer instead of several, because every request pays for it.

use std::any::Any;
use std::future::{Ready, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use actix_web::body::BoxBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::Method;
use actix_web::http::header::{ACCEPT, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use pin_project_lite::pin_project;

use super::accept::{Wants, wants};
use super::calendar::{CALENDARS, unnoticed};
use super::error::{Error, Problem};
use super::pages;
use super::pages::kiosk::KIOSKS;
use super::pages::mail::LETTERS;
use crate::node::Node;

/// The layer.
#[derive(Clone)]
pub struct Frame {
    /// Its name stands on the pages of problems.
    pub node: Arc<Node>,
}

impl<S> Transform<S, ServiceRequest> for Frame
where
    S: Service<ServiceRequest, Response = ServiceResponse<BoxBody>, Error = actix_web::Error>,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = actix_web::Error;
    type Transform = Framed<S>;
    type InitError = ();
    type Future = Ready<Result<Framed<S>, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(Framed { service, node: self.node.clone() }))
    }
}

/// A service within the layer.
pub struct Framed<S> {
    service: S,
    node: Arc<Node>,
}

impl<S> Service<ServiceRequest> for Framed<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<BoxBody>, Error = actix_web::Error>,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = actix_web::Error;
    type Future = Answering<S::Future>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let started = tracing::enabled!(tracing::Level::DEBUG).then(Instant::now);
        // After a panic there is no request left to ask.
        let page_of = is_from_a_browser(&request).then(|| self.node.clone());
        // The call itself may panic too, before there is a future.
        let (answer, panic) = match catch_unwind(AssertUnwindSafe(|| self.service.call(request))) {
            Ok(answer) => (Some(answer), None),
            Err(panic) => (None, Some(panic)),
        };
        Answering { answer, panic, page_of, started }
    }
}

pin_project! {
    /// An answer on its way through the layer.
    pub struct Answering<F> {
        #[pin]
        answer: Option<F>,
        panic: Option<Box<dyn Any + Send>>,
        page_of: Option<Arc<Node>>,
        started: Option<Instant>,
    }
}

impl<F> Future for Answering<F>
where
    F: Future<Output = Result<ServiceResponse<BoxBody>, actix_web::Error>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let polled = match this.answer.as_pin_mut() {
            Some(answer) => catch_unwind(AssertUnwindSafe(|| answer.poll(context))),
            None => Err(this.panic.take().unwrap_or_else(|| Box::new("there is no answer"))),
        };
        Poll::Ready(match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(answer)) => answer.map(|answer| framed(answer, *this.started)),
            // The request went down with the handler; the dispatcher answers for it.
            Err(panic) => Err(panicked(&*panic, this.page_of.as_deref())),
        })
    }
}

fn framed(mut answer: ServiceResponse<BoxBody>, started: Option<Instant>) -> ServiceResponse<BoxBody> {
    let problem = answer.response().extensions().get::<Problem>().cloned();
    if let Some(problem) = problem
        && !is_for_programs(answer.request())
        && let Some(page) =
            answer.request().app_data::<Data<Node>>().map(|node| as_page(&problem, node, answer.request().path()))
    {
        answer = answer.map_body(|head, body| {
            for (name, value) in page.headers() {
                head.headers.insert(name.clone(), value.clone());
            }
            drop(body);
            page.into_body()
        });
    }
    answer.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if answer.request().match_info().as_str().starts_with(CALENDARS) {
        unnoticed(answer.headers_mut());
    }
    if let Some(started) = started {
        let request = answer.request();
        tracing::debug!(
            method = request.method().as_str(),
            path = logged(request.match_info().as_str()),
            status = answer.status().as_u16(),
            microseconds = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
            "answered"
        );
    }
    answer
}

/// The API, discovery and whatever is posted by peers answer programs whatever they accept.
fn is_for_programs(request: &HttpRequest) -> bool {
    let path = request.path();
    is_a_programs_path(path)
        || (request.method() == Method::POST && path.ends_with("/inbox"))
        || wants(request.headers()) == Wants::Document
}

fn is_a_programs_path(path: &str) -> bool {
    ["/api/", "/.well-known/", "/nodeinfo/"].iter().any(|start| path.starts_with(start))
}

/// Does a browser ask for a page? Looked at for every request, so not closely.
fn is_from_a_browser(request: &ServiceRequest) -> bool {
    let kinds = request.headers().get(ACCEPT).and_then(|kinds| kinds.to_str().ok());
    kinds.is_some_and(|kinds| kinds.contains("text/html")) && !is_a_programs_path(request.path())
}

/// Links with which somebody signs in or sets up, those in letters, screens and calendars carry their secret in the path, which is
/// looked at as routes see it.
fn logged(path: &str) -> &str {
    match path {
        _ if path.starts_with("/setup/") => "/setup/…",
        _ if path.starts_with("/sign-in/") => "/sign-in/…",
        _ if path.starts_with(KIOSKS) || path.contains("/kiosk_") => "/kiosk/…",
        _ if path.starts_with(LETTERS) || path.contains("/mc_") || path.contains("/ms_") => "/mail/…",
        // Also where an address was put together wrongly.
        _ if path.starts_with(CALENDARS) || path.contains("/cal_") => "/calendars/…",
        _ => path,
    }
}

fn as_page(problem: &Problem, node: &Node, path: &str) -> HttpResponse {
    let name = node.config.node_name.as_str();
    if path.starts_with(KIOSKS) {
        pages::kiosk::problem(name, path, problem)
    } else {
        pages::problem::page(name, problem)
    }
}

fn panicked(panic: &(dyn Any + Send), page_of: Option<&Node>) -> actix_web::Error {
    let words = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let answer = Error::Broken(anyhow::anyhow!("a handler panicked: {}", words.unwrap_or("no words"))).error_response();
    let problem = answer.extensions().get::<Problem>().cloned();
    let answer = match (problem, page_of) {
        (Some(problem), Some(node)) => as_page(&problem, node, ""),
        _ => answer,
    };
    actix_web::error::InternalError::from_response("panicked", answer).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_of_an_address_is_logged() {
        for (path, shown) in [
            ("/calendars/cal_x.ics", "/calendars/…"),
            ("/calendars/cal_x", "/calendars/…"),
            ("//calendars/cal_x.ics", "/calendars/…"),
            ("/api/v1/calendars/7", "/api/v1/calendars/7"),
            ("/setup/x", "/setup/…"),
            ("/sign-in/in_x", "/sign-in/…"),
            ("/kiosk/kiosk_x", "/kiosk/…"),
            ("/sign-in", "/sign-in"),
            ("/mail/confirm/mc_x", "/mail/…"),
            ("//mail/stop/ms_x", "/mail/…"),
            ("/api/v1/me/mail", "/api/v1/me/mail"),
            ("/members/ana", "/members/ana"),
        ] {
            assert_eq!(logged(path), shown);
        }
    }
}
