//! Did the tests really pass? See the library.
use std::process::ExitCode;

fn main() -> ExitCode {
    step::main(stepgate_tests::run)
}
