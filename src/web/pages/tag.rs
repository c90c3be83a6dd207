//! The page of a word: public posts with that hashtag.

use askama::Template;

use super::shown::ShownPost;
use super::view::Head;

#[derive(Template)]
#[template(path = "tag.html")]
pub(super) struct TagPage {
    pub(super) head: Head,
    pub(super) tag: String,
    pub(super) posts: Vec<ShownPost>,
    pub(super) newer: Option<String>,
    pub(super) older: Option<String>,
}
