//! The identity of a test: what is the same from run to run, from shard to shard, from attempt to attempt.

use std::fmt::Write as _;

use crate::case::Case;

impl Case {
    /// The identity: project, class (else suite, else file) and name, with data sets and parameters, without what
    /// changes from attempt to attempt. `App\Tests\PriceTest::testVat with data set #1`,
    /// `[chromium] tests/a.spec.js::grp › flaky`.
    #[must_use]
    pub fn id(&self) -> String {
        let mut id = String::new();
        self.write_id(&mut id);
        id
    }

    /// Writes [`Case::id`] in place of what is in `out`.
    pub fn write_id(&self, out: &mut String) {
        out.clear();
        if !self.project.is_empty() {
            write!(out, "[{}] ", self.project).unwrap_or_default(); // a String takes everything
        }
        let place = [&self.class, &self.suite, &self.file].into_iter().find(|place| !place.is_empty());
        if let Some(place) = place {
            out.push_str(place);
            out.push_str("::");
        }
        out.push_str(base_name(&self.name));
    }
}

/// The name without PHPUnit's counters: `testX (attempt 2 of 3)`, `testX (repetition 1 of 2)`.
#[must_use]
pub fn base_name(name: &str) -> &str {
    counted(name, " (attempt ").or_else(|| counted(name, " (repetition ")).map_or(name, |(base, _)| base)
}

/// Which attempt a result of PHPUnit 13 is, from 1.
#[must_use]
pub fn attempt(name: &str) -> Option<u32> {
    counted(name, " (attempt ").map(|(_, number)| number)
}

/// What stands before ` (attempt 2 of 3)` at the end of `name`, and its first number.
fn counted<'n>(name: &'n str, mark: &str) -> Option<(&'n str, u32)> {
    let name = name.strip_suffix(')').filter(|name| name.ends_with(|last: char| last.is_ascii_digit()))?;
    let (base, counter) = name.rsplit_once(mark)?;
    let (number, of) = counter.split_once(" of ")?;
    let (number, of): (u32, u32) = (number.parse().ok()?, of.parse().ok()?);
    (number >= 1 && number <= of && !base.is_empty()).then_some((base, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(project: &str, class: &str, suite: &str, name: &str) -> Case {
        Case {
            project: project.to_owned(),
            class: class.to_owned(),
            suite: suite.to_owned(),
            name: name.to_owned(),
            ..Case::default()
        }
    }

    #[test]
    fn projects_data_sets_and_parameters_are_part_of_it() {
        let set = "testVat with data set \"(attempt 1 of 2)\"";
        assert_eq!(case("", "App\\T", "s", set).id(), format!("App\\T::{set}"));
        assert_eq!(case("chromium", "a.spec.js", "s", "x").id(), "[chromium] a.spec.js::x");
        assert_eq!(case("", "", "checkout", "x").id(), "checkout::x");
        assert_eq!(case("", "", "", "x").id(), "x");
    }

    #[test]
    fn the_number_of_an_attempt_is_not() {
        assert_eq!(case("", "C", "", "testX (attempt 2 of 3)").id(), "C::testX");
        assert_eq!(case("", "C", "", "testX (repetition 1 of 2)").id(), "C::testX");
        assert_eq!(attempt("testX (attempt 2 of 3)"), Some(2));
        for none in ["testX (attempt 4 of 3)", "testX (attempt 2 of x)", "testX (attempt 2)", " (attempt 1 of 2)", "x"]
        {
            assert_eq!(attempt(none), None, "{none}");
        }
    }
}
