//! The parts that no node can do without, each by itself on one core and with the same libraries: what is left when everything
//! that is ours is taken away.

use std::hint::black_box;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use actix_web::{App, HttpResponse, HttpServer, web};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair};
use bytes::Bytes;
use futures_util::StreamExt;
use serde_json::Value;
use sha2::{Digest, Sha256};
use thirdspace::activitypub::key::PrivateKey;
use thirdspace::http_client::{HttpClient, Request};
use url::Url;

use crate::caller::{Pace, call};
use crate::peer::Peers;
use crate::process::{self, Process, cpu_of, thread_cpu};
use crate::table::median;

/// The content type of every document and delivery.
const ACTIVITY: &str = "application/activity+json";

/// Does what this program is started for when it is a part of a measurement.
pub fn play(role: &str, arguments: &[String]) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    match (role, arguments) {
        ("part-answer", [workers, length]) => runtime.block_on(answer(number(workers), number(length))),
        ("part-receive", [workers, folder]) => runtime.block_on(receive(number(workers), Path::new(folder))),
        ("part-post", [peers, length, hosts, times]) => {
            let peers = peers.parse().expect("an address");
            runtime.block_on(post(peers, number(length), number(hosts), number(times)));
        }
        _ => return ExitCode::from(2),
    }
    ExitCode::SUCCESS
}

fn number(text: &str) -> usize {
    text.parse().expect("a number")
}

/// A server that answers every GET with as many bytes and every POST, once it is read, with 202.
async fn answer(workers: usize, length: usize) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    let document = Bytes::from(vec![b'x'; length]);
    let server = HttpServer::new(move || {
        let document = document.clone();
        let get = move || {
            let document = document.clone();
            async move { HttpResponse::Ok().content_type(ACTIVITY).body(document) }
        };
        let post = |body: web::Bytes| async move {
            black_box(body);
            HttpResponse::Accepted().finish()
        };
        App::new()
            .default_service(web::route().guard(actix_web::guard::Get()).to(get))
            .route("/inbox", web::post().to(post))
    });
    println!("{address}");
    let server = server.workers(workers).listen(listener).expect("it listens").run();
    let handle = server.handle();
    // The one who started this is gone when its end of the pipe is.
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
    server.await.expect("it serves");
    drop(handle);
}

/// A server that does with every POST what receiving cannot do without, and nothing else: it reads the JSON, hashes the body,
/// verifies a signature and writes two rows, which share a transaction with all that wait at that moment.
async fn receive(workers: usize, folder: &Path) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    let (key, text) = (key(), [b'x'; 250]);
    let signature = key.sign(&text).expect("signed");
    let public = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public().to_spki_der()).expect("a key");
    let at_hand = web::Data::new((public, signature, writer(folder)));
    let server = HttpServer::new(move || {
        let post = |at_hand: web::Data<(ParsedPublicKey, Vec<u8>, mpsc::Sender<Row>)>, body: web::Bytes| async move {
            let (public, signature, rows) = &**at_hand;
            let value = serde_json::from_slice::<Value>(&body).expect("it is JSON");
            black_box(Sha256::digest(&body));
            public.verify_sig(&[b'x'; 250], signature).expect("it verifies");
            let uri = value["id"].as_str().expect("an id").to_owned();
            let (written, answer) = tokio::sync::oneshot::channel();
            rows.send(Row { uri, body, written }).expect("somebody writes");
            answer.await.expect("it is written");
            HttpResponse::Accepted().finish()
        };
        App::new().app_data(at_hand.clone()).route("/inbox", web::post().to(post))
    });
    println!("{address}");
    let server = server.workers(workers).listen(listener).expect("it listens").run();
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
    server.await.expect("it serves");
}

/// What is written of a delivery, and who waits for it.
struct Row {
    uri: String,
    body: web::Bytes,
    written: tokio::sync::oneshot::Sender<()>,
}

/// The thread that writes.
fn writer(folder: &Path) -> mpsc::Sender<Row> {
    let connection = two_tables(&folder.join("together.sqlite3"));
    let (rows, waiting) = mpsc::channel::<Row>();
    std::thread::spawn(move || {
        let mut number = 0_i64;
        while let Ok(first) = waiting.recv() {
            let group: Vec<Row> = std::iter::once(first).chain(waiting.try_iter()).collect();
            connection.execute_batch("BEGIN IMMEDIATE").expect("begun");
            for row in &group {
                number += 1;
                let body = std::str::from_utf8(&row.body).expect("text");
                insert(&connection, "one", number, &row.uri, body);
                insert(&connection, "two", number, &row.uri, body);
            }
            connection.execute_batch("COMMIT").expect("committed");
            for row in group {
                let _ = row.written.send(());
            }
        }
    });
    rows
}

/// Starts [`receive`] in a process of its own.
pub fn receiving(workers: usize, folder: &Path) -> Process {
    process::part("part-receive", &[workers.to_string(), folder.to_str().expect("a plain path").to_owned()])
}

/// Starts [`answer`] in a process of its own.
pub fn answering(workers: usize, length: usize) -> Process {
    process::part("part-answer", &[workers.to_string(), length.to_string()])
}

/// Processor time of a server that is asked these things, per request.
pub async fn cost_of_answers(server: &Process, requests: &Rc<Vec<Vec<u8>>>, status: u16) -> Duration {
    let before = server.cpu();
    call(server.address, requests.clone(), 16, Pace::AsFastAsItGoes, status).await;
    (server.cpu() - before) / u32::try_from(requests.len()).expect("few requests")
}

/// Posts as many bytes to each of so many hosts, so many times, with the node's own client, and prints the processor
/// time of one.
async fn post(peers: SocketAddr, length: usize, hosts: usize, times: usize) {
    let settings = thirdspace::config::Config::of([
        ("origin", "http://harbor.test"),
        ("allow_http", "true"),
        ("allow_private_addresses", "127.0.0.0/8"),
        ("resolve", &format!("*.test={peers}")),
    ]);
    let client = HttpClient::new(settings.expect("the settings fit").http()).expect("a client");
    let body = Bytes::from(vec![b'x'; length]);
    let signature = format!("keyId=\"http://harbor.test/members/ana#main-key\",signature=\"{}\"", "x".repeat(344));
    let urls: Vec<Url> = (0..hosts).map(|host| format!("http://h{host}.test/inbox").parse().expect("a URL")).collect();
    let began = cpu_of("self");
    for _ in 0..times {
        let posts = urls.iter().map(|url| {
            let request = Request::post(url.clone(), body.clone())
                .header("date", "Tue, 24 Nov 2026 00:10:00 GMT")
                .header("content-type", ACTIVITY)
                .header("digest", "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
                .header("signature", &signature)
                .body_optional()
                .hang_up();
            let client = client.clone();
            async move {
                let task = tokio::spawn(async move { client.send(request).await });
                let answer = task.await.expect("no panic").expect("an answer");
                assert_eq!(answer.status, 202);
            }
        });
        futures_util::stream::iter(posts).buffer_unordered(256).collect::<Vec<()>>().await;
    }
    let count = u32::try_from(hosts * times).expect("few posts");
    println!("{}", ((cpu_of("self") - began) / count).as_nanos());
}

/// Processor time of one POST with the node's own client to a host that it has no connection to.
pub fn cost_of_post(peers: &Peers, length: usize, hosts: usize, times: usize) -> Duration {
    let arguments = [peers.address().to_string(), length.to_string(), hosts.to_string(), times.to_string()];
    let mut command = std::process::Command::new(std::env::current_exe().expect("this program"));
    // The peers answer on a thread of their own.
    let output = command.arg("part-post").args(arguments).stderr(std::process::Stdio::inherit()).output();
    let output = output.expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    Duration::from_nanos(said.trim().parse().unwrap_or_else(|_| panic!("nanoseconds, not {said:?}")))
}

/// Processor time of one turn of something that this thread does: the middle of several rounds.
fn each(mut turn: impl FnMut()) -> Duration {
    const ROUNDS: usize = 7;
    const ROUND: Duration = Duration::from_millis(80);
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let (began, cpu) = (Instant::now(), thread_cpu());
            let mut turns = 0_u32;
            while began.elapsed() < ROUND {
                for _ in 0..16 {
                    turn();
                }
                turns += 16;
            }
            // The thread's account is brought up to date when it is scheduled.
            std::thread::yield_now();
            (thread_cpu() - cpu).as_secs_f64() / f64::from(turns)
        })
        .collect();
    Duration::from_secs_f64(median(&mut rounds))
}

/// Reading an activity as JSON.
pub fn cost_of_parsing(body: &[u8]) -> Duration {
    each(|| {
        black_box(serde_json::from_slice::<Value>(black_box(body)).expect("it is JSON"));
    })
}

/// SHA-256 of a body and the verification of an RSA signature with a key that is at hand.
pub fn cost_of_verifying(key: &PrivateKey, body: &[u8]) -> Duration {
    let text = [b'x'; 250];
    let signature = key.sign(&text).expect("signed");
    let public = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public().to_spki_der()).expect("a key");
    each(|| {
        black_box(Sha256::digest(black_box(body)));
        public.verify_sig(black_box(&text), &signature).expect("it verifies");
    })
}

/// Signing with RSA-2048.
pub fn cost_of_signing(key: &PrivateKey) -> Duration {
    let pair = RsaKeyPair::from_pkcs8(&key.to_pkcs8_der().expect("a key")).expect("a key");
    let (random, text) = (SystemRandom::new(), [b'x'; 250]);
    let mut signature = vec![0; pair.public_modulus_len()];
    each(|| pair.sign(&RSA_PKCS1_SHA256, &random, black_box(&text), &mut signature).expect("signed"))
}

/// Two rows with such a body, durably, each with a unique name; so many of both in a transaction.
pub fn cost_of_two_rows(folder: &Path, body: &str, together: usize) -> Duration {
    let connection = two_tables(&folder.join("parts.sqlite3"));
    let mut number = 0_i64;
    let turn = || {
        connection.execute_batch("BEGIN IMMEDIATE").expect("begun");
        for _ in 0..together {
            number += 1;
            let uri = format!("http://pier.test/users/{}/statuses/{number}/activity", number % 200);
            insert(&connection, "one", number, &uri, body);
            insert(&connection, "two", number, &uri, body);
        }
        connection.execute_batch("COMMIT").expect("committed");
    };
    each(turn) / u32::try_from(together).expect("few")
}

fn two_tables(path: &Path) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(path).expect("a database");
    let rows =
        "(id INTEGER PRIMARY KEY, uri TEXT NOT NULL UNIQUE, actor_id INTEGER NOT NULL, body TEXT NOT NULL) STRICT";
    connection
        .execute_batch(&format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE one {rows}; CREATE TABLE two {rows};"
        ))
        .expect("two tables");
    connection
}

fn insert(connection: &rusqlite::Connection, table: &str, id: i64, uri: &str, body: &str) {
    let sql = format!("INSERT INTO {table} (id, uri, actor_id, body) VALUES (?1, ?2, ?3, ?4)");
    let mut insert = connection.prepare_cached(&sql).expect("prepared");
    insert.execute((id, uri, id % 200, body)).expect("inserted");
}

/// A key whose halves are both at hand.
pub fn key() -> Arc<PrivateKey> {
    Arc::new(PrivateKey::generate_rsa().expect("a key"))
}
