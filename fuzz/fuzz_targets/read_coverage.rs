//! Reports of coverage, in the format that FUZZ_FORMAT names: reading never panics, and what was read can be written in
//! every format and read back to the same lines.
#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use coverage::read::{Format, read};
use coverage::{Coverage, Ratio, write};

static FORMAT: LazyLock<Format> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_FORMAT").expect("FUZZ_FORMAT names a format");
    Format::from_name(&name).unwrap_or_else(|| panic!("FUZZ_FORMAT: no format {name}"))
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(parsed) = read(Some(*FORMAT), bytes) else { return };
    let mut all = parsed.coverage;
    let totals = all.totals();
    for ratio in [totals.lines, totals.branches, totals.functions] {
        assert!(ratio.covered <= ratio.total, "{totals:?}");
    }
    let mut twice = all.clone();
    twice.merge(all.clone());
    assert_eq!(twice.totals(), totals, "what is merged with itself covers the same");
    // Lines that are only counted cannot be written, and paths are made fit for a line of LCOV.
    all.unlisted = 0;
    all.files.values_mut().for_each(|file| file.executable = 0);
    all.files.retain(|path, _| !path.contains(|c: char| c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}')));
    if all.files.is_empty() {
        return;
    }
    for format in [Format::Cobertura, Format::Clover, Format::Lcov] {
        let mut out = Vec::new();
        match format {
            Format::Cobertura => write::cobertura(&all, 0, &mut out),
            Format::Clover => write::clover(&all, 0, &mut out),
            _ => write::lcov(&all, &mut out),
        }
        .expect("writing to memory");
        let shown = String::from_utf8_lossy(&out);
        let back = read(None, &out[..]).unwrap_or_else(|error| panic!("{error}: {shown}"));
        assert_eq!(back.format, format, "{shown}");
        assert_eq!(lines(&back.coverage), lines(&all), "{shown}");
        let (totals, before) = (back.coverage.totals(), all.totals());
        assert_eq!((totals.lines, totals.branches), (before.lines, before.branches), "{shown}");
        assert!(back.problems.is_empty() || totals.lines.total == 0, "{:?}: {shown}", back.problems);
    }
});

/// Hits and branches by path and line.
fn lines(coverage: &Coverage) -> BTreeMap<(&str, u32), (u64, Ratio)> {
    let of_file = |(path, file)| -> Vec<_> {
        let (path, file): (&String, &coverage::FileCoverage) = (path, file);
        let line =
            |(&number, line): (&u32, &coverage::Line)| ((path.as_str(), number), (line.hits, line.branch_ratio()));
        file.lines.iter().map(line).collect()
    };
    coverage.files.iter().flat_map(of_file).collect()
}
