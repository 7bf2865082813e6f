use super::*;

fn config(yaml: &str) -> Result<Config, String> {
    serde_saphyr::from_str(yaml).map_err(|error| error.to_string())
}

#[track_caller]
fn refused(yaml: &str, words: &str) {
    let error = config(yaml).map(|_| ()).unwrap_err();
    assert!(error.contains(words), "{words}: {error}");
}

const WHOLE: &str = "
rules:
  - name: likely
    action: block
    reason: it is exploited soon
    kind: [vulnerability]
    class: lang
    severity: medium
    unknown-severity: true
    fixable: true
    status: [fixed, will_not_fix]
    id: ['CVE-2026-*']
    package: ['linux-*']
    type: [composer, npm]
    path: [/app/vendor, '**/*.jar']
    origin: own
    news: [introduced, raised]
    cvss: 7.5
    epss: 0.1
    kev: true
    older-than: 30d
    seen-for: 7d
    max: 3
    if-unknown: skip
  - {name: names, action: warn, kind: [license, secret], category: ['forbid*']}
environments:
  production:
    - {name: anything, action: block, severity: low}
";

#[test]
fn every_condition_is_read_and_written_again() {
    let read = config(WHOLE).unwrap();
    assert_eq!(read.rules[0].cvss, Some(7.5));
    let again: Config = serde_json::from_value(serde_json::to_value(&read).unwrap()).unwrap();
    assert_eq!(again, read);
}

#[test]
fn rules_of_the_environment_come_before_those_for_all() {
    let config = config(WHOLE).unwrap();
    let names = |environment| {
        let policy = Policy::of(&config, environment)?;
        Ok::<_, String>(policy.rules.into_iter().map(|rule| rule.name).collect::<Vec<_>>())
    };
    assert_eq!(names(None).unwrap(), ["likely", "names"]);
    assert_eq!(names(Some("production")).unwrap(), ["anything", "likely", "names"]);
    assert_eq!(names(Some("prod")).unwrap_err(), "the policy has no environment `prod`; there are `production`");
    assert!(Policy::of(&Config::default(), Some("x")).unwrap_err().contains("none at all"));
}

#[test]
fn without_rules_the_default_ones_are_in_force() {
    let environment = "environments: {production: [{name: strict, action: block, severity: low}]}";
    let policy = Policy::of(&config(environment).unwrap(), Some("production")).unwrap();
    assert_eq!(policy.rules[1..], Policy::default_rules());
    assert_eq!(Policy::of(&Config::default(), None).unwrap().rules, Policy::default_rules());
    for rule in Policy::default_rules() {
        let written = serde_json::to_value(&rule).unwrap();
        assert_eq!(serde_json::from_value::<Rule>(written).unwrap(), rule, "it could be written in a config");
    }
}

#[test]
fn a_rule_that_could_never_match_is_refused() {
    let refused = |rule: &str, words| refused(&format!("rules: [{{name: x, action: block, {rule}}}]"), words);
    refused("kind: [secret], fixable: true", "never matches a secret: it has no `fixable`");
    refused("kind: [vulnerability, misconfiguration], cvss: 7", "never matches a misconfiguration");
    refused("epss: 0.5, category: [forbidden]", "never matches: nothing has `epss` and `category`");
    refused("kind: []", "`kind` of the rule `x` is empty");
    refused("package: ['']", "the glob is empty");
    refused("path: ['../x']", "../");
    refused("id: ['CVE-[']", "cannot read the glob");
    refused("cvss: 11", "from 0 to 10");
    refused("cvss: .nan", "from 0 to 10");
    refused("epss: 10", "not a percentage");
    refused("kev: false", "can only be true");
    refused("older-than: 30", "30");
    refused("seen-for: 0d", "not a length of time");
    refused("severty: high", "severty");
    refused("severity: hihg", "hihg");
}

#[test]
fn what_only_blocking_rules_can_say_is_refused_elsewhere() {
    refused("rules: [{name: x, action: warn, max: 1}]", "`max` of the rule `x` needs `action: block`");
    refused("rules: [{name: x, action: report, if-unknown: match}]", "nothing is let through for lack of data");
}

#[test]
fn a_rule_has_a_name_of_its_own_and_an_action() {
    refused("rules: [{action: warn}]", "name");
    refused("rules: [{name: x}]", "action");
    refused("rules: [{name: ' ', action: warn}]", "needs a name");
    refused("rules: [{name: x, action: warn}, {name: x, action: block}]", "two rules `x`");
    let environment = "rules: [{name: x, action: warn}]\nenvironments: {e: [{name: x, action: block}]}";
    refused(environment, "the rule `x` of the environment `e`");
    refused("environments: {e: [{name: fixable, action: block}]}", "has the name of another rule");
    assert!(config("environments: {a: [{name: x, action: warn}], b: [{name: x, action: warn}]}").is_ok());
}

#[test]
fn an_error_says_where_it_stands() {
    refused("rules:\n  - name: x\n    action: warn\n    kind: [secret]\n    cvss: 7\n", "line 2");
}

#[test]
fn globs_match_in_any_case_and_folders_mean_what_is_in_them() {
    let name = |glob: &str| NameGlob::try_from(glob.to_owned()).unwrap();
    assert!(name("cve-2026-*").matches("CVE-2026-1") && !name("cve-2026-*").matches("CVE-2025-1"));
    let path = |glob: &str| PathGlob::try_from(glob.to_owned()).unwrap();
    assert!(path("/app/vendor").matches("app/vendor/x/y.php") && path("app/*.lock").matches("/app/composer.lock"));
    assert!(!path("app/*.lock").matches("app/x/composer.lock") && !path("app").matches("application"));
}

#[test]
fn letting_everything_else_through_never_means_secrets() {
    let rest = Rule { name: "rest".to_owned(), action: Action::Report, ..Rule::default() };
    assert!(rest.is_about(Kind::License) && !rest.is_about(Kind::Secret));
    assert!(Rule { kind: vec![Kind::Secret], ..rest.clone() }.is_about(Kind::Secret));
    assert!(Rule { action: Action::Block, ..rest.clone() }.is_about(Kind::Secret));
    assert!(!Rule { action: Action::Block, max: Some(5), ..rest }.is_about(Kind::Secret));
}
