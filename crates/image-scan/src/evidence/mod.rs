//! What a report proves, and what it cannot prove.
//!
//! A report without findings reads the same whether the image is clean, the database was years old, the scanner for
//! vulnerabilities was switched off, or nobody knew the operating system; Trivy says 0 in each case. What a bare report
//! cannot show is a warning, and a problem where proof is required or where we ran the scanner ourselves.

mod demands;
mod image;
mod scanners;
#[cfg(test)]
mod tests;

pub use demands::{Demands, EndOfLife};
pub use scanners::Scanner;

use jiff::{SignedDuration, Timestamp};

use crate::Scan;
use crate::age;

/// What is known besides a report.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// When the database of vulnerabilities was built (`UpdatedAt` of `trivy version -f json`).
    pub database_built: Option<Timestamp>,
    /// The version of Trivy that made the report, as the program itself said.
    pub scanner_version: Option<String>,
    /// The scanners that were asked for (`vuln`, `secret` …), when we ran it ourselves.
    pub scanners: Option<Vec<String>>,
    /// The image that is to be pushed: its config digest `sha256:…`.
    pub image_id: Option<String>,
    /// Whether we ran the scanner ourselves, so that everything has to be proved.
    pub ran: bool,
}

/// What became of the evidence.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Proof {
    /// Why the report proves nothing: the gate is incomplete.
    pub problems: Vec<String>,
    /// Why the gate says no although the report is whole (an operating system that nobody looks after any more).
    pub refusals: Vec<String>,
    /// What cannot be shown and is let pass.
    pub warnings: Vec<String>,
}

/// Checks what `scan` proves at the time `now`.
#[must_use]
pub fn check(scan: &Scan<'_>, facts: &Facts, demands: &Demands, now: Timestamp) -> Proof {
    let case = Case { scan, facts, demands, now, strict: demands.required || facts.ran };
    let mut proof = Proof::default();
    version(&case, &mut proof);
    image::check(&case, &mut proof);
    scanners::check(&case, &mut proof);
    database(&case, &mut proof);
    time(&case, &mut proof);
    proof
}

/// Why Trivy of this `version` is neither to be run nor believed; `None` when nothing is said against it.
#[must_use]
pub fn denied(version: &str, demands: &Demands) -> Option<String> {
    if STOLEN.contains(&plain(version)) {
        let why = "thieves published this version, and it steals credentials (GHSA-69fq-xp46-6x23): revoke every \
                   credential that its machine could read, and scan again with another version, pinned by digest";
        return Some(why.to_owned());
    }
    ruled_out(version, demands)
}

/// Versions that thieves published: <https://github.com/advisories/GHSA-69fq-xp46-6x23>.
const STOLEN: [&str; 3] = ["0.69.4", "0.69.5", "0.69.6"];

fn ruled_out(version: &str, demands: &Demands) -> Option<String> {
    let is_denied = demands.deny_versions.iter().any(|denied| plain(denied) == plain(version));
    is_denied.then(|| "`deny-versions` rules this version out; scan again with another one".to_owned())
}

fn plain(version: &str) -> &str {
    version.trim().trim_start_matches(['v', 'V'])
}

struct Case<'c, 'a> {
    scan: &'c Scan<'a>,
    facts: &'c Facts,
    demands: &'c Demands,
    now: Timestamp,
    /// Whether what cannot be shown is a problem.
    strict: bool,
}

impl Case<'_, '_> {
    fn is_trivy(&self) -> bool {
        self.scan.scanner == "trivy"
    }

    /// Files what the report cannot show.
    fn unproved(&self, proof: &mut Proof, text: String) {
        if self.strict { &mut proof.problems } else { &mut proof.warnings }.push(text);
    }
}

/// Clocks of machines differ by less.
const SKEW: SignedDuration = SignedDuration::from_hours(1);

fn version(case: &Case<'_, '_>, proof: &mut Proof) {
    let of_program = case.facts.scanner_version.as_deref().unwrap_or_default();
    let (of_report, of_program) = (plain(case.scan.scanner_version), plain(of_program));
    let mut versions = vec![of_report];
    versions.extend((of_program != of_report).then_some(of_program));
    for version in versions.into_iter().filter(|version| !version.is_empty()) {
        let why = if case.is_trivy() { denied(version, case.demands) } else { ruled_out(version, case.demands) };
        proof.problems.extend(why.map(|why| format!("{} {version} made the report: {why}", case.scan.scanner)));
    }
    if !of_report.is_empty() && !of_program.is_empty() && of_report != of_program {
        case.unproved(
            proof,
            format!(
                "the report was made by version {of_report}, and what is known of the scanner and its database is of \
                 version {of_program}; keep the output of `trivy version -f json` of the same run"
            ),
        );
    }
}

fn database(case: &Case<'_, '_>, proof: &mut Proof) {
    if !case.demands.scanners.contains(&Scanner::Vuln) && !scanners::ran(case, Scanner::Vuln) {
        return;
    }
    // Where two sources disagree, the older counts.
    let Some(built) = case.facts.database_built.into_iter().chain(case.scan.database_built).min() else {
        return case.unproved(
            proof,
            "nothing tells how old the database of vulnerabilities was, and an old one finds nothing; keep the output \
             of `trivy version -f json` beside the report"
                .to_owned(),
        );
    };
    let limit = case.demands.database_max_age;
    if built.duration_since(case.now) > SKEW {
        proof.problems.push(format!(
            "the database of vulnerabilities was built at {built}, which is still to come; set the clock right"
        ));
    } else if limit.is_exceeded(built, case.now) {
        proof.problems.push(format!(
            "the database of vulnerabilities was built {} ago, and {limit} is the limit (`database-max-age`); scan \
             again without `--skip-db-update`",
            age::ago(built, case.now)
        ));
    }
}

/// A report that nobody asked to be fresh is still told to be old: findings are disclosed every day.
fn time(case: &Case<'_, '_>, proof: &mut Proof) {
    let (limit, demanded) = (case.demands.max_age.unwrap_or(demands::A_DAY), case.demands.max_age.is_some());
    let Some(created) = case.scan.created else {
        if demanded {
            proof
                .problems
                .push("the report does not say when it was made, and `max-age` is set; scan again".to_owned());
        }
        return;
    };
    if created.duration_since(case.now) > SKEW {
        proof.problems.push(format!("the report was made at {created}, which is still to come; set the clock right"));
    } else if limit.is_exceeded(created, case.now) {
        let text = format!("the report was made {} ago; scan again", age::ago(created, case.now));
        if demanded {
            proof.problems.push(format!("{text}: {limit} is the limit (`max-age`)"));
        } else {
            proof.warnings.push(text);
        }
    }
}
