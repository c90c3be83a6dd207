//! Private keys: those of the node, its spaces and its members.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use rsa::PrivateKey as RsaPrivateKey;
use rsa::pkcs8::EncodePrivateKey as _;
use zeroize::Zeroizing;

use super::{KeyAlgorithm, KeyError, PublicKey};

/// A private key with its public half. Clones share one key; the library wipes it when the last one is dropped.
#[derive(Clone)]
pub struct PrivateKey {
    secret: Arc<Secret>,
    public: PublicKey,
}

enum Secret {
    Rsa(RsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl PrivateKey {
    /// A new RSA key of 2048 bits, which every peer accepts. Takes tenths of a second: never in a request.
    pub fn generate_rsa() -> Result<Self, KeyError> {
        let key = RsaPrivateKey::new(&mut rand::rng(), 2048).map_err(|_| KeyError::Library)?;
        let der = key.to_pkcs8_der().map_err(|_| KeyError::Library)?;
        Self::from_pkcs8_der(der.as_bytes())
    }

    /// A new Ed25519 key.
    pub fn generate_ed25519() -> Result<Self, KeyError> {
        Self::from_ed25519(Ed25519KeyPair::generate().map_err(|_| KeyError::Library)?)
    }

    /// Reads an unencrypted PKCS#8 key (RFC 5958): RSA within the accepted sizes, or Ed25519.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, KeyError> {
        if let Ok(pair) = Ed25519KeyPair::from_pkcs8(der) {
            return Self::from_ed25519(pair);
        }
        let pair = RsaKeyPair::from_pkcs8(der).map_err(|_| KeyError::Encoding("PKCS#8 key of RSA or Ed25519"))?;
        Self::from_rsa(pair)
    }

    fn from_rsa(pair: RsaKeyPair) -> Result<Self, KeyError> {
        let public = PublicKey::from_pkcs1_der(pair.public_key().as_ref())?;
        Ok(Self { secret: Arc::new(Secret::Rsa(pair)), public })
    }

    fn from_ed25519(pair: Ed25519KeyPair) -> Result<Self, KeyError> {
        let public = PublicKey::from_ed25519(pair.public_key().as_ref())?;
        Ok(Self { secret: Arc::new(Secret::Ed25519(pair)), public })
    }

    /// PKCS#8 version 1, as OpenSSL reads it. The copy is wiped when it is dropped.
    pub fn to_pkcs8_der(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let copy = match &*self.secret {
            Secret::Rsa(pair) => {
                let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| KeyError::Library)?;
                der.as_ref().to_vec()
            }
            Secret::Ed25519(pair) => {
                let document = pair.to_pkcs8v1().map_err(|_| KeyError::Library)?;
                document.as_ref().to_vec()
            }
        };
        Ok(Zeroizing::new(copy))
    }

    /// The signature over `message`: as long as the modulus for RSA (deterministic), 64 bytes for Ed25519.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        match &*self.secret {
            Secret::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
                    .map_err(|_| KeyError::Library)?;
                Ok(signature)
            }
            Secret::Ed25519(pair) => {
                let signature = pair.try_sign(message).map_err(|_| KeyError::Library)?;
                Ok(signature.as_ref().to_vec())
            }
        }
    }

    /// The half to publish.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// What kind of key it is.
    pub fn algorithm(&self) -> KeyAlgorithm {
        self.public.algorithm()
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({:?}, secret)", self.algorithm())
    }
}
