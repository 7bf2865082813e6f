//! PEM: <https://datatracker.ietf.org/doc/html/rfc7468>.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_PAD_INDIFFERENT as BASE64;

use super::{KeyError, MAKE_PRIVATE, MAKE_PUBLIC, PRIVATE_LABEL, PUBLIC_LABEL};

/// No key that we read is longer; an RSA key of 16,384 bits has 13 kB.
const LONGEST: usize = 1 << 16;

/// Base64 lines of what these hold, between the lines that name it.
pub(super) fn encode(label: &str, der: &[&[u8]]) -> String {
    // At most 48 bytes, which are one line of 64 characters.
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", BASE64.encode(der.concat()))
}

/// What is in the first block of PEM, which must be of this label. What stands before and after it is passed over, as
/// openssl does.
pub(super) fn decode(text: &str, wanted: &str) -> Result<Vec<u8>, KeyError> {
    let hint = if wanted == PRIVATE_LABEL { MAKE_PRIVATE } else { MAKE_PUBLIC };
    if text.len() > LONGEST {
        return Err(KeyError::new("it is longer than any key", hint));
    }
    let Some((_, rest)) = text.split_once("-----BEGIN ") else {
        let what = if text.trim().is_empty() { "it is empty" } else { "it is no PEM: no line begins with -----BEGIN" };
        return Err(KeyError::new(what, hint));
    };
    let cut_short = || KeyError::new("the PEM is cut short: there is no line -----END", hint);
    let (label, rest) = rest.split_once("-----").ok_or_else(cut_short)?;
    if label != wanted {
        return Err(other(label, wanted, hint));
    }
    let (body, _) = rest.split_once(&format!("-----END {wanted}-----")).ok_or_else(cut_short)?;
    let body: Vec<u8> = body.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    BASE64.decode(body).map_err(|_position| KeyError::new("what is in the PEM is no base64", hint))
}

/// Something else than what was wanted.
fn other(label: &str, wanted: &str, hint: &str) -> KeyError {
    match label {
        PUBLIC_LABEL => KeyError::new("it is a public key, and a private one is needed to sign", hint),
        PRIVATE_LABEL if wanted == PUBLIC_LABEL => KeyError::new(
            "it is a private key where the public one belongs; whoever could read it can sign",
            "take the public one (`openssl pkey -in gate.key -pubout`), and make a new pair if others have seen this",
        ),
        "ENCRYPTED PRIVATE KEY" => KeyError::new(
            "it is encrypted with a passphrase, for which a pipeline has nobody to ask",
            "decrypt it with `openssl pkey -in encrypted.key -out gate.key`, and keep it in a secured variable",
        ),
        "OPENSSH PRIVATE KEY" => KeyError::new("it is a key in the format of OpenSSH, not PKCS#8", MAKE_PRIVATE),
        "RSA PRIVATE KEY" | "RSA PUBLIC KEY" => KeyError::new("it is an RSA key, not ed25519", hint),
        "EC PRIVATE KEY" => KeyError::new("it is an EC key, not ed25519", hint),
        "CERTIFICATE" | "CERTIFICATE REQUEST" | "TRUSTED CERTIFICATE" | "X509 CERTIFICATE" => KeyError::new(
            "it is a certificate, not a key",
            "take the public key out of it with `openssl x509 -in cert.pem -pubkey -noout`; it has to be ed25519",
        ),
        _ => KeyError::new(format!("it is PEM of something else than a {}", wanted.to_lowercase()), hint),
    }
}
