//! HTTP as it lies on the wire, for what a well-behaved client would not send.

use std::net::SocketAddr;

use jiff::Timestamp;
use thirdspace::activitypub::digest::BodyDigest;
use thirdspace::activitypub::key::PrivateKey;
use thirdspace::activitypub::signature::{Message, http_date, sign_cavage};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::DEADLINE;

/// What activities are sent as.
pub const KIND: &str = "application/activity+json";

/// Who signs.
#[derive(Clone)]
pub struct Signer {
    pub key_id: String,
    pub key: PrivateKey,
}

impl Signer {
    /// The head of a delivery, well signed; `more` is put at its end.
    pub fn head(&self, host: &str, path: &str, body: &[u8], kind: &str, now: Timestamp, more: &str) -> String {
        let (date, digest) = (http_date(now), BodyDigest::of(body).to_digest());
        let headers: [(&str, &[u8]); 4] = [
            ("host", host.as_bytes()),
            ("date", date.as_bytes()),
            ("digest", digest.as_bytes()),
            ("content-type", kind.as_bytes()),
        ];
        let url = format!("http://{host}{path}").parse().unwrap();
        let signature = sign_cavage(&Message::sent("POST", &url, &headers), &self.key_id, &self.key).unwrap();
        format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\ndate: {date}\r\ndigest: {digest}\r\ncontent-type: {kind}\r\n\
             signature: {signature}\r\n{more}"
        )
    }

    /// A whole delivery.
    pub fn delivery(&self, host: &str, path: &str, body: &[u8], kind: &str, now: Timestamp) -> Vec<u8> {
        let length = format!("content-length: {}\r\n\r\n", body.len());
        [self.head(host, path, body, kind, now, &length).as_bytes(), body].concat()
    }

    /// A question for a document.
    pub fn question(&self, host: &str, path: &str, now: Timestamp) -> String {
        let date = http_date(now);
        let headers: [(&str, &[u8]); 2] = [("host", host.as_bytes()), ("date", date.as_bytes())];
        let url = format!("http://{host}{path}").parse().unwrap();
        let signature = sign_cavage(&Message::sent("GET", &url, &headers), &self.key_id, &self.key).unwrap();
        question(host, path, &format!("date: {date}\r\nsignature: {signature}\r\n"))
    }
}

/// A question for a document, with more headers.
pub fn question(host: &str, path: &str, more: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: {host}\r\naccept: {KIND}\r\n{more}\r\n")
}

/// Sends bytes and reads the answer's status and body; status 0 when the connection was closed without a word.
pub async fn say(address: SocketAddr, bytes: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // A node that has heard enough stops listening, so not everything may be sent.
    let _ = stream.write_all(bytes).await;
    tokio::time::timeout(DEADLINE, answer(&mut stream)).await.expect("an answer in time")
}

/// Reads an answer.
pub async fn answer(stream: &mut TcpStream) -> (u16, String) {
    match message(stream, &mut Vec::new()).await {
        Some((head, body)) => {
            (head.split(' ').nth(1).unwrap().parse().unwrap(), String::from_utf8_lossy(&body).into_owned())
        }
        None => (0, String::new()),
    }
}

/// Reads one message, a question or an answer: its head and its body. What came after it stays in `seen`, for the next.
pub async fn message(stream: &mut TcpStream, seen: &mut Vec<u8>) -> Option<(String, Vec<u8>)> {
    loop {
        if let Some(end) = seen.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&seen[..end]).into_owned();
            let length: usize = header(&head, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
            if seen.len() >= end + 4 + length {
                let body = seen[end + 4..end + 4 + length].to_vec();
                seen.drain(..end + 4 + length);
                return Some((head, body));
            }
        }
        // Closed without a word, or in the middle of one.
        if stream.read_buf(seen).await.ok()? == 0 {
            return None;
        }
    }
}

/// A header of a message.
pub fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}
