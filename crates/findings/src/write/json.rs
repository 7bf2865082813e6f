//! `stepgate.report/v1`: everything, one finding a line, so that `grep` and `diff` work on it.

mod layout;
pub(super) mod v1;

use std::io::{self, Write};

use serde::Serialize as _;

pub use self::layout::LineEach;
use crate::model::Gate;

/// The JSON Schema (draft 2020-12) of `stepgate.report/v1`.
pub const SCHEMA: &str = include_str!("../../schema/report.v1.schema.json");

pub(super) fn write(gate: &Gate<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, LineEach::default());
    v1::Report::new(gate).serialize(&mut serializer)?;
    writeln!(out)
}

#[cfg(test)]
mod tests;
