//! Offers and requests stand on the boards of other nodes, find somebody, and leave.

use jiff::{SignedDuration, Timestamp};

use super::super::cast::{BEN, NOOR, PRIYA, Place, TOMAS, YUKI};
use super::super::look;
use super::super::scene::{Scene, Written};
use super::super::stage::Player;
use crate::cli::answer::Failure;
use crate::coworking::offer::{OfferInput, Purpose};
use crate::coworking::post::PostInput;
use crate::operations::speaker::As;
use crate::operations::{announce, offer};
use crate::store::notification::NotificationKind;

/// Answers with the request that is still open at the end.
pub(super) async fn play(scene: &mut Scene<'_>) -> Result<Written, Failure> {
    let (ben, priya) = (scene.player(&BEN)?, scene.player(&PRIYA)?);
    let (tomas, noor, yuki) = (scene.player(&TOMAS)?, scene.player(&NOOR)?, scene.player(&YUKI)?);

    let input = OfferInput {
        purpose: "offer".to_owned(),
        kind: Some("skill".to_owned()),
        name: "Two hours at the CNC router, with me beside it".to_owned(),
        content: Some("Bring a drawing and ear protection. Plywood up to 18 mm is in the rack.".to_owned()),
        in_return: Some("A crate of oranges, or a good story".to_owned()),
        tags: Some(vec!["CNC".to_owned(), "plywood".to_owned()]),
        ..OfferInput::default()
    };
    let (router, ends) = make(scene, &ben, input, 14).await?;
    let words = "Ben offers two hours at the CNC router, for a crate of oranges or a good story, for the next 14 days.";
    scene.tell(Place::Harbor, words, Some(&router.uri));
    let board = look::on_board(priya.id, &router.uri, Purpose::Offer, ends);
    let what = "it stands on the board of the network, with its end";
    scene.expect("offer-on-board", Place::Harbor.to(Place::Loft), what, "the board as Priya sees it", board).await?;

    let input = OfferInput {
        purpose: "request".to_owned(),
        kind: Some("help".to_owned()),
        name: "A kiln for one weekend".to_owned(),
        content: Some("Forty cups, stoneware, 1,240 °C. I clean up after myself.".to_owned()),
        in_return: Some("Four of the cups".to_owned()),
        tags: Some(vec!["ceramics".to_owned(), "kiln".to_owned()]),
        // What somebody seeks stays among members unless they say otherwise.
        visibility: Some("public".to_owned()),
        ..OfferInput::default()
    };
    let (kiln, ends) = make(scene, &tomas, input, 21).await?;
    let words =
        "Tomás seeks a kiln for one weekend, within 21 days. Yuki lets Garden Works pass it on to its partners.";
    scene.tell(Place::Garden, words, Some(&kiln.uri));
    let (acting, space, id) = (yuki.acting(), As::Space(scene.stage.space(Place::Garden)), kiln.id);
    scene.act(Place::Garden, move |tx, _, now| announce::announce(tx, acting, space, id, now)).await?;
    let board = look::on_board(noor.id, &kiln.uri, Purpose::Request, ends);
    let what = "it stands on the board of the network, though nobody here follows Tomás";
    scene.expect("request-on-board", Place::Garden.to(Place::Harbor), what, "the board as Noor sees it", board).await?;

    let text = "I need forty plinths, 12 mm birch. I have no oranges, but the story of a wedding with two cakes.";
    let answer = answer(scene, &priya, &router, text).await?;
    scene.tell(Place::Loft, &format!("Priya answers Ben's offer, to him alone: “{text}”"), None);
    let message = look::message(ben.id, &answer.uri);
    let what = "Ben has her answer (to be read with his token)";
    scene.expect("answer-arrives", Place::Loft.to(Place::Harbor), what, "Ben's conversations", message).await?;
    let news = look::told(ben.id, NotificationKind::OfferReply, &priya.uri, Some(&answer.uri));
    let what = "Ben is told that somebody answers his offer";
    scene.expect("answer-notifies", Place::Loft.to(Place::Harbor), what, "Ben's notifications", news).await?;

    scene.tell(
        Place::Harbor,
        "Ben likes weddings. The offer has found its match, and he settles it.",
        Some(&router.uri),
    );
    let (acting, id) = (ben.acting(), router.id);
    scene.act(Place::Harbor, move |tx, _, now| offer::settle(tx, acting, id, now)).await?;
    let what = "the offer is settled and has left the board";
    scene
        .expect(
            "offer-settled",
            Place::Harbor.to(Place::Loft),
            what,
            "the board as Priya sees it",
            look::settled(priya.id, &router.uri),
        )
        .await?;
    Ok(kiln)
}

/// Somebody offers or seeks something for so many days.
async fn make(
    scene: &mut Scene<'_>,
    who: &Player,
    input: OfferInput,
    days: i64,
) -> Result<(Written, Timestamp), Failure> {
    let (at, acting) = (who.person.home, who.acting());
    let (id, ends) = scene
        .act(at, move |tx, site, now| {
            let ends = now + SignedDuration::from_hours(24 * days);
            let draft = OfferInput { end_time: Some(ends), ..input.clone() }.parse(now)?;
            Ok((offer::make(tx, site, acting, &draft, now)?, ends))
        })
        .await?;
    Ok((Written { id, uri: scene.stage.site(at).post(id) }, ends))
}

/// Somebody answers what is offered or sought elsewhere, to its author alone.
pub(super) async fn answer(
    scene: &mut Scene<'_>,
    who: &Player,
    offer: &Written,
    text: &str,
) -> Result<Written, Failure> {
    let here = scene.post_at(who.person.home, &offer.uri).await?;
    let input = PostInput {
        content: text.to_owned(),
        visibility: Some("direct".to_owned()),
        in_reply_to: Some(here),
        ..PostInput::default()
    };
    scene.write(who, input).await
}
