//! The front door.

fn main() -> std::process::ExitCode {
    step::main(stepgate::run)
}
