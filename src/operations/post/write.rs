//! Members write, change and take back posts.

use jiff::Timestamp;

use super::{LocalLinks, Mentions, bring_home, may_read, recount, recount_parent, told};
use crate::coworking::id::{ActorId, MemberId, PostId, SpaceId};
use crate::coworking::markdown;
use crate::coworking::member::{Acting, Role};
use crate::coworking::post::{Draft, HASHTAG_LIMIT, MENTION_LIMIT, Visibility};
use crate::coworking::{Event, Refusal};
use crate::operations::Result;
use crate::site::Site;
use crate::store::actor::{self, ActorSummary};
use crate::store::post::{self, Content, Known, Mention, NewPost, Post};
use crate::store::{Notice, Tx, block, event, notification, timeline};

/// Says something. The author's followers and those it is addressed to get to see it; whoever lives elsewhere is told
/// by the recorded event.
///
/// An answer is as private as what it answers unless the draft says otherwise, and is addressed to the author of
/// that. A post among members is addressed to members alone, whomever its text names.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper; [`Refusal::NotFound`] for a parent that the author may not read;
/// [`Refusal::Blocked`] when it is addressed to somebody with a block between them; [`Refusal::Malformed`] for a direct
/// post to nobody; [`Refusal::TooMany`] mentions or hashtags.
pub fn publish(
    tx: &mut Tx<'_>,
    site: &Site,
    acting: Acting,
    draft: &Draft,
    mentions: &Mentions,
    now: Timestamp,
) -> Result<PostId> {
    let author = acting.member("post")?;
    let parent = draft.in_reply_to.map(|id| may_read(tx, author.into(), id)).transpose()?;
    let visibility = Visibility::of_reply(draft.visibility, parent.as_ref().map(|parent| parent.visibility));
    let text = Text { source: &draft.content, mentions, tags: &[] };
    let addressed = address(tx, author, &text, visibility, parent.as_ref(), &[])?;
    if visibility == Visibility::Direct && addressed.actors.is_empty() {
        let expected = "another visibility, or the post must mention somebody or answer somebody";
        return Err(Refusal::malformed("visibility", visibility, expected).into());
    }
    let content = Content {
        name: None,
        summary: draft.summary.clone(),
        sensitive: draft.sensitive,
        language: draft.language.clone(),
        attachments: draft.attachments.clone(),
        ..text.render(site, addressed.mentions)?
    };
    let id = add(tx, site, author, visibility, &content, parent.as_ref(), now)?;
    post::add_recipients(tx, id, addressed.actors.iter().copied())?;
    let known = parent.as_ref().map(Known::from);
    for addressee in addressed.actors {
        let kind = told(addressee, visibility, known.as_ref());
        notification::add(tx, addressee, kind, author.into(), Some(id), now)?;
    }
    event::record(tx, &Event::PostPublished { post: id }, now)?;
    Ok(id)
}

/// Writes a local post, and brings it to the homes of its author and their followers.
pub(in crate::operations) fn add(
    tx: &mut Tx<'_>,
    site: &Site,
    author: MemberId,
    visibility: Visibility,
    content: &Content,
    parent: Option<&Post>,
    now: Timestamp,
) -> Result<PostId> {
    let id = PostId(tx.next_id(now));
    let uri = site.post(id);
    let home: Option<SpaceId> = actor::by_id(tx, author.into())?.and_then(|author| author.home_space);
    let context = parent.map_or(uri.as_str(), |parent| parent.context.as_deref().unwrap_or(&parent.uri));
    let new = NewPost {
        id,
        uri: &uri,
        author: author.into(),
        local: true,
        space: home,
        visibility,
        in_reply_to: parent.map(|parent| parent.id),
        in_reply_to_uri: parent.map(|parent| parent.uri.as_str()),
        context: Some(context),
        content,
        published: now,
        updated: None,
    };
    post::add(tx, &new, true)?;
    if let Some(parent) = parent {
        recount(tx, parent.local, parent.author);
    }
    post::replace_tags(tx, id, &[], &content.tags)?;
    if visibility != Visibility::Direct {
        timeline::add(tx, author.into(), id, author.into())?;
    }
    bring_home(tx, id, author.into(), visibility, parent.map(|parent| parent.author))?;
    tx.notify(Notice::Changed(author.0));
    Ok(id)
}

/// Changes what a post says. Its visibility and what it answers stay as they are, whatever the draft says; whoever it
/// names now and did not before is told.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::NotPermitted`] for all but the author; [`Refusal::WrongState`] for an offer,
/// which is changed as such; and as [`publish`].
pub fn edit(
    tx: &mut Tx<'_>,
    site: &Site,
    acting: Acting,
    id: PostId,
    draft: &Draft,
    mentions: &Mentions,
    now: Timestamp,
) -> Result<()> {
    let author = acting.member("edit a post")?;
    let old = may_read(tx, author.into(), id)?;
    if old.author != author.into() {
        return Err(Refusal::NotPermitted { who: "the author", act: "edit a post" }.into());
    }
    if old.offer.is_some() {
        return Err(Refusal::WrongState { what: "post", state: "an offer", needed: "a post without one" }.into());
    }
    let parent = match old.in_reply_to {
        Some(parent) => post::by_id(tx, parent)?.filter(|parent| parent.deleted_at.is_none()),
        None => None,
    };
    let before = post::recipients(tx, id)?;
    let text = Text { source: &draft.content, mentions, tags: &[] };
    let addressed = address(tx, author, &text, old.visibility, parent.as_ref(), &before)?;
    let content = Content {
        name: None,
        summary: draft.summary.clone(),
        sensitive: draft.sensitive,
        language: draft.language.clone(),
        attachments: draft.attachments.clone(),
        ..text.render(site, addressed.mentions)?
    };
    post::revise(tx, id, &content, not_before(&old, now))?;
    post::replace_tags(tx, id, &old.tags, &content.tags)?;
    let known = parent.as_ref().map(Known::from);
    for addressee in addressed.actors.into_iter().filter(|actor| !before.contains(actor)) {
        post::add_recipients(tx, id, [addressee])?;
        let kind = told(addressee, old.visibility, known.as_ref());
        notification::add(tx, addressee, kind, author.into(), Some(id), now)?;
    }
    event::record(tx, &Event::PostEdited { post: id }, now)?;
    tx.notify(Notice::Changed(author.0));
    Ok(())
}

/// Takes a post or an offer back: for its author, and for those who keep order here if it is a local one.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::NotPermitted`].
pub fn delete(tx: &mut Tx<'_>, acting: Acting, id: PostId, now: Timestamp) -> Result<()> {
    const ACT: &str = "delete this post";
    let keeps_order = acting.needs(Role::Host, ACT).is_ok();
    let found = match post::by_id(tx, id)?.filter(|post| post.deleted_at.is_none()) {
        // Order is kept in what not everybody may read, too: a report names the post.
        Some(found) if keeps_order && found.local => found,
        _ => may_read(tx, acting.into(), id)?,
    };
    let own = matches!(acting, Acting::Member(member, _) if found.author == member.into());
    if !found.local || !(own || keeps_order) {
        let who = if found.local { "the author or a host" } else { "the author" };
        return Err(Refusal::NotPermitted { who, act: ACT }.into());
    }
    post::bury(tx, id, now)?;
    recount_parent(tx, found.in_reply_to)?;
    let fact = if found.offer.is_some() { Event::OfferDeleted { offer: id } } else { Event::PostDeleted { post: id } };
    event::record(tx, &fact, now)?;
    tx.notify(Notice::Changed(found.author.0));
    Ok(())
}

/// The moment of a change: a version of the post that is newer than the one before, even when the clock is not. Others
/// are told whole seconds and take what is not newer for old, so versions lie seconds apart.
pub(in crate::operations) fn not_before(old: &Post, now: Timestamp) -> Timestamp {
    let before = old.updated.unwrap_or(old.published).as_second();
    now.max(Timestamp::from_second(before + 1).unwrap_or(now))
}

/// A member's text, before it is HTML.
pub(in crate::operations) struct Text<'a> {
    pub(in crate::operations) source: &'a str,
    pub(in crate::operations) mentions: &'a Mentions,
    /// Words besides the hashtags of the text.
    pub(in crate::operations) tags: &'a [String],
}

impl Text<'_> {
    /// The text as it is kept and shown; what is not of the text is left empty.
    pub(in crate::operations) fn render(&self, site: &Site, mentions: Vec<Mention>) -> Result<Content> {
        let mut tags = self.tags.to_vec();
        let known: Vec<String> = tags.iter().map(|tag| crate::coworking::tag::fold(tag)).collect();
        let hashtags = markdown::hashtags(self.source);
        tags.extend(hashtags.into_iter().filter(|tag| !known.contains(&crate::coworking::tag::fold(tag))));
        if tags.len() > HASHTAG_LIMIT {
            return Err(Refusal::TooMany { field: "hashtags", limit: HASHTAG_LIMIT, found: tags.len() }.into());
        }
        Ok(Content {
            name: None,
            summary: None,
            sensitive: false,
            content: markdown::render(self.source, &LocalLinks { mentions: self.mentions, site }),
            source: Some(self.source.to_owned()),
            language: None,
            url: None,
            attachments: Vec::new(),
            tags,
            mentions,
        })
    }
}

/// To whom a text is addressed.
pub(in crate::operations) struct Addressed {
    /// Each once; the author is not among them.
    pub(in crate::operations) actors: Vec<ActorId>,
    /// The same with those whom a post among members names without addressing them.
    pub(in crate::operations) mentions: Vec<Mention>,
}

/// Finds out to whom a text is addressed: whose post it answers, and whom it mentions. Of those who are not addressed
/// `already`, nobody may have a block with the author.
///
/// # Errors
/// [`Refusal::Blocked`]; [`Refusal::TooMany`].
pub(in crate::operations) fn address(
    tx: &mut Tx<'_>,
    author: MemberId,
    text: &Text<'_>,
    visibility: Visibility,
    parent: Option<&Post>,
    already: &[ActorId],
) -> Result<Addressed> {
    let mut people: Vec<ActorId> = parent.map(|parent| parent.author).into_iter().collect();
    people
        .extend(markdown::mentions(text.source).iter().filter_map(|handle| text.mentions.get(handle)).map(|m| m.actor));
    people.retain(|actor| *actor != author.into());
    // Whoever goes on after their own direct post means the same people.
    if let (true, Visibility::Direct, Some(parent)) = (people.is_empty(), visibility, parent) {
        people = post::recipients(tx, parent.id)?;
        people.retain(|actor| *actor != author.into());
    }
    let mut order: Vec<ActorId> = Vec::new();
    for actor in people {
        if !order.contains(&actor) {
            order.push(actor);
        }
    }
    if order.len() > MENTION_LIMIT {
        return Err(Refusal::TooMany { field: "mentions", limit: MENTION_LIMIT, found: order.len() }.into());
    }
    let mut people: Vec<ActorSummary> = actor::summaries(tx, &order)?;
    people.sort_by_cached_key(|person| order.iter().position(|id| *id == person.id));
    for person in people.iter().filter(|person| !already.contains(&person.id)) {
        if block::between(tx, author.into(), person.id)? {
            return Err(Refusal::Blocked { act: "address them" }.into());
        }
    }
    let mentions =
        people.iter().map(|person| Mention { href: person.uri.clone(), name: format!("@{}", person.handle()) });
    let mentions = mentions.collect();
    let reached = people.iter().filter(|person| visibility != Visibility::Members || person.local);
    Ok(Addressed { actors: reached.map(|person| person.id).collect(), mentions })
}
