//! Values that could be meant in two ways, or that ask for nothing, are refused where they stand.

use attest::Claim;
use gitops::words::quoted;
use jiff::Timestamp;
use serde::de::{Deserialize, Deserializer, Error as _};

/// At least one of them: an empty list could mean all or none.
pub(crate) fn some<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let list = Vec::<T>::deserialize(deserializer)?;
    if list.is_empty() {
        return Err(D::Error::custom("an empty list here could mean all or none: leave the key out, or name some"));
    }
    Ok(list)
}

/// At least 1: none at all asks for nothing.
pub(super) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    match usize::deserialize(deserializer)? {
        0 => Err(D::Error::custom("0 asks for nothing: leave it out, or write 1 or more")),
        count => Ok(count),
    }
}

/// A moment.
pub(super) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let wrong =
        |_: jiff::Error| D::Error::custom(format!("{} is no time: write it as `2026-01-01T00:00:00Z`", quoted(&text)));
    text.parse().map(Some).map_err(wrong)
}

/// A claim in the words of the policy.
pub(super) fn claim<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Claim, D::Error> {
    parsed(&String::deserialize(deserializer)?)
}

/// Several claims.
pub(super) fn claims<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Claim>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| parsed(text)).collect()
}

fn parsed<E: serde::de::Error>(text: &str) -> Result<Claim, E> {
    text.parse().map_err(E::custom)
}
