//! Learns what software other servers run, for those who look at the list of peers. Nothing is decided by it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

use super::duty;
use crate::activitypub::nodeinfo::NodeInfo;
use crate::coworking::peer::Host;
use crate::federation::fetch;
use crate::node::Node;
use crate::store::process::Duty;
use crate::store::{self, Tx, peer};

const EVERY: Duration = Duration::from_secs(60);
/// Servers that are asked at once, and in a minute.
const AT_ONCE: u32 = 5;
/// What a server runs is asked again after so long.
const FRESH: SignedDuration = SignedDuration::from_hours(24 * 7);
/// One that does not say is asked again after so long.
const PAUSE: SignedDuration = SignedDuration::from_hours(24);
/// The most characters of name and version together.
const LIMIT: usize = 80;

pub(super) async fn run(node: Arc<Node>, stop: CancellationToken) {
    duty::rounds(node, stop, Duty::NodeInfo, EVERY, |node| async move {
        settle(&node).await;
    })
    .await;
}

/// Asks a few of those who are due; tells whether there were any.
pub(super) async fn settle(node: &Node) -> bool {
    match ask(node).await {
        Ok(asked) => asked,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "cannot keep what peers run");
            false
        }
    }
}

async fn ask(node: &Node) -> Result<bool, store::Error> {
    let now = node.clock.now();
    let due = node.store.read(move |tx: &mut Tx<'_>| peer::software_due(tx, now, AT_ONCE)).await?;
    if due.is_empty() {
        return Ok(false);
    }
    let answers = join_all(due.into_iter().map(|name| async move {
        let software = match Host::parse(&name) {
            Ok(host) => said(node, &host).await,
            Err(_) => None,
        };
        (name, software)
    }));
    let answers = answers.await;
    node.store
        .write(move |tx| {
            for (host, software) in &answers {
                let pause = if software.is_some() { FRESH } else { PAUSE };
                let again = now.checked_add(pause).unwrap_or(jiff::Timestamp::MAX);
                peer::set_software(tx, host, software.as_deref(), again)?;
            }
            Ok::<_, store::Error>(())
        })
        .await?;
    Ok(true)
}

async fn said(node: &Node, host: &Host) -> Option<String> {
    match fetch::nodeinfo(node, host).await {
        Ok(said) => Some(software(&said)).filter(|software| !software.is_empty()),
        Err(error) => {
            tracing::debug!(%host, %error, "a peer does not say what it runs");
            None
        }
    }
}

/// `mastodon 4.5.1`. It is shown on terminals, so only what is plainly visible passes.
fn software(said: &NodeInfo) -> String {
    let words = format!("{} {}", said.software_name, said.software_version);
    let visible = |c: char| if c.is_ascii_graphic() { c } else { ' ' };
    let words: String = words.chars().map(visible).take(LIMIT).collect();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::coworking::peer::Level;
    use crate::federation::testing::{Ground, Received, Reply, start};
    use crate::jobs::drain;

    const SCHEMA: &str = "http://nodeinfo.diaspora.software/ns/schema/2.0";

    fn answer(got: &Received) -> Reply {
        let host = got.host.as_str();
        let links = |href: String| Reply::Json(json!({"links": [{"rel": SCHEMA, "href": href}]}));
        let runs = |software: Value| Reply::Json(json!({"software": software, "protocols": ["activitypub"]}));
        match (host, got.path.as_str()) {
            ("old.test", "/.well-known/nodeinfo") => Reply::SayWith(301, "location", "http://new.test/ni"),
            ("new.test", "/ni") | ("pier.test", "/.well-known/nodeinfo") => links(format!("http://{host}/info")),
            ("circle.test", path) => Reply::SayWith(302, "location", if path == "/a" { "/b" } else { "/a" }),
            ("pier.test", "/info") => runs(json!({"name": "mastodon", "version": "4.5.1\u{1b}[31m+\u{202e}x"})),
            ("new.test", "/info") => runs(json!({"name": "x".repeat(200)})),
            ("lies.test", "/.well-known/nodeinfo") => links("http://pier.test/info".into()),
            _ => Reply::Say(404),
        }
    }

    impl Ground {
        async fn runs(&self, host: &'static str) -> Option<String> {
            let host = Host::parse(host).unwrap();
            self.act(move |tx| Ok(peer::by_host(tx, &host)?.unwrap().software)).await
        }

        fn asked_of(&self) -> Vec<String> {
            let mut asked: Vec<_> = self.peers.take().into_iter().map(|got| got.host + &got.path).collect();
            asked.sort();
            asked
        }
    }

    #[tokio::test]
    async fn a_server_that_was_met_is_asked_what_it_runs_and_again_a_week_later() {
        let ground = Ground::new().await;
        ground.peers.behave(answer);
        for host in ["pier", "old"] {
            ground.stranger(host, "bo").await;
        }
        drain(&ground.node).await;
        assert_eq!(ground.runs("pier.test").await.unwrap(), "mastodon 4.5.1 [31m+ x");
        assert_eq!(ground.runs("old.test").await.unwrap(), "x".repeat(80), "it may have moved");
        let all = [
            "new.test/info",
            "new.test/ni",
            "old.test/.well-known/nodeinfo",
            "pier.test/.well-known/nodeinfo",
            "pier.test/info",
        ];
        assert_eq!(ground.asked_of(), all);
        ground.wait(6 * 24 * 3600);
        drain(&ground.node).await;
        assert!(ground.asked_of().is_empty());
        ground.peers.behave(|_| Reply::Say(502));
        ground.wait(24 * 3600);
        drain(&ground.node).await;
        assert_eq!(ground.asked_of().len(), 2);
        assert!(ground.runs("pier.test").await.unwrap().starts_with("mastodon"), "what it said stays");
    }

    #[tokio::test]
    async fn who_does_not_say_is_left_in_peace_for_a_day_and_who_is_blocked_for_ever() {
        let ground = Ground::new().await;
        ground.peers.behave(answer);
        for host in ["nothing", "circle", "lies", "blocked", "under.blocked"] {
            ground.stranger(host, "bo").await;
        }
        ground
            .act(|tx| Ok(peer::set_level(tx, &Host::parse("blocked.test").unwrap(), Level::Blocked, None, start())?))
            .await;
        let once = [
            "circle.test/.well-known/nodeinfo",
            "circle.test/a",
            "circle.test/b",
            "lies.test/.well-known/nodeinfo",
            "nothing.test/.well-known/nodeinfo",
        ];
        for _ in 0..2 {
            drain(&ground.node).await;
            assert_eq!(ground.asked_of(), once, "three requests at most, and none to who is blocked");
            drain(&ground.node).await;
            ground.wait(23 * 3600);
            drain(&ground.node).await;
            assert!(ground.asked_of().is_empty());
            ground.wait(3600);
        }
        assert_eq!(ground.runs("lies.test").await, None, "nobody speaks for another");
    }
}
