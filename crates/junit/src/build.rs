//! Putting a case together from the elements of its `<testcase>`.

use xml::{Tag, Text};

use crate::case::{Case, Fault, Status};
use crate::identity::attempt;
use crate::numbers;
use crate::verbatim::{is_free, is_plain_number};
use crate::walk::Part;

/// A case in the making. Its texts keep their memory from one case to the next.
#[derive(Default)]
pub(crate) struct Builder {
    case: Case,
    classname: String,
    /// The `status` or `result` attribute.
    word: String,
    /// `result` of `GoogleTest`, beside a `status`.
    odd_time: bool,
    is_in_order: bool,
    /// Where text goes, for each element that is open.
    targets: Vec<Target>,
    is_skipped: bool,
    /// An attempt that failed is reported together with others that failed too (`rerunFailure`), so that without a
    /// failure of its own the case is not known to have passed.
    is_rerun: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Target {
    Nothing,
    Fault,
    Earlier,
    Skipped,
    Output,
}

/// What a text ends with that was cut.
const CUT: &str = "\n… cut here; the merged report has all of it";

impl Builder {
    /// Starts a case.
    pub(crate) fn begin(&mut self, tag: &Tag<'_>, suite: &str) {
        self.clear();
        self.case.suite.push_str(suite);
        // A name, a class and a time that every reader can read.
        let mut needed = 3;
        for attribute in tag.attributes() {
            let value = attribute.value();
            self.is_in_order &= is_free(&attribute) && attribute.stands();
            match attribute.full_name {
                "name" => {
                    needed -= 1;
                    self.case.name.push_str(&value);
                }
                "classname" => {
                    needed -= 1;
                    self.classname.push_str(&value);
                }
                "class" => self.case.class.push_str(&value),
                // Pest writes `tests/Unit/PriceTest.php::it adds up`.
                "file" | "filepath" => self.case.file.push_str(before_colons(&value)),
                "line" | "lineno" => self.case.line = value.trim().parse().unwrap_or(0),
                "time" => {
                    needed -= i32::from(is_plain_number(attribute.raw));
                    self.case.time = numbers::time(&value);
                    self.odd_time = self.case.time.is_none() && !value.trim().is_empty();
                }
                "status" | "result" if !is_red(&self.word) => {
                    self.word.clear();
                    self.word.push_str(&value);
                }
                _ => {}
            }
        }
        self.is_in_order &= needed == 0 && !is_red(&self.word) && !is_skipped(&self.word);
        if self.case.class.is_empty() {
            std::mem::swap(&mut self.case.class, &mut self.classname);
        }
    }

    /// Starts the case that stands for an error of `suite` itself.
    pub(crate) fn begin_suite(&mut self, suite: &str) {
        self.clear();
        self.case.name.push_str(SUITE_CASE);
        self.case.class.push_str(suite);
        self.case.suite.push_str(suite);
    }

    pub(crate) fn project(&mut self, project: &str) {
        self.case.project.clear();
        self.case.project.push_str(project);
    }

    /// Whether its tag can be copied as it stands: what has to be there is there and well-formed, and how the case ended
    /// is told by its elements.
    pub(crate) fn is_in_order(&self) -> bool {
        self.is_in_order
    }

    pub(crate) fn has_odd_time(&self) -> bool {
        self.odd_time
    }

    pub(crate) fn open(&mut self, part: Part, tag: &Tag<'_>, limit: usize) {
        let within = self.targets.last().copied().unwrap_or(Target::Nothing);
        let target = match part {
            Part::Failure | Part::Error if within == Target::Nothing => {
                let status = if part == Part::Error { Status::Errored } else { Status::Failed };
                self.case.faults.push(fault(status, tag, limit));
                Target::Fault
            }
            Part::AttemptFailure | Part::AttemptError if within == Target::Nothing => {
                let status = if part == Part::AttemptError { Status::Errored } else { Status::Failed };
                self.is_rerun |= tag.name().starts_with("rerun");
                self.case.earlier.push(fault(status, tag, limit));
                Target::Earlier
            }
            Part::Skipped if within == Target::Nothing => {
                self.is_skipped = true;
                push(&mut self.case.skipped, &tag.attribute("message").unwrap_or_default(), limit);
                Target::Skipped
            }
            Part::SystemOut | Part::SystemErr if within == Target::Nothing => Target::Output,
            Part::SystemOut | Part::SystemErr | Part::Property => Target::Nothing,
            _ => within,
        };
        self.targets.push(target);
    }

    pub(crate) fn close(&mut self) {
        self.targets.pop();
    }

    pub(crate) fn text(&mut self, text: &Text<'_>, limit: usize) {
        let kept = match self.targets.last() {
            Some(Target::Fault) => self.case.faults.last_mut().map(|fault| &mut fault.text),
            Some(Target::Earlier) => self.case.earlier.last_mut().map(|fault| &mut fault.text),
            Some(Target::Skipped) => Some(&mut self.case.skipped),
            Some(Target::Output) => Some(&mut self.case.output),
            Some(Target::Nothing) | None => None,
        };
        if let Some(kept) = kept.filter(|kept| kept.len() < limit) {
            push(kept, &text.decode(), limit);
        }
    }

    /// The document ends within the case.
    pub(crate) fn break_off(&mut self) {
        self.case.faults.push(Fault { status: Status::Errored, message: BROKEN_OFF.to_owned(), ..Fault::default() });
    }

    /// Settles how the case ended, when its element does.
    pub(crate) fn end(&mut self) {
        for fault in self.case.faults.iter_mut().chain(&mut self.case.earlier) {
            trim(&mut fault.text);
        }
        trim(&mut self.case.skipped);
        self.case.retries = u32::try_from(self.case.earlier.len()).unwrap_or(u32::MAX);
        if let Some(number) = attempt(&self.case.name) {
            self.case.retries = self.case.retries.max(number - 1);
        }
        let faults = &self.case.faults;
        self.case.status = if faults.iter().any(|fault| fault.status == Status::Errored) {
            Status::Errored
        } else if !faults.is_empty() {
            Status::Failed
        } else if let Some(why) = self.red_without_a_fault() {
            self.case.faults.push(Fault { status: Status::Failed, message: why, ..Fault::default() });
            Status::Failed
        } else if self.is_skipped || is_skipped(&self.word) {
            Status::Skipped
        } else {
            Status::Passed
        };
    }

    /// The case as it is now.
    pub(crate) fn case(&self) -> &Case {
        &self.case
    }

    /// Says that there were `attempts` before it.
    pub(crate) fn retried(&mut self, attempts: u32) {
        self.case.retries = self.case.retries.max(attempts);
    }

    /// Why the case is taken to have failed although no element says what went wrong.
    fn red_without_a_fault(&self) -> Option<String> {
        if is_red(&self.word) {
            return Some(format!("its status is `{}`", self.word));
        }
        let only_reruns = self.is_rerun && !self.is_skipped && !is_skipped(&self.word);
        only_reruns.then(|| "all attempts that are reported failed".to_owned())
    }

    fn clear(&mut self) {
        self.case.clear();
        self.classname.clear();
        self.word.clear();
        self.targets.clear();
        (self.odd_time, self.is_skipped, self.is_rerun, self.is_in_order) = (false, false, false, true);
    }
}

/// The name of the case that stands for an error of a suite.
pub(crate) const SUITE_CASE: &str = "(the suite itself)";

/// What is said of a case that was open when its document ended.
pub(crate) const BROKEN_OFF: &str = "the report breaks off within this case";

/// Whether a `status` or `result` attribute says that the case failed.
pub(crate) fn is_red(word: &str) -> bool {
    ["failed", "failure", "fail", "error", "errored", "broken", "crashed", "timeout", "timedout"]
        .iter()
        .any(|red| word.eq_ignore_ascii_case(red))
}

/// Whether a `status` or `result` attribute says that the case did not run.
pub(crate) fn is_skipped(word: &str) -> bool {
    ["skipped", "skip", "notrun", "ignored", "disabled", "suppressed", "pending", "undefined", "todo"]
        .iter()
        .any(|skipped| word.eq_ignore_ascii_case(skipped))
}

fn fault(status: Status, tag: &Tag<'_>, limit: usize) -> Fault {
    let mut fault = Fault { status, ..Fault::default() };
    for attribute in tag.attributes() {
        match attribute.name {
            "type" => push(&mut fault.kind, &attribute.value(), limit),
            "message" => push(&mut fault.message, &attribute.value(), limit),
            _ => {}
        }
    }
    fault
}

/// Appends as much of `text` as `kept` may hold.
fn push(kept: &mut String, text: &str, limit: usize) {
    match limit.checked_sub(kept.len()) {
        Some(room) if text.len() <= room => kept.push_str(text),
        room => {
            kept.push_str(&text[..text.floor_char_boundary(room.unwrap_or(0))]);
            kept.push_str(CUT);
        }
    }
}

/// `text` up to `::`.
fn before_colons(text: &str) -> &str {
    let bytes = text.as_bytes();
    let end = memchr::memchr_iter(b':', bytes).find(|at| bytes.get(at + 1) == Some(&b':'));
    &text[..end.unwrap_or(text.len())]
}

/// Takes space off both ends, in place.
fn trim(text: &mut String) {
    text.truncate(text.trim_end().len());
    let start = text.len() - text.trim_start().len();
    if start > 0 {
        text.drain(..start);
    }
}
