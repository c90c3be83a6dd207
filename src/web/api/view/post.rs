//! Posts, with the offers in them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Id, Kind, Person, Purpose, State, Time, Visibility};
use crate::coworking::id::{AnnounceId, PostId, SpaceId};
use crate::coworking::{offer, post};
use crate::store::post::PostView;

/// A post, a reply, a direct message or an offer, as the caller sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Post {
    /// The node's number for it; grows in the order of arrival.
    #[schema(value_type = Id)]
    pub id: PostId,
    /// Its id in the network.
    pub uri: String,
    /// Its page for humans.
    pub url: String,
    /// Who said it.
    pub author: Person,
    /// Was it said on this node?
    pub local: bool,
    /// The author's home space; of posts of this node.
    #[schema(value_type = Option<Id>, required)]
    pub space: Option<SpaceId>,
    /// Who may read it.
    #[schema(value_type = Visibility)]
    pub visibility: post::Visibility,
    /// A title; offers have one.
    #[schema(required)]
    pub name: Option<String>,
    /// A content warning, plain text.
    #[schema(required)]
    pub summary: Option<String>,
    /// Are attachments hidden until asked for?
    pub sensitive: bool,
    /// Harmless HTML.
    pub content: String,
    /// The Markdown that it was made of; of posts of this node.
    #[schema(required)]
    pub source: Option<String>,
    /// A language tag (BCP 47).
    #[schema(required)]
    pub language: Option<String>,
    /// The post that it answers, if that is known here.
    #[schema(value_type = Option<Id>, required)]
    pub in_reply_to: Option<PostId>,
    /// The id in the network of what it answers.
    #[schema(required)]
    pub in_reply_to_uri: Option<String>,
    /// The conversation that it belongs to, as an id in the network.
    #[schema(required)]
    pub context: Option<String>,
    /// Links to pictures and files.
    pub attachments: Vec<Attachment>,
    /// Hashtags as spelled, without `#`.
    pub tags: Vec<String>,
    /// Whom it names.
    pub mentions: Vec<Mention>,
    /// When it was said.
    #[schema(value_type = Time)]
    pub published: Timestamp,
    /// When it was changed last.
    #[schema(value_type = Option<Time>, required)]
    pub updated: Option<Timestamp>,
    /// Likes that are known here.
    pub likes: u32,
    /// Announces that are known here.
    pub announces: u32,
    /// Public replies that are known here.
    pub replies: u32,
    /// Does the caller like it?
    pub liked: bool,
    /// Did the caller announce it?
    pub announced: bool,
    /// Did its author pin it?
    pub pinned: bool,
    /// The announce that brought it to this list, when its author did not.
    #[schema(required)]
    pub announced_by: Option<Announce>,
    /// What is offered or sought; of offers and requests.
    #[schema(required)]
    pub offer: Option<Offer>,
}

/// Something at a URL that belongs to a post.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Attachment {
    /// Where it is.
    pub url: String,
    /// What sort of file it is.
    #[serde(default)]
    #[schema(example = "image/jpeg")]
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

impl From<post::Attachment> for Attachment {
    fn from(attachment: post::Attachment) -> Self {
        let post::Attachment { url, media_type, name, width, height } = attachment;
        Self { url, media_type, name, width, height }
    }
}

impl From<Attachment> for post::Attachment {
    fn from(attachment: Attachment) -> Self {
        let Attachment { url, media_type, name, width, height } = attachment;
        Self { url, media_type, name, width, height }
    }
}

/// Somebody whom a post names.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Mention {
    /// Their id in the network.
    pub uri: String,
    /// Their handle, with `@` before it.
    #[schema(example = "@ana@harbor.example")]
    pub name: String,
}

/// An announce that brought a post to a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Announce {
    /// The node's number for it.
    #[schema(value_type = Id)]
    pub id: AnnounceId,
    /// Whose it is.
    pub actor: Person,
}

/// What a post offers or seeks.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Offer {
    /// Which way it goes.
    #[schema(value_type = Purpose)]
    pub purpose: offer::Purpose,
    /// What it is about.
    #[schema(value_type = Kind)]
    pub kind: offer::Kind,
    /// Where it stands in its life.
    #[schema(value_type = State)]
    pub state: offer::State,
    /// What is hoped for in return, in words; `null` is a gift.
    #[schema(required)]
    pub in_return: Option<String>,
    /// When it ends.
    #[schema(value_type = Option<Time>, required)]
    pub end_time: Option<Timestamp>,
    /// When its author closed it.
    #[schema(value_type = Option<Time>, required)]
    pub settled_at: Option<Timestamp>,
}

impl Post {
    /// A post as somebody sees it `now`.
    #[must_use]
    pub fn new(view: PostView, now: Timestamp) -> Self {
        let post = view.post;
        Self {
            id: post.id,
            url: post.url.unwrap_or_else(|| post.uri.clone()),
            uri: post.uri,
            author: view.author.into(),
            local: post.local,
            space: post.space,
            visibility: post.visibility,
            name: post.name,
            summary: post.summary,
            sensitive: post.sensitive,
            content: post.content,
            source: post.source,
            language: post.language,
            in_reply_to: post.in_reply_to,
            in_reply_to_uri: post.in_reply_to_uri,
            context: post.context,
            attachments: post.attachments.into_iter().map(Attachment::from).collect(),
            tags: post.tags,
            mentions: post.mentions.into_iter().map(|who| Mention { uri: who.href, name: who.name }).collect(),
            published: post.published,
            updated: post.updated,
            likes: view.likes,
            announces: view.announces,
            replies: view.replies,
            liked: view.liked,
            announced: view.announced,
            pinned: view.pinned,
            announced_by: view.announced_by.map(|by| Announce { id: by.id, actor: by.actor.into() }),
            offer: post.offer.map(|found| Offer {
                purpose: found.purpose,
                kind: found.kind,
                state: offer::state_at(found.state, found.ends_at, now),
                in_return: found.in_return,
                end_time: found.ends_at,
                settled_at: found.settled_at,
            }),
        }
    }
}
