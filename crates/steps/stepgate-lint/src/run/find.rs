//! Which tools to run, and how.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use findings::read::Format;
use step::{Env, Failure, Result};

use super::known::{Known, TOOLS, known};
use crate::config::{Config, ReportIn, Tool};

/// A tool with everything that running it takes.
#[derive(Debug)]
pub(super) struct Planned {
    /// Its name.
    pub(super) name: String,
    /// The program, or why there is none.
    pub(super) program: Result<PathBuf, String>,
    /// Its arguments.
    pub(super) args: Vec<String>,
    /// The format of its report, when it was configured.
    pub(super) format: Option<Format>,
    /// Where it puts its report.
    pub(super) report: ReportIn,
}

/// A known tool as it is found in a project.
#[derive(Debug)]
pub struct Installed {
    /// Its name.
    pub name: &'static str,
    /// Its own config file, which shows that the project uses it.
    pub config: Option<&'static str>,
    /// The program.
    pub program: Option<PathBuf>,
    /// How to get it.
    pub install: &'static str,
}

/// The known tools, as they are found in the project in `dir`.
pub fn installed<'a>(config: &'a Config, env: &'a Env, dir: &'a Path) -> impl Iterator<Item = Installed> + 'a {
    let wanted = Wanted { names: &[], paths: &[], config, env, dir };
    TOOLS.iter().map(move |tool| Installed {
        name: tool.name,
        config: wanted.own_config(tool),
        program: wanted
            .program(config.tools.get(tool.name).and_then(|tool| tool.command.as_deref()).unwrap_or(tool.name)),
        install: tool.install,
    })
}

/// What decides which tools run.
pub(super) struct Wanted<'w> {
    /// Names asked for on the command line; empty: all.
    pub(super) names: &'w [String],
    /// Paths to look at, handed on to the tools.
    pub(super) paths: &'w [String],
    pub(super) config: &'w Config,
    pub(super) env: &'w Env,
    pub(super) dir: &'w Path,
}

impl Wanted<'_> {
    /// The tools to run: those that were asked for by name, else those in the config, else those that have a config
    /// file of their own here. One that cannot be found is still planned: leaving it out would look like a pass.
    pub(super) fn plan(&self) -> Result<Vec<Planned>> {
        let configured = self.config.tools.keys().map(String::as_str);
        let names: Vec<&str> = if !self.names.is_empty() {
            self.names.iter().map(String::as_str).collect()
        } else if !self.config.tools.is_empty() {
            configured.collect()
        } else {
            TOOLS.iter().filter(|tool| self.own_config(tool).is_some()).map(|tool| tool.name).collect()
        };
        if names.is_empty() {
            return Err(self.nothing_to_run());
        }
        let mut seen = BTreeSet::new();
        names.into_iter().filter(|name| seen.insert(*name)).map(|name| self.planned(name)).collect()
    }

    fn planned(&self, name: &str) -> Result<Planned> {
        let known = known(name);
        let unset = Tool::default();
        let tool = self.config.tools.get(name).unwrap_or(&unset);
        if known.is_none() && (tool.command.is_none() || tool.args.is_none()) {
            return Err(unknown_tool(name, self.config));
        }
        // Its files are named after it.
        if name.contains(['/', '\\']) {
            return Err(Failure::input(format!("`{name}` under lint.tools cannot be the name of a tool")));
        }
        let program = self.program(tool.command.as_deref().unwrap_or(name)).ok_or_else(|| {
            let hint = known.map(|known| format!("; to install it: {}", known.install)).unwrap_or_default();
            let command = tool.command.as_deref().unwrap_or(name);
            format!("{command} is neither in vendor/bin nor in PATH, so {name} did not run{hint}")
        });
        let own = known.map(|known| known.arguments(self.own_config(known), self.paths));
        let given = tool.args.clone().map(|args| [args, self.paths.to_vec()].concat());
        let args = given.or(own).unwrap_or_default();
        let format = tool.format.as_deref().map(crate::formats::input).transpose();
        let format = format.map_err(|what| Failure::input(format!("lint.tools.{name}.format: {what}")))?;
        Ok(Planned { name: name.to_owned(), program, args, format, report: tool.report.clone() })
    }

    fn own_config(&self, tool: &Known) -> Option<&'static str> {
        tool.configs.iter().copied().find(|file| self.dir.join(file).is_file())
    }

    /// A path is taken as it is; a name is looked for where Composer puts programs, then in `PATH`.
    fn program(&self, command: &str) -> Option<PathBuf> {
        let composer = self.env.get("COMPOSER_BIN_DIR").unwrap_or("vendor/bin");
        let path = self.env.get("PATH").unwrap_or_default();
        let here = || which::which_in(command, Some(self.dir.join(composer)), self.dir).ok();
        here().or_else(|| which::which_in(command, Some(path), self.dir).ok())
    }

    fn nothing_to_run(&self) -> Failure {
        let names = TOOLS.iter().map(|tool| tool.name).collect::<Vec<_>>().join(", ");
        let failure = Failure::input(format!("no tool to run in {}", self.dir.display()))
            .because(format!("none of {names} has a config file there, and `lint.tools` names none"));
        let found: Vec<_> = TOOLS.iter().filter(|tool| self.program(tool.name).is_some()).collect();
        match found.first() {
            None => failure.hint("stepgate-lint gate FILES… judges reports that other steps have written"),
            Some(first) => failure.hint(format!(
                "{} is installed but not configured: `--tool {}` runs it all the same",
                first.name, first.name
            )),
        }
    }
}

fn unknown_tool(name: &str, config: &Config) -> Failure {
    let names = TOOLS.iter().map(|tool| tool.name).collect::<Vec<_>>().join(", ");
    if config.tools.contains_key(name) {
        return Failure::input(format!("lint.tools.{name} needs `command` and `args`"))
            .because(format!("{name} is not among the tools that are known: {names}"));
    }
    Failure::usage(format!("there is no tool `{name}`"))
        .hint(format!("one of {names}, or one that `lint.tools` in stepgate.yaml describes"))
}
