//! Pictures that are kept here. Each has the hash of its bytes in its name, so it may be kept for ever.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use actix_web::web::{Data, Path};
use sha2::{Digest, Sha256};

use super::error::{Error, Result};
use super::{Door, etag};
use crate::coworking::Refusal;
use crate::coworking::media::Image;
use crate::operations::media::Named;
use crate::store::{Tx, media};

/// A picture from its bytes, with the name that follows from them.
///
/// # Errors
/// As of [`Image::read`].
pub fn named(bytes: &[u8]) -> std::result::Result<Named, Refusal> {
    let image = Image::read(bytes)?;
    let hash = etag::hex(&Sha256::digest(&image.bytes), 32);
    Ok(Named { name: format!("{hash}.{}", image.format.extension()), image })
}

/// `GET /media/{name}`.
///
/// # Errors
/// [`Error::not_found`].
pub async fn file(door: Data<Door>, name: Path<String>) -> Result<HttpResponse> {
    let found = door.node.store.read(move |tx: &mut Tx<'_>| media::by_name(tx, &name)).await?;
    let found = found.ok_or(Error::not_found("picture"))?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, found.media_type))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(found.bytes))
}
