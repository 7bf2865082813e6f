//! What flaky tests did in earlier runs.

use std::io::{self, Write};

use findings::words::{count, number};
use findings::write::page::{name, percent};
use junit::history::{Flakiness, Outcome};

use super::ITEMS;

pub(super) fn write(flakiness: &[Flakiness], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<div class=\"card\"><table class=\"plot\">\n<thead><tr><th scope=\"col\">Test</th>")?;
    writeln!(out, "<th scope=\"col\">Last runs, newest to the right</th>")?;
    writeln!(out, "<th scope=\"col\">Runs in which it did not just pass</th></tr></thead>\n<tbody>")?;
    for test in flakiness.iter().take(ITEMS) {
        row(test, out)?;
    }
    writeln!(out, "</tbody></table>")?;
    if let Some(more) = flakiness.len().checked_sub(ITEMS).filter(|more| *more > 0) {
        writeln!(out, "<p class=\"why\">and {} more</p>", number(more as u64))?;
    }
    // Height tells outcomes apart where colours do not.
    write!(out, "<ul class=\"legend\" aria-hidden=\"true\">")?;
    for outcome in [Outcome::Passed, Outcome::Flaky, Outcome::Failed] {
        let word = outcome.as_str();
        write!(out, "<li><span class=\"cells\"><i class=\"{word}\"></i></span>{word}</li>")?;
    }
    writeln!(out, "<li>newest to the right</li></ul></div>")
}

fn row(test: &Flakiness, out: &mut dyn Write) -> io::Result<()> {
    let trouble = test.failed.saturating_add(test.flaky) as u64;
    let runs = test.runs as u64;
    writeln!(out, "<tr><th scope=\"row\">{}<p class=\"why\">{}</p></th>", name(&test.id), words(test))?;
    write!(out, "<td class=\"shares\"><div class=\"cells\" role=\"img\" aria-label=\"{}\">", stretches(&test.last))?;
    for outcome in &test.last {
        write!(out, "<i class=\"{}\"></i>", outcome.as_str())?;
    }
    let share = percent(trouble, runs);
    writeln!(out, "</div></td><td class=\"num\">{} of {}, {share}%</td></tr>", number(trouble), count(runs, "run"))
}

/// `3 flaky, 4 failed, 2 changes of result on the same commit, passed 5 times since`.
fn words(test: &Flakiness) -> String {
    let mut words = format!("{} flaky, {} failed", number(test.flaky as u64), number(test.failed as u64));
    if test.same_commit_flips > 0 {
        words.push_str(&format!(", {} of result on the same commit", count(test.same_commit_flips as u64, "change")));
    }
    match test.passes_in_a_row as u64 {
        0 => {}
        1 => words.push_str(", passed since"),
        times => words.push_str(&format!(", passed {} times since", number(times))),
    }
    words
}

/// `oldest first: 3 passed, 1 failed, 1 passed`.
fn stretches(last: &[Outcome]) -> String {
    let stretches: Vec<_> = last
        .chunk_by(|one, next| one == next)
        .filter_map(|stretch| stretch.first().map(|outcome| format!("{} {}", stretch.len(), outcome.as_str())))
        .collect();
    format!("oldest first: {}", stretches.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Outcome::{Failed, Flaky, Passed};

    #[test]
    fn a_row_of_outcomes_can_be_read_without_seeing_it() {
        let test = Flakiness {
            id: "App\\T::test<b>".to_owned(),
            runs: 20,
            failed: 2,
            flaky: 1,
            flips: 3,
            same_commit_flips: 1,
            last: vec![Passed, Passed, Failed, Failed, Flaky, Passed],
            passes_in_a_row: 1,
        };
        let mut out = Vec::new();
        row(&test, &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap().replace("><", ">\n<"), @r#"
        <tr>
        <th scope="row">App\<wbr>T::test&lt;b&gt;<p class="why">1 flaky, 2 failed, 1 change of result on the same commit, passed since</p>
        </th>
        <td class="shares">
        <div class="cells" role="img" aria-label="oldest first: 2 passed, 2 failed, 1 flaky, 1 passed">
        <i class="passed">
        </i>
        <i class="passed">
        </i>
        <i class="failed">
        </i>
        <i class="failed">
        </i>
        <i class="flaky">
        </i>
        <i class="passed">
        </i>
        </div>
        </td>
        <td class="num">3 of 20 runs, 15.0%</td>
        </tr>
        "#);
    }

    #[test]
    fn only_so_many_tests_are_shown() {
        let mut out = Vec::new();
        write(&vec![Flakiness::default(); 1_060], &mut out).unwrap();
        let page = String::from_utf8(out).unwrap();
        assert_eq!(page.matches("<th scope=\"row\">").count(), ITEMS);
        assert!(page.contains("and 1,010 more"), "{page}");
    }
}
