//! Bars in a table, so that they can be read without seeing them.

use std::io::{self, Write};

use super::name;
use crate::escape;

/// A part of a bar: the class that gives its colour, which is also its name, and how long it is.
pub type Part = (&'static str, u64);

/// A bar for each name, in parts that have a colour.
#[derive(Clone, Debug)]
pub struct Plot<'p> {
    /// Its heading.
    pub title: &'static str,
    /// What the parts are a number of: `Findings`.
    pub unit: &'static str,
    /// A number as it is read.
    pub show: fn(u64) -> String,
    /// The hostile name of each bar, and its parts: the same ones in the same order in each.
    pub bars: Vec<(&'p str, Vec<Part>)>,
}

/// Writes `plot` as a card.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn plot(plot: &Plot<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Plot { title, unit, show, bars } = plot;
    let sum = |parts: &[Part]| parts.iter().fold(0_u64, |sum, (_, count)| sum.saturating_add(*count));
    let longest = bars.iter().map(|(_, parts)| sum(parts)).max().unwrap_or(0).max(1);
    writeln!(out, "<div class=\"card\"><h3>{title}</h3>\n<table class=\"plot\">")?;
    write!(out, "<thead><tr><th scope=\"col\">Name</th><th scope=\"col\">Shares</th>")?;
    writeln!(out, "<th scope=\"col\">{unit}</th></tr></thead>\n<tbody>")?;
    for (label, parts) in bars {
        let all = sum(parts);
        let words: Vec<_> = used(parts).map(|(word, count)| format!("{} {word}", show(*count))).collect();
        write!(out, "<tr><th scope=\"row\">{}</th><td class=\"shares\"><div class=\"bar\" role=\"img\" ", name(label))?;
        let (words, width) = (escape::html(&words.join(", ")).into_owned(), percent(all, longest));
        write!(out, "aria-label=\"{words}\" style=\"width:{width}%\">")?;
        for (word, count) in used(parts) {
            write!(out, "<i class=\"{word}\" style=\"width:{}%\"></i>", percent(*count, all))?;
        }
        writeln!(out, "</div></td><td class=\"num\">{}</td></tr>", escape::html(&show(all)))?;
    }
    writeln!(out, "</tbody></table>")?;
    legend(bars, out)?;
    writeln!(out, "</div>")
}

/// `part` of `whole` in per cent with one decimal, rounded down.
#[must_use]
pub fn percent(part: u64, whole: u64) -> String {
    let tenths = u128::from(part) * 1_000 / u128::from(whole.max(1));
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// The colours that the bars use.
fn legend(bars: &[(&str, Vec<Part>)], out: &mut dyn Write) -> io::Result<()> {
    let words = bars.first().map(|(_, parts)| parts.as_slice()).unwrap_or_default();
    writeln!(out, "<ul class=\"legend\" aria-hidden=\"true\">")?;
    for (at, (word, _)) in words.iter().enumerate() {
        if bars.iter().any(|(_, parts)| parts.get(at).is_some_and(|(_, count)| *count > 0)) {
            writeln!(out, "<li><i class=\"{word}\"></i>{word}</li>")?;
        }
    }
    writeln!(out, "</ul>")
}

fn used(parts: &[Part]) -> impl Iterator<Item = &Part> {
    parts.iter().filter(|(_, count)| *count > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::number;

    #[test]
    fn a_bar_is_as_long_as_its_parts_which_are_read_in_the_words_of_the_plot() {
        let seconds = |millis: u64| format!("{}.{} s", millis / 1_000, millis % 1_000 / 100);
        let bars = vec![("App\\Test<b>", vec![("passed", 1_500), ("failed", 500)]), ("b", vec![("passed", 500)])];
        let mut out = Vec::new();
        plot(&Plot { title: "Slowest", unit: "Time", show: seconds, bars }, &mut out).unwrap();
        let rows = String::from_utf8(out).unwrap();
        let rows = rows.split_once("<tbody>\n").unwrap().1.replace("><", ">\n<");
        insta::assert_snapshot!(rows, @r#"
        <tr>
        <th scope="row">App\<wbr>Test&lt;b&gt;</th>
        <td class="shares">
        <div class="bar" role="img" aria-label="1.5 s passed, 0.5 s failed" style="width:100.0%">
        <i class="passed" style="width:75.0%">
        </i>
        <i class="failed" style="width:25.0%">
        </i>
        </div>
        </td>
        <td class="num">2.0 s</td>
        </tr>
        <tr>
        <th scope="row">b</th>
        <td class="shares">
        <div class="bar" role="img" aria-label="0.5 s passed" style="width:25.0%">
        <i class="passed" style="width:100.0%">
        </i>
        </div>
        </td>
        <td class="num">0.5 s</td>
        </tr>
        </tbody>
        </table>
        <ul class="legend" aria-hidden="true">
        <li>
        <i class="passed">
        </i>passed</li>
        <li>
        <i class="failed">
        </i>failed</li>
        </ul>
        </div>
        "#);
    }

    #[test]
    fn numbers_of_any_size_have_a_bar() {
        let bars = vec![("a", vec![("passed", u64::MAX), ("failed", u64::MAX)]), ("b", vec![("passed", 0)])];
        plot(&Plot { title: "", unit: "", show: number, bars }, &mut Vec::new()).unwrap();
        assert_eq!([percent(1, 3), percent(u64::MAX, u64::MAX), percent(0, 0)], ["33.3", "100.0", "0.0"]);
    }
}
