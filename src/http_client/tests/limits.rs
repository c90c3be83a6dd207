//! Time, size and number: no peer takes more of us than it was given.

use std::io::Write;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::FutureExt;
use tokio::io::AsyncWriteExt;

use super::super::{Budget, Error, HttpClient, Lookup, Request, Settings, Wait};
use super::{FOREVER, Peer, read_request, url};

const SHORT: Duration = Duration::from_millis(100);

fn get() -> Request {
    Request::get(url("http://peer.example/inbox?token=secret"))
}

/// The error, and that it came soon after the short deadline and tells no secret.
async fn fails_in_time(client: HttpClient, request: Request) -> Error {
    let start = Instant::now();
    let error = client.send(request).await.expect_err("a peer like this cannot succeed");
    assert!(start.elapsed() < SHORT * 30, "{:?} for {error}", start.elapsed());
    assert!(!format!("{error}{error:?}").contains("secret"), "{error:?}");
    error
}

fn wait_of(error: &Error) -> Option<Wait> {
    match error {
        Error::Timeout { wait, .. } => Some(*wait),
        _ => None,
    }
}

#[tokio::test]
async fn a_peer_that_never_answers_is_left_at_the_read_timeout() {
    let peer = Peer::start(|stream| async move {
        let _open = stream;
        tokio::time::sleep(FOREVER).await;
    })
    .await;
    let client = HttpClient::new(Settings { read_timeout: SHORT, ..peer.settings() }).expect("client");
    let error = fails_in_time(client, get()).await;
    assert_eq!(wait_of(&error), Some(Wait::Answer));
    assert!(!error.is_permanent() && !error.is_our_fault());
    assert_eq!(error.to_string(), "peer.example: the answer took longer than 100 ms");
}

/// Each byte comes within the read timeout, so only the deadline over the whole helps.
#[tokio::test]
async fn a_peer_that_drips_is_left_at_the_deadline() {
    for start in ["HTTP/1.1 200 OK\r\nx-slow: ", "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n"] {
        let peer = Peer::start(move |mut stream| async move {
            let _ = read_request(&mut stream).await;
            let _ = stream.write_all(start.as_bytes()).await;
            while stream.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
        let error = fails_in_time(peer.client(), get().deadline(SHORT)).await;
        assert_eq!(wait_of(&error), Some(Wait::Answer), "{error:?}");
    }
}

#[tokio::test]
async fn a_name_server_that_never_answers_is_left_at_the_connect_timeout() {
    let silent = Lookup::Script(std::sync::Arc::new(|_| futures_util::future::pending().boxed()));
    let settings = Settings { connect_timeout: SHORT, ..Settings::default() };
    let client = HttpClient::with_lookup(settings, silent).expect("client");
    let error = fails_in_time(client, Request::get(url("https://slow.example/?secret"))).await;
    assert_eq!(wait_of(&error), Some(Wait::Connection));
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_left_at_the_connect_timeout() {
    let peer = Peer::start(|mut stream| async move {
        let _ = read_request(&mut stream).await;
    })
    .await;
    let client = HttpClient::new(Settings { connect_timeout: SHORT, ..peer.settings() }).expect("client");
    let error = fails_in_time(client, Request::get(url("https://peer.example/?secret"))).await;
    assert_eq!(wait_of(&error), Some(Wait::Connection));
}

#[tokio::test]
async fn waiting_for_a_turn_counts_and_is_not_held_against_the_peer() {
    let peer = Peer::start(|mut stream| async move {
        let _ = read_request(&mut stream).await;
        tokio::time::sleep(FOREVER).await;
    })
    .await;
    let client = HttpClient::new(Settings { per_host: 1, ..peer.settings() }).expect("client");
    let first = tokio::spawn({
        let client = client.clone();
        async move { client.send(get()).await }
    });
    while peer.connections() == 0 {
        tokio::task::yield_now().await;
    }
    let error = fails_in_time(client, get().deadline(SHORT)).await;
    assert_eq!(wait_of(&error), Some(Wait::Turn));
    assert!(error.is_our_fault());
    assert_eq!(peer.connections(), 1);
    first.abort();
}

#[tokio::test]
async fn an_endless_body_is_cut() {
    let peer = Peer::start(|mut stream| async move {
        let _ = read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 202 Accepted\r\n\r\n").await;
        while stream.write_all(&[b'x'; 1000]).await.is_ok() {}
    })
    .await;
    let error = peer.client().send(get().max_body(10_500)).await.expect_err("endless");
    assert_eq!(error, Error::TooLarge { host: "peer.example".to_owned(), limit: 10_500 });
    assert!(error.is_permanent());

    let answer = peer.client().send(get().max_body(10_500).body_optional()).await.expect("the status came");
    assert_eq!((answer.status, answer.body.len()), (202, 10_500));
}

#[tokio::test]
async fn a_delivery_is_done_when_the_status_has_come() {
    let peer = Peer::start(|mut stream| async move {
        let _ = read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 10\r\n\r\nthanks").await;
        tokio::time::sleep(FOREVER).await;
    })
    .await;
    // Long enough for a head to come through on a busy machine.
    let patience = SHORT * 3;
    let silence = HttpClient::new(Settings { read_timeout: patience, ..peer.settings() }).expect("client");
    for (client, request) in [(silence.clone(), get()), (peer.client(), get().deadline(patience))] {
        let answer = client.send(request.body_optional()).await.expect("the status came");
        assert_eq!((answer.status, &*answer.body), (202, &b"thanks"[..]));
    }
    assert_eq!(wait_of(&fails_in_time(silence, get()).await), Some(Wait::Answer));
}

#[tokio::test]
async fn the_limit_counts_bytes_after_decompression() {
    let gzip = |plain: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(plain).expect("memory");
        let packed = encoder.finish().expect("memory");
        let mut answer =
            format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", packed.len())
                .into_bytes();
        answer.extend(packed);
        answer
    };
    let text: String = (0..20_000).map(|n| format!("{n} ")).collect();
    let honest = Peer::saying(gzip(text.as_bytes())).await;
    let answer = honest.client().send(get()).await.expect("an honest answer");
    assert_eq!(answer.body, text.as_bytes());

    let bomb = gzip(&vec![0; 50_000_000]);
    assert!(bomb.len() < 60_000, "a bomb is small: {}", bomb.len());
    let error = Peer::saying(bomb).await.client().send(get().max_body(100_000)).await.expect_err("a bomb");
    assert!(matches!(error, Error::TooLarge { limit: 100_000, .. }), "{error}");
}

#[tokio::test]
async fn a_body_may_be_exactly_as_large_as_the_limit() {
    let peer = Peer::saying("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n0123456789").await;
    assert_eq!(peer.client().send(get().max_body(10)).await.expect("fits").body, Bytes::from("0123456789"));
    assert!(peer.client().send(get().max_body(9)).await.is_err());
}

#[tokio::test]
async fn an_activity_may_cause_so_many_requests_and_no_more() {
    let peer = Peer::saying("HTTP/1.1 204 No Content\r\n\r\n").await;
    let client = peer.client();
    let budget = Budget::new(2);
    let elsewhere = budget.clone();
    client.send(get().budget(&budget)).await.expect("first");
    client.send(get().budget(&elsewhere)).await.expect("second");
    let error = client.send(get().budget(&budget)).await.expect_err("third");
    assert_eq!(error, Error::BudgetSpent { limit: 2 });
    assert!(error.is_our_fault() && budget.left() == 0);
}
