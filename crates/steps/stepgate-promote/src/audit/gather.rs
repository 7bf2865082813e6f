//! What Bitbucket tells.

use bitbucket::{Error, Repository};

use super::{Server, Unseen};

/// Asks for everything. What cannot be had is unknown, with what is needed to see it.
pub(crate) async fn gather(repository: &Repository) -> Server {
    let full_name = repository.full_name();
    let workspace = full_name.split('/').next().unwrap_or_default();
    let settings = repository.environments();
    let environments = match settings.list().all().await {
        Err(error) => Err(unseen("the deployment environments", &error, PIPELINE)),
        Ok(all) => {
            let mut seen = Vec::with_capacity(all.len());
            for environment in all {
                let variables = settings.variables(&environment.uuid).all().await;
                let variables = variables.map_err(|error| unseen("the variables of the environment", &error, PIPELINE));
                seen.push((environment, variables));
            }
            Ok(seen)
        }
    };
    let restrictions = repository.branch_restrictions().all().await;
    let of_repository = repository.pipeline_variables().all().await;
    let of_workspace = repository.bitbucket().workspace_variables(workspace).all().await;
    Server {
        restrictions: restrictions.map_err(|error| unseen("the branch restrictions", &error, ADMIN)),
        environments,
        repository_variables: of_repository
            .map_err(|error| unseen("the variables of the repository", &error, PIPELINE)),
        workspace_variables: of_workspace.map_err(|error| unseen("the variables of the workspace", &error, PIPELINE)),
    }
}

/// Scopes as the published description of the API names them.
const ADMIN: &str = "repository:admin (admin:repository:bitbucket)";
const PIPELINE: &str = "pipeline (read:pipeline:bitbucket)";

fn unseen(what: &str, error: &Error, scope: &str) -> Unseen {
    if error.is_denied() {
        return Unseen {
            why: format!("Bitbucket does not show {what} to this credential"),
            close: format!("run the audit with a credential of an administrator that has the scope {scope}"),
        };
    }
    Unseen { why: format!("{what} could not be had: {error}"), close: "run the audit again".to_owned() }
}
