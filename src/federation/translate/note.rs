//! Our posts as Notes: to whom they go, and what stands in them.

use crate::activitypub::json::PUBLIC;
use crate::activitypub::sent::{Addressing, SentAttachment, SentNote};
use crate::coworking::post::Visibility;
use crate::coworking::tag;
use crate::site::Site;
use crate::store::post::Post;

use super::offer;

/// A post of ours and those around it.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// The post.
    pub post: &'a Post,
    /// Its author's id.
    pub author: &'a str,
    /// Ids of those whom it is addressed to besides what its visibility says.
    pub recipients: &'a [String],
}

/// To whom a post goes; `None` for what never leaves this node.
///
/// The followers collection is named by its id; who is in it is the sender's affair.
#[must_use]
pub fn addressing(said: Said<'_>) -> Option<Addressing> {
    let followers = format!("{}/followers", said.author);
    let named = || said.recipients.iter().cloned();
    let addressing = match said.post.visibility {
        Visibility::Public => {
            Addressing { to: vec![PUBLIC.to_owned()], cc: std::iter::once(followers).chain(named()).collect() }
        }
        Visibility::Unlisted => {
            Addressing { to: vec![followers], cc: std::iter::once(PUBLIC.to_owned()).chain(named()).collect() }
        }
        Visibility::Followers => Addressing { to: vec![followers], cc: named().collect() },
        Visibility::Direct => Addressing { to: named().collect(), cc: Vec::new() },
        Visibility::Members => return None,
    };
    Some(addressing)
}

/// The Note of a post of ours; `None` for what never leaves this node and for what is gone.
#[must_use]
pub fn note(site: &Site, said: Said<'_>) -> Option<SentNote> {
    let post = said.post;
    if post.deleted_at.is_some() {
        return None;
    }
    let addressing = addressing(said)?;
    let hashtags = post.tags.iter().map(|tag| (tag.clone(), site.tag(&tag::fold(tag)))).collect();
    let attachments = post
        .attachments
        .iter()
        .map(|attachment| SentAttachment {
            url: attachment.url.clone(),
            media_type: attachment.media_type.clone(),
            name: attachment.name.clone(),
            width: attachment.width,
            height: attachment.height,
        })
        .collect();
    let note = SentNote {
        id: post.uri.clone(),
        author: said.author.to_owned(),
        url: post.url.clone().unwrap_or_else(|| post.uri.clone()),
        name: post.name.clone(),
        content: post.content.clone(),
        language: post.language.clone(),
        source: post.source.clone(),
        summary: post.summary.clone(),
        sensitive: post.sensitive,
        addressing,
        in_reply_to: post.in_reply_to_uri.clone(),
        context: post.context.clone(),
        attachments,
        mentions: post.mentions.iter().map(|mention| (mention.href.clone(), mention.name.clone())).collect(),
        hashtags,
        replies: post.visibility.is_open().then(|| format!("{}/replies", post.uri)),
        published: post.published,
        updated: post.updated,
        end_time: None,
        proposal: None,
    };
    Some(match &post.offer {
        Some(found) => offer::dress(note, found, post),
        None => note,
    })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::coworking::id::{ActorId, PostId};
    use crate::coworking::offer::{Kind, Purpose, State};
    use crate::store::offer::Offer;

    const ANA: &str = "https://harbor.example/members/ana";
    const BO: &str = "https://loft.example/members/bo";

    fn post(visibility: Visibility) -> Post {
        Post {
            id: PostId(7),
            uri: "https://harbor.example/posts/7".into(),
            author: ActorId(1),
            local: true,
            space: None,
            visibility,
            name: None,
            summary: None,
            sensitive: false,
            content: "<p>hi</p>".into(),
            source: Some("hi".into()),
            language: Some("en".into()),
            url: None,
            in_reply_to: None,
            in_reply_to_uri: None,
            context: None,
            attachments: Vec::new(),
            tags: vec!["DutchVAT".into()],
            mentions: Vec::new(),
            published: "2026-12-01T09:00:00Z".parse().unwrap(),
            updated: None,
            deleted_at: None,
            offer: None,
        }
    }

    fn sent(post: &Post) -> Option<SentNote> {
        let site = Site::new(&"https://harbor.example".parse().unwrap()).unwrap();
        note(&site, Said { post, author: ANA, recipients: &[BO.to_owned()] })
    }

    #[test]
    fn nobody_is_addressed_who_may_not_read() {
        let followers = format!("{ANA}/followers");
        for (visibility, to, cc) in [
            (Visibility::Public, vec![PUBLIC], vec![followers.as_str(), BO]),
            (Visibility::Unlisted, vec![followers.as_str()], vec![PUBLIC, BO]),
            (Visibility::Followers, vec![followers.as_str()], vec![BO]),
            (Visibility::Direct, vec![BO], vec![]),
        ] {
            let sent = sent(&post(visibility)).unwrap();
            assert_eq!((sent.addressing.to, sent.addressing.cc), (strings(&to), strings(&cc)), "{visibility}");
            assert_eq!(sent.replies.is_some(), visibility.is_open());
        }
        assert_eq!(sent(&post(Visibility::Members)), None);
        assert_eq!(sent(&Post { deleted_at: Some(Timestamp::UNIX_EPOCH), ..post(Visibility::Public) }), None);
    }

    fn strings(list: &[&str]) -> Vec<String> {
        list.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn an_offer_is_a_readable_post_with_a_proposal_in_it() {
        let offer = Offer {
            purpose: Purpose::Offer,
            kind: Kind::Skill,
            state: State::Open,
            in_return: Some("a coffee & a chat".into()),
            proposal: "{}".into(),
            ends_at: Some("2026-12-31T23:00:00Z".parse().unwrap()),
            settled_at: None,
        };
        let post = Post { name: Some("Dutch <VAT>".into()), offer: Some(offer), ..post(Visibility::Public) };
        let note = sent(&post).unwrap();
        for part in ["Offer: Dutch &lt;VAT&gt;", "<p>hi</p>", "a coffee &amp; a chat", "31 December 2026", "/posts/7\""]
        {
            assert!(note.content.contains(part), "{part} in {}", note.content);
        }
        let document = note.document();
        assert_eq!(document["type"], "Note");
        assert_eq!(document["endTime"], "2026-12-31T23:00:00Z");
        let read = crate::activitypub::marketplace::Proposal::read(&document).unwrap();
        assert_eq!((read.kind.as_deref(), read.state.as_deref()), (Some("skill"), Some("open")));
        assert_eq!(read.publishes.id.as_str(), "https://harbor.example/posts/7#primary");
        assert_eq!(read.reciprocal.unwrap().note.as_deref(), Some("a coffee & a chat"));
        assert_eq!(document["unitBased"], false);
    }
}
