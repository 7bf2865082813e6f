//! Who wrote a report, told by what only they write. It names the tool to people, and decides where a dialect means
//! something else than the others do (attempts of pytest, projects of Playwright).

use xml::Tag;

/// Nothing tells.
pub(crate) const UNKNOWN: &str = "junit";
pub(crate) const PYTEST: &str = "pytest";
pub(crate) const PLAYWRIGHT: &str = "playwright";

/// What `<testsuites>` tells.
pub(crate) fn of_root(known: &'static str, tag: &Tag<'_>) -> &'static str {
    if known != UNKNOWN {
        return known;
    }
    let name = tag.attribute("name");
    match name.as_deref().unwrap_or_default() {
        "pytest tests" => PYTEST,
        "jest tests" => "jest",
        "vitest tests" => "vitest",
        "Mocha Tests" => "mocha",
        "nextest-run" => "nextest",
        // Playwright writes both, mostly empty.
        _ if tag.attribute("id").is_some() && name.is_some() && tag.attribute("time").is_some() => PLAYWRIGHT,
        _ if tag.attribute("uuid").is_some() => "nextest",
        _ => UNKNOWN,
    }
}

/// What `<testsuite>` tells.
pub(crate) fn of_suite(known: &'static str, tag: &Tag<'_>) -> &'static str {
    if known == PLAYWRIGHT && !is_playwrights(tag) {
        return UNKNOWN;
    }
    if known != UNKNOWN {
        return known;
    }
    let name = tag.attribute("name").unwrap_or_default();
    if is_pytest_suite(&name) {
        PYTEST
    } else if name == "Mocha Tests" {
        "mocha"
    } else if tag.attribute("noNamespaceSchemaLocation").is_some_and(|schema| schema.contains("surefire")) {
        "surefire"
    } else if tag.attribute("assertions").is_some() && tag.attribute("tests").is_some() {
        "phpunit"
    } else {
        UNKNOWN
    }
}

/// Whether a suite of this name is pytest's, unless its user named it otherwise.
pub(crate) fn is_pytest_suite(name: &str) -> bool {
    name == "pytest"
}

/// A suite of Playwright is a file of specs, and its host name is a project.
fn is_playwrights(tag: &Tag<'_>) -> bool {
    let name = tag.attribute("name").unwrap_or_default();
    let is_script =
        [".ts", ".js", ".tsx", ".jsx", ".mts", ".mjs", ".cts", ".cjs"].iter().any(|end| name.ends_with(end));
    is_script && tag.attribute("hostname").is_some()
}

/// What `<testcase>` tells.
pub(crate) fn of_case(known: &'static str, tag: &Tag<'_>) -> &'static str {
    if known != UNKNOWN && known != "phpunit" {
        return known;
    }
    let mut found = known;
    for attribute in tag.attributes() {
        match attribute.name {
            "feature" => found = "codeception",
            "file" if attribute.raw.contains("::") => found = "pest",
            "assertions" if found == UNKNOWN => found = "phpunit",
            _ => {}
        }
    }
    found
}

/// What `<property>` tells.
pub(crate) fn of_property(known: &'static str, tag: &Tag<'_>) -> &'static str {
    match tag.attribute("name").as_deref() {
        Some("go.version") if known == UNKNOWN => "gotestsum",
        Some("surefire.test.class.path" | "surefire.real.class.path") => "surefire",
        _ => known,
    }
}
