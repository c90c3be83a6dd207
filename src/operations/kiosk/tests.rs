use super::*;
use crate::coworking::booking::{BookingInput, Request};
use crate::coworking::resource::ResourceInput;
use crate::coworking::space::Zone;
use crate::operations::booking::Asking;
use crate::operations::resource as resources;
use crate::operations::testing::{Ground, acting, no};

/// Friday, 15 January 2027, at this time in Amsterdam.
fn time(text: &str) -> Timestamp {
    Zone::parse("Europe/Amsterdam").unwrap().read("start", &format!("2027-01-15T{text}")).unwrap()
}

#[test]
fn a_number_lets_its_own_in_and_is_not_guessed() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            let input =
                ResourceInput { kind: "hot_desk".into(), name: "Desks".into(), units: Some(3), ..Default::default() };
            let desks = resources::add(tx, Acting::Keeper, done.space, &input.parse()?, time("08:00"))?;
            let zone = Zone::parse("Europe/Amsterdam")?;
            let on = |time: &str| format!("2027-01-15T{time}");
            let input = BookingInput { start: on("10:00"), end: on("12:00"), ..Default::default() };
            let wish = Request { resource: desks, draft: input.parse(&zone)?, hold: false, reason: None };
            let asking = Asking::here(tx, acting(ben), None, false)?;
            let booked = bookings::request(tx, &asking, &wish, time("09:00"))?;

            assert_eq!(no(tx, |tx| add(tx, acting(ben), done.space, "door", time("09:00"))).code(), "not-permitted");
            let made = add(tx, Acting::Keeper, done.space, " front door ", time("09:00"))?;
            let secret = made.secret.expose().to_owned();
            assert_eq!(find(tx, &secret)?.label, "front door");
            let code = code_of_booking(tx, acting(ben), booked.id)?;
            assert_eq!(
                (code.len(), no(tx, |tx| code_of_booking(tx, acting(cleo), booked.id)).code()),
                (6, "not-found")
            );

            let mut typed = |code: &str, way, at| type_code(tx, &secret, code, way, time(at));
            assert_eq!(typed(&code, Way::In, "09:44")?, Said::Wrong(4), "it is nobody's before its time");
            let spelled = format!(" {}-{} ", &code[..3], &code[3..]);
            let Said::Done { name, what, booking } = typed(&spelled, Way::In, "09:50")? else { panic!("she has it") };
            assert_eq!((name.as_str(), what.as_str(), booking.id), ("ben", "Desks, number 1", booked.id));
            assert_eq!((booking.state, booking.checked_in_by), (State::CheckedIn, Some(CheckedInBy::Code)));
            assert!(matches!(typed(&code, Way::In, "09:51")?, Said::Done { .. }), "typed twice");
            let Said::Done { booking, .. } = typed(&code, Way::Out, "11:00")? else { panic!("she leaves") };
            assert_eq!((booking.state, booking.estimated), (State::Completed, false));
            assert_eq!(typed(&code, Way::In, "11:01")?, Said::Wrong(4), "it is over");

            // A member without a booking takes a place.
            assert_eq!(own_code(tx, acting(cleo))?, None);
            assert_eq!(no(tx, |tx| new_code(tx, acting(ben), cleo)).code(), "not-permitted");
            let first = new_code(tx, acting(cleo), cleo)?;
            let second = new_code(tx, acting(cleo), cleo)?;
            assert_eq!((second.len(), own_code(tx, acting(cleo))?.as_ref()), (8, Some(&second)));
            let mut typed = |code: &str, way, at| type_code(tx, &secret, code, way, time(at));
            if first != second {
                assert_eq!(typed(&first, Way::In, "11:02")?, Said::Wrong(3), "the old one is void");
            }
            assert!(matches!(typed(&second, Way::Out, "11:03")?, Said::No(_)), "she is not there");
            let Said::Done { booking, .. } = typed(&second, Way::In, "11:04")? else { panic!("there is room") };
            assert_eq!((booking.requester, booking.state), (cleo.into(), State::CheckedIn));
            assert!(matches!(typed(&second, Way::Out, "11:05")?, Said::Done { .. }));

            // Whoever guesses has five guesses, whatever they know.
            for left in [4, 3, 2, 1] {
                assert_eq!(typed("1", Way::In, "11:06")?, Said::Wrong(left));
                assert!(matches!(typed(&second, Way::Out, "11:06")?, Said::No(_)), "who knows one has no more");
            }
            assert_eq!(typed("1", Way::In, "11:06")?, Said::Locked(time("11:11")));
            assert_eq!(typed(&second, Way::In, "11:10")?, Said::Locked(time("11:11")), "also for who knows");
            assert!(matches!(typed(&second, Way::In, "11:11")?, Said::Done { .. }));

            remove(tx, Acting::Keeper, made.kiosk)?;
            remove(tx, Acting::Keeper, made.kiosk)?;
            assert_eq!(no(tx, |tx| type_code(tx, &secret, &second, Way::In, time("11:12"))).code(), "not-found");
            Ok(())
        })
        .unwrap();
}
