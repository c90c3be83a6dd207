//! The front page: who lives here, what they offer and what they say.

use askama::Template;

use super::shown::ShownPost;
use super::view::{Head, Person};

#[derive(Template)]
#[template(path = "front.html")]
pub(super) struct FrontPage {
    pub(super) head: Head,
    /// Harmless HTML.
    pub(super) summary: String,
    pub(super) offers: Vec<ShownPost>,
    pub(super) posts: Vec<ShownPost>,
    pub(super) spaces: Vec<Person>,
    pub(super) newer: Option<String>,
    pub(super) older: Option<String>,
}
