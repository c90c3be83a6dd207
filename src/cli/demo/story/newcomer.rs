//! Noor looks for people in the city she is going to, and people follow people.

use super::super::cast::{ANA, BEN, JONAS, NOOR, PRIYA, Person, Place, YUKI};
use super::super::look;
use super::super::scene::Scene;
use crate::cli::answer::Failure;
use crate::operations::follow;
use crate::operations::speaker::As;
use crate::store::follow::FollowState;
use crate::store::notification::NotificationKind;

pub(super) async fn play(scene: &mut Scene<'_>) -> Result<(), Failure> {
    let (noor, jonas) = (scene.player(&NOOR)?, scene.player(&JONAS)?);
    scene.tell(Place::Harbor, &format!("Noor is off to Tallinn. She searches for {}.", jonas.handle), Some(&noor.uri));
    scene.search(&noor, &jonas.handle).await?;
    let found = look::skilled(&jonas.uri, "soup");
    let what = "Jonas Weber was found at his node, with what he knows: Rust, soup";
    scene.expect("person-found-by-handle", Place::Loft.to(Place::Harbor), what, "people", found).await?;

    let loft = scene.stage.space_uri(Place::Loft).to_owned();
    scene.tell(Place::Harbor, "Noor follows The Loft, to hear what goes on there.", Some(&loft));
    scene.follow(&noor, As::Oneself, &loft).await?;
    let follows = || look::follows(&noor.uri, &loft, FollowState::Accepted);
    let what = "The Loft counts Noor among its followers; spaces let everybody";
    scene.expect("member-follows-space", Place::Harbor.to(Place::Loft), what, "follows", follows()).await?;
    let what = "The Loft has said yes by itself";
    scene.expect("space-accepts-by-itself", Place::Loft.to(Place::Harbor), what, "follows", follows()).await?;

    scene.tell(Place::Harbor, "Noor asks to follow Jonas, who likes to know who reads along.", Some(&jonas.uri));
    scene.follow(&noor, As::Oneself, &jonas.handle).await?;
    let asked = look::follows(&noor.uri, &jonas.uri, FollowState::Requested);
    let what = "Noor's request waits for Jonas";
    scene.expect("request-waits-for-approval", Place::Harbor.to(Place::Loft), what, "follows", asked).await?;
    let news = look::told(jonas.id, NotificationKind::FollowRequest, &noor.uri, None);
    let what = "Jonas is told that Noor asks";
    scene.expect("request-notifies", Place::Harbor.to(Place::Loft), what, "Jonas's notifications", news).await?;

    scene.tell(Place::Loft, "Jonas looks at Noor's page, and lets her.", Some(&noor.uri));
    let (acting, uri) = (jonas.acting(), noor.uri.clone());
    let approve = move |tx: &mut crate::store::Tx<'_>, _: &crate::site::Site, now| {
        let asker = crate::store::actor::id_of(tx, &uri)?;
        let asker = asker.ok_or(crate::coworking::Refusal::NotFound { what: "account" })?;
        follow::approve(tx, acting, As::Oneself, asker, now)
    };
    scene.act(Place::Loft, approve).await?;
    let may = look::follows(&noor.uri, &jonas.uri, FollowState::Accepted);
    scene.expect("approval-comes-home", Place::Loft.to(Place::Harbor), "Noor follows Jonas", "follows", may).await?;
    let news = look::told(noor.id, NotificationKind::FollowAccepted, &jonas.uri, None);
    let what = "Noor is told that he agreed";
    scene.expect("approval-notifies", Place::Loft.to(Place::Harbor), what, "Noor's notifications", news).await?;

    people(scene, &PRIYA, &BEN, "priya-follows-ben", "whose furniture she will have to photograph one day").await?;
    people(scene, &YUKI, &ANA, "yuki-follows-ana", "to hear from Lisbon").await?;
    people(scene, &ANA, &YUKI, "ana-follows-yuki", "to hear from Kyoto").await
}

/// Somebody follows somebody who lets everybody.
async fn people(
    scene: &mut Scene<'_>,
    who: &Person,
    whom: &Person,
    fact: &'static str,
    why: &str,
) -> Result<(), Failure> {
    let (name, other) = (who.first_name(), whom.first_name());
    let (who, whom) = (scene.player(who)?, scene.player(whom)?);
    scene.tell(who.person.home, &format!("{name} follows {other}, {why}."), Some(&who.uri));
    scene.follow(&who, As::Oneself, &whom.handle).await?;
    let follows = || look::follows(&who.uri, &whom.uri, FollowState::Accepted);
    let what = format!("{other} counts {name} among the followers");
    scene.expect(fact, who.person.home.to(whom.person.home), what, "follows", follows()).await?;
    // What is said from now on is to arrive, so the answer has to be there.
    scene.wait(who.person.home, follows()).await
}
