//! The tools that `run` knows: how each is found, and how it is asked for a report that we read.

/// A tool that is known without any config.
pub(super) struct Known {
    /// Its name in reports and in the config.
    pub(super) name: &'static str,
    /// Its own config files, one of which shows that the project uses it.
    pub(super) configs: &'static [&'static str],
    /// Arguments that make it print its JSON report and nothing else.
    pub(super) args: &'static [&'static str],
    /// How paths follow the arguments.
    pub(super) paths: Paths,
    /// How to get it.
    pub(super) install: &'static str,
}

/// How a tool takes the paths it is to look at.
#[derive(Clone, Copy)]
pub(super) enum Paths {
    /// As further arguments; without any the tool's own config says.
    After,
    /// As further arguments, behind these when the tool has a config file; without any that config says.
    Behind(&'static [&'static str]),
    /// As the first argument, with commas between; without any `.` is given.
    FirstWithCommas,
    /// Not at all.
    Never,
}

pub(super) const TOOLS: &[Known] = &[
    Known {
        name: "phpstan",
        configs: &["phpstan.neon", "phpstan.neon.dist", "phpstan.dist.neon"],
        args: &["analyse", "--error-format=json", "--no-progress", "--no-interaction"],
        paths: Paths::After,
        install: "composer require --dev phpstan/phpstan",
    },
    Known {
        name: "phpcs",
        configs: &["phpcs.xml", "phpcs.xml.dist", ".phpcs.xml", ".phpcs.xml.dist"],
        args: &["--report=json", "-q", "--no-colors"],
        paths: Paths::After,
        install: "composer require --dev squizlabs/php_codesniffer",
    },
    Known {
        name: "php-cs-fixer",
        configs: &[".php-cs-fixer.php", ".php-cs-fixer.dist.php"],
        // The rules of a file are only named with -v, the lines only in the diff.
        args: &["fix", "--dry-run", "--diff", "--format=json", "-v", "--show-progress=none", "--no-interaction"],
        paths: Paths::Behind(&["--config={config}", "--path-mode=intersection"]),
        install: "composer require --dev friendsofphp/php-cs-fixer",
    },
    Known {
        name: "psalm",
        configs: &["psalm.xml", "psalm.xml.dist"],
        args: &["--output-format=json", "--no-progress"],
        paths: Paths::After,
        install: "composer require --dev vimeo/psalm",
    },
    Known {
        name: "rector",
        configs: &["rector.php"],
        args: &["process", "--dry-run", "--output-format=json", "--no-progress-bar", "--no-interaction"],
        paths: Paths::After,
        install: "composer require --dev rector/rector",
    },
    Known {
        name: "deptrac",
        configs: &["deptrac.yaml", "deptrac.yml", "deptrac.config.php"],
        args: &["analyse", "--formatter=json", "--no-progress", "--no-interaction"],
        paths: Paths::Never,
        install: "composer require --dev deptrac/deptrac",
    },
    Known {
        name: "phpmd",
        configs: &["phpmd.xml", "phpmd.xml.dist"],
        args: &["json", "{config}", "--exclude", "*/vendor/*,*/var/*,*/node_modules/*"],
        paths: Paths::FirstWithCommas,
        install: "composer require --dev phpmd/phpmd",
    },
];

/// The tool of that name.
pub(super) fn known(name: &str) -> Option<&'static Known> {
    TOOLS.iter().find(|known| known.name == name)
}

impl Known {
    /// The arguments to run it with, given its config file and the paths to look at.
    pub(super) fn arguments(&self, config: Option<&str>, paths: &[String]) -> Vec<String> {
        let name = config.or(self.configs.first().copied()).unwrap_or_default();
        let named = |args: &[&str]| args.iter().map(|arg| arg.replace("{config}", name)).collect::<Vec<_>>();
        let mut args = named(self.args);
        match self.paths {
            Paths::Never => {}
            Paths::FirstWithCommas => {
                let paths = if paths.is_empty() { ".".to_owned() } else { paths.join(",") };
                args.insert(0, paths);
            }
            Paths::After => args.extend_from_slice(paths),
            Paths::Behind(_) if paths.is_empty() => {}
            Paths::Behind(these) => {
                args.extend(config.map(|_| named(these)).unwrap_or_default());
                args.push("--".to_owned());
                args.extend_from_slice(paths);
            }
        }
        args
    }
}
