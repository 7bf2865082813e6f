//! Finding out the format never panics, whatever the bytes.
#![no_main]

use findings::Arena;
use findings::read::{Context, read};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let bump = bumpalo::Bump::new();
    let arena = Arena::new(&bump);
    let roots = findings::paths::Roots::default();
    if let Ok(reports) = read(bytes, None, &Context { arena: &arena, roots: &roots, tool: None }) {
        assert!(!reports.is_empty(), "a reader gives a report or an error");
    }
});
