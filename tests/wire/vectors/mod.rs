//! Published vectors: signatures, proofs and canonical JSON as others computed them.
//!
//! They stand outside of the project, in `../shared/vectors`. Where that folder is missing, each test says so and passes.

mod http_signatures;
mod jcs;
mod proofs;

use std::path::PathBuf;

/// A folder of vectors, or nothing (with a line about it) when it is not there.
fn folder(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors").join(name);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: {} is not there", path.display());
    None
}

fn read(folder: &std::path::Path, name: &str) -> String {
    let path = folder.join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The private key of a published Ed25519 secret: `z`, base58btc of `80 26` and 32 bytes.
fn ed25519_secret(multibase: &str) -> thirdspace::activitypub::key::PrivateKey {
    let encoded = multibase.strip_prefix('z').expect("base58btc");
    let bytes = bs58::decode(encoded).into_vec().expect("base58btc");
    let seed = bytes.strip_prefix(&[0x80, 0x26]).expect("ed25519-priv");
    // PKCS#8 around a seed (RFC 8410, section 7) is a fixed prefix.
    let mut der = vec![0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    der.extend_from_slice(seed);
    thirdspace::activitypub::key::PrivateKey::from_pkcs8_der(&der).expect("a key")
}
