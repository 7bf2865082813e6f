//! The story, chapter by chapter.

use step::{Exit, Failure, Result};

use super::stage::{BOARD_PAGE, GITOPS_REPO, LINT_PAGE, PULL_REQUEST, SCAN_PAGE, Stage, TESTS_PAGE};
use super::{Args, image};

/// All chapters in order.
pub(super) async fn play(stage: &mut Stage<'_>, args: &Args) -> Result<()> {
    the_debt_is_written_down(stage).await?;
    let commit = a_pull_request_is_refused(stage).await?;
    stage.keep(LINT_PAGE, &args.report)?;
    its_tests_are_refused(stage, &commit).await?;
    stage.keep(TESTS_PAGE, &args.tests_report)?;
    its_image_is_refused(stage, &commit).await?;
    stage.keep(SCAN_PAGE, &args.scan_report)?;
    half_a_report_is_no_pass(stage, &commit).await?;
    let commit = the_second_push_passes(stage).await?;
    the_image_goes_where_it_runs(stage, &commit).await
}

/// Where the pages are.
pub(super) fn end(stage: &mut Stage<'_>, args: &Args) -> Result<()> {
    let [lint, tests, scan, board] =
        [&args.report, &args.tests_report, &args.scan_report, &args.board].map(|page| page.display());
    stage.say(&format!(
        "\nThe reports of the first push are in {lint}, {tests} and {scan}, and what is where in {board}: open them in a \
         browser."
    ))
}

async fn the_debt_is_written_down(stage: &mut Stage<'_>) -> Result<()> {
    stage.say(
        "1. orders-api, a Symfony service, has debt on main. It is written down; from now on it can only shrink.\n",
    )?;
    for path in ["src", "tests", "composer.json", "composer.lock", "Dockerfile", "stepgate.yaml"] {
        stage.put(path)?;
    }
    image::put_exceptions(stage);
    stage.put_reports("main")?;
    let made =
        ["reports/", "test-results/", "scan/", ATTESTATIONS, HISTORY, LINT_PAGE, TESTS_PAGE, SCAN_PAGE, BOARD_PAGE];
    stage.repo.write(".gitignore", made.map(|path| format!("/{path}\n")).concat());
    let commit = stage.push("The service as it is");
    stage.lint(&commit, "baseline create reports/*.json", Exit::Pass).await?;
    stage.repo.commit("Write down the debt that is known");
    Ok(())
}

async fn a_pull_request_is_refused(stage: &mut Stage<'_>) -> Result<String> {
    stage.say(
        "\n2. A pull request adds refunds. Three tools ran in parallel steps; one gate reads what they said.\n   \
         The old findings have moved to other lines. They are still known.\n",
    )?;
    stage.repo.git(&["switch", "--quiet", "--create", "feature/refunds"]);
    stage.put("change")?;
    let commit = stage.push("Refund orders");
    stage.put_reports("change")?;
    let line = format!("gate --changed-lines --output html={LINT_PAGE} reports/*.json");
    stage.lint(&commit, &line, Exit::Fail).await?;
    Ok(commit)
}

/// Where the gates leave their signed verdicts.
const ATTESTATIONS: &str = "stepgate-attestations/";

/// What tests did in earlier runs; a pipeline keeps it as a cache.
const HISTORY: &str = "test-history.jsonl";

/// The gate over two shards, of which the second ran again.
fn gate_over_tests() -> String {
    format!(
        "gate test-results/shard-*/junit.xml --attempt-dirs test-results/retry --min-change 90 \\\n      \
         --coverage test-results/shard-*/clover.xml --history {HISTORY} --output html={TESTS_PAGE}"
    )
}

async fn its_tests_are_refused(stage: &mut Stage<'_>, commit: &str) -> Result<()> {
    stage.say(
        "\n3. Its tests ran in two parallel steps, and those of the second ran again because some failed. One of them \
         passed\n   then: it is flaky, which is told. The other one has found something.\n",
    )?;
    stage.tests(commit, &gate_over_tests(), Exit::Fail).await
}

/// The gate over the image, beside the one that runs.
fn gate_over_image() -> String {
    let (report, deployed, exceptions) = (image::REPORT, image::DEPLOYED, image::EXCEPTIONS);
    format!("gate {report} --against {deployed} \\\n      --exceptions {exceptions} --output html={SCAN_PAGE}")
}

async fn its_image_is_refused(stage: &mut Stage<'_>, commit: &str) -> Result<()> {
    stage.say(
        "\n4. Its image was built, and Trivy looked into it before the push. A package that refunds need is vulnerable: \
         that is new.\n   What the running image has too does not hold it back, and one finding is accepted, until a \
         last day.\n",
    )?;
    image::put_deployed(stage)?;
    image::put_report(stage, "candidate")?;
    stage.scan(commit, &gate_over_image(), Exit::Fail).await?;
    what_bitbucket_has(stage, commit)
}

fn what_bitbucket_has(stage: &mut Stage<'_>, commit: &str) -> Result<()> {
    stage.say("\n   What Bitbucket has now:\n")?;
    for report in stage.bitbucket.reports(commit) {
        let annotations = stage.bitbucket.annotations(commit, &report.external_id).len();
        let kind = report.body["report_type"].as_str().unwrap_or_default().to_owned();
        let annotations = counted(annotations, "annotation");
        stage.say(&format!("  - {kind} report {}: {annotations}", report.external_id))?;
    }
    for status in stage.bitbucket.statuses(commit) {
        stage.say(&format!("  - build status {}: {}", status.key, status.state))?;
    }
    let comments = counted(stage.bitbucket.comments(PULL_REQUEST).len(), "comment");
    stage.say(&format!("  - {comments} on pull request {PULL_REQUEST}"))
}

fn counted(number: usize, noun: &str) -> String {
    findings::words::count(number as u64, noun)
}

async fn half_a_report_is_no_pass(stage: &mut Stage<'_>, commit: &str) -> Result<()> {
    stage.say("\n5. PHPStan ran out of memory and left half a report. Half a report is not a pass.\n")?;
    cut(stage, "reports/phpstan.json")?;
    stage.lint(commit, "gate --changed-lines --publish never reports/phpstan.json", Exit::Input).await?;
    stage.say(
        "\n   PHP died in the second shard, before PHPUnit wrote its report. The first shard alone is not a pass.\n",
    )?;
    stage.repo.write("test-results/shard-2/junit.xml", "");
    stage.repo.write("test-results/shard-2/junit.xml.exit", "255\n");
    stage.tests(commit, "gate --publish never test-results/shard-*/junit.xml", Exit::Input).await?;
    the_image_is_not_known(stage, commit).await
}

async fn the_image_is_not_known(stage: &mut Stage<'_>, commit: &str) -> Result<()> {
    stage.say(
        "\n   The image was built once more, and the report is of the one before. Nobody looked into this one.\n",
    )?;
    let gate = format!("gate {} --publish never", image::REPORT);
    let built = image::id("clean")?;
    stage
        .scan(commit, &format!("{gate} --fail-on critical --only-fixable \\\n      --image {built}"), Exit::Input)
        .await?;
    stage.say("\n   And Trivy was stopped while it wrote.\n")?;
    cut(stage, image::REPORT)?;
    stage.scan(commit, &format!("{gate} --fail-on critical --only-fixable"), Exit::Input).await
}

/// Leaves half of a file.
fn cut(stage: &Stage<'_>, path: &str) -> Result<()> {
    let whole = std::fs::read(stage.repo.path().join(path))
        .map_err(|error| Failure::bug("cannot read the demo's report").because(error))?;
    stage.repo.write(path, whole.get(..whole.len() / 2).unwrap_or_default());
    Ok(())
}

async fn the_second_push_passes(stage: &mut Stage<'_>) -> Result<String> {
    stage.say(
        "\n6. The second push mends what was found, and one old problem beside it. The gates have a key now, and sign what \
         they say.\n",
    )?;
    stage.give_key();
    stage.put("fix")?;
    let commit = stage.push("Check that the order exists and was paid");
    stage.put_reports("fixed")?;
    stage.lint(&commit, "gate --changed-lines reports/*.json", Exit::Pass).await?;
    stage.lint(&commit, "baseline shrink reports/*.json", Exit::Pass).await?;
    stage.tests(&commit, &gate_over_tests(), Exit::Pass).await?;
    stage.tests(&commit, &format!("flaky {HISTORY}"), Exit::Pass).await?;
    image::put_report(stage, "clean")?;
    stage.scan(&commit, &gate_over_image(), Exit::Pass).await?;
    let comments = counted(stage.bitbucket.comments(PULL_REQUEST).len(), "comment");
    stage.say(&format!("\n   Pull request {PULL_REQUEST} still has {comments}: they were updated, not repeated."))?;
    Ok(commit)
}

/// The name of the story's image in its registry.
const IMAGE: &str = "registry.example.com/acme/orders-api";

async fn the_image_goes_where_it_runs(stage: &mut Stage<'_>, commit: &str) -> Result<()> {
    stage.say(
        "\n7. It is merged and pushed. The image goes into the GitOps repository: two values change, nothing else, and \
         Argo CD\n   does the rest. `docker image inspect` tells the digest.\n",
    )?;
    let digest = image::id("clean")?;
    let inspected = |digest: &str| format!("[{{\"RepoDigests\":[\"{IMAGE}@{digest}\"]}}]");
    stage.repo.write("image.json", inspected(&digest));
    let late = stage.build();
    let put = |tag: &str| {
        format!("put {IMAGE}:{tag} --digest-from image.json \\\n      --repo {GITOPS_REPO} --service orders-api")
    };
    stage.build();
    stage.bump(commit, &format!("{} --environment dev", put("1.10.0")), Exit::Pass).await?;
    stage.say(&format!("\n   What the commit changed:\n\n{}", what_changed(stage)))?;
    stage.say(
        "\n   A build that began before this one comes to its end. It does not take the place of a newer one.\n",
    )?;
    stage.repo.write("image.json", inspected(&image::id("candidate")?));
    let late = format!("{} --environment dev --build-number {late}", put("1.9.9"));
    stage.bump(commit, &late, Exit::Pass).await?;
    stage.say("\n   And no build puts its image into production past the guardrails.\n")?;
    let put = format!(
        "put {IMAGE}:1.10.0 --digest-from image.json \\\n      --repo {GITOPS_REPO} --service orders-api --environment production"
    );
    stage.bump(commit, &put, Exit::Fail).await
}

/// The lines that the last commit of the GitOps repository changed.
fn what_changed(stage: &Stage<'_>) -> String {
    let diff = stage.gitops.git(&["show", "--format=%s", "--unified=1", "main", "--", "environments"]);
    let lines =
        diff.lines().filter(|line| !["diff ", "index ", "---", "+++", "@@"].iter().any(|it| line.starts_with(it)));
    let lines: Vec<_> = lines.filter(|line| !line.is_empty()).map(|line| format!("  | {line}")).collect();
    lines.join("\n")
}
