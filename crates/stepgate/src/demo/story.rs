//! The story, chapter by chapter.

use step::{Exit, Failure, Result};

use super::stage::{PULL_REQUEST, REPORT, Stage};

/// All chapters in order.
pub(super) async fn play(stage: &mut Stage<'_>) -> Result<()> {
    the_debt_is_written_down(stage).await?;
    a_pull_request_is_refused(stage).await?;
    a_report_that_is_cut_short_is_no_pass(stage).await?;
    the_second_push_passes(stage).await?;
    let report = stage.report.display().to_string();
    stage.say(&format!("\nThe report of the first push is in {report}: open it in a browser."))
}

async fn the_debt_is_written_down(stage: &mut Stage<'_>) -> Result<()> {
    stage.say(
        "1. orders-api, a Symfony service, has debt on main. It is written down; from now on it can only shrink.\n",
    )?;
    stage.put("src")?;
    stage.put_reports("main")?;
    stage.repo.write(".gitignore", "/reports/\n/report.html\n");
    let commit = stage.repo.commit("The service as it is");
    stage.lint(&commit, "baseline create reports/*.json", Exit::Pass).await?;
    stage.repo.commit("Write down the debt that is known");
    Ok(())
}

async fn a_pull_request_is_refused(stage: &mut Stage<'_>) -> Result<()> {
    stage.say(
        "\n2. A pull request adds refunds. Three tools ran in parallel steps; one gate reads what they said.\n   \
         The old findings have moved to other lines. They are still known.\n",
    )?;
    stage.repo.git(&["switch", "--quiet", "--create", "feature/refunds"]);
    stage.put("change")?;
    let commit = stage.repo.commit("Refund orders");
    stage.put_reports("change")?;
    let line = format!("gate --changed-lines --output html={REPORT} reports/*.json");
    stage.lint(&commit, &line, Exit::Fail).await?;
    stage.keep_report()?;
    what_bitbucket_has(stage, &commit)
}

fn what_bitbucket_has(stage: &mut Stage<'_>, commit: &str) -> Result<()> {
    stage.say("\n   What Bitbucket has now:\n")?;
    for report in stage.bitbucket.reports(commit) {
        let annotations = stage.bitbucket.annotations(commit, &report.external_id).len();
        stage.say(&format!(
            "  - Code Insights report {}: {}",
            report.external_id,
            counted(annotations, "annotation")
        ))?;
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

async fn a_report_that_is_cut_short_is_no_pass(stage: &mut Stage<'_>) -> Result<()> {
    stage.say("\n3. PHPStan ran out of memory and left half a report. Half a report is not a pass.\n")?;
    let path = stage.repo.path().join("reports/phpstan.json");
    let whole = std::fs::read(&path).map_err(|error| Failure::bug("cannot read the demo's report").because(error))?;
    let half = whole.get(..whole.len() / 2).unwrap_or_default();
    stage.repo.write("reports/phpstan.json", half);
    let commit = stage.repo.git(&["rev-parse", "HEAD"]);
    stage.lint(&commit, "gate --changed-lines --publish never reports/phpstan.json", Exit::Input).await
}

async fn the_second_push_passes(stage: &mut Stage<'_>) -> Result<()> {
    stage.say("\n4. The second push mends what was found, and one old problem beside it.\n")?;
    stage.put("fix")?;
    let commit = stage.repo.commit("Check that the order exists and was paid");
    stage.put_reports("fixed")?;
    stage.lint(&commit, "gate --changed-lines reports/*.json", Exit::Pass).await?;
    stage.lint(&commit, "baseline shrink reports/*.json", Exit::Pass).await?;
    let comments = counted(stage.bitbucket.comments(PULL_REQUEST).len(), "comment");
    stage.say(&format!("\n   Pull request {PULL_REQUEST} still has {comments}: it was updated, not repeated."))
}
