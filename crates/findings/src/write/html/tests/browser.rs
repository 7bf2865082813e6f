use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Arena;
use crate::model::{Detail, Disposition, Finding, Gate, Muted, Outcome, Report, Severity, Verdict};
use crate::read::Format;
use crate::write::fixture::{self, HOSTILE, written};
use crate::write::{Options, Output};

/// What a real gate looks like: a few findings of the change over a lot of known debt, and a bit of everything bad.
fn rich<'a>(arena: &Arena<'a>) -> Gate<'a> {
    let mut gate = fixture::gate();
    let rules = ["argument.type", "missingType.iterableValue", "method.notFound", "return.type", "property.nonObject"];
    for n in 0..600_u32 {
        let (tool, rule, severity) = match n % 3 {
            0 => ("phpcs", format!("PSR12.Files.Sniff{}.Found", n % 11), Severity::WORST_FIRST[(n % 4) as usize + 1]),
            _ => ("phpstan", rules[(n * n % 5) as usize].to_owned(), Severity::High),
        };
        let disposition = match n % 40 {
            3 => Disposition::Blocking,
            7 => Disposition::Reported,
            k if k < 30 => Disposition::Muted(Muted::Baseline),
            _ => Disposition::Muted(Muted::OutsideChange),
        };
        let path = format!("src/{}/{}Handler.php", ["Controller", "Entity", "Service"][(n % 3) as usize], n * n % 23);
        let finding = Finding {
            line: n * 7 % 400 + 1,
            column: n % 5,
            disposition,
            ..Finding::new(
                arena.rule(tool, &rule),
                Some(arena.file(&path, true)),
                severity,
                arena.text(&format!("Parameter #{n} $order of method App\\Service\\OrderService::place() expects App\\Entity\\Order, App\\Entity\\Order|null given.")),
            )
        };
        gate.reports[usize::from(n % 3 == 0)].findings.push(finding);
    }
    let long = "averylongwordwithoutspaces".repeat(20_000);
    for (message, path) in [
        (
            long.as_str(),
            "src/A/Very/Long/Path/That/Does/Not/Fit/On/A/Phone/Whatever/One/Does/AbstractFactoryInterface.php",
        ),
        (HOSTILE, HOSTILE),
    ] {
        gate.reports[0].findings.push(Finding {
            line: 1,
            disposition: Disposition::Blocking,
            detail: arena.detail(Detail { help: Some(HOSTILE), context: Some(HOSTILE), ..Detail::default() }),
            ..Finding::new(
                arena.rule_with("phpstan", HOSTILE, None, Some("https://phpstan.org/\"onclick=")),
                Some(arena.file(path, true)),
                Severity::Critical,
                arena.text(message),
            )
        });
    }
    gate.reports.push(Report {
        source: HOSTILE.to_owned(),
        notes: vec![HOSTILE.to_owned()],
        ..Report::new("deptrac", Format::DeptracJson)
    });
    gate
}

fn failed(reasons: &[&str]) -> Verdict {
    Verdict { outcome: Outcome::Fail, reasons: reasons.iter().map(|&reason| reason.to_owned()).collect() }
}

/// Where the pages and pictures stay, for people to look at.
fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/html-report");
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

fn page(gate: &Gate<'_>, name: &str) -> (PathBuf, String) {
    let options = Options {
        reports: fixture::REPORTS,
        subject: Some("acme/shop, pull request 7, commit 4f3c2d1"),
        source: Some("https://bitbucket.org/acme/shop/src/4f3c2d1"),
        ..Options::default()
    };
    let path = folder().join(name);
    let text = written(Output::Html, gate, &options);
    save(&path, &text);
    (path, text)
}

#[test]
#[ignore = "needs chromium"]
fn a_browser_sees_every_finding_and_no_element_that_came_from_a_message() {
    let bump = bumpalo::Bump::new();
    let gate = rich(&Arena::new(&bump));
    let (path, _) = page(&gate, "report.html");
    let dom = chromium(&path, &["--dump-dom".to_owned()]);
    assert_eq!(dom.matches("<td class=\"line\">").count(), gate.findings().count());
    assert_eq!(dom.matches("<details").count(), dom.matches("</details>").count());
    for element in ["<script", "<b>c", "<img", "onclick=\"", "<font"] {
        assert!(!dom.contains(element), "{element}");
    }
    assert!(dom.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    for (name, size, scheme) in [("light", "1280,2400", 1), ("dark", "1280,2400", 0)] {
        let picture = folder().join(format!("{name}.png"));
        chromium(
            &path,
            &[
                format!("--window-size={size}"),
                format!("--blink-settings=preferredColorScheme={scheme}"),
                format!("--screenshot={}", picture.display()),
            ],
        );
        assert!(std::fs::metadata(picture).unwrap().len() > 10_000);
    }
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
    chromium(&outer, &["--window-size=900,4000".to_owned(), format!("--screenshot={}", picture.display())]);
    measured.split('"').next().unwrap_or_default().to_owned()
}

#[test]
#[ignore = "needs chromium"]
fn nothing_is_wider_than_a_phone() {
    let bump = bumpalo::Bump::new();
    let gate = Gate { verdict: failed(&["17 new findings block", HOSTILE]), ..rich(&Arena::new(&bump)) };
    let (_, text) = page(&gate, "narrow.html");
    for width in [800, 360] {
        let scroll = measured("phone.html", &text, [width, 9_000], "page.documentElement.scrollWidth");
        assert_eq!(scroll, width.to_string());
    }
}

#[test]
#[ignore = "needs chromium"]
fn the_first_screen_shows_what_blocks_and_what_is_muted_is_out_of_the_way() {
    let bump = bumpalo::Bump::new();
    let mut gate = rich(&Arena::new(&bump));
    gate.reports.retain(Report::is_complete);
    gate.verdict = failed(&["17 new findings block: phpstan 12, phpcs 5"]);
    let (_, text) = page(&gate, "first.html");
    for [width, height] in [[1_280, 800], [360, 740]] {
        let place = "page.querySelector('tr.blocking').getBoundingClientRect().top";
        let top: f64 = measured("first-screen.html", &text, [width, height], place).parse().expect("a number");
        assert!(top > 0.0 && top < f64::from(height), "{top} of {height}");
    }
    let muted = "[...page.querySelectorAll('.muted')].filter(e => e.closest('section[aria-labelledby=findings]') \
                 && e.checkVisibility()).length";
    assert_eq!(measured("muted.html", &text, [1_280, 800], muted), "0");
}

#[test]
#[ignore = "needs chromium"]
fn a_proposed_change_is_shown_as_a_diff_line_by_line() {
    let diff = "--- a\n+++ b\n@@ -5,3 +5,2 @@\n use App\\Entity\\Order;\n-use App\\Entity\\OrderLine;\n+\n";
    let bump = bumpalo::Bump::new();
    let arena = Arena::new(&bump);
    let mut gate = fixture::clean();
    gate.reports[0].findings.push(Finding {
        line: 6,
        disposition: Disposition::Blocking,
        detail: arena.detail(Detail { diff: Some(diff), ..Detail::default() }),
        ..Finding::new(
            arena.rule("php-cs-fixer", "no_unused_imports"),
            Some(arena.file("src/A.php", true)),
            Severity::Medium,
            "Found violation(s) of type: no_unused_imports",
        )
    });
    let (_, text) = page(&gate, "diff.html");
    let heights = "[...page.querySelectorAll('.diff pre > *')].map(e => e.tagName + (e.offsetHeight > 10)).join()";
    assert_eq!(measured("diff-frame.html", &text, [800, 800], heights), "Btrue,SPANtrue,DELtrue,INStrue");
}
