//! Where the small documents of an image lie: a directory, or a tar that is walked without reading what is large.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use step::files;
use tar::{Archive, Entries};

/// More than any index, manifest or configuration has.
const LIMIT: u64 = 8 << 20;

/// How a file that is packed with gzip begins (RFC 1952, section 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Where the documents of an image lie.
pub(super) enum Store {
    Directory(PathBuf),
    Tar(PathBuf),
    Packed(PathBuf),
}

impl Store {
    /// The store that `path` is.
    pub(super) fn of(path: &Path) -> Result<Self, String> {
        if path.is_dir() {
            return Ok(Self::Directory(path.to_owned()));
        }
        let start = start(path).map_err(|error| format!("it cannot be read: {error}"))?;
        if start.is_empty() {
            return Err("it is empty".to_owned());
        }
        if start.starts_with(&GZIP) {
            return Ok(Self::Packed(path.to_owned()));
        }
        if is_tar(&start) { Ok(Self::Tar(path.to_owned())) } else { Err("it is no tar".to_owned()) }
    }

    /// The document called `name`; `None` when there is none.
    pub(super) fn get(&self, name: &str) -> Result<Option<Vec<u8>>, String> {
        let cannot = |error: io::Error| format!("it cannot be read as a tar: {error}");
        match self {
            Self::Directory(dir) => of_directory(&dir.join(name)),
            Self::Tar(path) => {
                let mut archive = Archive::new(File::open(path).map_err(cannot)?);
                find(archive.entries_with_seek().map_err(cannot)?, name)
            }
            Self::Packed(path) => {
                let mut archive = Archive::new(MultiGzDecoder::new(File::open(path).map_err(cannot)?));
                find(archive.entries().map_err(cannot)?, name)
            }
        }
    }

    /// How people call it.
    pub(super) const fn as_str(&self) -> &'static str {
        match self {
            Self::Directory(_) => "directory",
            Self::Tar(_) | Self::Packed(_) => "tar",
        }
    }
}

/// Whether `path` begins like a tar, or like something packed with gzip.
pub(super) fn is_archive(path: &Path) -> bool {
    start(path).is_ok_and(|start| start.starts_with(&GZIP) || is_tar(&start))
}

/// The first block of a file.
fn start(path: &Path) -> io::Result<Vec<u8>> {
    let mut start = Vec::with_capacity(512);
    File::open(path)?.take(512).read_to_end(&mut start)?;
    Ok(start)
}

/// POSIX and GNU say it at the same place (`ustar`); what is older does not.
fn is_tar(start: &[u8]) -> bool {
    start.get(257..262) == Some(b"ustar")
}

fn of_directory(path: &Path) -> Result<Option<Vec<u8>>, String> {
    if matches!(path.symlink_metadata(), Err(error) if error.kind() == io::ErrorKind::NotFound) {
        return Ok(None);
    }
    files::read(path, LIMIT).map(Some).map_err(|failure| failure.to_string())
}

/// Looks at headers as they are (`raw`), so that no name, which may be as long as the file, is ever held. A second file
/// of the same name is a contradiction: some programs take the first, others the last.
fn find<R: Read>(entries: Entries<'_, R>, name: &str) -> Result<Option<Vec<u8>>, String> {
    let mut found = None;
    for entry in entries.raw(true) {
        let entry = entry.map_err(|error| format!("it cannot be read as a tar: {error}"))?;
        let path = entry.path_bytes();
        if !entry.header().entry_type().is_file() || path.strip_prefix(b"./").unwrap_or(&path) != name.as_bytes() {
            continue;
        }
        drop(path);
        let size = entry.size();
        if size > LIMIT {
            return Err(format!("{name} is larger than {} MiB", LIMIT >> 20));
        }
        let mut bytes = Vec::new();
        entry.take(LIMIT).read_to_end(&mut bytes).map_err(|error| format!("{name} cannot be read: {error}"))?;
        if bytes.len() as u64 != size {
            return Err(format!("the tar is cut short within {name}"));
        }
        if found.replace(bytes).is_some() {
            return Err(format!("it holds {name} twice"));
        }
    }
    Ok(found)
}
