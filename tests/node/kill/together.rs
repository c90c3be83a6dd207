//! Three processes of one node on one database server, behind a proxy that gives each request to the next of them: thousands
//! of activities in and out; in the middle one process is killed and comes back, and another one is restarted.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use tempfile::TempDir;
use thirdspace::coworking::id::PostId;
use thirdspace::coworking::member::{Acting, Role};
use thirdspace::coworking::post::PostInput;
use thirdspace::operations::post::{Mentions, edit, publish};
use thirdspace::operations::{notification, queue};
use thirdspace::store::delivery::Counts;
use thirdspace::store::inbox;
use thirdspace::store::page::Page;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use super::mail::uri_of;
use super::peers::{Arrival, Peers, key_of};
use super::program::{Ground, Program};
use super::{at_rest, read, until};
use crate::town::wire::{self, KIND, Signer};

const PROCESSES: usize = 3;
/// Who send, each one thing after another.
const SENDERS: usize = 40;
/// Notes of each, all of which name Ana. With what some send first it is 5,000.
const NOTES: usize = 125;
/// So many of the senders begin with something for which others have to be asked, so that what they send next has to wait.
const SLOW: usize = 10;
/// Each gets what Ana says.
const FOLLOWERS: usize = 100;
/// Posts of Ana, each said and changed twice: 5,100 deliveries.
const POSTS: usize = 17;
const CHANGES: usize = 2;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_processes_of_one_node_do_everything_once_and_in_order_whatever_becomes_of_each() {
    let folder = TempDir::new().unwrap();
    if crate::database::url(folder.path()).is_none() {
        eprintln!("not run: a file has one process; TEST_DATABASE_URL names no server");
        return;
    }
    let peers = Peers::open().await;
    let ground = Ground::new(folder.path(), peers.address);
    let (ana, _) = ground.set_up(FOLLOWERS, SENDERS).await;

    let mut processes: Vec<Option<Program>> = Vec::new();
    let seats: Vec<_> = (0..PROCESSES).map(|_| crate::town::socket("127.0.0.1:0".parse().unwrap())).collect();
    let addresses: Vec<SocketAddr> = seats.iter().map(|seat| seat.local_addr().unwrap()).collect();
    for address in &addresses {
        processes.push(Some(Program::start_at(&ground, *address).await));
    }
    let proxy = Proxy::open(addresses.clone()).await;

    // Out: Ana says something and changes it, while the mail comes in.
    let store = Arc::new(ground.open());
    let site = ground.site();
    let speaking = tokio::spawn({
        let store = store.clone();
        async move {
            let acting = Acting::Member(ana, Role::Member);
            let draft = |text: String| PostInput { content: text, ..PostInput::default() }.parse().unwrap();
            let mut said: Vec<PostId> = Vec::new();
            for change in 0..=CHANGES {
                for number in 0..POSTS {
                    let (site, draft, before) =
                        (site.clone(), draft(format!("post {number}, version {change}")), said.get(number).copied());
                    let id = store
                        .write(move |tx| match before {
                            None => publish(tx, &site, acting, &draft, &Mentions::default(), Timestamp::now()),
                            Some(id) => {
                                edit(tx, &site, acting, id, &draft, &Mentions::default(), Timestamp::now()).map(|()| id)
                            }
                        })
                        .await
                        .unwrap();
                    if change == 0 {
                        said.push(id);
                    }
                }
                tokio::time::sleep(Duration::from_millis(1_500)).await;
            }
        }
    });
    let taken = Arc::new(AtomicUsize::new(0));
    let sending: Vec<_> = (0..SENDERS).map(|sender| tokio::spawn(sends(sender, proxy, taken.clone()))).collect();

    // In the middle of both, one is gone without a word, and comes back after a while.
    let total = SENDERS * NOTES + SLOW;
    let out = POSTS * (CHANGES + 1) * FOLLOWERS;
    until("half of it is done", async || taken.load(Ordering::SeqCst) > total / 2 && peers.taken() > out / 4).await;
    processes[1].take().unwrap().kill();
    let (came, went) = (taken.load(Ordering::SeqCst), peers.taken());
    assert!(came < total && went < out, "in the middle: {came} in, {went} out");
    tokio::time::sleep(Duration::from_secs(1)).await;
    processes[1] = Some(Program::start_at(&ground, addresses[1]).await);
    // As for an update: it ends what it has begun, and its duties are free at once.
    processes[2].take().unwrap().end().await;
    processes[2] = Some(Program::start_at(&ground, addresses[2]).await);

    for one in sending {
        tokio::time::timeout(super::DEADLINE, one).await.expect("everything is taken in time").unwrap();
    }
    speaking.await.unwrap();
    until("everything went out", async || peers.taken() == out).await;
    until("nothing waits", async || at_rest(&store).await).await;
    assert_eq!(taken.load(Ordering::SeqCst), total);
    eprintln!("{total} in and {out} out by {PROCESSES} processes; one was killed at {came} in and {went} out");

    let mine = Acting::Member(ana, Role::Member);
    assert_eq!(read(&store, |tx| Ok(queue::overview(tx, Acting::Keeper)?.outgoing)).await, Counts::default());
    assert_eq!(read(&store, |tx| Ok(inbox::counts(tx)?)).await, inbox::Counts::default());
    came_in_order(&told(&store, mine).await);
    went_in_order(&peers.arrivals());
    for process in processes.into_iter().flatten() {
        process.end().await;
    }
    store.close().await;
}

/// Sends what one sender has to say, each thing when the one before it was taken.
async fn sends(sender: usize, to: SocketAddr, taken: Arc<AtomicUsize>) {
    let actor = uri_of(sender);
    let create = |number: usize| {
        let note = format!("http://sender{sender}.test/n/{number}");
        let ana = json!({"type": "Mention", "href": "http://harbor.test/members/ana", "name": "@ana"});
        json!({"@context": "https://www.w3.org/ns/activitystreams", "id": format!("{note}#create"), "type": "Create", "actor": actor,
            "object": {"id": note, "type": "Note", "attributedTo": actor, "content": format!("<p>{number}</p>"), "tag": [ana],
                "to": ["https://www.w3.org/ns/activitystreams#Public"], "published": Timestamp::now().to_string()}})
    };
    let passed_on = json!({"@context": "https://www.w3.org/ns/activitystreams", "type": "Announce", "actor": actor,
        "id": format!("http://sender{sender}.test/a/1"), "object": format!("http://far.test/n/{sender}"),
        "to": ["https://www.w3.org/ns/activitystreams#Public"]});
    let first = (sender < SLOW).then_some(passed_on);
    let signer = Signer { key_id: format!("{actor}#main-key"), key: key_of(sender) };
    for activity in first.into_iter().chain((0..NOTES).map(create)) {
        let body = activity.to_string();
        let status = loop {
            let request = signer.delivery("harbor.test", "/inbox", body.as_bytes(), KIND, Timestamp::now());
            let (status, words) = wire::say(to, &request).await;
            assert!(!(400..500).contains(&status), "{status} {words}");
            if (200..300).contains(&status) {
                break status;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        assert_eq!(status, 202);
        taken.fetch_add(1, Ordering::SeqCst);
    }
}

/// A proxy that gives each request to the next process that is there.
struct Proxy;

impl Proxy {
    async fn open(to: Vec<SocketAddr>) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let mut next = 0;
            while let Ok((client, _)) = listener.accept().await {
                next += 1;
                let mut order = to.clone();
                order.rotate_left(next % to.len());
                tokio::spawn(Self::pass_on(client, order));
            }
        });
        address
    }

    async fn pass_on(mut client: TcpStream, to: Vec<SocketAddr>) -> Option<()> {
        let (head, body) = wire::message(&mut client, &mut Vec::new()).await?;
        for address in to {
            // Who is not there was not asked; who was asked and did not answer may have heard it all the same.
            let Ok(mut server) = TcpStream::connect(address).await else { continue };
            let request = [head.as_bytes(), b"\r\n\r\n", &body].concat();
            server.write_all(&request).await.ok()?;
            let (head, body) = wire::message(&mut server, &mut Vec::new()).await?;
            return client.write_all(&[head.as_bytes(), b"\r\n\r\n", &body].concat()).await.ok();
        }
        client.write_all(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n").await.ok()
    }
}

/// Of which notes Ana was told, the first first.
async fn told(store: &thirdspace::store::Store, ana: Acting) -> Vec<String> {
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let (items, next) = read(store, move |tx| {
            let page = notification::list(tx, ana, Page::new(before, Some(Page::LIMIT)))?;
            let note = |one: thirdspace::store::notification::Notification| {
                one.post.map(|view| view.post.uri).unwrap_or_default()
            };
            Ok((page.items.into_iter().map(note).collect::<Vec<_>>(), page.next))
        })
        .await;
        all.extend(items);
        before = next;
        if next.is_none() {
            all.reverse();
            return all;
        }
    }
}

/// Each note was acted on once, and those of each sender in the order in which they were sent.
fn came_in_order(told: &[String]) {
    assert_eq!(told.iter().collect::<BTreeSet<_>>().len(), told.len(), "none is doubled");
    let mut of: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for note in told {
        let (sender, number) = note.split_once("/n/").unwrap();
        of.entry(sender).or_default().push(number.parse().unwrap());
    }
    assert_eq!(of.len(), SENDERS);
    for (sender, numbers) in of {
        assert!(numbers.iter().copied().eq(0..NOTES), "{sender}: {numbers:?}");
    }
}

/// Each host heard of each post that it was made and that it was changed, each time no older than before, whatever it heard
/// twice. (What is told of a change is how the post stands by then.)
fn went_in_order(arrivals: &[Arrival]) {
    /// An activity's id, its type and the version of the post in it.
    type Heard = (String, String, usize);
    let mut of: BTreeMap<(String, String), Vec<Heard>> = BTreeMap::new();
    for arrival in arrivals {
        let body: serde_json::Value = serde_json::from_str(&arrival.body).unwrap();
        let object = body["object"]["id"].as_str().unwrap().to_owned();
        let content = body["object"]["content"].as_str().unwrap();
        let version = content.split("version ").nth(1).unwrap().trim_end_matches("</p>").parse().unwrap();
        let heard = of.entry((arrival.host.clone(), object)).or_default();
        if heard.iter().all(|(id, ..)| *id != arrival.id) {
            heard.push((arrival.id.clone(), body["type"].as_str().unwrap().to_owned(), version));
        }
    }
    assert_eq!(of.len(), FOLLOWERS * POSTS);
    for (who, heard) in of {
        let kinds: Vec<&str> = heard.iter().map(|(_, kind, _)| kind.as_str()).collect();
        assert_eq!(kinds, ["Create", "Update", "Update"], "{who:?}: {heard:?}");
        assert!(heard.is_sorted_by_key(|(.., version)| *version), "{who:?}: {heard:?}");
        assert!(heard.iter().skip(1).is_sorted_by_key(|(id, ..)| id), "{who:?}: {heard:?}");
        assert_eq!(heard.last().map(|(.., version)| *version), Some(CHANGES));
    }
}
