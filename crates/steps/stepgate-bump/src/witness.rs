//! What this program can say itself, when it has a key: from which commit an image was built, and that it was put
//! somewhere.

use attest::claim::{PROVENANCE, Provenance};
use attest::{Accepted, Claim, Envelope, Evidence, Question, SigningKey, Statement, Subject, Trust, TrustedKey};
use gitops::{Digest, FileChange, Image, Plan, Source, Wish, bundle_path};
use jiff::Timestamp;
use landing::Snapshot;
use promotion::deployment::{Actor, PolicyRef};
use promotion::trail::{self, Found};
use promotion::{Action, Deployment, Policy};
use step::{Failure, Result, Session, signing, words};

use crate::attestations::{Attestations, Bundle};
use crate::goal::Goal;
use crate::guard;
use crate::put::Stopped;

/// Where it looks for builds of Bitbucket.
const BITBUCKET: &str = "https://bitbucket.org";

/// Who has a key, and what is the same in all of its statements.
pub(crate) struct Witness {
    key: SigningKey,
    source: Source,
    by: Actor,
    at: Timestamp,
}

/// What statements are made from.
pub(crate) struct Scene<'s> {
    pub(crate) policy: &'s Policy,
    /// The policy in the repository, when there is one.
    pub(crate) policy_ref: Option<PolicyRef>,
    pub(crate) plan: &'s Plan,
    pub(crate) snapshot: &'s Snapshot<'s>,
    /// What a pull request of ours proposes already: its branch as it is now.
    pub(crate) proposed: Option<&'s Snapshot<'s>>,
    /// Whether it will be a pull request.
    pub(crate) proposes: bool,
}

/// What is known of one image.
struct Known {
    /// The bundle in the repository and what is carried.
    there: Evidence,
    /// Statements of our own that a pull request has already: made anew they would differ by their time alone.
    proposed: Vec<(Accepted, Vec<u8>)>,
}

/// Who signs what, from what the environment has; `None` without a key. What will not be signed is told.
///
/// # Errors
///
/// The key is none.
pub(crate) fn find(source: &Source, goals: &[Goal], session: &mut Session) -> Result<Option<Witness>> {
    let Some(key) = signing::key(&session.env)? else { return Ok(None) };
    for goal in goals {
        let what = match (&goal.service, &goal.image.digest) {
            (None, _) => "service",
            (_, None) => "digest",
            _ => continue,
        };
        words::warn(session, &format!("nothing is signed about {}: its {what} is not known", goal.image));
    }
    if source.commit.as_deref().is_none_or(|commit| !is_whole(commit)) {
        words::warn(session, "no provenance is signed: the commit that was built from is not known (--source-commit)");
    }
    let uuid = session.env.get("BITBUCKET_STEP_TRIGGERER_UUID").map(str::to_owned);
    let by = Actor { uuid, name: source.pipeline.clone(), proof: "claimed".to_owned() };
    Ok(Some(Witness { key, source: source.clone(), by, at: session.clock.now() }))
}

impl Witness {
    /// What is to go into the bundle of each image, besides what is carried.
    pub(crate) async fn statements(
        &self,
        wishes: &[Wish],
        carried: &Attestations,
        scene: &Scene<'_>,
    ) -> Result<Vec<Bundle>, Stopped> {
        let mut bundles: Vec<Bundle> = Vec::new();
        for wish in wishes {
            let (Some(service), Some(digest)) = (&wish.service, &wish.image.digest) else { continue };
            if digest.algorithm() != "sha256" {
                continue;
            }
            let known = self.known(service, digest, carried, scene).await?;
            let is_first = bundles.iter().all(|bundle| (&bundle.service, &bundle.digest) != (service, digest));
            let mut statements = Vec::new();
            if is_first {
                statements.extend(self.provenance(wish, service, &known));
            }
            statements.extend(self.deployment(wish, service, &known, scene).await?);
            bundles.push(Bundle { service: service.clone(), digest: digest.clone(), statements });
        }
        Ok(bundles)
    }

    async fn known(
        &self,
        service: &str,
        digest: &Digest,
        carried: &Attestations,
        scene: &Scene<'_>,
    ) -> Result<Known, Stopped> {
        let there = read(scene.snapshot, service, digest).await?;
        let carried: Vec<&[u8]> = carried.of(service).collect();
        // What cannot be carried is told where it is.
        let there = gitops::merge_bundle(Some(&there), &carried).unwrap_or(there);
        let mut proposed = Vec::new();
        if let Some(snapshot) = scene.proposed {
            let bundle = read(snapshot, service, digest).await?;
            let lines: Vec<&[u8]> = bundle.split(|byte| *byte == b'\n').collect();
            let ours = attest::examine(&bundle, &Trust { keys: vec![self.trusted()] }, &self.question(service, digest));
            proposed = ours
                .accepted
                .into_iter()
                .filter_map(|accepted| {
                    let line = lines.get(accepted.line.checked_sub(1)?)?.to_vec();
                    Some((accepted, line))
                })
                .collect();
        }
        Ok(Known { there: self.examine(&there, service, digest, scene.policy), proposed })
    }

    /// That the image was built from the commit, unless somebody who is trusted has said from which. Two commits for one
    /// image, as a build that changes nothing makes, would contradict each other.
    fn provenance(&self, wish: &Wish, service: &str, known: &Known) -> Option<Vec<u8>> {
        let commit = self.source.commit.as_deref().filter(|commit| is_whole(commit))?;
        if !known.there.commits.is_empty() {
            return None;
        }
        if let Some((_, line)) = known.proposed.iter().find(|(it, _)| it.claim == Claim::Provenance) {
            return Some(line.clone());
        }
        let repository = self.source.repository.as_ref().map(|slugs| format!("{BITBUCKET}/{slugs}"));
        let provenance = Provenance {
            repository: repository.as_deref(),
            commit,
            builder: repository.as_deref().unwrap_or("stepgate-bump"),
            run: self.source.pipeline.as_deref(),
            at: self.at,
        };
        let digest = wish.image.digest.as_ref()?;
        let subject = Subject::image(wish.image.name.as_str(), digest.as_str()).of_service(service);
        Some(self.sign(&Statement::new(vec![subject], PROVENANCE, provenance.predicate())))
    }

    /// That the image was put there, or is proposed to be, where it was not there already.
    async fn deployment(
        &self,
        wish: &Wish,
        service: &str,
        known: &Known,
        scene: &Scene<'_>,
    ) -> Result<Option<Vec<u8>>, Stopped> {
        let Some(environment) = &wish.environment else { return Ok(None) };
        let is_moved =
            scene.plan.moves.iter().any(|it| (&it.service, &it.environment) == (&wish.service, &wish.environment));
        if !is_moved {
            return Ok(None);
        }
        let replaced = replaced(wish, &scene.plan.files);
        let mut chain = links(&known.there, environment);
        let before = match replaced.as_ref().and_then(|image| image.digest.as_ref()) {
            Some(digest) => {
                let bundle = read(scene.snapshot, service, digest).await?;
                self.examine(&bundle, service, digest, scene.policy)
            }
            None => Evidence::default(),
        };
        chain.extend(links(&before, environment));
        let deployment = Deployment {
            action: if scene.proposes { Action::Proposed } else { Action::Bumped },
            service: service.to_owned(),
            environment: environment.clone(),
            image: wish.image.to_string(),
            replaced: replaced.map(|image| image.to_string()),
            // What comes behind another is not before it, also when that came while this was on its way.
            at: chain.iter().map(|link| link.deployment.at).fold(self.at, Timestamp::max),
            by: self.by.clone(),
            reason: None,
            policy: scene.policy_ref.clone(),
            onto: scene.snapshot.commit.clone(),
            previous: trail::head(&chain).map(|link| link.sha256.clone()),
            guardrails: Vec::new(),
            input_attestations: known.there.accepted.iter().map(|accepted| accepted.sha256.clone()).collect(),
            approved_by: Vec::new(),
            pull_request: None,
        };
        let is_the_same = |(accepted, _): &&(Accepted, Vec<u8>)| {
            Deployment::of(&accepted.statement).is_ok_and(|there| is_same(&there, &deployment))
        };
        if let Some((_, line)) = known.proposed.iter().find(is_the_same) {
            return Ok(Some(line.clone()));
        }
        let statement = deployment.statement().map_err(|why| {
            Failure::bug(format!("cannot say that {service} was put into {environment}")).because(why)
        })?;
        Ok(Some(self.sign(&statement)))
    }

    fn examine(&self, bundle: &[u8], service: &str, digest: &Digest, policy: &Policy) -> Evidence {
        let mut trust = policy.trust();
        trust.keys.push(self.trusted());
        attest::examine(bundle, &trust, &self.question(service, digest))
    }

    fn question<'q>(&self, service: &'q str, digest: &'q Digest) -> Question<'q> {
        Question { service, digest: digest.hex(), now: self.at }
    }

    /// Our own word counts for what we say here.
    fn trusted(&self) -> TrustedKey {
        TrustedKey {
            name: "this build's".to_owned(),
            key: self.key.public(),
            may_sign: vec![Claim::Provenance, Claim::Deployment],
            services: None,
            environments: None,
            valid_from: None,
            valid_until: None,
            revoked: None,
        }
    }

    fn sign(&self, statement: &Statement) -> Vec<u8> {
        Envelope::sign(statement, &[&self.key]).to_json().into_bytes()
    }
}

/// Whether two deployments differ by their time, and by what came onto the branch meanwhile, alone.
fn is_same(there: &Deployment, ours: &Deployment) -> bool {
    let rest = |it: &Deployment| Deployment {
        at: Timestamp::UNIX_EPOCH,
        onto: String::new(),
        by: Actor::default(),
        policy: None,
        input_attestations: Vec::new(),
        ..it.clone()
    };
    rest(there) == rest(ours)
}

/// The deployments of an environment.
fn links(evidence: &Evidence, environment: &str) -> Vec<Found> {
    let is_link = |it: &&Accepted| it.claim == Claim::Deployment && it.environment.as_deref() == Some(environment);
    let found = |it: &Accepted| {
        let deployment = Deployment::of(&it.statement).ok()?;
        Some(Found { sha256: it.sha256.clone(), keys: it.keys.clone(), deployment })
    };
    evidence.accepted.iter().filter(is_link).filter_map(found).collect()
}

/// The image that stands where the first of the targets is, in the words of the file.
fn replaced(wish: &Wish, files: &[FileChange]) -> Option<Image> {
    let found = wish.targets.iter().find_map(|target| {
        let change = files.iter().find(|change| change.file == target.file)?;
        guard::standing(&change.before, target, &wish.image.name)?.into_iter().next()
    })?;
    Some(Image {
        name: found.name.unwrap_or_else(|| wish.image.name.clone()),
        tag: found.tag.and_then(|tag| tag.parse().ok()),
        digest: found.digest.and_then(|digest| digest.parse().ok()),
    })
}

/// The bundle of an image; empty when there is none.
async fn read(snapshot: &Snapshot<'_>, service: &str, digest: &Digest) -> Result<Vec<u8>, Stopped> {
    Ok(snapshot.read(&bundle_path(service, digest)).await.map_err(Stopped::landing)?.unwrap_or_default())
}

fn is_whole(commit: &str) -> bool {
    matches!(commit.len(), 40 | 64) && commit.bytes().all(|byte| byte.is_ascii_hexdigit())
}
