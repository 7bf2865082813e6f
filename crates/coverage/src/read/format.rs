//! The formats we read, and what people call them.

use std::fmt;

/// The formats we read.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Format {
    /// Clover XML of PHPUnit, OpenClover, Istanbul (Jest, nyc, Vitest).
    Clover,
    /// Cobertura XML of any tool.
    Cobertura,
    /// LCOV tracefiles of lcov, Istanbul, LLVM, PHPUnit.
    Lcov,
    /// JaCoCo XML.
    Jacoco,
    /// One file of the directory that PHPUnit writes with `--coverage-xml`.
    PhpunitXml,
}

impl Format {
    /// Every format, in the order in which they are listed to people.
    pub const ALL: [Self; 5] = [Self::Clover, Self::Cobertura, Self::Lcov, Self::Jacoco, Self::PhpunitXml];

    /// The name on the command line and in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clover => "clover",
            Self::Cobertura => "cobertura",
            Self::Lcov => "lcov",
            Self::Jacoco => "jacoco",
            Self::PhpunitXml => "phpunit-xml",
        }
    }

    /// The format that a person means by `name`, in any case: its [name](Self::as_str) or another that is in use.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase().replace('_', "-");
        Self::ALL.into_iter().find(|format| format.as_str() == name || format.aliases().contains(&&*name))
    }

    const fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::Clover => &["openclover", "clover-xml"],
            Self::Cobertura => &["cobertura-xml"],
            Self::Lcov => &["info", "lcov-info"],
            Self::Jacoco => &["jacoco-xml"],
            Self::PhpunitXml => &["coverage-xml"],
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
        assert_eq!(Format::from_name("coverage_xml"), Some(Format::PhpunitXml));
        assert_eq!(Format::from_name("xml"), None);
    }
}
