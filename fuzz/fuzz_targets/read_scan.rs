//! Reports of scanners: reading never panics, what is read does not depend on the sizes of the pieces it comes in, and a
//! report that is cut is never complete.
#![no_main]

use std::io::Read;

use findings::Arena;
use image_scan::read::{Context, read};

/// Hands out a few bytes at a time.
struct Pieces<'b>(&'b [u8]);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = buffer.len().min(7);
        self.0.read(&mut buffer[..length])
    }
}

fn told(input: &mut dyn Read) -> Result<String, String> {
    let bump = bumpalo::Bump::new();
    let arena = Arena::new(&bump);
    let context = Context { arena: &arena, bump: &bump, list_packages: true };
    match read(input, &context) {
        Ok(scan) if scan.problems.is_empty() => Ok(format!("{:?}", scan.findings)),
        Ok(scan) => Err(format!("{:?}", scan.problems)),
        Err(error) => Err(error.what),
    }
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let whole = told(&mut &bytes[..]);
    assert_eq!(whole, told(&mut Pieces(bytes)));
    if whole.is_ok() {
        let document = bytes.trim_ascii_end();
        assert!(told(&mut &document[..document.len() - 1]).is_err());
    }
});
