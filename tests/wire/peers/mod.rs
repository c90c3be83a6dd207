//! What other programs send, and what ours makes of it.
//!
//! Samples in the shape of each peer stand beside this file; captured documents and the W3C's examples stand outside of
//! the project, and the checks of them are run by `published`.

pub mod actors;
pub mod captured;
mod leniency;
mod samples;
pub mod w3c;

use std::path::{Path, PathBuf};

use serde_json::Value;
use thirdspace::activitypub::activity::{Activity, ActivityError};
use thirdspace::activitypub::json;

/// Every JSON file below a folder with its bytes, by path.
fn json_files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let paths = crate::files(folder).into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    paths.map(|path| (path.clone(), std::fs::read(&path).expect("a file"))).collect()
}

/// The document in these bytes, read by our own parser.
fn document(name: &str, bytes: &[u8]) -> Value {
    Value::Object(json::parse(bytes).unwrap_or_else(|error| panic!("{name}: {error}")))
}

fn activity(value: &Value) -> Result<Activity, ActivityError> {
    Activity::read(value.as_object().expect("an object").clone())
}
