//! Posts, replies and direct messages.

use actix_web::HttpResponse;
use actix_web::web::{Json, Path};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::once::{Key, KeyHeader, Made};
use super::paging::{List, Paging, Window, linked};
use super::view::{self, Attachment, Id};
use crate::coworking::Refusal;
use crate::coworking::id::PostId;
use crate::coworking::post::{Draft, PostInput};
use crate::federation::resolve::mentions;
use crate::operations::{self, post, timeline};
use crate::store::{Tx, post as rows};
use crate::web::error::Result;

/// A post to be published.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostBody {
    /// Markdown, up to 10,000 characters. `@ana@harbor.example` mentions somebody, `#word` is a hashtag.
    pub content: String,
    /// Who may read it. If absent: for a reply to an offer, its author alone (`direct`); for another reply, those who
    /// may read what it answers; otherwise everybody. `direct` is a message to those it mentions.
    #[schema(value_type = Option<view::Visibility>)]
    pub visibility: Option<String>,
    /// A content warning, up to 500 characters of plain text.
    pub summary: Option<String>,
    /// Hide attachments until asked for; `true` if absent and there is a warning.
    pub sensitive: Option<bool>,
    /// A language tag (BCP 47).
    #[schema(example = "en")]
    pub language: Option<String>,
    /// The post that this one answers.
    #[schema(value_type = Option<Id>)]
    pub in_reply_to: Option<PostId>,
    /// Links to pictures and files, up to 16.
    pub attachments: Option<Vec<Attachment>>,
}

impl From<PostBody> for PostInput {
    fn from(body: PostBody) -> Self {
        Self {
            content: body.content,
            visibility: body.visibility,
            summary: body.summary,
            sensitive: body.sensitive,
            language: body.language,
            in_reply_to: body.in_reply_to,
            attachments: body.attachments.map(|list| list.into_iter().map(Into::into).collect()),
        }
    }
}

/// What the caller sees of a post.
pub(super) fn shown(tx: &mut Tx<'_>, caller: &Caller, id: PostId) -> operations::Result<view::Post> {
    Ok(view::Post::new(post::view(tx, caller.reader(), id)?, caller.now))
}

/// Publishes a post, a reply or a direct message
#[utoipa::path(
    post, path = "/posts", tag = "posts", operation_id = "publish_post", request_body = PostBody,
    params(KeyHeader),
    responses((status = 201, description = "The post", body = view::Post))
)]
pub async fn publish(caller: Caller, key: Key, body: Body<PostBody>) -> Result<HttpResponse> {
    let draft: Draft = PostInput::from(body.value).parse()?;
    let people = mentions(caller.node(), &draft.content).await;
    let make = move |tx: &mut Tx<'_>, caller: &Caller| {
        let id = post::publish(tx, caller.site(), caller.acting, &draft, &people, caller.now)?;
        Ok(Made { path: format!("posts/{id}"), shown: shown(tx, caller, id)? })
    };
    key.make(&caller, &body.bytes, make).await
}

/// Shows a post
#[utoipa::path(
    get, path = "/posts/{id}", tag = "posts", operation_id = "show_post", params(("id" = Id, Path)),
    responses((status = 200, description = "The post", body = view::Post))
)]
pub async fn show(caller: Caller, id: Path<PostId>) -> Result<Json<view::Post>> {
    Ok(Json(caller.read(move |tx, caller| shown(tx, caller, *id)).await?))
}

/// How often a change is begun again because the text became another one meanwhile.
const TRIES: usize = 3;

/// A change to a post; absent fields stay as they are.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostEdit {
    /// Markdown, up to 10,000 characters.
    pub content: Option<String>,
    /// A content warning, up to 500 characters of plain text; an empty text removes it.
    pub summary: Option<String>,
    /// Hide attachments until asked for.
    pub sensitive: Option<bool>,
    /// A language tag (BCP 47).
    pub language: Option<String>,
    /// Links to pictures and files, up to 16; an empty list removes them.
    pub attachments: Option<Vec<Attachment>>,
}

impl PostEdit {
    /// The whole post as it is to be.
    #[must_use]
    pub fn over(self, old: rows::Post) -> PostInput {
        let attachments = self.attachments.map(|list| list.into_iter().map(Into::into).collect());
        PostInput {
            // What came from elsewhere has no Markdown; the operation says whose post it is.
            content: self.content.or(old.source).unwrap_or(old.content),
            visibility: None,
            summary: self.summary.or(old.summary),
            sensitive: self.sensitive.or(Some(old.sensitive)),
            language: self.language.or(old.language),
            in_reply_to: None,
            attachments: attachments.or(Some(old.attachments)),
        }
    }
}

/// Changes what a post says
///
/// For its author. Who may read it and what it answers stay as they are.
#[utoipa::path(
    patch, path = "/posts/{id}", tag = "posts", operation_id = "edit_post", params(("id" = Id, Path)),
    request_body = PostEdit, responses((status = 200, description = "The post, changed", body = view::Post))
)]
pub async fn edit(caller: Caller, id: Path<PostId>, body: Body<PostEdit>) -> Result<Json<view::Post>> {
    let id = id.into_inner();
    for _ in 0..TRIES {
        // What stays is what stands there at the moment of the change. Whom the text mentions is looked for before.
        let edit = body.value.clone();
        let old = caller.read(move |tx, caller| post::may_read(tx, caller.reader(), id)).await?;
        let expected = edit.clone().over(old).parse()?.content;
        let people = mentions(caller.node(), &expected).await;
        let changed = caller.act(move |tx, caller| {
            let draft = edit.clone().over(post::may_read(tx, caller.reader(), id)?).parse()?;
            if draft.content != expected {
                return Ok(None);
            }
            post::edit(tx, caller.site(), caller.acting, id, &draft, &people, caller.now)?;
            shown(tx, caller, id).map(Some)
        });
        if let Some(changed) = changed.await? {
            return Ok(Json(changed));
        }
    }
    Err(Refusal::WrongState { what: "post", state: "changed by somebody else", needed: "one that rests" }.into())
}

/// Takes a post back
///
/// For its author, and for hosts if it is a post of this node.
#[utoipa::path(
    delete, path = "/posts/{id}", tag = "posts", operation_id = "delete_post", params(("id" = Id, Path)),
    responses((status = 204, description = "Done"))
)]
pub async fn delete(caller: Caller, id: Path<PostId>) -> Result<HttpResponse> {
    caller.act(move |tx, caller| post::delete(tx, caller.acting, *id, caller.now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What was said before a post and after it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Thread {
    /// What it answers, what that answers, and so on, up to 50; the first of all is the first.
    pub ancestors: Vec<view::Post>,
    /// The post.
    pub post: view::Post,
    /// Answers and answers to those, the oldest first.
    pub descendants: List<view::Post>,
}

/// Shows what was said before a post and after it
///
/// The pages are those of the answers.
#[utoipa::path(
    get, path = "/posts/{id}/thread", tag = "posts", operation_id = "show_thread",
    params(("id" = Id, Path), Window), responses((status = 200, description = "The conversation", body = Thread))
)]
pub async fn thread(caller: Caller, id: Path<PostId>, paging: Paging) -> Result<HttpResponse> {
    let (after, limit) = (paging.after, paging.limit);
    let found = caller.read(move |tx, caller| timeline::thread(tx, caller.reader(), *id, after, limit)).await?;
    let posts = |list: Vec<rows::PostView>| list.into_iter().map(|post| view::Post::new(post, caller.now)).collect();
    let (next, link) = paging.next(caller.site().origin(), found.descendants.next.as_ref());
    let thread = Thread {
        ancestors: posts(found.ancestors),
        post: view::Post::new(found.post, caller.now),
        descendants: List { items: posts(found.descendants.items), next },
    };
    Ok(linked(link, &thread))
}
