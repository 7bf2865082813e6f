//! Findings for tests.

use crate::model::{Finding, Kind, Package, Target};

/// A vulnerability that nothing more is known of.
pub(crate) fn finding<'a>(id: &'a str, target: &'a Target<'a>, package: Option<&'a Package<'a>>) -> Finding<'a> {
    let path = package.map_or("", |package| package.path);
    Finding { package, path, ..Finding::new(Kind::Vulnerability, id, target) }
}
