//! Gathers the facts, and prints what is open.

use std::collections::BTreeMap;

use step::outputs::WriteError;
use step::progress::Progress;
use step::{Exit, Outputs, Place, Result, Session};

use super::{Audit, Facts, gather, write};
use crate::args::AuditArgs;
use crate::config::Config;
use crate::repository::{Repository, cannot_read};
use crate::state::State;

/// `audit`: says what is open.
pub(crate) async fn run(args: &AuditArgs, session: &mut Session) -> Result<Exit> {
    let place = Place::<Config>::find("promote", &args.repo.config, session).await?;
    let repository = Repository::open(&args.repo, &place, session).await?;
    let outputs =
        Outputs::find(&args.output, &BTreeMap::new(), Output::from_name, "promote", place.dir(), place.base())?;
    let audit = {
        let progress = Progress::new(session);
        progress.during(&format!("auditing {}", repository.name()), audited(&repository)).await?
    };
    outputs.write(session, Output::Terminal, |output, colour, out| {
        match output {
            Output::Terminal => write::terminal(&audit, colour, out),
            Output::Json => write::json(&audit, out),
        }
        .map_err(WriteError::Io)
    })?;
    Ok(audit.exit())
}

async fn audited(repository: &Repository) -> Result<Audit> {
    let server = gather::gather(&repository.needs_api()?.repository).await;
    let state = repository.state().await?;
    let manifests = manifests(&state).await?;
    let facts = Facts { branch: &repository.branch, policy: &state.policy, server: &server, manifests: &manifests };
    Ok(Audit::of(&repository.name(), &facts))
}

/// Every YAML file of the repository.
async fn manifests(state: &State<'_>) -> Result<Vec<(String, Vec<u8>)>> {
    let mut names = state.scratch.files(&state.tip, "").await.map_err(cannot_read)?;
    names.retain(|name| name.ends_with(".yaml") || name.ends_with(".yml"));
    let paths: Vec<&str> = names.iter().map(String::as_str).collect();
    state.scratch.prefetch(&state.tip, &paths).await.map_err(cannot_read)?;
    let mut manifests = Vec::with_capacity(names.len());
    for name in names {
        if let Some(content) = state.file(&name).await? {
            manifests.push((name, content));
        }
    }
    Ok(manifests)
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Output {
    Terminal,
    Json,
}

impl Output {
    fn from_name(name: &str) -> std::result::Result<Self, String> {
        match name {
            "terminal" => Ok(Self::Terminal),
            "json" => Ok(Self::Json),
            _ => Err(format!("`{name}` is no format of an audit; there are json and terminal")),
        }
    }
}
