//! From files that were named on the command line, or that Trivy left when it was run, to scans.

mod beside;
mod images;
mod named;

use std::io;
use std::path::PathBuf;

use image_scan::Scan;
use image_scan::evidence::Facts;
use image_scan::read::{Context, read};
use step::files::{self, Opened};

use crate::args::InputArgs;

pub(crate) use beside::{EXIT, STDERR, TrivyVersion, VERSION, trivy_version, with_suffix};
pub(crate) use images::{Wanted, place, wanted};

/// No report is larger; files are read piece by piece.
const FILE_LIMIT: u64 = 1 << 40;

/// What is piped in is held in memory.
const HELD_LIMIT: u64 = 1 << 30;

/// Everything that is to be judged.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    /// The reports, in order.
    pub(crate) reports: Vec<Input>,
    /// The images that are to be pushed.
    pub(crate) images: Vec<Wanted>,
}

/// One report, not read yet, and what is known besides.
#[derive(Debug, Default)]
pub(crate) struct Input {
    /// What it is called in every output.
    pub(crate) source: String,
    /// Where its bytes are; `None` when it is known that there are none. `-` is standard input.
    pub(crate) report: Option<PathBuf>,
    /// The exit code of the scanner.
    pub(crate) exit_code: Option<i32>,
    /// What is known besides the report.
    pub(crate) facts: Facts,
    /// `registry/repository@sha256:…` as it was asked for, which the report must be of.
    pub(crate) digest: Option<String>,
    /// What is already known to be wrong.
    pub(crate) problems: Vec<String>,
}

/// What `args` name. What cannot be found becomes an input with a problem.
///
/// # Errors
///
/// When an image that is to be pushed cannot be told.
pub(crate) fn find(args: &InputArgs, dir: &std::path::Path) -> step::Result<Inputs> {
    let mut reports = named::find(&args.files, dir);
    beside::complete(&mut reports, args, dir);
    Ok(Inputs { reports, images: wanted(&args.image, dir)? })
}

/// A scan, what is known besides it, and what is worth a word.
pub(crate) struct Read<'a> {
    pub(crate) scan: Scan<'a>,
    pub(crate) facts: Facts,
    pub(crate) warnings: Vec<String>,
}

/// Reads every report of `inputs`: a scan for each, also for what cannot be used.
pub(crate) fn read_all<'a>(inputs: Inputs, context: &Context<'_, 'a>) -> Vec<Read<'a>> {
    let mut all: Vec<Read<'a>> = inputs.reports.into_iter().map(|input| read_one(input, context)).collect();
    if all.is_empty() {
        let problem = "no report was named, so nothing is known of any image".to_owned();
        let scan = Scan::unusable("(no input)".to_owned(), problem);
        all.push(Read { scan, facts: Facts::default(), warnings: Vec::new() });
    }
    images::expect(&inputs.images, &mut all);
    all
}

fn read_one<'a>(input: Input, context: &Context<'_, 'a>) -> Read<'a> {
    let Input { source, report, exit_code, facts, digest, problems } = input;
    let mut scan = match &report {
        Some(path) if problems.is_empty() => {
            parse(path, context).unwrap_or_else(|problem| Scan::unusable(String::new(), problem))
        }
        _ => Scan { problems, ..Scan::new("unknown") },
    };
    let mut warnings = Vec::new();
    beside::hold_against(&mut scan, exit_code, &source, &mut warnings);
    if let Some(digest) = digest
        && scan.problems.is_empty()
        && !scan.repo_digests.iter().any(|known| known.ends_with(&digest))
    {
        scan.problems.push(format!("it is not the report of the image with the digest {digest} that was asked for"));
    }
    scan.source = source;
    Read { scan, facts, warnings }
}

/// The scan in `path`, or why there is none.
pub(crate) fn parse<'a>(path: &std::path::Path, context: &Context<'_, 'a>) -> Result<Scan<'a>, String> {
    if path.is_dir() {
        return Err("it is a directory; name the reports in it".to_owned());
    }
    let is_missing = matches!(path.symlink_metadata(), Err(error) if error.kind() == io::ErrorKind::NotFound);
    if is_missing && path.as_os_str() != "-" {
        return Err("there is no such file: the scanner did not write a report, or ended before it could".to_owned());
    }
    let scan = match files::open(path, FILE_LIMIT).map_err(|failure| failure.to_string())? {
        Opened::File(mut file, _) => read(&mut file, context),
        Opened::Stream(bytes) if bytes.len() as u64 > HELD_LIMIT => return Err("it is larger than 1 GiB".to_owned()),
        Opened::Stream(bytes) => read(&mut bytes.as_slice(), context),
    };
    scan.map_err(|error| error.to_string())
}
