//! Prints the formats that we read, one a line: the fuzz targets of `read`.

fn main() {
    for format in findings::read::Format::ALL {
        println!("{}", format.as_str());
    }
}
