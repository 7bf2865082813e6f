//! For people in a terminal and in Markdown, and for programs.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use findings::escape;
use findings::words::count;
use gitops::Image;

use super::{History, Line, Person};

const RED: Style = AnsiColor::Red.on_default().bold();
const BOLD: Style = Style::new().bold();
const PLAIN: Style = Style::new();

/// `stepgate.promote-history/v1`.
pub(crate) fn json(history: &History, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, history)?;
    out.write_all(b"\n")
}

/// What does not fit together first, then each trail.
pub(crate) fn terminal(history: &History, colour: bool, out: &mut dyn Write) -> io::Result<()> {
    let (red, bold) = if colour { (RED, BOLD) } else { (PLAIN, PLAIN) };
    let style = if history.problems == 0 { bold } else { red };
    writeln!(out, "{style}{}{style:#}", escape::terminal(&verdict(history)))?;
    for trail in &history.trails {
        let name = format!("{} in {}", trail.service, trail.environment);
        writeln!(out, "\n{bold}{}{bold:#}", escape::terminal(&name))?;
        if trail.lines.is_empty() {
            writeln!(out, "  nothing ever stood there")?;
        }
        for line in &trail.lines {
            let text = format!("{:<20}  {:<12} {}", when(line), action(line), image(line));
            writeln!(out, "  {}", escape::terminal(text.trim_end()))?;
            for detail in details(line) {
                writeln!(out, "    {}", escape::terminal(&detail))?;
            }
            for problem in &line.problems {
                writeln!(out, "    {red}PROBLEM{red:#} {}", escape::terminal(problem))?;
            }
        }
    }
    Ok(())
}

/// A table of each trail.
pub(crate) fn markdown(history: &History, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "**{}**", escape::markdown(&verdict(history)))?;
    for trail in &history.trails {
        let name = format!("{} in {}", trail.service, trail.environment);
        writeln!(out, "\n### {}\n", escape::markdown(&name))?;
        if trail.lines.is_empty() {
            writeln!(out, "Nothing ever stood there.")?;
            continue;
        }
        writeln!(out, "| When | What | Image | Details | Problems |\n|---|---|---|---|---|")?;
        for line in &trail.lines {
            let problems: Vec<String> = line.problems.iter().map(|it| format!("⚠ {}", escape::markdown(it))).collect();
            writeln!(
                out,
                "| {} | {} | {} | {} | {} |",
                when(line),
                action(line),
                escape::markdown(&image(line)),
                escape::markdown(&details(line).join("; ")),
                problems.join("<br>"),
            )?;
        }
    }
    Ok(())
}

fn verdict(history: &History) -> String {
    let there = format!("{} of {}", history.branch, history.repository);
    let lines: usize = history.trails.iter().map(|trail| trail.lines.len()).sum();
    match history.problems {
        0 => format!("{} in {there}, and everything fits together", count(lines as u64, "change")),
        problems => format!("{} in the audit trail of {there}", count(problems as u64, "PROBLEM")),
    }
}

fn when(line: &Line) -> String {
    line.at.map_or_else(|| "before that".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

fn action(line: &Line) -> &'static str {
    line.action.unwrap_or("not attested")
}

/// `1.4 sha256:0123456789ab`: the name of the image is that of the service.
fn image(line: &Line) -> String {
    let Some(text) = &line.image else {
        return line.unreadable.clone().unwrap_or_default();
    };
    let Ok(image) = text.parse::<Image>() else { return text.clone() };
    match (&image.tag, &image.digest) {
        (Some(tag), Some(digest)) => format!("{tag} {}", digest.short()),
        (Some(tag), None) => tag.to_string(),
        (None, Some(digest)) => digest.short(),
        (None, None) => image.to_string(),
    }
}

fn details(line: &Line) -> Vec<String> {
    let people = |people: &[Person]| people.iter().map(Person::words).collect::<Vec<_>>().join(", ");
    let mut details = Vec::new();
    if let Some(by) = &line.by {
        let approved = match line.approved_by.as_slice() {
            [] => String::new(),
            approved => format!(", approved by {}", people(approved)),
        };
        let request = line.pull_request.map_or_else(String::new, |id| format!(", pull request {id}"));
        details.push(format!("by {}{approved}{request}", by.words()));
    }
    if let Some(reason) = &line.reason {
        details.push(format!("why: {reason}"));
    }
    let commit = line.commit.as_ref().map(|commit| format!("commit {commit:.12}"));
    let keys = (!line.keys.is_empty()).then(|| format!("signed by {}", line.keys.join(", ")));
    let sources: Vec<String> = [commit, keys].into_iter().flatten().collect();
    if !sources.is_empty() {
        details.push(sources.join(", "));
    }
    details
}
