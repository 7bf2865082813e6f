//! What lies beside a report: the exit code of the scanner, and what Trivy says of itself and of its database.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use image_scan::Scan;
use image_scan::evidence::Facts;
use jiff::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use step::files;
use step::process::TIMED_OUT;

use super::Input;
use crate::args::InputArgs;

/// `report.json.exit` holds the exit code of the scanner that wrote `report.json`.
pub(crate) const EXIT: &str = ".exit";

/// `report.json.stderr` holds what that scanner said on its standard error.
pub(crate) const STDERR: &str = ".stderr";

/// `report.json.version.json` holds what `trivy version -f json` printed there and then.
pub(crate) const VERSION: &str = ".version.json";

/// Everything that may lie beside a report.
pub(super) const COMPANIONS: [&str; 3] = [EXIT, STDERR, VERSION];

/// More than any of these files holds.
const LIMIT: u64 = 1 << 20;

/// What `trivy version -f json` prints
/// (<https://github.com/aquasecurity/trivy/blob/v0.72.0/pkg/version/version.go>).
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TrivyVersion {
    /// Trivy's own.
    pub(crate) version: String,
    /// Of its database, when there is one.
    #[serde(rename = "VulnerabilityDB")]
    pub(crate) database: Option<Database>,
    /// All of it, as it was printed.
    #[serde(skip)]
    pub(crate) raw: String,
}

/// A database of vulnerabilities.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Database {
    /// When it was built.
    #[serde(default, deserialize_with = "time")]
    pub(crate) updated_at: Option<Timestamp>,
    /// When the next one is to be had.
    #[serde(default, deserialize_with = "time")]
    pub(crate) next_update: Option<Timestamp>,
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
}

impl TrivyVersion {
    /// Puts what it says among what is known.
    pub(crate) fn tell(&self, facts: &mut Facts) {
        facts.scanner_version = Some(self.version.clone());
        facts.database_built = self.database.as_ref().and_then(|database| database.updated_at);
    }
}

/// Reads what `trivy version -f json` printed.
pub(crate) fn trivy_version(bytes: &[u8]) -> Result<TrivyVersion, String> {
    let read: Result<TrivyVersion, _> = serde_json::from_slice(bytes);
    let version = read.map_err(|error| format!("it is not what `trivy version -f json` prints: {error}"))?;
    if version.version.is_empty() {
        return Err("it names no version".to_owned());
    }
    Ok(TrivyVersion { raw: String::from_utf8_lossy(bytes).trim().to_owned(), ..version })
}

/// Adds to `reports` what lies beside them or was given on the command line.
pub(super) fn complete(reports: &mut Vec<Input>, args: &InputArgs, dir: &Path) {
    let given = args.trivy_version.as_ref().map(|path| dir.join(path));
    for input in reports.iter_mut() {
        let Some(report) = input.report.clone() else { continue };
        match exit_code(&report, args, dir) {
            Ok(code) => input.exit_code = code,
            Err(problem) => input.problems.push(problem),
        }
        let version = given.clone().or_else(|| beside(&report, VERSION));
        if let Some(path) = version {
            match version_in(&path) {
                Ok(version) => version.tell(&mut input.facts),
                Err(problem) => input.problems.push(format!("{}: {problem}", files::shown(&path, dir))),
            }
        }
    }
    let is_there = |path: &Path| reports.iter().any(|input| input.report.as_deref() == Some(path));
    let stray = args.exit_code.iter().filter(|(path, _)| !is_there(&dir.join(path)) && path.as_os_str() != "-");
    let stray: Vec<Input> = stray
        .map(|(path, code)| Input {
            source: path.display().to_string(),
            problems: vec![format!("--exit-code gives {code} for it, and it is not among the reports")],
            ..Input::default()
        })
        .collect();
    reports.extend(stray);
}

fn version_in(path: &Path) -> Result<TrivyVersion, String> {
    trivy_version(&files::read(path, LIMIT).map_err(|failure| failure.to_string())?)
}

fn exit_code(report: &Path, args: &InputArgs, dir: &Path) -> Result<Option<i32>, String> {
    let is_it = |path: &Path| path == report || dir.join(path) == report;
    if let Some((_, code)) = args.exit_code.iter().find(|(path, _)| is_it(path)) {
        return Ok(Some(*code));
    }
    let Some(path) = beside(report, EXIT) else { return Ok(None) };
    let bytes = files::read(&path, LIMIT).map_err(|failure| failure.to_string())?;
    let text = String::from_utf8_lossy(&bytes);
    let code = text.trim().parse().map_err(|_not_a_number| {
        format!("{} holds no exit code, but `{}`", files::shown(&path, dir), findings::escape::cut(text.trim(), 40))
    })?;
    Ok(Some(code))
}

/// What is beside `path` with `suffix`, when there is something: also what turns out not to be readable.
fn beside(path: &Path, suffix: &str) -> Option<PathBuf> {
    Some(with_suffix(path, suffix)).filter(|path| path.symlink_metadata().is_ok())
}

/// `path` with `suffix` behind its name.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

/// Says what the scanner's exit code has to say against its report. Trivy ends with 1 when it breaks, and with whatever
/// `--exit-code` names, most often 1 too, when it finds something: so that 1 says nothing of a report that is whole.
pub(super) fn hold_against(scan: &mut Scan<'_>, code: Option<i32>, source: &str, warnings: &mut Vec<String>) {
    let name = if scan.scanner == "unknown" { "the scanner" } else { scan.scanner };
    let broken = match code {
        None | Some(0) => return,
        Some(TIMED_OUT) => "it was stopped because it took too long".to_owned(),
        Some(126 | 127) => "it could not be started".to_owned(),
        Some(137) => "it was killed, most likely for want of memory".to_owned(),
        Some(1) if scan.problems.is_empty() => {
            warnings.push(format!(
                "{source}: {name} ended with exit code 1, which it uses for findings as for its own failures; leave \
                 out its --exit-code, the gate does not need it"
            ));
            return;
        }
        Some(1) => "it failed, or found something; the report does not tell which".to_owned(),
        // Grype's `--fail-on`.
        Some(2) if scan.scanner == "grype" && scan.problems.is_empty() => return,
        Some(_) => "it did not do its work".to_owned(),
    };
    if let Some(code) = code {
        scan.problems.push(format!("{name} ended with exit code {code}: {broken}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trivy_tells_its_version_and_the_age_of_its_database() {
        let bytes = br#"{"Version":"0.76.0","VulnerabilityDB":{"Version":2,"NextUpdate":"2026-11-25T06:00:00Z",
            "UpdatedAt":"2026-11-24T06:00:00.123456789Z","DownloadedAt":"2026-11-24T07:00:00Z"}}"#;
        let version = trivy_version(bytes).expect("a version");
        let mut facts = Facts::default();
        version.tell(&mut facts);
        assert_eq!(facts.scanner_version.as_deref(), Some("0.76.0"));
        assert_eq!(facts.database_built.map(Timestamp::as_second), Some(1_795_500_000));
        let none = trivy_version(br#"{"Version":"0.76.0"}"#).expect("a version");
        assert_eq!(none.database, None);
        assert!(trivy_version(b"Version: 0.76.0").is_err() && trivy_version(b"{\"Version\":\"\"}").is_err());
    }

    fn said(scanner: &str, code: i32, is_whole: bool) -> (String, String) {
        let mut scan = Scan::new(scanner);
        scan.problems.extend((!is_whole).then(|| "cut short".to_owned()));
        let (known, mut warnings) = (scan.problems.len(), Vec::new());
        hold_against(&mut scan, Some(code), "web.json", &mut warnings);
        (scan.problems[known..].join("; "), warnings.join("; "))
    }

    #[test]
    fn exit_code_1_of_trivy_is_neither_findings_nor_clean() {
        let (problem, warning) = said("trivy", 1, true);
        assert!(problem.is_empty() && warning.contains("as for its own failures"), "{warning}");
        let (problem, _) = said("trivy", 1, false);
        assert!(problem.contains("exit code 1"), "{problem}");
    }

    #[test]
    fn any_other_exit_code_says_that_the_report_is_not_whole() {
        assert_eq!(said("trivy", 0, true), (String::new(), String::new()));
        for code in [2, 5, 124, 127, 137, 255] {
            assert!(said("trivy", code, true).0.contains(&format!("exit code {code}")), "{code}");
        }
        assert_eq!(said("grype", 2, true), (String::new(), String::new()));
    }
}
