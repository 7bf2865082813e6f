//! Checks of what `stepgate tests` needs: a PHPUnit that leaves a report, a history and a quarantine that can be used.

use std::path::Path;

use step::{Session, files};
use stepgate_tests::{Config, PHPUNIT_CONFIGS};

use super::Finding;
use crate::init;

pub(super) fn checks(config: &Config, session: &Session, root: &Path) -> Vec<Finding> {
    let mut found = vec![runner(session, root)];
    found.extend(history(config, root));
    for (test, day) in stepgate_tests::ended_quarantine(config) {
        found.push(Finding::broken(
            format!("the quarantine of {test} ended on {day}: the gate fails"),
            "mend the test and remove the entry, or give it a later day, in stepgate.yaml",
        ));
    }
    found
}

/// Whether there is a PHPUnit, and somebody who tells it to leave a report.
fn runner(session: &Session, root: &Path) -> Finding {
    let Some(own) = PHPUNIT_CONFIGS.into_iter().find(|name| root.join(name).is_file()) else {
        let mend = "`stepgate tests gate` still judges reports that are made elsewhere";
        return Finding::missing("no PHPUnit is configured here", mend);
    };
    let vendor = root.join("vendor/bin/phpunit");
    let program =
        if vendor.is_file() { Some(vendor) } else { which::which_in("phpunit", session.env.get("PATH"), root).ok() };
    let Some(program) = program else {
        return Finding::broken(
            format!("phpunit: {own} is here, the program is neither in vendor/bin nor in PATH"),
            "composer require --dev phpunit/phpunit",
        );
    };
    let holds = |name: &str, words: &[&str]| {
        let bytes = files::read(&root.join(name), 1 << 20).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        words.iter().any(|word| text.contains(word))
    };
    if holds(own, &["<junit"]) || holds(init::PIPELINE_NAME, &["--log-junit", "--log-otr"]) {
        return Finding::fine(format!("phpunit: {} with {own}", program.display()));
    }
    Finding::missing(
        format!("phpunit: neither {own} nor {} has it write a report", init::PIPELINE_NAME),
        "`--log-junit FILE` does; `stepgate init --print --pipeline tests` shows the steps to add",
    )
}

/// The history, when one is configured. That it is not there yet is fine: the gate begins it.
fn history(config: &Config, root: &Path) -> Option<Finding> {
    let name = config.history.file.as_ref()?;
    let path = root.join(name);
    if !path.exists() {
        return None;
    }
    Some(match stepgate_tests::runs_in_history(&path) {
        Ok(runs) => Finding::fine(format!("{}, {runs} runs", name.display())),
        Err(failure) => Finding::of(&failure),
    })
}
