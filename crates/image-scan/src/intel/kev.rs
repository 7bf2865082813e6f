//! CISA's catalogue: <https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities_schema.json>, or
//! the bare list of its entries as grype keeps it.

use std::io::Read;

use serde::Deserialize;

use super::{Kev, date};

/// Reads the catalogue. A bare list is as old as its newest entry.
///
/// # Errors
///
/// When `input` is not that, with the place in the document.
pub fn kev(input: &mut dyn Read) -> Result<Kev, String> {
    let mut text = Vec::new();
    input.read_to_end(&mut text).map_err(|error| error.to_string())?;
    let start = text.iter().find(|byte| !byte.is_ascii_whitespace());
    let (entries, released, count) = match start {
        None => return Err("the file is empty".to_owned()),
        Some(b'[') => (serde_json::from_slice::<Vec<Entry>>(&text).map_err(|error| error.to_string())?, None, None),
        Some(_) => {
            let catalogue: Catalogue = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
            let released = catalogue.date_released.ok_or("the catalogue has no `dateReleased`")?;
            let released = date(&released).ok_or_else(|| format!("`dateReleased` is `{released}`, not a time"))?;
            (catalogue.vulnerabilities, Some(released), catalogue.count)
        }
    };
    if entries.is_empty() {
        return Err("there is no vulnerability in the file".to_owned());
    }
    if let Some(count) = count.filter(|count| *count != entries.len() as u64) {
        return Err(format!("the catalogue says that it has {count} vulnerabilities, and lists {}", entries.len()));
    }
    if let Some(at) = entries.iter().position(|entry| entry.cve_id.trim().is_empty()) {
        return Err(format!("vulnerabilities[{at}].cveID is empty"));
    }
    let newest = entries.iter().filter_map(|entry| date(entry.date_added.as_deref()?)).max();
    let ids = entries.into_iter().map(|entry| entry.cve_id.into_boxed_str()).collect();
    Ok(Kev { ids, date: released.or(newest) })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Catalogue {
    date_released: Option<String>,
    count: Option<u64>,
    vulnerabilities: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "cveID")]
    cve_id: String,
    #[serde(default, rename = "dateAdded")]
    date_added: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Kev, String> {
        kev(&mut text.as_bytes())
    }

    #[test]
    fn the_catalogue_and_the_bare_list_are_read() {
        let whole = r#"{"catalogVersion":"2026.11.23","dateReleased":"2026-11-23T15:00:04.1234Z","count":1,
            "vulnerabilities":[{"cveID":"CVE-1","dateAdded":"2025-02-21","vendorProject":"x"}]}"#;
        let catalogue = read(whole).unwrap();
        assert!(catalogue.ids.contains("CVE-1"));
        assert_eq!(catalogue.date, date("2026-11-23T15:00:04.1234Z"));
        let list = r#"[{"cveID":"CVE-1","dateAdded":"2025-02-21"},{"cveID":"CVE-2","dateAdded":"2025-02-20"}]"#;
        assert_eq!(read(list).unwrap().date, date("2025-02-21"));
        assert!(
            read(&whole.replace("\"count\":1", "\"count\":2")).unwrap_err().contains("lists 1"),
            "entries are gone"
        );
    }

    #[test]
    fn what_is_not_a_catalogue_is_an_error() {
        for (wrong, words) in [
            (" \n", "the file is empty"),
            ("[]", "there is no vulnerability"),
            ("{}", "missing field `vulnerabilities`"),
            (r#"{"vulnerabilities":[{"cveID":"CVE-1"}]}"#, "no `dateReleased`"),
            (r#"[{"cve":"CVE-1"}]"#, "missing field `cveID` at line 1"),
            (r#"[{"cveID":""}]"#, "vulnerabilities[0].cveID is empty"),
            ("<html>", "line 1"),
        ] {
            let error = read(wrong).unwrap_err();
            assert!(error.contains(words), "{wrong}: {error}");
        }
    }
}
