//! One result of one test.

/// How a test ended.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It ran and what it checked held.
    #[default]
    Passed,
    /// It did not run to its end, on purpose.
    Skipped,
    /// What it checked did not hold.
    Failed,
    /// It broke before it could tell.
    Errored,
}

impl Status {
    /// The word used in every output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::Errored => "errored",
        }
    }

    /// Whether it speaks against the code: failed or errored.
    #[must_use]
    pub const fn is_red(self) -> bool {
        matches!(self, Self::Failed | Self::Errored)
    }
}

/// What a report says of one test, once. Texts are cut at [`Limits::text`](crate::scan::Limits::text).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Case {
    /// The name as reported.
    pub name: String,
    /// The class as people write it (`App\Tests\PriceTest`), else `classname`; empty when the report has neither.
    pub class: String,
    /// The file, as reported; often absolute, seen from another machine.
    pub file: String,
    /// The line in it, from 1; 0 when unknown.
    pub line: u32,
    /// The name of the innermost suite.
    pub suite: String,
    /// The project of Playwright that ran it (`chromium`); empty elsewhere.
    pub project: String,
    /// How long it took, in nanoseconds, when that can be read.
    pub time: Option<u64>,
    /// How it ended.
    pub status: Status,
    /// What went wrong, in the order of the report; at least one when `status` is red.
    pub faults: Vec<Fault>,
    /// What went wrong in earlier attempts, as far as the report tells.
    pub earlier: Vec<Fault>,
    /// How many attempts there were before this one; at least as many as `earlier` tells of.
    pub retries: u32,
    /// Why it was skipped.
    pub skipped: String,
    /// What it printed, the start of it.
    pub output: String,
}

impl Case {
    /// Whether it passed only after it had failed.
    #[must_use]
    pub fn is_flaky(&self) -> bool {
        self.status == Status::Passed && self.retries > 0
    }

    /// The first line of what went wrong.
    #[must_use]
    pub fn message(&self) -> &str {
        self.faults.first().or(self.earlier.last()).map_or("", Fault::headline)
    }

    pub(crate) fn clear(&mut self) {
        let Self { name, class, file, line, suite, project, time, status, faults, earlier, retries, skipped, output } =
            self;
        for text in [name, class, file, suite, project, skipped, output] {
            text.clear();
        }
        (*line, *time, *status, *retries) = (0, None, Status::Passed, 0);
        faults.clear();
        earlier.clear();
    }
}

/// Something that went wrong: a `<failure>` or `<error>`, or one of an earlier attempt.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Fault {
    /// [`Status::Failed`] or [`Status::Errored`].
    pub status: Status,
    /// The type, mostly a class of exceptions.
    pub kind: String,
    /// The message attribute.
    pub message: String,
    /// The text: message and trace, as the dialect has it.
    pub text: String,
}

impl Fault {
    /// What to say of it in a line: the message, else the line of the text that tells most, else the type.
    #[must_use]
    pub fn headline(&self) -> &str {
        let line = |text: &'_ str| -> Option<usize> { text.lines().position(|line| !line.trim().is_empty()) };
        if let Some(at) = line(&self.message) {
            return self.message.lines().nth(at).unwrap_or_default().trim();
        }
        // PHPUnit has no message; the first line of its text is the name of the test.
        let mut lines = self.text.lines().map(str::trim).filter(|line| !line.is_empty());
        match (lines.next(), lines.next()) {
            (Some(first), Some(second)) if first.contains("::") && !first.contains(' ') => second,
            (Some(first), Some(second)) if first.contains("::") && first.contains(" with data set ") => second,
            (Some(first), _) => first,
            (None, _) => &self.kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headline_is_what_tells_most() {
        let fault = |message: &str, text: &str| Fault {
            message: message.to_owned(),
            text: text.to_owned(),
            kind: "E".to_owned(),
            ..Fault::default()
        };
        assert_eq!(fault("\n boom \nx", "y").headline(), "boom");
        assert_eq!(
            fault("", "App\\T::testX\nFailed asserting that 1 is 2.\n\n/a.php:3").headline(),
            "Failed asserting that 1 is 2."
        );
        assert_eq!(fault("", "App\\T::testX with data set \"a b\" (1)\nboom").headline(), "boom");
        assert_eq!(fault("", "Error: a::b is wrong\nat x").headline(), "Error: a::b is wrong");
        assert_eq!(fault("", " \n").headline(), "E");
    }
}
