use std::collections::BTreeMap;

use proptest::prelude::*;
use quick_xml::events::Event;
use xml::{Scanner, Token};

use super::*;
use crate::case::Case;
use crate::scan::{Limits, scan};

/// A document read: what is known of it, and its cases as `id status message`, in order of their text.
fn read(document: &[u8]) -> (Scan, Vec<String>) {
    let mut cases = Vec::new();
    let scan = scan(document, Limits::default(), &mut |case: &Case, _| {
        let line = format!("{} {} {}", case.id(), case.status.as_str(), case.message());
        // Whether a character that XML forbids was written on yet makes no difference.
        cases.push(line.replace(text::is_forbidden, "\u{FFFD}"));
    });
    cases.sort_unstable();
    (scan.unwrap(), cases)
}

fn merge_scanned(documents: &[(&[u8], &Scan)]) -> Vec<u8> {
    let mut out = Vec::new();
    let scans: Vec<&Scan> = documents.iter().map(|(_, scan)| *scan).collect();
    let mut writer = Writer::start(&scans, &mut out).unwrap();
    for (document, scan) in documents {
        writer.copy(*document, scan).unwrap();
    }
    writer.end().unwrap();
    out
}

fn merge(documents: &[&[u8]]) -> Vec<u8> {
    let scans: Vec<Scan> = documents.iter().map(|document| read(document).0).collect();
    merge_scanned(&documents.iter().copied().zip(&scans).collect::<Vec<_>>())
}

/// One document merged alone, without the first line, the root and its totals.
fn merged(document: &str) -> String {
    let merged = String::from_utf8(merge(&[document.as_bytes()])).unwrap();
    assert_well_formed(merged.as_bytes());
    let inner = merged.split_once("<testsuites").unwrap().1.split_once(">\n").unwrap().1;
    inner.strip_suffix("</testsuites>\n").unwrap().trim().to_owned()
}

/// By our scanner, strictly, and by quick-xml.
fn assert_well_formed(document: &[u8]) {
    let shown = String::from_utf8_lossy(document);
    let mut scanner = Scanner::new(document);
    while let Some(token) = scanner.next().unwrap() {
        let stands = match token {
            Token::Open(tag) => tag.attributes().all(|attribute| attribute.stands()),
            Token::Text(text) => text.stands(),
            Token::Close => true,
        };
        assert!(stands, "{token:?} in {shown}");
    }
    assert!(scanner.is_exact(), "{shown}");
    let mut reader = quick_xml::Reader::from_reader(document);
    let mut buffer = Vec::new();
    loop {
        match reader.read_event_into(&mut buffer).unwrap() {
            Event::Eof => break,
            Event::Start(tag) | Event::Empty(tag) => assert!(tag.attributes().all(|read| read.is_ok()), "{shown}"),
            _ => {}
        }
        buffer.clear();
    }
}

/// What a document says, whatever the way it is written: tags with their attributes in order of their names, texts of
/// one run together, none that is only space between suites.
fn said(document: &[u8]) -> Vec<String> {
    let mut scanner = Scanner::new(document);
    let (mut said, mut text) = (Vec::new(), String::new());
    let end_text = |text: &mut String, said: &mut Vec<String>, depth: usize| {
        let text = std::mem::take(text);
        if !text.is_empty() && (depth > 1 || !text.trim().is_empty()) {
            said.push(format!("text {text}"));
        }
    };
    loop {
        let depth = scanner.depth();
        match scanner.next().unwrap() {
            None => return said,
            Some(Token::Text(piece)) => text += &piece.decode().replace(text::is_forbidden, "\u{FFFD}"),
            Some(Token::Close) => {
                end_text(&mut text, &mut said, depth);
                said.push("close".to_owned());
            }
            Some(Token::Open(tag)) => {
                end_text(&mut text, &mut said, depth);
                let attributes = tag.attributes().map(|attribute| (attribute.full_name, attribute.value()));
                let attributes: BTreeMap<_, _> = attributes.collect();
                said.push(format!("{} {attributes:?}", tag.name()));
            }
        }
    }
}

/// Everything that stands in a document, however often: values of attributes of cases and parts, but for `time`, and
/// texts. Their order is lost.
fn everything(document: &[u8]) -> BTreeMap<String, usize> {
    let mut all = BTreeMap::new();
    let mut add = |what: String| *all.entry(what.replace(text::is_forbidden, "\u{FFFD}")).or_default() += 1;
    let mut scanner = Scanner::new(document);
    let mut text = String::new();
    while let Some(token) = scanner.next().unwrap() {
        if let Token::Text(piece) = token {
            text += &piece.decode();
            continue;
        }
        let before = std::mem::take(&mut text);
        if !before.trim().is_empty() {
            add(before);
        }
        if let Token::Open(tag) = token
            && !matches!(tag.name(), "testsuite" | "testsuites")
        {
            for attribute in tag.attributes().filter(|attribute| !matches!(attribute.full_name, "time" | "xmlns")) {
                if attribute.full_name == attribute.name {
                    add(format!("{}={}", attribute.name, attribute.value()));
                }
            }
        }
    }
    all
}

/// A text as it may stand between tags, well-formed or not.
fn text_between() -> impl Strategy<Value = String> {
    let atoms =
        ["a", "B::c", "\n  ", "é漢🎉", "&lt;&amp;", "&#10;", "&#x1F;", "&nbsp;", "& ", "\u{1b}[0m", "]]", "]]>"];
    let more =
        ["<![CDATA[<&\u{7}]]>", "<![CDATA[]]>", "<!-- > -->", "<?x y?>", ">", "\"'", "\u{FFFE}", "&#65;", "&#+65;"];
    let plain = prop::sample::select(vec!["a", " b\n", "&lt;", "é"]);
    let any = prop::sample::select([&atoms[..], &more[..]].concat());
    prop_oneof![
        3 => prop::collection::vec(plain, 0..4).prop_map(|atoms| atoms.concat()),
        1 => prop::collection::vec(any, 0..6).prop_map(|atoms| atoms.concat()),
    ]
}

/// ` name="value"`, or nothing.
fn attribute_of(name: &'static str, values: &[&'static str]) -> impl Strategy<Value = String> {
    let value = prop::sample::select(values.to_vec());
    (value, 0..8_u8).prop_map(move |(value, style)| match style {
        0 => String::new(),
        1 if !value.contains('\'') => format!(" {name}='{value}'"),
        2 => format!("\n {name} = \"{}\" ", value.replace('"', "&#34;")),
        _ => format!(" {name}=\"{}\"", value.replace('"', "&quot;")),
    })
}

const NAMES: &[&str] = &[
    "a",
    "b",
    "testX (attempt 2 of 3)",
    "with data set \"x &lt; 1\"",
    "é",
    "\u{1b}[31m",
    "a < b & c",
    "&#27;",
    "x\ny",
];

fn part() -> impl Strategy<Value = String> {
    let names =
        ["failure", "error", "skipped", "system-out", "system-err", "flakyFailure", "rerunFailure", "rerunError"];
    let others = ["properties", "property", "stackTrace", "odd", "n:odd"];
    let name = prop::sample::select([&names[..], &others[..]].concat());
    let attributes = (attribute_of("message", NAMES), attribute_of("type", &["E", "a.B"]), attribute_of("x:y", &["1"]));
    let open = (name, attributes).prop_map(|(name, (message, kind, odd))| (name, format!("{message}{kind}{odd}")));
    let leaf = (open, text_between()).prop_map(|((name, attributes), text)| match text.as_str() {
        "" => format!("<{name}{attributes}/>"),
        _ => format!("<{name}{attributes}>{text}</{name} >"),
    });
    (leaf, prop::option::weighted(0.1, text_between())).prop_map(|(leaf, around)| match around {
        Some(text) => format!("<flakyError message=\"x\">{leaf}{text}</flakyError>"),
        None => leaf,
    })
}

fn case() -> impl Strategy<Value = String> {
    let words = &["run", "passed", "failed", "skipped", "ERROR"];
    let times = &["0.5", "1", "1.000001", "", "1,234.5", "4e-05", "-1", "x"];
    let sure = (attribute_of("name", NAMES), attribute_of("classname", &["A.B", "C"]), attribute_of("time", times));
    let others = (
        prop::option::weighted(0.1, attribute_of("status", words)),
        prop::option::weighted(0.1, attribute_of("class", &["A\\B"])),
        attribute_of("file", &["/a/b.php", "a.php::it"]),
    );
    let parts = prop::collection::vec(prop_oneof![3 => part(), 1 => text_between()], 0..3);
    (sure, others, parts).prop_map(|((name, class, time), (status, php, file), parts)| {
        let attributes = [name, class, time, status.unwrap_or_default(), php.unwrap_or_default(), file].concat();
        if parts.is_empty() {
            format!("<testcase{attributes} />")
        } else {
            format!("<testcase{attributes}>{}</testcase>", parts.concat())
        }
    })
}

/// A case as most are.
fn plain_case() -> impl Strategy<Value = String> {
    let middle = prop::sample::select(vec!["", "<skipped/>", "<failure type='E'>no &lt;</failure>", "<!-- -->", "\n"]);
    (0..9_u8, 0..9_u8, middle).prop_map(|(name, time, middle)| {
        format!("<testcase name=\"t{name}\" classname=\"C\" time=\"0.{time}\">{middle}</testcase>")
    })
}

fn suite() -> impl Strategy<Value = String> {
    let attributes = (
        attribute_of("name", &["S", "pytest", "a.spec.ts", "&lt;", "\u{1b}"]),
        attribute_of("tests", &["1", "99", "x"]),
        attribute_of("hostname", &["chromium"]),
    );
    let attributes = attributes.prop_map(|(name, tests, host)| [name, tests, host].concat()).boxed();
    let inner = prop_oneof![2 => plain_case(), 2 => case(), 1 => part(), 1 => Just("\n ".to_owned())];
    let leaf = (attributes.clone(), prop::collection::vec(inner, 0..4))
        .prop_map(|(attributes, inner)| format!("<testsuite{attributes}>{}</testsuite>", inner.concat()));
    leaf.prop_recursive(3, 12, 3, move |nested| {
        (attributes.clone(), prop::collection::vec(prop_oneof![nested, plain_case()], 0..3)).prop_map(
            |(attributes, inner)| match inner.is_empty() {
                true => format!("<testsuite{attributes}/>"),
                false => format!("<testsuite{attributes}>{}</testsuite>", inner.concat()),
            },
        )
    })
}

fn document() -> impl Strategy<Value = String> {
    let start = prop::sample::select(vec!["", "<?xml version=\"1.0\"?>\n", "\u{FEFF}<?xml version='1.0'?><!-- x -->"]);
    let root = prop::sample::select(vec![
        "<testsuites>",
        "<testsuites name=\"pytest tests\">",
        "<testsuites id='' name='' time='1'>",
    ]);
    let inner = prop_oneof![8 => suite(), 1 => case(), 1 => part(), 1 => Just("\n".to_owned())];
    prop_oneof![
        4 => (start.clone(), root, prop::collection::vec(inner, 0..4))
            .prop_map(|(start, root, inner)| format!("{start}{root}{}</testsuites>\n", inner.concat())),
        1 => (start, prop::collection::vec(prop_oneof![3 => suite(), 1 => case()], 1..3))
            .prop_map(|(start, roots)| format!("{start}{}", roots.join("\n"))),
    ]
}

/// A document as most are, so that it can be copied as it stands.
fn plain_document() -> impl Strategy<Value = String> {
    let head = prop::sample::select(vec!["", " hostname='h&amp;\"' time='7'", " timestamp='x' xmlns:a='u' a:b='c'"]);
    let text = prop::sample::select(vec![
        "\n  ",
        "",
        "<system-out>x &lt; y</system-out>",
        "<system-out><![CDATA[<&]]></system-out>",
    ]);
    let case = plain_case().prop_map(|case| case.replace("<!-- -->", ""));
    let suite = (head, prop::collection::vec((case, text), 0..4)).prop_map(|(head, inner)| {
        let inner: String = inner.into_iter().map(|(case, text)| case + text).collect();
        format!("<testsuite name='s' tests=\"3\"{head}>{inner}</testsuite>")
    });
    let nested = suite.prop_recursive(3, 8, 2, |suite| {
        prop::collection::vec(suite, 0..3).prop_map(|inner| match inner.concat() {
            inner if inner.is_empty() => "<testsuite name=\"e\" />".to_owned(),
            inner => format!("<testsuite name=\"n\">\n{inner}</testsuite>"),
        })
    });
    prop::collection::vec(nested, 0..3).prop_map(|suites| {
        format!(
            "<?xml version=\"1.0\"?>\n<testsuites tests='9'>\n{}</testsuites>\n<testsuite/><!-- -->",
            suites.join("\n")
        )
    })
}

proptest! {
    #[test]
    fn totals_of_the_whole_are_the_sum_of_its_parts_and_it_is_well_formed(documents in prop::collection::vec(document(), 1..4)) {
        let bytes: Vec<&[u8]> = documents.iter().map(String::as_bytes).collect();
        let merged = merge(&bytes);
        assert_well_formed(&merged);
        let mut sum = Totals::default();
        let mut cases = Vec::new();
        for document in &bytes {
            let (scan, its) = read(document);
            sum.join(&scan.totals());
            cases.extend(its);
        }
        let (scan, again) = read(&merged);
        prop_assert_eq!(scan.totals(), sum, "{}", String::from_utf8_lossy(&merged));
        let held = cases.len() as u64 == sum.tests;
        cases.sort_unstable();
        prop_assert!(!held || again == cases, "{:?} {:?}", again, cases);
    }

    #[test]
    fn merging_is_associative_and_commutative_up_to_order(a in document(), b in document(), c in document()) {
        let (a, b, c) = (a.as_bytes(), b.as_bytes(), c.as_bytes());
        let all = read(&merge(&[a, b, c]));
        for other in [merge(&[&merge(&[a, b]), c]), merge(&[a, &merge(&[b, c])]), merge(&[c, a, b])] {
            let other = read(&other);
            prop_assert_eq!(&other.1, &all.1);
            prop_assert_eq!(other.0.totals(), all.0.totals());
        }
    }

    #[test]
    fn merging_what_is_merged_changes_nothing(document in document()) {
        let once = merge(&[document.as_bytes()]);
        let twice = merge(&[&once]);
        prop_assert_eq!(said(&twice), said(&once));
    }

    #[test]
    fn nothing_is_lost(document in document()) {
        let (scan, _) = read(document.as_bytes());
        let left = everything(&merge(&[document.as_bytes()]));
        if scan.folds.is_empty() {
            for (what, count) in everything(document.as_bytes()) {
                prop_assert!(left.get(&what).is_some_and(|left| *left >= count), "{what:?} of {document} in {left:?}");
            }
        }
    }

    #[test]
    fn copying_as_it_stands_says_what_copying_piece_by_piece_does(document in prop_oneof![document(), plain_document()]) {
        let (mut scan, _) = read(document.as_bytes());
        let as_it_stands = merge_scanned(&[(document.as_bytes(), &scan)]);
        scan.verbatim = None;
        let piece_by_piece = merge_scanned(&[(document.as_bytes(), &scan)]);
        prop_assert_eq!(said(&as_it_stands), said(&piece_by_piece));
    }

    #[test]
    fn most_documents_are_copied_as_they_stand(document in plain_document()) {
        prop_assert!(read(document.as_bytes()).0.verbatim.is_some(), "{}", document);
        assert_well_formed(&merge(&[document.as_bytes()]));
    }

    #[test]
    fn what_is_cut_short_is_closed_and_counted(document in document(), at in 0.0..1.0_f64) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the document")]
        let cut = document.floor_char_boundary((document.len() as f64 * at) as usize);
        if let Ok(scan) = scan(&document.as_bytes()[..cut], Limits::default(), &mut |_, _| {}) {
            let merged = merge(&[&document.as_bytes()[..cut]]);
            assert_well_formed(&merged);
            prop_assert_eq!(read(&merged).0.totals(), scan.totals());
        }
    }
}

#[test]
fn what_is_in_order_is_copied_as_it_stands_with_totals_made_anew() {
    let document = "<?xml version=\"1.0\"?>\n<testsuites tests=\"7\">\n  <testsuite name='a \"b\"' tests='7' id=\"1\">\n    <testcase name='x \"&lt;\"' classname=\"C\"   time=\"0.1\" ><failure\n/>é</testcase>\n  </testsuite>\n</testsuites>";
    assert_eq!(
        merged(document),
        "<testsuite name=\"a &quot;b&quot;\" id=\"1\" tests=\"1\" failures=\"1\" errors=\"0\" skipped=\"0\" time=\"0.100000\">\n    <testcase name='x \"&lt;\"' classname=\"C\"   time=\"0.1\" ><failure\n/>é</testcase>\n  </testsuite>"
    );
}

#[test]
fn a_case_gets_what_bitbucket_demands_and_an_element_for_its_status() {
    let document = "<testsuite name='s'><testcase name='a' class='A\\B' status='failed'/><testcase time='1,234.5' status='notrun'/></testsuite>";
    assert_eq!(
        merged(document),
        "<testsuite name=\"s\" tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"1\" time=\"1234.500000\">\
         <testcase name=\"a\" class=\"A\\B\" status=\"failed\" classname=\"A.B\" time=\"0.000000\">\
         <failure message=\"its status is `failed`\"/></testcase>\
         <testcase time=\"1234.500000\" status=\"notrun\" name=\"\" classname=\"\"><skipped/></testcase></testsuite>"
    );
}

#[test]
fn an_error_of_a_suite_becomes_a_case_of_it() {
    assert_eq!(
        merged("<testsuite name='s'><error>no</error></testsuite>"),
        "<testsuite name=\"s\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\" time=\"0.000000\">\
         <testcase name=\"(the suite itself)\" classname=\"s\" time=\"0.000000\"><error>no</error></testcase></testsuite>"
    );
}

#[test]
fn a_document_that_breaks_off_is_closed_and_its_open_case_is_an_error() {
    let long = "x".repeat(300_000);
    let document = format!("<testsuite name='s'><testcase name='a'><system-out><![CDATA[{long} end");
    let merged = merged(&document);
    assert!(
        merged.ends_with(
            " end]]></system-out><error message=\"the report breaks off within this case\"/></testcase></testsuite>"
        ),
        "{}",
        &merged[merged.len() - 200..]
    );
    assert!(merged.starts_with("<testsuite name=\"s\" tests=\"1\" failures=\"0\" errors=\"1\""));
}

#[test]
fn a_project_of_playwright_is_known_beside_other_reports() {
    let playwright = b"<testsuites id='' name='' time='1'><testsuite name='a.spec.ts' hostname='firefox'><testcase name='x' classname='a.spec.ts' time='1'/></testsuite></testsuites>";
    let merged = merge(&[playwright, b"<testsuite name='s'><testcase name='y'/></testsuite>"]);
    assert_eq!(read(&merged).1, ["[firefox] a.spec.ts::x passed ", "s::y passed "]);
}

#[test]
fn attributes_that_all_roots_share_stay_on_the_root() {
    let root = |name: &str| format!("<testsuites name='{name}' lang='php'><testsuite name='s'/></testsuites>");
    let merged = String::from_utf8(merge(&[root("a").as_bytes(), root("b").as_bytes()])).unwrap();
    assert!(merged.contains("<testsuites lang=\"php\" tests=\"0\""), "{merged}");
}

#[test]
fn a_document_that_changed_since_it_was_counted_is_refused() {
    let document = "<testsuite name='s'><testcase name='a' classname='b' time='1'/></testsuite>";
    for mut scan in [read(document.as_bytes()).0, Scan { verbatim: None, ..read(document.as_bytes()).0 }] {
        for other in ["", "<testsuite/>", &document.replace("<testcase", "<testsuite"), &document.repeat(2)] {
            let mut out = Vec::new();
            let mut writer = Writer::start(&[&scan], &mut out).unwrap();
            assert!(matches!(writer.copy(other.as_bytes(), &scan), Err(CopyError::Changed)), "{other}");
        }
        scan.suites.clear();
    }
}

#[test]
fn text_around_a_comment_does_not_become_the_end_of_a_cdata_section() {
    let document =
        "<testsuite><testcase name='a'><failure>]]<!-- > -->&gt; b ]<?x?>]></failure></testcase></testsuite>";
    assert!(merged(document).contains("<failure>]]&gt; b ]]&gt;</failure>"), "{}", merged(document));
}

#[test]
fn names_of_elements_that_are_none_without_their_prefix_keep_it() {
    let parts = "<a:1/><:/><a::testcase>x</a::testcase>";
    let document =
        format!("<testsuite name='s'><testcase name='a' classname='b' time='1'>{parts}</testcase></testsuite>");
    assert!(merged(&document).contains("<a_1/><_/><a__testcase>x</a__testcase>"), "{}", merged(&document));
}

#[test]
fn a_case_within_one_that_is_left_out_stays() {
    let inner = "<testsuite><testcase name='b'><failure/></testcase></testsuite>";
    for end in ["</testcase></testsuite>", ""] {
        let document = format!("<testsuite name='s'><testcase name='a'>{inner}{end}");
        let (mut scan, _) = read(document.as_bytes());
        scan.folds.insert(0, Fold::Dropped);
        let merged = merge_scanned(&[(document.as_bytes(), &scan)]);
        assert_well_formed(&merged);
        let cases = read(&merged).1;
        assert!(matches!(&cases[..], [case] if case.contains("b failed")), "{cases:?}");
    }
}

#[test]
fn attributes_of_a_root_are_shared_only_when_everything_is_in_a_root_that_has_them() {
    let roots = [
        "<testsuites name='pytest tests'/><testsuite name='s'/>",
        "<testsuite name='s'/><testsuites name='pytest tests'/>",
        "<testsuites/><testsuites name='pytest tests'/>",
    ];
    for document in roots {
        assert!(!String::from_utf8(merge(&[document.as_bytes()])).unwrap().contains("pytest"), "{document}");
    }
}

#[test]
fn a_root_with_very_many_attributes_costs_no_more_than_their_number() {
    let attributes: String = (0..200_000).map(|number| format!(" a{number}=''")).collect();
    let document = format!("<testsuites{attributes}/><testsuites{attributes}/>");
    assert!(merge(&[document.as_bytes(), document.as_bytes()]).len() > attributes.len());
}

#[test]
fn an_attribute_with_a_prefix_is_not_the_one_without() {
    let document =
        "<testsuite name='s'><testcase x:name='n' name='a' x:time='5' classname='b' x:classname='c'/></testsuite>";
    let (scan, cases) = read(document.as_bytes());
    assert_eq!((scan.totals().time, &cases[..]), (0, &["b::a passed ".to_owned()][..]));
    assert_eq!(read(merged(document).as_bytes()).1, cases);
}
