//! A gate over findings: a report for each tool, then one that tells the verdict.

use findings::judge::LineMap;
use findings::model::by_importance;
use findings::write::Options;
use findings::write::markdown;
use findings::{Disposition, Finding, Gate, Outcome, Report, Severity, Totals};

use super::text::cut;
use super::{Bulletin, COMMENT_CHARS, DataValue, Insight, Note, ReportType, Target};

impl<'b> Bulletin<'b> {
    /// What there is to say of `gate`. `lines` leads from the work tree that was judged back to the commit that
    /// annotations are posted on; without it they are the same.
    #[must_use]
    pub fn of_gate(gate: &Gate<'b>, lines: Option<&LineMap>, target: &Target) -> Self {
        let verdict = &gate.verdict;
        let reason = verdict.reasons.first().map_or(verdict.outcome.as_str(), String::as_str);
        let tools = gate.tools();
        let mut insights: Vec<_> = tools.iter().filter_map(|tool| of_tool(gate, tool, lines, target)).collect();
        insights.push(of_all(gate, target));
        Self {
            program: gate.program,
            outcome: verdict.outcome,
            reason: reason.to_owned(),
            comment: comment(gate, target),
            insights,
        }
    }
}

fn comment(gate: &Gate<'_>, target: &Target) -> String {
    let source = target.source();
    let rest = Some("in the reports of the commit (Code Insights)");
    let options = Options { max_chars: Some(COMMENT_CHARS), source: Some(&source), rest, ..Options::default() };
    markdown::of_gate(gate, &options)
}

fn of_all(gate: &Gate<'_>, target: &Target) -> Insight {
    let verdict = &gate.verdict;
    let mut insight = Insight::new(gate.program, gate.version, None, ReportType::Test, target);
    insight.passed = verdict.outcome == Outcome::Pass;
    let problem = |report: &Report<'_>| Some(format!("{}: {}", report.source, report.problems.first()?));
    insight.details = verdict.reasons.iter().cloned().chain(gate.reports.iter().filter_map(problem)).collect();
    if insight.details.iter().all(|line| line.trim().is_empty()) {
        insight.details.push(verdict.outcome.as_str().to_owned());
    }
    insight.data = vec![("Verdict", DataValue::Text(verdict.outcome.as_str().to_owned()))];
    insight.data.extend(counts(&gate.totals()));
    insight.data.push(("Tools", DataValue::Text(cut(&gate.tools().join(", "), 200))));
    insight
}

/// `None` for the nameless tool of an input that could not be read: the gate's report tells of it.
fn of_tool(gate: &Gate<'_>, tool: &str, lines: Option<&LineMap>, target: &Target) -> Option<Insight> {
    let of_tool = || gate.reports.iter().filter(|report| report.tool == tool);
    let totals = Totals::of(of_tool().flat_map(|report| &report.findings));
    let format_is_known = of_tool().any(|report| report.format.is_some());
    if totals.findings == 0 && !format_is_known {
        return None;
    }
    let mut insight = Insight::new(gate.program, gate.version, Some(tool), ReportType::Bug, target);
    let blocks = totals.blocking > 0 && gate.verdict.outcome != Outcome::Pass;
    insight.details = of_tool().flat_map(|report| &report.problems).cloned().collect();
    insight.passed = insight.details.is_empty() && !blocks;
    let Totals { blocking, reported, muted, .. } = totals;
    insight.details.push(format!("{blocking} blocking, {reported} reported, {muted} muted"));
    insight.data = counts(&totals).collect();
    let shown = of_tool().flat_map(|report| &report.findings).filter(|finding| !is_muted(finding));
    insight.annotate(by_importance(shown).into_iter().map(note), lines);
    Some(insight)
}

/// Eight of the ten fields that a report may have.
fn counts(totals: &Totals) -> impl Iterator<Item = (&'static str, DataValue)> {
    let dispositions = [("Blocking", totals.blocking), ("Reported", totals.reported), ("Muted", totals.muted)];
    let by_severity = totals.by_severity;
    let severities = Severity::WORST_FIRST.map(|severity| {
        let name = match severity {
            Severity::Critical => "Critical",
            Severity::High => "High",
            Severity::Medium => "Medium",
            Severity::Low => "Low",
            Severity::Info => "Info",
        };
        (name, by_severity[severity as usize])
    });
    dispositions.into_iter().chain(severities).map(|(name, count)| (name, DataValue::Count(count)))
}

fn note<'a>(finding: &Finding<'a>) -> Note<'a> {
    let detail = finding.detail.copied().unwrap_or_default();
    let times = (finding.count > 1).then(|| format!("{} times here", finding.count).into());
    let advice = [detail.context, detail.help, finding.rule.help];
    Note {
        file: finding.file.copied(),
        line: finding.line,
        name: finding.rule.id,
        message: finding.message,
        details: times.into_iter().chain(advice.into_iter().flatten().map(Into::into)).collect(),
        severity: finding.severity,
        disposition: finding.disposition,
        link: finding.rule.link,
    }
}

fn is_muted(finding: &Finding<'_>) -> bool {
    matches!(finding.disposition, Disposition::Muted(_))
}
