//! What must be so of every bundle.

use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::need::{Holding, Need};

/// A statement of any kind, and the keys that sign it; keys above 2 are nobody's.
#[derive(Clone, Debug)]
struct Line {
    kind: u8,
    fails: bool,
    at: i64,
    keys: Vec<u8>,
}

impl Line {
    fn json(&self) -> String {
        let (result, outcome) = if self.fails { ("FAILED", Outcome::Fail) } else { ("PASSED", Outcome::Pass) };
        let statement = match self.kind {
            0 => tests_of(image(), result, Some(self.at)),
            1 => tests_of(commit(), result, Some(self.at)),
            2 => tests_of(image(), result, None),
            3 => provenance(image(), COMMIT),
            4 => summary(Claim::Lint, commit(), outcome, self.at),
            5 => summary(Claim::Health, image().in_environment("staging"), outcome, self.at),
            6 => tests_of(Subject::image("x", OTHER_DIGEST), result, Some(self.at)),
            _ => provenance(image(), &"d".repeat(40)),
        };
        signed(&statement, &self.keys)
    }
}

fn line() -> impl Strategy<Value = Line> {
    let keys = prop::collection::btree_set(1..4_u8, 1..3);
    (0..8_u8, any::<bool>(), 0..6_i64, keys).prop_map(|(kind, fails, at, keys)| Line {
        kind,
        fails,
        at,
        keys: keys.into_iter().collect(),
    })
}

fn lines() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(line().prop_map(|line| line.json()), 0..7)
}

/// Every question that is asked of evidence here, with the answers; lines are left out, for they depend on the order.
fn answers(evidence: &Evidence) -> Vec<Holding> {
    let by = ["ci".to_owned()];
    let mut answers = Vec::new();
    for claim in [Claim::Tests, Claim::Lint, Claim::Health, Claim::Provenance] {
        for keys in [1, 2] {
            for (by, max_age) in [(&by[..0], None), (&by[..], None), (&by[..0], Some(Duration::from_secs(57 * 60)))] {
                let need = Need { claim: &claim, environment: None, keys, by, max_age, since: None, now: minute(60) };
                answers.push(match evidence.holds(&need) {
                    Holding::Holds { keys, since, .. } => Holding::Holds { lines: Vec::new(), keys, since },
                    Holding::Failed { at, .. } => Holding::Failed { line: 0, at, keys: Vec::new() },
                    other => other,
                });
            }
        }
    }
    answers
}

fn holds(answers: &[Holding]) -> Vec<bool> {
    answers.iter().map(|answer| matches!(answer, Holding::Holds { .. })).collect()
}

proptest! {
    #[test]
    fn the_order_of_lines_does_not_matter(lines in lines().prop_shuffle(), other in any::<Index>()) {
        let mut turned = lines.clone();
        if !turned.is_empty() {
            turned.rotate_left(other.index(lines.len()));
            turned.reverse();
        }
        let (one, two) = (examined(&lines), examined(&turned));
        prop_assert_eq!(answers(&one), answers(&two));
        prop_assert_eq!(one.commits, two.commits);
    }

    #[test]
    fn what_is_not_signed_by_a_known_key_changes_nothing(lines in lines(), kind in 0..8_u8, at: Index, fails: bool) {
        let before = answers(&examined(&lines));
        let mut with = lines.clone();
        let stranger = Line { kind, fails, at: 3, keys: vec![7] }.json();
        with.insert(at.index(lines.len() + 1), stranger);
        prop_assert_eq!(answers(&examined(&with)), before);
    }

    #[test]
    fn a_line_of_noise_changes_nothing(lines in lines(), noise in select(vec!["{", "[]", "null", "\u{0}", "{\"payload\":\"\"}"])) {
        let mut with = lines.clone();
        with.push(noise.to_owned());
        prop_assert_eq!(answers(&examined(&with)), answers(&examined(&lines)));
    }

    #[test]
    fn one_more_fail_never_makes_anything_hold(lines in lines(), fail in line(), at: Index) {
        prop_assume!(![3, 7].contains(&fail.kind)); // provenance has no FAIL
        let before = holds(&answers(&examined(&lines)));
        let mut with = lines.clone();
        with.insert(at.index(lines.len() + 1), Line { fails: true, ..fail }.json());
        let after = holds(&answers(&examined(&with)));
        prop_assert!(before.iter().zip(&after).all(|(before, after)| *before || !after));
    }

    #[test]
    fn a_line_that_is_there_twice_says_no_more_than_once(lines in lines()) {
        let twice: Vec<_> = lines.iter().chain(&lines).cloned().collect();
        prop_assert_eq!(answers(&examined(&twice)), answers(&examined(&lines)));
    }

    #[test]
    fn a_byte_that_changes_never_makes_anything_hold(lines in lines(), at: Index, byte: u8) {
        prop_assume!(!lines.is_empty());
        let before = holds(&answers(&examined(&lines)));
        let mut bytes = bundle(&lines).into_bytes();
        let at = at.index(bytes.len());
        // Whatever a changed line says, it may only take away; taking a FAIL away is the one thing that can help, and the
        // trail of deployments is what shows that.
        let number = bytes[..at].iter().filter(|byte| **byte == b'\n').count();
        bytes[at] = byte;
        let mut without = lines.clone();
        without.remove(number);
        let possible = holds(&answers(&examined(&without)));
        let after = holds(&answers(&examine(&bytes, &trust(), &question())));
        for ((before, possible), after) in before.iter().zip(possible).zip(after) {
            prop_assert!(*before || possible || !after);
        }
    }

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>) {
        let evidence = examine(&bytes, &trust(), &question());
        prop_assert!(evidence.accepted.is_empty());
    }

    #[test]
    fn every_line_is_accepted_or_rejected(lines in lines()) {
        let evidence = examined(&lines);
        prop_assert_eq!(evidence.accepted.len() + evidence.rejected.len(), lines.len());
    }
}
