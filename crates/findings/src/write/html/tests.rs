use crate::write::fixture::{clean, gate, large, written};
use crate::write::{Options, Output};

#[test]
fn the_page_is_one_file_without_script_or_network() {
    let page = written(Output::Html, &gate(), &Options::default());
    assert!(page.contains("default-src 'none'"));
    for forbidden in ["<script", "<link", "<img", "url(", "@import", "javascript:"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn every_finding_is_a_row_with_its_disposition() {
    let page = written(Output::Html, &gate(), &Options::default());
    assert_eq!(page.matches("<tr class=\"blocking\">").count(), 3);
    assert_eq!(page.matches("<tr class=\"reported\">").count(), 1);
    assert_eq!(page.matches("<tr class=\"muted\">").count(), 3);
}

#[test]
fn a_page_of_many_findings_says_how_many_it_leaves_out() {
    let bump = bumpalo::Bump::new();
    let options = Options { reports: crate::write::fixture::REPORTS, ..Options::default() };
    let page = written(Output::Html, &large(&bump, 5_000), &options);
    assert_eq!(page.matches("<tr class=\"blocking\">").count(), 2_000);
    assert!(page.contains("+3,000 more in build/report.json"));
}

#[test]
fn a_page_of_no_findings_says_so() {
    let page = written(Output::Html, &clean(), &Options::default());
    assert!(page.contains("No findings.") && page.contains("<h1>Pass: nothing blocks</h1>"));
    assert!(!page.contains("id=\"plots\""));
}

/// Needs a browser.
mod browser;
