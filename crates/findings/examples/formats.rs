//! Prints the formats that are read, one a line: the fuzz targets that `.ci/fuzz` runs.
#![expect(clippy::print_stdout, reason = "that is what it is for")]

fn main() {
    for format in findings::read::Format::ALL {
        println!("{}", format.as_str());
    }
}
