//! What other programs send, and what ours makes of it.
//!
//! Samples in the shape of each peer stand beside this file; captured documents and the W3C's examples stand outside of
//! the project, in `../shared/vectors`, and tests that want them say when the folder is missing.

mod actors;
mod captured;
mod leniency;
mod samples;
mod w3c;

use std::path::{Path, PathBuf};

use serde_json::Value;
use thirdspace::activitypub::activity::{Activity, ActivityError};
use thirdspace::activitypub::json;

/// A folder of vectors, or nothing (with a line about it) when it is not there.
fn vectors(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors").join(name);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: {} is not there", path.display());
    None
}

/// Every JSON file below a folder with its bytes, by path.
fn json_files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "json") {
                let bytes = std::fs::read(&path).expect("a file");
                files.push((path, bytes));
            }
        }
    }
    files.sort();
    files
}

/// The document in these bytes, read by our own parser.
fn document(path: &Path, bytes: &[u8]) -> Value {
    Value::Object(json::parse(bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

fn activity(value: &Value) -> Result<Activity, ActivityError> {
    Activity::read(value.as_object().expect("an object").clone())
}
