//! `thirdspace demo`, as somebody new meets it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::{program, refused};

#[test]
fn three_nodes_tell_a_story_and_every_fact_of_it_is_found_at_another_node() {
    let home = TempDir::new().unwrap();
    let temporary = home.path().join("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let began = Instant::now();
    let output = program(home.path())
        .env("TMPDIR", &temporary)
        .args(["demo", "--once", "--json", "--port", "0"])
        .output()
        .unwrap();
    let story = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{story}");
    assert!(began.elapsed() < Duration::from_secs(120), "nothing waits for a time to come");

    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["found"], document["expected"]);
    assert_eq!(document["never_reached"], Value::Array(Vec::new()));
    let facts = document["facts"].as_array().unwrap();
    let names: BTreeSet<&str> = facts.iter().map(|fact| fact["id"].as_str().unwrap()).collect();
    assert_eq!((names.len(), Some(facts.len() as u64)), (facts.len(), document["expected"].as_u64()));
    for name in [
        "approval-comes-home",
        "edit-arrives",
        "deletion-arrives",
        "message-stays-private",
        "offer-settled",
        "missed-post-arrives",
    ] {
        assert!(names.contains(name), "{name}");
    }
    for fact in facts {
        let at = fact["node"].as_str().unwrap();
        assert_ne!(fact["from"], fact["node"], "nobody is believed about themselves: {fact}");
        assert!(fact["url"].as_str().unwrap().starts_with(&format!("http://{at}.localhost:")), "{fact}");
        assert!(story.contains(fact["url"].as_str().unwrap()), "the story says where to look: {fact}");
    }
    for node in document["nodes"].as_array().unwrap() {
        let count = |name: &str| node["traffic"][name].as_u64().unwrap();
        assert!(count("activities") > 2 && count("deliveries") > 2 && count("verified") > 2, "{node}");
        assert_eq!(count("undelivered"), 0, "{node}");
    }
    assert!(!story.contains('\u{1b}'), "no colours where nobody sees them");
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0, "what the nodes remember goes with them");
}

#[test]
fn the_demo_takes_its_own_options_and_says_which() {
    let home = TempDir::new().unwrap();
    let (number, words) = refused(home.path(), &["demo", "--data-dir", "here"]);
    assert_eq!((number, words.contains("--dir")), (2, true), "{words}");
    assert_eq!(refused(home.path(), &["demo", "--port", "65534"]).0, 2);
    assert_eq!(refused(home.path(), &["demo", "--log", "loud=loud"]).0, 2);
    std::fs::write(home.path().join("something"), "x").unwrap();
    let (number, words) = refused(home.path(), &["demo", "--dir", "."]);
    assert_eq!((number, words.contains("empty folder")), (2, true), "{words}");
}
