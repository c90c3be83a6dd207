//! What is on the wire: headers byte by byte, redirects, connections, TLS.

use std::io::Write;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsAcceptor;

use super::super::{Error, HttpClient, Request, Settings};
use super::{Peer, read_request, url};

const EMPTY: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

/// A peer that keeps the requests it gets.
async fn recording() -> (Peer, Arc<Mutex<Vec<Vec<u8>>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let peer = Peer::start({
        let seen = Arc::clone(&seen);
        move |mut stream| {
            let seen = Arc::clone(&seen);
            async move {
                while let Some(request) = read_request(&mut stream).await {
                    seen.lock().expect("no panic").push(request);
                    let _ = stream.write_all(EMPTY.as_bytes()).await;
                }
            }
        }
    })
    .await;
    (peer, seen)
}

#[tokio::test]
async fn headers_arrive_byte_by_byte_as_given() {
    let (peer, seen) = recording().await;
    let body = Bytes::from_static(b"{\"type\":\"Follow\"}");
    let request = Request::post(url("http://peer.example/inbox?a=%2F&b=1#part"), body)
        .header("Host", "peer.example")
        .header("Date", "Sun,  18 Dec 2022   10:08:46 GMT")
        .header("Digest", "SHA-256=abc=")
        .header("Content-Length", "17")
        .header("X-Two", "first")
        .header("X-Raw", b"\xff caf\xc3\xa9 \"a, b\"")
        .header("X-Two", "Second")
        .header("Accept", "application/activity+json");
    assert_eq!(peer.client().send(request).await.expect("sent").status, 200);

    let seen = seen.lock().expect("no panic").concat();
    let end = seen.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    let lines: Vec<&[u8]> = seen[..end].split(|byte| *byte == b'\n').map(|line| line.trim_ascii_end()).collect();
    let agent = format!("user-agent: thirdspace/{}", env!("CARGO_PKG_VERSION"));
    let expected: Vec<&[u8]> = vec![
        b"POST /inbox?a=%2F&b=1 HTTP/1.1",
        b"date: Sun,  18 Dec 2022   10:08:46 GMT",
        b"digest: SHA-256=abc=",
        b"x-two: first",
        b"x-two: Second",
        b"x-raw: \xff caf\xc3\xa9 \"a, b\"",
        b"accept: application/activity+json",
        agent.as_bytes(),
        b"accept-encoding: gzip",
        b"host: peer.example",
        b"content-length: 17",
    ];
    assert_eq!(lines, expected, "{}", String::from_utf8_lossy(&seen));
    assert_eq!(&seen[end + 4..], b"{\"type\":\"Follow\"}");
}

#[tokio::test]
async fn a_header_that_would_make_two_requests_of_one_is_refused() {
    let (peer, seen) = recording().await;
    for (name, value) in [
        ("X-A", "b\r\nHost: other.example"),
        ("X-A\r\nB", "c"),
        ("X A", "b"),
        ("", "b"),
        ("Host", "other.example"),
        ("Host", "peer.example:80"),
        ("Content-Length", "3"),
        ("Transfer-Encoding", "chunked"),
        ("Connection", "close"),
    ] {
        let request = Request::post(url("http://peer.example/"), Bytes::from_static(b"four")).header(name, value);
        let refused = peer.client().send(request).await.expect_err(name);
        assert!(matches!(refused, Error::InvalidRequest { .. }) && refused.is_our_fault(), "{name}: {refused}");
    }
    assert!(seen.lock().expect("no panic").is_empty());
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    for (location, target) in [
        ("https://other.example/a#b", Some("https://other.example/a#b")),
        ("/users/anna", Some("http://peer.example/users/anna")),
        ("//127.0.0.1/", Some("http://127.0.0.1/")),
        ("https://[nonsense", None),
    ] {
        let answer = format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
        let peer = Peer::saying(answer).await;
        let answer = peer.client().send(Request::get(url("http://peer.example/@anna#me"))).await.expect("an answer");
        assert_eq!(answer.status, 302);
        assert_eq!(answer.url.as_str(), "http://peer.example/@anna");
        let found = answer.location().expect("there is one").ok();
        assert_eq!(found.as_ref().map(|url| url.as_str()), target);
        assert_eq!(peer.connections(), 1);
    }
}

#[tokio::test]
async fn a_connection_serves_many_requests_and_keeps_no_cookies() {
    let (peer, seen) = recording().await;
    let client = peer.client();
    for _ in 0..5 {
        client.send(Request::get(url("http://peer.example/"))).await.expect("sent");
    }
    assert_eq!(peer.connections(), 1);
    assert_eq!(seen.lock().expect("no panic").len(), 5);

    let baker =
        Peer::saying("HTTP/1.1 200 OK\r\nset-cookie: a=b\r\nSet-Cookie: c=d\r\ncontent-length: 0\r\n\r\n").await;
    let answer = baker.client().send(Request::get(url("http://peer.example/"))).await.expect("sent");
    assert_eq!(answer.headers.get_all("Set-Cookie").collect::<Vec<_>>(), ["a=b", "c=d"]);
    assert_eq!(answer.headers.get("absent"), None);
}

#[tokio::test]
async fn what_is_not_http_is_told_apart_from_a_missing_connection() {
    for nonsense in ["SSH-2.0-OpenSSH_9.6\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n", ""] {
        let peer = Peer::start(move |mut stream| async move {
            let _ = read_request(&mut stream).await;
            let _ = stream.write_all(nonsense.as_bytes()).await;
        })
        .await;
        let error = peer.client().send(Request::get(url("http://peer.example/"))).await.expect_err(nonsense);
        assert!(matches!(error, Error::Protocol { .. }), "{nonsense}: {error:?}");
    }
}

/// An authority, and the TLS of a server that has a certificate of it for a name.
fn authority(name: &str, protocol: &str) -> (String, TlsAcceptor) {
    let mut params = CertificateParams::new(vec![]).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let certificate = CertificateParams::new(vec![name.to_owned()])
        .expect("a name")
        .signed_by(&key, &authority)
        .expect("a certificate");
    let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
        .expect("key and certificate fit");
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    (authority.pem(), Arc::new(config).into())
}

fn settings_with(peer: &Peer, pem: Option<&str>) -> (Settings, tempfile::NamedTempFile) {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(pem.unwrap_or_default().as_bytes()).expect("written");
    let ca_file = pem.map(|_| file.path().to_owned());
    (Settings { allow_http: false, ca_file, ..peer.settings() }, file)
}

#[tokio::test]
async fn https_wants_an_authority_that_we_trust_and_the_right_name() {
    let (pem, acceptor) = authority("peer.example", "http/1.1");
    let peer = Peer::start(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                return;
            };
            while read_request(&mut stream).await.is_some() {
                let _ = stream.write_all(EMPTY.as_bytes()).await;
            }
        }
    })
    .await;
    let get = || Request::get(url("https://peer.example/"));

    let (settings, _file) = settings_with(&peer, Some(&pem));
    assert_eq!(HttpClient::new(settings.clone()).expect("client").send(get()).await.expect("trusted").status, 200);

    let resolve = [("other.example".to_owned(), peer.address)].into();
    let client = HttpClient::new(Settings { resolve, ..settings }).expect("client");
    let error = client.send(Request::get(url("https://other.example/"))).await.expect_err("another name");
    assert!(matches!(error, Error::Tls { .. }), "{error:?}");

    let (foreign, _) = authority("peer.example", "http/1.1");
    for pem in [None, Some(foreign.as_str())] {
        let (settings, _file) = settings_with(&peer, pem);
        let error = HttpClient::new(settings).expect("client").send(get()).await.expect_err("not trusted");
        assert!(
            matches!(&error, Error::Tls { reason, .. } if reason.contains("invalid peer certificate")),
            "{error:?}"
        );
        assert!(!error.is_permanent() && !error.is_our_fault());
    }

    for wrong in ["", "nothing to see", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let (settings, _file) = settings_with(&peer, Some(wrong));
        assert!(matches!(HttpClient::new(settings), Err(Error::Settings { .. })), "{wrong}");
    }
}

#[tokio::test]
async fn http2_is_spoken_where_the_peer_speaks_it() {
    let (pem, acceptor) = authority("peer.example", "h2");
    let seen = Arc::new(Mutex::new(Vec::new()));
    let peer = Peer::start({
        let seen = Arc::clone(&seen);
        move |stream| {
            let (acceptor, seen) = (acceptor.clone(), Arc::clone(&seen));
            async move {
                let stream = acceptor.accept(stream).await.expect("TLS");
                let mut connection = h2::server::handshake(stream).await.expect("HTTP/2");
                while let Some(Ok((request, mut respond))) = connection.accept().await {
                    seen.lock().expect("no panic").push(request.into_parts().0);
                    let mut body = respond.send_response(Default::default(), false).expect("open");
                    body.send_data(Bytes::from_static(b"{}"), true).expect("open");
                }
            }
        }
    })
    .await;
    let (settings, _file) = settings_with(&peer, Some(&pem));
    let client = HttpClient::new(settings).expect("client");
    let sends = (0..3).map(|_| {
        client.send(
            Request::post(url("https://peer.example/inbox"), Bytes::from_static(b"body"))
                .header("host", "peer.example")
                .header("content-length", "4")
                .header("signature", b"keyId=\"a\",  x=\"\xff\""),
        )
    });
    for answer in futures_util::future::join_all(sends).await {
        assert_eq!(&*answer.expect("answered").body, b"{}");
    }
    for parts in seen.lock().expect("no panic").iter() {
        assert_eq!(parts.uri.to_string(), "https://peer.example/inbox");
        assert_eq!(parts.headers["signature"].as_bytes(), b"keyId=\"a\",  x=\"\xff\"");
        assert_eq!(parts.headers["content-length"], "4");
        assert!(!parts.headers.contains_key("host"), "`:authority` stands for it");
    }
    assert_eq!(seen.lock().expect("no panic").len(), 3);
}
