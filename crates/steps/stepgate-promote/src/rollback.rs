//! `rollback`: back to an image that was there before. A commit that goes forward, and a hold on what was there.

use attest::{Claim, Holding, Need};
use gitops::{Digest, Image};
use jiff::Timestamp;
use landing::Next;
use promotion::model::{Approvals, Earlier};
use promotion::{Action, Hold, Identity, Kind, Plan, Request, Verdict};
use step::progress::Progress;
use step::{Exit, Failure, Place, Result, Session};

use crate::acting::{By, Change, deployments, push};
use crate::args::RollbackArgs;
use crate::config::Config;
use crate::identity::{self, name};
use crate::judging::{People, is_there, of_digest, plans};
use crate::report::{Done, Report};
use crate::repository::{Committing, Repository};
use crate::state::{Depth, State};

/// So many images back it is looked for one that was healthy.
const EARLIER: usize = 50;

/// Rolls back.
pub(crate) async fn rollback(args: &RollbackArgs, session: &mut Session) -> Result<Exit> {
    let place = Place::<Config>::find("promote", &args.repo.config, session).await?;
    let repository = Repository::open(&args.repo, &place, session).await?;
    let committing = repository.committing(&args.commit, &place, session).await?;
    let who = identity::who(&repository, &place.pipeline, session).await;
    let back = Back { args, repository: &repository, committing: &committing, who, clock: session.clock.clone() };
    let report = {
        let progress = Progress::new(session);
        let look = async |tip: &str| back.look(tip).await;
        progress.during(&format!("changing {}", repository.name()), push(&repository, &committing, look)).await?
    };
    report.tell(&args.output, &place, session)
}

struct Back<'a> {
    args: &'a RollbackArgs,
    repository: &'a Repository,
    committing: &'a Committing,
    who: Identity,
    clock: http::Clock,
}

impl Back<'_> {
    async fn look(&self, tip: &str) -> Result<(Report, Next)> {
        let RollbackArgs { service, environment, reason, .. } = self.args;
        let depth = Depth::Earlier { service, environment, most: EARLIER };
        let state = State::read(self.repository.scratch()?, tip, depth).await?;
        let now = self.clock.now();
        let image = self.image(&state, now).await?;
        let kind = Kind::Rollback { reason: reason.clone() };
        let request = Request { service: service.clone(), environment: environment.clone(), image, kind };
        let people = People { who: self.who.clone(), approvals: Ok(Approvals::default()) };
        let plans = plans(std::slice::from_ref(&request), &people, self.repository, &state, now).await?;
        let mut report = Report::new(self.repository, &state, plans, Done::Judged, now);
        if is_there(&request, &state) {
            report.done = Done::There;
            return Ok((report, Next::Stop));
        }
        if report.verdict() != Verdict::Met || self.args.dry_run {
            return Ok((report, Next::Stop));
        }
        let mut change = Change::new(&state, self.committing, now);
        change.images(&report.plans).await?;
        for plan in &report.plans {
            self.attest(plan, &state, &mut change, now).await?;
        }
        let draft = change.draft(None).await?;
        Ok((report, draft.map_or(Next::Stop, Next::Commit)))
    }

    /// What is done, and the hold on the image that goes: it does not come back by itself.
    async fn attest(&self, plan: &Plan, state: &State<'_>, change: &mut Change<'_>, now: Timestamp) -> Result<()> {
        let RollbackArgs { service, environment, reason, .. } = self.args;
        let found = deployments(state, service, now).await?;
        let by = By { who: self.who.clone(), ..By::default() };
        change.attest(Action::RolledBack, plan, &by, &found).await?;
        let Some(gone @ Image { digest: Some(bad), .. }) = &plan.from else { return Ok(()) };
        let hold = Hold {
            service: Some(service.clone()),
            environment: Some(environment.clone()),
            digest: Some(bad.to_string()),
            reason: format!("rolled back: {reason}"),
            by: name(&self.who),
            since: now,
            until: None,
        };
        let mut holds = state.holds.clone();
        holds.add(hold);
        change.holds(&holds);
        let why = (&self.who, reason.as_str());
        change.attest_stop(Action::Held, (service, environment), gone, why, &found).await
    }

    /// The image that is named, or the last one that was found healthy there.
    async fn image(&self, state: &State<'_>, now: Timestamp) -> Result<Image> {
        let RollbackArgs { service, environment, to, .. } = self.args;
        let standing = state.standings.get(&(service.clone(), environment.clone())).ok_or_else(|| {
            Failure::usage(format!("`{service}` does not go to `{environment}`")).hint("see promotion.yaml")
        })?;
        let current = standing.image.as_ref().ok().and_then(|image| image.digest.clone());
        if let Some(digest) = to {
            let here = standing.image.as_ref().ok();
            let mut known = standing.before.iter().filter_map(|it| it.image.as_ref().ok()).chain(here);
            return known.find(|image| image.digest.as_ref() == Some(digest)).cloned().ok_or_else(|| {
                Failure::input(format!(
                    "{digest} never stood in {environment}, as far as the last {EARLIER} images tell"
                ))
                .hint("see `stepgate promote history`")
            });
        }
        let needs_health = state.policy.environment(environment).rollback.verified.unwrap_or(true);
        for Earlier { image, .. } in &standing.before {
            let Ok(image) = image else { continue };
            let Some(digest) = image.digest.as_ref().filter(|digest| Some(*digest) != current.as_ref()) else {
                continue;
            };
            if !needs_health || self.was_healthy(digest, state, now).await? {
                return Ok(image.clone());
            }
        }
        Err(Failure::input(format!("no earlier image of {service} was found healthy in {environment}"))
            .hint("name one that stood there with --to, when the policy says `rollback: { verified: false }`"))
    }

    async fn was_healthy(&self, digest: &Digest, state: &State<'_>, now: Timestamp) -> Result<bool> {
        let evidence = of_digest(state, &self.args.service, digest, now).await?;
        let environment = Some(self.args.environment.as_str());
        let need = Need { claim: &Claim::Health, environment, keys: 1, by: &[], max_age: None, since: None, now };
        Ok(matches!(evidence.holds(&need), Holding::Holds { .. }))
    }
}
