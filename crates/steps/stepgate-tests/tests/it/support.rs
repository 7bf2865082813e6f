//! A repository to run the program in, what the program said, and reports as PHPUnit writes them.

use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use git::testkit::TempRepo;
use serde_json::Value;

/// Where the reports of the tests say that the repository was.
const BUILD: &str = "/opt/atlassian/pipelines/agent/build";

/// Lines 7 and 12 are executable.
const PRICE: &str = "<?php\n\nfinal class Price\n{\n    public function net(): int\n    {\n        return 100;\n    }\n\n    \
                     public function gross(): int\n    {\n        return 119;\n    }\n}\n";

/// A repository with a class and its tests.
pub(crate) struct Project {
    pub(crate) repo: TempRepo,
    env: Vec<(String, String)>,
}

/// What a run said and how it ended, in one text.
#[must_use = "look at what the program said"]
pub(crate) struct Run {
    pub(crate) status: i32,
    text: String,
    stdout: String,
}

impl Project {
    pub(crate) fn new() -> Self {
        let repo = TempRepo::new();
        repo.write("src/Price.php", PRICE);
        repo.write("src/Tax.php", "<?php\n\nreturn 19;\n");
        repo.write("tests/PriceTest.php", "<?php\n");
        repo.write("tests/CartTest.php", "<?php\n");
        repo.commit("the beginning");
        Self { repo, env: Vec::new() }
    }

    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        self.repo.write(path, content);
        self
    }

    pub(crate) fn env(&mut self, name: &str, value: &str) -> &mut Self {
        self.env.retain(|(known, _)| known != name);
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.repo.path().join(path)).expect(path)
    }

    pub(crate) fn exists(&self, path: &str) -> bool {
        self.repo.path().join(path).exists()
    }

    /// A JSON report that the program wrote, which is as its schema says.
    pub(crate) fn json(&self, path: &str) -> Value {
        let json: Value = serde_json::from_str(&self.read(path)).expect("JSON");
        let schema = include_str!("../../schema/tests.report.v1.schema.json");
        let schema: Value = serde_json::from_str(schema).expect("JSON");
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        let wrong: Vec<String> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{wrong:?}: {json}");
        json
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        run_in(&self.repo.path(), &self.env, args, "")
    }

    pub(crate) fn run_with_stdin(&self, args: &[&str], stdin: &str) -> Run {
        run_in(&self.repo.path(), &self.env, args, stdin)
    }
}

/// Runs the program in `dir` with nothing of the environment of whoever runs the tests.
fn run_in(dir: &Path, env: &[(String, String)], args: &[&str], stdin: &str) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_stepgate-tests"))
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
    let (stdout, err) = (text(&output.stdout), text(&output.stderr));
    let err = if err.is_empty() { err } else { format!("------- stderr -------\n{err}") };
    Run { status, text: format!("{stdout}{err}[exit status: {status}]\n"), stdout }
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

    /// What it printed on its standard output.
    pub(crate) fn stdout(&self) -> &str {
        &self.stdout
    }
}

/// What a test did, beside its name: `ok`, `skipped`, `fails` or `breaks`.
pub(crate) type Did<'d> = (&'d str, &'d str);

/// The report of PHPUnit over one class, `App\Tests\PriceTest`, whose file is `tests/PriceTest.php`. The n-th test
/// stands in line 10 n, takes n hundredths of a second, and fails two lines below.
pub(crate) fn phpunit(tests: &[Did<'_>]) -> String {
    phpunit_of("PriceTest", tests)
}

/// The same, of another class.
pub(crate) fn phpunit_of(class: &str, tests: &[Did<'_>]) -> String {
    let count = |what: &str| tests.iter().filter(|(_, did)| *did == what).count();
    let file = format!("{BUILD}/tests/{class}.php");
    let (failures, errors, skipped) = (count("fails"), count("breaks"), count("skipped"));
    let counts = format!(
        "tests=\"{}\" assertions=\"{}\" errors=\"{errors}\" failures=\"{failures}\" skipped=\"{skipped}\" time=\"1.000000\"",
        tests.len(),
        tests.len() - skipped,
    );
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    writeln!(xml, "  <testsuite name=\"App\\Tests\\{class}\" file=\"{file}\" {counts}>").expect("a string");
    for ((name, did), n) in tests.iter().zip(1..) {
        let about = format!(
            "name=\"{name}\" class=\"App\\Tests\\{class}\" classname=\"App.Tests.{class}\" file=\"{file}\" line=\"{n}0\""
        );
        let said = match *did {
            "ok" => String::new(),
            "skipped" => "<skipped/>".to_owned(),
            "fails" => fault("failure", class, name, &file, n, "Failed asserting that 119 is identical to 120."),
            _ => fault("error", class, name, &file, n, "RuntimeException: no database"),
        };
        writeln!(xml, "    <testcase {about} assertions=\"1\" time=\"0.0{n}0000\">{said}</testcase>")
            .expect("a string");
    }
    xml + "  </testsuite>\n</testsuites>\n"
}

fn fault(element: &str, class: &str, name: &str, file: &str, n: u32, what: &str) -> String {
    let text = format!("App\\Tests\\{class}::{name}\n{what}\n\n{file}:{n}2\n");
    format!("<{element} type=\"PHPUnit\\Framework\\ExpectationFailedException\">{text}</{element}>")
}

/// Lines of a file, and how often each ran.
pub(crate) type Lines<'l> = (&'l str, &'l [(u32, u32)]);

/// A coverage report as Clover XML, of files below `root`.
pub(crate) fn clover_in(root: &str, files: &[Lines<'_>]) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<coverage generated=\"1767323045\">\n  <project timestamp=\"1767323045\">\n",
    );
    for (path, lines) in files {
        writeln!(xml, "    <file name=\"{root}/{path}\">").expect("a string");
        for (line, hits) in *lines {
            writeln!(xml, "      <line num=\"{line}\" type=\"stmt\" count=\"{hits}\"/>").expect("a string");
        }
        xml += "    </file>\n";
    }
    xml + "  </project>\n</coverage>\n"
}

/// The same, from where Bitbucket Pipelines clones repositories to.
pub(crate) fn clover(files: &[Lines<'_>]) -> String {
    clover_in(BUILD, files)
}

/// Sets the time at which a file was written.
pub(crate) fn touch(project: &Project, path: &str, time: &str) {
    let status = Command::new("touch").args(["-d", time]).arg(project.repo.path().join(path)).status();
    assert!(status.is_ok_and(|status| status.success()), "touch");
}
