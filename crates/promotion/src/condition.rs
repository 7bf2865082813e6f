//! Conditions that the policy writes in CEL (<https://cel.dev>), over the same facts.
//!
//! An expression must be `true`. An error, or anything else, is not met. By the standard of CEL an error beside what
//! decides is no error: `error || true` is `true`, and `error && false` is `false`. A rollback goes back to what was here,
//! so conditions are not asked of it.
//!
//! # What an expression can use
//!
//! | name | what it is |
//! |---|---|
//! | `service`, `environment` | what is to change, and where |
//! | `kind` | `promotion` or `hotfix` |
//! | `image` | `.name`, `.tag`, `.digest` of the image that is asked for; an empty text where it has none |
//! | `from` | the same of what stands there now |
//! | `now` | the time: `2026-11-30T14:21:05Z`; `now_seconds` since 1970, `hour` (0 to 23) and `weekday` (`mon`), in UTC |
//! | `who` | `.shown`; `.uuid` (with braces, in lower case) and `.name`, which are empty unless they are shown |
//! | `soak_seconds` | for how long it has been healthy where it must come from: in the last of `from`, the first of `from-any` |
//! | `attestations` | by claim, such as `attestations.tests` or `attestations["https://…"]`: `.holds`, and `.since` in seconds since 1970 |
//! | `healthy` | by environment: whether it was found healthy there |
//! | `approvals` | `.count` of the people whose yes counts |
//! | `holds` | the reasons of the emergency stops in force |
//! | `source` | `.commit` by attested provenance; `.repository` and `.build` as the commit says that put it into an environment before |
//!
//! What is not known is not there, and using it is an error. There is no regular expression, timestamp or duration.
//! An expression is at most 2 KiB long, has at most 400 words and signs, and has `all`, `exists`,
//! `map` and `filter` at most two deep in or after each other: that bounds the time and the memory that it can take.

mod facts;
mod limits;
#[cfg(test)]
mod tests;

use std::thread;

use cel::{ExecutionError, IdedExpr, Value};

use crate::judge::plain;
use crate::model::{Facts, Guardrail, Kind, Name, Request, State};

/// Why a text is no condition.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct ConditionError(pub String);

/// Whether it can be read at all: it is CEL, within the limits, and uses only names that exist.
///
/// # Errors
///
/// The parser's words, or which limit or name it is.
pub fn check(expression: &str) -> Result<(), ConditionError> {
    with_room(|| read(expression).map(|_| ()))
}

/// What the conditions of the environment say. An error in one, and whatever is not `true`, is not met.
#[must_use]
pub fn judge(request: &Request, facts: &Facts<'_>) -> Vec<Guardrail> {
    let environment = facts.policy.environment(&request.environment);
    if environment.conditions.is_empty() || matches!(request.kind, Kind::Rollback { .. }) {
        return Vec::new();
    }
    let judged = environment.conditions.iter().map(|condition| {
        let value = with_room(|| evaluate(&condition.cel, &facts::context(request, facts, &environment)));
        let (state, why) = match value {
            Ok(true) => (State::Met, format!("`{}`", plain(&condition.cel))),
            Ok(false) => (State::NotMet, format!("`{}` is false", plain(&condition.cel))),
            Err(error) => (State::NotMet, error.0),
        };
        let hint = condition.hint.as_deref().filter(|_| state != State::Met).map(plain);
        Guardrail { name: Name::Condition(condition.name.clone()), state, why, hint }
    });
    judged.collect()
}

/// Room for the deepest expression within the limits, several times over: a level takes up to 170 KB without optimisation.
const STACK: usize = 32 << 20;

/// Does the work where there is room for it on the stack, and where it can do no harm should it fail.
fn with_room<T: Send>(work: impl FnOnce() -> Result<T, ConditionError> + Send) -> Result<T, ConditionError> {
    let done = thread::scope(|scope| {
        let spawned = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        spawned.map(|thread| thread.join())
    });
    match done {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(ConditionError("it cannot be evaluated, which is an error in stepgate".to_owned())),
        Err(error) => Err(ConditionError(format!("it cannot be evaluated: no thread for it: {error}"))),
    }
}

fn evaluate(expression: &str, context: &cel::Context<'_, '_>) -> Result<bool, ConditionError> {
    match Value::resolve(&read(expression)?, context) {
        Ok(Value::Bool(value)) => Ok(value),
        Ok(other) => Err(ConditionError(format!("it is {}, and not true or false", kind(&other)))),
        Err(ExecutionError::UndeclaredReference(name)) if facts::NAMES.contains(&name.as_str()) => {
            Err(ConditionError(format!("`{name}` is not known here")))
        }
        Err(error) => Err(ConditionError(format!("it cannot be evaluated: {}", plain(&error.to_string())))),
    }
}

/// What kind of value it is, in the words of CEL. The value itself may be long.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::List(_) => "a list",
        Value::Map(_) => "a map",
        Value::Int(_) | Value::UInt(_) | Value::Float(_) => "a number",
        Value::String(_) => "a text",
        Value::Bytes(_) => "bytes",
        Value::Null => "null",
        _ => "a type or function",
    }
}

fn read(expression: &str) -> Result<IdedExpr, ConditionError> {
    limits::check_text(expression)?;
    let parser = cel::parser::Parser::new().max_recursion_depth(limits::NESTING);
    let read = parser.parse(expression).map_err(|errors| {
        // Not their `Display`: it draws the line, with foreign text and a width that it does not check.
        let first = errors.errors.first();
        let what = first.map_or("it cannot be read", |error| error.msg.as_str());
        // The parser reports its own limit in the notation of a debugger.
        let what = if what.contains("Recursion limit") { "it is nested too deeply".to_owned() } else { plain(what) };
        let place = first.map(|error| error.pos).filter(|(line, _)| *line > 0);
        let place = place.map_or_else(String::new, |(line, column)| format!(" in line {line}, column {column}"));
        ConditionError(format!("this is no CEL{place}: {what}"))
    })?;
    limits::check_names(&read)?;
    Ok(read)
}
