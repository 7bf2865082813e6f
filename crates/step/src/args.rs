//! Command-line arguments that several programs share.
//!
//! Secrets are never arguments: arguments show in the process list and in the pipeline's log.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::Resettable;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, Command, ValueEnum};

use crate::env::Env;

/// Which arguments were given, and how.
#[derive(Clone, Debug, Default)]
pub struct Sources(BTreeMap<String, Given>);

/// How an argument was given.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Given {
    /// On the command line.
    Flag,
    /// By an environment variable.
    Environment,
}

impl Sources {
    /// Of a command and the subcommand that was called.
    #[must_use]
    pub fn of(matches: &ArgMatches) -> Self {
        let mut sources = match matches.subcommand() {
            Some((_, matches)) => Self::of(matches),
            None => Self::default(),
        };
        for id in matches.ids() {
            let given = match matches.value_source(id.as_str()) {
                Some(ValueSource::CommandLine) => Given::Flag,
                Some(ValueSource::EnvVariable) => Given::Environment,
                _ => continue,
            };
            sources.0.entry(id.to_string()).or_insert(given);
        }
        sources
    }

    /// How the argument with the id `id` (the name of its field) was given; `None` when it was not.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<Given> {
        self.0.get(id).copied()
    }
}

/// `command`, for which empty environment variables are not set. Its help names variables without their values.
#[must_use]
pub fn in_env(command: Command, env: &Env) -> Command {
    ignoring_env(command, &|name| env.is_empty(name))
}

/// `command`, which does not take arguments from the environment variables that `ignored` says.
#[must_use]
pub fn ignoring_env(command: Command, ignored: &impl Fn(&str) -> bool) -> Command {
    let command = command.mut_args(|arg| match arg.get_env().and_then(|name| name.to_str()) {
        Some(name) if ignored(name) => arg.env(Resettable::Reset),
        _ => arg.hide_env_values(true),
    });
    command.mut_subcommands(|command| ignoring_env(command, ignored))
}

/// The config file.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Config")]
pub struct ConfigArgs {
    /// The config file [default: stepgate.yaml in the root of the repository, when there is one]
    #[arg(long, value_name = "PATH", env = "STEPGATE_CONFIG")]
    pub config: Option<PathBuf>,
}

/// Where reports go.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// Write a report; may be given several times; `-` is standard output
    #[arg(long = "output", short = 'o', value_name = "FORMAT=PATH", value_parser = OutputArg::parse)]
    pub outputs: Vec<OutputArg>,
}

/// One `--output`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OutputArg {
    /// The name of the format, not yet checked: programs write different ones.
    pub format: String,
    /// The file; `-` is standard output.
    pub path: PathBuf,
}

impl OutputArg {
    fn parse(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((format, path)) if !format.is_empty() && !path.is_empty() => {
                Ok(Self { format: format.to_owned(), path: OsString::from(path).into() })
            }
            _ => Err("expected FORMAT=PATH, for example html=report.html or json=-".to_owned()),
        }
    }

    /// Whether it goes to standard output.
    #[must_use]
    pub fn is_stdout(&self) -> bool {
        self.path.as_os_str() == "-"
    }
}

/// Where Bitbucket is, and how patiently it is asked.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Bitbucket")]
pub struct AccessArgs {
    /// The API [default: https://api.bitbucket.org/2.0]
    #[arg(long, value_name = "URL", env = "STEPGATE_BITBUCKET_URL")]
    pub bitbucket_url: Option<String>,
    /// How long to wait in all for Bitbucket when it does not answer or wants fewer requests [default: 300]
    #[arg(long, value_name = "SECONDS", env = "STEPGATE_BITBUCKET_PATIENCE")]
    pub bitbucket_patience: Option<u64>,
}

/// Whether a gate's outcome goes to Bitbucket.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub enum Publish {
    /// In a step of Bitbucket Pipelines
    #[default]
    Auto,
    /// Here too, with a token from the environment
    Always,
    /// Nowhere
    Never,
}

/// What goes to Bitbucket, and to which commit.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Bitbucket")]
pub struct PublishArgs {
    /// Publish to Bitbucket: Code Insights, and with a token a build status and a pull-request comment
    ///
    /// The token is STEPGATE_BITBUCKET_TOKEN, or STEPGATE_BITBUCKET_EMAIL with STEPGATE_BITBUCKET_API_TOKEN, or
    /// STEPGATE_BITBUCKET_OAUTH_KEY with STEPGATE_BITBUCKET_OAUTH_SECRET (from STEPGATE_BITBUCKET_OAUTH_URL). Without
    /// one the own access of a step is used, which covers reports only.
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, env = "STEPGATE_PUBLISH")]
    pub publish: Publish,
    /// Exit with 4 when something could not be published
    #[arg(long)]
    pub require_publish: bool,
    /// Where Bitbucket is.
    #[command(flatten)]
    pub access: AccessArgs,
    /// Workspace [default: of the pipeline, else of the clone]
    #[arg(long, value_name = "ID")]
    pub workspace: Option<String>,
    /// Repository [default: as for the workspace]
    #[arg(long, value_name = "SLUG")]
    pub repo_slug: Option<String>,
    /// The commit that annotations are posted on [default: of the pipeline, else HEAD]
    #[arg(long, value_name = "SHA")]
    pub commit: Option<String>,
    /// The pull request that is commented [default: of the pipeline]
    #[arg(long, value_name = "NUMBER")]
    pub pull_request: Option<u64>,
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser};

    use super::*;

    /// About the program.
    #[derive(Debug, Parser)]
    struct Program {
        #[command(flatten)]
        config: ConfigArgs,
        #[command(flatten)]
        output: OutputArgs,
        #[command(flatten)]
        publish: PublishArgs,
    }

    #[test]
    fn outputs_are_a_format_and_a_path_that_may_hold_anything() {
        let program = Program::try_parse_from(["p", "-o", "html=a=b.html", "--output", "json=-"]).expect("valid");
        let expected = OutputArg { format: "html".to_owned(), path: "a=b.html".into() };
        assert_eq!(program.output.outputs[0], expected);
        assert!(program.output.outputs[1].is_stdout());
    }

    #[test]
    fn an_output_without_a_path_is_wrong_usage() {
        for wrong in ["html", "html=", "=x"] {
            let error = Program::try_parse_from(["p", "--output", wrong]).expect_err(wrong);
            assert!(error.to_string().contains("expected FORMAT=PATH"), "{error}");
        }
    }

    #[test]
    fn it_is_known_how_an_argument_was_given() {
        let matches = Program::command().try_get_matches_from(["p", "--workspace", "acme"]).expect("valid");
        let sources = Sources::of(&matches);
        assert_eq!(sources.get("workspace"), Some(Given::Flag));
        assert_eq!((sources.get("publish"), sources.get("repo_slug")), (None, None));
    }

    #[test]
    fn the_commands_are_well_formed() {
        Program::command().debug_assert();
        let help = Program::command().render_long_help().to_string();
        assert!(help.starts_with("About the program\n"), "a shared group does not speak for the program: {help}");
        assert!(help.contains("STEPGATE_BITBUCKET_TOKEN"), "{help}");
    }
}
