//! The peers of a node: one small server under any number of names, which takes every delivery.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A running server; hosts whose names begin with `hang` never answer.
#[derive(Clone)]
pub struct Peers {
    address: SocketAddr,
    arrived: Arc<Mutex<Vec<Instant>>>,
}

impl Peers {
    /// Starts on a thread of its own, with a port that the system chooses.
    pub fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("it can be waited for");
        let peers = Self { address: listener.local_addr().expect("its address"), arrived: Arc::default() };
        let serving = peers.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).expect("a listener");
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(serving.clone().serve(stream));
                }
            });
        });
        peers
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// When each delivery arrived that was answered.
    pub fn arrived(&self) -> Vec<Instant> {
        self.arrived.lock().expect("nobody panicked").clone()
    }

    /// How many were answered.
    pub fn count(&self) -> usize {
        self.arrived.lock().expect("nobody panicked").len()
    }

    /// Forgets what arrived.
    pub fn forget(&self) {
        self.arrived.lock().expect("nobody panicked").clear();
    }

    async fn serve(self, mut stream: TcpStream) {
        let mut seen = Vec::with_capacity(4096);
        loop {
            let (end, hangs) = loop {
                if let Some(found) = whole(&seen) {
                    break found;
                }
                if !matches!(stream.read_buf(&mut seen).await, Ok(1..)) {
                    return;
                }
            };
            if hangs {
                return std::future::pending().await;
            }
            seen.drain(..end);
            self.arrived.lock().expect("nobody panicked").push(Instant::now());
            if stream.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n").await.is_err() {
                return;
            }
        }
    }
}

/// Where the first request ends, and whether its host hangs.
fn whole(seen: &[u8]) -> Option<(usize, bool)> {
    let end = seen.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&seen[..end]).ok()?;
    let value = |wanted: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(':'));
        lines.find_map(|(name, value)| name.eq_ignore_ascii_case(wanted).then(|| value.trim()))
    };
    let length = value("content-length").and_then(|length| length.parse().ok()).unwrap_or(0_usize);
    let hangs = value("host").is_some_and(|host| host.starts_with("hang"));
    (seen.len() >= end + length).then_some((end + length, hangs))
}
