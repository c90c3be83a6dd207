//! Stories of what arrives: in any order, more than once, in need of others, and broken.

use serde_json::{Value, json};

use super::Desk;
use crate::coworking::id::{ActorId, MemberId};
use crate::coworking::member::{Acting, Role};
use crate::coworking::peer::{Host, Level};
use crate::federation::fetch;
use crate::federation::testing::{Ground, Reply, Stranger, Web, rsa, start};
use crate::http_client::Budget;
use crate::operations::speaker::As;
use crate::operations::{self, follow as following, queue, timeline};
use crate::store::follow::{FollowState, of as follow_of};
use crate::store::inbox::{self, InboxId};
use crate::store::notification::NotificationKind;
use crate::store::page::Page;
use crate::store::testing::{self, set_aside};
use crate::store::{actor, block, event, member, peer, post, report};

pub(super) const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// `harbor.test` with its member Ana, who follows Bo of `pier.test`.
pub(super) struct Town {
    pub(super) ground: Ground,
    ana: ActorId,
    pub(super) bo: Stranger,
    pub(super) eve: Stranger,
    web: Web,
}

impl Town {
    pub(super) async fn new() -> Self {
        Self::with(&[]).await
    }

    /// The same with other settings.
    pub(super) async fn with(settings: &[(&str, &str)]) -> Self {
        let ground = Ground::with(settings).await;
        let ana = ground.member("ana").await;
        ground.act(move |tx| Ok(member::add(tx, ana, Role::Member, start())?)).await;
        let bo = Stranger::new("bo", "pier.test");
        let eve = Stranger { key: rsa(1), ..Stranger::new("eve", "quay.test") };
        let web = ground.show(&[&bo, &eve]);
        let town = Self { ground, ana, bo, eve, web };
        town.follows(&town.bo).await;
        town
    }

    /// Ana follows somebody elsewhere, who lets her.
    pub(super) async fn follows(&self, stranger: &Stranger) {
        let id = self.met(stranger).await;
        let ana = self.ana;
        let asked = self
            .ground
            .act(move |tx| {
                let acting = Acting::Member(MemberId(ana.0), Role::Member);
                following::follow(tx, acting, As::Oneself, id, false, start())
            })
            .await;
        let accept =
            stranger.does("Accept", 900, json!({"object": format!("http://harbor.test/follows/{}", asked.id)}));
        self.arrives(stranger, &accept).await;
        assert_eq!(self.follow(ana, id).await, Some(FollowState::Accepted));
    }

    /// Somebody elsewhere becomes known here.
    pub(super) async fn met(&self, stranger: &Stranger) -> ActorId {
        fetch::known_or_fetched(&self.ground.node, &stranger.id(), &Budget::default()).await.unwrap()
    }

    async fn follow(&self, follower: ActorId, target: ActorId) -> Option<FollowState> {
        self.ground.act(move |tx| Ok(follow_of(tx, follower, target)?.map(|follow| follow.state))).await
    }

    pub(super) async fn settle(&self) {
        Desk::new(self.ground.node.clone()).settle().await;
    }

    /// Somebody says something that cannot be acted on before others were asked; what they say after it waits.
    pub(super) async fn must_ask(&self, from: &Stranger) {
        self.sends(from, &from.does("Announce", 99, json!({"object": "http://quay.test/nothing", "to": PUBLIC}))).await;
    }

    pub(super) async fn sends(&self, from: &Stranger, activity: &Value) {
        let answer = self.ground.deliver(from, activity).await;
        assert_eq!(answer.status, 202, "{answer:?}");
    }

    async fn arrives(&self, from: &Stranger, activity: &Value) {
        self.sends(from, activity).await;
        self.settle().await;
    }

    /// It comes to somebody's own inbox.
    async fn arrives_at(&self, recipient: ActorId, from: &Stranger, activity: &Value) {
        let letter = from.letter(activity, self.ground.node.clock.now()).signed();
        assert_eq!(letter.send_to(&self.ground.node, Some(recipient)).await.status, 202);
        self.settle().await;
    }

    /// Another member.
    async fn neighbour(&self, name: &'static str) -> ActorId {
        let id = self.ground.member(name).await;
        self.ground.act(move |tx| Ok(member::add(tx, id, Role::Member, start())?)).await;
        id
    }

    /// The desk of a running node, until it is told to stop.
    fn job(&self) -> (tokio_util::sync::CancellationToken, tokio::task::JoinHandle<()>) {
        let stop = tokio_util::sync::CancellationToken::new();
        let (desk, told) = (Desk::new(self.ground.node.clone()), stop.clone());
        (stop, tokio::spawn(async move { desk.work(&told).await }))
    }

    /// What stands in Ana's home, the newest first.
    pub(super) async fn home(&self) -> Vec<String> {
        let acting = Acting::Member(MemberId(self.ana.0), Role::Member);
        let home = self.ground.act(move |tx| timeline::home(tx, acting, Page::default())).await;
        home.items.into_iter().map(|view| view.post.content).collect()
    }

    async fn notified(&self) -> Vec<NotificationKind> {
        self.told(self.ana).await
    }

    async fn told(&self, member: ActorId) -> Vec<NotificationKind> {
        let acting = Acting::Member(MemberId(member.0), Role::Member);
        let list = self.ground.act(move |tx| operations::notification::list(tx, acting, Page::default())).await;
        list.items.into_iter().map(|one| one.kind).collect()
    }

    async fn post(&self, uri: String) -> Option<post::Post> {
        self.ground.act(move |tx| Ok(post::by_uri(tx, &uri)?)).await
    }

    async fn may_read(&self, member: ActorId, uri: String) -> bool {
        let reader = post::Reader::Member(MemberId(member.0));
        self.ground
            .act(move |tx| match post::known(tx, &uri)? {
                Some(known) => Ok(post::readable(tx, reader, known.id)?.is_some()),
                None => Ok(false),
            })
            .await
    }

    async fn events(&self) -> Vec<&'static str> {
        let events = self.ground.act(|tx| Ok(event::unpublished(tx, 100)?)).await;
        events.into_iter().map(|recorded| recorded.event.name()).collect()
    }

    pub(super) async fn left_over(&self) -> (u64, u64) {
        let counts = self.ground.act(|tx| Ok(inbox::counts(tx)?)).await;
        (counts.waiting, counts.failed)
    }
}

/// A time some seconds after the beginning, as documents have it.
fn later(seconds: u32) -> String {
    (start() + jiff::SignedDuration::from_secs(seconds.into())).to_string()
}

pub(super) fn html(number: u32) -> String {
    format!("<p>note {number}</p>")
}

#[tokio::test]
async fn what_a_followed_one_says_changes_and_takes_back_is_seen_at_home() {
    let town = Town::new().await;
    let bo = &town.bo;
    for number in [1, 2] {
        town.arrives(bo, &bo.creates(number, json!({}))).await;
    }
    assert_eq!(town.home().await, [html(2), html(1)]);
    let edited = bo.note(1, json!({"content": "<p>better</p><script>x</script>", "updated": "2027-01-15T08:00:01Z"}));
    town.ground.wait(60);
    town.arrives(bo, &bo.does("Update", 1, json!({"object": edited}))).await;
    assert_eq!(town.home().await, [html(2), "<p>better</p>".to_owned()]);
    town.arrives(bo, &bo.does("Update", 2, json!({"object": bo.note(1, json!({"updated": start().to_string()}))})))
        .await;
    assert_eq!(town.home().await[1], "<p>better</p>", "an older version changes nothing");
    let gone = json!({"object": {"type": "Tombstone", "id": bo.at("n/1")}});
    town.arrives(bo, &bo.does("Delete", 1, gone)).await;
    town.arrives(bo, &bo.does("Delete", 2, json!({"object": bo.at("n/2")}))).await;
    assert!(town.home().await.is_empty());
    assert_eq!(town.left_over().await, (0, 0));
}

#[tokio::test]
async fn nobody_changes_or_takes_back_what_is_somebody_elses() {
    let town = Town::new().await;
    let (bo, eve) = (&town.bo, &town.eve);
    let mate = Stranger { key: rsa(1), ..Stranger::new("mate", "pier.test") };
    town.web.show(&mate);
    town.arrives(bo, &bo.creates(1, json!({}))).await;
    for other in [eve, &mate] {
        let forged = bo.note(1, json!({"content": "<p>forged</p>", "updated": "2027-01-15T09:00:00Z"}));
        town.arrives(other, &other.does("Update", 1, json!({"object": forged}))).await;
        town.arrives(other, &other.does("Delete", 2, json!({"object": bo.at("n/1")}))).await;
        town.arrives(other, &other.does("Delete", 3, json!({"object": bo.uri()}))).await;
        town.arrives(other, &other.does("Undo", 4, json!({"object": bo.does("Follow", 1, json!({}))}))).await;
        let claimed = other.note(7, json!({"attributedTo": bo.uri()}));
        town.arrives(other, &other.does("Create", 5, json!({"object": claimed}))).await;
        assert_eq!(town.home().await, [html(1)]);
    }
    let of_ours = json!({"object": bo.note(1, json!({"id": "http://harbor.test/posts/1"}))});
    town.arrives(bo, &bo.does("Create", 6, of_ours)).await;
    assert!(town.post("http://harbor.test/posts/1".into()).await.is_none());
}

#[tokio::test]
async fn a_copy_of_somebody_elses_words_is_not_believed_but_asked_for() {
    let town = Town::new().await;
    let (bo, eve) = (&town.bo, &town.eve);
    // Eve brings a changed copy of what Bo said; Bo's home has the truth.
    let truth = bo.note(1, json!({"@context": "https://www.w3.org/ns/activitystreams"}));
    town.web.put(&bo.at("n/1"), Reply::Json(truth));
    let forged = bo.note(1, json!({"content": "<p>forged</p>"}));
    town.arrives(eve, &eve.does("Create", 1, json!({"object": forged}))).await;
    assert_eq!(town.home().await, [html(1)]);
}

#[tokio::test]
async fn what_comes_late_does_not_undo_what_took_it_back() {
    let town = Town::new().await;
    let (bo, ana) = (&town.bo, town.ana);
    town.arrives(bo, &bo.does("Delete", 1, json!({"object": bo.at("n/1")}))).await;
    town.arrives(bo, &bo.creates(1, json!({}))).await;
    assert!(town.home().await.is_empty());

    let here = "http://harbor.test/members/ana";
    let follow = bo.does("Follow", 1, json!({"object": here}));
    town.arrives(bo, &bo.does("Undo", 1, json!({"object": follow.clone()}))).await;
    town.arrives(bo, &follow).await;
    let by_id = bo.does("Follow", 2, json!({"object": here}));
    town.arrives(bo, &bo.does("Undo", 2, json!({"object": by_id["id"]}))).await;
    town.arrives(bo, &by_id).await;
    let untyped = bo.does("Follow", 3, json!({"object": here}));
    let copy = json!({"id": untyped["id"], "actor": bo.uri()});
    town.arrives(bo, &bo.does("Undo", 3, json!({"object": copy}))).await;
    town.arrives(bo, &untyped).await;
    let bo_id = town.met(bo).await;
    assert_eq!(town.follow(bo_id, ana).await, None);
    assert!(town.notified().await.iter().all(|kind| *kind == NotificationKind::FollowAccepted));
}

#[tokio::test]
async fn a_follow_is_answered_and_can_be_taken_back_in_every_shape() {
    let town = Town::new().await;
    let (bo, ana) = (&town.bo, town.ana);
    let bo_id = town.met(bo).await;
    let here = "http://harbor.test/members/ana";
    for (number, undone) in [(1, "whole"), (2, "id"), (3, "without id"), (4, "without type")] {
        let follow = bo.does("Follow", number, json!({"object": here}));
        town.arrives(bo, &follow).await;
        assert_eq!(town.follow(bo_id, ana).await, Some(FollowState::Accepted));
        assert_eq!(town.events().await.last(), Some(&"FollowAccepted"));
        let object = match undone {
            "whole" => follow,
            "id" => follow["id"].clone(),
            "without type" => json!({"id": follow["id"], "actor": bo.uri(), "object": here}),
            _ => json!({"type": "Follow", "actor": bo.uri(), "object": {"id": here}}),
        };
        town.arrives(bo, &bo.does("Undo", number, json!({"object": object}))).await;
        assert_eq!(town.follow(bo_id, ana).await, None, "{undone}");
    }
    // Being removed: a Reject with the follow embedded under an id of their own.
    let ours = json!({"type": "Follow", "id": "http://pier.test/odd/1", "actor": here, "object": bo.uri()});
    town.arrives(bo, &bo.does("Reject", 1, json!({"object": ours}))).await;
    assert_eq!(town.follow(ana, bo_id).await, None);
}

#[tokio::test]
async fn likes_announces_blocks_and_reports_find_what_they_are_about() {
    let town = Town::new().await;
    let (bo, eve, ana) = (&town.bo, &town.eve, town.ana);
    town.arrives(bo, &bo.creates(1, json!({}))).await;
    let liked = town.post(bo.at("n/1")).await.unwrap().id;
    let like = eve.does("Like", 1, json!({"object": bo.at("n/1")}));
    town.arrives(eve, &like).await;
    let eve_id = town.met(eve).await;
    let likes = async || town.ground.act(move |tx| Ok(crate::store::reaction::of(tx, eve_id, liked)?.is_some())).await;
    assert!(likes().await);
    town.arrives(eve, &eve.does("Undo", 1, json!({"object": like}))).await;
    assert!(!likes().await);

    // Nobody here follows Eve, so what she passes on is not even asked for.
    town.ground.asked();
    town.arrives(eve, &eve.does("Announce", 1, json!({"object": "http://far.test/n/1", "to": PUBLIC}))).await;
    assert!(town.ground.asked().is_empty());
    town.follows(eve).await;
    let far = Stranger::new("far", "far.test");
    town.web.show(&far);
    let note = far.note(1, json!({"@context": "https://www.w3.org/ns/activitystreams", "content": "<p>from afar</p>"}));
    town.web.put(&far.at("n/1"), Reply::Json(note));
    town.arrives(eve, &eve.does("Announce", 2, json!({"object": far.at("n/1"), "to": PUBLIC}))).await;
    assert_eq!(town.home().await, ["<p>from afar</p>".to_owned(), html(1)]);
    // As groups do: the activity is passed on, and nothing of the copy in it is believed.
    let forged = far.creates(2, json!({"content": "<p>forged</p>"}));
    town.arrives(eve, &eve.does("Announce", 3, json!({"object": forged, "to": PUBLIC}))).await;
    assert_eq!(town.home().await.len(), 2);

    town.arrives(eve, &eve.does("Flag", 1, json!({"object": ["http://harbor.test/members/ana"], "content": "rude"})))
        .await;
    let reports = town.ground.act(|tx| Ok(report::list(tx, true, Page::default())?)).await;
    assert_eq!(reports.items.len(), 1);
    town.arrives(eve, &eve.does("Block", 1, json!({"object": "http://harbor.test/members/ana"}))).await;
    assert_eq!(town.follow(ana, eve_id).await, None);
    assert!(town.ground.act(move |tx| Ok(block::has_blocked(tx, eve_id, ana)?)).await);
}

#[tokio::test]
async fn an_answer_brings_the_question_along_if_it_can_be_had() {
    let town = Town::new().await;
    let (bo, eve) = (&town.bo, &town.eve);
    let question = eve.note(1, json!({"@context": "https://www.w3.org/ns/activitystreams", "content": "<p>why?</p>"}));
    town.web.put(&eve.at("n/1"), Reply::Json(question));
    let answer = json!({"inReplyTo": eve.at("n/1"), "tag": {"type": "Mention", "href": "http://harbor.test/members/ana",
        "name": "@ana@harbor.test"}, "cc": [bo.at("followers"), "http://harbor.test/members/ana"]});
    town.arrives(bo, &bo.creates(1, answer)).await;
    let (parent, child) = (town.post(eve.at("n/1")).await.unwrap(), town.post(bo.at("n/1")).await.unwrap());
    assert_eq!(child.in_reply_to, Some(parent.id));
    assert_eq!(town.notified().await[0], NotificationKind::Mention);
    // A question that cannot be had holds nothing up, and is asked for once.
    town.ground.asked();
    town.arrives(bo, &bo.creates(2, json!({"inReplyTo": "http://quay.test/nothing"}))).await;
    assert!(town.post(bo.at("n/2")).await.is_some());
    assert_eq!(town.ground.asked(), ["/nothing"]);
}

#[tokio::test]
async fn a_private_word_reaches_whom_it_names_and_nobody_else() {
    let town = Town::new().await;
    let bo = &town.bo;
    let secret = json!({"to": "http://harbor.test/members/ana", "cc": null, "content": "<p>psst</p>"});
    town.arrives(bo, &bo.creates(1, secret)).await;
    assert_eq!(town.notified().await[0], NotificationKind::Direct);
    assert!(town.home().await.is_empty(), "conversations stand in no home");
    let to_others = json!({"to": "http://quay.test/u/eve", "cc": null});
    town.arrives(bo, &bo.creates(2, to_others)).await;
    assert_eq!(town.notified().await.len(), 2, "and the acceptance from before");
}

#[tokio::test]
async fn what_is_sent_to_two_people_in_secret_reaches_both_each_once() {
    let town = Town::new().await;
    let (bo, ana, ben) = (&town.bo, town.ana, town.neighbour("ben").await);
    let before = town.notified().await.len();
    // By `bto`: whom it is for shows in the inboxes alone.
    let whole = bo.creates(1, json!({"to": null, "cc": null}));
    let by_id = bo.does("Create", 2, json!({"object": bo.at("n/2")}));
    let shown = json!({"@context": "https://www.w3.org/ns/activitystreams", "to": null, "cc": null});
    town.web.put(&bo.at("n/2"), Reply::Json(bo.note(2, shown)));
    for activity in [whole, by_id] {
        for recipient in [ana, ben, ana, ben] {
            town.arrives_at(recipient, bo, &activity).await;
        }
    }
    for number in [1, 2] {
        let uri = bo.at(&format!("n/{number}"));
        for member in [ana, ben] {
            assert!(town.may_read(member, uri.clone()).await, "{uri}");
        }
    }
    assert_eq!(town.told(ben).await, [NotificationKind::Direct, NotificationKind::Direct]);
    assert_eq!(town.notified().await.len(), before + 2);
    assert!(!town.may_read(town.neighbour("cleo").await, bo.at("n/1")).await);
}

#[tokio::test]
async fn what_is_for_followers_names_nobody_though_it_comes_to_their_own_inboxes() {
    let town = Town::new().await;
    let (bo, ana, ben) = (&town.bo, town.ana, town.neighbour("ben").await);
    let before = town.notified().await;
    let quiet = json!({"to": bo.at("followers"), "cc": null});
    for recipient in [ana, ben] {
        town.arrives_at(recipient, bo, &bo.creates(1, quiet.clone())).await;
    }
    assert_eq!((town.home().await, town.notified().await), (vec![html(1)], before));
    assert!(town.may_read(ana, bo.at("n/1")).await && !town.may_read(ben, bo.at("n/1")).await);
    // A change that comes without saying to whom makes no reader of who follows.
    let changed = bo.note(1, json!({"to": null, "cc": null, "updated": "2027-01-15T08:00:01Z"}));
    town.arrives_at(ana, bo, &bo.does("Update", 1, json!({"object": changed}))).await;
    let id = town.met(bo).await;
    let acting = Acting::Member(MemberId(ana.0), Role::Member);
    town.ground.act(move |tx| following::unfollow(tx, acting, As::Oneself, id, start())).await;
    assert!(!town.may_read(ana, bo.at("n/1")).await, "who follows no more reads no more");
}

#[tokio::test]
async fn what_is_for_everybody_is_taken_once_though_it_comes_to_each() {
    let town = Town::new().await;
    let (bo, ben) = (&town.bo, town.neighbour("ben").await);
    town.arrives_at(town.ana, bo, &bo.creates(1, json!({}))).await;
    let letter = bo.letter(&bo.creates(1, json!({})), start()).signed();
    assert_eq!(letter.send_to(&town.ground.node, Some(ben)).await.status, 202);
    assert_eq!((town.left_over().await, town.home().await), ((0, 0), vec![html(1)]));
}

#[tokio::test]
async fn who_moves_takes_their_followers_along_if_the_new_account_agrees() {
    let town = Town::new().await;
    let (bo, eve, ana) = (&town.bo, &town.eve, town.ana);
    let moves = |number| bo.does("Move", number, json!({"object": bo.uri(), "target": eve.uri()}));
    town.arrives(bo, &moves(1)).await;
    let (bo_id, eve_id) = (town.met(bo).await, town.met(eve).await);
    assert_eq!(town.follow(ana, eve_id).await, None, "the new account does not know the old one");
    town.web.put(&eve.uri(), Reply::Json(eve.document(json!({"alsoKnownAs": [bo.uri()]}))));
    town.ground.wait(60);
    town.arrives(bo, &moves(2)).await;
    assert_eq!(town.follow(ana, bo_id).await, None);
    assert_eq!(town.follow(ana, eve_id).await, Some(FollowState::Requested));
    assert_eq!(town.notified().await[0], NotificationKind::Moved);
    assert_eq!(&town.events().await[town.events().await.len() - 2..], ["FollowWithdrawn", "FollowRequested"]);
}

#[tokio::test]
async fn nobody_moves_twice_within_a_week_whatever_their_profile_says_meanwhile() {
    let town = Town::new().await;
    let (bo, eve) = (&town.bo, &town.eve);
    let zoe = Stranger { key: rsa(2), ..Stranger::new("zoe", "far.test") };
    town.web.show(&zoe);
    for new in [eve, &zoe] {
        town.web.put(&new.uri(), Reply::Json(new.document(json!({"alsoKnownAs": [bo.uri()]}))));
    }
    let id = town.met(bo).await;
    let moved_to = async || town.ground.act(move |tx| Ok(actor::by_id(tx, id)?.unwrap().moved_to)).await;
    let moves = |number, to: &Stranger| bo.does("Move", number, json!({"object": bo.uri(), "target": to.uri()}));
    town.arrives(bo, &moves(1, eve)).await;
    assert_eq!(moved_to().await, Some(eve.uri()));
    town.ground.wait(6 * 24 * 3_600);
    let forgets = bo.document(json!({"updated": later(1)}));
    town.arrives(bo, &bo.does("Update", 1, json!({"object": forgets}))).await;
    assert_eq!(moved_to().await, None);
    town.arrives(bo, &moves(2, &zoe)).await;
    assert_eq!(moved_to().await, None, "it is too soon");
    town.ground.wait(24 * 3_600);
    town.arrives(bo, &moves(3, &zoe)).await;
    assert_eq!(moved_to().await, Some(zoe.uri()));
}

#[tokio::test]
async fn who_changes_their_profile_is_believed_and_asked_when_something_is_open() {
    let town = Town::new().await;
    let bo = &town.bo;
    let id = town.met(bo).await;
    let name = async || town.ground.act(move |tx| Ok(actor::by_id(tx, id)?.unwrap().name)).await;
    town.ground.asked();
    let update = |number, document: Value| bo.does("Update", number, json!({"object": document}));
    town.arrives(bo, &update(1, bo.document(json!({"name": "Bo", "updated": later(1)})))).await;
    assert_eq!((name().await, town.ground.asked().len()), ("Bo".to_owned(), 0));
    // A copy without keys could make us forget them.
    town.web.put(&bo.uri(), Reply::Json(bo.document(json!({"name": "Bo of the pier"}))));
    let bare = bo.document(json!({"name": "Bo", "publicKey": null, "assertionMethod": null, "updated": later(2)}));
    town.arrives(bo, &update(2, bare)).await;
    assert_eq!((name().await.as_str(), town.ground.asked().len()), ("Bo of the pier", 1));

    // New keys, announced with the old one.
    let renewed = Stranger { key: rsa(2), ..bo.clone() };
    town.web.show(&renewed);
    town.arrives(bo, &update(3, renewed.document(json!({"updated": later(3)})))).await;
    town.arrives(&renewed, &renewed.creates(1, json!({}))).await;
    assert_eq!(town.home().await, [html(1)]);
    assert_eq!(town.ground.deliver(bo, &bo.creates(2, json!({}))).await.status, 401);
}

#[tokio::test]
async fn an_old_profile_does_not_come_back() {
    let town = Town::new().await;
    let bo = &town.bo;
    let id = town.met(bo).await;
    let name = async || town.ground.act(move |tx| Ok(actor::by_id(tx, id)?.unwrap().name)).await;
    let mut number = 0;
    let mut update = |named: &str, updated: Option<String>| {
        number += 1;
        bo.does("Update", number, json!({"object": bo.document(json!({"name": named, "updated": updated}))}))
    };
    town.arrives(bo, &update("Bo the new", Some(later(9)))).await;
    assert_eq!(name().await, "Bo the new");
    // What is not newer than what is known is as good as the actor's home says.
    for (updated, shown) in [(Some(later(8)), "first"), (Some(later(9)), "second"), (None, "third")] {
        let at_home = json!({"name": shown, "updated": later(9)});
        town.web.put(&bo.uri(), Reply::Json(bo.document(at_home)));
        town.arrives(bo, &update("Bo the old", updated)).await;
        assert_eq!(name().await, shown);
    }
    // The version that its home shows counts, too, though nothing else changed.
    town.web.put(&bo.uri(), Reply::Json(bo.document(json!({"name": "third", "updated": later(20)}))));
    fetch::actor(&town.ground.node, &bo.id(), &Budget::default()).await.unwrap();
    town.arrives(bo, &update("Bo the old", Some(later(15)))).await;
    assert_eq!(name().await, "third");
}

#[tokio::test]
async fn who_leaves_is_forgotten_with_all_they_said() {
    let town = Town::new().await;
    let (bo, ana) = (&town.bo, town.ana);
    town.arrives(bo, &bo.creates(1, json!({}))).await;
    let id = town.met(bo).await;
    town.arrives(bo, &bo.does("Delete", 1, json!({"object": bo.uri(), "to": PUBLIC}))).await;
    assert!(town.home().await.is_empty());
    assert_eq!(town.follow(ana, id).await, None);
    assert_eq!(
        town.ground.deliver(bo, &bo.creates(2, json!({}))).await.status,
        403,
        "also with a key that was at hand"
    );
}

#[tokio::test]
async fn pins_are_ones_own() {
    let town = Town::new().await;
    let (bo, eve) = (&town.bo, &town.eve);
    town.arrives(bo, &bo.creates(1, json!({}))).await;
    let id = town.met(bo).await;
    let pinned = async || town.ground.act(move |tx| Ok(post::featured(tx, id)?.len())).await;
    let pin = json!({"object": bo.at("n/1"), "target": bo.at("featured")});
    town.arrives(eve, &eve.does("Add", 1, pin.clone())).await;
    town.arrives(eve, &eve.does("Add", 2, json!({"object": bo.at("n/1"), "target": eve.at("featured")}))).await;
    assert_eq!(pinned().await, 0);
    town.arrives(bo, &bo.does("Add", 1, pin.clone())).await;
    assert_eq!(pinned().await, 1);
    town.arrives(bo, &bo.does("Remove", 1, pin)).await;
    assert_eq!(pinned().await, 0);
}

#[tokio::test]
async fn a_limited_server_reaches_those_who_follow_its_people_and_nobody_else() {
    let town = Town::new().await;
    let (bo, eve) = (&town.bo, &town.eve);
    town.met(eve).await;
    let ana = json!({"tag": {"type": "Mention", "href": "http://harbor.test/members/ana", "name": "@ana"}});
    for host in ["pier.test", "quay.test"] {
        let host = Host::parse(host).unwrap();
        town.ground.act(move |tx| Ok(peer::set_level(tx, &host, Level::Limited, None, start())?)).await;
    }
    let notified = town.notified().await;
    town.arrives(bo, &bo.creates(1, ana.clone())).await;
    town.arrives(eve, &eve.creates(2, ana.clone())).await;
    town.arrives(eve, &eve.does("Like", 1, json!({"object": bo.at("n/1")}))).await;
    assert_eq!((town.home().await, town.notified().await), (vec![html(1)], notified));
    assert!(town.post(eve.at("n/2")).await.is_none());

    // What was taken in before its server was blocked is not acted on any more.
    town.must_ask(bo).await;
    town.sends(bo, &bo.creates(3, json!({}))).await;
    let host = Host::parse("pier.test").unwrap();
    town.ground.act(move |tx| Ok(peer::set_level(tx, &host, Level::Blocked, None, start())?)).await;
    town.settle().await;
    assert_eq!((town.home().await, town.left_over().await), (vec![html(1)], (0, 0)));
}

#[tokio::test]
async fn what_needs_nobody_else_is_done_when_its_sender_is_answered() {
    let town = Town::new().await;
    let bo = &town.bo;
    town.sends(bo, &bo.creates(1, json!({}))).await;
    assert_eq!((town.home().await, town.left_over().await), (vec![html(1)], (0, 0)));
    town.sends(bo, &bo.creates(1, json!({}))).await;
    town.sends(bo, &bo.does("Delete", 1, json!({"object": bo.at("n/1")}))).await;
    assert_eq!((town.home().await.len(), town.left_over().await), (0, (0, 0)));
    assert!(town.ground.node.reception.arrivals.is_empty());
}

#[tokio::test]
async fn what_breaks_is_not_lost_and_what_follows_waits_for_it() {
    let town = Town::new().await;
    let bo = &town.bo;
    town.ground.act(|tx| Ok(testing::fall_ill(tx, "note 1<")?)).await;
    for number in 1..=2 {
        town.sends(bo, &bo.creates(number, json!({}))).await;
    }
    assert_eq!((town.home().await.len(), town.left_over().await), (0, (2, 0)));
    town.settle().await;
    assert_eq!((town.home().await.len(), town.left_over().await), (0, (2, 0)), "it is tried again later");
    town.ground.act(|tx| Ok(testing::get_well(tx)?)).await;
    town.ground.wait(11);
    town.settle().await;
    assert_eq!((town.home().await, town.left_over().await), (vec![html(2), html(1)], (0, 0)));
}

#[tokio::test]
async fn who_waits_for_others_holds_up_nobody_but_themselves() {
    let town = Town::new().await;
    let (bo, eve) = (&town.bo, &town.eve);
    town.follows(eve).await;
    let far = Stranger::new("far", "far.test");
    town.web.show(&far);
    let ill = far.at("n/1");
    town.web.put(&ill, Reply::Say(503));

    town.sends(bo, &bo.does("Announce", 1, json!({"object": ill, "to": PUBLIC}))).await;
    town.sends(bo, &bo.creates(1, json!({}))).await;
    town.sends(eve, &eve.creates(2, json!({}))).await;
    town.settle().await;
    assert_eq!(town.home().await, [html(2)], "Eve is not held up, Bo's next word waits");
    assert_eq!(town.left_over().await, (2, 0));

    // The order holds over a restart, before the next try is due and when the server is well again.
    town.settle().await;
    assert_eq!(town.home().await, [html(2)]);
    let note = far.note(1, json!({"@context": "https://www.w3.org/ns/activitystreams", "content": "<p>from afar</p>"}));
    town.web.put(&ill, Reply::Json(note));
    town.ground.wait(11);
    town.settle().await;
    assert_eq!(town.home().await, [html(1), "<p>from afar</p>".to_owned(), html(2)]);
    assert_eq!(town.left_over().await, (0, 0));
}

#[tokio::test]
async fn what_does_not_work_out_four_times_is_set_aside_and_the_next_ones_go_on() {
    let town = Town::new().await;
    let bo = &town.bo;
    town.web.put("http://far.test/n/1", Reply::Say(503));
    town.sends(bo, &bo.does("Announce", 1, json!({"object": "http://far.test/n/1", "to": PUBLIC}))).await;
    town.sends(bo, &bo.creates(1, json!({}))).await;
    for pause in [0, 11, 61, 601] {
        assert!(town.home().await.is_empty());
        town.ground.wait(pause);
        town.settle().await;
    }
    assert_eq!((town.home().await, town.left_over().await), (vec![html(1)], (0, 1)));
    let failed = town.ground.act(|tx| Ok(inbox::failed(tx, Page::default())?.items.remove(0))).await;
    assert_eq!((failed.attempts, failed.error.as_str()), (4, "far.test answers 503"));

    let (far, now) = (Stranger::new("far", "far.test"), town.ground.node.clock.now());
    town.web.show(&far);
    let note = json!({"@context": "https://www.w3.org/ns/activitystreams", "id": "http://far.test/n/1",
        "attributedTo": far.uri(), "content": "<p>at last</p>"});
    town.web.put("http://far.test/n/1", Reply::Json(far.note(1, note)));
    town.ground.act(move |tx| Ok(inbox::retry(tx, Some(failed.id), now)?)).await;
    town.settle().await;
    assert_eq!(town.home().await, ["<p>at last</p>".to_owned(), html(1)]);
}

#[tokio::test]
async fn a_restart_and_a_full_memory_lose_nothing_and_repeat_nothing() {
    let town = Town::new().await;
    let bo = &town.bo;
    town.must_ask(bo).await;
    for number in 1..=5 {
        town.sends(bo, &bo.creates(number, json!({}))).await;
    }
    // As after a crash: what was on its way in memory is gone, but for one that comes by both ways.
    let mut lost = town.ground.node.reception.arrivals.take(6);
    // Where several processes share the work nothing comes by memory.
    let by_memory = if town.ground.node.store.is_shared() { 0 } else { 6 };
    assert_eq!((lost.len(), town.left_over().await), (by_memory, (6, 0)));
    if by_memory > 0 {
        town.ground.node.reception.arrivals.push(lost.remove(3));
    }
    town.settle().await;
    assert_eq!(town.home().await, (1..=5).rev().map(html).collect::<Vec<_>>());
    let events = town.events().await;
    // And one that comes by memory when it is done already.
    if by_memory > 0 {
        town.ground.node.reception.arrivals.push(lost.remove(1));
    }
    town.settle().await;
    assert_eq!((town.home().await.len(), town.events().await), (5, events));
    assert_eq!(town.left_over().await, (0, 0));
}

#[tokio::test]
async fn a_batch_of_many_is_done_in_the_order_of_each_actor() {
    let town = Town::new().await;
    let bo = &town.bo;
    town.must_ask(bo).await;
    for number in 1..=150 {
        town.sends(bo, &bo.creates(number, json!({}))).await;
        town.sends(bo, &bo.does("Delete", number, json!({"object": bo.at(&format!("n/{number}"))}))).await;
        town.sends(bo, &bo.creates(1_000 + number, json!({}))).await;
    }
    town.settle().await;
    let home = town.home().await;
    assert_eq!(home[0], html(1_150));
    assert!(home.iter().all(|content| content.len() == html(1_000).len()), "{home:?}");
    let heard = town.ground.act(|tx| Ok(peer::by_host(tx, &Host::parse("pier.test").unwrap())?));
    assert!(heard.await.unwrap().last_heard_at.is_some());
    let nothing = town.ground.act(|tx| Ok(inbox::waiting(tx, InboxId(0), 10)?)).await;
    assert!(nothing.is_empty());
}

/// Waits for something to become true.
async fn until(what: &str, is_true: impl AsyncFn() -> bool) {
    let waiting = async {
        while !is_true().await {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), waiting).await.expect(what);
}

#[tokio::test]
async fn what_is_tried_again_is_seen_by_the_desk_that_works() {
    let town = Town::new().await;
    let (bo, bo_id) = (&town.bo, town.met(&town.bo).await);
    let (stop, job) = town.job();
    town.sends(bo, &bo.creates(1, json!({}))).await;
    until("the desk works", async || town.home().await == [html(1)]).await;
    let body = bo.creates(2, json!({})).to_string();
    let uri = "http://pier.test/u/bo/Create/2";
    let aside = town.ground.act(move |tx| Ok(set_aside(tx, uri, bo_id, &body, start())?)).await;
    town.ground.act(move |tx| queue::retry(tx, Acting::Keeper, aside.0, start())).await;
    until("it is acted on", async || town.home().await == [html(2), html(1)]).await;
    stop.cancel();
    job.await.unwrap();
}

#[tokio::test]
async fn what_is_thrown_away_while_it_waits_its_turn_is_not_acted_on() {
    let town = Town::new().await;
    let bo = &town.bo;
    let far = Stranger::new("far", "far.test");
    town.web.show(&far);
    town.web.put(&far.at("n/1"), Reply::Say(503));
    let (stop, job) = town.job();
    town.sends(bo, &bo.does("Announce", 1, json!({"object": far.at("n/1"), "to": PUBLIC}))).await;
    town.sends(bo, &bo.creates(1, json!({}))).await;
    let waiting = async || town.ground.act(|tx| Ok(inbox::waiting(tx, InboxId(0), 10)?)).await;
    until("it has to wait", async || waiting().await[0].attempts == 1).await;
    let held = waiting().await[0].id;
    town.ground.act(move |tx| queue::drop(tx, Acting::Keeper, held.0, start())).await;
    let note = json!({"@context": "https://www.w3.org/ns/activitystreams", "content": "<p>from afar</p>"});
    town.web.put(&far.at("n/1"), Reply::Json(far.note(1, note)));
    town.ground.wait(11);
    until("the next one has its turn", async || town.left_over().await == (0, 0)).await;
    assert_eq!(town.home().await, [html(1)]);
    stop.cancel();
    job.await.unwrap();
}

#[tokio::test]
async fn the_job_works_by_itself_and_stops_when_told() {
    let town = Town::new().await;
    let (stop, job) = town.job();
    let bo = &town.bo;
    town.sends(bo, &bo.creates(1, json!({"inReplyTo": "http://quay.test/nothing"}))).await;
    town.sends(bo, &bo.creates(2, json!({}))).await;
    let seen = async {
        while town.home().await.is_empty() || town.left_over().await != (0, 0) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), seen).await.unwrap();
    stop.cancel();
    tokio::time::timeout(std::time::Duration::from_secs(10), job).await.unwrap().unwrap();
    assert!(town.post(bo.at("n/1")).await.is_some());
}
