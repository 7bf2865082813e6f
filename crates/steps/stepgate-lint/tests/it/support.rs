//! A repository to run the program in, and what the program said.

use std::fmt;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use git::testkit::TempRepo;

/// A repository with a bit of PHP in it.
pub(crate) struct Project {
    pub(crate) repo: TempRepo,
    env: Vec<(String, String)>,
}

/// What a run said and how it ended, in one text.
#[must_use = "look at what the program said"]
pub(crate) struct Run {
    pub(crate) status: i32,
    text: String,
}

impl Project {
    pub(crate) fn new() -> Self {
        let repo = TempRepo::new();
        repo.write("src/A.php", lines(&["<?php", "class A", "{", "    public $x;", "}"]));
        repo.write("src/B.php", lines(&["<?php", "class B", "{", "}"]));
        repo.commit("the beginning");
        Self { repo, env: Vec::new() }
    }

    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        self.repo.write(path, content);
        self
    }

    /// A program in `vendor/bin`, as Composer would put it there.
    pub(crate) fn script(&self, name: &str, script: &str) -> &Self {
        let path = format!("vendor/bin/{name}");
        self.repo.write(&path, format!("#!/bin/sh\n{script}\n"));
        let status = Command::new("chmod").arg("+x").arg(self.repo.path().join(path)).status();
        assert!(status.is_ok_and(|status| status.success()), "chmod");
        self
    }

    pub(crate) fn env(&mut self, name: &str, value: &str) -> &mut Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.repo.path().join(path)).expect(path)
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        run_in(&self.repo.path(), &self.env, args, "")
    }

    pub(crate) fn run_with_stdin(&self, args: &[&str], stdin: &str) -> Run {
        run_in(&self.repo.path(), &self.env, args, stdin)
    }
}

/// Runs the program in `dir` with nothing of the environment of whoever runs the tests.
pub(crate) fn run_in(dir: &Path, env: &[(String, String)], args: &[&str], stdin: &str) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_stepgate-lint"))
        .args(args)
        .current_dir(dir)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .envs(env.iter().cloned())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut pipe = child.stdin.take().expect("a pipe");
    // A program that does not read its standard input is free not to.
    pipe.write_all(stdin.as_bytes()).ok();
    drop(pipe);
    let output = child.wait_with_output().expect("the program ends");
    let status = output.status.code().expect("no signal");
    let text = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).replace(&*dir.to_string_lossy(), "[DIR]");
        text.replace(env!("CARGO_PKG_VERSION"), "[VERSION]")
    };
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    let err = if err.is_empty() { err } else { format!("------- stderr -------\n{err}") };
    Run { status, text: format!("{out}{err}[exit status: {status}]\n") }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Run {
    pub(crate) fn contains(&self, text: &str) -> bool {
        self.text.contains(text)
    }
}

fn lines(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// A PHPStan report as it comes from a pipeline's container. Each finding: path, line, identifier, message.
pub(crate) fn phpstan(findings: &[(&str, u32, &str, &str)]) -> String {
    let mut files = serde_json::Map::new();
    for (path, line, identifier, message) in findings {
        let file = files.entry(format!("/opt/atlassian/pipelines/agent/build/{path}"));
        let file = file.or_insert_with(|| serde_json::json!({ "errors": 0, "messages": [] }));
        let message = serde_json::json!({
            "message": message, "line": line, "ignorable": true, "identifier": identifier,
        });
        let messages = file["messages"].as_array_mut().expect("a list");
        messages.push(message);
        file["errors"] = messages.len().into();
    }
    let totals = serde_json::json!({ "errors": 0, "file_errors": findings.len() });
    serde_json::json!({ "totals": totals, "files": files, "errors": [] }).to_string()
}

/// A `PHP_CodeSniffer` report with one message: path, line, sniff, message.
pub(crate) fn phpcs(findings: &[(&str, u32, &str, &str)]) -> String {
    let mut files = serde_json::Map::new();
    for (path, line, source, message) in findings {
        let file = files.entry(format!("/opt/atlassian/pipelines/agent/build/{path}"));
        let file = file.or_insert_with(|| serde_json::json!({ "errors": 0, "warnings": 0, "messages": [] }));
        let message = serde_json::json!({
            "message": message, "source": source, "severity": 5, "fixable": false, "type": "ERROR",
            "line": line, "column": 1,
        });
        let messages = file["messages"].as_array_mut().expect("a list");
        messages.push(message);
        file["errors"] = messages.len().into();
    }
    let totals = serde_json::json!({ "errors": findings.len(), "warnings": 0, "fixable": 0 });
    serde_json::json!({ "totals": totals, "files": files }).to_string() + "\n"
}
