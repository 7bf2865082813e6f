//! Reports as they are named on the command line: paths, globs, `-`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use step::files;

use super::Input;
use super::beside::COMPANIONS;

/// The reports that `patterns` name, each once. What cannot be found becomes a report with a problem.
pub(super) fn find(patterns: &[String], dir: &Path) -> Vec<Input> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for pattern in patterns {
        match paths(pattern, dir) {
            Ok(paths) => {
                for path in paths.into_iter().map(report).filter(|path| seen.insert(files::one_name(path))) {
                    let source = files::shown(&path, dir).to_string();
                    found.push(Input { source, report: Some(path), ..Input::default() });
                }
            }
            Err(problem) => {
                let source = if pattern.is_empty() { "\"\"".to_owned() } else { pattern.clone() };
                found.push(Input { source, problems: vec![problem], ..Input::default() });
            }
        }
    }
    found
}

fn paths(pattern: &str, dir: &Path) -> Result<Vec<PathBuf>, String> {
    let named = Path::new(pattern);
    if pattern.is_empty() {
        return Err("its name is empty; is a variable on the command line not set?".to_owned());
    }
    if pattern == "-" {
        return Ok(vec![named.to_owned()]);
    }
    if dir.join(named).exists() || !pattern.contains(['*', '?', '[', '{']) {
        return Ok(vec![dir.join(named)]);
    }
    files::expand(&[pattern.to_owned()], dir).map_err(|failure| {
        let hints = failure.hints().iter().map(|hint| format!("; {hint}"));
        std::iter::once(failure.to_string()).chain(hints).collect()
    })
}

/// The report that `path` is, or beside which it lies: `web.json.exit` tells that there was to be a `web.json`, which
/// is missed when it is not there.
fn report(path: PathBuf) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let report = COMPANIONS.iter().find_map(|end| name.strip_suffix(end)).filter(|name| name.contains('.'));
    report.map_or(path.clone(), |report| path.with_file_name(report))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(dir: &Path, name: &str) {
        files::replace(&dir.join(name), |_| Ok(())).expect("a file");
    }

    fn sources(patterns: &[&str], dir: &Path) -> Vec<String> {
        let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        find(&patterns, dir).into_iter().map(|input| input.source).collect()
    }

    #[test]
    fn what_lies_beside_a_report_is_no_report_but_tells_of_one() {
        let dir = tempfile::tempdir().expect("a directory");
        for name in ["web.json", "web.json.exit", "web.json.stderr", "web.json.version.json", "worker.json.exit"] {
            touch(dir.path(), name);
        }
        assert_eq!(sources(&["*"], dir.path()), ["web.json", "worker.json"]);
        assert_eq!(sources(&["web.json", "web.*", "./web.json"], dir.path()), ["web.json"]);
    }

    #[test]
    fn what_is_not_there_is_not_forgotten() {
        let dir = tempfile::tempdir().expect("a directory");
        let found = find(&["lost-*.json".to_owned(), String::new()], dir.path());
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|input| input.problems.len() == 1), "{found:?}");
    }
}
