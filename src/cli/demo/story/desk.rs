//! Rooms at another space: asked for from home, kept, confirmed, refused with what would pass, taken back, and used.

use jiff::{SignedDuration, Timestamp};

use super::super::cast::{BEN, NOOR, Place};
use super::super::look;
use super::super::scene::Scene;
use super::super::stage::Player;
use crate::cli::answer::Failure;
use crate::coworking::away::State as Away;
use crate::coworking::booking::{BookingInput, State, step_before};
use crate::coworking::id::{AwayId, ResourceId};
use crate::coworking::member::Acting;
use crate::coworking::peer::{Host, Level};
use crate::coworking::resource::{Audience, ResourceInput};
use crate::coworking::rules::RulesInput;
use crate::coworking::space::Zone;
use crate::federation::resolve;
use crate::operations::visit::Door;
use crate::operations::{away, booking, door, kiosk, peer, resource, visit};
use crate::store::Tx;

const TALLINN: &str = "Europe/Tallinn";

pub(super) async fn play(scene: &mut Scene<'_>) -> Result<(), Failure> {
    let (noor, ben) = (scene.player(&NOOR)?, scene.player(&BEN)?);
    let (attic, attic_uri) = let_room(scene, "The attic room", "blocking").await?;
    let (_, booth_uri) = let_room(scene, "The reading room", "none").await?;
    let harbor = Host::parse(scene.stage.site(Place::Harbor).host())?;
    scene
        .act(Place::Loft, move |tx, site, now| {
            peer::set_level(tx, site, Acting::Keeper, &harbor, Level::Trusted, "A partner since today", now)
        })
        .await?;
    let words =
        "The Loft lets two rooms, and trusts Harbor: its people are guests. Mira wants to be asked for the attic.";
    scene.tell(Place::Loft, words, Some(&attic_uri));

    // The clocks of three cities are real, so the rooms are open around the clock and the meeting is soon.
    let zone = Zone::parse(TALLINN)?;
    let start = step_before(Timestamp::now()) + SignedDuration::from_mins(10);
    let end = start + SignedDuration::from_hours(2);
    let clock = |at: Timestamp| zone.wall(at).strftime("%H:%M").to_string();
    let stay = ask(scene, &noor, &attic_uri, start, end).await?;
    let when = format!("{} to {}", clock(start), clock(end));
    scene.tell(
        Place::Harbor,
        &format!("Noor asks for the attic room, from Harbor, today from {when} in Tallinn."),
        None,
    );
    let look = look::booked(&noor.uri, attic, State::Requested);
    let what = "the front desk has her request, and the time is kept for her";
    scene.expect("booking-arrives", Place::Harbor.to(Place::Loft), what, "the bookings of The Loft", look).await?;
    let look = look::stay(noor.id, stay, Away::Held);
    let what = "her own node says “held”, and nothing more";
    scene.expect("booking-held-at-home", Place::Loft.to(Place::Harbor), what, "Noor's bookings", look).await?;

    let space = scene.stage.space(Place::Loft);
    scene.tell(Place::Loft, "Mira says yes.", None);
    let requester = noor.uri.clone();
    scene
        .act(Place::Loft, move |tx, _, now| {
            let waiting = crate::store::booking::waiting(tx, space, crate::store::page::Page::default())?;
            for one in waiting.items {
                if crate::store::actor::by_id(tx, one.requester)?.is_some_and(|actor| actor.uri == requester) {
                    booking::approve(tx, Acting::Keeper, one.id, None, now)?;
                }
            }
            Ok(())
        })
        .await?;
    let look = look::stay(noor.id, stay, Away::Confirmed);
    let what = "it is confirmed, because its host has said so";
    scene.expect("booking-confirmed-at-home", Place::Loft.to(Place::Harbor), what, "Noor's bookings", look).await?;

    let half = SignedDuration::from_mins(30);
    let clash = ask(scene, &ben, &attic_uri, start + half, end).await?;
    scene.tell(Place::Harbor, "Ben wants the same room half an hour later.", None);
    let look = look::refused(ben.id, clash);
    let what = "he is refused, with the rule and the nearest times that would pass";
    scene.expect("clash-refused-with-times", Place::Loft.to(Place::Harbor), what, "Ben's bookings", look).await?;

    let second = ask(scene, &ben, &booth_uri, start + half, end).await?;
    scene.tell(Place::Harbor, "So he takes the reading room, for which nobody has to be asked.", None);
    let look = look::stay(ben.id, second, Away::Confirmed);
    scene.expect("second-room-confirmed", Place::Loft.to(Place::Harbor), "it is his", "Ben's bookings", look).await?;
    scene.tell(Place::Harbor, "Then his meeting is called off, and he takes it back.", None);
    let acting = ben.acting();
    scene.act(Place::Harbor, move |tx, _, now| away::cancel(tx, acting, second, now)).await?;
    let look = look::booked_at(&ben.uri, State::Cancelled);
    let what = "the reading room is free again, and it was not too late";
    scene.expect("booking-taken-back", Place::Harbor.to(Place::Loft), what, "the bookings of The Loft", look).await?;

    let words = "An old tablet hangs at the door of The Loft and shows a code that is another one every half minute.";
    scene.tell(Place::Loft, words, None);
    let code = scene
        .act(Place::Loft, move |tx, _, now| {
            kiosk::add(tx, Acting::Keeper, space, "Front door", now)?;
            door::code(tx, space, now)
        })
        .await?;
    scene.tell(Place::Harbor, "Noor scans it, ten minutes early, and her own node says that she is there.", None);
    let acting = noor.acting();
    let arrive = move |tx: &mut Tx<'_>, now| visit::arrive(tx, acting, &Door::Of(stay), code.as_deref(), now);
    scene.act(Place::Harbor, move |tx, _, now| arrive(tx, now)).await?;
    let look = look::booked(&noor.uri, attic, State::CheckedIn);
    let what = "she is checked in, without an account there";
    scene.expect("arrival-at-the-door", Place::Harbor.to(Place::Loft), what, "the bookings of The Loft", look).await?;
    let look = look::stay(noor.id, stay, Away::CheckedIn);
    let what = "her own node knows that she was let in, and nobody else's does";
    scene.expect("check-in-comes-home", Place::Loft.to(Place::Harbor), what, "Noor's bookings", look).await?;
    scene.tell(Place::Harbor, "Her meeting is short, and she says that she leaves.", None);
    scene.act(Place::Harbor, move |tx, _, now| visit::leave(tx, acting, stay, now)).await?;
    let look = look::booked(&noor.uri, attic, State::Completed);
    let what = "the rest of her time is there for others";
    scene.expect("leave-taken", Place::Harbor.to(Place::Loft), what, "the bookings of The Loft", look).await
}

/// A room of The Loft, open day and night.
async fn let_room(scene: &mut Scene<'_>, name: &str, approval: &str) -> Result<(ResourceId, String), Failure> {
    let day = || vec!["00:00-24:00".to_owned()];
    let approval = approval.parse()?;
    let rules = || RulesInput { approval: Some(approval), ..RulesInput::default() };
    let input = ResourceInput {
        kind: "meeting_room".to_owned(),
        name: name.to_owned(),
        seats: Some(6),
        hours: Some(crate::coworking::hours::HoursInput {
            monday: day(),
            tuesday: day(),
            wednesday: day(),
            thursday: day(),
            friday: day(),
            saturday: day(),
            sunday: day(),
            ..Default::default()
        }),
        rules: Some([Audience::Resident, Audience::Guest].map(|audience| (audience, rules_of(rules()))).into()),
        ..ResourceInput::default()
    };
    let (space, new) = (scene.stage.space(Place::Loft), input.parse()?);
    let id = scene.act(Place::Loft, move |tx, _, now| resource::add(tx, Acting::Keeper, space, &new, now)).await?;
    Ok((id, scene.stage.site(Place::Loft).resource(id)))
}

/// Times every five minutes: the story begins whenever somebody starts it.
fn rules_of(rules: RulesInput) -> RulesInput {
    RulesInput { grid_minutes: Some(5), ..rules }
}

/// Somebody asks for a room elsewhere, as their own node finds it there.
async fn ask(
    scene: &mut Scene<'_>,
    who: &Player,
    address: &str,
    start: Timestamp,
    end: Timestamp,
) -> Result<AwayId, Failure> {
    let home = who.person.home;
    let at = resolve::bookable(&*scene.stage.node(home)?, address).await?;
    let zone = Zone::parse(&at.zone)?;
    let input = BookingInput { start: zone.shown(start), end: zone.shown(end), ..BookingInput::default() };
    let (draft, acting) = (input.parse(&zone)?, who.acting());
    scene.act(home, move |tx, _, now| Ok(away::ask(tx, acting, &at, &draft, now)?.id)).await
}
