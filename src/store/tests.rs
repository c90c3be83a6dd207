//! What the store promises, told through its own front door.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tempfile::TempDir;
use tokio::sync::broadcast::error::TryRecvError;
use tokio::sync::oneshot;

use super::*;

const SHELF: &[Migration] = &[Migration::new(
    "0001_shelf",
    "CREATE TABLE shelf (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE CHECK (name <> ''), weight REAL, cover BLOB) \
     STRICT;
     CREATE TABLE book (id INTEGER PRIMARY KEY,
       shelf_id INTEGER NOT NULL REFERENCES shelf (id) DEFERRABLE INITIALLY DEFERRED) STRICT;",
)];

fn open(folder: &TempDir) -> Store {
    // Groups here end only when nothing waits, however busy the machine is.
    let options = Options { group_time: Duration::from_secs(60), ..Options::default() };
    Store::open_with(&folder.path().join("node/store.db"), options, SHELF).unwrap()
}

fn shelve(tx: &mut Tx<'_>, id: i64, name: &str) -> Result<u64, Error> {
    tx.execute("INSERT INTO shelf (id, name) VALUES (?1, ?2)", params![id, name])
}

fn names(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    tx.query("SELECT name FROM shelf ORDER BY name", params![], |row| row.get(0))
}

async fn shelved(store: &Store) -> Vec<String> {
    store.read(names).await.unwrap()
}

/// Keeps the writer busy until the sender is used, so that what is asked meanwhile becomes one group.
async fn hold_writer(store: &Store) -> std::sync::mpsc::Sender<()> {
    let (release, held) = std::sync::mpsc::channel::<()>();
    let (started, running) = oneshot::channel();
    let mut started = Some(started);
    let store = store.clone();
    tokio::spawn(async move {
        store
            .write(move |_| {
                let Some(started) = started.take() else { return Ok(()) };
                let _ = started.send(());
                held.recv_timeout(Duration::from_secs(10)).map_err(|_| Error::Unavailable("the test forgot me"))
            })
            .await
    });
    running.await.unwrap();
    release
}

/// Spawns the write and returns once it stands in line behind a held writer.
async fn line_up<T: Send + 'static>(
    store: &Store,
    job: impl FnMut(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
) -> tokio::task::JoinHandle<Result<T, Error>> {
    let before = store.0.writes.waiting();
    let asking = store.clone();
    let task = tokio::spawn(async move { asking.write(job).await });
    while store.0.writes.waiting() == before {
        tokio::task::yield_now().await;
    }
    task
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
    assert!(!folder.path().join("node/store.db-wal").exists(), "closing writes the log back");
    assert_eq!(shelved(&open(&folder)).await, ["fiction"]);
}

#[cfg(unix)]
#[tokio::test]
async fn folder_file_and_log_are_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    store.write(|tx| shelve(tx, 1, "fiction")).await.unwrap();
    let mode = |path: &str| std::fs::metadata(folder.path().join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("node"), 0o700);
    assert_eq!(mode("node/store.db"), 0o600);
    assert_eq!(mode("node/store.db-wal"), 0o600);
}

#[tokio::test]
async fn an_answer_comes_after_the_commit_which_another_connection_sees() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    let other = rusqlite::Connection::open(folder.path().join("node/store.db")).unwrap();
    for id in 1..=20_i64 {
        store.write(move |tx| shelve(tx, id, &format!("shelf {id}"))).await.unwrap();
        let count: i64 = other.query_row("SELECT count(*) FROM shelf", [], |row| row.get(0)).unwrap();
        assert_eq!(count, id);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_of_one_commit_do_not_see_each_other_fail() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    let release = hold_writer(&store).await;
    let good = line_up(&store, |tx| shelve(tx, 1, "good")).await;
    let refused = line_up(&store, |tx| {
        shelve(tx, 2, "half done")?;
        tx.notify(Notice::Changed(2));
        shelve(tx, 3, "good")
    })
    .await;
    let panics = line_up(&store, |tx| -> Result<(), Error> {
        shelve(tx, 4, "panicking")?;
        panic!("a job panics, as this test wants it to")
    })
    .await;
    let dangling = line_up(&store, |tx| tx.execute("INSERT INTO book (id, shelf_id) VALUES (1, 99)", params![])).await;
    let abandoned = line_up(&store, |tx| shelve(tx, 5, "nobody waits for me")).await;
    abandoned.abort();
    let last = line_up(&store, |tx| shelve(tx, 6, "last")).await;
    let mut notices = store.subscribe();
    release.send(()).unwrap();

    assert_eq!(good.await.unwrap().unwrap(), 1);
    match refused.await.unwrap() {
        Err(Error::Constraint { kind: ConstraintKind::Unique, name }) => assert_eq!(name, "shelf.name"),
        other => panic!("{other:?}"),
    }
    assert!(matches!(panics.await.unwrap(), Err(Error::Panicked)));
    // A deferred reference is checked by the commit, and still only its own job hears of it.
    assert!(matches!(dangling.await.unwrap(), Err(Error::Constraint { kind: ConstraintKind::ForeignKey, .. })));
    assert_eq!(last.await.unwrap().unwrap(), 1);
    assert_eq!(shelved(&store).await, ["good", "last", "nobody waits for me"]);
    assert_eq!(notices.try_recv(), Err(TryRecvError::Empty));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_is_lost_confirms_nobody() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    let release = hold_writer(&store).await;
    let innocent = line_up(&store, |tx| {
        tx.notify(Notice::Event);
        shelve(tx, 1, "innocent")
    })
    .await;
    // Rolls all back, as SQLite itself does when the disk is full.
    let culprit = line_up(&store, |tx| {
        shelve(tx, 2, "twice")?;
        tx.execute("INSERT OR ROLLBACK INTO shelf (id, name) VALUES (3, 'twice')", params![])
    })
    .await;
    let mut notices = store.subscribe();
    release.send(()).unwrap();
    assert!(matches!(innocent.await.unwrap(), Err(Error::Unavailable(_))));
    assert!(matches!(culprit.await.unwrap(), Err(Error::Constraint { .. })));
    assert_eq!(notices.try_recv(), Err(TryRecvError::Empty));

    store.write(|tx| shelve(tx, 4, "after")).await.unwrap();
    assert_eq!(shelved(&store).await, ["after"]);
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
    let store = Store::open_with(&folder.path().join("store.db"), options, SHELF).unwrap();
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
    let told = tokio::time::timeout(Duration::from_secs(10), heard.recv()).await.unwrap();
    assert_eq!(told, Ok(Notice::Elsewhere));
}

#[tokio::test]
async fn own_commits_do_not_count_as_elsewhere() {
    let folder = TempDir::new().unwrap();
    let (here, there) = (open(&folder), open(&folder));
    let (mut here_heard, mut there_heard) = (here.subscribe(), there.subscribe());
    here.write(|tx| shelve(tx, 1, "here")).await.unwrap();
    // Both sides look equally often: while the other has looked three times, this one has had its chance to be wrong.
    for id in 2..5_i64 {
        let told = tokio::time::timeout(Duration::from_secs(10), there_heard.recv()).await.unwrap();
        assert_eq!(told, Ok(Notice::Elsewhere));
        here.write(move |tx| shelve(tx, id, &format!("here {id}"))).await.unwrap();
    }
    assert_eq!(here_heard.try_recv(), Err(TryRecvError::Empty));
}

#[tokio::test]
async fn closing_finishes_what_waits_in_line() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    let release = hold_writer(&store).await;
    let queued = line_up(&store, |tx| shelve(tx, 1, "in time")).await;
    let closing = tokio::spawn({
        let store = store.clone();
        async move { store.close().await }
    });
    while !store.0.writes.is_closed() {
        tokio::task::yield_now().await;
    }
    assert!(matches!(store.write(|tx| shelve(tx, 2, "too late")).await, Err(Error::Unavailable(_))));
    release.send(()).unwrap();
    closing.await.unwrap();
    assert_eq!(queued.await.unwrap().unwrap(), 1);
    assert_eq!(shelved(&open(&folder)).await, ["in time"]);
}

#[tokio::test]
async fn a_job_runs_again_where_it_ran_in_vain() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    let runs = Arc::new(AtomicUsize::new(0));
    let release = hold_writer(&store).await;
    let counted = runs.clone();
    let good = line_up(&store, move |tx| {
        counted.fetch_add(1, Ordering::Relaxed);
        shelve(tx, 1, "good")
    })
    .await;
    let dangling = line_up(&store, |tx| tx.execute("INSERT INTO book (id, shelf_id) VALUES (1, 99)", params![])).await;
    release.send(()).unwrap();
    assert_eq!(good.await.unwrap().unwrap(), 1);
    assert!(dangling.await.unwrap().is_err());
    assert_eq!(runs.load(Ordering::Relaxed), 2);
    assert_eq!(shelved(&store).await, ["good"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_that_fails_leaves_nothing_and_the_job_runs_again_only_if_it_wrote() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    for (writes, expected) in [(false, 1), (true, 2)] {
        let runs = Arc::new(AtomicUsize::new(0));
        let release = hold_writer(&store).await;
        let (counted, id) = (runs.clone(), 10 * expected);
        let first = line_up(&store, move |tx| {
            counted.fetch_add(1, Ordering::Relaxed);
            shelve(tx, id, &format!("before {writes}"))
        })
        .await;
        let second = line_up(&store, move |tx| {
            let part: Result<u64, Error> = tx.savepoint(|tx| {
                tx.notify(Notice::Changed(1));
                if writes {
                    shelve(tx, id + 1, "undone")?;
                }
                Err(Error::Panicked)
            });
            assert!(part.is_err());
            shelve(tx, id + 2, &format!("after {writes}"))
        })
        .await;
        let mut notices = store.subscribe();
        release.send(()).unwrap();
        assert_eq!((first.await.unwrap().unwrap(), second.await.unwrap().unwrap()), (1, 1));
        assert_eq!(runs.load(Ordering::Relaxed), expected as usize, "{writes}");
        assert_eq!(notices.try_recv(), Err(TryRecvError::Empty));
    }
    assert_eq!(shelved(&store).await, ["after false", "after true", "before false", "before true"]);
}

#[tokio::test]
async fn a_constraint_tells_its_kind_and_name() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    store.write(|tx| shelve(tx, 1, "taken")).await.unwrap();
    for (sql, kind, name) in [
        ("INSERT INTO shelf (id, name) VALUES (1, 'x')", ConstraintKind::Unique, "shelf.id"),
        ("INSERT INTO shelf (id, name) VALUES (2, 'taken')", ConstraintKind::Unique, "shelf.name"),
        ("INSERT INTO shelf (id, name) VALUES (2, '')", ConstraintKind::Check, "name <> ''"),
        ("INSERT INTO shelf (id, name) VALUES (2, NULL)", ConstraintKind::NotNull, "shelf.name"),
        (
            "INSERT INTO shelf (id, name, weight) VALUES (2, 'x', 'heavy')",
            ConstraintKind::Other,
            "cannot store TEXT value in REAL column shelf.weight",
        ),
    ] {
        match store.write(move |tx| tx.execute(sql, params![])).await {
            Err(Error::Constraint { kind: found, name: told }) => assert_eq!((found, told.as_str()), (kind, name)),
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
        .read(move |tx| {
            let nothing: Option<&str> = None;
            let row = tx.query_one(
                "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8",
                params![-5_i64, 4_000_000_000_u32, true, 0.5, "naïve", &[0_u8, 255], nothing, time],
                |row| {
                    Ok((
                        (row.get::<i64>(0)?, row.get::<u32>(1)?, row.get::<bool>(2)?, row.get::<f64>(3)?),
                        (row.get::<String>(4)?, row.get::<Vec<u8>>(5)?),
                        (row.get::<Option<String>>(6)?, row.get::<Option<Timestamp>>(7)?),
                    ))
                },
            )?;
            let (numbers, bytes, options) = row.unwrap();
            assert_eq!(numbers, (-5, 4_000_000_000, true, 0.5));
            assert_eq!(bytes, ("naïve".to_owned(), vec![0, 255]));
            assert_eq!(options, (None, Some(time)));
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

#[test]
fn migrations_apply_once_in_order_and_keep_their_history() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store.db");
    let at = |migrations: &[Migration]| Store::open_with(&path, Options::default(), migrations).map(drop);

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
    at(&[one, two, three]).unwrap();

    let by_hand = rusqlite::Connection::open(&path).unwrap();
    by_hand.execute("DELETE FROM migration WHERE version = 2", []).unwrap();
    assert!(matches!(at(&[one, two, three]), Err(Error::MigrationGap { missing: 2 })));
}

#[tokio::test]
async fn a_new_database_gets_the_shape_of_this_program() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(&folder.path().join("store.db"), Options::default()).unwrap();
    let applied = store
        .read(|tx| tx.query("SELECT name FROM migration ORDER BY version", params![], |row| row.get::<String>(0)))
        .await
        .unwrap();
    assert!(applied.iter().eq(migration::ALL.iter().map(Migration::name)), "{applied:?}");
}

#[test]
fn two_processes_may_make_the_same_new_database() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store.db");
    std::thread::scope(|scope| {
        let opening: Vec<_> =
            (0..4).map(|_| scope.spawn(|| Store::open_with(&path, Options::default(), SHELF).map(drop))).collect();
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
    let listed: Vec<String> = migration::ALL.iter().map(|migration| format!("{}.sql", migration.name())).collect();
    assert_eq!(files, listed);
    for (version, file) in (1..).zip(&listed) {
        assert!(file.starts_with(&format!("{version:04}_")), "{file} stands at place {version}");
    }
}
