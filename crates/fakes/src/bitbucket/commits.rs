//! Commits in order: <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-commits/>.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::errors::{Answer, envelope, not_allowed};
use super::paging::query;
use super::route::Call;

/// `/commits/{revision}`, of the main branch without one.
pub(super) fn all(mut call: Call<'_>, revision: Option<&str>) -> Answer {
    if call.request.method != "GET" {
        return Err(not_allowed());
    }
    let decoded = |name| {
        query(call.request, name).map(|it| percent_decode_str(&it.replace('+', " ")).decode_utf8_lossy().into_owned())
    };
    let (path, exclude) = (decoded("path"), decoded("exclude"));
    let repository = call.repository();
    let (full_name, content) = (repository.full_name(), &repository.content);
    let missing = || envelope(404, "Commit not found");
    let from = content.resolve(revision.unwrap_or(&content.main)).ok_or_else(missing)?;
    let without = match &exclude {
        Some(exclude) => content.reached(&content.resolve(exclude).ok_or_else(missing)?.logged.hash),
        None => Default::default(),
    };
    let touches = |changed: &[String]| {
        path.as_deref().map(|path| path.trim_matches('/')).is_none_or(|path| {
            let inside = |file: &String| file.strip_prefix(path).is_some_and(|it| it.is_empty() || it.starts_with('/'));
            path.is_empty() || changed.iter().any(inside)
        })
    };
    let found = content.log(&from.logged.hash).into_iter();
    let found = found.filter(|it| !without.contains(it.logged.hash.as_str()) && touches(&it.logged.changed));
    let values: Vec<Value> = found.map(|it| content.describe(it, &full_name)).collect();
    call.page(&values)
}
