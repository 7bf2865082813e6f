//! Prints the formats that are read, one a line: the fuzz targets `coverage-*` that `.ci/fuzz` runs.
#![expect(clippy::print_stdout, reason = "that is what it is for")]

fn main() {
    for format in coverage::read::Format::ALL {
        println!("{format}");
    }
}
