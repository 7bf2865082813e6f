//! Findings for tests.

use crate::model::{Finding, Kind, Package, Ruling, Status, Target};

/// A vulnerability that nothing more is known of.
pub(crate) fn finding<'a>(id: &'a str, target: &'a Target<'a>, package: Option<&'a Package<'a>>) -> Finding<'a> {
    Finding {
        kind: Kind::Vulnerability,
        id,
        aliases: &[],
        severity: None,
        worst: None,
        title: "",
        advice: None,
        link: None,
        target,
        package,
        path: package.map_or("", |package| package.path),
        line: 0,
        end_line: 0,
        layer: None,
        fixed_version: "",
        status: Status::Unknown,
        cvss: None,
        epss: None,
        kev: false,
        published: None,
        category: "",
        suppressed: None,
        origin: None,
        news: None,
        ruling: Ruling::default(),
    }
}
