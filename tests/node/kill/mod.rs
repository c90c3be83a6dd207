//! The real program is killed in the middle of two streams of activities, one in and one out, and started again on the
//! same folder, twice: what it said it took is acted on once, and what it has to say arrives everywhere.

mod mail;
mod peers;
mod program;
mod together;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use thirdspace::coworking::member::{Acting, Role};
use thirdspace::operations::{self, notification, post, queue, timeline};
use thirdspace::store::delivery::Counts;
use thirdspace::store::notification::Notification;
use thirdspace::store::page::Page;
use thirdspace::store::{Store, Tx, inbox};

use mail::{Mail, SENDERS, Stream};
use peers::Peers;
use program::{Ground, Program};

/// For each stage of the story; a machine that does much else beside it is slow.
const DEADLINE: Duration = Duration::from_secs(120);
/// Followers, each with an inbox on a host of its own.
const FOLLOWERS: usize = 100;
/// Posts of Ana before each start; every one goes to every follower.
const POSTS: [usize; 3] = [8, 6, 6];
/// How far both streams are when the program is killed.
const KILLED_AT: [usize; 2] = [400, 1_000];
/// Posts of Nina, whom nobody follows, to be liked.
const LIKED: usize = 20;
/// What is sent to the node.
const NOTES: usize = 1_500;
const LIKES: usize = 500;
/// So many notes name Ana.
const MENTIONS: usize = 150;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_twice_between_two_thousand_in_and_two_thousand_out_nothing_is_lost_and_nothing_done_twice() {
    let folder = TempDir::new().unwrap();
    let peers = Peers::open().await;
    let ground = Ground::new(folder.path(), peers.address);
    let (ana, nina) = ground.set_up(FOLLOWERS, SENDERS).await;
    let liked = ground.posts(nina, LIKED, "to be liked").await;
    let mail = Mail::write(&liked, NOTES, LIKES, MENTIONS);
    let stream = Arc::new(Stream::new(mail, ground.address(), peers.clone()));
    // Neither stream gets far ahead of the other, so that both are cut in their middle.
    peers.keep_pace_with(&stream);

    let mut said = Vec::new();
    let sending = tokio::spawn(stream.clone().send());
    for (stage, count) in POSTS.into_iter().enumerate() {
        said.extend(ground.posts(ana, count, &format!("post of stage {stage}")).await);
        let program = Program::start(&ground).await;
        let Some(enough) = KILLED_AT.get(stage) else {
            until("everything is sent and taken", async || {
                stream.accepted() == NOTES + LIKES && peers.taken() == said.len() * FOLLOWERS
            })
            .await;
            let store = ground.open();
            until("nothing waits", async || at_rest(&store).await).await;
            store.close().await;
            program.end().await;
            break;
        };
        until("both streams are in full flow", async || {
            assert_eq!(stream.refused(), Vec::<String>::new());
            stream.accepted().min(peers.taken()) >= *enough
        })
        .await;
        program.kill();
        let (came, went) = (stream.accepted(), peers.taken());
        assert!(came < NOTES + LIKES && went < said.len() * FOLLOWERS, "in the middle: {came} in, {went} out");
    }
    tokio::time::timeout(DEADLINE, sending).await.expect("the senders end").unwrap();
    assert_eq!(stream.refused(), Vec::<String>::new());

    outgoing(&peers, said.len());
    let store = ground.open();
    assert_eq!(read(&store, |tx| Ok(queue::overview(tx, Acting::Keeper)?.outgoing)).await, Counts::default());
    assert_eq!(read(&store, |tx| Ok(inbox::counts(tx)?)).await, inbox::Counts::default());
    let (ana, nina) = (Acting::Member(ana, Role::Member), Acting::Member(nina, Role::Member));

    let mut home = BTreeMap::new();
    for uri in all(&store, move |tx, page| {
        let page = timeline::home(tx, ana, page)?;
        Ok((page.items.into_iter().map(|view| view.post.uri).collect(), page.next))
    })
    .await
    {
        *home.entry(uri).or_insert(0) += 1;
    }
    let expected: BTreeMap<String, i32> =
        stream.notes().chain(said.iter().cloned()).map(|uri: String| (uri, 1)).collect();
    assert_eq!(home.len(), expected.len());
    assert!(home == expected, "each note that was taken is there, once");

    let mut likes = BTreeMap::new();
    for uri in &liked {
        let wanted = uri.clone();
        let count = read(&store, move |tx| {
            let known = thirdspace::store::post::known(tx, &wanted)?.expect("it is there");
            Ok(post::view(tx, nina.into(), known.id)?.likes)
        })
        .await;
        likes.insert(uri.clone(), count);
    }
    assert_eq!(likes, stream.likes());

    for (who, kind, count) in [(ana, "mention", MENTIONS), (nina, "like", LIKES)] {
        let told = all(&store, move |tx, page| {
            let page = notification::list(tx, who, page)?;
            let line = |one: Notification| {
                let post = one.post.map(|view| view.post.uri).unwrap_or_default();
                format!("{} by {} of {post}", one.kind.as_str(), one.actor.uri)
            };
            Ok((page.items.into_iter().map(line).collect(), page.next))
        })
        .await;
        assert_eq!(told.len(), count, "{kind}");
        assert_eq!(told.iter().collect::<BTreeSet<_>>().len(), count, "none is doubled");
        assert!(told.iter().all(|line| line.starts_with(kind)));
    }
    store.close().await;
}

/// Every activity came to every inbox, each time under the same id and in the same bytes.
fn outgoing(peers: &Peers, posts: usize) {
    let arrivals = peers.arrivals();
    let mut bodies: BTreeMap<&str, &str> = BTreeMap::new();
    let mut seen: BTreeSet<(&str, &str)> = BTreeSet::new();
    for arrival in &arrivals {
        let body = bodies.entry(&arrival.id).or_insert(&arrival.body);
        assert_eq!(*body, arrival.body, "{} is always the same", arrival.id);
        seen.insert((&arrival.host, &arrival.id));
    }
    assert_eq!(bodies.len(), posts, "one activity for each post");
    assert_eq!(seen.len(), posts * FOLLOWERS, "each at every inbox");
}

async fn at_rest(store: &Store) -> bool {
    read(store, |tx| {
        let overview = queue::overview(tx, Acting::Keeper)?;
        Ok(overview.outgoing == Counts::default() && overview.incoming == inbox::Counts::default())
    })
    .await
}

async fn read<T: Send + 'static>(
    store: &Store,
    step: impl FnMut(&mut Tx<'_>) -> operations::Result<T> + Send + 'static,
) -> T {
    store.read(step).await.unwrap()
}

/// Every entry of a list that is given out in pages.
async fn all(
    store: &Store,
    list: impl Fn(&mut Tx<'_>, Page) -> operations::Result<(Vec<String>, Option<i64>)> + Clone + Send + 'static,
) -> Vec<String> {
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let list = list.clone();
        let (items, next) = read(store, move |tx| list(tx, Page::new(before, Some(Page::LIMIT)))).await;
        all.extend(items);
        if next.is_none() {
            return all;
        }
        before = next;
    }
}

async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < DEADLINE, "in time: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
