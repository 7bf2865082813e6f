//! `exceptions`: take over what Trivy was told to ignore, and look through what is accepted.

use std::path::PathBuf;

use image_scan::exceptions::{import, to_yaml};
use step::args::ConfigArgs;
use step::{Exit, Failure, Place, Result, Session, files, words};

use crate::args::{AcceptedArgs, ExceptionsCommand};
use crate::clock;
use crate::config::Config;
use crate::criteria;
use crate::gate::SECTION;

/// Runs a subcommand.
pub(crate) async fn subcommand(command: &ExceptionsCommand, session: &mut Session) -> Result<Exit> {
    match command {
        ExceptionsCommand::Import { files } => drafts(files, session),
        ExceptionsCommand::Check { files, config } => check(files, config, session).await,
    }
}

/// Prints drafts, and tells of what Trivy takes in another way than people think.
fn drafts(paths: &[PathBuf], session: &mut Session) -> Result<Exit> {
    let mut all = Vec::new();
    for path in paths {
        let bytes = files::read(&session.dir.join(path), 16 << 20)?;
        let imported = import(&bytes, &path.display().to_string());
        for trap in &imported.traps {
            words::warn(session, &format!("{}: {trap}", path.display()));
        }
        all.extend(imported.exceptions);
    }
    if all.is_empty() {
        return Err(Failure::input("cannot import: there is no entry in what was named"));
    }
    words::say(session, &to_yaml(&all))?;
    Ok(Exit::Pass)
}

/// Fails when an exception has ended.
async fn check(paths: &[PathBuf], config: &ConfigArgs, session: &mut Session) -> Result<Exit> {
    let place = Place::<Config>::find(SECTION, config, session).await?;
    let args = AcceptedArgs { exceptions: paths.to_vec(), ..AcceptedArgs::default() };
    let all = criteria::exceptions(&args, &place, &mut Vec::new())?;
    let today = clock::today();
    let ended: Vec<_> = all.iter().filter(|exception| exception.expires < today).collect();
    let mut text = String::new();
    for exception in &ended {
        let (id, owner, day) = (exception.id.as_str(), &exception.owner, exception.expires);
        let line = format!("{id} ended on {day}: fix it, renew it or remove it, {owner}");
        text += &format!("{}\n", findings::escape::terminal(&line));
    }
    let number = words::count(all.len() as u64, "exception");
    text += &match ended.len() {
        0 => format!("{number}, none has ended\n"),
        ended => format!("\n{number}, {ended} ended\n"),
    };
    words::say(session, &text)?;
    Ok(if ended.is_empty() { Exit::Pass } else { Exit::Fail })
}
