//! Hosts that answer, lie and are silent.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::*;
use crate::coworking::away::State;
use crate::coworking::booking::BookingInput;
use crate::coworking::id::{ActorId, AwayId};
use crate::coworking::member::{Acting, Role};
use crate::coworking::space::Zone;
use crate::federation::testing::{Ground, Reply, start};
use crate::operations::away::{self as booking, Elsewhere};

#[tokio::test]
async fn i38_i43_what_a_host_shows_counts_when_it_is_its_own_and_what_was_asked_for() {
    let ground = Ground::new().await;
    let done = ground.set_up().await;
    let space = ground.stranger("loft", "attic").await;
    let ana = Acting::Member(done.admin, Role::Member);
    let asked = ground
        .act(move |tx| {
            let input =
                BookingInput { start: "2027-01-16T13:00".into(), end: "2027-01-16T15:00".into(), ..Default::default() };
            let at = Elsewhere {
                space,
                proposal: "http://loft.test/resources/1".into(),
                name: "Attic".into(),
                zone: "Europe/Amsterdam".into(),
                rules_version: None,
                units: None,
                price: Default::default(),
            };
            booking::ask(tx, ana, &at, &input.parse(&Zone::parse("Europe/Amsterdam")?)?, start())
        })
        .await;
    let good = json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "type": "Agreement", "id": "http://loft.test/bookings/7", "attributedTo": "http://loft.test/users/attic",
        "inReplyTo": format!("http://harbor.test/asked/{}", asked.id), "preview": {"type": "Note", "name": "Confirmed"},
        "updated": "2099-01-01T00:00:00Z",
        "stipulates": {
            "type": "Commitment", "id": "http://loft.test/bookings/7#primary",
            "satisfies": "http://loft.test/resources/1#primary",
            "resourceQuantity": {"hasUnit": "minute", "hasNumericalValue": "120"},
            "hasBeginning": "2027-01-16T12:00:00Z", "hasEnd": "2027-01-16T14:00:00Z", "units": 1,
        },
    });
    let changed = |path: &str, value: Value| {
        let mut changed = good.clone();
        *changed.pointer_mut(path).unwrap() = value;
        changed
    };
    let id = asked.id;
    for (wrong, what) in [
        (changed("/attributedTo", json!("http://loft.test/users/eve")), "somebody else's"),
        (changed("/id", json!("http://evil.test/bookings/7")), "from elsewhere"),
        (changed("/stipulates/hasEnd", json!("2027-01-16T15:00:00Z")), "for longer"),
        (changed("/stipulates/units", json!(2)), "for more"),
        (changed("/stipulates/satisfies", json!("http://loft.test/resources/2#primary")), "of something else"),
        (json!({"type": "Note", "id": "http://loft.test/bookings/7"}), "no agreement"),
    ] {
        ground.wait(6 * 60 * 60);
        ground.peers.behave(move |_| Reply::Json(wrong.clone()));
        assert!(poll(&ground.node).await.unwrap(), "{what}");
        let there = ground.act(move |tx| booking::view(tx, ana, id)).await;
        assert_eq!((there.state, there.agreement), (State::Sent, None), "{what}");
        ground.node.clock.advance(-SignedDuration::from_hours(6));
        let polls = there.poll_at.unwrap();
        ground
            .act(move |tx| {
                let mut again = booking::view(tx, ana, id)?;
                again.poll_at = Some(polls.min(start()));
                Ok(away::save(tx, &again)?)
            })
            .await;
    }
    ground.peers.take();
    ground.peers.behave(move |_| Reply::Json(good.clone()));
    assert!(poll(&ground.node).await.unwrap());
    let there = ground.act(move |tx| booking::view(tx, ana, id)).await;
    assert_eq!((there.state, there.agreement.as_deref()), (State::Confirmed, Some("http://loft.test/bookings/7")));
    assert_eq!(there.told_at, Some(ground.node.clock.now()), "nobody speaks in the future");
    let paths: Vec<String> = ground.peers.take().into_iter().map(|got| got.path).collect();
    assert_eq!(paths, [format!("/bookings/by-offer?id=http%3A%2F%2Fharbor.test%2Fasked%2F{id}"), "/bookings/7".into()]);
    assert!(!poll(&ground.node).await.unwrap(), "it stands: nobody is asked before its day");
}

#[tokio::test]
async fn i38_a_host_that_does_not_answer_is_asked_once_for_all_and_its_guests_are_told_that_nobody_knows() {
    let ground = Ground::new().await;
    let done = ground.set_up().await;
    let space = ground.stranger("loft", "attic").await;
    let ana = Acting::Member(done.admin, Role::Member);
    let all = ground
        .act(move |tx| {
            let mut all = Vec::new();
            for hour in 10..15 {
                let at = |hour| format!("2027-01-16T{hour}:00");
                let input = BookingInput { start: at(hour), end: at(hour + 1), ..Default::default() };
                let at = Elsewhere {
                    space,
                    proposal: "http://loft.test/resources/1".into(),
                    name: "Attic".into(),
                    zone: "Europe/Amsterdam".into(),
                    rules_version: None,
                    units: None,
                    price: Default::default(),
                };
                all.push(booking::ask(tx, ana, &at, &input.parse(&Zone::parse("Europe/Amsterdam")?)?, start())?.id);
            }
            Ok(all)
        })
        .await;
    ground.peers.behave(|_| Reply::HangUp);
    ground.wait(5 * 60);
    assert!(poll(&ground.node).await.unwrap());
    let asked = ground.peers.take().len();
    assert!((1..=4).contains(&asked), "{asked} requests for five bookings");
    for id in all {
        let now = ground.node.clock.now();
        let shown = ground.act(move |tx| {
            let there = booking::view(tx, ana, id)?;
            booking::shown(tx, &there, now)
        });
        assert_eq!(shown.await.as_str(), "unknown");
    }
    assert!(!poll(&ground.node).await.unwrap(), "not again at once");
}

/// A stay of Ana's at a space, from one in the afternoon until three.
async fn asked(ground: &Ground, ana: Acting, space: ActorId, proposal: &'static str) -> AwayId {
    ground
        .act(move |tx| {
            let input =
                BookingInput { start: "2027-01-16T13:00".into(), end: "2027-01-16T15:00".into(), ..Default::default() };
            let at = Elsewhere {
                space,
                proposal: proposal.into(),
                name: "Attic".into(),
                zone: "Europe/Amsterdam".into(),
                rules_version: None,
                units: None,
                price: Default::default(),
            };
            Ok(booking::ask(tx, ana, &at, &input.parse(&Zone::parse("Europe/Amsterdam")?)?, start())?.id)
        })
        .await
}

/// What a host says to whatever it is asked.
fn yes(host: &str) -> Value {
    json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "type": "Agreement", "id": format!("http://{host}/bookings/7"), "attributedTo": format!("http://{host}/users/attic"),
        "preview": {"type": "Note", "name": "Confirmed"},
        "stipulates": {
            "type": "Commitment", "id": format!("http://{host}/bookings/7#primary"),
            "satisfies": format!("http://{host}/resources/1#primary"),
            "resourceQuantity": {"hasUnit": "minute", "hasNumericalValue": "120"},
            "hasBeginning": "2027-01-16T12:00:00Z", "hasEnd": "2027-01-16T14:00:00Z", "units": 1,
        },
    })
}

#[tokio::test]
async fn i38_a_host_that_gives_two_bookings_one_address_is_no_matter_to_the_guests_of_others() {
    let ground = Ground::new().await;
    let done = ground.set_up().await;
    let ana = Acting::Member(done.admin, Role::Member);
    let (evil, loft) = (ground.stranger("evil", "attic").await, ground.stranger("loft", "attic").await);
    let one = asked(&ground, ana, evil, "http://evil.test/resources/1").await;
    let other = asked(&ground, ana, evil, "http://evil.test/resources/1").await;
    let good = asked(&ground, ana, loft, "http://loft.test/resources/1").await;
    ground.peers.behave(|got| Reply::Json(yes(&got.host)));
    ground.wait(5 * 60);
    assert!(poll(&ground.node).await.unwrap());
    let all = ground.act(move |tx| [one, other, good].map(|id| booking::view(tx, ana, id)).into_iter().collect());
    let all: Vec<away::Away> = all.await;
    assert_eq!([all[0].state, all[1].state, all[2].state], [State::Confirmed, State::Sent, State::Confirmed]);
    assert!(
        (all[1].polls, all[1].poll_at) > (0, Some(ground.node.clock.now())),
        "it has its turn again, and not at once"
    );
    assert!(!poll(&ground.node).await.unwrap());
}

#[tokio::test]
async fn i38_a_host_that_takes_its_time_is_asked_a_little_at_a_time_and_less_and_less_often() {
    let ground = Ground::new().await;
    let done = ground.set_up().await;
    let ana = Acting::Member(done.admin, Role::Member);
    let slow = ground.stranger("slow", "attic").await;
    for _ in 0..6 {
        asked(&ground, ana, slow, "http://slow.test/resources/1").await;
    }
    // Each answer takes half an hour, and says nothing.
    let clock = ground.node.clock.clone();
    ground.peers.behave(move |_| {
        clock.advance(SignedDuration::from_mins(30));
        Reply::Json(json!({"type": "Note", "id": "http://slow.test/notes/1"}))
    });
    ground.wait(5 * 60);
    let due = async || {
        let now = ground.node.clock.now();
        let page = crate::store::page::Page::new(None, None);
        let during = crate::coworking::slot::Slot::new(start(), start() + SignedDuration::from_hours(72)).unwrap();
        let all = ground.act(move |tx| Ok(away::list(tx, done.admin, during, page)?.items)).await;
        all.into_iter().filter(|stay| stay.poll_at <= Some(now)).count()
    };
    assert_eq!(due().await, 6);
    assert!(poll(&ground.node).await.unwrap());
    assert_eq!(due().await, 2, "four were asked about, and are due when some time has passed since they were answered");
    assert!(poll(&ground.node).await.unwrap());
}
