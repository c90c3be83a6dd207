//! Guests from partner spaces: what hospitality grants is kept to, whoever asks and whoever approves.

use super::*;
use crate::coworking::hospitality::{Hospitality, SpaceElsewhere};
use crate::coworking::id::ActorId;
use crate::coworking::member::Role;
use crate::coworking::peer::Level;
use crate::coworking::resource::Audience;
use crate::coworking::space::{Address, Coordinates, PlaceInput};
use crate::operations::testing::stranger;
use crate::operations::{hospitality, space as spaces};
use crate::store::actor::{self, ActorType, RemoteProfile};

fn grant(tx: &mut Tx<'_>, done: &SetupDone, text: &str) -> Result<()> {
    let granted: Hospitality = serde_json::from_str(text).unwrap();
    hospitality::set(tx, Acting::Keeper, done.space, Some(&granted), time("08:00"))
}

/// With these rules for guests.
fn for_guests(input: ResourceInput, rules: &str) -> ResourceInput {
    let rules = serde_json::from_str(rules).unwrap();
    ResourceInput { rules: Some([(Audience::Guest, rules)].into()), ..input }
}

/// A wish for that day of January.
fn on(resource: ResourceId, day: u8, from: &str, to: &str) -> Request {
    wish_of(resource, from, to, |input| {
        let date = format!("2027-01-{day:02}");
        (input.start, input.end) = (format!("{date}T{from}"), format!("{date}T{to}"));
    })
}

fn comes(tx: &mut Tx<'_>, guest: ActorId, wish: &Request, now: &str) -> Result<Booking> {
    let uri = format!("https://pier.example/asked/{guest}-{:?}", wish.draft.wish.slot);
    let asking = Asking::elsewhere(guest, Level::Trusted, uri, [0; 32])?;
    request(tx, &asking, wish, time(now))
}

#[test]
fn a_guest_has_so_many_days_in_any_window_and_hears_when_the_next_is_free() {
    let (ground, done) = Ground::set_up();
    ground
        .act(move |tx, _| {
            let desk = add(tx, &done, for_guests(desks(4), r#"{"at_once": 4}"#));
            let (bo, cy) = (stranger(tx, "bo")?, stranger(tx, "cy")?);
            grant(tx, &done, r#"{"days": 2, "window_days": 7}"#)?;
            comes(tx, bo, &on(desk, 18, "10:00", "12:00"), "09:00")?;
            comes(tx, bo, &on(desk, 18, "14:00", "16:00"), "09:00")?;
            let third = comes(tx, bo, &on(desk, 20, "10:00", "12:00"), "09:00")?;
            // Also before those two, as long as a window has all three.
            for (day, free) in [(19, 20), (21, 25), (22, 25)] {
                let no = no(tx, |tx| comes(tx, bo, &on(desk, day, "10:00", "12:00"), "09:00"));
                let words =
                    "it would be 3 days of yours here within 7 days; 2 at the most pass; the first day that passes is";
                assert!(no.to_string().contains(&format!("{words} 2027-01-{free}")), "{no}");
            }
            comes(tx, bo, &on(desk, 25, "10:00", "12:00"), "09:00")?;
            comes(tx, cy, &on(desk, 21, "10:00", "12:00"), "09:00")?;
            // What the space takes back was not had.
            cancel(tx, Acting::Keeper, third.id, Some("A pipe burst."), time("09:30"))?;
            comes(tx, bo, &on(desk, 21, "10:00", "12:00"), "09:40")?;
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_pool_is_not_given_to_guests_alone_and_what_is_not_granted_needs_a_written_reason() {
    let (ground, done) = Ground::set_up();
    let cleo = ground.member("cleo", Role::Host);
    ground
        .act(move |tx, _| {
            let desk = add(tx, &done, for_guests(desks(4), "{}"));
            let attic = add(tx, &done, for_guests(room(), r#"{"approval": "blocking"}"#));
            grant(tx, &done, r#"{"share_percent": 50}"#)?;
            let people = ["bo", "cy", "di"].map(|name| stranger(tx, name).unwrap());
            comes(tx, people[0], &on(desk, 18, "10:00", "12:00"), "09:00")?;
            comes(tx, people[1], &on(desk, 18, "11:00", "13:00"), "09:00")?;
            let no_more = no(tx, |tx| comes(tx, people[2], &on(desk, 18, "11:00", "14:00"), "09:00"));
            let words = "guests have 2 of 4 at that time and want 1; 2 at the most pass";
            assert!(no_more.to_string().contains(words), "{no_more}");
            comes(tx, people[2], &on(desk, 18, "12:00", "13:00"), "09:00")?;

            let waits = comes(tx, people[2], &on(attic, 19, "10:00", "11:00"), "09:00")?;
            grant(tx, &done, r#"{"kinds": ["hot_desk"]}"#)?;
            let not_that = no(tx, |tx| comes(tx, people[0], &on(attic, 19, "14:00", "15:00"), "09:00"));
            assert!(not_that.to_string().contains("not among what guests from partner spaces can have"), "{not_that}");
            // Also who approves is told, and passes over it with a reason.
            let host = Acting::Member(cleo, Role::Host);
            assert_eq!(no(tx, |tx| approve(tx, host, waits.id, None, time("09:30"))).code(), "unbookable");
            let given = approve(tx, host, waits.id, Some("They fixed our roof."), time("09:30"))?;
            assert_eq!((given.state, given.override_reason.is_some()), (State::Confirmed, true));
            Ok(())
        })
        .unwrap();
}

#[test]
fn where_a_guest_is_at_home_matters_when_the_space_says_so() {
    let (ground, done) = Ground::set_up();
    ground
        .act(move |tx, _| {
            let desk = add(tx, &done, for_guests(desks(4), "{}"));
            grant(tx, &done, r#"{"distance_km": 50, "other_town": true}"#)?;
            let place = PlaceInput {
                address: Address { locality: "Utrecht".into(), ..Address::default() },
                coordinates: Some(Coordinates { latitude: 52.09, longitude: 5.12 }),
                ..PlaceInput::default()
            };
            spaces::set_place(tx, Acting::Keeper, done.space, &place.parse()?, time("08:00"))?;
            let home = "https://pier.example/spaces/pier";
            let bo = RemoteProfile {
                home_space: Some(home.into()),
                ..RemoteProfile::bare("https://pier.example/users/bo", "bo", "pier.example")
            };
            let bo = actor::upsert_remote(tx, &bo, time("08:00"))?.0;
            let here = spaces::or_default(tx, None)?;
            assert_eq!(hospitality::unknown_home(tx, &here, bo)?.as_deref(), Some(home), "it has to be asked first");
            let wish = on(desk, 18, "10:00", "12:00");
            let no_map = no(tx, |tx| comes(tx, bo, &wish, "09:00")).to_string();
            assert!(no_map.contains("does not say where on the map it is"), "{no_map}");
            let pier = |locality: &str, latitude| RemoteProfile {
                actor_type: ActorType::Group,
                space: Some(SpaceElsewhere {
                    address: Address { locality: locality.into(), ..Address::default() },
                    coordinates: Some(Coordinates { latitude, longitude: 5.12 }),
                    ..SpaceElsewhere::default()
                }),
                ..RemoteProfile::bare(home, "pier", "pier.example")
            };
            actor::upsert_remote(tx, &pier("utrecht", 52.2), time("08:00"))?;
            assert_eq!(hospitality::unknown_home(tx, &here, bo)?, None);
            let near = no(tx, |tx| comes(tx, bo, &wish, "09:00")).to_string();
            assert!(near.contains("your own space is 12 km away; at least 50 km pass"), "{near}");
            assert!(near.contains("in the same town"), "{near}");
            actor::upsert_remote(tx, &pier("Zwolle", 52.6), time("08:00"))?;
            comes(tx, bo, &wish, "09:00")?;
            Ok(())
        })
        .unwrap();
}
