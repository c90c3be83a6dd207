//! What is said about bookings: what can be booked, the question, every answer, and what becomes of it.

use jiff::Timestamp;
use serde_json::Value;
use thirdspace::activitypub::context;
use thirdspace::activitypub::marketplace::Agreement;
use thirdspace::activitypub::sent::with_context;
use thirdspace::coworking::away;
use thirdspace::coworking::booking::{BookingInput, Side, State};
use thirdspace::coworking::id::{
    ActorId, AwayId, BookingId, EventId, MemberId, ResourceId, SeriesId, SpaceId, VisitId, WaitId,
};
use thirdspace::coworking::ledger::{GuestDays, Statement};
use thirdspace::coworking::resource::{Audience, Kind, ResourceInput};
use thirdspace::coworking::rules::{Per, Price, Rules, RulesInput};
use thirdspace::coworking::series::Part;
use thirdspace::coworking::space::{Address, Coordinates, PlaceInput, Zone};
use thirdspace::coworking::waitlist::{self, Wanted};
use thirdspace::federation::translate::activity::{self, Deal};
use thirdspace::federation::translate::booking::{self as translate, Host};
use thirdspace::federation::translate::{ledger as statements, presence};
use thirdspace::site::Site;
use thirdspace::store::away::Away;
use thirdspace::store::booking::{Booking, Origin, Refused};
use thirdspace::store::resource::Kept;
use thirdspace::store::visit::Visit;
use thirdspace::store::waitlist::Wait;

const HARBOR: &str = "https://harbor.example/spaces/harbor";
const ANA: &str = "https://harbor.example/members/ana";
const BO: &str = "https://quay.example/users/bo";
const QUAY: &str = "https://quay.example/spaces/quay";
const OFFER: &str = "https://quay.example/asked/4";
const AGREED: &str = "https://quay.example/bookings/5";
const ACTIVITY: &str = "https://harbor.example/activities/9";

fn site() -> Site {
    Site::new(&"https://harbor.example".parse().expect("a URL")).expect("an origin")
}

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn noon() -> Timestamp {
    time("2026-11-01T12:00:00Z")
}

/// The space, as it stands around what it has.
pub fn harbor() -> Host {
    let place = PlaceInput {
        address: Address {
            street: "Kade 1".into(),
            locality: "Utrecht".into(),
            postal_code: "3511 AB".into(),
            country: "NL".into(),
            ..Address::default()
        },
        coordinates: Some(Coordinates { latitude: 52.0, longitude: 5.12 }),
        ..PlaceInput::default()
    };
    let place = place.parse().expect("a place");
    Host { uri: HARBOR.into(), name: "Harbor".into(), zone: "Europe/Amsterdam".into(), place }
}

fn price() -> Price {
    Price::Money { amount: 1_250, currency: "EUR".into(), per: Per::Hour }
}

fn rules() -> Rules {
    let input = RulesInput {
        shortest_minutes: Some(30),
        longest_minutes: Some(240),
        notice_minutes: Some(60),
        cancel_minutes: Some(120),
        price: price(),
        ..RulesInput::default()
    };
    input.parse().expect("rules")
}

fn attic() -> Kept {
    let input = ResourceInput {
        kind: "meeting_room".into(),
        name: "Attic".into(),
        description: Some("Under the roof, with a view of the quay.".into()),
        seats: Some(8),
        amenities: vec!["screen".into(), "whiteboard".into()],
        clear_minutes: Some(15),
        rules: Some([(Audience::Guest, rules().into())].into()),
        ..ResourceInput::default()
    };
    Kept {
        id: ResourceId(5),
        space: SpaceId(2),
        resource: input.parse().expect("a resource"),
        added_at: time("2026-10-01T09:00:00Z"),
        updated: noon(),
        retired_at: None,
    }
}

fn booking(state: State) -> Booking {
    let zone = Zone::parse("Europe/Amsterdam").expect("a zone");
    let input = BookingInput { start: "2026-12-01T10:00".into(), end: "2026-12-01T12:00".into(), ..Default::default() };
    let wish = input.parse(&zone).expect("times").wish;
    Booking {
        id: BookingId(6),
        space: SpaceId(2),
        resource: ResourceId(5),
        requester: ActorId(3),
        booked_by: None,
        guest: None,
        audience: Audience::Guest,
        state,
        units: 1,
        unit: None,
        people: 4,
        slot: wish.slot,
        wall_start: zone.wall(wish.slot.start()),
        wall_end: zone.wall(wish.slot.end()),
        zone: zone.as_str().to_owned(),
        rules: rules(),
        note: None,
        override_reason: None,
        words: Some("Attic cannot be booked like that: it is taken at that time".into()),
        refusal: Some(Refused {
            reason: "unbookable".into(),
            alternatives: vec![(time("2026-12-01T11:15:00Z"), time("2026-12-01T13:15:00Z"))],
        }),
        origin: Origin::Offer { uri: OFFER.into(), hash: [0; 32] },
        context: None,
        part: None,
        expires_at: Some(time("2026-11-01T12:30:00Z")),
        cancelled_by: (state == State::Cancelled).then_some(Side::Host),
        late: false,
        requested_at: noon(),
        answered_at: None,
        checked_in_at: None,
        checked_in_by: None,
        checked_out_at: None,
        estimated: false,
        sequence: 0,
        updated: noon(),
    }
}

fn stay() -> Away {
    Away {
        id: AwayId(4),
        member: MemberId(1),
        space: ActorId(9),
        proposal: "https://quay.example/resources/7".into(),
        name: "Desks".into(),
        zone: "Europe/Lisbon".into(),
        rules_version: Some("2026-10-01T09:00:00Z".into()),
        part: None,
        units: 1,
        people: 1,
        slot: booking(State::Requested).slot,
        wall_start: booking(State::Requested).wall_start,
        wall_end: booking(State::Requested).wall_end,
        note: Some("By the window, if that can be.".into()),
        price: Price::SocialCapital,
        state: away::State::Sent,
        waits: false,
        place: None,
        agreement: None,
        words: None,
        alternatives: Vec::new(),
        cancelled_by: None,
        held_until: None,
        deadline: time("2026-11-04T12:00:00Z"),
        asked_by: EventId(8),
        requested_at: noon(),
        answered_at: None,
        told_at: None,
        poll_at: None,
        polls: 0,
        silent_since: None,
        sequence: 0,
        updated: noon(),
    }
}

/// What somebody waits for at the space.
fn waits() -> Agreement {
    let booking = booking(State::Requested);
    let wanted = Wanted { window: booking.slot, length: booking.slot.elapsed(), units: 1, people: 4 };
    let wait = Wait {
        id: WaitId(11),
        space: booking.space,
        resource: booking.resource,
        kind: Kind::MeetingRoom,
        any_of_kind: false,
        requester: booking.requester,
        booked_by: None,
        audience: booking.audience,
        state: waitlist::State::Waiting,
        wanted,
        note: None,
        origin: booking.origin,
        deadline: Some(booking.slot.start()),
        told_by: EventId(9),
        look_at: noon(),
        booking: None,
        promised_until: None,
        words: None,
        joined_at: noon(),
        updated: noon(),
        rules: Some(rules()),
    };
    let zone = Zone::parse("Europe/Amsterdam").expect("a zone");
    translate::waiting(&site(), &wait, &zone).expect("an agreement")
}

fn visit() -> Visit {
    Visit {
        id: VisitId(6),
        member: MemberId(1),
        space: ActorId(9),
        away: Some(AwayId(4)),
        code: Some("1793535300.bWFkZSBieSBkb29y".into()),
        until: Some(stay().slot.end()),
        state: thirdspace::coworking::visit::State::Sent,
        words: None,
        begun_at: noon(),
        answered_at: None,
    }
}

/// What the space counted with another one.
fn january() -> Statement {
    let days = |days, agreements: &[&str]| GuestDays {
        days,
        agreements: agreements.iter().map(|uri| (*uri).to_owned()).collect(),
    };
    Statement {
        month: "2027-01".parse().expect("a month"),
        hosted: days(2, &["https://harbor.example/bookings/6"]),
        sent: days(1, &["https://quay.example/bookings/9"]),
    }
}

/// Every example by the name of its file.
pub fn examples() -> Vec<(&'static str, Value)> {
    let (site, deal) = (site(), Deal { space: HARBOR, guest: BO, offer: OFFER });
    let agreement = |state| {
        let booking = booking(state);
        translate::agreement(&site, &booking, HARBOR, 0).expect("an agreement")
    };
    let ask = translate::ask(&site, &stay()).expect("a question");
    let or_wait = Away { waits: true, deadline: stay().slot.start(), ..stay() };
    let or_wait = translate::ask(&site, &or_wait).expect("a question");
    let part = Part { series: SeriesId(12), original: booking(State::Requested).wall_start };
    let one_of_series = translate::ask(&site, &Away { part: Some(part), ..stay() }).expect("a question");
    let bookable = translate::bookable(&site, &harbor(), &attic(), Audience::Guest).expect("it is for guests");
    let (no, at) = (translate::no(&booking(State::Refused)), noon());
    let stale = thirdspace::activitypub::marketplace::No {
        reason: Some("stale".into()),
        words: Some("the rules have changed since you looked; look again and ask by the new ones".into()),
        alternatives: Vec::new(),
    };
    let held = booking(State::Held).expires_at.expect("a hold ends");
    let asked = site.asked(AwayId(4));
    let visit = visit();
    let place = presence::place_of(QUAY);
    let arrive = presence::arrive(&visit, QUAY, Some(AGREED)).expect("a place");
    let there = Deal { offer: "https://quay.example/visits/6", ..deal };
    let full = thirdspace::activitypub::marketplace::No {
        reason: Some("unbookable".into()),
        words: Some("it is full: every place is taken".into()),
        alternatives: Vec::new(),
    };
    vec![
        ("arrive", activity::arrive(&site.visit(visit.id), ANA, QUAY, &arrive, at).body),
        ("leave", activity::leave(ACTIVITY, ANA, QUAY, &place, Some(AGREED), at).body),
        ("accept_arrive", activity::accept_offer(ACTIVITY, there, &agreement(State::CheckedIn), at).body),
        ("reject_arrive", activity::reject_offer(ACTIVITY, there, &full, None, at).body),
        ("proposal", bookable.document()),
        ("agreement", with_context(agreement(State::Confirmed).to_value(), context::proposal())),
        ("offer_series", activity::offer(&asked, ANA, QUAY, &one_of_series, at).body),
        ("offer_agreement", activity::offer(&asked, ANA, QUAY, &ask, at).body),
        ("offer_agreement_or_wait", activity::offer(&asked, ANA, QUAY, &or_wait, at).body),
        ("tentative_accept_waiting", activity::tentative_accept_waiting(ACTIVITY, deal, 2, at).body),
        ("agreement_waiting", with_context(waits().to_value(), context::proposal())),
        ("undo_offer", activity::undo_offer(ACTIVITY, ANA, QUAY, &asked, &ask, at).body),
        ("tentative_accept_offer", activity::tentative_accept(ACTIVITY, deal, held, at).body),
        ("accept_offer", activity::accept_offer(ACTIVITY, deal, &agreement(State::Confirmed), at).body),
        ("reject_offer", activity::reject_offer(ACTIVITY, deal, &no, None, at).body),
        ("reject_offer_stale", activity::reject_offer(ACTIVITY, deal, &stale, Some(&bookable), at).body),
        ("create_statement", statements::create_statement(ACTIVITY, HARBOR, QUAY, &january(), at).body),
        ("update_agreement", activity::update_agreement(ACTIVITY, deal, &agreement(State::Cancelled), at).body),
    ]
}
