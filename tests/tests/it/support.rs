//! What the stories share.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("the package lies in the workspace").to_owned()
}

/// The text of a file of the workspace.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("cannot read {path}: {error}"))
}

/// The front door, deaf to the environment of whoever runs the tests.
pub(crate) fn stepgate(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stepgate-under-test"));
    command.current_dir(dir).env_clear().env("PATH", path()).env("HOME", dir);
    command
}

/// Where programs are found.
pub(crate) fn path() -> String {
    std::env::var("PATH").unwrap_or_default()
}

/// Whether generated parts of files are to be written instead of compared.
pub(crate) fn generate() -> bool {
    std::env::var_os("STEPGATE_GENERATE").is_some()
}

/// Standard output, standard error and status in one text.
pub(crate) fn transcript(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let status = output.status.code().map_or("killed".to_owned(), |code| code.to_string());
    format!("{}------- stderr -------\n{}[exit status: {status}]\n", text(&output.stdout), text(&output.stderr))
}
