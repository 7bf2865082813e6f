//! Reads reports of scanners and says what is in them; for measuring.

use std::io::Write;

use findings::{Arena, Severity};
use image_scan::read::{Context, read};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout().lock();
    for path in std::env::args_os().skip(1) {
        let bump = bumpalo::Bump::new();
        let arena = Arena::new(&bump);
        let context = Context { arena: &arena, bump: &bump, list_packages: false };
        let scan = read(&mut std::fs::File::open(&path)?, &context)?;
        let count = |wanted| scan.findings.iter().filter(|finding| finding.severity == wanted).count();
        for severity in Severity::WORST_FIRST {
            write!(out, "{} {} ", count(Some(severity)), severity.as_str())?;
        }
        writeln!(out, "{} unknown {} packages", count(None), scan.packages)?;
        for problem in scan.problems.iter().chain(&scan.notes) {
            writeln!(out, "{problem}")?;
        }
    }
    Ok(())
}
