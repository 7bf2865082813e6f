//! Code Insights annotations, upserted by their external id.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::errors::{Answer, bad_insight, envelope, not_allowed, object};
use super::insights::{find, incomplete, is_blank, link, one_of, text};
use super::route::Call;
use super::state::{Annotation, Report};
use crate::server::{Reply, Shape};

/// Annotations in one request, by the published description.
const BULK_LIMIT: usize = 100;
/// Annotations of one report, by the published description.
const REPORT_LIMIT: usize = 1_000;
/// Characters of a summary (reviewdog/reviewdog#1285).
const SUMMARY_LIMIT: usize = 450;
/// Characters; Bitbucket Data Center documents these for the same fields.
const DETAILS_LIMIT: usize = 2_000;
const PATH_LIMIT: usize = 2_000;
const ID_LIMIT: usize = 450;

/// `…/reports/{report}/annotations`
pub(super) fn all(mut call: Call<'_>, hash: &str, report: &str) -> Answer {
    match call.request.method.as_str() {
        "GET" => {
            let annotations = &find(&mut call, hash, report)?.annotations;
            let values: Vec<Value> = annotations.iter().map(|annotation| annotation.body.clone()).collect();
            call.page(&values)
        }
        "POST" => {
            let bodies = bulk(call.json(415)?)?;
            let stored = upsert(&mut call, hash, report, bodies)?;
            Ok(Reply::json(200, &Value::from(stored)))
        }
        _ => Err(not_allowed()),
    }
}

/// `…/reports/{report}/annotations/{external id or UUID}`
pub(super) fn one(mut call: Call<'_>, hash: &str, report: &str, id: &str) -> Answer {
    let missing = || envelope(404, &format!("Annotation {id} not found"));
    match call.request.method.as_str() {
        "GET" => {
            let annotations = &find(&mut call, hash, report)?.annotations;
            let found = annotations.iter().find(|annotation| annotation.answers_to(id));
            found.map(|annotation| Reply::json(200, &annotation.body)).ok_or_else(missing)
        }
        "PUT" => {
            let mut body = object(call.json(415)?)?;
            let annotations = &find(&mut call, hash, report)?.annotations;
            let known = annotations.iter().find(|annotation| annotation.answers_to(id));
            let external_id = known.map_or(id, |annotation| &annotation.external_id).to_owned();
            body.insert("external_id".to_owned(), Value::from(external_id));
            check(&body)?;
            let stored = upsert(&mut call, hash, report, vec![body])?;
            stored.first().map(|body| Reply::json(200, body)).ok_or_else(missing)
        }
        "DELETE" => {
            let annotations = &mut find(&mut call, hash, report)?.annotations;
            let before = annotations.len();
            annotations.retain(|annotation| !annotation.answers_to(id));
            if annotations.len() < before { Ok(Reply::empty(204)) } else { Err(missing()) }
        }
        _ => Err(not_allowed()),
    }
}

/// Checks a bulk body; nothing of it is kept when one annotation is bad.
fn bulk(body: Value) -> Result<Vec<Map<String, Value>>, Reply> {
    let Value::Array(values) = body else {
        return Err(envelope(400, "Bad request: the body is not an array"));
    };
    if values.is_empty() {
        return Err(bad_insight("Bulk upload needs at least one annotation."));
    }
    if values.len() > BULK_LIMIT {
        // The slash is the real one's (mc1arke/sonarqube-community-branch-plugin#209).
        let message = format!("Bulk upload supports a maximum of /{BULK_LIMIT} annotations.");
        return Err(Shape::CodeMessage.reply(400, &message));
    }
    let bodies: Vec<_> = values.into_iter().map(object).collect::<Result<_, _>>()?;
    let mut seen = BTreeSet::new();
    for body in &bodies {
        check(body)?;
        let id = external_id(body);
        if !seen.insert(id) {
            return Err(bad_insight(&format!("The annotation with external_id {id} occurs more than once.")));
        }
    }
    Ok(bodies)
}

fn upsert(call: &mut Call<'_>, hash: &str, report: &str, bodies: Vec<Map<String, Value>>) -> Result<Vec<Value>, Reply> {
    let fresh: Vec<_> = bodies.into_iter().map(|body| (body, call.state.uuid(), call.state.now())).collect();
    let report = find(call, hash, report)?;
    let known = |id: &str| report.annotations.iter().any(|annotation| annotation.external_id == id);
    let added = fresh.iter().filter(|(body, ..)| !known(external_id(body))).count();
    if report.annotations.len() + added > REPORT_LIMIT {
        return Err(bad_insight(&format!("The report cannot contain more than {REPORT_LIMIT} annotations.")));
    }
    Ok(fresh.into_iter().map(|(body, uuid, now)| store(report, body, uuid, &now)).collect())
}

fn store(report: &mut Report, mut body: Map<String, Value>, uuid: String, now: &str) -> Value {
    let external_id = external_id(&body).to_owned();
    let known = report.annotations.iter_mut().find(|annotation| annotation.external_id == external_id);
    let created = known.as_ref().and_then(|annotation| annotation.body.get("created_on")).cloned();
    let uuid = known.as_ref().map_or(uuid, |annotation| annotation.uuid.clone());
    body.insert("type".to_owned(), json!("report_annotation"));
    body.insert("uuid".to_owned(), json!(uuid));
    body.insert("created_on".to_owned(), created.unwrap_or_else(|| json!(now)));
    body.insert("updated_on".to_owned(), json!(now));
    let body = Value::Object(body);
    match known {
        Some(annotation) => annotation.body = body.clone(),
        None => report.annotations.push(Annotation { external_id, uuid, body: body.clone() }),
    }
    body
}

fn external_id(body: &Map<String, Value>) -> &str {
    body.get("external_id").and_then(Value::as_str).unwrap_or_default()
}

fn check(annotation: &Map<String, Value>) -> Result<(), Reply> {
    let required = ["external_id", "annotation_type", "summary"];
    let missing: Vec<&str> = required.into_iter().filter(|name| is_blank(annotation.get(*name))).collect();
    if !missing.is_empty() {
        return Err(incomplete("Annotation", &missing));
    }
    for (name, limit) in
        [("external_id", ID_LIMIT), ("summary", SUMMARY_LIMIT), ("details", DETAILS_LIMIT), ("path", PATH_LIMIT)]
    {
        text(annotation, name, limit)?;
    }
    one_of(annotation, "annotation_type", &["VULNERABILITY", "CODE_SMELL", "BUG"])?;
    one_of(annotation, "severity", &["CRITICAL", "HIGH", "MEDIUM", "LOW"])?;
    one_of(annotation, "result", &["PASSED", "FAILED", "SKIPPED", "IGNORED"])?;
    link(annotation, "link")?;
    match annotation.get("line") {
        None | Some(Value::Null) => Ok(()),
        Some(line) if line.as_u64().is_some_and(|line| (1..=i32::MAX as u64).contains(&line)) => Ok(()),
        Some(_) => Err(bad_insight("The line field must be a positive integer.")),
    }
}
