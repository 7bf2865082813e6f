//! `stepgate init`: a commented `stepgate.yaml`, its schema, and the pipeline to go with it.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use promotion::policy;
use step::{Exit, Failure, Result, Session, config, files};

use crate::schema;

/// The config that is written; all of it is comments but the names of the sections.
pub const CONFIG: &str = include_str!("../templates/stepgate.yaml");

/// The file in a GitOps repository that `promotion.yaml` names as its schema.
const PROMOTION_SCHEMA: &str = "promotion.schema.json";

/// The name of the pipeline, where Bitbucket looks for it.
pub const PIPELINE_NAME: &str = "bitbucket-pipelines.yml";

/// Arguments of `stepgate init`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The root of the repository
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Which pipeline to write; the steps of the others, which --print shows, can be added to it
    #[arg(long, value_enum, value_name = "WHICH", default_value_t)]
    pipeline: Pipeline,
    /// Replace files that are there already
    #[arg(long)]
    force: bool,
    /// Print config and pipeline instead of writing them
    #[arg(long)]
    print: bool,
    /// In the GitOps repository: write a commented promotion.yaml and its schema, and nothing else; never over one
    #[arg(long, conflicts_with_all = ["pipeline", "force"])]
    promotion: bool,
}

/// The pipelines that there are, the very files in `pipelines/`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub enum Pipeline {
    /// Static analysis: PHPStan and PHP_CodeSniffer, and the gate behind them
    #[default]
    Lint,
    /// Tests: PHPUnit in two parallel steps with a retry and coverage, and the gate behind them
    Tests,
    /// Images: built, saved and scanned by Trivy, the gate behind that, and the push behind the gate
    Scan,
    /// GitOps: the image that was built and pushed is put into the GitOps repository
    Bump,
    /// Promotion: for the GitOps repository itself, to judge changes, promote, roll back and hold
    Promote,
}

impl Pipeline {
    /// Its text.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Lint => include_str!("../../../pipelines/lint.yml"),
            Self::Tests => include_str!("../../../pipelines/tests.yml"),
            Self::Scan => include_str!("../../../pipelines/scan.yml"),
            Self::Bump => include_str!("../../../pipelines/bump.yml"),
            Self::Promote => include_str!("../../../pipelines/promote.yml"),
        }
    }

    /// What it has steps for, and how it is asked for.
    const fn about(self) -> (&'static str, &'static str) {
        match self {
            Self::Lint => ("static analysis", "lint"),
            Self::Tests => ("tests", "tests"),
            Self::Scan => ("images", "scan"),
            Self::Bump => ("GitOps", "bump"),
            Self::Promote => ("promotion", "promote"),
        }
    }
}

/// Writes all files, or none when config or pipeline are there already. The schema is nobody's work, so it may be.
///
/// # Errors
///
/// When a file is there and `--force` is not given, or cannot be written.
pub fn run(args: &Args, session: &mut Session) -> Result<Exit> {
    let dir = session.dir.join(&args.dir);
    let (written, schema) = if args.promotion {
        (vec![(policy::FILE, policy::TEMPLATE)], (PROMOTION_SCHEMA, policy::SCHEMA))
    } else {
        let written = vec![(config::FILE_NAME, CONFIG), (PIPELINE_NAME, args.pipeline.text())];
        (written, (schema::FILE_NAME, schema::CONFIG))
    };
    if args.print {
        for (name, text) in written {
            say(session, &format!("# ---- {name} ----\n{text}"))?;
        }
        return Ok(Exit::Pass);
    }
    if !dir.is_dir() {
        return Err(Failure::input(format!("cannot write into {}: it is no directory", args.dir.display())));
    }
    if !args.force {
        refuse_to_replace(&dir, &written, args.promotion)?;
    }
    for (name, text) in written.into_iter().chain([schema]) {
        files::replace(&dir.join(name), |out| out.write_all(text.as_bytes()))?;
        say(session, &format!("wrote {name}"))?;
    }
    if args.promotion {
        say(session, "next: put your services and environments into promotion.yaml, and commit both")?;
        return Ok(Exit::Pass);
    }
    say(session, "next: read the first two, commit all three, and run `stepgate doctor`")?;
    for other in Pipeline::value_variants().iter().filter(|other| **other != args.pipeline) {
        let (what, name) = other.about();
        say(session, &format!("the steps for {what}: `stepgate init --print --pipeline {name}`"))?;
    }
    Ok(Exit::Pass)
}

fn refuse_to_replace(dir: &Path, files: &[(&str, &str)], promotion: bool) -> Result<()> {
    let Some((name, _)) = files.iter().find(|(name, _)| dir.join(name).exists()) else { return Ok(()) };
    let failure = Failure::input(format!("cannot write {name}: it is there already"));
    let merge = |flag: &str| format!("stepgate init {flag}--print shows what would be written, to be merged by hand");
    Err(if promotion {
        failure.hint(merge("--promotion "))
    } else {
        failure.hint(merge("")).hint("stepgate init --force replaces it")
    })
}

fn say(session: &mut Session, line: &str) -> Result<()> {
    writeln!(session.out, "{line}").map_err(|error| Failure::input("cannot print").because(error))
}
