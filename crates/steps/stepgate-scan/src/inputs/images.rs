//! The images that are to be pushed, and which report is of which.

use std::path::Path;

use image_scan::Scan;
use image_scan::evidence::Facts;
use step::{Failure, Result};

use super::Read;
use crate::image::{Choice, identify, is_digest};

/// An image that is to be pushed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Wanted {
    /// As it was named.
    pub(crate) name: String,
    /// The digest of its configuration.
    pub(crate) id: String,
}

/// The images that `names` (tars, OCI directories, digests) are.
///
/// # Errors
///
/// When one cannot be told.
pub(crate) fn wanted(names: &[String], dir: &Path) -> Result<Vec<Wanted>> {
    names.iter().map(|name| one(name, dir)).collect()
}

fn one(name: &str, dir: &Path) -> Result<Wanted> {
    if is_digest(name) {
        return Ok(Wanted { name: name.to_owned(), id: name.to_owned() });
    }
    if name.is_empty() {
        return Err(Failure::usage("--image is empty; is a variable on the command line not set?"));
    }
    let (path, tag) = place(name, dir);
    let identity = identify(&dir.join(path), Choice { tag, platform: None });
    identity.map(|identity| Wanted { name: name.to_owned(), id: identity.config }).map_err(|why| {
        Failure::input(format!("cannot tell which image is in {path}"))
            .because(why)
            .hint("name what `docker save` wrote, an OCI directory, or the digest of the image's configuration")
    })
}

/// Path and tag of `PATH#TAG`, unless there is a file that is called so.
pub(crate) fn place<'n>(name: &'n str, dir: &Path) -> (&'n str, Option<&'n str>) {
    match name.split_once('#') {
        Some((path, tag)) if !dir.join(name).exists() => (path, Some(tag)),
        _ => (name, None),
    }
}

/// Writes into what is known of each scan which image it must be of. A report of something else than an image (the
/// config files of the repository) is let be as long as each image has its own.
pub(super) fn expect(images: &[Wanted], all: &mut Vec<Read<'_>>) {
    let has_report = |image: &Wanted, all: &[Read<'_>]| all.iter().any(|read| read.scan.image_id == image.id);
    let missing: Vec<&Wanted> = images.iter().filter(|image| !has_report(image, all)).collect();
    let mut without = missing.iter();
    for read in &mut *all {
        if images.iter().any(|image| image.id == read.scan.image_id) {
            read.facts.image_id = Some(read.scan.image_id.to_owned());
        } else if !images.is_empty() && read.scan.problems.is_empty() && (is_image(&read.scan) || !missing.is_empty()) {
            let expected = without.next().copied().or(images.first());
            read.facts.image_id = expected.map(|image| image.id.clone());
        }
    }
    for image in without {
        let problem = format!("no report is of this image ({})", image.id);
        let scan = Scan::unusable(image.name.clone(), problem);
        all.push(Read { scan, facts: Facts::default(), warnings: Vec::new() });
    }
}

fn is_image(scan: &Scan<'_>) -> bool {
    scan.artifact_type.is_empty() || scan.artifact_type == "container_image" || !scan.image_id.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(n: u8) -> String {
        format!("sha256:{n:064}")
    }

    /// The image that each scan must be of, and the problems.
    fn expected(images: &[u8], scans: &[(&'static str, Option<u8>)]) -> (Vec<Option<String>>, Vec<String>) {
        let ids: Vec<String> = scans.iter().map(|(_, id)| id.map(digest).unwrap_or_default()).collect();
        let scan = |(artifact_type, id)| Scan { artifact_type, image_id: id, ..Scan::new("trivy") };
        let pairs = scans.iter().map(|(what, _)| *what).zip(ids.iter().map(String::as_str));
        let read = |scan| Read { scan, facts: Facts::default(), warnings: Vec::new() };
        let mut all: Vec<Read<'_>> = pairs.map(scan).map(read).collect();
        let images: Vec<Wanted> = images.iter().map(|n| Wanted { name: n.to_string(), id: digest(*n) }).collect();
        expect(&images, &mut all);
        let problems = all.iter().flat_map(|read| read.scan.problems.clone()).collect();
        (all.into_iter().map(|read| read.facts.image_id).collect(), problems)
    }

    #[test]
    fn each_image_needs_a_report_of_its_own() {
        let image = "container_image";
        let of = |n| Some(digest(n));
        assert_eq!(expected(&[], &[(image, Some(7))]), (vec![None], vec![]));
        assert_eq!(expected(&[1, 2], &[(image, Some(2)), (image, Some(1))]), (vec![of(2), of(1)], vec![]));
        assert_eq!(expected(&[1], &[(image, Some(1)), ("filesystem", None)]), (vec![of(1), None], vec![]));
        assert_eq!(expected(&[1], &[("filesystem", None)]), (vec![of(1)], vec![]), "which is not its report");
        assert_eq!(expected(&[1], &[(image, Some(7))]), (vec![of(1)], vec![]), "the report of another image");
        assert_eq!(expected(&[1], &[(image, Some(1)), (image, Some(7))]).0, [of(1), of(1)], "a stray one");
        let (known, problems) = expected(&[1, 2], &[(image, Some(1))]);
        assert_eq!(known, [of(1), None]);
        assert!(problems[0].contains("no report is of this image"), "{problems:?}");
    }
}
