//! Trailers, as `git interpret-trailers` defines them: the last paragraph of a message, `Key: value` a line.

use super::{Record, Source};
use crate::words::is_hostile;

/// The records in the last paragraph of a message, in order; what is not understood is passed over.
#[must_use]
pub fn records(message: &str) -> Vec<Record> {
    let message = message.trim_end();
    let mut lines: Vec<&str> = message.lines().rev().take_while(|line| !line.trim().is_empty()).collect();
    lines.reverse();
    let mut groups: Vec<Group> = Vec::new();
    let mut last = None;
    for (key, value) in lines.iter().filter_map(|line| line.split_once(':')) {
        let Some(rank) = KEYS.iter().position(|known| key.eq_ignore_ascii_case(known)) else { continue };
        // Every record has an image and its keys are in order, so a key that is not further on begins the next.
        if last.is_none_or(|last| rank <= last) {
            groups.push(Group::default());
        }
        last = Some(rank);
        if let Some(slot) = groups.last_mut().and_then(|group| group.get_mut(rank)) {
            *slot = Some(unescaped(value.trim()));
        }
    }
    groups.into_iter().filter_map(record).collect()
}

/// The keys of one record, in this order.
const KEYS: [&str; 7] =
    ["Service", "Environment", "Image", "Source-Repository", "Source-Commit", "Build-Number", "Pipeline"];

type Group = [Option<String>; KEYS.len()];

fn record([service, environment, image, repository, commit, build, pipeline]: Group) -> Option<Record> {
    let build = build.and_then(|build| build.parse().ok());
    let source = Source { repository, commit, build, pipeline };
    Some(Record { service, environment, image: image?.parse().ok()?, source })
}

/// The trailers of all records, and those that Argo CD shows beside an Application:
/// <https://argo-cd.readthedocs.io/en/stable/user-guide/source-hydrator/>
pub(super) fn write(records: &[Record]) -> String {
    let mut lines = Vec::new();
    for Record { service, environment, image, source } in records {
        let group: Group = [
            service.clone(),
            environment.clone(),
            Some(image.to_string()),
            source.repository.clone(),
            source.commit.clone(),
            source.build.map(|build| build.to_string()),
            source.pipeline.clone(),
        ];
        for (key, value) in KEYS.iter().zip(group) {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                lines.push(format!("{key}: {}", escaped(&value)));
            }
        }
    }
    lines.extend(argo_cd(records));
    lines.join("\n")
}

/// Argo CD knows one source only, by an address that a browser can open.
fn argo_cd(records: &[Record]) -> Vec<String> {
    let [first, rest @ ..] = records else { return Vec::new() };
    let Source { repository: Some(repository), commit: Some(commit), .. } = &first.source else { return Vec::new() };
    let is_url = repository.starts_with("https://") || repository.starts_with("http://");
    let is_plain = !repository.contains(|c: char| c.is_whitespace() || is_hostile(c) || c == '\\');
    let is_hash = commit.len() >= 7 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_only = rest.iter().all(|record| {
        record.source.repository == first.source.repository && record.source.commit == first.source.commit
    });
    if !(is_url && is_plain && is_hash && is_only) {
        return Vec::new();
    }
    vec![format!("Argocd-reference-commit-repourl: {repository}"), format!("Argocd-reference-commit-sha: {commit}")]
}

/// The value on one line: what would break it, hide in it or be trimmed from it is written as `\u{a}`.
fn escaped(value: &str) -> String {
    let inner = value.trim();
    let begin = value.len() - value.trim_start().len();
    let mut out = String::with_capacity(value.len());
    for (at, c) in value.char_indices() {
        match c {
            '\\' => out.push_str("\\\\"),
            c if is_hostile(c) || at < begin || at >= begin + inner.len() => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

fn unescaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let escape = &rest[at + 1..];
        let point = escape.strip_prefix("u{").and_then(|point| point.split_once('}'));
        let character = point.and_then(|(hex, after)| {
            u32::from_str_radix(hex, 16).ok().and_then(char::from_u32).map(|character| (character, after))
        });
        (rest, _) = match (character, escape.strip_prefix('\\')) {
            (Some((character, after)), _) => (after, out.push(character)),
            (None, Some(after)) => (after, out.push('\\')),
            (None, None) => (escape, out.push('\\')),
        };
    }
    out.push_str(rest);
    out
}
