//! What every store promises, told through its own front door, on whichever engine the tests run.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use tempfile::TempDir;
use tokio::sync::broadcast::error::TryRecvError;
use tokio::sync::oneshot;

use super::*;

pub(super) const SHELF: &[Migration] = &[Migration::new(
    "0001_shelf",
    "CREATE TABLE shelf (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE CHECK (name <> ''), weight REAL, cover BLOB) \
     STRICT;
     CREATE TABLE book (id INTEGER PRIMARY KEY,
       shelf_id INTEGER NOT NULL REFERENCES shelf (id) DEFERRABLE INITIALLY DEFERRED) STRICT;",
)];

fn open(folder: &TempDir) -> Store {
    Store::open_with(&testing::place(folder.path()), Options::default(), SHELF).unwrap()
}

pub(super) fn shelve(tx: &mut Tx<'_>, id: i64, name: &str) -> Result<u64, Error> {
    tx.execute("INSERT INTO shelf (id, name) VALUES (?1, ?2)", params![id, name])
}

fn names(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    tx.query("SELECT name FROM shelf ORDER BY name", params![], |row| row.get(0))
}

pub(super) async fn shelved(store: &Store) -> Vec<String> {
    store.read(names).await.unwrap()
}

#[tokio::test]
async fn what_is_written_is_read_and_outlives_the_store() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    store.write(|tx| shelve(tx, 1, "fiction")).await.unwrap();
    assert_eq!(shelved(&store).await, ["fiction"]);
    store.close().await;

    assert!(matches!(store.write(|tx| shelve(tx, 2, "late")).await, Err(Error::Unavailable(_))));
    assert!(matches!(store.read(names).await, Err(Error::Unavailable(_))));
    assert_eq!(shelved(&open(&folder)).await, ["fiction"]);
}

#[tokio::test]
async fn an_answer_comes_after_the_commit_which_another_connection_sees() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    let other = open(&folder);
    for id in 1..=20_i64 {
        store.write(move |tx| shelve(tx, id, &format!("shelf {id}"))).await.unwrap();
        assert_eq!(shelved(&other).await.len() as i64, id);
    }
}

#[tokio::test]
async fn notices_leave_with_the_commit_once_and_never_with_a_rollback() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    let mut notices = store.subscribe();
    store
        .write(|tx| {
            tx.notify(Notice::Event);
            tx.notify(Notice::Changed(7));
            tx.notify(Notice::Event);
            let undone: Result<(), Error> = tx.savepoint(|tx| {
                tx.notify(Notice::Delivery);
                tx.savepoint(|tx| {
                    tx.notify(Notice::Inbox);
                    Ok::<_, Error>(())
                })?;
                Err(Error::Unavailable("changed my mind"))
            });
            assert!(undone.is_err());
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
    let mut heard = vec![notices.try_recv().unwrap(), notices.try_recv().unwrap()];
    heard.sort();
    assert_eq!(heard, [Notice::Event, Notice::Changed(7)]);

    let refused: Result<(), Error> = store
        .write(|tx| {
            tx.notify(Notice::Event);
            Err(Error::Unavailable("no"))
        })
        .await;
    assert!(refused.is_err());
    store
        .read(|tx| {
            tx.notify(Notice::Event);
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
    assert_eq!(notices.try_recv(), Err(TryRecvError::Empty));
}

#[tokio::test]
async fn savepoints_nest_and_undo_only_themselves() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    store
        .write(|tx| {
            shelve(tx, 1, "outside")?;
            tx.savepoint(|tx| {
                shelve(tx, 2, "kept")?;
                let inner: Result<(), Error> = tx.savepoint(|tx| {
                    shelve(tx, 3, "undone")?;
                    tx.savepoint(|tx| shelve(tx, 4, "undone with it"))?;
                    Err(Error::Unavailable("inner"))
                });
                assert!(matches!(inner, Err(Error::Unavailable("inner"))));
                shelve(tx, 5, "kept too")
            })
        })
        .await
        .unwrap();
    assert_eq!(shelved(&store).await, ["kept", "kept too", "outside"]);
}

#[tokio::test]
async fn a_reader_stands_on_one_snapshot_and_cannot_write() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    store.write(|tx| shelve(tx, 1, "first")).await.unwrap();

    let (looked, has_looked) = oneshot::channel();
    let (written, has_written) = std::sync::mpsc::channel::<()>();
    let mut looked = Some(looked);
    let reading = store.clone();
    let long_read = tokio::spawn(async move {
        reading
            .read(move |tx| {
                let before = names(tx)?;
                let _ = looked.take().map(|looked| looked.send(()));
                has_written.recv_timeout(Duration::from_secs(10)).unwrap();
                Ok::<_, Error>((before, names(tx)?))
            })
            .await
    });
    has_looked.await.unwrap();
    store.write(|tx| shelve(tx, 2, "second")).await.unwrap();
    // Another reader starts while the first is busy, and sees what was answered.
    assert_eq!(shelved(&store).await, ["first", "second"]);
    written.send(()).unwrap();
    let (before, after) = long_read.await.unwrap().unwrap();
    assert_eq!(before, ["first"]);
    assert_eq!(after, before);

    assert!(matches!(store.read(|tx| shelve(tx, 3, "by a reader")).await, Err(Error::Engine(_))));
    let panics: Result<(), Error> = store.read(|_| panic!("a read panics, as this test wants it to")).await;
    assert!(matches!(panics, Err(Error::Panicked)));
    assert_eq!(shelved(&store).await, ["first", "second"]);
}

#[tokio::test]
async fn a_read_without_end_is_ended() {
    let folder = TempDir::new().unwrap();
    let options = Options { read_deadline: Duration::from_millis(20), readers: 1, ..Options::default() };
    let store = Store::open_with(&testing::place(folder.path()), options, SHELF).unwrap();
    let endless = store
        .read(|tx| {
            let sql = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";
            tx.query_one(sql, params![], |row| row.get::<i64>(0))
        })
        .await;
    assert!(matches!(endless, Err(Error::Unavailable(_))), "{endless:?}");
    assert!(shelved(&store).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_write_side_by_side_and_hear_of_each_other() {
    let folder = TempDir::new().unwrap();
    let (here, there) = (open(&folder), open(&folder));
    let mut heard = here.subscribe();

    let mut tasks = Vec::new();
    for (place, store) in [("here", &here), ("there", &there)] {
        for number in 0..50 {
            let store = store.clone();
            tasks.push(tokio::spawn(async move {
                store
                    .write(move |tx| {
                        if place == "there" {
                            tx.notify(Notice::Changed(7));
                        }
                        let id = tx.next_id(Timestamp::from_millisecond(1_800_000_000_000).unwrap());
                        shelve(tx, id, &format!("{place} {number}"))
                    })
                    .await
            }));
        }
    }
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(shelved(&here).await.len(), 100);
    assert_eq!(shelved(&there).await.len(), 100);
    // A file tells that something was written, a server also what was said.
    let expected = if here.is_shared() { Notice::Changed(7) } else { Notice::Elsewhere };
    let hears = async { while heard.recv().await != Ok(expected) {} };
    tokio::time::timeout(Duration::from_secs(10), hears).await.unwrap();
}

#[tokio::test]
async fn a_constraint_tells_its_kind_and_name() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    store.write(|tx| shelve(tx, 1, "taken")).await.unwrap();
    for (sql, kind, names) in [
        ("INSERT INTO shelf (id, name) VALUES (1, 'x')", ConstraintKind::Unique, ["shelf.id", "shelf_pkey"]),
        ("INSERT INTO shelf (id, name) VALUES (2, 'taken')", ConstraintKind::Unique, ["shelf.name", "shelf_name_key"]),
        ("INSERT INTO shelf (id, name) VALUES (2, '')", ConstraintKind::Check, ["name <> ''", "shelf_name_check"]),
        ("INSERT INTO shelf (id, name) VALUES (2, NULL)", ConstraintKind::NotNull, ["shelf.name", "shelf.name"]),
        (
            "INSERT INTO shelf (id, name, weight) VALUES (2, 'x', 'heavy')",
            ConstraintKind::Other,
            [
                "cannot store TEXT value in REAL column shelf.weight",
                "invalid input syntax for type double precision: \"heavy\"",
            ],
        ),
    ] {
        match store.write(move |tx| tx.execute(sql, params![])).await {
            Err(Error::Constraint { kind: found, name }) => {
                assert_eq!(found, kind);
                assert!(names.contains(&name.as_str()), "{name}");
            }
            other => panic!("{sql}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn values_come_back_as_they_went_in_and_nothing_else_passes() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    let time = Timestamp::from_millisecond(1_790_000_000_123).unwrap();
    store
        .write(move |tx| {
            let sql = "INSERT INTO shelf (id, name, weight, cover) VALUES (?1, ?2, ?3, ?4)";
            let (no_weight, no_cover): (Option<f64>, Option<Vec<u8>>) = (None, None);
            tx.execute(sql, params![-5_i64, "naïve", 0.5, &[0_u8, 255]])?;
            for (id, name) in [(4_000_000_000_i64, "large"), (time.as_millisecond(), "timely"), (true.into(), "true")] {
                tx.execute(sql, params![id, name, no_weight, no_cover.clone()])?;
            }
            let ask = "SELECT id, name, weight, cover, id = 1 FROM shelf WHERE name = ?1";
            let row = tx.query_one(ask, params!["naïve"], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
            })?;
            let expected: (i64, String, f64, Vec<u8>, bool) = (-5, "naïve".to_owned(), 0.5, vec![0, 255], false);
            assert_eq!(row, Some(expected));
            let nothing = tx.query_one(ask, params!["large"], |row| {
                Ok((row.get::<u32>(0)?, row.get::<Option<f64>>(2)?, row.get::<Option<Vec<u8>>>(3)?))
            })?;
            assert_eq!(nothing, Some((4_000_000_000, None, None)));
            assert_eq!(tx.query_one(ask, params!["timely"], |row| row.get::<Option<Timestamp>>(0))?, Some(Some(time)));
            let yes = tx.query_one(ask, params!["true"], |row| Ok((row.get::<bool>(0)?, row.get::<bool>(4)?)))?;
            assert_eq!(yes, Some((true, true)));
            Ok::<_, Error>(())
        })
        .await
        .unwrap();

    let said = |error: Error| error.to_string();
    store
        .read(move |tx| {
            let sql = "SELECT -1 AS number, 'desk' AS word, NULL AS gap, 2 AS flag";
            tx.query_one(sql, params![], |row| {
                assert_eq!(
                    said(row.get::<u32>(0).unwrap_err()),
                    "column number holds the integer -1 where an integer of 0 to 4294967295 is expected"
                );
                assert_eq!(
                    said(row.get::<i64>(1).unwrap_err()),
                    "column word holds the text \"desk\" where an integer is expected"
                );
                assert_eq!(said(row.get::<String>(2).unwrap_err()), "column gap holds NULL where a text is expected");
                assert_eq!(
                    said(row.get::<Option<bool>>(3).unwrap_err()),
                    "column flag holds the integer 2 where 0 or 1 is expected"
                );
                assert_eq!(said(row.get::<i64>(4).unwrap_err()), "column #4 holds nothing where a column is expected");
                Ok(())
            })
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn a_statement_with_too_few_parameters_or_too_many_rows_is_an_error() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    let few = store.write(|tx| tx.execute("INSERT INTO shelf (id, name) VALUES (?1, ?2)", params![1_i64])).await;
    assert!(matches!(few, Err(Error::Engine(_))));
    let many = store.read(|tx| tx.query_one("SELECT 1 UNION ALL SELECT 2", params![], |row| row.get::<i64>(0))).await;
    assert!(matches!(many, Err(Error::ManyRows { .. })));
}

#[tokio::test]
async fn migrations_apply_once_in_order_and_keep_their_history() {
    let folder = TempDir::new().unwrap();
    let place = testing::place(folder.path());
    let at = |migrations: &[Migration]| Store::open_with(&place, Options::default(), migrations).map(drop);

    let one =
        Migration::new("0001_one", "CREATE TABLE one (id INTEGER PRIMARY KEY) STRICT; INSERT INTO one VALUES (1);");
    let two = Migration::new("0002_two", "CREATE TABLE two (id INTEGER PRIMARY KEY REFERENCES one (id)) STRICT;");
    at(&[one]).unwrap();
    at(&[one, two]).unwrap();
    at(&[one, two]).unwrap();
    assert!(matches!(at(&[one]), Err(Error::Newer { found: 2, known: 1 })));

    let edited = Migration::new("0002_two", "CREATE TABLE two (id INTEGER PRIMARY KEY) STRICT;");
    assert!(matches!(at(&[one, edited]), Err(Error::ChangedMigration { name }) if name == "0002_two"));

    // One that fails half-way, or leaves a reference to nothing, leaves no trace; the corrected one then applies.
    let broken =
        Migration::new("0003_three", "CREATE TABLE three (id INTEGER) STRICT; INSERT INTO nowhere VALUES (1);");
    assert!(matches!(at(&[one, two, broken]), Err(Error::Migration { name, .. }) if name == "0003_three"));
    let dangling = Migration::new("0003_three", "INSERT INTO two VALUES (99);");
    assert!(matches!(
        at(&[one, two, dangling]),
        Err(Error::Migration { source, .. }) if matches!(*source, Error::Constraint { .. })
    ));
    let ending = Migration::new("0003_three", "CREATE TABLE three (id INTEGER) STRICT; ROLLBACK;");
    assert!(matches!(at(&[one, two, ending]), Err(Error::Migration { .. })));
    let three = Migration::new("0003_three", "CREATE TABLE three (id INTEGER) STRICT;");
    let store = Store::open_with(&place, Options::default(), &[one, two, three]).unwrap();
    store.write(|tx| tx.execute("DELETE FROM migration WHERE version = 2", params![])).await.unwrap();
    assert!(matches!(at(&[one, two, three]), Err(Error::MigrationGap { missing: 2 })));
}

#[tokio::test]
async fn a_new_database_gets_the_shape_of_this_program() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(testing::place(folder.path()), Options::default()).unwrap();
    let applied = store
        .read(|tx| tx.query("SELECT name FROM migration ORDER BY version", params![], |row| row.get::<String>(0)))
        .await
        .unwrap();
    assert!(applied.iter().eq(migration::ALL.iter().map(|migration| migration.name)), "{applied:?}");
}

#[test]
fn two_processes_may_make_the_same_new_database() {
    let folder = TempDir::new().unwrap();
    let place = testing::place(folder.path());
    std::thread::scope(|scope| {
        let opening: Vec<_> =
            (0..4).map(|_| scope.spawn(|| Store::open_with(&place, Options::default(), SHELF).map(drop))).collect();
        for opened in opening {
            opened.join().unwrap().unwrap();
        }
    });
}

#[test]
fn every_file_of_schemas_sql_is_a_migration_of_this_program() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/sql");
    let mut files: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    let listed: Vec<String> = migration::ALL.iter().map(|migration| format!("{}.sql", migration.name)).collect();
    assert_eq!(files, listed);
    for (version, file) in (1..).zip(&listed) {
        assert!(file.starts_with(&format!("{version:04}_")), "{file} stands at place {version}");
    }
}
