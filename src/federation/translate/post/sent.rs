//! What is kept of a post of ours, as it is sent: to whom, and as what.

use jiff::tz::TimeZone;

use super::offer;
use crate::activitypub::json::PUBLIC;
use crate::activitypub::sent::{Addressing, SentAttachment, SentNote};
use crate::coworking::post::{Attachment, Visibility};
use crate::coworking::tag;
use crate::site::Site;
use crate::store::post::Post;

/// What a Note tells besides the post's own row.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The author's id.
    pub author: String,
    /// The collection of the author's followers.
    pub followers: String,
    /// The ids of those to whom it is addressed by name.
    pub recipients: Vec<String>,
    /// The clock by which times are told in words: that of the author's space.
    pub zone: TimeZone,
    /// Likes and announces that are known here, where they are told.
    pub counts: Option<Counts>,
}

/// How often a post was liked and announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Likes.
    pub likes: u64,
    /// Announces.
    pub shares: u64,
}

/// To whom a post is sent: nobody is addressed who may not read it. `None` for what never leaves this node.
#[must_use]
pub fn addressing(visibility: Visibility, followers: &str, recipients: &[String]) -> Option<Addressing> {
    let with = |first: &str| std::iter::once(first.to_owned()).chain(recipients.iter().cloned()).collect();
    Some(match visibility {
        Visibility::Public => Addressing { to: vec![PUBLIC.to_owned()], cc: with(followers) },
        Visibility::Unlisted => Addressing { to: with(followers), cc: vec![PUBLIC.to_owned()] },
        Visibility::Followers => Addressing { to: with(followers), cc: Vec::new() },
        Visibility::Direct => Addressing { to: recipients.to_vec(), cc: Vec::new() },
        Visibility::Members => return None,
    })
}

/// A post or an offer of ours as a Note. `None` for what never leaves this node, for what was taken back, and for
/// what is not ours to send.
#[must_use]
pub fn note(site: &Site, post: &Post, around: &Surroundings) -> Option<SentNote> {
    if !post.local || post.deleted_at.is_some() {
        return None;
    }
    let addressing = addressing(post.visibility, &around.followers, &around.recipients)?;
    let page = |word: &String| (tag::hashtag(word), site.tag(&tag::fold(word)));
    let open = post.visibility.is_open();
    let offered = post.offer.as_ref();
    Some(SentNote {
        id: post.uri.clone(),
        author: around.author.clone(),
        url: post.url.clone().unwrap_or_else(|| post.uri.clone()),
        name: post.name.clone(),
        content: offered.map_or_else(|| post.content.clone(), |o| offer::content(site, post, o, &around.zone)),
        language: post.language.clone(),
        // An offer's content says more than its author typed.
        source: post.source.clone().filter(|_| offered.is_none()),
        summary: post.summary.clone(),
        sensitive: post.sensitive,
        addressing,
        in_reply_to: post.in_reply_to_uri.clone(),
        context: post.context.clone(),
        attachments: post.attachments.iter().map(attachment).collect(),
        mentions: post.mentions.iter().map(|who| (who.href.clone(), who.name.clone())).collect(),
        hashtags: post.tags.iter().map(page).filter(|(word, _)| !word.is_empty()).collect(),
        replies: open.then(|| site.replies(post.id)),
        likes: around.counts.map(|counts| counts.likes).filter(|_| open),
        shares: around.counts.map(|counts| counts.shares).filter(|_| open),
        published: post.published,
        updated: post.updated,
        end_time: offered.and_then(offer::end),
        proposal: offered.and_then(|o| offer::keys(&post.uri, post.name.as_deref(), o)),
    })
}

fn attachment(attachment: &Attachment) -> SentAttachment {
    SentAttachment {
        url: attachment.url.clone(),
        media_type: attachment.media_type.clone(),
        name: attachment.name.clone(),
        width: attachment.width,
        height: attachment.height,
    }
}
