//! The same mail to the same node on both engines, and to several processes of it on the one that allows that.

use std::rc::Rc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use thirdspace::store::{self, Tx};

use crate::caller::{Pace, call};
use crate::inbox::{ACTORS, KEYS, deliveries, follow_all};
use crate::parts;
use crate::peer::Peers;
use crate::process::{Home, Process};
use crate::stock::Stock;
use crate::table::{Table, quantile};

/// What is said in one run.
const NOTES: usize = 6_000;
/// How many speak at the same time, to all processes together.
const IN_FLIGHT: usize = 48;

/// Prints how much each takes.
pub async fn measure(table: &mut Table) {
    let server = std::env::var("TEST_DATABASE_URL").ok();
    eprintln!("engine: {NOTES} notes, {IN_FLIGHT} deliveries in flight, every commit on the disk");
    run(table, "SQLite", None, 1).await;
    let Some(server) = server else {
        table.note("engine: PostgreSQL", "not measured: TEST_DATABASE_URL names no server".to_owned());
        return;
    };
    for processes in [1, 3] {
        let name = format!("PostgreSQL, {processes} process{}", if processes == 1 { "" } else { "es" });
        let url = format!("{server}&schema=bench_{:016x}", rand::random::<u64>());
        run(table, &name, Some(url), processes).await;
    }
}

async fn run(table: &mut Table, name: &str, database: Option<String>, processes: usize) {
    let keys: Vec<_> = (0..KEYS).map(|_| parts::key()).collect();
    let mut home = Home::new(Some(Peers::start().address()));
    if let Some(url) = database {
        home.set("database_url", url);
    }
    let stock = Stock::set_up(&home).await;
    follow_all(&stock, &keys).await;
    let nodes: Vec<Process> = (0..processes).map(|_| home.start()).collect();
    for node in &nodes {
        node.rests().await;
    }
    // Once around, so that every key is at hand everywhere.
    for (place, node) in nodes.iter().enumerate() {
        let first = deliveries(place * ACTORS..(place + 1) * ACTORS, &keys);
        call(node.address, first, IN_FLIGHT / processes, Pace::AsFastAsItGoes, 202).await;
    }
    let said = processes * ACTORS;
    let all = deliveries(said..said + NOTES, &keys);
    let (began, before) = (Instant::now(), cpu(&nodes));
    let sending = nodes.iter().enumerate().map(|(place, node)| {
        let own: Vec<Vec<u8>> = all.iter().skip(place).step_by(processes).cloned().collect();
        call(node.address, Rc::new(own), IN_FLIGHT / processes, Pace::AsFastAsItGoes, 202)
    });
    let mut waits: Vec<Duration> = join_all(sending).await.into_iter().flatten().collect();
    let took = began.elapsed();
    let used = cpu(&nodes) - before;
    let kept = stock
        .store
        .read(|tx: &mut Tx<'_>| tx.query_one("SELECT count(*) FROM home_entry", &[], |row| row.get::<u64>(0)))
        .await
        .map_err(|why: store::Error| why.to_string())
        .expect("a count");
    assert_eq!(kept, Some((said + NOTES) as u64), "each note is in the timeline, once");
    let rate = NOTES as f64 / took.as_secs_f64();
    table.note(format!("engine: {name}: accepted and in the timeline"), format!("{rate:.0} /s"));
    table.note(
        format!("engine: {name}: answer, p99"),
        format!("{:.1} ms", quantile(&mut waits, 0.99).as_secs_f64() * 1e3),
    );
    table.note(
        format!("engine: {name}: processor time of the node per 1000"),
        format!("{:.3} s", used.as_secs_f64() * 1e3 / NOTES as f64),
    );
    stock.store.close().await;
    drop(nodes);
    store::Store::remove(&home.config().store_place()).expect("the store is removed");
}

fn cpu(nodes: &[Process]) -> Duration {
    nodes.iter().map(Process::cpu).sum()
}
