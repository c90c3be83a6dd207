//! Calendars as programs subscribe to them: whoever has one sees every change, and nothing of others.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::{House, Person, text};
use crate::coworking::booking::{BookingInput, Request};
use crate::coworking::id::{ActorId, BookingId, MemberId, ResourceId};
use crate::coworking::member::{Acting, Role};
use crate::coworking::resource::{Audience, ResourceInput};
use crate::coworking::space::{Address, Coordinates, PlaceInput, Zone};
use crate::operations::booking as bookings;
use crate::operations::{resource, space};
use crate::store;
use crate::store::booking::Booking;
use crate::web::tests::Answer;

const HOST: &str = "harbor.test";

/// The properties of an event, each with its parameters in front of its value.
type Event = BTreeMap<String, String>;

/// The events of a calendar, unfolded.
fn events(calendar: &str) -> Vec<Event> {
    let text = calendar.replace("\r\n ", "");
    let events = text.split("BEGIN:VEVENT\r\n").skip(1).map(|event| event.split("END:VEVENT").next().unwrap());
    let property = |line: &str| {
        let end = line.find([':', ';']).unwrap();
        (line[..end].to_owned(), line[end + 1..].to_owned())
    };
    events.map(|event| event.lines().map(property).collect()).collect()
}

fn values<'a>(events: &'a [Event], name: &str) -> Vec<&'a str> {
    events.iter().map(|event| event.get(name).map_or("", String::as_str)).collect()
}

/// Holds a calendar to the one that is kept for foreign parsers, `tests/calendar/check.py`; numbers of this run are told
/// by their place.
fn keep(name: &str, calendar: &str, ids: &[i64]) {
    let mut calendar = calendar.to_owned();
    for (place, id) in ids.iter().enumerate() {
        calendar = calendar.replace(&format!("-{id}@"), &format!("-{}@", place + 1));
        calendar = calendar.replace(&format!("/{id}/"), &format!("/{}/", place + 1));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/calendar").join(name);
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &calendar).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == calendar, "schemas/calendar/{name} is old; UPDATE_SCHEMAS=1 writes it anew:\n{calendar}");
}

impl House {
    /// A place on the map, and something in it that can be booked.
    async fn resource(&self, input: ResourceInput) -> ResourceId {
        let now = self.ground.node.clock.now();
        let add = move |tx: &mut store::Tx<'_>| {
            let space = space::or_default(tx, None)?.id;
            let place = PlaceInput {
                address: Address {
                    street: "Kade 1; achter".into(),
                    locality: "Amsterdam".into(),
                    postal_code: "1011 AB".into(),
                    country: "nl".into(),
                    ..Default::default()
                },
                coordinates: Some(Coordinates { latitude: 52.37, longitude: 4.9 }),
                ..Default::default()
            };
            space::set_place(tx, Acting::Keeper, space, &place.parse()?, now)?;
            resource::add(tx, Acting::Keeper, space, &input.clone().parse()?, now)
        };
        self.ground.act(add).await
    }

    async fn room(&self) -> ResourceId {
        let (kind, name) = ("meeting_room".into(), "Attic, upstairs".into());
        self.resource(ResourceInput { kind, name, seats: Some(8), ..Default::default() }).await
    }

    fn request(&self, zone: &str, resource: ResourceId, from: &str, to: &str) -> Request {
        let input = BookingInput { start: from.into(), end: to.into(), people: Some(2), ..Default::default() };
        Request { resource, draft: input.parse(&Zone::parse(zone).unwrap()).unwrap(), hold: false, reason: None }
    }

    /// Somebody books, as the clock of Amsterdam shows it.
    async fn book(&self, who: &Person, resource: ResourceId, from: &str, to: &str) -> Booking {
        self.ask_for(who, self.request("Europe/Amsterdam", resource, from, to)).await
    }

    async fn ask_for(&self, who: &Person, request: Request) -> Booking {
        let (own, now) = (acting(who, Role::Member), self.ground.node.clock.now());
        let ask = move |tx: &mut store::Tx<'_>| {
            let asking = bookings::Asking::here(tx, own, None, false)?;
            bookings::request(tx, &asking, &request, now)
        };
        self.ground.act(ask).await
    }

    /// Every operation of calendars passes once.
    pub(super) async fn tour_of_calendars(&self) {
        let (ana, room) = (&self.ana, self.room().await);
        let booking = self.book(ana, room, "2027-01-18T10:00", "2027-01-18T11:00").await.id;
        self.ask(ana, "GET", &format!("/bookings/{booking}/calendar.ics"), Value::Null).await;
        let made = self.good(ana, "POST", "/calendars", json!({"label": "phone"})).await;
        assert_eq!(self.get(ana, "/calendars").await["items"][0]["label"], "phone");
        self.good(ana, "DELETE", &format!("/calendars/{}", text(&made["id"])), Value::Null).await;
        assert_eq!(self.get(ana, "/calendars").await["items"], json!([]));
    }

    /// A new link to somebody's calendar, as a path.
    async fn calendar(&self, who: &Person) -> String {
        let made = self.good(who, "POST", "/calendars", json!({"label": "phone"})).await;
        text(&made["url"]).strip_prefix("http://harbor.test").unwrap().to_owned()
    }

    async fn read(&self, path: &str) -> Answer {
        let answer = self.open.get(path, &[]).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "text/calendar; charset=utf-8"), "{path}");
        answer
    }
}

fn acting(who: &Person, role: Role) -> Acting {
    Acting::Member(MemberId(who.id.parse().unwrap()), role)
}

#[tokio::test]
async fn i48_whoever_has_a_calendar_sees_a_booking_made_moved_and_cancelled() {
    let house = House::new().await;
    let ben = &house.newcomer("ben").await;
    let room = house.room().await;
    let path = house.calendar(ben).await;
    let empty = house.read(&path).await;
    assert!(events(&empty.body).is_empty() && empty.body.contains("X-WR-CALNAME:Bookings at "));

    let booking = house.book(ben, room, "2027-01-18T10:00", "2027-01-18T11:00").await;
    let (id, own) = (booking.id, acting(ben, Role::Member));
    let booked = house.read(&path).await;
    assert_eq!(booked.header("cache-control"), "private, no-cache");
    assert_eq!((booked.header("x-robots-tag"), booked.header("referrer-policy")), ("noindex", "no-referrer"));
    let event = &events(&booked.body)[0];
    for (name, value) in [
        ("UID", format!("booking-{id}@{HOST}").as_str()),
        ("SEQUENCE", "0"),
        ("STATUS", "CONFIRMED"),
        ("DTSTART", "TZID=Europe/Amsterdam:20270118T100000"),
        ("DTEND", "TZID=Europe/Amsterdam:20270118T110000"),
        ("DTSTAMP", "20270115T080000Z"),
        ("LAST-MODIFIED", "20270115T080000Z"),
        ("SUMMARY", "Attic\\, upstairs"),
        ("DESCRIPTION", "For 2 people."),
        ("LOCATION", "Harbor Coworking\\, Kade 1\\; achter\\, 1011 AB Amsterdam\\, NL"),
        ("GEO", "52.370000;4.900000"),
        ("ORGANIZER", "CN=\"Harbor Coworking\":http://harbor.test/spaces/harbor"),
        ("CLASS", "PRIVATE"),
        ("TRANSP", "OPAQUE"),
    ] {
        assert_eq!(event.get(name).map(String::as_str), Some(value), "{name}");
    }
    let (tag, head) = (booked.header("etag"), house.open.ask("HEAD", &path, &[], "").await);
    assert_eq!((head.status, head.body.as_str(), head.header("etag")), (200, "", tag));
    let same = house.open.get(&path, &[("If-None-Match", tag)]).await;
    assert_eq!((same.status, same.body.as_str(), same.header("etag")), (304, "", tag));

    house.ground.wait(60);
    let later = house.request("Europe/Amsterdam", room, "2027-01-19T14:00", "2027-01-19T15:30");
    let now = house.ground.node.clock.now();
    house.ground.act(move |tx| bookings::change(tx, own, id, &later, now)).await;
    let moved = house.open.get(&path, &[("If-None-Match", tag)]).await;
    assert_eq!(moved.status, 200, "it is another one now");
    let event = &events(&moved.body)[0];
    assert_eq!((&event["UID"], event["SEQUENCE"].as_str()), (&format!("booking-{id}@{HOST}"), "1"));
    assert_eq!(event["DTSTART"], "TZID=Europe/Amsterdam:20270119T140000");
    assert_eq!((event["DTSTAMP"].as_str(), event["CREATED"].as_str()), ("20270115T080100Z", "20270115T080000Z"));
    let alone = house.ask(ben, "GET", &format!("/bookings/{id}/calendar.ics"), Value::Null).await;
    assert_eq!(events(&alone.body), std::slice::from_ref(event), "a file for one says the same");
    assert_eq!(alone.header("content-disposition"), format!("inline; filename=\"booking-{id}.ics\""));

    house.ground.wait(60);
    let now = house.ground.node.clock.now();
    house.ground.act(move |tx| bookings::cancel(tx, own, id, None, now)).await;
    let cancelled = house.read(&path).await;
    let event = &events(&cancelled.body)[0];
    assert_eq!((&event["UID"], event["SEQUENCE"].as_str()), (&format!("booking-{id}@{HOST}"), "2"));
    assert_eq!((event["STATUS"].as_str(), event["TRANSP"].as_str()), ("CANCELLED", "TRANSPARENT"));
    house.ground.wait(30 * 24 * 3_600 - 1);
    assert_eq!(values(&events(&house.read(&path).await.body), "STATUS"), ["CANCELLED"]);
    house.ground.wait(1);
    assert!(events(&house.read(&path).await.body).is_empty(), "readers have heard of it by now");
    assert!(house.get(ben, "/calendars").await["items"][0]["last_used_at"].is_string());
}

#[tokio::test]
async fn i48_what_is_not_sure_is_tentative_and_what_will_not_be_is_cancelled() {
    let house = House::new().await;
    let (ana, ben) = (&house.ana, &house.newcomer("ben").await);
    let room = house.room().await;
    let hall = ResourceInput { kind: "event_room".into(), name: "Hall".into(), seats: Some(80), ..Default::default() };
    let hall = house.resource(hall).await;
    let (path, begun) = (house.calendar(ben).await, house.ground.node.clock.now());
    let stands = async |house: &House| {
        let found = events(&house.read(&path).await.body);
        let of = |event: &Event| format!("{} {} {}", event["SUMMARY"], event["STATUS"], event["SEQUENCE"]);
        found.iter().map(of).collect::<Vec<_>>()
    };

    let held = house.request("Europe/Amsterdam", room, "2027-01-18T10:00", "2027-01-18T11:00");
    house.ask_for(ben, Request { hold: true, ..held }).await;
    let asked = house.book(ben, hall, "2027-01-25T10:00", "2027-01-25T18:00").await;
    let late = house.book(ben, hall, "2027-01-26T10:00", "2027-01-26T18:00").await;
    let sure = house.book(ben, room, "2027-01-27T10:00", "2027-01-27T11:00").await;
    let all = house.read(&path).await;
    assert_eq!(
        stands(&house).await,
        ["Attic\\, upstairs TENTATIVE 0", "Hall TENTATIVE 0", "Hall TENTATIVE 0", "Attic\\, upstairs CONFIRMED 0"]
    );
    let texts = events(&all.body);
    assert!(texts[0]["DESCRIPTION"].contains("confirm it") && texts[1]["DESCRIPTION"].contains("the space's answer"));

    house.ground.wait(3_600);
    let (host, now) = (acting(ana, Role::Admin), house.ground.node.clock.now());
    let (no, yes) = (asked.id, late.id);
    house.ground.act(move |tx| bookings::decline(tx, host, no, "Bob is there that day", now)).await;
    let declined = house.read(&path).await;
    assert!(!declined.body.contains("Bob"), "what people write to each other is not for programs");
    let left = ["Hall CANCELLED 1", "Hall TENTATIVE 0", "Attic\\, upstairs CONFIRMED 0"];
    assert_eq!(stands(&house).await, left, "the form that was left is gone");

    // Nobody answers the other one. It is over at that moment, and stays the same when a job writes it down.
    house.ground.wait(4 * 24 * 3_600);
    let unwritten = house.read(&path).await;
    assert_eq!(stands(&house).await[1], "Hall CANCELLED 1");
    let now = house.ground.node.clock.now();
    house.ground.act(move |tx| bookings::tend(tx, now, 100)).await;
    assert_eq!(stands(&house).await[1], "Hall CANCELLED 1");
    let single = house.ask(ben, "GET", &format!("/bookings/{yes}/calendar.ics"), Value::Null).await;
    assert_eq!(values(&events(&single.body), "STATUS"), ["CANCELLED"]);
    assert!(unwritten.body.contains("not answered or confirmed in time"));

    // Three months back and a year ahead.
    assert_eq!(begun.as_second(), 1_800_000_000);
    house.ground.wait(100 * 24 * 3_600);
    assert_eq!(stands(&house).await, Vec::<String>::new(), "{}", sure.id);
}

#[tokio::test]
async fn i48_a_calendar_never_holds_what_is_another_members_and_its_address_is_nobody_elses() {
    let house = House::new().await;
    let (ana, ben, cleo) = (&house.ana, &house.newcomer("ben").await, &house.newcomer("cleo-marie").await);
    let room = house.room().await;
    let (of_ben, of_cleo, of_ana) = (house.calendar(ben).await, house.calendar(cleo).await, house.calendar(ana).await);
    let bens = house.book(ben, room, "2027-01-18T10:00", "2027-01-18T11:00").await;
    let cleos = house.book(cleo, room, "2027-01-18T11:00", "2027-01-18T12:00").await;
    // At the desk, for somebody without an account, and for a member.
    let (desk, now) = (acting(ana, Role::Admin), house.ground.node.clock.now());
    let input = BookingInput {
        start: "2027-01-18T13:00".into(),
        end: "2027-01-18T14:00".into(),
        guest: Some("Gerda Gast".into()),
        note: Some("Call Bob".into()),
        ..Default::default()
    };
    let draft = input.parse(&Zone::parse("Europe/Amsterdam").unwrap()).unwrap();
    let (walk_in, for_ben) = (Request { resource: room, draft, hold: false, reason: None }, ben.id.parse().unwrap());
    let member = house.request("Europe/Amsterdam", room, "2027-01-18T15:00", "2027-01-18T16:00");
    let made: Vec<BookingId> = house
        .ground
        .act(move |tx| {
            let guest = bookings::Asking::here(tx, desk, None, true)?;
            let other = bookings::Asking::here(tx, desk, Some(ActorId(for_ben)), false)?;
            Ok(vec![bookings::request(tx, &guest, &walk_in, now)?.id, bookings::request(tx, &other, &member, now)?.id])
        })
        .await;

    let uid = |id: BookingId| format!("booking-{id}@{HOST}");
    for (path, expected) in
        [(&of_ben, vec![uid(bens.id), uid(made[1])]), (&of_cleo, vec![uid(cleos.id)]), (&of_ana, vec![uid(made[0])])]
    {
        let calendar = house.read(path).await.body;
        assert_eq!(values(&events(&calendar), "UID"), expected);
        let told = calendar.to_lowercase();
        for name in ["gerda", "bob", "cleo", "ben", "ana", &ben.id, &cleo.id, &ana.id] {
            let word = told.split(|c: char| !c.is_alphanumeric()).any(|word| word == name);
            assert!(!word, "{name} in {calendar}");
        }
    }
    // One booking is for who may see it.
    let one = format!("/bookings/{}/calendar.ics", bens.id);
    let missing = house.ask(cleo, "GET", "/bookings/7/calendar.ics", Value::Null).await;
    let hidden = house.ask(cleo, "GET", &one, Value::Null).await;
    assert_eq!((hidden.status, &hidden.body), (404, &missing.body));
    assert_eq!(house.ask(ana, "GET", &one, Value::Null).await.status, 200);
    assert_eq!(house.open.get(&format!("/api/v1{one}"), &[]).await.status, 401);

    // The secret is told once. Links of others are neither listed nor ended.
    let listed = house.get(ben, "/calendars").await;
    let id = text(&listed["items"][0]["id"]);
    let secret = of_ben.trim_start_matches("/calendars/").trim_end_matches(".ics").to_owned();
    assert!(!listed.to_string().contains(&secret) && secret.len() == 47);
    assert_eq!(house.ask(cleo, "DELETE", &format!("/calendars/{id}"), Value::Null).await.status, 404);
    assert_eq!(house.ask(cleo, "GET", &format!("/calendars?member={}", ben.id), Value::Null).await.status, 403);
    assert_eq!(house.get(ana, &format!("/calendars?member={}", ben.id)).await["items"], listed["items"]);
    house.good(ben, "DELETE", &format!("/calendars/{id}"), Value::Null).await;
    for accept in ["text/html", "text/calendar", "application/json"] {
        let get = async |path: &str| house.open.get(path, &[("Accept", accept)]).await;
        let unknown = get("/nothing.ics").await;
        for path in [&of_ben, "/calendars/wrong.ics", &format!("/calendars/{secret}"), &format!("/calendars/{id}.ics")]
        {
            let gone = get(path).await;
            assert_eq!((gone.status, &gone.body), (404, &unknown.body), "{path}");
            assert_eq!((gone.header("referrer-policy"), gone.header("x-robots-tag")), ("no-referrer", "noindex"));
            assert!(!gone.body.contains(&secret) && gone.header("cache-control") == "no-store");
        }
    }
    house.read(&of_cleo).await;
}

#[tokio::test]
async fn i48_a_booking_keeps_its_instant_when_clocks_are_set_and_when_they_are_hung_elsewhere() {
    let house = House::new().await;
    let ben = &house.newcomer("ben").await;
    let room = house.room().await;
    let path = house.calendar(ben).await;
    let winter = house.book(ben, room, "2027-03-26T10:00", "2027-03-26T11:00").await;
    let summer = house.book(ben, room, "2027-03-29T10:00", "2027-03-29T11:00").await;
    assert_eq!((summer.slot.start().as_second() - winter.slot.start().as_second()) % 86_400, 23 * 3_600);
    let text = house.read(&path).await.body;
    let starts = ["TZID=Europe/Amsterdam:20270326T100000", "TZID=Europe/Amsterdam:20270329T100000"];
    assert_eq!(values(&events(&text), "DTSTART"), starts);
    let set = "BEGIN:DAYLIGHT\r\nDTSTART:20270328T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n";
    assert!(text.contains(set) && text.matches("BEGIN:VTIMEZONE").count() == 1, "{text}");

    // The space moves. What was promised is still at the same instant, and is said as it was then.
    let tokyo = Zone::parse("Asia/Tokyo").unwrap();
    house
        .ground
        .act(move |tx| {
            let space = space::or_default(tx, None)?.id;
            space::set_zone(tx, Acting::Keeper, space, &tokyo)
        })
        .await;
    assert_eq!(house.read(&path).await.body, text);
    house.ground.wait(60);
    let (own, now, id) = (acting(ben, Role::Member), house.ground.node.clock.now(), summer.id);
    let there = house.request("Asia/Tokyo", room, "2027-03-29T17:00", "2027-03-29T18:00");
    assert_eq!(there.draft.wish.slot, summer.slot);
    house.ground.act(move |tx| bookings::change(tx, own, id, &there, now)).await;
    let moved = house.read(&path).await.body;
    let (found, both) = (events(&moved), [starts[0], "TZID=Asia/Tokyo:20270329T170000"]);
    assert_eq!((values(&found, "DTSTART"), values(&found, "SEQUENCE")), (both.to_vec(), vec!["0", "1"]));
    assert!(moved.contains("TZID:Asia/Tokyo") && moved.contains("TZID:Europe/Amsterdam"));
    keep("bookings.ics", &moved, &[winter.id.0, summer.id.0]);
}

#[tokio::test]
async fn i48_others_see_when_a_resource_is_free_and_not_by_whom() {
    let house = House::new().await;
    let (ben, cleo) = (&house.newcomer("ben").await, &house.newcomer("cleo").await);
    let (kind, name) = ("hot_desk".to_owned(), "Desks".to_owned());
    let desks = ResourceInput { kind: kind.clone(), name, units: Some(2), seats: Some(2), ..Default::default() };
    let desks = house.resource(desks).await;
    house.book(ben, desks, "2027-01-18T09:30", "2027-01-18T12:00").await;
    house.book(cleo, desks, "2027-01-18T10:30", "2027-01-18T12:00").await;
    house.book(cleo, desks, "2027-01-18T12:00", "2027-01-18T13:00").await;
    house.book(ben, desks, "2027-01-18T12:00", "2027-01-18T12:30").await;
    let path = format!("/resources/{desks}/calendar.ics");
    let monday = format!("{path}?from=2027-01-18T00:00&to=2027-01-19T00:00");
    let lines = |body: &str| -> Vec<String> {
        let text = body.replace("\r\n ", "");
        text.lines().filter_map(|line| line.strip_prefix("FREEBUSY;FBTYPE=")).map(str::to_owned).collect()
    };
    let seen = house.read(&monday).await;
    assert_eq!(
        lines(&seen.body),
        [
            "BUSY-UNAVAILABLE:20270117T230000Z/20270118T080000Z",
            "BUSY:20270118T093000Z/20270118T113000Z",
            "BUSY-UNAVAILABLE:20270118T170000Z/20270118T230000Z",
        ],
        "one desk is free before, two meetings that touch are one"
    );
    for word in ["Desks", "ben", "cleo", "SUMMARY", "ORGANIZER", "ATTENDEE", "VEVENT"] {
        assert!(!seen.body.contains(word), "{word}");
    }
    keep("free-busy.ics", &seen.body, &[desks.0]);

    // It is the same until it changes, however late it is asked for again.
    let tag = seen.header("etag").to_owned();
    house.ground.wait(60);
    assert_eq!(house.open.get(&monday, &[("If-None-Match", &tag)]).await.status, 304);
    let third = house.book(ben, desks, "2027-01-18T16:00", "2027-01-18T17:00").await;
    assert_eq!(house.open.get(&monday, &[("If-None-Match", &tag)]).await.status, 304, "one is free still");
    house.book(cleo, desks, "2027-01-18T16:00", "2027-01-18T17:00").await;
    let changed = house.open.get(&monday, &[("If-None-Match", &tag)]).await;
    assert_eq!((changed.status, lines(&changed.body).len()), (200, 4));
    let (own, now) = (acting(ben, Role::Member), house.ground.node.clock.now());
    house.ground.act(move |tx| bookings::cancel(tx, own, third.id, None, now)).await;
    assert_eq!(lines(&house.read(&monday).await.body), lines(&seen.body));

    // 31 days from now on; nothing of what has been.
    let month = house.read(&path).await.body;
    assert!(month.contains("DTSTART:20270115T080000Z\r\nDTEND:20270215T080000Z"), "{month}");
    let since = house.read(&format!("{path}?from=2027-01-01T00:00Z&to=2027-01-16T00:00Z")).await.body;
    assert!(since.contains("DTSTART:20270115T080000Z\r\nDTEND:20270116T000000Z"), "{since}");
    for (query, status) in [
        ("from=2027-01-18T00:00&to=2027-02-18T00:05", 422),
        ("from=2026-01-01T00:00&to=2026-01-02T00:00", 422),
        ("from=2029-01-01T00:00", 422),
        ("from=monday", 422),
        ("from=9999-12-30T00:00Z", 422),
    ] {
        assert_eq!(house.open.get(&format!("{path}?{query}"), &[]).await.status, status, "{query}");
    }

    // What is for members alone, and what is gone.
    let rules = [(Audience::Resident, serde_json::from_str("{}").unwrap())].into();
    let ours = ResourceInput { kind, name: "Ours".into(), rules: Some(rules), ..Default::default() };
    let ours = house.resource(ours).await;
    let now = house.ground.node.clock.now();
    house.ground.act(move |tx| resource::retire(tx, Acting::Keeper, desks, now)).await;
    let bearer = format!("Bearer {}", ben.token);
    let unknown = house.open.get("/resources/7/calendar.ics", &[]).await;
    for (id, status) in [(ours, 200), (desks, 410)] {
        let path = format!("/resources/{id}/calendar.ics");
        let hidden = house.open.get(&path, &[]).await;
        assert_eq!((hidden.status, &hidden.body), (404, &unknown.body));
        let shown = house.open.get(&path, &[("Authorization", bearer.as_str())]).await;
        assert_eq!((shown.status, shown.header("vary").contains("Authorization")), (status, status == 200));
        assert_eq!(house.open.get(&path, &[("Authorization", "Bearer ts_wrong")]).await.status, 401);
    }
}
