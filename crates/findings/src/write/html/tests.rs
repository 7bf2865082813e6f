use crate::model::Disposition;
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

#[test]
fn what_has_to_be_done_comes_first() {
    let order = |page: &str| {
        let mut sections = ["findings", "plots", "inputs"].map(|id| (page.find(&format!("id=\"{id}\"")), id));
        sections.sort();
        sections.map(|(_, id)| id)
    };
    let bump = bumpalo::Bump::new();
    let failed = written(Output::Html, &large(&bump, 10), &Options::default());
    assert_eq!(order(&failed), ["findings", "plots", "inputs"]);
    let incomplete = written(Output::Html, &gate(), &Options::default());
    assert_eq!(order(&incomplete), ["inputs", "findings", "plots"]);
}

#[test]
fn what_is_muted_waits_to_be_asked_for_when_there_is_something_else() {
    let page = written(Output::Html, &gate(), &Options::default());
    assert!(page.contains("id=\"show-blocking\" checked> 3 blocking"), "{page}");
    assert!(page.contains("id=\"show-muted\"> 5 muted"), "{page}");
    let mut known = clean();
    known.reports = gate().reports.split_off(1);
    known.reports[0].findings.retain(|finding| matches!(finding.disposition, Disposition::Muted(_)));
    let page = written(Output::Html, &known, &Options::default());
    assert!(page.contains("id=\"show-muted\" checked> 2 muted"), "{page}");
}

#[test]
fn a_long_reason_does_not_fill_the_first_screen() {
    let mut gate = gate();
    gate.verdict.reasons[0] = "the report is cut short ".repeat(10);
    assert!(written(Output::Html, &gate, &Options::default()).contains("<h1 class=\"long\">Incomplete: the report"));
}

/// Needs a browser.
mod browser;
