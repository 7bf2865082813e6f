//! Whatever stands in `promotion.yaml` or `holds.yaml`, it is read or refused; what is read of the stops is written and
//! read back.
#![no_main]

use promotion::{Holds, Policy};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(policy) = Policy::read(text) {
        let _ = policy.order();
        let _ = policy.trust();
    }
    if let Ok(holds) = Holds::read(text) {
        assert_eq!(Holds::read(&holds.to_yaml()).as_ref(), Ok(&holds));
    }
});
