//! `set` and `get`: one value of a YAML file.

use std::path::{Path as FilePath, PathBuf};
use std::str::FromStr as _;

use findings::escape;
use step::{Exit, Failure, Result, Session, files, words};
use yaml_edit::{Change, Missing, Path, Yaml};

use crate::args::{self, GetArgs, SetArgs, WhereArgs};
use crate::diff;

/// More than any file of a GitOps repository has.
pub(crate) const LIMIT: u64 = 64 << 20;

/// Sets a value in a file or in all files of a list. Nothing is written when it cannot be set in one of them.
pub(crate) fn set(args: &SetArgs, session: &mut Session) -> Result<Exit> {
    let (files, path, value) = asked(args, session)?;
    let mut edits = Vec::with_capacity(files.len());
    for file in &files {
        edits.push(edited(file, &path, value, args, session)?);
    }
    let others = edits.iter().filter(|edit| edit.after.is_some()).count();
    for Edit { file, name, what, before, after } in edits {
        let Some(after) = after else {
            words::say(session, &format!("{what}, as it is\n"))?;
            continue;
        };
        if args.check {
            words::say(session, &format!("{what}\n{}", diff::unified(&name, &before, after.as_bytes())))?;
        } else {
            files::replace(&file, |out| out.write_all(after.as_bytes()))?;
            words::say(session, &format!("{what}\n"))?;
        }
    }
    Ok(if args.check && others > 0 { Exit::Fail } else { Exit::Pass })
}

/// Prints a value.
pub(crate) fn get(args: &GetArgs, session: &mut Session) -> Result<Exit> {
    let path = parsed(&args.path)?;
    let file = session.dir.join(&args.file);
    let name = files::shown(&file, &session.dir).to_string();
    let bytes = files::read(&file, LIMIT)?;
    let yaml = read(&name, &bytes)?;
    let document = document(&yaml, &path, &args.where_, &name)?;
    let node = yaml.find(document, &path).map_err(|error| cannot("get", &path, &name, error))?;
    let text = node.scalar().ok_or_else(|| {
        Failure::input(format!("cannot get {path} of {name}: line {} holds no single value", node.line()))
            .hint("give the path of one value in it")
    })?;
    words::say(session, &format!("{}\n", escape::terminal(text)))?;
    Ok(Exit::Pass)
}

/// Reads YAML, and tells which file it is that cannot be read.
pub(crate) fn read<'t>(name: &str, bytes: &'t [u8]) -> Result<Yaml<'t>> {
    Yaml::read(bytes).map_err(|error| with_hint(Failure::input(format!("cannot read {name}")), error))
}

/// A change of one file that is about to be made.
struct Edit {
    file: PathBuf,
    name: String,
    what: String,
    before: Vec<u8>,
    /// `None` when it is right already.
    after: Option<String>,
}

/// The files, the path and the value that the command line names.
fn asked<'a>(args: &'a SetArgs, session: &Session) -> Result<(Vec<PathBuf>, Path, &'a str)> {
    let (files, path, value) = match (args.words.as_slice(), &args.files_from) {
        ([file, path, value], None) => (vec![session.dir.join(file)], path, value),
        ([path, value], Some(list)) => (listed(list, session)?, path, value),
        (_, None) => return Err(Failure::usage("`set` takes a FILE, a PATH and a VALUE")),
        (_, Some(_)) => return Err(Failure::usage("`set --files-from LIST` takes a PATH and a VALUE, and no FILE")),
    };
    Ok((files, parsed(path)?, value))
}

fn listed(list: &FilePath, session: &Session) -> Result<Vec<PathBuf>> {
    let path = if list.as_os_str() == "-" { list.to_owned() } else { session.dir.join(list) };
    let text = String::from_utf8(files::read(&path, LIMIT)?)
        .map_err(|error| Failure::input(format!("cannot read {}", list.display())).because(error))?;
    let files: Vec<_> = text.lines().filter(|line| !line.is_empty()).map(|line| session.dir.join(line)).collect();
    if files.is_empty() {
        return Err(Failure::input(format!("cannot set a value: {} names no file", list.display())));
    }
    Ok(files)
}

pub(crate) fn parsed(path: &str) -> Result<Path> {
    Path::from_str(path).map_err(|error| {
        Failure::usage(format!("`{path}` is no path of a value"))
            .because(error)
            .hint("a path looks like image.tag, spec.containers[name=app].image, images[0].newTag or \"a.b\".c")
    })
}

fn edited(file: &FilePath, path: &Path, value: &str, args: &SetArgs, session: &Session) -> Result<Edit> {
    let name = files::shown(file, &session.dir).to_string();
    let before = files::read(file, LIMIT)?;
    let yaml = read(&name, &before)?;
    let failed = |error| cannot("set", path, &name, error);
    let document = document(&yaml, path, &args.where_, &name)?;
    let there = yaml.find(document, path).ok().filter(|node| node.kind() == yaml_edit::Kind::Scalar);
    let place = there.map_or_else(String::new, |node| format!(":{}", node.line()));
    let what = |from: &str| escape::terminal(&format!("{name}{place}: {path}: {from}{value}")).into_owned();
    if there.is_some_and(|node| node.is_string() && node.scalar() == Some(value)) {
        let what = what("");
        return Ok(Edit { file: file.to_owned(), name, what, before, after: None });
    }
    let change = Change {
        missing: if args.insert { Missing::Insert } else { Missing::Refuse },
        aliases: match args.aliases {
            args::Aliases::Refuse => yaml_edit::Aliases::Refuse,
            args::Aliases::Replace => yaml_edit::Aliases::Replace,
            args::Aliases::Follow => yaml_edit::Aliases::Follow,
        },
        ..Change::set(document, path.clone(), value)
    };
    let after = yaml.apply(&[change]).map_err(failed)?;
    let what = what(&there.and_then(yaml_edit::Node::scalar).map_or_else(String::new, |from| format!("{from} -> ")));
    Ok(Edit { file: file.to_owned(), name, what, before, after: Some(after) })
}

/// The document that the path is of.
fn document(yaml: &Yaml<'_>, path: &Path, args: &WhereArgs, name: &str) -> Result<usize> {
    let count = yaml.documents().len();
    match args.document {
        Some(given) if given < count => return Ok(given),
        Some(given) => {
            return Err(Failure::input(format!("there is no document {given} in {name}: it has {count}"))
                .hint("documents are counted from 0"));
        }
        None if count <= 1 => return Ok(0),
        None => {}
    }
    let having: Vec<_> = (0..count).filter(|document| yaml.find(*document, path).is_ok()).collect();
    match having[..] {
        [one] => Ok(one),
        [] => Err(Failure::input(format!("none of the {count} documents in {name} has {path}"))
            .hint("name the document with --document N, counted from 0, to see why")),
        _ => {
            let all = having.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
            Err(Failure::input(format!("{path} is in several documents of {name}: {all}"))
                .hint("name one with --document N"))
        }
    }
}

fn cannot(what: &str, path: &Path, name: &str, error: yaml_edit::Error) -> Failure {
    with_hint(Failure::input(format!("cannot {what} {path} of {name}")), error)
}

/// `failure` with `error` for its cause, and the hint of that.
pub(crate) fn with_hint(failure: Failure, error: yaml_edit::Error) -> Failure {
    let hint = error.hint();
    failure.because(error).hint_if(hint)
}
