//! What is where, why, since when, and what is missing: the answer of `status`.

use attest::{Claim, Evidence, Holding, Need, Outcome};
use gitops::Image;
use jiff::Timestamp;

use crate::calendar;
use crate::hold::{Hold, Holds};
use crate::model::{Standing, Standings};
use crate::policy::{Environment, Freeze, Policy, Require};

/// The whole board.
#[derive(Clone, Debug)]
pub struct Board {
    /// Now.
    pub now: Timestamp,
    /// The environments, in order of promotion.
    pub environments: Vec<String>,
    /// The services, by name.
    pub rows: Vec<Row>,
    /// Every emergency stop in force, those of no one service too.
    pub holds: Vec<Hold>,
    /// Freezes in force now, in words.
    pub freezes: Vec<String>,
}

/// A service.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name.
    pub service: String,
    /// One for each environment of the board; `None`: the service does not go there.
    pub cells: Vec<Option<Cell>>,
}

/// A service in an environment.
#[derive(Clone, Debug)]
pub struct Cell {
    /// The environment.
    pub environment: String,
    /// What stands there.
    pub standing: Standing,
    /// Whether it was found healthy here since it stands here: `None` when nobody said.
    pub health: Option<bool>,
    /// What the next environments ask of this image, and how it stands with it: claim in the words of the policy.
    pub attestations: Vec<(String, Holding)>,
    /// The emergency stops that are in force here.
    pub holds: Vec<Hold>,
    /// What differs from an environment before this one.
    pub drift: Vec<Drift>,
}

/// What an environment before this one has instead.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Drift {
    /// Which environment.
    pub environment: String,
    /// What stands there.
    pub image: Image,
    /// Since when.
    pub since: Option<Timestamp>,
}

/// Makes the board of every service and environment that the policy names.
///
/// `evidence` gives what the bundle of an image proves, by service and digest (`sha256:` and its digits, as the image has
/// it); `None`: there is no bundle. What is not there shows as missing, never as good.
#[must_use]
pub fn board(
    policy: &Policy,
    standings: &Standings,
    holds: &Holds,
    evidence: &dyn Fn(&str, &str) -> Option<Evidence>,
    now: Timestamp,
) -> Board {
    let environments: Vec<String> = policy.order().into_iter().map(str::to_owned).collect();
    let demands: Vec<_> = environments.iter().map(|environment| Demand::after(policy, environment)).collect();
    let in_force: Vec<Hold> = holds.holds.iter().filter(|hold| hold.is_in_force(now)).cloned().collect();
    let view = View { policy, standings, holds: &in_force, evidence, now };
    let row = |service: &String| Row {
        service: service.clone(),
        cells: environments.iter().zip(&demands).map(|(at, demands)| view.cell(service, at, demands)).collect(),
    };
    let rows = policy.services.keys().map(row).collect();
    let freezes = freezes(policy, &environments, now);
    Board { now, environments, rows, holds: in_force, freezes }
}

/// What cells are made of.
struct View<'a> {
    policy: &'a Policy,
    standings: &'a Standings,
    /// Those in force.
    holds: &'a [Hold],
    evidence: &'a dyn Fn(&str, &str) -> Option<Evidence>,
    now: Timestamp,
}

impl View<'_> {
    fn cell(&self, service: &str, environment: &str, demands: &[Demand]) -> Option<Cell> {
        self.policy.services.get(service)?.environments.get(environment)?;
        let key = (service.to_owned(), environment.to_owned());
        let standing = self.standings.get(&key).cloned().unwrap_or_else(|| Standing {
            image: Err("nothing is known of what stands there".to_owned()),
            since: None,
            commit: None,
            author: None,
            record: None,
            before: Vec::new(),
        });
        let digest = standing.image.as_ref().ok().and_then(|image| image.digest.as_ref());
        let evidence = digest.and_then(|digest| (self.evidence)(service, digest.as_str())).unwrap_or_default();
        let holds = self.holds.iter().filter(|hold| concerns(hold, service, environment)).cloned();
        Some(Cell {
            environment: environment.to_owned(),
            health: health(&evidence, environment, standing.since),
            attestations: self.attestations(demands, &evidence),
            holds: holds.collect(),
            drift: self.drift(service, environment, &standing),
            standing,
        })
    }

    /// How it stands with each demand; of two for the same claim that come out alike, one.
    fn attestations(&self, demands: &[Demand], evidence: &Evidence) -> Vec<(String, Holding)> {
        let mut answers: Vec<(String, Holding)> = Vec::new();
        for demand in demands {
            let answer = (demand.words(), evidence.holds(&demand.need(self.now)));
            if !answers.contains(&answer) {
                answers.push(answer);
            }
        }
        answers
    }

    /// The environments before this one that have another image.
    fn drift(&self, service: &str, environment: &str, standing: &Standing) -> Vec<Drift> {
        let Ok(here) = &standing.image else { return Vec::new() };
        let Some(guardrails) = self.policy.environments.get(environment) else { return Vec::new() };
        guardrails
            .before()
            .filter_map(|before| {
                let key = (service.to_owned(), before.to_owned());
                let there = self.standings.get(&key)?;
                let image = there.image.as_ref().ok().filter(|image| differ(here, image))?.clone();
                Some(Drift { environment: key.1, image, since: there.since })
            })
            .collect()
    }
}

/// What an environment further on asks of the image that stands in one before it.
struct Demand {
    require: Require,
    /// Where a claim about an environment is to be made.
    environment: Option<String>,
}

impl Demand {
    /// Everything that is asked by environments that come right after this one.
    fn after(policy: &Policy, environment: &str) -> Vec<Self> {
        let follows = |next: &Environment| next.before().any(|before| before == environment);
        let mut demands: Vec<Self> = Vec::new();
        for next in policy.environments.values().filter(|next| follows(next)) {
            for require in &next.require {
                let of_environment = require.claim.is_of_environment();
                let at = of_environment.then(|| require.environment.as_deref().unwrap_or(environment).to_owned());
                let demand = Self { require: require.clone(), environment: at };
                if !demands
                    .iter()
                    .any(|known| known.environment == demand.environment && known.require == demand.require)
                {
                    demands.push(demand);
                }
            }
        }
        demands
    }

    /// `tests`, `health in staging`.
    fn words(&self) -> String {
        match &self.environment {
            Some(environment) => format!("{} in {environment}", self.require.claim),
            None => self.require.claim.to_string(),
        }
    }

    fn need(&self, now: Timestamp) -> Need<'_> {
        Need {
            claim: &self.require.claim,
            environment: self.environment.as_deref(),
            keys: self.require.keys,
            by: &self.require.by,
            max_age: self.require.max_age.as_ref().map(|age| age.0),
            since: None,
            now,
        }
    }
}

/// The newest word on how the rollout went that is of this environment and not from before the image came here. A FAIL
/// beats a PASS of the same time, and every PASS when it says no time.
fn health(evidence: &Evidence, environment: &str, since: Option<Timestamp>) -> Option<bool> {
    let here = evidence
        .accepted
        .iter()
        .filter(|accepted| accepted.claim == Claim::Health && accepted.environment.as_deref() == Some(environment));
    let counts = here.filter(|accepted| match accepted.at {
        Some(at) => since.is_none_or(|since| at >= since),
        None => accepted.outcome == Outcome::Fail,
    });
    let newest = counts.max_by_key(|accepted| {
        let fails = accepted.outcome == Outcome::Fail;
        (accepted.at.is_none(), accepted.at, fails)
    })?;
    Some(newest.outcome == Outcome::Pass)
}

/// By digest, where both have one.
fn differ(one: &Image, other: &Image) -> bool {
    match (&one.digest, &other.digest) {
        (Some(one), Some(other)) => one != other,
        _ => one != other,
    }
}

/// Whether it stops anything from going to the environment of the service.
fn concerns(hold: &Hold, service: &str, environment: &str) -> bool {
    let is = |text: &Option<String>, name: &str| text.as_deref().is_none_or(|text| text == name);
    is(&hold.service, service) && is(&hold.environment, environment)
}

/// The freezes that are on, each once: `staging, production: stocktaking, until 2026-12-01 06:00 UTC`.
fn freezes(policy: &Policy, environments: &[String], now: Timestamp) -> Vec<String> {
    let mut frozen: Vec<(&Freeze, Vec<&str>)> = Vec::new();
    for environment in environments {
        for freeze in calendar::freezes(policy, environment, now) {
            match frozen.iter_mut().find(|(known, _)| *known == freeze) {
                Some((_, places)) => places.push(environment),
                None => frozen.push((freeze, vec![environment])),
            }
        }
    }
    let words = |(freeze, places): (&Freeze, Vec<&str>)| {
        let places = if places.len() == environments.len() { "everywhere".to_owned() } else { places.join(", ") };
        let until = freeze
            .when
            .at(now)
            .until
            .map(|until| until.strftime(", until %Y-%m-%d %H:%M UTC").to_string())
            .unwrap_or_default();
        format!("{places}: {}{until}", freeze.reason)
    };
    frozen.into_iter().map(words).collect()
}

#[cfg(test)]
mod tests;
