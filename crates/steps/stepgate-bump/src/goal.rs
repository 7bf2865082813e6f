//! What is wanted: which image, of which service, in which environment, and where it is to stand.

use std::collections::BTreeMap;

use gitops::{Image, Target, Wish};
use landing::Snapshot;
use promotion::Policy;
use promotion::policy::FILE as PROMOTION;
use step::{Failure, Pipeline, Result};
use yaml_edit::Yaml;

use crate::args::{PlaceArgs, Wanted, named};
use crate::config::Config;
use crate::put::Stopped;

/// One image in one environment.
#[derive(Clone, Debug)]
pub(crate) struct Goal {
    pub(crate) service: Option<String>,
    pub(crate) environment: Option<String>,
    pub(crate) image: Image,
    pub(crate) targets: Targets,
}

/// Where it is to stand.
#[derive(Clone, Debug)]
pub(crate) enum Targets {
    /// There.
    Named(Vec<Target>),
    /// Where `promotion.yaml` says.
    Promotion,
    /// Wherever the image stands below a directory; in all places, or in the only one.
    Search { dir: String, all: bool },
}

/// Every image in every environment, as arguments and config have it.
pub(crate) fn goals(images: &[Wanted], args: &PlaceArgs, config: &Config, pipeline: &Pipeline) -> Result<Vec<Goal>> {
    let environments = environments(args, config, pipeline)?;
    let mut goals: Vec<Goal> = Vec::new();
    for wanted in images {
        let service = wanted.service.as_ref().or(args.service.as_ref()).or(config.service.as_ref()).cloned();
        if goals.iter().any(|goal| goal.service == service) {
            let which = service.as_deref().map_or_else(|| "no service".to_owned(), |name| format!("service {name}"));
            return Err(Failure::usage(format!("cannot put two images for {which}"))
                .hint("say which is whose: `api=registry/shop/api:1.2 worker=registry/shop/worker:1.2`"));
        }
        let image = &wanted.image;
        let goal = |environment: Option<&String>| {
            let targets = targets(args, config, service.as_ref(), environment)?;
            Ok(Goal { service: service.clone(), environment: environment.cloned(), image: image.clone(), targets })
        };
        let made: Result<Vec<_>> = match environments.as_slice() {
            [] => Ok(vec![goal(None)?]),
            named => named.iter().map(|name| goal(Some(name))).collect(),
        };
        goals.extend(made?);
    }
    Ok(goals)
}

/// The environments: of the command line, of the pipeline, or the only one there is.
fn environments(args: &PlaceArgs, config: &Config, pipeline: &Pipeline) -> Result<Vec<String>> {
    if !args.environment.is_empty() {
        return Ok(args.environment.clone());
    }
    if let Some(deployment) = &pipeline.deployment {
        let name = deployment.to_lowercase().replace(' ', "-");
        return named(&name).map(|name| vec![name]).map_err(|what| Failure::usage(what).hint("give --environment"));
    }
    match config.environments.keys().collect::<Vec<_>>()[..] {
        [] => Ok(Vec::new()),
        [only] => Ok(vec![only.clone()]),
        ref several => {
            let names = several.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
            Err(Failure::usage("cannot tell for which environment").hint(format!("give --environment: {names}")))
        }
    }
}

fn targets(
    args: &PlaceArgs,
    config: &Config,
    service: Option<&String>,
    environment: Option<&String>,
) -> Result<Targets> {
    if let Some(dir) = &args.search {
        let dir = dir.trim_start_matches("./").trim_end_matches('/');
        let dir = if dir == "." { String::new() } else { dir.to_owned() };
        return Ok(Targets::Search { dir, all: args.all });
    }
    if !args.target.is_empty() {
        let named = args.target.iter().map(|target| Target {
            file: target.file.clone(),
            path: target.path.clone(),
            document: None,
            all: args.all,
        });
        return Ok(Targets::Named(named.collect()));
    }
    let configured = environment.and_then(|name| config.environments.get(name)).map(|it| it.targets.clone());
    if let Some(configured) = configured.filter(|targets| !targets.is_empty()) {
        return Ok(Targets::Named(configured));
    }
    if service.is_some() && environment.is_some() {
        return Ok(Targets::Promotion);
    }
    Err(Failure::usage("cannot tell where the image is to stand")
        .hint("give --target FILE:PATH, or --search DIR to look for the image")
        .hint(format!("or --service and --environment, when {PROMOTION} in the GitOps repository says it")))
}

/// What is wanted of the repository as it is now, with the policy that it has, and the files that it is about.
pub(crate) async fn wishes(
    goals: &[Goal],
    policy: Option<&Policy>,
    snapshot: &Snapshot<'_>,
) -> Result<(Vec<Wish>, BTreeMap<String, Vec<u8>>), Stopped> {
    let mut files = BTreeMap::new();
    let mut wishes = Vec::with_capacity(goals.len());
    for goal in goals {
        let targets = match &goal.targets {
            Targets::Named(targets) => targets.clone(),
            Targets::Promotion => {
                let policy = policy.ok_or_else(|| {
                    no_file(PROMOTION)
                        .hint("give --target FILE:PATH, or configure `bump.environments` in stepgate.yaml")
                })?;
                let (service, environment) = (text(&goal.service), text(&goal.environment));
                policy.wish(service, environment, goal.image.clone())?.targets
            }
            Targets::Search { dir, all } => search(snapshot, dir, *all, goal, &mut files).await?,
        };
        let named: Vec<&str> = targets.iter().map(|target| target.file.as_str()).collect();
        snapshot.prefetch(&named).await.map_err(Stopped::landing)?;
        for target in &targets {
            if !files.contains_key(&target.file) {
                let content = snapshot.read(&target.file).await.map_err(Stopped::landing)?;
                let content = content.ok_or_else(|| no_file(&target.file))?;
                files.insert(target.file.clone(), content);
            }
        }
        let Goal { service, environment, image, .. } = goal.clone();
        wishes.push(Wish { service, environment, image, targets });
    }
    Ok((wishes, files))
}

fn text(name: &Option<String>) -> &str {
    name.as_deref().unwrap_or_default()
}

/// The places of the image in the YAML files below `dir`. What is no YAML, as the templates of charts, holds none.
async fn search(
    snapshot: &Snapshot<'_>,
    dir: &str,
    all: bool,
    goal: &Goal,
    files: &mut BTreeMap<String, Vec<u8>>,
) -> Result<Vec<Target>, Stopped> {
    let mut names = snapshot.files(dir).await.map_err(Stopped::landing)?;
    names.retain(|name| name.ends_with(".yaml") || name.ends_with(".yml"));
    snapshot.prefetch(&names.iter().map(String::as_str).collect::<Vec<_>>()).await.map_err(Stopped::landing)?;
    let mut places = Vec::new();
    for file in names {
        let Some(content) = snapshot.read(&file).await.map_err(Stopped::landing)? else { continue };
        let Ok(yaml) = Yaml::read(&content) else { continue };
        let found = gitops::find(&file, &yaml, Some(&goal.image.name));
        if !found.is_empty() {
            places.extend(found);
            files.insert(file, content);
        }
    }
    let place = if dir.is_empty() { "the GitOps repository".to_owned() } else { format!("{dir} of it") };
    match places.len() {
        0 => Err(Failure::input(format!("nothing in {place} holds {}", goal.image.name)).into()),
        count if count == 1 || all => Ok(targets_of(&places)),
        _ => {
            let listed = places.iter().map(|place| format!("{}:{} {}", place.file, place.line, place.path));
            let failure = Failure::input(format!("{} stands in several places of {place}", goal.image.name));
            let failure = listed.take(20).fold(failure, Failure::excerpt);
            Err(failure.hint("name the one with --target FILE:PATH, or take them all with --all").into())
        }
    }
}

/// Each place as a target of its own.
fn targets_of(places: &[gitops::Place]) -> Vec<Target> {
    let target = |place: &gitops::Place| Target {
        file: place.file.clone(),
        path: Some(place.path.clone()),
        document: Some(place.document),
        all: false,
    };
    places.iter().map(target).collect()
}

fn no_file(file: &str) -> Failure {
    Failure::input(format!("there is no {file} in the GitOps repository"))
}
