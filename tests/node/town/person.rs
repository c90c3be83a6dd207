//! Somebody of the town: what they do, and what they see.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::Value;
use thirdspace::coworking::booking::{BookingInput, Draft as BookingDraft, Request};
use thirdspace::coworking::id::{ActorId, AwayId, BookingId, MemberId, PostId, SeriesId, SpaceId};
use thirdspace::coworking::member::{Acting, Role};
use thirdspace::coworking::offer::{OfferDraft, OfferInput};
use thirdspace::coworking::post::{Draft, PostInput};
use thirdspace::coworking::profile::ProfileInput;
use thirdspace::coworking::resource::ResourceInput;
use thirdspace::coworking::series::{self as repeated, RepeatInput, SeriesInput};
use thirdspace::coworking::space::Zone;
use thirdspace::federation::resolve::{self, Resolved};
use thirdspace::federation::signing;
use thirdspace::operations::away::Elsewhere;
use thirdspace::operations::booking::Asking;
use thirdspace::operations::booking::waitlist::{self, BookedOrWaits};
use thirdspace::operations::post::{self, Mentions};
use thirdspace::operations::speaker::As;
use thirdspace::operations::{
    self, announce, away, block, booking, follow, key, member, notification, offer, profile, reaction, resource,
    series, timeline,
};
use thirdspace::store::away::Away;
use thirdspace::store::booking::Booking;
use thirdspace::store::follow::FollowState;
use thirdspace::store::offer::{Filter, Scope};
use thirdspace::store::page::Page;
use thirdspace::store::post::{PostView, Reader};

use super::wire::{KIND, Signer};
use super::{House, keys, shown};

/// A member, or a space for which its keeper speaks.
#[derive(Clone)]
pub struct Person {
    pub(super) house: Arc<House>,
    name: String,
    pub(super) id: ActorId,
    pub(super) acting: Acting,
    by: As,
}

impl Person {
    pub(super) fn member(house: Arc<House>, name: &str, id: MemberId) -> Self {
        Self { house, name: name.to_owned(), id: id.into(), acting: Acting::Member(id, Role::Member), by: As::Oneself }
    }

    pub(super) fn space(house: Arc<House>, name: &str, id: SpaceId) -> Self {
        Self { house, name: name.to_owned(), id: id.into(), acting: Acting::Keeper, by: As::Space(id) }
    }

    /// `@ana@harbor.test`.
    pub fn handle(&self) -> String {
        format!("@{}@{}", self.name, self.house.host)
    }

    /// Their number at their own node.
    pub fn id(&self) -> ActorId {
        self.id
    }

    /// Their id in the network.
    pub fn uri(&self) -> String {
        let kind = if self.by == As::Oneself { "members" } else { "spaces" };
        format!("http://{}/{kind}/{}", self.house.host, self.name)
    }

    pub async fn whom(&self, handle: &str) -> ActorId {
        resolve::actor(&self.house.node(), handle).await.unwrap()
    }

    /// The post at an address, as their node finds it.
    async fn what(&self, address: &str) -> PostId {
        match resolve::object(&self.house.node(), address).await.unwrap() {
            Resolved::Post(id) => id,
            Resolved::Actor(_) => panic!("{address} is somebody"),
        }
    }

    /// Looks for a post at its address.
    pub async fn tries_to_find(&self, address: &str) -> operations::Result<()> {
        resolve::object(&self.house.node(), address).await.map(drop)
    }

    /// Says something to everybody; answers with its address.
    pub async fn posts(&self, text: &str) -> String {
        self.publishes(PostInput { content: text.into(), ..PostInput::default() }).await
    }

    /// Says something to these: `followers`, `members`, `direct`.
    pub async fn tells(&self, visibility: &str, text: &str) -> String {
        let visibility = Some(visibility.to_owned());
        self.publishes(PostInput { content: text.into(), visibility, ..PostInput::default() }).await
    }

    /// Answers a post.
    pub async fn replies(&self, address: &str, text: &str) -> String {
        let in_reply_to = Some(self.what(address).await);
        self.publishes(PostInput { content: text.into(), in_reply_to, ..PostInput::default() }).await
    }

    /// Answers a post, to its author alone.
    pub async fn replies_directly(&self, address: &str, text: &str) -> String {
        let (in_reply_to, visibility) = (Some(self.what(address).await), Some("direct".to_owned()));
        self.publishes(PostInput { content: text.into(), visibility, in_reply_to, ..PostInput::default() }).await
    }

    async fn publishes(&self, input: PostInput) -> String {
        let (draft, mentions) = self.draft(input).await;
        let acting = self.acting;
        self.house
            .act(move |tx, site, now| Ok(site.post(post::publish(tx, site, acting, &draft, &mentions, now)?)))
            .await
    }

    async fn draft(&self, input: PostInput) -> (Draft, Mentions) {
        let draft = input.parse().unwrap();
        let mentions = resolve::mentions(&self.house.node(), &draft.content).await;
        (draft, mentions)
    }

    pub async fn edits(&self, address: &str, text: &str) {
        let (acting, id) = (self.acting, self.what(address).await);
        let (draft, mentions) = self.draft(PostInput { content: text.into(), ..PostInput::default() }).await;
        self.house.act(move |tx, site, now| post::edit(tx, site, acting, id, &draft, &mentions, now)).await;
    }

    pub async fn deletes(&self, address: &str) {
        let (acting, id) = (self.acting, self.what(address).await);
        self.house.act(move |tx, _, now| post::delete(tx, acting, id, now)).await;
    }

    pub async fn likes(&self, address: &str) {
        let (acting, id) = (self.acting, self.what(address).await);
        self.house.act(move |tx, _, now| reaction::like(tx, acting, id, now).map(drop)).await;
    }

    pub async fn unlikes(&self, address: &str) {
        let (acting, id) = (self.acting, self.what(address).await);
        self.house.act(move |tx, _, now| reaction::unlike(tx, acting, id, now)).await;
    }

    pub async fn announces(&self, address: &str) {
        let (acting, by, id) = (self.acting, self.by, self.what(address).await);
        self.house.act(move |tx, _, now| announce::announce(tx, acting, by, id, now).map(drop)).await;
    }

    pub async fn unannounces(&self, address: &str) {
        let (acting, by, id) = (self.acting, self.by, self.what(address).await);
        self.house.act(move |tx, _, now| announce::withdraw(tx, acting, by, id, now)).await;
    }

    pub async fn follows(&self, handle: &str) -> FollowState {
        self.tries_to_follow(handle).await.unwrap()
    }

    /// The same; it may be refused.
    pub async fn tries_to_follow(&self, handle: &str) -> operations::Result<FollowState> {
        let (acting, by) = (self.acting, self.by);
        let target = resolve::actor(&self.house.node(), handle).await?;
        let followed = self.house.tries(move |tx, _, now| follow::follow(tx, acting, by, target, false, now));
        Ok(followed.await?.state)
    }

    pub async fn unfollows(&self, handle: &str) {
        let (acting, by, target) = (self.acting, self.by, self.whom(handle).await);
        self.house.act(move |tx, _, now| follow::unfollow(tx, acting, by, target, now)).await;
    }

    pub async fn approves(&self, handle: &str) {
        let (acting, by, follower) = (self.acting, self.by, self.whom(handle).await);
        self.house.act(move |tx, _, now| follow::approve(tx, acting, by, follower, now)).await;
    }

    pub async fn rejects(&self, handle: &str) {
        let (acting, by, follower) = (self.acting, self.by, self.whom(handle).await);
        self.house.act(move |tx, _, now| follow::reject(tx, acting, by, follower, now)).await;
    }

    pub async fn blocks(&self, handle: &str) {
        let (acting, target) = (self.acting, self.whom(handle).await);
        self.house.act(move |tx, _, now| block::block(tx, acting, target, now)).await;
    }

    /// Lets everybody follow who asks.
    pub async fn lets_everybody_follow(&self) {
        let (acting, id) = (self.acting, self.id);
        let input = ProfileInput { manually_approves_followers: Some(false), ..ProfileInput::default() };
        let edit = input.parse().unwrap();
        self.house.act(move |tx, site, now| profile::edit(tx, site, acting, id, &edit, now).map(drop)).await;
    }

    fn proposal(&self, purpose: &str, title: &str, days: i64) -> OfferDraft {
        let now = self.house.node().clock.now();
        let end_time = Some(now + SignedDuration::from_hours(24 * days));
        let input = OfferInput { purpose: purpose.into(), name: title.into(), end_time, ..OfferInput::default() };
        input.parse(now).unwrap()
    }

    /// Offers something for so many days; answers with its address.
    pub async fn offers(&self, title: &str, days: i64) -> String {
        self.proposes(self.proposal("offer", title, days)).await
    }

    /// The same, announced by the space.
    pub async fn offers_through_the_space(&self, title: &str, days: i64) -> String {
        self.proposes(OfferDraft { announce: Some(true), ..self.proposal("offer", title, days) }).await
    }

    /// Asks for something for so many days; answers with its address.
    pub async fn seeks(&self, title: &str, days: i64) -> String {
        self.proposes(self.proposal("request", title, days)).await
    }

    async fn proposes(&self, draft: OfferDraft) -> String {
        let acting = self.acting;
        self.house.act(move |tx, site, now| Ok(site.post(offer::make(tx, site, acting, &draft, now)?))).await
    }

    pub async fn changes_offer(&self, address: &str, title: &str, days: i64) {
        let (acting, id, draft) = (self.acting, self.what(address).await, self.proposal("offer", title, days));
        self.house.act(move |tx, site, now| offer::update(tx, site, acting, id, &draft, now)).await;
    }

    pub async fn settles(&self, address: &str) {
        let (acting, id) = (self.acting, self.what(address).await);
        self.house.act(move |tx, _, now| offer::settle(tx, acting, id, now)).await;
    }

    /// Gets the keys of this number in place of those before.
    pub async fn takes_keys(&self, number: usize) {
        let (acting, id, new) = (self.acting, self.id, keys(number));
        self.house.act(move |tx, _, now| key::rotate(tx, acting, id, &new, now)).await;
    }

    pub async fn leaves(&self) {
        let (acting, id) = (self.acting, MemberId(self.id.0));
        self.house.act(move |tx, _, now| member::leave(tx, acting, id, now)).await;
    }

    /// Says that another account is theirs, too.
    pub async fn is_also(&self, other: &Self) {
        let (acting, uri) = (self.acting, other.uri());
        self.house.act(move |tx, _, now| profile::add_alias(tx, acting, &uri, now)).await;
    }

    /// Goes on under another account.
    pub async fn moves_to(&self, other: &Self) {
        let (acting, target) = (self.acting, self.whom(&other.handle()).await);
        resolve::again(&self.house.node(), target).await.unwrap();
        self.house.act(move |tx, _, now| profile::move_to(tx, acting, target, now)).await;
    }

    /// With what they sign now.
    pub async fn signer(&self) -> Signer {
        let keys = signing::keys(&self.house.node(), self.id).await.unwrap();
        Signer { key_id: keys.rsa_key_id.clone(), key: keys.rsa.clone() }
    }

    /// Hands bytes to the shared inbox of another node, signed as of now.
    pub async fn delivers(&self, to: &House, body: &str) -> (u16, String) {
        self.delivers_as(&self.signer().await, to, body).await
    }

    /// The same with another signature.
    pub async fn delivers_as(&self, signer: &Signer, to: &House, body: &str) -> (u16, String) {
        let now = self.house.node().clock.now();
        to.takes(&signer.delivery(&to.host, "/inbox", body.as_bytes(), KIND, now)).await
    }

    /// Asks another node for a document, signed by themselves.
    pub async fn asks(&self, of: &House, address: &str) -> (u16, Value) {
        let path = of.path(address);
        let question = self.signer().await.question(&of.host, path, self.house.node().clock.now());
        let (status, body) = of.takes(question.as_bytes()).await;
        (status, serde_json::from_str(&body).unwrap_or(Value::Null))
    }

    /// Their home, the newest first.
    pub async fn home(&self) -> Vec<String> {
        let acting = self.acting;
        let home = self.house.act(move |tx, _, _| timeline::home(tx, acting, all()));
        home.await.items.iter().map(shown::line).collect()
    }

    /// Their direct messages, the newest first.
    pub async fn messages(&self) -> Vec<String> {
        let acting = self.acting;
        let messages = self.house.act(move |tx, _, _| timeline::conversations(tx, acting, all()));
        messages.await.items.iter().map(shown::line).collect()
    }

    /// What is on offer, here and wherever it is known of.
    pub async fn board(&self) -> Vec<String> {
        let reader = Reader::from(self.acting);
        let board =
            self.house.act(move |tx, _, now| offer::board(tx, reader, Scope::Network, &Filter::default(), all(), now));
        board.await.items.iter().map(shown::line).collect()
    }

    /// What they are told, the oldest first: `like by @ben@loft.test`.
    pub async fn told(&self) -> Vec<String> {
        let acting = self.acting;
        let told = self.house.act(move |tx, _, _| notification::list(tx, acting, all()));
        let told = told.await.items;
        told.iter().rev().map(|one| format!("{} by @{}", one.kind.as_str(), one.actor.handle())).collect()
    }

    /// A post that their node knows, if they may read it.
    pub async fn sees(&self, address: &str) -> Option<PostView> {
        let (reader, address) = (Reader::from(self.acting), address.to_owned());
        self.house
            .act(move |tx, _, _| {
                let Some(known) = thirdspace::store::post::known(tx, &address)? else { return Ok(None) };
                Ok(thirdspace::store::post::view(tx, reader, known.id)?)
            })
            .await
    }

    /// The same in words.
    pub async fn reads(&self, address: &str) -> Option<String> {
        self.sees(address).await.map(|view| shown::line(&view))
    }

    /// Likes, announces and answers that their node knows of.
    pub async fn counts(&self, address: &str) -> (u32, u32, u32) {
        let view = self.sees(address).await.expect("they see it");
        (view.likes, view.announces, view.replies)
    }

    /// What they and somebody are to each other: `asks`, `follows`, `is asked`, `is followed`.
    pub async fn relation(&self, handle: &str) -> Vec<&'static str> {
        let (id, other) = (self.id, self.whom(handle).await);
        let (there, back) = self
            .house
            .act(move |tx, _, _| {
                let mut state = |one, other| {
                    Ok::<_, operations::Error>(
                        thirdspace::store::follow::of(tx, one, other)?.map(|follow| follow.state),
                    )
                };
                Ok((state(id, other)?, state(other, id)?))
            })
            .await;
        let word = |state, asked, follows| match state {
            Some(FollowState::Requested) => Some(asked),
            Some(FollowState::Accepted) => Some(follows),
            Some(FollowState::Rejected) | None => None,
        };
        [word(there, "asks", "follows"), word(back, "is asked", "is followed")].into_iter().flatten().collect()
    }

    /// Adds something that can be booked at their space; answers with its address.
    pub async fn lets(&self, input: ResourceInput) -> String {
        let (acting, space, new) = (self.acting, SpaceId(self.id.0), input.parse().unwrap());
        self.house.act(move |tx, site, now| Ok(site.resource(resource::add(tx, acting, space, &new, now)?))).await
    }

    /// The same, changed.
    pub async fn changes_what_is_let(&self, address: &str, input: ResourceInput) {
        let (acting, new) = (self.acting, input.parse().unwrap());
        let id = address.rsplit('/').next().unwrap().parse().unwrap();
        self.house.act(move |tx, _, now| resource::edit(tx, acting, id, &new, now)).await;
    }

    /// Something that can be booked at another node.
    pub async fn looks_at(&self, address: &str) -> Elsewhere {
        resolve::bookable(&self.house.node(), address).await.unwrap()
    }

    /// Asks to book it, for a time of the day on which the town opened, or of the one that is named with it.
    pub async fn asks_for(&self, at: &Elsewhere, from: &str, to: &str) -> AwayId {
        let (acting, at, draft) = (self.acting, at.clone(), on_the_day(&at.zone, from, to));
        self.house.act(move |tx, _, now| Ok(away::ask(tx, acting, &at, &draft, now)?.id)).await
    }

    /// The same, and waits in the host's line when others have it.
    pub async fn asks_or_waits(&self, address: &str, from: &str, to: &str) -> AwayId {
        let (acting, at) = (self.acting, self.looks_at(address).await);
        let wish = on_the_day(&at.zone, from, to);
        self.house.act(move |tx, _, now| Ok(away::ask_or_wait(tx, acting, &at, &wish, now)?.id)).await
    }

    /// Books something of their own node, or waits for it.
    pub async fn books_or_waits_here(&self, address: &str, from: &str, to: &str) -> BookedOrWaits {
        let acting = self.acting;
        let resource = address.rsplit('/').next().unwrap().parse().unwrap();
        let draft = on_the_day("Europe/Amsterdam", from, to);
        let wish = Request { resource, draft, hold: false, reason: None };
        self.house
            .act(move |tx, _, now| {
                let asking = Asking::here(tx, acting, None, false)?;
                waitlist::book_or_wait(tx, &asking, &wish, None, now)
            })
            .await
    }

    /// Both.
    pub async fn books(&self, address: &str, from: &str, to: &str) -> AwayId {
        self.asks_for(&self.looks_at(address).await, from, to).await
    }

    /// Asks to book something at another node again and again.
    pub async fn books_again(&self, address: &str, start: &str, end: &str, rule: &str) -> SeriesId {
        let (acting, at) = (self.acting, self.looks_at(address).await);
        let first = BookingInput { start: start.into(), end: end.into(), ..BookingInput::default() };
        let repeat = RepeatInput { rule: Some(rule.into()), ..RepeatInput::default() };
        let pattern = SeriesInput { first, repeat }.parse(&Zone::parse(&at.zone).unwrap()).unwrap();
        self.house.act(move |tx, _, now| Ok(series::ask(tx, acting, &at, &pattern, now)?.id)).await
    }

    /// How many of a series stand how, as their own node knows.
    pub async fn counts_of(&self, id: SeriesId) -> Value {
        let acting = self.acting;
        let counts = self.house.act(move |tx, _, now| {
            let kept = series::view(tx, acting, id)?;
            series::summary(tx, &kept, now)
        });
        serde_json::json!(counts.await)
    }

    /// Each of a series at another node.
    pub async fn stays_of(&self, id: SeriesId) -> Vec<Away> {
        self.house.act(move |tx, _, _| Ok(thirdspace::store::away::of_series(tx, id, all())?.items)).await
    }

    pub async fn takes_back_of(&self, id: SeriesId, scope: repeated::Scope, from: Option<&'static str>) {
        let acting = self.acting;
        self.house
            .act(move |tx, _, now| {
                let named = series::view(tx, acting, id)?.series.named(from)?;
                series::cancel(tx, acting, id, (scope, named), None, now)
            })
            .await;
    }

    /// Books at the own space.
    pub async fn books_here(&self, address: &str, from: &str, to: &str) {
        let resource = address.rsplit('/').next().unwrap().parse().unwrap();
        let on = |time: &str| format!("2027-01-15T{time}");
        let input = BookingInput { start: on(from), end: on(to), ..BookingInput::default() };
        let draft = input.parse(&Zone::parse("Europe/Amsterdam").unwrap()).unwrap();
        let (acting, request) = (self.acting, Request { resource, draft, hold: false, reason: None });
        self.house
            .act(move |tx, _, now| {
                let asking = booking::Asking::here(tx, acting, None, false)?;
                booking::request(tx, &asking, &request, now).map(drop)
            })
            .await;
    }

    pub async fn takes_back(&self, id: AwayId) {
        let acting = self.acting;
        self.house.act(move |tx, _, now| away::cancel(tx, acting, id, now)).await;
    }

    /// What their own node says of a booking elsewhere.
    pub async fn stay(&self, id: AwayId) -> Away {
        let acting = self.acting;
        self.house.act(move |tx, _, _| away::view(tx, acting, id)).await
    }

    /// The same in a word.
    pub async fn hears(&self, id: AwayId) -> &'static str {
        let now = self.house.node().clock.now();
        self.stay(id).await.state_at(now).as_str()
    }

    /// What they are shown of it, which also tells when nobody answers.
    pub async fn is_shown(&self, id: AwayId) -> &'static str {
        let acting = self.acting;
        self.house
            .act(move |tx, _, now| away::view(tx, acting, id).and_then(|away| away::shown(tx, &away, now)))
            .await
            .as_str()
    }

    /// What the host has for them, the first that begins first.
    pub async fn calendar(&self) -> Vec<Booking> {
        let space = SpaceId(self.id.0);
        let from = thirdspace::coworking::slot::Slot::new(
            self.house.node().clock.now(),
            "2027-12-01T00:00:00Z".parse().unwrap(),
        );
        let window = from.unwrap();
        self.house
            .act(move |tx, _, _| {
                let of = thirdspace::store::booking::Of::Space(space);
                Ok(thirdspace::store::booking::list(tx, of, window, all())?.items)
            })
            .await
    }

    pub async fn approves_booking(&self, id: BookingId) {
        let acting = self.acting;
        self.house.act(move |tx, _, now| booking::approve(tx, acting, id, None, now)).await;
    }

    /// Says yes to a booking and to all that came together with it.
    pub async fn approves_together(&self, id: BookingId) {
        let acting = self.acting;
        self.house.act(move |tx, _, now| booking::approve_together(tx, acting, id, None, None, now)).await;
    }

    pub async fn cancels_booking(&self, id: BookingId, words: &'static str) {
        let acting = self.acting;
        self.house.act(move |tx, _, now| booking::cancel(tx, acting, id, Some(words), now)).await;
    }
}

/// A wish for the day on which the town opened.
fn on_the_day(zone: &str, from: &str, to: &str) -> BookingDraft {
    let on = |time: &str| if time.contains('T') { time.to_owned() } else { format!("2027-01-15T{time}") };
    let input = BookingInput { start: on(from), end: on(to), ..BookingInput::default() };
    input.parse(&Zone::parse(zone).unwrap()).unwrap()
}

pub(super) fn all() -> Page {
    Page::new(None, Some(Page::LIMIT))
}
