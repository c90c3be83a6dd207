//! Posts as they are sent: always a `Note`, also when there is a proposal in it, so that every microblog shows it.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::compact::Compact;
use super::context;
use super::marketplace::Proposal;
use super::tag::Tag;

/// A file or picture that belongs to a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Where it is.
    pub url: String,
    /// Such as `image/png`.
    pub media_type: Option<String>,
    /// What it shows, plain text.
    pub name: Option<String>,
    /// In pixels.
    pub width: Option<u32>,
    /// In pixels.
    pub height: Option<u32>,
}

/// A collection by its id and size; its items are to be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The collection's id.
    pub id: String,
    /// How many items it has.
    pub total_items: u64,
}

/// A post of ours.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// Its id.
    pub id: String,
    /// Who made it.
    pub attributed_to: String,
    /// A title, plain text.
    pub name: Option<String>,
    /// HTML; reads as a complete post by itself.
    pub content: String,
    /// The language of the content (BCP 47).
    pub language: Option<String>,
    /// The Markdown that the content was made of.
    pub source: Option<String>,
    /// A content warning, plain text.
    pub summary: Option<String>,
    /// Hidden until asked for.
    pub sensitive: bool,
    /// To whom first.
    pub to: Vec<String>,
    /// To whom too.
    pub cc: Vec<String>,
    /// What it answers.
    pub in_reply_to: Option<String>,
    /// The grouping that it belongs to.
    pub context: Option<String>,
    /// Its page for people.
    pub url: Option<String>,
    /// Its files and pictures.
    pub attachments: Vec<Attachment>,
    /// Whom it mentions, its hashtags, what it links to.
    pub tags: Vec<Tag>,
    /// When it came into the world.
    pub published: Timestamp,
    /// When it changed last, if it did.
    pub updated: Option<Timestamp>,
    /// When it ends by itself (proposals).
    pub end_time: Option<Timestamp>,
    /// Its replies.
    pub replies: Option<Counted>,
    /// Who likes it.
    pub likes: Option<Counted>,
    /// Who shared it.
    pub shares: Option<Counted>,
    /// What it offers or seeks.
    pub proposal: Option<Proposal>,
}

impl Note {
    /// The document, with `@context`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        self.compact().with("@context", self.json_ld_context()).into()
    }

    /// The post inside of an activity.
    #[must_use]
    pub fn to_embedded(&self) -> Value {
        self.compact().into()
    }

    /// The `@context` of the post and of activities with it inside.
    #[must_use]
    pub fn json_ld_context(&self) -> Value {
        if self.proposal.is_some() { context::marketplace() } else { context::note() }
    }

    fn compact(&self) -> Compact {
        let in_language = self.language.as_deref().map(|language| json!({language: self.content}));
        let source =
            |text: &String| Compact::untyped().with("content", text.as_str()).with("mediaType", "text/markdown");
        let note = Compact::new("Note")
            .with("id", self.id.as_str())
            .with("attributedTo", self.attributed_to.as_str())
            .with_some("name", self.name.as_deref())
            .with("content", self.content.as_str())
            .with_some("contentMap", in_language)
            .with_some("source", self.source.as_ref().map(source))
            .with_some("summary", self.summary.as_deref())
            .with("sensitive", self.sensitive)
            .with_array("to", self.to.iter().map(String::as_str))
            .with_array("cc", self.cc.iter().map(String::as_str))
            .with_some("inReplyTo", self.in_reply_to.as_deref())
            .with_some("context", self.context.as_deref())
            .with_some("url", self.url.as_deref())
            .with_array("attachment", self.attachments.iter().map(attachment))
            .with_array("tag", self.tags.iter().map(Tag::to_value))
            .with_time("published", Some(self.published))
            .with_time("updated", self.updated)
            .with_time("endTime", self.end_time)
            .with_some("replies", self.replies.as_ref().map(|replies| counted("Collection", replies)))
            .with_some("likes", self.likes.as_ref().map(|likes| counted("Collection", likes)))
            .with_some("shares", self.shares.as_ref().map(|shares| counted("Collection", shares)));
        match &self.proposal {
            Some(proposal) => proposal.write(note),
            None => note,
        }
    }
}

fn attachment(attachment: &Attachment) -> Compact {
    // Mastodon takes a Document for whatever its media type says, and shows an Image without a type as a link.
    Compact::new("Document")
        .with("url", attachment.url.as_str())
        .with_some("mediaType", attachment.media_type.as_deref())
        .with_some("name", attachment.name.as_deref())
        .with_some("width", attachment.width)
        .with_some("height", attachment.height)
}

fn counted(kind: &str, collection: &Counted) -> Compact {
    Compact::new(kind).with("id", collection.id.as_str()).with("totalItems", collection.total_items)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activitypub::id::Id;
    use crate::activitypub::json::PUBLIC;
    use crate::activitypub::marketplace::{Intent, Measure, Purpose};
    use crate::activitypub::object::{ObjectKind, ReceivedObject};

    fn offer() -> Note {
        let at = |path: &str| format!("https://harbor.example/{path}");
        let id = |path: &str| Id::parse(&at(path)).unwrap();
        Note {
            id: at("posts/7"),
            attributed_to: at("members/ana"),
            name: Some("Knot lessons".into()),
            content: "<p>Knot lessons.</p>".into(),
            language: Some("en".into()),
            source: Some("Knot lessons.".into()),
            summary: Some("ropes".into()),
            sensitive: true,
            to: vec![PUBLIC.into(), "https://quay.example/users/bo".into()],
            cc: vec![at("members/ana/followers")],
            in_reply_to: Some("https://quay.example/notes/1".into()),
            context: Some(at("posts/6")),
            url: Some(at("posts/7")),
            attachments: vec![Attachment {
                url: "https://media.harbor.example/k.png".into(),
                media_type: Some("image/png".into()),
                name: Some("A knot".into()),
                width: Some(640),
                height: Some(480),
            }],
            tags: vec![
                Tag::Mention { href: "https://quay.example/users/bo".into(), name: "@bo@quay.example".into() },
                Tag::Hashtag { href: at("tags/rope"), name: "rope".into() },
                Tag::ObjectLink { href: at("posts/6"), name: None, rel: None },
            ],
            published: "2026-11-01T12:00:00Z".parse().unwrap(),
            updated: "2026-11-02T12:00:00Z".parse().ok(),
            end_time: "2026-12-01T12:00:00Z".parse().ok(),
            replies: Some(Counted { id: at("posts/7/replies"), total_items: 0 }),
            likes: None,
            shares: None,
            proposal: Some(Proposal {
                id: id("posts/7"),
                purpose: Purpose::Offer,
                publishes: Intent {
                    id: id("posts/7#primary"),
                    action: "deliverService".into(),
                    name: None,
                    resource_conforms_to: None,
                    resource_quantity: Measure::of(1, "one"),
                    available_quantity: None,
                    minimum_quantity: None,
                },
                reciprocal: None,
                unit_based: false,
                kind: Some("skill".into()),
                state: Some("open".into()),
            }),
        }
    }

    #[test]
    fn what_we_post_is_what_a_reader_knows() {
        let sent = offer();
        let value = sent.to_value();
        assert_eq!((&value["type"], &value["unitBased"]), (&json!("Note"), &json!(false)));
        let read = ReceivedObject::read(&value).unwrap();
        assert_eq!(
            (read.id.as_str(), read.kind, read.author.as_str()),
            (sent.id.as_str(), ObjectKind::Note, sent.attributed_to.as_str())
        );
        assert_eq!((read.content_unsanitised, read.language, read.name), (sent.content, sent.language, sent.name));
        assert_eq!(read.source, sent.source.map(|text| (text, "text/markdown".into())));
        assert_eq!((read.summary_unsanitised, read.sensitive), (sent.summary, true));
        assert!(read.audience.public_to);
        assert_eq!(read.audience.named().map(Id::as_str).collect::<Vec<_>>(), [&sent.to[1], &sent.cc[0]]);
        assert_eq!(read.in_reply_to.map(|id| id.to_string()), sent.in_reply_to);
        assert_eq!((read.context, read.url.map(|id| id.to_string())), (sent.context, sent.url));
        let (got, given) = (&read.attachments[0], &sent.attachments[0]);
        assert_eq!(
            (got.url.as_str(), &got.media_type, &got.name),
            (given.url.as_str(), &given.media_type, &given.name)
        );
        assert_eq!((got.width, got.height), (given.width, given.height));
        assert_eq!((read.mentions.len(), read.hashtags), (1, vec!["rope".to_owned()]));
        assert_eq!((read.published, read.updated, read.end_time), (Some(sent.published), sent.updated, sent.end_time));
        assert_eq!(Proposal::read(&value).ok(), sent.proposal);
    }
}
