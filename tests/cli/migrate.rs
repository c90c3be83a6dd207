//! A node outgrows its file, moves to a database server, and moves back. Told where TEST_DATABASE_URL names a server.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;
use thirdspace::store::copy::{CopyError, Progress, copy, unfinished};
use thirdspace::store::{Options, Place, Store, Tx, params};

use crate::{database, program};

/// The program beside a file, whatever the other tests run on.
fn on_file(folder: &Path, arguments: &[&str]) -> (bool, Value, String) {
    let output = program(folder).env_remove("THIRDSPACE_DATABASE_URL").args(arguments).arg("--json").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), serde_json::from_slice(&output.stdout).unwrap_or_default(), said)
}

fn done(folder: &Path, arguments: &[&str]) -> Value {
    let (done, answer, said) = on_file(folder, arguments);
    assert!(done, "{arguments:?}: {said}");
    answer
}

fn refused(folder: &Path, arguments: &[&str]) -> String {
    let (done, _, said) = on_file(folder, arguments);
    assert!(!done, "{arguments:?}");
    said
}

/// A node with two spaces, some people and what they said.
fn live(folder: &Path) {
    done(folder, &["setup", "--space", "harbor", "--name", "Harbor", "--zone", "Europe/Vienna", "--admin", "ana"]);
    done(folder, &["member", "add", "ben", "--name", "Ben Okafor", "--role", "host"]);
    done(folder, &["space", "add", "quay", "--name", "The Quay", "--zone", "Europe/Lisbon"]);
    done(folder, &["member", "add", "cleo", "--name", "Cleo Ångström", "--space", "quay"]);
    for number in 0..5 {
        done(folder, &["post", "--as", "ana", &format!("word number {number}, naïve")]);
    }
}

fn members(folder: &Path, more: &[&str]) -> Value {
    done(folder, &[&["member", "list"], more].concat())["members"].clone()
}

#[test]
fn a_node_moves_to_a_server_and_back_and_is_the_same() {
    let home = TempDir::new().unwrap();
    let folder = home.path();
    let Some(server) = database::url(folder) else {
        eprintln!("not run: TEST_DATABASE_URL names no server");
        return;
    };
    live(folder);
    let before = members(folder, &[]);
    let (file, back) = ("sqlite:data/thirdspace.sqlite3", "sqlite:back/thirdspace.sqlite3");

    let moved = done(folder, &["migrate-store", "--from", file, "--to", &server]);
    let rows = |answer: &Value, table: &str| {
        let tables = answer["tables"].as_array().unwrap().iter();
        tables
            .clone()
            .find(|one| one["table"] == table)
            .map(|one| (one["rows"].clone(), one["sha256"].clone()))
            .unwrap()
    };
    assert_eq!((rows(&moved, "post").0, rows(&moved, "member").0), (5.into(), 3.into()));
    let there = ["--set", &format!("database_url={server}")];
    assert_eq!(members(folder, &there), before);
    done(folder, &[&["post", "--as", "ana", "said on the server"], &there[..]].concat());

    let moved = done(folder, &["migrate-store", "--from", &server, "--to", back]);
    assert_eq!(rows(&moved, "post").0, 6);
    assert_eq!(members(folder, &["--data-dir", "back"]), before);
    let posts = done(folder, &["posts", "ana", "--data-dir", "back"]);
    assert!(posts.to_string().contains("said on the server") && posts.to_string().contains("naïve"), "{posts}");

    assert!(refused(folder, &["migrate-store", "--from", file, "--to", &server]).contains("holds a node already"));
    assert!(refused(folder, &["migrate-store", "--from", file, "--to", "sqlite:c.db"]).contains("one of the two"));
    assert!(refused(folder, &["migrate-store", "--from", "sqlite:nowhere.db", "--to", &server]).contains("no node at"));
    assert!(refused(folder, &["migrate-store", "--from", "here", "--to", &server]).contains("postgres://"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_was_broken_off_goes_on_and_is_compared_to_the_last_row() {
    let home = TempDir::new().unwrap();
    let folder = home.path();
    let Some(server) = database::url(folder) else {
        eprintln!("not run: TEST_DATABASE_URL names no server");
        return;
    };
    live(folder);
    let from_place: Place = format!("sqlite:{}", folder.join("data/thirdspace.sqlite3").display()).parse().unwrap();
    let to_place: Place = server.parse().unwrap();
    let from = Store::open(from_place.clone(), Options::default()).unwrap();
    let to = Store::open(to_place.clone(), Options::default()).unwrap();
    // More than goes in one piece, in a table whose key has two parts; and somebody whose space is younger than they are.
    from.write(|tx: &mut Tx<'_>| {
        for number in 0..9_000_i64 {
            let uri = format!("http://a.test/{}", number % 4_500);
            let actor = "SELECT ?1, id, 0 FROM actor ORDER BY id LIMIT 1 OFFSET ?2";
            tx.execute(
                &format!("INSERT INTO tombstone (uri, actor_id, buried_at) {actor}"),
                params![uri, number / 4_500],
            )?;
        }
        let late = "UPDATE actor SET home_space_id = (SELECT max(actor_id) FROM space) WHERE username = 'ana'";
        tx.execute(late, params![])
    })
    .await
    .unwrap();

    let now = jiff::Timestamp::now();
    let (from_once, to_once, places) = (from.clone(), to.clone(), (from_place.clone(), to_place.clone()));
    let broken = tokio::spawn(async move {
        let mut pieces = 0;
        copy((&from_once, &places.0), (&to_once, &places.1), now, |progress| {
            if let Progress::Copied("tombstone", 1..) = progress {
                pieces += 1;
                assert!(pieces < 3, "broken off, as this test wants it");
            }
        })
        .await
    });
    assert!(broken.await.unwrap_err().is_panic());
    let half = to.read(|tx: &mut Tx<'_>| unfinished(tx)).await.unwrap();
    assert_eq!(half, Some(from_place.to_string()));
    let (number, words) = crate::refused(folder, &["member", "list"]);
    assert!(number == 2 && words.contains("migrate-store --from"), "{words}");

    let mut copied = 0;
    let compared = copy((&from, &from_place), (&to, &to_place), now, |progress| {
        if let Progress::Copied("tombstone", rows) = progress {
            copied += rows;
        }
    })
    .await
    .unwrap();
    assert_eq!(copied, 9_000, "what was there counts, and is not copied again");
    let rows = |name: &str| compared.iter().find(|table| table.table == name).unwrap().rows;
    assert_eq!((rows("tombstone"), rows("post")), (9_000, 5));
    assert_eq!(to.read(|tx: &mut Tx<'_>| unfinished(tx)).await.unwrap(), None);

    // A row that differs in one letter is found.
    let other: Place = format!("sqlite:{}", folder.join("other.db").display()).parse().unwrap();
    let back = Store::open(other.clone(), Options::default()).unwrap();
    let meddling = back.clone();
    let meddled = copy((&to, &to_place), (&back, &other), now, |progress| {
        if let Progress::Copied("tombstone", 1_000) = progress {
            let back = meddling.clone();
            let meddle = async move {
                let change = "UPDATE actor SET name = 'Eve' WHERE username = 'ben'";
                back.write(|tx: &mut Tx<'_>| tx.execute(change, params![])).await
            };
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(meddle)).unwrap();
        }
    })
    .await;
    assert!(matches!(meddled, Err(CopyError::Differs { ref table, .. }) if table == "actor"), "{meddled:?}");
    for store in [from, to, back] {
        store.close().await;
    }
}
