//! What we write is what we read, and nothing that a tool says can change that.

use proptest::prelude::*;

use crate::Arena;
use crate::model::{Detail, Disposition, Finding, Gate, Muted, Report, Severity};
use crate::paths::Roots;
use crate::read::{Context, Format, read};
use crate::write::fixture::{clean, written};
use crate::write::{Options, Output};

/// A finding with text of its own.
#[derive(Clone, Debug)]
struct Made {
    tool: &'static str,
    rule: String,
    help: Option<String>,
    severity: Severity,
    message: String,
    path: Option<String>,
    place: (u32, u32, u32),
    count: u32,
    ignorable: bool,
    disposition: Disposition,
}

fn made() -> impl Strategy<Value = Made> {
    let path = prop_oneof![
        "[a-zA-Z0-9é文 #%&+?:@!_-]{1,9}(/[a-zA-Z0-9é #%&]{1,9}){0,2}[.]php",
        "/[a-z]{1,9}/[a-z é%]{1,9}[.]php"
    ];
    let path = path.prop_filter("a drive letter is another root", |path| path.chars().nth(1) != Some(':'));
    let place = prop_oneof![
        Just((0, 0, 0)),
        (1..9_999_u32, 0..3_u32, 0..200_u32).prop_map(|(line, lines, column)| (
            line,
            if lines == 0 { 0 } else { line + lines },
            column
        )),
    ];
    let disposition = prop_oneof![
        Just(Disposition::Blocking),
        Just(Disposition::Reported),
        Just(Disposition::Muted(Muted::Baseline)),
        Just(Disposition::Muted(Muted::OutsideChange)),
        Just(Disposition::Muted(Muted::Suppressed)),
    ];
    let text = (prop_oneof!["[a-zA-Z.]{0,12}", any::<String>()], prop::option::of("[a-z ]{1,9}"), ".{1,40}");
    let what = (prop_oneof![Just("phpstan"), Just("phpcs")], prop::sample::select(Severity::WORST_FIRST.to_vec()));
    (text, what, prop::option::of(path), place, 1..5_u32, any::<bool>(), disposition).prop_map(
        |((rule, help, message), (tool, severity), path, place, count, ignorable, disposition)| Made {
            tool,
            rule,
            help,
            // PHPStan's reader knows that what cannot be ignored is critical.
            severity: if ignorable { severity } else { Severity::Critical },
            message,
            path,
            place,
            count,
            ignorable,
            disposition,
        },
    )
}

impl Made {
    fn finding<'a>(&self, arena: &Arena<'a>) -> Finding<'a> {
        // Without a file there is nothing to have a line.
        let (line, end_line, column) = self.path.as_ref().map_or((0, 0, 0), |_| self.place);
        let suppressed = (self.disposition == Disposition::Muted(Muted::Suppressed)).then_some("agreed");
        let detail = Detail { help: self.help.as_deref(), suppressed, ..Detail::default() };
        Finding {
            detail: arena.detail(detail),
            line,
            end_line,
            column,
            count: self.count,
            ignorable: self.ignorable,
            disposition: self.disposition,
            ..Finding::new(
                arena.rule(self.tool, &self.rule),
                self.path.as_ref().map(|path| arena.file(path, !path.starts_with('/'))),
                self.severity,
                arena.text(&self.message),
            )
        }
    }
}

fn gate<'a>(made: &[Made], arena: &Arena<'a>) -> Gate<'a> {
    let mut gate = clean();
    gate.reports = ["phpstan", "phpcs"]
        .into_iter()
        .map(|tool| Report {
            source: format!("{tool}.json"),
            findings: made.iter().filter(|made| made.tool == tool).map(|made| made.finding(arena)).collect(),
            ..Report::new(tool, Format::PhpstanJson)
        })
        .collect();
    gate
}

fn read_back<'a>(output: Output, format: Format, gate: &Gate<'_>, arena: &Arena<'a>) -> Vec<Report<'a>> {
    let text = written(output, gate, &Options::default());
    let context = Context { arena, roots: &Roots::default(), tool: None };
    read(text.as_bytes(), Some(format), &context).unwrap()
}

proptest! {
    #[test]
    fn our_json_reads_back_as_it_was(made in prop::collection::vec(made(), 0..12)) {
        let bump = bumpalo::Bump::new();
        let arena = Arena::new(&bump);
        let gate = gate(&made, &arena);
        let reports = read_back(Output::Json, Format::Stepgate, &gate, &arena);
        prop_assert!(reports.iter().all(Report::is_complete), "{:?}", reports);
        let findings: Vec<_> = reports.iter().flat_map(|report| &report.findings).collect();
        prop_assert_eq!(findings, gate.findings().collect::<Vec<_>>());
    }
}

/// What SARIF has words for.
fn known_to_sarif<'f>(finding: &Finding<'f>) -> impl PartialEq + std::fmt::Debug + use<'f> {
    let place = (finding.file.copied(), finding.line, finding.end_line, finding.column);
    let what = (finding.rule.tool, finding.rule.id, finding.severity, finding.message);
    let detail = finding.detail.copied().unwrap_or_default();
    (what, place, finding.count, finding.ignorable, detail.suppressed, detail.help)
}

proptest! {
    #[test]
    fn our_sarif_reads_back_as_it_was(made in prop::collection::vec(made(), 0..12)) {
        let bump = bumpalo::Bump::new();
        let arena = Arena::new(&bump);
        let gate = gate(&made, &arena);
        let reports = read_back(Output::Sarif, Format::Sarif, &gate, &arena);
        prop_assert!(reports.iter().all(Report::is_complete), "{:?}", reports);
        let findings: Vec<_> = reports.iter().flat_map(|report| &report.findings).map(known_to_sarif).collect();
        prop_assert_eq!(findings, gate.findings().map(known_to_sarif).collect::<Vec<_>>());
    }
}

proptest! {
    #[test]
    fn no_message_gets_out_of_its_place(made in prop::collection::vec(made(), 0..12)) {
        let bump = bumpalo::Bump::new();
        let gate = gate(&made, &Arena::new(&bump));
        let text = |output| written(output, &gate, &Options::default());
        prop_assert!(!text(Output::Terminal).contains(|c: char| c.is_control() && c != '\n'));
        for row in text(Output::Markdown).lines().filter(|line| line.starts_with('|')) {
            let columns = row.matches('|').count();
            prop_assert!(columns == 5 || columns == 6, "{}", row);
        }
        let page = text(Output::Html);
        prop_assert_eq!(page.matches("<tr class=").count(), made.len());
        prop_assert_eq!(page.matches("<details").count(), page.matches("</details>").count());
        for output in [Output::Junit, Output::Checkstyle] {
            let text = text(output);
            let mut reader = quick_xml::Reader::from_str(&text);
            while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {}
        }
        let shown = made.iter().filter(|made| !matches!(made.disposition, Disposition::Muted(_))).count();
        let issues: Vec<serde_json::Value> = serde_json::from_str(&text(Output::Gitlab)).unwrap();
        prop_assert_eq!(issues.len(), shown);
        prop_assert_eq!(text(Output::Checkstyle).matches("<error ").count(), shown);
    }
}

#[test]
fn what_a_gate_could_not_read_is_in_no_format_the_report_of_clean_code() {
    let gate = Gate { reports: vec![Report::unusable("a.json".to_owned(), "it is empty <1>".to_owned())], ..clean() };
    for (output, format) in [
        (Output::Json, Format::Stepgate),
        (Output::Sarif, Format::Sarif),
        (Output::Checkstyle, Format::Checkstyle),
        (Output::Gitlab, Format::Gitlab),
        (Output::Junit, Format::Junit),
    ] {
        let text = written(output, &gate, &Options::default());
        let bump = bumpalo::Bump::new();
        let context = Context { arena: &Arena::new(&bump), roots: &Roots::default(), tool: None };
        let clean = read(text.as_bytes(), Some(format), &context)
            .is_ok_and(|reports| reports.iter().all(|report| report.is_complete() && report.findings.is_empty()));
        assert!(!clean, "{text}");
        if output == Output::Checkstyle {
            let reports = read(text.as_bytes(), None, &context).unwrap();
            assert_eq!(reports[0].problems, [r#"checkstyle failed on a.json: "it is empty <1>""#]);
        }
    }
}
