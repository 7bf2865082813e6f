//! Code Insights: a report for each tool, one for the gate, and their annotations.

use std::collections::HashMap;

use bitbucket::{
    Annotation, AnnotationResult, AnnotationType, Commit, DataField, DataValue, ReportResult, ReportType, limits,
};
use findings::fingerprint::fingerprint;
use findings::judge::LineMap;
use findings::model::by_importance;
use findings::{Disposition, Finding, Gate, Outcome, Severity, Totals, escape};

use super::Target;

/// A report ready to be sent.
pub(super) struct Report {
    /// The same for the same gate and tool, whatever was found.
    pub(super) id: String,
    title: String,
    details: String,
    kind: ReportType,
    passed: bool,
    data: Vec<DataField>,
    annotations: Vec<Annotation>,
    reporter: String,
    link: Option<String>,
}

/// A report for each tool, in the order of the inputs, then the one that tells the verdict.
pub(super) fn reports(gate: &Gate<'_>, lines: Option<&LineMap>, target: &Target) -> Vec<Report> {
    let tools = gate.tools();
    let mut reports: Vec<_> = tools.iter().filter_map(|tool| of_tool(gate, tool, lines, target)).collect();
    reports.push(of_gate(gate, target));
    reports
}

impl Report {
    /// Replaces the report of that id: annotations of an earlier run must not stay.
    pub(super) async fn send(self, commit: &Commit) -> Result<(), bitbucket::Error> {
        let reports = commit.reports();
        reports.delete(&self.id).await?;
        let mut put = reports
            .put(&self.id, self.title)
            .details(self.details)
            .reporter(self.reporter)
            .report_type(self.kind)
            .result(if self.passed { ReportResult::Passed } else { ReportResult::Failed })
            .data(self.data);
        if let Some(link) = self.link {
            put = put.link(link);
        }
        put.send().await?;
        commit.annotations(&self.id).create_many(&self.annotations).await
    }
}

fn of_gate(gate: &Gate<'_>, target: &Target) -> Report {
    let verdict = &gate.verdict;
    let reasons = verdict.reasons.iter().map(String::as_str);
    let problem = |report: &findings::Report<'_>| Some(format!("{}: {}", report.source, report.problems.first()?));
    let problems: Vec<_> = gate.reports.iter().filter_map(problem).collect();
    let mut data = vec![DataField::new("Verdict", DataValue::Text(verdict.outcome.as_str().to_owned()))];
    data.extend(counts(&gate.totals()));
    data.push(DataField::new("Tools", DataValue::Text(cut(&gate.tools().join(", "), 200))));
    Report {
        id: id(gate.program, None),
        title: gate.program.to_owned(),
        details: details(reasons.chain(problems.iter().map(String::as_str)), verdict.outcome.as_str()),
        kind: ReportType::Test,
        passed: verdict.outcome == Outcome::Pass,
        data,
        annotations: Vec::new(),
        reporter: reporter(gate),
        link: target.link.as_deref().and_then(link),
    }
}

/// `None` for the nameless tool of an input that could not be read: the gate's report tells of it.
fn of_tool(gate: &Gate<'_>, tool: &str, lines: Option<&LineMap>, target: &Target) -> Option<Report> {
    let of_tool = || gate.reports.iter().filter(|report| report.tool == tool);
    let totals = Totals::of(of_tool().flat_map(|report| &report.findings));
    let format_is_known = of_tool().any(|report| report.format.is_some());
    if totals.findings == 0 && !format_is_known {
        return None;
    }
    let shown = of_tool().flat_map(|report| &report.findings).filter(|finding| !is_muted(finding));
    let mut shown = by_importance(shown);
    let hidden = shown.len().saturating_sub(limits::ANNOTATIONS_PER_REPORT);
    shown.truncate(limits::ANNOTATIONS_PER_REPORT);
    let id = id(gate.program, Some(tool));
    let problems: Vec<_> = of_tool().flat_map(|report| &report.problems).map(String::as_str).collect();
    let complete = problems.is_empty();
    let summary = summary(&totals, hidden);
    let mut data = counts(&totals);
    if hidden > 0 {
        data.push(DataField::new("Not shown", DataValue::Count(hidden as u64)));
    }
    let blocks = totals.blocking > 0 && gate.verdict.outcome != Outcome::Pass;
    Some(Report {
        title: format!("{} ({})", cut(tool, 100), gate.program),
        details: details(problems.into_iter().chain([summary.as_str()]), ""),
        kind: ReportType::Bug,
        passed: complete && !blocks,
        data,
        annotations: annotations(&id, &shown, lines),
        id,
        reporter: reporter(gate),
        link: target.link.as_deref().and_then(link),
    })
}

fn summary(totals: &Totals, hidden: usize) -> String {
    let Totals { blocking, reported, muted, .. } = totals;
    let counts = format!("{blocking} blocking, {reported} reported, {muted} muted");
    match hidden {
        0 => counts,
        _ => format!("{counts}; the gravest {} are annotated, +{hidden} not shown", limits::ANNOTATIONS_PER_REPORT),
    }
}

/// Eight of the ten fields that a report may have.
fn counts(totals: &Totals) -> Vec<DataField> {
    let dispositions = [("Blocking", totals.blocking), ("Reported", totals.reported), ("Muted", totals.muted)];
    let severities = Severity::WORST_FIRST.map(|severity| {
        let name = match severity {
            Severity::Critical => "Critical",
            Severity::High => "High",
            Severity::Medium => "Medium",
            Severity::Low => "Low",
            Severity::Info => "Info",
        };
        (name, totals.by_severity[severity as usize])
    });
    let all = dispositions.into_iter().chain(severities);
    all.map(|(name, count)| DataField::new(name, DataValue::Count(count))).collect()
}

fn annotations(report: &str, findings: &[&Finding<'_>], lines: Option<&LineMap>) -> Vec<Annotation> {
    let mut seen = HashMap::new();
    let annotate = |finding: &&Finding<'_>| {
        let fingerprint = fingerprint(finding);
        let ordinal = seen.entry(fingerprint).or_insert(0_u32);
        *ordinal += 1;
        annotation(format!("{report}-{fingerprint}-{ordinal}"), finding, lines)
    };
    findings.iter().map(annotate).collect()
}

fn annotation(external_id: String, finding: &Finding<'_>, lines: Option<&LineMap>) -> Annotation {
    let (path, line) = place(finding, lines);
    let mut summary = match (finding.rule.id, finding.message.trim()) {
        ("", "") => "the tool gave no message".to_owned(),
        ("", message) => message.to_owned(),
        (rule, "") => rule.to_owned(),
        (rule, message) => format!("{message} ({rule})"),
    };
    // Without a place to stand at, it says itself what it is about.
    if line.is_none() && finding.file.is_some() && !(path.is_some() && finding.line == 0) {
        summary = format!("{}: {summary}", where_it_was(finding));
    }
    Annotation {
        summary: cut(&summary, limits::SUMMARY_CHARS),
        details: Some(more(finding, &summary)).filter(|details| !details.is_empty()),
        annotation_type: Some(match finding.severity {
            Severity::Critical | Severity::High => AnnotationType::Bug,
            Severity::Medium | Severity::Low | Severity::Info => AnnotationType::CodeSmell,
        }),
        severity: Some(match finding.severity {
            Severity::Critical => bitbucket::Severity::Critical,
            Severity::High => bitbucket::Severity::High,
            Severity::Medium => bitbucket::Severity::Medium,
            Severity::Low | Severity::Info => bitbucket::Severity::Low,
        }),
        result: Some(match finding.disposition {
            Disposition::Blocking => AnnotationResult::Failed,
            Disposition::Reported => AnnotationResult::Skipped,
            Disposition::Muted(_) => AnnotationResult::Ignored,
        }),
        path,
        line,
        link: finding.rule.link.and_then(link),
        ..Annotation::new(external_id, String::new())
    }
}

/// Path and line on the commit. A line that the commit does not have becomes its file, a file that it does not have
/// becomes none.
fn place(finding: &Finding<'_>, lines: Option<&LineMap>) -> (Option<String>, Option<u32>) {
    let Some(file) = finding.file.filter(|file| file.inside) else { return (None, None) };
    let mapped = match lines {
        Some(lines) => lines.map(file.path, finding.line).or_else(|| lines.map(file.path, 0)),
        None => Some((file.path, finding.line)),
    };
    match mapped {
        Some((path, line)) => (Some(path.to_owned()), (line > 0).then_some(line)),
        None => (None, None),
    }
}

fn where_it_was(finding: &Finding<'_>) -> String {
    match finding.line {
        0 => finding.path().to_owned(),
        line => format!("{}:{line}", finding.path()),
    }
}

/// What the summary has no room for.
fn more(finding: &Finding<'_>, summary: &str) -> String {
    let detail = finding.detail.copied().unwrap_or_default();
    let times = format!("{} times here", finding.count);
    let texts = [
        (summary.chars().count() > limits::SUMMARY_CHARS).then_some(finding.message),
        (finding.count > 1).then_some(times.as_str()),
        detail.context,
        detail.help,
        finding.rule.help,
    ];
    details(texts.into_iter().flatten(), "")
}

/// A text a line, as many characters as details may have; `otherwise` when there is none.
fn details<'t>(texts: impl Iterator<Item = &'t str>, otherwise: &str) -> String {
    let mut lines: Vec<_> = texts.map(|text| escape::terminal(text).trim().to_owned()).collect();
    lines.retain(|line| !line.is_empty());
    if lines.is_empty() {
        return otherwise.to_owned();
    }
    escape::cut(&lines.join("\n"), limits::DETAILS_CHARS).into_owned()
}

fn cut(text: &str, max: usize) -> String {
    escape::cut(&escape::terminal(text), max).into_owned()
}

/// `stepgate-lint-phpstan`, in the letters that ids may have.
fn id(program: &str, tool: Option<&str>) -> String {
    let name = match tool {
        Some(tool) => format!("{program}-{tool}"),
        None => program.to_owned(),
    };
    name.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' }).take(100).collect()
}

fn reporter(gate: &Gate<'_>) -> String {
    format!("{} {}", gate.program, gate.version)
}

/// A link that Bitbucket takes: of the web, and not to the machine itself.
fn link(url: &str) -> Option<String> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let local = ["localhost", "127.", "[::1]"].iter().any(|host| rest.starts_with(host));
    let clean = rest.chars().all(|c| c.is_ascii_graphic());
    (clean && !local && !rest.is_empty()).then(|| url.to_owned())
}

fn is_muted(finding: &Finding<'_>) -> bool {
    matches!(finding.disposition, Disposition::Muted(_))
}
