//! What there is at a space, and when it is free, as everybody may look at it.

use super::accessibility::faults;
use crate::coworking::booking::{BookingInput, Request};
use crate::coworking::floor::FloorInput;
use crate::coworking::id::{MemberId, ResourceId};
use crate::coworking::member::{Acting, Role};
use crate::coworking::resource::{Area, Audience, Photo, ResourceInput};
use crate::coworking::rules::Rules;
use crate::coworking::space::{Address, Coordinates, PlaceInput, Zone};
use crate::federation::testing::Ground;
use crate::operations::{booking, calendar, resource, space};
use crate::store::page::Page;
use crate::store::{Tx, actor};
use crate::web::tests::{Answer, Open, harbor, open};

const BROWSER: [(&str, &str); 1] = [("Accept", "text/html,*/*;q=0.8")];

/// A space with a room, a pool of desks and something for members alone, on the Friday on which the tests begin.
pub(in crate::web::pages::tests) async fn furnished(ground: &Ground) -> [ResourceId; 3] {
    let now = ground.node.clock.now();
    ground
        .act(move |tx: &mut Tx<'_>| {
            let harbor = space::or_default(tx, None)?.id;
            let place = PlaceInput {
                address: Address {
                    street: "Kade 1".into(),
                    locality: "Amsterdam".into(),
                    country: "nl".into(),
                    ..Default::default()
                },
                coordinates: Some(Coordinates { latitude: 52.37, longitude: 4.9 }),
                photos: vec![Photo { url: "https://away.test/door.jpg".into(), alt: "The <door>".into() }],
                floors: vec![FloorInput {
                    name: "Ground & quay".into(),
                    width: 20,
                    depth: 10,
                    walls: vec![vec![[0, 0], [1_000, 0], [1_000, 1_000]]],
                    picture: None,
                }],
                ..Default::default()
            };
            space::set_place(tx, Acting::Keeper, harbor, &place.parse()?, now)?;
            let room = ResourceInput {
                kind: "meeting_room".into(),
                name: "Attic <3".into(),
                description: Some("Under the roof.".into()),
                seats: Some(8),
                amenities: vec!["projector".into()],
                clear_minutes: Some(15),
                ..Default::default()
            };
            let desks = ResourceInput {
                kind: "hot_desk".into(),
                name: "Desks".into(),
                units: Some(12),
                plan: (0..3).map(|desk| Area { x: desk * 100, y: 500, width: 80, height: 100, floor: 0 }).collect(),
                ..Default::default()
            };
            let mut own = ResourceInput { kind: "equipment".into(), name: "Ladder".into(), ..Default::default() };
            let usual = Rules::usual(crate::coworking::resource::Kind::Equipment);
            let members = usual.into_iter().filter(|(audience, _)| *audience == Audience::Resident);
            own.rules = Some(members.map(|(audience, rules)| (audience, rules.into())).collect());
            let mut add = |input: ResourceInput| resource::add(tx, Acting::Keeper, harbor, &input.parse()?, now);
            let (room, desks, own) = (add(room)?, add(desks)?, add(own)?);
            let ana = MemberId(actor::local_by_username(tx, "ana")?.unwrap().id.0);
            for (what, units) in [(room, None), (desks, Some(1))] {
                let (start, end) = ("2027-01-18T10:00".to_owned(), "2027-01-18T11:30".to_owned());
                let draft = BookingInput { start, end, units, note: Some("Secret plans".into()), ..Default::default() };
                let draft = draft.parse(&Zone::parse("Europe/Amsterdam")?)?;
                let asking = booking::Asking::here(tx, Acting::Member(ana, Role::Member), None, false)?;
                booking::request(tx, &asking, &Request { resource: what, draft, hold: false, reason: None }, now)?;
            }
            Ok([room, desks, own])
        })
        .await
}

async fn seen(door: &Open, path: &str) -> Answer {
    let page = door.get(path, &BROWSER).await;
    assert_eq!((page.status, faults(&page.body)), (200, Vec::new()), "{path}");
    page
}

#[tokio::test]
async fn i48_a_page_shows_when_something_is_free_by_what_rules_and_nobodys_name() {
    let ground = harbor(&[]).await;
    let [room, desks, own] = furnished(&ground).await;
    let door = open(&ground.node);

    let page = seen(&door, &format!("/resources/{room}?week=2027-01-20")).await.body;
    assert!(page.contains("Attic &#60;3") && page.contains("18 January to 24 January 2027"), "{page}");
    for told in [
        "Guests from partner spaces: free of charge",
        "For 30 minutes to 4 hours.",
        "15 minutes are kept free between",
        "Times are those of Europe/Amsterdam",
        "calendar.ics",
    ] {
        assert!(page.contains(told), "{told}\n{page}");
    }
    // With the quarter of an hour in which it is cleared, of this booking and of one before it.
    assert!(page.contains("Free: 09:00–09:45, 11:45–18:00"), "{page}");
    assert!(page.contains(">from 11:45<span class=\"unseen\"> free</span>"), "{page}");
    for secret in ["Ana", "Secret plans", "/bookings/"] {
        assert!(!page.contains(secret), "{secret}");
    }
    let pool = seen(&door, &format!("/resources/{desks}?week=2027-01-18")).await.body;
    assert!(pool.contains("Free: 09:00–18:00, 11 to 12 of 12") && pool.contains("class=\"some q1\">11<"), "{pool}");

    // This week is the first that is told about, and nobody looks further ahead than they can book.
    let now = seen(&door, &format!("/resources/{room}?week=2020-01-01")).await.body;
    assert!(now.contains("11 January to 17 January 2027") && !now.contains("Week before"), "{now}");
    let far = seen(&door, &format!("/resources/{room}?week=2999-01-01")).await.body;
    assert!(far.contains("Week before") && !far.contains("Week after"));
    seen(&door, &format!("/resources/{room}?week=nonsense")).await;

    // The same address is the proposal that other nodes read.
    let document = door.document(&format!("/resources/{room}")).await.json();
    assert_eq!(document["type"], "Proposal");
    assert_eq!(door.get(&format!("/resources/{own}"), &BROWSER).await.status, 404, "it is for members alone");
}

#[tokio::test]
async fn the_page_of_a_space_tells_where_it_is_when_it_is_open_and_what_it_has() {
    let ground = harbor(&[]).await;
    let [room, desks, _] = furnished(&ground).await;
    let door = open(&ground.node);
    let page = seen(&door, "/spaces/harbor").await.body;
    for told in [
        "Kade 1, Amsterdam, NL",
        "openstreetmap.org/?mlat=52.37000&amp;mlon=4.90000",
        "Monday to Friday",
        "09:00–18:00",
        "12 of 12 free now, until 18:00",
        "Free now, until 18:00",
        &format!("href=\"/resources/{room}\""),
        &format!("href=\"/resources/{desks}\""),
    ] {
        assert!(page.contains(told) || page.contains(&told.replace("&amp;", "&#38;")), "{told}\n{page}");
    }
    assert!(!page.contains("Ladder"));
    ground.wait(12 * 3_600);
    assert!(seen(&door, "/spaces/harbor").await.body.contains("Closed now"), "in the evening");
}

#[tokio::test]
async fn a_floor_plan_tells_by_words_and_once_more_as_a_list_how_much_is_free_and_strangers_not_which_desk() {
    let ground = harbor(&[]).await;
    let [_, desks, _] = furnished(&ground).await;
    let door = open(&ground.node);
    let page = seen(&door, "/spaces/harbor").await.body;
    for told in [
        "Ground &#38; quay",
        "viewBox=\"-8 -8 1016 516\"",
        "points=\"0,0 1000,0 1000,500\"",
        "<rect x=\"0\" y=\"250\" width=\"80\" height=\"50\"",
        "aria-label=\"Desks 1: one of several\"",
        "the list says how many are free",
        "12 of 12 free now",
        "Picture: The &#60;door&#62;",
    ] {
        assert!(page.contains(told), "{told}\n{page}");
    }
    assert!(!page.contains("url(#hatch-1)"));
    // On Monday at half past ten Ana has one of them. Which one is nobody's to follow who has no account.
    ground.wait(73 * 3_600 + 1_800);
    let busy = seen(&door, "/spaces/harbor").await.body;
    assert!(busy.contains("11 of 12 free now") && busy.contains("aria-label=\"Desks 1: one of several\""), "{busy}");
    for hidden in ["Desks 1: taken now", "Desks 2: free now", "url(#hatch-1)", "free now: 2, 3"] {
        assert!(!busy.contains(hidden), "{hidden}\n{busy}");
    }
    let (now, page) = (ground.node.clock.now(), Page::default());
    let taken = ground.act(move |tx: &mut Tx<'_>| {
        let harbor = space::or_default(tx, None)?.id;
        let mut taken = |acting| -> crate::operations::Result<_> {
            let there = calendar::stock(tx, acting, harbor, page, now)?.items.into_iter();
            Ok(there.filter(|item| item.kept.id == desks).map(|item| item.taken).collect::<Vec<_>>())
        };
        Ok((taken(None)?, taken(Some(Acting::Keeper))?))
    });
    assert_eq!(taken.await, (vec![None], vec![Some([0].into())]));
}
