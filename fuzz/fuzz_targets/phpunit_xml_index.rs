//! An index of PHPUnit's XML coverage names no document outside of its directory.
#![no_main]

use std::path::{Component, Path};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(index) = coverage::read::phpunit_xml::index(bytes) else { return };
    assert!(!index.documents.is_empty(), "an index lists documents or is an error");
    for document in &index.documents {
        assert!(Path::new(document).components().all(|part| matches!(part, Component::Normal(_))), "{document:?}");
        assert!(!document.contains(['\\', ':']), "{document:?}");
    }
    assert!(index.lines.covered <= index.lines.total, "{:?}", index.lines);
    assert!(!index.gather([]).problems.is_empty(), "documents that are missing are a problem");
});
