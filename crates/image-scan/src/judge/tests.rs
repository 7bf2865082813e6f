use findings::{Disposition, Muted, Outcome, Severity};
use jiff::{SignedDuration, ToSpan as _};

use super::fixture::{curl, in_file, now, scan, vulnerability};
use super::*;
use crate::age::Age;
use crate::model::{Kind, Lapse, Layer, News, Os, Suppressed};
use crate::policy::{Action, Rule, Unknown};

/// Everything a verdict depends on, to be changed by a test.
pub(super) struct Given {
    policy: Policy,
    pub(super) exceptions: Vec<crate::exceptions::Exception>,
    demands: Demands,
    facts: Vec<Facts>,
    vex: Vec<Document>,
    deployed: Option<Deployed>,
    base: Option<Vec<String>>,
    epss: Option<Epss>,
    kev: Option<Kev>,
    first_seen: Option<FirstSeen>,
}

impl Given {
    pub(super) fn rules(rules: Vec<Rule>) -> Self {
        Self {
            policy: Policy { rules },
            exceptions: Vec::new(),
            demands: Demands::default(),
            facts: Vec::new(),
            vex: Vec::new(),
            deployed: None,
            base: None,
            epss: None,
            kev: None,
            first_seen: None,
        }
    }

    fn default_rules() -> Self {
        Self::rules(Policy::default_rules())
    }

    pub(super) fn judge<'a>(&self, scans: Vec<Scan<'a>>, bump: &'a Bump) -> Gate<'a> {
        let today = jiff::tz::Offset::UTC.to_datetime(now()).date();
        let criteria = Criteria {
            policy: &self.policy,
            exceptions: Exceptions::new(self.exceptions.clone(), today),
            vex: &self.vex,
            demands: &self.demands,
            facts: &self.facts,
            deployed: self.deployed.as_ref(),
            base: self.base.as_deref(),
            epss: self.epss.as_ref(),
            kev: self.kev.as_ref(),
            first_seen: self.first_seen.as_ref(),
            now: now(),
        };
        judge(scans, criteria, bump)
    }

    /// What becomes of one finding.
    fn of(&self, finding: Finding<'static>) -> (Disposition, bool, String) {
        let bump = Bump::new();
        let gate = self.judge(vec![scan(vec![finding])], &bump);
        let ruling = gate.scans[0].findings[0].ruling;
        (ruling.disposition, ruling.warns, ruling.by.to_owned())
    }

    fn blocks(&self, finding: Finding<'static>) -> bool {
        self.of(finding).0 == Disposition::Blocking
    }
}

pub(super) fn rule(name: &str, action: Action) -> Rule {
    Rule { name: name.to_owned(), action, ..Rule::default() }
}

pub(super) fn exception(id: &str, expires: &str) -> crate::exceptions::Exception {
    let text = format!(r#"{{"id":"{id}","reason":"not reachable","owner":"web","expires":"{expires}"}}"#);
    serde_json::from_str(&text).unwrap()
}

fn one() -> Finding<'static> {
    vulnerability("CVE-1", curl())
}

#[test]
fn the_default_rules_block_what_is_bad_and_can_be_mended() {
    let given = Given::default_rules();
    let ruled = |finding| {
        let (disposition, warns, by) = given.of(finding);
        format!("{}{} by {by}", disposition.as_str(), if warns { ", warns" } else { "" })
    };
    assert_eq!(ruled(one()), "blocking by rule `fixable`");
    assert_eq!(ruled(Finding { severity: Some(Severity::Medium), ..one() }), "reported by rule `everything-else`");
    assert_eq!(ruled(Finding { severity: None, ..one() }), "reported by rule `everything-else`");
    let unrated = Finding { severity: None, worst: Some(Severity::Critical), ..one() };
    assert_eq!(ruled(unrated.clone()), "blocking by rule `fixable`");
    assert_eq!(ruled(Finding { fixed_version: "", ..unrated }), "reported, warns by rule `unfixable-critical`");
    assert_eq!(ruled(Finding { kev: true, fixed_version: "", ..one() }), "blocking by rule `known-exploited`");
    assert!(ruled(in_file(Kind::Secret, "token")).starts_with("blocking by rule `secret`: "));
    assert_eq!(ruled(in_file(Kind::Misconfiguration, "DS-0002")), "blocking by rule `misconfiguration`");
    let license = Finding { category: "forbidden", ..in_file(Kind::License, "AGPL-3.0") };
    assert_eq!(ruled(license), "reported, warns by rule `license-forbidden`");
}

#[test]
fn what_no_rule_matches_is_reported_but_secrets_block() {
    let given = Given::rules(vec![rule("rest", Action::Report)]);
    assert!(given.blocks(in_file(Kind::Secret, "token")), "everything else is not secrets");
    let nothing = Given::rules(Vec::new());
    assert_eq!(nothing.of(one()), (Disposition::Reported, false, "no rule".to_owned()));
    assert!(nothing.blocks(in_file(Kind::Secret, "token")));
    let known = Rule { kind: vec![Kind::Secret], ..rule("fake-keys", Action::Report) };
    assert!(!Given::rules(vec![known]).blocks(in_file(Kind::Secret, "token")));
}

#[test]
fn the_first_rule_that_matches_decides() {
    let kernel = Rule {
        package: vec!["cu*".to_owned().try_into().unwrap()],
        reason: Some("not ours".to_owned()),
        ..rule("theirs", Action::Warn)
    };
    let given = Given::rules(vec![kernel, rule("all", Action::Block)]);
    assert_eq!(given.of(one()), (Disposition::Reported, true, "rule `theirs`: not ours".to_owned()));
    assert!(given.blocks(Finding { package: None, ..one() }));
}

#[test]
fn a_limit_tolerates_so_many_and_then_blocks_all() {
    let given = Given::rules(vec![Rule { max: Some(2), ..rule("some", Action::Block) }]);
    let bump = Bump::new();
    let gate = given.judge(vec![scan(vec![one()]), scan(vec![one()])], &bump);
    assert_eq!(gate.verdict.outcome, Outcome::Pass);
    assert_eq!(gate.scans[0].findings[0].ruling.by, "rule `some`: 2 of at most 2 tolerated");
    assert_eq!(gate.verdict.reasons[1], "rule `some`: 2 of at most 2 findings tolerated");
    let gate = given.judge(vec![scan(vec![one()]), scan(vec![one(), one()])], &bump);
    assert_eq!(gate.verdict.outcome, Outcome::Fail);
    assert!(gate.findings().all(|finding| finding.ruling.disposition == Disposition::Blocking));
    assert!(gate.verdict.reasons[0].ends_with("; 1 more than the 2 tolerated"), "{:?}", gate.verdict.reasons);
}

/// A condition holds, does not hold, and cannot be known.
#[track_caller]
fn three_answers(
    condition: &Rule,
    mut with_data: impl FnMut(&mut Given),
    yes: &Finding<'static>,
    no: &Finding<'static>,
    unknown: &Finding<'static>,
) {
    let mut matches = |action, if_unknown, finding: &Finding<'static>| {
        let mut given = Given::rules(vec![Rule { name: "x".to_owned(), action, if_unknown, ..condition.clone() }]);
        with_data(&mut given);
        given.of(finding.clone()).2 == "rule `x`"
    };
    for action in [Action::Block, Action::Warn, Action::Report] {
        assert!(matches(action, None, yes) && !matches(action, None, no), "{action:?}");
    }
    assert!(matches(Action::Block, None, unknown), "what nobody knows blocks");
    assert!(!matches(Action::Warn, None, unknown) && !matches(Action::Report, None, unknown), "and excuses nothing");
    assert!(!matches(Action::Block, Some(Unknown::Skip), unknown));
}

#[test]
fn scores_hold_at_least_and_missing_ones_block() {
    let with = |cvss| Finding { cvss, ..one() };
    let condition = Rule { cvss: Some(7.5), ..Rule::default() };
    three_answers(&condition, |_| {}, &with(Some(75)), &with(Some(74)), &with(None));
    let condition = Rule { epss: Some(0.5), ..Rule::default() };
    let scores = |given: &mut Given| {
        let scores = [("CVE-1".into(), 0.5), ("CVE-2".into(), 0.1)].into_iter().collect();
        given.epss = Some(Epss { scores, date: Some(now()) });
    };
    let (low, unlisted) = (vulnerability("CVE-2", curl()), vulnerability("CVE-3", curl()));
    three_answers(&condition, scores, &one(), &low, &unlisted);
    let brought = Finding { epss: Some(0.6), ..low };
    three_answers(&condition, scores, &brought, &Finding { epss: Some(0.2), ..unlisted.clone() }, &unlisted);
    three_answers(&condition, |_| {}, &brought, &Finding { epss: Some(0.2), ..one() }, &one());
}

#[test]
fn grace_ends_with_the_age_and_needs_a_date() {
    let published = |days: i64| Finding { published: Some(now() - SignedDuration::from_hours(24 * days)), ..one() };
    let condition = Rule { older_than: Some(Age::days(30)), ..Rule::default() };
    three_answers(&condition, |_| {}, &published(30), &published(29), &one());
    three_answers(&condition, |_| {}, &published(30), &published(29), &published(-3));
    let condition = Rule { seen_for: Some(Age::days(7)), ..Rule::default() };
    let seen = |given: &mut Given| {
        let mut seen = FirstSeen::default();
        for (id, ago) in [("CVE-1", 7), ("CVE-2", 6), ("CVE-4", -2)] {
            let day = jiff::tz::Offset::UTC.to_datetime(now()).date() - ago.days();
            seen.record(&[vulnerability(id, curl())], day);
        }
        given.first_seen = Some(seen);
    };
    let [two, three, four] = ["CVE-2", "CVE-3", "CVE-4"].map(|id| vulnerability(id, curl()));
    three_answers(&condition, seen, &one(), &two, &three);
    three_answers(&condition, seen, &one(), &two, &four);
}

#[test]
fn the_base_and_the_own_layers_are_told_apart() {
    let own = Layer { diff_id: "sha256:own", created_by: "" };
    let own: &'static Layer<'static> = Box::leak(Box::new(own));
    let condition = Rule { origin: Some(Origin::Own), ..Rule::default() };
    let base = |given: &mut Given| given.base = Some(vec!["sha256:base".to_owned()]);
    let (theirs, nowhere) = (one(), Finding { layer: None, ..one() });
    let ours = Finding { layer: Some(own), ..one() };
    three_answers(&condition, base, &ours, &theirs, &nowhere);
    three_answers(&condition, base, &in_file(Kind::License, "GPL"), &theirs, &nowhere);
    let mut given = Given::rules(vec![Rule { name: "x".to_owned(), ..condition }]);
    given.base = Some(vec!["sha256:other".to_owned()]);
    let bump = Bump::new();
    let gate = given.judge(vec![scan(vec![theirs])], &bump);
    assert_eq!(gate.verdict.outcome, Outcome::Fail, "the wrong base excuses nothing");
    assert!(gate.warnings.iter().any(|text| text.contains("is not the one that web.json is built on")));
}

#[test]
fn news_are_told_against_the_image_that_runs() {
    let condition = Rule { news: vec![News::Introduced], ..Rule::default() };
    let mut given = Given::rules(vec![Rule { name: "new".to_owned(), ..condition }]);
    assert!(given.blocks(one()), "nothing was compared");
    given.deployed = Some(Deployed::new(&scan(vec![one(), vulnerability("CVE-9", curl())])));
    assert!(!given.blocks(one()) && given.blocks(vulnerability("CVE-2", curl())));
    let bump = Bump::new();
    let both = given.judge(vec![scan(vec![one()]), scan(Vec::new())], &bump);
    assert_eq!(both.fixed.iter().map(|gone| &*gone.id).collect::<Vec<_>>(), ["CVE-9"], "gone from every scan");
    assert!(both.compared);
    let broken = Scan { problems: vec!["cut short".to_owned()], ..scan(Vec::new()) };
    assert!(given.judge(vec![broken], &bump).fixed.is_empty(), "what is not whole shows nothing to be gone");
}

#[test]
fn data_that_rules_ask_for_and_that_was_not_given_is_told_once() {
    let mut given = Given::rules(vec![
        Rule { epss: Some(0.1), ..rule("a", Action::Block) },
        Rule { epss: Some(0.2), kev: true, ..rule("b", Action::Block) },
        Rule { epss: Some(0.2), ..rule("c", Action::Report) },
        Rule { kev: true, if_unknown: Some(Unknown::Skip), ..rule("d", Action::Block) },
    ]);
    let bump = Bump::new();
    let warnings = given.judge(vec![scan(Vec::new())], &bump).warnings;
    let told: Vec<_> = warnings.iter().filter(|text| text.contains("counts as")).collect();
    assert_eq!(told.len(), 3, "{warnings:#?}");
    assert!(told[0].ends_with("`epss` counts as met, since they block, in these rules: `a`, `b`"));
    assert!(told[1].ends_with("`epss` counts as not met, since they let through, in these rules: `c`"));
    given.epss = Some(Epss { date: Some(now()), ..Epss::default() });
    let warnings = given.judge(vec![scan(Vec::new())], &bump).warnings;
    assert!(!warnings.iter().any(|text| text.contains("EPSS")));
}

#[test]
fn stale_data_makes_the_gate_incomplete_only_where_a_rule_asks_for_it() {
    let mut given = Given::rules(vec![rule("all", Action::Report)]);
    given.epss = Some(Epss::default());
    let bump = Bump::new();
    assert_eq!(given.judge(vec![scan(Vec::new())], &bump).verdict.outcome, Outcome::Pass);
    given.policy.rules.push(Rule { epss: Some(0.1), ..rule("likely", Action::Block) });
    let verdict = given.judge(vec![scan(Vec::new())], &bump).verdict;
    assert_eq!(verdict.outcome, Outcome::Incomplete);
    assert_eq!(verdict.reasons, ["the EPSS scores are of no known date; fetch the file again"]);
}

#[test]
fn what_is_suppressed_or_accepted_is_muted_with_its_words() {
    let suppressed = Suppressed { status: "ignored", statement: "fine", source: ".trivyignore" };
    let suppressed: &'static Suppressed<'static> = Box::leak(Box::new(suppressed));
    let mut given = Given::default_rules();
    given.exceptions = vec![exception("CVE-1", "2026-11-24")];
    let (disposition, _, by) = given.of(Finding { suppressed: Some(suppressed), ..one() });
    assert_eq!(disposition, Disposition::Muted(Muted::Suppressed));
    assert_eq!(by, "suppressed in the report: ignored: fine (.trivyignore)");
    let (disposition, _, by) = given.of(one());
    assert_eq!(disposition, Disposition::Muted(Muted::Exception));
    assert!(by.starts_with("exception `CVE-1` until 2026-11-24") && by.contains("not reachable"), "{by}");
}

#[test]
fn a_statement_that_it_does_not_apply_mutes_and_one_that_matches_nothing_is_told() {
    let statement = |id: &str| {
        format!(
            r#"{{"@context":"https://openvex.dev/ns/v0.2.0","@id":"x","author":"a","timestamp":"2026-11-01T00:00:00Z",
            "version":1,"statements":[{{"vulnerability":{{"name":"{id}"}},"products":[{{"@id":"pkg:deb/debian/curl"}}],
            "status":"not_affected","justification":"vulnerable_code_not_present"}}]}}"#
        )
    };
    let mut given = Given::default_rules();
    given.vex = vec![vex::read(statement("CVE-1").as_bytes(), "vex.json").unwrap()];
    given.exceptions = vec![exception("CVE-1", "2026-12-31")];
    let (disposition, _, by) = given.of(one());
    assert_eq!(disposition, Disposition::Muted(Muted::Vex));
    assert!(by.contains("vex.json"), "{by}");
    assert!(given.blocks(vulnerability("CVE-2", curl())));
    let bump = Bump::new();
    let gate = given.judge(vec![scan(vec![vulnerability("CVE-2", curl())])], &bump);
    assert!(gate.warnings.iter().any(|text| text.starts_with("vex.json")), "{:#?}", gate.warnings);
    assert_eq!(gate.about_exceptions[0].lapse, Lapse::Unused);
    assert!(gate.about_exceptions[0].message.starts_with("exception 1 (`CVE-1`)"));
}

#[test]
fn the_facts_of_a_scan_are_those_at_its_place() {
    let mut given = Given::default_rules();
    given.facts =
        ["sha256:aa", "sha256:bb"].map(|id| Facts { image_id: Some(id.to_owned()), ..Facts::default() }).into();
    let bump = Bump::new();
    let gate = given.judge(vec![scan(Vec::new()), scan(Vec::new())], &bump);
    assert_eq!(gate.verdict.outcome, Outcome::Incomplete);
    assert!(gate.scans[0].problems.is_empty() && gate.scans[1].problems[0].contains("another image"));
}

#[test]
fn an_expired_exception_excuses_nothing_and_is_refused() {
    let mut given = Given::rules(vec![rule("all", Action::Report)]);
    given.exceptions = vec![exception("CVE-1", "2026-11-23")];
    let bump = Bump::new();
    let gate = given.judge(vec![scan(vec![one()])], &bump);
    assert_eq!(gate.verdict.outcome, Outcome::Fail);
    assert!(gate.verdict.reasons[0].contains("ended on 2026-11-23"), "{:?}", gate.verdict.reasons);
    assert_eq!(gate.about_exceptions[0].message, gate.verdict.reasons[0]);
    let gate = given.judge(vec![scan(Vec::new())], &bump);
    assert_eq!(gate.verdict.outcome, Outcome::Pass);
    assert_eq!(gate.about_exceptions[0].lapse, Lapse::Ended);
    assert!(gate.warnings.iter().all(|text| !text.contains("ended on")), "it is told once: {:?}", gate.warnings);
}

#[test]
fn nothing_that_cannot_be_relied_on_passes() {
    let given = Given::default_rules();
    let bump = Bump::new();
    let none = given.judge(Vec::new(), &bump).verdict;
    assert_eq!(none.outcome, Outcome::Incomplete);
    assert_eq!(none.reasons, ["there is no report, so nothing is known about the image"]);
    let unusable = Scan::unusable("web.json".to_owned(), "the file is empty".to_owned());
    let gate = given.judge(vec![unusable, scan(vec![one()])], &bump);
    assert_eq!(gate.verdict.outcome, Outcome::Incomplete);
    assert_eq!(gate.verdict.reasons[0], "web.json: the file is empty");
    assert!(gate.verdict.reasons[1].starts_with("1 finding blocked by rule `fixable`"));
    let unknown = Scan { os: Some(Os { family: "none", ..Os::default() }), ..scan(Vec::new()) };
    let gate = given.judge(vec![unknown], &bump);
    assert_eq!(gate.verdict.outcome, Outcome::Incomplete);
    assert_eq!(gate.scans[0].problems.len(), 1, "what a report does not prove stands with it");
    let old = Scan { os: Some(Os { family: "alpine", name: "3.9", end_of_life: true }), ..scan(Vec::new()) };
    let gate = given.judge(vec![old], &bump);
    assert_eq!(gate.verdict.outcome, Outcome::Fail);
    assert!(gate.verdict.reasons[0].starts_with("web.json: nobody looks after alpine 3.9"));
}

#[test]
fn the_reasons_name_rule_counts_and_the_worst() {
    let given = Given::default_rules();
    let critical = Finding { severity: Some(Severity::Critical), ..vulnerability("CVE-7", curl()) };
    let secret = in_file(Kind::Secret, "aws-access-key-id");
    let bump = Bump::new();
    let gate = given.judge(vec![scan(vec![one(), critical, one(), secret])], &bump);
    assert_eq!(
        gate.verdict.reasons,
        [
            "3 findings blocked by rule `fixable`: critical 1, high 2 (worst: CVE-7 in curl 7.88.1-10, fixed in \
             7.88.2)",
            "1 finding blocked by rule `secret`: high 1 (aws-access-key-id in /app/.env:3); whoever can pull the image \
             can read it; take it out and revoke it",
        ]
    );
}

#[test]
fn a_pass_says_what_was_looked_at() {
    let mut given = Given::default_rules();
    given.exceptions = vec![exception("CVE-1", "2026-12-31")];
    let bump = Bump::new();
    let passed = |findings| given.judge(vec![scan(findings)], &bump).verdict;
    assert_eq!(passed(Vec::new()).reasons, ["110 packages of web.tar: no findings"]);
    let low = Finding { severity: Some(Severity::Low), ..vulnerability("CVE-2", curl()) };
    let verdict = passed(vec![one(), low]);
    assert_eq!(verdict.outcome, Outcome::Pass);
    assert_eq!(
        verdict.reasons,
        ["110 packages of web.tar: 2 findings, and none blocks: 1 reported, 1 muted by exceptions"]
    );
}
