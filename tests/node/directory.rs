//! The directory: spaces are found through partners and theirs, and nobody runs a list.

use jiff::{SignedDuration, Timestamp};
use thirdspace::coworking::directory::WantedInput;
use thirdspace::coworking::member::Acting;
use thirdspace::coworking::peer::Level;
use thirdspace::coworking::resource::ResourceInput;
use thirdspace::coworking::space::{Address, Coordinates, PlaceInput};
use thirdspace::federation::directory::{Answered, Free, search};
use thirdspace::operations::space;
use thirdspace::site::Site;
use thirdspace::store::Tx;
use thirdspace::store::page::Page;

use crate::town::{Person, Town};

/// Harbor follows Loft, Loft follows Quay, Quay follows Pier; each is in a town of its own and has a room there.
async fn line() -> (Town, Vec<Person>, Vec<String>) {
    let hosts = ["harbor.test", "loft.test", "quay.test", "pier.test"];
    let town = Town::open(&hosts).await;
    let (mut spaces, mut rooms) = (Vec::new(), Vec::new());
    for (host, (locality, latitude)) in
        hosts.into_iter().zip([("Utrecht", 52.1), ("Riga", 56.95), ("Tallinn", 59.44), ("Helsinki", 60.17)])
    {
        let there = town.space(host).await;
        rooms.push(there.lets(room(locality)).await);
        let address = Address { locality: locality.into(), country: "EE".into(), ..Address::default() };
        let coordinates = Some(Coordinates { latitude, longitude: 24.75 });
        let place = PlaceInput { address, coordinates, ..PlaceInput::default() }.parse().unwrap();
        let set = move |tx: &mut Tx<'_>, _: &Site, now: Timestamp| {
            let id = space::or_default(tx, None)?.id;
            space::set_place(tx, Acting::Keeper, id, &place, now)
        };
        town.node(host).act(set).await;
        spaces.push(there);
    }
    for pair in spaces.windows(2) {
        town.acquaint(&pair[0], &pair[1]).await;
    }
    // Who was asked before they followed anybody is asked again the next day.
    town.wait(SignedDuration::from_hours(25)).await;
    (town, spaces, rooms)
}

fn room(name: &str) -> ResourceInput {
    ResourceInput {
        kind: "meeting_room".into(),
        name: format!("Room of {name}"),
        seats: Some(6),
        amenities: vec!["Big projector".into()],
        ..ResourceInput::default()
    }
}

impl Town {
    async fn finds(&self, wanted: WantedInput) -> Vec<Answered> {
        let node = self.node("harbor.test").node();
        search(&node, wanted.parse().unwrap(), Page::default(), self.now()).await.unwrap().items
    }
}

fn names(found: &[Answered]) -> Vec<(&str, u32)> {
    found.iter().map(|space| (space.found.listing.name.as_str(), space.found.hops)).collect()
}

#[tokio::test]
async fn a_partner_of_a_partner_is_found_by_town_and_need_and_no_one_further_away() {
    let (town, spaces, rooms) = line().await;
    let all = WantedInput::default;
    assert_eq!(names(&town.finds(all()).await), [("quay", 2), ("loft", 1)], "Pier is three steps away");
    let quay = town.finds(WantedInput { town: "tallinn".into(), ..all() }).await;
    assert_eq!(names(&quay), [("quay", 2)]);
    assert_eq!(quay[0].found.via, spaces[1].uri());
    assert_eq!((&quay[0].found.listing.handle, &quay[0].found.lent[0].uri), (&"@quay@quay.test".to_owned(), &rooms[2]));
    for (wanted, count) in [
        (WantedInput { need: "projector".into(), people: Some(6), ..all() }, 2),
        (WantedInput { need: "projector sauna".into(), ..all() }, 0),
        (WantedInput { people: Some(7), ..all() }, 0),
        (WantedInput { kind: "hot_desk".into(), ..all() }, 0),
        (WantedInput { town: "Helsinki".into(), ..all() }, 0),
        (WantedInput { near: "59.5,24.75".into(), ..all() }, 1),
        (WantedInput { near: "58,24.75".into(), within: Some(200), ..all() }, 2),
    ] {
        assert_eq!(town.finds(wanted.clone()).await.len(), count, "{wanted:?}");
    }
    let near = town.finds(WantedInput { near: "59.5,24.75".into(), within: Some(900), ..all() }).await;
    assert_eq!(names(&near), [("quay", 2), ("loft", 1)], "the nearest first");

    // A server that is blocked is shown to nobody from that moment on, and found no more.
    town.node("harbor.test").judges("quay.test", Level::Blocked).await;
    assert_eq!(names(&town.finds(all()).await), [("loft", 1)]);
    town.node("harbor.test").judges("quay.test", Level::Known).await;

    // Who is followed by nobody any more is kept for ninety days.
    spaces[1].unfollows(&spaces[2].handle()).await;
    town.settle().await;
    town.wait(SignedDuration::from_hours(24 * 88)).await;
    assert_eq!(names(&town.finds(all()).await), [("quay", 2), ("loft", 1)]);
    town.wait(SignedDuration::from_hours(24 * 3)).await;
    town.days(1).await;
    assert_eq!(names(&town.finds(all()).await), [("loft", 1)]);
}

#[tokio::test]
async fn what_is_free_on_a_day_is_asked_of_its_host_and_a_silent_one_says_nothing() {
    let (town, spaces, rooms) = line().await;
    let [ana] = town.members(["ana@harbor.test"]).await;
    town.node("quay.test").judges("harbor.test", Level::Trusted).await;
    // Tomorrow is the Saturday on which they are closed; the Monday after it they are not.
    let monday = |from: &str, to: &str| WantedInput {
        town: "Tallinn".into(),
        from: format!("2027-01-18T{from}"),
        to: format!("2027-01-18T{to}"),
        ..WantedInput::default()
    };
    let free = |found: Vec<Answered>| found[0].free[0].clone();
    assert!(matches!(free(town.finds(monday("10:00", "12:00")).await), Free::Yes(_)));
    assert_eq!(free(town.finds(monday("17:00", "19:00")).await), Free::No, "it closes at six");
    let closed = WantedInput { town: "Tallinn".into(), date: "2027-01-17".into(), ..WantedInput::default() };
    assert_eq!(free(town.finds(closed.clone()).await), Free::No);

    let at = ana.looks_at(&rooms[2]).await;
    ana.asks_for(&at, "2027-01-18T11:00", "2027-01-18T13:00").await;
    town.settle().await;
    assert_eq!(spaces[2].calendar().await.len(), 1);
    assert_eq!(free(town.finds(monday("10:00", "12:00")).await), Free::No);
    let day = WantedInput { date: "2027-01-18".into(), ..closed };
    let Free::Yes(stretches) = free(town.finds(day.clone()).await) else { panic!("it is free in the morning") };
    assert_eq!(stretches.len(), 2, "before and after");
    town.node("quay.test").stop().await;
    assert_eq!(free(town.finds(day).await), Free::Unknown);
}
