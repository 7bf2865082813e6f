use super::import;
use crate::baseline::BaselineError;

fn imported(text: &str, dir: &str) -> String {
    let (baseline, notes) = import(text, dir).unwrap();
    let shown = |entry: &crate::baseline::Entry| {
        format!("{} | {} | {} | {:?} | {}", entry.path, entry.tool, entry.rule, entry.message, entry.count)
    };
    baseline.entries().iter().map(shown).chain(notes).collect::<Vec<_>>().join("\n")
}

fn refusal(text: &str) -> String {
    import(text, "").unwrap_err().to_string()
}

const NEON: &str = r##"includes:
	- phpstan.neon.dist
parameters:
	level: 8
	ignoreErrors:
		-
			message: '#^Casting to string something that''s already string\.$#'
			identifier: cast.useless
			count: 3
			path: src/A.php

		- # by hand
			message: "#^Cannot use \"a\\|b\" with 100%%\\.$#" # later
			count: 1
			path: ../lib/./B.php
		-
			rawMessage: 'Call to method foo() (bar).'
			count: 2
			path: src/A.php
		-
			message: '''
				#^Call to deprecated method a\(\)\:
				  use b\(\) instead$#
			'''
			identifier: method.deprecated
			count: 1
			path: src/A.php
		-
			identifier: missingType.generics
			count: 4
			path: src/A.php
		- message: '#^Not .* text$#'
		  count: 1
		  path: src/A.php
		-
			message: '#^Call to method foo\(\)\.$#'
			paths:
				- src/A.php
				- src/B.php
		-
			message: '#^Any number$#'
			path: src/A.php
		- '#^Everywhere$#'
		-
			message: '#^Outside$#'
			count: 1
			path: ../../A.php
	tmpDir: var
"##;

#[test]
fn phpstans_neon_is_imported_and_what_cannot_be_is_said() {
    insta::assert_snapshot!(imported(NEON, "app"), @r#"
    app/src/A.php | phpstan |  | "Call to method foo() (bar)." | 2
    app/src/A.php | phpstan | cast.useless | "Casting to string something that's already string." | 3
    app/src/A.php | phpstan | method.deprecated | "Call to deprecated method a():\n  use b() instead" | 1
    app/src/A.php | phpstan | missingType.generics | "" | 4
    lib/B.php | phpstan |  | "Cannot use \"a|b\" with 100%." | 1
    line 32 is not imported: its message `#^Not .* text$#` is a pattern, not the text of one message
    line 35 is not imported: `paths` can stand for any number of findings
    line 40 is not imported: it has no `count`, so any number of findings is ignored
    line 43 is not imported: `'#^Everywhere$#'` is no `key: value` pair
    line 44 is not imported: its path `../../A.php` is not known to be in the repository
    "#);
}

const PHP: &str = r##"<?php declare(strict_types = 1);

$ignoreErrors = [];
$ignoreErrors[] = [
	// identifier: cast.useless
	'message' => '#^It\'s App\\\\A\\:\\:b\\(\\), not \\#1\\.$#',
	'identifier' => 'cast.useless',
	'count' => 3,
	'path' => __DIR__ . '/../src/A.php',
];
$ignoreErrors[] = [
	'message' => "#^Costs \\\$5\\.\x0a\u{e9}$#",
	'count' => 1,
	'path' => __DIR__ . '/src/B.php',
];
$ignoreErrors[] = ['message' => '#^a$#', 'paths' => [__DIR__ . '/a.php', __DIR__ . '/b.php']];
$ignoreErrors[] = ['message' => $pattern, 'count' => 1, 'path' => __DIR__ . '/a.php'];
$ignoreErrors[] = ['#^a$#'];

return ['parameters' => ['ignoreErrors' => $ignoreErrors]];
"##;

#[test]
fn phpstans_php_is_imported_and_what_cannot_be_is_said() {
    insta::assert_snapshot!(imported(PHP, "app/config"), @r#"
    app/config/src/B.php | phpstan |  | "Costs $5.\né" | 1
    app/src/A.php | phpstan | cast.useless | "It's App\\A::b(), not #1." | 3
    line 16 is not imported: `paths` can stand for any number of findings
    line 17 is not imported: `message` can stand for any number of findings
    line 18 is not imported: it is not made of `'key' => value` pairs
    "#);
}

const PSALM: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<files psalm-version="5.0.0@abc">
  <file src="src/A&amp;B.php">
    <InvalidReturnType occurrences="3">
      <code>a</code>
    </InvalidReturnType>
    <PossiblyNullReference>
      <code><![CDATA[$a->b]]></code>
      <code><![CDATA[<file>]]></code>
    </PossiblyNullReference>
    <UnusedClass/>
  </file>
</files>
"#;

#[test]
fn psalms_xml_allows_so_many_of_a_type() {
    insta::assert_snapshot!(imported(PSALM, ""), @r#"
    src/A&B.php | psalm | InvalidReturnType | "" | 3
    src/A&B.php | psalm | PossiblyNullReference | "" | 2
    line 11 is not imported: it does not say how often UnusedClass occurs
    "#);
}

#[test]
fn what_is_no_baseline_or_a_broken_one_is_refused_with_its_line() {
    insta::assert_snapshot!(refusal("parameters:\n\tlevel: 8\n"), @"line 1: there is no `ignoreErrors` here; only baselines of PHPStan and Psalm can be imported");
    insta::assert_snapshot!(refusal("<?php return [];"), @"line 1: there is no `$ignoreErrors` here; only baselines of PHPStan and Psalm can be imported");
    insta::assert_snapshot!(refusal("<?php\n$ignoreErrors = [];\n$ignoreErrors[] = ['message' =>"), @"line 3: the file ends inside this array");
    insta::assert_snapshot!(refusal("<?php\n$ignoreErrors[] = ['message"), @"line 2: the file ends inside this string or comment");
    insta::assert_snapshot!(refusal("{\"schema\":\"stepgate.baseline/v1\"}"), @"line 1: this is JSON; only baselines of PHPStan (.neon, .php) and Psalm (.xml) can be imported");
    insta::assert_snapshot!(refusal("parameters:\n\tignoreErrors:\n<<<<<<< HEAD\n"), @"line 3: a merge left its conflict here; resolve it first");
    insta::assert_snapshot!(refusal("ignoreErrors:\n\t-\n\t\tmessage: '''\n\t\t\tabc\n"), @"line 3: the file ends inside this string, which ''' should end");
    insta::assert_snapshot!(refusal(&PSALM[..300]), @"line 10: the XML is not well-formed: syntax error: tag not closed: `>` not found before end of input");
    insta::assert_snapshot!(refusal("<checkstyle/>"), @"line 1: <checkstyle> is no baseline of Psalm, which starts with <files>");
    let twice = PSALM.replace("</files>", "<file src=\"src/A&amp;B.php\"><X><code>1</code></X></file></files>");
    insta::assert_snapshot!(refusal(&twice), @"line 13: `src/A&B.php` is listed on line 3 too; join the two by hand");
}

#[test]
fn an_empty_list_is_an_empty_baseline() {
    for empty in ["parameters:\n\tignoreErrors: []\n", "<?php\n$ignoreErrors = [];\nreturn [];", "<files/>"] {
        assert_eq!(imported(empty, ""), "");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused(
        start in proptest::sample::select(vec!["<?php $ignoreErrors[] = [", "ignoreErrors:\n\t-\n\t\tmessage: ", "<files><file src=\"a\">"]),
        rest in "(['\"\\[\\]=>,.\\\\$\n\t#{}u0-9a-z:<>/-]|'''\n|message|count: 1){0,40}",
    ) {
        let text = format!("{start}{rest}");
        if let Err(BaselineError { line, .. }) = import(&text, "") {
            proptest::prop_assert!((1..=text.matches('\n').count() + 1).contains(&line));
        }
    }
}
