//! The program as its keeper meets it: the real binary, its words, its JSON and the numbers it ends with.

mod acts;
#[path = "../database.rs"]
mod database;
mod demo;
mod desk;
mod letters;
mod migrate;
mod series;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

const ORIGIN: &str = "http://harbor.localhost:4444";

fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thirdspace"));
    command.current_dir(folder).env_clear().env("THIRDSPACE_ORIGIN", ORIGIN).stdin(Stdio::null());
    command.envs(database::url(folder).map(|url| ("THIRDSPACE_DATABASE_URL", url)));
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    program(folder).args(arguments).output().unwrap()
}

/// What the command answers, in JSON, when it does what it was asked.
fn done(folder: &Path, arguments: &[&str]) -> Value {
    let output = run(folder, &[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The number it ends with, and its words.
fn refused(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = run(folder, arguments);
    assert!(output.stdout.is_empty(), "{arguments:?} says nothing on standard output");
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn set_up(folder: &Path) -> Value {
    let space = ["setup", "--space", "harbor", "--name", "Harbor", "--zone", "Europe/Vienna"];
    done(folder, &[&space[..], &["--admin", "ana", "--admin-name", "Ana Ruiz"]].concat())
}

/// A running server; ended when it is dropped, whatever the test says.
struct Server {
    child: Child,
    out: BufReader<ChildStdout>,
    greeting: Value,
}

impl Server {
    fn start(folder: &Path) -> Self {
        Self::logging(folder, "error", Stdio::null())
    }

    /// Logs so much, and to where.
    fn logging(folder: &Path, level: &str, log: Stdio) -> Self {
        let mut child = program(folder)
            .args(["serve", "--listen", "127.0.0.1:0", "--json", "--set", &format!("log={level}")])
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let greeting = serde_json::from_str(&line).expect("the first line says where the node is");
        Self { child, out, greeting }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(self.greeting["listen"].as_str().unwrap()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: harbor.localhost:4444\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Asks it to end; answers its number and what else it said.
    fn end(mut self, signal: &str) -> (Option<i32>, String) {
        let asked = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(asked.success());
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code(), rest)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_keeper_opens_a_space_and_lets_people_in() {
    let home = TempDir::new().unwrap();
    let folder = home.path();
    let (number, words) = refused(folder, &["member", "list"]);
    assert_eq!(number, 2);
    assert!(words.contains("there is no node at ") && words.contains("serve"), "{words}");
    assert!(!folder.join("data").exists(), "a command in the wrong folder leaves nothing behind");

    let setup = set_up(folder);
    assert_eq!(setup["space"]["uri"], format!("{ORIGIN}/spaces/harbor"));
    assert!(setup["token"].as_str().unwrap().starts_with("ts_"));
    let again = ["setup", "--space", "b", "--name", "B", "--zone", "UTC", "--admin", "c"];
    let (number, words) = refused(folder, &again);
    assert_eq!((number, words.contains("set up already")), (1, true), "{words}");

    done(folder, &["member", "add", "ben", "--name", "Ben Okafor", "--role", "host"]);
    done(folder, &["space", "add", "quay", "--name", "The Quay", "--zone", "Europe/Lisbon"]);
    done(folder, &["member", "add", "cleo", "--name", "Cleo", "--space", "quay"]);
    done(folder, &["member", "role", "cleo", "host"]);
    let first = done(folder, &["member", "list", "--limit", "2"]);
    let next = first["next"].as_str().unwrap();
    let second = done(folder, &["member", "list", "--limit", "2", "--before", next]);
    let roles = |page: &Value| {
        let members = page["members"].as_array().unwrap().iter();
        members.map(|member| (member["name"].clone(), member["role"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(roles(&first), [("Cleo".into(), "host".into()), ("Ben Okafor".into(), "host".into())]);
    assert_eq!(roles(&second), [("Ana Ruiz".into(), "admin".into())]);
    assert_eq!(done(folder, &["space", "list"])["spaces"].as_array().unwrap().len(), 2);

    let taken = run(folder, &["member", "add", "quay", "--name", "Q", "--json"]);
    let problem: Value = serde_json::from_slice(&taken.stdout).unwrap();
    assert_eq!((taken.status.code(), problem["type"].as_str()), (Some(1), Some("/problems/taken")));
    assert_eq!(refused(folder, &["member", "role", "ana", "member"]).0, 1, "somebody has to keep the node");

    assert_eq!(done(folder, &["suspend", "ben"])["suspended"], true);
    let silent = done(folder, &["suspensions"]);
    assert_eq!((silent["items"].as_array().unwrap().len(), &silent["items"][0]["username"]), (1, &"ben".into()));
    assert_eq!(done(folder, &["unsuspend", "@ben"])["suspended"], false);
    assert_eq!(done(folder, &["suspensions"])["items"], Value::Array(Vec::new()));
    assert_eq!(refused(folder, &["suspend", "nobody"]).0, 1);
    assert_eq!(refused(folder, &["suspend", "ana"]).0, 1, "somebody has to keep the node");
}

#[test]
fn tokens_peers_and_keys_are_kept_from_the_command_line() {
    let home = TempDir::new().unwrap();
    let folder = home.path();
    set_up(folder);
    let token = done(folder, &["token", "create", "ana", "--label", "laptop", "--days", "90"]);
    let listed = done(folder, &["token", "list", "ana"]);
    assert_eq!(listed["tokens"][0]["label"], "laptop");
    assert!(listed["tokens"][0]["expires_at"].is_string());
    assert!(!listed.to_string().contains(token["token"].as_str().unwrap()), "a token is shown once");
    done(folder, &["token", "revoke", listed["tokens"][0]["id"].as_str().unwrap()]);
    assert_eq!(done(folder, &["token", "list", "ana"])["tokens"].as_array().unwrap().len(), 1);

    done(folder, &["peer", "level", "spam.example", "blocked", "--note", "advertisements"]);
    assert_eq!(done(folder, &["peer", "list", "--level", "blocked"])["peers"][0]["host"], "spam.example");
    let (number, words) = refused(folder, &["peer", "level", "https://spam.example/", "blocked"]);
    assert_eq!((number, words.contains("without https://")), (1, true), "{words}");

    let mail = done(folder, &["queue", "status"]);
    assert_eq!((&mail["outgoing"]["waiting"], &mail["incoming"]["failed"]), (&0.into(), &0.into()));
    assert_eq!(done(folder, &["queue", "list", "--state", "failed"])["deliveries"], Value::Array(Vec::new()));
    assert_eq!(done(folder, &["queue", "retry", "--incoming"])["retried"], 0);
    assert_eq!(refused(folder, &["queue", "drop", "7"]).0, 1, "there is no such delivery");
    assert_eq!(refused(folder, &["queue", "list", "--state", "lost"]).0, 2);

    assert_eq!(done(folder, &["keys", "rotate", "ana"])["rotated"], 1);
    assert_eq!(done(folder, &["keys", "rotate", "--all"])["rotated"], 3, "node, space and administrator");
    assert_eq!(refused(folder, &["keys", "rotate"]).0, 2, "whose?");
}

#[test]
fn members_and_spaces_speak_through_the_keeper() {
    let home = TempDir::new().unwrap();
    let folder = home.path();
    set_up(folder);
    done(folder, &["member", "add", "ben", "--name", "Ben Okafor"]);
    assert_eq!(done(folder, &["follow", "--as", "ana", "@ben"])["state"], "requested", "members are asked first");
    assert_eq!(done(folder, &["follow", "--as", "ben", "harbor"])["state"], "accepted", "spaces let everybody follow");
    done(folder, &["follow", "--as", "harbor", &format!("{ORIGIN}/members/ben")]);
    done(folder, &["unfollow", "--as", "ana", "ben@harbor.localhost:4444"]);

    let said = done(folder, &["post", "--as", "ana", "Soup for everybody, says @ben"]);
    let uri = said["uri"].as_str().unwrap();
    assert!(uri.starts_with(&format!("{ORIGIN}/posts/")));
    let mut answer = program(folder)
        .args(["post", "--as", "ben", "--reply-to", uri, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    answer.stdin.take().unwrap().write_all("I *never* said that.".as_bytes()).unwrap();
    assert!(answer.wait().unwrap().success());

    let (number, words) = refused(folder, &["post", "--as", "ana", "--visibility", "direct", "to nobody"]);
    assert_eq!(number, 1, "{words}");
    assert_eq!(refused(folder, &["post", "--as", "harbor", "spaces do not chat"]).0, 1);
    assert_eq!(refused(folder, &["post", "--as", "ana", "--visibility", "secret", "x"]).0, 1);
    assert_eq!(refused(folder, &["follow", "--as", "ana", "ana"]).0, 1);
    let (number, words) = refused(folder, &["follow", "--as", "ana", "@ben@nowhere.localhost:1"]);
    assert_eq!((number, words.contains("nowhere.localhost")), (1, true), "{words}");
}

#[test]
fn settings_are_checked_before_anything_is_touched() {
    let home = TempDir::new().unwrap();
    let folder = home.path();
    let example = run(folder, &["config", "example"]);
    std::fs::write(folder.join("thirdspace.toml"), &example.stdout).unwrap();
    assert_eq!(done(folder, &["config", "check"])["settings"]["origin"], ORIGIN);
    std::fs::write(folder.join("thirdspace.toml"), "readers = 4\nreeders = 5\n").unwrap();
    let (number, words) = refused(folder, &["config", "check"]);
    assert_eq!(number, 2);
    assert!(words.contains("thirdspace.toml, line 2: there is no setting \"reeders\""), "{words}");
    assert_eq!(refused(folder, &["config", "check", "--config", "nowhere.toml"]).0, 2);
    std::fs::remove_file(folder.join("thirdspace.toml")).unwrap();

    set_up(folder);
    let (number, words) = refused(folder, &["member", "list", "--origin", "https://other.example"]);
    assert_eq!(number, 1);
    assert!(words.contains(ORIGIN) && words.contains("https://other.example"), "{words}");
}

#[test]
fn a_server_greets_answers_notices_the_keeper_and_ends_when_asked() {
    let home = TempDir::new().unwrap();
    let folder = home.path();
    let began = Instant::now();
    let server = Server::start(folder);
    let link = server.greeting["setup_link"].as_str().unwrap().to_owned();
    assert!(link.starts_with(&format!("{ORIGIN}/setup/")));
    assert!(server.get("/problems").starts_with("HTTP/1.1 200"));
    assert!(began.elapsed() < Duration::from_secs(10), "nothing slow stands before the first answer");

    if database::url(folder).is_some() {
        let second = Server::start(folder);
        assert!(second.get("/problems").starts_with("HTTP/1.1 200"), "two processes are one node");
        assert_eq!(second.end("-TERM").0, Some(0));
    } else {
        let (number, words) = refused(folder, &["serve", "--listen", "127.0.0.1:0", "--log", "error"]);
        assert_eq!((number, words.contains("another `thirdspace serve` runs")), (2, true), "{words}");
    }
    set_up(folder);
    assert_eq!(done(folder, &["member", "list"])["members"].as_array().unwrap().len(), 1);
    let (number, rest) = server.end("-TERM");
    assert_eq!((number, rest.as_str()), (Some(0), ""));

    let server = Server::start(folder);
    assert!(server.greeting["setup_link"].is_null(), "the node is set up");
    assert_eq!(server.end("-INT").0, Some(0));
}
