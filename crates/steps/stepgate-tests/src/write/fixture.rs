//! Gates that every writer is shown: one that fails in every way there is, with names and messages that mean harm; one
//! that passes; one of which an input is missing.

use coverage::change::{ChangeCoverage, ChangedFile, Unmentioned};
use coverage::{Ratio, Totals as Covered};
use findings::{Outcome, Verdict};
use junit::Status;
use junit::against::Difference;
use junit::case::{Case, Fault};
use junit::history::{Flakiness, Outcome as Seen};

use super::{Options, Output, write};
use crate::report::{
    By, Code, Coverage, Disposition, Gate, Input, Place, Quarantine, Slow, Source, SourceLine, Test, Totals,
};

/// What is between the `<script>` and the bidi override must be seen as text everywhere.
pub(crate) const HOSTILE: &str = "<script>alert(1)</script> | \"x\" 'y' & `z` ]]> \u{1b}[31mred\u{1b}[0m \u{202e}gnp.exe\n@team [a](https://b.example) **c**";

const SECOND: u64 = 1_000_000_000;
const BUILD: &str = "/opt/atlassian/pipelines/agent/build";

/// A gate that fails: a failed, an errored and a flaky test, one in quarantine by an entry, one by Bitbucket.
pub(crate) fn gate() -> Gate {
    Gate {
        verdict: Verdict {
            outcome: Outcome::Fail,
            reasons: [
                "2 tests failed: 1 failed, 1 errored",
                "1 flaky test",
                "phpunit said 2, and its report has no red test",
                "2 tests were removed, 1 is newly skipped",
                "1 entry of the quarantine has expired",
                "40% of the changed lines ran, 80% must",
            ]
            .map(str::to_owned)
            .into(),
        },
        totals: Totals {
            tests: 1_234,
            passed: 1_221,
            failed: 3,
            errored: 1,
            skipped: 9,
            flaky: 1,
            quarantined: 2,
            time: 72 * SECOND + 340_000_000,
        },
        inputs: inputs(),
        codes: vec![
            Code { source: "reports/phpunit-1.code".to_owned(), code: 0 },
            Code { source: "reports/phpunit-2.code".to_owned(), code: 2 },
        ],
        tests: vec![failed(), errored(), flaky(), quarantined_by_entry(), quarantined_by_bitbucket()],
        unlisted: 0,
        shrink_blocks: false,
        difference: Some(difference()),
        slowest: slowest(),
        flakiness: flakiness(),
        quarantine: quarantine(),
        coverage: Some(coverage()),
    }
}

/// A gate to which there is nothing to say.
pub(crate) fn passing() -> Gate {
    Gate {
        verdict: Verdict { outcome: Outcome::Pass, reasons: vec!["12 tests passed".to_owned()] },
        totals: Totals { tests: 12, passed: 12, time: 340_000_000, ..Totals::default() },
        inputs: vec![Input { holds: 12, notes: Vec::new(), ..shard(1) }],
        codes: Vec::new(),
        tests: Vec::new(),
        unlisted: 0,
        shrink_blocks: false,
        difference: None,
        slowest: Vec::new(),
        flakiness: Vec::new(),
        quarantine: Quarantine::default(),
        coverage: None,
    }
}

/// A gate of which one input was cut short and one could not be read at all.
pub(crate) fn incomplete() -> Gate {
    let cut = Input {
        problems: vec!["line 812: the document ends inside of `testcase`".to_owned(), format!("also: {HOSTILE}")],
        ..shard(2)
    };
    let empty = Input {
        path: "reports/junit-3.xml".to_owned(),
        tool: "unknown".to_owned(),
        problems: vec!["the file is empty".to_owned()],
        ..Input::default()
    };
    Gate {
        verdict: Verdict {
            outcome: Outcome::Incomplete,
            reasons: vec!["2 inputs cannot be relied on".to_owned(), "1 test failed".to_owned()],
        },
        totals: Totals { tests: 700, passed: 699, failed: 1, time: 40 * SECOND, ..Totals::default() },
        inputs: vec![shard(1), cut, empty],
        tests: vec![failed()],
        ..passing()
    }
}

/// [`gate`] with `count` failed tests in a thousand classes.
pub(crate) fn large(count: u32) -> Gate {
    let test = |n: u32| {
        let mut test = failed();
        test.case.class = format!("App\\Tests\\Package{}\\ServiceTest", n % 1_000);
        test.case.name = format!("testCase{n}");
        test.case.faults[0].message = format!("Failed asserting that {n} is 0. {HOSTILE}");
        test.place = Some(place(&format!("src/Package{}/Service.php", n % 1_000), n / 1_000 + 1));
        test
    };
    let totals = Totals { tests: u64::from(count), failed: u64::from(count), ..Totals::default() };
    let reasons = vec![format!("{count} tests failed")];
    Gate {
        verdict: Verdict { outcome: Outcome::Fail, reasons },
        totals,
        tests: (0..count).map(test).collect(),
        ..gate()
    }
}

/// The other reports of the run.
pub(crate) const REPORTS: &[(&str, &str)] = &[("html", "build/tests.html"), ("json", "build/tests.json")];

/// Everything a writer may be told.
pub(crate) fn options() -> Options<'static> {
    Options {
        reports: REPORTS,
        subject: Some("acme/shop at 4f3c2d1"),
        source: Some("https://bitbucket.org/acme/shop/src/4f3c2d1"),
        ..Options::default()
    }
}

pub(crate) fn written(output: Output, gate: &Gate, options: &Options<'_>) -> String {
    let mut out = Vec::new();
    write(output, gate, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn inputs() -> Vec<Input> {
    let coverage = Input {
        path: "reports/clover.xml".to_owned(),
        format: Some("clover"),
        tool: "phpunit".to_owned(),
        holds: 3,
        ..Input::default()
    };
    vec![shard(1), shard(2), coverage]
}

fn shard(number: u32) -> Input {
    Input {
        path: format!("reports/junit-{number}.xml"),
        format: Some("junit"),
        tool: "phpunit".to_owned(),
        notes: Vec::from_iter((number == 1).then(|| "2 control characters that XML forbids were replaced".to_owned())),
        holds: 617,
        ..Input::default()
    }
}

fn failed() -> Test {
    Test {
        case: Case {
            name: "testRefund".to_owned(),
            class: "App\\Tests\\RefundTest".to_owned(),
            file: format!("{BUILD}/tests/RefundTest.php"),
            line: 38,
            suite: "App\\Tests\\RefundTest".to_owned(),
            time: Some(120_000_000),
            status: Status::Failed,
            faults: vec![Fault {
                status: Status::Failed,
                kind: "PHPUnit\\Framework\\ExpectationFailedException".to_owned(),
                message: String::new(),
                text: format!(
                    "App\\Tests\\RefundTest::testRefund\nFailed asserting that 1 matches expected 2.\n\n{BUILD}/src/Service/RefundService.php:31\n{BUILD}/tests/RefundTest.php:42\n"
                ),
            }],
            ..Case::default()
        },
        disposition: Disposition::Blocking,
        place: Some(place("src/Service/RefundService.php", 31)),
        input: 0,
    }
}

fn errored() -> Test {
    Test {
        case: Case {
            name: format!("testTotal with data set \"{HOSTILE}\""),
            class: "App\\Tests\\OrderTest".to_owned(),
            file: format!("{BUILD}/tests/OrderTest.php"),
            line: 12,
            time: Some(3 * SECOND + 400_000_000),
            status: Status::Errored,
            faults: vec![Fault {
                status: Status::Errored,
                kind: "Error".to_owned(),
                message: format!("{} {}", HOSTILE.replace('\n', " "), "0123456789".repeat(1_000)),
                text: format!("Error: {HOSTILE}\n{BUILD}/tests/OrderTest.php:17\n"),
            }],
            output: HOSTILE.to_owned(),
            ..Case::default()
        },
        disposition: Disposition::Blocking,
        place: Some(place("tests/OrderTest.php", 17)),
        input: 1,
    }
}

fn flaky() -> Test {
    Test {
        case: Case {
            name: "adds to the cart".to_owned(),
            class: "cart.spec.js".to_owned(),
            project: "chromium".to_owned(),
            time: Some(900_000_000),
            status: Status::Passed,
            earlier: vec![Fault {
                status: Status::Failed,
                kind: "TimeoutError".to_owned(),
                message: "locator.click: Timeout 30000ms exceeded.".to_owned(),
                text: "locator.click: Timeout 30000ms exceeded.\n    at tests/cart.spec.js:9:5\n".to_owned(),
            }],
            retries: 1,
            ..Case::default()
        },
        disposition: Disposition::Reported,
        place: Some(place("tests/cart.spec.js", 9)),
        input: 0,
    }
}

fn quarantined_by_entry() -> Test {
    let by = By::Entry {
        owner: "payments".to_owned(),
        reason: "the sandbox of the bank is down at night | see `#42`".to_owned(),
        ticket: Some("SHOP-42".to_owned()),
        expires: "2026-12-31".to_owned(),
    };
    Test {
        case: red("App\\Tests\\BankTest", "testTransfer", "Connection refused"),
        disposition: Disposition::Quarantined(by),
        place: None,
        input: 1,
    }
}

fn quarantined_by_bitbucket() -> Test {
    let outside = Place { path: "/usr/share/php/Twig/Environment.php".to_owned(), inside: false, line: 7 };
    Test {
        case: red("App\\Tests\\MailTest", "testSend", "Failed asserting that false is true."),
        disposition: Disposition::Quarantined(By::Bitbucket),
        place: Some(outside),
        input: 1,
    }
}

fn red(class: &str, name: &str, message: &str) -> Case {
    let fault = Fault {
        status: Status::Failed,
        kind: "Exception".to_owned(),
        message: message.to_owned(),
        text: format!("{message}\n"),
    };
    Case {
        name: name.to_owned(),
        class: class.to_owned(),
        time: Some(SECOND),
        status: Status::Failed,
        faults: vec![fault],
        ..Case::default()
    }
}

fn place(path: &str, line: u32) -> Place {
    Place { path: path.to_owned(), inside: true, line }
}

fn difference() -> Difference {
    Difference {
        removed: vec!["App\\Tests\\OldTest::testA".to_owned(), format!("App\\Tests\\OldTest::{HOSTILE}")],
        newly_skipped: vec!["App\\Tests\\SlowTest::testAll".to_owned()],
        added: 3,
        newly_failing: vec!["App\\Tests\\RefundTest::testRefund".to_owned()],
        fixed: vec!["App\\Tests\\PriceTest::testVat with data set #1".to_owned()],
    }
}

fn slowest() -> Vec<Slow> {
    let slow = |time, id: &str, file: &str| Slow { time, id: id.to_owned(), file: file.to_owned() };
    vec![
        slow(21 * SECOND, "App\\Tests\\ImportTest::testAll", "tests/ImportTest.php"),
        slow(3 * SECOND + 400_000_000, HOSTILE, "tests/OrderTest.php"),
        slow(900_000_000, "[chromium] cart.spec.js::adds to the cart", ""),
    ]
}

fn flakiness() -> Vec<Flakiness> {
    let (p, y, f) = (Seen::Passed, Seen::Flaky, Seen::Failed);
    vec![
        Flakiness {
            id: "[chromium] cart.spec.js::adds to the cart".to_owned(),
            runs: 12,
            failed: 3,
            flaky: 4,
            flips: 5,
            same_commit_flips: 2,
            last: vec![p, y, f, p, y, y, f, f, p, p, p, y],
            passes_in_a_row: 0,
        },
        Flakiness {
            id: format!("App\\Tests\\OrderTest::{HOSTILE}"),
            runs: 3,
            failed: 1,
            flaky: 0,
            flips: 2,
            same_commit_flips: 1,
            last: vec![p, f, p],
            passes_in_a_row: 1,
        },
    ]
}

fn quarantine() -> Quarantine {
    Quarantine {
        expired: vec![("App\\Tests\\MailTest::*".to_owned(), "mail".to_owned(), "2026-10-01".to_owned())],
        ready: vec![("App\\Tests\\PriceTest::testVat*".to_owned(), 25)],
        stale: vec!["App\\Tests\\GoneTest::*".to_owned()],
    }
}

fn coverage() -> Coverage {
    let ratio = |covered, total| Ratio { covered, total };
    let covered = |lines, branches, functions| Covered { lines, branches, functions };
    let change = ChangeCoverage {
        files: vec![
            ChangedFile {
                path: "src/A.php".to_owned(),
                covered: vec![10, 11, 16],
                uncovered: vec![12, 13, 14, 20],
                unlisted: 0,
            },
            ChangedFile { path: "src/B | <b>.php".to_owned(), covered: vec![3], uncovered: vec![], unlisted: 0 },
        ],
        unmentioned: vec![Unmentioned { path: "src/New.php".to_owned(), lines: 2 }],
        excluded: vec!["src/Migration.php".to_owned()],
    };
    Coverage {
        totals: covered(ratio(812, 1_000), ratio(0, 0), ratio(90, 120)),
        base: Some(covered(ratio(830, 1_000), ratio(0, 0), ratio(91, 120))),
        files: vec![
            ("src/A.php".to_owned(), covered(ratio(12, 40), ratio(0, 0), ratio(2, 5))),
            ("src/B | <b>.php".to_owned(), covered(ratio(700, 800), ratio(0, 0), ratio(80, 100))),
            ("src/C.php".to_owned(), covered(ratio(100, 160), ratio(0, 0), ratio(8, 15))),
        ],
        change: Some(change),
        sources: vec![source()],
        reasons: vec!["40% of the changed lines ran, 80% must".to_owned()],
    }
}

fn source() -> Source {
    let texts = [
        (9, "    {", false, None),
        (10, "        $total = 0;", true, Some(true)),
        (11, "        foreach ($items as $item) {", true, Some(true)),
        (12, "            if ($item->isFree() && \"<b>\" < 'x') {", true, Some(false)),
        (13, "                $total -= 1;", true, Some(false)),
        (14, "                continue;", true, Some(false)),
        (15, "            }", true, None),
        (16, "            $total += $item->price();", true, Some(true)),
        (17, "        }", false, None),
        (19, "", false, None),
        (20, "        return $total; // \u{202e}gnp \u{1b}[31m", true, Some(false)),
        (21, "    }", false, None),
    ];
    let line = |(number, text, touched, covered): (u32, &str, bool, Option<bool>)| SourceLine {
        number,
        text: text.to_owned(),
        touched,
        covered,
    };
    Source { path: "src/A.php".to_owned(), lines: texts.map(line).into() }
}
