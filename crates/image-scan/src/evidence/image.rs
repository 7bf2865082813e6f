//! What was scanned: the image that is to be pushed, with an operating system and packages that the scanner knows.

use super::{Case, EndOfLife, Proof};
use crate::model::Class;

pub(super) fn check(case: &Case<'_, '_>, proof: &mut Proof) {
    if let Some(other) = other_than_an_image(case) {
        let text = format!("this is the report of {other}, which says nothing about an image; scan the image's tar");
        if case.facts.image_id.is_some() || case.facts.ran {
            proof.problems.push(text);
        } else {
            proof.warnings.push(text);
        }
    } else {
        operating_system(case, proof);
        packages(case, proof);
    }
    identity(case, proof);
    end_of_life(case, proof);
}

/// An old report does not say what it is of; it counts as an image's, from which more is demanded.
fn other_than_an_image<'a>(case: &Case<'_, 'a>) -> Option<&'a str> {
    match case.scan.artifact_type {
        "" | "container_image" | "image" => None,
        "filesystem" => Some("a folder"),
        "repository" => Some("a repository"),
        "cyclonedx" | "spdx" => Some("a bill of materials"),
        other => Some(other),
    }
}

fn operating_system(case: &Case<'_, '_>, proof: &mut Proof) {
    let scan = case.scan;
    let family = scan.os.map_or("", |os| os.family);
    let in_section = scan.targets.iter().any(|target| target.class == Class::OsPackages);
    let is_unknown = family.eq_ignore_ascii_case("none") || (family.is_empty() && !in_section);
    if !is_unknown {
        return;
    }
    let languages = scan.targets.iter().any(|target| target.class == Class::LanguagePackages);
    if case.demands.allow_no_os && languages {
        return;
    }
    let next = match (case.demands.allow_no_os, languages) {
        (false, true) => "if the image is built from nothing and has none, set `allow-no-os: true`",
        (false, false) => "use a base image that the scanner knows",
        (true, _) => "`allow-no-os` is for images with packages of a language, and none were found either",
    };
    proof.problems.push(format!(
        "the scanner does not know the operating system of the image, so nobody looked for vulnerabilities of its \
         packages; {next}"
    ));
}

/// Trivy lists packages since 0.67 unless it is told not to, and says its version since 0.69.
fn packages(case: &Case<'_, '_>, proof: &mut Proof) {
    let scan = case.scan;
    let found = scan.packages > 0 || scan.findings.iter().any(|finding| finding.package.is_some());
    if found || case.demands.allow_no_packages {
        return;
    }
    let is_listed = case.is_trivy() && !scan.scanner_version.is_empty();
    let classes = [Class::OsPackages, Class::LanguagePackages];
    let has_section = scan.targets.iter().any(|target| classes.contains(&target.class));
    if is_listed || (case.is_trivy() && !has_section) {
        proof.problems.push(
            "no package was found in the image, so there was nothing to look at; check that it is the image that you \
             mean (for one that really has none, set `allow-no-packages: true`)"
                .to_owned(),
        );
    } else {
        case.unproved(
            proof,
            "the report lists no packages, so it cannot show that there was anything to look at; scan with \
             `--list-all-pkgs`"
                .to_owned(),
        );
    }
}

fn identity(case: &Case<'_, '_>, proof: &mut Proof) {
    let Some(pushed) = &case.facts.image_id else { return };
    let scanned = case.scan.image_id;
    if scanned.is_empty() {
        proof.problems.push(format!(
            "the report does not say which image it is of (it has no ImageID), and {pushed} is to be pushed; scan the \
             image's tar"
        ));
    } else if digest(scanned) != digest(pushed) {
        proof.problems.push(format!(
            "this is the report of another image: {scanned} was scanned, and {pushed} is to be pushed; scan again"
        ));
    }
}

fn digest(text: &str) -> String {
    let text = text.trim().to_ascii_lowercase();
    text.strip_prefix("sha256:").unwrap_or(&text).to_owned()
}

fn end_of_life(case: &Case<'_, '_>, proof: &mut Proof) {
    let Some(os) = case.scan.os.filter(|os| os.end_of_life) else { return };
    let text = format!(
        "nobody looks after {} {} any more: vulnerabilities found in it are neither told nor fixed; go to a newer one",
        os.family, os.name
    );
    match case.demands.end_of_life {
        EndOfLife::Block => proof.refusals.push(text),
        EndOfLife::Warn => proof.warnings.push(text),
    }
}
