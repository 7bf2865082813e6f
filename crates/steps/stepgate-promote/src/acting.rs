//! The commit that carries out plans: images, attested deployments, holds.

use std::collections::BTreeMap;

use attest::{Claim, Envelope, SigningKey};
use gitops::{Digest, FileChange, Image, Record, Rules, Source};
use jiff::Timestamp;
use landing::{Draft, File, Landed, Next, Snapshot};
use promotion::deployment::{Actor, PolicyRef, Spoken};
use promotion::model::Approval;
use promotion::trail::Found;
use promotion::{Action, Deployment, Holds, Identity, Kind, Plan, Proof, State as Says};
use step::{Failure, Result};

use crate::judging::refused;
use crate::report::{Done, Report};
use crate::repository::{Committing, Repository, cannot_change};
use crate::state::State;

/// A commit in the making, on top of one state of the repository.
pub(crate) struct Change<'a> {
    state: &'a State<'a>,
    committing: &'a Committing,
    now: Timestamp,
    files: BTreeMap<String, Vec<u8>>,
    records: Vec<Record>,
    moves: Vec<gitops::Move>,
}

/// Who does something, and who said yes to it.
#[derive(Clone, Debug, Default)]
pub(crate) struct By<'a> {
    pub(crate) who: Identity,
    pub(crate) approvals: &'a [Approval],
    pub(crate) pull_request: Option<u64>,
}

impl<'a> Change<'a> {
    pub(crate) fn new(state: &'a State<'a>, committing: &'a Committing, now: Timestamp) -> Self {
        Self { state, committing, now, files: BTreeMap::new(), records: Vec::new(), moves: Vec::new() }
    }

    /// Puts the images of `plans` where they are wanted: all of them, or none.
    pub(crate) async fn images(&mut self, plans: &[Plan]) -> Result<()> {
        let mut wishes = Vec::with_capacity(plans.len());
        for plan in plans {
            let request = &plan.request;
            let wish = self.state.policy.wish(&request.service, &request.environment, request.image.clone());
            wishes.push(wish.map_err(|refusal| refused("cannot put the image there", refusal))?);
            self.records.push(Record {
                service: Some(request.service.clone()),
                environment: Some(request.environment.clone()),
                image: request.image.clone(),
                source: source(self.state, plan),
            });
        }
        let mut files = BTreeMap::new();
        for file in wishes.iter().flat_map(|wish| &wish.targets).map(|target| &target.file) {
            if let Some(content) = self.state.file(file).await? {
                files.insert(file.clone(), content);
            }
        }
        // Whether it may be this image has been judged; here it is only written.
        let rules =
            Rules { allow_latest: true, allow_downgrade: true, require_digest: true, insert: true, ..Rules::default() };
        let plan = gitops::plan(&wishes, &files, &rules);
        let plan = plan.map_err(|refusal| refused("cannot put the image there", refusal))?;
        self.files.extend(plan.files.into_iter().map(|FileChange { file, after, .. }| (file, after)));
        self.moves.extend(plan.moves);
        Ok(())
    }

    /// Attests what is done to the image of `plan`, when there is a key. `heads` are the deployments before.
    pub(crate) async fn attest(&mut self, action: Action, plan: &Plan, by: &By<'_>, found: &[Found]) -> Result<()> {
        let request = &plan.request;
        let Some(digest) = &request.image.digest else { return Ok(()) };
        let evidence = crate::judging::evidence(self.state, request, self.now).await?;
        let deployment = Deployment {
            action,
            service: request.service.clone(),
            environment: request.environment.clone(),
            image: request.image.to_string(),
            replaced: plan.from.as_ref().map(ToString::to_string),
            at: self.now,
            by: actor(&by.who),
            reason: reason(&request.kind),
            policy: Some(PolicyRef { commit: self.state.tip.clone(), sha256: self.state.policy_sha256.clone() }),
            onto: self.state.tip.clone(),
            previous: previous(found, &request.service, &request.environment),
            guardrails: plan.guardrails.iter().map(spoken).collect(),
            input_attestations: evidence.accepted.iter().map(|accepted| accepted.sha256.clone()).collect(),
            approved_by: by.approvals.iter().map(approver).collect(),
            pull_request: by.pull_request,
        };
        self.add(&request.service, digest, &deployment).await
    }

    /// Attests that an image is held in an environment of its service, or released there. `found` are the deployments before.
    pub(crate) async fn attest_stop(
        &mut self,
        action: Action,
        (service, environment): (&str, &str),
        image: &Image,
        (who, reason): (&Identity, &str),
        found: &[Found],
    ) -> Result<()> {
        let Some(digest) = &image.digest else { return Ok(()) };
        let deployment = Deployment {
            action,
            service: service.to_owned(),
            environment: environment.to_owned(),
            image: image.to_string(),
            replaced: None,
            at: self.now,
            by: actor(who),
            reason: Some(reason.to_owned()),
            policy: None,
            onto: self.state.tip.clone(),
            previous: previous(found, service, environment),
            guardrails: Vec::new(),
            input_attestations: Vec::new(),
            approved_by: Vec::new(),
            pull_request: None,
        };
        self.add(service, digest, &deployment).await
    }

    async fn add(&mut self, service: &str, digest: &Digest, deployment: &Deployment) -> Result<()> {
        let Some(key) = &self.committing.key else { return Ok(()) };
        let line = signed(deployment, key)?;
        self.lines(service, digest, line.as_bytes()).await
    }

    /// Adds lines to a bundle, each once.
    pub(crate) async fn lines(&mut self, service: &str, digest: &Digest, lines: &[u8]) -> Result<()> {
        let file = gitops::bundle_path(service, digest);
        let there = match self.files.get(&file) {
            Some(there) => Some(there.clone()),
            None => self.state.file(&file).await?,
        };
        let merged = gitops::merge_bundle(there.as_deref(), &[lines])
            .map_err(|error| Failure::input(format!("cannot add to {file}")).because(error))?;
        self.files.insert(file, merged);
        Ok(())
    }

    /// Makes the emergency stops these.
    pub(crate) fn holds(&mut self, holds: &Holds) {
        self.files.insert(promotion::hold::FILE.to_owned(), holds.to_yaml().into_bytes());
    }

    /// The commit; nothing when no file changes. `subject` stands on top; without one it is made of the images.
    pub(crate) async fn draft(self, subject: Option<&str>) -> Result<Option<Draft>> {
        let mut files = Vec::with_capacity(self.files.len());
        for (path, content) in self.files {
            if self.state.file(&path).await?.as_ref() != Some(&content) {
                files.push(File { path, content });
            }
        }
        if files.is_empty() {
            return Ok(None);
        }
        let subject = subject.map(|subject| subject.replace('{', "{{").replace('}', "}}"));
        let message = gitops::message(subject.as_deref(), &self.records, &self.moves)
            .map_err(|error| Failure::bug("cannot make the message of the commit").because(error.to_string()))?;
        let (author, time) = (self.committing.author.clone(), Some(self.now.as_second()));
        Ok(Some(Draft { message, author, files, time }))
    }
}

/// Pushes what `look` makes of the tip of the branch: judged again for each new tip, just before it is pushed. Gives what was
/// reported of the last one.
pub(crate) async fn push(
    repository: &Repository,
    committing: &Committing,
    look: impl AsyncFn(&str) -> Result<(Report, Next)>,
) -> Result<Report> {
    let mut last = None;
    let plan = async |snapshot: &Snapshot<'_>| {
        let (report, next) = look(&snapshot.commit).await?;
        last = Some(report);
        Ok::<_, Failure>(next)
    };
    let landed = landing::push(&repository.remote, &repository.options(committing), plan).await;
    let landed = landed.map_err(|error| cannot_change(repository, error))?;
    let mut report = last.ok_or_else(|| Failure::bug("nothing was judged"))?;
    if let Landed::Committed { commit, attempts, .. } = landed {
        report.done = Done::Committed { commit, attempts };
    }
    report.notes.extend(repository.take_notes());
    Ok(report)
}

/// One line of a bundle.
fn signed(deployment: &Deployment, key: &SigningKey) -> Result<String> {
    let statement = deployment.statement().map_err(|why| Failure::bug("cannot attest the deployment").because(why))?;
    Ok(Envelope::sign(&statement, &[key]).to_json())
}

/// What the image was built from: what is on record of it where it stands already.
fn source(state: &State<'_>, plan: &Plan) -> Source {
    let is_it = |record: &&Record| {
        record.service.as_ref() == Some(&plan.request.service) && record.image.digest == plan.request.image.digest
    };
    let standings = state.standings.values().filter_map(|standing| standing.record.as_ref());
    standings.filter(is_it).map(|record| record.source.clone()).next().unwrap_or_default()
}

/// The deployment that the next one of a service in an environment follows.
fn previous(found: &[Found], service: &str, environment: &str) -> Option<String> {
    let of_it: Vec<Found> = found
        .iter()
        .filter(|it| it.deployment.service == service && it.deployment.environment == environment)
        .cloned()
        .collect();
    promotion::trail::head(&of_it).map(|head| head.sha256.clone())
}

/// Every deployment of a service that is attested and counts.
pub(crate) async fn deployments(state: &State<'_>, service: &str, now: Timestamp) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    for digest in state.bundles(service).await? {
        let evidence = crate::judging::of_digest(state, service, &digest, now).await?;
        for accepted in evidence.accepted.iter().filter(|accepted| accepted.claim == Claim::Deployment) {
            if let Ok(deployment) = Deployment::of(&accepted.statement) {
                found.push(Found { sha256: accepted.sha256.clone(), keys: accepted.keys.clone(), deployment });
            }
        }
    }
    Ok(found)
}

fn reason(kind: &Kind) -> Option<String> {
    match kind {
        Kind::Promotion => None,
        Kind::Hotfix { reason } | Kind::Rollback { reason } => Some(reason.clone()),
    }
}

fn actor(who: &Identity) -> Actor {
    let proof = match who.proof {
        Proof::Shown(_) => "shown",
        Proof::Claimed | Proof::Nobody | Proof::Failed(_) => "claimed",
    };
    Actor { uuid: who.uuid.clone(), name: who.name.clone(), proof: proof.to_owned() }
}

fn approver(approval: &Approval) -> Actor {
    Actor { uuid: Some(approval.uuid.clone()), name: approval.name.clone(), proof: "shown".to_owned() }
}

fn spoken(guardrail: &promotion::Guardrail) -> Spoken {
    let state = match guardrail.state {
        Says::Met => "met",
        Says::NotMet => "not met",
        Says::NotYet(_) => "not yet",
        Says::Unknown { .. } => "unknown",
    };
    Spoken { name: guardrail.name.to_string(), state: state.to_owned(), why: guardrail.why.clone() }
}
