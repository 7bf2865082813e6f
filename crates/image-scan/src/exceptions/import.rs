//! Trivy's own files of ignored findings, and where they do not do what they seem to:
//! <https://trivy.dev/latest/docs/configuration/filtering/#by-finding-ids>.

use std::fmt::Write as _;

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::{Exception, ExceptionId, PurlPattern, yaml};
use crate::Kind;
use findings::judge::PathPattern;

/// What a `.trivyignore` or a `.trivyignore.yaml` says.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Imported {
    /// Its entries, also those that lack something.
    pub exceptions: Vec<Draft>,
    /// What it does not do although it looks like it, and what its entries lack; each a sentence with the place.
    pub traps: Vec<String>,
}

/// An entry of such a file: an exception that may lack its reason or its end.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Draft {
    /// Where it stands: `line 7`, `vulnerabilities[2]`.
    pub place: String,
    /// The id as it was written.
    pub id: String,
    /// The kind, where the file has a section for it.
    pub kind: Option<Kind>,
    /// Globs over paths, of which one has to match; empty: anywhere.
    pub paths: Vec<String>,
    /// Package URLs, of which one has to match; empty: any package.
    pub purls: Vec<String>,
    /// The day on which it ends.
    pub expires: Option<Date>,
    /// Why.
    pub reason: Option<String>,
}

/// Reads a `.trivyignore`, or a `.trivyignore.yaml` if `name` ends in `.yaml` or `.yml`, as Trivy does.
#[must_use]
pub fn import(bytes: &[u8], name: &str) -> Imported {
    let lower = name.to_ascii_lowercase();
    let mut imported = Imported::default();
    if lower.ends_with(".yaml") || lower.ends_with(".yml") {
        from_trivy_yaml(bytes, &mut imported);
    } else {
        from_lines(&String::from_utf8_lossy(bytes), &mut imported);
    }
    for draft in &imported.exceptions {
        imported.traps.extend(lacks(draft).map(|lacks| format!("{}: {lacks}", named(draft))));
    }
    if let Some((draft, day)) = imported.exceptions.iter().find_map(|draft| Some((draft, draft.expires?))) {
        imported.traps.push(format!(
            "{}: in Trivy an entry has ended when its day begins (midnight UTC); here {day} is the last day of it, \
             and so for all others",
            named(draft)
        ));
    }
    for trap in &mut imported.traps {
        *trap = format!("{name}: {trap}");
    }
    imported
}

impl Draft {
    /// The exceptions that it stands for, one for each pair of its paths and package URLs; none when it lacks its
    /// reason or its end, or cannot be an exception: then it is in [`Imported::traps`], and excuses nothing. `owner` answers
    /// for it, since Trivy's files name nobody.
    #[must_use]
    pub fn complete(&self, owner: &str) -> Vec<Exception> {
        if lacks(self).is_some() {
            return Vec::new();
        }
        let (Some(expires), Some(reason), Ok(id)) =
            (self.expires, self.reason.clone(), ExceptionId::try_from(self.id.clone()))
        else {
            return Vec::new();
        };
        let make = |(path, purl): (Option<&str>, Option<&str>)| {
            Some(Exception {
                id: id.clone(),
                kind: self.kind,
                package: None,
                purl: purl.map(|purl| PurlPattern::try_from(purl.to_owned())).transpose().ok()?,
                path: path.map(|path| PathPattern::try_from(path.to_owned())).transpose().ok()?,
                image: None,
                version: None,
                reason: reason.clone(),
                owner: owner.to_owned(),
                ticket: None,
                expires,
                created: None,
            })
        };
        // All or nothing: a part that is left out would be a condition that is left out.
        self.pairs().into_iter().map(make).collect::<Option<Vec<_>>>().unwrap_or_default()
    }

    fn pairs(&self) -> Vec<(Option<&str>, Option<&str>)> {
        let (paths, purls) = (or_any(&self.paths), or_any(&self.purls));
        paths.iter().flat_map(|path| purls.iter().map(|purl| (*path, *purl))).collect()
    }
}

/// `drafts` as `exceptions:` of a file of exceptions. What is missing is there as an empty text, which is refused until
/// somebody fills it in.
#[must_use]
pub fn to_yaml(drafts: &[Draft]) -> String {
    let mut out = String::from("exceptions:");
    if drafts.is_empty() {
        out.push_str(" []");
    }
    out.push('\n');
    for draft in drafts.iter().filter(|draft| pair_count(draft) <= MOST_PAIRS) {
        for (path, purl) in draft.pairs() {
            let _always = writeln!(out, "  - id: {}", quoted(&draft.id));
            let mut line = |key: &str, value: &str| _ = writeln!(out, "    {key}: {value}");
            if let Some(kind) = draft.kind {
                line("kind", kind.as_str());
            }
            if let Some(path) = path {
                line("path", &quoted(path));
            }
            if let Some(purl) = purl {
                line("purl", &quoted(purl));
            }
            match &draft.reason {
                Some(reason) => line("reason", &quoted(reason)),
                None => line("reason", "\"\" # why is it accepted?"),
            }
            line("owner", "\"\" # who sees to it that it goes?");
            match draft.expires {
                Some(day) => line("expires", &day.to_string()),
                None => line("expires", "\"\" # until when? 2026-12-31 is the last day of that one"),
            }
        }
    }
    out
}

/// How many exceptions one entry may stand for.
const MOST_PAIRS: usize = 256;

fn pair_count(draft: &Draft) -> usize {
    draft.paths.len().max(1).saturating_mul(draft.purls.len().max(1))
}

fn or_any(list: &[String]) -> Vec<Option<&str>> {
    if list.is_empty() { vec![None] } else { list.iter().map(|text| Some(text.as_str())).collect() }
}

fn named(draft: &Draft) -> String {
    format!("{} (`{}`)", draft.place, draft.id)
}

/// Why `draft` is no exception yet.
fn lacks(draft: &Draft) -> Option<String> {
    if let Err(error) = ExceptionId::try_from(draft.id.clone()) {
        return Some(format!("{error}; it excuses nothing here"));
    }
    if pair_count(draft) > MOST_PAIRS {
        return Some(format!(
            "it stands for more than {MOST_PAIRS} pairs of paths and package URLs; it excuses nothing"
        ));
    }
    if let Some(error) = draft.paths.iter().find_map(|path| PathPattern::try_from(path.clone()).err()) {
        return Some(format!("{error}; it excuses nothing here"));
    }
    if let Some(error) = draft.purls.iter().find_map(|purl| PurlPattern::try_from(purl.clone()).err()) {
        return Some(format!("{error}; it excuses nothing here"));
    }
    let missing = match (&draft.reason, draft.expires) {
        (Some(_), Some(_)) => return None,
        (None, None) => "neither a reason nor an end",
        (None, Some(_)) => "no reason",
        (Some(_), None) => "no end",
    };
    Some(format!("it has {missing}; it excuses nothing here until it has both"))
}

/// A text in double quotes. JSON's are YAML's, but YAML wants a few more characters escaped:
/// <https://yaml.org/spec/1.2.2/#51-character-set>.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    for c in Value::from(text).to_string().chars() {
        match c {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                let _always = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// Lines of `ID [exp:2026-12-31] […]`: Trivy takes the words it does not know for nothing.
fn from_lines(text: &str, imported: &mut Imported) {
    for (at, line) in text.lines().enumerate() {
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (words, comment) = line.split_once(" #").unwrap_or((line, ""));
        let mut words = words.split_whitespace();
        let mut draft = Draft {
            place: format!("line {}", at + 1),
            id: words.next().unwrap_or_default().to_owned(),
            reason: Some(comment.trim().to_owned()).filter(|comment| !comment.is_empty()),
            ..Draft::default()
        };
        case_trap(&draft, &mut imported.traps);
        for word in words {
            end_in_word(word, &mut draft, &mut imported.traps);
        }
        imported.exceptions.push(draft);
    }
}

fn end_in_word(word: &str, draft: &mut Draft, traps: &mut Vec<String>) {
    let Some(day) = word.strip_prefix("exp:") else {
        if word.to_ascii_lowercase().starts_with("exp") || day_of(word).is_some() {
            let name = named(draft);
            traps.push(format!(
                "{name}: `{word}` is not `exp:…`: Trivy takes it for nothing and ignores the id for ever"
            ));
        }
        return;
    };
    match day_of(day) {
        Some(day) => draft.expires = Some(day),
        None => {
            traps.push(format!("{}: `{day}` is no day: Trivy drops the line, and the finding counts", named(draft)));
        }
    }
}

/// A day as Trivy reads it; what it is not as [`Exception::expires`] wants it is `None`.
fn day_of(text: &str) -> Option<Date> {
    text.parse::<Date>().ok().filter(|day| day.to_string() == text)
}

/// Trivy compares ids as they are, and its own are in upper case but for secrets.
fn case_trap(draft: &Draft, traps: &mut Vec<String>) {
    let start = draft.id.split('-').next().unwrap_or_default();
    let vendor = ["CVE", "GHSA", "AVD", "DSA", "RUSTSEC"].iter().find(|known| start.eq_ignore_ascii_case(known));
    if vendor.is_some_and(|known| *known != start) {
        traps.push(format!(
            "{}: Trivy minds the case of ids, so this one matches nothing there; here it does",
            named(draft)
        ));
    }
}

const SECTIONS: [(&str, Kind); 4] = [
    ("vulnerabilities", Kind::Vulnerability),
    ("misconfigurations", Kind::Misconfiguration),
    ("secrets", Kind::Secret),
    ("licenses", Kind::License),
];

fn from_trivy_yaml(bytes: &[u8], imported: &mut Imported) {
    let sections = match yaml::parse::<Option<Map<String, Value>>>(bytes) {
        Ok(sections) => sections.unwrap_or_default(),
        Err(error) => {
            imported.traps.push(format!("it cannot be read, and nothing in it excuses anything: {error}"));
            return;
        }
    };
    for (key, entries) in sections {
        let Some((_, kind)) = SECTIONS.iter().find(|(known, _)| *known == key) else {
            imported
                .traps
                .push(format!("there is no section `{key}`: Trivy takes no notice of it, and of what is in it"));
            continue;
        };
        let entries = match entries {
            Value::Array(entries) => entries,
            Value::Null => Vec::new(),
            _ => {
                imported.traps.push(format!("`{key}` is not a list; it excuses nothing here"));
                continue;
            }
        };
        for (at, entry) in entries.into_iter().enumerate() {
            from_entry(format!("{key}[{at}]"), *kind, entry, imported);
        }
    }
}

fn from_entry(place: String, kind: Kind, entry: Value, imported: &mut Imported) {
    let Value::Object(mut entry) = entry else {
        imported.traps.push(format!("{place}: it is not a mapping with `id`; it excuses nothing here"));
        return;
    };
    let Some(Value::String(id)) = entry.remove("id") else {
        imported.traps.push(format!("{place}: it has no `id`; it excuses nothing"));
        return;
    };
    let mut draft = Draft { place, id, kind: Some(kind), ..Draft::default() };
    case_trap(&draft, &mut imported.traps);
    let mut sound = true;
    for (key, value) in entry {
        sound &= set(&key, value, &mut draft, &mut imported.traps);
    }
    if sound {
        imported.exceptions.push(draft);
    }
}

/// Takes one key over. `false` when a condition was lost by it, without which the entry would excuse more.
fn set(key: &str, value: Value, draft: &mut Draft, traps: &mut Vec<String>) -> bool {
    let name = named(draft);
    match (key, value) {
        ("statement", Value::String(text)) => draft.reason = Some(text).filter(|text| !text.trim().is_empty()),
        ("expired_at", Value::String(text)) => match day_of(text.split(['T', ' ']).next().unwrap_or_default()) {
            Some(day) => draft.expires = Some(day),
            None => traps.push(format!("{name}: `{text}` is no day: Trivy does not take the file")),
        },
        ("paths" | "purls", value) => {
            let Some(list) = strings(value) else {
                traps.push(format!("{name}: `{key}` is not a list of texts; it excuses nothing here"));
                return false;
            };
            if key == "paths" {
                draft.paths = list;
            } else {
                traps.extend((!list.is_empty()).then(|| {
                    format!("{name}: in Trivy `purls` also ignores packages that have no package URL; here it does not")
                }));
                draft.purls = list;
            }
        }
        ("statement" | "expired_at", Value::Null) => {}
        ("statement" | "expired_at", _) => traps.push(format!("{name}: `{key}` is not a text")),
        (key, _) if key.to_ascii_lowercase().starts_with("exp") => {
            traps.push(format!("{name}: the key is `expired_at`, not `{key}`: Trivy ignores the finding for ever"));
        }
        // A misspelt `paths` or `purls`: in Trivy it ignores everything with this id.
        (key, _) => {
            traps
                .push(format!("{name}: there is no key `{key}`: Trivy takes no notice of it; it excuses nothing here"));
            return false;
        }
    }
    true
}

/// A list of texts, of which there may be none.
fn strings(value: Value) -> Option<Vec<String>> {
    match value {
        Value::Null => Some(Vec::new()),
        Value::Array(list) => list.into_iter().map(|item| item.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}
