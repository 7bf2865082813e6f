//! May this image be pushed? See the library.
use std::process::ExitCode;

fn main() -> ExitCode {
    step::main(stepgate_scan::run)
}
