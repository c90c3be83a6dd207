//! Pages for people: what is public, as HTML that needs no script.
//!
//! Each page has its handler and its template side by side. Nothing is loaded from other servers: a picture fetched from
//! elsewhere would tell that server who reads here, so people have initials and attachments are links.

pub mod actor;
pub mod agenda;
pub mod book;
pub mod booking;
mod desk;
pub mod directory;
pub mod door;
pub(in crate::web) mod front;
pub mod interaction;
pub mod kiosk;
pub mod mail;
mod plan;
pub(in crate::web) mod post;
mod post_view;
pub mod problem;
pub mod resource;
pub mod setup;
mod shown;
pub mod sign_in;
mod space;
mod span;
pub mod stay;
pub mod tag;
#[cfg(test)]
mod tests;
pub mod view;
pub mod visit;
pub mod waitlist;
mod week;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, VARY};
use askama::Template;

pub use desk::Cut;
pub(in crate::web) use post::After;
pub(in crate::web) use resource::Wanted;

use super::error::Result;

/// Own style sheet and icon, own forms; no script, no frame, nothing from elsewhere.
const POLICY: &str = "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'none'";

/// How long others may keep a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Ask again each time.
    Revalidate,
    /// Not at all: it holds a secret or is meant for one reader.
    Never,
}

/// Writes a page out.
///
/// # Errors
/// A template that cannot be written, which is a defect.
pub fn html(status: StatusCode, page: &impl Template, keep: Keep) -> Result<HttpResponse> {
    let body = page.render().map_err(anyhow::Error::from)?;
    Ok(HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        // "no-referrer" would make browsers hide the origin of our own forms.
        .insert_header((REFERRER_POLICY, "same-origin"))
        .insert_header((VARY, "Accept"))
        .insert_header((
            CACHE_CONTROL,
            match keep {
                Keep::Revalidate => "no-cache",
                Keep::Never => "no-store",
            },
        ))
        .body(body))
}
