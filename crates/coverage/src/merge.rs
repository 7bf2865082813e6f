//! Several reports into one, in any order.
//!
//! It is a union, line by line: what ran in one of them ran. Merging is associative and commutative, and a report
//! merged with itself covers what it covered before.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::model::{Branch, BranchId, Coverage, FileCoverage, Line};

impl Coverage {
    /// Takes in another report, whose paths must be resolved like those of this one.
    ///
    /// Hits are added up, without running over. Of branches that formats tell apart, each was taken when one of the
    /// reports says so; of those that a format only counts, the larger count is taken, which is less than the union
    /// can be, and never more. Lines that are counted without being listed are the same ones in every shard of one
    /// code base: the larger number is taken.
    pub fn merge(&mut self, other: Self) {
        self.unlisted = self.unlisted.max(other.unlisted);
        for (path, file) in other.files {
            match self.files.entry(path) {
                Entry::Vacant(free) => drop(free.insert(file)),
                Entry::Occupied(mut known) => known.get_mut().merge(file),
            }
        }
    }
}

impl FileCoverage {
    /// Takes in what another report says of the same file.
    pub fn merge(&mut self, other: Self) {
        self.outside &= other.outside;
        self.executable = self.executable.max(other.executable);
        for (number, line) in other.lines {
            match self.lines.entry(number) {
                Entry::Vacant(free) => drop(free.insert(line)),
                Entry::Occupied(mut known) => known.get_mut().merge(line),
            }
        }
        for (function, hits) in other.functions {
            let known = self.functions.entry(function).or_default();
            *known = known.saturating_add(hits);
        }
    }
}

impl Line {
    fn merge(&mut self, other: Self) {
        self.hits = self.hits.saturating_add(other.hits);
        unite(&mut self.branches, other.branches);
    }
}

/// Takes `more` branches into `known` ones of the same line.
pub(crate) fn unite(known: &mut BTreeMap<BranchId, Branch>, more: BTreeMap<BranchId, Branch>) {
    for (id, Branch { covered, total }) in more {
        let branch = known.entry(id).or_default();
        *branch = Branch { covered: branch.covered.max(covered), total: branch.total.max(total) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::{any_coverage, coverage};
    use proptest::prelude::*;

    fn merged(all: &[&Coverage]) -> Coverage {
        let mut merged = Coverage::default();
        for &one in all {
            merged.merge(one.clone());
        }
        merged
    }

    #[test]
    fn a_line_counts_as_covered_when_any_shard_ran_it() {
        let one = coverage(&[("a.php", &[(1, 1), (2, 0), (3, 0)])]);
        let two = coverage(&[("a.php", &[(2, 4), (3, 0), (4, 1)]), ("b.php", &[(1, 0)])]);
        let expected = coverage(&[("a.php", &[(1, 1), (2, 4), (3, 0), (4, 1)]), ("b.php", &[(1, 0)])]);
        assert_eq!(merged(&[&one, &two]), expected);
    }

    #[test]
    fn hits_never_run_over() {
        let one = coverage(&[("a.php", &[(1, u64::MAX - 1)])]);
        assert_eq!(merged(&[&one, &one, &one]).files["a.php"].lines[&1].hits, u64::MAX);
    }

    #[test]
    fn branches_that_can_be_told_apart_are_united() {
        let with = |id: BranchId, covered, total| {
            let mut one = coverage(&[("a.js", &[(1, 1)])]);
            one.files.get_mut("a.js").unwrap().lines.get_mut(&1).unwrap().branches =
                BTreeMap::from([(id, Branch { covered, total })]);
            one
        };
        let ratio = |all: &[&Coverage]| {
            let ratio = merged(all).totals().branches;
            (ratio.covered, ratio.total)
        };
        let (first, second) = (with(BranchId::Numbered(0, 0), 1, 1), with(BranchId::Numbered(0, 1), 1, 1));
        assert_eq!(ratio(&[&first, &second]), (2, 2));
        let (one, two) = (with(BranchId::Whole, 1, 4), with(BranchId::Whole, 2, 4));
        assert_eq!(ratio(&[&one, &two]), (2, 4), "3 of 4 is possible, and not known");
    }

    proptest! {
        #[test]
        fn the_order_of_reports_does_not_matter(a in any_coverage(), b in any_coverage(), c in any_coverage()) {
            let all = merged(&[&a, &b, &c]);
            prop_assert_eq!(&merged(&[&c, &a, &b]), &all);
            let mut right = b.clone();
            right.merge(c);
            prop_assert_eq!(&merged(&[&a, &right]), &all);
        }

        #[test]
        fn nothing_is_lost(a in any_coverage(), b in any_coverage()) {
            let all = merged(&[&a, &b]);
            for (path, file) in a.files.iter().chain(&b.files) {
                let kept = &all.files[path];
                for (number, line) in &file.lines {
                    prop_assert!(kept.lines[number].hits >= line.hits);
                    prop_assert!(kept.lines[number].branch_ratio().total >= line.branch_ratio().total);
                }
                prop_assert!(file.functions.iter().all(|(function, hits)| kept.functions[function] >= *hits));
            }
        }

        #[test]
        fn a_report_read_twice_covers_the_same(a in any_coverage()) {
            prop_assert_eq!(merged(&[&a, &a]).totals(), a.totals());
        }
    }
}
