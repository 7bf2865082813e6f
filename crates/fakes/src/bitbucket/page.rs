//! One page for a person: what was received, drawn like Code Insights. No script, no network, all text escaped.

use serde_json::Value;

use super::state::{PullRequest, Report, Repository, State, Status};
use crate::server::Reply;

const HEAD: &str = "<!doctype html><html lang=en><meta charset=utf-8>\
<meta name=viewport content='width=device-width,initial-scale=1'><title>Bitbucket on loopback</title><style>\
:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
section{border:1px solid #8886;border-radius:6px;padding:.5rem 1rem;margin:1rem 0}h2,h3{margin:.5rem 0}\
table{border-collapse:collapse;width:100%}td{border-top:1px solid #8884;padding:.3rem .6rem .3rem 0;vertical-align:top;overflow-wrap:anywhere}\
code{font-size:13px}b{font-weight:600;font-size:12px;border:1px solid;border-radius:3px;padding:0 .4em}\
.FAILED,.CRITICAL,.HIGH{color:#c9372c}.PASSED,.SUCCESSFUL{color:#1f845a}.MEDIUM,.PENDING,.INPROGRESS{color:#a54800}\
pre{white-space:pre-wrap;overflow-wrap:anywhere}</style>";

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
    let description = text(&status.body, "description");
    html.push_str(&format!("<p>{} {} {}</p>", badge(&status.state), escape(&status.key), escape(description)));
}

fn show_report(html: &mut String, report: &Report) {
    let part = |name| text(&report.body, name);
    html.push_str(&format!(
        "<section><h3>{} {}</h3><p>{}</p>",
        badge(part("result")),
        escape(part("title")),
        escape(part("details"))
    ));
    let data = report.body.get("data").and_then(Value::as_array);
    html.push_str("<table>");
    for item in data.into_iter().flatten() {
        let value = item.get("value").unwrap_or(&Value::Null);
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        html.push_str(&format!("<tr><td>{}<td>{}", escape(text(item, "title")), escape(&value)));
    }
    html.push_str("</table><table>");
    for annotation in &report.annotations {
        let part = |name| text(&annotation.body, name);
        let line = annotation.body.get("line").and_then(Value::as_u64);
        let place = line.map_or_else(|| part("path").to_owned(), |line| format!("{}:{line}", part("path")));
        html.push_str(&format!(
            "<tr><td>{}<td><code>{}</code><td>{}",
            badge(part("severity")),
            escape(&place),
            escape(part("summary")),
        ));
    }
    html.push_str("</table></section>");
}

fn show_pull_request(html: &mut String, pull_request: &PullRequest) {
    html.push_str(&format!("<section><h3>#{} {}</h3>", pull_request.id, escape(&pull_request.title)));
    for comment in pull_request.comments.iter().filter(|comment| !comment.deleted) {
        html.push_str(&format!("<pre>{}</pre>", escape(&comment.raw)));
    }
    html.push_str("</section>");
}

fn badge(word: &str) -> String {
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
