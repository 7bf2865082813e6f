//! `stepgate.report/v1`: the verdict and everything there is to say of, one finding a line, so that `grep` and `diff`
//! work on it. The tests that passed are in the merged JUnit.

mod parts;
mod v1;

use std::io::{self, Write};

use findings::write::LineEach;
use serde::Serialize as _;

use crate::report::Gate;

/// The JSON Schema (draft 2020-12) of `stepgate.report/v1` as this program writes it.
pub(crate) const SCHEMA: &str = include_str!("../../schema/tests.report.v1.schema.json");

pub(super) fn write(gate: &Gate, out: &mut dyn Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, LineEach::default());
    v1::Report::new(gate).serialize(&mut serializer)?;
    writeln!(out)
}

#[cfg(test)]
mod tests;
