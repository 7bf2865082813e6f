//! One page for a person: what was received, drawn like Code Insights. No script, no network, all text escaped.

use serde_json::Value;

use super::state::{PullRequest, Report, Repository, State, Status};
use crate::server::Reply;

const HEAD: &str = "<!doctype html><html lang=en><meta charset=utf-8>\
<meta name=viewport content='width=device-width,initial-scale=1'><title>Bitbucket on loopback</title><style>\
:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
section{border:1px solid #8886;border-radius:6px;padding:.5rem 1rem;margin:1rem 0}h2,h3,p,dl{margin:.5rem 0}\
p,pre,td,h3{overflow-wrap:anywhere}p,pre,td{white-space:pre-wrap}small{display:block;opacity:.75}\
dl{display:flex;flex-wrap:wrap;gap:.5rem 2rem}dd{margin:0;font-weight:600}dt{opacity:.75}\
table{border-collapse:collapse;width:100%}td{border-top:1px solid #8884;padding:.3rem 1rem .3rem 0;vertical-align:top}\
code{font-size:13px}b{font-weight:600;font-size:12px;border:1px solid;border-radius:3px;padding:0 .4em;white-space:nowrap}\
.FAILED,.CRITICAL,.HIGH{color:light-dark(#ae2e24,#fd9891)}.PASSED,.SUCCESSFUL{color:light-dark(#216e4e,#7ee2b8)}\
.MEDIUM,.PENDING,.INPROGRESS{color:light-dark(#974f0c,#fbc828)}</style>";

/// The page.
pub(super) fn show(state: &State) -> Reply {
    let mut html = format!("{HEAD}<h1>Bitbucket on loopback</h1>");
    if state.repositories.is_empty() {
        html.push_str("<p>Nothing was received yet.</p>");
    }
    for repository in &state.repositories {
        show_repository(&mut html, repository);
    }
    Reply::new(200, "text/html; charset=utf-8", html)
        .with_header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'")
}

fn show_repository(html: &mut String, repository: &Repository) {
    html.push_str(&format!("<h2>{}</h2>", escape(&repository.full_name())));
    for (hash, commit) in &repository.commits {
        html.push_str(&format!("<h3>Commit <code>{}</code></h3>", escape(hash)));
        commit.statuses.iter().for_each(|status| show_status(html, status));
        commit.reports.iter().for_each(|report| show_report(html, report));
    }
    for pull_request in &repository.pull_requests {
        show_pull_request(html, pull_request);
    }
}

fn show_status(html: &mut String, status: &Status) {
    let (key, description) = (escape(&status.key), escape(text(&status.body, "description")));
    html.push_str(&format!("<p>{} <code>{key}</code> {description}</p>", badge(&status.state)));
}

fn show_report(html: &mut String, report: &Report) {
    let (title, details) = (escape(text(&report.body, "title")), escape(text(&report.body, "details")));
    let result = badge(text(&report.body, "result"));
    html.push_str(&format!("<section><h3>{result} {title}</h3><p>{details}</p><dl>"));
    for item in report.body.get("data").and_then(Value::as_array).into_iter().flatten() {
        html.push_str(&format!("<div><dt>{}<dd>{}</div>", escape(text(item, "title")), escape(&shown(item))));
    }
    html.push_str("</dl><table>");
    report.annotations.iter().for_each(|annotation| show_annotation(html, &annotation.body));
    html.push_str("</table></section>");
}

fn show_annotation(html: &mut String, annotation: &Value) {
    let line = annotation.get("line").and_then(Value::as_u64);
    let line = line.map(|line| format!(":{line}")).unwrap_or_default();
    let (path, severity) = (escape(text(annotation, "path")), badge(text(annotation, "severity")));
    let (summary, details) = (escape(text(annotation, "summary")), escape(text(annotation, "details")));
    html.push_str(&format!("<tr><td>{severity}<td><code>{path}{line}</code><td>{summary}<small>{details}</small>"));
}

fn show_pull_request(html: &mut String, pull_request: &PullRequest) {
    html.push_str(&format!("<section><h3>Pull request #{} {}</h3>", pull_request.id, escape(&pull_request.title)));
    for comment in pull_request.comments.iter().filter(|comment| !comment.deleted) {
        html.push_str(&format!("<pre>{}</pre>", escape(&comment.raw)));
    }
    html.push_str("</section>");
}

/// A data field's value in its unit.
fn shown(item: &Value) -> String {
    let value = item.get("value").unwrap_or(&Value::Null);
    match (text(item, "type"), value) {
        ("LINK", link) => format!("{} ({})", text(link, "text"), text(link, "href")),
        ("PERCENTAGE", share) => format!("{share} %"),
        ("DURATION", milliseconds) => format!("{milliseconds} ms"),
        (_, Value::String(text)) => text.clone(),
        (_, value) => value.to_string(),
    }
}

fn badge(word: &str) -> String {
    if word.is_empty() {
        return String::new();
    }
    let class: String = word.chars().filter(char::is_ascii_uppercase).collect();
    format!("<b class='{class}'>{}</b>", escape(word))
}

fn text<'a>(object: &'a Value, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // Control characters and those that turn the direction of text have no place on the page.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' => {
                safe.push('\u{fffd}');
            }
            '\n' | '\t' => safe.push(character),
            other if other.is_control() => safe.push('\u{fffd}'),
            other => safe.push(other),
        }
    }
    safe
}
