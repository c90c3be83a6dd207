//! Posts: what members say, to whom, and how long it may be.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::id::PostId;
use super::profile;
use super::refusal::{self, Refusal};

/// The most characters of a post (Markdown).
pub const CONTENT_LIMIT: usize = 10_000;
/// The most characters of a content warning.
pub const WARNING_LIMIT: usize = 500;
/// The most attachments of a post.
pub const ATTACHMENT_LIMIT: usize = 16;
/// The most people one post may mention; more would be shouting.
pub const MENTION_LIMIT: usize = 50;
/// The most hashtags of one post.
pub const HASHTAG_LIMIT: usize = 50;

/// The most posts that an author pins to their page; Mastodon shows as many.
pub const PIN_LIMIT: usize = 5;

/// Who may read a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Everybody, and it is listed.
    Public,
    /// Everybody who has the link; it is on nobody's list but the author's followers'.
    Unlisted,
    /// The author's followers and those it mentions.
    Followers,
    /// The members of this node; it never leaves it.
    Members,
    /// Those it mentions.
    Direct,
}

impl Visibility {
    /// The word on the wire of the API, in the store and on the page.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Unlisted => "unlisted",
            Self::Followers => "followers",
            Self::Members => "members",
            Self::Direct => "direct",
        }
    }

    /// Who may read a post: whom its author asks for; otherwise, for a reply, those who may read its parent.
    #[must_use]
    pub fn of_reply(asked: Option<Self>, parent: Option<Self>) -> Self {
        asked.or(parent).unwrap_or(Self::Public)
    }

    /// Who may read the answer to an offer of somebody else's, unless its author asks for others: the two alone. What
    /// people come to terms about is not for everybody.
    #[must_use]
    pub fn of_answer_to_offer(asked: Option<Self>) -> Self {
        asked.unwrap_or(Self::Direct)
    }

    /// May a stranger with the link read it?
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Public | Self::Unlisted)
    }

    /// Is it for those alone whom it is addressed to?
    #[must_use]
    pub fn is_direct(self) -> bool {
        matches!(self, Self::Direct)
    }
}

impl fmt::Display for Visibility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Visibility {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        match text {
            "public" => Ok(Self::Public),
            "unlisted" => Ok(Self::Unlisted),
            "followers" => Ok(Self::Followers),
            "members" => Ok(Self::Members),
            "direct" => Ok(Self::Direct),
            _ => Err(Refusal::malformed("visibility", text, "public, unlisted, followers, members or direct")),
        }
    }
}

/// Something at a URL that belongs to a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Attachment {
    /// An http(s) URL.
    pub url: String,
    /// Such as `image/jpeg`.
    #[serde(default)]
    pub media_type: Option<String>,
    /// What it is, for those who cannot see it.
    #[serde(default)]
    pub name: Option<String>,
    /// In pixels.
    #[serde(default)]
    pub width: Option<u32>,
    /// In pixels.
    #[serde(default)]
    pub height: Option<u32>,
}

/// What an author sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostInput {
    /// Markdown, up to 10,000 characters.
    pub content: String,
    /// Who may read it. If absent: for a reply to an offer, its author alone; for another reply, those who may read
    /// what it answers; otherwise everybody.
    pub visibility: Option<String>,
    /// A content warning, up to 500 characters of plain text.
    pub summary: Option<String>,
    /// Hide attachments until asked for.
    pub sensitive: Option<bool>,
    /// A BCP 47 language tag.
    pub language: Option<String>,
    /// The post that this one answers.
    pub in_reply_to: Option<PostId>,
    /// Links to pictures and files.
    pub attachments: Option<Vec<Attachment>>,
}

/// A post that passed every rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Markdown.
    pub content: String,
    /// Who may read it, if the author says so; [`Visibility::of_reply`] and [`Visibility::of_answer_to_offer`] settle it
    /// otherwise.
    pub visibility: Option<Visibility>,
    /// A content warning.
    pub summary: Option<String>,
    /// Hide attachments until asked for.
    pub sensitive: bool,
    /// A BCP 47 language tag.
    pub language: Option<String>,
    /// The post that this one answers.
    pub in_reply_to: Option<PostId>,
    /// Links to pictures and files.
    pub attachments: Vec<Attachment>,
}

impl PostInput {
    /// Checks every part.
    ///
    /// # Errors
    /// The first [`Refusal`] met, naming the field.
    pub fn parse(self) -> Result<Draft, Refusal> {
        let summary =
            self.summary.map(|text| refusal::optional("summary", &text, WARNING_LIMIT)).transpose()?.flatten();
        Ok(Draft {
            content: refusal::needed("content", &self.content, CONTENT_LIMIT)?,
            visibility: self.visibility.as_deref().map(str::parse).transpose()?,
            sensitive: self.sensitive.unwrap_or(summary.is_some()),
            summary,
            language: self.language.as_deref().map(language).transpose()?,
            in_reply_to: self.in_reply_to,
            attachments: attachments(self.attachments.unwrap_or_default())?,
        })
    }
}

/// Reads a language tag (BCP 47, language and region): `en`, `pt-BR`.
///
/// # Errors
/// [`Refusal::Malformed`].
pub fn language(text: &str) -> Result<String, Refusal> {
    let fits = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let mut parts = text.split('-');
    let primary =
        parts.next().is_some_and(|part| (2..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphabetic()));
    if primary && text.len() <= 35 && parts.all(fits) {
        Ok(text.to_owned())
    } else {
        Err(Refusal::malformed("language", text, "a language tag such as en or pt-BR"))
    }
}

fn attachments(list: Vec<Attachment>) -> Result<Vec<Attachment>, Refusal> {
    if list.len() > ATTACHMENT_LIMIT {
        return Err(Refusal::TooMany { field: "attachments", limit: ATTACHMENT_LIMIT, found: list.len() });
    }
    list.into_iter()
        .map(|attachment| {
            let media_type = attachment.media_type.as_deref().map(str::trim).filter(|text| !text.is_empty());
            if let Some(text) = media_type
                && !(text.len() <= 100
                    && text.split('/').count() == 2
                    && text.bytes().all(|b| b.is_ascii_graphic() && b != b'<'))
            {
                return Err(Refusal::malformed("attachments.mediaType", text, "a media type such as image/jpeg"));
            }
            Ok(Attachment {
                url: profile::link("attachments.url", &attachment.url)?,
                media_type: media_type.map(str::to_owned),
                name: attachment
                    .name
                    .map(|name| refusal::optional("attachments.name", &name, 1_500))
                    .transpose()?
                    .flatten(),
                width: attachment.width,
                height: attachment.height,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_hides_what_it_warns_of_unless_the_author_says_otherwise() {
        let draft = |sensitive| {
            PostInput { content: "hi".into(), summary: Some("food".into()), sensitive, ..Default::default() }
                .parse()
                .unwrap()
        };
        assert!(draft(None).sensitive);
        assert!(!draft(Some(false)).sensitive);
    }

    #[test]
    fn an_answer_is_as_private_as_what_it_answers_unless_its_author_says_otherwise() {
        assert_eq!(Visibility::of_reply(None, None), Visibility::Public);
        assert_eq!(Visibility::of_reply(None, Some(Visibility::Direct)), Visibility::Direct);
        assert_eq!(Visibility::of_reply(Some(Visibility::Public), Some(Visibility::Direct)), Visibility::Public);
        assert_eq!(Visibility::of_answer_to_offer(None), Visibility::Direct);
        assert_eq!(Visibility::of_answer_to_offer(Some(Visibility::Public)), Visibility::Public);
    }

    #[test]
    fn what_cannot_pass_is_named() {
        let refuse = |input: PostInput| input.parse().unwrap_err();
        assert_eq!(refuse(PostInput::default()).field(), Some("content"));
        let wrong = PostInput { content: "x".into(), visibility: Some("friends".into()), ..Default::default() };
        assert!(refuse(wrong).to_string().ends_with("public, unlisted, followers, members or direct"));
        for tag in ["", "e", "en_GB", "english!", "en--x"] {
            assert!(language(tag).is_err(), "{tag}");
        }
        assert!(language("zh-Hant-TW").is_ok());
    }
}
