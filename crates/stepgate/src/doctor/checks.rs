//! The checks, in the order in which things are needed.

use std::path::Path;

use git::Repo;
use step::publish::Target;
use step::{Env, Failure, Pipeline, Result, Session, config, files};
use stepgate_lint::Config;

use super::{Args, Finding, phpunit, trivy};
use crate::{init, schema};

type Checked = (&'static str, Finding);

pub(super) async fn all(args: &Args, session: &Session) -> Vec<Checked> {
    let pipeline = Pipeline::from_env(&session.env);
    let repo = Repo::discover(&session.dir).await;
    let root = repo.as_ref().map_or(session.dir.as_path(), Repo::given_root).to_owned();
    let mut found = vec![("git", git(&session.env))];
    match &repo {
        Ok(repo) => found.push(("repository", history(repo).await)),
        Err(error) => found.push(("repository", no_repository(error))),
    }
    let explicit = args.config.config.as_ref().map(|path| session.dir.join(path));
    let lint = config::load::<Config>("lint", explicit.as_deref(), &root);
    let tests = config::load::<stepgate_tests::Config>("tests", explicit.as_deref(), &root);
    let scan = config::load::<stepgate_scan::Config>("scan", explicit.as_deref(), &root);
    found.push(("config", configuration(&lint, &[tests.as_ref().err(), scan.as_ref().err()], session)));
    found.extend(schema(&root).map(|finding| ("schema", finding)));
    let config = lint.map(|loaded| loaded.value).unwrap_or_default();
    found.push(("baseline", baseline(&config, session, &root)));
    found.push(("pipeline", pipeline_file(&root)));
    found.extend(tools(&config, session, &root));
    let config = tests.map(|loaded| loaded.value).unwrap_or_default();
    found.extend(phpunit::checks(&config, session, &root).into_iter().map(|finding| ("tests", finding)));
    let config = scan.map(|loaded| loaded.value).unwrap_or_default();
    found.extend(trivy::checks(&config, session, &root).into_iter().map(|finding| ("scan", finding)));
    found.push(("Bitbucket", bitbucket(args, &pipeline, session, repo.ok().as_ref()).await));
    found
}

fn git(env: &Env) -> Finding {
    match which::which_in("git", env.get("PATH"), "/") {
        Ok(path) => Finding::fine(path.display().to_string()),
        Err(_) => Finding::broken("no git program in PATH", "install git"),
    }
}

fn no_repository(error: &git::Error) -> Finding {
    let mend = error
        .hint()
        .unwrap_or_else(|| "run this in a clone; only `gate` without --changed-lines works here".to_owned());
    Finding::missing(error.to_string(), mend)
}

/// A shallow clone is deepened when needed, which costs time and needs access.
async fn history(repo: &Repo) -> Finding {
    match repo.is_shallow().await {
        Ok(false) => Finding::fine("the whole history is here"),
        Ok(true) => Finding::missing(
            "the clone is shallow; --changed-lines deepens it as far as it needs",
            "`clone: depth: full` in bitbucket-pipelines.yml saves that step its fetches",
        ),
        Err(error) => no_repository(&error),
    }
}

/// The first section that cannot be read is what is said of the file.
fn configuration(lint: &Result<config::Config<Config>>, others: &[Option<&Failure>], session: &Session) -> Finding {
    match (lint, others.iter().copied().flatten().next()) {
        (Err(failure), _) | (_, Some(failure)) => Finding::of(failure),
        (Ok(config::Config { path: Some(path), .. }), None) => {
            Finding::fine(files::shown(path, &session.dir).to_string())
        }
        (Ok(_), None) => Finding::missing(
            format!("no {}: the defaults are in force", config::FILE_NAME),
            "`stepgate init` writes a commented one",
        ),
    }
}

/// The schema that `init` left for editors, when it is there.
fn schema(root: &Path) -> Option<Finding> {
    let name = schema::FILE_NAME;
    let path = root.join(name);
    if !path.exists() {
        return None;
    }
    Some(match files::read(&path, 1 << 20) {
        Ok(bytes) if bytes == schema::CONFIG.as_bytes() => Finding::fine(name),
        Ok(_) => Finding::missing(
            format!("{name} is of another version; editors check the config by it, stepgate does not"),
            format!("`stepgate schema config > {name}` renews it"),
        ),
        Err(failure) => Finding::of(&failure),
    })
}

fn baseline(config: &Config, session: &Session, root: &Path) -> Finding {
    let path = root.join(config.baseline_path());
    let shown = files::shown(&path, &session.dir).to_string();
    if !path.exists() {
        return Finding::missing(
            format!("no {shown}: every finding counts"),
            "`stepgate lint baseline create reports/*` writes down the debt that is there",
        );
    }
    let text = match files::read(&path, u64::MAX) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(failure) => return Finding::of(&failure),
    };
    match findings::baseline::Baseline::parse(&text) {
        Ok(baseline) => Finding::fine(format!("{shown}, {} entries", baseline.entries().len())),
        Err(error) => Finding::broken(
            format!("{shown}: {error}"),
            "mend that line by hand, or write all anew: `stepgate lint baseline create --force reports/*`",
        ),
    }
}

fn pipeline_file(root: &Path) -> Finding {
    let name = init::PIPELINE_NAME;
    if !root.join(name).exists() {
        return Finding::missing(format!("no {name}"), "`stepgate init` writes one, `stepgate init --print` shows it");
    }
    match files::read(&root.join(name), 1 << 20) {
        Ok(bytes) if String::from_utf8_lossy(&bytes).contains("stepgate") => Finding::fine(name),
        Ok(_) => {
            Finding::missing(format!("{name} does not call stepgate"), "`stepgate init --print` shows the steps to add")
        }
        Err(failure) => Finding::of(&failure),
    }
}

/// Each tool that `stepgate lint run` would run, and each that is configured and not installed.
fn tools(config: &Config, session: &Session, root: &Path) -> Vec<Checked> {
    let found: Vec<Checked> = stepgate_lint::installed(config, &session.env, root)
        .filter_map(|tool| {
            let own = tool.config?;
            Some(match tool.program {
                Some(program) => Finding::fine(format!("{}: {} with {own}", tool.name, program.display())),
                None => Finding::broken(
                    format!("{}: {own} is here, the program is neither in vendor/bin nor in PATH", tool.name),
                    tool.install,
                ),
            })
        })
        .map(|finding| ("tool", finding))
        .collect();
    if found.is_empty() {
        let mend = "`stepgate lint gate` still judges reports that are made elsewhere";
        return vec![("tool", Finding::missing("no tool is configured here", mend))];
    }
    found
}

/// Whether the API lets us in, with the cheapest question that needs the scope that publishing needs.
async fn bitbucket(args: &Args, pipeline: &Pipeline, session: &Session, repo: Option<&Repo>) -> Finding {
    let publish = step::args::PublishArgs { publish: step::args::Publish::Always, ..args.publish.clone() };
    let target = match Target::find(&publish, pipeline, &session.env, repo).await {
        Ok(Some(target)) => target,
        Ok(None) => return Finding::missing("nothing to publish to", "run this in a clone of a Bitbucket repository"),
        Err(failure) => {
            let mend = failure.hints().first().cloned().unwrap_or_default();
            return Finding::missing(failure.to_string(), mend);
        }
    };
    match target.repository().commit(&target.commit).reports().list().send().await {
        Ok(_) => Finding::fine(format!("{target}: Code Insights can be read")),
        Err(error) if error.status().is_some_and(|status| status.as_u16() == UNAUTHORIZED) => Finding::broken(
            error.to_string(),
            "nobody knows these credentials (any more): make new ones, and see that the variable holds all of them",
        ),
        Err(error) if error.is_denied() => Finding::broken(
            error.to_string(),
            "give the token the scopes repository and pullrequest (read:repository:bitbucket, write:pullrequest:bitbucket)",
        ),
        Err(error) => {
            Finding::broken(error.to_string(), "check the workspace, the repository, and that the commit was pushed")
        }
    }
}

/// Not who somebody is, in HTTP (RFC 9110, section 15.5.2).
const UNAUTHORIZED: u16 = 401;
