//! `find`: every place in files that holds an image.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use findings::escape;
use gitops::{Name, Place, Written};
use serde::Serialize;
use step::{Exit, Failure, Result, Session, files, words};
use yaml_edit::Yaml;

use crate::args::FindArgs;
use crate::edit::LIMIT;

/// One place, as `--json` prints it.
#[derive(Serialize)]
struct Line<'p> {
    file: &'p str,
    document: usize,
    line: u32,
    path: String,
    kind: String,
    image: String,
}

/// Prints them; exits with 1 when an image was named and is nowhere.
pub(crate) fn find(args: &FindArgs, session: &mut Session) -> Result<Exit> {
    let image = args.image.as_deref().map(Name::from_str).transpose();
    let image = image.map_err(|error| Failure::usage("--image: this is no name of an image").because(error))?;
    let mut places = Vec::new();
    let mut unread = Vec::new();
    for file in yaml_files(&args.paths, session)? {
        let name = files::shown(&file, &session.dir).to_string();
        let bytes = files::read(&file, LIMIT)?;
        match Yaml::read(&bytes) {
            Ok(yaml) => places.extend(gitops::find(&name, &yaml, image.as_ref())),
            Err(error) => unread.push(format!("{name}: {error}")),
        }
    }
    for unread in &unread {
        words::warn(session, &format!("not looked into: {unread}"));
    }
    for place in &places {
        print(place, args.json, session)?;
    }
    match (&image, places.len()) {
        (Some(image), 0) => {
            words::progress(session, &format!("nothing here holds {image}"));
            Ok(Exit::Fail)
        }
        _ => Ok(Exit::Pass),
    }
}

fn print(place: &Place, json: bool, session: &mut Session) -> Result<()> {
    let (path, kind, image) = (place.path.to_string(), place.kind.to_string(), image(place));
    if json {
        let Place { file, document, line, .. } = place;
        let line = Line { file, document: *document, line: *line, path, kind, image };
        let text = serde_json::to_string(&line).map_err(|error| Failure::bug(error.to_string()))?;
        return words::say(session, &(text + "\n"));
    }
    let text = format!("{}:{}: {path}: {image} ({kind})", place.file, place.line);
    words::say(session, &(escape::terminal(&text).into_owned() + "\n"))
}

/// `registry/shop/api:1.8.2@sha256:…`, as far as it is written.
fn image(place: &Place) -> String {
    let Written { name, tag, digest } = &place.image;
    let mark = if name.is_some() && tag.is_some() { ":" } else { "" };
    let name = name.as_ref().map(ToString::to_string).unwrap_or_default();
    let digest = digest.as_ref().map(|digest| format!("@{digest}")).unwrap_or_default();
    format!("{name}{mark}{}{digest}", tag.as_deref().unwrap_or_default())
}

/// The files that are named, and the YAML files in the directories that are.
fn yaml_files(paths: &[PathBuf], session: &Session) -> Result<Vec<PathBuf>> {
    let mut patterns = Vec::new();
    for path in paths {
        let given = path.to_string_lossy().into_owned();
        if !session.dir.join(path).is_dir() {
            patterns.push(given);
            continue;
        }
        patterns.push(Path::new(&given).join("**/*.{yaml,yml}").to_string_lossy().into_owned());
    }
    files::expand(&patterns, &session.dir)
}
