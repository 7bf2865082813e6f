//! The document `stepgate.promote-status/v1`.

use std::io::{self, Write};

use attest::Holding;
use gitops::Image;
use jiff::Timestamp;
use promotion::board::{Cell, Drift, Row};
use promotion::model::Earlier;
use promotion::{Board, Hold};
use schemars::JsonSchema;
use serde::Serialize;

use crate::write::{Context, words};

/// Its JSON Schema, made from the types that are written.
pub const SCHEMA: &str = include_str!("../../../schema/promote-status.schema.json");

/// What is where, why, since when, and what is missing, `stepgate.promote-status/v1`. Times are RFC 3339, in UTC.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(title = "stepgate.promote-status/v1")]
pub(super) struct Document {
    /// `stepgate.promote-status/v1`.
    schema: &'static str,
    /// `stepgate-promote`.
    program: &'static str,
    /// Of the program.
    version: &'static str,
    /// The GitOps repository, without credentials.
    repository: String,
    /// Its branch.
    branch: String,
    /// The commit at the tip of the branch.
    tip: String,
    /// The commit that `promotion.yaml` was read from.
    policy_commit: String,
    /// The SHA-256 of `promotion.yaml`, as hexadecimal digits.
    policy_sha256: String,
    /// The time that ages are told by.
    now: String,
    /// The environments, in order of promotion.
    environments: Vec<String>,
    /// The emergency stops that are in force.
    holds: Vec<Stop>,
    /// The freezes that are on, in words.
    freezes: Vec<String>,
    /// The services, by name.
    services: Vec<Service>,
}

/// A service.
#[derive(Debug, JsonSchema, Serialize)]
struct Service {
    /// Its name.
    service: String,
    /// Where it runs, in order of promotion.
    environments: Vec<Place>,
}

/// A service in an environment.
#[derive(Debug, JsonSchema, Serialize)]
struct Place {
    /// The environment.
    environment: String,
    /// What stands there; left out when `problem` says why that cannot be told.
    image: Option<Picture>,
    /// Why it cannot be told.
    problem: Option<String>,
    /// Since when it stands there without a break; left out: since before the history that is known.
    since: Option<String>,
    /// The commit of the GitOps repository that put it there.
    commit: Option<String>,
    /// Who made that commit, as it says itself.
    author: Option<String>,
    /// What it was built from, as that commit says.
    source: Option<Origin>,
    /// `healthy` or `unhealthy`, by the newest attestation since it stands there; `unknown`: nobody said.
    health: &'static str,
    /// What the next environments ask of it.
    attestations: Vec<Attested>,
    /// The emergency stops that are in force there.
    holds: Vec<Stop>,
    /// What environments before this one have instead.
    drift: Vec<Other>,
    /// What stood there before, newest first, as far as it was looked up.
    before: Vec<Past>,
}

/// An image.
#[derive(Debug, JsonSchema, Serialize)]
struct Picture {
    /// All of it: `registry.example/shop/api:1.4.1@sha256:…`.
    reference: String,
    /// Where it is kept.
    name: String,
    /// What it is called there.
    tag: Option<String>,
    /// `sha256:…`.
    digest: Option<String>,
}

/// What an image was built from.
#[derive(Debug, JsonSchema, Serialize)]
struct Origin {
    /// Where the source is.
    repository: Option<String>,
    /// Its full hash.
    commit: Option<String>,
    /// The number of the build.
    build: Option<u64>,
    /// Where to look at the build.
    pipeline: Option<String>,
}

/// How it stands with a claim.
#[derive(Debug, JsonSchema, Serialize)]
struct Attested {
    /// In the words of the policy: `tests`, `health in staging`.
    claim: String,
    /// `holds`, `missing`, `failed`, `too old`, `too few keys`.
    state: &'static str,
    /// By which keys it was said.
    keys: Vec<String>,
    /// Since when it holds, or when it was last said.
    at: Option<String>,
    /// For `too few keys`: so many said so …
    have: Option<usize>,
    /// … and so many are needed.
    want: Option<usize>,
}

/// An emergency stop.
#[derive(Debug, JsonSchema, Serialize)]
struct Stop {
    /// Which service; left out: every one.
    service: Option<String>,
    /// Which environment; left out: every one.
    environment: Option<String>,
    /// Only this image.
    digest: Option<String>,
    /// Why.
    reason: String,
    /// Who, as far as known.
    by: Option<String>,
    /// Since when.
    since: String,
    /// Until when; left out: until it is released.
    until: Option<String>,
}

/// What another environment has.
#[derive(Debug, JsonSchema, Serialize)]
struct Other {
    /// Which.
    environment: String,
    /// What stands there.
    image: Picture,
    /// Since when.
    since: Option<String>,
}

/// What stood there before.
#[derive(Debug, JsonSchema, Serialize)]
struct Past {
    /// What; left out when `problem` says why that cannot be told.
    image: Option<Picture>,
    /// Why it cannot be told.
    problem: Option<String>,
    /// Since when it stood there.
    since: Option<String>,
    /// The commit that put it there.
    commit: Option<String>,
}

pub(super) fn write(board: &Board, context: &Context, out: &mut dyn Write) -> io::Result<()> {
    let Context { repository, branch, tip, policy_commit, policy_sha256, now } = context.clone();
    let document = Document {
        schema: "stepgate.promote-status/v1",
        program: "stepgate-promote",
        version: env!("CARGO_PKG_VERSION"),
        repository,
        branch,
        tip,
        policy_commit,
        policy_sha256,
        now: now.to_string(),
        environments: board.environments.clone(),
        holds: board.holds.iter().map(Stop::from).collect(),
        freezes: board.freezes.clone(),
        services: board.rows.iter().map(Service::from).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

fn time(at: Option<Timestamp>) -> Option<String> {
    at.as_ref().map(Timestamp::to_string)
}

/// An image, or why it cannot be told.
fn picture(image: &Result<Image, String>) -> (Option<Picture>, Option<String>) {
    match image {
        Ok(image) => (Some(image.into()), None),
        Err(problem) => (None, Some(problem.clone())),
    }
}

impl From<&Row> for Service {
    fn from(row: &Row) -> Self {
        Self { service: row.service.clone(), environments: row.cells.iter().flatten().map(Place::from).collect() }
    }
}

impl From<&Cell> for Place {
    fn from(cell: &Cell) -> Self {
        let standing = &cell.standing;
        let (image, problem) = picture(&standing.image);
        Self {
            environment: cell.environment.clone(),
            image,
            problem,
            since: time(standing.since),
            commit: standing.commit.clone(),
            author: standing.author.clone(),
            source: standing.record.as_ref().map(|record| Origin::from(&record.source)),
            health: words::health(cell.health),
            attestations: cell.attestations.iter().map(Attested::from).collect(),
            holds: cell.holds.iter().map(Stop::from).collect(),
            drift: cell.drift.iter().map(Other::from).collect(),
            before: standing.before.iter().map(Past::from).collect(),
        }
    }
}

impl From<&Image> for Picture {
    fn from(image: &Image) -> Self {
        Self {
            reference: image.to_string(),
            name: image.name.as_str().to_owned(),
            tag: image.tag.as_ref().map(|tag| tag.as_str().to_owned()),
            digest: image.digest.as_ref().map(|digest| digest.as_str().to_owned()),
        }
    }
}

impl From<&gitops::record::Source> for Origin {
    fn from(source: &gitops::record::Source) -> Self {
        let gitops::record::Source { repository, commit, build, pipeline } = source.clone();
        Self { repository, commit, build, pipeline }
    }
}

impl From<&(String, Holding)> for Attested {
    fn from((claim, holding): &(String, Holding)) -> Self {
        let said = |keys: &[String], at: &Option<Timestamp>| (keys.to_vec(), time(*at), None, None);
        let (keys, at, have, want) = match holding {
            Holding::Holds { keys, since, .. } => said(keys, since),
            Holding::Failed { keys, at, .. } => said(keys, at),
            Holding::TooOld { at } => said(&[], at),
            Holding::TooFew { have, want } => (Vec::new(), None, Some(*have), Some(*want)),
            Holding::Missing => said(&[], &None),
        };
        Self { claim: claim.clone(), state: words::holding_word(holding), keys, at, have, want }
    }
}

impl From<&Hold> for Stop {
    fn from(hold: &Hold) -> Self {
        let Hold { service, environment, digest, reason, by, since, until } = hold.clone();
        Self { service, environment, digest, reason, by, since: since.to_string(), until: time(until) }
    }
}

impl From<&Drift> for Other {
    fn from(drift: &Drift) -> Self {
        Self { environment: drift.environment.clone(), image: (&drift.image).into(), since: time(drift.since) }
    }
}

impl From<&Earlier> for Past {
    fn from(earlier: &Earlier) -> Self {
        let (image, problem) = picture(&earlier.image);
        Self { image, problem, since: time(earlier.since), commit: earlier.commit.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_schema_is_made_from_the_types_that_are_written() {
        crate::write::tests::is_up_to_date(&schemars::schema_for!(Document), SCHEMA, "promote-status");
    }
}
