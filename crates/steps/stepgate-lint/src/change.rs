//! What the change did, from git.

use findings::diff::{self, FileDiff, Hunk};
use findings::judge::{Change, LineMap};
use git::history::Destination;
use git::{Repo, Target};
use step::{Failure, Pipeline, Result};

use crate::args::ChangeArgs;
use crate::config::{Changed, Config};
use crate::place::Place;

/// The change under judgement.
pub(crate) struct Known {
    /// The commit where it began: the merge base of HEAD and its destination.
    pub(crate) base: String,
    /// The lines it touched.
    pub(crate) change: Change,
}

/// What the change did, when something depends on it: `changed` asks for it, or `needed` does and the destination is
/// known.
///
/// # Errors
///
/// When it is asked for and cannot be known. A gate that does not know the change never passes it.
pub(crate) async fn find(args: &ChangeArgs, changed: Changed, needed: bool, place: &Place) -> Result<Option<Known>> {
    let destination = destination(args.destination.as_deref(), &place.config, &place.pipeline);
    match (changed, destination) {
        (Changed::Off, None) => Ok(None),
        (Changed::Off, Some(destination)) if !needed || is_there(&destination, place).await => Ok(None),
        (_, Some(destination)) => {
            let way_out = match changed {
                Changed::Off => "or leave open whether the baseline grew: --allow-baseline-growth",
                Changed::Lines | Changed::Files => "or judge everything: --everything",
            };
            let since = since(&destination, changed == Changed::Files, place.repo()?).await;
            since.map(Some).map_err(|failure| failure.hint(way_out))
        }
        (_, None) => Err(no_destination()),
    }
}

/// Whether the destination itself is checked out, so that there is no change to speak of.
pub(crate) async fn is_there(destination: &Destination, place: &Place) -> bool {
    let Ok(repo) = place.repo() else { return false };
    repo.current_branch().await.is_ok_and(|branch| branch.as_ref() == Some(&destination.name))
}

/// Where the change wants to go: as asked for, else as the pull request says, else as configured.
pub(crate) fn destination(asked: Option<&str>, config: &Config, pipeline: &Pipeline) -> Option<Destination> {
    let named = |name: &str| Destination { name: name.to_owned(), commit: None, remote: None };
    // A variable that is not set makes an empty flag: nothing was asked for.
    if let Some(asked) = asked.filter(|asked| !asked.is_empty()) {
        return Some(named(asked));
    }
    match &pipeline.destination_branch {
        Some(branch) => Some(Destination { commit: pipeline.destination_commit.clone(), ..named(branch) }),
        None => config.destination.as_deref().map(named),
    }
}

/// The commit where the change in HEAD began.
pub(crate) async fn base(destination: &Destination, repo: &Repo) -> Result<String> {
    let found = repo.ensure_merge_base(destination).await;
    let name = &destination.name;
    found
        .map(|base| base.commit)
        .map_err(|error| Failure::git(format!("cannot tell what changed since `{name}`"), error))
}

/// What changed in the work tree since it left `destination`.
pub(crate) async fn since(destination: &Destination, whole_files: bool, repo: &Repo) -> Result<Known> {
    let base = base(destination, repo).await?;
    let files = diff(&base, repo).await?;
    Ok(Known { base, change: Change::new(files, whole_files) })
}

/// How lines of the work tree are numbered in `commit`: in a pull request the destination has been merged into the
/// work tree, while annotations go to the tip of the source branch.
pub(crate) async fn lines_in(commit: &str, repo: &Repo) -> Result<LineMap> {
    Ok(LineMap::new(diff(commit, repo).await?))
}

/// What differs between `commit` and the work tree, files that git does not know yet included.
async fn diff(commit: &str, repo: &Repo) -> Result<Vec<FileDiff>> {
    let what = format!("cannot compare the work tree with {commit}");
    let diff = repo.diff(commit, Target::WorkTree, &[]).await.map_err(|error| Failure::git(&what, error))?;
    let mut files = diff::parse(&diff).map_err(|error| Failure::bug(what).because(error))?;
    let new = repo.untracked_files().await.map_err(|error| Failure::git("cannot list new files", error))?;
    files.extend(new.into_iter().map(all_new));
    Ok(files)
}

/// A file that git does not know yet: every line is new.
fn all_new(path: String) -> FileDiff {
    let everything = Hunk { old_start: 0, old_len: 0, new_start: 1, new_len: u32::MAX / 2 };
    FileDiff { old: None, new: Some(path), hunks: vec![everything], binary: false }
}

fn no_destination() -> Failure {
    Failure::input("cannot tell what changed")
        .because("nothing says where the change wants to go: this is not the pipeline of a pull request")
        .hint("name the branch: --destination main, or `destination: main` under `lint` in stepgate.yaml")
        .hint("or judge everything: --everything")
}
