//! Those who call a node: many at once, each on a connection that is kept, with requests that were made before.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::LocalSet;

/// How long anybody waits for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection that is kept.
pub struct Connection {
    stream: TcpStream,
    seen: Vec<u8>,
}

/// What was answered.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, seen: Vec::with_capacity(16 * 1024) })
    }

    /// Says these bytes and waits for the answer.
    pub async fn ask(&mut self, request: &[u8]) -> Answer {
        tokio::time::timeout(PATIENCE, self.exchange(request)).await.expect("an answer in time").expect("an answer")
    }

    async fn exchange(&mut self, request: &[u8]) -> std::io::Result<Answer> {
        self.stream.write_all(request).await?;
        loop {
            if let Some(answer) = self.whole() {
                return Ok(answer);
            }
            if self.stream.read_buf(&mut self.seen).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    fn whole(&mut self) -> Option<Answer> {
        let end = self.seen.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
        let head = std::str::from_utf8(&self.seen[..end]).expect("a head is text");
        let status = head[9..12].parse().expect("a status");
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().expect("a length"))
        });
        let all = end + length.unwrap_or(0_usize);
        if self.seen.len() < all {
            return None;
        }
        let body = self.seen[end..all].to_vec();
        self.seen.drain(..all);
        Some(Answer { status, body })
    }
}

/// When each request is made.
#[derive(Clone, Copy)]
pub enum Pace {
    /// As soon as one of the connections is free.
    AsFastAsItGoes,
    /// At this time from the first, whatever became of those before; waiting counts.
    Every(Duration),
}

/// Makes all requests over so many connections, and tells how long each waited for its answer, in no order. Every answer has
/// to have this status.
pub async fn call(
    address: SocketAddr,
    requests: Rc<Vec<Vec<u8>>>,
    connections: usize,
    pace: Pace,
    status: u16,
) -> Vec<Duration> {
    let next = Rc::new(Cell::new(0));
    let local = LocalSet::new();
    let began = Instant::now();
    let callers: Vec<_> = (0..connections)
        .map(|_| {
            let (requests, next) = (requests.clone(), next.clone());
            local.spawn_local(async move {
                let mut connection = Connection::open(address).await.expect("it takes connections");
                let mut waits = Vec::new();
                loop {
                    let number = next.replace(next.get() + 1);
                    let Some(request) = requests.get(number) else { return waits };
                    let from = match pace {
                        Pace::AsFastAsItGoes => Instant::now(),
                        Pace::Every(pause) => {
                            let due = began + pause * u32::try_from(number).expect("few requests");
                            tokio::time::sleep_until(due.into()).await;
                            due
                        }
                    };
                    let answer = connection.ask(request).await;
                    let said = String::from_utf8_lossy(&answer.body).into_owned();
                    assert_eq!(answer.status, status, "{said}");
                    waits.push(from.elapsed());
                }
            })
        })
        .collect();
    local
        .run_until(async {
            let mut waits = Vec::with_capacity(requests.len());
            for caller in callers {
                waits.extend(caller.await.expect("a caller ends well"));
            }
            waits
        })
        .await
}

/// A GET as a peer makes it.
pub fn get(host: &str, path: &str, more: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nuser-agent: peer/1.0\r\n{more}\r\n").into_bytes()
}
