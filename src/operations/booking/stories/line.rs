//! Who of a line is looked at when somebody takes something.

use super::waiting::{got, waiting, waits};
use super::*;
use crate::coworking::id::WaitId;
use crate::coworking::member::Role;
use crate::operations::booking::waitlist::Waiting;
use crate::store::testing::ran;
use crate::store::waitlist;

fn called(name: &str) -> ResourceInput {
    with_rules(ResourceInput { name: name.into(), ..room() }, r#"{"at_once": 9}"#)
}

#[test]
fn i30_who_books_one_thing_does_not_look_for_all_who_wait_for_others() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            let attic = add(tx, &done, called("Attic"));
            let booth = || ResourceInput { kind: "phone_booth".into(), name: "Booth".into(), ..Default::default() };
            let booths = [booth(), booth()].map(|booth| add(tx, &done, booth));
            ask(tx, ben, &wish(attic, "14:00", "15:00"), "09:00")?;
            let book = |tx: &mut Tx<'_>, booth| {
                let before = ran();
                ask(tx, ben, &wish(booth, "14:00", "15:00"), "09:01")?;
                Ok::<_, crate::operations::Error>(ran() - before)
            };
            let alone = book(tx, booths[0])?;
            let any = Waiting { any_of_kind: true, ..waiting(attic, "14:00", "15:00", None, 1) };
            let first = waits(tx, cleo, &any, "09:00")?;
            for _ in 1..50 {
                let next = waitlist::Wait { id: WaitId(tx.next_id(time("09:00"))), ..first.clone() };
                waitlist::add(tx, &next)?;
            }
            let beside = book(tx, booths[1])?;
            assert!(beside <= alone + 2, "{beside} statements beside 50 who wait for a room, {alone} without");
            Ok(())
        })
        .unwrap();
}

#[test]
fn i30_who_is_looked_at_has_it_in_the_order_of_the_line_also_through_wholes_and_kinds() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo, dora, emil] = ["ben", "cleo", "dora", "emil"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            // Nobody waits for the left room alone; who waits for both came after who waits for the right one.
            let [left, right] = ["Left", "Right"].map(|name| add(tx, &done, called(name)));
            let whole = ResourceInput { kind: "event_room".into(), parts: vec![left, right], ..called("Hall") };
            let hall = add(tx, &done, with_rules(whole, r#"{"at_once": 9, "approval": "none"}"#));
            let all = ask(tx, ben, &wish(hall, "14:00", "15:00"), "09:00")?;
            let one = waits(tx, cleo, &waiting(right, "14:00", "15:00", None, 1), "09:01")?;
            let both = waits(tx, dora, &waiting(hall, "14:00", "15:00", None, 1), "09:02")?;
            cancel(tx, acting(ben), all.id, None, time("09:03"))?;
            assert_eq!(ask(tx, emil, &wish(left, "14:00", "15:00"), "09:03")?.state, State::Confirmed);
            assert_eq!(got(tx, &one, "09:03").map(|(_, state)| state), Some(State::Held));
            assert_eq!(got(tx, &both, "09:03"), None);

            // Any desk would do for Dora; the one at the window is what Cleo waits for.
            let [window, wall] = ["Window", "Wall"].map(|name| {
                let desk = ResourceInput { kind: "desk".into(), name: name.into(), ..Default::default() };
                add(tx, &done, with_rules(desk, r#"{"at_once": 9}"#))
            });
            let had = [window, wall].map(|desk| ask(tx, ben, &wish(desk, "14:00", "15:00"), "09:10").unwrap());
            let one = waits(tx, cleo, &waiting(window, "14:00", "15:00", None, 1), "09:11")?;
            let any = Waiting { any_of_kind: true, ..waiting(window, "14:00", "15:00", None, 1) };
            let any = waits(tx, dora, &any, "09:12")?;
            for booking in had {
                cancel(tx, acting(ben), booking.id, None, time("09:13"))?;
            }
            assert_eq!(no(tx, |tx| ask(tx, emil, &wish(wall, "14:00", "15:00"), "09:13")).code(), "unbookable");
            // What serves the line is undone with the refusal: the one who joins behind them sees it.
            waits(tx, emil, &waiting(wall, "14:00", "15:00", None, 1), "09:14")?;
            let resource = |tx: &mut Tx<'_>, wait, of| {
                let (held, _) = got(tx, wait, "09:14").unwrap_or_else(|| panic!("{of} has nothing"));
                crate::store::booking::by_id(tx, held).unwrap().unwrap().resource
            };
            assert_eq!((resource(tx, &one, "Cleo"), resource(tx, &any, "Dora")), (window, wall));
            Ok(())
        })
        .unwrap();
}
