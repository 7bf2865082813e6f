use std::collections::HashSet;

use bumpalo::Bump;
use proptest::prelude::*;

use super::{Action, Block, Change, Criteria, Judgement, Policy, RulePolicy, ToolPolicy, judge};
use crate::Arena;
use crate::baseline::Baseline;
use crate::diff::parse;
use crate::model::{Detail, Disposition, Finding, Outcome, Report, Severity, Totals};
use crate::read::Format;

/// Builds reports out of `tool rule path:line message` in a few words.
struct Desk<'a> {
    arena: Arena<'a>,
}

impl<'a> Desk<'a> {
    fn new(bump: &'a Bump) -> Self {
        Self { arena: Arena::new(bump) }
    }

    fn finding(&self, tool: &str, rule: &str, path: &str, line: u32) -> Finding<'a> {
        let file = (!path.is_empty()).then(|| self.arena.file(path, true));
        let message = self.arena.text(&format!("{rule} is broken"));
        Finding { line, ..Finding::new(self.arena.rule(tool, rule), file, Severity::High, message) }
    }

    fn phpstan(&self, lines: &[u32]) -> Report<'a> {
        let findings = lines.iter().map(|&line| self.finding("phpstan", "argument.type", "src/A.php", line)).collect();
        Report { findings, source: "reports/phpstan.json".to_owned(), ..Report::new("phpstan", Format::PhpstanJson) }
    }
}

fn dispositions(report: &Report<'_>) -> Vec<String> {
    let shown = |finding: &Finding<'_>| match finding.disposition {
        Disposition::Muted(why) => format!("{} {}", finding.line, why.as_str()),
        other => format!("{} {}", finding.line, other.as_str()),
    };
    report.findings.iter().map(shown).collect()
}

fn said(judgement: &Judgement) -> String {
    format!("{}: {}", judgement.verdict.outcome.as_str(), judgement.verdict.reasons.join(" | "))
}

fn change(lines: &str) -> Change {
    let diff = format!("--- a/src/A.php\n+++ b/src/A.php\n@@ -1,0 +{lines} @@\n");
    let added = lines.split_once(',').map_or(1, |(_, len)| len.parse().unwrap());
    Change::new(parse(format!("{diff}{}", "+\n".repeat(added)).as_bytes()).unwrap(), false)
}

fn policy(json: serde_json::Value) -> Policy {
    serde_json::from_value(json).unwrap()
}

#[test]
fn every_finding_blocks_when_nothing_is_configured() {
    let bump = Bump::new();
    let desk = Desk::new(&bump);
    let phpcs = desk.finding("phpcs", "PSR12.Files", "src/B.php", 1);
    let mut reports =
        [desk.phpstan(&[3, 9]), Report { findings: vec![phpcs], ..Report::new("phpcs", Format::PhpcsJson) }];
    insta::assert_snapshot!(said(&judge(&mut reports, &Criteria::default())), @"fail: 3 findings block: phpstan 2, phpcs 1");
}

#[test]
fn nothing_found_is_a_pass_and_no_report_is_none() {
    let bump = Bump::new();
    let mut reports = [Desk::new(&bump).phpstan(&[])];
    insta::assert_snapshot!(said(&judge(&mut reports, &Criteria::default())), @"pass: no findings");
    insta::assert_snapshot!(said(&judge(&mut [], &Criteria::default())), @"incomplete: there is no report, so nothing is known about the code");
}

#[test]
fn an_incomplete_report_is_never_a_pass_and_what_blocks_is_still_said() {
    let bump = Bump::new();
    let desk = Desk::new(&bump);
    let cut = Report { problems: vec!["it ends at line 3".to_owned()], ..desk.phpstan(&[]) };
    let broken = Report::unusable("reports/phpcs.json".to_owned(), "it is empty".to_owned());
    let criteria = Criteria { refusals: vec!["the baseline grew by 2 findings".to_owned()], ..Criteria::default() };
    let judgement = judge(&mut [cut, desk.phpstan(&[4]), broken], &criteria);
    insta::assert_snapshot!(judgement.verdict.reasons.join("\n"), @r"
    2 of 3 reports cannot be relied on: reports/phpstan.json, reports/phpcs.json
    the baseline grew by 2 findings
    1 finding blocks: phpstan 1
    ");
    assert_eq!(judgement.verdict.outcome, Outcome::Incomplete);
}

#[test]
fn a_refusal_alone_fails_the_gate() {
    let bump = Bump::new();
    let criteria = Criteria { refusals: vec!["the baseline grew".to_owned()], ..Criteria::default() };
    let judgement = judge(&mut [Desk::new(&bump).phpstan(&[])], &criteria);
    assert_eq!(said(&judgement), "fail: the baseline grew");
}

#[test]
fn a_baseline_covers_as_many_as_it_counts_and_the_new_one_is_on_the_changed_line() {
    let bump = Bump::new();
    let desk = Desk::new(&bump);
    let baseline = Baseline::of(&desk.phpstan(&[10, 20]).findings);
    let mut reports = [desk.phpstan(&[31, 12, 22])];

    let criteria = Criteria { baseline: Some(&baseline), ..Criteria::default() };
    judge(&mut reports, &criteria);
    assert_eq!(dispositions(&reports[0]), ["31 blocking", "12 baseline", "22 baseline"]);

    let change = change("12");
    let criteria = Criteria { baseline: Some(&baseline), change: Some(&change), ..Criteria::default() };
    let judgement = judge(&mut reports, &criteria);
    assert_eq!(dispositions(&reports[0]), ["31 baseline", "12 blocking", "22 baseline"]);
    assert_eq!(said(&judgement), "fail: 1 new finding blocks: phpstan 1");
}

#[test]
fn entries_that_allow_too_much_are_told_with_what_was_found() {
    let bump = Bump::new();
    let desk = Desk::new(&bump);
    let mut old = desk.phpstan(&[10, 20, 30]).findings;
    old.push(desk.finding("phpcs", "PSR12", "src/A.php", 1));
    let baseline = Baseline::of(&old);
    let criteria = Criteria { baseline: Some(&baseline), ..Criteria::default() };
    let judgement = judge(&mut [desk.phpstan(&[10])], &criteria);
    let stale: Vec<_> =
        judgement.stale.iter().map(|(entry, found)| (entry.tool.as_str(), entry.count, *found)).collect();
    assert_eq!(stale, [("phpstan", 3, 1)], "nobody knows about phpcs, which did not report");
    assert_eq!(said(&judgement), "pass: no new findings; 1 muted by the baseline");
}

#[test]
fn known_findings_follow_a_renamed_file() {
    let bump = Bump::new();
    let desk = Desk::new(&bump);
    let baseline = Baseline::of([&desk.finding("phpstan", "argument.type", "src/Old.php", 3)]);
    let rename =
        "diff --git a/src/Old.php b/src/A.php\nsimilarity index 100%\nrename from src/Old.php\nrename to src/A.php\n";
    let change = Change::new(parse(rename.as_bytes()).unwrap(), false);
    let mut reports = [desk.phpstan(&[3])];
    judge(&mut reports, &Criteria { baseline: Some(&baseline), change: Some(&change), ..Criteria::default() });
    assert_eq!(dispositions(&reports[0]), ["3 baseline"]);
}

#[test]
fn an_earlier_report_is_compared_with_everything_and_not_with_what_the_baseline_left() {
    let bump = Bump::new();
    let desk = Desk::new(&bump);
    let baseline = Baseline::of(&desk.phpstan(&[1, 2]).findings);
    let earlier = Baseline::of(&desk.phpstan(&[1, 2, 3]).findings);
    let mut reports = [desk.phpstan(&[1, 2, 3, 4])];
    let criteria = Criteria { baseline: Some(&baseline), against: Some(&earlier), ..Criteria::default() };
    judge(&mut reports, &criteria);
    assert_eq!(dispositions(&reports[0]), ["1 baseline", "2 baseline", "3 against", "4 blocking"]);
}

#[test]
fn outside_the_change_only_what_can_be_somebody_elses_is_muted() {
    let bump = Bump::new();
    let desk = Desk::new(&bump);
    let at = |line| desk.finding("phpstan", "argument.type", "src/A.php", line);
    let findings = vec![
        Finding { end_line: 12, ..at(11) },
        at(13),
        at(0),
        Finding { ignorable: false, ..at(14) },
        Finding { file: None, ..at(15) },
        Finding { file: Some(desk.arena.file("/usr/share/x.php", false)), ..at(16) },
        desk.finding("phpcs", "PSR1.Files.SideEffects.FoundWithSymbols", "src/A.php", 1),
        desk.finding("phpcs", "PSR1.Files.SideEffects.FoundWithSymbols", "src/B.php", 1),
    ];
    let mut reports = [Report { findings, ..desk.phpstan(&[]) }];
    let change = change("12");
    judge(&mut reports, &Criteria { change: Some(&change), ..Criteria::default() });
    insta::assert_snapshot!(dispositions(&reports[0]).join(", "), @"11 blocking, 13 outside-change, 0 blocking, 14 blocking, 15 blocking, 16 blocking, 1 blocking, 1 outside-change");
}

#[test]
fn a_file_that_the_repository_does_not_have_may_be_one_that_the_change_touched() {
    let bump = Bump::new();
    let desk = Desk::new(&bump);
    let (change, files) = (change("7,2"), HashSet::from(["src/A.php".to_owned()]));
    let findings =
        vec![desk.finding("phpstan", "x", "src/A.php", 30), desk.finding("phpstan", "x", "app/src/A.php", 31)];
    let mut reports = [Report { findings, ..Report::new("phpstan", Format::PhpstanJson) }];
    judge(&mut reports, &Criteria { change: Some(&change), files: Some(&files), ..Criteria::default() });
    assert_eq!(dispositions(&reports[0]), ["30 outside-change", "31 blocking"]);
}

/// PHP-CS-Fixer's report of one rule that would change `lines`.
fn proposal<'a>(desk: &Desk<'a>, lines: &[u32]) -> Report<'a> {
    let diff: String = lines.iter().map(|line| format!("@@ -{line} +{line} @@\n-a\n+b\n")).collect();
    let detail = desk.arena.detail(Detail { diff: Some(&diff), ..Detail::default() });
    let finding = Finding { detail, ..desk.finding("php-cs-fixer", "single_quote", "src/A.php", lines[0]) };
    Report { findings: vec![finding], ..Report::new("php-cs-fixer", Format::CsFixerJson) }
}

#[test]
fn a_proposed_diff_is_the_changes_doing_when_any_of_its_places_is() {
    let bump = Bump::new();
    let desk = Desk::new(&bump);
    let change = change("7,2");
    let criteria = || Criteria { change: Some(&change), ..Criteria::default() };
    let (mut elsewhere, mut here) = ([proposal(&desk, &[2, 30])], [proposal(&desk, &[2, 8, 30])]);
    judge(&mut elsewhere, &criteria());
    judge(&mut here, &criteria());
    assert_eq!(dispositions(&elsewhere[0]), ["2 outside-change"]);
    assert_eq!(dispositions(&here[0]), ["2 blocking"]);
}

#[test]
fn one_more_place_in_a_proposed_diff_is_new_though_the_rule_is_known_in_the_file() {
    let bump = Bump::new();
    let desk = Desk::new(&bump);
    let known = Baseline::of(&proposal(&desk, &[2, 30]).findings);
    let criteria = || Criteria { baseline: Some(&known), ..Criteria::default() };
    let (mut same, mut more) = ([proposal(&desk, &[5, 33])], [proposal(&desk, &[2, 8, 30])]);
    judge(&mut same, &criteria());
    judge(&mut more, &criteria());
    assert_eq!(dispositions(&same[0]), ["5 baseline"]);
    assert_eq!(dispositions(&more[0]), ["2 blocking"]);
}

#[test]
fn with_block_any_what_is_known_blocks_and_what_is_switched_off_does_not() {
    let bump = Bump::new();
    let desk = Desk::new(&bump);
    let baseline = Baseline::of(&desk.phpstan(&[1]).findings);
    let suppressed = desk.arena.detail(Detail { suppressed: Some("inSource"), ..Detail::default() });
    let mut report = desk.phpstan(&[1]);
    report.findings.push(Finding { detail: suppressed, line: 2, ..report.findings[0] });
    report.findings.push(desk.finding("phpstan", "cast.useless", "src/A.php", 3));
    let mut reports = [report];
    let policy = policy(serde_json::json!({"block": "any", "rules": [{"rule": "cast.*", "action": "off"}]}));
    let judgement = judge(&mut reports, &Criteria { policy, baseline: Some(&baseline), ..Criteria::default() });
    assert_eq!(dispositions(&reports[0]), ["1 blocking", "2 suppressed", "3 policy"]);
    assert_eq!(said(&judgement), "fail: 1 finding blocks: phpstan 1");
}

#[test]
fn the_narrowest_word_of_the_policy_decides() {
    let bump = Bump::new();
    let desk = Desk::new(&bump);
    let low =
        |tool: &str, rule: &str, path: &str| Finding { severity: Severity::Low, ..desk.finding(tool, rule, path, 1) };
    let findings = vec![
        low("phpcs", "Squiz.A", "src/A.php"),
        low("phpcs", "PSR12.A", "src/Legacy/Old/A.php"),
        low("phpcs", "PSR12.A", "src/A.php"),
        low("phpstan", "argument.type", "src/A.php"),
        low("psalm", "Mixed", "src/A.php"),
        desk.finding("psalm", "Mixed", "src/A.php", 1),
    ];
    let mut reports = [Report { findings, ..Report::new("phpcs", Format::PhpcsJson) }];
    let policy = policy(serde_json::json!({
        "severity": "medium",
        "tools": {
            "PHPStan": {"severity": "info"},
            "phpcs": {"action": "warn", "rules": [{"rule": "PSR12.*", "path": "src/Legacy/", "action": "off", "reason": "goes in May"}]},
            "phpstna": {},
        },
        "rules": [{"rule": "PSR12.*", "action": "block"}],
    }));
    let judgement = judge(&mut reports, &Criteria { policy, ..Criteria::default() });
    assert_eq!(
        dispositions(&reports[0]),
        ["1 reported", "1 policy", "1 blocking", "1 blocking", "1 reported", "1 blocking"]
    );
    insta::assert_snapshot!(judgement.notes.join("\n"), @r"
    the policy switches off rule `PSR12.*` in `src/Legacy/` (goes in May): 1 finding
    the policy names the tool `phpstna`, and these reports are of phpcs, phpstan, psalm
    ");
}

#[test]
fn limits_tolerate_all_or_nothing() {
    let bump = Bump::new();
    let desk = Desk::new(&bump);
    let said_with = |json: serde_json::Value, lines: &[u32]| {
        let mut reports = [desk.phpstan(lines)];
        said(&judge(&mut reports, &Criteria { policy: policy(json), ..Criteria::default() }))
    };
    let all = serde_json::json!({"max": 2});
    insta::assert_snapshot!(said_with(all.clone(), &[1, 2]), @"pass: 2 findings are reported and do not block | 2 findings of at most 2 tolerated");
    insta::assert_snapshot!(said_with(all, &[1, 2, 3]), @"fail: 3 findings block: phpstan 3 | 3 findings, 1 more than the 2 tolerated");
    let tool = serde_json::json!({"tools": {"phpstan": {"max": 1}}});
    insta::assert_snapshot!(said_with(tool.clone(), &[1]), @"pass: 1 finding is reported and does not block | phpstan: 1 finding of at most 1 tolerated");
    insta::assert_snapshot!(said_with(tool, &[1, 2]), @"fail: 2 findings block: phpstan 2 | phpstan: 2 findings, 1 more than the 1 tolerated");
    let rule = serde_json::json!({"rules": [{"rule": "argument.*", "path": "src", "action": "block", "max": 1}]});
    insta::assert_snapshot!(said_with(rule, &[1, 2]), @"fail: 2 findings block: phpstan 2 | rule `argument.*` in `src`: 2 findings, 1 more than the 1 tolerated");
}

#[test]
fn reasons_are_few_enough_to_be_read() {
    let bump = Bump::new();
    let desk = Desk::new(&bump);
    let mut reports = vec![Report { problems: vec!["cut short".to_owned()], ..desk.phpstan(&[1]) }; 8];
    let refusals = (1..=22).map(|at| format!("refusal {at}")).collect();
    let reasons = judge(&mut reports, &Criteria { refusals, ..Criteria::default() }).verdict.reasons;
    assert_eq!(reasons.len(), 20);
    let phpstan = "reports/phpstan.json";
    let first = format!("8 of 8 reports cannot be relied on: {phpstan}, {phpstan}, {phpstan}, and 5 more");
    assert_eq!((&reasons[0], reasons[19].as_str()), (&first, "and 5 more reasons"));
}

#[test]
fn what_is_wrong_in_a_policy_is_found_when_it_is_read() {
    let refusal = |json: serde_json::Value| serde_json::from_value::<Policy>(json).unwrap_err().to_string();
    let rule = |json: serde_json::Value| refusal(serde_json::json!({"rules": [json]}));
    insta::assert_snapshot!(rule(serde_json::json!({"rule": "a{", "action": "warn"})), @"cannot read the glob: error parsing glob 'a{': unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)");
    insta::assert_snapshot!(rule(serde_json::json!({"rule": "", "action": "warn"})), @"the glob is empty; write `*` for all rules, or leave the path out for all files");
    insta::assert_snapshot!(rule(serde_json::json!({"rule": "a", "path": "/src", "action": "warn"})), @"the glob `/src` starts with `/` or `../`; paths are relative to the root of the repository");
    insta::assert_snapshot!(rule(serde_json::json!({"rule": "a", "action": "warn", "max": 3})), @"`max` for the rule `a` needs `action: block`; nothing else can be exceeded");
    insta::assert_snapshot!(rule(serde_json::json!({"rule": "a", "action": "wran"})), @"unknown variant `wran`, expected one of `block`, `warn`, `off`");
    insta::assert_snapshot!(refusal(serde_json::json!({"severty": "low"})), @"unknown field `severty`, expected one of `block`, `severity`, `max`, `tools`, `rules`");
}

#[test]
fn a_policy_survives_being_written_and_read() {
    let rule = RulePolicy {
        rule: r"Rector\Php81\*".to_owned().try_into().unwrap(),
        path: Some("./src/".to_owned().try_into().unwrap()),
        action: Action::Block,
        reason: Some("later".to_owned()),
        max: Some(3),
    };
    assert!(rule.rule.matches(r"Rector\Php81\Rector\Enum") && !rule.rule.matches(r"Rector\Php80"));
    let tool = ToolPolicy { block: Some(Block::Any), rules: vec![rule], ..ToolPolicy::default() };
    let policy = Policy { tools: [("rector".to_owned(), tool)].into(), ..Policy::default() };
    assert_eq!(self::policy(serde_json::to_value(&policy).unwrap()), policy);
}

/// A finding in few numbers: rule, line, severity, occurrences, whether it can be ignored.
type Seed = (usize, u32, usize, u32, bool);

fn seeds() -> impl Strategy<Value = Vec<Seed>> {
    prop::collection::vec((0_usize..3, 0_u32..6, 0_usize..5, 1_u32..3, prop::bool::weighted(0.9)), 0..12)
}

fn policies() -> impl Strategy<Value = Policy> {
    let max = || prop_oneof![3 => Just(0_u64), 1 => 0_u64..5];
    let rule = prop_oneof![
        Just(serde_json::json!([])),
        Just(serde_json::json!([{"rule": "r0", "action": "block", "max": 2}])),
        Just(serde_json::json!([{"rule": "r0", "action": "warn"}, {"rule": "r[01]", "action": "off"}])),
    ];
    let severity = prop::sample::select(vec!["info", "medium", "critical"]);
    (any::<bool>(), max(), max(), rule, severity).prop_map(|(any, max, tool, rules, severity)| {
        let block = if any { "any" } else { "new" };
        let tools = if tool > 0 { serde_json::json!({"t": {"max": tool}}) } else { serde_json::json!({}) };
        policy(serde_json::json!({"block": block, "max": max, "tools": tools, "rules": rules, "severity": severity}))
    })
}

fn made<'a>(desk: &Desk<'a>, seeds: &[Seed]) -> Vec<Report<'a>> {
    let made = |&(rule, line, severity, count, ignorable): &Seed| Finding {
        severity: Severity::WORST_FIRST[severity],
        count,
        ignorable,
        ..desk.finding("t", &format!("r{rule}"), "src/A.php", line)
    };
    vec![Report { findings: seeds.iter().map(made).collect(), ..Report::new("t", Format::Stepgate) }]
}

proptest! {
    #[test]
    fn one_more_finding_never_turns_a_fail_into_a_pass(
        known in seeds(), mut found in seeds(), more in seeds(), at in any::<prop::sample::Index>(), policy in policies(), filter in any::<bool>(),
    ) {
        let bump = Bump::new();
        let desk = Desk::new(&bump);
        let (baseline, against) = (Baseline::of(&made(&desk, &known)[0].findings), Baseline::of(&made(&desk, &more)[0].findings));
        let change = change("2,2");
        let criteria = Criteria {
            policy, baseline: Some(&baseline), against: Some(&against), change: Some(&change).filter(|_| filter), ..Criteria::default()
        };
        let before = judge(&mut made(&desk, &found), &criteria).verdict.outcome;
        let one = *more.first().unwrap_or(&(0, 1, 0, 1, true));
        found.insert(at.index(found.len() + 1), one);
        let after = judge(&mut made(&desk, &found), &criteria).verdict.outcome;
        prop_assert!(before == Outcome::Pass || after == Outcome::Fail);
    }

    #[test]
    fn nothing_is_removed_and_every_finding_is_blocking_reported_or_muted(known in seeds(), found in seeds(), policy in policies()) {
        let bump = Bump::new();
        let desk = Desk::new(&bump);
        let baseline = Baseline::of(&made(&desk, &known)[0].findings);
        let mut reports = made(&desk, &found);
        let before = reports[0].findings.clone();
        let judgement = judge(&mut reports, &Criteria { policy, baseline: Some(&baseline), ..Criteria::default() });
        let totals = Totals::of(&reports[0].findings);
        prop_assert_eq!(totals.blocking + totals.reported + totals.muted, totals.findings);
        prop_assert_eq!(judgement.verdict.outcome == Outcome::Fail, totals.blocking > 0);
        let unjudged = |finding: &Finding<'_>| format!("{:?}", Finding { disposition: Disposition::Reported, ..*finding });
        prop_assert!(reports[0].findings.iter().map(unjudged).eq(before.iter().map(unjudged)));
    }

    #[test]
    fn the_order_of_the_findings_makes_no_difference(known in seeds(), found in seeds(), policy in policies()) {
        let bump = Bump::new();
        let desk = Desk::new(&bump);
        let baseline = Baseline::of(&made(&desk, &known)[0].findings);
        let change = change("2,2");
        let criteria = Criteria { policy, baseline: Some(&baseline), change: Some(&change), ..Criteria::default() };
        let (mut there, mut back) = (made(&desk, &found), made(&desk, &found));
        back[0].findings.reverse();
        let (one, other) = (judge(&mut there, &criteria), judge(&mut back, &criteria));
        prop_assert_eq!(one.verdict.reasons, other.verdict.reasons);
        prop_assert_eq!(one.stale, other.stale);
        let sorted = |reports: &[Report<'_>]| {
            let mut all: Vec<_> = reports[0].findings.iter().map(|finding| format!("{finding:?}")).collect();
            all.sort();
            all
        };
        prop_assert_eq!(sorted(&there), sorted(&back));
    }
}
