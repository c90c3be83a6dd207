//! The page of a post or an offer, with what it answers and what was answered.

use askama::Template;

use super::shown::ShownPost;
use super::view::Head;

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
