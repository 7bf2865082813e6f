use std::path::{Path, PathBuf};
use std::process::Command;

use junit::history::{Flakiness, Outcome};

use super::{HOSTILE, fixture, gate, hostile, options, written};
use crate::report::{Gate, Slow};
use crate::write::Output;

/// What a bad day looks like: many failures, long names, a long history.
fn rich() -> Gate {
    let mut gate = gate();
    gate.tests.extend(hostile().tests);
    gate.tests.extend(fixture::large(40).tests);
    let long = "averylongwordwithoutspaces".repeat(2_000);
    gate.tests[0].case.faults[0].text.push_str(&long);
    gate.tests[1].case.name = long.clone();
    gate.tests[0].case.output = format!("one line\n{long}");
    gate.slowest.push(Slow { time: 1, id: long.clone(), file: String::new() });
    gate.inputs[0].path = format!("{long}.xml");
    gate.inputs[0].tool = long.clone();
    let outcomes = [Outcome::Passed, Outcome::Passed, Outcome::Failed, Outcome::Passed, Outcome::Flaky];
    gate.flakiness.push(Flakiness {
        id: format!("App\\Tests\\{HOSTILE}"),
        runs: 812,
        failed: 70,
        flaky: 12,
        last: outcomes.into_iter().cycle().take(50).collect(),
        passes_in_a_row: 3,
        ..Flakiness::default()
    });
    if let Some(coverage) = &mut gate.coverage {
        coverage.sources[0].lines[1].text = long.clone();
        coverage.files.push((long, coverage.totals));
    }
    gate
}

/// Where the pages and pictures stay, for people to look at.
fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target/html-report-tests");
    std::fs::create_dir_all(&folder).unwrap();
    folder.canonicalize().unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a page that is looked at and thrown away")]
fn save(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
}

fn chromium(page: &Path, arguments: &[String]) -> String {
    let profile = page.with_extension(format!("profile-{}", std::process::id()));
    let output = Command::new("chromium")
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"])
        .args(["--disable-component-update", "--disable-sync", "--hide-scrollbars", "--virtual-time-budget=5000"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .args(arguments)
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("chromium starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::remove_dir_all(profile).unwrap_or_default();
    String::from_utf8(output.stdout).unwrap()
}

fn page(gate: &Gate, name: &str) -> (PathBuf, String) {
    let path = folder().join(name);
    let text = written(Output::Html, gate, &options());
    save(&path, &text);
    (path, text)
}

#[test]
#[ignore = "needs chromium"]
fn a_browser_sees_every_test_and_no_element_that_came_from_a_report() {
    let gate = rich();
    let (path, _) = page(&gate, "report.html");
    let dom = chromium(&path, &["--dump-dom".to_owned()]);
    assert_eq!(dom.matches("<details class=\"test").count(), gate.tests.len());
    assert_eq!(dom.matches("<details").count(), dom.matches("</details>").count());
    for element in ["<script", "<b>c", "<img", "onclick=\"", "<font"] {
        assert!(!dom.contains(element), "{element}");
    }
    assert!(dom.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
}

#[test]
#[ignore = "needs chromium"]
fn there_are_pictures_to_look_at() {
    let (path, text) = page(&gate(), "pictures.html");
    for (name, scheme) in [("light", 1), ("dark", 0)] {
        let picture = folder().join(format!("{name}.png"));
        let scheme = format!("--blink-settings=preferredColorScheme={scheme}");
        chromium(&path, &["--window-size=1280,4200".to_owned(), scheme, format!("--screenshot={}", picture.display())]);
        assert!(std::fs::metadata(picture).unwrap().len() > 10_000);
    }
    measured("pictures-phone.html", &text, [390, 6_000], "1");
}

/// What `script` puts into `data-measured` of the body, for `text` in a frame of that size: a browser window is never
/// as narrow as a phone. The script needs the policy of the page out of the way.
fn measured(name: &str, text: &str, [width, height]: [u32; 2], script: &str) -> String {
    let inner = text.replacen("http-equiv=\"Content-Security-Policy\"", "name=\"policy\"", 1);
    let inner = inner.replace('&', "&amp;").replace('"', "&quot;");
    let outer = folder().join(name);
    save(
        &outer,
        &format!(
            "<body><iframe id=f width={width} height={height} style=border:0 srcdoc=\"{inner}\" \
             onload=\"const page = f.contentDocument; document.body.dataset.measured = {script}\"></iframe>"
        ),
    );
    let dom = chromium(&outer, &["--dump-dom".to_owned()]);
    let (_, measured) = dom.split_once("data-measured=\"").expect("measured");
    let picture = outer.with_extension("png");
    chromium(&outer, &[format!("--window-size=900,{height}"), format!("--screenshot={}", picture.display())]);
    measured.split('"').next().unwrap_or_default().to_owned()
}

#[test]
#[ignore = "needs chromium"]
fn nothing_is_wider_than_a_phone() {
    let mut gate = rich();
    gate.verdict.reasons = vec!["17 tests failed".to_owned(), HOSTILE.to_owned()];
    let (_, text) = page(&gate, "narrow.html");
    // What is closed is measured too.
    let text = text.replace("<details class=\"test muted\"", "<details open class=\"test muted\"");
    for width in [800, 390, 360] {
        let scroll = measured("narrow-frame.html", &text, [width, 9_000], "page.documentElement.scrollWidth");
        assert_eq!(scroll, width.to_string());
    }
}

#[test]
#[ignore = "needs chromium"]
fn the_first_screen_shows_what_blocks() {
    let (_, text) = page(&gate(), "first.html");
    for [width, height] in [[1_280, 800], [390, 844]] {
        let place = "page.querySelector('.test.blocking').getBoundingClientRect().top";
        let top: f64 = measured("first-screen.html", &text, [width, height], place).parse().expect("a number");
        assert!(top > 0.0 && top < f64::from(height), "{top} of {height}");
    }
}

#[test]
#[ignore = "needs chromium"]
fn a_check_box_hides_the_tests_it_names() {
    let (_, text) = page(&gate(), "filter.html");
    let visible = "[...page.querySelectorAll('.test')].map(e => e.checkVisibility() ? 1 : 0).join('')";
    let script = |id: &str| format!("(page.getElementById('{id}').click(), {visible})");
    let after =
        ["show-blocking", "show-reported", "show-muted"].map(|id| measured("box.html", &text, [800, 800], &script(id)));
    assert_eq!(after, ["00111", "11011", "11100"]);
}
