//! What a document from elsewhere says, as it is kept here.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::activitypub::activity::Audience;
use crate::activitypub::id::Id;
use crate::activitypub::object::{ObjectKind, ReceivedAttachment, ReceivedObject};
use crate::coworking::id::ActorId;
use crate::coworking::markdown::{plain_text, sanitise};
use crate::coworking::offer;
use crate::coworking::post::{Attachment, Visibility};
use crate::federation::translate::html::escape;
use crate::operations::post::ReceivedPost;
use crate::store::post::{Content, Mention};

/// How far ahead of our clock a change may be: clocks differ, and changes that follow each other quickly are a second
/// apart on the wire.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);
/// The most characters of a content warning that are kept.
const SUMMARY_LIMIT: usize = 500;

/// Those whom an object names and who matter for what happens here, by their ids: all when it is not for everybody,
/// because then they are who may read it; otherwise whom it mentions, and who lives here.
pub fn addressees<'o>(object: &'o ReceivedObject, is_ours: impl Fn(&Id) -> bool + 'o) -> impl Iterator<Item = &'o Id> {
    let open = is_open(&object.audience);
    let named = object.audience.named().filter(move |id| !open || is_ours(id));
    object.mentions.iter().map(|(id, _)| id).chain(named)
}

/// Is it for everybody? Then nobody has to ask for the author's followers to tell who may read it.
#[must_use]
pub fn is_open(audience: &Audience) -> bool {
    audience.public_to || audience.public_cc
}

/// Who may read what has this audience; `followers` is the collection of its author's followers.
#[must_use]
pub fn visibility(audience: &Audience, followers: Option<&str>) -> Visibility {
    if audience.public_to {
        Visibility::Public
    } else if audience.public_cc {
        Visibility::Unlisted
    } else if followers.is_some_and(|followers| audience.named().any(|id| id.as_str() == followers)) {
        Visibility::Followers
    } else {
        Visibility::Direct
    }
}

/// Who may read a post: its visibility, and the addressees that are known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readers {
    /// By sort.
    pub visibility: Visibility,
    /// By name.
    pub recipients: Vec<ActorId>,
}

/// A post as it is taken in. HTML is sanitised; what lies in the future by its own account is taken as of now, and a
/// change that lies far in the future as of the near one, so that what its author says next is still newer.
#[must_use]
pub fn received(
    object: &ReceivedObject,
    document: &Value,
    author: ActorId,
    readers: Readers,
    now: Timestamp,
) -> ReceivedPost {
    ReceivedPost {
        uri: object.id.to_string(),
        author,
        visibility: readers.visibility,
        content: content(object),
        in_reply_to: object.in_reply_to.as_ref().map(Id::to_string),
        context: object.context.clone(),
        recipients: readers.recipients,
        published: object.published.unwrap_or(now).min(now),
        updated: object.updated.map(|time| time.min(now.checked_add(AHEAD).unwrap_or(now))),
        offer: super::offer::received(object, document),
    }
}

fn content(object: &ReceivedObject) -> Content {
    let summary = object.summary_unsanitised.as_deref().map(|text| plain(text, SUMMARY_LIMIT));
    let summary = summary.filter(|text| !text.is_empty());
    Content {
        name: object.name.as_deref().map(|text| plain(text, offer::TITLE_LIMIT)).filter(|text| !text.is_empty()),
        sensitive: object.sensitive,
        summary,
        content: html(object),
        source: None,
        language: object.language.clone(),
        // A page elsewhere could show something else under the author's name.
        url: object.url.as_ref().filter(|url| url.same_origin(&object.id)).map(Id::to_string),
        attachments: object.attachments.iter().map(attachment).collect(),
        tags: object.hashtags.clone(),
        mentions: object
            .mentions
            .iter()
            .map(|(id, name)| Mention { href: id.to_string(), name: plain(name, 300) })
            .collect(),
    }
}

/// The text as shown: that of a question with its options, that of a film or an event with a link to the thing itself.
fn html(object: &ReceivedObject) -> String {
    let mut html = sanitise(&object.content_unsanitised);
    // Writing to a String does not fail.
    if !object.options.is_empty() {
        html.push_str("<ul>");
        for option in &object.options {
            let _ = write!(html, "<li>{}</li>", escape(option));
        }
        html.push_str("</ul>");
    }
    if !object.kind.is_text() {
        let link = object.url.as_ref().unwrap_or(&object.id);
        let name = object.name.as_deref().unwrap_or(match object.kind {
            ObjectKind::Event => "Event",
            _ => link.as_str(),
        });
        let _ = write!(html, "<p><a href=\"{}\">{}</a></p>", escape(link.as_str()), escape(name));
        html = sanitise(&html);
    }
    html
}

fn attachment(attachment: &ReceivedAttachment) -> Attachment {
    Attachment {
        url: attachment.url.to_string(),
        media_type: attachment.media_type.clone(),
        name: attachment.name.clone(),
        width: attachment.width,
        height: attachment.height,
    }
}

/// Most plain text is plain; the rest lost its way from HTML.
pub(super) fn plain(text: &str, limit: usize) -> String {
    if text.contains(['<', '&', '\n', '\r', '\t']) {
        plain_text(text, limit)
    } else {
        text.chars().take(limit).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn now() -> Timestamp {
        "2026-12-01T09:00:00Z".parse().unwrap()
    }

    fn read(mut document: Value) -> ReceivedPost {
        let parts = document.as_object_mut().unwrap();
        parts.entry("id").or_insert("https://a.example/n".into());
        parts.entry("attributedTo").or_insert("https://a.example/u".into());
        let object = ReceivedObject::read(&document).unwrap();
        let visibility = visibility(&object.audience, Some("https://a.example/u/followers"));
        received(&object, &document, ActorId(1), Readers { visibility, recipients: vec![] }, now())
    }

    #[test]
    fn the_audience_says_who_may_read() {
        for (to, cc, expected) in [
            (json!("as:Public"), json!(null), Visibility::Public),
            (json!("https://a.example/u/followers"), json!("Public"), Visibility::Unlisted),
            (json!("https://a.example/u/followers"), json!("https://b.example/u"), Visibility::Followers),
            (json!("https://b.example/u"), json!(null), Visibility::Direct),
            (json!("https://b.example/u/followers"), json!(null), Visibility::Direct),
            (json!(null), json!(null), Visibility::Direct),
        ] {
            let post = read(json!({"type": "Note", "to": to, "cc": cc}));
            assert_eq!(post.visibility, expected, "to {to} cc {cc}");
        }
    }

    #[test]
    fn everybody_named_matters_in_private_and_only_our_own_in_public() {
        let named = |to: Value| {
            let object = ReceivedObject::read(&json!({"type": "Note", "id": "https://a.example/n",
                "attributedTo": "https://a.example/u", "to": to, "cc": ["https://b.example/u", "https://here.example/ana"],
                "tag": {"type": "Mention", "href": "https://c.example/u"}}))
            .unwrap();
            addressees(&object, |id| id.host() == "here.example").map(|id| id.host().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(named(json!("as:Public")), ["c.example", "here.example"]);
        assert_eq!(named(json!("https://d.example/u")), ["c.example", "d.example", "b.example", "here.example"]);
    }

    #[test]
    fn what_is_no_note_becomes_readable_and_harmless() {
        let question = read(json!({"type": "Question", "content": "<p>Tea?</p><script>x</script>",
            "oneOf": [{"name": "Yes"}, {"name": "<b>No</b>"}]}));
        assert_eq!(question.content.content, "<p>Tea?</p><ul><li>Yes</li><li>&lt;b&gt;No&lt;/b&gt;</li></ul>");
        let film = read(json!({"type": "Video", "name": "Harbour & <i>sea</i>", "url": "https://a.example/w/1",
            "summary": "<p>spoilers</p>"}));
        assert!(film.content.content.contains(r#"<a href="https://a.example/w/1""#), "{}", film.content.content);
        assert_eq!(film.content.name.as_deref(), Some("Harbour & sea"));
        assert_eq!(film.content.summary.as_deref(), Some("spoilers"));
        let elsewhere =
            read(json!({"type": "Note", "url": "https://evil.example/", "published": "2030-01-01T00:00:00Z"}));
        assert_eq!((elsewhere.content.url, elsewhere.published), (None, now()));
    }

    #[test]
    fn a_change_may_be_a_little_ahead_of_our_clock_and_not_far() {
        for (written, kept) in [
            ("2026-12-01T08:59:00Z", "2026-12-01T08:59:00Z"),
            ("2026-12-01T09:00:03Z", "2026-12-01T09:00:03Z"),
            ("2030-01-01T00:00:00Z", "2026-12-01T09:05:00Z"),
        ] {
            let post = read(json!({"type": "Note", "updated": written}));
            assert_eq!(post.updated.unwrap().to_string(), kept);
        }
    }
}
