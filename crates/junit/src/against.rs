//! A run compared with an earlier one: what went missing, what is skipped now, what broke, what was repaired.

use std::collections::BTreeMap;

use crate::case::Status;

/// How each test of a run ended, by its id.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Results(BTreeMap<String, Status>);

impl Results {
    /// Notes a result. Of several results of one test the worst counts; to have run at all is worse than to be skipped.
    pub fn add(&mut self, id: &str, status: Status) {
        match self.0.get_mut(id) {
            Some(known) if rank(status) > rank(*known) => *known = status,
            Some(_) => {}
            None => _ = self.0.insert(id.to_owned(), status),
        }
    }

    /// How many tests there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none. Nothing can be said against such a run: it is no run to compare with.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<S: AsRef<str>> FromIterator<(S, Status)> for Results {
    fn from_iter<I: IntoIterator<Item = (S, Status)>>(results: I) -> Self {
        let mut all = Self::default();
        for (id, status) in results {
            all.add(id.as_ref(), status);
        }
        all
    }
}

const fn rank(status: Status) -> u8 {
    match status {
        Status::Skipped => 0,
        Status::Passed => 1,
        Status::Failed => 2,
        Status::Errored => 3,
    }
}

/// What is different from an earlier run. All lists hold ids, sorted.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Difference {
    /// Tests that are gone. A test or data set with a new name is gone by its old one.
    pub removed: Vec<String>,
    /// Tests that ran and are skipped now.
    pub newly_skipped: Vec<String>,
    /// How many tests there are that were not there, whatever they did.
    pub added: usize,
    /// Tests that are red now and were not: they passed, were skipped, or did not exist.
    pub newly_failing: Vec<String>,
    /// Tests that were red and passed now.
    pub fixed: Vec<String>,
}

impl Difference {
    /// Whether less was tested than before.
    #[must_use]
    pub const fn has_shrunk(&self) -> bool {
        !self.removed.is_empty() || !self.newly_skipped.is_empty()
    }
}

/// What is different in `current` from `earlier`.
#[must_use]
pub fn compare(earlier: &Results, current: &Results) -> Difference {
    let mut difference = Difference::default();
    for (id, now) in &current.0 {
        let before = earlier.0.get(id).copied();
        difference.added += usize::from(before.is_none());
        let list = match (before, *now) {
            (Some(before), Status::Skipped) if before != Status::Skipped => &mut difference.newly_skipped,
            (Some(before), Status::Passed) if before.is_red() => &mut difference.fixed,
            (before, now) if now.is_red() && !before.is_some_and(Status::is_red) => &mut difference.newly_failing,
            _ => continue,
        };
        list.push(id.clone());
    }
    difference.removed = earlier.0.keys().filter(|id| !current.0.contains_key(*id)).cloned().collect();
    difference
}

#[cfg(test)]
mod tests {
    use super::*;
    use Status::{Errored, Failed, Passed, Skipped};
    use proptest::prelude::*;

    fn results(all: &[(&str, Status)]) -> Results {
        all.iter().copied().collect()
    }

    #[test]
    fn a_test_that_is_gone_or_skipped_now_makes_the_suite_shrink() {
        let earlier = results(&[("b", Passed), ("a", Failed), ("c", Skipped), ("d", Passed), ("e", Errored)]);
        let current = results(&[("d", Skipped), ("c", Skipped), ("e", Skipped), ("f", Passed)]);
        let difference = compare(&earlier, &current);
        assert_eq!(difference.removed, ["a", "b"]);
        assert_eq!(difference.newly_skipped, ["d", "e"]);
        assert_eq!(difference.added, 1);
        assert!(difference.has_shrunk());
        assert!(!compare(&earlier, &earlier).has_shrunk());
    }

    #[test]
    fn what_broke_and_what_was_repaired_is_told() {
        let earlier = results(&[("a", Passed), ("b", Failed), ("c", Errored), ("d", Skipped), ("e", Failed)]);
        let current =
            results(&[("a", Errored), ("b", Passed), ("c", Failed), ("d", Failed), ("e", Skipped), ("n", Failed)]);
        let difference = compare(&earlier, &current);
        assert_eq!(difference.newly_failing, ["a", "d", "n"]);
        assert_eq!(difference.fixed, ["b"]);
        assert_eq!(difference.added, 1);
    }

    #[test]
    fn a_data_set_that_is_gone_is_listed_while_others_remain() {
        let set = |number: u8| (format!("T::testX with data set #{number}"), Passed);
        let difference = compare(&(0..4).map(set).collect(), &(0..3).map(set).collect());
        assert_eq!(difference.removed, ["T::testX with data set #3"]);
    }

    #[test]
    fn of_several_results_the_worst_counts_and_to_run_is_worse_than_to_be_skipped() {
        assert_eq!(results(&[("a", Skipped), ("a", Passed)]), results(&[("a", Passed)]));
        assert_eq!(results(&[("a", Failed), ("a", Passed), ("a", Skipped)]), results(&[("a", Failed)]));
        let ran_in_one_shard = results(&[("a", Passed), ("a", Skipped)]);
        assert!(!compare(&results(&[("a", Passed)]), &ran_in_one_shard).has_shrunk());
    }

    #[test]
    fn against_nothing_everything_is_new() {
        let nothing = Results::default();
        assert!(nothing.is_empty());
        assert_eq!(compare(&nothing, &results(&[("a", Passed), ("b", Passed)])).added, 2);
    }

    fn any_results() -> impl Strategy<Value = Vec<(String, Status)>> {
        let status = prop_oneof![Just(Passed), Just(Skipped), Just(Failed), Just(Errored)];
        proptest::collection::vec(("[a-f]", status), 0..12)
    }

    proptest! {
        #[test]
        fn tests_are_accounted_for(before in any_results(), after in any_results()) {
            let earlier: Results = before.into_iter().collect();
            let current: Results = after.into_iter().collect();
            let there = compare(&earlier, &current);
            let back = compare(&current, &earlier);
            prop_assert_eq!(there.removed.len(), back.added);
            prop_assert_eq!(earlier.len() + there.added, current.len() + there.removed.len());
            for list in [&there.removed, &there.newly_skipped, &there.newly_failing, &there.fixed] {
                prop_assert!(list.is_sorted());
            }
            prop_assert_eq!(compare(&current, &current), Difference::default());
        }

        #[test]
        fn the_order_of_results_does_not_matter(mut all in any_results()) {
            let one: Results = all.iter().cloned().collect();
            all.reverse();
            prop_assert_eq!(one, all.into_iter().collect::<Results>());
        }
    }
}
