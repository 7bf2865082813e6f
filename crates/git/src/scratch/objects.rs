//! Objects that are here, by one running `git cat-file --batch`.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::ChildStdout;

use super::tree::{self, Tree};
use super::{Scratch, State};
use crate::command::Talk;
use crate::error::{Error, Result};

/// No object that we have a use for is larger.
const LARGEST: u64 = 256 << 20;

/// The running reader, and the trees that it has read.
#[derive(Default)]
pub(super) struct Objects {
    reader: Option<Box<Talk>>,
    trees: BTreeMap<String, Arc<Tree>>,
}

/// An object.
pub(super) struct Object {
    pub(super) id: String,
    /// `commit`, `tree`, `blob`, `tag`.
    pub(super) kind: String,
    pub(super) content: Vec<u8>,
}

impl Objects {
    /// Lets the next question start a new reader.
    pub(super) fn forget_reader(&mut self) {
        self.reader = None;
    }
}

impl Scratch {
    /// The object that `name` names here; `None` when it is not here.
    pub(super) async fn object(&self, state: &mut State, name: &str) -> Result<Option<Object>> {
        let mut reader = match state.objects.reader.take() {
            Some(reader) => reader,
            None => self.git(state, &[], "cat-file").args(["--batch"]).talk().map(Box::new)?,
        };
        let object = reader.ask(format!("{name}\n").as_bytes(), read_object).await?;
        // After a failure it is not known where the next answer begins: then a new one is started.
        state.objects.reader = Some(reader);
        Ok(object)
    }

    /// Objects, the missing ones fetched with one question.
    pub(super) async fn need(&self, state: &mut State, ids: &[String]) -> Result<Vec<Object>> {
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        for id in ids {
            match self.object(state, id).await? {
                Some(object) => found.push(object),
                None => missing.push(id.clone()),
            }
        }
        if missing.is_empty() {
            return Ok(found);
        }
        self.fetch_objects(state, &missing).await?;
        for id in missing {
            let problem = "the remote did not send it";
            found.push(self.object(state, &id).await?.ok_or_else(|| self.bad_object("object", &id, problem))?);
        }
        Ok(found)
    }

    /// The tree that a commit stands for.
    pub(super) async fn tree_of_commit(&self, state: &mut State, commit: &str) -> Result<String> {
        let id = super::names::checked_id(commit)?.to_owned();
        let found = self.need(state, std::slice::from_ref(&id)).await?.pop();
        let tree = found.filter(|object| object.kind == "commit").and_then(|object| {
            let text = String::from_utf8_lossy(object.content.get(..80)?).into_owned();
            text.strip_prefix("tree ")?.lines().next().map(str::to_owned)
        });
        tree.ok_or_else(|| self.bad_object("commit", &id, "not a commit"))
    }

    /// Trees by their ids, the missing ones fetched with one question.
    pub(super) async fn trees(&self, state: &mut State, ids: &[String]) -> Result<()> {
        let unknown: Vec<_> = ids.iter().filter(|id| !state.objects.trees.contains_key(*id)).cloned().collect();
        if unknown.is_empty() {
            return Ok(());
        }
        for object in self.need(state, &unknown).await? {
            self.keep_tree(state, object)?;
        }
        Ok(())
    }

    /// One tree; `None` when it is not here.
    pub(super) async fn tree_if_here(&self, state: &mut State, id: &str) -> Result<Option<Arc<Tree>>> {
        if let Some(tree) = state.objects.trees.get(id) {
            return Ok(Some(Arc::clone(tree)));
        }
        match self.object(state, id).await? {
            Some(object) => self.keep_tree(state, object).map(Some),
            None => Ok(None),
        }
    }

    fn keep_tree(&self, state: &mut State, object: Object) -> Result<Arc<Tree>> {
        let parsed = Some(&object).filter(|object| object.kind == "tree");
        let parsed = parsed.and_then(|object| tree::parse(&object.content, state.format.bytes()));
        let tree = Arc::new(parsed.ok_or_else(|| self.bad_object("tree", &object.id, "not a tree"))?);
        state.objects.trees.insert(object.id, Arc::clone(&tree));
        Ok(tree)
    }

    /// One tree.
    pub(super) async fn tree(&self, state: &mut State, id: &str) -> Result<Arc<Tree>> {
        self.trees(state, &[id.to_owned()]).await?;
        state.objects.trees.get(id).cloned().ok_or_else(|| self.bad_object("tree", id, "not found"))
    }

    /// The bytes of a file.
    pub(super) async fn blob(&self, state: &mut State, id: &str) -> Result<Vec<u8>> {
        let found = self.need(state, &[id.to_owned()]).await?.pop().filter(|object| object.kind == "blob");
        found.map(|object| object.content).ok_or_else(|| self.bad_object("file", id, "not a blob"))
    }

    pub(super) fn bad_object(&self, kind: &'static str, id: &str, problem: &str) -> Error {
        Error::Object { kind, id: id.to_owned(), url: self.url().to_owned(), problem: problem.to_owned() }
    }
}

/// Reads `ID SP TYPE SP SIZE LF BYTES LF`, or `NAME SP missing LF`
/// (<https://git-scm.com/docs/git-cat-file#_batch_output>).
async fn read_object(out: &mut BufReader<ChildStdout>) -> io::Result<Option<Object>> {
    let mut header = Vec::new();
    out.read_until(b'\n', &mut header).await?;
    let header = String::from_utf8_lossy(&header);
    let Some(header) = header.strip_suffix('\n') else { return Err(io::ErrorKind::UnexpectedEof.into()) };
    if header.ends_with(" missing") || header.ends_with(" ambiguous") {
        return Ok(None);
    }
    let mut parts = header.split(' ');
    let (Some(id), Some(kind), Some(size)) =
        (parts.next(), parts.next(), parts.next().and_then(|n| n.parse::<u64>().ok()))
    else {
        return Err(io::Error::other(format!("it answered {header:?}")));
    };
    if size > LARGEST {
        return Err(io::Error::other(format!("the object has {size} bytes, more than the {LARGEST} allowed")));
    }
    let mut content = vec![0; usize::try_from(size).map_err(io::Error::other)?];
    out.read_exact(&mut content).await?;
    out.read_u8().await?;
    Ok(Some(Object { id: id.to_owned(), kind: kind.to_owned(), content }))
}
