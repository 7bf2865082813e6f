//! What a program is handed instead of reaching for globals.

use std::io::Write;
use std::path::PathBuf;

use crate::env::Env;

/// Environment, working directory and output streams of one run.
pub struct Session {
    /// The environment.
    pub env: Env,
    /// The working directory; relative paths of the command line start here.
    pub dir: PathBuf,
    /// Standard output: results.
    pub out: Box<dyn Write>,
    /// Standard error: progress, warnings, failures.
    pub err: Box<dyn Write>,
    /// Whether `out` may carry colour (a terminal, `NO_COLOR` and `CLICOLOR_FORCE` honoured).
    pub colour: bool,
    /// Whether `err` is a terminal, so that progress may move.
    pub interactive: bool,
}
