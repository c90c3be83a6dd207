//! Documents that everybody asks for, beside a handler that answers a constant of the same size.

use std::rc::Rc;
use std::time::Instant;

use jiff::Timestamp;
use thirdspace::coworking::member::{Acting, Role};
use thirdspace::coworking::post::{Draft, PostInput};
use thirdspace::operations::{self, post::Mentions};

use crate::caller::{self, Connection, Pace, call};
use crate::parts;
use crate::process::{Home, Process};
use crate::stock::Stock;
use crate::table::{Table, median, micros};

/// Requests of one round.
const REQUESTS: usize = 15_000;
/// Rounds, in turn with the constant.
const ROUNDS: usize = 5;
/// The bound on processor time, as a multiple of the constant's.
const RATIO: f64 = 1.3;
/// Posts in the outbox: more than a page.
const POSTS: usize = 45;

/// What peers send to get a document.
const ACCEPT: &str = "accept: application/activity+json, application/ld+json\r\n";

/// Prints what a document costs.
pub async fn measure(table: &mut Table) {
    eprintln!("document: {REQUESTS} requests a round, {ROUNDS} rounds in turn with a constant");
    let home = Home::new(None);
    let stock = Stock::set_up(&home).await;
    let (ana, site) = (Acting::Member(stock.ana, Role::Admin), home.config().site());
    stock
        .act(move |tx| {
            for number in 0..POSTS {
                let input = PostInput { content: format!("Soup at one, pot {number}."), ..PostInput::default() };
                let draft: Draft = input.parse()?;
                operations::post::publish(tx, &site, ana, &draft, &Mentions::default(), Timestamp::now())?;
            }
            Ok(())
        })
        .await;
    stock.store.close().await;
    let node = home.start();
    node.rests().await;
    for (name, path) in [
        ("actor", "/members/ana"),
        ("WebFinger", "/.well-known/webfinger?resource=acct:ana@harbor.test"),
        ("outbox page", "/members/ana/outbox?page=true"),
    ] {
        one(table, &node, home.config().workers, name, path).await;
    }
}

async fn one(table: &mut Table, node: &Process, workers: usize, name: &str, path: &str) {
    let request = caller::get("harbor.test", path, ACCEPT);
    let mut connection = Connection::open(node.address).await.expect("it takes connections");
    let answer = connection.ask(&request).await;
    assert_eq!(answer.status, 200, "{path}");
    let length = answer.body.len();
    let constant = parts::answering(workers, length);
    let requests = Rc::new(vec![request; REQUESTS]);
    let (mut costs, mut constants, mut ratios, mut rates) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let (ours, our_rate) = asked(node, &requests).await;
        let (theirs, their_rate) = asked(&constant, &requests).await;
        // The first round only warms up.
        if round > 0 {
            costs.push(ours);
            constants.push(theirs);
            ratios.push(ours / theirs);
            rates.push(our_rate / their_rate);
        }
    }
    table.note(format!("document: {name}, {length} bytes"), format!("{:.1} µs", median(&mut costs)));
    table.note(format!("document: {name}: the constant"), format!("{:.1} µs", median(&mut constants)));
    table.note(format!("document: {name}: answers per second / constant's"), format!("{:.2}", median(&mut rates)));
    table.at_most(&format!("document: {name}: processor time / constant"), median(&mut ratios), RATIO, "");
}

/// Microseconds of processor time for each answer, and answers per second.
async fn asked(server: &Process, requests: &Rc<Vec<Vec<u8>>>) -> (f64, f64) {
    let (cpu, began) = (server.cpu(), Instant::now());
    call(server.address, requests.clone(), 16, Pace::AsFastAsItGoes, 200).await;
    let count = REQUESTS as f64;
    (micros(server.cpu() - cpu) / count, count / began.elapsed().as_secs_f64())
}
