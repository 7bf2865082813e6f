//! SARIF 2.1.0, everything: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>. One run per tool.

mod log;

use std::io::{self, Write};

use self::log::Log;
use crate::model::Gate;

pub(super) fn write(gate: &Gate<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &Log::new(gate))?;
    writeln!(out)
}

#[cfg(test)]
mod tests;
