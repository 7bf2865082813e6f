//! The floor of the benchmark: reads files as quick-xml does and writes every event into one document, judging nothing.
//! Prologues are left out and one root is put around it all; the files keep their own roots inside.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};

use quick_xml::events::Event;
use quick_xml::{Reader, Writer};

/// As large as what `stepgate-xml` reads at once, so that both make equally few calls of the system.
const BUFFER: usize = 64 * 1024;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let output = File::create(arguments.next().ok_or("bare_loop OUTPUT FILE…")?)?;
    let mut writer = Writer::new(BufWriter::with_capacity(BUFFER, output));
    writer.get_mut().write_all(b"<testsuites>\n")?;
    let mut buffer = Vec::new();
    for path in arguments {
        let mut reader = Reader::from_reader(BufReader::with_capacity(BUFFER, File::open(path)?));
        loop {
            buffer.clear();
            match reader.read_event_into(&mut buffer)? {
                Event::Eof => break,
                Event::Decl(_) | Event::DocType(_) => {}
                event => writer.write_event(event)?,
            }
        }
    }
    writer.get_mut().write_all(b"</testsuites>\n")?;
    writer.get_mut().flush()?;
    Ok(())
}
