//! Baselines of other tools: what can be imported can be written and read.
#![no_main]

use findings::baseline::Baseline;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok((baseline, _)) = findings::baseline::import::import(text, "dir") {
        assert_eq!(Baseline::parse(&baseline.to_text()).as_ref(), Ok(&baseline));
    }
});
