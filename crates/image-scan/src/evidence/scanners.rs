//! Which scanners ran. Reports of Trivy do not say (aquasecurity/trivy#10076).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Case, Proof};
use crate::model::{Class, Kind};

/// A scanner of Trivy's, by its word for `--scanners`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scanner {
    /// Vulnerabilities of packages.
    Vuln,
    /// Settings that should be other ones.
    Misconfig,
    /// Passwords, keys and tokens.
    Secret,
    /// Licences.
    License,
}

impl Scanner {
    /// Trivy's word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vuln => "vuln",
            Self::Misconfig => "misconfig",
            Self::Secret => "secret",
            Self::License => "license",
        }
    }

    const fn kind(self) -> Kind {
        match self {
            Self::Vuln => Kind::Vulnerability,
            Self::Misconfig => Kind::Misconfiguration,
            Self::Secret => Kind::Secret,
            Self::License => Kind::License,
        }
    }

    /// A section that only this scanner makes. Sections of packages are there whether anybody looked for
    /// vulnerabilities or not.
    const fn makes(self, class: Class) -> bool {
        matches!(
            (self, class),
            (Self::Misconfig, Class::Config) | (Self::Secret, Class::Secret) | (Self::License, Class::License)
        )
    }
}

/// Whether `scanner` is known to have run.
pub(super) fn ran(case: &Case<'_, '_>, scanner: Scanner) -> bool {
    let asked = case.facts.scanners.as_ref().is_some_and(|asked| asked.iter().any(|name| is_named(scanner, name)));
    asked
        || (scanner == Scanner::Vuln && case.scan.scanner == "grype")
        || case.scan.findings.iter().any(|finding| finding.kind == scanner.kind())
        || case.scan.targets.iter().any(|target| scanner.makes(target.class))
}

pub(super) fn check(case: &Case<'_, '_>, proof: &mut Proof) {
    let missing: Vec<_> = case.demands.scanners.iter().filter(|scanner| !ran(case, **scanner)).collect();
    if missing.is_empty() {
        return;
    }
    let names: Vec<_> = missing.iter().map(|scanner| format!("`{}`", scanner.as_str())).collect();
    let names = names.join(" and ");
    if case.facts.scanners.is_some() {
        proof.problems.push(format!("the scan was made without {names}, which the policy demands; scan again with it"));
    } else if case.scan.scanner == "grype" {
        case.unproved(proof, format!("grype does not look for what Trivy's {names} finds; scan with Trivy as well"));
    } else {
        case.unproved(
            proof,
            format!(
                "the report cannot show that {names} ran: without findings it looks the same when `--scanners` left \
                 them out or when the database was empty; let `stepgate-scan image` run the scan to be sure"
            ),
        );
    }
}

/// `config` is the old word for `misconfig`.
fn is_named(scanner: Scanner, name: &str) -> bool {
    let name = name.trim();
    name.eq_ignore_ascii_case(scanner.as_str()) || (scanner == Scanner::Misconfig && name == "config")
}
