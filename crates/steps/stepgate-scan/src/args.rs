//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};
use findings::Severity;
use step::args::{ConfigArgs, OutputArgs, PublishArgs};
use step::signing::SigningArgs;
use step::values::{duration, exit_code, severity};

/// May this image be pushed? One verdict over what a scanner found in it.
#[derive(Clone, Debug, Parser)]
#[command(name = "stepgate-scan", version, arg_required_else_help = true)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Judge reports that Trivy or Grype has written
    Gate(Box<GateArgs>),
    /// Run Trivy over images, and judge what it finds
    Image(Box<ImageArgs>),
    /// Findings that are accepted for a while: take them over from Trivy, look through them
    #[command(subcommand)]
    Exceptions(ExceptionsCommand),
    /// List the formats that are read and written
    Formats,
}

/// `gate`.
#[derive(Clone, Debug, clap::Args)]
pub struct GateArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// How to judge, and where to say so.
    #[command(flatten)]
    pub judge: JudgeArgs,
}

/// `image`.
#[derive(Clone, Debug, clap::Args)]
pub struct ImageArgs {
    /// Images: what `docker save` wrote, an OCI directory, or the name of an image in a registry
    #[arg(value_name = "TAR|DIR|IMAGE", required = true)]
    pub(crate) images: Vec<String>,
    #[command(flatten)]
    pub(crate) trivy: TrivyArgs,
    #[command(flatten)]
    pub(crate) judge: JudgeArgs,
}

/// Which reports, and what is known of how they came about.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Reports")]
pub struct InputArgs {
    /// Reports: paths, globs, `-` for standard input
    #[arg(value_name = "FILE", help_heading = None::<&'static str>)]
    pub(crate) files: Vec<String>,
    /// The image that is to be pushed: a tar, an OCI directory, or the digest of its configuration. A report must be of
    /// it. `TAR#TAG` for a tar with several images
    #[arg(long, value_name = "TAR|DIR|sha256:…")]
    pub(crate) image: Vec<String>,
    /// What `trivy version -f json` printed where the reports were made [default: REPORT.version.json beside each]
    #[arg(long, value_name = "FILE")]
    pub(crate) trivy_version: Option<PathBuf>,
    /// The exit code of the scanner that wrote a report [default: what is in the file PATH.exit]
    #[arg(long, value_name = "PATH=CODE", value_parser = exit_code)]
    pub(crate) exit_code: Vec<(PathBuf, i32)>,
}

/// How Trivy is run.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Trivy")]
pub struct TrivyArgs {
    /// The program [default: as configured, else `trivy` in PATH]
    #[arg(long, value_name = "PATH")]
    pub(crate) trivy: Option<PathBuf>,
    /// What to look for: vuln, secret, misconfig, license [default: as configured, else vuln, secret and misconfig]
    #[arg(long, value_name = "SCANNER", value_delimiter = ',', value_parser = scanner)]
    pub(crate) scanners: Vec<String>,
    /// Use the database that is there; its age is judged all the same
    #[arg(long)]
    pub(crate) skip_db_update: bool,
    /// Have Trivy ask nothing of the network; implies --skip-db-update
    #[arg(long)]
    pub(crate) offline: bool,
    /// Where Trivy keeps its databases [default: as configured, else TRIVY_CACHE_DIR, else Trivy's own]
    #[arg(long, value_name = "DIR")]
    pub(crate) cache_dir: Option<PathBuf>,
    /// How long one image, or an update of the database, may take: `90s`, `10m`, `1h` [default: 30m]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
    /// Of an image for several platforms this one, for example `linux/arm64`
    #[arg(long, value_name = "OS/ARCH")]
    pub(crate) platform: Option<String>,
    /// Keep report, standard error, exit code and version of Trivy for each image in this directory
    #[arg(long, value_name = "DIR")]
    pub(crate) keep: Option<PathBuf>,
}

/// How to judge, and where to say so.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct JudgeArgs {
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
    #[command(flatten)]
    pub(crate) accepted: AcceptedArgs,
    #[command(flatten)]
    pub(crate) context: ContextArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) signing: SigningArgs,
    #[command(flatten)]
    pub(crate) publish: PublishArgs,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

/// What blocks.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Policy")]
pub struct PolicyArgs {
    /// Where the image goes to: the rules of `scan.policy.environments` come first [default: as configured]
    #[arg(long, value_name = "NAME")]
    pub(crate) environment: Option<String>,
    /// Block vulnerabilities that are at least this bad, in place of the rules of the config
    #[arg(long, value_name = "SEVERITY", value_parser = severity, conflicts_with = "environment")]
    pub(crate) fail_on: Option<Severity>,
    /// Of these, only those that have a fix
    #[arg(long, requires = "fail_on")]
    pub(crate) only_fixable: bool,
    /// Refuse a report that cannot show what has to be proved: which scanners ran, the age of the database
    #[arg(long)]
    pub(crate) require_proof: bool,
}

/// What is accepted.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Accepted findings")]
pub struct AcceptedArgs {
    /// Files with exceptions, beside those of the config
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) exceptions: Vec<PathBuf>,
    /// A .trivyignore or .trivyignore.yaml; entries without an expiry and a statement excuse nothing
    #[arg(long, value_name = "FILE")]
    pub(crate) ignorefile: Vec<PathBuf>,
    /// Statements that vulnerabilities do not apply: OpenVEX, CSAF, CycloneDX
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) vex: Vec<PathBuf>,
}

/// What else is known.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Context")]
pub struct ContextArgs {
    /// The report of the image that runs now, to tell what is introduced, disclosed, raised and fixed
    #[arg(long, value_name = "REPORT")]
    pub(crate) against: Option<PathBuf>,
    /// The base image: its report, its tar or its OCI directory
    #[arg(long, value_name = "REPORT|TAR|DIR")]
    pub(crate) base: Option<String>,
    /// How likely exploits are: FIRST's EPSS scores as CSV, also packed with gzip
    #[arg(long, value_name = "FILE")]
    pub(crate) epss: Option<PathBuf>,
    /// What is known to be exploited: CISA's catalogue as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) kev: Option<PathBuf>,
    /// When each finding was first seen, kept as a cache or an artifact; what is new is added to it
    #[arg(long, value_name = "FILE")]
    pub(crate) first_seen: Option<PathBuf>,
}

/// What to do with exceptions.
#[derive(Clone, Debug, Subcommand)]
pub enum ExceptionsCommand {
    /// Print what a .trivyignore or .trivyignore.yaml accepts as entries for `scan.exceptions`, to be completed
    Import {
        /// The files
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
    /// Fail when an exception has expired or cannot be read
    Check {
        /// Files with exceptions, beside those of the config
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
        /// The config file.
        #[command(flatten)]
        config: ConfigArgs,
    },
}

/// What Trivy can look for in an image.
pub(crate) const SCANNERS: [&str; 4] = ["vuln", "secret", "misconfig", "license"];

/// One of [`SCANNERS`].
pub(crate) fn scanner(text: &str) -> Result<String, String> {
    match SCANNERS.contains(&text) {
        true => Ok(text.to_owned()),
        false => Err(format!("`{text}` is no scanner of Trivy; one of {}", SCANNERS.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_scanner_that_trivy_does_not_have_is_refused() {
        assert_eq!(scanner("vuln"), Ok("vuln".to_owned()));
        assert!(scanner("vulns").is_err_and(|why| why.contains("one of vuln, secret, misconfig, license")));
    }
}
