use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::*;

const LAYER: &str = "sha256:1111111111111111111111111111111111111111111111111111111111111111";

fn config(layer: &str) -> String {
    format!(
        r#"{{"architecture":"amd64","config":{{"Env":["PASSWORD=x"]}},"rootfs":{{"type":"layers","diff_ids":["{layer}"]}}}}"#
    )
}

fn hex(text: &str) -> String {
    digest(text.as_bytes()).trim_start_matches("sha256:").to_owned()
}

/// A tar of `files` in a directory of its own.
fn tar(files: &[(&str, &str)]) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("image.tar");
    let mut builder = tar::Builder::new(fs::File::create(&path).expect("a file"));
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append_data(&mut header, name, content.as_bytes()).expect("an entry");
    }
    builder.finish().expect("a tar");
    (dir, path)
}

fn identified(files: &[(&str, &str)], choice: Choice<'_>) -> Result<Identity, String> {
    let (_dir, path) = tar(files);
    identify(&path, choice)
}

fn saved(config: &str, tag: &str) -> String {
    format!(r#"{{"Config":"{config}","RepoTags":["{tag}"],"Layers":[]}}"#)
}

#[test]
fn an_image_of_docker_save_is_known_by_the_digest_of_its_configuration() {
    let config = config(LAYER);
    for name in [format!("{}.json", hex(&config)), format!("blobs/sha256/{}", hex(&config))] {
        let manifest = format!("[{}]", saved(&name, "shop:1"));
        let found =
            identified(&[("layer.tar", "x"), (&name, &config), ("manifest.json", &manifest)], Choice::default());
        let expected = Identity { config: digest(config.as_bytes()), diff_ids: vec![LAYER.to_owned()] };
        assert_eq!(found, Ok(expected));
    }
}

#[test]
fn a_configuration_that_was_changed_is_refused() {
    let name = format!("{}.json", hex("something else"));
    let manifest = format!("[{}]", saved(&name, "shop:1"));
    let found = identified(&[(&name, &config(LAYER)), ("manifest.json", &manifest)], Choice::default());
    assert!(found.is_err_and(|why| why.contains("the file was changed")));
}

#[test]
fn of_several_images_one_has_to_be_chosen() {
    let (one, two) = (config(LAYER), config(&LAYER.replace('1', "2")));
    let manifest = format!("[{},{}]", saved("one.json", "shop:1"), saved("two.json", "shop:2"));
    let files = [("one.json", one.as_str()), ("two.json", two.as_str()), ("manifest.json", manifest.as_str())];
    let why = identified(&files, Choice::default()).expect_err("ambiguous");
    assert_eq!(why, "it holds 2 images: shop:1, shop:2; save one, or name it as PATH#TAG");
    let chosen = identified(&files, Choice { tag: Some("shop:2"), ..Choice::default() }).expect("one");
    assert_eq!(chosen.config, digest(two.as_bytes()));
    assert!(identified(&files, Choice { tag: Some("shop:3"), ..Choice::default() }).is_err());
}

/// The files of an OCI layout with an image for each platform, and an attestation.
fn layout(platforms: &[&str]) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut listed = Vec::new();
    for (platform, n) in platforms.iter().zip(1..) {
        let config = config(&LAYER.replace('1', &n.to_string()));
        let manifest = format!(r#"{{"config":{{"digest":"sha256:{}"}},"layers":[]}}"#, hex(&config));
        let (os, architecture) = platform.split_once('/').expect("a platform");
        listed.push(format!(
            r#"{{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:{}","size":1,"platform":{{"os":"{os}","architecture":"{architecture}"}}}}"#,
            hex(&manifest)
        ));
        files.push((format!("blobs/sha256/{}", hex(&config)), config));
        files.push((format!("blobs/sha256/{}", hex(&manifest)), manifest));
    }
    listed.push(format!(
        r#"{{"digest":"sha256:{}","annotations":{{"vnd.docker.reference.type":"attestation-manifest"}}}}"#,
        hex("x")
    ));
    files.push(("index.json".to_owned(), format!(r#"{{"schemaVersion":2,"manifests":[{}]}}"#, listed.join(","))));
    files
}

fn identified_in(files: &[(String, String)], choice: Choice<'_>) -> Result<Identity, String> {
    let files: Vec<_> = files.iter().map(|(name, content)| (name.as_str(), content.as_str())).collect();
    identified(&files, choice)
}

#[test]
fn an_oci_layout_is_read_from_a_tar_as_from_a_directory() {
    let files = layout(&["linux/amd64"]);
    let from_tar = identified_in(&files, Choice::default()).expect("an image");
    assert_eq!(from_tar.diff_ids, [LAYER]);
    let dir = tempfile::tempdir().expect("a directory");
    for (name, content) in &files {
        let path = dir.path().join(name);
        step::files::replace(&path, |out| out.write_all(content.as_bytes())).expect("a file");
    }
    assert_eq!(identify(dir.path(), Choice::default()), Ok(from_tar));
}

#[test]
fn an_image_for_several_platforms_needs_one_to_be_chosen() {
    let files = layout(&["linux/amd64", "linux/arm64"]);
    let why = identified_in(&files, Choice::default()).expect_err("ambiguous");
    assert!(why.contains("(linux/amd64)") && why.contains("(linux/arm64)"), "{why}");
    let chosen = identified_in(&files, Choice { platform: Some("linux/arm64"), ..Choice::default() }).expect("one");
    assert_eq!(chosen.diff_ids, [LAYER.replace('1', "2")]);
}

#[test]
fn a_blob_that_was_changed_is_refused() {
    let mut files = layout(&["linux/amd64"]);
    files[0].1.push(' ');
    assert!(identified_in(&files, Choice::default()).is_err_and(|why| why.contains("it was changed")));
}

#[test]
fn what_is_no_image_says_what_it_is() {
    let config = config(LAYER);
    let twice = [("manifest.json", "[]"), ("./manifest.json", "[]")];
    let lost = format!("[{}]", saved("lost.json", "shop:1"));
    for (files, expected) in [
        (&[("a.txt", "a")][..], "neither manifest.json nor index.json"),
        (&twice, "holds manifest.json twice"),
        (&[("manifest.json", "[]")], "holds no image"),
        (&[("manifest.json", "{")], "manifest.json is not as it should be"),
        (&[("manifest.json", &lost)], "is not there"),
        (&[("index.json", r#"{"manifests":[{"digest":"sha256:../../etc/passwd"}]}"#)], "is no digest"),
        (&[("c.json", &config.replace(LAYER, "")), ("manifest.json", "[{\"Config\":\"d.json\"}]")], "is not there"),
    ] {
        let why = identified(files, Choice::default()).expect_err("no image");
        assert!(why.contains(expected), "{why}");
    }
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("image.tar");
    step::files::replace(&path, |_| Ok(())).expect("a file");
    assert_eq!(identify(&path, Choice::default()), Err("it is empty".to_owned()));
    step::files::replace(&path, |out| out.write_all(b"{}")).expect("a file");
    assert_eq!(identify(&path, Choice::default()), Err("it is no tar".to_owned()));
}

#[test]
fn a_tar_that_is_cut_or_packed_is_read_as_far_as_it_can_be() {
    let config = config(LAYER);
    let manifest = format!("[{}]", saved("c.json", "shop:1"));
    let (_dir, path) = tar(&[("c.json", &config), ("manifest.json", &manifest)]);
    let whole = fs::read(&path).expect("a tar");
    let packed = path.with_extension("tgz");
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, &whole).expect("memory");
    let bytes = encoder.finish().expect("memory");
    step::files::replace(&packed, |out| out.write_all(&bytes)).expect("a file");
    assert_eq!(identify(&packed, Choice::default()), identify(&path, Choice::default()));
    assert!(may_be_image(&packed) && may_be_image(&path));
    for length in (512..1536 + manifest.len()).step_by(37) {
        step::files::replace(&path, |out| out.write_all(&whole[..length])).expect("a file");
        assert!(identify(&path, Choice::default()).is_err(), "{length}");
    }
}
