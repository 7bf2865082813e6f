//! One gate that every writer is shown: three tools, every disposition, a broken input, and messages that mean harm.

use super::{Options, Output, write};
use crate::model::{Detail, Disposition, File, Finding, Gate, Muted, Outcome, Report, Rule, Severity, Verdict};
use crate::read::Format;

const ARGUMENT: Rule<'_> = Rule {
    tool: "phpstan",
    id: "argument.type",
    help: None,
    link: Some("https://phpstan.org/error-identifiers/argument.type"),
};
const MISSING: Rule<'_> = Rule { tool: "phpstan", id: "missingType.return", help: None, link: None };
const COUNT: Rule<'_> = Rule { tool: "phpstan", id: "ignore.count", help: None, link: None };
const LENGTH: Rule<'_> = Rule {
    tool: "phpcs",
    id: "Generic.Files.LineLength.TooLong",
    help: Some("Lines are at most 120 characters long."),
    link: Some("javascript:alert(1)"),
};
const HEADER: Rule<'_> =
    Rule { tool: "phpcs", id: "PSR12.Files.FileHeader.SpacingAfterTagBlock", help: None, link: None };

const CONTROLLER: File<'_> = File { path: "src/Controller/OrderController.php", inside: true };
const SPACED: File<'_> = File { path: "src/Legacy/Alt & Neu.php", inside: true };
const OUTSIDE: File<'_> = File { path: "/usr/share/php/Twig.php", inside: false };

const TIP: Detail<'_> = Detail {
    help: Some("Learn more at https://phpstan.org"),
    context: Some("class App\\Order"),
    diff: None,
    suppressed: None,
    ..NO_DETAIL
};
const SUPPRESSED: Detail<'_> = Detail { suppressed: Some("agreed in #12"), ..NO_DETAIL };
const NO_DETAIL: Detail<'_> = Detail {
    help: None,
    context: None,
    diff: None,
    suppressed: None,
    package: None,
    decided_by: None,
    kind: None,
    origin: None,
    news: None,
};

/// What is between the `<script>` and the bidi override must be seen as text everywhere.
pub(crate) const HOSTILE: &str = "<script>alert(1)</script> | \"x\" 'y' & `z` ]]> \u{1b}[31mred\u{1b}[0m \u{202e}gnp.exe\n@team [a](https://b.example) **c**";

pub(crate) fn gate() -> Gate<'static> {
    let psalm = Report::unusable("reports/psalm.json".to_owned(), "line 1 column 1: the file is empty".to_owned());
    Gate {
        program: "stepgate-lint",
        version: "0.1.0",
        reports: vec![phpstan(), phpcs(), psalm],
        verdict: Verdict {
            outcome: Outcome::Incomplete,
            reasons: vec!["1 input cannot be relied on".to_owned(), "3 new findings block".to_owned()],
        },
    }
}

fn phpstan() -> Report<'static> {
    Report {
        source: "reports/phpstan.json".to_owned(),
        findings: vec![
            Finding {
                line: 42,
                column: 7,
                detail: Some(&TIP),
                disposition: Disposition::Blocking,
                ..Finding::new(
                    &ARGUMENT,
                    Some(&CONTROLLER),
                    Severity::High,
                    "Parameter #1 $id of method App\\Order::find() expects int, string given.",
                )
            },
            Finding {
                line: 7,
                end_line: 9,
                count: 3,
                disposition: Disposition::Muted(Muted::Baseline),
                ..Finding::new(&MISSING, Some(&SPACED), Severity::High, "Method foo() has no return type specified.")
            },
            Finding {
                ignorable: false,
                disposition: Disposition::Blocking,
                ..Finding::new(
                    &COUNT,
                    None,
                    Severity::Critical,
                    "Ignored error is expected to occur 1 time, but occurred 2 times.",
                )
            },
        ],
        notes: vec!["2 lines of progress before the document were skipped".to_owned()],
        ..Report::new("phpstan", Format::PhpstanJson)
    }
}

fn phpcs() -> Report<'static> {
    Report {
        source: "reports/phpcs.xml".to_owned(),
        findings: vec![
            Finding {
                line: 120,
                disposition: Disposition::Blocking,
                ..Finding::new(&LENGTH, Some(&CONTROLLER), Severity::Medium, HOSTILE)
            },
            Finding {
                line: 1,
                disposition: Disposition::Reported,
                ..Finding::new(
                    &HEADER,
                    Some(&CONTROLLER),
                    Severity::Low,
                    "Header blocks must be separated by a single blank line",
                )
            },
            Finding {
                disposition: Disposition::Muted(Muted::OutsideChange),
                ..Finding::new(
                    &HEADER,
                    Some(&OUTSIDE),
                    Severity::Low,
                    "Header blocks must be separated by a single blank line",
                )
            },
            Finding {
                line: 3,
                detail: Some(&SUPPRESSED),
                disposition: Disposition::Muted(Muted::Suppressed),
                ..Finding::new(
                    &HEADER,
                    Some(&SPACED),
                    Severity::Info,
                    "Header blocks must be separated by a single blank line",
                )
            },
        ],
        ..Report::new("phpcs", Format::Checkstyle)
    }
}

/// A gate to which one tool had nothing to say.
pub(crate) fn clean() -> Gate<'static> {
    Gate {
        program: "stepgate-lint",
        version: "0.1.0",
        reports: vec![Report { source: "phpstan.json".to_owned(), ..Report::new("phpstan", Format::PhpstanJson) }],
        verdict: Verdict { outcome: Outcome::Pass, reasons: Vec::new() },
    }
}

/// A gate over `count` blocking findings in a thousand files.
pub(crate) fn large(bump: &bumpalo::Bump, count: u32) -> Gate<'_> {
    let arena = crate::Arena::new(bump);
    let finding = |n: u32| Finding {
        line: n / 1_000 + 1,
        disposition: Disposition::Blocking,
        ..Finding::new(
            arena.rule("phpstan", &format!("rule.{}", n % 40)),
            Some(arena.file(&format!("src/Package{}/Service.php", n % 1_000), true)),
            Severity::High,
            arena.text(&format!(
                "Parameter #{} $id of method App\\Service::find() expects int, string given.",
                n % 5_000
            )),
        )
    };
    Gate {
        reports: vec![Report {
            findings: (0..count).map(finding).collect(),
            ..Report::new("phpstan", Format::PhpstanJson)
        }],
        verdict: Verdict { outcome: Outcome::Fail, reasons: vec![format!("{count} new findings block")] },
        ..clean()
    }
}

pub(crate) const REPORTS: &[(Output, &str)] =
    &[(Output::Html, "build/report.html"), (Output::Json, "build/report.json")];

pub(crate) fn written(output: Output, gate: &Gate<'_>, options: &Options<'_>) -> String {
    let mut out = Vec::new();
    write(output, gate, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
