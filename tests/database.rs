//! Which engine the tests run on: SQLite files, or the server that TEST_DATABASE_URL names. Every folder that would hold a
//! file has a schema of its own there.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

/// The address of the store that belongs to a folder; `None` where it is a file in it.
pub fn url(folder: &Path) -> Option<String> {
    let server = std::env::var("TEST_DATABASE_URL").ok()?;
    let mut hash = DefaultHasher::new();
    folder.hash(&mut hash);
    Some(format!("{server}&schema=t_{:016x}", hash.finish()))
}
