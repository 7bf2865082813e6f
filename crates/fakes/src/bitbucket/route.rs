//! From a request to the family that answers it, past the doors: proxy rules, credentials, rate limit.

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::errors::{Answer, envelope, no_commit, no_repository, no_resource, not_allowed};
use super::people::Person;
use super::rate::Budget;
use super::state::{Repository, State};
use super::{
    Role, annotations, auth, branches, comments, commits, environments, insights, keeper, oidc, page, pipelines,
    pull_requests, restrictions, src, statuses,
};
use crate::server::{Reply, Request, Shape};

/// A request on its way to the family that answers it.
pub(super) struct Call<'a> {
    pub(super) state: &'a mut State,
    pub(super) request: &'a Request,
    /// Where the repository is in the state.
    pub(super) repository: usize,
}

impl Call<'_> {
    pub(super) fn repository(&mut self) -> &mut Repository {
        &mut self.state.repositories[self.repository]
    }

    /// Whoever asks.
    pub(super) fn person(&self) -> Person {
        self.state.auth.person(self.request)
    }

    /// One page of the values.
    pub(super) fn page(&mut self, values: &[Value]) -> Answer {
        self.state.pages.page(self.request, values)
    }

    /// The body as JSON; refused with the status that this part of the service has for other media types.
    pub(super) fn json(&self, wrong_media_type: u16) -> Result<Value, Reply> {
        let media_type = self.request.header("content-type").unwrap_or_default();
        if !media_type.split(';').next().is_some_and(|it| it.trim().eq_ignore_ascii_case("application/json")) {
            return Err(envelope(wrong_media_type, "The body is not of the type application/json"));
        }
        serde_json::from_slice(&self.request.body)
            .map_err(|error| envelope(400, &format!("The body is not JSON: {error}")))
    }
}

/// Answers a request.
pub(super) fn answer(state: &mut State, request: &Request, role: Role) -> Reply {
    keeper::look(state);
    let answered = match role {
        Role::Api => direct(state, request),
        Role::Proxy => through_proxy(state, request),
    };
    let by = state.auth.person(request);
    pull_requests::settle(state, &by);
    answered.unwrap_or_else(|refusal| refusal)
}

fn direct(state: &mut State, request: &Request) -> Answer {
    match request.path() {
        "/" => Ok(page::show(state)),
        "/site/oauth2/access_token" => auth::issue_token(state, request),
        _ => {
            let path = segments(request)?;
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            if let ["workspaces", _, "pipelines-config", "identity", "oidc", "keys.json"] = path.as_slice() {
                return oidc::keys(request);
            }
            let scope = required_scope(&request.method, &path);
            state.auth.check(request, scope)?;
            dispatch(state, request, &path)
        }
    }
}

/// The in-step proxy: no CONNECT, no origin-form (the real one's nginx answers 500), and only what a step may do
/// without credentials of its own (BCLOUD-21842).
fn through_proxy(state: &mut State, request: &Request) -> Answer {
    if request.method == "CONNECT" {
        return Err(Shape::Html.reply(405, "Not Allowed"));
    }
    let to_api = request.absolute.as_ref().is_some_and(|(scheme, host)| {
        scheme == "http" && matches!(host.as_str(), "api.bitbucket.org" | "api.bitbucket.org:80")
    });
    if !to_api {
        return Err(Shape::Html.reply(500, "Internal Server Error"));
    }
    let path = segments(request)?;
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    if !matches!(path.as_slice(), ["repositories", _, _, "commit", _, "reports", ..]) {
        return Err(envelope(403, "Your credentials lack one or more required privilege scopes."));
    }
    dispatch(state, request, &path)
}

fn dispatch(state: &mut State, request: &Request, path: &[&str]) -> Answer {
    match path {
        ["user"] if request.method == "GET" => Ok(Reply::json(200, &state.auth.person(request).describe())),
        ["user"] => Err(not_allowed()),
        ["workspaces", workspace, "pipelines-config", "variables"] => {
            environments::workspace_variables(state, request, workspace)
        }
        ["repositories", workspace, slug, rest @ ..] => {
            let answered = match state.budget.as_mut().map_or(Ok(()), Budget::spend) {
                Err(exceeded) => exceeded,
                Ok(()) => repository(state, request, workspace, slug, rest).unwrap_or_else(|refusal| refusal),
            };
            Ok(match &state.budget {
                Some(budget) => budget.tell(answered),
                None => answered,
            })
        }
        _ => Err(no_resource()),
    }
}

fn repository(state: &mut State, request: &Request, workspace: &str, slug: &str, path: &[&str]) -> Answer {
    let repository = state.repository(workspace, slug).ok_or_else(|| no_repository(workspace, slug))?;
    in_repository(Call { state, request, repository }, path)
}

fn in_repository(mut call: Call<'_>, path: &[&str]) -> Answer {
    match path {
        ["commit", hash, rest @ ..] => {
            let hash = call.repository().resolve(hash).ok_or_else(no_commit)?;
            on_commit(call, &hash, rest)
        }
        ["src"] => src::root(call),
        ["src", revision, path @ ..] => src::at(call, revision, path),
        ["refs", "branches"] => branches::all(call),
        ["refs", "branches", name @ ..] => branches::one(call, &name.join("/")),
        ["commits"] => commits::all(call, None),
        ["commits", revision] => commits::all(call, Some(revision)),
        ["pipelines"] => pipelines::all(call),
        ["pipelines", id, rest @ ..] => pipelines::one(call, id, rest),
        ["pipelines_config", "variables"] => environments::repository_variables(call),
        ["environments"] => environments::all(call),
        ["environments", uuid] => environments::one(call, uuid),
        ["deployments_config", "environments", uuid, "variables"] => environments::environment_variables(call, uuid),
        ["branch-restrictions"] => restrictions::all(call),
        ["effective-default-reviewers"] => pull_requests::default_reviewers(call),
        ["pullrequests"] => pull_requests::all(call),
        ["pullrequests", id, rest @ ..] => {
            let pull_request = pull_requests::find(&mut call, id)?;
            match rest {
                [] => pull_requests::one(call, pull_request),
                ["merge"] => pull_requests::merge(call, id),
                ["merge", "task-status", task] => pull_requests::task(call, id, task),
                ["decline"] => pull_requests::decline(call, id),
                ["approve"] => pull_requests::approve(call, id),
                ["activity"] => pull_requests::activity(call, pull_request),
                ["comments"] => comments::all(call, pull_request),
                ["comments", id] => comments::one(call, pull_request, id),
                _ => Err(no_resource()),
            }
        }
        [] if call.request.method == "GET" => {
            let repository = call.repository();
            Ok(Reply::json(200, &repository.describe()))
        }
        [] => Err(not_allowed()),
        _ => Err(no_resource()),
    }
}

fn on_commit(mut call: Call<'_>, hash: &str, path: &[&str]) -> Answer {
    match path {
        [] if call.request.method == "GET" => {
            let repository = call.repository();
            let content = &repository.content;
            let known = content.objects.get(hash).map(|object| content.describe(object, &repository.full_name()));
            let other = || json!({"type": "commit", "hash": hash, "message": "A commit\n", "parents": []});
            Ok(Reply::json(200, &known.unwrap_or_else(other)))
        }
        [] => Err(not_allowed()),
        ["reports"] => insights::all(call, hash),
        ["reports", report] => insights::one(call, hash, report),
        ["reports", report, "annotations"] => annotations::all(call, hash, report),
        ["reports", report, "annotations", annotation] => annotations::one(call, hash, report, annotation),
        ["statuses"] => statuses::all(call, hash),
        ["statuses", "build"] => statuses::post(call, hash),
        ["statuses", "build", key] => statuses::one(call, hash, key),
        ["pullrequests"] => {
            let values = pull_requests::of_commit(call.repository(), hash);
            call.page(&values)
        }
        _ => Err(no_resource()),
    }
}

/// The OAuth scope that the published description asks for.
fn required_scope(method: &str, path: &[&str]) -> &'static str {
    match path {
        ["user"] => "account",
        ["workspaces", _, "pipelines-config", ..] => "pipeline",
        [_, _, _, "branch-restrictions", ..] => "repository:admin",
        [_, _, _, "pipelines", ..] if method != "GET" => "pipeline:write",
        [_, _, _, "pipelines" | "pipelines_config" | "environments" | "deployments_config", ..] => "pipeline",
        [_, _, _, "src"] | [_, _, _, "refs", ..] if method != "GET" => "repository:write",
        [_, _, _, "pullrequests", _, "merge" | "decline" | "approve"] => "pullrequest:write",
        [_, _, _, "effective-default-reviewers"] => "pullrequest",
        [_, _, _, "pullrequests"] | [_, _, _, "pullrequests", _] if method != "GET" => "pullrequest:write",
        [_, _, _, "pullrequests", ..] | [_, _, _, "commit", _, "pullrequests"] => "pullrequest",
        _ => "repository",
    }
}

/// The decoded segments behind `/2.0`; a slash at the end is accepted, as the real one does.
fn segments(request: &Request) -> Result<Vec<String>, Reply> {
    let path = request.path().strip_prefix("/2.0/").ok_or_else(no_resource)?;
    let segments = path.trim_end_matches('/').split('/');
    Ok(segments.map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned()).collect())
}
