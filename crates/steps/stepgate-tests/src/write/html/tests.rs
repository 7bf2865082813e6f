use super::cases::anchor;
use crate::report::{By, Disposition, Gate, Input};
use crate::write::fixture::{self, HOSTILE, gate, incomplete, large, options, passing, written};
use crate::write::{Options, Output};

/// [`gate`] with hostile text wherever there is text.
fn hostile() -> Gate {
    let mut gate = gate();
    let text = || HOSTILE.to_owned();
    gate.verdict.reasons = vec![text(), text()];
    for input in &mut gate.inputs {
        *input = Input { path: text(), tool: text(), problems: vec![text()], notes: vec![text()], ..input.clone() };
    }
    for test in &mut gate.tests {
        let case = &mut test.case;
        for field in [&mut case.name, &mut case.class, &mut case.project, &mut case.output] {
            *field = text();
        }
        for fault in case.faults.iter_mut().chain(&mut case.earlier) {
            (fault.kind, fault.message, fault.text) = (text(), text(), text());
        }
        if let Some(place) = &mut test.place {
            place.path = text();
        }
        if let Disposition::Quarantined(By::Entry { owner, reason, ticket, expires }) = &mut test.disposition {
            (*owner, *reason, *expires) = (text(), text(), text());
            *ticket = Some("https://tickets.example/\"onclick=alert(1)".to_owned());
        }
    }
    for code in &mut gate.codes {
        code.source = text();
    }
    gate.quarantine.expired = vec![(text(), text(), text())];
    gate.quarantine.ready = vec![(text(), 3)];
    gate.quarantine.stale = vec![text()];
    if let Some(coverage) = &mut gate.coverage {
        coverage.reasons = vec![text()];
        coverage.files[0].0 = text();
        coverage.sources[0].path = text();
        coverage.sources[0].lines[0].text = text();
        let change = coverage.change.as_mut().unwrap();
        (change.files[0].path, change.unmentioned[0].path) = (text(), text());
        change.excluded = vec![text()];
    }
    gate
}

/// The `id` of every element, and every link to one.
fn ids_and_links(page: &str) -> (Vec<&str>, Vec<&str>) {
    let of = |mark| page.split(mark).skip(1).filter_map(|rest| rest.split('"').next()).collect();
    (of(" id=\""), of(" href=\"#"))
}

#[test]
fn the_page_is_one_file_without_script_or_network() {
    for gate in [gate(), hostile(), passing(), incomplete()] {
        let page = written(Output::Html, &gate, &options());
        assert!(page.contains("default-src 'none'"));
        for forbidden in ["<script", "<link", "<img", "url(", "@import", "javascript:"] {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
    }
}

#[test]
fn what_a_report_says_is_text() {
    let page = written(Output::Html, &hostile(), &options());
    let markup = [
        "<b>c",
        "<b>.php",
        "<font",
        " onclick=\"",
        "onclick=alert(1)\"",
        "href=\"https://tickets",
        "href=\"https://b.",
    ];
    for forbidden in markup.into_iter().chain(["\u{1b}", "\u{202e}", "'y'", "\"x\""]) {
        assert!(!page.contains(forbidden), "{forbidden:?}");
    }
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
}

#[test]
fn every_link_within_the_page_leads_somewhere() {
    for gate in [gate(), passing(), incomplete(), large(5_000)] {
        let page = written(Output::Html, &gate, &options());
        let (ids, links) = ids_and_links(&page);
        assert!(links.len() >= 2, "{links:?}");
        for link in links {
            assert_eq!(ids.iter().filter(|id| **id == link).count(), 1, "{link}");
        }
    }
}

#[test]
fn every_label_names_a_heading() {
    let page = written(Output::Html, &gate(), &options());
    for label in page.split("aria-labelledby=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(page.contains(&format!("<h2 id=\"{label}\">")), "{label}");
    }
}

#[test]
fn what_blocks_is_open_and_comes_first() {
    let page = written(Output::Html, &gate(), &options());
    let tests: Vec<_> =
        page.split("<details class=\"test ").skip(1).filter_map(|rest| rest.split('>').next()).collect();
    let expected = [
        "blocking\" id=\"test-1\" open",
        "blocking\" id=\"test-2\" open",
        "reported\" id=\"test-3\"",
        "muted\" id=\"test-4\"",
        "muted\" id=\"test-5\"",
    ];
    assert_eq!(tests, expected);
    for filter in ["id=\"show-blocking\" checked> 2 blocking", "id=\"show-muted\" checked> 2 in quarantine"] {
        assert!(page.contains(filter), "{filter}");
    }
}

#[test]
fn a_failed_test_says_where_what_and_since_which_attempt() {
    let page = written(Output::Html, &gate(), &options());
    let test = |number: usize| {
        let (_, from) = page.split_once(&format!("id=\"test-{number}\"")).unwrap();
        let (_, from) = from.split_once("<div class=\"of\">\n").unwrap();
        from.split("</div></details>").next().unwrap()
    };
    insta::assert_snapshot!(test(1), @r#"
    <p class="place"><a href="https://bitbucket.org/acme/shop/src/4f3c2d1/src/Service/RefundService.php#lines-31">src/<wbr>Service/<wbr>RefundService<wbr>.php:31</a></p>
    <p class="why">in reports/<wbr>junit-1<wbr>.xml</p>
    <p class="kind">PHPUnit\Framework\ExpectationFailedException</p>
    <pre class="text">App\Tests\RefundTest::testRefund
    Failed asserting that 1 matches expected 2.

    /opt/atlassian/pipelines/agent/build/src/Service/RefundService.php:31
    /opt/atlassian/pipelines/agent/build/tests/RefundTest.php:42
    </pre>
    "#);
    insta::assert_snapshot!(test(3), @r#"
    <p class="place"><a href="https://bitbucket.org/acme/shop/src/4f3c2d1/tests/cart.spec.js#lines-9">tests/<wbr>cart<wbr>.spec<wbr>.js:9</a></p>
    <p class="why">in reports/<wbr>junit-1<wbr>.xml</p>
    <h3>1 earlier attempt, passed then</h3>
    <p class="kind">TimeoutError</p>
    <pre class="text">locator.click: Timeout 30000ms exceeded.
        at tests/cart.spec.js:9:5
    </pre>
    "#);
    insta::assert_snapshot!(test(4), @r#"
    <p class="why">in reports/<wbr>junit-2<wbr>.xml</p>
    <p class="why">in quarantine until 2026-12-31, owner payments: the sandbox of the bank is down at night | see `#42` (SHOP-42)</p>
    <p class="kind">Exception</p>
    <pre class="text">Connection refused
    </pre>
    "#);
}

#[test]
fn what_has_to_be_done_comes_first() {
    let order = |gate: &Gate| {
        let page = written(Output::Html, gate, &Options::default());
        let ids = page.split("<h2 id=\"").skip(1).filter_map(|rest| rest.split('"').next());
        ids.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(order(&gate()), "tests compared coverage quarantine flaky slowest inputs");
    assert_eq!(order(&incomplete()), "inputs tests");
    assert_eq!(order(&passing()), "tests inputs");
}

#[test]
fn a_page_of_many_failures_stays_bounded_and_says_how_many_it_leaves_out() {
    let mut gate = large(5_000);
    gate.unlisted = 7;
    for test in &mut gate.tests {
        test.case.faults[0].text = "line <b>\n".repeat(600);
        test.case.output = "out\n".repeat(1_200);
    }
    let options = Options { reports: &[("junit", "build/junit.xml")], ..Options::default() };
    let page = written(Output::Html, &gate, &options);
    assert_eq!(page.matches("<details class=\"test").count(), 2_000);
    assert_eq!(page.matches(" open>").count(), 20 + gate.coverage.map_or(0, |coverage| coverage.sources.len()));
    assert!(page.contains("+3,007 more in build/junit.xml"));
    assert!(page.len() < 8_000_000, "{}", page.len());
}

#[test]
fn a_page_without_failures_says_why() {
    let page = |gate: &Gate| written(Output::Html, gate, &Options::default());
    assert!(page(&passing()).contains("Nothing failed, and nothing needed a second attempt."));
    let read = Gate { tests: Vec::new(), ..incomplete() };
    assert!(page(&read).contains("Nothing failed in what could be read."));
    let empty = Gate { totals: crate::report::Totals::default(), ..passing() };
    assert!(page(&empty).contains("There is no test in the inputs."));
}

#[test]
fn a_test_that_is_not_on_the_page_is_not_linked_to() {
    assert_eq!([anchor(0), anchor(1_999), anchor(2_000)], [Some("test-1".into()), Some("test-2000".into()), None]);
    let mut gate = large(2_001);
    gate.tests[2_000].disposition = Disposition::Quarantined(By::Bitbucket);
    let page = written(Output::Html, &gate, &Options::default());
    assert!(page.contains("Bitbucket’s own list") && !page.contains("href=\"#test-"));
}

#[test]
fn inputs_that_cannot_be_relied_on_come_first_with_what_is_wrong() {
    let page = written(Output::Html, &incomplete(), &Options::default());
    assert!(page.find("junit-2").unwrap() < page.find("junit-1").unwrap());
    assert_eq!(page.matches("<td class=\"state no\">incomplete</td>").count(), 2);
    assert!(page.contains("the file is empty"));
}

/// Needs a browser.
mod browser;
