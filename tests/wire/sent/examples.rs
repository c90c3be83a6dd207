//! One example of each document, through the translation that the sender and the web door use: actors as a setup makes
//! them, the rest of rows as the store keeps them.

use std::sync::OnceLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use thirdspace::activitypub::actor::ActorDocument;
use thirdspace::activitypub::collection::{Collection, CollectionPage, context_of_ids};
use thirdspace::activitypub::context;
use thirdspace::activitypub::sent::{Addressing, SentNote, tombstone};
use thirdspace::coworking::hospitality::{Hospitality, HospitalityInput};
use thirdspace::coworking::id::{ActorId, AnnounceId, FollowId, LikeId, PostId, ResourceId};
use thirdspace::coworking::offer::{Kind, Purpose, State};
use thirdspace::coworking::post::{Attachment, Visibility};
use thirdspace::coworking::profile::Picture;
use thirdspace::federation::translate::activity::{self, Pair, Sayer};
use thirdspace::federation::translate::actor::{self, Belongings};
use thirdspace::federation::translate::booking;
use thirdspace::federation::translate::hospitality;
use thirdspace::federation::translate::post::{self, Counts, Surroundings};
use thirdspace::operations::setup::{self, SetUpBy, SetupInput};
use thirdspace::site::Site;
use thirdspace::store::actor::{Actor, ShownField};
use thirdspace::store::key::{Algorithm, PublicKey};
use thirdspace::store::offer::Offer;
use thirdspace::store::post::{Mention, Post};
use thirdspace::store::{Options, Store};
use thirdspace::{operations, store};

const ANA: &str = "https://harbor.example/members/ana";
const FOLLOWERS: &str = "https://harbor.example/members/ana/followers";
const BO: &str = "https://quay.example/users/bo";
const BOS_NOTE: &str = "https://quay.example/notes/1";
const ACTIVITY: &str = "https://harbor.example/activities/9";
const KEY: &str = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAso4GNhqgM/7XVD50j+dq\nT55w7H6pOTG2S3Xpiiu3I6xmXjFfgqeMZM9B1JjSFpJPj5uO/AcgBPEv7/0zTuRH\nBBoRcrgFKhvTt3BhmgZuDPU6M3G0fp2uOilY9Jb+2XqcG7bnMe6d6HaoR3NeH+78\nZbD2ogLAjNnb6rYIo9Edw2ICQK8dRospUn26ENNpJUece0hPH8iDkOkwRk7CKfWP\nm7UPMH8+TPZG4eiCI73YXA4E4XS3lvLRmpJGk+rZZkesQf56zNwaFhIwqyHc+bXf\nvsQBIZhG9vFm2oF5smK8EAvOB6awCQAqziDVOYLOvtQs2+kkNLpsvMYANuF2lkdB\newIDAQAB\n-----END PUBLIC KEY-----\n";
const MULTIKEY: &str = "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";

fn at(path: &str) -> String {
    format!("https://harbor.example/{path}")
}

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn noon() -> Timestamp {
    time("2026-11-01T12:00:00Z")
}

fn site() -> Site {
    Site::new(&"https://harbor.example".parse().expect("a URL")).expect("an origin")
}

/// Who is there right after a setup: the node, its first space and its first member, as the code makes them.
struct SetUp {
    node: Actor,
    space: Actor,
    member: Actor,
}

fn set_up() -> &'static SetUp {
    static SET_UP: OnceLock<SetUp> = OnceLock::new();
    SET_UP.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path().join("thirdspace.sqlite3"), Options::default()).expect("a store");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let made = store.write(|tx| -> operations::Result<_> {
            let input = SetupInput {
                space_username: "harbor".to_owned(),
                space_name: "Harbor".to_owned(),
                zone: "Europe/Amsterdam".to_owned(),
                admin_username: "ana".to_owned(),
                admin_name: "Ana".to_owned(),
            };
            let (site, now) = (site(), time("2026-01-01T00:00:00Z"));
            let done = setup::set_up(tx, &site, SetUpBy::Keeper, &input.parse()?, &[], now)?;
            let node = store::actor::id_of(tx, &site.node_actor())?.expect("the node's actor");
            let mut find = |id| -> operations::Result<_> { Ok(store::actor::by_id(tx, id)?.expect("an actor")) };
            Ok(SetUp { node: find(node)?, space: find(done.space.into())?, member: find(done.admin.into())? })
        });
        runtime.block_on(made).expect("a setup")
    })
}

fn member() -> Actor {
    Actor {
        summary: "<p>Ropes and sails.</p>".to_owned(),
        icon: Some(Picture {
            url: "https://media.harbor.example/ana.png".to_owned(),
            alt: Some("A portrait".to_owned()),
        }),
        fields: vec![ShownField {
            name: "Web".to_owned(),
            value: "<a href=\"https://ana.example/\" rel=\"nofollow noopener noreferrer\">ana.example</a>".to_owned(),
            source: Some("https://ana.example/".to_owned()),
        }],
        skills: vec!["Sailing".to_owned(), "Dutch VAT".to_owned()],
        also_known_as: vec!["https://old.example/ana".to_owned()],
        updated: noon(),
        ..set_up().member.clone()
    }
}

fn granted() -> Hospitality {
    let input = HospitalityInput {
        days: Some(3),
        kinds: vec!["hot_desk".into(), "meeting_room".into()],
        resources: vec![ResourceId(5)],
        notice_minutes: Some(24 * 60),
        distance_km: Some(50),
        share_percent: Some(20),
        text: Some("Tell us at the front desk what you work on.".into()),
        ..HospitalityInput::default()
    };
    input.parse().expect("hospitality")
}

fn document(actor: &Actor, home_space: Option<&str>, zone: Option<&str>) -> ActorDocument {
    let key = |fragment: &str, algorithm, public_key: &str| PublicKey {
        uri: format!("{}#{fragment}", actor.uri),
        algorithm,
        public_key: public_key.to_owned(),
        retired_at: None,
        owner: actor.id,
        owner_uri: actor.uri.clone(),
        owner_local: true,
        owner_active: true,
        owner_fetched_at: None,
    };
    let belongings = Belongings {
        keys: vec![key("main-key", Algorithm::Rsa, KEY), key("ed25519-key", Algorithm::Ed25519, MULTIKEY)],
        home_space: home_space.map(str::to_owned),
        zone: zone.map(str::to_owned),
        hospitality: zone.and_then(|_| hospitality::written(&site(), &granted())),
        location: zone.map(|_| booking::location(&super::bookings::harbor())),
    };
    actor::document(&site(), actor, &belongings).expect("it has keys")
}

fn post(number: i64) -> Post {
    Post {
        id: PostId(number),
        uri: at(&format!("posts/{number}")),
        author: ActorId(1),
        local: true,
        space: None,
        visibility: Visibility::Public,
        name: None,
        summary: None,
        sensitive: false,
        content: "<p>Coffee is ready, <a href=\"https://quay.example/@bo\" rel=\"nofollow noopener noreferrer\">@bo</a>. <a href=\"https://harbor.example/tags/coffee\" rel=\"nofollow noopener noreferrer\">#coffee</a></p>".to_owned(),
        source: Some("Coffee is ready, @bo@quay.example. #coffee".to_owned()),
        language: Some("en".to_owned()),
        url: None,
        in_reply_to: Some(PostId(3)),
        in_reply_to_uri: Some(BOS_NOTE.to_owned()),
        context: Some("https://quay.example/contexts/1".to_owned()),
        attachments: vec![Attachment {
            url: "https://media.harbor.example/coffee.png".to_owned(),
            media_type: Some("image/png".to_owned()),
            name: Some("A full pot".to_owned()),
            width: Some(640),
            height: Some(480),
        }],
        tags: vec!["coffee".to_owned()],
        mentions: vec![Mention { href: BO.to_owned(), name: "@bo@quay.example".to_owned() }],
        published: noon(),
        updated: None,
        deleted_at: None,
        offer: None,
    }
}

fn note_of(post: &Post, recipients: &[&str], counts: Option<Counts>) -> SentNote {
    let around = Surroundings {
        author: ANA.to_owned(),
        followers: FOLLOWERS.to_owned(),
        recipients: recipients.iter().map(|&id| id.to_owned()).collect(),
        zone: TimeZone::get("Europe/Amsterdam").expect("a zone"),
        counts,
    };
    post::note(&site(), post, &around).expect("it leaves the node")
}

fn note() -> SentNote {
    note_of(&post(7), &[BO], None)
}

fn offering(state: State) -> Post {
    Post {
        name: Some("Knot lessons".to_owned()),
        content: "<p>An hour at the quay, for beginners.</p>".to_owned(),
        source: Some("An hour at the quay, for beginners.".to_owned()),
        language: None,
        in_reply_to: None,
        in_reply_to_uri: None,
        context: Some(at("posts/8")),
        attachments: Vec::new(),
        tags: vec!["knots".to_owned(), "splicing ropes".to_owned()],
        mentions: Vec::new(),
        updated: (state != State::Open).then(|| time("2026-11-20T12:00:00Z")),
        offer: Some(Offer {
            purpose: Purpose::Offer,
            kind: Kind::Skill,
            state,
            in_return: Some("a cake".to_owned()),
            proposal: "{}".to_owned(),
            ends_at: Some(time("2026-12-01T12:00:00Z")),
            settled_at: (state == State::Settled).then(|| time("2026-11-20T12:00:00Z")),
        }),
        ..post(8)
    }
}

fn offer(state: State) -> SentNote {
    note_of(&offering(state), &[], None)
}

fn inside(mut activity: Value) -> Value {
    activity.as_object_mut().expect("an object").remove("@context");
    activity
}

/// Every example by the name of its file.
pub fn examples() -> Vec<(&'static str, Value)> {
    let mut all = documents();
    all.extend(activities());
    all.extend(super::bookings::examples());
    all
}

fn documents() -> Vec<(&'static str, Value)> {
    let outbox = at("members/ana/outbox");
    let page = CollectionPage {
        id: format!("{outbox}?page=true"),
        part_of: outbox.clone(),
        next: Some(format!("{outbox}?before=7&page=true")),
        prev: None,
        items: vec![inside(activity::create(&activity::create_id(&at("posts/7")), &note()).body)],
    };
    let counted = note_of(&post(7), &[BO], Some(Counts { likes: 3, shares: 1 }));
    vec![
        ("person", document(&member(), Some("https://harbor.example/spaces/harbor"), None).to_value()),
        ("group", document(&set_up().space, None, Some("Europe/Amsterdam")).to_value()),
        ("application", document(&set_up().node, None, None).to_value()),
        ("note", counted.document()),
        ("offer", offer(State::Open).document()),
        ("offer_settled", offer(State::Settled).document()),
        ("tombstone", tombstone(&at("posts/7"), "Note", time("2026-11-02T12:00:00Z"))),
        ("outbox", Collection::paged(&outbox, 2, &page.id).to_value(context_of_ids())),
        ("outbox_page", page.to_value(context::note())),
        ("followers", Collection::counted(FOLLOWERS, 2).to_value(context_of_ids())),
        (
            "featured",
            Collection::whole(&at("members/ana/featured"), vec![json!(at("posts/7"))]).to_value(context_of_ids()),
        ),
    ]
}

fn activities() -> Vec<(&'static str, Value)> {
    let (site, node) = (site(), "https://harbor.example/actor");
    let sayer = Sayer { uri: ANA, followers: FOLLOWERS };
    let (ours, theirs) = (Pair { follower: ANA, target: BO }, Pair { follower: BO, target: ANA });
    let asked = "https://quay.example/follows/1";
    let (posted, featured) = (at("posts/7"), at("members/ana/featured"));
    let shown = document(&member(), Some("https://harbor.example/spaces/harbor"), None);
    let edited = note_of(&Post { updated: Some(time("2026-11-01T12:30:00Z")), ..post(7) }, &[BO], None);
    let direct = note_of(&Post { visibility: Visibility::Direct, attachments: Vec::new(), ..post(7) }, &[BO], None);
    let to = Addressing::everybody(vec![FOLLOWERS.to_owned(), BO.to_owned()]);
    let create = |note: &SentNote| activity::create(&activity::create_id(&note.id), note);
    let announce = AnnounceId(1);
    [
        ("create_note", create(&note())),
        ("create_direct_note", create(&direct)),
        ("create_offer", create(&offer(State::Open))),
        ("update_note", activity::update(ACTIVITY, &edited)),
        ("update_offer", activity::update(ACTIVITY, &offer(State::Settled))),
        ("delete_note", activity::delete(ANA, &posted, to, noon())),
        ("follow", activity::follow(&site, FollowId(1), ours)),
        ("accept_follow", activity::accept(ACTIVITY, asked, theirs)),
        ("reject_follow", activity::reject(ACTIVITY, asked, theirs)),
        ("undo_follow", activity::undo_follow(ACTIVITY, &site, FollowId(1), ours)),
        ("like", activity::like(&site, LikeId(1), ANA, BOS_NOTE, BO)),
        ("undo_like", activity::undo_like(ACTIVITY, &site, LikeId(1), ANA, BOS_NOTE, BO)),
        ("announce", activity::announce(&site, announce, sayer, Visibility::Public, BOS_NOTE, BO, noon())),
        ("undo_announce", activity::undo_announce(ACTIVITY, &site, announce, sayer, BOS_NOTE, BO)),
        ("add_featured", activity::add_featured(ACTIVITY, sayer, &posted, &featured)),
        ("remove_featured", activity::remove_featured(ACTIVITY, sayer, &posted, &featured)),
        ("update_person", activity::update_actor(ACTIVITY, &shown, noon())),
        ("move", activity::moved(ACTIVITY, sayer, "https://loft.example/members/ana", noon())),
        ("flag", activity::flag(ACTIVITY, node, BO, &[BOS_NOTE.to_owned()], "Advertising, again and again.")),
        ("delete_person", activity::delete_actor(ANA, FOLLOWERS, noon())),
    ]
    .map(|(name, composed)| (name, composed.body))
    .into()
}
