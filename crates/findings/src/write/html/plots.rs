//! Where the findings are: bars in tables, so that they can be read without seeing them.

use std::io::{self, Write};

use rustc_hash::FxHashMap;

use super::name;
use crate::model::{Disposition, Finding, Gate, Severity, Totals};
use crate::write::summary::{by_tool, number};

/// So many rules and files are worth a bar.
const BARS: usize = 10;

/// A part of a bar: the class that gives its colour, which is also its name, and how long it is.
type Part = (&'static str, u64);

pub(super) fn section(gate: &Gate<'_>, out: &mut dyn Write) -> io::Result<()> {
    if gate.findings().next().is_none() {
        return Ok(());
    }
    let mut tools = by_tool(gate);
    tools.retain(|(_, totals)| totals.findings > 0);
    let by = |parts: fn(&Totals) -> Vec<Part>| tools.iter().map(|(tool, totals)| (*tool, parts(totals))).collect();
    writeln!(out, "<section aria-labelledby=\"plots\">\n<h2 id=\"plots\">Where they are</h2>\n<div class=\"plots\">")?;
    plot("New and known, by tool", by(dispositions), out)?;
    plot("Severity, by tool", by(severities), out)?;
    plot("Rules with most findings", most(gate, |finding| finding.rule.id), out)?;
    plot("Files with most findings", most(gate, Finding::path), out)?;
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

fn plot(title: &str, bars: Vec<(&str, Vec<Part>)>, out: &mut dyn Write) -> io::Result<()> {
    let sum = |parts: &[Part]| parts.iter().map(|(_, count)| count).sum::<u64>();
    let longest = bars.iter().map(|(_, parts)| sum(parts)).max().unwrap_or(0).max(1);
    writeln!(out, "<div class=\"card\"><h3>{title}</h3>\n<table class=\"plot\">")?;
    writeln!(
        out,
        "<thead><tr><th scope=\"col\">Name</th><th scope=\"col\">Shares</th><th scope=\"col\">Findings</th></tr></thead>\n<tbody>"
    )?;
    for (label, parts) in &bars {
        let all = sum(parts);
        let words: Vec<_> = used(parts).map(|(word, count)| format!("{} {word}", number(*count))).collect();
        write!(out, "<tr><th scope=\"row\">{}</th><td class=\"shares\"><div class=\"bar\" role=\"img\" ", name(label))?;
        write!(out, "aria-label=\"{}\" style=\"width:{}%\">", words.join(", "), percent(all, longest))?;
        for (word, count) in used(parts) {
            write!(out, "<i class=\"{word}\" style=\"width:{}%\"></i>", percent(*count, all))?;
        }
        writeln!(out, "</div></td><td class=\"num\">{}</td></tr>", number(all))?;
    }
    writeln!(out, "</tbody></table>")?;
    legend(&bars, out)?;
    writeln!(out, "</div>")
}

/// The colours that the bars use.
fn legend(bars: &[(&str, Vec<Part>)], out: &mut dyn Write) -> io::Result<()> {
    let words = bars.first().map(|(_, parts)| parts.as_slice()).unwrap_or_default();
    writeln!(out, "<ul class=\"legend\" aria-hidden=\"true\">")?;
    for (at, (word, _)) in words.iter().enumerate() {
        if bars.iter().any(|(_, parts)| parts.get(at).is_some_and(|(_, count)| *count > 0)) {
            writeln!(out, "<li><i class=\"{word}\"></i>{word}</li>")?;
        }
    }
    writeln!(out, "</ul>")
}

fn used(parts: &[Part]) -> impl Iterator<Item = &Part> {
    parts.iter().filter(|(_, count)| *count > 0)
}

/// `part` of `whole` in per cent with one decimal, rounded down.
fn percent(part: u64, whole: u64) -> String {
    let tenths = u128::from(part) * 1_000 / u128::from(whole.max(1));
    format!("{}.{}", tenths / 10, tenths % 10)
}
