//! Posts come from elsewhere, change there and are taken back there.
//!
//! Mail repeats itself, comes late and in any order; whatever comes again changes nothing.

use jiff::{SignedDuration, Timestamp};

use super::{bring_home, bury, recount, recount_parent, told};
use crate::coworking::id::{ActorId, PostId};
use crate::coworking::markdown;
use crate::coworking::offer::{Kind, Purpose, State};
use crate::coworking::post::Visibility;
use crate::operations::Result;
use crate::store::actor::{self, ActorSummary};
use crate::store::follow::{self, FollowState};
use crate::store::offer::{self, Offer};
use crate::store::post::{self, Content, Known, NewPost, Post, Reader};
use crate::store::{Tx, notification, tombstone};

/// A post from elsewhere: every part checked and bounded, all HTML sanitised, everybody's number known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedPost {
    /// Its id in the network.
    pub uri: String,
    /// Who said it.
    pub author: ActorId,
    /// Who may read it. Nobody elsewhere can speak among our members: that counts as direct.
    pub visibility: Visibility,
    /// What it says; without Markdown.
    pub content: Content,
    /// What it answers.
    pub in_reply_to: Option<String>,
    /// The conversation it says to belong to.
    pub context: Option<String>,
    /// Those of the actors it mentions or is addressed to who are known here; all who live here have to be among them.
    pub recipients: Vec<ActorId>,
    /// When it was said.
    pub published: Timestamp,
    /// When it was changed last.
    pub updated: Option<Timestamp>,
    /// What it offers or seeks.
    pub offer: Option<ReceivedOffer>,
}

/// The offer in a post from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedOffer {
    /// Which way it goes.
    pub purpose: Purpose,
    /// What it is about.
    pub kind: Kind,
    /// Where it stands in its life.
    pub state: State,
    /// What is hoped for in return, plain text.
    pub in_return: Option<String>,
    /// JSON, as it came over the wire.
    pub proposal: String,
    /// When it ends.
    pub ends_at: Option<Timestamp>,
}

/// Why a post comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It was sent here: it is kept if somebody here follows its author, it is addressed to somebody here, or it
    /// answers what is known here.
    Delivered,
    /// It was sent here from a server that reaches those who follow its people and nobody else.
    Followed,
    /// It was asked for, because somebody passed it on, looks for it or reads around it: it is kept, and is news if it
    /// is fresh.
    Asked,
}

/// What became of a post that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// It is here now.
    New(PostId),
    /// It was here, and nothing changed.
    Known(PostId),
    /// It concerns nobody here, or was taken back.
    Dropped,
}

impl Received {
    /// The post, if it is here.
    #[must_use]
    pub fn post(self) -> Option<PostId> {
        match self {
            Self::New(post) | Self::Known(post) => Some(post),
            Self::Dropped => None,
        }
    }
}

/// How old a post that was asked for may be to be news.
const FRESH: SignedDuration = SignedDuration::from_hours(6);

/// A post comes from elsewhere. The caller has made sure that it comes from its author's home.
///
/// # Errors
/// The store's.
pub fn receive(tx: &mut Tx<'_>, received: &ReceivedPost, why: Why, now: Timestamp) -> Result<Received> {
    let parent = match &received.in_reply_to {
        Some(uri) => parent(tx, uri, received.author)?,
        None => None,
    };
    let here = local(tx, &received.recipients)?;
    let wanted = is_wanted(why, parent.is_some(), &here);
    let visibility = private(received.visibility);
    let id = PostId(tx.next_id(now));
    let context = received.context.as_deref().or(parent.as_ref().and_then(|parent| parent.context.as_deref()));
    let new = NewPost {
        id,
        uri: &received.uri,
        author: received.author,
        local: false,
        space: None,
        visibility,
        in_reply_to: parent.as_ref().map(|parent| parent.id),
        in_reply_to_uri: received.in_reply_to.as_deref(),
        context: Some(context.unwrap_or(&received.uri)),
        content: &received.content,
        published: received.published,
        updated: received.updated,
    };
    if !post::add(tx, &new, wanted)? {
        return again(tx, received, why, parent.as_ref(), now);
    }
    post::adopt(tx, id, &received.uri)?;
    if let Some(parent) = &parent {
        recount(tx, parent.local, parent.author);
    }
    post::add_recipients(tx, id, received.recipients.iter().copied().filter(|actor| *actor != received.author))?;
    post::replace_tags(tx, id, &[], &received.content.tags)?;
    if let Some(offer) = &received.offer {
        save_offer(tx, id, received, offer, None, now)?;
    }
    if why != Why::Asked || received.published + FRESH > now {
        // Who follows the author of a parent that is not known here cannot be told; then nobody is.
        if received.in_reply_to.is_none() || parent.is_some() {
            let parent = parent.as_ref().map(|parent| parent.author);
            bring_home(tx, id, received.author, visibility, parent)?;
        }
        if why != Why::Followed {
            tell(tx, id, received.author, visibility, parent.as_ref(), here, now)?;
        }
    }
    Ok(Received::New(id))
}

/// Is a post wanted, whether somebody here follows its author or not?
fn is_wanted(why: Why, answers_what_is_known: bool, here: &[ActorId]) -> bool {
    match why {
        Why::Asked => true,
        Why::Delivered => answers_what_is_known || !here.is_empty(),
        Why::Followed => false,
    }
}

/// Would [`receive`] take a post as a new one, though what it answers is not known?
///
/// # Errors
/// The store's.
pub fn is_awaited(tx: &mut Tx<'_>, received: &ReceivedPost, why: Why) -> Result<bool> {
    let here = local(tx, &received.recipients)?;
    Ok(post::is_awaited(tx, &received.uri, received.author, is_wanted(why, false, &here))?)
}

/// A post that is here comes again, or one that is not wanted. What is sent to several people in secret comes to each of
/// them by itself.
fn again(
    tx: &mut Tx<'_>,
    received: &ReceivedPost,
    why: Why,
    parent: Option<&Known>,
    now: Timestamp,
) -> Result<Received> {
    let Some(known) = post::known(tx, &received.uri)?.filter(|known| !known.deleted) else {
        return Ok(Received::Dropped);
    };
    let direct = [known.visibility, private(received.visibility)] == [Visibility::Direct; 2];
    if direct && !known.local && known.author == received.author {
        let added = address(tx, known.id, known.author, &received.recipients)?;
        if why != Why::Followed {
            let here = local(tx, &added)?;
            tell(tx, known.id, known.author, known.visibility, parent, here, now)?;
        }
    }
    Ok(Received::Known(known.id))
}

/// Addresses a post to these, too; tells who is new among them.
fn address(tx: &mut Tx<'_>, id: PostId, author: ActorId, recipients: &[ActorId]) -> Result<Vec<ActorId>> {
    let before = post::recipients(tx, id)?;
    let added: Vec<ActorId> =
        recipients.iter().copied().filter(|actor| *actor != author && !before.contains(actor)).collect();
    post::add_recipients(tx, id, added.iter().copied())?;
    Ok(added)
}

/// What a post answers, if it is here. Nobody hangs something on a post of ours that they may not read.
fn parent(tx: &mut Tx<'_>, uri: &str, author: ActorId) -> Result<Option<Known>> {
    let Some(known) = post::known(tx, uri)? else { return Ok(None) };
    if known.local && !known.visibility.is_open() && post::readable(tx, Reader::Actor(author), known.id)?.is_none() {
        return Ok(None);
    }
    Ok(Some(known))
}

/// Tells those here whom a post addresses, and whose post it answers if everybody may read it.
fn tell(
    tx: &mut Tx<'_>,
    id: PostId,
    author: ActorId,
    visibility: Visibility,
    parent: Option<&Known>,
    mut here: Vec<ActorId>,
    now: Timestamp,
) -> Result<()> {
    let answered = parent.filter(|parent| parent.local && visibility.is_open()).map(|parent| parent.author);
    here.extend(answered.filter(|author| !here.contains(author)));
    for addressee in here {
        notification::add(tx, addressee, told(addressee, visibility, parent), author, Some(id), now)?;
    }
    Ok(())
}

/// Takes everybody off a post's address who does not follow its author: for one from a server that reaches nobody else.
/// Tells whether it is still for anybody.
///
/// # Errors
/// The store's.
pub fn for_followers(tx: &mut Tx<'_>, received: &mut ReceivedPost) -> Result<bool> {
    let mut kept = Vec::new();
    for addressee in local(tx, &received.recipients)? {
        let follows = follow::of(tx, addressee, received.author)?;
        kept.extend(follows.filter(|follow| follow.state == FollowState::Accepted).map(|follow| follow.follower));
    }
    received.recipients = kept;
    Ok(private(received.visibility) != Visibility::Direct || !received.recipients.is_empty())
}

/// What became of a change that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revision {
    /// The post says that now.
    Done(PostId),
    /// What is here is as new, or newer.
    Old,
    /// The post is not here.
    Unknown,
    /// The post is somebody else's, or was taken back: nothing is changed.
    Refused,
}

/// A post was changed at its home. What it says, and how its offer stands, is replaced; to whom it is addressed only
/// grows, and visibility stays. A change that does not say when it was made counts as made now. Many servers tell whole
/// seconds: of two changes of the same moment the one that comes later counts, if it says something else.
///
/// # Errors
/// The store's.
pub fn receive_update(tx: &mut Tx<'_>, received: &ReceivedPost, now: Timestamp) -> Result<Revision> {
    let Some(old) = post::by_uri(tx, &received.uri)? else { return Ok(Revision::Unknown) };
    if old.local || old.author != received.author || old.deleted_at.is_some() {
        return Ok(Revision::Refused);
    }
    let updated = received.updated.unwrap_or(now);
    let content = &received.content;
    let known = old.updated.unwrap_or(old.published);
    if updated < known || (updated == known && says(&old, received)) {
        return Ok(Revision::Old);
    }
    post::revise(tx, old.id, content, updated)?;
    post::replace_tags(tx, old.id, &old.tags, &content.tags)?;
    if let Some(offer) = &received.offer {
        save_offer(tx, old.id, received, offer, old.offer.as_ref(), now)?;
    }
    let added = address(tx, old.id, old.author, &received.recipients)?;
    let parent = match &old.in_reply_to_uri {
        Some(uri) => parent(tx, uri, old.author)?,
        None => None,
    };
    for addressee in local(tx, &added)? {
        let kind = told(addressee, old.visibility, parent.as_ref());
        notification::add(tx, addressee, kind, old.author, Some(old.id), now)?;
    }
    Ok(Revision::Done(old.id))
}

/// Does a post say this already?
fn says(post: &Post, received: &ReceivedPost) -> bool {
    let content = Content {
        name: post.name.clone(),
        summary: post.summary.clone(),
        sensitive: post.sensitive,
        content: post.content.clone(),
        source: post.source.clone(),
        language: post.language.clone(),
        url: post.url.clone(),
        attachments: post.attachments.clone(),
        tags: post.tags.clone(),
        mentions: post.mentions.clone(),
    };
    let offers =
        received.offer.as_ref().is_none_or(|new| post.offer.as_ref().is_some_and(|old| old.state == new.state));
    content == received.content && offers
}

/// A post was taken back at its home, by its author. If it is not here, it is refused when it comes. Tells whether a
/// post went.
///
/// # Errors
/// The store's.
pub fn receive_delete(tx: &mut Tx<'_>, uri: &str, by: ActorId, now: Timestamp) -> Result<bool> {
    match post::known(tx, uri)? {
        Some(known) if !known.local && known.author == by => {
            let parent = post::by_id(tx, known.id)?.and_then(|post| post.in_reply_to);
            recount_parent(tx, parent)?;
            bury(tx, known.id, now)
        }
        Some(_) => Ok(false),
        None => {
            tombstone::bury(tx, uri, by, now)?;
            Ok(false)
        }
    }
}

/// Those of these actors who live here.
fn local(tx: &mut Tx<'_>, actors: &[ActorId]) -> Result<Vec<ActorId>> {
    if actors.is_empty() {
        return Ok(Vec::new());
    }
    let people: Vec<ActorSummary> = actor::summaries(tx, actors)?;
    Ok(people.into_iter().filter(|person| person.local).map(|person| person.id).collect())
}

fn private(visibility: Visibility) -> Visibility {
    match visibility {
        Visibility::Members => Visibility::Direct,
        Visibility::Public | Visibility::Unlisted | Visibility::Followers | Visibility::Direct => visibility,
    }
}

fn save_offer(
    tx: &mut Tx<'_>,
    id: PostId,
    received: &ReceivedPost,
    offer: &ReceivedOffer,
    old: Option<&Offer>,
    now: Timestamp,
) -> Result<()> {
    let settled_at = (offer.state == State::Settled).then(|| old.and_then(|old| old.settled_at).unwrap_or(now));
    let text = markdown::plain_text(&received.content.content, offer::WORDS_LIMIT);
    let title = received.content.name.as_deref().unwrap_or_default();
    let words = offer::words(title, &text, &received.content.tags);
    let offer = Offer {
        purpose: offer.purpose,
        kind: offer.kind,
        state: offer.state,
        in_return: offer.in_return.clone(),
        proposal: offer.proposal.clone(),
        ends_at: offer.ends_at,
        settled_at,
    };
    Ok(offer::save(tx, id, received.author, &offer, &words)?)
}
