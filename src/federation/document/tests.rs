//! What peers find at our URLs, and what they do not.

use serde_json::Value;

use super::*;
use crate::activitypub::actor::RemoteActor;
use crate::activitypub::collection::ReceivedCollection;
use crate::activitypub::object::ReceivedObject;
use crate::coworking::id::{ActorId, MemberId, PostId};
use crate::coworking::member::{Acting, Role};
use crate::coworking::name::Username;
use crate::coworking::offer::OfferInput;
use crate::coworking::post::{PostInput, Visibility};
use crate::coworking::profile::ProfileInput;
use crate::federation::translate::activity::{self as compose, Composed};
use crate::operations::post::{self as posts, Mentions, Why};
use crate::operations::speaker::As;
use crate::operations::testing::{Ground, acting, answering, at, coming, keys, let_follow, saying, stranger};
use crate::operations::{self, announce, departure, follow, key, member, offer, pin, profile, reaction};
use crate::site::{Local, Site};
use crate::store::activity::{self, Activity};
use crate::store::post::Reader;
use crate::store::{Notice, Tx};

fn found(answer: Answer) -> (Value, Document) {
    match answer {
        Answer::Document(document) => (serde_json::from_slice(&document.body).unwrap(), document),
        Answer::Missing | Answer::NotYet => panic!("{answer:?}"),
    }
}

fn name(text: &str) -> Username {
    Username::parse(text).unwrap()
}

fn say(
    tx: &mut Tx<'_>,
    site: &Site,
    author: MemberId,
    text: &str,
    visibility: Visibility,
) -> operations::Result<PostId> {
    posts::publish(tx, site, acting(author), &saying(text, visibility), &Mentions::default(), at(3))
}

#[test]
fn an_actor_is_read_by_others_as_soon_as_it_has_keys_and_until_it_leaves() {
    let (ground, done) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    ground
        .act(move |tx, site| {
            let here = |tx: &mut Tx<'_>, local: &Local| object(tx, site, local, Reader::Stranger);
            let ben_at = Local::Member(name("ben"));
            assert_eq!(here(tx, &ben_at)?, Answer::NotYet);
            key::give(tx, ben.into(), &keys(1), at(2))?;
            key::give(tx, done.space.into(), &keys(2), at(2))?;
            let edit = ProfileInput { skills: Some(vec!["Dutch VAT".into()]), ..Default::default() };
            profile::edit(tx, site, acting(ben), ben.into(), &edit.parse()?, at(3))?;

            let (value, document) = found(here(tx, &ben_at)?);
            assert!(document.public && !document.gone && document.about == ben.into());
            let read = RemoteActor::read(&value).unwrap();
            assert_eq!(read.claimed_handle().unwrap().to_string(), "ben@harbor.example");
            assert_eq!((read.keys.len(), read.knows_about), (2, vec!["Dutch VAT".to_owned()]));
            assert_eq!(read.hashtags, ["DutchVAT"]);
            assert_eq!(value["homeSpace"], "https://harbor.example/spaces/harbor");
            assert_eq!(found(here(tx, &Local::Space(name("harbor")))?).0["timezone"], "Europe/Amsterdam");
            for nobody in [Local::Space(name("ben")), Local::Member(name("harbor")), Local::Member(name("cy"))] {
                assert_eq!(here(tx, &nobody)?, Answer::Missing);
            }

            // New keys are shown alone.
            key::rotate(tx, acting(ben), ben.into(), &keys(3), at(4))?;
            let (value, _) = found(here(tx, &ben_at)?);
            assert_eq!(value["publicKey"]["id"], "https://harbor.example/members/ben#main-key-2");

            member::leave(tx, Acting::Keeper, ben, at(5))?;
            let (value, document) = found(here(tx, &ben_at)?);
            assert!(document.gone);
            assert_eq!((&value["type"], &value["formerType"]), (&"Tombstone".into(), &"Person".into()));
            assert_eq!(
                collection(tx, site, &ben_at, Collection::Outbox, Part::Whole, Reader::Stranger)?,
                Answer::Missing
            );
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_post_is_shown_to_those_who_may_read_it_and_is_nothing_to_others() {
    let (ground, _) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    ground
        .act(move |tx, site| {
            let [fay, eve] = [stranger(tx, "fay")?, stranger(tx, "eve")?];
            let_follow(tx, fay, ben.into())?;
            let mut mentions = Mentions::default();
            mentions.found("eve@pier.example", eve, "https://pier.example/users/eve".into());
            let readers = [Reader::Stranger, Reader::Actor(eve), Reader::Actor(fay), Reader::Member(ben)];
            for (visibility, may) in [
                (Visibility::Public, [true, true, true, true]),
                (Visibility::Unlisted, [true, true, true, true]),
                (Visibility::Followers, [false, true, true, true]),
                (Visibility::Direct, [false, true, false, true]),
                (Visibility::Members, [false; 4]),
            ] {
                let draft = saying("Hello @eve@pier.example", visibility);
                let post = posts::publish(tx, site, acting(ben), &draft, &mentions, at(3))?;
                for (reader, may) in readers.into_iter().zip(may) {
                    let answer = object(tx, site, &Local::Post(post), reader)?;
                    assert_eq!(answer != Answer::Missing, may, "{visibility} to {reader:?}");
                    if may {
                        let (value, document) = found(answer);
                        assert_eq!(document.public, visibility.is_open());
                        assert_eq!(ReceivedObject::read(&value).unwrap().id.as_str(), site.post(post));
                    }
                }
                posts::delete(tx, acting(ben), post, at(4))?;
                let after = object(tx, site, &Local::Post(post), Reader::Actor(eve))?;
                match visibility.is_open() {
                    true => assert!(found(after).1.gone),
                    false => assert_eq!(after, Answer::Missing, "that there was a {visibility} one is told nobody"),
                }
            }
            let theirs = posts::receive(tx, &coming(fay, 1), posts::Why::Asked, at(5))?.post().unwrap();
            assert_eq!(object(tx, site, &Local::Post(theirs), Reader::Stranger)?, Answer::Missing, "not ours to tell");
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_url_of_an_old_activity_tells_nothing_that_was_taken_out() {
    let (ground, _) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    ground
        .act(move |tx, site| {
            let eve = stranger(tx, "eve")?;
            let keep = |tx: &mut Tx<'_>, id: i64, composed: Composed| {
                let Composed { kind, body, public, .. } = composed;
                let row = Activity {
                    id,
                    actor: ben.into(),
                    kind: kind.to_owned(),
                    body: body.to_string(),
                    public,
                    key_uri: None,
                    created_at: at(3),
                };
                activity::add(tx, &row)
            };
            let show = |tx: &mut Tx<'_>, id: i64, reader| object(tx, site, &Local::Activity(id), reader);
            let post = say(tx, site, ben, "A secret slipped out", Visibility::Public)?;
            let author = rows::Author::load(tx, ben.into())?.unwrap();
            let row = crate::store::post::by_id(tx, post)?.unwrap();
            let note = rows::note(tx, site, &row, &author)?.unwrap();
            keep(tx, 70, compose::create(&compose::create_id(&note.id), &note))?;
            let (value, document) = found(show(tx, 70, Reader::Stranger)?);
            assert_eq!((value["object"].as_str(), document.public), (Some(note.id.as_str()), true));
            assert!(!value.to_string().contains("secret"));

            let follow = compose::Pair { follower: &author.uri, target: "https://pier.example/users/eve" };
            keep(
                tx,
                71,
                compose::undo_follow(
                    "https://harbor.example/activities/71",
                    site,
                    crate::coworking::id::FollowId(1),
                    follow,
                ),
            )?;
            assert_eq!(show(tx, 71, Reader::Stranger)?, Answer::Missing);
            assert!(!found(show(tx, 71, Reader::Actor(eve))?).1.public, "those between whom it went may read it");

            posts::delete(tx, acting(ben), post, at(4))?;
            assert_eq!(show(tx, 70, Reader::Stranger)?, Answer::Missing);
            member::leave(tx, Acting::Keeper, ben, at(5))?;
            assert_eq!(show(tx, 71, Reader::Actor(eve))?, Answer::Missing);
            Ok(())
        })
        .unwrap();
}

#[test]
fn follows_and_likes_are_for_the_two_whom_they_are_about_and_announces_for_all() {
    let (ground, _) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    ground
        .act(move |tx, site| {
            let [fay, eve] = [stranger(tx, "fay")?, stranger(tx, "eve")?];
            let asked = follow::follow(tx, acting(ben), As::Oneself, fay, false, at(3))?;
            let theirs = posts::receive(tx, &coming(fay, 1), posts::Why::Asked, at(4))?.post().unwrap();
            let liked = reaction::like(tx, acting(ben), theirs, at(5))?;
            for local in [Local::Follow(asked.id), Local::Like(liked)] {
                for nobody in [Reader::Stranger, Reader::Actor(eve)] {
                    assert_eq!(object(tx, site, &local, nobody)?, Answer::Missing, "{local:?} to {nobody:?}");
                }
                let (value, document) = found(object(tx, site, &local, Reader::Actor(fay))?);
                assert!(!document.public && value["actor"] == "https://harbor.example/members/ben");
            }
            let passed_on = announce::announce(tx, acting(ben), As::Oneself, theirs, at(6))?;
            let (value, document) = found(object(tx, site, &Local::Announce(passed_on), Reader::Stranger)?);
            assert!(document.public && document.about == ben.into());
            assert_eq!(value["cc"][1], "https://pier.example/users/fay", "its author hears of it");
            Ok(())
        })
        .unwrap();
}

/// All items of a collection, by its pages.
fn walk(tx: &mut Tx<'_>, site: &Site, which: Collection) -> operations::Result<(Vec<Value>, u64, usize)> {
    let owner = Local::Member(name("ben"));
    let (whole, _) = found(collection(tx, site, &owner, which, Part::Whole, Reader::Stranger)?);
    let (mut part, mut items, mut pages) = (Part::Page(None), Vec::new(), 0);
    loop {
        let (page, _) = found(collection(tx, site, &owner, which, part, Reader::Stranger)?);
        assert_eq!(page["partOf"], whole["id"]);
        items.extend(page["orderedItems"].as_array().unwrap().clone());
        pages += 1;
        let Some(next) = page["next"].as_str() else { break };
        let before = next.split_once("?before=").unwrap().1.split_once('&').unwrap().0;
        part = Part::Page(Some(before.parse().unwrap()));
    }
    Ok((items, whole["totalItems"].as_u64().unwrap(), pages))
}

#[test]
fn an_outbox_is_walked_to_its_end_and_has_nothing_private() {
    let (ground, _) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    ground
        .act(move |tx, site| {
            let fay = stranger(tx, "fay")?;
            for number in 0..45 {
                let visibility = if number % 2 == 0 { Visibility::Public } else { Visibility::Followers };
                say(tx, site, ben, &format!("number {number}"), visibility)?;
            }
            let input = OfferInput { purpose: "offer".into(), name: "Knots".into(), ..Default::default() };
            offer::make(tx, site, acting(ben), &input.parse(at(4))?, at(4))?;
            let theirs = posts::receive(tx, &coming(fay, 1), posts::Why::Asked, at(5))?.post().unwrap();
            announce::announce(tx, acting(ben), As::Oneself, theirs, at(6))?;

            let (items, total, pages) = walk(tx, site, Collection::Outbox)?;
            assert_eq!((items.len(), total, pages), (25, 25, 2));
            let kinds: Vec<&str> = items.iter().filter_map(|item| item["type"].as_str()).collect();
            assert_eq!((kinds[0], kinds[1], kinds[24]), ("Announce", "Create", "Create"));
            assert_eq!(items[1]["object"]["purpose"], "offer");
            assert!(items.iter().all(|item| item.get("@context").is_none()), "the page's covers them");
            assert!(!items.iter().any(|item| item.to_string().contains("number 1<")), "that was for followers");

            let newest = found(collection(
                tx,
                site,
                &Local::Member(name("ben")),
                Collection::Outbox,
                Part::Page(None),
                Reader::Stranger,
            )?);
            assert!(newest.0["@context"].to_string().contains("vf:purpose"));
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_network_is_shown_by_number_alone_unless_its_owner_shows_it() {
    let (ground, _) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    ground
        .act(move |tx, site| {
            for who in ["fay", "eve", "gus"] {
                let who = stranger(tx, who)?;
                let_follow(tx, who, ben.into())?;
            }
            let owner = Local::Member(name("ben"));
            let edit = |hides| ProfileInput { hides_network: Some(hides), ..Default::default() };
            profile::edit(tx, site, acting(ben), ben.into(), &edit(true).parse()?, at(3))?;
            let (hidden, _) =
                found(collection(tx, site, &owner, Collection::Followers, Part::Whole, Reader::Stranger)?);
            assert!(ReceivedCollection::read(&hidden).unwrap().is_hidden());
            assert_eq!(hidden["totalItems"], 3);
            let page = collection(tx, site, &owner, Collection::Followers, Part::Page(None), Reader::Stranger)?;
            assert_eq!(page, Answer::Missing);

            profile::edit(tx, site, acting(ben), ben.into(), &edit(false).parse()?, at(4))?;
            let (people, total, _) = walk(tx, site, Collection::Followers)?;
            assert_eq!((people.len(), total), (3, 3));
            assert!(people.contains(&"https://pier.example/users/eve".into()));
            assert_eq!(walk(tx, site, Collection::Following)?.1, 0);
            Ok(())
        })
        .unwrap();
}

#[test]
fn pins_and_public_answers_are_listed() {
    let (ground, _) = Ground::set_up();
    let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, site| {
            let fay = stranger(tx, "fay")?;
            let post = say(tx, site, ben, "First", Visibility::Public)?;
            pin::pin(tx, acting(ben), post, at(4))?;
            let owner = Local::Member(name("ben"));
            let (pinned, _) = found(collection(tx, site, &owner, Collection::Featured, Part::Whole, Reader::Stranger)?);
            assert_eq!(pinned["orderedItems"], serde_json::json!([site.post(post)]));

            let answer = |tx: &mut Tx<'_>, visibility: Option<&str>| {
                let visibility = visibility.map(str::to_owned);
                let draft =
                    PostInput { content: "Yes".into(), in_reply_to: Some(post), visibility, ..Default::default() };
                posts::publish(tx, site, acting(cleo), &draft.parse()?, &Mentions::default(), at(5))
            };
            let open = answer(tx, None)?;
            answer(tx, Some("followers"))?;
            let mut theirs = coming(fay, 1);
            theirs.in_reply_to = Some(site.post(post));
            posts::receive(tx, &theirs, posts::Why::Delivered, at(6))?;
            let (whole, document) = found(replies(tx, site, post, Part::Whole)?);
            assert_eq!((whole["totalItems"].as_u64(), document.about), (Some(2), ben.into()));
            let (page, _) = found(replies(tx, site, post, Part::Page(None))?);
            assert_eq!(page["orderedItems"], serde_json::json!([theirs.uri, site.post(open)]));

            let whispered = say(tx, site, ben, "Second", Visibility::Followers)?;
            assert_eq!(replies(tx, site, whispered, Part::Whole)?, Answer::Missing);
            Ok(())
        })
        .unwrap();
}

#[test]
fn whoever_keeps_a_document_hears_when_its_numbers_change() {
    let (ground, _) = Ground::set_up();
    let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
    let (post, fay) = ground
        .act(move |tx, site| Ok((say(tx, site, ben, "First", Visibility::Public)?, stranger(tx, "fay")?)))
        .unwrap();
    let mut notices = ground.store().subscribe();
    let mut heard = |what: &str| {
        let told = std::iter::from_fn(|| notices.try_recv().ok()).any(|notice| notice == Notice::Changed(ben.0));
        assert!(told, "{what}");
    };
    let numbers = |ground: &Ground| {
        let read = move |tx: &mut Tx<'_>, site: &Site| {
            let (note, _) = found(object(tx, site, &Local::Post(post), Reader::Stranger)?);
            let (answers, _) = found(replies(tx, site, post, Part::Whole)?);
            Ok([&note["likes"], &note["shares"], &answers].map(|value| value["totalItems"].as_u64().unwrap()))
        };
        ground.act(read).unwrap()
    };
    let uri = |what: &str| format!("https://pier.example/{what}/1");

    let like = uri("likes");
    ground.act(move |tx, _| reaction::receive(tx, fay, post, &like, at(4))).unwrap();
    heard("a like from elsewhere");
    ground.act(move |tx, _| reaction::like(tx, acting(cleo), post, at(4))).unwrap();
    heard("a like from here");
    let share = uri("shares");
    ground
        .act(move |tx, _| announce::receive(tx, fay, post, &share, Visibility::Public, Why::Delivered, at(4)))
        .unwrap();
    heard("an announce");
    let answer = answering(post, "Yes");
    let answer = ground
        .act(move |tx, site| posts::publish(tx, site, acting(cleo), &answer, &Mentions::default(), at(5)))
        .unwrap();
    heard("an answer");
    assert_eq!(numbers(&ground), [2, 1, 1]);

    ground.act(move |tx, _| reaction::unlike(tx, acting(cleo), post, at(6))).unwrap();
    heard("a like that was taken back");
    ground.act(move |tx, _| announce::receive_undo(tx, fay, None, Some(post), at(6))).unwrap();
    heard("an announce that was taken back");
    ground.act(move |tx, _| posts::delete(tx, acting(cleo), answer, at(6))).unwrap();
    heard("an answer that was taken back");
    assert_eq!(numbers(&ground), [1, 0, 0]);
}

type Does = fn(&mut Tx<'_>, ActorId, PostId, MemberId) -> operations::Result<()>;

#[test]
fn whoever_keeps_a_document_hears_when_somebody_leaves_who_was_counted_in_it() {
    let (ground, _) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    let post = ground.act(move |tx, site| say(tx, site, ben, "First", Visibility::Public)).unwrap();
    let mut notices = ground.store().subscribe();
    let mut told = || std::iter::from_fn(|| notices.try_recv().ok()).any(|notice| notice == Notice::Changed(ben.0));
    let counted: [(&str, Does); 5] = [
        ("a like", |tx, gil, post, _| {
            reaction::receive(tx, gil, post, "https://pier.example/likes/1", at(4)).map(drop)
        }),
        ("an announce", |tx, gil, post, _| {
            let uri = "https://pier.example/shares/1";
            announce::receive(tx, gil, post, uri, Visibility::Public, Why::Delivered, at(4)).map(drop)
        }),
        ("an answer", |tx, gil, post, _| {
            let in_reply_to = Some(format!("https://harbor.example/posts/{post}"));
            let answer = posts::ReceivedPost { in_reply_to, ..coming(gil, 1) };
            posts::receive(tx, &answer, posts::Why::Delivered, at(4)).map(drop)
        }),
        ("a follower", |tx, gil, _, ben| let_follow(tx, gil, ben.into())),
        ("somebody who is followed", |tx, gil, _, ben| let_follow(tx, ben.into(), gil)),
    ];
    for (number, (what, does)) in counted.into_iter().enumerate() {
        let gil = ground.act(move |tx, _| {
            let gil = stranger(tx, &format!("gil{number}"))?;
            does(tx, gil, post, ben)?;
            Ok(gil)
        });
        let gil = gil.unwrap();
        while told() {}
        ground.act(move |tx, _| departure::receive(tx, gil, at(5))).unwrap();
        assert!(told(), "{what}");
    }

    // What a member passed on stands in their outbox.
    for leaves in [false, true] {
        let passed_on = ground.act(move |tx, _| {
            let lea = stranger(tx, "lea")?;
            let theirs = coming(lea, leaves.into());
            let taken = posts::receive(tx, &theirs, posts::Why::Asked, at(6))?;
            announce::announce(tx, acting(ben), As::Oneself, taken.post().unwrap(), at(6))?;
            Ok((lea, theirs.uri))
        });
        let (lea, uri) = passed_on.unwrap();
        while told() {}
        ground
            .act(move |tx, _| match leaves {
                true => departure::receive(tx, lea, at(7)),
                false => posts::receive_delete(tx, &uri, lea, at(7)),
            })
            .unwrap();
        assert!(told(), "the author leaves: {leaves}");
    }
}
