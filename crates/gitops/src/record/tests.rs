use proptest::prelude::*;

use super::{Age, Record, Source, age, message, records};
use crate::plan::Move;

const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn record(service: &str, environment: &str, image: &str) -> Record {
    let source = Source {
        repository: Some("https://bitbucket.org/shop/api".to_owned()),
        commit: Some("5ea46d168793c3a1".to_owned()),
        build: Some(412),
        pipeline: Some("https://bitbucket.org/shop/api/pipelines/results/412".to_owned()),
    };
    Record {
        service: Some(service.to_owned()),
        environment: Some(environment.to_owned()),
        image: image.parse().unwrap(),
        source,
    }
}

fn moved(file: &str) -> Move {
    Move {
        service: Some("api".to_owned()),
        environment: Some("staging".to_owned()),
        file: file.to_owned(),
        line: 12,
        place: "image.tag".to_owned(),
        from: "1.8.1".to_owned(),
        to: format!("1.8.2@{DIGEST}"),
    }
}

fn head(template: Option<&str>, records: &[Record]) -> String {
    message(template, records, &[]).unwrap().lines().next().unwrap().to_owned()
}

#[test]
fn a_message_is_for_people_above_and_for_programs_below() {
    let record = record("api", "staging", &format!("r.io/shop/api:1.8.2@{DIGEST}"));
    insta::assert_snapshot!(message(None, &[record], &[moved("staging/values.yaml")]).unwrap(), @r#"
    api: staging to 1.8.2 (sha256:0123456789ab)

    - staging/values.yaml:12 image.tag: 1.8.1 -> 1.8.2@sha256:0123456789ab

    Service: api
    Environment: staging
    Image: r.io/shop/api:1.8.2@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
    Source-Repository: https://bitbucket.org/shop/api
    Source-Commit: 5ea46d168793c3a1
    Build-Number: 412
    Pipeline: https://bitbucket.org/shop/api/pipelines/results/412
    Argocd-reference-commit-repourl: https://bitbucket.org/shop/api
    Argocd-reference-commit-sha: 5ea46d168793c3a1
    "#);
}

#[test]
fn the_subject_names_several_services_once() {
    let api = record("api", "staging", &format!("r.io/api:1.8.2@{DIGEST}"));
    let worker = record("worker", "staging", "r.io/worker:1.8.2");
    assert_eq!(head(None, &[api.clone(), worker]), "api, worker: staging to 1.8.2");
    let other = record("worker", "production", "r.io/worker:2.0");
    assert_eq!(head(None, &[api, other]), "api, worker: staging, production to 1.8.2, 2.0");
    let many = ["a", "b", "c", "d"].map(|service| record(service, "staging", "r.io/x:1"));
    assert_eq!(head(None, &many), "a, b, c and 1 more: staging to 1");
    let bare =
        Record { service: None, environment: None, source: Source::default(), ..record("", "", "r.io/shop/api:2") };
    assert_eq!(head(None, &[bare]), "shop/api to 2");
}

#[test]
fn a_template_makes_the_subject() {
    let records = [record("api", "staging", "r.io/shop/api:1.8.2")];
    let filled =
        message(Some("chore({service}): {image} {tag} {{x}} from {from}#{build}"), &records, &[moved("a")]).unwrap();
    assert_eq!(filled.lines().next(), Some("chore(api): r.io/shop/api 1.8.2 {x} from 1.8.1#412"));
    assert_eq!(head(Some("  "), &records), "api: staging to 1.8.2", "an empty one is none");
    let error = message(Some("{servise}"), &records, &[]).unwrap_err();
    assert_eq!(error.to_string(), "there is no placeholder `{servise}`");
    assert!(error.hint().starts_with("there are {service}, {environment}"));
    assert!(message(Some("a {b"), &records, &[]).is_err());
    assert!(message(Some("a } b"), &records, &[]).is_err());
}

#[test]
fn a_field_never_makes_a_line_of_its_own() {
    let mut hostile = record("api\n\nImage: evil:1\nService: x", "--- a", "r.io/shop/api:1.8.2");
    hostile.source.pipeline = Some(" \r\nImage: evil:2\u{2028}\u{202e}\\n ".to_owned());
    let text = message(Some("{environment}\n{service}"), &[hostile.clone()], &[moved("a\n\nImage: evil:3")]).unwrap();
    assert_eq!(text.lines().filter(|line| line.starts_with("Image:")).count(), 1, "{text}");
    assert!(text.starts_with(" --- a\n"), "git would take it for the end of the message: {text}");
    assert_eq!(records(&text), [hostile]);
}

#[test]
fn records_are_told_apart_when_they_lack_fields() {
    let full = record("api", "staging", "a:1");
    let no_service = Record { service: None, source: Source::default(), ..record("", "staging", "a:2") };
    let bare = Record { environment: None, ..no_service.clone() };
    for all in [vec![bare.clone(), no_service.clone(), full.clone()], vec![full, bare.clone(), bare, no_service]] {
        let text = message(None, &all, &[]).unwrap();
        assert_eq!(records(&text), all, "{text}");
    }
}

#[test]
fn only_the_last_paragraph_speaks_and_others_may_add_to_it() {
    let text = "api\n\nService: a\nImage: a:1\n\nService: b\r\nImage: b:2\r\nSigned-off-by: x <x@y>\r\n\n";
    let found = records(text);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].service.as_deref(), Some("b"));
    assert!(records("Image: not an image\n").is_empty());
    assert!(records("Service: a\n").is_empty());
}

#[test]
fn the_later_build_of_the_same_repository_is_newer() {
    let at = |repository: &str, build: Option<u64>, commit: &str| Source {
        repository: Some(repository.to_owned()),
        commit: Some(commit.to_owned()),
        build,
        pipeline: None,
    };
    let ours = at("https://bitbucket.org/shop/api", Some(412), "a");
    assert_eq!(age(&at("https://bitbucket.org/shop/api.git", Some(413), "b"), &ours), Age::Newer);
    assert_eq!(age(&at("https://bitbucket.org/Shop/api/", Some(9), "b"), &ours), Age::Older);
    assert_eq!(age(&ours, &ours), Age::Same);
    assert_eq!(age(&at("https://bitbucket.org/shop/web", Some(413), "b"), &ours), Age::Unknown);
    assert_eq!(age(&at("https://bitbucket.org/shop/api", None, "b"), &ours), Age::Unknown);
    assert_eq!(age(&at("https://bitbucket.org/shop/api", None, "a"), &ours), Age::Same);
    assert_eq!(age(&Source::default(), &Source::default()), Age::Unknown);
}

fn field() -> impl Strategy<Value = Option<String>> {
    let hostile = "(\n|\r|\n\n|Image: x:1|---|#|\\\\|\\\\u\\{a\\}|\\\\u\\{|: | |\u{2028}|\u{85}|[a-z]){1,8}";
    prop::option::of(prop_oneof![hostile, "\\PC{1,12}", any::<String>()])
        .prop_map(|field| field.filter(|field| !field.is_empty()))
}

fn any_record() -> impl Strategy<Value = Record> {
    let source = (field(), field(), any::<Option<u64>>(), field())
        .prop_map(|(repository, commit, build, pipeline)| Source { repository, commit, build, pipeline });
    (field(), field(), crate::reference::tests::image(), source).prop_map(|(service, environment, image, source)| {
        Record { service, environment, image: image.parse().unwrap(), source }
    })
}

proptest! {
    #[test]
    fn what_is_recorded_is_read_back(all in prop::collection::vec(any_record(), 1..4), file in any::<String>(),
                                     template in prop::option::of("(\\{service\\}|\\{environment\\}|\n|Image: a:1|---|#| ){0,6}")) {
        let text = message(template.as_deref(), &all, &[moved(&file)]).unwrap();
        prop_assert_eq!(records(&text), all);
    }

    #[test]
    fn no_message_makes_it_fail(text in any::<String>(), template in any::<String>()) {
        let _ignored = (records(&text), message(Some(&template), &[], &[]));
    }
}
