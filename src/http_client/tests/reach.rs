//! Whom the client reaches, and whom not by any spelling.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::FutureExt;

use super::super::{Error, Forbidden, HttpClient, Lookup, Request, Settings};
use super::{Peer, url};

fn strict() -> HttpClient {
    HttpClient::new(Settings::default()).expect("the defaults work")
}

/// A client whose name server gives these answers, one after the other; and how often it was asked.
fn scripted(settings: Settings, answers: Vec<Vec<SocketAddr>>) -> (HttpClient, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let lookup = Lookup::Script(Arc::new({
        let asked = Arc::clone(&asked);
        move |_| {
            let turn = asked.fetch_add(1, Ordering::SeqCst);
            let answer = answers.get(turn).cloned().ok_or_else(|| io::Error::other("no such name"));
            futures_util::future::ready(answer).boxed()
        }
    }));
    (HttpClient::with_lookup(settings, lookup).expect("client"), asked)
}

#[test]
fn an_address_is_refused_in_every_spelling() {
    for text in [
        "https://127.0.0.1/",
        "https://127.0.0.1./",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://017700000001/",
        "https://0177.0.0.0x1/",
        "https://127.1/",
        "https://0/",
        "https://%31%32%37.0.0.1/",
        "https://１２７.０.０.１/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[::127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[0:0:0:0:0:0:0:1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://8.8.8.8/",
        "https://[2606:4700::1]/",
    ] {
        let refused = strict().check(&url(text));
        assert!(matches!(refused, Err(Error::Forbidden(Forbidden::IpLiteral { .. }))), "{text}: {refused:?}");
    }
}

#[test]
fn a_url_is_refused_with_the_rule_that_it_breaks() {
    let long = format!("https://space.example/{}", "x".repeat(5000));
    let label = format!("https://{}.example/", "x".repeat(64));
    for (text, rule) in [
        ("http://space.example/", "`https` is"),
        ("ftp://space.example/", "`https` is"),
        ("file:///etc/passwd", "`https` is"),
        ("gopher://space.example/", "`https` is"),
        ("https://space.example:8443/", "443"),
        ("https://anna@space.example/", "leave them away"),
        ("https://:pw@space.example/", "leave them away"),
        ("https://space.example./", "ends with a dot"),
        ("https://a..example/", "empty"),
        ("https://a!b.example/", "characters"),
        ("https://localhost/", "local network"),
        ("https://LOCALHOST/", "local network"),
        ("https://db.internal/", "local network"),
        ("https://nas.local/", "local network"),
        ("https://intranet/", "local network"),
        (long.as_str(), "at most 4096"),
        (label.as_str(), "too long"),
    ] {
        let refused = strict().check(&url(text)).expect_err(text);
        assert!(refused.to_string().contains(rule) && refused.is_permanent(), "{text}: {refused}");
    }
    for text in
        ["https://space.example/", "https://space.example:443/a?b#c", "https://bücher.example/", "https://a_b.example/"]
    {
        strict().check(&url(text)).expect(text);
    }
}

#[test]
fn development_opens_only_what_it_names() {
    let settings = Settings {
        allow_http: true,
        allow_private_addresses: vec!["127.0.0.0/8".parse().expect("network")],
        ..Settings::default()
    };
    let client = HttpClient::new(settings).expect("client");
    for open in ["http://127.0.0.1:8080/", "http://localhost:3000/", "https://[::ffff:127.0.0.1]/"] {
        client.check(&url(open)).expect(open);
    }
    for closed in
        ["http://10.0.0.1/", "http://[::1]:8080/", "http://8.8.8.8/", "http://a@localhost/", "ws://localhost/"]
    {
        assert!(client.check(&url(closed)).is_err(), "{closed}");
    }
}

#[tokio::test]
async fn one_private_address_among_public_ones_refuses_the_name() {
    let answer = vec!["8.8.8.8:0".parse().expect("address"), "10.0.0.1:0".parse().expect("address")];
    let (client, asked) = scripted(Settings::default(), vec![answer]);
    let refused = client.send(Request::get(url("https://mixed.example/"))).await.expect_err("refused");
    let address: IpAddr = "10.0.0.1".parse().expect("address");
    assert_eq!(refused, Error::Forbidden(Forbidden::PrivateAddress { host: "mixed.example".to_owned(), address }));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

/// The second answer of the name server is judged like the first, and each connection asks once:
/// there is no moment between check and connection.
#[tokio::test]
async fn a_name_that_turns_private_is_refused_at_its_next_look_up() {
    let peer = Peer::saying("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
    let other = Peer::saying("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    // To this client "public" is 127.0.0.1 alone.
    let settings = Settings {
        allow_http: true,
        allow_private_addresses: vec!["127.0.0.1".parse().expect("network")],
        ..Settings::default()
    };
    let private = SocketAddr::new("127.0.0.2".parse().expect("address"), other.address.port());
    let (client, asked) = scripted(settings, vec![vec![peer.address], vec![private], vec![]]);
    let get = || Request::get(url("http://rebinding.example/"));

    assert_eq!(client.send(get()).await.expect("the first is open").status, 200);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    let refused = client.send(get()).await.expect_err("the second is not");
    assert!(matches!(refused, Error::Forbidden(Forbidden::PrivateAddress { .. })), "{refused}");
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    for wrong in ["no address", "no such name"] {
        let refused = client.send(get()).await.expect_err(wrong);
        assert!(matches!(&refused, Error::Resolve { reason, .. } if reason.contains(wrong)), "{refused}");
        assert!(!refused.is_permanent());
    }
    assert_eq!((peer.connections(), other.connections()), (1, 0));
}

/// Where a private network is open, a local name may lead into it, but nowhere else.
#[tokio::test]
async fn a_local_name_has_to_lead_into_an_open_network() {
    let settings =
        Settings { allow_private_addresses: vec!["127.0.0.0/8".parse().expect("network")], ..Settings::default() };
    let (client, _) = scripted(settings, vec![vec!["8.8.8.8:0".parse().expect("address")]]);
    let refused = client.send(Request::get(url("https://db.internal/"))).await.expect_err("not there");
    assert!(matches!(refused, Error::Forbidden(Forbidden::PrivateAddress { .. })), "{refused}");
}

#[tokio::test]
async fn the_system_is_asked_for_names_that_are_not_in_the_table() {
    let peer = Peer::saying("HTTP/1.1 204 No Content\r\n\r\n").await;
    let settings = Settings { resolve: [].into(), ..peer.settings() };
    let client = HttpClient::new(settings).expect("client");
    let here = Request::get(url(&format!("http://localhost:{}/", peer.address.port())));
    // Some systems put ::1 before 127.0.0.1, and ::1 is not open here: both answers show that it
    // was looked up.
    match client.send(here).await {
        Ok(answer) => assert_eq!(answer.status, 204),
        Err(error) => assert!(matches!(error, Error::Forbidden(Forbidden::PrivateAddress { .. })), "{error}"),
    }
}

#[tokio::test]
async fn a_closed_port_is_a_failure_that_may_pass() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    drop(listener);
    let settings = Settings {
        allow_http: true,
        allow_private_addresses: vec!["127.0.0.0/8".parse().expect("network")],
        resolve: [("*.example".to_owned(), address)].into(),
        ..Settings::default()
    };
    let client = HttpClient::new(settings).expect("client");
    let error = client.send(Request::get(url("http://away.example/?secret"))).await.expect_err("nobody there");
    assert!(matches!(&error, Error::Connect { reason, .. } if reason.contains("refused")), "{error:?}");
    assert!(!error.is_permanent() && !error.is_our_fault() && !error.to_string().contains("secret"));
}

/// Run in a process of its own, because the environment belongs to all tests of this one.
#[test]
fn no_variable_of_the_environment_puts_a_proxy_in_between() {
    let same_without_proxy = "http_client::tests::wire::headers_arrive_byte_by_byte_as_given";
    let output = std::process::Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", same_without_proxy])
        .env("http_proxy", "http://127.0.0.1:1")
        .env("all_proxy", "http://127.0.0.1:1")
        .env_remove("no_proxy")
        .env_remove("NO_PROXY")
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}
