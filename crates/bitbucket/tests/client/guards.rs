//! What Bitbucket itself enforces, and what a client can learn of it.

use bitbucket::{Auth, EnvironmentLock, Error, Merged, RestrictionKind, Variable};
use fakes::bitbucket::{Environment, NextMerge, Person, Restriction};

use crate::stage::{Stage, fake};

const PRODUCTION: &str = "{593bfa49-3a77-4da5-8038-f93ee425b735}";

fn ada() -> Person {
    Person::new("{00000000-0000-4000-8000-0000000000ad}", "Ada")
}

fn bob() -> Person {
    Person::new("{00000000-0000-4000-8000-0000000000b0}", "Bob")
}

/// `acme/shop` with a pull request 8 from `bump/api` to `main`.
async fn bumped(more: impl FnOnce(fakes::bitbucket::Builder) -> fakes::bitbucket::Builder) -> Stage {
    let fake = fake().file("acme", "shop", "main", "a", "1").file("acme", "shop", "bump/api", "a", "2");
    let stage = Stage::with(more(fake), |builder| builder);
    stage.repository().pull_requests().create("Bump", "bump/api").send().await.unwrap();
    stage
}

async fn counted(stage: &Stage) -> (Vec<String>, Vec<String>) {
    let approvals = stage.repository().pull_requests().approvals_of(8).await.unwrap();
    let names = |list: Vec<bitbucket::Approval>| list.into_iter().filter_map(|it| it.display_name).collect();
    (names(approvals.given), names(approvals.stale))
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

#[tokio::test]
async fn an_approval_is_of_what_was_there_and_not_of_what_is_pushed_later() {
    let stage = bumped(|fake| fake).await;
    assert_eq!(counted(&stage).await, (names(&[]), names(&[])));
    stage.fake.approve("acme", "shop", 8, &ada());
    let approvals = stage.repository().pull_requests().approvals_of(8).await.unwrap();
    assert_eq!(approvals.head, stage.fake.log("acme", "shop", "bump/api")[0].hash);
    assert!(approvals.given[0].at > approvals.head_since);
    assert_eq!(approvals.author.unwrap().display_name.as_deref(), Some("The Caller"));

    // A new text changes nothing, a push does, and a later approval counts again.
    stage.repository().pull_requests().update(8).description("New plan").send().await.unwrap();
    assert_eq!(counted(&stage).await, (names(&["Ada"]), names(&[])));
    stage.fake.push("acme", "shop", "bump/api", "Sneak", &[("a", b"3")]);
    stage.fake.approve("acme", "shop", 8, &bob());
    assert_eq!(counted(&stage).await, (names(&["Bob"]), names(&["Ada"])));
    stage.fake.approve("acme", "shop", 8, &ada());
    stage.fake.request_changes("acme", "shop", 8, &bob());
    assert_eq!(counted(&stage).await, (names(&["Ada"]), names(&[])));
}

#[tokio::test]
async fn an_approval_at_the_very_time_of_a_push_does_not_count() {
    let stage = bumped(|fake| fake).await;
    let now = stage.fake.time();
    stage.fake.push("acme", "shop", "bump/api", "Sneak", &[("a", b"3")]);
    let pushed = stage.fake.time();
    // What happens next happens a second later.
    stage.fake.set_time(pushed - std::time::Duration::from_secs(1));
    stage.fake.approve("acme", "shop", 8, &ada());
    assert_eq!(stage.fake.time(), pushed);
    assert!(now < pushed);
    assert_eq!(counted(&stage).await, (names(&[]), names(&["Ada"])));
}

#[tokio::test]
async fn a_restriction_takes_approvals_away_when_something_is_pushed() {
    let reset = Restriction::new("reset_pullrequest_approvals_on_change", "ma*");
    let stage = bumped(|fake| fake.restriction("acme", "shop", reset)).await;
    stage.fake.approve("acme", "shop", 8, &ada());
    stage.fake.push("acme", "shop", "bump/api", "Sneak", &[("a", b"3")]);
    assert_eq!(counted(&stage).await, (names(&[]), names(&[])));
}

#[tokio::test]
async fn whoever_asks_can_approve_and_take_it_back() {
    let stage = bumped(|fake| fake).await;
    let pull_requests = stage.repository().pull_requests();
    assert!(pull_requests.approve(8).await.unwrap().approved);
    // One's own counts for the server: whoever judges has to leave the author out.
    assert_eq!(counted(&stage).await, (names(&["The Caller"]), names(&[])));
    pull_requests.unapprove(8).await.unwrap();
    pull_requests.unapprove(8).await.unwrap();
    assert_eq!(counted(&stage).await, (names(&[]), names(&[])));
    assert!(pull_requests.unapprove(99).await.unwrap_err().is_not_found());
    let log = pull_requests.activity(8).all().await.unwrap();
    assert!(matches!(log.as_slice(), [bitbucket::Activity::Approval(_), bitbucket::Activity::Update(_)]), "{log:?}");
}

#[tokio::test]
async fn merge_checks_bind_on_the_premium_plan_only() {
    for premium in [false, true] {
        let stage = bumped(|fake| {
            let fake = fake
                .restriction("acme", "shop", Restriction::new("require_approvals_to_merge", "main").value(1))
                .restriction("acme", "shop", Restriction::new("require_passing_builds_to_merge", "main").value(1))
                .restriction("acme", "shop", Restriction::new("enforce_merge_checks", "main"));
            if premium { fake.premium() } else { fake }
        })
        .await;
        let merge = async || stage.repository().pull_requests().merge(8).send().await;
        if premium {
            let refusal = merge().await.unwrap_err().to_string();
            assert!(refusal.ends_with("needs 1 approvals, and has 0."), "{refusal}");
            stage.fake.approve("acme", "shop", 8, &ada());
            let refusal = merge().await.unwrap_err().to_string();
            assert!(refusal.ends_with("needs 1 passing builds."), "{refusal}");
            let head = stage.fake.log("acme", "shop", "bump/api")[0].hash.clone();
            let statuses = stage.repository().commit(&head).statuses();
            statuses.upsert("check", bitbucket::BuildState::Successful, "https://a.example").send().await.unwrap();
        }
        assert!(matches!(merge().await, Ok(Merged::Done(_))));
    }
}

#[tokio::test]
async fn a_push_restriction_keeps_everybody_out_who_is_not_named() {
    let restriction = Restriction::new("push", "main").user(&ada());
    let merges = Restriction::new("restrict_merges", "main").user(&ada());
    let stage = bumped(|fake| {
        fake.restriction("acme", "shop", restriction).restriction("acme", "shop", merges).person("ada", &ada())
    })
    .await;
    let write = stage.repository().src().commit("Sneak").branch("main").file("a", b"3".to_vec());
    assert!(write.send().await.unwrap_err().is_forbidden());
    assert!(stage.repository().pull_requests().merge(8).send().await.unwrap_err().is_forbidden());

    let as_ada = bitbucket::Bitbucket::builder().base_uri(stage.fake.api_url()).auth(Auth::AccessToken("ada".into()));
    let as_ada = as_ada.build().unwrap();
    assert_eq!(as_ada.current_user().await.unwrap().display_name.as_deref(), Some("Ada"));
    assert!(as_ada.repository("acme", "shop").pull_requests().merge(8).send().await.is_ok());
}

#[tokio::test]
async fn a_merge_that_goes_wrong_says_how() {
    let stage = bumped(|fake| fake).await;
    let merge = async |next| {
        stage.fake.next_merge("acme", "shop", next);
        stage.repository().pull_requests().merge(8).send().await.unwrap_err()
    };
    let moved = merge(NextMerge::RefsMove).await;
    assert!(moved.is_conflict() && !moved.is_timed_out(), "{moved}");
    let failed = merge(NextMerge::FailsInBackground).await;
    assert!(failed.to_string().ends_with("Conflicts during merge."), "{failed}");
    assert!(merge(NextMerge::TimesOut).await.is_timed_out());
    let state = async || stage.repository().pull_requests().get(8).await.unwrap().state.unwrap();
    assert_eq!(state().await.as_str(), "OPEN");
    let late = merge(NextMerge::TimesOutButMerges).await;
    assert!(late.is_timed_out() && late.is_transient(), "{late}");
    assert_eq!(state().await.as_str(), "MERGED", "only a look tells");
}

#[tokio::test]
async fn restrictions_are_for_administrators_to_see() {
    let push = Restriction::new("push", "main").user(&ada()).group("bots");
    let model = Restriction::new("force", "").branch_type("production");
    let fake = || fake().restriction("acme", "shop", push.clone()).restriction("acme", "shop", model.clone());
    let stage = Stage::with(fake(), |builder| builder);
    let list = stage.repository().branch_restrictions().all().await.unwrap();
    assert_eq!((&list[0].kind, list[0].covers("main")), (&RestrictionKind::Push, Some(true)));
    assert_eq!(list[0].groups[0].full_slug.as_deref(), Some("acme:bots"));
    assert_eq!(list[0].users[0].display_name.as_deref(), Some("Ada"));
    assert_eq!((&list[1].kind, list[1].covers("main")), (&RestrictionKind::Force, None));

    let fake = fake().token_with_scopes("narrow", &["repository:write"]);
    let stage = Stage::with(fake, |builder| builder.auth(Auth::AccessToken("narrow".into())));
    let error: Error = stage.repository().branch_restrictions().all().await.unwrap_err();
    assert!(error.is_forbidden() && !error.is_not_found(), "{error}");
}

#[tokio::test]
async fn environments_and_variables_are_told_without_values() {
    let production = Environment::new(PRODUCTION, "PRODUCTION", "Production").admin_only().variable("TOKEN", true);
    let fake = fake()
        .environment("acme", "shop", production)
        .repository_variable("acme", "shop", "OPEN", false)
        .workspace_variable("acme", "SHARED", true);
    let stage = Stage::with(fake, |builder| builder);
    let environments = stage.repository().environments();
    let all = environments.list().all().await.unwrap();
    let one = environments.get(PRODUCTION).await.unwrap();
    assert_eq!(all, std::slice::from_ref(&one));
    assert_eq!(one.restrictions.unwrap().admin_only, Some(true));
    assert_eq!((one.category.as_deref(), one.lock), (Some("Production"), Some(EnvironmentLock::Open)));
    let keys = |list: Vec<Variable>| list.into_iter().map(|it| (it.key, it.secured)).collect::<Vec<_>>();
    let told = keys(environments.variables(PRODUCTION).all().await.unwrap());
    assert_eq!(told, [("TOKEN".to_owned(), Some(true))]);
    let told = keys(stage.repository().pipeline_variables().all().await.unwrap());
    assert_eq!(told, [("OPEN".to_owned(), Some(false))]);
    let told = keys(stage.bb.workspace_variables("acme").all().await.unwrap());
    assert_eq!(told, [("SHARED".to_owned(), Some(true))]);
    assert!(stage.lines()[1].ends_with("/environments/%7B593bfa49-3a77-4da5-8038-f93ee425b735%7D"));
}

#[tokio::test]
async fn a_pipeline_is_started_by_whoever_asks() {
    let stage = bumped(|fake| fake.person("ada", &ada())).await;
    let pipelines = stage.repository().pipelines();
    let start = pipelines.trigger("main").custom("promote").variable("SERVICE", "api");
    let made = start.secured_variable("PIN", "1234".into()).send().await.unwrap();
    assert_eq!((made.state.unwrap().as_str(), made.build_number), ("PARSING", Some(1)));
    let pipeline = pipelines.get(&made.uuid).await.unwrap();
    assert_eq!(pipeline.creator.unwrap().display_name.as_deref(), Some("The Caller"));
    assert_eq!(pipeline.target.unwrap().selector.unwrap().pattern.as_deref(), Some("promote"));
    let steps = pipelines.steps(&made.uuid).list().all().await.unwrap();
    assert_eq!(pipelines.steps(&made.uuid).get(&steps[0].uuid).await.unwrap(), steps[0]);
    assert_eq!(stage.fake.pipeline_variables(&made.uuid)[1]["secured"], true);
    assert!(pipelines.trigger("nowhere").send().await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn a_repository_and_a_commit_say_who_they_are() {
    let stage = bumped(|fake| fake.email("acme", "shop", "else@example.com", &ada())).await;
    let repository = stage.repository().get().await.unwrap();
    assert_eq!(repository.full_name.as_deref(), Some("acme/shop"));
    assert_eq!(repository.mainbranch.unwrap().name, "main");
    let hash = "f".repeat(40);
    let made = ("Eve <else@example.com>", "Elsewhere");
    assert!(stage.fake.push_commit(("acme", "shop", "bump/api"), &hash, made, &[("a", b"4")]));
    let commit = stage.repository().commit(&hash[..12]).get().await.unwrap();
    let author = commit.author.unwrap();
    assert_eq!((commit.hash, author.user.unwrap().display_name.as_deref()), (hash.clone(), Some("Ada")));
    assert_eq!(stage.repository().pull_requests().approvals_of(8).await.unwrap().head, hash);
}
