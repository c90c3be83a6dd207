//! Posts and offers as templates write them out.

use super::view::{Person, When};

/// A post, ready to be written out.
#[derive(Debug, Clone)]
pub struct ShownPost {
    /// Who said it.
    pub author: Person,
    /// What it is, in a few words; for those who hear the page.
    pub label: String,
    /// Where all of it is: our page, or the original of what was said elsewhere.
    pub link: String,
    /// Was it said elsewhere?
    pub remote: bool,
    /// When.
    pub published: When,
    /// Its title; empty for most.
    pub title: String,
    /// What its author warns of.
    pub warning: Option<String>,
    /// Harmless HTML.
    pub content: String,
    /// A language tag.
    pub language: Option<String>,
    /// Pictures and files, as links.
    pub attachments: Vec<ShownAttachment>,
    /// May the attachments disturb?
    pub sensitive: bool,
    /// What is offered or sought.
    pub offer: Option<ShownOffer>,
    /// Where the post is that it answers.
    pub answers: Option<String>,
    /// Who brought it to this list.
    pub announced_by: Option<Person>,
    /// Did its author pin it?
    pub pinned: bool,
    /// Counts and what else there is to say of it.
    pub facts: Vec<String>,
}

/// A picture or file.
#[derive(Debug, Clone)]
pub struct ShownAttachment {
    /// Where it is.
    pub url: String,
    /// What it shows or is called.
    pub name: String,
    /// `Picture`, `Film`, …
    pub kind: &'static str,
    /// On whose server it lies, said plainly because the link leads away.
    pub host: String,
}

/// What is offered or sought.
#[derive(Debug, Clone)]
pub struct ShownOffer {
    /// `Offer · Skill`, with its state when it is over.
    pub label: String,
    /// Is something sought rather than offered?
    pub request: bool,
    /// Can it be taken up?
    pub open: bool,
    /// What is hoped for.
    pub in_return: String,
    /// Until when.
    pub ends: Option<When>,
}
