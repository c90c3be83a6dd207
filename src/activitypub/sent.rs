//! Posts and activities as they are sent, each wire shape in one place.
//!
//! The shapes are those that every known server reads: `type` is one text, `to` and `cc` are arrays, what is taken
//! back or answered is embedded with its id (Mastodon, Mitra, Mobilizon and Lemmy look at different parts of it).

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::compact::Compact;
use super::context;
use super::json::PUBLIC;

/// To whom something is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Addressing {
    /// Addressed first.
    pub to: Vec<String>,
    /// Addressed too.
    pub cc: Vec<String>,
}

impl Addressing {
    /// To one actor alone.
    #[must_use]
    pub fn to_one(actor: &str) -> Self {
        Self { to: vec![actor.to_owned()], cc: Vec::new() }
    }

    /// To everybody.
    #[must_use]
    pub fn everybody(cc: Vec<String>) -> Self {
        Self { to: vec![PUBLIC.to_owned()], cc }
    }

    /// Is it for everybody, listed or not?
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.to.iter().chain(&self.cc).any(|id| id == PUBLIC)
    }
}

/// A link to a picture or file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentAttachment {
    /// Where it is.
    pub url: String,
    /// Such as `image/png`.
    pub media_type: Option<String>,
    /// What it is, in words.
    pub name: Option<String>,
    /// In pixels.
    pub width: Option<u32>,
    /// In pixels.
    pub height: Option<u32>,
}

impl SentAttachment {
    fn to_value(&self) -> Value {
        let kind = match self.media_type.as_deref().and_then(|text| text.split('/').next()) {
            Some("image") => "Image",
            Some("audio") => "Audio",
            Some("video") => "Video",
            _ => "Document",
        };
        Compact::new(kind)
            .with_some("mediaType", self.media_type.as_deref())
            .with("url", self.url.as_str())
            .with_some("name", self.name.as_deref())
            .with_some("width", self.width)
            .with_some("height", self.height)
            .into()
    }
}

/// A post. An offer is one too, with its proposal's keys beside (FEP-0837).
#[derive(Debug, Clone, PartialEq)]
pub struct SentNote {
    /// Its id.
    pub id: String,
    /// Its author's id.
    pub author: String,
    /// Where people look at it.
    pub url: String,
    /// A title; offers have one.
    pub name: Option<String>,
    /// HTML.
    pub content: String,
    /// A BCP 47 tag.
    pub language: Option<String>,
    /// Markdown.
    pub source: Option<String>,
    /// A content warning.
    pub summary: Option<String>,
    /// Hidden until asked for.
    pub sensitive: bool,
    /// To whom.
    pub addressing: Addressing,
    /// What it answers.
    pub in_reply_to: Option<String>,
    /// The conversation it belongs to.
    pub context: Option<String>,
    /// Links to pictures and files.
    pub attachments: Vec<SentAttachment>,
    /// Whom it mentions: id and handle with `@`.
    pub mentions: Vec<(String, String)>,
    /// Hashtags without `#`, and their pages.
    pub hashtags: Vec<(String, String)>,
    /// Its replies collection.
    pub replies: Option<String>,
    /// How many like it; told at its own URL, not when it is sent.
    pub likes: Option<u64>,
    /// How many shared it; likewise.
    pub shares: Option<u64>,
    /// When it was published.
    pub published: Timestamp,
    /// When it changed last.
    pub updated: Option<Timestamp>,
    /// When it ends, of offers.
    pub end_time: Option<Timestamp>,
    /// The proposal's keys, of offers.
    pub proposal: Option<Map<String, Value>>,
}

impl SentNote {
    /// The document without a context, as it stands inside an activity or a collection.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mentions = self.mentions.iter().map(|(href, name)| json!({"type": "Mention", "href": href, "name": name}));
        let hashtags = self
            .hashtags
            .iter()
            .map(|(name, href)| json!({"type": "Hashtag", "href": href, "name": format!("#{name}")}));
        let content_map = self.language.as_ref().map(|language| json!({language: self.content}));
        let source = self.source.as_ref().map(|text| json!({"content": text, "mediaType": "text/markdown"}));
        let mut note = Compact::new("Note")
            .with("id", self.id.as_str())
            .with("attributedTo", self.author.as_str())
            .with("url", self.url.as_str())
            .with_some("name", self.name.as_deref())
            .with("content", self.content.as_str())
            .with_some("contentMap", content_map)
            .with_some("source", source)
            .with_some("summary", self.summary.as_deref())
            .with("sensitive", self.sensitive)
            .with_array("to", self.addressing.to.iter().map(String::as_str))
            .with_array("cc", self.addressing.cc.iter().map(String::as_str))
            .with_some("inReplyTo", self.in_reply_to.as_deref())
            .with_some("context", self.context.as_deref())
            .with_some("conversation", self.context.as_deref())
            .with_array("attachment", self.attachments.iter().map(SentAttachment::to_value))
            .with_array("tag", mentions.chain(hashtags))
            .with_some("replies", self.replies.as_deref())
            .with_some("likes", self.likes.map(counted))
            .with_some("shares", self.shares.map(counted))
            .with_time("published", Some(self.published))
            .with_time("updated", self.updated)
            .with_time("endTime", self.end_time);
        for (key, value) in self.proposal.iter().flatten() {
            note = note.with(key, value.clone());
        }
        note.into()
    }

    /// The document with its context, as it stands at its own URL.
    #[must_use]
    pub fn document(&self) -> Value {
        with_context(self.to_value(), self.json_ld_context())
    }

    /// The context that its terms need.
    #[must_use]
    pub fn json_ld_context(&self) -> Value {
        if self.proposal.is_some() { context::proposal() } else { context::note() }
    }
}

/// A collection of which only the size is told.
fn counted(total_items: u64) -> Compact {
    Compact::new("Collection").with("totalItems", total_items)
}

/// Puts a context on a document.
#[must_use]
pub fn with_context(mut document: Value, context: Value) -> Value {
    if let Some(object) = document.as_object_mut() {
        object.insert("@context".to_owned(), context);
    }
    document
}

/// The frame of an activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Its id.
    pub id: &'a str,
    /// Who acts.
    pub actor: &'a str,
    /// To whom it is sent.
    pub addressing: Addressing,
    /// When it was made.
    pub published: Option<Timestamp>,
}

impl Frame<'_> {
    pub(super) fn activity(&self, kind: &str) -> Compact {
        Compact::new(kind)
            .with("@context", context::plain())
            .with("id", self.id)
            .with("actor", self.actor)
            .with_list("to", self.addressing.to.iter().map(String::as_str))
            .with_list("cc", self.addressing.cc.iter().map(String::as_str))
            .with_time("published", self.published)
    }

    /// Something new: the object embedded.
    #[must_use]
    pub fn create(&self, note: &SentNote) -> Value {
        self.activity("Create").with("object", note.to_value()).with("@context", note.json_ld_context()).into()
    }

    /// A changed post.
    #[must_use]
    pub fn update(&self, note: &SentNote) -> Value {
        self.activity("Update").with("object", note.to_value()).with("@context", note.json_ld_context()).into()
    }

    /// A changed actor: its whole document embedded.
    #[must_use]
    pub fn update_actor(&self, document: Value) -> Value {
        let mut document = document;
        let context = document.as_object_mut().and_then(|object| object.remove("@context"));
        self.activity("Update").with("object", document).with("@context", context.unwrap_or_else(context::actor)).into()
    }

    /// A post that is gone.
    #[must_use]
    pub fn delete(&self, object: &str) -> Value {
        self.activity("Delete").with("object", json!({"type": "Tombstone", "id": object})).into()
    }

    /// An actor that is gone.
    #[must_use]
    pub fn delete_actor(&self) -> Value {
        self.activity("Delete").with("object", self.actor).into()
    }

    /// Asks to follow.
    #[must_use]
    pub fn follow(&self, target: &str) -> Value {
        self.activity("Follow").with("object", target).into()
    }

    /// Says yes to a Follow.
    #[must_use]
    pub fn accept(&self, follow: &EmbeddedFollow<'_>) -> Value {
        self.activity("Accept").with("object", follow.to_value()).into()
    }

    /// Says no to a Follow, or ends one that was accepted.
    #[must_use]
    pub fn reject(&self, follow: &EmbeddedFollow<'_>) -> Value {
        self.activity("Reject").with("object", follow.to_value()).into()
    }

    /// Ends a Follow of ours, or takes the question back.
    #[must_use]
    pub fn undo_follow(&self, follow: &EmbeddedFollow<'_>) -> Value {
        self.activity("Undo").with("object", follow.to_value()).into()
    }

    /// Likes a post.
    #[must_use]
    pub fn like(&self, object: &str) -> Value {
        self.activity("Like").with("object", object).into()
    }

    /// Shares a post.
    #[must_use]
    pub fn announce(&self, object: &str) -> Value {
        self.activity("Announce").with("object", object).into()
    }

    /// Takes a Like or an Announce back.
    #[must_use]
    pub fn undo(&self, kind: &str, id: &str, object: &str) -> Value {
        let taken_back = json!({"type": kind, "id": id, "actor": self.actor, "object": object});
        self.activity("Undo").with("object", taken_back).into()
    }

    /// From now on somewhere else.
    #[must_use]
    pub fn moved(&self, target: &str) -> Value {
        self.activity("Move").with("object", self.actor).with("target", target).into()
    }

    /// Reports an actor, and posts of theirs.
    #[must_use]
    pub fn flag(&self, actor: &str, posts: &[String], content: &str) -> Value {
        let objects = std::iter::once(actor).chain(posts.iter().map(String::as_str));
        self.activity("Flag").with_array("object", objects).with("content", content).into()
    }

    /// Puts a post into a collection of the actor's own.
    #[must_use]
    pub fn add(&self, object: &str, target: &str) -> Value {
        self.activity("Add").with("object", object).with("target", target).into()
    }

    /// Takes a post out of a collection of the actor's own.
    #[must_use]
    pub fn remove(&self, object: &str, target: &str) -> Value {
        self.activity("Remove").with("object", object).with("target", target).into()
    }
}

/// A Follow that is answered or taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmbeddedFollow<'a> {
    /// The Follow's own id.
    pub id: &'a str,
    /// Who asked.
    pub actor: &'a str,
    /// Whom.
    pub object: &'a str,
}

impl EmbeddedFollow<'_> {
    fn to_value(self) -> Value {
        json!({"type": "Follow", "id": self.id, "actor": self.actor, "object": self.object})
    }
}

/// What stands at the URL of something that is gone.
#[must_use]
pub fn tombstone(id: &str, former_type: &str, deleted: Timestamp) -> Value {
    Compact::new("Tombstone")
        .with("@context", context::plain())
        .with("id", id)
        .with("formerType", former_type)
        .with_time("deleted", Some(deleted))
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activitypub::activity::{Activity, ActivityKind};
    use crate::activitypub::object::ReceivedObject;

    fn note() -> SentNote {
        SentNote {
            id: "https://harbor.example/posts/1".into(),
            author: "https://harbor.example/members/ana".into(),
            url: "https://harbor.example/posts/1".into(),
            name: None,
            content: "<p>hi</p>".into(),
            language: Some("en".into()),
            source: Some("hi".into()),
            summary: None,
            sensitive: false,
            addressing: Addressing::everybody(vec!["https://harbor.example/members/ana/followers".into()]),
            in_reply_to: None,
            context: Some("https://harbor.example/posts/1".into()),
            attachments: Vec::new(),
            mentions: vec![("https://loft.example/members/bo".into(), "@bo@loft.example".into())],
            hashtags: vec![("Tea".into(), "https://harbor.example/tags/tea".into())],
            replies: None,
            likes: None,
            shares: None,
            published: "2026-12-01T09:00:00Z".parse().unwrap(),
            updated: None,
            end_time: None,
            proposal: None,
        }
    }

    #[test]
    fn what_we_send_we_read_back() {
        let note = note();
        let frame = Frame {
            id: "https://harbor.example/activities/1",
            actor: &note.author,
            addressing: note.addressing.clone(),
            published: Some(note.published),
        };
        let create = frame.create(&note);
        let read = Activity::read(create.as_object().unwrap().clone()).unwrap();
        assert_eq!(read.kind, ActivityKind::Create);
        let object = ReceivedObject::read(read.object().unwrap().embedded().unwrap()).unwrap();
        assert_eq!((object.id.as_str(), object.author.as_str()), (note.id.as_str(), note.author.as_str()));
        assert_eq!((object.content_unsanitised, object.language), (note.content.clone(), note.language.clone()));
        assert_eq!(object.hashtags, ["Tea"]);
        assert!(object.audience.public_to && read.audience().public_to);

        let follow = EmbeddedFollow {
            id: "https://loft.example/follows/7",
            actor: "https://loft.example/members/bo",
            object: &note.author,
        };
        for (sent, kind) in [
            (frame.accept(&follow), ActivityKind::Accept),
            (frame.reject(&follow), ActivityKind::Reject),
            (frame.undo("Like", "https://harbor.example/likes/1", "https://loft.example/posts/2"), ActivityKind::Undo),
            (frame.delete(&note.id), ActivityKind::Delete),
        ] {
            let read = Activity::read(sent.as_object().unwrap().clone()).unwrap();
            assert_eq!(read.kind, kind);
            assert!(read.object_id().is_some());
        }
    }
}
