//! What came of it: in words, and as the document `stepgate.bump/v1`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use findings::escape;
use gitops::{Move, Refusal, refusal::Reason};
use schemars::JsonSchema;
use serde::Serialize;
use step::outputs::WriteError;
use step::{Exit, Failure, Outputs, Place, Result, Session, words};

use crate::args::PutArgs;
use crate::config::Config;
use crate::put::Made;
use crate::remote::Way;

/// The JSON Schema of the document, made from the type that is written.
pub const REPORT_SCHEMA: &str = include_str!("../schema/bump-report.schema.json");

/// How it ended.
#[derive(Clone, Debug)]
pub(crate) enum Ended {
    /// The commit is on the branch.
    Committed { commit: String, attempts: u32 },
    /// It is in a pull request.
    Proposed(Proposal),
    /// Everything is there already.
    Unchanged,
    /// Newer builds have put their images there.
    Superseded,
    /// Nothing was to be changed but told.
    Planned,
    /// A rule says no.
    Refused { why: String, hint: Option<String> },
    /// A freeze says not yet.
    NotYet { why: String },
}

/// A pull request that holds the change.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub(crate) struct Proposal {
    /// Its number.
    pub(crate) id: u64,
    /// Its page.
    pub(crate) url: Option<String>,
    /// Its branch.
    pub(crate) branch: String,
    /// What was done to it: `opened`, `updated`, `unchanged` or `merged`.
    pub(crate) state: &'static str,
    /// Why it is not merged, where that was asked for.
    pub(crate) note: Option<String>,
}

impl Ended {
    /// A refusal by a rule is an outcome; every other one is a failure: the repository or the command line is to be
    /// mended.
    pub(crate) fn refused(refusal: Refusal) -> Result<Self> {
        let why = refusal.to_string();
        if refusal.reason == Reason::Policy {
            return Ok(Self::Refused { why, hint: refusal.hint });
        }
        let failure = Failure::input("cannot put the image into the GitOps repository").because(why);
        let failure = refusal.candidates.into_iter().fold(failure, Failure::excerpt);
        Err(failure.hint_if(refusal.hint))
    }

    const fn word(&self) -> &'static str {
        match self {
            Self::Committed { .. } => "committed",
            Self::Proposed(_) => "proposed",
            Self::Unchanged => "unchanged",
            Self::Superseded => "superseded",
            Self::Planned => "planned",
            Self::Refused { .. } => "refused",
            Self::NotYet { .. } => "not-yet",
        }
    }
}

/// What came of it, `stepgate.bump/v1`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[schemars(title = "stepgate.bump/v1")]
pub(crate) struct Report {
    /// `stepgate.bump/v1`.
    schema: &'static str,
    /// `stepgate-bump`.
    program: &'static str,
    /// Of the program.
    version: &'static str,
    /// `committed`, `proposed`, `unchanged`, `superseded`, `planned` (a dry run), `refused` or `not-yet`.
    outcome: &'static str,
    /// Why, in words, where something was not put there.
    reasons: Vec<String>,
    /// The GitOps repository, without credentials.
    repository: String,
    /// Its branch.
    branch: String,
    /// The commit that was made.
    commit: Option<String>,
    /// How many attempts it took.
    attempts: Option<u32>,
    /// The pull request.
    pull_request: Option<Proposal>,
    /// What was changed, or would be.
    changed: Vec<Line>,
    /// What was right already.
    unchanged: Vec<Line>,
    /// Files with attestations that came along.
    attestations: Vec<String>,
    #[serde(skip)]
    ended: Told,
}

/// What only people are told.
#[derive(Clone, Debug)]
struct Told {
    ended: Ended,
    diff: String,
    notes: Vec<String>,
}

/// One place.
#[derive(Clone, Debug, JsonSchema, Serialize)]
struct Line {
    service: Option<String>,
    environment: Option<String>,
    file: String,
    line: u32,
    /// The path in the file, or what it is that was changed.
    place: String,
    from: String,
    to: String,
}

impl From<&Move> for Line {
    fn from(it: &Move) -> Self {
        let Move { service, environment, file, line, place, from, to } = it.clone();
        Self { service, environment, file, line, place, from, to }
    }
}

impl Report {
    pub(crate) fn new(ended: Ended, way: &Way, made: Made, notes: Vec<String>) -> Self {
        let (commit, attempts) = match &ended {
            Ended::Committed { commit, attempts } => (Some(commit.clone()), Some(*attempts)),
            _ => (None, None),
        };
        let mut reasons = made.superseded;
        if let Ended::Refused { why, .. } | Ended::NotYet { why } = &ended {
            reasons = vec![why.clone()];
        }
        Self {
            schema: "stepgate.bump/v1",
            program: "stepgate-bump",
            version: env!("CARGO_PKG_VERSION"),
            outcome: ended.word(),
            reasons,
            repository: way.name(),
            branch: way.branch.clone(),
            commit,
            attempts,
            pull_request: if let Ended::Proposed(proposal) = &ended { Some(proposal.clone()) } else { None },
            changed: made.plan.moves.iter().map(Line::from).collect(),
            unchanged: made.plan.unchanged.iter().map(Line::from).collect(),
            attestations: made.carried,
            ended: Told { ended, diff: made.diff, notes },
        }
    }

    /// Tells people and writes what was asked for.
    pub(crate) fn tell(&self, args: &PutArgs, place: &Place<Config>, session: &mut Session) -> Result<Exit> {
        for note in &self.ended.notes {
            words::progress(session, note);
        }
        let outputs = Outputs::find(&args.output, &BTreeMap::new(), known, "bump", place.dir(), place.base())?;
        outputs.write(session, Output::Terminal, |format, _colour, out| match format {
            Output::Terminal => self.terminal(out).map_err(WriteError::Io),
            Output::Json => self.json(out).map_err(WriteError::Io),
        })?;
        Ok(match self.ended.ended {
            Ended::Refused { .. } => Exit::Fail,
            Ended::NotYet { .. } => Exit::NotYet,
            _ => Exit::Pass,
        })
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, self)?;
        out.write_all(b"\n")
    }

    fn terminal(&self, out: &mut dyn Write) -> io::Result<()> {
        let Told { ended, diff, .. } = &self.ended;
        writeln!(out, "{}", escape::terminal(&self.headline()))?;
        if matches!(ended, Ended::Committed { .. } | Ended::Proposed(_) | Ended::Planned) {
            for line in &self.changed {
                writeln!(out, "  {}", escape::terminal(&line.words(" -> ")))?;
            }
        }
        if matches!(ended, Ended::Unchanged) {
            for line in &self.unchanged {
                writeln!(out, "  {}", escape::terminal(&line.words("")))?;
            }
        }
        if matches!(ended, Ended::Committed { .. } | Ended::Proposed(_) | Ended::Planned) {
            for reason in &self.reasons {
                writeln!(out, "  superseded: {}", escape::terminal(&shortened(reason)))?;
            }
        }
        for file in &self.attestations {
            writeln!(out, "  {}: attestations", escape::terminal(file))?;
        }
        if let Ended::Refused { hint: Some(hint), .. } = ended {
            writeln!(out, "hint: {}", escape::terminal(hint))?;
        }
        out.write_all(diff.as_bytes())
    }

    fn headline(&self) -> String {
        let Self { repository, branch, .. } = self;
        let there = format!("{branch} of {repository}");
        match &self.ended.ended {
            Ended::Committed { commit, attempts: 1 } => format!("committed {commit:.12} to {there}"),
            Ended::Committed { commit, attempts } => {
                format!("committed {commit:.12} to {there}, at attempt {attempts}")
            }
            Ended::Proposed(Proposal { id, url, state, note, .. }) => {
                let page = url.as_ref().map_or_else(String::new, |url| format!(": {url}"));
                let note = note.as_ref().map_or_else(String::new, |note| format!("\nnot merged: {note}"));
                format!("{state} pull request {id} for {there}{page}{note}")
            }
            Ended::Unchanged => format!("nothing to do: it is in {there} already"),
            Ended::Superseded => {
                let reasons: Vec<String> = self.reasons.iter().map(|reason| shortened(reason)).collect();
                format!("superseded, nothing was changed in {there}: {}", reasons.join("; "))
            }
            Ended::Planned => format!("would change {there}"),
            Ended::Refused { why, .. } => format!("refused, nothing was changed in {there}: {why}"),
            Ended::NotYet { why } => format!("not yet, nothing was changed in {there}: {why}"),
        }
    }
}

impl Line {
    /// `environments/staging/api/values.yaml:3 image.tag: 1.8.1 -> 1.8.2`, with service and environment before it.
    fn words(&self, arrow: &str) -> String {
        let Self { service, environment, file, line, place, from, to } = self;
        let whose = match (service, environment) {
            (Some(service), Some(environment)) => format!("{service} in {environment}: "),
            (Some(one), None) | (None, Some(one)) => format!("{one}: "),
            (None, None) => String::new(),
        };
        let from = if arrow.is_empty() { "" } else { from };
        format!("{whose}{file}:{line} {place}: {}{arrow}{}", shortened(from), shortened(to))
    }
}

/// `text` with no more of a digest than people compare.
fn shortened(text: &str) -> String {
    let Some((before, rest)) = text.split_once("sha256:") else { return text.to_owned() };
    let (digits, after) = rest.split_at(rest.bytes().take_while(u8::is_ascii_hexdigit).count());
    format!("{before}sha256:{digits:.12}{after}")
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Output {
    Terminal,
    Json,
}

fn known(name: &str) -> Result<Output, String> {
    match name {
        "terminal" => Ok(Output::Terminal),
        "json" => Ok(Output::Json),
        _ => Err(format!("`{name}` is no format here; there are json and terminal")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_schema_is_made_from_the_type_that_is_written() {
        let mut schema = serde_json::to_string_pretty(&schemars::schema_for!(Report)).expect("JSON");
        schema.push('\n');
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/bump-report.schema.json");
        #[expect(clippy::disallowed_methods, reason = "a test that generates a committed file when asked to")]
        if std::env::var_os("STEPGATE_GENERATE").is_some() {
            std::fs::write(path, schema).expect("written");
            return;
        }
        assert!(
            schema == REPORT_SCHEMA,
            "the report changed; renew its schema: STEPGATE_GENERATE=1 cargo test -p stepgate-bump schema"
        );
    }
}
