//! What a file promises besides what every store does: the owner's eyes alone, and many jobs in one commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::broadcast::error::TryRecvError;
use tokio::sync::oneshot;

use crate::store::tests::{SHELF, shelve, shelved};
use crate::store::{ConstraintKind, Engine, Error, Jobs, Notice, Options, Place, Store, Tx, params};

fn open(folder: &TempDir) -> Store {
    // Groups here end only when nothing waits, however busy the machine is.
    let options = Options { group_time: Duration::from_secs(60), ..Options::default() };
    Store::open_with(&Place::File(folder.path().join("node/store.db")), options, SHELF).unwrap()
}

/// The line of those who want to write.
fn writes(store: &Store) -> &Jobs {
    match &store.0.engine {
        Engine::Sqlite { writes, .. } => writes,
        Engine::Postgres(_) => panic!("a file is opened here"),
    }
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
    let before = writes(store).waiting();
    let asking = store.clone();
    let task = tokio::spawn(async move { asking.write(job).await });
    while writes(store).waiting() == before {
        tokio::task::yield_now().await;
    }
    task
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
    while !writes(&store).is_closed() {
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
async fn closing_writes_the_log_back_into_the_file() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    store.write(|tx| shelve(tx, 1, "fiction")).await.unwrap();
    store.close().await;
    assert!(!folder.path().join("node/store.db-wal").exists());
}

#[tokio::test]
async fn the_larger_of_two_is_found_as_on_the_other_engine() {
    let folder = TempDir::new().unwrap();
    let found = open(&folder)
        .read(|tx| {
            let sql = "SELECT greatest(2, 7), least(2, 7), greatest(NULL, 3), greatest(NULL, NULL) IS NULL";
            tx.query_one(sql, params![], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get::<i64>(3)?]))
        })
        .await;
    assert_eq!(found.unwrap(), Some([7, 2, 3, 1]));
}
