//! Offers and requests: made, changed, settled by their authors, and over when their time has come.

use jiff::Timestamp;

use super::Result;
use super::post::{self as posts, Mentions, Text, not_before};
use crate::coworking::id::{MemberId, PostId};
use crate::coworking::markdown;
use crate::coworking::member::Acting;
use crate::coworking::offer::{self as rules, OfferDraft, State};
use crate::coworking::{Event, Refusal};
use crate::site::Site;
use crate::store::offer::{self, Filter, Offer, Scope};
use crate::store::page::{Page, Slice};
use crate::store::post::{self, Content, Post, PostView, Reader};
use crate::store::{Notice, Tx, event};

/// Offers something, or asks for it.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper; [`Refusal::TooMany`] tags.
pub fn make(tx: &mut Tx<'_>, site: &Site, acting: Acting, draft: &OfferDraft, now: Timestamp) -> Result<PostId> {
    let author = acting.member("make an offer")?;
    let content = content(site, draft)?;
    let id = posts::add(tx, site, author, draft.visibility, &content, None, now)?;
    save(tx, id, author, draft, &content)?;
    event::record(tx, &Event::OfferMade { offer: id }, now)?;
    Ok(id)
}

/// Changes an open offer. Its visibility stays, whatever the draft says: others have seen it by now, or not.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::NotPermitted`] for all but the author; [`Refusal::WrongState`] when it is settled or
/// over; [`Refusal::TooMany`] tags.
pub fn update(
    tx: &mut Tx<'_>,
    site: &Site,
    acting: Acting,
    id: PostId,
    draft: &OfferDraft,
    now: Timestamp,
) -> Result<()> {
    let (author, old) = own_and_open(tx, acting, id, "change an offer", now)?;
    let content = content(site, draft)?;
    post::revise(tx, id, &content, not_before(&old, now))?;
    post::replace_tags(tx, id, &old.tags, &content.tags)?;
    save(tx, id, author, draft, &content)?;
    event::record(tx, &Event::OfferEdited { offer: id }, now)?;
    tx.notify(Notice::Changed(author.0));
    Ok(())
}

/// Closes an open offer: it found its match, or nobody needs to answer any more.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::NotPermitted`] for all but the author; [`Refusal::WrongState`] when it is settled or
/// over.
pub fn settle(tx: &mut Tx<'_>, acting: Acting, id: PostId, now: Timestamp) -> Result<()> {
    let (author, _) = own_and_open(tx, acting, id, "settle an offer", now)?;
    offer::set_state(tx, id, State::Settled, now)?;
    event::record(tx, &Event::OfferSettled { offer: id }, now)?;
    tx.notify(Notice::Changed(author.0));
    Ok(())
}

/// Takes an offer back: for its author, and for those who keep order here if it is a local one.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::NotPermitted`].
pub fn delete(tx: &mut Tx<'_>, acting: Acting, id: PostId, now: Timestamp) -> Result<()> {
    posts::delete(tx, acting, id, now)
}

/// Writes down which offers are over, at most `limit` at once; tells how many. Of those from elsewhere nobody is told:
/// their homes know it themselves.
///
/// # Errors
/// The store's.
pub fn expire_due(tx: &mut Tx<'_>, now: Timestamp, limit: u32) -> Result<usize> {
    let due = offer::due(tx, now, limit)?;
    for offer in &due {
        offer::set_state(tx, offer.post, State::Expired, now)?;
        if offer.local {
            event::record(tx, &Event::OfferExpired { offer: offer.post }, now)?;
            tx.notify(Notice::Changed(offer.author.0));
        }
    }
    Ok(due.len())
}

/// The offers that can be taken up now.
///
/// # Errors
/// The store's.
pub fn board(
    tx: &mut Tx<'_>,
    reader: Reader,
    scope: Scope,
    filter: &Filter,
    page: Page,
    now: Timestamp,
) -> Result<Slice<PostView>> {
    Ok(offer::board(tx, reader, scope, filter, page, now)?)
}

fn own_and_open(
    tx: &mut Tx<'_>,
    acting: Acting,
    id: PostId,
    act: &'static str,
    now: Timestamp,
) -> Result<(MemberId, Post)> {
    let author = acting.member(act)?;
    let post = post::readable(tx, author.into(), id)?.ok_or(Refusal::NotFound { what: "offer" })?;
    let offer = post.offer.as_ref().ok_or(Refusal::NotFound { what: "offer" })?;
    if post.author != author.into() {
        return Err(Refusal::NotPermitted { who: "the author", act }.into());
    }
    rules::must_be_open(rules::state_at(offer.state, offer.ends_at, now))?;
    Ok((author, post))
}

fn content(site: &Site, draft: &OfferDraft) -> Result<Content> {
    let tags: Vec<String> = draft.tags.iter().map(|tag| tag.as_str().to_owned()).collect();
    let text = Text { source: &draft.content, mentions: &Mentions::default(), tags: &tags };
    Ok(Content { name: Some(draft.name.clone()), ..text.render(site, Vec::new())? })
}

fn save(tx: &mut Tx<'_>, id: PostId, author: MemberId, draft: &OfferDraft, content: &Content) -> Result<()> {
    let text = markdown::plain_text(&content.content, offer::WORDS_LIMIT);
    let words = offer::words(&draft.name, &text, &content.tags);
    let offer = Offer {
        purpose: draft.purpose,
        kind: draft.kind,
        state: State::Open,
        in_return: draft.in_return.clone(),
        proposal: "{}".to_owned(),
        ends_at: Some(draft.ends_at),
        settled_at: None,
    };
    Ok(offer::save(tx, id, author.into(), &offer, &words)?)
}
