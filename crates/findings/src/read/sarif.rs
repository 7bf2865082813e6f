//! SARIF 2.1.0 ([the standard][1]), one report for each run.
//!
//! A run without `results` did not scan: that is a problem, and so is every error that the tool notifies about itself.
//!
//! [1]: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html

mod model;
mod rules;
mod uris;

use self::model::{Invocation, Log, Loose, Notification, Region, Run, SarifResult, Suppression};
use self::rules::{Found, Rules};
use super::json;
use super::{Context, Format, Parsed, ReadError, phpstan};
use crate::model::{Detail, Finding, Report, Severity};

const NAME: &str = "SARIF log";

/// Reads one log.
pub(super) fn read<'a>(text: &str, context: &Context<'_, 'a>) -> Result<Parsed<'a>, ReadError> {
    let (log, consumed) = json::document::<Log<'_>>(text, NAME)?;
    if let Some(version) = log.version.as_deref().filter(|version| !version.starts_with("2.1.")) {
        let what = format!("not a usable {NAME}: version: it says \"{}\", only 2.1.0 is read", json::shorten(version));
        return Err(ReadError { what });
    }
    let mut reports: Vec<_> = log.runs.iter().map(|run| report(run, context)).collect();
    if reports.is_empty() {
        let mut report = json::report_of(context.tool.unwrap_or("unknown"), Format::Sarif, context);
        report.problems.push("the log holds no run: nothing was scanned".to_owned());
        reports.push(report);
    }
    let inlined = log.inline_external_properties.iter().flatten().filter_map(|properties| properties.results.as_ref());
    if inlined.into_iter().any(|results| !results.is_empty())
        && let Some(first) = reports.first_mut()
    {
        first.problems.push("results stand in inlineExternalProperties, where they are not read".to_owned());
    }
    Ok(Parsed { reports, consumed })
}

fn report<'a>(run: &Run<'_>, context: &Context<'_, 'a>) -> Report<'a> {
    let driver = run.tool.as_ref().and_then(|tool| tool.driver.name.as_deref()).filter(|name| !name.trim().is_empty());
    let tool = driver.map_or_else(|| context.tool.unwrap_or("unknown").to_owned(), tool_name);
    let mut report = json::report_of(&tool, Format::Sarif, context);
    let rules = Rules::new(run, report.tool, context);
    let mut left_out = LeftOut::default();
    for result in run.results.iter().flatten() {
        if left_out.takes(result) {
            continue;
        }
        let found = rules.of(result, context);
        let finding = finding(result, &found, run, context);
        if report.tool == "phpstan" {
            phpstan::push(&mut report, finding);
            continue;
        }
        // PHPMD makes results of the files that it could not read, and only of them without a rule.
        if report.tool == "phpmd" && finding.rule.id.is_empty() {
            report.problems.push(format!("PHPMD could not read a file: {}", json::shorten(finding.message)));
        }
        report.findings.push(finding);
    }
    left_out.tell(&mut report);
    check(run, &mut report);
    report
}

/// The name that a tool has here, from the one that it gives itself: `PHP_CodeSniffer`, `PHP CS Fixer`.
fn tool_name(driver: &str) -> String {
    let name = driver.trim().to_ascii_lowercase().replace([' ', '_'], "-");
    match &*name {
        "php-codesniffer" | "phpcodesniffer" => "phpcs".to_owned(),
        "phpcsfixer" | "friendsofphp/php-cs-fixer" => "php-cs-fixer".to_owned(),
        _ => name,
    }
}

/// Results that are no findings.
#[derive(Default)]
struct LeftOut {
    passed: usize,
    gone: usize,
    unchanged: usize,
}

impl LeftOut {
    /// Whether `result` is none: a check that passed or did not apply (§ 3.27.9), or a finding of an earlier run that
    /// is gone (§ 3.27.24).
    fn takes(&mut self, result: &SarifResult<'_>) -> bool {
        let is =
            |word: &Option<json::Text<'_>>, one: &str| word.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(one));
        self.unchanged += usize::from(is(&result.baseline_state, "unchanged"));
        if ["pass", "notApplicable", "informational"].iter().any(|kind| is(&result.kind, kind)) {
            self.passed += 1;
            return true;
        }
        let gone = is(&result.baseline_state, "absent");
        self.gone += usize::from(gone);
        gone
    }

    fn tell(self, report: &mut Report<'_>) {
        for (count, what) in [
            (self.passed, "are checks that passed or did not apply, and no findings"),
            (self.gone, "are marked as gone since the tool's own baseline, and no findings"),
            (self.unchanged, "are marked as unchanged since the tool's own baseline, and count like all others"),
        ] {
            if count > 0 {
                report.notes.push(format!("{count} results {what}"));
            }
        }
    }
}

fn finding<'a>(
    result: &SarifResult<'_>,
    found: &Found<'_, '_, 'a>,
    run: &Run<'_>,
    context: &Context<'_, 'a>,
) -> Finding<'a> {
    let mut locations = result.locations.iter().flatten().filter_map(|location| location.physical_location.as_ref());
    let place = locations.next();
    let file = place.and_then(|place| uris::file(place.artifact_location.as_ref()?, run, context));
    let region = place.and_then(|place| place.region).unwrap_or_default();
    let Region { start_line, end_line, start_column } = region;
    // Ours is known by the disposition, which no other tool writes.
    let ours = result.properties.as_ref().filter(|properties| properties.disposition.text().is_some());
    let severity = ours.and_then(|ours| Severity::from_word(ours.severity.text()?));
    let detail = Detail {
        help: ours.and_then(|ours| ours.help.text()),
        context: ours.and_then(|ours| ours.context.text()),
        suppressed: suppression(result.suppressions.as_deref().unwrap_or_default(), ours.is_some()),
        ..Detail::default()
    };
    Finding {
        line: start_line.0,
        end_line: end_line.0,
        column: start_column.0,
        count: result.occurrence_count.map_or(1, |count| count.0.max(1)),
        // PHPStan's formatter for SARIF writes this too.
        ignorable: !result.properties.as_ref().is_some_and(|properties| matches!(properties.ignorable, Loose::No)),
        detail: context.arena.detail(detail),
        ..Finding::new(
            found.rule,
            file,
            severity.unwrap_or_else(|| found.severity(result, run)),
            context.arena.text(&found.words(&result.message)),
        )
    }
}

/// Why the result is suppressed, if it is (§ 3.35): by any suppression that nobody has rejected or is still thinking
/// about. What we write about findings that an earlier gate muted is no suppression by the tool.
fn suppression<'s>(suppressions: &'s [Suppression<'_>], ours: bool) -> Option<&'s str> {
    let accepted = suppressions
        .iter()
        .find(|suppression| suppression.status.as_deref().is_none_or(|it| it.eq_ignore_ascii_case("accepted")))?;
    let words = accepted.justification.as_deref().map(str::trim).filter(|words| !words.is_empty());
    match (words, accepted.kind.as_deref()) {
        (Some(words), _) if ours && words.starts_with("muted: ") => None,
        (Some(words), _) => Some(words),
        (None, Some("external")) => Some("suppressed outside of the source"),
        (None, _) => Some("suppressed in source"),
    }
}

/// Adds what shows that the run is not whole.
fn check(run: &Run<'_>, report: &mut Report<'_>) {
    if run.external_property_file_references.as_ref().is_some_and(|files| files.results.is_some()) {
        report.problems.push("results of the run stand in other files, which are not read".to_owned());
    } else if run.results.is_none() {
        report.problems.push("the run has no results, not even an empty list: the scan did not run".to_owned());
    }
    for invocation in run.invocations.iter().flatten() {
        let before = report.problems.len();
        let configuration = invocation.tool_configuration_notifications.iter().flatten();
        let execution = invocation.tool_execution_notifications.iter().flatten();
        report.problems.extend(configuration.chain(execution).filter_map(|it| failure(it, run)));
        if invocation.execution_successful == Some(false) && report.problems.len() == before {
            report.problems.push(format!("the tool says that it failed{}", reason(invocation)));
        }
    }
}

/// What an error that the tool notifies about itself says (§ 3.58).
fn failure(notification: &Notification<'_>, run: &Run<'_>) -> Option<String> {
    let reference = notification.descriptor.as_ref();
    let known = run.tool.as_ref().and_then(|tool| tool.driver.notifications.as_deref()).unwrap_or_default();
    let index = reference.and_then(|it| usize::try_from(it.index?).ok());
    let id = reference.and_then(|it| it.id.as_deref());
    let descriptor = index
        .and_then(|index| known.get(index))
        .or_else(|| known.iter().find(|descriptor| id.is_some() && descriptor.id.as_deref() == id));
    let default = descriptor.and_then(|it| it.default_configuration.as_ref()?.level.as_deref());
    let level = notification.level.as_deref().or(default).unwrap_or("warning");
    if !level.eq_ignore_ascii_case("error") {
        return None;
    }
    let message = notification.message.as_ref();
    let words = message.and_then(|message| message.text.as_deref().or(message.markdown.as_deref()));
    let words = words.or(id).or_else(|| descriptor?.id.as_deref()).unwrap_or("no reason is given");
    Some(format!("the tool reports an error of its own: {}", json::shorten(words)))
}

fn reason(invocation: &Invocation<'_>) -> String {
    let texts =
        [&invocation.process_start_failure_message, &invocation.exit_code_description, &invocation.exit_signal_name];
    match (texts.into_iter().flatten().next(), invocation.exit_code) {
        (Some(text), _) => format!(": {}", json::shorten(text)),
        (None, Some(code)) => format!(", with exit code {code}"),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests;
