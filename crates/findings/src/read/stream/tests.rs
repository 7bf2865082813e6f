use std::io::Cursor;

use bumpalo::Bump;
use proptest::prelude::*;

use super::*;
use crate::arena::Arena;
use crate::paths::Roots;
use crate::read::{read as read_whole, read_from};

/// A PHPStan report with `files` files, the first of which has `findings` findings.
fn phpstan(files: usize, findings: usize) -> String {
    let entry = |count: usize| {
        let message =
            r#"{"message":"Class \"é\" not found.\\n","line":3,"ignorable":true,"identifier":"class.notFound"}"#;
        format!(r#"{{"errors":{count},"messages":[{}]}}"#, vec![message; count].join(","))
    };
    let counts = (0..files).map(|number| if number == 0 { findings } else { 1 });
    let total: usize = counts.clone().sum();
    let entries: Vec<String> =
        counts.enumerate().map(|(n, count)| format!(r#""src/{n}.php":{}"#, entry(count))).collect();
    format!(r#"{{"totals":{{"errors":0,"file_errors":{total}}},"files":{{{}}},"errors":[]}}"#, entries.join(", "))
}

/// How often a stream was read without the whole document in memory.
fn streamed(text: &str) -> Option<usize> {
    let bump = Bump::new();
    let arena = Arena::new(&bump);
    let roots = Roots::default();
    let context = Context { arena: &arena, roots: &roots, tool: None };
    read(&mut text.as_bytes(), None, &context).expect("memory can be read").map(|report| report.findings.len())
}

/// Both ways give the same: findings, problems, notes, or the same error.
fn same_both_ways(text: &[u8], format: Format) {
    let bump = Bump::new();
    let arena = Arena::new(&bump);
    let roots = Roots::default();
    let context = Context { arena: &arena, roots: &roots, tool: None };
    let whole = read_whole(text, Some(format), &context);
    let window = read_from(Cursor::new(text), Some(format), &context).expect("memory can be read");
    assert_eq!(format!("{whole:?}"), format!("{window:?}"));
}

#[test]
fn a_large_report_is_read_through_a_window() {
    let text = phpstan(40_000, 20);
    assert!(text.len() > 2 * WINDOW, "{} bytes are no large report", text.len());
    assert_eq!(streamed(&text), Some(40_019));
    same_both_ways(text.as_bytes(), Format::PhpstanJson);
}

#[test]
fn a_file_that_does_not_fit_into_the_window_is_read_the_other_way() {
    let text = phpstan(20, 30_000);
    assert_eq!(streamed(&text), None);
    same_both_ways(text.as_bytes(), Format::PhpstanJson);
}

#[test]
fn whatever_is_odd_is_left_to_the_reader_of_the_whole() {
    let whole = phpstan(3, 1);
    let cut = whole.get(..whole.len() - 5).expect("a shorter text");
    for odd in [
        format!("PHP Warning: x\n{whole}"),
        cut.to_owned(),
        format!("{whole}{whole}"),
        whole.replace("},", "},,"),
        whole.replace("},", "},\u{c}"),
    ] {
        assert_eq!(streamed(&odd), None, "{odd}");
        same_both_ways(odd.as_bytes(), Format::PhpstanJson);
    }
}

#[test]
fn a_format_that_was_asked_for_is_not_overruled() {
    same_both_ways(phpstan(1, 1).as_bytes(), Format::PhpcsJson);
}

proptest! {
    #[test]
    fn a_broken_report_reads_the_same_both_ways(at in 0usize..700, byte in any::<u8>(), insert in any::<bool>()) {
        let phpcs = r#"{"totals":{"errors":1,"warnings":0,"fixable":0},"files":{"src\/A.php":{"errors":1,"warnings":0,
            "messages":[{"message":"No","source":"A.B.C","severity":5,"fixable":false,"type":"ERROR","line":1,"column":2}]}}}"#;
        for (text, format) in [(phpstan(3, 2), Format::PhpstanJson), (phpcs.to_owned(), Format::PhpcsJson)] {
            let mut bytes = text.into_bytes();
            let at = at % bytes.len();
            if insert { bytes.insert(at, byte) } else { bytes[at] = byte }
            same_both_ways(&bytes, format);
        }
    }
}
