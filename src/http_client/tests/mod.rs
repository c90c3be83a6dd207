//! Peers that misbehave, played by small servers on the loopback interface.

mod limits;
mod reach;
mod wire;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use super::{HttpClient, Settings};

/// Longer than anything here takes, unless a limit does not hold.
const FOREVER: Duration = Duration::from_secs(60);

/// A server that treats each connection in the given way, and counts them.
struct Peer {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Peer {
    async fn start<F, Fut>(treat: F) -> Self
    where
        F: Fn(TcpStream) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let connections = Arc::new(AtomicUsize::new(0));
        tokio::spawn({
            let connections = Arc::clone(&connections);
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    connections.fetch_add(1, Ordering::SeqCst);
                    tokio::spawn(treat(stream));
                }
            }
        });
        Self { address, connections }
    }

    /// Answers each request of each connection with these bytes.
    async fn saying(answer: impl Into<Vec<u8>>) -> Self {
        let answer: Arc<[u8]> = answer.into().into();
        Self::start(move |mut stream| {
            let answer = Arc::clone(&answer);
            async move {
                while read_request(&mut stream).await.is_some() {
                    if stream.write_all(&answer).await.is_err() {
                        return;
                    }
                }
            }
        })
        .await
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Settings under which `http://peer.example/` is this peer.
    fn settings(&self) -> Settings {
        Settings {
            allow_http: true,
            allow_private_addresses: vec!["127.0.0.0/8".parse().expect("a network")],
            resolve: [("peer.example".to_owned(), self.address)].into(),
            ..Settings::default()
        }
    }

    fn client(&self) -> HttpClient {
        HttpClient::new(self.settings()).expect("good settings")
    }
}

fn url(text: &str) -> Url {
    text.parse().expect(text)
}

/// The next request as it came, head and body, or nothing at the end of the connection.
async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<Vec<u8>> {
    let mut seen = Vec::new();
    loop {
        if let Some(end) = seen.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&seen[..end]).to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |text| text.parse().expect("a number"));
            if seen.len() >= end + 4 + length {
                return Some(seen);
            }
        }
        if stream.read_buf(&mut seen).await.ok()? == 0 {
            return None;
        }
    }
}
