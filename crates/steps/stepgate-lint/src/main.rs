//! Did this change make the code worse? See the library.
use std::process::ExitCode;

fn main() -> ExitCode {
    step::main(stepgate_lint::run)
}
