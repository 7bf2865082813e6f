//! DSSE envelopes: <https://github.com/secure-systems-lab/dsse/blob/master/envelope.md>.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_PAD_INDIFFERENT};
use ed25519_dalek::Signer as _;
use serde_json::{Value, json};

use crate::json::{self, kind, shown, text};
use crate::key::{PublicKey, SigningKey};
use crate::statement::Statement;

/// The type of a payload that is an in-toto Statement.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// The longest envelope that is read, in bytes.
pub const LONGEST: usize = 16 << 20;
/// The most signatures of an envelope that is read.
pub const MOST_SIGNATURES: usize = 100;

/// A payload with signatures that nobody has verified yet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Envelope {
    /// What it is.
    pub payload_type: String,
    /// The exact bytes that were signed.
    pub payload: Vec<u8>,
    /// At least one.
    pub signatures: Vec<Signature>,
}

/// A signature, and the name that somebody gave to its key: never to be trusted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Signature {
    /// Perhaps empty.
    pub keyid: String,
    /// Its bytes.
    pub sig: Vec<u8>,
}

/// Why bytes are no envelope.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct EnvelopeError(pub String);

impl Envelope {
    /// Signs a statement with each of the keys.
    #[must_use]
    pub fn sign(statement: &Statement, keys: &[&SigningKey]) -> Self {
        Self::sign_bytes(statement.to_json(), keys)
    }

    /// Signs the bytes of a statement that somebody else wrote, with what only they know of.
    #[must_use]
    pub fn sign_bytes(payload: Vec<u8>, keys: &[&SigningKey]) -> Self {
        let signed = pae(PAYLOAD_TYPE, &payload);
        let sign = |key: &&SigningKey| Signature { keyid: key.public().id(), sig: key.0.sign(&signed).to_vec() };
        let signatures = keys.iter().map(sign).collect();
        Self { payload_type: PAYLOAD_TYPE.to_owned(), payload, signatures }
    }

    /// Reads one. Both alphabets of base64 are taken, with padding and without; unknown fields are passed over; a field
    /// that is there twice is refused.
    ///
    /// # Errors
    ///
    /// In what way it is none.
    pub fn parse(json: &[u8]) -> Result<Self, EnvelopeError> {
        if json.len() > LONGEST {
            return Err(EnvelopeError(format!("it is longer than {} MiB", LONGEST >> 20)));
        }
        read(json).map_err(|why| EnvelopeError(format!("it is no DSSE envelope: {why}")))
    }

    /// JSON on one line, without a line feed.
    #[must_use]
    pub fn to_json(&self) -> String {
        let signature = |one: &Signature| json!({"keyid": one.keyid, "sig": STANDARD.encode(&one.sig)});
        let signatures: Vec<Value> = self.signatures.iter().map(signature).collect();
        json!({
            "payloadType": self.payload_type,
            "payload": STANDARD.encode(&self.payload),
            "signatures": signatures,
        })
        .to_string()
    }

    /// Whether one of the signatures is by this key, strictly (`verify_strict`), whatever its `keyid` says.
    #[must_use]
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        self.signers(&[key]) == [true]
    }

    /// For each of these keys, whether one of the signatures is by it. The payload is laid out once.
    pub(crate) fn signers(&self, keys: &[&PublicKey]) -> Vec<bool> {
        let signed = pae(&self.payload_type, &self.payload);
        let signatures: Vec<_> =
            self.signatures.iter().filter_map(|one| ed25519_dalek::Signature::from_slice(&one.sig).ok()).collect();
        let is_by = |key: &&PublicKey| signatures.iter().any(|sig| key.0.verify_strict(&signed, sig).is_ok());
        keys.iter().map(is_by).collect()
    }
}

/// What is signed: `DSSEv1 LEN(type) type LEN(payload) payload`.
#[must_use]
pub fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut out = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    out.extend_from_slice(payload);
    out
}

fn read(json: &[u8]) -> Result<Envelope, String> {
    let Value::Object(fields) = json::parse(json)? else { return Err("it is no JSON object".to_owned()) };
    let payload_type = text(&fields, "payloadType")?.to_owned();
    let payload = decode(text(&fields, "payload")?).ok_or("`payload` is no base64")?;
    let signatures = match fields.get("signatures") {
        Some(Value::Array(list)) if list.is_empty() => return Err("nobody has signed it".to_owned()),
        Some(Value::Array(list)) if list.len() > MOST_SIGNATURES => {
            return Err(format!("it has {} signatures; {MOST_SIGNATURES} are the most", list.len()));
        }
        Some(Value::Array(list)) => list.iter().map(signature).collect::<Result<_, _>>()?,
        Some(other) => return Err(format!("`signatures` is {}, not a list", kind(other))),
        None => return Err("it has no `signatures`".to_owned()),
    };
    Ok(Envelope { payload_type, payload, signatures })
}

fn signature(value: &Value) -> Result<Signature, String> {
    let Value::Object(fields) = value else { return Err(format!("a signature is {}, not an object", kind(value))) };
    let keyid = match fields.get("keyid") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(keyid)) => shown(keyid),
        Some(other) => return Err(format!("a `keyid` is {}, not a text", kind(other))),
    };
    let sig = decode(text(fields, "sig")?).ok_or("a `sig` is no base64")?;
    Ok(Signature { keyid, sig })
}

/// Verifiers must take either alphabet: <https://github.com/secure-systems-lab/dsse/blob/master/protocol.md#protocol>.
fn decode(text: &str) -> Option<Vec<u8>> {
    let standard: Vec<u8> = text
        .bytes()
        .map(|byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            other => other,
        })
        .collect();
    STANDARD_PAD_INDIFFERENT.decode(standard).ok()
}

#[cfg(test)]
mod tests;
