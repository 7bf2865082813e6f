//! Takes an image to the next environment, when every guardrail is met. See the library.
use std::process::ExitCode;

fn main() -> ExitCode {
    step::main(stepgate_promote::run)
}
