use fakes::Bitbucket;
use git::testkit::TempRepo;

use crate::support::Place;

fn repo() -> TempRepo {
    let repo = TempRepo::new();
    repo.write("src/A.php", "<?php\n");
    repo.commit("the beginning");
    repo
}

#[test]
fn a_repository_that_was_just_set_up_has_nothing_to_mend() {
    let place = Place::repo(repo()).write("phpstan.neon", "").program("vendor/bin/phpstan");
    assert_eq!(place.run("init").status, 0);
    let place = place.write("stepgate-baseline.jsonl", "{\"schema\":\"stepgate.baseline/v1\"}\n");
    insta::assert_snapshot!(place.run("doctor"), @r"
    ok   git           /usr/bin/git
    ok   repository    the whole history is here
    ok   config        stepgate.yaml
    ok   schema        stepgate.schema.json
    ok   baseline      stepgate-baseline.jsonl, 0 entries
    ok   pipeline      bitbucket-pipelines.yml
    ok   tool          phpstan: [DIR]/vendor/bin/phpstan with phpstan.neon
    -    tests         no PHPUnit is configured here
                       `stepgate tests gate` still judges reports that are made elsewhere
    -    scan          no trivy program in PATH
                       `stepgate scan gate` still judges reports that are made elsewhere
    -    Bitbucket     cannot publish: the workspace is not known
                       give --workspace

    nothing has to be mended
    [exit status: 0]
    ");
}

#[test]
fn outside_of_a_repository_it_says_what_still_works() {
    insta::assert_snapshot!(Place::plain().run("doctor"), @r"
    ok   git           /usr/bin/git
    -    repository    [DIR] is not inside a git repository
                       run this inside a clone; in a container, see that `.git` is mounted too
    -    config        no stepgate.yaml: the defaults are in force
                       `stepgate init` writes a commented one
    -    baseline      no stepgate-baseline.jsonl: every finding counts
                       `stepgate lint baseline create reports/*` writes down the debt that is there
    -    pipeline      no bitbucket-pipelines.yml
                       `stepgate init` writes one, `stepgate init --print` shows it
    -    tool          no tool is configured here
                       `stepgate lint gate` still judges reports that are made elsewhere
    -    tests         no PHPUnit is configured here
                       `stepgate tests gate` still judges reports that are made elsewhere
    -    scan          no trivy program in PATH
                       `stepgate scan gate` still judges reports that are made elsewhere
    -    Bitbucket     cannot publish: the workspace is not known
                       give --workspace

    nothing has to be mended
    [exit status: 0]
    ");
}

#[test]
fn a_shallow_clone_is_told() {
    let origin = repo();
    origin.write("src/B.php", "<?php\n");
    origin.commit("more");
    let place = Place::repo(origin.clone_with(&["--depth=1"]));
    let doctor = place.run("doctor");
    let lines: Vec<_> =
        doctor.stdout.lines().filter(|line| line.contains("shallow") || line.contains("depth")).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    -    repository    the clone is shallow; --changed-lines deepens it as far as it needs
                       `clone: depth: full` in bitbucket-pipelines.yml saves that step its fetches
    ");
}

#[test]
fn a_broken_config_and_a_broken_baseline_are_to_be_mended() {
    let place = Place::repo(repo())
        .write("stepgate.yaml", "lint:\n  chnaged: lines\n")
        .write("stepgate-baseline.jsonl", "<<<<<<< HEAD\n");
    insta::assert_snapshot!(place.run("doctor"), @r"
    ok   git           /usr/bin/git
    ok   repository    the whole history is here
    MEND config        cannot use stepgate.yaml:2:3: there is no key `chnaged` here
                       did you mean `changed`?
    MEND baseline      stepgate-baseline.jsonl: line 1: a merge left its conflict here; keep the entries of both sides (of two that differ only in count, the lower), and delete the lines with the markers
                       mend that line by hand, or write all anew: `stepgate lint baseline create --force reports/*`
    -    pipeline      no bitbucket-pipelines.yml
                       `stepgate init` writes one, `stepgate init --print` shows it
    -    tool          no tool is configured here
                       `stepgate lint gate` still judges reports that are made elsewhere
    -    tests         no PHPUnit is configured here
                       `stepgate tests gate` still judges reports that are made elsewhere
    -    scan          no trivy program in PATH
                       `stepgate scan gate` still judges reports that are made elsewhere
    -    Bitbucket     cannot publish: the workspace is not known
                       give --workspace

    2 things have to be mended
    [exit status: 1]
    ");
}

#[test]
fn a_tool_that_is_configured_and_not_installed_is_to_be_mended() {
    let place = Place::repo(repo()).write("phpstan.neon", "");
    let doctor = place.run("doctor");
    assert_eq!(doctor.status, 1);
    let lines: Vec<_> = doctor.stdout.lines().skip_while(|line| !line.contains("tool ")).take(2).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    MEND tool          phpstan: phpstan.neon is here, the program is neither in vendor/bin nor in PATH
                       composer require --dev phpstan/phpstan
    ");
}

/// What is said of tests, in a repository whose PHPUnit is configured by `phpunit`.
fn tests(phpunit: &str, place: Place) -> String {
    let place = place.write("phpunit.dist.xml", phpunit).program("vendor/bin/phpunit");
    let doctor = place.run("doctor");
    let lines = doctor.stdout.lines().skip_while(|line| !line.contains("tests  "));
    lines.take_while(|line| !line.contains("scan   ")).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_phpunit_that_leaves_no_report_is_told() {
    insta::assert_snapshot!(tests("<phpunit/>", Place::repo(repo())), @r"
    -    tests         phpunit: neither phpunit.dist.xml nor bitbucket-pipelines.yml has it write a report
                       `--log-junit FILE` does; `stepgate init --print --pipeline tests` shows the steps to add
    ");
    let fine = "ok   tests         phpunit: [DIR]/vendor/bin/phpunit with phpunit.dist.xml";
    let logging = "<phpunit><logging><junit outputFile=\"junit.xml\"/></logging></phpunit>";
    assert_eq!(tests(logging, Place::repo(repo())), fine);
    let place = Place::repo(repo());
    assert_eq!(place.run("init --pipeline tests").status, 0);
    assert_eq!(tests("<phpunit/>", place), fine);
}

#[test]
fn a_quarantine_that_has_ended_and_a_history_that_is_broken_are_to_be_mended() {
    let config = "tests:
  history: { file: history.jsonl }
  quarantine:
    tests:
      - { test: 'App\\Tests\\PriceTest::testVat', owner: shop, reason: slow, expires: 2020-01-31 }
      - { test: 'App\\Tests\\PriceTest::testNet', owner: shop, reason: slow, expires: 2999-01-31 }
";
    let place = Place::repo(repo()).write("stepgate.yaml", config).write("history.jsonl", "no history\nat all\n");
    insta::assert_snapshot!(tests("<phpunit><junit/></phpunit>", place), @r"
    ok   tests         phpunit: [DIR]/vendor/bin/phpunit with phpunit.dist.xml
    MEND tests         cannot use the history [DIR]/history.jsonl: line 1: column 2: expected ident
                       remove the file to begin anew, or the line to keep the rest
    MEND tests         the quarantine of App\Tests\PriceTest::testVat ended on 2020-01-31: the gate fails
                       mend the test and remove the entry, or give it a later day, in stepgate.yaml
    ");
}

#[test]
fn a_trivy_that_is_not_there_and_an_exception_that_has_ended_are_to_be_mended() {
    let config = "scan:
  trivy: { command: bin/trivy }
  exceptions:
    - { id: CVE-2019-14806, owner: shop, reason: not reachable, expires: 2020-01-31 }
    - { id: CVE-2019-10744, owner: shop, reason: not reachable, expires: 2999-01-31 }
";
    let place = Place::repo(repo()).write("stepgate.yaml", config);
    let scan = |place: &Place| {
        let doctor = place.run("doctor");
        let lines = doctor.stdout.lines().skip_while(|line| !line.contains("scan  "));
        lines.take_while(|line| !line.contains("Bitbucket  ")).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(scan(&place), @r"
    MEND scan          trivy: there is no program bin/trivy
                       install it there, or mend `trivy.command` under `scan` in stepgate.yaml
    MEND scan          the exception for CVE-2019-14806 ended on 2020-01-31: what it excused blocks again
                       mend the finding and remove the entry, or give it a later day, in stepgate.yaml
    ");
    let place = place.program("bin/trivy").write("stepgate.yaml", "scan: { trivy: { command: bin/trivy } }");
    assert_eq!(scan(&place), "ok   scan          trivy: [DIR]/bin/trivy");
}

#[test]
fn a_schema_of_another_version_is_told() {
    let place = Place::plain().write("stepgate.schema.json", "{}");
    let doctor = place.run("doctor");
    assert_eq!(doctor.status, 0, "{doctor}");
    assert!(doctor.stdout.contains("`stepgate schema config > stepgate.schema.json` renews it"), "{doctor}");
}

/// The last check, in a repository whose remote is `acme/shop`, with `token`.
fn bitbucket(fake: &Bitbucket, token: &str) -> String {
    let repo = repo();
    repo.git(&["remote", "add", "origin", "git@bitbucket.org:acme/shop.git"]);
    let commit = repo.git(&["rev-parse", "HEAD"]);
    let place = Place::repo(repo)
        .env("STEPGATE_BITBUCKET_URL", &fake.api_url())
        .env("STEPGATE_BITBUCKET_TOKEN", token)
        .scrub(&commit, "[COMMIT]")
        .scrub(&commit[..12], "[COMMIT]")
        .scrub(&fake.api_url(), "[URL]");
    let doctor = place.run("doctor");
    let lines: Vec<_> = doctor.stdout.lines().skip_while(|line| !line.contains("Bitbucket ")).collect();
    lines.join("\n")
}

#[test]
fn what_bitbucket_lets_us_do_is_tried() {
    let fake = Bitbucket::builder().repository("acme", "shop").start().expect("a fake");
    insta::assert_snapshot!(bitbucket(&fake, fakes::bitbucket::TOKEN), @r"
    ok   Bitbucket     acme/shop at [COMMIT]: Code Insights can be read

    nothing has to be mended
    ");
}

#[test]
fn a_token_that_is_refused_is_to_be_mended() {
    let fake = Bitbucket::builder().repository("acme", "shop").start().expect("a fake");
    insta::assert_snapshot!(bitbucket(&fake, "wrong"), @r"
    MEND Bitbucket     GET /repositories/acme/shop/commit/[COMMIT]/reports: 401 Unauthorized: Token is invalid, expired, or not supported for this endpoint.
                       nobody knows these credentials (any more): make new ones, and see that the variable holds all of them

    1 thing has to be mended
    ");
}

#[test]
fn a_token_that_may_not_is_to_be_mended() {
    let fake = Bitbucket::builder().repository("acme", "shop").token_with_scopes("narrow", &["account"]);
    insta::assert_snapshot!(bitbucket(&fake.start().expect("a fake"), "narrow"), @r"
    MEND Bitbucket     GET /repositories/acme/shop/commit/[COMMIT]/reports: 403 Forbidden: Your credentials lack one or more required privilege scopes. (granted: account; required: repository)
                       give the token the scopes repository and pullrequest (read:repository:bitbucket, write:pullrequest:bitbucket)

    1 thing has to be mended
    ");
}

#[test]
fn without_a_token_it_says_which_variables_there_are() {
    let fake = Bitbucket::builder().repository("acme", "shop").start().expect("a fake");
    insta::assert_snapshot!(bitbucket(&fake, ""), @r"
    -    Bitbucket     cannot publish: there are no credentials for Bitbucket
                       set STEPGATE_BITBUCKET_TOKEN, or STEPGATE_BITBUCKET_EMAIL and STEPGATE_BITBUCKET_API_TOKEN

    nothing has to be mended
    ");
}
