use proptest::prelude::*;
use yaml_edit::Yaml;

use super::find;
use crate::place::Place;

/// `line path | kind | name tag digest` of each place.
fn listed(file: &str, text: &str) -> String {
    let yaml = Yaml::read(text.as_bytes()).unwrap();
    find(file, &yaml, None).iter().map(shown).collect::<Vec<_>>().join("\n")
}

fn shown(place: &Place) -> String {
    let name = place.image.name.as_ref().map_or("?", |name| name.as_str());
    format!("{} {} | {} | {name} {}", place.line, place.path, place.kind, place.image)
}

fn lines(file: &str, text: &str) -> Vec<String> {
    listed(file, text).lines().map(str::to_owned).collect()
}

#[test]
fn helm_values_are_found_in_every_style() {
    let text = "\
image: {repository: r.io/shop/api, tag: 1.8.1, digest: \"\"}
web:
  image: r.io/shop/web:2.0
worker:
  image:
    registry: r.io
    repository: shop/worker
    tag: \"1.0\"
old:
  imageRepository: r.io/old
  imageTag: 7
flat: {image: r.io/flat, imageTag: '8', pullPolicy: Always}
named:
  image: {name: r.io/named, tag: 1.2@sha256:ab}
redis:
  repository: redis
  tag: 8.8.0
sidecar:
  image: {repository: r.io/side}
env:
  image:
    tag: only
prom:
  image: {repository: prom, tag: v1, sha: abcd}
init_image: r.io/init:1
images:
  proxy: r.io/proxy:1
  cache: {name: r.io/cache, tag: 2}
extra:
- r.io/not-said-to-be-an-image:1
chart:
  repository: https://charts.example
  tag: 1
";
    insta::assert_snapshot!(listed("values.yaml", text), @r#"
    1 image.tag | Helm values | r.io/shop/api 1.8.1
    3 web.image | Helm values | r.io/shop/web 2.0
    8 worker.image.tag | Helm values | r.io/shop/worker 1.0
    11 old.imageTag | Helm values | r.io/old 7
    12 flat.imageTag | Helm values | r.io/flat 8
    14 named.image.tag | Helm values | r.io/named 1.2@sha256:ab
    17 redis.tag | Helm values | redis 8.8.0
    19 sidecar.image.repository | Helm values | r.io/side (none)
    22 env.image.tag | Helm values | ? only
    24 prom.image.tag | Helm values | prom v1@abcd
    25 init_image | Helm values | r.io/init 1
    27 images.proxy | Helm values | r.io/proxy 1
    28 images.cache.tag | Helm values | r.io/cache 2
    "#);
}

#[test]
fn a_registry_for_the_whole_file_replaces_that_of_the_image() {
    let text = "global: {imageRegistry: mirror.io}\nimage: {registry: docker.io, repository: bitnami/redis, tag: 8}\n";
    let yaml = Yaml::read(text.as_bytes()).unwrap();
    let holds = |name: &str| !find("values.yaml", &yaml, Some(&name.parse().unwrap())).is_empty();
    assert!(holds("mirror.io/bitnami/redis"));
    assert!(holds("bitnami/redis"));
    assert!(!holds("redis"));
    let nginx = "global: {image: {registry: k8s.io}}\na: {image: {image: x/nginx, tag: '1'}}\nb: {image: {repository: q.io/b, tag: '1'}}\n";
    assert_eq!(
        lines("a.yaml", nginx),
        ["2 a.image.tag | Helm values | k8s.io/x/nginx 1", "3 b.image.tag | Helm values | q.io/b 1",]
    );
}

#[test]
fn images_of_a_kustomization_go_by_their_new_name() {
    let text = "\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
images:
- name: api
  newName: r.io/shop/api
  newTag: 1.8.1
- {name: r.io/shop/web, digest: 'sha256:ab'}
- name: bare
";
    let expected = [
        "6 images[0].newTag | Kustomization | r.io/shop/api 1.8.1",
        "7 images[1].digest | Kustomization | r.io/shop/web sha256:ab",
        "8 images[2].name | Kustomization | bare (none)",
    ];
    assert_eq!(lines("a.yaml", text), expected);
    assert_eq!(
        lines("x/kustomization.yml", "images: [{name: a, newTag: '1'}]\n"),
        ["1 images[0].newTag | Kustomization | a 1"]
    );
    assert_eq!(lines("x/other.yml", "images: [{name: a, newTag: '1'}]\n"), [""; 0]);
    let flux =
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec:\n  images: [{name: a, newTag: '1'}]\n";
    assert_eq!(lines("a.yaml", flux), ["4 spec.images[0].newTag | Kustomization | a 1"]);
}

#[test]
fn containers_are_found_wherever_a_pod_is_described() {
    let text = "\
apiVersion: batch/v1
kind: CronJob
metadata: {name: clean}
spec:
  jobTemplate:
    spec:
      template:
        spec:
          initContainers:
          - {name: wait, image: busybox}
          containers:
          - name: app
            image: r.io/shop/api:1@sha256:ab
          volumes:
          - image: {reference: r.io/data:1}
---
apiVersion: v1
kind: List
items:
- apiVersion: argoproj.io/v1alpha1
  kind: Rollout
  metadata: {name: web}
  spec: {template: {spec: {containers: [{name: app, image: \"r.io/web:2\"}]}}}
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: x}
  data: {image: 'r.io/no:1'}
---
apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: {name: main}
spec: {image: 'r.io/prom:3', image2: 'r.io/none:1'}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
spec: {image: 'r.io/web', other: {image: 'r.io/web:1'}}
";
    insta::assert_snapshot!(listed("a.yaml", text), @r#"
    10 spec.jobTemplate.spec.template.spec.initContainers[0].image | CronJob clean, wait | busybox (none)
    13 spec.jobTemplate.spec.template.spec.containers[0].image | CronJob clean, app | r.io/shop/api 1@sha256:ab
    15 spec.jobTemplate.spec.template.spec.volumes[0].image.reference | CronJob clean, spec.jobTemplate.spec.template.spec.volumes[0].image.reference | r.io/data 1
    23 items[0].spec.template.spec.containers[0].image | Rollout web, app | r.io/web 2
    32 spec.image | Prometheus main, spec.image | r.io/prom 3
    "#);
}

#[test]
fn applications_of_argo_cd_hold_images_in_many_places() {
    let text = "\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
spec:
  template:
    spec:
      sources:
      - helm:
          parameters:
          - {name: image.repository, value: r.io/api}
          - {name: image.tag, value: \"1.8\"}
          - {name: replicas, value: \"2\"}
          - name: webImage
            value: r.io/web:{{ .tag }}
      - helm:
          valuesObject:
            image: {repository: r.io/web, tag: '2'}
      - helm:
          values: |
            image:
              repository: r.io/inner
              tag: 3
      - kustomize:
          images:
          - old=r.io/new:4
          - r.io/same:5@sha256:ab
          - r.io/star=*:6
";
    insta::assert_snapshot!(listed("a.yaml", text), @r#"
    10 spec.template.spec.sources[0].helm.parameters[1].value | Argo CD Helm parameter | r.io/api 1.8
    13 spec.template.spec.sources[0].helm.parameters[3].value | Argo CD Helm parameter | r.io/web {{ .tag }}
    16 spec.template.spec.sources[1].helm.valuesObject.image.tag | Argo CD Helm values | r.io/web 2
    21 spec.template.spec.sources[2].helm.values | Argo CD Helm values | r.io/inner 3
    24 spec.template.spec.sources[3].kustomize.images[0] | Argo CD Kustomize image | r.io/new 4
    25 spec.template.spec.sources[3].kustomize.images[1] | Argo CD Kustomize image | r.io/same 5@sha256:ab
    26 spec.template.spec.sources[3].kustomize.images[2] | Argo CD Kustomize image | r.io/star 6
    "#);
}

#[test]
fn values_of_a_helm_release_and_what_flux_marks_are_found() {
    let text = "\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
spec:
  values:
    image: {repository: r.io/api, tag: '1'}
    job: {image: 'r.io/job:2'} # {\"$imagepolicy\": \"flux:job\"}
  postRenderers:
  - kustomize: {images: [{name: x, newTag: '9'}]}
";
    insta::assert_snapshot!(listed("a.yaml", text), @r#"
    5 spec.values.image.tag | HelmRelease | r.io/api 1
    6 spec.values.job.image | Flux image policy flux:job | r.io/job 2
    8 spec.postRenderers[0].kustomize.images[0].newTag | Kustomization | x 9
    "#);
    let marked = "\
app:
  version: 1.0 # {\"$imagepolicy\": \"flux:api:tag\"}
  from: r.io/api # {\"$imagepolicy\": \"flux:api:name\"}
  other: r.io/web:1 # {\"$imagepolicy\": \"flux:web\"}
  none: r.io/web:1 # {\"$else\": \"flux:web\"}
";
    assert_eq!(
        lines("a.yaml", marked),
        [
            "2 app.version | Flux image policy flux:api | r.io/api 1.0",
            "4 app.other | Flux image policy flux:web | r.io/web 1",
        ]
    );
}

#[test]
fn services_of_compose_are_found_and_promotion_yaml_is_not_compose() {
    let text =
        "name: x\nservices:\n  api:\n    image: r.io/api:1\n  db: {image: \"postgres:${PG:-16}\"}\n  web: {build: .}\n";
    assert_eq!(
        lines("compose.yaml", text),
        [
            "4 services.api.image | Compose service api | r.io/api 1",
            "5 services.db.image | Compose service db | postgres ${PG:-16}",
        ]
    );
    let promotion = "services:\n  api:\n    image: r.io/api\n    environments: {staging: {targets: [{file: a}]}}\n";
    assert_eq!(lines("promotion.yaml", promotion), [""; 0]);
}

#[test]
fn what_is_not_recognised_gives_nothing() {
    for text in
        ["", "[]", "a", "image", "- image: a:1\n", "pipelines: {}\nimage: php:8\n", "jobs: {}\non: push\nimage: a:1\n"]
    {
        assert_eq!(listed("a.yaml", text), "", "{text}");
    }
}

#[test]
fn what_stands_behind_an_alias_or_a_merge_is_found_where_it_is_used() {
    let text = "\
base: &base {repository: r.io/api, tag: &tag '1'}
a:
  image: {<<: *base, tag: '2'}
b:
  image: {repository: r.io/web, tag: *tag}
c:
  image: {<<: [*base]}
";
    assert_eq!(
        lines("values.yaml", text),
        [
            "1 base.tag | Helm values | r.io/api 1",
            "3 a.image.tag | Helm values | r.io/api 2",
            "5 b.image.tag | Helm values | r.io/web 1",
            "7 c.image.tag | Helm values | r.io/api 1",
        ]
    );
}

#[test]
fn time_grows_with_the_file_and_not_with_its_square() {
    let mut text = String::from("images:\n");
    (0..5_000).for_each(|at| text.extend(["- a/b:1\n- image: x/y:", &at.to_string(), "\n"]));
    text.push_str("keys:\n");
    (0..5_000).for_each(|at| text.extend(["  a", &at.to_string(), "Image: x/y:1 # {\"$imagepolicy\": \"a:b\"}\n"]));
    let yaml = Yaml::read(text.as_bytes()).unwrap();
    assert_eq!(find("values.yaml", &yaml, None).len(), 15_000);
}

proptest! {
    #[test]
    fn no_yaml_makes_it_fail(text in "((image|tag|repository|images|kind|apiVersion|services|<<|- |  |a:1|r\\.io/x|: |\n|&a |\\*a|\\{\\{|argoproj\\.io/v1|Application|spec|\\[|\\]|\\{|\\}){1,2}){0,30}") {
        if let Ok(yaml) = Yaml::read(text.as_bytes()) {
            for file in ["a.yaml", "kustomization.yaml"] {
                for place in find(file, &yaml, None) {
                    prop_assert!(place.line > 0);
                }
            }
        }
    }
}
