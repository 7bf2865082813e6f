//! Whatever Bitbucket does, the verdict stands and what could not be published is told.

use fakes::bitbucket::{PullRequest, TOKEN};
use fakes::{Bitbucket, Fault, Shape};

use crate::support::{Project, Run, phpcs, phpstan};

const WORDS: &str = "The moon is full.";

/// Every request that publishing makes.
const ENDPOINTS: [(&str, &str); 8] = [
    ("DELETE", "/reports/"),
    ("PUT", "/reports/"),
    ("POST", "/annotations"),
    ("POST", "/statuses/build"),
    ("GET", "/user"),
    ("GET", "/comments"),
    ("POST", "/comments"),
    ("PUT", "/comments"),
];

/// Every way to fail that needs no time-out to be seen; hanging is for the client's own tests.
fn faults() -> Vec<Fault> {
    let statuses = [400, 401, 403, 404, 409, 413, 429, 500, 503, 555];
    let statuses = statuses.map(|status| Fault::status(status).message(WORDS));
    let shapes = [Shape::KeyMessage, Shape::CodeMessage, Shape::Text, Shape::Html];
    let shapes = shapes.map(|shape| Fault::status(400).shape(shape).message(WORDS));
    let others = [
        Fault::status(429).retry_after("86400").message(WORDS),
        Fault::status(500).shape(Shape::Empty),
        Fault::redirect("http://127.0.0.1:9/elsewhere"),
        Fault::reset(),
        Fault::close(),
        Fault::truncate(),
        Fault::reset().after_applying(),
        Fault::endless_pages(),
        Fault::empty_page(),
    ];
    statuses.into_iter().chain(shapes).chain(others).collect()
}

/// A step in which two tools found something, for pull request 7, which has a comment of an earlier run.
struct Step {
    project: Project,
    commit: String,
}

impl Step {
    fn new() -> Self {
        let mut project = Project::new();
        let commit = project.repo.git(&["rev-parse", "HEAD"]);
        project.write("phpstan.json", phpstan(&[("src/A.php", 4, "a.b", "One.")]));
        project.write("phpcs.json", phpcs(&[("src/B.php", 2, "A.B.C", "Two.")]));
        for (name, value) in [
            ("BITBUCKET_BUILD_NUMBER", "42"),
            ("BITBUCKET_REPO_FULL_NAME", "acme/shop"),
            ("BITBUCKET_COMMIT", &commit),
            ("BITBUCKET_PR_ID", "7"),
            ("STEPGATE_BITBUCKET_PATIENCE", "0"),
        ] {
            project.env(name, value);
        }
        Self { project, commit }
    }

    fn bitbucket(&self) -> Bitbucket {
        let pull_request = PullRequest::new(7, "feature", "main");
        let builder = Bitbucket::builder().token(TOKEN).commit("acme", "shop", &self.commit);
        builder.pull_request("acme", "shop", pull_request).start().expect("a fake")
    }

    /// Whether everything is as it would be without a fault.
    fn is_told(&self, bitbucket: &Bitbucket, message: &str) -> bool {
        let annotations = bitbucket.annotations(&self.commit, "stepgate-lint-phpstan");
        let summaries: Vec<_> =
            annotations.iter().filter_map(|annotation| annotation.body["summary"].as_str()).collect();
        let comments = bitbucket.comments(7);
        let (reports, statuses) = (bitbucket.reports(&self.commit), bitbucket.statuses(&self.commit));
        summaries.len() == 1
            && summaries[0].contains(message)
            && comments.iter().any(|comment| !comment.deleted && comment.raw.contains(message))
            && (reports.len(), statuses.len()) == (3, 1)
    }

    fn gate(&mut self, bitbucket: &Bitbucket, more: &[&str]) -> Run {
        self.project.env("STEPGATE_BITBUCKET_URL", &bitbucket.api_url()).env("STEPGATE_BITBUCKET_TOKEN", TOKEN);
        self.project.run(&[&["gate", "phpstan.json", "phpcs.json"], more].concat())
    }
}

#[test]
fn no_fault_of_any_request_changes_the_verdict_or_goes_untold() {
    std::thread::scope(|scope| {
        for (method, path) in ENDPOINTS {
            scope.spawn(move || struck(method, path));
        }
    });
}

/// Runs the gate once for each fault of one request.
fn struck(method: &str, path: &str) {
    let mut step = Step::new();
    let bitbucket = step.bitbucket();
    let run = step.gate(&bitbucket, &[]);
    assert_eq!(run.status, 1, "{run}");
    for (n, fault) in faults().into_iter().enumerate() {
        let what = format!("{fault:?} on {method} {path}");
        if method == "DELETE" && what.contains("status: 404") {
            continue; // There was none: that is fine.
        }
        // A comment that says the same already would be left alone.
        let message = format!("Number {n}.");
        step.project.write("phpstan.json", phpstan(&[("src/A.php", 4, "a.b", &message)]));
        bitbucket.clear_faults();
        bitbucket.inject(fault.on(method, path).always());
        let run = step.gate(&bitbucket, &["--require-publish"]);
        assert!(run.contains("FAIL stepgate-lint: 2 findings block"), "{what}: {run}");
        assert!(!run.contains(TOKEN), "{what}: {run}");
        if run.contains("warning: could not publish") {
            assert_eq!(run.status, 4, "{what}: {run}");
            assert!(!what.contains(WORDS) || run.contains(WORDS), "the server's own words: {what}: {run}");
        } else {
            assert_eq!(run.status, 1, "{what}: {run}");
            assert!(step.is_told(&bitbucket, &message), "neither there nor told: {what}: {run}");
        }
    }
}
