//! A node is ended and started again; what was sent to it meanwhile arrives.

use super::super::cast::{ANA, NOOR, Place, TOMAS, YUKI};
use super::super::look;
use super::super::scene::{Scene, Written};
use super::board;
use crate::cli::answer::Failure;
use crate::store::notification::NotificationKind;

pub(super) async fn play(
    scene: &mut Scene<'_>,
    secret: Option<Written>,
    sought: Option<Written>,
) -> Result<(), Failure> {
    let (ana, noor) = (scene.player(&ANA)?, scene.player(&NOOR)?);
    let (yuki, tomas) = (scene.player(&YUKI)?, scene.player(&TOMAS)?);

    scene.tell(
        Place::Garden,
        "Yuki closes the shutters. The node of Garden Works is ended, as its keeper would end it.",
        None,
    );
    scene.stage.close(Place::Garden).await?;

    let evening = scene
        .say(&ana, "Ana", "Open evening on Saturday. Bring whomever you like, and a chair if you have one.")
        .await?;
    let answer = match &sought {
        Some(kiln) => {
            let text = "My aunt in Setúbal has a kiln, and no cups. When do you come?";
            let answer = board::answer(scene, &noor, kiln, text).await?;
            scene.tell(Place::Harbor, &format!("Noor answers Tomás, to him alone: “{text}”"), None);
            Some(answer)
        }
        None => None,
    };
    let waiting = scene.undelivered(Place::Harbor, Place::Garden, 1 + usize::from(answer.is_some())).await?;
    for line in &waiting {
        scene.aside(&format!("In Harbor's queue: {line}"));
    }
    scene.aside("Harbor keeps it, and would try again after half a minute, five minutes, half an hour, for a week.");

    scene.stage.reopen(Place::Garden).await?;
    let morning = scene
        .say(
            &yuki,
            "Yuki opens the shutters. The node is back, and she",
            "Good morning from Kyoto. The moss is wet, the tea is hot.",
        )
        .await?;
    let what = "Ana reads it in her home timeline; Harbor knows now that Garden is awake";
    scene
        .expect(
            "speaks-again",
            Place::Garden.to(Place::Harbor),
            what,
            "Ana's home timeline",
            look::home(ana.id, &morning.uri),
        )
        .await?;
    let what = "Yuki reads what Ana wrote while it was dark in Kyoto";
    scene
        .expect(
            "missed-post-arrives",
            Place::Harbor.to(Place::Garden),
            what,
            "Yuki's home timeline",
            look::home(yuki.id, &evening.uri),
        )
        .await?;
    if let Some(answer) = answer {
        let news = look::told(tomas.id, NotificationKind::OfferReply, &noor.uri, Some(&answer.uri));
        let what = "Tomás is told that there is a kiln";
        scene
            .expect("missed-answer-arrives", Place::Harbor.to(Place::Garden), what, "Tomás's notifications", news)
            .await?;
    }
    if let Some(secret) = secret {
        let what = "and still nobody here has heard of celery";
        let never = look::never_heard(&secret.uri);
        scene.expect("message-stays-private-for-ever", Place::Harbor.to(Place::Garden), what, "posts", never).await?;
    }
    Ok(())
}
