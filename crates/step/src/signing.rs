//! Signed verdicts: the key, and the files that are written beside reports.
//!
//! A gate that has a key says in an in-toto Statement how it judged which commit, and of which service, signs that, and
//! leaves it in a file. `stepgate-bump` carries such files to where promotions are decided. A FAIL is signed like a PASS.

mod key;
mod signer;
#[cfg(test)]
mod tests;

pub use key::{KEY, key};
pub use signer::{DIRECTORY, Signer, SigningArgs, Wanted};
