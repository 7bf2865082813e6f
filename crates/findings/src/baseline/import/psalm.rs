//! `psalm-baseline.xml`.
//!
//! Psalm keeps the code at fault, which its reports do not carry as a message: an entry allows so many findings of a
//! type in a file, whatever their messages. Source: psalm `src/Psalm/ErrorBaseline.php`.

use std::collections::HashMap;

use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::{Baseline, BaselineError, Entry, LeftOut, collect, resolve};

/// Reads `<files><file src="…"><Type><code>…</code></Type></file></files>`.
pub(super) fn read(text: &str, dir: &str) -> Result<(Baseline, Vec<String>), BaselineError> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut entries: Vec<Result<Entry, LeftOut>> = Vec::new();
    let mut seen = HashMap::<String, usize>::new();
    let (mut line, mut counted, mut depth) = (1, 0, 0);
    let mut file = String::new();
    let mut issue = Issue::default();
    loop {
        let position = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
        line += text.as_bytes().get(counted..position).map_or(0, lines_in);
        counted = position;
        let error = |what: String| BaselineError { line, what };
        match reader.read_event().map_err(|cause| error(format!("the XML is not well-formed: {cause}")))? {
            Event::Start(element) => {
                let name = element.local_name().into_inner().to_owned();
                match (depth, name.as_str()) {
                    (0, "files") | (3.., _) => {}
                    (0, _) => {
                        return Err(error(format!("<{name}> is no baseline of Psalm, which starts with <files>")));
                    }
                    (1, "file") => {
                        file = attribute(&element, "src").ok_or_else(|| error("a <file> has no `src`".to_owned()))?;
                        if let Some(first) = seen.insert(file.clone(), line) {
                            return Err(error(format!("`{file}` is listed on line {first} too; join the two by hand")));
                        }
                    }
                    (1, _) => return Err(error(format!("<{name}> stands where <file> is expected"))),
                    _ => {
                        issue = Issue { line, stated: attribute(&element, "occurrences"), kind: name.clone(), codes: 0 }
                    }
                }
                issue.codes += u32::from(depth == 3 && name == "code");
                depth += 1;
            }
            Event::End(_) => {
                depth -= 1;
                if depth == 2 {
                    entries.push(issue.entry(&file, dir));
                }
                if depth == 0 {
                    return Ok(collect(entries.into_iter()));
                }
            }
            Event::DocType(_) => return Err(error("the XML declares a document type (DTD); it is refused".to_owned())),
            Event::Eof => return Err(error("the document ends too early: it was cut short".to_owned())),
            _ => {}
        }
    }
}

#[derive(Default)]
struct Issue {
    line: usize,
    kind: String,
    /// What older versions of Psalm write beside the code.
    stated: Option<String>,
    codes: u32,
}

impl Issue {
    fn entry(&self, file: &str, dir: &str) -> Result<Entry, LeftOut> {
        let left_out = |why: String| LeftOut { line: self.line, why };
        let count = match &self.stated {
            Some(stated) => stated.parse().map_err(|cause| left_out(format!("`occurrences=\"{stated}\"`: {cause}")))?,
            None => self.codes,
        };
        if count == 0 {
            return Err(left_out(format!("it does not say how often {} occurs", self.kind)));
        }
        let path =
            resolve(dir, file).ok_or_else(|| left_out(format!("`{file}` is not known to be in the repository")))?;
        Ok(Entry { path, tool: "psalm".to_owned(), rule: self.kind.clone(), message: String::new(), count })
    }
}

fn lines_in(text: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', text).count()
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = element.attributes().filter_map(Result::ok).find(|it| it.key.local_name().into_inner() == name)?;
    Some(unescape(&attribute.value).ok()?.into_owned())
}
