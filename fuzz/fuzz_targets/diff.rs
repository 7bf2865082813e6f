//! A diff that can be read has its hunks in order, and asking it about any line never panics.
#![no_main]

use findings::judge::Change;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(files) = findings::diff::parse(bytes) else { return };
    for file in &files {
        assert!(file.hunks.is_sorted_by_key(|hunk| hunk.new_start), "hunks in order");
    }
    let change = Change::new(files.clone(), false);
    for file in files.iter().filter_map(|file| file.new.as_deref()) {
        let _ = change.touches(file, 1, u32::MAX);
    }
});
