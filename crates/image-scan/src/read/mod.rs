//! Reports of scanners.
//!
//! A report goes through a [window](window) piece by piece, so that one of 100 MB costs little more memory than what it
//! found.

mod foreign;
mod grype;
mod make;
mod trivy;
mod values;
mod window;

use std::io::Read;

use bumpalo::Bump;
use findings::Arena;
use rustc_hash::FxHashMap;

use self::make::Maker;
use self::window::{Fault, Window, Wrong};
use crate::Scan;

/// Where the text of scans goes, and what is asked of a reader.
pub struct Context<'c, 'a> {
    /// Repeated text.
    pub arena: &'c Arena<'a>,
    /// Everything else.
    pub bump: &'a Bump,
    /// Whether [`Scan::listed`] is wanted.
    pub list_packages: bool,
}

/// Why a report cannot be used: what it is, where in the document, and what to try next.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct ReadError {
    /// The whole story.
    pub what: String,
}

/// Reads one report of Trivy (every version's JSON) or grype.
///
/// # Errors
///
/// When it is not a report of an image scan that can be used at all. What is cut short is a [`Scan`] with a problem.
pub fn read<'a>(input: &mut dyn Read, context: &Context<'_, 'a>) -> Result<Scan<'a>, ReadError> {
    let mut window = Window::new(input);
    let mut reading = Reading::new(context);
    let read = reading.document(&mut window);
    reading.finish(&mut window, read).map_err(|what| ReadError { what })
}

/// Keys that only Trivy's reports have.
const TRIVY: [&str; 7] = ["SchemaVersion", "Trivy", "CreatedAt", "ArtifactName", "ArtifactType", "Metadata", "Results"];

/// Keys of a document that may be there once only.
const ONCE: [&str; 12] = [
    "SchemaVersion",
    "Trivy",
    "CreatedAt",
    "ArtifactName",
    "ArtifactType",
    "Metadata",
    "Results",
    "matches",
    "ignoredMatches",
    "source",
    "distro",
    "descriptor",
];

#[derive(Clone, Copy, Eq, PartialEq)]
enum Shape {
    Trivy,
    Grype,
}

/// A report that is being read.
struct Reading<'c, 'a> {
    maker: Maker<'c, 'a>,
    scan: Scan<'a>,
    /// As soon as a key tells.
    shape: Option<Shape>,
    /// What the shape cannot be without was there: `SchemaVersion`; `matches` and `descriptor`.
    has: [bool; 2],
    /// The instruction that made each layer.
    history: FxHashMap<&'a str, &'a str>,
}

impl<'c, 'a> Reading<'c, 'a> {
    fn new(context: &'c Context<'c, 'a>) -> Self {
        let scan = Scan::new("unknown");
        Self { maker: Maker::new(context), scan, shape: None, has: [false; 2], history: FxHashMap::default() }
    }

    fn document(&mut self, window: &mut Window<'_>) -> Result<(), Fault> {
        window.fill()?;
        if window.rest().starts_with(b"\xef\xbb\xbf") {
            window.skip(3);
        }
        let first = window.peek()?;
        let rest = window.rest();
        if let Some(why) = foreign::beginning(rest.get(..rest.len().min(4)).unwrap_or_default()) {
            return Err(Fault::foreign(why));
        }
        match first {
            Some(b'[') => self.results(window),
            _ => self.object(window),
        }
    }

    /// The list of results that Trivy wrote before version 0.20.
    fn results(&mut self, window: &mut Window<'_>) -> Result<(), Fault> {
        (self.shape, self.has) = (Some(Shape::Trivy), [true; 2]);
        let read = trivy::results(window, &mut self.maker, &mut self.scan);
        match read {
            Err(fault) if fault.wrong == Wrong::Data && self.scan.findings.is_empty() => {
                Err(Fault::foreign(foreign::list(&fault.tell("list"))))
            }
            Ok(()) if self.scan.targets.is_empty() => Err(Fault::foreign(foreign::list("it is empty"))),
            read => read,
        }
    }

    fn object(&mut self, window: &mut Window<'_>) -> Result<(), Fault> {
        window.object(&ONCE, |window, key| self.part(key, window))?;
        match (self.shape, self.has) {
            (None, _) => Err(Fault::foreign(foreign::unknown())),
            (Some(Shape::Trivy), [false, _]) => {
                Err(window.fault(Wrong::Data, "missing field `SchemaVersion`".to_owned()))
            }
            (Some(Shape::Grype), [matches, descriptor]) if !(matches && descriptor) => {
                let field = if matches { "descriptor" } else { "matches" };
                Err(window.fault(Wrong::Data, format!("missing field `{field}`")))
            }
            _ => Ok(()),
        }
    }

    /// Reads the value of one top-level `key`.
    fn part(&mut self, key: &str, window: &mut Window<'_>) -> Result<(), Fault> {
        let shape = match key {
            key if TRIVY.contains(&key) => Some(Shape::Trivy),
            key if grype::KEYS.contains(&key) => Some(Shape::Grype),
            _ => None,
        };
        if let (Some(one), Some(other)) = (shape, self.shape)
            && one != other
        {
            return Err(window.fault(Wrong::Data, "one document cannot be of Trivy and of grype".to_owned()));
        }
        self.shape = self.shape.or(shape);
        if self.shape.is_none()
            && let Some(why) = foreign::document(key)
        {
            return Err(Fault::foreign(why));
        }
        match key {
            "SchemaVersion" | "matches" => self.has[0] = true,
            "descriptor" => self.has[1] = true,
            _ => {}
        }
        let (maker, scan) = (&mut self.maker, &mut self.scan);
        let taken = match self.shape {
            Some(Shape::Trivy) => trivy::take(key, window, maker, scan, &mut self.history)?,
            // `source` may be the first key of a report of grype.
            Some(Shape::Grype) | None => grype::take(key, window, maker, scan)?,
        };
        if taken { Ok(()) } else { window.ignore() }
    }

    /// What came of it. A report that is cut short or broken in the middle is worth showing, as incomplete; one that is
    /// not what it has to be is not.
    fn finish(mut self, window: &mut Window<'_>, read: Result<(), Fault>) -> Result<Scan<'a>, String> {
        let (scanner, name) = match self.shape {
            Some(Shape::Trivy) => ("trivy", "report of Trivy"),
            Some(Shape::Grype) => ("grype", "report of grype"),
            None => ("unknown", "report"),
        };
        self.scan.scanner = scanner;
        match self.shape {
            Some(Shape::Grype) => grype::finish(&self.maker, &mut self.scan),
            _ => trivy::finish(&self.maker, &mut self.scan, &self.history),
        }
        self.scan.notes.extend(self.maker.notes());
        let read = read.and_then(|()| ends(window));
        if let Err(fault) = read {
            let why = fault.tell(name);
            let is_worth_showing = !matches!(fault.wrong, Wrong::Data | Wrong::Foreign);
            if !is_worth_showing || self.scan.findings.is_empty() {
                return Err(why);
            }
            self.scan.problems.push(format!("{why}; only what stands before that was read"));
        }
        Ok(self.scan)
    }
}

/// Nothing may stand behind the document: it may be a second report, of something worse.
fn ends(window: &mut Window<'_>) -> Result<(), Fault> {
    match window.peek()? {
        None => Ok(()),
        Some(_) => Err(window.fault(Wrong::Syntax, "there is more behind the end of the document".to_owned())),
    }
}

#[cfg(test)]
mod tests;
