//! Two hundred people elsewhere say something, all at once, to somebody who follows them.

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::json;
use thirdspace::activitypub::digest::BodyDigest;
use thirdspace::activitypub::key::PrivateKey;
use thirdspace::activitypub::signature::{Message, http_date, sign_cavage};
use thirdspace::coworking::id::ActorId;
use url::Url;

use crate::caller::{Pace, call};
use crate::peer::Peers;
use crate::process::{Home, count, until};
use crate::stock::{self, Stock};
use crate::table::{Table, micros, quantile};
use crate::{caller, parts};

/// Those who speak.
pub const ACTORS: usize = 200;
/// What they say in one run.
const NOTES: usize = 12_000;
/// How many speak at the same time.
const IN_FLIGHT: usize = 16;
/// Different keys; who has which makes no difference to the cost.
pub const KEYS: usize = 8;
/// The bound on processor time, as a multiple of the parts.
const RATIO: f64 = 1.7;

fn actor(number: usize) -> String {
    format!("http://pier.test/users/u{}", number % ACTORS)
}

/// A note as Mastodon sends one: about 1.5 kB.
fn note(number: usize, now: Timestamp) -> String {
    let actor = actor(number);
    let id = format!("{actor}/statuses/{number}");
    let text = "The projector in the blue room works again. Whoever took the HDMI cable home, please bring it back; soup \
                is at one, and there are two seats left at the long table by the window for anybody who wants to come by.";
    json!({
        "@context": ["https://www.w3.org/ns/activitystreams", {"ostatus": "http://ostatus.org#",
            "atomUri": "ostatus:atomUri", "inReplyToAtomUri": "ostatus:inReplyToAtomUri",
            "conversation": "ostatus:conversation", "sensitive": "as:sensitive", "toot": "http://joinmastodon.org/ns#",
            "votersCount": "toot:votersCount"}],
        "id": format!("{id}/activity"), "type": "Create", "actor": actor, "published": now.to_string(),
        "to": ["https://www.w3.org/ns/activitystreams#Public"], "cc": [format!("{actor}/followers")],
        "object": {
            "id": id, "type": "Note", "summary": null, "inReplyTo": null, "published": now.to_string(),
            "url": format!("http://pier.test/@u{}/{number}", number % ACTORS), "attributedTo": actor,
            "to": ["https://www.w3.org/ns/activitystreams#Public"], "cc": [format!("{actor}/followers")],
            "sensitive": false, "atomUri": id, "inReplyToAtomUri": null,
            "conversation": format!("tag:pier.test,2026-11-24:objectId={number}:objectType=Conversation"),
            "content": format!("<p>{text} <em>Number {number}.</em></p>"),
            "contentMap": {"en": format!("<p>{text} <em>Number {number}.</em></p>")},
            "attachment": [], "tag": [],
            "replies": {"id": format!("{id}/replies"), "type": "Collection",
                "first": {"type": "CollectionPage", "next": format!("{id}/replies?only_other_accounts=true&page=true"),
                    "partOf": format!("{id}/replies"), "items": []}}
        }
    })
    .to_string()
}

/// A delivery, signed as Mastodon does.
fn delivery(number: usize, key: &PrivateKey, now: Timestamp) -> Vec<u8> {
    let body = note(number, now);
    let (date, digest) = (http_date(now), BodyDigest::of(body.as_bytes()).to_digest());
    let headers: [(&str, &[u8]); 4] = [
        ("host", b"harbor.test"),
        ("date", date.as_bytes()),
        ("digest", digest.as_bytes()),
        ("content-type", b"application/activity+json"),
    ];
    let url: Url = "http://harbor.test/inbox".parse().expect("a URL");
    let key_id = format!("{}#main-key", actor(number));
    let signature = sign_cavage(&Message::sent("POST", &url, &headers), &key_id, key).expect("signed");
    format!(
        "POST /inbox HTTP/1.1\r\nhost: harbor.test\r\nuser-agent: Mastodon/4.4.0 (http.rb/5.2.0; +http://pier.test/)\r\n\
         date: {date}\r\naccept-encoding: gzip\r\ndigest: {digest}\r\ncontent-type: application/activity+json\r\n\
         signature: {signature}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// So many notes by as many people in turn.
pub fn deliveries(numbers: std::ops::Range<usize>, keys: &[Arc<PrivateKey>]) -> Rc<Vec<Vec<u8>>> {
    let now = Timestamp::now();
    Rc::new(numbers.map(|number| delivery(number, &keys[number % ACTORS % KEYS], now)).collect())
}

/// Ana follows all who speak.
pub async fn follow_all(stock: &Stock, keys: &[Arc<PrivateKey>]) {
    let profiles: Vec<_> = (0..ACTORS).map(|n| stock::stranger(&actor(n), &keys[n % KEYS])).collect();
    let ana = ActorId::from(stock.ana);
    stock
        .act(move |tx| {
            for profile in &profiles {
                let somebody = stock::meet(tx, profile)?;
                stock::let_follow(tx, ana, somebody, None)?;
            }
            Ok(())
        })
        .await;
}

/// Prints what receiving costs.
pub async fn measure(table: &mut Table) {
    eprintln!("inbox: {ACTORS} people elsewhere, {IN_FLIGHT} deliveries in flight, synchronous=full");
    let keys: Vec<_> = (0..KEYS).map(|_| parts::key()).collect();
    let home = Home::new(Some(Peers::start().address()));
    let stock = Stock::set_up(&home).await;
    follow_all(&stock, &keys).await;
    stock.store.close().await;
    let node = home.start();
    node.rests().await;

    // Once around, so that every key is at hand.
    let mut said = ACTORS * 2;
    send(node.address, &deliveries(0..said, &keys), Pace::AsFastAsItGoes).await;
    settled(&home, said).await;

    let requests = deliveries(said..said + NOTES, &keys);
    let (began, cpu) = (Instant::now(), node.cpu());
    let mut waits = send(node.address, &requests, Pace::AsFastAsItGoes).await;
    let accepted = began.elapsed();
    said += NOTES;
    settled(&home, said).await;
    let processed = began.elapsed();
    let each = (node.cpu() - cpu) / u32::try_from(NOTES).expect("few notes");
    let newest = newest(node.address, &stock.token).await;
    assert!(newest.contains("/statuses/"), "the home timeline shows what was said: {newest}");
    let rate = |time: Duration| format!("{:.0} /s", f64::from(u32::try_from(NOTES).expect("few")) / time.as_secs_f64());
    table.note("inbox: accepted", rate(accepted));
    table.note("inbox: accepted and in the timeline", rate(processed));
    table.note("inbox: answer, p50", format!("{:.1} ms", quantile(&mut waits, 0.5).as_secs_f64() * 1e3));
    table.note("inbox: answer, p99", format!("{:.1} ms", quantile(&mut waits, 0.99).as_secs_f64() * 1e3));
    table.note("inbox: processor time per 1000", format!("{:.3} s", each.as_secs_f64() * 1e3));

    // Half of what it can do, at a steady pace.
    let pause = processed * 2 / u32::try_from(NOTES).expect("few notes");
    let requests = deliveries(said..said + NOTES / 3, &keys);
    let mut waits = send(node.address, &requests, Pace::Every(pause)).await;
    said += NOTES / 3;
    settled(&home, said).await;
    table.note("inbox: answer at half load, p50", format!("{:.1} ms", quantile(&mut waits, 0.5).as_secs_f64() * 1e3));
    table.at_most("inbox: answer at half load, p99", quantile(&mut waits, 0.99).as_secs_f64() * 1e3, 50.0, " ms");
    drop(node);

    let server = parts::answering(home.config().workers, 0);
    let requests = deliveries(0..NOTES, &keys);
    parts::cost_of_answers(&server, &deliveries(0..500, &keys), 202).await;
    let answer = parts::cost_of_answers(&server, &requests, 202).await;
    drop(server);
    let server = parts::receiving(home.config().workers, home.folder.path());
    parts::cost_of_answers(&server, &deliveries(0..500, &keys), 202).await;
    let together = parts::cost_of_answers(&server, &deliveries(500..500 + NOTES, &keys), 202).await;
    drop(server);
    let body = note(1, Timestamp::now());
    let parse = parts::cost_of_parsing(body.as_bytes());
    let verify = parts::cost_of_verifying(&keys[0], body.as_bytes());
    let rows = parts::cost_of_two_rows(home.folder.path(), &body, IN_FLIGHT);
    let sum = answer + parse + verify + rows;
    for (part, cost) in [
        ("an actix-web handler that answers a constant", answer),
        ("JSON", parse),
        ("SHA-256 and RSA-2048 verification", verify),
        ("two rows, batched", rows),
    ] {
        table.note(format!("inbox: part: {part}"), format!("{:.1} µs", micros(cost)));
    }
    table.note("inbox: sum of the parts", format!("{:.1} µs", micros(sum)));
    table.note("inbox: the parts in one server and nothing else", format!("{:.1} µs", micros(together)));
    table.note("inbox: processor time of an activity", format!("{:.1} µs", micros(each)));
    table.at_most("inbox: processor time / parts", each.as_secs_f64() / sum.as_secs_f64(), RATIO, "");
}

async fn send(address: SocketAddr, requests: &Rc<Vec<Vec<u8>>>, pace: Pace) -> Vec<Duration> {
    // At a given pace, those who come late must not keep others from coming.
    let connections = if matches!(pace, Pace::AsFastAsItGoes) { IN_FLIGHT } else { IN_FLIGHT * 4 };
    call(address, requests.clone(), connections, pace, 202).await
}

/// Waits until so many notes stand in the home timeline and nothing waits in the inbox.
async fn settled(home: &Home, notes: usize) {
    let database = home.database();
    let notes = u64::try_from(notes).expect("few notes");
    until("every note is in the timeline", Duration::from_secs(120), || {
        count(&database, "SELECT count(*) FROM inbox") == 0
            && count(&database, "SELECT count(*) FROM home_entry") == notes
    })
    .await;
}

async fn newest(address: SocketAddr, token: &str) -> String {
    let mut connection = caller::Connection::open(address).await.expect("it takes connections");
    let authorization = format!("authorization: Bearer {token}\r\n");
    let answer = connection.ask(&caller::get("harbor.test", "/api/v1/timelines/home", &authorization)).await;
    assert_eq!(answer.status, 200);
    String::from_utf8(answer.body).expect("text")
}
