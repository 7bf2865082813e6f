//! Checks of what `stepgate scan` needs: a Trivy, where images are built here, and exceptions that have not ended.

use std::path::Path;

use step::Session;
use stepgate_scan::Config;

use super::Finding;

pub(super) fn checks(config: &Config, session: &Session, root: &Path) -> Vec<Finding> {
    let mut found = vec![scanner(config, session, root)];
    for (id, day) in stepgate_scan::ended_exceptions(config) {
        found.push(Finding::broken(
            format!("the exception for {id} ended on {day}: what it excused blocks again"),
            "mend the finding and remove the entry, or give it a later day, in stepgate.yaml",
        ));
    }
    found
}

fn scanner(config: &Config, session: &Session, root: &Path) -> Finding {
    let installed = stepgate_scan::installed(config, &session.env, root);
    let command = installed.command.display();
    match installed.program {
        Some(program) => Finding::fine(format!("trivy: {}", program.display())),
        None if config.trivy.command != Config::default().trivy.command => Finding::broken(
            format!("trivy: there is no program {command}"),
            "install it there, or mend `trivy.command` under `scan` in stepgate.yaml",
        ),
        None => Finding::missing(
            "no trivy program in PATH",
            "`stepgate scan gate` still judges reports that are made elsewhere",
        ),
    }
}
