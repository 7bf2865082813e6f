//! FIRST's scores: the CSV of a day (<https://www.first.org/epss/data_stats>), or a list of objects as its API gives.

use std::io::{BufRead, BufReader, Read};

use serde::Deserialize;

use super::{Epss, date};

/// Reads scores of EPSS: CSV, or JSON as a list of `{"cve", "epss", "date"}`.
///
/// # Errors
///
/// When `input` is not that, with the line.
pub fn epss(input: &mut dyn Read) -> Result<Epss, String> {
    epss_of(input, &|_| true)
}

/// As [`epss`], and keeps only the scores of CVEs that are `wanted`: a file has 300,000 of them, a gate asks for a few.
///
/// # Errors
///
/// When `input` is not that, with the line, also in what is not wanted.
pub fn epss_of(input: &mut dyn Read, wanted: &dyn Fn(&str) -> bool) -> Result<Epss, String> {
    let mut input = BufReader::new(input);
    let mut scores = Scores { epss: Epss::default(), rows: 0, wanted };
    match input.fill_buf().map_err(|error| error.to_string())?.first() {
        None => return Err("the file is empty".to_owned()),
        Some(b'[') => scores.json(&mut input)?,
        Some(0x1f) => return Err("the file is compressed; unpack it first (gunzip)".to_owned()),
        Some(_) => scores.csv(input)?,
    }
    if scores.rows == 0 {
        return Err("there is no score in the file".to_owned());
    }
    Ok(scores.epss)
}

struct Scores<'w> {
    epss: Epss,
    rows: u64,
    wanted: &'w dyn Fn(&str) -> bool,
}

/// An entry of a list in JSON. FIRST's API writes numbers as text, grype's database as numbers.
#[derive(Deserialize)]
struct Entry {
    cve: String,
    epss: serde_json::Value,
    #[serde(default)]
    date: Option<String>,
}

impl Scores<'_> {
    /// `#model_version:v2026.01.01,score_date:2026-11-24T12:55:00Z`, then `cve,epss,percentile`, then rows.
    fn csv(&mut self, mut input: impl BufRead) -> Result<(), String> {
        let (mut first, mut lines_before) = (String::new(), 0);
        if input.fill_buf().map_err(|error| error.to_string())?.first() == Some(&b'#') {
            let limit = 4096;
            input.by_ref().take(limit).read_line(&mut first).map_err(|error| format!("line 1: {error}"))?;
            self.epss.date = first.trim().split(',').find_map(|part| date(part.strip_prefix("score_date:")?));
            lines_before = 1;
        }
        let mut rows = csv::ReaderBuilder::new().from_reader(input);
        let header = rows.byte_headers().map_err(|error| format!("line {}: {error}", lines_before + 1))?;
        if header.get(0) != Some(b"cve") || header.get(1) != Some(b"epss") {
            return Err(format!("line {} is not the header `cve,epss,percentile` of EPSS scores", lines_before + 1));
        }
        let mut row = csv::StringRecord::new();
        loop {
            let line = rows.position().line() + lines_before;
            match rows.read_record(&mut row) {
                Ok(false) => return Ok(()),
                Ok(true) => {}
                Err(error) => return Err(format!("line {line}: {error}")),
            }
            let (cve, score) = (row.get(0).unwrap_or_default(), row.get(1).unwrap_or_default());
            self.add(cve, score.parse().ok()).map_err(|error| format!("line {line}: {error}, but `{score}`"))?;
        }
    }

    fn json(&mut self, input: &mut impl Read) -> Result<(), String> {
        let entries: Vec<Entry> = serde_json::from_reader(input).map_err(|error| error.to_string())?;
        for (entry, at) in entries.iter().zip(1..) {
            let score = match &entry.epss {
                serde_json::Value::String(text) => text.parse().ok(),
                number => number.as_f64().map(|number| number as f32),
            };
            self.add(&entry.cve, score).map_err(|error| format!("entry {at}: {error}, but `{}`", entry.epss))?;
            let dated = entry.date.as_deref().and_then(date);
            // A list of several days is as old as its oldest score.
            self.epss.date = if at == 1 { dated } else { self.epss.date.min(dated) };
        }
        Ok(())
    }

    fn add(&mut self, cve: &str, score: Option<f32>) -> Result<(), String> {
        if cve.is_empty() {
            return Err("there is no CVE".to_owned());
        }
        let score = score.filter(|score| (0.0..=1.0).contains(score));
        let score = score.ok_or_else(|| format!("the score of {cve} is not a number from 0 to 1"))?;
        self.rows += 1;
        if (self.wanted)(cve) {
            self.epss.scores.insert(cve.into(), score);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSV: &str = "#model_version:v2025.03.14,score_date:2026-11-23T12:55:00Z\ncve,epss,percentile\n\
                       CVE-1999-0001,0.00383,0.59\nCVE-1999-0002,0.5,0.99\n";

    fn read(text: &str) -> Result<Epss, String> {
        epss(&mut text.as_bytes())
    }

    #[test]
    fn the_file_of_a_day_is_read_with_its_date() {
        let scores = read(CSV).unwrap();
        assert_eq!((scores.scores.len(), scores.scores["CVE-1999-0002"]), (2, 0.5));
        assert_eq!(scores.date.unwrap().to_string(), "2026-11-23T12:55:00Z");
        let few = epss_of(&mut CSV.as_bytes(), &|cve| cve == "CVE-1999-0002").unwrap();
        assert_eq!(few.scores.len(), 1);
        assert!(
            epss_of(&mut CSV.as_bytes(), &|_| false).unwrap().scores.is_empty(),
            "none wanted is not an empty file"
        );
    }

    #[test]
    fn a_list_in_json_is_read_with_the_oldest_of_its_dates() {
        let scores = read(
            r#"[{"cve":"CVE-1","epss":"0.25","date":"2026-11-20"},{"cve":"CVE-2","epss":1,"date":"2026-11-18","x":0}]"#,
        )
        .unwrap();
        assert_eq!((scores.scores["CVE-1"], scores.scores["CVE-2"]), (0.25, 1.0));
        assert_eq!(scores.date, date("2026-11-18"));
    }

    #[test]
    fn what_is_not_a_file_of_scores_is_an_error_that_says_where() {
        let error = |text: &str| read(text).unwrap_err();
        assert_eq!(error(""), "the file is empty");
        assert_eq!(error("[]"), "there is no score in the file");
        assert_eq!(error("cve,epss,percentile\n"), "there is no score in the file");
        assert_eq!(error("id,score\n1,2\n"), "line 1 is not the header `cve,epss,percentile` of EPSS scores");
        let wrong = CSV.replace("0.5,", "50,");
        assert_eq!(error(&wrong), "line 4: the score of CVE-1999-0002 is not a number from 0 to 1, but `50`");
        assert!(error(&CSV.replace("0.5,", "NaN,")).starts_with("line 4: "));
        assert!(error(&CSV.replace("0.5,0.99", "0.5")).starts_with("line 4: "), "a row that was cut short");
        assert!(error("[{\"cve\":\"CVE-1\",\"epss\":2}]").starts_with("entry 1: "));
        assert!(error("\u{1f}\u{8b}").contains("gunzip"));
    }
}
