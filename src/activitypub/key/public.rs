//! Public keys: of peers, cached and used for every request they sign; and our own, published in actor documents.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::signature::{
    ED25519, ED25519_PUBLIC_KEY_LEN, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
};
use rsa::pkcs1::{self, RsaPublicKeyRef};
use rsa::pkcs8::spki::der::Decode as _;
use rsa::pkcs8::{ObjectIdentifier, SubjectPublicKeyInfoRef};

use super::{KeyAlgorithm, KeyError, RSA_BITS, pem};

const ED25519_OID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const SPKI_LABEL: &str = "PUBLIC KEY";
const PKCS1_LABEL: &str = "RSA PUBLIC KEY";

/// Multicodec prefixes (unsigned varints) of ed25519-pub (0xed) and rsa-pub (0x1205).
const ED25519_PREFIX: [u8; 2] = [0xed, 0x01];
const RSA_PREFIX: [u8; 2] = [0x85, 0x24];
/// A Multikey of an RSA key of 4096 bits has about 720 characters; base58 decoding takes quadratic time.
const MAX_MULTIBASE: usize = 1024;

/// A public key, parsed and ready to verify. Clones share one key.
#[derive(Clone)]
pub struct PublicKey(Arc<Inner>);

struct Inner {
    algorithm: KeyAlgorithm,
    parsed: ParsedPublicKey,
    /// SubjectPublicKeyInfo DER, built by us: the same key has the same bytes, however it was received.
    spki: PublicKeyX509Der<'static>,
}

impl PublicKey {
    /// Reads `publicKeyPem`: SubjectPublicKeyInfo (`BEGIN PUBLIC KEY`) or PKCS#1 (`BEGIN RSA PUBLIC KEY`).
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let (label, der) = pem::decode(text)?;
        match label {
            SPKI_LABEL => Self::from_spki_der(&der),
            PKCS1_LABEL => Self::from_pkcs1_der(&der),
            _ => Err(KeyError::Pem("the block holds something else")),
        }
    }

    /// Reads a SubjectPublicKeyInfo (RFC 5280, section 4.1).
    pub fn from_spki_der(der: &[u8]) -> Result<Self, KeyError> {
        let info = SubjectPublicKeyInfoRef::from_der(der).map_err(|_| KeyError::Encoding("SubjectPublicKeyInfo"))?;
        let bytes = info.subject_public_key.as_bytes().ok_or(KeyError::Encoding("SubjectPublicKeyInfo"))?;
        match info.algorithm.oid {
            pkcs1::ALGORITHM_OID => Self::from_pkcs1_der(bytes),
            ED25519_OID => Self::from_ed25519(bytes),
            other => Err(KeyError::Unsupported(key_kind(other))),
        }
    }

    /// Reads an RSAPublicKey (RFC 8017, appendix A.1.1).
    pub fn from_pkcs1_der(der: &[u8]) -> Result<Self, KeyError> {
        const WHAT: &str = "RSA public key";
        let key = RsaPublicKeyRef::from_der(der).map_err(|_| KeyError::Encoding(WHAT))?;
        let (modulus, exponent) = (key.modulus.as_bytes(), key.public_exponent.as_bytes());
        let bits = bit_length(modulus);
        if !RSA_BITS.contains(&bits) {
            return Err(KeyError::RsaSize { bits });
        }
        let odd = exponent.last().is_some_and(|last| last & 1 == 1);
        if !odd || !(2..=32).contains(&bit_length(exponent)) {
            return Err(KeyError::RsaExponent);
        }
        let parsed = RsaPublicKeyComponents { n: modulus, e: exponent }
            .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
            .map_err(|_| KeyError::Encoding(WHAT))?;
        Self::from_parsed(KeyAlgorithm::Rsa, parsed)
    }

    /// Takes the 32 bytes of an Ed25519 public key (RFC 8032, section 5.1.5).
    pub fn from_ed25519(bytes: &[u8]) -> Result<Self, KeyError> {
        const WHAT: &str = "Ed25519 public key";
        if bytes.len() != ED25519_PUBLIC_KEY_LEN {
            return Err(KeyError::Encoding(WHAT));
        }
        let parsed = ParsedPublicKey::new(&ED25519, bytes).map_err(|_| KeyError::Encoding(WHAT))?;
        Self::from_parsed(KeyAlgorithm::Ed25519, parsed)
    }

    /// Reads `publicKeyMultibase` of a Multikey (FEP-521a): `z`, then base58btc of `ed 01` and the key bytes, or of
    /// `85 24` and PKCS#1 DER.
    pub fn from_multibase(text: &str) -> Result<Self, KeyError> {
        if text.len() > MAX_MULTIBASE {
            return Err(KeyError::Multibase("it is longer than 1024 characters"));
        }
        let encoded = text.strip_prefix('z').ok_or(KeyError::Multibase("it does not start with z"))?;
        let bytes = bs58::decode(encoded).into_vec().map_err(|_| KeyError::Multibase("it is not base58btc"))?;
        match bytes.split_first_chunk::<2>() {
            Some((&ED25519_PREFIX, key)) => Self::from_ed25519(key),
            Some((&RSA_PREFIX, key)) => Self::from_pkcs1_der(key),
            _ => Err(KeyError::Multibase("its key type is not ed01 or 8524")),
        }
    }

    fn from_parsed(algorithm: KeyAlgorithm, parsed: ParsedPublicKey) -> Result<Self, KeyError> {
        let spki = parsed.as_der().map_err(|_| KeyError::Library)?;
        Ok(Self(Arc::new(Inner { algorithm, parsed, spki })))
    }

    /// What kind of key it is.
    pub fn algorithm(&self) -> KeyAlgorithm {
        self.0.algorithm
    }

    /// Whether `signature` was made over exactly `message` with the private half of this key.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.parsed.verify_sig(message, signature).is_ok()
    }

    /// SubjectPublicKeyInfo as DER; equal for equal keys.
    pub fn to_spki_der(&self) -> &[u8] {
        self.0.spki.as_ref()
    }

    /// `publicKeyPem` as every peer reads it: SubjectPublicKeyInfo, lines of 64 characters.
    pub fn to_pem(&self) -> String {
        pem::encode(SPKI_LABEL, self.to_spki_der())
    }

    /// `publicKeyMultibase` of a Multikey (FEP-521a).
    pub fn to_multibase(&self) -> String {
        let prefix = match self.algorithm() {
            KeyAlgorithm::Rsa => RSA_PREFIX,
            KeyAlgorithm::Ed25519 => ED25519_PREFIX,
        };
        let mut bytes = prefix.to_vec();
        bytes.extend_from_slice(&self.subject_public_key());
        format!("z{}", bs58::encode(bytes).into_string())
    }

    /// The key bytes without their algorithm: PKCS#1 DER of an RSA key, the 32 bytes of an Ed25519 key.
    fn subject_public_key(&self) -> Vec<u8> {
        // The DER was written by the library from a key that it had parsed, so reading it back does not fail.
        SubjectPublicKeyInfoRef::from_der(self.to_spki_der())
            .ok()
            .and_then(|info| info.subject_public_key.as_bytes().map(<[u8]>::to_vec))
            .unwrap_or_default()
    }
}

fn bit_length(big_endian: &[u8]) -> usize {
    match big_endian.iter().position(|byte| *byte != 0) {
        None => 0,
        Some(start) => {
            let rest = big_endian.get(start..).unwrap_or_default();
            let unused = rest.first().map_or(0, |first| first.leading_zeros());
            rest.len() * 8 - unused as usize
        }
    }
}

/// The name under which an operator knows the kinds of key that are refused most often.
fn key_kind(oid: ObjectIdentifier) -> String {
    let name = match oid.to_string().as_str() {
        "1.2.840.10045.2.1" => "EC (ECDSA)",
        "1.2.840.113549.1.1.10" => "RSASSA-PSS",
        "1.2.840.10040.4.1" => "DSA",
        "1.3.101.113" => "Ed448",
        "1.3.101.110" => "X25519",
        other => return other.to_owned(),
    };
    name.to_owned()
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.to_spki_der() == other.to_spki_der()
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({:?}, {})", self.algorithm(), self.to_multibase())
    }
}
