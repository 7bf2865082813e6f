//! The answer, for people and for programs.

use std::fmt::Write as _;

use attest::{Claim, Evidence, Holding};
use findings::escape::terminal;
use jiff::Timestamp;
use serde_json::{Value, json};
use step::words::count;

use super::Args;
use crate::attest::show::word;

type Answers<'a> = [(&'a Claim, Holding)];

/// The verdict, each claim, and every statement that does not count.
pub(super) fn text(args: &Args, passes: bool, answers: &Answers<'_>, evidence: &Evidence) -> String {
    let verdict = if passes { "pass" } else { "FAIL" };
    let holding = answers.iter().filter(|(_, answer)| matches!(answer, Holding::Holds { .. })).count();
    let mut out = format!(
        "{verdict}: {holding} of {} of {} sha256:{}\n",
        count_that_hold(answers.len(), holding),
        terminal(&args.service),
        args.digest
    );
    if evidence.accepted.is_empty() {
        out.push_str("  no statement counts\n");
    }
    for commit in &evidence.commits {
        _ = writeln!(out, "  built from {}", terminal(commit));
    }
    for (claim, answer) in answers {
        _ = writeln!(out, "  {:<12} {}", terminal(&claim.to_string()), terminal(&in_words(answer)));
    }
    if !evidence.rejected.is_empty() {
        _ = writeln!(out, "\n{}:", count_of_rejected(evidence.rejected.len()));
    }
    for one in &evidence.rejected {
        let claim = one.claim.as_ref().map(|claim| format!("{claim}?: ")).unwrap_or_default();
        _ = writeln!(out, "  line {}: {}{}", one.line, terminal(&claim), terminal(&one.reason.to_string()));
    }
    out
}

fn count_that_hold(all: usize, holding: usize) -> String {
    let verb = if holding == 1 { "holds" } else { "hold" };
    format!("{} {verb}", count(all as u64, "claim"))
}

fn count_of_rejected(rejected: usize) -> String {
    match rejected {
        1 => "1 statement does not count".to_owned(),
        _ => format!("{rejected} statements do not count"),
    }
}

fn in_words(answer: &Holding) -> String {
    match answer {
        Holding::Holds { lines, keys, since } => {
            let since = since.map(|since| format!(" since {since}")).unwrap_or_default();
            format!("holds{since}, by {} ({})", keys.join(", "), of_lines(lines))
        }
        Holding::Missing => "MISSING: no statement that counts says so".to_owned(),
        Holding::Failed { line, at, keys } => {
            let at = at.map(|at| format!(" at {at}")).unwrap_or_default();
            format!("FAILED{at}, by {} (line {line})", keys.join(", "))
        }
        Holding::TooOld { at: Some(at) } => format!("TOO OLD: last said at {at}"),
        Holding::TooOld { at: None } => "TOO OLD: it does not say when".to_owned(),
        Holding::TooFew { have, want } => {
            format!("TOO FEW: signed by {}, and {want} are needed", count(*have as u64, "key"))
        }
    }
}

fn of_lines(lines: &[usize]) -> String {
    let numbers: Vec<_> = lines.iter().map(usize::to_string).collect();
    format!("line {}", numbers.join(", "))
}

/// The same as `stepgate.attest/v1`.
pub(super) fn json(args: &Args, passes: bool, answers: &Answers<'_>, evidence: &Evidence) -> String {
    let claims: Vec<_> = answers.iter().map(|(claim, answer)| answer_as_json(claim, answer)).collect();
    let accepted: Vec<_> = evidence
        .accepted
        .iter()
        .map(|one| {
            json!({
                "line": one.line,
                "sha256": one.sha256,
                "claim": one.claim.to_string(),
                "outcome": word(one.outcome),
                "environment": one.environment,
                "at": text_of(one.at),
                "keys": one.keys,
            })
        })
        .collect();
    let rejected: Vec<_> = evidence
        .rejected
        .iter()
        .map(|one| {
            let claim = one.claim.as_ref().map(Claim::to_string);
            json!({"line": one.line, "claim": claim, "reason": one.reason.to_string()})
        })
        .collect();
    let answer = json!({
        "schema": "stepgate.attest/v1",
        "verdict": if passes { "pass" } else { "fail" },
        "service": args.service,
        "digest": format!("sha256:{}", args.digest),
        "commits": evidence.commits,
        "claims": claims,
        "accepted": accepted,
        "rejected": rejected,
    });
    format!("{answer:#}\n")
}

fn answer_as_json(claim: &Claim, answer: &Holding) -> Value {
    let mut out = match answer {
        Holding::Holds { lines, keys, since } => {
            json!({"state": "holds", "lines": lines, "keys": keys, "since": text_of(*since)})
        }
        Holding::Missing => json!({"state": "missing"}),
        Holding::Failed { line, at, keys } => {
            json!({"state": "failed", "lines": [line], "keys": keys, "at": text_of(*at)})
        }
        Holding::TooOld { at } => json!({"state": "too-old", "at": text_of(*at)}),
        Holding::TooFew { have, want } => json!({"state": "too-few", "have": have, "want": want}),
    };
    out["claim"] = json!(claim.to_string());
    out
}

fn text_of(time: Option<Timestamp>) -> Option<String> {
    time.map(|time| time.to_string())
}
