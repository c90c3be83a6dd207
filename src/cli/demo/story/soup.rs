//! A public post goes round: it is read, answered, liked, passed on, looked up, changed; and one is taken back.

use super::super::cast::{BEN, JONAS, MIRA, NOOR, Place, TOMAS};
use super::super::look;
use super::super::scene::Scene;
use crate::cli::answer::Failure;
use crate::coworking::post::PostInput;
use crate::operations::speaker::As;
use crate::operations::{announce, post, reaction};
use crate::store::notification::NotificationKind;

pub(super) async fn play(scene: &mut Scene<'_>) -> Result<(), Failure> {
    let (noor, ben) = (scene.player(&NOOR)?, scene.player(&BEN)?);
    let (jonas, mira) = (scene.player(&JONAS)?, scene.player(&MIRA)?);
    let tomas = scene.player(&TOMAS)?;

    let text =
        "Soup for everybody on **Thursday at 13:00**, at the long table. Lentils, lemon, far too much garlic. #soup";
    let soup = scene.say(&jonas, "Jonas", text).await?;
    let home = look::home(noor.id, &soup.uri);
    let what = "Noor reads it in her home timeline, four hours by plane away";
    scene.expect("post-in-home", Place::Loft.to(Place::Harbor), what, "Noor's home timeline", home).await?;

    let here = scene.post_at(Place::Harbor, &soup.uri).await?;
    let text = "I land on Wednesday. Count me in, I bring the bread.";
    let input = PostInput { content: text.to_owned(), in_reply_to: Some(here), ..PostInput::default() };
    let reply = scene.write(&noor, input).await?;
    scene.tell(Place::Harbor, &format!("Noor answers: “{text}”"), Some(&reply.uri));
    let news = look::told(jonas.id, NotificationKind::Reply, &noor.uri, Some(&reply.uri));
    let what = "Jonas is told, and the answer stands below his post";
    scene.expect("reply-notifies", Place::Harbor.to(Place::Loft), what, "Jonas's notifications", news).await?;

    let text =
        format!("{} the desk by the window is yours for three months. Shoes on, we are not in Kyoto.", noor.handle);
    let welcome = scene.say(&mira, "Mira", &text).await?;
    let news = look::told(noor.id, NotificationKind::Mention, &mira.uri, Some(&welcome.uri));
    let what = "Noor is told that Mira speaks of her";
    scene.expect("mention-notifies", Place::Loft.to(Place::Harbor), what, "Noor's notifications", news).await?;

    scene.tell(Place::Harbor, "Noor likes the soup.", Some(&soup.uri));
    let acting = noor.acting();
    scene.act(Place::Harbor, move |tx, _, now| reaction::like(tx, acting, here, now)).await?;
    let what = "the soup has one like";
    scene
        .expect(
            "like-counted",
            Place::Harbor.to(Place::Loft),
            what,
            "the post as Jonas sees it",
            look::counted(jonas.id, &soup.uri, 1, 0),
        )
        .await?;

    let harbor = scene.stage.space_uri(Place::Harbor).to_owned();
    scene.tell(
        Place::Harbor,
        "Ben, who hosts at Harbor, lets the space pass the soup on to its partners.",
        Some(&harbor),
    );
    let (acting, space) = (ben.acting(), As::Space(scene.stage.space(Place::Harbor)));
    scene.act(Place::Harbor, move |tx, _, now| announce::announce(tx, acting, space, here, now)).await?;
    let what = "the soup has one like and was passed on once";
    scene
        .expect(
            "announce-counted",
            Place::Harbor.to(Place::Loft),
            what,
            "the post as Jonas sees it",
            look::counted(jonas.id, &soup.uri, 1, 1),
        )
        .await?;
    let what = "Kyoto, which knows nobody in Tallinn, reads of soup through Harbor";
    scene
        .expect(
            "announce-carries-post",
            Place::Harbor.to(Place::Garden),
            what,
            "the network timeline",
            look::network(tomas.id, &soup.uri),
        )
        .await?;

    scene.tell(Place::Garden, "Tomás gets a link from a friend, and pastes it into the search:", Some(&reply.uri));
    scene.search(&tomas, &reply.uri).await?;
    let found = look::answers(tomas.id, &reply.uri, &soup.uri);
    let what = "Noor's answer was fetched from her node, and hangs below the soup";
    scene.expect("post-found-by-address", Place::Harbor.to(Place::Garden), what, "posts", found).await?;

    let text = "Soup for everybody on **Friday at 13:00**, at the long table: the lentils are late. #soup";
    scene.tell(Place::Loft, &format!("Jonas changes his post: “{}”", text.replace("**", "")), Some(&soup.uri));
    let draft = PostInput { content: text.to_owned(), ..PostInput::default() }.parse()?;
    let (acting, id) = (jonas.acting(), soup.id);
    let edit = move |tx: &mut crate::store::Tx<'_>, site: &crate::site::Site, now| {
        post::edit(tx, site, acting, id, &draft, &post::Mentions::default(), now)
    };
    scene.act(Place::Loft, edit).await?;
    let what = "Noor, who has a flight to catch, reads Friday";
    scene
        .expect(
            "edit-arrives",
            Place::Loft.to(Place::Harbor),
            what,
            "posts",
            look::says(noor.id, &soup.uri, "Friday at 13:00"),
        )
        .await?;

    let mistake = scene.say(&jonas, "Jonas", "celery, 2 kg lentils, call mum").await?;
    let home = look::home(noor.id, &mistake.uri);
    let what = "Noor reads his shopping list";
    scene.expect("mistake-in-home", Place::Loft.to(Place::Harbor), what, "Noor's home timeline", home).await?;
    scene.tell(Place::Loft, "Jonas sees what he did, and takes it back.", Some(&mistake.uri));
    let (acting, id) = (jonas.acting(), mistake.id);
    scene.act(Place::Loft, move |tx, _, now| post::delete(tx, acting, id, now)).await?;
    let what = "it is gone from Noor's node too";
    scene.expect("deletion-arrives", Place::Loft.to(Place::Harbor), what, "posts", look::gone(&mistake.uri)).await
}
