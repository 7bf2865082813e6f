//! `formats`: what is read and written.

use step::{Exit, Result, Session, words};

use crate::write::Output;

/// Lists the formats.
pub(crate) fn list(session: &mut Session) -> Result<Exit> {
    let mut text = String::from("read, found from the content:\n  junit\n");
    for format in junit::convert::Foreign::ALL {
        text += &format!("  {}\n", format.as_str());
    }
    text += "coverage, found from the content:\n";
    for format in coverage::read::Format::ALL {
        text += &format!("  {}\n", format.as_str());
    }
    text += "written:\n";
    for output in Output::ALL {
        text += &format!("  {}\n", output.as_str());
    }
    words::say(session, &text)?;
    Ok(Exit::Pass)
}
