//! The keys of actors, and the two signature algorithms of the fediverse: RSASSA-PKCS1-v1_5 with SHA-256
//! (RFC 8017) for HTTP signatures, Ed25519 (RFC 8032) for object proofs and RFC 9421.
//!
//! A key is read once into a form that is ready to work, shared by its clones and fit for a cache. Everything that
//! is weak or unknown is refused here, so that a [`PublicKey`] that exists can be used without asking again.

mod pem;
mod private;
mod public;

pub use private::PrivateKey;
pub use public::PublicKey;

/// RSA moduli outside of this range (in bits) are refused: shorter ones are weak, longer ones cost the verifier too much.
pub const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

/// The kind of a key, which decides the signature algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rsa,
    /// Ed25519.
    Ed25519,
}

impl KeyAlgorithm {
    /// The name in the HTTP signature algorithm registry (RFC 9421, section 6.2.2).
    pub fn rfc9421_name(self) -> &'static str {
        match self {
            Self::Rsa => "rsa-v1_5-sha256",
            Self::Ed25519 => "ed25519",
        }
    }
}

/// Why a key was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text around the key bytes is not what it should be.
    #[error("this is not a PEM public key (BEGIN PUBLIC KEY or BEGIN RSA PUBLIC KEY): {0}")]
    Pem(&'static str),
    /// The text is not a Multikey (FEP-521a).
    #[error("this is not a Multikey (z, then base58btc of a known prefix and the key): {0}")]
    Multibase(&'static str),
    /// The bytes are no key of the kind that they claim to be.
    #[error("the bytes are no valid {0}")]
    Encoding(&'static str),
    /// A kind of key that this node does not use; the name or object identifier of it.
    #[error("keys of kind {0} are not supported; RSA and Ed25519 are")]
    Unsupported(String),
    /// An RSA modulus outside of [`RSA_BITS`].
    #[error("an RSA key of {bits} bits is refused; {} to {} bits are accepted", RSA_BITS.start(), RSA_BITS.end())]
    RsaSize {
        /// Length of the modulus that was offered.
        bits: usize,
    },
    /// An RSA public exponent with which signatures could be forged or that is not in use.
    #[error("this RSA public exponent is refused; odd numbers from 3 to 2^32-1 are accepted")]
    RsaExponent,
    /// The library or the system's random source failed; nothing is wrong with the input.
    #[error("the cryptographic library failed")]
    Library,
}

#[cfg(test)]
mod tests;
