//! Activities captured from fourteen kinds of server (published test data outside of the project) come to the inbox as they
//! stand, signed by whom they name.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::activitypub::activity::Activity;
use crate::activitypub::json;
use crate::activitypub::object::ObjectKind;
use crate::federation::testing::{Ground, Letter, rsa, start};
use crate::store::actor::{self, RemoteKey, RemoteProfile};
use crate::store::follow::{self, FollowState, NewFollow};
use crate::store::inbox;
use crate::store::key::Algorithm;
use crate::store::page::Page;
use crate::store::timeline;

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect();
    files.sort();
    files
}

/// The activity in a file, if there is one.
fn activity(file: &Path) -> Option<(Vec<u8>, Activity)> {
    let bytes = std::fs::read(file).unwrap();
    let object = json::parse(&bytes).ok()?;
    let value = Value::Object(object.clone());
    // Some servers name the maker of a post in its `actor`.
    (value.get("actor").is_some() && ObjectKind::of(&value).is_none()).then(|| (bytes, Activity::read(object).unwrap()))
}

#[tokio::test]
async fn every_captured_activity_is_taken_or_dropped() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors/lemmy");
    if !folder.is_dir() {
        println!("SKIPPED: {} is not there", folder.display());
        return;
    }
    let ground = Ground::new().await;
    let ana = ground.set_up().await.admin;
    let (mut sent, key) = (0_u64, rsa(0));
    for file in files(&folder) {
        let Some((bytes, activity)) = activity(&file) else { continue };
        let (uri, pem) = (activity.actor.to_string(), key.public().to_pem());
        let key_id = format!("{uri}#main-key");
        let (id, host) = (key_id.clone(), activity.actor.host().to_owned());
        ground
            .act(move |tx| {
                let keys = vec![RemoteKey { uri: id.clone(), algorithm: Algorithm::Rsa, public_key: pem.clone() }];
                let who = RemoteProfile { keys, ..RemoteProfile::bare(&uri, "somebody", &host) };
                let target = actor::upsert_remote(tx, &who, start())?.0;
                follow::save(
                    tx,
                    NewFollow { follower: ana.into(), target, uri: None, state: FollowState::Accepted },
                    start(),
                )?;
                Ok(())
            })
            .await;
        let answer = Letter::new(bytes, key_id, key.clone(), start()).signed().send(&ground.node).await;
        assert_eq!((answer.status, answer.error), (202, None), "{}", file.display());
        sent += 1;
    }
    assert!(sent > 40, "{sent} activities");
    let (taken, waiting, home) = ground
        .act(move |tx| {
            let home = timeline::home(tx, ana, Page::default())?.items.len();
            Ok((inbox::taken(tx, 1_000)?, inbox::counts(tx)?.waiting, home))
        })
        .await;
    println!("{sent} captured activities: {taken} taken, {waiting} wait for others, {home} posts in a home at once");
    assert!(taken > 0 && waiting > 0 && home > 0);
}
