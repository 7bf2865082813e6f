//! A configuration of PHPUnit that runs some files only. PHPUnit 9 takes a single path on its command line, so that a
//! list of files has to come as a test suite.

use std::path::Path;

use step::{Failure, Result, files};

/// The configurations that PHPUnit looks for, in its order (`XmlConfigurationFileFinder` of PHPUnit 10 and later;
/// before, the second was not known).
pub const CONFIGS: [&str; 3] = ["phpunit.xml", "phpunit.dist.xml", "phpunit.xml.dist"];

/// The configuration of `dir`, with `tests` as its only test suite.
pub(crate) fn config(tests: &[&str], dir: &Path) -> Result<String> {
    let Some(name) = CONFIGS.into_iter().find(|name| dir.join(name).is_file()) else {
        return Err(Failure::input("cannot make a configuration of PHPUnit: there is none here to start from").hint(
            "run this where phpunit.xml, phpunit.dist.xml or phpunit.xml.dist is, or print the files: --print lines",
        ));
    };
    let bytes = files::read(&dir.join(name), 1 << 20)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    with_tests(&text, tests)
        .ok_or_else(|| Failure::input(format!("cannot use {name}")).because("it has no <phpunit> element"))
}

/// `config` with one test suite. What else it says stays, byte for byte.
fn with_tests(config: &str, tests: &[&str]) -> Option<String> {
    let mut suites = String::from("<testsuites>\n        <testsuite name=\"part\">\n");
    for test in tests {
        suites += &format!("            <file>{}</file>\n", escaped(test));
    }
    suites += "        </testsuite>\n    </testsuites>";
    let blank = without_comments(config);
    if let (Some(from), Some(to)) = (blank.find("<testsuites>"), blank.find("</testsuites>")) {
        let end = to + "</testsuites>".len();
        return (from < to).then(|| format!("{}{suites}{}", &config[..from], &config[end..]));
    }
    let end = blank.rfind("</phpunit>")?;
    Some(format!("{}    {suites}\n{}", &config[..end], &config[end..]))
}

/// `config` with its comments blanked, so that what stands in them is not found; every byte keeps its place.
fn without_comments(config: &str) -> String {
    let mut out = String::with_capacity(config.len());
    let mut rest = config;
    while let Some(start) = rest.find("<!--") {
        let end = rest[start..].find("-->").map_or(rest.len(), |length| start + length + "-->".len());
        out.push_str(&rest[..start]);
        out.extend(std::iter::repeat_n(' ', end - start));
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

fn escaped(path: &str) -> String {
    path.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_suites_change() {
        let config = "<?xml version=\"1.0\"?>\n<phpunit a=\"1\">\n    <!-- <testsuites></testsuites> é -->\n    <testsuites>\n        <testsuite name=\"x\"><directory>tests</directory></testsuite>\n    </testsuites>\n    <source/>\n</phpunit>\n";
        let made = with_tests(config, &["tests/A&BTest.php", "tests/CTest.php"]).expect("a configuration");
        assert_eq!(
            made,
            "<?xml version=\"1.0\"?>\n<phpunit a=\"1\">\n    <!-- <testsuites></testsuites> é -->\n    <testsuites>\n        <testsuite name=\"part\">\n            <file>tests/A&amp;BTest.php</file>\n            <file>tests/CTest.php</file>\n        </testsuite>\n    </testsuites>\n    <source/>\n</phpunit>\n"
        );
        let without = with_tests("<phpunit>\n</phpunit>", &["a"]).expect("a configuration");
        assert!(without.starts_with("<phpunit>\n    <testsuites>") && without.ends_with("</testsuites>\n</phpunit>"));
        assert_eq!(with_tests("<html/>", &["a"]), None);
    }
}
