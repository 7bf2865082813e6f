//! Which format is it? Decided by structure near the start of a document, never by words anywhere in it.

use super::format::Syntax;
use super::{Format, noise, phpcs_csv, phpcs_emacs, phpstan_raw, sniff_json, xml};

/// A document found in a text, and where it starts.
#[derive(Debug, PartialEq)]
pub(super) struct Found {
    pub(super) start: usize,
    pub(super) kind: Kind,
}

/// What a document looks like.
#[derive(Debug, PartialEq)]
pub(super) enum Kind {
    /// A format we read.
    Known(Format),
    /// It could be any of several formats, or is a document of no format we know: what was seen. A reader may try it
    /// when it is asked for by name.
    Unclear(Syntax, String),
    /// `[]`, the report of a run that found nothing in several formats.
    EmptyList,
    /// Nothing that any reader would take, whatever it is asked: why, and what to do instead.
    Refused(String),
}

/// How many lines of HTML, which PHP writes around warnings, are looked at for a document, and how far each: the root
/// of one stands early. A bound, so that no input takes more than linear time.
const TAGS: usize = 1000;
const ROOT_WITHIN: usize = 1 << 16;

/// The first JSON or XML document in `text`: at the start of a line, else a known one anywhere (progress dots have no
/// line break).
pub(super) fn document(text: &str) -> Option<Found> {
    let is_lines = lines_of_text(text).next().is_some_and(|line| report_line(line).is_some());
    let known = |found: &Found| !is_lines || matches!(found.kind, Kind::Known(_));
    let mut tags = 0;
    let candidates = line_starts(text).filter(|&start| {
        let is_tag = text[start..].starts_with('<');
        tags += usize::from(is_tag);
        !is_tag || tags <= TAGS
    });
    let first = candidates.filter_map(|start| document_at(text, start)).next();
    first.filter(known).or_else(|| inside_a_line(text))
}

/// The line-based format that `text` is in; why it is refused when it was written for people.
pub(super) fn lines(text: &str) -> Kind {
    for (start, format) in [("::", Format::Github), ("##teamcity[", Format::Teamcity)] {
        if lines_of_text(text).any(|line| line.starts_with(start) && report_line(line) == Some(format)) {
            return Kind::Known(format);
        }
    }
    let for_people = lines_of_text(text).take(20).find_map(for_people);
    if for_people.is_none()
        && let Some(format) = lines_of_text(text).take(100).find_map(report_line)
    {
        return Kind::Known(format);
    }
    if let Some(crash) = noise::crash(text) {
        return Kind::Refused(format!("there is no report, the tool said: {}", noise::quote(crash)));
    }
    match for_people {
        Some((what, instead)) => Kind::Refused(format!("this is {what}, which is not read; {instead}")),
        None => Kind::Unclear(Syntax::Lines, format!("text that starts with {}", noise::quote(text))),
    }
}

/// The format of which `line` is a line. The first line of a CSV report is its header.
pub(super) fn report_line(line: &str) -> Option<Format> {
    if line.starts_with("##teamcity[inspection") {
        return Some(Format::Teamcity);
    }
    if ["::error", "::warning", "::notice"].iter().any(|command| {
        line.strip_prefix(command)
            .is_some_and(|rest| rest.starts_with("::") || rest.starts_with(' ') && rest.contains("::"))
    }) {
        return Some(Format::Github);
    }
    if line.starts_with(phpcs_csv::HEADER) {
        return Some(Format::PhpcsCsv);
    }
    if phpcs_emacs::parse_line(line).is_some() {
        return Some(Format::PhpcsEmacs);
    }
    phpstan_raw::parse_line(line).map(|_| Format::PhpstanRaw)
}

/// Reports for people and other texts that are mistaken for reports: what they are, and what to do instead.
fn for_people(line: &str) -> Option<(&'static str, &'static str)> {
    const PHPCS: (&str, &str) = ("a report of PHP_CodeSniffer for people", "run it with --report=json");
    const PHPSTAN: (&str, &str) = ("PHPStan's table for people", "run it with --error-format=json");
    const CS_FIXER: (&str, &str) = ("PHP-CS-Fixer's text for people", "run it with --format=json --diff");
    let line = line.trim();
    let dashes = line.starts_with("----") && line.bytes().all(|byte| matches!(byte, b'-' | b' '));
    if line.starts_with("FILE: ") || line.starts_with("PHP CODE SNIFFER ") || line.starts_with("Time: ") {
        Some(PHPCS)
    } else if (dashes && line.contains(' '))
        || ["[OK] ", "[ERROR] ", "[WARNING] "].iter().any(|start| line.starts_with(start))
    {
        Some(PHPSTAN)
    } else if line.ends_with(" memory used") || line.starts_with("1) ") {
        Some(CS_FIXER)
    } else if line == "parameters:" || line.starts_with("<?php") {
        Some(("PHP or a configuration", "if it is a baseline, see `baseline import`"))
    } else if line.starts_with("ERROR: ") && line.contains(" - ") {
        Some(("Psalm's text for people", "run it with --output-format=json"))
    } else {
        None
    }
}

fn lines_of_text(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim().is_empty())
}

/// Where each line of `text` starts, its indentation left out.
fn line_starts(text: &str) -> impl Iterator<Item = usize> {
    let breaks = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1);
    std::iter::once(0).chain(breaks).map(|start| text.len() - text[start..].trim_start_matches([' ', '\t', '\r']).len())
}

fn document_at(text: &str, start: usize) -> Option<Found> {
    let rest = &text[start..];
    let kind = match rest.as_bytes().first()? {
        b'{' | b'[' => sniff_json::kind(rest)?,
        b'<' => xml_kind(rest)?,
        _ => return None,
    };
    Some(Found { start, kind })
}

fn inside_a_line(text: &str) -> Option<Found> {
    const TRIES: usize = 100;
    let json = memchr::memmem::find_iter(text.as_bytes(), b"{\"").take(TRIES);
    let xml = memchr::memmem::find_iter(text.as_bytes(), b"<?xml").take(TRIES);
    xml.chain(json).filter_map(|start| document_at(text, start)).find(|found| matches!(found.kind, Kind::Known(_)))
}

/// What the XML document at the start of `text` is. `None` when this is no XML but, say, a warning of PHP in HTML.
fn xml_kind(text: &str) -> Option<Kind> {
    let text = &text[..text.floor_char_boundary(ROOT_WITHIN)];
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        rest = if let Some(instruction) = rest.strip_prefix("<?xml").or_else(|| rest.strip_prefix("<?")) {
            instruction.split_once("?>").map_or("", |(_, rest)| rest)
        } else if let Some(comment) = rest.strip_prefix("<!--") {
            comment.split_once("-->").map_or("", |(_, rest)| rest)
        } else {
            break;
        }
    }
    let starts_with = |start: &str| rest.get(..start.len()).is_some_and(|s| s.eq_ignore_ascii_case(start));
    if starts_with("<!doctype html") || starts_with("<html") {
        return Some(Kind::Refused("this is an HTML page, most likely the error page of a server or proxy".to_owned()));
    }
    if starts_with("<!doctype") {
        return Some(Kind::Refused(format!("{}: {}", xml::position(text, text.len() - rest.len()), xml::DTD)));
    }
    let is_declared = text.starts_with("<?xml");
    let (root, inner) = element(rest)?;
    Some(match root {
        "checkstyle" => Kind::Known(Format::Checkstyle),
        "testsuites" | "testsuite" => Kind::Known(Format::Junit),
        "phpcs" => Kind::Known(Format::PhpcsXml),
        "report" => match element(inner.trim_start()) {
            Some(("item", _)) => instead("Psalm's xml", "--output-format=json"),
            Some(("about" | "files" | "time" | "memory", _)) => Kind::Known(Format::CsFixerXml),
            _ => Kind::Unclear(Syntax::Xml, "XML with the root <report>".to_owned()),
        },
        "pmd" => instead("PHPMD's xml", "the format json"),
        "phpmd-baseline" => Kind::Refused("this is a baseline of PHPMD, not a report".to_owned()),
        "files" => Kind::Refused("this is a baseline of Psalm, not a report: see `baseline import`".to_owned()),
        _ if is_declared => Kind::Unclear(Syntax::Xml, format!("XML with the root <{root}>")),
        _ => return None,
    })
}

fn instead(format: &str, instead: &str) -> Kind {
    Kind::Refused(format!("this is {format}, which is not read; run it with {instead}"))
}

/// The name of the element that opens at the start of `text`, and what follows its start tag.
fn element(text: &str) -> Option<(&str, &str)> {
    let tag = text.strip_prefix('<')?;
    let (name, _) = tag.split_at(tag.find(|c: char| c.is_whitespace() || c == '>' || c == '/')?);
    let inner = tag.split_once('>').map_or("", |(_, inner)| inner);
    (!name.is_empty()).then_some((name, inner))
}
