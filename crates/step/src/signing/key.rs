//! The key that signs.

use attest::SigningKey;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::env::Env;
use crate::failure::{Failure, Result};

/// The environment variable that holds the key. No program that runs for a step is given it.
pub const KEY: &str = "STEPGATE_SIGNING_KEY";

/// The key in `STEPGATE_SIGNING_KEY`: PKCS#8 in PEM, also with `\n` written out, or in base64 as a whole, because
/// Bitbucket's variables hold one line; `None` when it is not set.
///
/// # Errors
///
/// When it is no key. Nothing of it is in the message.
pub fn key(env: &Env) -> Result<Option<SigningKey>> {
    let Some(text) = env.get(KEY) else { return Ok(None) };
    let cannot = || Failure::input(format!("cannot use the key in {KEY}"));
    let pem = pem(text).ok_or_else(|| {
        cannot()
            .because("it is neither a private key in PEM nor one in base64")
            .hint("set it to what `base64 -w0 KEY.pem` prints; `stepgate keygen` makes a key")
    })?;
    SigningKey::from_pem(&pem).map(Some).map_err(|error| {
        let hint = error.hint.clone();
        cannot().because(error).hint_if(hint)
    })
}

/// PEM with its lines, however they came through a variable of one line.
fn pem(text: &str) -> Option<String> {
    if !text.contains(BEGIN) {
        let text: String = text.split_whitespace().collect();
        let text = String::from_utf8(BASE64_STANDARD.decode(text).ok()?).ok()?;
        return text.contains(BEGIN).then_some(text);
    }
    let text = text.replace("\\r", "").replace("\\n", "\n");
    // Line feeds that became spaces: the header is the only part that has spaces of its own.
    Some(text.replace("----- ", "-----\n").replace(" -----", "\n-----"))
}

const BEGIN: &str = "-----BEGIN ";
