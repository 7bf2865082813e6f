use crate::support::{Place, Run};

const CONFIG: &str = "lint:\n  changed: files\n  policy: { max: 1, tools: { phpmd: { action: warn } } }\n";

#[test]
fn without_a_file_everything_is_the_default() {
    insta::assert_snapshot!(Place::plain().run("config"), @r#"
    lint.allow-baseline-growth: false
    lint.attestation: not set
    lint.baseline: not set
    lint.changed: "off"
    lint.destination: not set
    lint.outputs: {}
    lint.policy.block: "new"
    lint.policy.max: 0
    lint.policy.rules: []
    lint.policy.severity: not set
    lint.policy.tools: {}
    lint.roots: []
    lint.service: not set
    lint.tools: {}
    scan.attestation: not set
    scan.environment: not set
    scan.epss: not set
    scan.exception-files: []
    scan.exceptions: []
    scan.first-seen: not set
    scan.kev: not set
    scan.outputs: {}
    scan.policy.environments: {}
    scan.policy.rules: []
    scan.proof.allow-no-os: false
    scan.proof.allow-no-packages: false
    scan.proof.database-max-age: "24h"
    scan.proof.deny-versions: []
    scan.proof.end-of-life: "block"
    scan.proof.intel-max-age: "7d"
    scan.proof.max-age: not set
    scan.proof.required: false
    scan.proof.scanners: ["vuln","secret"]
    scan.service: not set
    scan.trivy.cache-dir: not set
    scan.trivy.command: "trivy"
    scan.trivy.scanners: ["vuln","secret","misconfig"]
    scan.trivy.timeout: "30m"
    scan.vex: []
    tests.allow-empty: false
    tests.attestation: not set
    tests.coverage.exclude: ["tests/**","test/**","migrations/**","config/**"]
    tests.coverage.max-fall: not set
    tests.coverage.min-change: not set
    tests.coverage.min-file: not set
    tests.coverage.min-lines: not set
    tests.coverage.sources: []
    tests.destination: not set
    tests.expect-files: not set
    tests.fail-on: []
    tests.history.file: not set
    tests.history.runs: 200
    tests.outputs: {}
    tests.quarantine.ready-after: 10
    tests.quarantine.tests: []
    tests.roots: []
    tests.service: not set
    bump.attestations: not set
    bump.author: not set
    bump.branch: not set
    bump.deadline: not set
    bump.default-reviewers: false
    bump.environments: {}
    bump.merge: false
    bump.message: not set
    bump.repository: not set
    bump.require-digest: false
    bump.resolve-digest: false
    bump.reviewers: []
    bump.service: not set
    bump.sign: not set
    bump.via: "push"
    promote.author: not set
    promote.branch: not set
    promote.deadline: not set
    promote.default-reviewers: false
    promote.gitops-repository: not set
    promote.repository: not set
    promote.reviewers: []
    promote.sign: not set
    [exit status: 0]
    "#);
}

#[test]
fn explain_says_where_each_value_came_from() {
    let place = Place::plain().write("stepgate.yaml", CONFIG).env("STEPGATE_DESTINATION", "develop");
    let lint = section("lint", &place.run("config --explain -- --max 3 --output html=a.html"));
    insta::assert_snapshot!(lint, @r#"
    lint.allow-baseline-growth: false                # default
    lint.attestation: not set                        # default
    lint.baseline: not set                           # default
    lint.changed: "files"                            # stepgate.yaml
    lint.destination: "develop"                      # environment
    lint.outputs.html: "a.html"                      # command line
    lint.policy.block: "new"                         # default
    lint.policy.max: 3                               # command line
    lint.policy.rules: []                            # default
    lint.policy.severity: not set                    # default
    lint.policy.tools.phpmd.action: "warn"           # stepgate.yaml
    lint.policy.tools.phpmd.block: not set           # default
    lint.policy.tools.phpmd.max: not set             # default
    lint.policy.tools.phpmd.rules: []                # default
    lint.policy.tools.phpmd.severity: not set        # default
    lint.roots: []                                   # default
    lint.service: not set                            # default
    lint.tools: {}                                   # default
    "#);
    // The same, said in full.
    for line in
        ["config --explain -- lint gate --max 3 -o html=a.html", "config --explain -- lint --max 3 -o html=a.html"]
    {
        assert_eq!(section("lint", &place.run(line)), lint);
    }
}

/// What is said of a section.
fn section(name: &str, run: &Run) -> String {
    assert_eq!(run.status, 0, "{run}");
    let lines = run.stdout.lines().filter(|line| line.starts_with(&format!("{name}.")));
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn explain_says_it_of_tests_too() {
    let config = "tests:\n  fail-on: [skipped]\n  coverage: { min-change: 80 }\n  roots: [/app]\n";
    let place = Place::plain().write("stepgate.yaml", config).env("STEPGATE_DESTINATION", "develop");
    let line = "config --explain -- tests gate --fail-on flaky,skipped --min-lines 60.5 --history h.jsonl --root /srv";
    let tests = section("tests", &place.run(line));
    insta::assert_snapshot!(tests, @r#"
    tests.allow-empty: false                         # default
    tests.attestation: not set                       # default
    tests.coverage.exclude: ["tests/**","test/**","migrations/**","config/**"] # default
    tests.coverage.max-fall: not set                 # default
    tests.coverage.min-change: 80.0                  # stepgate.yaml
    tests.coverage.min-file: not set                 # default
    tests.coverage.min-lines: 60.5                   # command line
    tests.coverage.sources: []                       # default
    tests.destination: "develop"                     # environment
    tests.expect-files: not set                      # default
    tests.fail-on: ["flaky","skipped"]               # command line
    tests.history.file: "h.jsonl"                    # command line
    tests.history.runs: 200                          # default
    tests.outputs: {}                                # default
    tests.quarantine.ready-after: 10                 # default
    tests.quarantine.tests: []                       # default
    tests.roots: ["/srv","/app"]                     # command line
    tests.service: not set                           # default
    "#);
    // What is said of the one gate changes nothing of the other.
    assert_eq!(section("lint", &place.run(line)), section("lint", &place.run("config --explain")));
}

#[test]
fn explain_says_it_of_images_too() {
    let config = "scan:\n  environment: staging\n  vex: [a.json]\n  proof: { database-max-age: 2d }\n";
    let place = Place::plain().write("stepgate.yaml", config);
    let line = "config --explain -- scan gate --environment production --require-proof --vex b.json -o html=a.html";
    let scan = section("scan", &place.run(line));
    for expected in [
        "scan.environment: \"production\" # command line",
        "scan.proof.required: true # command line",
        "scan.proof.database-max-age: \"2d\" # stepgate.yaml",
        "scan.vex: [\"a.json\",\"b.json\"] # command line",
        "scan.outputs.html: \"a.html\" # command line",
        "scan.trivy.command: \"trivy\" # default",
    ] {
        let is_it = |line: &str| line.split_whitespace().eq(expected.split_whitespace());
        assert!(scan.lines().any(is_it), "{expected}\n{scan}");
    }
}

#[test]
fn a_flag_beats_the_environment_and_that_the_file_and_that_the_default() {
    let place = Place::plain().write("stepgate.yaml", "lint: { destination: of-the-file }\n");
    let destination = |place: &Place, line: &str| {
        let config = place.run(line);
        config.stdout.lines().find(|line| line.starts_with("lint.destination")).map(str::to_owned)
    };
    let said =
        |place: &Place, line: &str| destination(place, line).unwrap_or_default().replace("  ", "").replace(" #", "#");
    assert_eq!(said(&Place::plain(), "config --explain"), "lint.destination: not set# default");
    assert_eq!(said(&place, "config --explain"), "lint.destination: \"of-the-file\"# stepgate.yaml");
    let place = place.env("STEPGATE_DESTINATION", "of-the-environment");
    assert_eq!(said(&place, "config --explain"), "lint.destination: \"of-the-environment\"# environment");
    let line = "config --explain -- --destination of-the-flag";
    assert_eq!(said(&place, line), "lint.destination: \"of-the-flag\"# command line");
}

#[test]
fn an_empty_environment_variable_is_not_set() {
    let names = ["CONFIG", "DESTINATION", "PUBLISH", "BITBUCKET_URL", "BITBUCKET_PATIENCE", "BITBUCKET_TOKEN"];
    let place = names
        .iter()
        .fold(Place::plain().write("stepgate.yaml", CONFIG), |place, name| place.env(&format!("STEPGATE_{name}"), ""));
    let config = place.run("config --explain");
    assert_eq!(config.status, 0, "{config}");
    assert!(!config.stdout.contains("# environment"), "{config}");
    let place = place.write("clean.json", r#"{"totals":{"errors":0,"file_errors":0},"files":[],"errors":[]}"#);
    let gate = place.run("lint gate --changed-files clean.json");
    assert!(!gate.to_string().contains("usage"), "{gate}");
    assert_eq!(place.run("lint gate --everything clean.json").status, 0);
}

#[test]
fn a_file_elsewhere_can_be_named() {
    let place = Place::plain().write("ci/gate.yaml", CONFIG);
    let named = place.run("config --explain --config ci/gate.yaml");
    assert!(named.stdout.contains("lint.changed: \"files\""), "{named}");
    assert!(named.stdout.contains("# ci/gate.yaml"), "{named}");
    insta::assert_snapshot!(place.run("config --config nowhere.yaml"), @r"
    ------- stderr -------
    error: cannot read [DIR]/nowhere.yaml: No such file or directory (os error 2)
    [exit status: 3]
    ");
}

#[test]
fn wrong_arguments_of_the_gate_are_named() {
    insta::assert_snapshot!(Place::plain().run("config -- --maximum 3"), @r"
    ------- stderr -------
    error: these are no arguments of `stepgate lint gate`: unexpected argument '--maximum' found
    hint: `stepgate lint gate --help` shows what there is
    [exit status: 2]
    ");
    insta::assert_snapshot!(Place::plain().run("config -- tests gate --max 3"), @r"
    ------- stderr -------
    error: these are no arguments of `stepgate tests gate`: unexpected argument '--max' found
    hint: `stepgate tests gate --help` shows what there is
    [exit status: 2]
    ");
}

#[test]
fn schemas_are_printed_whole() {
    let place = Place::plain();
    assert_eq!(place.run("schema config").stdout, stepgate::schema::CONFIG);
    let report = place.run("schema report").stdout;
    assert_eq!(report.replace("[VERSION]", env!("CARGO_PKG_VERSION")), findings::write::REPORT_SCHEMA);
    let report = place.run("schema tests-report").stdout;
    assert_eq!(report.replace("[VERSION]", env!("CARGO_PKG_VERSION")), stepgate_tests::REPORT_SCHEMA);
}
