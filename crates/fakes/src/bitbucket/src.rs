//! Files at a commit, and commits by upload: <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-source/>.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::content::{Content, Draft, File, FileKind, Tree};
use super::errors::{Answer, envelope, field, not_allowed};
use super::multipart::{self, Part};
use super::paging::query;
use super::query::Query;
use super::route::Call;
use crate::server::Reply;

/// Fields of the form that are no files, unless they have a file name or a slash before them.
const META: [&str; 5] = ["message", "author", "parents", "files", "branch"];

/// `/src`
pub(super) fn root(call: Call<'_>) -> Answer {
    if call.request.method == "POST" { upload(call) } else { Err(not_allowed()) }
}

/// `/src/{commit}/{path}`: a file's bytes, a directory's list, or what either is.
pub(super) fn at(mut call: Call<'_>, revision: &str, path: &[&str]) -> Answer {
    if call.request.method != "GET" {
        return Err(not_allowed());
    }
    let request = call.request;
    let path = path.join("/");
    let (full_name, limit) = (call.repository().full_name(), call.state.listing_limit);
    let repository = &mut call.state.repositories[call.repository];
    let object = repository.content.resolve(revision).ok_or_else(|| envelope(404, "Commit not found"))?;
    let meta = query(request, "format") == Some("meta");
    let describe = |path: &str, file: Option<&File>| describe(path, file, &object.logged.hash, &full_name);
    if let Some(file) = object.tree.get(&path) {
        return Ok(if meta { Reply::json(200, &describe(&path, Some(file))) } else { raw(file) });
    }
    let below = if path.is_empty() { String::new() } else { format!("{path}/") };
    let missing = || envelope(404, &format!("No such file or directory: {path}"));
    if !object.tree.keys().any(|file| file.starts_with(&below)) || (path.is_empty() && !request.path().ends_with('/')) {
        return Err(missing());
    }
    if meta {
        return Ok(Reply::json(200, &describe(&path, None)));
    }
    let depth = query(request, "max_depth").map_or(Ok(1), str::parse::<usize>);
    let depth = depth.map_err(|_odd| field("max_depth", "Not a valid integer."))?;
    let entries = list(&object.tree, &below, depth);
    if entries.len() > limit.unwrap_or(usize::MAX) {
        return Err(envelope(555, "The request timed out; the recursion depth may be too large"));
    }
    let wanted = Query::of(request)?;
    let values = entries.iter().map(|(path, file)| describe(path, *file)).filter(|entry| wanted.matches(entry));
    let values: Vec<Value> = values.collect();
    call.state.pages.page(request, &values)
}

fn raw(file: &File) -> Reply {
    Reply::new(200, "text/plain", file.content.clone()).with_header("content-disposition", "attachment")
}

fn describe(path: &str, file: Option<&File>, commit: &str, full_name: &str) -> Value {
    let itself = format!("https://api.bitbucket.org/2.0/repositories/{full_name}/src/{commit}/{path}");
    let mut entry = json!({
        "type": "commit_directory",
        "path": path,
        "commit": {"type": "commit", "hash": commit},
        "links": {"self": {"href": itself}, "meta": {"href": format!("{itself}?format=meta")}},
    });
    if let Some(file) = file {
        entry["type"] = json!("commit_file");
        entry["size"] = json!(file.content.len());
        entry["attributes"] = match file.kind {
            FileKind::Plain => json!([]),
            FileKind::Executable => json!(["executable"]),
            FileKind::Link => json!(["link"]),
            FileKind::Submodule => json!(["subrepository"]),
        };
    }
    entry
}

/// Files and directories below a path that ends in a slash, as deep as that, the shallow ones first.
fn list<'a>(tree: &'a Tree, below: &str, depth: usize) -> Vec<(String, Option<&'a File>)> {
    let mut entries = Vec::new();
    let mut directories = BTreeSet::new();
    for (path, file) in tree.range(below.to_owned()..).take_while(|(path, _)| path.starts_with(below)) {
        let ends = path.match_indices('/').map(|(end, _)| end).filter(|end| *end > below.len()).take(depth);
        let level = path[below.len()..].matches('/').count();
        for (level, end) in ends.enumerate() {
            if directories.insert(&path[..end]) {
                entries.push((level, path[..end].to_owned(), None));
            }
        }
        if level < depth {
            entries.push((level, path.clone(), Some(file.as_ref())));
        }
    }
    entries.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
    entries.into_iter().map(|(_, path, file)| (path, file)).collect()
}

#[derive(Default)]
struct Form {
    message: Option<String>,
    author: Option<String>,
    parent: Option<String>,
    branch: Option<String>,
    /// Every path that the commit touches; none is a deletion.
    files: Vec<(String, Option<File>)>,
}

fn upload(mut call: Call<'_>) -> Answer {
    let media_type = call.request.header("content-type").unwrap_or_default();
    let parts = multipart::parse(media_type, &call.request.body).map_err(|problem| envelope(400, problem))?;
    let form = read(parts)?;
    let (number, date, person) = (call.state.tick(), call.state.now(), call.person());
    let repository = call.repository();
    let full_name = repository.full_name();
    let branch = form.branch.clone().unwrap_or_else(|| main_of(&repository.content));
    repository.may(&person, "push", &branch)?;
    let content = &mut repository.content;
    let parent = parent(content, &branch, form.parent.as_deref())?;
    let before = parent.as_ref().and_then(|parent| content.objects.get(parent)).map(|object| Arc::clone(&object.tree));
    let tree = applied(before.as_deref().cloned().unwrap_or_default(), form.files)?;
    let draft = Draft {
        parents: parent.into_iter().collect(),
        message: form.message.unwrap_or_else(|| "Committed by API".to_owned()),
        author: form.author.unwrap_or_else(|| "The Caller <caller@example.com>".to_owned()),
        tree,
    };
    let hash = content.add(draft, &branch, number, date);
    let place = format!("https://api.bitbucket.org/2.0/repositories/{full_name}/commit/{hash}");
    Ok(Reply::empty(201).with_header("location", place))
}

fn main_of(content: &Content) -> String {
    if content.main.is_empty() { "main".to_owned() } else { content.main.clone() }
}

/// What the commit goes on top of. A named parent has to be the tip of a branch that exists; that is the lock.
fn parent(content: &Content, branch: &str, named: Option<&str>) -> Result<Option<String>, Reply> {
    let tip = content.branches.get(branch);
    match (named, tip) {
        (Some(named), Some(tip)) if named == tip => Ok(Some(tip.clone())),
        (Some(named), Some(_)) => {
            Err(envelope(409, &format!("The parent {named} is not the tip of the branch {branch}.")))
        }
        (Some(named), None) if content.objects.contains_key(named) => Ok(Some(named.to_owned())),
        (Some(_), None) => Err(envelope(404, "Commit not found")),
        (None, Some(tip)) => Ok(Some(tip.clone())),
        (None, None) => Ok(content.branches.get(&content.main).cloned()),
    }
}

fn read(parts: Vec<Part>) -> Result<Form, Reply> {
    let mut form = Form::default();
    for part in parts {
        if part.file_name.is_none() && META.contains(&part.name.as_str()) {
            let value = String::from_utf8(part.content).map_err(|_odd| field(&part.name, "Not a valid string."))?;
            meta(&mut form, &part.name, value)?;
            continue;
        }
        let kind = match part.attributes.as_str() {
            "" => FileKind::Plain,
            "executable" => FileKind::Executable,
            "link" => FileKind::Link,
            _ => return Err(envelope(400, "An attribute that nobody knows")),
        };
        form.files.push((path(&part.name)?, Some(File { content: part.content, kind })));
    }
    Ok(form)
}

fn meta(form: &mut Form, name: &str, value: String) -> Result<(), Reply> {
    let place = match name {
        "files" => {
            form.files.push((path(&value)?, None));
            return Ok(());
        }
        "message" => &mut form.message,
        "author" if !value.contains(" <") || !value.ends_with('>') || value.contains('\n') => {
            return Err(field("author", "Not a valid author."));
        }
        "author" => &mut form.author,
        "parents" => &mut form.parent,
        _ => &mut form.branch,
    };
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(field(name, "The field cannot be repeated.")),
    }
}

/// A path from the root, whether it says so by a slash or not.
fn path(text: &str) -> Result<String, Reply> {
    let path = text.strip_prefix('/').unwrap_or(text);
    let fits = path.split('/').all(|segment| !matches!(segment, "" | "." | ".." | ".git"));
    if fits { Ok(path.to_owned()) } else { Err(envelope(400, &format!("Invalid path: {text}"))) }
}

fn applied(mut tree: Tree, files: Vec<(String, Option<File>)>) -> Result<Tree, Reply> {
    let uploaded: BTreeSet<String> =
        files.iter().filter(|(_, file)| file.is_some()).map(|(path, _)| path.clone()).collect();
    for (path, file) in files {
        match file {
            Some(file) => {
                let mut above = path.match_indices('/').map(|(end, _)| &path[..end]);
                let below = format!("{path}/");
                let inside = tree.range(below.clone()..).next().is_some_and(|(other, _)| other.starts_with(&below));
                if inside || above.any(|directory| tree.contains_key(directory)) {
                    return Err(envelope(400, &format!("{path} is a file and a directory")));
                }
                tree.insert(path, Arc::new(file));
            }
            // A field of this name makes it one of the files that are uploaded.
            None if uploaded.contains(&path) => {}
            None => {
                tree.remove(&path).ok_or_else(|| envelope(400, &format!("No such file: {path}")))?;
            }
        }
    }
    Ok(tree)
}
