//! A fake Bitbucket, a client of it, and a check that what was sent is what the API description asks for.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bitbucket::{Auth, Bitbucket, Builder, Clock, Commit, Repository, Retries};
use fakes::bitbucket::PullRequest;
use fakes::{Fault, Recorded};
use serde_json::{Value, json};

pub(crate) const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// The chance in the waits, so that they are the same in every run.
const SEED: u64 = 7;

/// When it is dropped, the bodies that were sent are checked.
pub(crate) struct Stage {
    pub(crate) fake: fakes::Bitbucket,
    pub(crate) bb: Bitbucket,
    pub(crate) clock: Clock,
    notes: Arc<Mutex<Vec<String>>>,
}

impl Stage {
    /// A client with an access token, and pull request 7 of `acme/shop`.
    pub(crate) fn new() -> Self {
        Self::with(fake(), |builder| builder)
    }

    pub(crate) fn failing(faults: impl IntoIterator<Item = Fault>) -> Self {
        let stage = Self::new();
        faults.into_iter().for_each(|fault| stage.fake.inject(fault));
        stage
    }

    pub(crate) fn with(fake: fakes::bitbucket::Builder, settings: impl FnOnce(Builder) -> Builder) -> Self {
        let fake = fake.start().unwrap();
        let (clock, notes) = (Clock::manual(), Arc::new(Mutex::new(Vec::new())));
        let heard = Arc::clone(&notes);
        let builder = Bitbucket::builder()
            .base_uri(fake.api_url())
            .oauth_uri(fake.oauth_url())
            .auth(Auth::AccessToken(fakes::bitbucket::TOKEN.into()))
            .clock(clock.clone())
            .retries(Retries { seed: Some(SEED), ..Retries::default() })
            .on_note(move |note| heard.lock().unwrap().push(note.to_owned()));
        let bb = settings(builder).build().unwrap();
        Self { fake, bb, clock, notes }
    }

    pub(crate) fn repository(&self) -> Repository {
        self.bb.repository("acme", "shop")
    }

    pub(crate) fn commit(&self) -> Commit {
        self.repository().commit(COMMIT)
    }

    /// The requests so far, a line each, without what all have in common.
    pub(crate) fn lines(&self) -> Vec<String> {
        let line = |request: &Recorded| request.line().replace("/2.0/repositories/acme/shop", "").replace(COMMIT, "C");
        self.fake.requests().iter().map(line).collect()
    }

    /// What a person was told, without the port, which differs from run to run.
    pub(crate) fn notes(&self) -> Vec<String> {
        self.notes.lock().unwrap().clone()
    }

    /// How long the client waited each time, in whole seconds.
    pub(crate) fn slept(&self) -> Vec<u64> {
        self.clock.slept().iter().map(Duration::as_secs).collect()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.fake.requests().iter().for_each(check_body);
        }
    }
}

pub(crate) fn fake() -> fakes::bitbucket::Builder {
    let pull_request = PullRequest::new(7, "feature/cart", "main");
    fakes::Bitbucket::builder().token(fakes::bitbucket::TOKEN).pull_request("acme", "shop", pull_request)
}

/// A server that gives the same answer to every request, for what the fake does not do. Returns its address.
pub(crate) fn parrot(headers: &str, body: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let body = body.replace("ADDRESS", &address);
    let length = body.len();
    let answer = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            // The head of a GET arrives whole, in one piece.
            let _read = stream.read(&mut [0; 4096]).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    address
}

/// Checks the body of a request against the published description, where that is at hand.
fn check_body(request: &Recorded) {
    if let Some(file) = schema_of(request) {
        let Some(schema) = schema(&file) else {
            println!("skipped: no corpus to check the body of {} against", request.line());
            return;
        };
        let problems = problems(&schema, &request.json());
        assert!(problems.is_empty(), "{}: {problems:#?}", request.line());
    }
}

/// The file with the schema of a request's body.
fn schema_of(request: &Recorded) -> Option<String> {
    let path = request.target.split('?').next().unwrap_or_default();
    let segments: Vec<&str> = path.trim_start_matches("/2.0/repositories/").split('/').skip(2).collect();
    let operation = match (request.method.as_str(), segments.as_slice()) {
        ("PUT", ["commit", _, "reports", _]) => "commit_commit_reports_reportId",
        ("POST", ["commit", _, "reports", _, "annotations"]) => "commit_commit_reports_reportId_annotations",
        ("PUT", ["commit", _, "reports", _, "annotations", _]) => {
            "commit_commit_reports_reportId_annotations_annotationId"
        }
        ("POST", ["commit", _, "statuses", "build"]) => "commit_commit_statuses_build",
        ("PUT", ["commit", _, "statuses", "build", _]) => "commit_commit_statuses_build_key",
        ("POST", ["pullrequests", _, "comments"]) => "pullrequests_pull_request_id_comments",
        ("PUT", ["pullrequests", _, "comments", _]) => "pullrequests_pull_request_id_comments_comment_id",
        ("POST", ["pullrequests"]) => "pullrequests",
        ("PUT", ["pullrequests", _]) => "pullrequests_pull_request_id",
        ("POST", ["pullrequests", _, "merge"]) => "pullrequests_pull_request_id_merge",
        ("POST", ["pipelines"]) => "pipelines",
        ("GET" | "DELETE", _) => return None,
        // The description has no schema of these: a form, a body whose schema is that of the answer, none at all.
        ("POST", ["src"] | ["refs", "branches"] | ["pullrequests", _, "decline" | "approve"]) => return None,
        _ if path == "/site/oauth2/access_token" => return None,
        _ => panic!("no schema is named for {}", request.line()),
    };
    Some(format!("{}_repositories_workspace_repo_slug_{operation}.json", request.method.to_lowercase()))
}

fn schema(file: &str) -> Option<Value> {
    let text = std::fs::read(corpus()?.join("bitbucket/request_schemas").join(file)).unwrap();
    let mut schema = serde_json::from_slice(&text).unwrap();
    forgive(&mut schema);
    Some(schema)
}

fn problems(schema: &Value, body: &Value) -> Vec<String> {
    let validator = jsonschema::validator_for(schema).unwrap();
    validator.iter_errors(body).map(|error| error.to_string()).collect()
}

#[test]
fn the_check_of_bodies_finds_what_is_wrong_with_one() {
    let Some(schema) = schema("post_repositories_workspace_repo_slug_commit_commit_reports_reportId_annotations.json")
    else {
        println!("skipped: no corpus");
        return;
    };
    assert_eq!(problems(&schema, &json!([{ "summary": "Too long", "line": 1 }])), [""; 0]);
    assert_eq!(problems(&schema, &json!([{ "line": 0, "severity": "TERRIBLE" }])).len(), 2);
    assert_eq!(problems(&schema, &json!([])).len(), 1);
}

/// Takes back what the description asks for wrongly: a `type` in every body, which its own samples leave out.
fn forgive(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if let Some(required) = object.get_mut("required").and_then(Value::as_array_mut) {
                required.retain(|name| name != "type");
            }
            object.retain(|key, value| key != "required" || value != &Value::Array(Vec::new()));
            object.values_mut().for_each(forgive);
        }
        Value::Array(items) => items.iter_mut().for_each(forgive),
        _ => {}
    }
}

/// Where other people's files lie: `STEPGATE_CORPUS`, or beside the workspace.
#[expect(clippy::disallowed_methods, reason = "tests have no step::Env")]
fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3).map(|root| root.join("shared/corpus"));
    std::env::var_os("STEPGATE_CORPUS").map(PathBuf::from).or(beside).filter(|path| path.is_dir())
}
