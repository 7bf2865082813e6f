//! The formats we read, and what people call them.

/// The formats we read.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Format {
    /// PHPStan `json` and `prettyJson`.
    PhpstanJson,
    /// PHPStan `raw`, with and without `-v`; also any `path:line:message`.
    PhpstanRaw,
    /// PHP_CodeSniffer `json`.
    PhpcsJson,
    /// PHP_CodeSniffer `xml`.
    PhpcsXml,
    /// PHP_CodeSniffer `emacs`.
    PhpcsEmacs,
    /// PHP_CodeSniffer `csv`.
    PhpcsCsv,
    /// PHP-CS-Fixer `json`.
    CsFixerJson,
    /// PHP-CS-Fixer `xml`.
    CsFixerXml,
    /// Psalm `json`.
    PsalmJson,
    /// Rector `json`.
    RectorJson,
    /// Deptrac `json`.
    DeptracJson,
    /// PHPMD `json`.
    PhpmdJson,
    /// Checkstyle XML of any tool.
    Checkstyle,
    /// JUnit XML as static analysers write it.
    Junit,
    /// GitLab code quality (Code Climate) JSON.
    Gitlab,
    /// GitHub workflow commands (`::error file=…`).
    Github,
    /// TeamCity service messages.
    Teamcity,
    /// SARIF 2.1.0.
    Sarif,
    /// Our own JSON, `stepgate.report/v1`.
    Stepgate,
}

impl Format {
    /// Every format, in the order in which they are listed to people.
    pub const ALL: [Self; 19] = [
        Self::PhpstanJson,
        Self::PhpstanRaw,
        Self::PhpcsJson,
        Self::PhpcsXml,
        Self::PhpcsEmacs,
        Self::PhpcsCsv,
        Self::CsFixerJson,
        Self::CsFixerXml,
        Self::PsalmJson,
        Self::RectorJson,
        Self::DeptracJson,
        Self::PhpmdJson,
        Self::Checkstyle,
        Self::Junit,
        Self::Gitlab,
        Self::Github,
        Self::Teamcity,
        Self::Sarif,
        Self::Stepgate,
    ];

    /// The name on the command line and in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PhpstanJson => "phpstan-json",
            Self::PhpstanRaw => "phpstan-raw",
            Self::PhpcsJson => "phpcs-json",
            Self::PhpcsXml => "phpcs-xml",
            Self::PhpcsEmacs => "phpcs-emacs",
            Self::PhpcsCsv => "phpcs-csv",
            Self::CsFixerJson => "php-cs-fixer-json",
            Self::CsFixerXml => "php-cs-fixer-xml",
            Self::PsalmJson => "psalm-json",
            Self::RectorJson => "rector-json",
            Self::DeptracJson => "deptrac-json",
            Self::PhpmdJson => "phpmd-json",
            Self::Checkstyle => "checkstyle",
            Self::Junit => "junit",
            Self::Gitlab => "gitlab",
            Self::Github => "github",
            Self::Teamcity => "teamcity",
            Self::Sarif => "sarif",
            Self::Stepgate => "stepgate-json",
        }
    }

    /// The format that a person means by `name`, in any case: its [name](Self::as_str), the name of its tool or
    /// another that is in use.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase().replace('_', "-");
        Self::ALL.into_iter().find(|format| format.as_str() == name || format.aliases().contains(&&*name))
    }

    /// What it is written in.
    pub(super) const fn syntax(self) -> Syntax {
        match self {
            Self::Checkstyle | Self::Junit | Self::PhpcsXml | Self::CsFixerXml => Syntax::Xml,
            Self::PhpstanRaw | Self::PhpcsEmacs | Self::PhpcsCsv | Self::Github | Self::Teamcity => Syntax::Lines,
            Self::PhpstanJson
            | Self::PhpcsJson
            | Self::CsFixerJson
            | Self::PsalmJson
            | Self::RectorJson
            | Self::DeptracJson
            | Self::PhpmdJson
            | Self::Gitlab
            | Self::Sarif
            | Self::Stepgate => Syntax::Json,
        }
    }

    const fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::PhpstanJson => &["phpstan", "phpstan-prettyjson"],
            Self::PhpstanRaw => &["raw", "text"],
            Self::PhpcsJson => &["phpcs", "php-codesniffer", "codesniffer"],
            Self::PhpcsXml => &[],
            Self::PhpcsEmacs => &["emacs"],
            Self::PhpcsCsv => &["csv"],
            Self::CsFixerJson => &["php-cs-fixer", "csfixer", "cs-fixer", "csfixer-json"],
            Self::CsFixerXml => &["csfixer-xml"],
            Self::PsalmJson => &["psalm"],
            Self::RectorJson => &["rector"],
            Self::DeptracJson => &["deptrac"],
            Self::PhpmdJson => &["phpmd"],
            Self::Checkstyle => &["checkstyle-xml"],
            Self::Junit => &["junit-xml"],
            Self::Gitlab => &["codeclimate", "code-climate", "codequality", "code-quality"],
            Self::Github => &["github-actions"],
            Self::Teamcity => &[],
            Self::Sarif => &["sarif-json"],
            Self::Stepgate => &["stepgate", "json"],
        }
    }
}

/// What a format is written in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Syntax {
    Json,
    Xml,
    Lines,
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_name_and_no_name_means_two() {
        let mut names = Vec::new();
        for format in Format::ALL {
            assert_eq!(Format::from_name(&format.as_str().to_uppercase()), Some(format));
            names.extend(format.aliases().iter().copied().chain([format.as_str()]));
        }
        let given = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), given);
        assert_eq!(Format::from_name("php_codesniffer"), Some(Format::PhpcsJson));
        assert_eq!(Format::from_name("xml"), None);
    }
}
