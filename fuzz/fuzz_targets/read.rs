//! A reader, named by FUZZ_FORMAT, never panics, and what it could read survives our own JSON.
#![no_main]

use std::sync::LazyLock;

use findings::read::{Context, Format, read};
use findings::write::Output;
use findings::{Arena, Gate};

static FORMAT: LazyLock<Format> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_FORMAT").expect("FUZZ_FORMAT names a format");
    Format::from_name(&name).unwrap_or_else(|| panic!("FUZZ_FORMAT: no format {name}"))
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let bump = bumpalo::Bump::new();
    let arena = Arena::new(&bump);
    let roots = findings::paths::Roots::default();
    let context = Context { arena: &arena, roots: &roots, tool: None };
    let Ok(mut reports) = read(bytes, Some(*FORMAT), &context) else { return };
    assert!(!reports.is_empty(), "a reader gives a report or an error");
    let judgement = findings::judge::judge(&mut reports, &findings::judge::Criteria::default());
    let gate = Gate { program: "fuzz", version: "0", reports, verdict: judgement.verdict };
    let mut json = Vec::new();
    let options = findings::write::Options::default();
    findings::write::write(Output::Json, &gate, &options, &mut json).expect("writing to memory");
    let again = read(&json, Some(Format::Stepgate), &context).expect("our own JSON reads back");
    let count = |reports: &[findings::Report<'_>]| reports.iter().map(|report| report.findings.len()).sum::<usize>();
    assert_eq!(count(&again), count(&gate.reports));
});
