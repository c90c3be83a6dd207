//! Offers and requests: made, changed, settled by their authors, and over when their time has come.

use jiff::Timestamp;

use super::post::{self as posts, Mentions, Text, not_before};
use super::{Result, announce};
use crate::coworking::id::{MemberId, PostId, SpaceId};
use crate::coworking::markdown;
use crate::coworking::member::Acting;
use crate::coworking::offer::{self as rules, OfferDraft, State};
use crate::coworking::{Event, Refusal};
use crate::site::Site;
use crate::store::offer::{self, Filter, Offer, Scope};
use crate::store::page::{Page, Slice};
use crate::store::post::{self, Content, Post, PostView, Reader};
use crate::store::{self, Notice, Tx, event};

/// Offers something, or asks for it. The author's home space announces it, if the author agreed.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper; [`Refusal::TooMany`] tags.
pub fn make(tx: &mut Tx<'_>, site: &Site, acting: Acting, draft: &OfferDraft, now: Timestamp) -> Result<PostId> {
    let author = acting.member("make an offer")?;
    let content = content(site, draft)?;
    let id = posts::add(tx, site, author, draft.visibility, &content, None, now)?;
    save(tx, id, author, draft, &content)?;
    event::record(tx, &Event::OfferMade { offer: id }, now)?;
    pass_on(tx, id, draft.announce, now)?;
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
    pass_on(tx, id, draft.announce, now)?;
    tx.notify(Notice::Changed(author.0));
    Ok(())
}

/// Closes an open offer: it found its match, or nobody needs to answer any more.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::NotPermitted`] for all but the author; [`Refusal::WrongState`] when it is settled or
/// over.
pub fn settle(tx: &mut Tx<'_>, acting: Acting, id: PostId, now: Timestamp) -> Result<()> {
    let (author, old) = own_and_open(tx, acting, id, "settle an offer", now)?;
    offer::set_state(tx, id, State::Settled, now)?;
    let announced_by = announcing(tx, &old)?;
    event::record(tx, &Event::OfferSettled { offer: id, announced_by }, now)?;
    pass_on(tx, id, Some(false), now)?;
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
            let announced_by = match post::by_id(tx, offer.post)? {
                Some(post) => announcing(tx, &post)?,
                None => None,
            };
            event::record(tx, &Event::OfferExpired { offer: offer.post, announced_by }, now)?;
            pass_on(tx, offer.post, Some(false), now)?;
            tx.notify(Notice::Changed(offer.author.0));
        }
    }
    Ok(due.len())
}

/// Takes back offers of this node that have long been over, at most `limit` at once, so that whoever keeps a copy
/// forgets it; tells how many.
///
/// # Errors
/// The store's.
pub fn forget_over(tx: &mut Tx<'_>, now: Timestamp, limit: u32) -> Result<usize> {
    let over = offer::over(tx, long_ago(now), limit)?;
    for id in &over {
        if let Some(post) = post::by_id(tx, *id)? {
            posts::remove(tx, &post, now)?;
        }
    }
    Ok(over.len())
}

/// Is there anything to do for [`expire_due`] or [`forget_over`]?
///
/// # Errors
/// The store's.
pub fn is_time_for_any(tx: &mut Tx<'_>, now: Timestamp) -> Result<bool> {
    Ok(!offer::due(tx, now, 1)?.is_empty() || !offer::over(tx, long_ago(now), 1)?.is_empty())
}

fn long_ago(now: Timestamp) -> Timestamp {
    now.checked_sub(rules::KEPT_AFTER_END).unwrap_or(Timestamp::MIN)
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

/// The home space of an offer's author, if it announces it.
fn announcing(tx: &mut Tx<'_>, post: &Post) -> Result<Option<SpaceId>> {
    let Some(home) = post.space else { return Ok(None) };
    Ok(store::announce::of(tx, home.into(), post.id)?.map(|_| home))
}

/// The home space of an offer's author begins to announce it, or ends; `None` leaves it as it is.
fn pass_on(tx: &mut Tx<'_>, id: PostId, agreed: Option<bool>, now: Timestamp) -> Result<()> {
    let Some(agreed) = agreed else { return Ok(()) };
    let post = post::by_id(tx, id)?.ok_or(Refusal::NotFound { what: "offer" })?;
    match (agreed, post.space) {
        (true, Some(home)) => announce::pass_on(tx, home.into(), &post, now).map(drop),
        (false, Some(home)) => announce::take_back(tx, home.into(), id, now),
        (true, None) => Err(Refusal::NotFound { what: "space that could announce it" }.into()),
        (false, None) => Ok(()),
    }
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
    use crate::operations::follow;
    use crate::operations::post::{ReceivedOffer, ReceivedPost, Revision, Why, receive, receive_update};
    use crate::operations::speaker::As;
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

                update(tx, site, acting(ben), bread, &draft("offer", "Rye bread", &[]), at(6))?;
                settle(tx, acting(ben), bread, at(6))?;
                let seen = posts::view(tx, cleo.into(), bread)?.post;
                assert_eq!(seen.updated, Some(at(7)), "others are told whole seconds, and each version is newer");
                assert_eq!(here(tx, at(6))?, [vat]);
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
                assert_eq!(forget_over(tx, over, 10)?, 0, "it can be read for a month more");
                let forgotten = at(6) + rules::KEPT_AFTER_END;
                assert_eq!(forget_over(tx, forgotten - SignedDuration::from_millis(1), 10)?, 0);
                assert!(is_time_for_any(tx, forgotten)?);
                assert_eq!((forget_over(tx, forgotten, 10)?, forget_over(tx, forgotten, 10)?), (1, 0));
                assert_eq!(no(tx, |tx| posts::view(tx, cleo.into(), bread)).code(), "gone");
                assert!(!is_time_for_any(tx, forgotten)?, "it was the settled one");
                delete(tx, acting(ben), vat, forgotten)?;
                assert_eq!(no(tx, |tx| posts::view(tx, cleo.into(), vat)).code(), "gone");
                Ok(())
            })
            .unwrap();
        let facts: Vec<&str> =
            ground.events().iter().map(|fact| fact.event.name()).filter(|name| name.starts_with("Offer")).collect();
        let expected = [
            "OfferMade",
            "OfferMade",
            "OfferEdited",
            "OfferEdited",
            "OfferSettled",
            "OfferExpired",
            "OfferDeleted",
            "OfferDeleted",
        ];
        assert_eq!(facts, expected);
    }

    #[test]
    fn a_space_announces_an_offer_when_its_member_agrees_and_as_long_as_it_is_open() {
        let (ground, done) = Ground::set_up();
        let ben = ground.member("ben", Role::Member);
        ground
            .act(move |tx, site| {
                let passed_on = |tx: &mut Tx<'_>, id| {
                    Ok::<_, crate::store::Error>(crate::store::announce::of(tx, done.space.into(), id)?.is_some())
                };
                let agreed = |announce| OfferDraft { announce, ..draft("offer", "Bread", &[]) };
                let quiet = make(tx, site, acting(ben), &agreed(None), at(3))?;
                assert!(!passed_on(tx, quiet)?, "nobody is made known without being asked");
                update(tx, site, acting(ben), quiet, &agreed(Some(true)), at(4))?;
                update(tx, site, acting(ben), quiet, &agreed(None), at(5))?;
                assert!(passed_on(tx, quiet)?);
                update(tx, site, acting(ben), quiet, &agreed(Some(false)), at(6))?;
                assert!(!passed_on(tx, quiet)?);

                let [settled, deleted, expired] = [7, 8, 9].map(|second| {
                    let id = make(tx, site, acting(ben), &agreed(Some(true)), at(second)).unwrap();
                    assert!(passed_on(tx, id).unwrap());
                    id
                });
                settle(tx, acting(ben), settled, at(10))?;
                delete(tx, acting(ben), deleted, at(11))?;
                expire_due(tx, at(3) + SignedDuration::from_hours(30 * 24), 10)?;
                for over in [settled, deleted, expired] {
                    assert!(!passed_on(tx, over)?);
                }
                Ok(())
            })
            .unwrap();
        let facts = ground.events().into_iter().map(|fact| fact.event.name());
        let facts: Vec<&str> = facts.skip_while(|name| *name != "OfferMade").collect();
        assert_eq!(
            facts[..6],
            ["OfferMade", "OfferEdited", "PostAnnounced", "OfferEdited", "OfferEdited", "AnnounceWithdrawn"]
        );
        let taken_back = ["OfferSettled", "AnnounceWithdrawn", "AnnounceWithdrawn", "OfferDeleted"];
        assert_eq!(facts[12..16], taken_back, "{facts:?}");

        let hidden = OfferInput {
            purpose: "request".into(),
            name: "A desk".into(),
            announce: Some(true),
            ..OfferInput::default()
        };
        let words = hidden.parse(at(3)).unwrap_err().to_string();
        assert_eq!(words, "visibility is \"members\", but it must be public for an offer that the space announces");
    }

    #[test]
    fn the_board_of_everyone_followed_shows_whom_the_reader_follows_and_what_their_spaces_announce() {
        let (ground, done) = Ground::set_up();
        let [ben, cleo, dan] = ["ben", "cleo", "dan"].map(|name| ground.member(name, Role::Member));
        ground
            .act(move |tx, site| {
                let [gus, hal] = [stranger(tx, "gus")?, stranger(tx, "hal")?];
                let far = receive(tx, &far_offer(gus, State::Open, None), Why::Asked, at(11))?.post().unwrap();
                receive(tx, &far_offer(hal, State::Open, None), Why::Asked, at(11))?;
                let bread = make(tx, site, acting(cleo), &draft("offer", "Bread", &[]), at(12))?;
                let lift = make(tx, site, acting(dan), &draft("offer", "A lift", &[]), at(13))?;
                make(tx, site, acting(ben), &draft("offer", "Dutch VAT", &[]), at(14))?;
                let followed = |tx: &mut Tx<'_>| board_of(tx, ben.into(), Scope::Followed, Filter::default(), at(20));
                assert_eq!(followed(tx)?, []);
                for whom in [gus, cleo.into(), done.space.into()] {
                    let_follow(tx, ben.into(), whom)?;
                }
                assert_eq!(followed(tx)?, [bread, far]);

                // What a person passes on is a word; what a space passes on stands on its board.
                announce::announce(tx, acting(cleo), As::Oneself, lift, at(15))?;
                assert_eq!(followed(tx)?, [bread, far]);
                announce::announce(tx, Acting::Member(done.admin, Role::Admin), As::Space(done.space), lift, at(15))?;
                assert_eq!(followed(tx)?, [lift, bread, far]);
                assert_eq!(board_of(tx, Reader::Stranger, Scope::Followed, Filter::default(), at(20))?, []);

                follow::unfollow(tx, acting(ben), As::Oneself, gus, at(16))?;
                assert_eq!(followed(tx)?, [lift, bread]);
                Ok(())
            })
            .unwrap();
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
