//! A baseline that can be read can be written and is the same again.
#![no_main]

use findings::baseline::Baseline;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(baseline) = Baseline::parse(text) {
        assert_eq!(Baseline::parse(&baseline.to_text()).as_ref(), Ok(&baseline));
    }
});
