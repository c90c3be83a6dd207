//! What members do and read from the command line: a day of Ana, who keeps the node, and Ben.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{ORIGIN, Server, done, refused, run, set_up};

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// What the command says to people.
fn said(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A node with Ana and Ben, who follows her.
fn house() -> TempDir {
    let home = TempDir::new().unwrap();
    let folder = home.path();
    set_up(folder);
    let ben = done(folder, &["member", "add", "ben"]);
    assert_eq!(ben["handle"], "@ben@harbor.localhost:4444");
    home
}

#[test]
fn two_members_meet_talk_and_keep_their_distance() {
    let home = house();
    let folder = home.path();
    assert_eq!(done(folder, &["profile", "show", "@ben"])["name"], "ben", "called as in their handle");
    let edit =
        ["profile", "edit", "--as", "ben", "--name", "Ben Okafor", "--summary", "I *bake*.", "--skills", "rye, tax"];
    let edited = done(folder, &[&edit[..], &["--field", "Web=https://ben.example", "--discoverable", "yes"]].concat());
    assert_eq!((&edited["summary"], &edited["skills"]), (&json!("<p>I <em>bake</em>.</p>"), &json!(["rye", "tax"])));
    assert_eq!((&edited["fields"][0]["name"], &edited["discoverable"]), (&json!("Web"), &json!(true)));
    let shown = said(folder, &["profile", "show", "ben"]);
    assert!(
        shown.contains("@ben@harbor.localhost:4444 (Ben Okafor)") && shown.contains("Knows about: rye, tax"),
        "{shown}"
    );
    assert!(shown.contains("Web: https://ben.example"), "{shown}");
    assert_eq!(refused(folder, &["profile", "edit", "--as", "ben"]).0, 2, "what?");

    // Who acts need not be said as long as one keeps the node.
    assert_eq!(done(folder, &["follow", "@ben"])["state"], "requested");
    assert_eq!(done(folder, &["request", "list", "--as", "ben"])["items"][0]["username"], "ana");
    assert!(said(folder, &["request", "list", "--as", "ben"]).contains("@ana@harbor.localhost:4444  Ana Ruiz"));
    assert_eq!(done(folder, &["request", "approve", "--as", "ben", "@ana"])["state"], "accepted");
    assert_eq!(refused(folder, &["request", "approve", "--as", "ben", "harbor"]).0, 1, "nobody asked");

    let soup = done(folder, &["post", "--as", "ben", "Soup on *Friday*, says #rye"]);
    let soup = text(&soup["uri"]);
    let home_page = done(folder, &["timeline", "home", "--limit", "1"]);
    assert_eq!((&home_page["items"][0]["uri"], &home_page["next"]), (&json!(soup), &Value::Null));
    let table = said(folder, &["timeline", "home"]);
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[0].starts_with("WHEN      WHO ") && lines[0].ends_with("ADDRESS"), "{table}");
    assert!(lines[1].starts_with("just now  @ben@harbor.localhost:4444  Soup on Friday, says #rye  "), "{table}");
    assert!(lines[1].ends_with(soup), "{table}");

    assert_eq!(done(folder, &["like", soup])["liked"], true);
    assert_eq!(done(folder, &["announce", soup])["announced"], true);
    done(folder, &["announce", "--as", "harbor", soup]);
    assert_eq!(done(folder, &["posts", "harbor"])["items"][0]["announced_by"]["actor"]["username"], "harbor");
    assert_eq!(done(folder, &["unannounce", soup])["announced"], false);
    assert_eq!(done(folder, &["unlike", soup])["liked"], false);
    done(folder, &["like", soup]);
    let answer = done(folder, &["post", "--reply-to", soup, "I come"]);
    done(folder, &["post", "--visibility", "direct", "@ben can I bring Cleo?"]);

    let told = done(folder, &["notifications", "--as", "ben", "--limit", "3"]);
    let kinds = |told: &Value| -> Vec<String> {
        told["items"].as_array().unwrap().iter().map(|line| text(&line["kind"]).to_owned()).collect()
    };
    assert_eq!(kinds(&told), ["direct", "reply", "like"]);
    let rest = done(folder, &["notifications", "--as", "ben", "--cursor", text(&told["next"]), "--mark-read"]);
    assert_eq!(rest["items"][0]["kind"], "announce");
    let table = said(folder, &["notifications", "--as", "ben", "--limit", "3"]);
    assert!(
        table.contains("new  @ana@harbor.localhost:4444 writes to you") && table.contains("[direct] @ben can I"),
        "{table}"
    );
    assert!(table.contains("There are more: --cursor "), "{table}");
    assert_eq!(done(folder, &["timeline", "direct", "--as", "ben"])["items"].as_array().unwrap().len(), 1);

    done(folder, &["edit", text(&answer["uri"]), "I come at *noon*"]);
    let found = said(folder, &["search", text(&answer["uri"])]);
    assert!(found.contains("I come at *noon*") && found.contains("public; likes 0"), "{found}");
    assert_eq!(done(folder, &["search", "be"])["actors"][0]["username"], "ben");
    assert_eq!(done(folder, &["timeline", "tag", "Rye"])["items"][0]["uri"], soup);
    assert_eq!(done(folder, &["timeline", "space"])["items"], done(folder, &["timeline", "network"])["items"]);
    done(folder, &["delete", text(&answer["uri"])]);
    assert_eq!(done(folder, &["posts", "--replies", "@ana"])["items"].as_array().unwrap().len(), 0);
    let (number, words) = refused(folder, &["edit", soup, "Not mine"]);
    assert_eq!((number, words.contains("only the author may")), (1, true), "{words}");

    let first = |list: &str| done(folder, &[list])["items"][0]["username"].clone();
    assert_eq!(done(folder, &["mute", "@ben"])["muting"], true);
    assert_eq!((first("mutes"), first("blocks")), ("ben".into(), Value::Null));
    assert_eq!(done(folder, &["timeline", "home"])["items"], json!([]));
    assert_eq!(done(folder, &["unmute", "@ben"])["muting"], false);
    assert_eq!(done(folder, &["block", "@ben"])["blocking"], true);
    assert_eq!(first("blocks"), "ben");
    assert_eq!(refused(folder, &["follow", "@ben"]).0, 1);
    assert_eq!(done(folder, &["unblock", "@ben"])["blocking"], false);
}

#[test]
fn an_offer_is_made_passed_on_changed_answered_and_settled() {
    let home = house();
    let folder = home.path();
    let make = ["offer", "make", "--as", "ben", "Bread", "--kind", "goods", "--text", "Fresh #rye", "--announce"];
    let made = done(folder, &make);
    let bread = text(&made["uri"]);
    assert_eq!((&made["offer"]["state"], &made["announces"]), (&json!("open"), &json!(1)));
    let (number, words) = refused(folder, &["offer", "make", "--as", "ben", "--request", "A desk", "--announce"]);
    assert_eq!((number, words.contains("must be public for an offer that the space announces")), (1, true), "{words}");
    let (number, words) = refused(folder, &["offer", "make", "--as", "ben", "Soup", "--until", "Friday"]);
    assert_eq!((number, words.contains("2027-01-31")), (2, true), "{words}");

    let table = said(folder, &["offer", "board"]);
    assert!(table.lines().next().unwrap().starts_with("WHEN"), "{table}");
    assert!(table.contains("offer, open: Bread – Fresh #rye"), "{table}");
    let board = |scope: &str| done(folder, &["offer", "board", "--scope", scope])["items"].as_array().unwrap().len();
    assert_eq!((board("here"), board("network"), board("followed")), (1, 1, 0));
    done(folder, &["follow", "harbor"]);
    assert_eq!(board("followed"), 1, "her space passes it on");
    let edited = done(folder, &["offer", "edit", "--as", "ben", bread, "--title", "Rye bread", "--announce", "no"]);
    assert_eq!(
        (&edited["name"], &edited["announces"], &edited["tags"]),
        (&json!("Rye bread"), &json!(0), &json!(["rye"]))
    );
    assert_eq!(board("followed"), 0);
    assert_eq!(done(folder, &["offer", "board", "--words", "RYE", "--purpose", "request"])["items"], json!([]));

    done(folder, &["post", "--reply-to", bread, "Two loaves, please"]);
    let told = done(folder, &["notifications", "--as", "ben"]);
    assert_eq!(
        (&told["items"][0]["kind"], &told["items"][0]["post"]["visibility"]),
        (&json!("offer_reply"), &json!("direct"))
    );
    assert_eq!(refused(folder, &["offer", "settle", bread]).0, 1, "it is not hers");
    assert_eq!(done(folder, &["offer", "settle", "--as", "ben", bread])["offer"]["state"], "settled");
    assert_eq!(refused(folder, &["offer", "edit", "--as", "ben", bread, "--title", "No"]).0, 1, "it is over");
    assert_eq!(done(folder, &["offer", "delete", "--as", "ben", bread])["uri"], bread);
    assert_eq!(board("here"), 0);
    assert_eq!(said(folder, &["offer", "board"]), "Nothing of that is offered or asked for now.\n");
}

#[test]
fn the_keeper_says_what_the_node_and_its_spaces_show_of_themselves() {
    let home = house();
    let folder = home.path();
    let edited = done(folder, &["profile", "edit", "--node", "--name", "Harbor & Sons", "--summary", "By the water"]);
    assert_eq!((&edited["type"], &edited["name"]), (&json!("Application"), &json!("Harbor & Sons")));
    assert_eq!(done(folder, &["profile", "show", "--node"]), edited);
    let edited = done(folder, &["profile", "edit", "--as", "harbor", "--summary", "Desks and coffee"]);
    assert_eq!((&edited["type"], &edited["summary"]), (&json!("Group"), &json!("<p>Desks and coffee</p>")));
    assert_eq!(refused(folder, &["profile", "edit", "--node", "--as", "ana", "--name", "x"]).0, 2);
}

#[test]
fn who_acts_has_to_be_said_when_several_keep_the_node() {
    let home = house();
    let folder = home.path();
    assert_eq!(done(folder, &["post", "Hello"])["uri"].as_str().map(|uri| uri.starts_with(ORIGIN)), Some(true));
    done(folder, &["member", "role", "ben", "admin"]);
    let (number, words) = refused(folder, &["post", "Hello"]);
    assert_eq!(number, 2);
    assert!(words.contains("say who acts: --as ana or --as ben"), "{words}");
    assert_eq!(refused(folder, &["timeline", "home", "--as", "ben", "--cursor", "x"]).0, 2);
}

#[test]
fn a_program_that_types_wrongly_is_told_so_in_json() {
    let home = TempDir::new().unwrap();
    for wrong in [&["post", "--nonsense", "--json"][..], &["--json", "nonsense"], &["--json"]] {
        let output = run(home.path(), wrong);
        let problem: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((output.status.code(), &problem["type"]), (Some(2), &json!("/problems/usage")), "{wrong:?}");
        assert!(!text(&problem["detail"]).is_empty() && !output.stderr.is_empty(), "{problem}");
    }
    let help = run(home.path(), &["--help", "--json"]);
    assert_eq!(help.status.code(), Some(0));
    assert!(help.stdout.starts_with(b"A coworking space's own node"), "help is for people");
}

#[test]
fn a_member_subscribes_to_their_calendar_until_the_link_is_revoked() {
    let home = house();
    let folder = home.path();
    assert!(said(folder, &["calendar", "list", "ben"]).contains("`thirdspace calendar add ben` makes one"));
    let made = done(folder, &["calendar", "add", "ben", "--label", "phone"]);
    let path = text(&made["url"]).strip_prefix(ORIGIN).unwrap();
    assert!(path.starts_with("/calendars/cal_") && path.ends_with(".ics"), "{path}");
    let log = folder.join("log");
    let server = Server::logging(folder, "trace", std::fs::File::create(&log).unwrap().into());
    let calendar = server.get(path);
    assert!(calendar.starts_with("HTTP/1.1 200") && calendar.contains("BEGIN:VCALENDAR\r\n"), "{calendar}");
    let listed = done(folder, &["calendar", "list", "ben"]);
    assert_eq!((&listed["calendars"][0]["id"], &listed["calendars"][0]["label"]), (&made["id"], &json!("phone")));
    assert!(listed["calendars"][0]["last_used_at"].is_string() && !listed.to_string().contains("cal_"));
    done(folder, &["calendar", "revoke", text(&made["id"])]);
    assert!(server.get(path).starts_with("HTTP/1.1 404"));
    assert!(server.get(&path.replace("/cal", "/%63al")).starts_with("HTTP/1.1 404"));
    let secret = path.trim_start_matches("/calendars/").trim_end_matches(".ics");
    server.end("-TERM");
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("/calendars/…") && !log.contains(secret), "{log}");
    assert_eq!(done(folder, &["calendar", "list", "ben"])["calendars"], json!([]));
    assert_eq!(refused(folder, &["calendar", "revoke", "7"]).0, 1);
}
