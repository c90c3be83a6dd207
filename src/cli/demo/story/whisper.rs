//! A direct message goes to one node and to no other.

use super::super::cast::{ANA, JONAS, NOOR, Place, YUKI};
use super::super::look;
use super::super::scene::{Scene, Written};
use crate::cli::answer::Failure;
use crate::coworking::post::PostInput;
use crate::store::notification::NotificationKind;

/// Answers with the message that only two people may have.
pub(super) async fn play(scene: &mut Scene<'_>) -> Result<Written, Failure> {
    let (noor, jonas) = (scene.player(&NOOR)?, scene.player(&JONAS)?);
    let (ana, yuki) = (scene.player(&ANA)?, scene.player(&YUKI)?);

    let text = "no celery for me, please. And do not tell the others, they will make a thing of it.";
    let content = format!("{} {text}", jonas.handle);
    let visibility = Some("direct".to_owned());
    let secret = scene.write(&noor, PostInput { content, visibility, ..PostInput::default() }).await?;
    scene.tell(Place::Harbor, &format!("Noor writes to Jonas alone: “{text}”"), None);
    let message = look::message(jonas.id, &secret.uri);
    let what = "Jonas has the message (to be read with his token)";
    scene.expect("message-arrives", Place::Harbor.to(Place::Loft), what, "Jonas's conversations", message).await?;
    let news = look::told(jonas.id, NotificationKind::Direct, &noor.uri, Some(&secret.uri));
    let what = "Jonas is told of it";
    scene.expect("message-notifies", Place::Harbor.to(Place::Loft), what, "Jonas's notifications", news).await?;

    let news = scene.say(&ana, "Ana", "The espresso machine is back from the doctor. Harbor is awake again.").await?;
    let what = "Yuki reads Ana's news, so the way from Lisbon to Kyoto is open";
    scene
        .expect(
            "news-in-home",
            Place::Harbor.to(Place::Garden),
            what,
            "Yuki's home timeline",
            look::home(yuki.id, &news.uri),
        )
        .await?;
    let what = "of Noor's message there is nothing: it went where it was meant to go";
    scene
        .expect("message-stays-private", Place::Harbor.to(Place::Garden), what, "posts", look::never_heard(&secret.uri))
        .await?;
    Ok(secret)
}
