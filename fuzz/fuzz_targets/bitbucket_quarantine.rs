//! Bitbucket's list of quarantined tests: reading never panics, and no test in it is without a name.
#![no_main]

use junit::Case;
use junit::quarantine::{BitbucketFile, Quarantine};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(file) = BitbucketFile::parse(bytes) else { return };
    assert!(file.tests().iter().all(|test| !test.name.is_empty()), "{file:?}");
    let tests = file.tests().to_vec();
    let quarantine = Quarantine::new(Vec::new(), Some(file), jiff::civil::Date::constant(2026, 11, 24));
    for test in tests {
        let dot = if test.package.is_empty() || test.class.is_empty() { "" } else { "\\" };
        let class = format!("{}{dot}{}", test.package, test.class);
        let case = Case { class, name: test.name, ..Case::default() };
        assert!(quarantine.find(&case).is_some(), "{case:?}");
    }
});
