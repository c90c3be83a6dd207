//! Being there: a member of one node at the door of another.

use jiff::SignedDuration;
use serde_json::{Value, json};
use thirdspace::coworking::booking::{CheckedInBy, State};
use thirdspace::coworking::id::AwayId;
use thirdspace::coworking::peer::Level;
use thirdspace::coworking::resource::{Audience, ResourceInput};
use thirdspace::coworking::rules::RulesInput;
use thirdspace::operations::visit::Door;

use crate::town::{Person, Town};

fn desks(units: u32) -> ResourceInput {
    let rules = [Audience::Resident, Audience::Guest].map(|audience| (audience, RulesInput::default()));
    ResourceInput {
        kind: "hot_desk".into(),
        name: "Desks".into(),
        units: Some(units),
        rules: Some(rules.into()),
        ..ResourceInput::default()
    }
}

/// Ana and Ben of Harbor, the space Loft, which trusts Harbor, and the desks that it lets.
async fn town(units: u32) -> (Town, [Person; 2], Person, String) {
    let town = Town::open(&["harbor.test", "loft.test"]).await;
    let people = town.members(["ana@harbor.test", "ben@harbor.test"]).await;
    town.node("loft.test").judges("harbor.test", Level::Trusted).await;
    let loft = town.space("loft.test").await;
    let desks = loft.lets(desks(units)).await;
    (town, people, loft, desks)
}

/// Ana has a desk from ten to noon; the town opens at nine, by the clock of Loft.
async fn confirmed(town: &Town, ana: &Person, desks: &str) -> AwayId {
    let stay = ana.books(desks, "10:00", "12:00").await;
    town.settle().await;
    assert_eq!(ana.hears(stay).await, "confirmed");
    stay
}

/// Nobody but the two hears where somebody is: it is addressed to one, in no outbox and at no address.
async fn nobody_else_hears(town: &Town) {
    for host in ["harbor.test", "loft.test"] {
        for (activity, text) in town.node(host).said().await {
            let kind = activity["type"].as_str().unwrap();
            if ["Arrive", "Leave", "Accept", "Reject", "Update"].contains(&kind) {
                assert!(!text.contains("activitystreams#Public") && !text.contains("/followers"), "{text}");
                assert_eq!(activity["to"].as_array().unwrap().len(), 1, "{text}");
                let id = activity["id"].as_str().unwrap();
                assert_eq!(town.node(host).shows(id).await.0, 404, "{id}");
            }
        }
    }
    for page in ["http://harbor.test/members/ana/outbox?page=true", "http://loft.test/spaces/loft/outbox?page=true"] {
        let host = if page.contains("harbor") { "harbor.test" } else { "loft.test" };
        let (status, outbox) = town.node(host).shows(page).await;
        assert_eq!((status, &outbox["orderedItems"]), (200, &json!([])), "{page}");
    }
}

#[tokio::test]
async fn i33_i36_ana_of_harbor_checks_in_at_loft_from_home_and_leaves() {
    let (town, [ana, _], loft, desks) = town(3).await;
    let stay = confirmed(&town, &ana, &desks).await;
    let early = ana.arrives(Door::Of(stay), None).await.unwrap_err();
    assert!(early.to_string().contains("check in from"), "{early}");
    assert_eq!(loft.guests().await, [1, 0, 0], "expected");
    town.wait(SignedDuration::from_mins(65)).await;
    assert_eq!(loft.guests().await, [0, 0, 1], "late");

    let visit = ana.arrives(Door::Of(stay), None).await.unwrap();
    assert_eq!(ana.visit(visit).await, ("sent", None), "the space has not answered");
    assert_eq!(ana.arrives(Door::Of(stay), None).await.unwrap(), visit, "twice is once");
    town.settle().await;
    assert_eq!((ana.visit(visit).await.0, ana.hears(stay).await), ("present", "checked_in"));
    let there = loft.calendar().await.remove(0);
    assert_eq!((there.state, there.checked_in_by), (State::CheckedIn, Some(CheckedInBy::Home)));
    assert_eq!(loft.guests().await, [0, 1, 0], "present");
    assert_eq!(ana.arrives(Door::At(ana.whom(&loft.handle()).await), None).await.unwrap(), visit, "she is there");

    ana.goes_from(stay).await;
    ana.goes_from(stay).await;
    town.settle().await;
    let gone = loft.calendar().await.remove(0);
    assert_eq!((gone.state, gone.estimated, ana.hears(stay).await), (State::Completed, false, "completed"));
    assert_eq!(ana.visit(visit).await.0, "left");
    assert_eq!(loft.guests().await, [0, 0, 0]);
    nobody_else_hears(&town).await;
}

#[tokio::test]
async fn whoever_scanned_the_code_at_the_door_is_known_to_have_been_there() {
    let (town, [ana, ben], loft, desks) = town(3).await;
    let stay = confirmed(&town, &ana, &desks).await;
    town.wait(SignedDuration::from_mins(60)).await;
    // The door asks who she is, and her home where to send her.
    let pass = loft.sends_home(&ana).await;
    let space = ana.whom(&loft.handle()).await;
    let stolen = ben.arrives(Door::At(space), Some(&pass)).await.unwrap();
    town.settle().await;
    let (state, words) = ben.visit(stolen).await;
    assert_eq!(state, "refused");
    assert!(words.unwrap().contains("what was scanned at the door a moment ago"));
    let visit = ana.arrives(Door::At(space), Some(&pass)).await.unwrap();
    town.settle().await;
    assert_eq!((ana.visit(visit).await.0, ana.visited(visit).await), ("present", Some(stay)), "by her booking");
    let there = loft.calendar().await.remove(0);
    assert_eq!((there.state, there.checked_in_by), (State::CheckedIn, Some(CheckedInBy::Code)));
    nobody_else_hears(&town).await;
}

#[tokio::test]
async fn i36_a_visit_is_over_when_its_host_says_so_and_not_while_a_check_in_is_taken_back() {
    let (town, [ana, ben], loft, desks) = town(4).await;
    let stays = [confirmed(&town, &ana, &desks).await, confirmed(&town, &ben, &desks).await];
    town.wait(SignedDuration::from_mins(60)).await;
    let visits =
        [ana.arrives(Door::Of(stays[0]), None).await.unwrap(), ben.arrives(Door::Of(stays[1]), None).await.unwrap()];
    town.settle().await;
    assert_eq!((ana.visit(visits[0]).await.0, ben.visit(visits[1]).await.0), ("present", "present"));
    // The front desk saw Ana leave, and took somebody else for Ben.
    let of_ana = loft.bookings_of(&ana.uri()).await.remove(0).id;
    let of_ben = loft.bookings_of(&ben.uri()).await.remove(0).id;
    loft.sends_off(of_ana, false).await;
    loft.sends_off(of_ben, true).await;
    town.settle().await;
    assert_eq!((ana.hears(stays[0]).await, ana.visit(visits[0]).await.0), ("completed", "left"));
    assert_eq!((ben.hears(stays[1]).await, ben.visit(visits[1]).await.0), ("confirmed", "left"));
    ana.goes_from(stays[0]).await;
    let again = ben.arrives(Door::Of(stays[1]), None).await.unwrap();
    assert_ne!(again, visits[1]);
    town.settle().await;
    assert_eq!(ben.visit(again).await.0, "present");
    // The host says nothing any more, and the time is over.
    town.node("loft.test").stop().await;
    town.wait(SignedDuration::from_hours(2)).await;
    assert_eq!(ben.visit(again).await.0, "left");
}

#[tokio::test]
async fn i34_without_a_booking_a_place_is_taken_or_it_is_honestly_full() {
    let (town, [ana, ben], loft, _) = town(2).await;
    let space = ana.whom(&loft.handle()).await;
    let first = ana.arrives(Door::At(space), None).await.unwrap();
    town.settle().await;
    assert_eq!(ana.visit(first).await.0, "present");
    let stay = ana.visited(first).await.expect("she was given a desk");
    assert_eq!((ana.hears(stay).await, ana.stay(stay).await.name.as_str()), ("checked_in", "loft"));
    let there = loft.calendar().await.remove(0);
    assert_eq!((there.state, there.audience), (State::CheckedIn, Audience::Guest));

    let [cleo] = town.members(["cleo@loft.test"]).await;
    cleo.walks_in(there.resource).await;
    let second = ben.arrives(Door::At(space), None).await.unwrap();
    town.settle().await;
    let (state, words) = ben.visit(second).await;
    assert_eq!(state, "refused");
    assert!(words.unwrap().contains("it is full: every place is taken"));
    // One leaves, and there is room.
    ana.goes_from(stay).await;
    town.settle().await;
    let again = ben.arrives(Door::At(space), None).await.unwrap();
    town.settle().await;
    assert_eq!(ben.visit(again).await.0, "present");
    nobody_else_hears(&town).await;
    // Nobody saw Ben leave.
    town.days(1).await;
    let over = loft.bookings_of(&ben.uri()).await.pop().unwrap();
    assert_eq!((over.state, over.estimated), (State::Completed, true));
    // Whoever leaves their own node for good leaves nothing behind of where they were.
    ana.leaves().await;
    town.settle().await;
}

#[tokio::test]
async fn i19_i37_i44_nobody_is_at_two_places_and_nobody_speaks_for_another() {
    let (town, [ana, ben], loft, desks) = town(3).await;
    let stay = confirmed(&town, &ana, &desks).await;
    town.wait(SignedDuration::from_mins(60)).await;
    let (host, agreement) = (town.node("loft.test"), ana.stay(stay).await.agreement.unwrap());
    let said = |id: &str, actor: &Person, kind: &str, change: Value| {
        let mut said = json!({
            "@context": "https://www.w3.org/ns/activitystreams", "type": kind, "id": id, "actor": actor.uri(),
            "to": [loft.uri()], "location": format!("{}#place", loft.uri()), "object": format!("{}#place", loft.uri()),
            "context": {"type": "Agreement", "id": agreement, "attributedTo": loft.uri()},
        });
        said.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        said.to_string()
    };
    // Ben names the booking of Ana, and a place that is not there; somebody shows a code that nobody showed them.
    for (id, who, change) in [
        ("http://harbor.test/visits/1", &ben, json!({})),
        ("http://harbor.test/visits/2", &ana, json!({"location": "http://loft.test/spaces/quay#place"})),
        ("http://harbor.test/visits/3", &ana, json!({"context": "http://loft.test/bookings/7"})),
        ("http://harbor.test/visits/4", &ana, json!({"code": "abc"})),
    ] {
        who.delivers(host, &said(id, who, "Arrive", change)).await;
        town.settle().await;
        assert_eq!(loft.guests().await[1], 0, "{id}");
    }
    // The same words twice are answered twice and do nothing more.
    let good = said("http://harbor.test/visits/5", &ana, "Arrive", json!({}));
    for _ in 0..2 {
        assert_eq!(ana.delivers(host, &good).await.0, 202);
    }
    town.settle().await;
    let there = loft.calendar().await;
    assert_eq!((there.len(), there[0].state), (1, State::CheckedIn));
    assert_eq!(ana.hears(stay).await, "checked_in", "the space tells her home");
    ben.delivers(host, &said("http://harbor.test/activities/6", &ben, "Leave", json!({}))).await;
    town.settle().await;
    assert_eq!(loft.guests().await[1], 1, "she is there still");

    // She cannot be at home meanwhile.
    let harbor = town.space("harbor.test").await;
    let desk = harbor.lets(self::desks(3)).await.rsplit('/').next().unwrap().parse().unwrap();
    let elsewhere = ana.tries_to_walk_in(desk).await.unwrap_err();
    assert_eq!(elsewhere.to_string(), "you are checked in at loft; check out there first");
    ana.delivers(host, &said("http://harbor.test/activities/7", &ana, "Leave", json!({}))).await;
    town.settle().await;
    assert_eq!((loft.guests().await[1], ana.hears(stay).await), (0, "completed"));
    ana.walks_in(desk).await;
    let space = ana.whom(&loft.handle()).await;
    let two = ana.arrives(Door::At(space), None).await.unwrap_err();
    assert_eq!(two.to_string(), "you are checked in at harbor; check out there first");
}
