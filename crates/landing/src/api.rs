//! One attempt by Bitbucket's API: the tip of the branch is the lock (`parents` of `POST …/src`).

use bitbucket::{Attribute, Entry, EntryType, LoggedCommit, Repository};

use crate::draft::Draft;
use crate::error::Error;
use crate::push::Outcome;
use crate::remote::Logged;

/// How many directories deep one listing goes. The server takes a breadth-first walk, and gives up on one that is too
/// long (555).
const DEPTH: u32 = 10;

/// The status with which the server gives up.
const TOOK_TOO_LONG: u16 = 555;

/// Commits on a page.
const PAGE: u32 = 100;

pub(crate) fn name(repository: &Repository) -> String {
    repository.full_name()
}

pub(crate) async fn tip(repository: &Repository, branch: &str) -> Result<Option<String>, Error> {
    match repository.branches().get(branch).await {
        Ok(branch) => Ok(Some(branch.target.hash)),
        Err(error) if error.is_not_found() => {
            // Without a repository, or the right to see it, the answer is the same.
            repository.branches().list().page_length(10).send().await?;
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

pub(crate) async fn read(repository: &Repository, commit: &str, path: &str) -> Result<Option<Vec<u8>>, Error> {
    match file(repository, commit, path).await? {
        Some(_) => Ok(Some(repository.src().read(commit, path).await?)),
        None => Ok(None),
    }
}

pub(crate) async fn files(repository: &Repository, commit: &str, under: &str) -> Result<Vec<String>, Error> {
    let under = under.trim_end_matches('/');
    if !under.is_empty() && entry(repository, commit, under).await?.is_none_or(|it| it.kind != EntryType::Directory) {
        return Ok(Vec::new());
    }
    let mut depth = DEPTH;
    let mut ahead = vec![under.to_owned()];
    let mut files = Vec::new();
    while let Some(directory) = ahead.pop() {
        let entries = match repository.src().list(commit, &directory).max_depth(depth).all().await {
            Err(error) if depth > 1 && error.status().is_some_and(|it| it.as_u16() == TOOK_TOO_LONG) => {
                depth = 1;
                ahead.push(directory);
                continue;
            }
            entries => entries?,
        };
        for entry in entries {
            match entry.kind {
                EntryType::Directory if levels(&directory, &entry.path) >= depth => ahead.push(entry.path),
                EntryType::File if not_a_file(&entry).is_none() => files.push(entry.path),
                _ => {}
            }
        }
    }
    files.sort_unstable();
    files.dedup();
    Ok(files)
}

/// How many directories below `directory` the directory `path` is; 1 is in it.
fn levels(directory: &str, path: &str) -> u32 {
    let below = path.strip_prefix(directory).unwrap_or(path).trim_start_matches('/');
    u32::try_from(below.split('/').count()).unwrap_or(u32::MAX)
}

pub(crate) async fn messages(repository: &Repository, commit: &str, most: u32) -> Result<Vec<Logged>, Error> {
    let enough = usize::try_from(most).unwrap_or(usize::MAX);
    if enough == 0 {
        return Ok(Vec::new());
    }
    let mut page = repository.commits(commit).page_length(most.clamp(10, PAGE)).send().await?;
    let mut log = Vec::new();
    loop {
        log.extend(std::mem::take(&mut page.values).into_iter().map(logged));
        if log.len() >= enough {
            log.truncate(enough);
            return Ok(log);
        }
        match page.next_page().await? {
            Some(next) => page = next,
            None => return Ok(log),
        }
    }
}

fn logged(commit: LoggedCommit) -> Logged {
    Logged { commit: commit.hash, message: commit.message }
}

/// Commits `draft` on `branch` if its tip still is `parent`. A branch that is not there begins at `parent`.
pub(crate) async fn attempt(
    repository: &Repository,
    branch: &str,
    parent: &str,
    draft: &Draft,
) -> Result<Outcome, Error> {
    let mut commit = repository.src().commit(&draft.message).branch(branch).parent(parent);
    if let Some(author) = &draft.author {
        commit = commit.author(format!("{} <{}>", author.name, author.email));
    }
    for changed in &draft.files {
        // The server forgets that a file may be executed unless it is told again.
        let before = file(repository, parent, &changed.path).await?;
        let executable = before.is_some_and(|before| before.has(&Attribute::Executable));
        let (path, content) = (changed.path.clone(), changed.content.clone());
        commit = if executable { commit.executable(path, content) } else { commit.file(path, content) };
    }
    let error = match commit.send().await {
        Ok(Some(commit)) => return Ok(Outcome::Landed { commit }),
        Ok(None) => {
            return Ok(Outcome::Unclear { commit: None, said: "the server did not name the commit".to_owned() });
        }
        Err(error) => error,
    };
    let said = error.to_string();
    match error.status().map(|status| status.as_u16()) {
        Some(409) => Ok(Outcome::Moved { said }),
        Some(400 | 401 | 403 | 413 | 422) => Ok(Outcome::Refused { said }),
        _ if error.is_transient() && !error.is_rate_limited() => Ok(Outcome::Unclear { commit: None, said }),
        _ => Err(error.into()),
    }
}

/// Whether the commit whose answer was lost is on the branch: its id. It is a commit on top of `parent` that says and
/// holds what ours does.
pub(crate) async fn find_lost(
    repository: &Repository,
    branch: &str,
    parent: &str,
    draft: &Draft,
) -> Result<Option<String>, Error> {
    let Some(tip) = tip(repository, branch).await? else {
        return Ok(None);
    };
    let since = repository.commits(&tip).exclude(parent).page_length(PAGE).send().await?;
    for commit in since.values {
        let on_top = commit.parents.first().is_some_and(|it| same_hash(&it.hash, parent));
        if on_top && same_text(&commit.message, &draft.message) && holds(repository, &commit.hash, draft).await? {
            return Ok(Some(commit.hash));
        }
    }
    Ok(None)
}

/// Whether a commit holds the files of `draft` as they are there.
pub(crate) async fn holds(repository: &Repository, commit: &str, draft: &Draft) -> Result<bool, Error> {
    for file in &draft.files {
        match read(repository, commit, &file.path).await {
            Ok(Some(content)) if content == file.content => {}
            Ok(_) | Err(Error::NotAFile { .. }) => return Ok(false),
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

/// Whether two messages say the same. Servers change how lines and texts end.
pub(crate) fn same_text(one: &str, other: &str) -> bool {
    one.trim_end().lines().map(str::trim_end).eq(other.trim_end().lines().map(str::trim_end))
}

/// Hashes inside of other objects may be shortened.
fn same_hash(shown: &str, full: &str) -> bool {
    shown.len() >= 7 && full.starts_with(shown)
}

/// The file at a path, if there is one.
async fn file(repository: &Repository, commit: &str, path: &str) -> Result<Option<Entry>, Error> {
    match entry(repository, commit, path).await? {
        Some(entry) => match not_a_file(&entry) {
            Some(what) => Err(Error::NotAFile { path: path.to_owned(), what }),
            None => Ok(Some(entry)),
        },
        None => Ok(None),
    }
}

async fn entry(repository: &Repository, commit: &str, path: &str) -> Result<Option<Entry>, Error> {
    match repository.src().entry(commit, path).await {
        Ok(entry) => Ok(Some(entry)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn not_a_file(entry: &Entry) -> Option<&'static str> {
    match entry.kind {
        EntryType::Directory => Some("a directory, not a file"),
        EntryType::File if entry.has(&Attribute::Link) => Some("a symbolic link, not a file"),
        EntryType::File if entry.has(&Attribute::Subrepository) => Some("a submodule, not a file"),
        EntryType::File if entry.has(&Attribute::Lfs) => Some("kept by git LFS, whose content is elsewhere"),
        EntryType::File => None,
        EntryType::Unknown(_) => Some("something that this version does not know"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_the_same_however_their_lines_end() {
        assert!(same_text("Bump\r\n\r\nService: api\r\n", "Bump\n\nService: api"));
        assert!(!same_text("Bump\n\nService: api", "Bump\n\nService: app"));
    }

    #[test]
    fn a_directory_at_the_end_of_a_listing_is_known_by_its_depth() {
        assert_eq!(levels("", "a"), 1);
        assert_eq!(levels("", "a/b/c"), 3);
        assert_eq!(levels("a/b", "a/b/c"), 1);
    }
}
