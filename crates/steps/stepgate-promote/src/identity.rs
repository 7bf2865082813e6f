//! Who asks.
//!
//! In a step, variables say who triggered it, and pipeline variables override them: only what Bitbucket says of the
//! step's own token counts. On a laptop an API token shows whose it is. Everything else is a claim.

use bitbucket::oidc::WhoError;
use promotion::{Identity, Proof, Unknown};
use step::{Pipeline, Session};

use crate::repository::{Api, Repository, unanswered};

/// The step's token, which Bitbucket signs: `oidc: true` in the step.
/// <https://support.atlassian.com/bitbucket-cloud/docs/integrate-pipelines-with-resource-servers-using-oidc/>
const TOKEN: &str = "BITBUCKET_STEP_OIDC_TOKEN";

/// Who triggered this step, by its own account.
const TRIGGERER: &str = "BITBUCKET_STEP_TRIGGERER_UUID";

/// Finds out who asks, as well as it can be known here.
pub(crate) async fn who(repository: &Repository, pipeline: &Pipeline, session: &Session) -> Identity {
    let shown = match (session.env.get(TOKEN), repository.api()) {
        (Some(token), Ok(api)) => of_step(token, api, pipeline, session).await,
        (None, Ok(api)) if !pipeline.in_step => of_token(api, session).await,
        (None, Ok(_)) => Identity {
            proof: Proof::Failed(Unknown {
                why: format!("the step has no {TOKEN}; give it `oidc: true`"),
                remote: false,
            }),
            ..Identity::default()
        },
        (_, Err(unknown)) => Identity { proof: Proof::Failed(unknown), ..Identity::default() },
    };
    if matches!(shown.proof, Proof::Shown(_)) {
        return shown;
    }
    let claimed = claimed(session, repository).await;
    match shown.proof {
        // Why it cannot be shown says more than that it is only claimed.
        Proof::Failed(_) => Identity { proof: shown.proof, ..claimed.unwrap_or_default() },
        _ => claimed.unwrap_or_default(),
    }
}

async fn of_step(token: &str, api: &Api, pipeline: &Pipeline, session: &Session) -> Identity {
    let Some(repo) = &pipeline.repo else {
        let why = "the repository of the step is not known".to_owned();
        return Identity { proof: Proof::Failed(Unknown { why, remote: false }), ..Identity::default() };
    };
    match api.client.who_triggered(&api.workspace, repo, token, session.clock.now()).await {
        Ok(triggered) => Identity {
            uuid: Some(triggered.uuid.clone()),
            proof: Proof::Shown(triggered.how()),
            name: triggered.display_name,
        },
        Err(error) => {
            let remote = matches!(error, WhoError::Api(_));
            let unknown = Unknown { why: format!("failed to {}", words(&error)), remote };
            Identity { proof: Proof::Failed(unknown), ..Identity::default() }
        }
    }
}

/// The account of a person's own API token.
async fn of_token(api: &Api, session: &Session) -> Identity {
    if session.env.get("STEPGATE_BITBUCKET_API_TOKEN").is_none() {
        return Identity::default();
    }
    match api.client.current_user().await {
        Ok(user) if user.uuid.is_some() => Identity {
            uuid: user.uuid,
            name: user.display_name,
            proof: Proof::Shown("it is the account of the API token".to_owned()),
        },
        Ok(_) => Identity::default(),
        Err(error) => Identity {
            proof: Proof::Failed(unanswered("cannot tell whose the API token is", &error)),
            ..Identity::default()
        },
    }
}

/// Who somebody says they are.
async fn claimed(session: &Session, repository: &Repository) -> Option<Identity> {
    let uuid = session.env.get(TRIGGERER).map(str::to_owned);
    let name = match &uuid {
        Some(_) => None,
        None => repository.scratch().ok()?.identity().await.ok().flatten(),
    };
    (uuid.is_some() || name.is_some()).then_some(Identity { uuid, name, proof: Proof::Claimed })
}

/// The error, and what is behind it.
fn words(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", words(source)),
        None => error.to_string(),
    }
}

/// What to call somebody.
pub(crate) fn name(who: &Identity) -> Option<String> {
    who.name.clone().or_else(|| who.uuid.clone())
}
