//! The rules of ARCHITECTURE.md, held by reading the sources.
//!
//! Every rule is a function from a file to its offences, so that each is tried on a small bad example too: a rule that
//! cannot fail holds nothing.

mod licences;
mod reader;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use reader::{Token, catch_all_arms, paths_above, paths_from, tokens};

/// Which modules each module may name: those below it. Who is not in the list has no place yet; give it one.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("coworking", &[]),
    ("activitypub", &[]),
    ("icalendar", &[]),
    ("clock", &[]),
    ("rate_limit", &["clock"]),
    ("tls", &[]),
    ("http_client", &["tls"]),
    ("mail", &[]),
    ("site", &["coworking"]),
    ("key_ring", &["activitypub", "coworking"]),
    ("store", &["coworking", "site", "tls"]),
    ("reception", &["activitypub", "clock", "coworking", "key_ring", "rate_limit", "store"]),
    // Only to turn settings into what these are opened with.
    ("config", &["http_client", "mail", "site", "store"]),
    ("operations", &["coworking", "site", "store"]),
    ("node", &["clock", "config", "http_client", "key_ring", "reception", "site", "store"]),
    (
        "federation",
        &[
            "activitypub",
            "config",
            "coworking",
            "http_client",
            "key_ring",
            "node",
            "operations",
            "reception",
            "site",
            "store",
        ],
    ),
    (
        "web",
        &[
            "activitypub",
            "config",
            "coworking",
            "federation",
            "http_client",
            "icalendar",
            "node",
            "operations",
            "rate_limit",
            "site",
            "store",
        ],
    ),
    (
        "jobs",
        &[
            "activitypub",
            "config",
            "coworking",
            "federation",
            "http_client",
            "mail",
            "node",
            "operations",
            "rate_limit",
            "reception",
            "site",
            "store",
            // A letter has a calendar in it.
            "web",
        ],
    ),
    (
        "cli",
        &[
            "config",
            "coworking",
            "federation",
            "http_client",
            "jobs",
            "key_ring",
            "node",
            "operations",
            "reception",
            "site",
            "store",
            "web",
        ],
    ),
    ("main", &["cli"]),
    ("lib", &[]),
];

/// Crates, and the only modules that may name them.
const AT_HOME: [(&str, &[&str]); 18] = [
    ("rusqlite", &["store"]),
    ("reqwest", &["http_client"]),
    ("lettre", &["mail"]),
    ("rustls", &["http_client", "store", "tls"]),
    ("webpki_roots", &["tls"]),
    ("tokio_postgres", &["store"]),
    ("tokio_postgres_rustls", &["store"]),
    ("indicatif", &["cli"]),
    ("actix_web", &["web"]),
    ("askama", &["web"]),
    ("utoipa", &["web"]),
    ("qrcode", &["web"]),
    ("clap", &["cli", "main"]),
    ("governor", &["rate_limit"]),
    ("mimalloc", &["main"]),
    ("pin_project_lite", &["web"]),
    ("aws_lc_rs", &["activitypub", "http_client", "operations"]),
    ("tokio", &["store", "http_client", "mail", "federation", "node", "reception", "web", "jobs", "cli", "main"]),
];

/// Modules that decide without waiting and without looking at the clock.
const PURE: [&str; 4] = ["coworking", "activitypub", "icalendar", "operations"];

/// A file of `src/`.
struct File {
    /// Relative to the project.
    path: String,
    tokens: Vec<Token>,
    lines: usize,
}

impl File {
    fn new(path: &str, source: &str) -> Self {
        Self { path: path.to_owned(), tokens: tokens(source), lines: source.lines().count() }
    }

    /// `src/store/actor.rs` -> `store`.
    fn module(&self) -> &str {
        let path = self.path.strip_prefix("src/").unwrap_or(&self.path);
        path.split_once('/').map_or(path, |(folder, _)| folder).trim_end_matches(".rs")
    }

    /// How many `super` lead from this file's module to the crate.
    fn depth(&self) -> usize {
        let parts = self.path.matches('/').count();
        if self.path.ends_with("/mod.rs") { parts - 1 } else { parts }
    }

    /// Paths within the crate that are named here: `[store, actor, by_id]`.
    fn names(&self) -> Vec<(Vec<String>, usize)> {
        let mut names = paths_from(&self.tokens, "crate");
        names.extend(paths_from(&self.tokens, "thirdspace"));
        names.extend(paths_above(&self.tokens, self.depth()));
        // What is left over are macros and, from a module of tests within a file, neighbours.
        names.retain(|(path, _)| MAY_NAME.iter().any(|(module, _)| path.first().is_some_and(|first| first == module)));
        names
    }

    fn offence(&self, line: usize, what: impl std::fmt::Display) -> String {
        format!("{}:{line}: {what}", self.path)
    }
}

fn imports_point_down(file: &File) -> Vec<String> {
    let own = file.module();
    let Some((_, may)) = MAY_NAME.iter().find(|(module, _)| *module == own) else {
        return vec![file.offence(1, format_args!("module {own} has no place in MAY_NAME"))];
    };
    let mut offences = Vec::new();
    for (path, line) in file.names() {
        let module = path.first().map_or("", String::as_str);
        if module != own && !may.contains(&module) {
            offences.push(file.offence(line, format_args!("{own} may not name {module}")));
        }
    }
    offences
}

fn crates_stay_at_home(file: &File) -> Vec<String> {
    let own = file.module();
    let strangers = AT_HOME.iter().filter(|(_, homes)| !homes.contains(&own));
    strangers
        .flat_map(|(name, homes)| {
            let paths = paths_from(&file.tokens, name);
            paths.into_iter().map(move |(_, line)| {
                file.offence(line, format_args!("{name} may be named in {} only", homes.join(", ")))
            })
        })
        .collect()
}

/// Operations get what they need as parameters; a context that everybody holds would draw circles between all files.
fn nobody_below_knows_the_node(file: &File) -> Vec<String> {
    if !matches!(file.module(), "operations" | "store") {
        return Vec::new();
    }
    let nodes = file.tokens.iter().filter(|token| token.text == "Node");
    nodes.map(|token| file.offence(token.line, "Node may not be named below federation")).collect()
}

/// A transaction that waits for the network would stop every other; without `await` it cannot.
fn nothing_pure_waits(file: &File) -> Vec<String> {
    if !PURE.contains(&file.module()) {
        return Vec::new();
    }
    let waits = file.tokens.iter().filter(|token| matches!(token.text.as_str(), "async" | "await"));
    waits.map(|token| file.offence(token.line, format_args!("{} is not for this layer", token.text))).collect()
}

fn nothing_below_reads_the_clock(file: &File) -> Vec<String> {
    let clocks: &[&str] = match file.module() {
        module if PURE.contains(&module) => &["Timestamp", "Zoned", "SystemTime", "Instant"],
        // They note when something was applied, before anybody is there to tell them the time.
        _ if file.path.starts_with("src/store/") && file.path.ends_with("/migration.rs") => &[],
        // It compares our clock with the server's.
        _ if file.path == "src/store/postgres/session.rs" => &[],
        // Its deadlines for waiting are measured with Instant.
        "store" => &["Timestamp", "Zoned", "SystemTime"],
        _ => &[],
    };
    let words: Vec<&str> = file.tokens.iter().map(|token| token.text.as_str()).collect();
    let reads = words.windows(4).zip(&file.tokens);
    let reads = reads.filter(|(words, _)| matches!(words, [clock, ":", ":", "now"] if clocks.contains(clock)));
    reads.map(|(_, token)| file.offence(token.line, "time is a parameter here")).collect()
}

/// Ids, names, hosts, safe text and refusals are words that every layer speaks; the rules meet the protocol in one place.
fn both_halves_meet_in_translation_only(file: &File) -> Vec<String> {
    // A story about a peer makes the peer's documents and looks at what became of them.
    let is_story = ["/tests.rs", "/tests/", "/testing.rs", "/testing/"].iter().any(|part| file.path.contains(part));
    // What is told of the node to those who look for it is a translation, too.
    let translators = ["src/federation/translate/", "src/federation/discovery.rs", "src/federation/document"];
    if is_story || translators.iter().any(|path| file.path.starts_with(path)) {
        return Vec::new();
    }
    let names = file.names();
    let protocol = names.iter().any(|(path, _)| path.first().is_some_and(|first| first == "activitypub"));
    let rules = names.iter().find(|(path, _)| {
        path.first().is_some_and(|first| first == "coworking")
            && path.get(1).is_none_or(|second| {
                !matches!(second.as_str(), "id" | "markdown" | "name" | "peer" | "refusal" | "Refusal" | "Event")
            })
    });
    match rules.filter(|_| protocol && file.module() != "lib") {
        Some((path, line)) => {
            vec![file.offence(
                *line,
                format_args!("{} beside activitypub: only federation/translate/ names both", path.join("::")),
            )]
        }
        None => Vec::new(),
    }
}

/// A new fact has to be considered wherever facts are told apart.
fn no_fact_is_passed_over(file: &File) -> Vec<String> {
    // Other crates have an Event too.
    let ours =
        file.names().iter().any(|(path, _)| path[0] == "coworking" && path.last().is_some_and(|name| name == "Event"));
    let arms = if ours { catch_all_arms(&file.tokens, "Event") } else { Vec::new() };
    arms.into_iter().map(|line| file.offence(line, "`_ =>` in a match on Event")).collect()
}

/// What everybody above federation holds stays a handful, or it becomes the place for everything.
fn the_node_is_a_handful(file: &File) -> Vec<String> {
    const LIMIT: usize = 6;
    if file.path != "src/node.rs" {
        return Vec::new();
    }
    let words: Vec<&str> = file.tokens.iter().map(|token| token.text.as_str()).collect();
    let Some(start) = words.windows(3).position(|words| words == ["struct", "Node", "{"]) else {
        return vec![file.offence(1, "the node is no longer where the test looks")];
    };
    let body = words[start..].iter().take_while(|word| **word != "}");
    match body.filter(|word| **word == "pub").count() {
        fields if fields > LIMIT => {
            vec![file.offence(file.tokens[start].line, format_args!("{fields} handles; at most {LIMIT} pass"))]
        }
        _ => Vec::new(),
    }
}

fn no_test_is_ignored(file: &File) -> Vec<String> {
    let ignored = file
        .tokens
        .windows(3)
        .filter(|words| words[0].text == "#" && words[1].text == "[" && words[2].text == "ignore");
    ignored.map(|words| file.offence(words[0].line, "an ignored test")).collect()
}

/// A file beyond this has usually grown a second concept.
fn files_are_read_in_one_sitting(file: &File) -> Vec<String> {
    const LIMIT: usize = 500;
    if file.lines > LIMIT && !file.path.ends_with("/tests.rs") {
        vec![file.offence(1, format_args!("{} lines; at most {LIMIT} pass", file.lines))]
    } else {
        Vec::new()
    }
}

type Rule = fn(&File) -> Vec<String>;

const RULES: [Rule; 10] = [
    imports_point_down,
    crates_stay_at_home,
    nobody_below_knows_the_node,
    nothing_pure_waits,
    nothing_below_reads_the_clock,
    both_halves_meet_in_translation_only,
    no_fact_is_passed_over,
    the_node_is_a_handful,
    no_test_is_ignored,
    files_are_read_in_one_sitting,
];

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below the folder, by its path within the project.
fn sources(folder: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders: Vec<PathBuf> = vec![project().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(project()).unwrap().to_string_lossy().into_owned();
                found.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

fn assert_none(offences: &[String]) {
    assert!(offences.is_empty(), "{} offences:\n{}", offences.len(), offences.join("\n"));
}

#[test]
fn the_sources_keep_the_rules() {
    let files: Vec<_> = sources("src").iter().map(|(path, source)| File::new(path, source)).collect();
    assert!(files.len() > 20, "the sources are where the test looks");
    assert_none(&files.iter().flat_map(|file| RULES.iter().flat_map(|rule| rule(file))).collect::<Vec<_>>());
}

#[test]
fn no_test_anywhere_is_ignored() {
    let tests = sources("tests");
    assert_none(
        &tests.iter().flat_map(|(path, source)| no_test_is_ignored(&File::new(path, source))).collect::<Vec<_>>(),
    );
}

/// The order of the list is the order of the layers, so a circle cannot be written into it.
#[test]
fn the_list_of_layers_has_no_circle() {
    for (index, (module, may)) in MAY_NAME.iter().enumerate() {
        for below in *may {
            assert!(
                MAY_NAME[..index].iter().any(|(earlier, _)| earlier == below),
                "{module} may name {below}, which is not below it"
            );
        }
    }
}

#[test]
fn every_rule_can_fail() {
    let offences = |rule: Rule, path: &str, source: &str| rule(&File::new(path, source)).len();
    let many_lines = "\n".repeat(501);
    let seven_handles = format!("pub struct Node {{ {} }}", "pub a: A, ".repeat(7));
    let bad: [(Rule, &str, &str); 18] = [
        (imports_point_down, "src/coworking/member.rs", "use crate::store::Tx;"),
        (imports_point_down, "src/operations/post.rs", "fn f() { crate::federation::publish::now(); }"),
        (imports_point_down, "src/store/post.rs", "use super::super::web::server;"),
        (imports_point_down, "src/main.rs", "fn main() { thirdspace::web::run() }"),
        (imports_point_down, "src/misc.rs", ""),
        (crates_stay_at_home, "src/web/server.rs", "use rusqlite::Connection;"),
        (crates_stay_at_home, "src/federation/fetch.rs", "let x = reqwest::get(url);"),
        (crates_stay_at_home, "src/coworking/post.rs", "use tokio::sync::Mutex;"),
        (nobody_below_knows_the_node, "src/operations/post.rs", "fn publish(node: &Node) {}"),
        (nothing_pure_waits, "src/operations/post.rs", "async fn publish() { fetch().await }"),
        (nothing_below_reads_the_clock, "src/coworking/offer.rs", "let now = jiff::Timestamp::now();"),
        (nothing_below_reads_the_clock, "src/store/offer.rs", "let now = Timestamp::now();"),
        (
            both_halves_meet_in_translation_only,
            "src/federation/inbox.rs",
            "use crate::{activitypub::json, coworking::post::Draft};",
        ),
        (
            no_fact_is_passed_over,
            "src/federation/publish.rs",
            "use crate::coworking::Event; fn f() { match e { Event::MemberJoined { member } => a(), _ => {} } }",
        ),
        (the_node_is_a_handful, "src/node.rs", &seven_handles),
        (the_node_is_a_handful, "src/node.rs", "pub struct Other { pub a: A }"),
        (no_test_is_ignored, "src/site.rs", "#[test] #[ignore] fn slow() {}"),
        (files_are_read_in_one_sitting, "src/site.rs", &many_lines),
    ];
    for (index, (rule, path, source)) in bad.into_iter().enumerate() {
        assert!(offences(rule, path, source) > 0, "example {index}: {path}: {source}");
    }
    let good = File::new(
        "src/operations/post.rs",
        "//! Node, async, crate::web.\nuse crate::coworking::Event; use crate::store::{self, Tx}; use super::Error;\n\
         fn f(tx: &mut Tx<'_>, now: Timestamp) { match event { Event::A => 1, Event::B => 2 } }",
    );
    assert_none(&RULES.iter().flat_map(|rule| rule(&good)).collect::<Vec<_>>());
}

/// Paths in backticks that look like files or folders of this project.
fn named_paths(text: &str) -> Vec<&str> {
    let spans = text.split('`').skip(1).step_by(2);
    spans
        .filter(|span| {
            let plain = span.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
            let rooted = ["src/", "tests/", "schemas/", "docker/", "docs/", "benches/", "fuzz/", ".ci/"];
            let file = [".rs", ".md", ".toml", ".sql", ".json", ".jsonld"];
            plain
                && !span.starts_with(['.', '/']) | span.starts_with(".ci/")
                && (rooted.iter().any(|root| span.starts_with(root)) || file.iter().any(|end| span.ends_with(end)))
        })
        .collect()
}

#[test]
fn every_path_that_the_documents_name_exists() {
    let mut missing = Vec::new();
    for document in ["ARCHITECTURE.md", "README.md", "FEDERATION.md"] {
        let text = std::fs::read_to_string(project().join(document)).unwrap_or_else(|why| panic!("{document}: {why}"));
        let named = named_paths(&text);
        assert!(document != "ARCHITECTURE.md" || named.len() > 10, "{document} names its files");
        for path in named {
            // In the tables of layers, paths count from src/.
            if ![project().join(path), project().join("src").join(path)].iter().any(|path| path.exists()) {
                missing.push(format!("{document} names {path}, which does not exist"));
            }
        }
    }
    assert_none(&missing);
    assert_eq!(
        named_paths("`src/nowhere.rs`, `cargo test`, `/inbox`, `store/mod.rs`, `ts:rules`"),
        ["src/nowhere.rs", "store/mod.rs"]
    );
}
