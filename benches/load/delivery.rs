//! One post to five hundred followers, each on a host of their own; and the same when some hosts hang.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirdspace::coworking::id::ActorId;

use crate::caller::Connection;
use crate::parts;
use crate::peer::Peers;
use crate::process::{Home, Process, count, cpu_of, until};
use crate::stock::{self, Stock};
use crate::table::{Table, median, micros};

/// Followers, each on a host of their own.
const FOLLOWERS: usize = 500;
/// Posts of a run.
const POSTS: usize = 8;
/// Hosts that never answer.
const HANGING: usize = 10;
/// The bound on processor time, as a multiple of the parts.
const RATIO: f64 = 1.7;
/// How much longer the others may wait because of those that hang.
const DELAY: f64 = 1.2;
/// Together, the node and its peers have to keep the two cores busy: less than this and somebody waits for nothing.
const BUSY: f64 = 0.8;
const PATIENCE: Duration = Duration::from_secs(60);

/// A node whose `ana` has followers everywhere.
struct Author {
    home: Home,
    node: Process,
    peers: Peers,
    token: String,
}

impl Author {
    async fn with_followers(answering: usize, hanging: usize) -> Self {
        let peers = Peers::start();
        let home = Home::new(Some(peers.address()));
        let stock = Stock::set_up(&home).await;
        let key = parts::key();
        let answering = (0..answering).map(|n| format!("http://h{n}.test/users/f{n}"));
        let hanging = (0..hanging).map(|n| format!("http://hang{n}.test/users/f{n}"));
        let profiles: Vec<_> = answering.chain(hanging).map(|uri| stock::stranger(&uri, &key)).collect();
        let ana = ActorId::from(stock.ana);
        stock
            .act(move |tx| {
                for profile in &profiles {
                    let somebody = stock::meet(tx, profile)?;
                    stock::let_follow(tx, somebody, ana, Some(&format!("{}#follow", profile.uri)))?;
                }
                Ok(())
            })
            .await;
        stock.store.close().await;
        let node = home.start();
        node.rests().await;
        Self { home, node, peers, token: stock.token }
    }

    /// Ana says something.
    async fn post(&self, number: usize) {
        let text = "The blue room is free on Friday from ten to four; who wants to use it for the workshop on book-keeping, \
                    tell me or write it on the board. There will be soup.";
        let body = json!({ "content": format!("{text} *{number}*"), "visibility": "public" }).to_string();
        let request = format!(
            "POST /api/v1/posts HTTP/1.1\r\nhost: harbor.test\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        );
        let mut connection = Connection::open(self.node.address).await.expect("it takes connections");
        let answer = connection.ask(request.as_bytes()).await;
        assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
    }

    /// Waits until nothing waits to be sent.
    async fn sent(&self) {
        let database = self.home.database();
        until("every delivery is written down", PATIENCE, || {
            count(&database, "SELECT count(*) FROM event WHERE published_at IS NULL") == 0
                && count(&database, "SELECT count(*) FROM delivery WHERE state = 'waiting'") == 0
        })
        .await;
    }

    /// How long it took from the post until so many had it.
    async fn time_until(&self, number: usize, arrivals: usize) -> Duration {
        self.peers.forget();
        let began = Instant::now();
        self.post(number).await;
        until("the post arrives", PATIENCE, || self.peers.count() >= arrivals).await;
        self.peers.arrived()[arrivals - 1] - began
    }
}

/// Prints what delivering costs.
pub async fn measure(table: &mut Table) {
    eprintln!("delivery: {FOLLOWERS} followers on as many hosts, synchronous=full");
    let author = Author::with_followers(FOLLOWERS, 0).await;
    author.time_until(0, FOLLOWERS).await;
    author.sent().await;

    let (cpu, all, mut wall) = (author.node.cpu(), cpu_of("self"), Duration::ZERO);
    for number in 1..=POSTS {
        wall += author.time_until(number, FOLLOWERS).await;
        author.sent().await;
    }
    let spent = author.node.cpu() - cpu;
    let busy = (spent + (cpu_of("self") - all)).as_secs_f64() / wall.as_secs_f64();
    let count = u32::try_from(POSTS * FOLLOWERS).expect("few deliveries");
    let each = spent / count;
    table.note("delivery: delivered", format!("{:.0} /s", f64::from(count) / wall.as_secs_f64()));
    table.note("delivery: one post to 500 inboxes", format!("{:.0} ms", wall.as_secs_f64() * 1e3 / POSTS as f64));
    table.at_least("delivery: both cores busy, of 2", busy, 2.0 * BUSY);
    let length = one_body(&author.home);
    drop(author);

    let peers = Peers::start();
    let post = parts::cost_of_post(&peers, length.len(), FOLLOWERS, POSTS);
    let sign = parts::cost_of_signing(&parts::key());
    let folder = tempfile::tempdir().expect("a folder");
    // The row of a delivery is short; its body is written once for all.
    let rows = parts::cost_of_two_rows(folder.path(), "http://h1.test/users/f1/inbox", 100);
    let sum = post + sign + rows;
    for (part, cost) in [("a POST with the same client", post), ("RSA-2048 signing", sign), ("two rows, batched", rows)]
    {
        table.note(format!("delivery: part: {part}"), format!("{:.1} µs", micros(cost)));
    }
    table.note("delivery: sum of the parts", format!("{:.1} µs", micros(sum)));
    table.note("delivery: processor time of one", format!("{:.1} µs", micros(each)));
    table.at_most("delivery: processor time / parts", each.as_secs_f64() / sum.as_secs_f64(), RATIO, "");

    let others = FOLLOWERS - HANGING;
    let mut ratios = Vec::new();
    for _ in 0..3 {
        // Whoever hung once is left in peace, so each round needs a node that does not know them.
        let alone = Author::with_followers(others, 0).await.time_until(0, others).await;
        let beside = Author::with_followers(others, HANGING).await.time_until(0, others).await;
        ratios.push(beside.as_secs_f64() / alone.as_secs_f64());
    }
    table.at_most("delivery: time of 490 beside 10 that hang / alone", median(&mut ratios), DELAY, "");
}

/// The body that went out.
fn one_body(home: &Home) -> String {
    let connection = rusqlite::Connection::open(home.database()).expect("the database opens");
    let body: String = connection
        .query_row("SELECT body FROM activity ORDER BY id DESC LIMIT 1", [], |row| row.get(0))
        .expect("an activity");
    assert!(serde_json::from_str::<Value>(&body).is_ok_and(|body| body["type"] == "Create"), "{body}");
    body
}
