//! What a store on a server promises when things go wrong between us and it. Told on the server that TEST_DATABASE_URL names;
//! where it names none, these stories are not told.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use jiff::Timestamp;
use tempfile::TempDir;

use crate::store::activity::{self, Activity};
use crate::store::actor::{self, RemoteProfile};
use crate::store::delivery::{self, Answer, Destination, Posting};
use crate::store::process::{self, Beat, Duty};
use crate::store::spent::{self, Turns};
use crate::store::tests::{SHELF, shelve, shelved};
use crate::store::{Address, Error, Notice, Options, Place, Store, Tx, database, params};

fn place(folder: &TempDir) -> Option<Place> {
    let url = database::url(folder.path());
    if url.is_none() {
        eprintln!("not run: TEST_DATABASE_URL names no server");
    }
    url.map(|url| url.parse().unwrap())
}

fn open(place: &Place) -> Store {
    Store::open_with(place, Options::default(), SHELF).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transactions_that_meet_are_run_again_until_each_has_happened_and_none_gives_up() {
    let folder = TempDir::new().unwrap();
    let Some(place) = place(&folder) else { return };
    let many = || Store::open_with(&place, Options { connections: 25, ..Options::default() }, SHELF).unwrap();
    let stores = [many(), many()];
    stores[0].write(|tx| shelve(tx, 1, "counter 0")).await.unwrap();
    let runs = Arc::new(AtomicUsize::new(0));
    // Each reads what it then writes: side by side they would lose each other's count.
    let counting = (0..400).map(|number| {
        let (store, runs) = (stores[number % 2].clone(), runs.clone());
        tokio::spawn(async move {
            let job = store.write(move |tx| {
                runs.fetch_add(1, Ordering::Relaxed);
                let now = tx.query_one("SELECT name FROM shelf WHERE id = 1", params![], |row| row.get::<String>(0))?;
                let count: u32 = now.unwrap().trim_start_matches("counter ").parse().unwrap();
                std::thread::sleep(Duration::from_millis(1));
                tx.execute("UPDATE shelf SET name = ?1 WHERE id = 1", params![format!("counter {}", count + 1)])
            });
            job.await
        })
    });
    for one in counting.collect::<Vec<_>>() {
        one.await.unwrap().unwrap();
    }
    assert_eq!(shelved(&stores[0]).await, ["counter 400"]);
    assert!(runs.load(Ordering::Relaxed) > 400, "some met");
}

#[tokio::test]
async fn a_statement_that_fails_takes_its_part_along_and_a_job_that_hides_it_is_refused() {
    let folder = TempDir::new().unwrap();
    let Some(place) = place(&folder) else { return };
    let store = open(&place);
    let kept = store
        .write(|tx| {
            shelve(tx, 1, "first")?;
            let again = tx.savepoint(|tx| shelve(tx, 2, "first"));
            assert!(matches!(again, Err(Error::Constraint { .. })));
            shelve(tx, 3, "third")
        })
        .await;
    assert_eq!(kept.unwrap(), 1);
    let hidden = store
        .write(|tx| {
            shelve(tx, 4, "fourth")?;
            let _ = shelve(tx, 5, "first");
            Ok::<_, Error>(())
        })
        .await;
    assert!(matches!(hidden, Err(Error::Unavailable(_))), "{hidden:?}");
    assert_eq!(shelved(&store).await, ["first", "third"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_is_lost_loses_nothing_and_does_nothing_twice() {
    let folder = TempDir::new().unwrap();
    let Some(Place::Server(server)) = place(&folder) else { return };
    let wire = Wire::to(&server);
    // One connection that writes. A second one is opened when a job comes while the first is on its way back from the last;
    // it would be cut beside the first and learn it with its next job, whose runs are counted here.
    let options = Options { connections: 2, ..Options::default() };
    let store = Store::open_with(&wire.place(&server), options, SHELF).unwrap();
    store.write(|tx| shelve(tx, 1, "before")).await.unwrap();

    // Lost while nobody speaks, and in the middle of a job.
    wire.cut();
    store.write(|tx| shelve(tx, 2, "after a silence")).await.unwrap();
    let cut = wire.clone();
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = runs.clone();
    store
        .write(move |tx| {
            shelve(tx, 3, "in the middle")?;
            if counted.fetch_add(1, Ordering::Relaxed) == 0 {
                cut.cut();
            }
            shelve(tx, 4, "at the end")
        })
        .await
        .unwrap();
    assert_eq!(runs.load(Ordering::Relaxed), 2);

    // Lost with the answer to the commit: it was heard, and is not done again. Lost with the commit: it is.
    for (id, how) in [(10, Cut::Answer), (11, Cut::Question)] {
        let (wire, runs) = (wire.clone(), Arc::new(AtomicUsize::new(0)));
        let counted = runs.clone();
        let done = store.write(move |tx| {
            let run = counted.fetch_add(1, Ordering::Relaxed);
            // Without a key: what is done twice is there twice.
            tx.execute(
                "INSERT INTO shelf (id, name) VALUES (?1, ?2)",
                params![id + 100 * run as i64, format!("{how:?} {run}")],
            )?;
            if run == 0 {
                wire.cut_at_commit(how);
            }
            Ok::<_, Error>(())
        });
        done.await.unwrap();
        let expected = if matches!(how, Cut::Answer) { 1 } else { 2 };
        assert_eq!(runs.load(Ordering::Relaxed), expected, "{how:?}");
    }
    assert_eq!(
        shelved(&store).await,
        ["Answer 0", "Question 1", "after a silence", "at the end", "before", "in the middle"]
    );
    store.close().await;
}

#[tokio::test]
async fn a_server_that_is_away_is_said_to_be_and_no_longer_when_it_is_back() {
    let folder = TempDir::new().unwrap();
    let Some(Place::Server(server)) = place(&folder) else { return };
    let wire = Wire::to(&server);
    let options = Options { patience: Duration::from_millis(300), ..Options::default() };
    let store = Store::open_with(&wire.place(&server), options, SHELF).unwrap();
    wire.close();
    let away = store.write(|tx| shelve(tx, 1, "nowhere")).await;
    assert!(matches!(away, Err(Error::Unavailable("the database server cannot be reached"))), "{away:?}");
    wire.open();
    store.write(|tx| shelve(tx, 2, "here")).await.unwrap();
    assert_eq!(shelved(&store).await, ["here"]);
}

#[tokio::test]
async fn what_one_process_says_the_others_hear() {
    let folder = TempDir::new().unwrap();
    let Some(place) = place(&folder) else { return };
    let (here, there) = (open(&place), open(&place));
    let mut heard = there.subscribe();
    let both = async {
        let mut left = vec![Notice::Changed(i64::MAX), Notice::Judged];
        while !left.is_empty() {
            let notice = heard.recv().await.unwrap();
            left.retain(|wanted| *wanted != notice);
        }
    };
    // It may not listen yet; then it is said in vain, and said again.
    let speaking = async {
        loop {
            here.write(|tx| {
                tx.notify(Notice::Changed(i64::MAX));
                tx.notify(Notice::Judged);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::select! {
        () = both => {}
        () = speaking => {}
        () = tokio::time::sleep(Duration::from_secs(10)) => panic!("nobody hears"),
    }
}

#[tokio::test]
async fn a_duty_is_one_processs_until_it_ends_or_has_not_said_for_a_while_that_it_lives() {
    let folder = TempDir::new().unwrap();
    let Some(place) = place(&folder) else { return };
    let stores: Vec<Store> = (0..2).map(|_| Store::open(place.clone(), Options::default()).unwrap()).collect();
    let at = |seconds: i64| Timestamp::from_second(1_800_000_000 + seconds).unwrap();
    let beat = |which: usize, seconds| stores[which].write(move |tx: &mut Tx<'_>| process::beat(tx, at(seconds)));
    let take = |which: usize, seconds| {
        stores[which].write(move |tx: &mut Tx<'_>| process::take(tx, Duty::Publish, at(seconds)))
    };
    assert_eq!(beat(0, 0).await.unwrap(), Beat::Born(1));
    assert_eq!(beat(1, 0).await.unwrap(), Beat::Born(2));
    assert!(take(0, 0).await.unwrap() && !take(1, 0).await.unwrap());
    assert_eq!(beat(0, 8).await.unwrap(), Beat::Alive(2));
    assert_eq!(beat(1, 8).await.unwrap(), Beat::Alive(2));
    assert!(!take(1, 17).await.unwrap(), "it said so 9 seconds ago");

    // One has been away for too long, and learns it.
    assert_eq!(beat(1, 17).await.unwrap(), Beat::Alive(2));
    assert!(take(1, 19).await.unwrap() && !take(0, 19).await.unwrap());
    assert_eq!(beat(0, 19).await.unwrap(), Beat::Born(2));
    stores[1].write(|tx: &mut Tx<'_>| process::leave(tx)).await.unwrap();
    assert!(take(0, 20).await.unwrap(), "who leaves leaves nothing behind");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_put_on_its_way_while_another_process_sees_nothing_left_for_the_host_is_still_found() {
    let folder = TempDir::new().unwrap();
    let Some(place) = place(&folder) else { return };
    let [sender, publisher] = [0, 1].map(|_| Store::open(place.clone(), Options::default()).unwrap());
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    let to = Destination::of("https://far.example/inbox").unwrap();
    let say = move |tx: &mut Tx<'_>, id: i64, to: &Destination| {
        let profile = RemoteProfile::bare("https://harbor.example/ana", "ana", "harbor.example");
        let (actor, _) = actor::upsert_remote(tx, &profile, now)?;
        let body = "{}".to_owned();
        let said = Activity { id, actor, kind: "Create".into(), body, public: true, key_uri: None, created_at: now };
        activity::add(tx, &said)?;
        let posting = Posting { activity: id, actor, ordering_key: "a post", urgent: false };
        delivery::add(tx, &posting, std::slice::from_ref(to), now)
    };
    let first = to.clone();
    publisher.write(move |tx| say(tx, 1, &first)).await.unwrap();
    let (host, nobody) = (to.host.clone(), HashSet::new());
    sender
        .write(move |tx| {
            process::beat(tx, now)?;
            process::claim_hosts(tx, 1, now)?;
            let due = delivery::due(tx, &nobody, 1, 1, now)?;
            delivery::done(tx, due.runs[0].deliveries[0].id, &Answer::default(), now)
        })
        .await
        .unwrap();

    // The sender has begun to look what is left when the publisher adds something.
    let (begun, begins) = mpsc::channel();
    let (added, adds) = mpsc::channel();
    let looking = tokio::spawn({
        let (sender, host, mut waits) = (sender.clone(), host.clone(), true);
        async move {
            sender
                .write(move |tx| {
                    delivery::waits_for(tx, &host)?;
                    if std::mem::take(&mut waits) {
                        begun.send(()).unwrap();
                        adds.recv_timeout(Duration::from_secs(30)).unwrap();
                    }
                    delivery::refresh(tx, &host, now)?;
                    process::release_host(tx, &host)
                })
                .await
        }
    });
    tokio::task::spawn_blocking(move || begins.recv_timeout(Duration::from_secs(30))).await.unwrap().unwrap();
    assert_eq!(publisher.write(move |tx| say(tx, 2, &to)).await.unwrap(), 1);
    added.send(()).unwrap();
    looking.await.unwrap().unwrap();

    let found = sender.write(move |tx| {
        process::claim_hosts(tx, 1, now)?;
        delivery::due(tx, &HashSet::new(), 1, 1, now)
    });
    let runs = found.await.unwrap().runs;
    assert_eq!(runs.iter().flat_map(|run| &run.deliveries).map(|one| one.activity).collect::<Vec<_>>(), [2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_believed_for_its_certificate_and_for_nothing_else() {
    let folder = TempDir::new().unwrap();
    let Some(Place::Server(server)) = place(&folder) else { return };
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let authority = folder.path().join("ca.pem");
    std::fs::write(&authority, cert.pem()).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let port = covered(&server, vec![cert.der().clone()], key).await;

    let at = |host: &str, more: &str| -> Address {
        let schema = server.schema();
        format!("postgres://thirdspace@{host}:{port}/postgres?schema={schema}{more}").parse().unwrap()
    };
    let opened = |address: Address| {
        tokio::task::block_in_place(|| Store::open_with(&Place::Server(address), Options::default(), SHELF))
    };
    let store = opened(at("localhost", "&sslmode=require").trusting(Some(authority.clone()))).unwrap();
    store.write(|tx| shelve(tx, 1, "in secret")).await.unwrap();
    assert_eq!(shelved(&store).await, ["in secret"]);
    for (what, address) in [
        ("an authority that nobody named", at("localhost", "&sslmode=require")),
        ("another name than the certificate's", at("127.0.0.1", "&sslmode=require").trusting(Some(authority))),
        ("no secrecy, where the server wants it", at("localhost", "&sslmode=disable")),
    ] {
        let refused = opened(address).map(drop);
        assert!(matches!(refused, Err(Error::Server { .. })), "{what}: {refused:?}");
    }
    store.close().await;
}

/// The server behind TLS (PostgreSQL 55.2.10); answers with the port.
async fn covered(
    server: &Address,
    chain: Vec<rustls::pki_types::CertificateDer<'static>>,
    key: rustls::pki_types::PrivateKeyDer<'static>,
) -> u16 {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let tokio_postgres::config::Host::Unix(folder) = &server.config().get_hosts()[0] else {
        panic!("the test server has a socket")
    };
    let socket = folder.join(".s.PGSQL.5432");
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let (acceptor, socket) = (acceptor.clone(), socket.clone());
            tokio::spawn(async move {
                let mut asked = [0; 8];
                client.read_exact(&mut asked).await.ok()?;
                // SSLRequest; anything else is somebody who wants to speak openly.
                if asked[4..] != [0x04, 0xd2, 0x16, 0x2f] {
                    return None;
                }
                client.write_all(b"S").await.ok()?;
                let mut client = acceptor.accept(client).await.ok()?;
                let mut server = tokio::net::UnixStream::connect(socket).await.ok()?;
                tokio::io::copy_bidirectional(&mut client, &mut server).await.ok()
            });
        }
    });
    port
}

/// When the wire is to break.
#[derive(Debug, Clone, Copy)]
enum Cut {
    /// Before the server hears the commit.
    Question,
    /// After it has heard it, before we hear that.
    Answer,
}

#[tokio::test]
async fn what_one_process_counted_the_others_hear_for_some_seconds() {
    let folder = TempDir::new().unwrap();
    let Some(place) = place(&folder) else { return };
    let stores: Vec<Store> = (0..2).map(|_| Store::open(place.clone(), Options::default()).unwrap()).collect();
    let at = |seconds: i64| Timestamp::from_second(1_800_000_000 + seconds).unwrap();
    let turns = vec![Turns { what: "api by token".to_owned(), who: i64::MIN, times: 60 }];
    let said = turns.clone();
    stores[0].write(move |tx: &mut Tx<'_>| spent::say(tx, &said, at(0))).await.unwrap();
    let hears = |which: usize, seconds| {
        let heard = stores[which].read(move |tx: &mut Tx<'_>| spent::hear(tx, at(seconds)));
        async { heard.await.unwrap().into_iter().map(|(_, turns)| turns).collect::<Vec<_>>() }
    };
    assert_eq!(hears(0, 1).await, [], "it knows what it counted itself");
    assert_eq!((hears(1, 1).await, hears(1, 9).await), (turns.clone(), turns));
    assert_eq!(hears(1, 12).await, []);
}

/// A wire to the server that can be cut.
#[derive(Clone)]
struct Wire(Arc<Inner>);

struct Inner {
    address: SocketAddr,
    socket: std::path::PathBuf,
    ends: Mutex<Vec<TcpStream>>,
    at_commit: Mutex<Option<Cut>>,
    closed: std::sync::atomic::AtomicBool,
}

impl Wire {
    fn to(server: &Address) -> Self {
        let tokio_postgres::config::Host::Unix(folder) = &server.config().get_hosts()[0] else {
            panic!("the test server has a socket")
        };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let wire = Self(Arc::new(Inner {
            address: listener.local_addr().unwrap(),
            socket: folder.join(".s.PGSQL.5432"),
            ends: Mutex::default(),
            at_commit: Mutex::default(),
            closed: std::sync::atomic::AtomicBool::new(false),
        }));
        let serving = wire.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if !serving.0.closed.load(Ordering::SeqCst) {
                    serving.clone().join(client);
                }
            }
        });
        wire
    }

    fn place(&self, server: &Address) -> Place {
        let (host, port) = (self.0.address.ip(), self.0.address.port());
        format!("postgres://thirdspace@{host}:{port}/postgres?schema={}", server.schema()).parse().unwrap()
    }

    fn cut(&self) {
        self.0.ends.lock().unwrap().drain(..).for_each(|end| drop(end.shutdown(Shutdown::Both)));
    }

    fn close(&self) {
        self.0.closed.store(true, Ordering::SeqCst);
        self.cut();
    }

    fn open(&self) {
        self.0.closed.store(false, Ordering::SeqCst);
    }

    fn cut_at_commit(&self, how: Cut) {
        *self.0.at_commit.lock().unwrap() = Some(how);
    }

    fn join(self, client: TcpStream) {
        let server = UnixStream::connect(&self.0.socket).unwrap();
        self.0.ends.lock().unwrap().push(client.try_clone().unwrap());
        let (mut from_server, mut to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
        let deaf = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let is_deaf = deaf.clone();
        std::thread::spawn(move || {
            let mut bytes = [0; 16 * 1024];
            while let Ok(count @ 1..) = from_server.read(&mut bytes) {
                if is_deaf.load(Ordering::SeqCst) {
                    // What it says to what came before is no answer to the commit, which it may not have read yet.
                    if !bytes[..count].windows(6).any(|word| word == b"COMMIT") {
                        continue;
                    }
                    let _ = to_client.shutdown(Shutdown::Both);
                    return;
                }
                if to_client.write_all(&bytes[..count]).is_err() {
                    return;
                }
            }
            let _ = to_client.shutdown(Shutdown::Both);
        });
        let (mut from_client, mut to_server) = (client, server);
        std::thread::spawn(move || {
            let mut bytes = [0; 16 * 1024];
            while let Ok(count @ 1..) = from_client.read(&mut bytes) {
                let said = &bytes[..count];
                let commits = said.windows(6).any(|word| word == b"COMMIT");
                let how = if commits { self.0.at_commit.lock().unwrap().take() } else { None };
                match how {
                    Some(Cut::Question) => break,
                    Some(Cut::Answer) => deaf.store(true, Ordering::SeqCst),
                    None => {}
                }
                if to_server.write_all(said).is_err() {
                    break;
                }
            }
            let _ = from_client.shutdown(Shutdown::Both);
            let _ = to_server.shutdown(Shutdown::Both);
        });
    }
}
