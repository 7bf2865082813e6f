//! Reports of tests, in the format that FUZZ_FORMAT names: reading never panics, and what is merged is well-formed and
//! reads back to the same totals, as shards and as attempts. Documents are separated by form feeds.
#![no_main]

use std::sync::LazyLock;

use junit::attempts::Ledger;
use junit::convert::{Foreign, convert};
use junit::merge::Writer;
use junit::{Limits, Scan, Totals, scan};
use quick_xml::events::Event;

/// Small, so that inputs are cut.
const LIMITS: Limits = Limits { text: 256 };

/// `None`: JUnit.
static FORMAT: LazyLock<Option<Foreign>> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_FORMAT").expect("FUZZ_FORMAT names a format");
    let format = Foreign::ALL.into_iter().find(|format| format.as_str() == name);
    assert!(format.is_some() || name == "junit", "FUZZ_FORMAT: no format {name}");
    format
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let parts: Vec<&[u8]> = bytes.splitn(4, |byte| *byte == b'\x0c').collect();
    let Some(format) = *FORMAT else {
        shards_and_attempts(&parts);
        return;
    };
    let mut converted = Vec::new();
    for part in parts {
        let mut document = Vec::new();
        if convert(format, part, LIMITS.text, &mut document).is_ok() {
            assert_well_formed(&document);
            let scan = scan(&document[..], LIMITS, &mut |_, _| {}).expect("what was converted is JUnit");
            assert!(scan.problems.is_empty(), "{:?}: {}", scan.problems, String::from_utf8_lossy(&document));
            converted.push(document);
        }
    }
    shards_and_attempts(&converted.iter().map(Vec::as_slice).collect::<Vec<_>>());
});

fn shards_and_attempts(documents: &[&[u8]]) {
    let mut ledger = Ledger::default();
    let mut read: Vec<(&[u8], Scan)> = Vec::new();
    for document in documents {
        // A document is always recorded as a whole: what cannot be read at all has no case.
        let (number, attempt) = (read.len(), read.len() as u32 + 1);
        let scanned = scan(*document, LIMITS, &mut |case, place| ledger.record(number, attempt, place, case));
        if let Ok(scan) = scanned {
            read.push((document, scan));
        }
    }
    if read.is_empty() {
        return;
    }
    merge(&read);
    let (documents, mut scans): (Vec<&[u8]>, Vec<Scan>) = read.into_iter().unzip();
    let settled = ledger.settle(&mut scans);
    let read: Vec<(&[u8], Scan)> = documents.into_iter().zip(scans).collect();
    let totals = merge(&read);
    assert_eq!(totals.tests, settled.tests.values().map(|results| results.len() as u64).sum::<u64>());
}

/// Merges, and looks at what came of it.
fn merge(read: &[(&[u8], Scan)]) -> Totals {
    let scans: Vec<&Scan> = read.iter().map(|(_, scan)| scan).collect();
    let mut merged = Vec::new();
    let mut writer = Writer::start(&scans, &mut merged).expect("writing to memory");
    for (document, scan) in read {
        writer.copy(*document, scan).expect("the document is what it was");
    }
    writer.end().expect("writing to memory");
    assert_well_formed(&merged);
    let mut wanted = Totals::default();
    scans.iter().for_each(|scan| wanted.join(&scan.totals()));
    let again = scan(&merged[..], LIMITS, &mut |_, _| {}).expect("what was merged is JUnit");
    let shown = String::from_utf8_lossy(&merged);
    let mut is = again.totals();
    // Odd times are written anew in microseconds, and a sum that ran over does not go back when one is taken out.
    if is.time.abs_diff(wanted.time) <= 1_000 * wanted.tests || scans.iter().any(|scan| !scan.folds.is_empty()) {
        is.time = wanted.time;
    }
    assert_eq!(is, wanted, "{shown}");
    assert!(again.problems.is_empty(), "{:?}: {shown}", again.problems);
    wanted
}

/// By our scanner, strictly, and by quick-xml.
fn assert_well_formed(document: &[u8]) {
    let shown = String::from_utf8_lossy(document);
    let mut scanner = xml::Scanner::new(document);
    while scanner.next().unwrap_or_else(|error| panic!("{error}: {shown}")).is_some() {}
    assert!(scanner.is_exact(), "{:?}: {shown}", scanner.notes());
    let mut reader = quick_xml::Reader::from_reader(document);
    let mut buffer = Vec::new();
    loop {
        match reader.read_event_into(&mut buffer).unwrap_or_else(|error| panic!("{error}: {shown}")) {
            Event::Eof => break,
            Event::Start(tag) | Event::Empty(tag) => {
                for attribute in tag.attributes() {
                    attribute.unwrap_or_else(|error| panic!("{error}: {shown}"));
                }
            }
            _ => {}
        }
        buffer.clear();
    }
}
