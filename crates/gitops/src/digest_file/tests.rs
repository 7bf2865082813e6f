use proptest::prelude::*;
use serde_json::json;

use super::read_digest;
use crate::reference::Name;

const A: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

fn read(text: &str) -> Result<String, String> {
    let image: Name = "r.io/shop/api".parse().unwrap();
    read_digest(text.as_bytes(), &image).map(|digest| digest.to_string()).map_err(|error| error.to_string())
}

fn read_json(value: &serde_json::Value) -> Result<String, String> {
    read(&value.to_string())
}

#[test]
fn a_digest_alone_is_taken() {
    assert_eq!(read(&format!("{A}\n")), Ok(A.to_owned()));
    assert_eq!(read(&format!("\u{FEFF}{A}\r\n")), Ok(A.to_owned()));
    assert_eq!(read(&format!("\"{A}\"")), Ok(A.to_owned()));
    assert_eq!(read("  \n").unwrap_err(), "the file is empty");
    assert!(read("oops").unwrap_err().contains("`oops` is no digest"));
}

#[test]
fn of_several_references_the_one_of_this_image_counts() {
    assert_eq!(read(&format!("r.io/shop/web:1@{B}\nr.io/shop/api:1@{A}\nr.io/shop/api:2@{A}\n")), Ok(A.to_owned()));
    let error = read(&format!("r.io/shop/web:1@{B}\n")).unwrap_err();
    assert_eq!(error, "there is no digest of `r.io/shop/api` in the file, which is about `r.io/shop/web`");
    let error = read(&format!("r.io/shop/api:1@{A}\nr.io/shop/api:2@{B}\n")).unwrap_err();
    assert_eq!(error, "there are 2 digests of `r.io/shop/api` in the file");
}

#[test]
fn metadata_of_buildx_hold_the_digest_of_the_manifest_beside_that_of_the_config() {
    let pushed = json!({"containerimage.config.digest": B, "containerimage.digest": A,
        "image.name": "r.io/shop/api:1,r.io/shop/api:latest"});
    assert_eq!(read_json(&pushed), Ok(A.to_owned()));
    assert_eq!(read_json(&json!({"containerimage.descriptor": {"digest": A}})), Ok(A.to_owned()));
    let loaded = json!({"containerimage.config.digest": B});
    assert!(read_json(&loaded).unwrap_err().contains("only the digest of the image's config"));
    let other = json!({"containerimage.digest": A, "image.name": "r.io/shop/web:1"});
    assert!(read_json(&other).unwrap_err().ends_with("which is about `r.io/shop/web:1`"));
}

#[test]
fn of_the_targets_of_bake_the_one_with_this_name_counts() {
    let bake = json!({
        "api": {"containerimage.digest": A, "image.name": "r.io/shop/api:1"},
        "web": {"containerimage.digest": B, "image.name": "r.io/shop/web:1"},
        "buildx.build.ref": "x",
    });
    assert_eq!(read_json(&bake), Ok(A.to_owned()));
    assert_eq!(read_json(&json!({"api": {"containerimage.digest": A}})), Ok(A.to_owned()));
}

#[test]
fn inspected_images_have_a_digest_only_when_they_were_pushed() {
    let inspect = json!([{"Id": B, "RepoDigests": [format!("r.io/shop/api@{A}"), format!("r.io/shop/web@{B}")]}]);
    assert_eq!(read_json(&inspect), Ok(A.to_owned()));
    assert_eq!(read_json(&json!([format!("r.io/shop/api@{A}")])), Ok(A.to_owned()));
    for local in [json!([{"Id": A, "RepoDigests": []}]), json!([{"Id": A}])] {
        assert!(read_json(&local).unwrap_err().contains("no digest yet"), "{local}");
    }
}

#[test]
fn skopeo_jib_oras_and_imagetools_are_read() {
    assert_eq!(read_json(&json!({"Name": "r.io/shop/api", "Digest": A})), Ok(A.to_owned()));
    assert!(read_json(&json!({"Name": "r.io/shop/web", "Digest": A})).is_err());
    let jib = json!({"image": "r.io/shop/api", "imageId": B, "imageDigest": A, "imagePushed": true});
    assert_eq!(read_json(&jib), Ok(A.to_owned()));
    let oras = json!({"reference": format!("r.io/shop/api@{A}"), "digest": A,
        "mediaType": "application/vnd.oci.image.manifest.v1+json"});
    assert_eq!(read_json(&oras), Ok(A.to_owned()));
    let tools = json!({"name": "r.io/shop/api:1", "manifest": {"digest": A, "manifests": [],
        "mediaType": "application/vnd.oci.image.index.v1+json"}});
    assert_eq!(read_json(&tools), Ok(A.to_owned()));
    let config = json!({"mediaType": "application/vnd.oci.image.config.v1+json", "digest": A});
    assert!(read_json(&config).unwrap_err().contains("not of a manifest"));
}

#[test]
fn a_layout_names_its_image_and_a_manifest_does_not_know_itself() {
    let named = |name: &str, digest: &str| json!({"digest": digest, "annotations": {"io.containerd.image.name": name}});
    assert_eq!(read_json(&json!({"schemaVersion": 2, "manifests": [{"digest": A}]})), Ok(A.to_owned()));
    let two = json!({"manifests": [named("r.io/shop/web:1", B), named("r.io/shop/api:1", A)]});
    assert_eq!(read_json(&two), Ok(A.to_owned()));
    let index = json!({"manifests": [{"digest": A, "platform": {}}, {"digest": B, "platform": {}}]});
    assert!(read_json(&index).unwrap_err().contains("does not hold its own digest"));
    assert!(read_json(&json!({"config": {"digest": A}, "layers": []})).unwrap_err().contains("is a manifest"));
    assert!(read_json(&json!({"a": 1})).unwrap_err().contains("no"));
}

proptest! {
    #[test]
    fn no_bytes_make_it_fail(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ignored = read_digest(&bytes, &"a".parse().unwrap());
    }
}
