//! Puts an image into the GitOps repository. See the library.
use std::process::ExitCode;

fn main() -> ExitCode {
    step::main(stepgate_bump::run)
}
