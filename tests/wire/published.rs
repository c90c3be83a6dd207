//! Published vectors and captured documents: what others computed and sent.
//!
//! They stand outside of the project, in `../shared/vectors`, and their licences are their own. A check opens the files it
//! uses through [`Published`], and a file that no check has opened is an offence: a vector that nobody looks at holds
//! nothing. Where a folder is missing, the test says so and passes.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{files, peers, vectors};

/// A check of a folder's files. It returns what it found, in a few words.
type Check = fn(&Published) -> String;

/// Every folder with the checks that use its files.
const FOLDERS: [(&str, &[Check]); 5] = [
    (
        "as2-w3c",
        &[
            peers::w3c::every_valid_example_is_read_or_lacks_what_its_refusal_names,
            peers::w3c::every_invalid_example_is_refused_or_loses_its_wrong_part,
            peers::actors::every_w3c_actor_and_collection_is_read_or_lacks_what_its_refusal_names,
        ],
    ),
    (
        "eddsa",
        &[
            vectors::proofs::the_w3c_vector_is_reached_step_by_step,
            vectors::proofs::every_document_says_which_proof_it_carries,
            vectors::rdf_proofs::every_published_text_has_its_hash_and_its_signature,
            vectors::rdf_proofs::every_proof_of_a_set_and_of_a_chain_holds,
            vectors::rdf_proofs::the_published_context_defines_what_its_proof_says,
        ],
    ),
    (
        "http-signatures",
        &[
            vectors::http_signatures::draft_cavage_12_appendix_c,
            vectors::http_signatures::rfc_9421_appendix_b,
            vectors::http_signatures::rfc_9421_keys_and_digests,
        ],
    ),
    ("jcs", &[vectors::jcs::canonical_forms_are_equal_byte_for_byte]),
    (
        "lemmy",
        &[
            peers::captured::every_captured_activity_and_post_is_read,
            peers::actors::every_captured_actor_and_collection_is_read,
        ],
    ),
];

/// A folder of published files, which remembers those that were opened.
pub struct Published {
    root: PathBuf,
    opened: RefCell<BTreeSet<String>>,
}

impl Published {
    fn open(root: PathBuf) -> Self {
        Self { root, opened: RefCell::default() }
    }

    /// Names of the files here and below, from the folder on. Licences are not for a test to use.
    pub fn names(&self) -> Vec<String> {
        let names = files(&self.root).into_iter();
        let names = names.map(|path| path.strip_prefix(&self.root).expect("a path below").display().to_string());
        names.filter(|name| !name.rsplit('/').next().is_some_and(|name| name.starts_with("LICENSE"))).collect()
    }

    pub fn bytes(&self, name: &str) -> Vec<u8> {
        let path = self.root.join(name);
        let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        self.opened.borrow_mut().insert(name.to_owned());
        bytes
    }

    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.bytes(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&self.bytes(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn unopened(&self) -> Vec<String> {
        let opened = self.opened.borrow();
        self.names().into_iter().filter(|name| !opened.contains(name)).collect()
    }
}

/// Runs the checks of a folder and tells in one line what came of it, or in an error what did not hold.
fn tell(name: &str, root: PathBuf, checks: &[Check]) -> Result<String, String> {
    let published = Published::open(root);
    let found: Vec<_> = checks.iter().map(|check| catch_unwind(AssertUnwindSafe(|| check(&published)))).collect();
    let (there, unopened) = (published.names().len(), published.unopened());
    let failed = found.iter().filter(|found| found.is_err()).count();
    if failed > 0 {
        return Err(format!("{name}: {failed} of {} checks failed, as told above", checks.len()));
    }
    if there == 0 || !unopened.is_empty() {
        return Err(format!("{name}: {there} files, and no check opens {unopened:?}"));
    }
    let found: Vec<String> = found.into_iter().flatten().collect();
    Ok(format!("{name}: {there} of {there} files used: {}", found.join("; ")))
}

#[test]
fn every_published_file_is_used() {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors");
    let mut wrong = Vec::new();
    for (name, checks) in FOLDERS {
        let root = vectors.join(name);
        if !root.is_dir() {
            println!("{name}: SKIPPED, its vectors are not there: {}", root.display());
            continue;
        }
        match tell(name, root, checks) {
            Ok(line) => println!("{line}"),
            Err(words) => wrong.push(words),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A folder beside those above would be looked at by nobody.
#[test]
fn every_published_folder_has_its_checks() {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors");
    let Ok(entries) = std::fs::read_dir(&vectors) else {
        println!("SKIPPED: {} is not there", vectors.display());
        return;
    };
    for path in entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir()) {
        let known = FOLDERS.iter().any(|(name, _)| path.ends_with(name));
        assert!(known, "{} is new: decide what it is held against", path.display());
    }
}

#[test]
fn a_file_that_no_check_opens_is_an_offence() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["one.txt", "two.txt", "LICENSE"] {
        std::fs::write(folder.path().join(name), name).expect("a file");
    }
    let one: Check = |published| published.text("one.txt");
    let two: Check = |published| published.text("two.txt");
    let tell = |checks: &[Check]| tell("here", folder.path().to_owned(), checks);
    assert_eq!(tell(&[one]), Err("here: 2 files, and no check opens [\"two.txt\"]".to_owned()));
    assert_eq!(tell(&[one, two]), Ok("here: 2 of 2 files used: one.txt; two.txt".to_owned()));
    let missing: Check = |published| published.text("three.txt");
    assert_eq!(tell(&[one, two, missing]), Err("here: 1 of 3 checks failed, as told above".to_owned()));
}
