//! Published vectors: signatures, proofs and canonical JSON as others computed them. `published` runs these checks.

pub mod http_signatures;
pub mod jcs;
pub mod proofs;
pub mod rdf_proofs;

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

/// Every single byte of a signature and, for speed, every third of the text.
fn only_exactly(verifies: impl Fn(&[u8], &[u8]) -> bool, text: &[u8], signature: &[u8]) {
    assert!(verifies(text, signature));
    for at in (0..text.len()).step_by(3) {
        let mut changed = text.to_vec();
        changed[at] ^= 1;
        assert!(!verifies(&changed, signature), "byte {at} of the text");
    }
    for at in 0..signature.len() {
        let mut changed = signature.to_vec();
        changed[at] ^= 1;
        assert!(!verifies(text, &changed), "byte {at} of the signature");
    }
}
