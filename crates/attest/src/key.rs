//! ed25519 keys in PEM, as `openssl genpkey -algorithm ed25519` and `openssl pkey -pubout` write them.

use std::fmt;

use ed25519_dalek::pkcs8::{DecodePrivateKey as _, PrivateKeyInfoRef, spki::SubjectPublicKeyInfoRef};
use sha2::{Digest as _, Sha256};

mod pem;

/// What signs. Never printed.
pub struct SigningKey(pub(crate) ed25519_dalek::SigningKey);

/// What a signature is verified with.
#[derive(Clone, Eq, PartialEq)]
pub struct PublicKey(pub(crate) ed25519_dalek::VerifyingKey);

/// Why a text is no key. Never holds any of it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{what}")]
pub struct KeyError {
    /// What is wrong.
    pub what: String,
    /// What to try next.
    pub hint: Option<String>,
}

/// PKCS#8 version 1 up to the seed: <https://datatracker.ietf.org/doc/html/rfc8410#section-7>.
const PRIVATE_PREFIX: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
/// SPKI up to the key: <https://datatracker.ietf.org/doc/html/rfc8410#section-4>.
const PUBLIC_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

const PRIVATE_LABEL: &str = "PRIVATE KEY";
const PUBLIC_LABEL: &str = "PUBLIC KEY";

impl SigningKey {
    /// From 32 bytes that nobody can guess.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// From PKCS#8 in PEM (`BEGIN PRIVATE KEY`), version 1 as openssl writes it or version 2 with the public key in it.
    ///
    /// # Errors
    ///
    /// What is wrong: no PEM, a public key, a certificate, an encrypted key, a key of another algorithm, and so on.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let der = pem::decode(text, PRIVATE_LABEL)?;
        ed25519_dalek::SigningKey::from_pkcs8_der(&der).map(Self).map_err(|_broken| {
            let algorithm = PrivateKeyInfoRef::try_from(der.as_slice()).map(|info| info.algorithm.oid.to_string());
            not_ed25519(algorithm.ok(), MAKE_PRIVATE)
        })
    }

    /// As PKCS#8 in PEM, version 1, so that openssl reads it.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem::encode(PRIVATE_LABEL, &[&PRIVATE_PREFIX, self.0.as_bytes()])
    }

    /// The key that verifies what this one signs.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(***)")
    }
}

impl PublicKey {
    /// From SPKI in PEM (`BEGIN PUBLIC KEY`).
    ///
    /// # Errors
    ///
    /// What is wrong, as for a signing key; a weak (small-order) key too, and one that is not in its canonical form, so
    /// that no key has two.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let der = pem::decode(text, PUBLIC_LABEL)?;
        let Some(bytes) = der.strip_prefix(&PUBLIC_PREFIX).and_then(|key| <&[u8; 32]>::try_from(key).ok()) else {
            let algorithm =
                SubjectPublicKeyInfoRef::try_from(der.as_slice()).map(|info| info.algorithm.oid.to_string());
            return Err(not_ed25519(algorithm.ok(), MAKE_PUBLIC));
        };
        let broken = || KeyError::new("it is an ed25519 public key whose bytes are no point of the curve", MAKE_PUBLIC);
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_off_curve| broken())?;
        if key.is_weak() {
            return Err(KeyError::new("it is a weak key (of small order), for which anybody can sign", MAKE_PUBLIC));
        }
        if ed25519_dalek::VerifyingKey::from(key.to_edwards()).as_bytes() != bytes {
            return Err(broken());
        }
        Ok(Self(key))
    }

    /// As SPKI in PEM.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem::encode(PUBLIC_LABEL, &[&PUBLIC_PREFIX, self.0.as_bytes()])
    }

    /// The SHA-256 of its SPKI in DER, as hexadecimal digits: the `keyid` of our envelopes. A hint for people; it decides
    /// nothing.
    #[must_use]
    pub fn id(&self) -> String {
        crate::hex(&Sha256::new().chain_update(PUBLIC_PREFIX).chain_update(self.0.as_bytes()).finalize())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.id())
    }
}

impl KeyError {
    fn new(what: impl Into<String>, hint: &str) -> Self {
        Self { what: what.into(), hint: Some(hint.to_owned()) }
    }
}

const MAKE_PRIVATE: &str =
    "make an ed25519 key with `stepgate keygen` or `openssl genpkey -algorithm ed25519 -out gate.key`";
const MAKE_PUBLIC: &str = "take the .pub file of `stepgate keygen`, or `openssl pkey -in gate.key -pubout`";

/// A key in the right kind of PEM that is none of ours, by the identifier of its algorithm.
fn not_ed25519(algorithm: Option<String>, hint: &str) -> KeyError {
    let name = match algorithm.as_deref() {
        None => return KeyError::new("what is in the PEM is broken or cut short", hint),
        Some("1.3.101.112") => return KeyError::new("it is an ed25519 key that is broken", hint),
        Some("1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.10") => "RSA",
        Some("1.2.840.10045.2.1") => "EC (ECDSA)",
        Some("1.3.101.110") => "X25519 (which cannot sign)",
        Some("1.3.101.113") => "Ed448",
        Some("1.2.840.10040.4.1") => "DSA",
        Some(other) => other,
    };
    KeyError::new(format!("its algorithm is {name}, not ed25519"), hint)
}

#[cfg(test)]
mod tests;
