//! Our own `stepgate.report/v1`, so that gates can stand behind gates and be compared with earlier ones.

use serde::Deserialize;

use super::json::{self, Number, Text};
use super::{Context, Format, Parsed, ReadError};
use crate::model::{Detail, Disposition, File, Finding, Muted, Report, Severity};

const NAME: &str = "stepgate.report/v1";

/// Reads one report of a gate: one run for each of the inputs that it had.
pub(super) fn read<'a>(text: &str, context: &Context<'_, 'a>) -> Result<Parsed<'a>, ReadError> {
    let (document, consumed) = json::document::<Document<'_>>(text, NAME)?;
    if &*document.schema != NAME {
        let what = format!("not a usable {NAME}: schema: it says \"{}\"", json::shorten(&document.schema));
        return Err(ReadError { what });
    }
    let mut findings = document.findings.iter().map(|entry| entry.finding(context));
    let mut reports: Vec<_> = document.inputs.iter().map(|input| input.report(&mut findings, context)).collect();
    let homeless: Vec<_> = findings.collect();
    if reports.is_empty() || !homeless.is_empty() {
        let tool = homeless.first().map_or("unknown", |finding| finding.rule.tool);
        let mut report = Report::new(tool, Format::Stepgate);
        report.problems.push(match homeless.len() {
            0 => "the gate had no input".to_owned(),
            more => format!("the gate says of none of its inputs that it held the last {more} findings"),
        });
        report.findings = homeless;
        reports.push(report);
    }
    if let Some(first) = reports.first_mut() {
        document.tell(first);
    }
    if let Some(problem) = document.unexplained(&reports)
        && let Some(first) = reports.first_mut()
    {
        first.problems.push(problem);
    }
    Ok(Parsed { reports, consumed })
}

#[derive(Deserialize)]
struct Document<'t> {
    #[serde(borrow)]
    schema: Text<'t>,
    verdict: Outcome,
    #[serde(borrow, default)]
    reasons: Vec<Text<'t>>,
    #[serde(borrow, default)]
    notes: Vec<Text<'t>>,
    #[serde(borrow)]
    inputs: Vec<Input<'t>>,
    #[serde(borrow)]
    findings: Vec<Entry<'t>>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Pass,
    Fail,
    Incomplete,
}

impl Document<'_> {
    fn reasons(&self) -> String {
        self.reasons.iter().map(|reason| &**reason).collect::<Vec<_>>().join("; ")
    }

    /// What the gate said no for and no run or finding shows, so that judging them again would forget it.
    fn unexplained(&self, reports: &[Report<'_>]) -> Option<String> {
        let mut findings = reports.iter().flat_map(|report| &report.findings);
        let what = match self.verdict {
            Outcome::Incomplete if reports.iter().all(Report::is_complete) => "the gate was incomplete",
            Outcome::Fail if !findings.any(|it| it.disposition == Disposition::Blocking) => {
                "the gate said no for another reason than its findings"
            }
            _ => return None,
        };
        Some(format!("{what}: {}", json::shorten(&self.reasons())))
    }

    /// Keeps what the gate noted. Its dispositions stand in the findings until somebody judges again; a refusal for
    /// other reasons would be lost if it were not told here.
    fn tell(&self, report: &mut Report<'_>) {
        report.notes.extend(self.notes.iter().map(|note| note.to_string()));
        if self.verdict == Outcome::Fail {
            report.notes.push(format!("this gate said no: {}", json::shorten(&self.reasons())));
        }
    }
}

#[derive(Deserialize)]
struct Input<'t> {
    #[serde(borrow)]
    path: Text<'t>,
    #[serde(borrow)]
    tool: Text<'t>,
    complete: bool,
    #[serde(borrow)]
    problem: Option<Text<'t>>,
    /// Counting each finding as often as its `count` says.
    findings: u64,
}

impl Input<'_> {
    /// The run with as many of `findings` as it had: they stand in the order of the inputs.
    fn report<'a>(&self, findings: &mut impl Iterator<Item = Finding<'a>>, context: &Context<'_, 'a>) -> Report<'a> {
        let mut report = json::report_of(&self.tool, Format::Stepgate, context);
        report.source = self.path.to_string();
        let mut held = 0;
        while held < self.findings
            && let Some(finding) = findings.next()
        {
            held += u64::from(finding.count);
            report.findings.push(finding);
        }
        if held != self.findings {
            let path = json::shorten(&self.path);
            report.problems.push(format!("{path} had {} findings, but the report holds {held}", self.findings));
        }
        match &self.problem {
            Some(problem) => report.problems.push(problem.to_string()),
            None if !self.complete => report.problems.push("the gate found it incomplete".to_owned()),
            None => {}
        }
        report
    }
}

#[derive(Deserialize)]
struct Entry<'t> {
    #[serde(borrow)]
    tool: Text<'t>,
    #[serde(borrow)]
    rule: Option<Text<'t>>,
    severity: Severity,
    #[serde(borrow)]
    message: Text<'t>,
    #[serde(borrow)]
    path: Option<Text<'t>>,
    /// Whether the path is in the repository, when the writer knew.
    inside: Option<bool>,
    #[serde(default)]
    line: Number,
    #[serde(default)]
    end_line: Number,
    #[serde(default)]
    column: Number,
    #[serde(borrow)]
    disposition: Text<'t>,
    #[serde(borrow)]
    muted_by: Option<MutedBy<'t>>,
    count: Option<Number>,
    ignorable: Option<bool>,
    #[serde(borrow)]
    help: Option<Text<'t>>,
    #[serde(borrow)]
    rule_help: Option<Text<'t>>,
    #[serde(borrow)]
    link: Option<Text<'t>>,
    #[serde(borrow)]
    context: Option<Text<'t>>,
    #[serde(borrow)]
    diff: Option<Text<'t>>,
    #[serde(borrow)]
    suppressed: Option<Text<'t>>,
}

#[derive(Deserialize)]
struct MutedBy<'t> {
    #[serde(borrow)]
    reason: Text<'t>,
}

impl Entry<'_> {
    fn finding<'a>(&self, context: &Context<'_, 'a>) -> Finding<'a> {
        let arena = context.arena;
        let rule = self.rule.as_deref().unwrap_or_default();
        let rule = arena.rule_with(&self.tool, rule, self.rule_help.as_deref(), self.link.as_deref());
        let detail = Detail {
            help: self.help.as_deref(),
            context: self.context.as_deref(),
            diff: self.diff.as_deref(),
            suppressed: self.suppressed.as_deref(),
            ..Detail::default()
        };
        Finding {
            detail: arena.detail(detail),
            line: self.line.0,
            end_line: self.end_line.0,
            column: self.column.0,
            count: self.count.map_or(1, |count| count.0),
            ignorable: self.ignorable.unwrap_or(true),
            disposition: self.disposition(),
            ..Finding::new(rule, self.file(context), self.severity, arena.text(&self.message))
        }
    }

    fn file<'a>(&self, context: &Context<'_, 'a>) -> Option<&'a File<'a>> {
        let path = self.path.as_deref()?;
        match self.inside {
            Some(inside) => Some(context.arena.file(path, inside)),
            None => context.roots.resolve(path, context.arena).0,
        }
    }

    /// What is muted for a reason that nobody knows is not muted.
    fn disposition(&self) -> Disposition {
        const REASONS: [Muted; 7] = [
            Muted::Baseline,
            Muted::OutsideChange,
            Muted::Against,
            Muted::Suppressed,
            Muted::Policy,
            Muted::Exception,
            Muted::Vex,
        ];
        match &*self.disposition {
            "blocking" => Disposition::Blocking,
            "muted" => {
                let reason = self.muted_by.as_ref().map(|by| &*by.reason);
                let known = REASONS.into_iter().find(|known| Some(known.as_str()) == reason);
                known.map_or(Disposition::Reported, Disposition::Muted)
            }
            _ => Disposition::Reported,
        }
    }
}

#[cfg(test)]
mod tests;
