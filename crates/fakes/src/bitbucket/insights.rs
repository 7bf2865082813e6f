//! Code Insights reports: <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-reports/>.

use serde_json::{Map, Value, json};

use super::errors::{Answer, bad_insight, envelope, not_allowed, object};
use super::route::Call;
use super::state::Report;
use crate::server::Reply;

/// Data fields of a report, by the published description.
const DATA_LIMIT: usize = 10;
/// Characters of a text; the description is silent, Bitbucket Data Center documents this for the same field.
const DETAILS_LIMIT: usize = 2_000;
/// Characters of a name or id; likewise.
const NAME_LIMIT: usize = 450;

const DATA_TYPES: [&str; 7] = ["BOOLEAN", "DATE", "DURATION", "LINK", "NUMBER", "PERCENTAGE", "TEXT"];

/// `…/reports`
pub(super) fn all(mut call: Call<'_>, hash: &str) -> Answer {
    if call.request.method != "GET" {
        return Err(not_allowed());
    }
    let reports = call.repository().commits.get(hash).map_or(&[][..], |commit| &commit.reports);
    let values: Vec<Value> = reports.iter().map(|report| report.body.clone()).collect();
    call.page(&values)
}

/// `…/reports/{id or UUID}`
pub(super) fn one(mut call: Call<'_>, hash: &str, id: &str) -> Answer {
    match call.request.method.as_str() {
        "GET" => Ok(Reply::json(200, &find(&mut call, hash, id)?.body)),
        "PUT" => put(call, hash, id),
        "DELETE" => {
            let lenient = call.state.deletes_missing_reports;
            let commit = call.repository().commits.get_mut(hash);
            let found = commit.and_then(|commit| {
                let position = commit.reports.iter().position(|report| report.answers_to(id))?;
                Some(commit.reports.remove(position))
            });
            match found {
                None if !lenient => Err(no_report(id)),
                _ => Ok(Reply::empty(204)),
            }
        }
        _ => Err(not_allowed()),
    }
}

/// The report that takes annotations.
pub(super) fn find<'a>(call: &'a mut Call<'_>, hash: &str, id: &str) -> Result<&'a mut Report, Reply> {
    let reports = call.repository().commits.get_mut(hash).map(|commit| &mut commit.reports);
    let mut reports = reports.into_iter().flatten();
    reports.find(|report| report.answers_to(id)).ok_or_else(|| no_report(id))
}

/// Creates the report, or replaces it and leaves its annotations where they are, as the real one does.
fn put(mut call: Call<'_>, hash: &str, id: &str) -> Answer {
    let mut body = object(call.json(415)?)?;
    check(&body)?;
    let (now, fresh_uuid) = (call.state.now(), call.state.uuid());
    let reports = &mut call.repository().commits.entry(hash.to_owned()).or_default().reports;
    let known = reports.iter_mut().find(|report| report.answers_to(id));
    let created = known.as_ref().and_then(|report| report.body.get("created_on")).cloned();
    let (uuid, external_id) = known
        .as_ref()
        .map_or_else(|| (fresh_uuid, id.to_owned()), |report| (report.uuid.clone(), report.external_id.clone()));
    body.insert("type".to_owned(), json!("report"));
    body.insert("uuid".to_owned(), json!(uuid));
    body.insert("external_id".to_owned(), json!(external_id));
    body.insert("created_on".to_owned(), created.unwrap_or_else(|| json!(now)));
    body.insert("updated_on".to_owned(), json!(now));
    let body = Value::Object(body);
    let reply = Reply::json(200, &body);
    match known {
        Some(report) => report.body = body,
        None => reports.push(Report { external_id, uuid, body, annotations: Vec::new() }),
    }
    Ok(reply)
}

fn no_report(id: &str) -> Reply {
    envelope(404, &format!("Report {id} not found"))
}

/// Title and details are not marked as required in the description; Atlassian's own pipes toolkit says they are.
fn check(report: &Map<String, Value>) -> Result<(), Reply> {
    let missing: Vec<&str> = ["title", "details"].into_iter().filter(|name| is_blank(report.get(*name))).collect();
    if !missing.is_empty() {
        return Err(incomplete("Report", &missing));
    }
    for (name, limit) in
        [("title", NAME_LIMIT), ("details", DETAILS_LIMIT), ("external_id", NAME_LIMIT), ("reporter", NAME_LIMIT)]
    {
        text(report, name, limit)?;
    }
    one_of(report, "report_type", &["SECURITY", "COVERAGE", "TEST", "BUG"])?;
    one_of(report, "result", &["PASSED", "FAILED", "PENDING"])?;
    link(report, "link")?;
    link(report, "logo_url")?;
    if report.get("remote_link_enabled").is_some_and(|it| !it.is_boolean()) {
        return Err(bad_insight("The remote_link_enabled field must be a boolean."));
    }
    match report.get("data") {
        None | Some(Value::Null) => Ok(()),
        Some(Value::Array(data)) if data.len() > DATA_LIMIT => {
            Err(bad_insight(&format!("The data field cannot contain more than {DATA_LIMIT} elements.")))
        }
        Some(Value::Array(data)) => data.iter().try_for_each(check_data),
        Some(_) => Err(bad_insight("The data field must be an array.")),
    }
}

fn check_data(data: &Value) -> Result<(), Reply> {
    let Value::Object(data) = data else {
        return Err(bad_insight("An element of the data field is not an object."));
    };
    if is_blank(data.get("title")) {
        return Err(incomplete("ReportData", &["title"]));
    }
    one_of(data, "type", &DATA_TYPES)?;
    let Some(value) = data.get("value").filter(|value| !value.is_null()) else {
        return Err(incomplete("ReportData", &["value"]));
    };
    let fits = match data.get("type").and_then(Value::as_str) {
        Some("BOOLEAN") => value.is_boolean(),
        Some("DATE" | "DURATION") => value.is_u64(),
        Some("NUMBER") => value.is_number(),
        Some("PERCENTAGE") => value.as_f64().is_some_and(|share| (0.0..=100.0).contains(&share)),
        Some("LINK") => {
            value.get("text").is_some_and(Value::is_string) && value.get("href").is_some_and(Value::is_string)
        }
        Some(_) => value.is_string(),
        None => value.is_boolean() || value.is_number() || value.is_string(),
    };
    if fits { Ok(()) } else { Err(bad_insight("A value of the data field does not fit its type.")) }
}

/// Quoted from a live answer for an annotation without a summary; used for the other kinds by analogy.
pub(super) fn incomplete(kind: &str, missing: &[&str]) -> Reply {
    let missing = missing.join(", ");
    bad_insight(&format!("Cannot build {kind}, some of required attributes are not set [{missing}]"))
}

pub(super) fn is_blank(value: Option<&Value>) -> bool {
    value.is_none_or(|value| value.is_null() || value.as_str().is_some_and(str::is_empty))
}

/// A text of at most so many characters, when it is there.
pub(super) fn text(object: &Map<String, Value>, name: &str, limit: usize) -> Result<(), Reply> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(()),
        Some(Value::String(text)) if text.chars().count() <= limit => Ok(()),
        Some(Value::String(_)) => {
            Err(bad_insight(&format!("The {name} field cannot contain more than {limit} characters.")))
        }
        Some(_) => Err(bad_insight(&format!("The {name} field must be a string."))),
    }
}

/// One of the names that the description lists, when it is there.
pub(super) fn one_of(object: &Map<String, Value>, name: &str, allowed: &[&str]) -> Result<(), Reply> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(()),
        Some(Value::String(value)) if allowed.contains(&value.as_str()) => Ok(()),
        Some(_) => Err(bad_insight(&format!("The {name} field must be one of {}.", allowed.join(", ")))),
    }
}

/// An absolute URL of the web, when it is there; links to localhost are refused (sonarqube-community-branch-plugin).
pub(super) fn link(object: &Map<String, Value>, name: &str) -> Result<(), Reply> {
    let Some(value) = object.get(name).filter(|value| !value.is_null()) else {
        return Ok(());
    };
    let url = value.as_str().unwrap_or_default();
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
    let host = rest.split(['/', ':', '?', '#']).next().unwrap_or_default();
    if host.is_empty() || host == "localhost" || url.contains(char::is_whitespace) {
        return Err(bad_insight(&format!("The {name} field is not a valid URL.")));
    }
    Ok(())
}
