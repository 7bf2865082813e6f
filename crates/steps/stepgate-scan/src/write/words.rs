//! What more than one writer says. Nothing here is escaped.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use findings::words::{count, number};
use findings::{Disposition, Severity};
use image_scan::model::{Gate, Gone, News, Origin};
use image_scan::{Finding, Kind, Scan};

use super::Options;

/// Counts over findings.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Totals {
    pub(crate) findings: u64,
    pub(crate) blocking: u64,
    pub(crate) reported: u64,
    /// Of those that are reported.
    pub(crate) warns: u64,
    pub(crate) muted: u64,
    /// Those that are not muted, indexed by `Severity as usize`.
    pub(crate) by_severity: [u64; 5],
}

impl Totals {
    pub(crate) fn add(&mut self, finding: &Finding<'_>) {
        self.findings += 1;
        match finding.ruling.disposition {
            Disposition::Blocking => self.blocking += 1,
            Disposition::Reported => self.reported += 1,
            Disposition::Muted(_) => self.muted += 1,
        }
        self.warns += u64::from(is_warning(finding));
        if !is_muted(finding) {
            self.by_severity[finding.counted_severity() as usize] += 1;
        }
    }

    /// Over all of a gate: what scanners found, and what is wrong with the exceptions.
    pub(crate) fn of_all(gate: &Gate<'_>) -> Self {
        let mut totals = Self::of(gate.findings());
        totals.add_all(&Self::of_exceptions(gate));
        totals
    }

    /// Over what is wrong with the exceptions.
    pub(crate) fn of_exceptions(gate: &Gate<'_>) -> Self {
        let mut totals = Self::default();
        for about in &gate.about_exceptions {
            totals.findings += 1;
            let blocks = about.lapse.disposition() == Disposition::Blocking;
            totals.blocking += u64::from(blocks);
            totals.reported += u64::from(!blocks);
            totals.by_severity[about.lapse.severity() as usize] += 1;
        }
        totals
    }

    fn add_all(&mut self, other: &Self) {
        self.findings += other.findings;
        self.blocking += other.blocking;
        self.reported += other.reported;
        self.warns += other.warns;
        self.muted += other.muted;
        for (count, more) in self.by_severity.iter_mut().zip(other.by_severity) {
            *count += more;
        }
    }

    pub(crate) fn of<'f, 'a: 'f>(findings: impl IntoIterator<Item = &'f Finding<'a>>) -> Self {
        let mut totals = Self::default();
        findings.into_iter().for_each(|finding| totals.add(finding));
        totals
    }
}

/// What is wrong with the exceptions, and then every warning, in a line each.
pub(crate) fn warnings(gate: &Gate<'_>) -> Vec<String> {
    let about = gate.about_exceptions.iter().map(|about| {
        let state = about.lapse.disposition().as_str();
        format!("{} ({state}): {}", about.lapse.as_str(), about.message)
    });
    about.chain(gate.warnings.iter().cloned()).collect()
}

/// `text` unless it is empty.
pub(crate) fn known(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

pub(crate) fn is_muted(finding: &Finding<'_>) -> bool {
    matches!(finding.ruling.disposition, Disposition::Muted(_))
}

pub(crate) fn is_warning(finding: &Finding<'_>) -> bool {
    finding.ruling.warns && finding.ruling.disposition == Disposition::Reported
}

/// `blocking`, `warning`, `reported` or `muted`.
pub(crate) fn state(finding: &Finding<'_>) -> &'static str {
    if is_warning(finding) { "warning" } else { finding.ruling.disposition.as_str() }
}

/// The `most` most important of `findings`: what blocks first, then what warns, then by severity, name and id.
pub(crate) fn most_important<'g, 'a>(
    findings: impl IntoIterator<Item = &'g Finding<'a>>,
    most: usize,
) -> Vec<&'g Finding<'a>> {
    let mut chosen: Vec<_> = findings.into_iter().collect();
    if most < chosen.len() {
        chosen.select_nth_unstable_by(most, |a, b| importance(a).cmp(&importance(b)));
        chosen.truncate(most);
    }
    chosen.sort_by(|a, b| importance(a).cmp(&importance(b)));
    chosen
}

type Importance<'a> = (u8, Reverse<Severity>, Kind, &'a str, &'a str, &'a str, u32);

fn importance<'a>(finding: &Finding<'a>) -> Importance<'a> {
    let rank = match finding.ruling.disposition {
        Disposition::Blocking => 0,
        Disposition::Reported if finding.ruling.warns => 1,
        Disposition::Reported => 2,
        Disposition::Muted(_) => 3,
    };
    let severity = Reverse(finding.counted_severity());
    (
        rank,
        severity,
        finding.kind,
        finding.package.map_or("", |package| package.name),
        finding.id,
        finding.path,
        finding.line,
    )
}

/// `curl 7.88.1`, else `Dockerfile:3`, else the section of the report.
pub(crate) fn subject(finding: &Finding<'_>) -> String {
    match finding.package {
        Some(package) => format!("{} {}", package.name, package.version).trim().to_owned(),
        None => place(finding),
    }
}

/// The file of the finding, with its line as far as known.
pub(crate) fn place(finding: &Finding<'_>) -> String {
    match (finding.path, finding.line) {
        ("", _) => finding.target.name.to_owned(),
        (path, 0) => path.to_owned(),
        (path, line) => format!("{path}:{line}"),
    }
}

/// How bad it is; for what nobody has rated, what it counts as.
pub(crate) fn severity(finding: &Finding<'_>) -> String {
    let counted = finding.counted_severity();
    match finding.severity {
        Some(severity) => severity.to_string(),
        None => format!("unknown, counts as {counted}"),
    }
}

/// What there is to say of a finding besides its title, most important first.
pub(crate) fn facts(finding: &Finding<'_>) -> Vec<String> {
    let mut facts = Vec::new();
    if finding.is_fixable() {
        facts.push(format!("fixed in {}", finding.fixed_version));
    } else if finding.kind == Kind::Vulnerability {
        facts.push("no fix yet".to_owned());
    }
    facts.extend(finding.cvss.map(|score| format!("CVSS {}.{}", score / 10, score % 10)));
    facts.extend(finding.epss.map(|score| format!("EPSS {:.1}%", f64::from(score) * 100.0)));
    facts.extend(finding.kev.then(|| "known to be exploited".to_owned()));
    facts.extend(finding.origin.map(|origin| format!("of the {}", origin_words(origin))));
    facts.extend(finding.news.map(|news| news_words(news).to_owned()));
    facts.extend(known(finding.category).map(str::to_owned));
    facts
}

/// The word of every output.
pub(crate) const fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Base => "base",
        Origin::Own => "own",
    }
}

const fn origin_words(origin: Origin) -> &'static str {
    match origin {
        Origin::Base => "base image",
        Origin::Own => "layers of this build",
    }
}

/// The word of every output.
pub(crate) const fn news(news: News) -> &'static str {
    match news {
        News::Introduced => "introduced",
        News::Disclosed => "disclosed",
        News::Raised => "raised",
        News::Known => "known",
    }
}

pub(crate) const fn news_words(news: News) -> &'static str {
    match news {
        News::Introduced => "introduced by this change",
        News::Disclosed => "newly disclosed for what runs already",
        News::Raised => "severity raised for what runs already",
        News::Known => "known of what runs already",
    }
}

/// How many findings that are not muted are what to the image that runs now; with those that are gone. Empty when
/// nothing was compared.
pub(crate) fn compared(gate: &Gate<'_>) -> Vec<(&'static str, u64)> {
    if !gate.compared {
        return Vec::new();
    }
    let of =
        |wanted| gate.findings().filter(|finding| !is_muted(finding) && finding.news == Some(wanted)).count() as u64;
    let all = [News::Introduced, News::Disclosed, News::Raised, News::Known];
    let mut counts: Vec<_> = all.into_iter().map(|wanted| (news_words(wanted), of(wanted))).collect();
    counts.push(("fixed by this change", gate.fixed.len() as u64));
    counts
}

/// [`compared`] in a line. `None` also where nothing can be said, because a report is not whole.
pub(crate) fn compared_line(gate: &Gate<'_>) -> Option<String> {
    let counts = compared(gate);
    let some = counts.iter().filter(|(_, times)| *times > 0);
    let words: Vec<_> = some.map(|(words, times)| format!("{} {words}", number(*times))).collect();
    let is_whole = gate.scans.iter().all(|scan| scan.problems.is_empty());
    let words = match (words.is_empty(), is_whole) {
        (false, _) => words.join(", "),
        (true, true) => "neither has findings".to_owned(),
        (true, false) => return None,
    };
    gate.compared.then(|| format!("against the image that runs now: {words}"))
}

/// What is gone: `CVE-2099-1 in curl 7.88.1 (high)`.
pub(crate) fn gone(gone: &Gone) -> String {
    let package = format!("{} {}", gone.package, gone.version);
    match package.trim() {
        "" => format!("{} ({})", gone.id, gone.severity),
        package => format!("{} in {package} ({})", gone.id, gone.severity),
    }
}

/// What muted findings, and how many: exceptions in force, VEX statements, rules; most first.
pub(crate) fn muted_by<'a>(gate: &Gate<'a>) -> Vec<(&'a str, u64)> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for finding in gate.findings().filter(|finding| is_muted(finding)) {
        *counts.entry(known(finding.ruling.by).unwrap_or("the report itself")).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, times)| Reverse(*times));
    counts
}

/// What was scanned: its name and who scanned it, and what it is as far as known.
pub(crate) fn scanned(scan: &Scan<'_>) -> String {
    let scanner = format!("{} {}", scan.scanner, scan.scanner_version);
    let os = scan.os.map(|os| format!("{} {}", os.family, os.name).trim().to_owned());
    let end = scan.os.filter(|os| os.end_of_life).map(|_| "end of life".to_owned());
    let parts =
        [Some(scanner.trim().to_owned()), os, end, (scan.packages > 0).then(|| count(scan.packages, "package"))];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// The name of what was scanned, else of the report.
pub(crate) fn artifact<'s>(scan: &'s Scan<'_>) -> &'s str {
    known(scan.artifact).unwrap_or(&scan.source)
}

/// The image that has `finding`, where there are several to tell apart.
pub(crate) fn image_of<'g>(gate: &'g Gate<'_>, finding: &Finding<'_>) -> Option<&'g str> {
    let several = Some(&gate.scans).filter(|scans| scans.len() > 1)?;
    let scan =
        several.iter().find(|scan| scan.findings.as_ptr_range().contains(&std::ptr::from_ref(finding).cast()))?;
    Some(artifact(scan))
}

/// ` in web.tar`; empty for none.
pub(crate) fn in_image(image: Option<&str>) -> String {
    image.map(|image| format!(" in {image}")).unwrap_or_default()
}

/// Where the findings are that there was no room for. `None` when there are none.
pub(crate) fn left_out(all: u64, shown: u64, options: &Options<'_>) -> Option<String> {
    let more = number(all.checked_sub(shown).filter(|more| *more > 0)?);
    let whole = ["html", "json", "sarif"];
    let report = whole.iter().find_map(|wanted| options.reports.iter().find(|(format, _)| format == wanted));
    Some(match (report, options.rest) {
        (Some((_, path)), _) => format!("+{more} more in {path}"),
        (None, Some(rest)) => format!("+{more} more {rest}"),
        (None, None) => format!("+{more} more (--output html=report.html shows them)"),
    })
}
