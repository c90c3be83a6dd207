//! Reports to those who keep order.

use serde::Deserialize;

use super::id::PostId;
use super::refusal::{self, Refusal};

/// The most characters of a report; Mastodon keeps as many.
pub const CONTENT_LIMIT: usize = 5_000;
/// The most posts that one report names.
pub const POST_LIMIT: usize = 20;

/// What a member sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportInput {
    /// What is wrong, in plain text, up to 5,000 characters.
    pub content: String,
    /// The posts that it is about, up to 20.
    pub posts: Option<Vec<PostId>>,
    /// Tell those who keep order where the reported person lives, without the reporter's name.
    pub forward: Option<bool>,
}

/// A report that passed every rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportDraft {
    /// What is wrong.
    pub content: String,
    /// The posts that it is about, each once.
    pub posts: Vec<PostId>,
    /// Is the home of who is reported to hear of it?
    pub forward: bool,
}

impl ReportInput {
    /// Checks every part.
    ///
    /// # Errors
    /// The first [`Refusal`] met, naming the field.
    pub fn parse(self) -> Result<ReportDraft, Refusal> {
        let mut posts = self.posts.unwrap_or_default();
        posts.sort_unstable();
        posts.dedup();
        if posts.len() > POST_LIMIT {
            return Err(Refusal::TooMany { field: "posts", limit: POST_LIMIT, found: posts.len() });
        }
        Ok(ReportDraft {
            content: refusal::needed("content", &self.content, CONTENT_LIMIT)?,
            posts,
            forward: self.forward.unwrap_or(false),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_what_is_wrong_and_goes_nowhere_unasked() {
        let input = |content: &str, posts| ReportInput { content: content.into(), posts, forward: None };
        let draft = input("spam", Some(vec![PostId(2), PostId(1), PostId(2)])).parse().unwrap();
        assert_eq!((draft.posts, draft.forward), (vec![PostId(1), PostId(2)], false));
        assert_eq!(input(" ", None).parse().unwrap_err().field(), Some("content"));
        let many = (1..=21).map(PostId).collect();
        assert_eq!(input("spam", Some(many)).parse().unwrap_err().field(), Some("posts"));
    }
}
