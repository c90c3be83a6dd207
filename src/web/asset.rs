//! Files that pages need, inside the binary.
//!
//! Each has the hash of its content in its name, so it may be kept for ever: another content has another name.

use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::error::Error;

/// A file as it is served.
pub struct Asset {
    /// Its path, `/static/site.3f2a….css`.
    pub path: String,
    media_type: &'static str,
    content: Bytes,
}

impl Asset {
    fn new(stem: &str, extension: &str, media_type: &'static str, content: &'static [u8]) -> Self {
        let hash = super::etag::hex(&Sha256::digest(content), 8);
        Self { path: format!("/static/{stem}.{hash}.{extension}"), media_type, content: Bytes::from_static(content) }
    }
}

/// The style sheet of all pages.
pub static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("site", "css", "text/css; charset=utf-8", include_bytes!("static/site.css")));
/// The picture in the browser's tab.
pub static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon", "svg", "image/svg+xml", include_bytes!("static/icon.svg")));

/// `GET /static/{name}`.
pub async fn file(request: HttpRequest) -> Result<HttpResponse, Error> {
    let asset =
        [&*STYLE, &*ICON].into_iter().find(|asset| asset.path == request.path()).ok_or(Error::not_found("file"))?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, asset.media_type))
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(asset.content.clone()))
}

/// `GET /favicon.ico`, for programs that ask without reading the page.
pub async fn favicon() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, ICON.media_type))
        .insert_header((CACHE_CONTROL, "public, max-age=86400"))
        .body(ICON.content.clone())
}
