//! Looks at a store: is there what another node was to send?
//!
//! Each reads as a member of the node would, through the lists that the API shows; each tells the address where a
//! person can look too.

use std::sync::Arc;

use jiff::Timestamp;

use super::fact::{Found, Look};
use crate::coworking::id::{AwayId, MemberId, ResourceId};
use crate::coworking::offer::{Purpose, State};
use crate::coworking::peer::Host;
use crate::coworking::slot::Slot;
use crate::coworking::{away, booking};
use crate::operations::{self, Result};
use crate::site::Site;
use crate::store::actor;
use crate::store::delivery::{self, Destination};
use crate::store::follow::{self, FollowState};
use crate::store::notification::{self, NotificationKind};
use crate::store::offer::{self, Filter, Scope};
use crate::store::page::{Page, Slice};
use crate::store::post::{self, PostView, Reader};
use crate::store::{Tx, timeline};

fn all() -> Page {
    Page::new(None, Some(Page::LIMIT))
}

fn look(look: impl Fn(&mut Tx<'_>, &Site, Timestamp) -> Result<Found> + Send + Sync + 'static) -> Look {
    Arc::new(look)
}

/// A post in a list, where its author's page is.
fn listed(slice: &Slice<PostView>, uri: &str, site: &Site) -> Found {
    let found = slice.items.iter().find(|view| view.post.uri == uri);
    found.map(|view| view.author.page(site)).ok_or_else(|| format!("{} other posts", slice.items.len()))
}

/// Where a post can be looked at: on the page of its author; an answer below the post of ours that it answers; what
/// stands on no page through the API, with the token of who may read it.
fn shown(tx: &mut Tx<'_>, view: &PostView, site: &Site) -> Result<String> {
    let parent = view.post.in_reply_to.map(|parent| post::by_id(tx, parent)).transpose()?.flatten();
    Ok(match parent {
        _ if !view.post.visibility.is_open() => format!("{}/api/v1/conversations", site.origin()),
        Some(parent) if parent.local => parent.uri,
        _ if view.post.in_reply_to_uri.is_some() => format!("{}/api/v1/posts/{}", site.origin(), view.post.id),
        _ => view.author.page(site),
    })
}

/// Somebody follows somebody, or asks to.
pub(super) fn follows(follower: &str, target: &str, wanted: FollowState) -> Look {
    let (follower, target) = (follower.to_owned(), target.to_owned());
    look(move |tx, site, _| {
        let ends = (actor::by_uri(tx, &follower)?, actor::by_uri(tx, &target)?);
        let (Some(follower), Some(target)) = ends else { return Ok(Err("one of the two is not known".to_owned())) };
        Ok(match follow::of(tx, follower.id, target.id)? {
            Some(follow) if follow.state == wanted => {
                Ok(if target.local { &target } else { &follower }.summarised().page(site))
            }
            Some(follow) => Err(format!("a follow that is {}", follow.state.as_str())),
            None => Err("no follow between the two".to_owned()),
        })
    })
}

/// A member was told what somebody did.
pub(super) fn told(member: MemberId, kind: NotificationKind, by: &str, about: Option<&str>) -> Look {
    let (by, about) = (by.to_owned(), about.map(str::to_owned));
    look(move |tx, site, _| {
        let news = notification::list(tx, member, all())?.items;
        let is_it = |news: &notification::Notification| {
            let post = news.post.as_ref().map(|view| &view.post.uri);
            news.kind == kind && news.actor.uri == by && (about.is_none() || post == about.as_ref())
        };
        let found = match news.iter().find(|news| is_it(news)) {
            Some(notification::Notification { post: Some(view), .. }) if view.post.visibility.is_open() => {
                Some(shown(tx, view, site)?)
            }
            found => found.map(|_| format!("{}/api/v1/notifications", site.origin())),
        };
        let kinds = || news.iter().map(|news| news.kind.as_str()).collect::<Vec<_>>().join(", ");
        Ok(found.ok_or_else(|| format!("{} other notifications ({})", news.len(), kinds())))
    })
}

/// Somebody from elsewhere is known with this skill.
pub(super) fn skilled(uri: &str, skill: &'static str) -> Look {
    let uri = uri.to_owned();
    look(move |tx, site, _| {
        Ok(match actor::by_uri(tx, &uri)? {
            Some(found) if found.skills.iter().any(|known| known == skill) => Ok(site.remote_page(found.id)),
            Some(found) => Err(format!("{} with the skills {:?}", found.name, found.skills)),
            None => Err("nobody with that address".to_owned()),
        })
    })
}

/// A post stands in a member's home timeline.
pub(super) fn home(member: MemberId, post: &str) -> Look {
    let uri = post.to_owned();
    look(move |tx, site, _| Ok(listed(&timeline::home(tx, member, all())?, &uri, site)))
}

/// A post stands among all that is known at a node.
pub(super) fn network(member: MemberId, post: &str) -> Look {
    let uri = post.to_owned();
    look(move |tx, site, _| Ok(listed(&post::network(tx, Reader::Member(member), all())?, &uri, site)))
}

/// A member has a direct message.
pub(super) fn message(member: MemberId, post: &str) -> Look {
    let uri = post.to_owned();
    look(move |tx, site, _| {
        let found = listed(&post::direct(tx, Reader::Member(member), all())?, &uri, site);
        Ok(found.map(|_| format!("{}/api/v1/conversations", site.origin())))
    })
}

/// A post from elsewhere is here, and says this.
pub(super) fn says(member: MemberId, post: &str, words: &'static str) -> Look {
    let uri = post.to_owned();
    look(move |tx, site, _| {
        let Some(known) = post::known(tx, &uri)? else { return Ok(Err("no post with that address".to_owned())) };
        let Some(view) = post::view(tx, Reader::Member(member), known.id)? else {
            return Ok(Err("a post that may not be read".to_owned()));
        };
        Ok(match view.post.content.contains(words) {
            true => Ok(shown(tx, &view, site)?),
            false => Err(view.post.content),
        })
    })
}

/// An answer from elsewhere is here, with what it answers.
pub(super) fn answers(member: MemberId, post: &str, parent: &str) -> Look {
    let (uri, parent) = (post.to_owned(), parent.to_owned());
    look(move |tx, site, _| {
        let Some(known) = post::known(tx, &uri)? else { return Ok(Err("no post with that address".to_owned())) };
        let Some(thread) = post::thread(tx, Reader::Member(member), known.id, None, None)? else {
            return Ok(Err("a post that may not be read".to_owned()));
        };
        Ok(match thread.ancestors.iter().any(|view| view.post.uri == parent) {
            true => Ok(shown(tx, &thread.post, site)?),
            false => Err(format!("the post, below {} others", thread.ancestors.len())),
        })
    })
}

/// A post was here and is taken back.
pub(super) fn gone(post: &str) -> Look {
    let uri = post.to_owned();
    look(move |tx, site, _| {
        Ok(match post::known(tx, &uri)? {
            Some(known) if known.deleted => Ok(site.remote_page(known.author)),
            Some(_) => Err("the post, as if nothing had happened".to_owned()),
            None => Err("no post with that address ever".to_owned()),
        })
    })
}

/// Nobody here ever heard of a post.
pub(super) fn never_heard(post: &str) -> Look {
    let uri = post.to_owned();
    look(move |tx, site, _| {
        Ok(match post::known(tx, &uri)? {
            None => Ok(site.front_page()),
            Some(_) => Err("the post, which is none of their business".to_owned()),
        })
    })
}

/// A post was liked and announced so often.
pub(super) fn counted(member: MemberId, post: &str, likes: u32, announces: u32) -> Look {
    let uri = post.to_owned();
    look(move |tx, _, _| {
        let Some(known) = post::known(tx, &uri)? else { return Ok(Err("no post with that address".to_owned())) };
        let view = post::view(tx, Reader::Member(member), known.id)?;
        Ok(match view {
            Some(view) if (view.likes, view.announces) == (likes, announces) => Ok(view.post.uri),
            Some(view) => Err(format!("{} likes, {} announces", view.likes, view.announces)),
            None => Err("a post that may not be read".to_owned()),
        })
    })
}

/// An offer or a request stands on the board of the network, with its end.
pub(super) fn on_board(member: MemberId, post: &str, purpose: Purpose, ends: Timestamp) -> Look {
    let uri = post.to_owned();
    look(move |tx, site, now| {
        let board = board(tx, member, now)?;
        let found = listed(&board, &uri, site);
        let offer = board.items.into_iter().find(|view| view.post.uri == uri).and_then(|view| view.post.offer);
        Ok(match offer {
            // On the wire time is told in seconds.
            Some(offer)
                if offer.purpose == purpose && offer.ends_at.map(Timestamp::as_second) == Some(ends.as_second()) =>
            {
                found
            }
            Some(offer) => Err(format!("it as {} that ends at {:?}", offer.purpose, offer.ends_at)),
            None => found.and(Err("a post without an offer".to_owned())),
        })
    })
}

/// An offer from elsewhere is known here as settled, and stands on the board no more.
pub(super) fn settled(member: MemberId, post: &str) -> Look {
    let uri = post.to_owned();
    look(move |tx, site, now| {
        let Some(known) = post::known(tx, &uri)? else { return Ok(Err("no offer with that address".to_owned())) };
        let offer = post::by_id(tx, known.id)?.and_then(|post| post.offer);
        let stands = listed(&board(tx, member, now)?, &uri, site).is_ok();
        Ok(match offer.map(|offer| offer.state) {
            Some(State::Settled) if !stands => Ok(site.remote_page(known.author)),
            Some(state) => Err(format!("the offer, {state}, {} the board", if stands { "on" } else { "off" })),
            None => Err("a post without an offer".to_owned()),
        })
    })
}

fn board(tx: &mut Tx<'_>, member: MemberId, now: Timestamp) -> operations::Result<Slice<PostView>> {
    Ok(offer::board(tx, Reader::Member(member), Scope::Network, &Filter::default(), all(), now)?)
}

/// So many deliveries wait for a host, and at least one was tried in vain.
pub(super) fn waits_for(host: &Host, count: usize) -> Look {
    let host = host.clone();
    look(move |tx, site, _| {
        let mut waiting = delivery::list(tx, Some(delivery::State::Waiting), all())?.items;
        waiting.retain(|line| Destination::of(&line.inbox).is_some_and(|to| to.host == host));
        let tried = waiting.iter().any(|line| line.attempts > 0);
        Ok(match waiting.len() >= count && tried {
            true => Ok(site.front_page()),
            false => Err(format!("{} deliveries that wait for {host}", waiting.len())),
        })
    })
}

/// Nothing waits to be sent.
pub(super) fn nothing_waits() -> Look {
    look(move |tx, site, _| {
        let waiting = delivery::counts(tx)?.waiting;
        Ok(if waiting == 0 { Ok(site.front_page()) } else { Err(format!("{waiting} deliveries that wait")) })
    })
}

/// A space has a booking of a resource by somebody elsewhere, in this state.
pub(super) fn booked(requester: &str, of: ResourceId, state: booking::State) -> Look {
    let uri = requester.to_owned();
    look(move |tx, site, _| {
        let found = bookings_of(tx, &uri)?;
        let there = found.iter().find(|one| one.resource == of);
        Ok(match there.map(|one| one.state) {
            Some(found) if found == state => Ok(site.resource(of)),
            Some(other) => Err(format!("the booking, {other}")),
            None => Err(format!("{} other bookings", found.len())),
        })
    })
}

/// A space has a booking of whatever by somebody elsewhere, in this state.
pub(super) fn booked_at(requester: &str, state: booking::State) -> Look {
    let uri = requester.to_owned();
    look(move |tx, site, _| {
        let found = bookings_of(tx, &uri)?;
        Ok(match found.iter().find(|one| one.state == state && !one.late) {
            Some(one) => Ok(site.resource(one.resource)),
            None => Err(format!("{:?}", found.iter().map(|one| one.state).collect::<Vec<_>>())),
        })
    })
}

fn bookings_of(tx: &mut Tx<'_>, uri: &str) -> Result<Vec<crate::store::booking::Booking>> {
    let Some(actor) = actor::id_of(tx, uri)? else { return Ok(Vec::new()) };
    let ever = Slot::between(Timestamp::UNIX_EPOCH, Timestamp::MAX);
    let Some(ever) = ever else { return Ok(Vec::new()) };
    Ok(crate::store::booking::list(tx, crate::store::booking::Of::Requester(actor), ever, all())?.items)
}

/// What a member's own node says of a booking elsewhere.
pub(super) fn stay(member: MemberId, id: AwayId, state: away::State) -> Look {
    look(move |tx, site, _| {
        Ok(match crate::store::away::by_id(tx, id)?.filter(|stay| stay.member == member) {
            Some(stay) if stay.state == state => Ok(format!("{}/api/v1/stays/{id}", site.origin())),
            Some(stay) => Err(format!("the booking, {}", stay.state)),
            None => Err("no such booking".to_owned()),
        })
    })
}

/// A booking elsewhere was refused, with a reason and with times that would pass.
pub(super) fn refused(member: MemberId, id: AwayId) -> Look {
    look(move |tx, site, _| {
        let found = crate::store::away::by_id(tx, id)?.filter(|stay| stay.member == member);
        Ok(match found {
            Some(stay)
                if stay.state == away::State::Refused && !stay.alternatives.is_empty() && stay.words.is_some() =>
            {
                Ok(format!("{}/api/v1/stays/{id}", site.origin()))
            }
            Some(stay) => Err(format!("the booking, {}, with {} other times", stay.state, stay.alternatives.len())),
            None => Err("no such booking".to_owned()),
        })
    })
}
