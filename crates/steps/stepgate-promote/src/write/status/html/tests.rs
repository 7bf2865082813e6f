use crate::write::Options;
use crate::write::fixture::{board, empty, large, status_of};
use crate::write::status::Output;

fn page(board: &promotion::Board) -> String {
    status_of(Output::Html, board, &Options { reports: &[("json", "build/<x>.json")], ..Options::default() })
}

#[test]
fn the_page_is_one_file_whose_only_script_is_our_own() {
    for board in [board(), empty(), large(100)] {
        let page = page(&board);
        assert!(page.contains("default-src 'none'") && page.contains("script-src 'sha256-"));
        assert_eq!(page.matches("<script>").count(), 1);
        for forbidden in ["<link", "<img", "url(", "@import", "javascript:", "\u{1b}", "\u{202e}", "<b>c", "innerHTML"]
        {
            assert!(!page.contains(forbidden), "{forbidden:?}");
        }
    }
    assert!(page(&board()).contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
}

#[test]
fn the_script_that_may_run_is_the_one_that_is_there() {
    use base64::Engine as _;
    use sha2::Digest as _;
    let page = page(&board());
    let script = page.split_once("<script>").unwrap().1.split_once("</script>").unwrap().0;
    let hash = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(script));
    assert!(page.contains(&format!("script-src 'sha256-{hash}'")));
}

#[test]
fn every_link_within_the_page_leads_somewhere() {
    for board in [board(), empty(), large(3)] {
        let page = page(&board);
        for link in page.split(" href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert_eq!(page.matches(&format!(" id=\"{link}\"")).count(), 1, "{link}");
        }
    }
}

#[test]
fn a_row_has_the_marks_of_its_cells_so_that_it_can_be_filtered() {
    let page = page(&board());
    for row in ["<tr class=\"unhealthy unproved\">", "<tr class=\"unhealthy held drift unproved\">", "<tr class=\"\">"]
    {
        assert_eq!(page.matches(row).count(), 1, "{row}");
    }
}

#[test]
fn a_cell_says_everything_that_is_known_of_it() {
    let page = page(&board());
    let (_, from) = page.split_once("<th scope=\"row\">orders-api</th>").unwrap();
    insta::assert_snapshot!(from.split("</tr>").next().unwrap());
}

#[test]
fn the_timeline_has_a_dot_for_everything_of_which_the_time_is_known() {
    let page = page(&board());
    assert_eq!(page.matches("<circle").count(), 6);
    assert!(page.contains("1 not shown"));
    insta::assert_snapshot!(page.split_once("<svg").unwrap().1.split_once("</svg>").unwrap().0);
}

/// The page as a browser sees it once the script has run. It stays in `target/html-report`, for people to look at.
fn dom(board: &promotion::Board, name: &str) -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target/html-report");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.canonicalize().unwrap().join(name);
    #[expect(clippy::disallowed_methods, reason = "a page that is looked at and thrown away")]
    std::fs::write(&path, page(board)).unwrap();
    let profile = path.with_extension(format!("profile-{}", std::process::id()));
    let output = std::process::Command::new("chromium")
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"])
        .args(["--disable-component-update", "--disable-sync", "--virtual-time-budget=5000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("file://{}", path.display()))
        .output()
        .expect("chromium starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::remove_dir_all(profile).unwrap_or_default();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
#[ignore = "needs chromium"]
fn a_browser_runs_our_script_and_sees_no_element_that_came_from_a_name() {
    let dom = dom(&board(), "board.html");
    assert!(dom.contains("<label id=\"finder\">"), "the script has shown its box");
    assert_eq!(dom.matches("<details").count(), 7);
    for element in ["<script>alert", "<b>c", "<img", "onclick"] {
        assert!(!dom.contains(element), "{element}");
    }
    let large = self::dom(&large(100), "board-large.html");
    assert_eq!(large.matches("<details").count(), 400);
}
