//! Where other servers send our members who want to act on something they saw there.

use askama::Template;

use super::shown::ShownPost;
use super::view::{Head, Person};

#[derive(Template)]
#[template(path = "interaction.html")]
pub(super) struct InteractionPage {
    pub(super) head: Head,
    pub(super) found: Found,
    /// Our number for what was found.
    pub(super) id: i64,
}

pub(super) enum Found {
    Nothing,
    Person(Box<Person>),
    Post(Box<ShownPost>),
}
