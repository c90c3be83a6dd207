//! The page of a post or an offer, with what it answers and what was answered.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::desk::Desk;
use super::shown::ShownPost;
use super::view::Head;
use super::{Keep, html};
use crate::coworking::id::PostId;
use crate::coworking::{Refusal, markdown};
use crate::node::Node;
use crate::store::post::Reader;
use crate::store::{Tx, actor, post};
use crate::web::Door;
use crate::web::error::{Error, Result};

#[derive(Template)]
#[template(path = "post.html")]
pub(super) struct PostPage {
    pub(super) head: Head,
    pub(super) post: ShownPost,
    pub(super) ancestors: Vec<ShownPost>,
    /// The answers.
    pub(super) posts: Vec<ShownPost>,
    pub(super) newer: Option<String>,
    pub(super) older: Option<String>,
}

/// The part of the answers that the address asks for; they stand oldest first.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(in crate::web) struct After {
    #[serde(default)]
    after: Option<i64>,
}

/// `GET /posts/{id}`, for people.
pub(in crate::web) async fn page(door: &web::Data<Door>, id: PostId, after: After) -> Result<HttpResponse> {
    let node = door.node.clone();
    let page = door.node.store.read(move |tx| load(tx, &node, id, after)).await?;
    html(StatusCode::OK, &page, Keep::Revalidate)
}

fn load(tx: &mut Tx<'_>, node: &Node, id: PostId, After { after }: After) -> Result<PostPage> {
    let Some(thread) = post::thread(tx, Reader::Stranger, id, after, None)?.filter(|thread| thread.post.post.local)
    else {
        // That a post is gone may be known of those alone that everybody could read.
        let gone = post::by_id(tx, id)?
            .is_some_and(|post| post.local && post.deleted_at.is_some() && post.visibility.is_open());
        return Err(if gone { Refusal::Gone { what: "post" }.into() } else { Error::not_found("post") });
    };
    let desk = Desk::new(tx, node)?;
    let shown = desk.post(&thread.post);
    let text = markdown::plain_text(&shown.content, 160);
    let title = match &shown.warning {
        _ if !shown.title.is_empty() => shown.title.clone(),
        Some(warning) => format!("{}: {}", shown.author.name, markdown::plain_text(warning, 60)),
        None if text.is_empty() => shown.label.clone(),
        None => format!("{}: {}", shown.author.name, markdown::plain_text(&shown.content, 60)),
    };
    let mut head = desk.head(&title);
    head.indexed = actor::by_id(tx, thread.post.post.author)?.is_some_and(|author| author.indexable)
        && thread.post.post.visibility == crate::coworking::post::Visibility::Public;
    // A warning is there so that the rest is not seen at once.
    head.description = Some(shown.warning.clone().unwrap_or(text)).filter(|text| !text.is_empty());
    head.document = Some(thread.post.post.uri.clone());
    let path = format!("/posts/{id}");
    let mut answers = desk.posts(&thread.descendants.items);
    for (answer, view) in answers.iter_mut().zip(&thread.descendants.items) {
        // It stands right above.
        if view.post.in_reply_to == Some(id) {
            answer.answers = None;
        }
    }
    Ok(PostPage {
        head,
        post: shown,
        ancestors: desk.posts(&thread.ancestors),
        older: thread.descendants.next.map(|next| format!("{path}?after={next}")),
        newer: after.map(|_| path),
        posts: answers,
    })
}
