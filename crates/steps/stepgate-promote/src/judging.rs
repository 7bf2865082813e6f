//! What guardrails look at, gathered for one state of the repository.

use attest::{Claim, Evidence, Question};
use gitops::{Image, Refusal};
use jiff::{SignedDuration, Timestamp};
use promotion::model::Approvals;
use promotion::policy::Concurrency;
use promotion::{Facts, Flight, Identity, Kind, Known, Plan, Request, judge};
use step::{Failure, Result};

use crate::args::{MoveArgs, Wanted};
use crate::repository::Repository;
use crate::state::State;
use crate::write;

/// What is known of people, for all requests of one call.
pub(crate) struct People {
    pub(crate) who: Identity,
    pub(crate) approvals: Known<Approvals>,
}

/// A change that nobody has judged for so long is not on its way any more.
const FLIGHT: SignedDuration = SignedDuration::from_hours(24);

/// Where branches of proposals begin: `stepgate/orders-api/production`.
pub(crate) const BRANCHES: &str = "stepgate/";

/// Evaluates every guardrail of each request.
pub(crate) async fn plans(
    requests: &[Request],
    people: &People,
    repository: &Repository,
    state: &State<'_>,
    now: Timestamp,
) -> Result<Vec<Plan>> {
    let proposed = proposals(repository).await;
    let unjudged = unjudged(state, requests, now).await?;
    let mut plans = Vec::with_capacity(requests.len());
    for request in requests {
        let evidence = evidence(state, request, now).await?;
        let flights = proposed.clone().map(|mut flights| {
            flights.retain(|it| !is_own(it, requests));
            flights.extend(unjudged.iter().cloned());
            flights
        });
        let facts = Facts {
            policy: &state.policy,
            now,
            standings: &state.standings,
            holds: &state.holds,
            evidence: &evidence,
            who: &people.who,
            approvals: &people.approvals,
            flights: &flights,
        };
        plans.push(judge(request, &facts));
    }
    Ok(plans)
}

/// What the bundle of the image proves.
pub(crate) async fn evidence(state: &State<'_>, request: &Request, now: Timestamp) -> Result<Evidence> {
    match &request.image.digest {
        Some(digest) => of_digest(state, &request.service, digest, now).await,
        None => Ok(Evidence::default()),
    }
}

/// What the bundle of an image proves.
pub(crate) async fn of_digest(
    state: &State<'_>,
    service: &str,
    digest: &gitops::Digest,
    now: Timestamp,
) -> Result<Evidence> {
    let bundle = state.bundle(service, digest).await?.unwrap_or_default();
    let question = Question { service, digest: digest.hex(), now };
    Ok(attest::examine(&bundle, &state.policy.trust(), &question))
}

fn is_own(flight: &Flight, requests: &[Request]) -> bool {
    requests.iter().any(|it| it.service == flight.service && it.environment == flight.environment)
}

/// Pull requests that are open for an image: they are told by their branches.
async fn proposals(repository: &Repository) -> Known<Vec<Flight>> {
    let api = match repository.api() {
        Ok(api) => api,
        // Without Bitbucket there are no pull requests.
        Err(_) if !repository.is_on_bitbucket() => return Ok(Vec::new()),
        Err(unknown) => return Err(unknown),
    };
    let open = api.repository.pull_requests().list().state(&bitbucket::PullRequestState::Open).all().await;
    let open = open.map_err(|error| crate::repository::unanswered("cannot list pull requests", &error))?;
    let flight = |open: &bitbucket::PullRequest| {
        let branch = &open.source.as_ref()?.branch.as_ref()?.name;
        let (services, environments) = branch.strip_prefix(BRANCHES)?.split_once('/')?;
        let pairs = services.split('+').flat_map(|service| environments.split('+').map(move |it| (service, it)));
        Some(
            pairs
                .map(|(service, environment)| Flight {
                    service: service.to_owned(),
                    environment: environment.to_owned(),
                    pull_request: Some(open.id),
                    what: format!("pull request {}", open.id),
                })
                .collect::<Vec<_>>(),
        )
    };
    Ok(open.iter().filter_map(flight).flatten().collect())
}

/// What stands somewhere since less than a day, where somebody may attest its health and nobody has.
async fn unjudged(state: &State<'_>, requests: &[Request], now: Timestamp) -> Result<Vec<Flight>> {
    let mut flights = Vec::new();
    for ((service, environment), standing) in &state.standings {
        let (Some(since), Ok(image)) = (standing.since, &standing.image) else { continue };
        let (Some(digest), true) = (&image.digest, now.duration_since(since) < FLIGHT) else { continue };
        let is_asked_for = requests.iter().any(|request| {
            let counts = match state.policy.environment(environment).concurrency {
                Concurrency::Service => request.service == *service,
                Concurrency::Environment => true,
                Concurrency::Unlimited => false,
            };
            counts && request.environment == *environment
        });
        if !is_asked_for
            || !may_be_judged(state, environment)
            || is_judged(state, service, environment, digest, now).await?
        {
            continue;
        }
        let tag = image.tag.as_ref().map_or_else(|| image.to_string(), ToString::to_string);
        let what = format!("{service} {tag}, there since {} and not judged yet", write::utc(since));
        flights.push(Flight { service: service.clone(), environment: environment.clone(), pull_request: None, what });
    }
    Ok(flights)
}

/// Whether there is a key that may say how healthy an environment is.
fn may_be_judged(state: &State<'_>, environment: &str) -> bool {
    let may = |key: &attest::TrustedKey| {
        key.may_sign.contains(&Claim::Health)
            && key.environments.as_ref().is_none_or(|names| names.iter().any(|name| name == environment))
    };
    state.policy.trust().keys.iter().any(may)
}

/// Whether somebody said how healthy it is, since it stands there.
async fn is_judged(
    state: &State<'_>,
    service: &str,
    environment: &str,
    digest: &gitops::Digest,
    now: Timestamp,
) -> Result<bool> {
    let since = state.standings.get(&(service.to_owned(), environment.to_owned())).and_then(|it| it.since);
    let evidence = of_digest(state, service, digest, now).await?;
    Ok(evidence
        .accepted
        .iter()
        .any(|it| it.claim == Claim::Health && it.environment.as_deref() == Some(environment) && it.at >= since))
}

/// What somebody wants, in the state as it is now: of each service to each environment.
pub(crate) fn requests(args: &MoveArgs, state: &State<'_>) -> Result<Vec<Request>> {
    let waves = state.policy.waves(&args.to).map_err(|refusal| refused("cannot tell where to", refusal))?;
    let kind = match (args.hotfix, &args.reason) {
        (true, Some(reason)) => Kind::Hotfix { reason: reason.clone() },
        _ => Kind::Promotion,
    };
    let mut requests = Vec::new();
    for wanted in &args.services {
        if requests.iter().any(|it: &Request| it.service == wanted.service) {
            return Err(Failure::usage(format!("{} is named twice", wanted.service)));
        }
        requests.extend(of_service(wanted, args, &waves, &kind, state)?);
    }
    Ok(requests)
}

/// Of the first wave that does not have the image yet; of the last one when all have it.
fn of_service(
    wanted: &Wanted,
    args: &MoveArgs,
    waves: &[Vec<&str>],
    kind: &Kind,
    state: &State<'_>,
) -> Result<Vec<Request>> {
    let mut found = Vec::new();
    for wave in waves {
        let goes_there =
            |environment: &&&str| state.standings.contains_key(&(wanted.service.clone(), (**environment).to_owned()));
        found.clear();
        for environment in wave.iter().filter(goes_there) {
            let image = match &wanted.image {
                Some(image) => image.clone(),
                None => standing_before(&wanted.service, environment, args.from.as_deref(), state)?,
            };
            let (service, environment, kind) = (wanted.service.clone(), (*environment).to_owned(), kind.clone());
            found.push(Request { service, environment, image, kind });
        }
        if found.iter().any(|request| !is_there(request, state)) {
            return Ok(found);
        }
    }
    if found.is_empty() {
        // The policy says why.
        let environment = waves.first().and_then(|wave| wave.first()).copied().unwrap_or(args.to.as_str());
        let image = Image { name: nowhere(&wanted.service, state)?, tag: None, digest: None };
        state.policy.wish(&wanted.service, environment, image).map_err(|refusal| refused("cannot plan", refusal))?;
    }
    Ok(found)
}

fn nowhere(service: &str, state: &State<'_>) -> Result<gitops::Name> {
    let known = || state.policy.services.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    state.policy.services.get(service).map(|it| it.image.clone()).ok_or_else(|| {
        Failure::usage(format!("there is no service `{service}`")).hint(format!("promotion.yaml has {}", known()))
    })
}

/// Whether the image stands there already.
pub(crate) fn is_there(request: &Request, state: &State<'_>) -> bool {
    let standing = state.standings.get(&(request.service.clone(), request.environment.clone()));
    standing.and_then(|it| it.image.as_ref().ok()).is_some_and(|image| {
        image.digest.is_some() && image.digest == request.image.digest && image.tag == request.image.tag
    })
}

/// The image of the environment before.
fn standing_before(service: &str, environment: &str, from: Option<&str>, state: &State<'_>) -> Result<Image> {
    let of_policy = state.policy.environment(environment);
    let before: Vec<&str> = match from {
        Some(from) => vec![from],
        None => of_policy.from.iter().chain(&of_policy.from_any).map(String::as_str).collect(),
    };
    let hint = "say which image: SERVICE=IMAGE, or which environment it comes from: --from";
    let mut images: Vec<(&str, &Image)> = Vec::new();
    for from in before {
        let standing = state
            .standings
            .get(&(service.to_owned(), from.to_owned()))
            .ok_or_else(|| Failure::usage(format!("`{service}` does not go to `{from}`")).hint("see promotion.yaml"))?;
        let image = standing.image.as_ref().map_err(|why| {
            Failure::input(format!("cannot tell which image of {service} stands in {from}")).because(why.clone())
        })?;
        if images.iter().all(|(_, other)| other.digest != image.digest || image.digest.is_none()) {
            images.push((from, image));
        }
    }
    match images.as_slice() {
        [(_, image)] => Ok((*image).clone()),
        [] => Err(Failure::usage(format!("no environment comes before `{environment}`")).hint(hint)),
        several => {
            let shown: Vec<String> = several.iter().map(|(from, image)| format!("{from} has {image}")).collect();
            Err(Failure::usage(format!("the environments before `{environment}` differ: {}", shown.join(", ")))
                .hint(hint))
        }
    }
}

/// What the policy or a file in the repository does not allow.
pub(crate) fn refused(what: &str, refusal: Refusal) -> Failure {
    let hint = refusal.hint.clone();
    Failure::input(what.to_owned()).because(refusal.to_string()).hint_if(hint)
}
