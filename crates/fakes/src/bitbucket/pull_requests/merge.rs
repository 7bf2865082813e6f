//! Merging: at once, or in the background.

use serde_json::{Value, json};

use super::write::close;
use super::{find, shown, source_tip};
use crate::bitbucket::content::{Draft, Tree, changed};
use crate::bitbucket::errors::{Answer, envelope, field, not_allowed, object};
use crate::bitbucket::route::Call;
use crate::bitbucket::state::{NextMerge, PullRequest, Repository};
use crate::server::Reply;

const STRATEGIES: [&str; 6] =
    ["merge_commit", "squash", "fast_forward", "squash_fast_forward", "rebase_fast_forward", "rebase_merge"];
/// Bytes of the message, by the description.
const MESSAGE_LIMIT: usize = 128 << 10;

/// By the description.
const MOVED: &str = "Unable to merge because one of the refs involved changed while attempting to merge";
/// By the description.
const TIMED_OUT: &str = "The merge took too long and timed out.";
/// Of a merge in the background: it is not done, and will not be.
const FAILS: u32 = u32::MAX;

/// `/pullrequests/{id}/merge`
pub(crate) fn merge(mut call: Call<'_>, id: &str) -> Answer {
    let index = find(&mut call, id)?;
    if call.request.method != "POST" {
        return Err(not_allowed());
    }
    let body = if call.request.body.is_empty() { json!({}) } else { call.json(400)? };
    let body = object(body)?;
    let word = |name: &str| body.get(name).and_then(Value::as_str);
    let strategy = word("merge_strategy").unwrap_or("merge_commit").to_owned();
    if !STRATEGIES.contains(&strategy.as_str()) {
        return Err(field("merge_strategy", &format!("{strategy} is not a valid choice.")));
    }
    if word("message").is_some_and(|message| message.len() > MESSAGE_LIMIT) {
        return Err(field("message", "The message is too long."));
    }
    let (message, closes) =
        (word("message").map(str::to_owned), body.get("close_source_branch").and_then(Value::as_bool));
    let (number, date, person, premium) = (call.state.tick(), call.state.now(), call.person(), call.state.premium);
    let repository = call.repository();
    let full_name = repository.full_name();
    let next = repository.next_merge.take();
    let pull_request = &repository.pull_requests[index];
    let closes = closes.unwrap_or(pull_request.close_source_branch);
    let (source, destination) = (pull_request.source_branch.clone(), pull_request.destination_branch.clone());
    repository.may(&person, "restrict_merges", &destination)?;
    repository.checks_passed(pull_request, source_tip(pull_request, repository).unwrap_or_default(), premium)?;
    let draft = prepare(repository, pull_request, &strategy, message)?;
    match next {
        Some(NextMerge::RefsMove) => return Err(envelope(409, MOVED)),
        Some(NextMerge::TimesOut) => return Err(envelope(555, TIMED_OUT)),
        Some(NextMerge::FailsInBackground) => {
            call.state.tasks.insert(number.to_string(), FAILS);
            return Ok(task_of(&call, &full_name, id, number));
        }
        Some(NextMerge::TimesOutButMerges) | None => {}
    }
    let time = call.state.time();
    let kept = match (&call.repository().keeper, &draft) {
        (Some(keeper), Some(draft)) => Some(keeper.merge((&source, &destination), &draft.message, time)),
        _ => None,
    };
    let kept = kept.transpose().map_err(|said| envelope(400, &said))?;
    close(&mut call, index, "MERGED")?;
    let repository = call.repository();
    let commit = match draft {
        _ if kept.is_some() => kept.unwrap_or_default(),
        Some(draft) => repository.content.add(draft, &destination, number, date),
        None => {
            let tip = repository.pull_requests[index].source_commit.clone();
            repository.content.branches.insert(destination, tip.clone());
            tip
        }
    };
    repository.pull_requests[index].merge_commit = Some(commit);
    if closes {
        repository.content.branches.remove(&source);
    }
    if next.is_some() {
        return Err(envelope(555, TIMED_OUT));
    }
    if call.state.slow_merges == 0 && !call.request.target.contains("async=true") {
        return Ok(Reply::json(200, &shown(&mut call, index)));
    }
    call.state.tasks.insert(number.to_string(), call.state.slow_merges);
    Ok(task_of(&call, &full_name, id, number))
}

/// Says where the merge can be asked after.
fn task_of(call: &Call<'_>, full_name: &str, id: &str, number: u64) -> Reply {
    let task = format!("http://{}/pullrequests/{id}/merge/task-status/{number}", base(call.request, full_name));
    Reply::empty(202).with_header("location", task)
}

/// `/pullrequests/{id}/merge/task-status/{task}`
pub(crate) fn task(mut call: Call<'_>, id: &str, task: &str) -> Answer {
    let index = find(&mut call, id)?;
    let left = call.state.tasks.get_mut(task).ok_or_else(|| envelope(400, "No such task of this pull request"))?;
    if *left == FAILS {
        return Err(envelope(400, "Conflicts during merge."));
    }
    if *left > 0 {
        *left -= 1;
        return Ok(Reply::json(200, &json!({"task_status": "PENDING"})));
    }
    let merged = shown(&mut call, index);
    Ok(Reply::json(200, &json!({"task_status": "SUCCESS", "merge_result": merged})))
}

/// Host, port and the path of the repository as the client knows them.
fn base(request: &crate::server::Request, full_name: &str) -> String {
    let host = request.header("host").unwrap_or("127.0.0.1");
    format!("{host}/2.0/repositories/{full_name}")
}

/// The commit that the merge makes; none for a fast forward.
fn prepare(
    repository: &Repository,
    it: &PullRequest,
    strategy: &str,
    message: Option<String>,
) -> Result<Option<Draft>, Reply> {
    if it.state != "OPEN" {
        return Err(envelope(400, "This pull request is already closed."));
    }
    if it.draft {
        return Err(envelope(400, "A draft cannot be merged."));
    }
    if let Some(reason) = &repository.merge_check {
        return Err(envelope(400, reason));
    }
    let content = &repository.content;
    let gone = |branch: &str| envelope(400, &format!("The branch {branch} is gone."));
    let from = content.tip(&it.source_branch).ok_or_else(|| gone(&it.source_branch))?;
    let to = content.tip(&it.destination_branch).ok_or_else(|| gone(&it.destination_branch))?;
    let base = content.merge_base(&from.logged.hash, &to.logged.hash).map(|base| (&*base.tree, &base.logged.hash));
    let (base, base_hash) = base.ok_or_else(|| envelope(400, "The branches have nothing in common."))?;
    let ours = changed(base, &from.tree);
    // Both sides may come to the same; line by line is not looked at.
    let differs = |path: &String| to.tree.get(path) != base.get(path) && to.tree.get(path) != from.tree.get(path);
    if ours.iter().any(differs) {
        return Err(envelope(400, "Conflicts during merge."));
    }
    let forward = *base_hash == to.logged.hash;
    if strategy.ends_with("fast_forward") && strategy != "rebase_fast_forward" && !forward {
        return Err(envelope(400, "The branch cannot be fast-forwarded."));
    }
    if strategy == "fast_forward" {
        return Ok(None);
    }
    let mut tree: Tree = (*to.tree).clone();
    for path in ours {
        match from.tree.get(&path) {
            Some(file) => tree.insert(path, file.clone()),
            None => tree.remove(&path),
        };
    }
    let mut parents = vec![to.logged.hash.clone()];
    if matches!(strategy, "merge_commit" | "rebase_merge") {
        parents.push(from.logged.hash.clone());
    }
    let message = message.unwrap_or_else(|| format!("Merged in {} (pull request #{})", it.source_branch, it.id));
    Ok(Some(Draft { parents, message, author: "The Caller <caller@example.com>".to_owned(), tree }))
}
