use image_scan::model::Gate;

use crate::write::fixture::{clean, gate, incomplete, large, options, written};
use crate::write::{Options, Output};

#[test]
fn the_page_is_one_file_without_script_or_network() {
    for gate in [gate(), clean(), incomplete(), large(100)] {
        let page = written(Output::Html, &gate, &options());
        assert!(page.contains("default-src 'none'"));
        for forbidden in ["<script", "<link", "<img", "url(", "@import", "javascript:", "\u{1b}", "\u{202e}", "<b>c"] {
            assert!(!page.contains(forbidden), "{forbidden:?}");
        }
    }
    assert!(written(Output::Html, &gate(), &options()).contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
}

#[test]
fn what_has_to_be_done_comes_first() {
    let order = |gate: &Gate<'_>| {
        let page = written(Output::Html, gate, &options());
        let ids = page.split("<h2 id=\"").skip(1).filter_map(|rest| rest.split('"').next());
        ids.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(order(&gate()), "warnings upgrades findings compared muted plots scans");
    assert_eq!(order(&incomplete()), "scans findings");
    assert_eq!(order(&clean()), "findings scans");
}

#[test]
fn every_finding_is_a_row_with_its_disposition() {
    let page = written(Output::Html, &gate(), &options());
    let rows = ["blocking", "reported", "muted"].map(|state| page.matches(&format!("<tr class=\"{state}\">")).count());
    assert_eq!(rows, [4, 2, 1]);
    assert!(page.contains("id=\"show-muted\"> 1 muted") && page.contains("id=\"show-blocking\" checked> 4 blocking"));
}

#[test]
fn a_finding_says_what_it_is_where_it_is_mended_and_who_decided() {
    let page = written(Output::Html, &gate(), &options());
    let (_, from) = page.split_once("<tr class=\"blocking\">").unwrap();
    insta::assert_snapshot!(from.split("</tr>").next().unwrap());
}

#[test]
fn every_link_within_the_page_leads_somewhere() {
    for gate in [gate(), clean(), incomplete()] {
        let page = written(Output::Html, &gate, &options());
        for link in page.split(" href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert_eq!(page.matches(&format!(" id=\"{link}\"")).count(), 1, "{link}");
        }
    }
}

#[test]
fn a_page_of_many_findings_says_how_many_it_leaves_out() {
    let options = Options { reports: &[("html", "a.html"), ("json", "build/scan.json")], ..Options::default() };
    let page = written(Output::Html, &large(5_000), &options);
    assert_eq!(page.matches("<tr class=\"blocking\">").count(), 2_000);
    assert!(page.contains("+3,000 more in build/scan<wbr>.json") || page.contains("+3,000 more in build/scan.json"));
    assert!(page.len() < 4_000_000, "{}", page.len());
}
