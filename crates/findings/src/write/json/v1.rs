//! What is written, apart from the model, so that the model can change and `stepgate.report/v1` does not. Only
//! additions are allowed within v1. The JSON Schema in `schema/report.v1.schema.json` is made from these types.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use crate::fingerprint::fingerprint;
use crate::model::{self, Gate, Severity};
use crate::write::summary;

/// What a stepgate gate made of the reports it was given.
#[derive(JsonSchema, Serialize)]
#[schemars(title = "stepgate.report/v1")]
pub(super) struct Report<'g> {
    /// The name of this format.
    #[schemars(extend("const" = "stepgate.report/v1"))]
    schema: &'static str,
    /// The program that judged.
    program: &'g str,
    /// Its version.
    version: &'g str,
    /// `pass`: nothing blocks and every input is whole. `fail`: the gate says no. `incomplete`: some input cannot be
    /// relied on, which is never a pass.
    #[schemars(extend("enum" = ["pass", "fail", "incomplete"]))]
    verdict: &'static str,
    /// Why, in words, most important first.
    reasons: &'g [String],
    /// Counts over all inputs.
    totals: Totals,
    /// Counts tool by tool, in the order of the inputs.
    tools: Vec<Tool<'g>>,
    /// What was read, one entry for each run of a tool.
    inputs: Vec<Input<'g>>,
    /// What was odd about the inputs and mended, or merely worth knowing. Never affects the verdict.
    notes: Vec<String>,
    /// Everything the tools said, in the order of the inputs, also what is muted.
    #[schemars(with = "Vec<Finding<'_>>")]
    findings: Findings<'g>,
}

/// Counts; a finding counts as often as its `count` says.
#[derive(JsonSchema, Serialize)]
struct Totals {
    /// All findings.
    findings: u64,
    /// Those that make the gate say no.
    blocking: u64,
    /// Those that are shown and do not block.
    reported: u64,
    /// Those that are muted.
    muted: u64,
    /// All findings by severity.
    by_severity: BySeverity,
}

/// Counts by severity.
#[derive(JsonSchema, Serialize)]
struct BySeverity {
    critical: u64,
    high: u64,
    medium: u64,
    low: u64,
    info: u64,
}

/// Counts of one tool.
#[derive(JsonSchema, Serialize)]
struct Tool<'g> {
    /// The tool, lower case.
    tool: &'g str,
    /// All findings.
    findings: u64,
    /// Those that make the gate say no.
    blocking: u64,
    /// Those that are shown and do not block.
    reported: u64,
    /// Those that are muted.
    muted: u64,
    /// All findings by severity.
    by_severity: BySeverity,
}

/// One run of one tool, as read.
#[derive(JsonSchema, Serialize)]
struct Input<'g> {
    /// The file, `-` for standard input, or the command that was run.
    path: &'g str,
    /// The format it was read as; null when it could not be read, and for the reports of scanners of images, which have
    /// one format each.
    format: Option<&'static str>,
    /// The tool, `unknown` when nothing tells.
    tool: &'g str,
    /// Whether everything the tool found is known to be here.
    complete: bool,
    /// Why it is not; null when it is.
    problem: Option<String>,
    /// How many findings it holds.
    findings: u64,
}

/// One thing that one tool said about one place.
#[derive(JsonSchema, Serialize)]
struct Finding<'g> {
    /// The tool, lower case.
    tool: &'g str,
    /// The tool's name for the rule; null when the report does not name one.
    rule: Option<&'g str>,
    /// How bad it is.
    severity: Severity,
    /// What the tool said, whole, as plain text.
    message: &'g str,
    /// Relative to the root of the repository; null when it is about the whole run.
    path: Option<&'g str>,
    /// False: the path is not in the repository, and as the tool printed it. Left out otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    inside: Option<bool>,
    /// First line, from 1; null when it is about the whole file.
    #[schemars(range(min = 1))]
    line: Option<u32>,
    /// Last line; null when unknown.
    #[schemars(range(min = 1))]
    end_line: Option<u32>,
    /// Column, from 1; null when unknown.
    #[schemars(range(min = 1))]
    column: Option<u32>,
    /// What became of it.
    #[schemars(extend("enum" = ["blocking", "reported", "muted"]))]
    disposition: &'static str,
    /// Why it is muted; null when it is not.
    muted_by: Option<MutedBy<'g>>,
    /// The identity that survives moved lines and other checkouts.
    #[schemars(regex(pattern = "^[0-9a-f]{32}$"))]
    fingerprint: String,
    /// How many occurrences this entry stands for.
    count: u32,
    /// False: the tool does not allow it to be ignored. Left out otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    ignorable: Option<bool>,
    /// Advice how to mend it, if there is any.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'g str>,
    /// What the rule is about, if the report says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_help: Option<&'g str>,
    /// A page about the rule, if the report names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<&'g str>,
    /// The class in whose context a trait was analysed, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<&'g str>,
    /// The unified diff that the tool proposes, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<&'g str>,
    /// Why the tool's own report says that it is suppressed, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressed: Option<&'g str>,
    /// What a scanner of images found. Left out by other tools.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'g str>,
    /// The package that has it, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<Package<'g>>,
    /// What gave it its disposition, in words, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<&'g str>,
    /// Which part of the image brought it, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<&'g str>,
    /// What it is to the image that runs now, if something was compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    news: Option<&'g str>,
}

/// A package that a finding is about. What is not known is left out.
#[derive(JsonSchema, Serialize)]
pub(in crate::write) struct Package<'g> {
    /// Its name as the scanner prints it.
    name: &'g str,
    /// The version that is installed.
    #[serde(skip_serializing_if = "str::is_empty")]
    installed: &'g str,
    /// The versions without the fault, as the report lists them.
    #[serde(skip_serializing_if = "str::is_empty")]
    fixed_version: &'g str,
    /// Its package URL.
    #[serde(skip_serializing_if = "str::is_empty")]
    purl: &'g str,
    /// The ecosystem: `debian`, `composer`, `npm` …
    #[serde(rename = "type", skip_serializing_if = "str::is_empty")]
    ecosystem: &'g str,
    /// The digest of the uncompressed layer of the image that brought it.
    #[serde(skip_serializing_if = "str::is_empty")]
    layer: &'g str,
}

impl<'g> Package<'g> {
    pub(in crate::write) fn new(package: &model::Package<'g>) -> Self {
        let model::Package { name, version, fixed, purl, ecosystem, layer } = *package;
        Self { name, installed: version, fixed_version: fixed, purl, ecosystem, layer }
    }
}

/// Why a finding is muted.
#[derive(JsonSchema, Serialize)]
struct MutedBy<'g> {
    /// The kind of reason.
    #[schemars(extend("enum" = ["baseline", "outside-change", "against", "suppressed", "policy", "exception", "vex"]))]
    reason: &'static str,
    /// The words of whoever muted it; null when there are none.
    detail: Option<&'g str>,
}

/// The findings, made one by one while they are written.
struct Findings<'g>(&'g Gate<'g>);

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.findings().map(Finding::new))
    }
}

impl<'g> Report<'g> {
    pub(super) fn new(gate: &'g Gate<'g>) -> Self {
        let note = |report: &model::Report<'_>, note: &String| format!("{}: {note}", report.source);
        Self {
            schema: "stepgate.report/v1",
            program: gate.program,
            version: gate.version,
            verdict: gate.verdict.outcome.as_str(),
            reasons: &gate.verdict.reasons,
            totals: gate.totals().into(),
            tools: summary::by_tool(gate).into_iter().map(|(tool, totals)| Tool::new(tool, totals)).collect(),
            inputs: gate.reports.iter().map(Input::new).collect(),
            notes: gate.reports.iter().flat_map(|report| report.notes.iter().map(|text| note(report, text))).collect(),
            findings: Findings(gate),
        }
    }
}

impl From<model::Totals> for Totals {
    fn from(totals: model::Totals) -> Self {
        let model::Totals { findings, blocking, reported, muted, by_severity } = totals;
        Self { findings, blocking, reported, muted, by_severity: by_severity.into() }
    }
}

impl From<[u64; 5]> for BySeverity {
    fn from([info, low, medium, high, critical]: [u64; 5]) -> Self {
        Self { critical, high, medium, low, info }
    }
}

impl<'g> Tool<'g> {
    fn new(tool: &'g str, totals: model::Totals) -> Self {
        let model::Totals { findings, blocking, reported, muted, by_severity } = totals;
        Self { tool, findings, blocking, reported, muted, by_severity: by_severity.into() }
    }
}

impl<'g> Input<'g> {
    fn new(report: &'g model::Report<'g>) -> Self {
        Self {
            path: &report.source,
            format: report.format.map(crate::read::Format::as_str),
            tool: report.tool,
            complete: report.is_complete(),
            problem: (!report.is_complete()).then(|| report.problems.join("; ")),
            findings: report.findings.iter().map(|finding| u64::from(finding.count)).sum(),
        }
    }
}

impl<'g> Finding<'g> {
    fn new(finding: &'g model::Finding<'g>) -> Self {
        let detail = finding.detail.copied().unwrap_or_default();
        let known = |n: u32| (n > 0).then_some(n);
        Self {
            tool: finding.rule.tool,
            rule: Some(finding.rule.id).filter(|id| !id.is_empty()),
            severity: finding.severity,
            message: finding.message,
            path: finding.file.map(|file| file.path),
            inside: finding.file.filter(|file| !file.inside).map(|_| false),
            line: known(finding.line),
            end_line: known(finding.end_line),
            column: known(finding.column),
            disposition: finding.disposition.as_str(),
            muted_by: MutedBy::new(finding.disposition, &detail),
            fingerprint: fingerprint(finding).to_string(),
            count: finding.count,
            ignorable: (!finding.ignorable).then_some(false),
            help: detail.help,
            rule_help: finding.rule.help,
            link: finding.rule.link,
            context: detail.context,
            diff: detail.diff,
            suppressed: detail.suppressed,
            kind: detail.kind,
            package: detail.package.map(Package::new),
            decided_by: detail.decided_by,
            origin: detail.origin,
            news: detail.news,
        }
    }
}

/// The JSON Schema (draft 2020-12) of what is written.
#[cfg(test)]
pub(super) fn schema() -> schemars::Schema {
    schemars::generate::SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<Report<'_>>()
}

impl<'g> MutedBy<'g> {
    fn new(disposition: model::Disposition, detail: &model::Detail<'g>) -> Option<Self> {
        let model::Disposition::Muted(reason) = disposition else { return None };
        let suppressed = detail.suppressed.filter(|_| reason == model::Muted::Suppressed);
        let detail = suppressed.or(detail.decided_by).filter(|words| !words.is_empty());
        Some(Self { reason: reason.as_str(), detail })
    }
}
