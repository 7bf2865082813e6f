//! LCOV tracefiles: geninfo(1), "FILES". Line by line, each `KEY:value`, records end with `end_of_record`.
//!
//! lcov itself, Istanbul, LLVM, grcov, coverage.py and PHPUnit write it. Records of the same file (one per test) are
//! added up, as lcov does. What cannot be understood is a problem, what the format may grow (new keys) a note.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read};

use super::ReadError;
use super::draft::{Draft, fewer, shown};
use crate::model::{Branch, BranchId, FileCoverage, Function};

/// No line of a tracefile is as long as this.
const LONGEST_LINE: u64 = 1 << 20;

/// Reads all records.
pub(super) fn read(input: impl Read, draft: &mut Draft) -> Result<(), ReadError> {
    let mut input = BufReader::with_capacity(1 << 16, input);
    let mut lcov = Lcov::default();
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        lcov.number += 1;
        let number = lcov.number;
        let at_line = |what: String| ReadError::new(format!("line {number}: {what}"));
        let cannot = |error| at_line(format!("it could not be read: {error}"));
        let length = input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut bytes).map_err(cannot)?;
        if length == 0 {
            break;
        }
        if length as u64 == LONGEST_LINE {
            return Err(at_line("it is longer than a megabyte, so this is not LCOV".to_owned()));
        }
        let text = String::from_utf8_lossy(&bytes);
        lcov.line(text.trim_start_matches('\u{FEFF}').trim(), draft)?;
    }
    if !lcov.found {
        return Err(ReadError::new("it is neither XML nor LCOV: no line starts with `SF:`"));
    }
    if let Some(record) = lcov.record.take() {
        let path = record.path.clone();
        record.end(draft);
        draft.problem(|| format!("it is cut short: the record of {} has no end", shown(&path)));
    }
    for key in lcov.unknown {
        draft.note(|| format!("lines with `{}:` are not known, and skipped", shown(&key)));
    }
    Ok(())
}

#[derive(Default)]
struct Lcov {
    /// Of the line, from 1.
    number: u64,
    record: Option<Record>,
    /// Whether there was a record.
    found: bool,
    unknown: BTreeSet<String>,
}

/// What one record says.
#[derive(Default)]
struct Record {
    path: String,
    file: FileCoverage,
    branches: BTreeMap<u32, BTreeMap<BranchId, Branch>>,
    /// Where functions start, by name.
    starts: BTreeMap<String, u32>,
    /// The same by the numbers that LCOV 2.2 gives them.
    indexed: BTreeMap<u64, u32>,
    /// Lines listed, some more than once, and stated.
    listed: u64,
    stated: Option<u64>,
    /// The same of those that ran.
    covered: u64,
    stated_covered: Option<u64>,
}

impl Lcov {
    fn line(&mut self, line: &str, draft: &mut Draft) -> Result<(), ReadError> {
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        if line == "end_of_record" {
            match self.record.take() {
                Some(record) => record.end(draft),
                None => self.problem("a record ends that did not begin", line, draft),
            }
            return Ok(());
        }
        let Some((key, value)) = line.split_once(':') else {
            if !self.found {
                return Err(ReadError::new("it is neither XML nor LCOV"));
            }
            self.problem("it is no part of LCOV", line, draft);
            return Ok(());
        };
        match key {
            "TN" => {}
            "SF" => {
                self.found = true;
                let record = Record { path: value.trim().to_owned(), ..Record::default() };
                if let Some(before) = self.record.replace(record) {
                    self.problem("a record begins before the end of the one above it", line, draft);
                    before.end(draft);
                }
            }
            _ => match &mut self.record {
                Some(record) => match record.entry(key, value, draft) {
                    Some(true) => {}
                    Some(false) => drop(self.unknown.len() < 20 && self.unknown.insert(key.to_owned())),
                    None => self.problem("it cannot be understood", line, draft),
                },
                None if self.found => self.problem("it belongs to no record", line, draft),
                None => return Err(ReadError::new("it is neither XML nor LCOV: no line starts with `SF:`")),
            },
        }
        Ok(())
    }

    fn problem(&self, what: &str, line: &str, draft: &mut Draft) {
        draft.problem(|| format!("line {}: {what}: `{}`", self.number, shown(line)));
    }
}

impl Record {
    /// Takes in one line. `Some(false)`: the key is not known; `None`: the value is not one.
    fn entry(&mut self, key: &str, value: &str, draft: &mut Draft) -> Option<bool> {
        match key {
            "DA" => {
                let (number, rest) = value.split_once(',')?;
                let number = number.trim().parse::<u32>().ok().filter(|&number| number > 0)?;
                // A checksum may follow.
                let hits = draft.hits_in(rest.split(',').next()?, number);
                let line = self.file.lines.entry(number).or_default();
                line.hits = line.hits.saturating_add(hits);
                self.listed += 1;
                self.covered += u64::from(hits > 0);
            }
            "BRDA" => self.branch(value)?,
            "FN" => {
                // `FN:9,name` or `FN:9,25,name`; names have commas, and may be numbers.
                let (start, name) = value.split_once(',')?;
                let start = start.trim().parse().ok()?;
                let without_end = name.split_once(',').filter(|(end, _)| end.trim().parse::<u32>().is_ok());
                self.function(without_end.map_or(name, |(_, name)| name), start, 0);
            }
            "FNDA" => {
                let (hits, name) = value.split_once(',')?;
                let hits = draft.hits_in(hits, 0);
                let start = self.starts.get(name).copied();
                if start.is_none() {
                    draft.note(|| format!("the function {} has hits and no place", shown(name)));
                }
                self.function(name, start.unwrap_or_default(), hits);
            }
            "FNL" => {
                let (index, lines) = value.split_once(',')?;
                self.indexed.insert(index.parse().ok()?, lines.split(',').next()?.parse().ok()?);
            }
            "FNA" => {
                let (index, rest) = value.split_once(',')?;
                let (hits, name) = rest.split_once(',')?;
                let start = self.indexed.get(&index.parse().ok()?).copied().unwrap_or_default();
                let hits = draft.hits_in(hits, start);
                self.function(name, start, hits);
            }
            "LF" => self.stated = Some(value.trim().parse().ok()?),
            "LH" => self.stated_covered = Some(value.trim().parse().ok()?),
            "BRF" | "BRH" | "FNF" | "FNH" | "VER" | "MCDC" | "MCF" | "MCH" => {}
            _ => return Some(false),
        }
        Some(true)
    }

    /// `BRDA:line,[e]block,branch,taken`: `-` is a branch whose line never ran. What is no number is an expression; control
    /// characters in it, which the format cannot hold, are replaced here, so that writing never makes two branches one.
    fn branch(&mut self, value: &str) -> Option<()> {
        let (number, rest) = value.split_once(',')?;
        let (id, taken) = rest.rsplit_once(',')?;
        let (block, branch) = id.split_once(',')?;
        let taken = taken.trim();
        let covered = taken != "-" && taken.parse::<u64>().ok()? > 0;
        let id = match (block.parse(), branch.parse()) {
            (Ok(block), Ok(branch)) => BranchId::Numbered(block, branch),
            _ => BranchId::Named(id.replace(char::is_control, "\u{FFFD}").into()),
        };
        let known = self.branches.entry(number.trim().parse().ok()?).or_default().entry(id).or_default();
        *known = Branch { covered: known.covered.max(u32::from(covered)), total: 1 };
        Some(())
    }

    fn function(&mut self, name: &str, line: u32, hits: u64) {
        self.starts.entry(name.to_owned()).or_insert(line);
        let known = self.file.functions.entry(Function { line, name: name.to_owned() }).or_default();
        *known = known.saturating_add(hits);
    }

    fn end(mut self, draft: &mut Draft) {
        if self.path.is_empty() {
            if self.file.lines.is_empty() {
                return draft.note(|| "a record without a file and without lines is skipped".to_owned());
            }
            return draft.problem(|| "a record has lines and no file".to_owned());
        }
        let path = std::mem::take(&mut self.path);
        let mut lost = 0;
        for (number, branches) in self.branches {
            match self.file.lines.get_mut(&number) {
                Some(line) => crate::merge::unite(&mut line.branches, branches),
                None => lost += branches.len(),
            }
        }
        if lost > 0 {
            draft.note(|| format!("{}: {lost} branches are on lines that are not listed, and skipped", shown(&path)));
        }
        match self.stated {
            Some(stated) if stated > self.listed => {
                self.file.executable = stated;
                draft.problem(|| format!("{}: {}", shown(&path), fewer(self.listed, stated, "of code")));
            }
            Some(stated) if stated != self.listed && stated != self.file.lines.len() as u64 => {
                draft.note(|| format!("{}: {}", shown(&path), fewer(self.listed, stated, "of code")));
            }
            _ => {}
        }
        let covered = self.file.lines.values().filter(|line| line.hits > 0).count() as u64;
        if let Some(stated) = self.stated_covered.filter(|&stated| stated != covered && stated != self.covered) {
            draft.note(|| format!("{}: it states {stated} covered lines and lists {covered}", shown(&path)));
        }
        draft.file(&path).merge(self.file);
    }
}
