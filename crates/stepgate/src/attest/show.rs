//! `stepgate attest show`: what a bundle says, whoever wrote it.

use std::fmt::Write as _;
use std::path::PathBuf;

use attest::envelope::Signature;
use attest::{Claim, Envelope, Outcome, Statement, Subject, lines};
use findings::escape::terminal;
use step::words::{count, say};
use step::{Exit, Result, Session};

/// Arguments of `stepgate attest show`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A bundle: one DSSE envelope a line; `-` is standard input
    bundle: PathBuf,
}

pub(super) fn run(args: &Args, session: &mut Session) -> Result<Exit> {
    let bundle = super::read_bundle(&args.bundle, session)?;
    let mut text = String::new();
    let (mut envelopes, mut unreadable) = (0, 0);
    for (number, line) in lines(&bundle) {
        envelopes += 1;
        let told = read(line).unwrap_or_else(|why| {
            unreadable += 1;
            format!("cannot be read: {}\n", terminal(&why))
        });
        _ = write!(text, "\nline {number}: {told}");
    }
    let head = count(envelopes, "envelope");
    say(session, &format!("{head}; nothing is verified here: anybody can have written this\n{text}"))?;
    Ok(if unreadable == 0 { Exit::Pass } else { Exit::Input })
}

/// An envelope in words.
fn read(line: &[u8]) -> Result<String, String> {
    let envelope = Envelope::parse(line).map_err(|error| error.to_string())?;
    let statement = Statement::parse(&envelope.payload).map_err(|error| error.to_string())?;
    let mut out = match Claim::of(&statement) {
        Ok((claim, outcome, at)) => {
            let at = at.map(|at| format!(", {at}")).unwrap_or_default();
            format!("{} {}{at}\n", terminal(&claim.to_string()), word(outcome))
        }
        Err(why) => format!("cannot be judged: {}\n", terminal(&why)),
    };
    row(&mut out, "type", &statement.predicate_type);
    for subject in &statement.subject {
        row(&mut out, "subject", &subject_in_words(subject));
    }
    for signature in &envelope.signatures {
        row(&mut out, "signature", &signature_in_words(signature));
    }
    Ok(out)
}

pub(super) fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "PASS",
        Outcome::Fail => "FAIL",
    }
}

fn row(out: &mut String, name: &str, value: &str) {
    _ = writeln!(out, "  {name:<10} {}", terminal(value));
}

fn subject_in_words(subject: &Subject) -> String {
    let digests = subject.digest.iter().map(|(algorithm, digits)| format!("{algorithm}:{digits}"));
    let annotations = subject.annotations.iter().map(|(key, value)| format!("{key}={value}"));
    let words = subject.name.clone().into_iter().chain(digests).chain(annotations);
    words.collect::<Vec<_>>().join(" ")
}

fn signature_in_words(signature: &Signature) -> String {
    let length = count(signature.sig.len() as u64, "byte");
    if signature.keyid.is_empty() {
        format!("{length}, of a key without an id")
    } else {
        format!("{length}, says that it is of key {}", signature.keyid)
    }
}
