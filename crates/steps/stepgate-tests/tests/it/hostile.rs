//! Everything in a report is text of somebody else.

use crate::support::{Project, clover_in, phpunit};

const OUTPUTS: [&str; 10] =
    ["json", "junit", "markdown", "html", "ctrf", "test-result", "terminal", "cobertura", "clover", "lcov"];

/// Runs a gate that writes everything it can, to `out/`, and gives what it printed and wrote, by format.
fn everything(project: &Project, more: &[&str]) -> Vec<(&'static str, String)> {
    // Of coverage there is nothing to write where none is given.
    let written = if more.contains(&"--coverage") { &OUTPUTS[..] } else { &OUTPUTS[..7] };
    let named: Vec<String> = written.iter().map(|output| format!("{output}=out/{output}")).collect();
    let outputs = named.iter().flat_map(|output| ["--output", output.as_str()]);
    let args: Vec<&str> = ["gate"].into_iter().chain(more.iter().copied()).chain(outputs).collect();
    let run = project.run(&args);
    assert!(matches!(run.status, 0 | 1 | 3), "{run}");
    let written = written.iter().map(|output| (*output, project.read(&format!("out/{output}"))));
    written.chain([("printed", run.to_string())]).collect()
}

/// Characters that change what a reader sees, or what a terminal does.
fn is_active(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[test]
fn hostile_names_are_harmless_in_every_output() {
    let project = Project::new();
    let names = [
        "esc \u{1b}[31m\u{1b}]0;title\u{7} raw",
        "bidi \u{202e}txt.exe\u{2066} c1 \u{9b}31m\u{85}",
        "line&#10;::error::break&#13;&#10;##vso[task.complete]",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "::warning file=a::name",
        "]]&gt;&lt;!--",
        "&amp;lt;script&amp;gt; | [x](javascript:alert(1)) `a`",
    ];
    let tests: Vec<_> = names.iter().map(|name| (*name, "fails")).collect();
    project.write("r.xml", phpunit(&tests));
    for (output, text) in everything(&project, &["r.xml"]) {
        // What programs read keeps every character that its format can hold.
        let is_data = matches!(output, "junit" | "json" | "ctrf" | "test-result");
        let odd = text.chars().find(|c| is_active(*c) && !(is_data && *c > '\u{7e}'));
        assert_eq!(odd, None, "{output}: {text}");
        // In Markdown it is within a code span.
        assert!(output != "html" || !text.contains("<script>alert"), "{output}: {text}");
        let is_command = |line: &str| line.starts_with("::") || line.starts_with("##vso");
        assert!(matches!(output, "html" | "junit") || !text.lines().any(is_command), "{output}: {text}");
    }
    let again = project.run(&["gate", "out/junit", "--output", "json=again.json"]);
    assert_eq!(again.status, 1, "{again}");
    assert_eq!(project.json("again.json")["totals"]["failed"], 7);
    project.json("out/json");
}

#[test]
fn an_attribute_of_a_megabyte_is_cut_in_what_people_read_and_kept_in_the_merge() {
    let project = Project::new();
    let long = "x".repeat(1 << 20);
    project.write("r.xml", phpunit(&[(&long, "fails"), ("testGross", "ok")]));
    for (output, text) in everything(&project, &["r.xml"]) {
        match output {
            "junit" => assert!(text.contains(&long), "nothing is lost"),
            "json" | "ctrf" | "test-result" => {}
            _ => assert!(text.len() < 200_000, "{output}: {} bytes", text.len()),
        }
    }
    let again = project.run(&["gate", "out/junit", "--output", "json=again.json"]);
    assert_eq!(again.status, 1);
    assert_eq!(project.json("again.json")["totals"]["tests"], 2);
}

#[test]
fn a_million_of_anything_is_read_in_time() {
    let project = Project::new();
    let deep = format!("{}{}", "<testsuite name=\"a\">".repeat(100_000), "</testsuite>".repeat(100_000));
    let attributes: String = (0..100_000).map(|n| format!(" a{n}=\"\"")).collect();
    let wide = format!("<testsuite name=\"s\"><testcase name=\"t\"{attributes}/></testsuite>");
    let properties = "<property name=\"a\" value=\"b\"/>".repeat(100_000);
    let many = format!("<testsuite name=\"s\"><properties>{properties}</properties><testcase name=\"t\"/></testsuite>");
    for content in [deep, wide, many] {
        project.write("r.xml", content);
        let run = project.run(&["gate", "r.xml", "--output", "junit=merged.xml"]);
        assert!(matches!(run.status, 0 | 3), "{run}");
    }
}

#[test]
fn a_path_that_leads_out_of_the_repository_is_neither_opened_nor_written() {
    let project = Project::new();
    project.repo.git(&["switch", "--quiet", "--create", "feature"]);
    project.write("src/Tax.php", "<?php\n\nreturn 7;\n");
    project.repo.commit("a change");
    project.write("r.xml", phpunit(&[("testNet", "ok")]));
    let outside = ["../../../../../../etc/passwd", "src/../../../../../../etc/passwd"];
    let mut files: Vec<(&str, &[(u32, u32)])> = outside.iter().map(|path| (*path, &[(1, 0)][..])).collect();
    files.push(("src/Tax.php", &[(3, 0)]));
    project.write("c.xml", clover_in("/opt/atlassian/pipelines/agent/build", &files));
    let more = ["r.xml", "--coverage", "c.xml", "--destination", "main"];
    for (output, text) in everything(&project, &more) {
        assert!(!text.contains("root:x:0:0") && !text.contains("/bin/"), "{output}: {text}");
    }
    // A link in the repository that leads out of it is not followed either.
    std::os::unix::fs::symlink("/etc/passwd", project.repo.path().join("src/Link.php")).expect("a link");
    project.write("c.xml", clover_in("/opt/atlassian/pipelines/agent/build", &[("src/Link.php", &[(1, 0)])]));
    for (output, text) in everything(&project, &more) {
        assert!(!text.contains("root:x:0:0"), "{output}: {text}");
    }
}

#[test]
fn a_name_of_a_file_is_not_taken_for_an_option_or_a_pattern() {
    let project = Project::new();
    project.write("[a].xml", phpunit(&[("testNet", "ok")])).write("-r.xml", phpunit(&[("testGross", "ok")]));
    let run = project.run(&["gate", "[a].xml", "./-r.xml"]);
    assert_eq!(run.status, 0, "{run}");
    assert!(run.contains("2 tests passed"), "{run}");
}

#[test]
fn a_report_that_names_other_files_reads_none_of_them() {
    let project = Project::new();
    let external =
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><testsuites><testsuite name=\"&e;\"/></testsuites>";
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><testsuites>&b;</testsuites>";
    let include = "<testsuites xmlns:xi=\"http://www.w3.org/2001/XInclude\"><xi:include href=\"/etc/passwd\" parse=\"text\"/></testsuites>";
    for content in [external, bomb, include] {
        project.write("r.xml", content);
        let run = project.run(&["gate", "r.xml", "--output", "junit=merged.xml"]);
        assert_eq!(run.status, 3, "{run}");
        assert!(!run.contains("root:") && !project.read("merged.xml").contains("root:"), "{run}");
    }
}
