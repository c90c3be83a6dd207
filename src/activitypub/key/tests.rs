use std::sync::LazyLock;

use proptest::prelude::*;
use rsa::BoxedUint;
use rsa::pkcs1::EncodeRsaPublicKey as _;
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::pkcs8::spki::der::Encode as _;
use rsa::pkcs8::spki::der::asn1::UintRef;
use rsa::pkcs8::{DecodePrivateKey as _, EncodePublicKey as _, LineEnding};
use rsa::signature::{SignatureEncoding as _, Signer as _, Verifier as _};
use rsa::traits::PublicKeyParts as _;
use sha2::Sha256;

use super::*;

/// One key of ours, and the same key in the other library.
static OURS: LazyLock<(PrivateKey, rsa::PrivateKey)> = LazyLock::new(|| {
    let key = PrivateKey::generate_rsa().expect("a key");
    let der = key.to_pkcs8_der().expect("PKCS#8");
    let other = rsa::PrivateKey::from_pkcs8_der(&der).expect("the other library reads it");
    (key, other)
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn both_rsa_libraries_make_and_accept_the_same_signatures(
        message in proptest::collection::vec(any::<u8>(), 0..2000),
        at in any::<prop::sample::Index>(),
    ) {
        let (ours, theirs) = &*OURS;
        let made_here = ours.sign(&message).expect("signed");
        let made_there = SigningKey::<Sha256>::new(theirs.clone()).sign(&message).to_vec();
        // PKCS#1 v1.5 is deterministic, so one assertion covers both directions.
        prop_assert_eq!(&made_here, &made_there);
        prop_assert!(ours.public().verifies(&message, &made_there));
        let verifier = VerifyingKey::<Sha256>::new(theirs.to_public_key());
        let signature = Signature::try_from(made_here.as_slice()).expect("a signature");
        prop_assert!(verifier.verify(&message, &signature).is_ok());

        let mut forged = made_here;
        let at = at.index(forged.len());
        forged[at] ^= 1;
        prop_assert!(!ours.public().verifies(&message, &forged));
        prop_assert!(!ours.public().verifies(&message, &[]));
    }

    #[test]
    fn text_that_is_no_key_is_refused_without_harm(
        text in "(-----BEGIN (RSA )?PUBLIC KEY-----)?[A-Za-z0-9+/=\\n-]{0,200}(-----END PUBLIC KEY-----)?",
        multibase in "z?[1-9A-Za-z]{0,80}",
        der in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        prop_assert!(PublicKey::from_pem(&text).is_err());
        prop_assert!(PublicKey::from_multibase(&multibase).is_err());
        prop_assert!(PublicKey::from_spki_der(&der).is_err());
        prop_assert!(PrivateKey::from_pkcs8_der(&der).is_err());
    }
}

#[test]
fn a_key_is_the_same_in_every_form_that_peers_write() {
    let (ours, theirs) = &*OURS;
    let (key, other) = (ours.public(), theirs.to_public_key());
    let spki = other.to_public_key_pem(LineEnding::LF).expect("PEM");
    assert_eq!(key.to_pem(), spki);
    let pkcs1 = other.to_pkcs1_pem(LineEnding::CRLF).expect("PEM");
    let one_line = spki.replace('\n', "").replace("KEY-----", "KEY-----\n").replace("-----END", "\n-----END");
    for text in [spki.replace('\n', "\r\n"), pkcs1.to_string(), one_line, format!("\n  {}", spki.trim_end())] {
        assert_eq!(PublicKey::from_pem(&text).as_ref(), Ok(key), "{text}");
    }
    assert_eq!(PublicKey::from_multibase(&key.to_multibase()).as_ref(), Ok(key));

    let ed25519 = PrivateKey::generate_ed25519().expect("a key");
    let public = ed25519.public();
    assert_eq!(PublicKey::from_pem(&public.to_pem()).as_ref(), Ok(public));
    assert_eq!(PublicKey::from_multibase(&public.to_multibase()).as_ref(), Ok(public));
    for private in [ours, &ed25519] {
        let der = private.to_pkcs8_der().expect("PKCS#8");
        let read = PrivateKey::from_pkcs8_der(&der).expect("our own key");
        assert_eq!(read.public(), private.public());
        let signature = read.sign(b"message").expect("signed");
        assert!(private.public().verifies(b"message", &signature));
        assert!(!private.public().verifies(b"massage", &signature));
    }
}

#[test]
fn a_multikey_of_the_specification_reads_as_its_bytes() {
    // FEP-521a and the did:key method: the same key as hexadecimal and as a Multikey.
    let hex = "2e6fcce36701dc791488e0d0b1745cc1e33a4c1c9fcc41c63bd343dbbe0970e6";
    let bytes: Vec<u8> = (0..32).map(|at| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).expect("hex")).collect();
    let key = PublicKey::from_ed25519(&bytes).expect("a key");
    assert_eq!(key.to_multibase(), "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK");
}

fn pkcs1_der(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let key = rsa::pkcs1::RsaPublicKeyRef {
        modulus: UintRef::new(modulus).expect("a number"),
        public_exponent: UintRef::new(exponent).expect("a number"),
    };
    key.to_der().expect("DER")
}

#[test]
fn weak_and_oversized_rsa_keys_are_refused_by_their_numbers() {
    for (bits, accepted) in [(1024, false), (2047, false), (2048, true), (4096, true), (4097, false)] {
        let modulus = (BoxedUint::one_with_precision(bits) << (bits - 1)) | BoxedUint::one();
        let key = pkcs1_der(&modulus.to_be_bytes(), &[1, 0, 1]);
        let read = PublicKey::from_pkcs1_der(&key);
        match accepted {
            true => assert!(read.is_ok(), "{bits}: {read:?}"),
            false => assert_eq!(read, Err(KeyError::RsaSize { bits: bits as usize })),
        }
    }
    let (_, theirs) = &*OURS;
    let modulus = theirs.n().to_be_bytes();
    for exponent in [&[1][..], &[2], &[1, 0, 0], &[1, 0, 0, 0, 1]] {
        let read = PublicKey::from_pkcs1_der(&pkcs1_der(&modulus, exponent));
        assert_eq!(read, Err(KeyError::RsaExponent), "{exponent:?}");
    }
}

#[test]
fn debug_output_shows_no_secret() {
    let key = PrivateKey::generate_ed25519().expect("a key");
    assert_eq!(format!("{key:?}"), "PrivateKey(Ed25519, secret)");
}
