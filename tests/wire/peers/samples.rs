//! One program at a time: the documents beside this file, written in each peer's shape.

use jiff::Timestamp;
use serde_json::Value;
use thirdspace::activitypub::activity::{Activity, ActivityKind};
use thirdspace::activitypub::json;
use thirdspace::activitypub::object::{ObjectKind, ReceivedObject};

use super::{activity, document, json_files};

pub(super) fn folder() -> std::path::PathBuf {
    std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/wire/peers")
}

pub(super) fn sample(name: &str) -> Value {
    let path = folder().join(name).with_extension("json");
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    document(name, &bytes)
}

fn sent(name: &str) -> Activity {
    activity(&sample(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The post that a Create brings along, believed as the inbox believes it: made by who created it.
fn created(name: &str) -> ReceivedObject {
    let create = sent(name);
    assert_eq!(create.kind, ActivityKind::Create, "{name}");
    let object = create.object().expect(name);
    let value = object.embedded().expect(name);
    let post = ReceivedObject::read(value).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(post.id.same_origin(&create.actor), "{name}");
    post
}

#[test]
fn every_peer_is_here_with_an_actor_and_a_post() {
    let mut peers: Vec<_> =
        json_files(&folder()).into_iter().filter_map(|(path, _)| Some(path.parent()?.to_owned())).collect();
    peers.dedup();
    assert!(peers.len() >= 12, "{} peers", peers.len());
    for peer in &peers {
        let peer = peer.file_name().and_then(|name| name.to_str()).expect("a name");
        assert!(sample(&format!("{peer}/actor")).get("inbox").is_some(), "{peer}");
        let note = created(&format!("{peer}/create_note"));
        assert_eq!(note.kind, ObjectKind::Note, "{peer}");
        assert!(!note.content_unsanitised.is_empty() && note.published.is_some(), "{peer}");
        assert!(note.audience.public_to || note.audience.public_cc, "{peer}: all samples are public");
    }
}

#[test]
fn mastodon() {
    let note = created("mastodon/create_note");
    assert_eq!(note.language.as_deref(), Some("en"));
    assert_eq!(note.mentions[0].1, "@harbor@harbor.example");
    assert_eq!(note.hashtags, ["letterpress"]);
    assert_eq!(note.attachments[0].name.as_deref(), Some("A sheet of cards drying on a line"));
    assert_eq!((note.attachments[0].width, note.attachments[0].height), (Some(1600), Some(1200)));
    assert!(note.in_reply_to.is_none() && note.summary_unsanitised.is_none());
    assert!(note.audience.public_to && note.audience.named().count() == 2);

    let undo = sent("mastodon/undo_like");
    let inner = undo.object().expect("a Like");
    let inner = activity(inner.embedded().expect("a Like")).expect("a Like");
    assert_eq!(inner.kind, ActivityKind::Like);
    assert_eq!(inner.object_id().map(|id| id.to_string()).as_deref(), Some("https://harbor.example/posts/77"));

    let delete = sent("mastodon/delete");
    assert_eq!(
        delete.object_id().map(|id| id.to_string()).as_deref(),
        Some("https://social.tidepool.example/users/mareike/statuses/113500000000000001")
    );
    assert!(!delete.is_about_its_actor());
    assert!(sent("mastodon/delete_actor").is_about_its_actor());

    let flag = sent("mastodon/flag");
    assert_eq!(flag.objects().count(), 3);
    assert!(flag.audience().is_empty(), "a Flag may come without an address");

    let question = created("mastodon/create_question");
    assert_eq!(
        (question.kind, question.options),
        (ObjectKind::Question, vec!["Quiet room".to_owned(), "Kitchen table".to_owned()])
    );
}

#[test]
fn gotosocial_sends_one_where_others_send_lists() {
    let note = created("gotosocial/create_note");
    assert!(note.audience.public_to);
    assert_eq!(note.hashtags, ["woodwork"]);
    assert_eq!(note.published, Some("2026-11-20T09:00:00Z".parse::<Timestamp>().expect("a time")));
    let accept = sent("gotosocial/accept_follow");
    assert_eq!(accept.object_id().map(|id| id.to_string()).as_deref(), Some("https://harbor.example/follows/9"));
}

#[test]
fn mobilizon_says_null_for_what_is_not_there() {
    let event = created("mobilizon/create_event");
    assert_eq!((event.kind, event.name.as_deref()), (ObjectKind::Event, Some("Repair evening")));
    assert_eq!(event.start_time, Some("2026-12-03T18:00:00Z".parse::<Timestamp>().expect("a time")));
    assert_eq!(event.attachments.len(), 2, "a banner and a website");
    assert_eq!(event.author.as_str(), "https://events.meadow.example/@makers", "the group, not its organiser");
    let comment = created("mobilizon/create_note");
    assert_eq!(
        comment.in_reply_to.map(|id| id.to_string()).as_deref(),
        Some("https://events.meadow.example/events/0f5b")
    );
    let join = sent("mobilizon/accept_join");
    assert_eq!(join.object_id().map(|id| id.to_string()).as_deref(), Some("https://harbor.example/joins/1"));
}

#[test]
fn lemmy_announces_what_others_do() {
    let announce = sent("lemmy/announce_create_page");
    let inner = announce.object().expect("a Create");
    let inner = activity(inner.embedded().expect("a Create")).expect("a Create");
    assert_eq!(inner.kind, ActivityKind::Create);
    assert_ne!(inner.actor, announce.actor, "to be believed only from its own origin or signer");
    let page = created("lemmy/create_page");
    assert_eq!((page.kind, page.name.as_deref()), (ObjectKind::Page, Some("Which chair do you sit on?")));
    assert_eq!(page.attachments.len(), 2, "its link and its picture");
    assert_eq!(page.language, None, "a language by identifier is no language of the content");
}

#[test]
fn akkoma_mixes_hashtags_as_words_and_as_objects() {
    let note = created("akkoma/create_note");
    assert!(note.audience.public_cc && !note.audience.public_to, "unlisted");
    assert!(!note.sensitive, "null is absent");
    assert_eq!(note.attachments[0].url.as_str(), "https://akko.dune.example/media/x.png");
    assert_eq!(note.attachments[0].media_type.as_deref(), Some("image/png"));
}

#[test]
fn the_others_have_their_ways() {
    let mitra = sent("mitra/create_note");
    assert!(json::get(mitra.value(), "proof").is_some());
    assert_eq!(created("mitra/create_note").source.map(|(_, kind)| kind).as_deref(), Some("text/markdown"));
    assert_eq!(ReceivedObject::read(&sample("mitra/proposal")).expect("a proposal").kind, ObjectKind::Proposal);
    assert_eq!(created("snac/create_note").source, None, "a bare text says nothing of its kind");
    assert_eq!(created("misskey/create_note").content_unsanitised, "<p><span>窓際の席、あいてます</span></p>");
    assert_eq!(created("pixelfed/create_note").attachments[0].height, Some(1350));
    let article = created("wordpress/create_article");
    assert_eq!((article.kind, article.name.as_deref()), (ObjectKind::Article, Some("The long table")));
    let comment = created("wordpress/create_note");
    assert_eq!(comment.id.as_str(), "https://notebook.example?c=14", "an id stays as it was sent");
    let ghost = created("ghost/create_note");
    assert!(ghost.audience.public_to && ghost.attachments.len() == 1);
    let friendica = created("friendica/create_note");
    assert_eq!(
        (friendica.summary_unsanitised.as_deref(), friendica.language.as_deref()),
        (Some("A room"), Some("en-gb"))
    );
}
