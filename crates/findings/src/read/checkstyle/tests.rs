use super::read;
use crate::read::json::testing::{show, survives_damage};

#[test]
fn phpstan_is_told_by_its_hand_and_read_like_its_json() {
    let text = r#"<?xml version="1.0" encoding="UTF-8"?>
<checkstyle>
<file name="src/A.php">
  <error line="3" column="1" severity="error" message="Call to an undefined method App\A::nope()." source="method.notFound" />
  <error line="0" column="1" severity="error" message="Ignored error pattern #x# was not matched in reported errors." source="ignore.unmatched" />
</file>
<file name="src/Broken.php">
  <error line="9" column="1" severity="error" message="Syntax error, unexpected '}' on line 9" source="phpstan.parse" />
</file>
<file>
  <error severity="error" message="Path nowhere does not exist" />
</file>
</checkstyle>
"#;
    insta::assert_snapshot!(show(read, text), @r#"
    phpstan
      high src/A.php:3:0:0 [method.notFound] "Call to an undefined method App\\A::nope()."
      critical src/A.php:0:0:0 [ignore.unmatched] "Ignored error pattern #x# was not matched in reported errors." not-ignorable
      critical src/Broken.php:9:0:0 [phpstan.parse] "Syntax error, unexpected '}' on line 9" not-ignorable
      problem: PHPStan could not analyse src/Broken.php and leaves other findings out: Syntax error, unexpected '}' on line 9
      problem: PHPStan reports an error that belongs to no file: Path nowhere does not exist
    left: "\n"
    "#);
}

#[test]
fn phpcs_is_told_by_its_sniffs() {
    let text = r#"<checkstyle version="3.7.1">
<file name="/repo/src/A B.php">
 <error line="5" column="12" severity="warning" message="Expected &quot;\n&quot;; caf&#233; &#x1F41B;" source="Generic.Files.LineLength.TooLong"/>
 <error line="1" column="1" severity="error" message="No code" source="Internal.NoCodeFound"/>
</file>
</checkstyle>"#;
    insta::assert_snapshot!(show(read, text), @r#"
    phpcs
      medium src/A B.php:5:0:12 [Generic.Files.LineLength.TooLong] "Expected \"\\n\"; café 🐛"
      high src/A B.php:1:0:1 [Internal.NoCodeFound] "No code"
    "#);
}

#[test]
fn php_cs_fixer_names_rules_and_no_lines() {
    let text = r#"<checkstyle version="PHP CS Fixer 3.95.3 (b102b3b) Adalbertus">
  <file name="src/A.php">
    <error severity="warning" source="PHP-CS-Fixer.single_line_empty_body" message="Found violation(s) of type: single_line_empty_body"/>
  </file>
</checkstyle>"#;
    insta::assert_snapshot!(show(read, text), @r#"
    php-cs-fixer
      medium src/A.php:0:0:0 [single_line_empty_body] "Found violation(s) of type: single_line_empty_body"
    "#);
}

#[test]
fn psalm_puts_the_type_before_the_message_and_each_issue_into_a_file_of_its_own() {
    let text = r#"<checkstyle>
<file name="src/A.php">
 <error line="3" column="5" severity="error" message="UndefinedClass: Class App\B does not exist"/>
</file>
<file name="src/A.php">
 <error line="4" column="5" severity="info" message="MixedAssignment: Unable to determine the type: really"/>
</file>
</checkstyle>"#;
    insta::assert_snapshot!(show(read, text), @r#"
    psalm
      high src/A.php:3:0:5 [UndefinedClass] "Class App\\B does not exist"
      info src/A.php:4:0:5 [MixedAssignment] "Unable to determine the type: really"
    "#);
}

#[test]
fn of_other_tools_every_oddity_is_read_as_what_it_means() {
    let text = r#"<!-- by hand --><checkstyle version="8.19" xmlns:x="urn:x">
<file name="src\B.java" x:extra="1">
 <error line="abc" severity="ignore" message="not a number &nbsp; &amp;amp; R&D"/>
 <error line="-1" severity="FATAL" message="severities in any case"/>
 <error line="4294967296" column="" severity="" message="none at all" source="com.example.Check"/>
 <exception><![CDATA[java.lang.NullPointerException
   at x]]></exception>
</file>
<file name="src\B.java"><error severity="notice" message="the same file again"></error></file>
<file name=""><error severity="error" message="about no file"/></file>
</checkstyle>"#;
    insta::assert_snapshot!(show(read, text), @r#"
    checkstyle
      info src/B.java:0:0:0 [] "not a number &nbsp; &amp; R&D"
      critical src/B.java:0:0:0 [] "severities in any case"
      high src/B.java:0:0:0 [com.example.Check] "none at all"
      low src/B.java:0:0:0 [] "the same file again"
      problem: checkstyle failed on src/B.java: "java.lang.NullPointerException"
      problem: the report holds an error that belongs to no file: about no file
      note: 3 lines or columns are no numbers: read as 0
      note: 2 references to characters or entities that XML does not know were kept as they are
    "#);
}

#[test]
fn what_stands_before_a_break_is_read_and_the_break_is_a_problem() {
    let head = r#"<checkstyle version="1"><file name="a.php"><error line="1" severity="error" message="m"/>"#;
    insta::assert_snapshot!(show(read, head), @r#"
    checkstyle
      high a.php:1:0:0 [] "m"
      problem: line 1, column 90: the document ends too early: it was cut short; nothing behind that was read
    "#);
    insta::assert_snapshot!(show(read, &format!("{head}\n<error line=\"2")), @r#"
    checkstyle
      high a.php:1:0:0 [] "m"
      problem: line 2, column 1: the document was cut short: syntax error: attribute value not closed: `"` not found before end of input; nothing behind that was read
    "#);
    insta::assert_snapshot!(show(read, &format!("{head}\n </checkstyle>")), @r#"
    checkstyle
      high a.php:1:0:0 [] "m"
      problem: line 2, column 2: the XML is not well-formed: ill-formed document: expected `</file>`, but `</checkstyle>` was found; nothing behind that was read
    "#);
    insta::assert_snapshot!(show(read, &format!("{head}<error line=2/></file></checkstyle>")), @r#"
    checkstyle
      high a.php:1:0:0 [] "m"
      problem: line 1, column 90: <error> is not well-formed: position 11: attribute value must be enclosed in `"` or `'`; nothing behind that was read
    "#);
}

#[test]
fn an_element_that_nobody_knows_may_be_a_finding() {
    let text = r#"<checkstyle><file name="a.php"><violation line="1"/><violation line="2"/></file></checkstyle>"#;
    insta::assert_snapshot!(show(read, text), @"
    checkstyle
      problem: there is a <violation>, which Checkstyle XML does not have
    ");
}

#[test]
fn a_document_type_is_refused_before_anything_of_it_is_expanded() {
    let text = "<?xml version=\"1.0\"?>\n<!DOCTYPE lolz [<!ENTITY lol \"lol\">]><checkstyle/>";
    insta::assert_snapshot!(show(read, text), @"
    error: line 2, column 1: the XML declares a document type (DTD), which can make a small file grow without limit; no analyser writes one, so it is refused
    ");
}

#[test]
fn damaged_reports_never_panic() {
    survives_damage(
        read,
        r#"<checkstyle version="1"><!-- c --><file name="a&#x41;.php"><error line="1" message="&lt;m&gt;"/><exception><![CDATA[x]]></exception></file></checkstyle>"#,
    );
}

#[test]
fn an_attribute_given_twice_is_one_source() {
    let text = r#"<checkstyle><file name="a.php"><error line="1" severity="error" message="m" source="A.B.C" source="A.B.C"/></file></checkstyle>"#;
    assert_eq!(show(read, text), "checkstyle\n  high a.php:1:0:0 [A.B.C] \"m\"\n");
}
