//! What the image was built from, and by which build.

use git::Repo;
use gitops::Source;
use step::Pipeline;

use crate::args::CommitArgs;

/// What the command line says, else the pipeline, else the clone in which this runs.
pub(crate) async fn source(args: &CommitArgs, pipeline: &Pipeline, clone: Option<&Repo>) -> Source {
    let of_pipeline = pipeline.workspace.as_ref().zip(pipeline.repo.as_ref());
    let mut commit = args.source_commit.clone().or_else(|| pipeline.commit.clone());
    if commit.is_none()
        && let Some(clone) = clone
    {
        // A clone that does not know its commit has none to tell.
        commit = clone.head().await.ok();
    }
    Source {
        repository: args
            .source_repository
            .clone()
            .or(of_pipeline.map(|(workspace, repo)| format!("{workspace}/{repo}"))),
        commit,
        build: args.build_number.or(pipeline.build_number),
        pipeline: pipeline.url(),
    }
}
