//! What goes in and comes out agrees with the published API description, where a copy is at hand.

use std::fs;
use std::path::{Path, PathBuf};

use fakes::Bitbucket;
use fakes::bitbucket::{Environment, Person, Pipeline, PullRequest, Restriction};
use serde_json::{Value, json};

use crate::client::{COMMIT, Client, REPO, Response};

/// The description with the corrections that its notes list.
struct Description(Value);

impl Description {
    fn at_hand() -> Option<Self> {
        let text = fs::read_to_string(corpus()?.join("bitbucket/swagger.patched.json")).expect("readable");
        Some(Self(serde_json::from_str(&text).expect("JSON")))
    }

    fn operation(&self, method: &str, path: &str) -> &Value {
        &self.0["paths"][path][method.to_lowercase()]
    }

    fn check(&self, what: &str, schema: &Value, value: &Value) {
        let mut schema = schema.clone();
        schema["definitions"] = self.0["definitions"].clone();
        schema["$schema"] = json!("http://json-schema.org/draft-04/schema#");
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        let errors: Vec<String> =
            validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{what}: {errors:#?}");
    }

    fn check_answer(&self, method: &str, template: &str, answer: &Response) {
        let what = format!("answer {} to {method} {template}", answer.status);
        let answers = &self.operation(method, template)["responses"];
        let Some(described) = answers.get(answer.status.to_string()) else {
            panic!("{what} is not described");
        };
        match described.get("schema") {
            Some(schema) => self.check(&what, schema, &answer.json()),
            None => assert_eq!(answer.text(), "", "{what}"),
        }
    }
}

fn corpus() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "a test finds its files by itself")]
    let named = std::env::var_os("STEPGATE_CORPUS").map(PathBuf::from);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    let beside = root.map(|root| root.join("../shared/corpus"));
    named.or(beside).filter(|corpus| corpus.is_dir())
}

#[test]
fn the_whole_life_of_every_resource_is_as_described() {
    let Some(description) = Description::at_hand() else {
        println!("skipped: no corpus");
        return;
    };
    let open = PullRequest::new(7, "feature/cart", "main").commits(COMMIT, COMMIT);
    let bitbucket = Bitbucket::builder().pull_request("acme", "shop", open).start().expect("started");
    let client = Client::new(&bitbucket);
    let repository = "/repositories/{workspace}/{repo_slug}";
    let ask = |method: &str, path: &str, body: Option<Value>| {
        let template = match path {
            "/user" => path.to_owned(),
            _ => format!("{repository}{path}"),
        };
        if let Some(body) = &body {
            let parameters = description.operation(method, &template)["parameters"].as_array();
            let described = parameters.into_iter().flatten().find(|it| it["in"] == "body");
            let described = described.unwrap_or_else(|| panic!("{method} {template} has a body"));
            description.check(&format!("body of {method} {template}"), &described["schema"], body);
        }
        let concrete = template
            .replace("{workspace}/{repo_slug}", "acme/shop")
            .replace("{commit}", COMMIT)
            .replace("{reportId}", "lint")
            .replace("{annotationId}", "a1")
            .replace("{key}", "lint")
            .replace("{pull_request_id}", "7");
        let comment = bitbucket.comments(7).first().map_or(0, |comment| comment.id);
        let concrete = concrete.replace("{comment_id}", &comment.to_string());
        let answer = client.send(method, &format!("/2.0{concrete}"), body.as_ref());
        description.check_answer(method, &template, &answer);
    };
    let annotation = json!({"external_id": "a1", "annotation_type": "CODE_SMELL", "summary": "Unused",
        "path": "src/a.php", "line": 3, "severity": "LOW", "result": "FAILED", "details": "d", "link": "https://a.example/"});
    let report = json!({"title": "Lint", "details": "d", "report_type": "BUG", "result": "FAILED", "reporter": "stepgate",
        "data": [{"title": "New", "type": "NUMBER", "value": 2}]});
    let status = json!({"key": "lint", "state": "FAILED", "url": "https://a.example/", "name": "Lint"});
    let comment = json!({"content": {"raw": "2 findings"}});

    ask("GET", "/user", None);
    ask("GET", "/commit/{commit}", None);
    ask("GET", "/commit/{commit}/reports/{reportId}", None);
    ask("PUT", "/commit/{commit}/reports/{reportId}", Some(report));
    ask("POST", "/commit/{commit}/reports/{reportId}/annotations", Some(json!([annotation])));
    ask("PUT", "/commit/{commit}/reports/{reportId}/annotations/{annotationId}", Some(annotation));
    for path in ["", "/{reportId}", "/{reportId}/annotations", "/{reportId}/annotations/{annotationId}"] {
        ask("GET", &format!("/commit/{{commit}}/reports{path}"), None);
    }
    ask("DELETE", "/commit/{commit}/reports/{reportId}/annotations/{annotationId}", None);
    ask("GET", "/commit/{commit}/reports/{reportId}/annotations/{annotationId}", None);
    ask("DELETE", "/commit/{commit}/reports/{reportId}", None);
    ask("POST", "/commit/{commit}/statuses/build", Some(status.clone()));
    ask("PUT", "/commit/{commit}/statuses/build/{key}", Some(status));
    ask("GET", "/commit/{commit}/statuses/build/{key}", None);
    ask("GET", "/commit/{commit}/statuses", None);
    ask("GET", "/commit/{commit}/pullrequests", None);
    ask("GET", "/pullrequests", None);
    ask("PUT", "/pullrequests/{pull_request_id}", Some(json!({"type": "pullrequest", "title": "T"})));
    ask("GET", "/pullrequests/{pull_request_id}", None);
    ask("POST", "/pullrequests/{pull_request_id}/comments", Some(comment.clone()));
    ask("PUT", "/pullrequests/{pull_request_id}/comments/{comment_id}", Some(comment));
    ask("GET", "/pullrequests/{pull_request_id}/comments/{comment_id}", None);
    ask("DELETE", "/pullrequests/{pull_request_id}/comments/{comment_id}", None);
    ask("GET", "/pullrequests/{pull_request_id}/comments", None);

    bitbucket.push("acme", "shop", "main", "Begin", &[("a.yaml", b"tag: 1\n")]);
    bitbucket.push("acme", "shop", "feature/cart", "Bump", &[("a.yaml", b"tag: 2\n")]);
    ask("GET", "/refs/branches", None);
    ask("GET", "/commits", None);
    ask("GET", "/effective-default-reviewers", None);
    let pull_request = json!({"title": "Bump", "source": {"branch": {"name": "feature/cart"}},
        "destination": {"branch": {"name": "main"}}, "description": "d", "reviewers": [], "close_source_branch": true});
    ask("POST", "/pullrequests", Some(pull_request));
    let merge = json!({"type": "pullrequest_merge_parameters", "merge_strategy": "squash", "message": "Merge"});
    ask("POST", "/pullrequests/{pull_request_id}/merge", Some(merge));
    let source = json!({"branch": {"name": "feature/cart"}});
    bitbucket.push("acme", "shop", "feature/cart", "Bump", &[("a.yaml", b"tag: 3\n")]);
    let answer = client.post(&format!("{REPO}/pullrequests"), &json!({"title": "Again", "source": source}));
    let declined = client.post(&format!("{REPO}/pullrequests/{}/decline", answer.json()["id"]), &json!({}));
    description.check_answer("POST", &format!("{repository}/pullrequests/{{pull_request_id}}/decline"), &declined);
    let branch = client.get(&format!("{REPO}/refs/branches/main"));
    description.check_answer("GET", &format!("{repository}/refs/branches/{{name}}"), &branch);
    assert_eq!(client.get(REPO).status, 200);
}

#[test]
fn what_runs_and_what_guards_a_repository_is_as_described() {
    let Some(description) = Description::at_hand() else {
        println!("skipped: no corpus");
        return;
    };
    let uuid = "{593bfa49-3a77-4da5-8038-f93ee425b735}";
    let person = Person::new("{00000000-0000-4000-8000-0000000000ad}", "Ada");
    let bitbucket = Bitbucket::builder()
        .pull_request("acme", "shop", PullRequest::new(7, "feature/cart", "main").commits(COMMIT, COMMIT))
        .environment("acme", "shop", Environment::new(uuid, "Production", "Production").variable("TOKEN", true))
        .restriction("acme", "shop", Restriction::new("push", "main").user(&person).group("bots"))
        .repository_variable("acme", "shop", "OPEN", false)
        .workspace_variable("acme", "SHARED", true)
        .start()
        .expect("started");
    let running =
        bitbucket.run_pipeline("acme", "shop", Pipeline::new(&person).manual_step("Deploy")).expect("running");
    let client = Client::new(&bitbucket);
    let encoded = |uuid: &str| uuid.replace('{', "%7B").replace('}', "%7D");
    let ask = |method: &str, template: &str| {
        let path = template
            .replace("{workspace}/{repo_slug}", "acme/shop")
            .replace("{workspace}", "acme")
            .replace("{pull_request_id}", "7")
            .replace("{pipeline_uuid}", &encoded(&running.uuid))
            .replace("{step_uuid}", &encoded(&running.steps[0]))
            .replace("{environment_uuid}", &encoded(uuid));
        let answer = client.send(method, &format!("/2.0{path}"), None);
        assert!(answer.status < 300, "{method} {template}: {}", answer.text());
        answer
    };
    let repository = "/repositories/{workspace}/{repo_slug}";
    for (method, path) in [
        ("GET", ""),
        ("GET", "/pipelines"),
        ("GET", "/pipelines/{pipeline_uuid}"),
        ("GET", "/pipelines/{pipeline_uuid}/steps"),
        ("GET", "/pipelines/{pipeline_uuid}/steps/{step_uuid}"),
        ("GET", "/pipelines_config/variables"),
        ("GET", "/environments"),
        ("GET", "/environments/{environment_uuid}"),
        ("GET", "/deployments_config/environments/{environment_uuid}/variables"),
        ("GET", "/branch-restrictions"),
        ("POST", "/pullrequests/{pull_request_id}/approve"),
        ("GET", "/pullrequests/{pull_request_id}"),
        ("DELETE", "/pullrequests/{pull_request_id}/approve"),
    ] {
        let template = format!("{repository}{path}");
        description.check_answer(method, &template, &ask(method, &template));
    }
    let variables = "/workspaces/{workspace}/pipelines-config/variables";
    description.check_answer("GET", variables, &ask("GET", variables));
    // The description has no schema of these.
    ask("GET", &format!("{repository}/pullrequests/{{pull_request_id}}/activity"));
    let nobody = Client::with(&bitbucket, "");
    let keys = nobody.get("/2.0/workspaces/acme/pipelines-config/identity/oidc/keys.json");
    assert_eq!((keys.status, keys.json()["keys"][0]["kty"].as_str()), (200, Some("RSA")));
}
