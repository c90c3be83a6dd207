//! Pictures of spaces and of what they have, and below their floor plans: sent as they are, shown at `/media/…`.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{BytesMut, Json, Path, Query};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde::Deserialize;
use utoipa::IntoParams;

use super::caller::Caller;
use super::view::{self, Id};
use crate::coworking::floor::FloorInput;
use crate::coworking::id::{ResourceId, SpaceId};
use crate::coworking::media::PICTURE_LIMIT;
use crate::operations::media::{self, Named, Of};
use crate::web::error::{Error, Result, Wrong};
use crate::web::media::named;

/// How long a picture may take to arrive.
const PATIENCE: Duration = Duration::from_secs(60);

/// A picture that somebody sends.
#[derive(Debug)]
pub struct Picture(Named);

impl FromRequest for Picture {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind =
            request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
        let payload = payload.take();
        Box::pin(async move {
            if !kind.starts_with("image/") && kind != "application/octet-stream" {
                let words = format!("the body is {kind:?}; it must be a picture: image/png, image/jpeg or image/webp");
                return Err(Error::wrong(Wrong::UnsupportedMediaType, words));
            }
            let late = |_| {
                let words = format!("the picture did not arrive within {} seconds", PATIENCE.as_secs());
                Error::wrong(Wrong::Timeout, words)
            };
            let bytes = tokio::time::timeout(PATIENCE, collect(payload)).await.map_err(late)??;
            Ok(Self(named(&bytes)?))
        })
    }
}

async fn collect(mut payload: Payload) -> Result<BytesMut> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| Error::wrong(Wrong::BadRequest, format!("the body broke off: {error}")))?;
        if bytes.len() + chunk.len() > PICTURE_LIMIT {
            let words = format!("the picture is larger than {} MiB", PICTURE_LIMIT / 1024 / 1024);
            return Err(Error::wrong(Wrong::TooLarge, words));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// What a picture shows.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Shows {
    /// What it shows, in words, for those who cannot see it; up to 200 characters.
    pub alt: String,
}

async fn add(caller: Caller, of: Of, shows: Shows, picture: Picture) -> Result<HttpResponse> {
    let Picture(new) = picture;
    let photo = caller.act(move |tx, caller| media::add(tx, caller.acting, of, &new, &shows.alt, caller.now)).await?;
    Ok(HttpResponse::Created().json(photo))
}

async fn remove(caller: Caller, of: Of, name: String) -> Result<HttpResponse> {
    caller.act(move |tx, caller| media::remove(tx, caller.acting, of, &name, caller.now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Adds a picture of something that can be booked
///
/// For hosts. The body is the picture: PNG, JPEG or WebP, up to 4 MiB. What the camera wrote into it is not kept.
#[utoipa::path(
    post, path = "/resources/{id}/photos", tag = "resources", operation_id = "add_resource_photo",
    params(("id" = Id, Path), Shows), request_body(content = Vec<u8>, content_type = "image/*"),
    responses((status = 201, description = "The picture", body = view::Photo))
)]
pub async fn add_of_resource(
    caller: Caller,
    id: Path<ResourceId>,
    shows: Query<Shows>,
    picture: Picture,
) -> Result<HttpResponse> {
    add(caller, Of::Resource(*id), shows.into_inner(), picture).await
}

/// Takes away a picture of something that can be booked
///
/// For hosts.
#[utoipa::path(
    delete, path = "/resources/{id}/photos/{name}", tag = "resources", operation_id = "remove_resource_photo",
    params(("id" = Id, Path), ("name" = String, Path, description = "The last part of its address")),
    responses((status = 204, description = "Done"))
)]
pub async fn remove_of_resource(caller: Caller, path: Path<(ResourceId, String)>) -> Result<HttpResponse> {
    let (id, name) = path.into_inner();
    remove(caller, Of::Resource(id), name).await
}

/// Adds a picture of a space
///
/// For hosts. The body is the picture: PNG, JPEG or WebP, up to 4 MiB. What the camera wrote into it is not kept.
#[utoipa::path(
    post, path = "/spaces/{id}/photos", tag = "spaces", operation_id = "add_space_photo",
    params(("id" = Id, Path), Shows), request_body(content = Vec<u8>, content_type = "image/*"),
    responses((status = 201, description = "The picture", body = view::Photo))
)]
pub async fn add_of_space(
    caller: Caller,
    id: Path<SpaceId>,
    shows: Query<Shows>,
    picture: Picture,
) -> Result<HttpResponse> {
    add(caller, Of::Space(*id), shows.into_inner(), picture).await
}

/// Takes away a picture of a space
///
/// For hosts.
#[utoipa::path(
    delete, path = "/spaces/{id}/photos/{name}", tag = "spaces", operation_id = "remove_space_photo",
    params(("id" = Id, Path), ("name" = String, Path, description = "The last part of its address")),
    responses((status = 204, description = "Done"))
)]
pub async fn remove_of_space(caller: Caller, path: Path<(SpaceId, String)>) -> Result<HttpResponse> {
    let (id, name) = path.into_inner();
    remove(caller, Of::Space(id), name).await
}

/// Puts a picture below the plan of a floor
///
/// For administrators. Floors are counted from 0; the one after the last is a new one. Walls, and where things stand, are
/// changed with the space and its resources.
#[utoipa::path(
    put, path = "/spaces/{id}/floors/{number}/picture", tag = "spaces", operation_id = "set_floor_picture",
    params(("id" = Id, Path), ("number" = usize, Path, description = "Which floor, from 0"), Shows),
    request_body(content = Vec<u8>, content_type = "image/*"),
    responses((status = 200, description = "The floor", body = view::Floor))
)]
pub async fn set_plan(
    caller: Caller,
    path: Path<(SpaceId, usize)>,
    shows: Query<Shows>,
    picture: Picture,
) -> Result<Json<FloorInput>> {
    let ((id, number), Picture(new)) = (path.into_inner(), picture);
    let floor =
        caller.act(move |tx, caller| media::set_plan(tx, caller.acting, id, number, &new, &shows.alt, caller.now));
    Ok(Json(floor.await?.into()))
}
