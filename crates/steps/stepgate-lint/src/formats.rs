//! The names of formats, on the command line and in the config.

use findings::read::Format;
use findings::write::Output;
use step::{Exit, Result, Session, words};

/// Lists every format, for people.
pub(crate) fn list(session: &mut Session) -> Result<Exit> {
    let inputs = Format::ALL.map(Format::as_str).join("\n  ");
    let outputs = Output::ALL.map(Output::as_str).join("\n  ");
    let text = format!(
        "Reports that are read (--format; found from the content):\n  {inputs}\n\nReports that are written (--output FORMAT=PATH):\n  {outputs}\n"
    );
    words::say(session, &text)?;
    Ok(Exit::Pass)
}

/// The input format of that name.
pub(crate) fn input(name: &str) -> Result<Format, String> {
    Format::from_name(name).ok_or_else(|| unknown(name, Format::ALL.map(Format::as_str).as_slice()))
}

/// The output format of that name.
pub(crate) fn output(name: &str) -> Result<Output, String> {
    Output::from_name(name).ok_or_else(|| unknown(name, Output::ALL.map(Output::as_str).as_slice()))
}

fn unknown(name: &str, names: &[&str]) -> String {
    format!("there is no format `{name}`; one of {}", names.join(", "))
}
