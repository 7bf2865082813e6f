//! Verdicts are signed, and no tool is given the key.

use attest::{Claim, Envelope, Outcome, SigningKey, Statement};
use insta::assert_snapshot;

use crate::support::{Project, Run, phpstan};

const ONE: (&str, u32, &str, &str) = ("src/A.php", 4, "property.notFound", "Access to an undefined property A::$y.");
const FILE: &str = "stepgate-attestations/stepgate-lint.intoto.jsonl";

fn key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

/// A project whose step has the key, on one line.
fn project() -> Project {
    let mut project = Project::new();
    project.env("STEPGATE_SIGNING_KEY", &key().to_pem().replace('\n', "\\n"));
    project
}

/// The statement on the only line of the file, which has our signature.
fn signed(text: &str) -> Statement {
    assert_eq!(text.lines().count(), 1, "{text}");
    let envelope = Envelope::parse(text.trim().as_bytes()).expect("an envelope");
    assert!(envelope.is_signed_by(&key().public()), "{text}");
    Statement::parse(&envelope.payload).expect("a statement")
}

/// What the program said, without the commit, which is another each time.
fn without(commit: &str, run: &Run) -> String {
    run.to_string().replace(&commit[..12], "[COMMIT]")
}

#[test]
fn a_pass_and_a_fail_are_signed_for_the_commit_and_the_service() {
    let project = project();
    project.write("good.json", phpstan(&[])).write("bad.json", phpstan(&[ONE]));
    assert_snapshot!(project.run(&["gate", "good.json", "--service", "orders-api"]), @r"
    PASS stepgate-lint: no findings

    tool     findings  blocking  reported  muted
    phpstan         0         0         0      0
    ------- stderr -------
    signed: stepgate-attestations/stepgate-lint.intoto.jsonl
    [exit status: 0]
    ");
    let statement = signed(&project.read(FILE));
    assert_eq!(Claim::of(&statement).map(|(claim, outcome, _)| (claim, outcome)), Ok((Claim::Lint, Outcome::Pass)));
    let [subject] = statement.subject.as_slice() else { unreachable!("{statement:?}") };
    assert_eq!(subject.digest["gitCommit"], project.repo.git(&["rev-parse", "HEAD"]));
    assert_eq!(subject.annotations["service"], "orders-api");

    let run = project.run(&["gate", "bad.json"]);
    assert_eq!(run.status, 1, "{run}");
    let statement = signed(&project.read(FILE));
    assert!(matches!(Claim::of(&statement), Ok((Claim::Lint, Outcome::Fail, Some(_)))), "{statement:?}");
}

#[test]
fn an_incomplete_report_is_signed_as_a_fail() {
    let project = project();
    project.write("cut.json", &phpstan(&[ONE])[..40]);
    let run = project.run(&["gate", "cut.json", "--attestation", "evidence/"]);
    assert_eq!(run.status, 3, "{run}");
    let statement = signed(&project.read("evidence/stepgate-lint.intoto.jsonl"));
    assert!(matches!(Claim::of(&statement), Ok((Claim::Lint, Outcome::Fail, _))), "{statement:?}");
}

#[test]
fn what_cannot_be_signed_is_told_before_any_tool_runs() {
    let mut project = Project::new();
    project.write("phpstan.neon", "").script("phpstan", "touch ran; exit 1");
    assert_snapshot!(project.run(&["run", "--attestation", "here.jsonl"]), @r"
    ------- stderr -------
    error: --attestation needs a key, and STEPGATE_SIGNING_KEY is not set
    hint: set it to a private key (`stepgate keygen` makes one), or leave out --attestation
    [exit status: 2]
    ");
    project.env("STEPGATE_SIGNING_KEY", "bm90IGEga2V5");
    assert_snapshot!(project.run(&["run"]), @r"
    ------- stderr -------
    error: cannot use the key in STEPGATE_SIGNING_KEY: it is neither a private key in PEM nor one in base64
    hint: set it to what `base64 -w0 KEY.pem` prints; `stepgate keygen` makes a key
    [exit status: 3]
    ");
    project.env("STEPGATE_SIGNING_KEY", &key().to_pem());
    project.write("src/A.php", "<?php\n");
    let head = project.repo.git(&["rev-parse", "HEAD"]);
    assert_snapshot!(without(&head, &project.run(&["run"])), @r"
    ------- stderr -------
    error: cannot sign the verdict: the work tree is not that of commit [COMMIT]: a verdict that is signed is about a commit, and something here is not in it
    hint: commit the changes, or unset STEPGATE_SIGNING_KEY here
    [exit status: 3]
    ");
    assert!(!project.repo.path().join("ran").exists());
}

#[test]
fn a_tool_does_not_see_the_key() {
    let project = project();
    project.write("phpstan.neon", "").script("phpstan", "env >seen; cat phpstan.out");
    project.write("phpstan.out", phpstan(&[]));
    let run = project.run(&["run"]);
    assert_eq!(run.status, 0, "{run}");
    let seen = project.read("seen");
    assert!(seen.contains("PATH=") && !seen.contains("STEPGATE_SIGNING_KEY"), "{seen}");
}

#[test]
fn the_merge_that_a_pull_request_tests_is_not_signed_as_its_commit() {
    let mut project = project();
    let source = project.repo.git(&["rev-parse", "HEAD"]);
    project.write("src/C.php", "<?php\n");
    project.repo.commit("what the destination had besides");
    project.write("good.json", phpstan(&[]));
    project.env("BITBUCKET_BUILD_NUMBER", "7").env("BITBUCKET_COMMIT", &source).env("STEPGATE_PUBLISH", "never");
    assert_snapshot!(without(&source, &project.run(&["gate", "good.json"])), @r"
    PASS stepgate-lint: no findings

    tool     findings  blocking  reported  muted
    phpstan         0         0         0      0
    ------- stderr -------
    warning: the verdict is not signed: the work tree is not that of commit [COMMIT] (a pull request has its destination merged into it)
    [exit status: 0]
    ");
    assert!(!project.repo.path().join(FILE).exists());
}
