//! What a host says to a stay, good and bad.

use super::*;
use crate::coworking::booking::BookingInput;
use crate::coworking::member::Role;
use crate::coworking::rules::Per;
use crate::operations::testing::{Ground, acting, no, stranger};

/// Something at a space elsewhere, for a price.
fn loft(space: ActorId, price: Price) -> Elsewhere {
    Elsewhere {
        space,
        proposal: "https://pier.example/resources/1".into(),
        name: "Loft".into(),
        zone: "Europe/Amsterdam".into(),
        rules_version: None,
        units: Some(4),
        price,
    }
}

#[test]
fn i41_a_yes_to_another_price_or_time_signs_nobody_up_and_the_host_is_told() {
    let (ground, _) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    let now = "2027-01-15T08:00:00Z".parse().unwrap();
    let euro = || Price::Money { amount: 1_250, currency: "EUR".into(), per: Per::Hour };
    let cases = [
        (euro(), Some("25"), 0, State::Confirmed),
        (euro(), Some("25.00"), 0, State::Confirmed),
        (euro(), None, 0, State::Confirmed),
        (euro(), Some("25.01"), 0, State::Refused),
        (euro(), Some("25"), 5, State::Refused),
        (Price::Free, None, 0, State::Confirmed),
        (Price::Free, Some("5"), 0, State::Refused),
        (Price::SocialCapital, Some("1"), 0, State::Confirmed),
    ];
    ground
        .act(move |tx, _| {
            let pier = stranger(tx, "pier")?;
            for (number, (price, in_return, later, expected)) in cases.iter().enumerate() {
                let at = loft(pier, price.clone());
                let (start, end) = ("2027-01-15T12:00".to_owned(), "2027-01-15T14:00".to_owned());
                let input = BookingInput { start, end, ..BookingInput::default() };
                let draft = input.parse(&Zone::parse(&at.zone)?)?;
                let asked = ask(tx, acting(ben), &at, &draft, now)?;
                let later = SignedDuration::from_mins(*later);
                let terms = Terms {
                    agreement: format!("https://pier.example/bookings/{number}"),
                    proposal: at.proposal,
                    slot: Slot::new(asked.slot.start() + later, asked.slot.end() + later)?,
                    units: 1,
                    in_return: in_return.map(str::to_owned),
                    epoch: None,
                };
                receive_answer(tx, pier, asked.id, &Answer::Agreed(terms.clone()), now)?;
                let nowhere = Away { zone: "Mars/Olympus".into(), ..asked };
                assert!(must_be_what_was_asked(&nowhere, &terms).is_err(), "what cannot be read is not the same");
                let away = view(tx, acting(ben), nowhere.id)?;
                assert_eq!(away.state, *expected, "{price:?} for {in_return:?}, {later:?} later");
                assert_eq!(away.agreement.is_some(), *expected == State::Confirmed);
                if let Some(words) = away.words {
                    let other = match (in_return, later.is_zero()) {
                        (Some("25.01"), _) => "25.01 EUR in return",
                        (Some("5"), _) => "5 in return",
                        _ => "2027-01-15T12:05+01:00 to 2027-01-15T14:05+01:00",
                    };
                    assert_eq!(words, format!("The host said yes to something else than was asked: {other}."));
                }
            }
            Ok(())
        })
        .unwrap();
    let undone = ground.events().iter().filter(|fact| fact.event.name() == "AwayCancelled").count();
    assert_eq!(undone, 3);
}

#[test]
fn i38_the_address_of_one_booking_says_nothing_of_another() {
    let (ground, _) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    let now = "2027-01-15T08:00:00Z".parse().unwrap();
    ground
        .act(move |tx, _| {
            let pier = stranger(tx, "pier")?;
            let at = loft(pier, Price::Free);
            let (start, end) = ("2027-01-15T12:00".to_owned(), "2027-01-15T14:00".to_owned());
            let draft = BookingInput { start, end, ..BookingInput::default() }.parse(&Zone::parse(&at.zone)?)?;
            let [one, other] = [0, 1].map(|_| ask(tx, acting(ben), &at, &draft, now).unwrap());
            let terms = |number: u32| Terms {
                agreement: format!("https://pier.example/bookings/{number}"),
                proposal: at.proposal.clone(),
                slot: one.slot,
                units: 1,
                in_return: None,
                epoch: None,
            };
            let news = |number, asked: &Away| News {
                terms: terms(number),
                asked: Some(asked.id),
                state: Some((State::Confirmed, None)),
                said_at: now,
            };
            receive_answer(tx, pier, one.id, &Answer::Agreed(terms(1)), now)?;
            let again = Answer::Agreed(terms(1));
            assert_eq!(no(tx, |tx| receive_answer(tx, pier, other.id, &again, now)).code(), "malformed");
            assert_eq!(no(tx, |tx| receive_update(tx, pier, &news(1, &other), now)).code(), "malformed");
            assert_eq!(view(tx, acting(ben), other.id)?, other);
            receive_update(tx, pier, &news(1, &one), now)?;
            receive_update(tx, pier, &news(2, &other), now)?;
            let both = [one.id, other.id].map(|id| view(tx, acting(ben), id).unwrap());
            assert_eq!(both.each_ref().map(|away| away.state), [State::Confirmed; 2]);
            assert_eq!(both[1].agreement.as_deref(), Some("https://pier.example/bookings/2"));
            Ok(())
        })
        .unwrap();
}
