//! The floor of the benchmark: reads a JSON file and lets serde_json walk over it, keeping nothing.

use serde::de::IgnoredAny;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).ok_or("bare_parse FILE")?;
    let _: IgnoredAny = serde_json::from_slice(&std::fs::read(path)?)?;
    Ok(())
}
