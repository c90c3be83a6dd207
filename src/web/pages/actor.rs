//! The page of a member, of a space, and of somebody from elsewhere as they are known here.

use askama::Template;

use super::shown::ShownPost;
use super::view::{Count, Head, Person};

#[derive(Template)]
#[template(path = "actor.html")]
pub(super) struct ActorPage {
    pub(super) head: Head,
    pub(super) person: Person,
    /// Their own page, of those who live elsewhere.
    pub(super) original: Option<String>,
    /// The account that took over.
    pub(super) moved: Option<String>,
    /// Harmless HTML.
    pub(super) summary: String,
    pub(super) skills: Vec<Skill>,
    pub(super) facts: Vec<Fact>,
    pub(super) counts: Vec<Count>,
    pub(super) offers: Vec<ShownPost>,
    pub(super) posts: Vec<ShownPost>,
    pub(super) home: Option<Person>,
    pub(super) newer: Option<String>,
    pub(super) older: Option<String>,
}

pub(super) struct Skill {
    pub(super) name: String,
    /// The page of the word; empty when it cannot be a hashtag.
    pub(super) link: String,
}

pub(super) struct Fact {
    pub(super) name: String,
    /// Harmless HTML.
    pub(super) value: String,
}
