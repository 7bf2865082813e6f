use bitbucket::{BranchRestriction, Environment, Variable};
use promotion::Policy;
use step::Exit;

use super::write::{json, terminal};
use super::{Audit, Facts, Name, SCHEMA, Server, State, Unseen};

fn restriction(kind: &str, pattern: &str, value: Option<u64>) -> BranchRestriction {
    let users = serde_json::json!([{"display_name": "promote bot", "uuid": "{b07}", "type": "app_user"}]);
    let json = serde_json::json!({"kind": kind, "branch_match_kind": "glob", "pattern": pattern, "value": value, "users": users});
    serde_json::from_value(json).expect("a restriction")
}

/// What is known of a repository that nobody could be asked about.
fn unseen(why: &str, close: &str) -> Server {
    let unseen = || Unseen { why: why.to_owned(), close: close.to_owned() };
    Server {
        restrictions: Err(unseen()),
        environments: Err(unseen()),
        repository_variables: Err(unseen()),
        workspace_variables: Err(unseen()),
    }
}

fn environment(name: &str, keys: &[(&str, bool)], admin_only: bool) -> (Environment, super::Seen<Vec<Variable>>) {
    let json = serde_json::json!({"uuid": "{1}", "name": name, "restrictions": {"admin_only": admin_only}});
    let variables = keys.iter().map(|(key, secured)| {
        serde_json::from_value(serde_json::json!({"key": key, "secured": secured})).expect("a variable")
    });
    (serde_json::from_value(json).expect("an environment"), Ok(variables.collect()))
}

/// Everything as it should be.
fn closed() -> Server {
    let all = [
        ("push", "main", None),
        ("push", "*", None),
        ("force", "main", None),
        ("delete", "main", None),
        ("restrict_merges", "main", None),
        ("require_approvals_to_merge", "main", Some(2)),
        ("require_passing_builds_to_merge", "main", Some(1)),
        ("reset_pullrequest_approvals_on_change", "main", None),
        ("enforce_merge_checks", "main", None),
    ];
    let keys = [("STEPGATE_SIGNING_KEY", true), ("STEPGATE_BITBUCKET_TOKEN", true)];
    Server {
        restrictions: Ok(all.map(|(kind, pattern, value)| restriction(kind, pattern, value)).to_vec()),
        environments: Ok(vec![environment("production", &keys, false)]),
        repository_variables: Ok(Vec::new()),
        workspace_variables: Ok(Vec::new()),
    }
}

fn policy() -> Policy {
    let key = |seed: u8| attest::SigningKey::from_seed(&[seed; 32]).public().to_pem().replace('\n', "\n      ");
    let text = format!(
        "services:\n  api:\n    image: registry.example/api\n    environments:\n      dev:\n        targets: [{{file: dev.yaml}}]\n      \
         production:\n        targets: [{{file: production.yaml}}]\n\
         environments:\n  dev: {{}}\n  production:\n    from: [dev]\n    verified: false\n    via: pull-request\n    who: [ops]\n    \
         require:\n      - claim: tests\n    approvals:\n      count: 2\n      from: [ops]\n\
         groups:\n  ops: ['{{11111111-1111-4111-8111-111111111111}}', '{{22222222-2222-4222-8222-222222222222}}']\n\
         policy:\n  who: [ops]\n\
         keys:\n  gate:\n    public-key: |\n      {}\n    may-sign: [tests]\n    valid-until: 2030-01-01T00:00:00Z\n",
        key(1).trim_end()
    );
    Policy::read(&text).expect("a policy")
}

fn manifests() -> Vec<(String, Vec<u8>)> {
    let strict = "kind: AppProject\nmetadata: {name: shop}\nspec:\n  sourceIntegrity:\n    git:\n      policies:\n      - gpg: {mode: strict, keys: [A1]}\n";
    vec![("argocd/project.yaml".to_owned(), strict.as_bytes().to_vec())]
}

fn audit(policy: &Policy, server: &Server, manifests: &[(String, Vec<u8>)]) -> Audit {
    Audit::of("acme/gitops", &Facts { branch: "main", policy, server, manifests })
}

fn state(audit: &Audit, name: Name) -> State {
    audit
        .checks
        .iter()
        .filter(|check| check.name == name)
        .map(|check| check.state)
        .find(|state| *state != State::NotApplicable)
        .expect("a check")
}

fn text(audit: &Audit) -> String {
    let mut out = Vec::new();
    terminal(audit, false, &mut out).expect("written");
    String::from_utf8(out).expect("text")
}

#[test]
fn where_everything_is_closed_the_audit_passes() {
    let audit = audit(&policy(), &closed(), &manifests());
    insta::assert_snapshot!(text(&audit));
    assert_eq!(audit.exit(), Exit::Pass);
    let mut out = Vec::new();
    json(&audit, &mut out).expect("written");
    assert!(String::from_utf8(out).expect("text").contains("\"state\": \"not-applicable\""));
}

#[test]
fn where_nothing_is_set_everything_is_open_and_says_how_to_close_it() {
    let server = Server {
        restrictions: Ok(Vec::new()),
        environments: Ok(Vec::new()),
        repository_variables: Ok(environment("", &[("STEPGATE_SIGNING_KEY", true), ("COLOUR", false)], false)
            .1
            .expect("known")),
        workspace_variables: Ok(Vec::new()),
    };
    let mut policy = policy();
    policy.policy.who = None;
    let key = policy.keys.get_mut("gate").expect("a key");
    key.valid_until = None;
    key.may_sign = ["lint", "tests", "scan", "manifests", "provenance", "health", "deployment"]
        .map(|claim| claim.parse().expect("a claim"))
        .to_vec();
    let production = policy.environments.get_mut("production").expect("an environment");
    production.require.clear();
    production.who = None;
    let audit = audit(&policy, &server, &[]);
    insta::assert_snapshot!(text(&audit));
    assert_eq!(audit.exit(), Exit::Fail);
}

#[test]
fn what_could_not_be_seen_is_not_closed() {
    let server = unseen("there are no credentials for Bitbucket", "set STEPGATE_BITBUCKET_TOKEN");
    let audit = audit(&policy(), &server, &manifests());
    assert_eq!(state(&audit, Name::PushRestricted), State::Unknown);
    assert_eq!(state(&audit, Name::NoSharedCredentials), State::Unknown);
    assert_eq!(state(&audit, Name::CredentialsInEnvironment), State::Unknown);
    assert_eq!(audit.exit(), Exit::Fail);
}

#[test]
fn each_restriction_that_is_missing_or_too_weak_opens_its_own_check() {
    let names = [
        ("force", Name::NoForcedPush),
        ("delete", Name::NoDeletion),
        ("restrict_merges", Name::MergesRestricted),
        ("require_approvals_to_merge", Name::ApprovalsRequired),
        ("require_passing_builds_to_merge", Name::BuildsRequired),
        ("reset_pullrequest_approvals_on_change", Name::ApprovalsReset),
        ("enforce_merge_checks", Name::MergeChecksEnforced),
    ];
    for (kind, name) in names {
        let mut server = closed();
        server.restrictions.as_mut().expect("known").retain(|it| it.kind.as_str() != kind);
        let audit = audit(&policy(), &server, &manifests());
        let open: Vec<Name> =
            audit.checks.iter().filter(|check| check.state == State::Open).map(|check| check.name).collect();
        assert_eq!(open, [name]);
    }
    let mut server = closed();
    server.restrictions.as_mut().expect("known").iter_mut().for_each(|it| it.value = it.value.map(|_| 1));
    assert_eq!(state(&audit(&policy(), &server, &manifests()), Name::ApprovalsRequired), State::Open);
}

#[test]
fn without_a_restriction_on_every_branch_an_environment_needs_one_of_its_own() {
    let mut server = closed();
    server.restrictions.as_mut().expect("known").retain(|it| it.pattern != "*");
    let shown = audit(&policy(), &server, &manifests());
    assert_eq!(state(&shown, Name::BranchesRestricted), State::Open);
    assert_eq!(state(&shown, Name::EnvironmentRestricted), State::Unknown);
    server.environments = Ok(vec![environment("Production", &[("STEPGATE_SIGNING_KEY", false)], true)]);
    let shown = audit(&policy(), &server, &manifests());
    assert_eq!(state(&shown, Name::EnvironmentRestricted), State::Closed);
    assert_eq!(state(&shown, Name::CredentialsInEnvironment), State::Open);
}

#[test]
fn the_weakest_project_of_the_cluster_decides() {
    let project = |spec: &str| ("p.yaml".to_owned(), format!("kind: AppProject\nspec: {spec}\n").into_bytes());
    let verified = |manifests: &[(String, Vec<u8>)]| super::cluster::check(manifests).state;
    let strict = "{sourceIntegrity: {git: {policies: [{gpg: {mode: strict, keys: [A]}}]}}}";
    assert_eq!(verified(&[project(strict)]), State::Closed);
    assert_eq!(verified(&[project(strict), project("{}")]), State::Open);
    assert_eq!(verified(&[project(&strict.replace("strict", "head"))]), State::Open);
    assert_eq!(verified(&[project(&strict.replace("[A]", "[]"))]), State::Open);
    assert_eq!(verified(&[project("{signatureKeys: [{keyID: A}]}")]), State::Closed);
    assert_eq!(verified(&[project("{{ .Values.x }}: [")]), State::Unknown);
    assert_eq!(verified(&[]), State::Unknown);
}

#[test]
fn the_committed_schema_is_made_from_the_type_that_is_written() {
    crate::write::tests::is_up_to_date(&schemars::schema_for!(Audit), SCHEMA, "promote-audit");
}
