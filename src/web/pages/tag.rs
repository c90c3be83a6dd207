//! The page of a word: public posts with that hashtag.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::desk::{Cut, Desk, older};
use super::shown::ShownPost;
use super::view::Head;
use super::{Keep, html};
use crate::coworking::tag;
use crate::store::post;
use crate::store::post::Reader;
use crate::web::Door;
use crate::web::error::{Error, Result};

#[derive(Template)]
#[template(path = "tag.html")]
pub(super) struct TagPage {
    pub(super) head: Head,
    pub(super) tag: String,
    pub(super) posts: Vec<ShownPost>,
    pub(super) newer: Option<String>,
    pub(super) older: Option<String>,
}

/// `GET /tags/{tag}`.
///
/// # Errors
/// [`Error::not_found`] for what cannot be a hashtag.
pub async fn page(door: web::Data<Door>, word: web::Path<String>, cut: web::Query<Cut>) -> Result<HttpResponse> {
    let cut = cut.into_inner();
    let word = word.into_inner();
    if word.chars().count() > tag::TAG_LIMIT || !word.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return Err(Error::not_found("tag"));
    }
    let node = door.node.clone();
    let page = door.node.store.read(move |tx| -> Result<TagPage> {
        let desk = Desk::new(tx, &node)?;
        let posts = post::by_tag(tx, Reader::Stranger, &word, cut.page())?;
        let path = node.site.tag(&tag::fold(&word));
        Ok(TagPage {
            head: desk.head(&format!("#{word}")),
            tag: word.clone(),
            newer: cut.newer(&path),
            older: older(&posts, &path),
            posts: desk.posts(&posts.items),
        })
    });
    html(StatusCode::OK, &page.await?, Keep::Revalidate)
}
