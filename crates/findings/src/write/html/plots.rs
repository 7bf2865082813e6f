//! Where the findings are: bars in tables, so that they can be read without seeing them.

use std::io::{self, Write};

use rustc_hash::FxHashMap;

use crate::model::{Disposition, Finding, Gate, Severity, Totals};
use crate::write::page::{Part, Plot, plot};
use crate::write::summary::{by_tool, number};

/// So many rules and files are worth a bar.
const BARS: usize = 10;

pub(super) fn section(gate: &Gate<'_>, out: &mut dyn Write) -> io::Result<()> {
    if gate.findings().next().is_none() {
        return Ok(());
    }
    let mut tools = by_tool(gate);
    tools.retain(|(_, totals)| totals.findings > 0);
    let by = |parts: fn(&Totals) -> Vec<Part>| tools.iter().map(|(tool, totals)| (*tool, parts(totals))).collect();
    writeln!(out, "<section aria-labelledby=\"plots\">\n<h2 id=\"plots\">Where they are</h2>\n<div class=\"plots\">")?;
    for (title, bars) in [
        ("New and known, by tool", by(dispositions)),
        ("Severity, by tool", by(severities)),
        ("Rules with most findings", most(gate, |finding| finding.rule.id)),
        ("Files with most findings", most(gate, Finding::path)),
    ] {
        plot(&Plot { title, unit: "Findings", show: number, bars }, out)?;
    }
    writeln!(out, "</div></section>")
}

fn dispositions(totals: &Totals) -> Vec<Part> {
    vec![("blocking", totals.blocking), ("reported", totals.reported), ("muted", totals.muted)]
}

fn severities(totals: &Totals) -> Vec<Part> {
    let [info, low, medium, high, critical] = totals.by_severity;
    let counts = [critical, high, medium, low, info];
    Severity::WORST_FIRST.map(Severity::as_str).into_iter().zip(counts).collect()
}

/// The values of `key` with most findings, what blocks first, and their dispositions.
fn most<'a>(gate: &Gate<'a>, key: impl Fn(&Finding<'a>) -> &'a str) -> Vec<(&'a str, Vec<Part>)> {
    let mut counts: FxHashMap<&str, Totals> = FxHashMap::default();
    for finding in gate.findings() {
        let totals = counts.entry(key(finding)).or_default();
        let count = u64::from(finding.count);
        totals.findings += count;
        match finding.disposition {
            Disposition::Blocking => totals.blocking += count,
            Disposition::Reported => totals.reported += count,
            Disposition::Muted(_) => totals.muted += count,
        }
    }
    counts.remove("");
    let mut most: Vec<_> = counts.into_iter().collect();
    most.sort_by_key(|(name, totals)| (std::cmp::Reverse(totals.findings), *name));
    most.truncate(BARS);
    most.iter().map(|(name, totals)| (*name, dispositions(totals))).collect()
}
