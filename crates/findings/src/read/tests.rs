use std::fmt::Write;

use proptest::prelude::*;

use super::*;

const PHPCS: &str = r#"{"totals":{"errors":0,"warnings":1,"fixable":0},"files":{"/repo/a.php":{"errors":0,"warnings":1,"messages":[{"message":"m","source":"A.B.C.D","severity":5,"fixable":false,"type":"WARNING","line":2,"column":3}]}}}"#;
const CHECKSTYLE: &str =
    r#"<?xml version="1.0"?><checkstyle><file name="b.php"><error line="4" message="n"/></file></checkstyle>"#;

/// Everything that comes out of an input.
fn shown(input: impl AsRef<[u8]>, format: Option<Format>) -> String {
    shown_of(input, format, None)
}

/// Everything that comes out of an input of which the tool is known, or not.
fn shown_of(input: impl AsRef<[u8]>, format: Option<Format>, tool: Option<&str>) -> String {
    let bump = bumpalo::Bump::new();
    let arena = Arena::new(&bump);
    let roots = Roots { roots: vec!["/repo".to_owned()], ..Roots::default() };
    let reports = match read(input.as_ref(), format, &Context { arena: &arena, roots: &roots, tool }) {
        Ok(reports) => reports,
        Err(error) => return format!("refused: {error}"),
    };
    let mut out = String::new();
    for report in reports {
        let format = report.format.expect("it was read");
        writeln!(out, "{format} of {}", report.tool).expect("strings take everything");
        for finding in &report.findings {
            writeln!(out, "  {}:{} {}", finding.path(), finding.line, finding.message)
                .expect("strings take everything");
        }
        let said = report.problems.iter().map(|problem| format!("  problem: {problem}\n"));
        out.extend(said.chain(report.notes.iter().map(|note| format!("  note: {note}\n"))));
    }
    out
}

#[test]
fn what_stands_around_a_report_is_told() {
    insta::assert_snapshot!(shown(format!("WE.. 4 / 4 (100%)\n\n\n{PHPCS}\n\nTime: 1s; Memory: 10MB\n"), None), @r#"
    phpcs-json of phpcs
      a.php:2 m
      note: skipped 1 line before the document: "WE.. 4 / 4 (100%)"
      note: skipped 1 line behind the document: "Time: 1s; Memory: 10MB"
    "#);
    insta::assert_snapshot!(shown(format!("....{PHPCS}"), None), @r#"
    phpcs-json of phpcs
      a.php:2 m
      note: skipped 1 line before the document: "...."
    "#);
    insta::assert_snapshot!(
        shown(format!("\nDeprecated: x in /y.php on line 3\n<br />\n<b>Warning</b>: z\n{CHECKSTYLE}"), None),
        @r#"
    checkstyle of checkstyle
      b.php:4 n
      note: skipped 3 lines before the document: "Deprecated: x in /y.php on line 3"
    "#
    );
}

#[test]
fn a_crash_around_a_report_is_a_problem() {
    let crash = "PHP Fatal error:  Allowed memory size of 9437184 bytes exhausted in /x.php on line 3";
    insta::assert_snapshot!(shown(format!("{PHPCS}\n{crash}"), None), @r#"
    phpcs-json of phpcs
      a.php:2 m
      problem: the output behind the document shows a crash: "PHP Fatal error:  Allowed memory size of 9437184 bytes exhausted in /x.php on line 3"
    "#);
    insta::assert_snapshot!(shown(format!("{crash}\n{PHPCS}"), None), @r#"
    phpcs-json of phpcs
      a.php:2 m
      problem: the output before the document shows a crash: "PHP Fatal error:  Allowed memory size of 9437184 bytes exhausted in /x.php on line 3"
    "#);
}

#[test]
fn several_reports_on_one_stream_are_all_read() {
    insta::assert_snapshot!(shown(format!("{PHPCS}{PHPCS}\n{CHECKSTYLE}\n{CHECKSTYLE}"), None), @"
    phpcs-json of phpcs
      a.php:2 m
    phpcs-json of phpcs
      a.php:2 m
    checkstyle of checkstyle
      b.php:4 n
    checkstyle of checkstyle
      b.php:4 n
    ");
    insta::assert_snapshot!(shown(format!("a.php:1:raw\n\n{PHPCS}\n::error file=b.php,line=2::m\n"), None), @"
    phpstan-raw of phpstan
      a.php:1 raw
    phpcs-json of phpcs
      a.php:2 m
    github of github
      b.php:2 m
    ");
    let full = "\nFILE: /repo/a.php\n----------\nFOUND 1 ERROR\n----------\n 2 | ERROR | m\n----------\n\n";
    insta::assert_snapshot!(shown(format!("{full}{PHPCS}"), None), @r#"
    phpcs-json of phpcs
      a.php:2 m
      note: skipped 6 lines before the document: "FILE: /repo/a.php"
    "#);
    insta::assert_snapshot!(shown(format!("{PHPCS}\n<html><body>502</body></html>"), None), @"
    phpcs-json of phpcs
      a.php:2 m
      problem: what follows the report cannot be read: this is an HTML page, most likely the error page of a server or proxy
    ");
}

#[test]
fn what_is_no_report_is_refused_with_what_to_do() {
    let names = Format::ALL.map(Format::as_str).join(", ");
    let refusals: String = [
        "",
        " \r\n",
        "{}",
        "[]",
        "hello world",
        "{\"a\":1,\"b\":{\"runs\":[]}}",
        "<!DOCTYPE html><html><title>502</title></html>",
        "<html>",
        "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"c\">]><checkstyle/>",
        "<?xml version=\"1.0\"?><coverage/>",
        "<pmd/>",
        "<files psalm-version=\"5\"></files>",
        "<report><item/></report>",
        "\n [ERROR] No files found to analyse.\n",
        "\n [OK] No errors\n",
        " ------ -----\n  Line   A.php\n ------ -----\n  3      m\n",
        "\nPHP CODE SNIFFER REPORT SUMMARY\n-------\n",
        "   1) src/A.php\n\nFound 1 of 2 files that can be fixed in 1 seconds, 2 MB memory used\n",
        "Fatal error: Allowed memory size of 9 bytes exhausted",
        "parameters:\n\tignoreErrors: []\n",
    ]
    .iter()
    .map(|input| format!("{input:?}\n    {}\n", shown(input, None).replace(&names, "…")))
    .collect();
    insta::assert_snapshot!(refusals, @r#"
    ""
        refused: it is empty (0 bytes): the tool did not write a report, or did not run
    " \r\n"
        refused: there is nothing but white space in it: the tool did not write a report, or did not run
    "{}"
        refused: it is the JSON {}, which looks like none of the formats that are read (…); if it is one of them, name it with --format
    "[]"
        refused: it is the JSON [], which tools of several formats write when they found nothing; say which tool it was, with psalm=PATH, phpstan=PATH or php-cs-fixer=PATH, or which format, with --format gitlab
    "hello world"
        refused: it is text that starts with "hello world", which looks like none of the formats that are read (…); if it is one of them, name it with --format
    "{\"a\":1,\"b\":{\"runs\":[]}}"
        refused: it is JSON with the keys [a, b], which looks like none of the formats that are read (…); if it is one of them, name it with --format
    "<!DOCTYPE html><html><title>502</title></html>"
        refused: this is an HTML page, most likely the error page of a server or proxy
    "<html>"
        refused: this is an HTML page, most likely the error page of a server or proxy
    "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"c\">]><checkstyle/>"
        refused: line 1, column 22: the XML declares a document type (DTD), which can make a small file grow without limit; no analyser writes one, so it is refused
    "<?xml version=\"1.0\"?><coverage/>"
        refused: it is XML with the root <coverage>, which looks like none of the formats that are read (…); if it is one of them, name it with --format
    "<pmd/>"
        refused: this is PHPMD's xml, which is not read; run it with the format json
    "<files psalm-version=\"5\"></files>"
        refused: this is a baseline of Psalm, not a report: see `baseline import`
    "<report><item/></report>"
        refused: this is Psalm's xml, which is not read; run it with --output-format=json
    "\n [ERROR] No files found to analyse.\n"
        refused: there is no report, the tool said: "[ERROR] No files found to analyse."
    "\n [OK] No errors\n"
        refused: this is PHPStan's table for people, which is not read; run it with --error-format=json
    " ------ -----\n  Line   A.php\n ------ -----\n  3      m\n"
        refused: this is PHPStan's table for people, which is not read; run it with --error-format=json
    "\nPHP CODE SNIFFER REPORT SUMMARY\n-------\n"
        refused: this is a report of PHP_CodeSniffer for people, which is not read; run it with --report=json
    "   1) src/A.php\n\nFound 1 of 2 files that can be fixed in 1 seconds, 2 MB memory used\n"
        refused: this is PHP-CS-Fixer's text for people, which is not read; run it with --format=json --diff
    "Fatal error: Allowed memory size of 9 bytes exhausted"
        refused: there is no report, the tool said: "Fatal error: Allowed memory size of 9 bytes exhausted"
    "parameters:\n\tignoreErrors: []\n"
        refused: this is PHP or a configuration, which is not read; if it is a baseline, see `baseline import`
    "#);
}

#[test]
fn the_format_that_was_asked_for_must_be_the_one_that_is_there() {
    for (input, asked) in [
        (PHPCS, Format::PhpstanJson),
        (PHPCS, Format::Checkstyle),
        (PHPCS, Format::PhpstanRaw),
        (CHECKSTYLE, Format::Junit),
        ("a.php:1:2: error - m", Format::PhpstanRaw),
    ] {
        let refusal = shown(input, Some(asked));
        assert!(refusal.starts_with("refused: it looks like ") && refusal.contains(asked.as_str()), "{refusal}");
    }
    insta::assert_snapshot!(shown("[]", Some(Format::Checkstyle)), @"refused: it is the JSON [], not checkstyle as --format says");
    assert_eq!(shown("[]", Some(Format::PsalmJson)), "psalm-json of psalm\n");
    assert_eq!(shown(PHPCS, Some(Format::PhpcsJson)), shown(PHPCS, None));
}

#[test]
fn the_keys_of_a_document_tell_its_format_in_any_order() {
    for (text, format) in [
        (r#"{"files":{"a":{"messages":[{"ignorable":true}]}},"totals":{}}"#, Format::PhpstanJson),
        (r#"{"files":{"runs":{"messages":[{"line":1,"source":"x"}]}}}"#, Format::PhpcsJson),
        (r#"{"errors":["runs"],"totals":{"errors":1,"file_errors":0},"files":[]}"#, Format::PhpstanJson),
        (r#"{"files":[{"name":"a","diff":"\"violations\":"}],"memory":1}"#, Format::CsFixerJson),
        (r#"{"version":"2","files":[{"file":"a","violations":[]}]}"#, Format::PhpmdJson),
        (r#"{"totals":{"changed_files":0,"errors":0}}"#, Format::RectorJson),
        (r#"{"files":[],"Report":{"Violations":0}}"#, Format::DeptracJson),
        (r#"[{"description":"d","location":{"path":"p"}}]"#, Format::Gitlab),
        (r#"[{"severity":"info","line_from":3}]"#, Format::PsalmJson),
        (r#"{"version":"2.1.0","$schema":"x","runs":[]}"#, Format::Sarif),
        (r#"{"schema":"stepgate.report/v1"}"#, Format::Stepgate),
    ] {
        assert_eq!(sniff_json::kind(text), Some(Kind::Known(format)), "{text}");
    }
}

#[test]
fn what_is_not_in_the_format_that_was_asked_for_is_no_clean_report_of_it() {
    for format in Format::ALL {
        for input in ["hello world\n", "{}", "<?xml version=\"1.0\"?><coverage/>"] {
            let shown = shown(input, Some(format));
            assert!(shown.starts_with("refused") || shown.contains("problem: "), "{format}: {shown}");
        }
    }
    insta::assert_snapshot!(shown("hello world\n", Some(Format::PhpstanRaw)), @r#"
    phpstan-raw of phpstan
      problem: no line of it is phpstan-raw; it starts with "hello world"
    "#);
    insta::assert_snapshot!(shown("<?xml version=\"1.0\"?><coverage/>", Some(Format::Checkstyle)), @"refused: line 1, column 22: the root is <coverage>, not <checkstyle>");
}

#[test]
fn an_empty_list_is_a_clean_report_of_a_tool_that_writes_it() {
    for (tool, format) in [("psalm", "psalm-json"), ("phpstan", "gitlab"), ("php-cs-fixer", "gitlab")] {
        assert_eq!(shown_of("[]\n", None, Some(tool)), format!("{format} of {tool}\n"));
    }
    for tool in [None, Some("phpcs"), Some("eslint")] {
        assert!(shown_of("[]", None, tool).contains("with psalm=PATH"), "{tool:?}");
    }
    assert_eq!(shown("[]", Some(Format::Gitlab)), "gitlab of unknown\n");
    assert_eq!(shown("[]", Some(Format::Checkstyle)), "refused: it is the JSON [], not checkstyle as --format says");
}

#[test]
fn silence_is_no_report_even_where_it_is_all_that_a_clean_run_writes() {
    insta::assert_snapshot!(shown("", Some(Format::PhpstanRaw)), @"refused: it is empty (0 bytes): the tool did not write a report, or did not run; this format cannot say that nothing was found, so let it write json");
}

#[test]
fn totals_that_come_twice_are_not_chosen_from() {
    let phpstan =
        r#"{"totals":{"errors":1,"file_errors":0},"totals":{"errors":0,"file_errors":0},"files":{},"errors":[]}"#;
    let phpcs = PHPCS.replacen(r#"{"totals""#, r#"{"totals":{"errors":9,"warnings":9,"fixable":0},"totals""#, 1);
    for input in [phpstan, &phpcs] {
        let shown = shown(input, None);
        assert!(shown.contains("duplicate field `totals`"), "{shown}");
    }
}

#[test]
fn a_clean_report_of_phpmd_is_known_by_its_package() {
    let text = r#"{"version":"2.15.0","package":"phpmd","timestamp":"2026-11-23T12:00:00+00:00","files":[]}"#;
    assert_eq!(shown(text, None), "phpmd-json of phpmd\n");
}

proptest! {
    #[test]
    fn no_input_makes_it_panic(bytes in any::<Vec<u8>>(), format in 0..=Format::ALL.len()) {
        shown(bytes, Format::ALL.get(format).copied());
    }

    #[test]
    fn no_mixture_of_pieces_of_reports_makes_it_panic(
        pieces in proptest::collection::vec(prop_oneof![
            Just(PHPCS), Just(CHECKSTYLE), Just("a.php:1:m\n"), Just("\n"), Just("::error file=a::m\n"), Just("{\"runs\":["),
            Just("<checkstyle>"), Just("\u{feff}"), Just("é"), Just("##teamcity[inspection message='x'"), Just("[{"), Just("]}"),
        ], 0..6),
        cut in any::<proptest::sample::Index>(),
        format in 0..=Format::ALL.len(),
    ) {
        let text = pieces.concat();
        shown(&text, None);
        shown(&text.as_bytes()[..cut.index(text.len() + 1)], Format::ALL.get(format).copied());
    }

    /// A cut report must never read as a whole and smaller one.
    #[test]
    fn a_report_that_was_cut_short_is_never_whole(cut in 1..PHPCS.len(), xml in 1..CHECKSTYLE.len()) {
        for text in [&PHPCS[..cut], &CHECKSTYLE[..xml]] {
            let shown = shown(text, None);
            prop_assert!(shown.contains("refused") || shown.contains("problem"), "{}", shown);
        }
    }
}
