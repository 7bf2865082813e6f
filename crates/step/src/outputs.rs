//! The reports that a program writes: which, where to, and none over another or over what it reads.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::args::OutputArgs;
use crate::failure::{Failure, Result};
use crate::files;
use crate::session::Session;
use crate::words::cannot_write;

/// The reports that are to be written. `F` is a format of the program.
#[derive(Debug)]
pub struct Outputs<F> {
    outputs: Vec<(F, PathBuf)>,
    dir: PathBuf,
}

/// Why a report could not be written.
#[derive(Debug)]
pub enum WriteError {
    /// Its place takes nothing.
    Io(io::Error),
    /// What it is made of cannot be had.
    Failure(Failure),
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Failure> for WriteError {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl<F: Copy + Eq> Outputs<F> {
    /// The outputs of the command line, and those `configured` in formats that the command line does not name. Paths of
    /// the command line start in `dir`, the others in `base`. `known` finds the format of a name, or says which there
    /// are; `section` of stepgate.yaml is where they are configured.
    ///
    /// # Errors
    ///
    /// For a format that there is not, two reports in one file, or two on standard output.
    pub fn find(
        args: &OutputArgs,
        configured: &BTreeMap<String, PathBuf>,
        known: fn(&str) -> Result<F, String>,
        section: &str,
        dir: &Path,
        base: &Path,
    ) -> Result<Self> {
        let mut outputs = Vec::new();
        for given in &args.outputs {
            let format = known(&given.format).map_err(|what| Failure::usage(format!("--output: {what}")))?;
            outputs.push((format, if given.is_stdout() { given.path.clone() } else { dir.join(&given.path) }));
        }
        for (name, path) in configured {
            let format = known(name).map_err(|what| Failure::input(format!("{section}.outputs: {what}")))?;
            if !outputs.iter().any(|(given, _)| *given == format) {
                outputs.push((format, base.join(path)));
            }
        }
        let outputs = Self { outputs, dir: dir.to_owned() };
        outputs.apart()?;
        Ok(outputs)
    }

    /// The reports that go to files, and where they are as a person in the working directory would write it.
    #[must_use]
    pub fn files(&self) -> Vec<(F, String)> {
        let files = self.outputs.iter().filter(|(_, path)| !is_stdout(path));
        files.map(|(format, path)| (*format, self.shown(path))).collect()
    }

    /// A report that is read is not written over: the next run would read what this one made of it.
    ///
    /// # Errors
    ///
    /// When one of `inputs` is to be written.
    pub fn refuse_inputs(&self, inputs: impl IntoIterator<Item = impl AsRef<Path>>) -> Result<()> {
        let read: HashSet<_> = inputs.into_iter().map(|path| files::one_name(path.as_ref())).collect();
        match self.outputs.iter().find(|(_, path)| !is_device(path) && read.contains(&files::one_name(path))) {
            None => Ok(()),
            Some((_, path)) => Err(Failure::usage(format!("{} is to be read and to be written", self.shown(path)))
                .hint("write the report to another place, where no pattern for the inputs finds it")),
        }
    }

    /// Writes everything: first the text for people, in the format `terminal`, to standard output, or to standard error
    /// when a report goes to standard output; then each report to its file, which is replaced as a whole or not at all,
    /// or to standard output. `write` is handed a format, whether colour is seen, and where to write.
    ///
    /// # Errors
    ///
    /// At the first that cannot be written. What was written before stays.
    pub fn write(
        &self,
        session: &mut Session,
        terminal: F,
        mut write: impl FnMut(F, bool, &mut dyn Write) -> Result<(), WriteError>,
    ) -> Result<()> {
        let to_stdout = self.outputs.iter().any(|(_, path)| is_stdout(path));
        let screen = if to_stdout { &mut session.err } else { &mut session.out };
        write(terminal, session.colour && !to_stdout, screen).map_err(not_on_the_screen)?;
        for (format, path) in &self.outputs {
            if is_stdout(path) {
                write(*format, false, &mut session.out).map_err(not_on_the_screen)?;
            } else {
                replace(path, |out| write(*format, false, out))?;
            }
        }
        session.out.flush().map_err(cannot_write)
    }

    fn shown(&self, path: &Path) -> String {
        files::shown(path, &self.dir).to_string()
    }

    /// No two go to one place.
    fn apart(&self) -> Result<()> {
        if self.outputs.iter().filter(|(_, path)| is_stdout(path)).count() > 1 {
            return Err(Failure::usage("only one report can go to standard output")
                .hint("give the others a file: --output json=report.json"));
        }
        let mut seen = HashSet::new();
        match self.outputs.iter().find(|(_, path)| !is_device(path) && !seen.insert(files::one_name(path))) {
            None => Ok(()),
            Some((_, path)) => Err(Failure::usage(format!("two reports are to be written to {}", self.shown(path)))
                .hint("give each a file of its own")),
        }
    }
}

/// [`files::replace`] for a writer that may fail for reasons of its own; then the file stays as it was.
fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<(), WriteError>) -> Result<()> {
    let mut failed = None;
    let replaced = files::replace(path, |out| {
        write(out).map_err(|error| match error {
            WriteError::Io(error) => error,
            WriteError::Failure(failure) => {
                failed = Some(failure);
                io::ErrorKind::Other.into()
            }
        })
    });
    failed.map_or(replaced, Err)
}

/// Whether `path` takes any number of reports: standard output, `/dev/null`, a pipe.
fn is_device(path: &Path) -> bool {
    is_stdout(path) || path.metadata().is_ok_and(|about| !about.is_file() && !about.is_dir())
}

fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

fn not_on_the_screen(error: WriteError) -> Failure {
    match error {
        WriteError::Io(error) => cannot_write(error),
        WriteError::Failure(failure) => failure,
    }
}

#[cfg(test)]
mod tests;
