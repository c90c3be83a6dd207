//! A stage with real nodes, and facts that come and do not come.

use std::time::Duration;

use tempfile::TempDir;

use super::cast::{ANA, NOOR, Place, YUKI};
use super::ledger::Chapter;
use super::look;
use super::scene::Scene;
use super::stage::{Doors, Stage};
use super::telling::{Teller, Voice};
use crate::operations::speaker::As;
use crate::store::follow::FollowState;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_arrive_is_told_with_where_it_was_looked_for_and_what_the_mail_says() {
    const CHAPTERS: [Chapter; 1] = [Chapter { title: "Silence", facts: &["asks", "hears", "sings"] }];
    let folder = TempDir::new().unwrap();
    let mut stage = Stage::set(folder.path(), Doors::open(Some(0)).unwrap(), &[], None).await.unwrap();
    let teller = Teller::new(Voice::Aside);
    let (noor, loft) = (stage.player(&NOOR).unwrap(), stage.space_uri(Place::Loft).to_owned());
    let (ana, yuki) = (stage.player(&ANA).unwrap(), stage.player(&YUKI).unwrap());

    let mut scene = Scene::new(&mut stage, &teller);
    scene.begin(1, &CHAPTERS[0]);
    scene.follow(&noor, As::Oneself, &loft).await.unwrap();
    let follows = look::follows(&noor.uri, &loft, FollowState::Accepted);
    scene.expect("asks", Place::Harbor.to(Place::Loft), "The Loft has a follower", "follows", follows).await.unwrap();

    scene.follow(&ana, As::Oneself, &yuki.handle).await.unwrap();
    scene.stage.close(Place::Garden).await.unwrap();
    let evening = scene.say(&ana, "Ana", &format!("{} are you there?", yuki.handle)).await.unwrap();
    scene.undelivered(Place::Harbor, Place::Garden, 1).await.unwrap();
    let mut scene = scene.impatient(Duration::from_millis(50));
    let heard = look::home(noor.id, &evening.uri);
    scene
        .expect("hears", Place::Harbor.to(Place::Loft), "The Loft hears of it", "Noor's home timeline", heard)
        .await
        .unwrap();
    let mail = scene.mail(Place::Harbor, Place::Garden).await.unwrap();
    assert!(mail[0].contains("waiting, tried once") && mail[0].contains("/inbox"), "{mail:?}");

    let ledger = scene.ledger(&CHAPTERS);
    assert_eq!((ledger.exit_code(), ledger.found(), ledger.expected()), (1, 1, 3));
    let document = ledger.to_json();
    assert_eq!(document["facts"][0]["miss"], serde_json::Value::Null);
    assert_eq!(document["facts"][1]["miss"]["instead"], "0 other posts");
    assert_eq!(document["never_reached"][0], "sings");
    let misses = ledger.misses();
    assert!(misses[0].1.contains("The Loft hears of it (at loft: 0 other posts)"), "{misses:?}");
    stage.reopen_all().await.unwrap();
    assert!(stage.at(Place::Garden).is_ok(), "a story that broke off leaves nobody closed");
    stage.strike().await.unwrap();
    assert!(stage.at(Place::Harbor).is_err());
}

#[test]
fn three_doors_stand_in_a_row_or_anywhere() {
    let anywhere = Doors::open(Some(0)).unwrap();
    let taken = anywhere.doors[1].local_addr().unwrap().port();
    let refused = Doors::open(Some(taken)).err().unwrap();
    assert!(refused.exit_code() == 2 && refused.to_string().contains("--port"), "{refused}");
    drop(Doors::open(None).expect("the usual ports, or any others"));
}
