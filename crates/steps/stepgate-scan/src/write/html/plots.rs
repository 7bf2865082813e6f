//! Where the findings are: bars in tables, so that they can be read without seeing them.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use findings::Severity;
use findings::words::number;
use findings::write::page::{Part, Plot, plot};
use image_scan::Finding;
use image_scan::model::Gate;

use crate::write::packages::Held;
use crate::write::words::{Totals, is_muted, known};

/// So many packages and layers are worth a bar.
const BARS: usize = 10;

/// The instruction of a layer is cut here.
const LAYER_CHARS: usize = 120;

pub(super) fn write(gate: &Gate<'_>, packages: &[Held<'_, '_>], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<div class=\"plots\">")?;
    let of_package = |held: &Held<'_, '_>| {
        let totals = Totals::of(held.findings.iter().copied());
        (format!("{} {}", held.package.name, held.package.version), totals)
    };
    let shown = || gate.findings().filter(|finding| !is_muted(finding));
    for (title, bars, parts) in [
        (
            "Blocking, reported, muted",
            by(gate.findings(), |finding| Some(finding.kind.as_str().to_owned())),
            DISPOSITIONS,
        ),
        ("Severity, by package", packages.iter().map(of_package).collect(), SEVERITIES),
        ("Severity, by layer", by(shown(), layer), SEVERITIES),
        ("Severity, by section", by(shown(), |finding| known(finding.target.name).map(str::to_owned)), SEVERITIES),
    ] {
        let mut bars: Vec<_> = bars;
        bars.sort_by_key(|(_, totals)| Reverse(totals.findings));
        bars.truncate(BARS);
        let bars: Vec<_> = bars.iter().map(|(name, totals)| (name.as_str(), parts(totals))).collect();
        if !bars.is_empty() {
            plot(&Plot { title, unit: "Findings", show: number, bars }, out)?;
        }
    }
    writeln!(out, "</div>")
}

const DISPOSITIONS: fn(&Totals) -> Vec<Part> =
    |totals| vec![("blocking", totals.blocking), ("reported", totals.reported), ("muted", totals.muted)];

const SEVERITIES: fn(&Totals) -> Vec<Part> = |totals| {
    let part = |severity: Severity| (severity.as_str(), totals.by_severity[severity as usize]);
    Severity::WORST_FIRST.map(part).into()
};

fn by<'f, 'a: 'f>(
    findings: impl Iterator<Item = &'f Finding<'a>>,
    key: impl Fn(&Finding<'a>) -> Option<String>,
) -> Vec<(String, Totals)> {
    let mut totals: BTreeMap<String, Totals> = BTreeMap::new();
    for finding in findings {
        if let Some(key) = key(finding) {
            totals.entry(key).or_default().add(finding);
        }
    }
    totals.into_iter().collect()
}

/// `base: COPY …`, of a layer whose instruction nobody knows the start of its digest.
fn layer(finding: &Finding<'_>) -> Option<String> {
    let layer = finding.layer?;
    let made = known(layer.created_by).or_else(|| Some(layer.diff_id.get(..19).unwrap_or(layer.diff_id)))?;
    let made = findings::escape::cut(made, LAYER_CHARS);
    Some(match finding.origin {
        Some(origin) => format!("{}: {made}", crate::write::words::origin(origin)),
        None => made.into_owned(),
    })
}
