//! `formats`: what is read and written.

use step::{Exit, Result, Session, words};

use crate::write::Output;

/// What is read, found from the content.
const READ: &str = "\
read, found from the content:
  trivy          JSON of any version, from `trivy image`, `fs`, `rootfs`, `repo` and `config`
  grype          JSON
statements that a vulnerability does not apply (--vex):
  openvex
  csaf           2.0, VEX profile
  cyclonedx      JSON with analyses
exceptions (--exceptions, --ignorefile):
  stepgate       YAML, as under `scan.exceptions`
  trivyignore    .trivyignore, .trivyignore.yaml
written:
";

/// Lists the formats.
pub(crate) fn list(session: &mut Session) -> Result<Exit> {
    let written: String = Output::ALL.iter().map(|output| format!("  {}\n", output.as_str())).collect();
    words::say(session, &format!("{READ}{written}"))?;
    Ok(Exit::Pass)
}
