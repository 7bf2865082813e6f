//! Results are signed, and no test is given the key.

use attest::{Claim, Envelope, Outcome, SigningKey, Statement};
use insta::assert_snapshot;

use crate::support::{Project, phpunit};

const FILE: &str = "stepgate-attestations/stepgate-tests.intoto.jsonl";

fn key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

fn project(tests: &[(&str, &str)]) -> Project {
    let mut project = Project::new();
    project.env("STEPGATE_SIGNING_KEY", &key().to_pem()).env("STEPGATE_SERVICE", "orders-api");
    project.write("r.xml", phpunit(tests));
    project
}

fn signed(text: &str) -> Statement {
    assert_eq!(text.lines().count(), 1, "{text}");
    let envelope = Envelope::parse(text.trim().as_bytes()).expect("an envelope");
    assert!(envelope.is_signed_by(&key().public()), "{text}");
    Statement::parse(&envelope.payload).expect("a statement")
}

#[test]
fn a_result_is_signed_with_its_time_for_the_commit_and_the_service() {
    let project = project(&[("testNet", "ok")]);
    assert_snapshot!(project.run(&["gate", "r.xml"]), @r"
    PASS stepgate-tests: 1 test passed

    report     tool   holds
    r.xml   phpunit  1 test

    tests  passed  failed  errored  skipped  flaky  quarantined   time
    1           1       0        0        0      0            0  10 ms

    slowest
      10 ms  App\Tests\PriceTest::testNet
    ------- stderr -------
    signed: stepgate-attestations/stepgate-tests.intoto.jsonl
    [exit status: 0]
    ");
    let statement = signed(&project.read(FILE));
    assert!(matches!(Claim::of(&statement), Ok((Claim::Tests, Outcome::Pass, Some(_)))), "{statement:?}");
    assert_eq!(statement.predicate["result"], "PASSED");
    let [subject] = statement.subject.as_slice() else { unreachable!("{statement:?}") };
    assert_eq!(subject.digest["gitCommit"], project.repo.git(&["rev-parse", "HEAD"]));
    assert_eq!(subject.annotations["service"], "orders-api");
}

#[test]
fn a_red_test_and_a_report_that_is_cut_short_are_signed_as_failed() {
    let red = project(&[("testNet", "fails")]);
    assert_eq!(red.run(&["gate", "r.xml"]).status, 1);
    let cut = project(&[]);
    cut.write("r.xml", &phpunit(&[("testNet", "ok")])[..120]);
    assert_eq!(cut.run(&["gate", "r.xml"]).status, 3);
    for project in [red, cut] {
        let statement = signed(&project.read(FILE));
        assert!(matches!(Claim::of(&statement), Ok((Claim::Tests, Outcome::Fail, Some(_)))), "{statement:?}");
    }
}

#[test]
fn a_key_that_is_none_is_told_before_the_tests_run_and_not_printed() {
    let mut project = project(&[]);
    project.env("STEPGATE_SIGNING_KEY", "hunter2hunter2");
    let run = project.run(&["run", "--report", "r.xml", "--", "touch", "ran"]);
    assert_snapshot!(run, @r"
    ------- stderr -------
    error: cannot use the key in STEPGATE_SIGNING_KEY: it is neither a private key in PEM nor one in base64
    hint: set it to what `base64 -w0 KEY.pem` prints; `stepgate keygen` makes a key
    [exit status: 3]
    ");
    assert!(!project.exists("ran"));
}

#[test]
fn the_tests_do_not_see_the_key() {
    let project = project(&[]);
    project.write("next.xml", phpunit(&[("testNet", "ok")]));
    let run = project.run(&["run", "--report", "r.xml", "--", "sh", "-c", "env >seen; cp next.xml r.xml"]);
    assert_eq!(run.status, 0, "{run}");
    let seen = project.read("seen");
    assert!(seen.contains("STEPGATE_SERVICE=") && !seen.contains("STEPGATE_SIGNING_KEY"), "{seen}");
}
