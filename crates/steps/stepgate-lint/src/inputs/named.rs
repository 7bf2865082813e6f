//! Report files as they are named on the command line: paths, globs, `-`, `TOOL=PATH`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use step::files;

use super::evidence::{EXIT, STDERR, beside};
use super::{Input, with_hints};
use crate::args::InputArgs;

/// The inputs that `args` names, each file once. What cannot be found becomes an input with a problem.
pub(crate) fn gather(args: &InputArgs, dir: &Path) -> Vec<Input> {
    let mut seen = BTreeSet::new();
    let mut inputs = Vec::new();
    for name in &args.files {
        let (tool, pattern) = split_tool(name, dir);
        let tool = tool.or(args.tool.as_deref());
        let new = |input| Input { tool: tool.map(str::to_owned), format: args.format, ..input };
        if pattern.is_empty() {
            let problem = "its name is empty; is a variable on the command line not set?".to_owned();
            inputs.push(new(Input { source: format!("\"{name}\""), problems: vec![problem], ..Input::default() }));
            continue;
        }
        match paths(pattern, dir) {
            Ok(paths) => {
                let unseen = paths.into_iter().filter(|path| seen.insert(files::one_name(path)));
                inputs.extend(unseen.map(|path| new(at(path, dir))));
            }
            Err(problem) => {
                inputs.push(new(Input { source: name.clone(), problems: vec![problem], ..Input::default() }));
            }
        }
    }
    for (path, code) in &args.exit_code {
        let path = if is_stdin(path) { path.clone() } else { dir.join(path) };
        match inputs.iter_mut().find(|input| input.report.as_deref() == Some(&path)) {
            Some(input) => input.exit_code = Some(*code),
            None => inputs.push(Input {
                source: files::shown(&path, dir).to_string(),
                problems: vec!["an exit code is given for this report, but the report is not among the inputs".into()],
                ..Input::default()
            }),
        }
    }
    inputs
}

/// `TOOL=PATH`, unless a file of that very name exists.
fn split_tool<'n>(name: &'n str, dir: &Path) -> (Option<&'n str>, &'n str) {
    let is_tool = |tool: &str| {
        !tool.is_empty() && tool.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    match name.split_once('=') {
        Some((tool, path)) if is_tool(tool) && !dir.join(name).exists() => (Some(tool), path),
        _ => (None, name),
    }
}

/// The files that `pattern` names. A glob names reports, not what lies beside them (`x.json.exit`): that stands for
/// its report, also when the report itself was never written.
fn paths(pattern: &str, dir: &Path) -> Result<Vec<PathBuf>, String> {
    let named = Path::new(pattern);
    if is_stdin(named) {
        return Ok(vec![named.to_owned()]);
    }
    if dir.join(named).exists() || !pattern.contains(['*', '?', '[', '{']) {
        return Ok(vec![dir.join(named)]);
    }
    let paths = files::expand(&[pattern.to_owned()], dir).map_err(|failure| with_hints(&failure))?;
    let report = |path: PathBuf| match path.extension().and_then(|extension| extension.to_str()) {
        Some(EXIT | STDERR) => path.with_extension(""),
        _ => path,
    };
    Ok(paths.into_iter().map(report).collect())
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

fn at(path: PathBuf, dir: &Path) -> Input {
    let mut input = Input { source: files::shown(&path, dir).to_string(), ..Input::default() };
    if is_stdin(&path) {
        input.report = Some(path);
        return input;
    }
    match beside(&path, EXIT).map(|file| exit_code(&file)) {
        Some(Ok(code)) => input.exit_code = Some(code),
        Some(Err(problem)) => input.problems.push(problem),
        None => {}
    }
    input.stderr = beside(&path, STDERR).filter(|file| file.is_file());
    input.report = Some(path);
    input
}

fn exit_code(file: &Path) -> Result<i32, String> {
    if file.exists() && !file.is_file() {
        return Err(format!("{} is no file, so the exit code of the tool is not known", file.display()));
    }
    let bytes = files::read(file, 1 << 10).map_err(|failure| failure.to_string())?;
    let text = String::from_utf8_lossy(&bytes);
    text.trim().parse().map_err(|_not_a_number| format!("{} does not hold the exit code of the tool", file.display()))
}
