//! A node that has been there for years: what it takes to start, to wait, and to read.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use thirdspace::coworking::id::{ActorId, PostId};
use thirdspace::coworking::post::Visibility;
use thirdspace::operations;
use thirdspace::store::Tx;
use thirdspace::store::post::{self, Content, NewPost};
use thirdspace::store::timeline;

use crate::caller::{self, Connection};
use crate::parts;
use crate::process::{Home, count};
use crate::stock::{self, Stock};
use crate::table::{Table, quantile};

/// Posts for the start.
const SOME: usize = 100_000;
/// Posts for the timeline.
const MANY: usize = 1_000_000;
/// Those who said them.
const AUTHORS: usize = 2_000;
/// Those of them whom the reader follows.
const FOLLOWED: usize = 1_000;
/// Pages that are read: as many as one token may ask for at once.
const PAGES: usize = 290;
/// Posts written in one transaction.
const TOGETHER: usize = 20_000;
/// Bound on idle memory, in MB (10⁶ bytes).
const IDLE: f64 = 40.0;
/// Bound on the time from the start to the first answer, in milliseconds.
const START: f64 = 200.0;
/// Bound on a page of the timeline, in milliseconds.
const PAGE: f64 = 20.0;

/// Prints what a full store costs.
pub async fn measure(table: &mut Table) {
    eprintln!("stored: {SOME} posts, then {MANY}, by {AUTHORS} people of whom {FOLLOWED} are followed");
    idle(table).await;
    let home = Home::new(None);
    let mut stock = Stock::set_up(&home).await;
    let key = parts::key();
    let profiles: Vec<_> =
        (0..AUTHORS).map(|n| stock::stranger(&format!("http://pier{}.test/users/u{n}", n % 50), &key)).collect();
    let ana = ActorId::from(stock.ana);
    let authors = stock
        .act(move |tx| {
            let mut authors = Vec::with_capacity(AUTHORS);
            for (number, profile) in profiles.iter().enumerate() {
                let author = stock::meet(tx, profile)?;
                if number < FOLLOWED {
                    stock::let_follow(tx, ana, author, None)?;
                }
                authors.push(author);
            }
            Ok(authors)
        })
        .await;
    fill(&stock, &authors, 0..SOME).await;
    stock.store.close().await;

    let mut starts: Vec<Duration> = Vec::new();
    for _ in 0..5 {
        let began = Instant::now();
        let node = home.start();
        let mut connection = Connection::open(node.address).await.expect("it takes connections");
        let answer =
            connection.ask(&caller::get("harbor.test", "/members/ana", "accept: application/activity+json\r\n")).await;
        assert_eq!(answer.status, 200);
        starts.push(began.elapsed());
    }
    let start = quantile(&mut starts, 0.5).as_secs_f64() * 1e3;
    table.at_most("stored: start to first answer, 100,000 posts", start, START, " ms");

    let config = home.config();
    stock.store = thirdspace::store::Store::open(config.store_place(), config.store()).expect("a store");
    fill(&stock, &authors, SOME..MANY).await;
    stock.store.close().await;
    let stored = count(&home.database(), "SELECT count(*) FROM post");
    assert_eq!(stored, u64::try_from(MANY).expect("not that many"));
    let node = home.start();
    let mut connection = Connection::open(node.address).await.expect("it takes connections");
    let authorization = format!("authorization: Bearer {}\r\n", stock.token);
    let mut waits = Vec::with_capacity(PAGES);
    let mut path = "/api/v1/timelines/home".to_owned();
    for _ in 0..PAGES {
        let request = caller::get("harbor.test", &path, &authorization);
        let began = Instant::now();
        let answer = connection.ask(&request).await;
        waits.push(began.elapsed());
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        let page: Value = serde_json::from_slice(&answer.body).expect("JSON");
        assert!(page["items"].as_array().is_some_and(|items| !items.is_empty()), "a page with posts: {page}");
        // On through the past, as a reader who scrolls.
        path = format!("/api/v1/timelines/home?cursor={}", page["next"].as_str().expect("there is more"));
    }
    let middle = quantile(&mut waits, 0.5).as_secs_f64() * 1e3;
    table.note("stored: a page of a home timeline, 1,000,000 posts, p50", format!("{middle:.1} ms"));
    let slow = quantile(&mut waits, 0.99).as_secs_f64() * 1e3;
    table.at_most("stored: a page of a home timeline, p99", slow, PAGE, " ms");
}

async fn idle(table: &mut Table) {
    let home = Home::new(None);
    let stock = Stock::set_up(&home).await;
    stock.store.close().await;
    let node = home.start();
    let mut connection = Connection::open(node.address).await.expect("it takes connections");
    for path in ["/", "/members/ana", "/spaces/harbor", "/nodeinfo/2.1", "/actor"] {
        let answer = connection.ask(&caller::get("harbor.test", path, "accept: text/html\r\n")).await;
        assert_eq!(answer.status, 200, "{path}");
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    #[allow(clippy::cast_precision_loss)]
    let resident = node.resident() as f64 / 1e6;
    table.at_most("stored: idle resident memory", resident, IDLE, " MB");
}

async fn fill(stock: &Stock, authors: &[ActorId], numbers: std::ops::Range<usize>) {
    let mut numbers = numbers;
    // Long ago, and one after the other.
    let first = Timestamp::now() - SignedDuration::from_hours(24 * 30);
    while !numbers.is_empty() {
        let end = numbers.end.min(numbers.start + TOGETHER);
        let batch = numbers.start..end;
        let authors = authors.to_vec();
        stock.act(move |tx| batch.clone().try_for_each(|number| add(tx, &authors, number, first))).await;
        numbers.start = end;
        eprint!("\r  {end} posts");
    }
    eprintln!();
}

fn add(tx: &mut Tx<'_>, authors: &[ActorId], number: usize, first: Timestamp) -> operations::Result<()> {
    // Scattered, but the same in every run.
    let author = authors[number.wrapping_mul(7_919) % authors.len()];
    let now = first + SignedDuration::from_millis(i64::try_from(number).expect("few") * 2);
    let id = PostId(tx.next_id(now));
    let uri = format!("http://pier.test/posts/{number}");
    let content = Content {
        name: None,
        summary: None,
        sensitive: false,
        content: format!(
            "<p>Soup is at one; there are seats left at the long table by the window. Number {number}.</p>"
        ),
        source: None,
        language: Some("en".into()),
        url: None,
        attachments: Vec::new(),
        tags: Vec::new(),
        mentions: Vec::new(),
    };
    let new = NewPost {
        id,
        uri: &uri,
        author,
        local: false,
        space: None,
        visibility: Visibility::Public,
        in_reply_to: None,
        in_reply_to_uri: None,
        context: Some(&uri),
        content: &content,
        published: now,
        updated: None,
    };
    post::add(tx, &new, true)?;
    timeline::fill(tx, id, author, None)?;
    Ok(())
}
