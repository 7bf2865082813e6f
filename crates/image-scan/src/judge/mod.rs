//! The one function that turns scans into a verdict.

mod conditions;
#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod properties;
mod reasons;
mod rulings;
#[cfg(test)]
mod tests;

use bumpalo::Bump;
use findings::Disposition;
use jiff::Timestamp;

use crate::Scan;
use crate::against::Deployed;
use crate::evidence::{self, Demands, Facts};
use crate::exceptions::Exceptions;
use crate::first_seen::FirstSeen;
use crate::intel::{self, Epss, Kev};
use crate::model::{Class, Finding, Gate, Gone, Origin};
use crate::policy::Policy;
use crate::vex::{self, Document};

/// Everything that a verdict depends on besides the scans.
pub struct Criteria<'c> {
    /// What blocks.
    pub policy: &'c Policy,
    /// What is accepted for a while.
    pub exceptions: Exceptions,
    /// Statements that vulnerabilities do not apply.
    pub vex: &'c [Document],
    /// What has to be proved.
    pub demands: &'c Demands,
    /// What is known besides each scan, in their order.
    pub facts: &'c [Facts],
    /// The image that runs now.
    pub deployed: Option<&'c Deployed>,
    /// Digests of the layers of the base image.
    pub base: Option<&'c [String]>,
    /// How likely exploits are.
    pub epss: Option<&'c Epss>,
    /// What is known to be exploited.
    pub kev: Option<&'c Kev>,
    /// When findings were first seen. What is new today was [recorded](FirstSeen::record) before, else its age is
    /// unknown.
    pub first_seen: Option<&'c FirstSeen>,
    /// Now.
    pub now: Timestamp,
}

/// Marks every finding of `scans` with its ruling and says what comes of it. Removes nothing.
///
/// A finding is muted when the scanner was told to suppress it, when a VEX statement says that it does not apply, or
/// when an exception accepts it, in that order; else the first rule of the policy that matches decides. What a scan
/// cannot prove is added to its problems. The gate is incomplete when any scan has problems, when there is no scan, or
/// when a rule asks for EPSS or KEV and the data is too old; it fails when a finding blocks, when an exception that has
/// ended would still be needed, or when nobody looks after the operating system any more.
#[must_use]
pub fn judge<'a>(mut scans: Vec<Scan<'a>>, mut criteria: Criteria<'_>, bump: &'a Bump) -> Gate<'a> {
    let mut told =
        Told { problems: stale_data(&criteria), warnings: conditions::not_given(&criteria), ..Told::default() };
    prove(&mut scans, &criteria, &mut told);
    let fixed = compare(&mut scans, &criteria, &mut told);
    for scan in &mut scans {
        mark_origins(scan, &criteria, &mut told);
    }
    let counted = rulings::decide(&mut scans, &mut criteria, bump);
    let about_exceptions = criteria.exceptions.usage();
    told.warnings.extend(criteria.vex.iter().flat_map(|document| document.warnings.iter().cloned()));
    told.warnings.extend(vex::unused(criteria.vex, &scans));
    let blocking = about_exceptions.iter().filter(|about| about.lapse.disposition() == Disposition::Blocking);
    told.refusals.extend(blocking.map(|about| about.message.clone()));
    let verdict = reasons::verdict(&scans, &counted, &told);
    Gate {
        program: "stepgate-scan",
        version: "",
        scans,
        verdict,
        warnings: told.warnings,
        about_exceptions,
        fixed,
        compared: criteria.deployed.is_some(),
    }
}

/// What is to be told besides findings.
#[derive(Default)]
struct Told {
    /// Why the gate is incomplete although every scan is whole.
    problems: Vec<String>,
    /// Why it says no although nothing blocks.
    refusals: Vec<String>,
    warnings: Vec<String>,
}

/// Data that a rule asks for and that is too old to rely on.
fn stale_data(criteria: &Criteria<'_>) -> Vec<String> {
    let (policy, now, max) = (criteria.policy, criteria.now, criteria.demands.intel_max_age);
    let epss = criteria.epss.filter(|_| policy.asks_epss()).and_then(|epss| intel::stale(epss.date, now, max));
    let kev = criteria.kev.filter(|_| policy.asks_kev()).and_then(|kev| intel::stale(kev.date, now, max));
    let all = [("the EPSS scores are", epss), ("the catalogue of known exploited vulnerabilities is", kev)];
    all.into_iter().filter_map(|(what, why)| Some(format!("{what} {}; fetch the file again", why?))).collect()
}

fn prove(scans: &mut [Scan<'_>], criteria: &Criteria<'_>, told: &mut Told) {
    let unknown = Facts::default();
    for (at, scan) in scans.iter_mut().enumerate() {
        if !scan.problems.is_empty() {
            // What cannot be relied on proves nothing, and a list of what it does not prove helps nobody.
            continue;
        }
        let facts = criteria.facts.get(at).unwrap_or(&unknown);
        let proof = evidence::check(scan, facts, criteria.demands, criteria.now);
        let of = |text: String| if scan.source.is_empty() { text } else { format!("{}: {text}", scan.source) };
        told.refusals.extend(proof.refusals.into_iter().map(of));
        told.warnings.extend(proof.warnings.into_iter().map(of));
        scan.problems.extend(proof.problems);
    }
}

/// Marks what is new. Gone is what no scan has any more, where every scan is whole.
fn compare(scans: &mut [Scan<'_>], criteria: &Criteria<'_>, told: &mut Told) -> Vec<Gone> {
    let Some(deployed) = criteria.deployed else { return Vec::new() };
    told.warnings.extend(deployed.notes().iter().cloned());
    let mut fixed: Option<Vec<Gone>> = None;
    for scan in scans.iter_mut() {
        let gone = deployed.compare(scan);
        fixed = Some(match fixed {
            None => gone,
            Some(before) => {
                let gone: std::collections::HashSet<_> = gone.iter().map(|gone| (&gone.id, &gone.package)).collect();
                before.into_iter().filter(|fixed| gone.contains(&(&fixed.id, &fixed.package))).collect()
            }
        });
    }
    if scans.iter().any(|scan| !scan.problems.is_empty()) { Vec::new() } else { fixed.unwrap_or_default() }
}

fn mark_origins(scan: &mut Scan<'_>, criteria: &Criteria<'_>, told: &mut Told) {
    let Some(base) = criteria.base else { return };
    let is_prefix = scan.diff_ids.len() >= base.len() && scan.diff_ids.iter().zip(base).all(|(own, base)| own == base);
    if base.is_empty() || (!scan.diff_ids.is_empty() && !is_prefix) {
        told.warnings.push(format!(
            "the base image that was given is not the one that {} is built on: its layers are not the first ones \
             there; what is the base's and what is the image's own is unknown",
            reasons::name(scan)
        ));
        return;
    }
    let base: std::collections::HashSet<&str> = base.iter().map(String::as_str).collect();
    for finding in &mut scan.findings {
        finding.origin = origin(finding, &base);
    }
}

/// What has no layer is this build's own, except for packages of the operating system, which may be either's.
fn origin(finding: &Finding<'_>, base: &std::collections::HashSet<&str>) -> Option<Origin> {
    match finding.layer.map(|layer| layer.diff_id).filter(|diff_id| !diff_id.is_empty()) {
        Some(diff_id) if base.contains(diff_id) => Some(Origin::Base),
        Some(_) => Some(Origin::Own),
        None if finding.target.class == Class::OsPackages => None,
        None => Some(Origin::Own),
    }
}
