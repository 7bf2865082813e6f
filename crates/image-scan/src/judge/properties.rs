//! What holds for every policy, every exception and every set of findings.

use bumpalo::Bump;
use findings::{Disposition, Outcome, Severity};
use proptest::prelude::*;

use super::fixture::{curl, in_file, scan, vulnerability};
use super::tests::{Given, exception, rule};
use crate::model::{Finding, Gate, Kind, Scan};
use crate::policy::{Action, Rule, Unknown};

const IDS: [&str; 5] = ["CVE-1", "CVE-2", "CVE-3", "DS-1", "GPL"];

fn finding() -> impl Strategy<Value = Finding<'static>> {
    let severity = prop::option::of(prop::sample::select(&Severity::WORST_FIRST[..]));
    let (id, kind) = (prop::sample::select(&IDS[..]), prop::sample::select(&Kind::ALL[..]));
    let known = (prop::option::of(0..=100_u8), prop::option::of(0.0..1.0_f32), any::<bool>(), any::<bool>());
    (id, kind, severity, known).prop_map(|(id, kind, severity, (cvss, epss, kev, fixable))| {
        let plain = if kind == Kind::Vulnerability { vulnerability(id, curl()) } else { in_file(kind, id) };
        Finding { severity, cvss, epss, kev, fixed_version: if fixable { "2" } else { "" }, ..plain }
    })
}

fn rules() -> impl Strategy<Value = Vec<Rule>> {
    let action = prop::sample::select(vec![Action::Block, Action::Warn, Action::Report]);
    let severity = prop::option::of(prop::sample::select(&Severity::WORST_FIRST[..]));
    let conditions = (
        prop::option::of(any::<bool>()),
        prop::option::of(0.0..10.0_f64),
        prop::option::of(0.0..1.0_f32),
        prop::bool::weighted(0.2),
        prop::option::of(0..4_u64),
        prop::option::of(prop::sample::select(vec![Unknown::Match, Unknown::Skip])),
    );
    let kind = prop::sample::subsequence(Kind::ALL.to_vec(), 0..=2);
    let one = (action, severity, kind, conditions).prop_map(|(action, severity, kind, conditions)| {
        let (fixable, cvss, epss, kev, max, if_unknown) = conditions;
        let max = max.filter(|_| action == Action::Block);
        Rule { severity, kind, fixable, cvss, epss, kev, max, if_unknown, ..rule("any", action) }
    });
    prop::collection::vec(one, 0..4)
}

fn findings() -> impl Strategy<Value = Vec<Finding<'static>>> {
    prop::collection::vec(finding(), 0..8)
}

fn scans(split: usize, findings: &[Finding<'static>]) -> Vec<Scan<'static>> {
    let (first, second) = findings.split_at(split.min(findings.len()));
    vec![scan(first.to_vec()), scan(second.to_vec())]
}

/// Findings with what became of them, in an order of their own.
fn rulings(gate: &Gate<'_>) -> Vec<String> {
    let of = |finding: &Finding<'_>| format!("{finding:?}");
    let mut all: Vec<_> = gate.findings().map(of).collect();
    all.sort();
    all
}

proptest! {
    #[test]
    fn an_exception_never_unblocks_another_finding(
        rules in rules(), findings in findings(), accepted in prop::sample::select(&IDS[..]),
    ) {
        // A limit counts findings together, so that fewer of one may let others through: that is what it is for.
        let rules = rules.into_iter().map(|rule| Rule { max: None, ..rule }).collect();
        let (mut given, bump) = (Given::rules(rules), Bump::new());
        let before = given.judge(vec![scan(findings.clone())], &bump);
        given.exceptions = vec![exception(accepted, "2026-12-31")];
        let after = given.judge(vec![scan(findings)], &bump);
        for (before, after) in before.findings().zip(after.findings()) {
            if before.id == accepted {
                prop_assert!(matches!(after.ruling.disposition, Disposition::Muted(_)));
            } else {
                prop_assert_eq!(before, after);
            }
        }
    }

    #[test]
    fn another_finding_never_turns_a_fail_into_a_pass(
        rules in rules(), findings in findings(), more in finding(), at in 0..8_usize, split in 0..8_usize,
    ) {
        let (given, bump) = (Given::rules(rules), Bump::new());
        let before = given.judge(scans(split, &findings), &bump).verdict.outcome;
        let mut findings = findings;
        findings.insert(at.min(findings.len()), more);
        let after = given.judge(scans(split, &findings), &bump).verdict.outcome;
        prop_assert!(before != Outcome::Fail || after == Outcome::Fail);
    }

    #[test]
    fn the_order_of_findings_and_scans_changes_nothing(
        rules in rules(),
        (findings, shuffled) in findings().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        split in 0..8_usize,
    ) {
        let (mut given, bump) = (Given::rules(rules), Bump::new());
        given.exceptions = vec![exception("CVE-2", "2026-12-31"), exception("cve-3", "2026-01-01")];
        let one = given.judge(scans(split, &findings), &bump);
        let mut other = scans(split / 2, &shuffled);
        other.reverse();
        let other = given.judge(other, &bump);
        prop_assert_eq!(one.verdict.outcome, other.verdict.outcome);
        prop_assert_eq!(&one.verdict.reasons, &other.verdict.reasons);
        prop_assert_eq!(rulings(&one), rulings(&other));
    }
}
