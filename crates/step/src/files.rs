//! Files: read with a limit, replaced atomically, found by glob.

use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path, PathBuf};

use crate::failure::{Failure, Result};

mod glob;

pub use glob::expand;

/// The whole of a file, at most `limit` bytes. `-` is standard input.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    match open(path, limit)? {
        Opened::File(file, size) => read_all(file, size, limit, &path.display().to_string()),
        Opened::Stream(bytes) => Ok(bytes),
    }
}

/// What a path names.
#[derive(Debug)]
pub enum Opened {
    /// A file and its size. It can be read more than once, and in parts.
    File(File, u64),
    /// What standard input, a pipe or a device held: that can be read but once.
    Stream(Vec<u8>),
}

/// Opens a file of at most `limit` bytes. `-` is standard input.
pub fn open(path: &Path, limit: u64) -> Result<Opened> {
    if path.as_os_str() == "-" {
        return read_all(io::stdin().lock(), 0, limit, "standard input").map(Opened::Stream);
    }
    let name = path.display().to_string();
    let failed = |error| Failure::input(format!("cannot read {name}")).because(error);
    let file = File::open(path).map_err(failed)?;
    let about = file.metadata().map_err(failed)?;
    if about.is_dir() {
        let hint = format!("name the files in it, for example {}", path.join("*").display());
        return Err(Failure::input(format!("cannot read {name}: it is a directory")).hint(hint));
    }
    if !about.is_file() {
        return read_all(file, 0, limit, &name).map(Opened::Stream);
    }
    if about.len() > limit { Err(too_large(&name, limit)) } else { Ok(Opened::File(file, about.len())) }
}

/// Writes a file through a temporary one in the same directory, which takes its place only when all of it is
/// written. Missing parent directories are made. An existing file's permissions are kept. What a symbolic link points
/// to is replaced, not the link; a device or pipe is written to as it is.
pub fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let name = path.display();
    let failed = |error| Failure::input(format!("cannot write {name}")).because(error);
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    match fs::metadata(&target) {
        Ok(about) if about.is_dir() => {
            let hint = format!("name a file in it, for example {}", path.join("report").display());
            Err(Failure::input(format!("cannot write {name}: it is a directory")).hint(hint))
        }
        Ok(about) if about.is_file() => renamed(&target, about.permissions(), write).map_err(failed),
        Ok(_) => into_device(&target, write).map_err(failed),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let everybody = Permissions::from_mode(0o666); // the umask takes its part
            renamed(&target, everybody, write).map_err(failed)
        }
        Err(error) => Err(failed(error)),
    }
}

/// `path` as people wrote it: without `dir`, where relative paths of the command line start.
#[must_use]
pub fn shown<'p>(path: &'p Path, dir: &Path) -> std::path::Display<'p> {
    path.strip_prefix(dir).unwrap_or(path).display()
}

/// The same path for all names of a file, also of one that is not there yet but whose directory is.
#[must_use]
pub fn one_name(path: &Path) -> PathBuf {
    let in_its_place = || Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?));
    path.canonicalize().ok().or_else(in_its_place).unwrap_or_else(|| joined(path, Path::new("")))
}

fn read_all(stream: impl Read, size: u64, limit: u64, name: &str) -> Result<Vec<u8>> {
    // One byte more than the file has, so that reading finds its end without growing.
    let mut bytes = Vec::with_capacity(usize::try_from(size.min(limit)).unwrap_or(0).saturating_add(1));
    let count = stream
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::input(format!("cannot read {name}")).because(error))?;
    if count as u64 > limit {
        return Err(too_large(name, limit));
    }
    Ok(bytes)
}

fn too_large(name: &str, limit: u64) -> Failure {
    Failure::input(format!("cannot read {name}: it is larger than {}", size_in_words(limit)))
}

fn size_in_words(bytes: u64) -> String {
    match bytes >> 20 {
        0 => format!("{bytes} bytes"),
        mebibytes => format!("{mebibytes} MiB"),
    }
}

fn renamed(
    target: &Path,
    permissions: Permissions,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let dir = target.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(dir)?;
    let exists = target.exists();
    let mut temporary =
        tempfile::Builder::new().prefix(".stepgate-").permissions(permissions.clone()).tempfile_in(dir)?;
    let mut out = BufWriter::with_capacity(1 << 16, &mut temporary);
    write(&mut out)?;
    out.flush()?;
    drop(out);
    if exists {
        temporary.as_file().set_permissions(permissions)?;
    }
    temporary.persist(target).map_err(|error| error.error)?;
    Ok(())
}

fn into_device(target: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(File::options().write(true).open(target)?);
    write(&mut out)?;
    out.flush()
}

/// What is at `path`; `None` when nothing is.
fn about(path: &Path) -> Result<Option<Metadata>> {
    match fs::metadata(path) {
        Ok(about) => Ok(Some(about)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(Failure::input(format!("cannot look at {}", path.display())).because(error)),
    }
}

/// `path` below `dir`, without `.` segments, so that a file has one name.
fn joined(dir: &Path, path: &Path) -> PathBuf {
    dir.join(path).components().filter(|part| *part != Component::CurDir).collect()
}

#[cfg(test)]
mod tests;
