//! Baselines of other tools: PHPStan's `.neon` and `.php`, Psalm's `psalm-baseline.xml`.

use super::{Baseline, BaselineError};

/// Reads a baseline of another tool; which one is told from its content. `dir` is the directory of the baseline
/// file relative to the repository (`""` at its root): PHPStan's paths are relative to it.
pub fn import(text: &str, dir: &str) -> Result<(Baseline, Vec<String>), BaselineError> {
    todo!()
}
