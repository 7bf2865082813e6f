//! `stepgate attest verify`: for this service and image, which claims hold, by which key, since when?

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use attest::{Claim, Envelope, Evidence, Holding, Need, Question, Statement, Trust, TrustedKey, examine, lines};
use clap::ArgGroup;
use jiff::Timestamp;
use promotion::Policy;
use promotion::policy::Span;
use serde::Deserialize as _;
use serde::de::IntoDeserializer as _;
use serde::de::value::Error as ValueError;
use step::words::say;
use step::{Exit, Failure, Result, Session, files};

use super::keys;

mod answer;

/// Arguments of `stepgate attest verify`.
#[derive(Debug, clap::Args)]
#[command(group = ArgGroup::new("trusted").required(true))]
pub(super) struct Args {
    /// The bundle: one DSSE envelope a line; `-` is standard input
    bundle: PathBuf,
    /// The policy that says which key may sign what: promotion.yaml, from the protected branch
    #[arg(long, value_name = "FILE", group = "trusted")]
    policy: Option<PathBuf>,
    /// A public key that may sign everything, in place of a policy
    #[arg(long, value_name = "PUB", group = "trusted")]
    key: Option<PathBuf>,
    /// The service, as the policy calls it
    #[arg(long)]
    service: String,
    /// The image: `sha256:` and 64 hexadecimal digits
    #[arg(long, value_parser = digest)]
    digest: String,
    /// A claim that has to hold: lint, tests, scan, manifests, provenance, health, deployment, or the URI of a predicate
    /// type; may be given several times [default: every claim that is there]
    #[arg(long = "claim", value_name = "CLAIM")]
    claims: Vec<Claim>,
    /// The environment that health and deployment are about [default: any]
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// How old a statement may be: `12h`, `7d`
    #[arg(long, value_name = "TIME", value_parser = span)]
    max_age: Option<Duration>,
    /// By how many different keys each claim has to be signed
    #[arg(long, value_name = "N", default_value_t = 1)]
    threshold: usize,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// The largest policy that is read, in bytes.
const LARGEST_POLICY: u64 = 8 << 20;

pub(super) fn run(args: &Args, session: &mut Session) -> Result<Exit> {
    let bundle = super::read_bundle(&args.bundle, session)?;
    let trust = match (&args.policy, &args.key) {
        (Some(path), _) => read_policy(path, session)?.trust(),
        (None, Some(path)) => trust_in(path, &bundle, session)?,
        (None, None) => return Err(Failure::usage("give --policy or --key")),
    };
    let now = session.clock.now();
    let evidence = examine(&bundle, &trust, &Question { service: &args.service, digest: &args.digest, now });
    let asked = args.asked(&evidence);
    let answers: Vec<_> = asked.iter().map(|claim| (claim, evidence.holds(&args.need(claim, now)))).collect();
    let holds = answers.iter().all(|(_, answer)| matches!(answer, Holding::Holds { .. }));
    let passes = holds && !answers.is_empty() && !evidence.accepted.is_empty();
    let text = if args.json {
        answer::json(args, passes, &answers, &evidence)
    } else {
        answer::text(args, passes, &answers, &evidence)
    };
    say(session, &text)?;
    Ok(if passes { Exit::Pass } else { Exit::Fail })
}

impl Args {
    /// The claims that have to hold.
    fn asked(&self, evidence: &Evidence) -> Vec<Claim> {
        let there = || evidence.accepted.iter().map(|one| one.claim.clone());
        let asked: BTreeSet<_> =
            if self.claims.is_empty() { there().collect() } else { self.claims.iter().cloned().collect() };
        asked.into_iter().collect()
    }

    fn need<'n>(&'n self, claim: &'n Claim, now: Timestamp) -> Need<'n> {
        let environment = self.environment.as_deref().filter(|_| claim.is_of_environment());
        Need { claim, environment, keys: self.threshold, by: &[], max_age: self.max_age, since: None, now }
    }
}

fn digest(text: &str) -> Result<String, String> {
    let digits = text.strip_prefix("sha256:").unwrap_or(text);
    if digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(digits.to_ascii_lowercase())
    } else {
        Err("give it as `sha256:` and 64 hexadecimal digits; a tag can be moved to another image".to_owned())
    }
}

fn span(text: &str) -> Result<Duration, String> {
    let span: Result<Span, ValueError> = Span::deserialize(text.into_deserializer());
    span.map(|Span(duration)| duration).map_err(|error| error.to_string())
}

fn read_policy(path: &Path, session: &Session) -> Result<Policy> {
    let bytes = files::read(&keys::from_here(path, session), LARGEST_POLICY)?;
    let name = path.display();
    let text = String::from_utf8(bytes)
        .map_err(|error| Failure::input(format!("cannot use {name}: it is no UTF-8")).because(error))?;
    Policy::read(&text).map_err(|error| {
        let line = error.line.map(|line| format!(":{line}")).unwrap_or_default();
        let column = error.column.map(|column| format!(":{column}")).unwrap_or_default();
        Failure::input(format!("cannot use {name}{line}{column}: {error}")).hint_if(error.hint)
    })
}

/// One key, which may say everything that is in the bundle, of every service.
fn trust_in(path: &Path, bundle: &[u8], session: &Session) -> Result<Trust> {
    let key = keys::public(&keys::from_here(path, session))?;
    let claims: BTreeSet<Claim> = lines(bundle)
        .filter_map(|(_, line)| Statement::parse(&Envelope::parse(line).ok()?.payload).ok())
        .filter_map(|statement| Claim::of(&statement).ok())
        .map(|(claim, ..)| claim)
        .collect();
    let key = TrustedKey {
        name: path.display().to_string(),
        key,
        may_sign: claims.into_iter().collect(),
        services: Some(vec!["*".to_owned()]),
        environments: None,
        valid_from: None,
        valid_until: None,
        revoked: None,
    };
    Ok(Trust { keys: vec![key] })
}
