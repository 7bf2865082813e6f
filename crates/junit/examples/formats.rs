//! Prints the formats that are read, one a line: the fuzz targets `tests-*` that `.ci/fuzz` runs.
#![expect(clippy::print_stdout, reason = "that is what it is for")]

fn main() {
    println!("junit");
    for format in junit::convert::Foreign::ALL {
        println!("{}", format.as_str());
    }
}
