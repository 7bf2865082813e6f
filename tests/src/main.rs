//! The front door once more, because only binaries of its own package are at hand for a test to run.

fn main() -> std::process::ExitCode {
    step::main(stepgate::run)
}
