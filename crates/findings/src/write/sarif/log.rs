//! The subset of SARIF that is written. Section numbers are those of SARIF 2.1.0.

use std::borrow::Cow;

use rustc_hash::FxHashMap;
use serde::{Serialize, Serializer};

use crate::fingerprint::fingerprint;
use crate::model::{self, Disposition, Gate, Muted, Severity};
use crate::write::json::v1::Package;
use crate::write::summary;

/// The base of all paths inside the repository. It has no value: whoever reads the file knows where that is.
const ROOT: &str = "%SRCROOT%";

/// § 3.13
#[derive(Serialize)]
pub(super) struct Log<'g> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: Vec<Run<'g>>,
}

/// § 3.14
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'g> {
    tool: Tool<'g>,
    invocations: Vec<Invocation<'g>>,
    original_uri_base_ids: UriBaseIds,
    results: Results<'g>,
}

/// § 3.18
#[derive(Serialize)]
struct Tool<'g> {
    driver: Driver<'g>,
}

/// § 3.19
#[derive(Serialize)]
struct Driver<'g> {
    name: &'g str,
    rules: Vec<Rule<'g>>,
}

/// § 3.49
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'g> {
    id: &'g str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<Message<'g>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<&'g str>,
    default_configuration: Configuration,
}

/// § 3.50
#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

/// § 3.20
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'g> {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification<'g>>,
}

/// § 3.58
#[derive(Serialize)]
struct Notification<'g> {
    level: &'static str,
    message: Message<'g>,
}

/// § 3.14.14
#[derive(Serialize)]
struct UriBaseIds {
    #[serde(rename = "%SRCROOT%")]
    root: UriBase,
}

/// § 3.4
#[derive(Serialize)]
struct UriBase {
    description: Message<'static>,
}

/// § 3.11
#[derive(Serialize)]
struct Message<'g> {
    text: Cow<'g, str>,
}

/// § 3.27
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'g> {
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_id: Option<&'g str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Message<'g>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locations: Option<[Location<'g>; 1]>,
    partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Option::is_none")]
    occurrence_count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressions: Option<[Suppression<'g>; 1]>,
    properties: Properties<'g>,
}

/// § 3.27.17
#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "stepgate/v1")]
    stepgate: String,
}

/// § 3.28
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'g> {
    physical_location: PhysicalLocation<'g>,
}

/// § 3.29
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation<'g> {
    artifact_location: ArtifactLocation<'g>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

/// § 3.4
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation<'g> {
    uri: Cow<'g, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

/// § 3.30
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
}

/// § 3.35
#[derive(Serialize)]
struct Suppression<'g> {
    kind: &'static str,
    status: &'static str,
    justification: Cow<'g, str>,
}

/// § 3.8: what SARIF has no word for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties<'g> {
    severity: Severity,
    disposition: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ignorable: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'g str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<&'g str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'g str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<Package<'g>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<&'g str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<&'g str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    news: Option<&'g str>,
}

impl<'g> Log<'g> {
    pub(super) fn new(gate: &'g Gate<'g>) -> Self {
        let compared = gate.findings().any(|finding| is_known(finding.disposition));
        let runs = gate.tools().into_iter().map(|tool| Run::new(gate, tool, compared)).collect();
        Self { schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs }
    }
}

impl<'g> Run<'g> {
    fn new(gate: &'g Gate<'g>, tool: &'g str, compared: bool) -> Self {
        let (rules, indices) = rules(gate, tool);
        Self {
            tool: Tool { driver: Driver { name: tool, rules } },
            invocations: summary::runs(gate, tool).map(Invocation::new).collect(),
            original_uri_base_ids: UriBaseIds {
                root: UriBase { description: Message::new("the root of the repository") },
            },
            results: Results { gate, tool, indices, compared },
        }
    }
}

/// The rules of `tool`, each id once, and where each id is in the list.
fn rules<'g>(gate: &'g Gate<'g>, tool: &str) -> (Vec<Rule<'g>>, FxHashMap<&'g str, usize>) {
    let mut worst: Vec<(&model::Rule<'_>, Severity)> = Vec::new();
    let mut indices = FxHashMap::default();
    for finding in summary::runs(gate, tool).flat_map(|report| &report.findings) {
        let rule = finding.rule;
        if rule.id.is_empty() {
            continue;
        }
        let next = worst.len();
        match worst.get_mut(*indices.entry(rule.id).or_insert(next)) {
            Some((_, severity)) => *severity = finding.severity.max(*severity),
            None => worst.push((rule, finding.severity)),
        }
    }
    let rules = worst.into_iter().map(|(rule, severity)| Rule {
        id: rule.id,
        help: rule.help.map(Message::new),
        help_uri: summary::web_link(rule.link),
        default_configuration: Configuration { level: level(severity) },
    });
    (rules.collect(), indices)
}

impl<'g> Invocation<'g> {
    fn new(report: &'g model::Report<'_>) -> Self {
        let notify = |level, text: &'g String| Notification {
            level,
            message: Message { text: Cow::Owned(format!("{}: {text}", report.source)) },
        };
        let problems = report.problems.iter().map(|problem| notify("error", problem));
        let notes = report.notes.iter().map(|note| notify("note", note));
        Self {
            execution_successful: report.is_complete(),
            tool_execution_notifications: problems.chain(notes).collect(),
        }
    }
}

impl<'g> Message<'g> {
    fn new(text: &'g str) -> Self {
        Self { text: Cow::Borrowed(text) }
    }
}

/// The results of a run, made one by one while they are written.
struct Results<'g> {
    gate: &'g Gate<'g>,
    tool: &'g str,
    indices: FxHashMap<&'g str, usize>,
    compared: bool,
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let findings = summary::runs(self.gate, self.tool).flat_map(|report| &report.findings);
        serializer.collect_seq(findings.map(|finding| self.result(finding)))
    }
}

impl<'g> Results<'g> {
    fn result(&self, finding: &'g model::Finding<'g>) -> SarifResult<'g> {
        let detail = finding.detail.copied().unwrap_or_default();
        let rule_index = self.indices.get(finding.rule.id).copied();
        SarifResult {
            rule_id: rule_index.map(|_| finding.rule.id),
            rule_index,
            level: level(finding.severity),
            message: Message::new(finding.message),
            locations: finding.file.map(|file| [Location::new(file, finding)]),
            partial_fingerprints: Fingerprints { stepgate: fingerprint(finding).to_string() },
            occurrence_count: (finding.count != 1).then_some(finding.count),
            baseline_state: self.baseline_state(finding.disposition),
            suppressions: suppression(finding.disposition, &detail).map(|suppression| [suppression]),
            properties: Properties {
                severity: finding.severity,
                disposition: finding.disposition.as_str(),
                ignorable: (!finding.ignorable).then_some(false),
                help: detail.help,
                context: detail.context,
                kind: detail.kind,
                package: detail.package.map(Package::new),
                decided_by: detail.decided_by,
                origin: detail.origin,
                news: detail.news,
            },
        }
    }

    /// § 3.27.24. Whether a muted finding is new is not known: it may never have been compared.
    fn baseline_state(&self, disposition: Disposition) -> Option<&'static str> {
        match disposition {
            known if is_known(known) => Some("unchanged"),
            Disposition::Muted(_) => None,
            _ => self.compared.then_some("new"),
        }
    }
}

fn is_known(disposition: Disposition) -> bool {
    matches!(disposition, Disposition::Muted(Muted::Baseline | Muted::Against))
}

fn suppression<'g>(disposition: Disposition, detail: &model::Detail<'g>) -> Option<Suppression<'g>> {
    let justification = match (detail.suppressed, disposition) {
        (Some(words), _) => Cow::Borrowed(words),
        (None, Disposition::Muted(_)) if detail.decided_by.is_some_and(|words| !words.is_empty()) => {
            Cow::Borrowed(detail.decided_by.unwrap_or_default())
        }
        (None, Disposition::Muted(reason)) => Cow::Owned(format!("muted: {}", summary::muted_words(reason))),
        (None, _) => return None,
    };
    Some(Suppression { kind: "external", status: "accepted", justification })
}

impl<'g> Location<'g> {
    fn new(file: &'g model::File<'g>, finding: &model::Finding<'_>) -> Self {
        let encoded = summary::percent_encoded(file.path);
        // An absolute path outside the repository is a file URI; everything else is relative to the root.
        let uri = if file.path.starts_with('/') { format!("file://{encoded}") } else { encoded };
        let known = |n: u32| (n > 0).then_some(n);
        let region = known(finding.line).map(|start_line| Region {
            start_line,
            start_column: known(finding.column),
            end_line: known(finding.end_line).filter(|end| *end >= start_line),
        });
        let artifact_location = ArtifactLocation { uri: Cow::Owned(uri), uri_base_id: file.inside.then_some(ROOT) };
        Self { physical_location: PhysicalLocation { artifact_location, region } }
    }
}

/// § 3.27.10
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}
