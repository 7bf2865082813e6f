use yaml_edit::Yaml;

use super::{Rules, changes};
use crate::explicit::explicit;
use crate::find::find;
use crate::reference::Image;
use crate::refusal::Refusal;

const A: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

fn image(text: &str) -> Image {
    text.replace("@A", &format!("@{A}")).replace("@B", &format!("@{B}")).parse().unwrap()
}

/// The text with the image put into its first place, digests as `A` and `B`.
fn put(text: &str, wanted: &str, rules: Rules) -> Result<String, String> {
    try_put(text, None, wanted, rules).map_err(|refusal| refusal.to_string())
}

fn put_at(text: &str, path: &str, wanted: &str, rules: Rules) -> Result<String, String> {
    try_put(text, Some(path), wanted, rules).map_err(|refusal| refusal.to_string())
}

fn try_put(text: &str, path: Option<&str>, wanted: &str, rules: Rules) -> Result<String, Refusal> {
    let text = text.replace("\"A\"", A).replace("@A", &format!("@{A}"));
    let yaml = Yaml::read(text.as_bytes()).unwrap();
    let place = match path {
        Some(path) => explicit("a.yaml", &yaml, None, &path.parse().unwrap())?,
        None => find("a.yaml", &yaml, None).remove(0),
    };
    let changed = changes(&place, &image(wanted), &rules)?;
    let after = yaml.apply(&changed).unwrap();
    Ok(after.replace(A, "A").replace(B, "B"))
}

fn rules() -> Rules {
    Rules::default()
}

fn ok(text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}

#[test]
fn a_whole_reference_gets_what_the_image_has_and_keeps_its_name() {
    assert_eq!(put("image: docker.io/nginx:1.25\n", "nginx:1.26", rules()), ok("image: docker.io/nginx:1.26\n"));
    assert_eq!(put("image: nginx:1.25\n", "nginx:1.26@B", rules()), ok("image: nginx:1.26@B\n"));
    assert_eq!(put("image: nginx:1.25@A\n", "nginx@B", rules()), ok("image: nginx@B\n"));
    assert_eq!(put("image: nginx\n", "nginx:1.26", rules()), ok("image: nginx:1.26\n"));
}

#[test]
fn parts_stay_the_parts_they_are() {
    assert_eq!(
        put("image: {repository: api, tag: '1'}\n", "api:2@B", rules()),
        ok("image: {repository: api, tag: '2'}\n")
    );
    assert_eq!(
        put("image: {repository: api, tag: '1', digest: \"A\"}\n", "api:2@B", rules()),
        ok("image: {repository: api, tag: '2', digest: B}\n")
    );
    assert_eq!(
        put("image: {repository: api, tag: 1@A}\n", "api:2@B", rules()),
        ok("image: {repository: api, tag: 2@B}\n")
    );
    assert_eq!(
        put(&format!("image: {{repository: api, tag: v1, sha: {}}}\n", &A[7..]), "api:v2@B", rules()),
        Ok(format!("image: {{repository: api, tag: v2, sha: {}}}\n", &B[7..]))
    );
}

#[test]
fn a_digest_of_another_image_is_never_left_behind() {
    let clear = Rules { clear_digest: true, ..rules() };
    for text in [
        "image: api:1@A\n",
        "image: {repository: api, tag: '1', digest: \"A\"}\n",
        "image: {repository: api, tag: 1@A}\n",
    ] {
        let error = put(text, "api:2", rules()).unwrap_err();
        assert!(error.contains("stands here, and the new image comes without one"), "{error}");
    }
    assert_eq!(put("image: api:1@A\n", "api:2", clear), ok("image: api:2\n"));
    assert_eq!(
        put("image: {repository: api, tag: v1@A}\n", "api:v2", clear),
        ok("image: {repository: api, tag: v2}\n")
    );
    let cleared = put("image: {repository: api, tag: '1', digest: \"A\"}\n", "api:2", clear).unwrap();
    assert!(cleared.contains("tag: '2', digest: ''") || cleared.contains("tag: '2', digest: \"\""), "{cleared}");
    let empty = "image: {repository: api, tag: '1', digest: \"\"}\n";
    assert_eq!(put(empty, "api:2", rules()), Ok(empty.replace("'1'", "'2'")));
    assert_eq!(put(empty, "api:2@B", rules()), ok("image: {repository: api, tag: '2', digest: \"B\"}\n"));
}

#[test]
fn a_tag_of_another_image_is_never_left_behind_either() {
    let error = put("image: {repository: api, tag: '1', digest: \"A\"}\n", "api@B", rules()).unwrap_err();
    assert!(error.contains("the tag `1` stands here"), "{error}");
    assert_eq!(
        put("image: {repository: api, tag: '', digest: \"A\"}\n", "api@B", rules()),
        ok("image: {repository: api, tag: '', digest: B}\n")
    );
}

#[test]
fn what_could_be_a_mistake_must_be_allowed() {
    let text = "image: api:1.2.3\n";
    let said = |wanted: &str, rules: Rules| put(text, wanted, rules).unwrap_err();
    assert_eq!(said("api:latest", rules()), "a.yaml:1: `api:latest` is another image tomorrow");
    assert_eq!(said("api", rules()), "a.yaml:1: `api` has neither a tag nor a digest");
    assert_eq!(said("api:1.2.2", rules()), "a.yaml:1: `1.2.2` is older than `1.2.3`, which stands here");
    assert_eq!(said("web:2", rules()), "a.yaml:1: `api` stands here, not `web`");
    let strict = Rules { require_digest: true, ..rules() };
    assert_eq!(said("api:2", strict), "a.yaml:1: `api:2` has no digest, and one is required");
    assert_eq!(put(text, "api:latest", Rules { allow_latest: true, ..rules() }), ok("image: api:latest\n"));
    assert_eq!(put(text, "api:1.2.2", Rules { allow_downgrade: true, ..rules() }), ok("image: api:1.2.2\n"));
    assert_eq!(put(text, "api:1.3@B", strict), ok("image: api:1.3@B\n"));
    let split = "image: {repository: api, tag: '1'}\n";
    assert!(put(split, "api:2@B", strict).unwrap_err().contains("there is no digest here, only a tag"));
}

#[test]
fn only_a_named_place_may_get_another_name() {
    let rename = Rules { rename: true, ..rules() };
    assert!(put("image: api:1\n", "r.io/api:2", rename).is_err());
    assert!(put_at("image: api:1\n", "image", "r.io/api:2", rules()).is_err());
    assert_eq!(put_at("image: api:1\n", "image", "r.io/api:2", rename), ok("image: r.io/api:2\n"));
    assert_eq!(
        put_at("image: {registry: a.io, repository: x/api, tag: v1}\n", "image", "b.io/y/api:v2", rename),
        ok("image: {registry: b.io, repository: y/api, tag: v2}\n")
    );
    assert_eq!(
        put_at("image: {registry: a.io, repository: x/api, tag: v1}\n", "image.tag", "redis:v2", rename),
        ok("image: {registry: docker.io, repository: library/redis, tag: v2}\n")
    );
}

#[test]
fn a_registry_that_the_chart_puts_before_a_name_is_no_other_name() {
    let text = "image: {repository: shop/api, tag: v1}\n";
    assert_eq!(put_at(text, "image.tag", "r.io/shop/api:v2", rules()), Ok(text.replace("v1", "v2")));
    assert!(put_at(text, "image.tag", "r.io/workshop/api:v2", rules()).is_err());
    assert!(put(text, "r.io/shop/api:v2", rules()).is_err(), "nobody named this place");
    assert!(put_at("image: shop/api:v1\n", "image", "r.io/shop/api:v2", rules()).is_err(), "no template adds to this");
}

#[test]
fn what_cannot_be_edited_is_refused_with_its_name() {
    let alias = "a: &v v1\nimage: {repository: api, tag: *v}\n";
    assert!(put(alias, "api:v2", rules()).unwrap_err().contains("image.tag is the alias `*v`"));
    assert_eq!(put(alias, "api:v1", rules()), ok(alias), "it is right already");
    let merge = "base: &b {tag: v1, x: y}\nimage: {<<: *b, repository: api}\n";
    assert!(put_at(merge, "image", "api:v2", rules()).unwrap_err().contains("comes from the merge `<<: *b`"));
    let template = "image: {repository: api, tag: 'v{{ .x }}'}\n";
    assert!(put(template, "api:v2", rules()).unwrap_err().contains("is filled in by a template"));
    assert!(put("image: api:${TAG}\n", "api:v2", rules()).unwrap_err().contains("is filled in by a template"));
    let block = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    helm:\n      values: |\n        image: api:v1\n";
    let refusal = try_put(block, None, "api:v2", rules()).unwrap_err();
    assert!(refusal.to_string().contains("a.yaml:7: spec.source.helm.values is YAML inside a text"), "{refusal}");
    assert_eq!(refusal.hint.as_deref(), Some("write `valuesObject:` in place of `values: |`"));
}

#[test]
fn a_tag_that_looks_like_a_number_becomes_a_string() {
    assert_eq!(
        put("image: {repository: api, tag: 1.9}\n", "api:1.10", rules()),
        ok("image: {repository: api, tag: \"1.10\"}\n")
    );
    assert_eq!(
        put("image: {repository: api, tag: 1.10}\n", "api:1.10", rules()),
        ok("image: {repository: api, tag: \"1.10\"}\n")
    );
}

#[test]
fn argo_cd_keeps_what_stands_before_the_reference() {
    let app = |image: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: {{source: {{kustomize: {{images: [{image}]}}}}}}\n"
        )
    };
    assert_eq!(put(&app("api=r.io/api:1"), "r.io/api:2@B", rules()), Ok(app("api=r.io/api:2@B")));
    assert_eq!(put(&app("r.io/api=*:1"), "r.io/api:2", rules()), Ok(app("r.io/api=*:2")));
    assert_eq!(put(&app("r.io/api:1"), "r.io/api:2", rules()), Ok(app("r.io/api:2")));
}

#[test]
fn kustomize_takes_tag_and_digest_beside_each_other() {
    let of = |entry: &str| format!("kind: Kustomization\nimages: [{{name: api, {entry}}}]\n");
    assert_eq!(put(&of("newTag: v1"), "api:v2@B", rules()), Ok(of("newTag: v2")));
    assert_eq!(put(&of("digest: \"A\""), "api:v2@B", rules()), Ok(of("digest: B")));
    assert_eq!(put(&of("newTag: v1, digest: \"A\""), "api:v2@B", rules()), Ok(of("newTag: v2, digest: B")));
    assert!(put(&of("newTag: v1, digest: \"A\""), "api:v2", rules()).is_err(), "the digest would win");
    assert!(put(&of("digest: \"A\""), "api:v2", rules()).is_err());
    assert!(put(&of("newTag: v1"), "api@B", rules()).is_err());
    let strict = Rules { require_digest: true, ..rules() };
    assert_eq!(put(&of("newTag: v1"), "api:v2@B", strict), Ok(of("newTag: v2, digest: B")));
}

#[test]
fn a_path_through_an_alias_is_refused_with_its_name() {
    let text = "a: &web {image: {repository: web, tag: v1}}\nb: *web\n";
    let error = put_at(text, "b.image.tag", "web:v2", rules()).unwrap_err();
    assert!(error.starts_with("a.yaml: ") && error.contains("is the alias *web, defined in line 1"), "{error}");
}

#[test]
fn any_path_can_be_named() {
    assert_eq!(put_at("x: {version: v1}\n", "x.version", "api:v2@B", rules()), ok("x: {version: v2}\n"));
    assert_eq!(put_at("x: [r.io/api:v1]\n", "x[0]", "r.io/api:v2", rules()), ok("x: [r.io/api:v2]\n"));
    assert_eq!(put_at("x: {sum: \"A\"}\n", "x.sum", "api@B", rules()), ok("x: {sum: B}\n"));
    assert_eq!(put_at("app: {name: api, tag: v1}\n", "app", "api:v2", rules()), ok("app: {name: api, tag: v2}\n"));
    assert_eq!(
        put_at("image: {repository: api, tag: v1, digest: \"A\"}\n", "image.tag", "api:v2@B", rules()),
        ok("image: {repository: api, tag: v2, digest: B}\n"),
        "the digest beside the tag goes with it"
    );
    assert_eq!(put_at("x: {tag: v1@A}\n", "x.tag", "api:v2@B", rules()), ok("x: {tag: v2@B}\n"));
    assert!(put_at("a: {b: c}\n", "a", "api:1", rules()).unwrap_err().contains("there is no image at a"));
    assert!(put_at("a: {b: c}\n", "a.x", "api:1", rules()).unwrap_err().contains("a.x"));
    let two = "a: v1\n---\na: v1\n";
    let refusal = try_put(two, Some("a"), "api:v2", rules()).unwrap_err();
    assert_eq!(refusal.to_string(), "a.yaml: a is in 2 documents");
    assert_eq!(refusal.candidates, ["document 0 line 1", "document 1 line 3"]);
}
