//! `stepgate demo`: a pull request goes through the gates, on this machine, without any account.
//!
//! Everything is real but the place: the reports were made by the real tools on the example's code, the repository is
//! a git repository, the programs are the ones that run in a pipeline, and Bitbucket is a strict fake on loopback.

mod image;
mod promotion;
mod stage;
mod story;

use std::path::PathBuf;

use step::{Exit, Result, Session};

use stage::Stage;

/// Arguments of `stepgate demo`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to leave the HTML report on the code of the pull request's first push
    #[arg(long, value_name = "PATH", default_value = stage::LINT_PAGE)]
    report: PathBuf,
    /// Where to leave the HTML report on its tests
    #[arg(long, value_name = "PATH", default_value = stage::TESTS_PAGE)]
    tests_report: PathBuf,
    /// Where to leave the HTML report on its image
    #[arg(long, value_name = "PATH", default_value = stage::SCAN_PAGE)]
    scan_report: PathBuf,
    /// Where to leave the HTML board of what is where
    #[arg(long, value_name = "PATH", default_value = stage::BOARD_PAGE)]
    board: PathBuf,
    /// Keep the embedded Bitbucket open in the end, to look at its pages in a browser, until interrupted
    #[arg(long)]
    serve: bool,
}

/// Plays the story.
///
/// # Errors
///
/// When git is missing, the report cannot be written, or a step of the story does not end as it should.
pub async fn run(args: Args, session: &mut Session) -> Result<Exit> {
    let mut stage = Stage::set(session)?;
    story::play(&mut stage, &args).await?;
    promotion::play(&mut stage, &args).await?;
    story::end(&mut stage, &args)?;
    if args.serve {
        stage.say(&format!("The embedded Bitbucket stays at {} until you press Ctrl-C.", stage.bitbucket_page()))?;
        std::future::pending::<()>().await;
    }
    Ok(Exit::Pass)
}
