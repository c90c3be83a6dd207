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

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::coworking::id::ActorId;
    use crate::coworking::member::Role;
    use crate::coworking::offer::{Kind, OfferInput, Purpose};
    use crate::operations::post::{ReceivedOffer, ReceivedPost, Revision, Why, receive, receive_update};
    use crate::operations::testing::{Ground, acting, at, coming, let_follow, no, stranger};

    fn draft(purpose: &str, name: &str, tags: &[&str]) -> OfferDraft {
        let input = OfferInput {
            purpose: purpose.into(),
            name: name.into(),
            kind: Some("skill".into()),
            content: Some("One hour, *patient*.".into()),
            tags: Some(tags.iter().map(|tag| (*tag).to_owned()).collect()),
            ..Default::default()
        };
        input.parse(at(3)).unwrap()
    }

    fn far_offer(author: ActorId, state: State, ends_at: Option<Timestamp>) -> ReceivedPost {
        let mut post = coming(author, 1);
        post.content.name = Some("Sailing lessons".into());
        post.offer = Some(ReceivedOffer {
            purpose: Purpose::Offer,
            kind: Kind::Skill,
            state,
            in_return: None,
            proposal: r#"{"unitBased":false}"#.into(),
            ends_at,
        });
        post
    }

    fn board_of(tx: &mut Tx<'_>, reader: Reader, scope: Scope, filter: Filter, now: Timestamp) -> Result<Vec<PostId>> {
        let page = board(tx, reader, scope, &filter, Page::default(), now)?;
        Ok(page.items.into_iter().map(|seen| seen.post.id).collect())
    }

    #[test]
    fn an_offer_lives_until_it_is_settled_or_its_time_has_come() {
        let (ground, _) = Ground::set_up();
        let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
        ground
            .act(move |tx, site| {
                let here = |tx: &mut Tx<'_>, now| board_of(tx, cleo.into(), Scope::Here, Filter::default(), now);
                let vat = make(tx, site, acting(ben), &draft("offer", "Dutch VAT", &["taxes"]), at(3))?;
                let bread = make(tx, site, acting(ben), &draft("offer", "Bread", &[]), at(4))?;
                assert_eq!(here(tx, at(5))?, [bread, vat]);

                let better = draft("offer", "Dutch VAT, two hours", &["taxes"]);
                assert_eq!(no(tx, |tx| update(tx, site, acting(cleo), vat, &better, at(5))).code(), "not-permitted");
                update(tx, site, acting(ben), vat, &better, at(5))?;
                let seen = posts::view(tx, cleo.into(), vat)?.post;
                assert_eq!((seen.name.as_deref(), seen.updated), (Some("Dutch VAT, two hours"), Some(at(5))));

                settle(tx, acting(ben), bread, at(4))?;
                assert_eq!(here(tx, at(6))?, [vat]);
                let updated = posts::view(tx, cleo.into(), bread)?.post.updated;
                assert_eq!(updated, Some(at(5)), "others are told whole seconds, and take what is not newer for old");
                assert_eq!(no(tx, |tx| settle(tx, acting(ben), bread, at(7))).code(), "wrong-state");

                // The end counts from its moment on, whether or not the job has run.
                let over = at(3) + SignedDuration::from_hours(30 * 24);
                assert_eq!(here(tx, over - SignedDuration::from_millis(1))?, [vat]);
                assert_eq!(here(tx, over)?, []);
                assert_eq!(no(tx, |tx| update(tx, site, acting(ben), vat, &better, over)).code(), "wrong-state");
                assert_eq!(expire_due(tx, at(8), 10)?, 0);
                assert_eq!((expire_due(tx, over, 10)?, expire_due(tx, over, 10)?), (1, 0));
                let seen = posts::view(tx, cleo.into(), vat)?.post;
                assert_eq!((seen.offer.unwrap().state, seen.updated), (State::Expired, Some(over)));
                delete(tx, acting(ben), vat, over)?;
                assert_eq!(no(tx, |tx| posts::view(tx, cleo.into(), vat)).code(), "gone");
                Ok(())
            })
            .unwrap();
        let facts: Vec<&str> =
            ground.events().iter().map(|fact| fact.event.name()).filter(|name| name.starts_with("Offer")).collect();
        let expected = ["OfferMade", "OfferMade", "OfferEdited", "OfferSettled", "OfferExpired", "OfferDeleted"];
        assert_eq!(facts, expected);
    }

    #[test]
    fn the_board_shows_what_is_asked_for_and_meant_for_the_reader() {
        let (ground, _) = Ground::set_up();
        let ben = ground.member("ben", Role::Member);
        ground
            .act(move |tx, site| {
                let gus = stranger(tx, "gus")?;
                let_follow(tx, ben.into(), gus)?;
                let vat = make(
                    tx,
                    site,
                    acting(ben),
                    &draft("offer", "Dutch VAT, 100% patient", &["Belasting aangifte"]),
                    at(3),
                )?;
                let seek = make(tx, site, acting(ben), &draft("request", "Élan for a start-up", &[]), at(3))?;
                let far = receive(tx, &far_offer(gus, State::Open, Some(at(500))), Why::Delivered, at(11))?;
                let far = far.post().unwrap();
                let find = |tx: &mut Tx<'_>, filter| board_of(tx, ben.into(), Scope::Network, filter, at(20));

                assert_eq!(find(tx, Filter::default())?, [far, seek, vat]);
                assert_eq!(board_of(tx, ben.into(), Scope::Here, Filter::default(), at(20))?, [seek, vat]);
                let stranger = board_of(tx, Reader::Stranger, Scope::Network, Filter::default(), at(20))?;
                assert_eq!(stranger, [far, vat], "what somebody seeks is for members");
                assert_eq!(find(tx, Filter { purpose: Some(Purpose::Request), ..Default::default() })?, [seek]);
                assert_eq!(find(tx, Filter { kind: Some(Kind::Goods), ..Default::default() })?, []);
                assert_eq!(find(tx, Filter { tag: Some("#belastingAangifte".into()), ..Default::default() })?, [vat]);
                for (text, found) in [
                    ("dutch vat", vec![vat]),
                    ("ÉLAN", vec![seek]),
                    ("100%", vec![vat]),
                    ("1_0", vec![]),
                    ("patient", vec![seek, vat]),
                    ("aangifte", vec![vat]),
                    ("sailing", vec![far]),
                ] {
                    let filter = Filter { text: Some(text.into()), ..Default::default() };
                    assert_eq!(find(tx, filter)?, found, "{text}");
                }

                // What its home says of it counts.
                let mut settled = far_offer(gus, State::Settled, Some(at(500)));
                settled.updated = Some(at(30));
                assert_eq!(receive_update(tx, &settled, at(30))?, Revision::Done(far));
                assert_eq!(find(tx, Filter::default())?, [seek, vat]);
                assert_eq!(posts::view(tx, ben.into(), far)?.post.offer.unwrap().settled_at, Some(at(30)));
                Ok(())
            })
            .unwrap();
    }
}
