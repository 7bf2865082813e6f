use proptest::prelude::*;

use super::*;

/// Text that makes trouble more often than chance would.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<String>(),
        "[\\x00-\\x7f]{0,12}",
        "[<>&\"'`|\\\\*_\\[\\]()#@~:/.!+\\-=0-9w\n ]{0,12}",
        "[\u{200B}-\u{206F}\u{300}-\u{310}\u{FEFF}\u{E0001}-\u{E0050}]{0,4}",
        Just("\u{1b}[31m".to_owned()),
        Just("https://evil.example www.evil.example".to_owned()),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn a_terminal_never_gets_a_character_it_could_act_on(text in hostile()) {
        let shown = terminal(&text);
        prop_assert!(!shown.contains(|c: char| c.is_control() || is_hostile(c)));
        prop_assert_eq!(shown.chars().count(), text.chars().count());
        prop_assert_eq!(terminal(&shown), shown.as_ref());
    }

    #[test]
    fn html_text_cannot_leave_its_element_or_attribute(text in hostile()) {
        let shown = html(&text);
        prop_assert!(!shown.contains(['<', '>', '"', '\'']));
        for (at, _) in shown.match_indices('&') {
            let entity = &shown[at..=at + shown[at..].find(';').unwrap()];
            prop_assert!(["&lt;", "&gt;", "&quot;", "&#39;", "&amp;"].contains(&entity));
        }
        prop_assert!(!shown.contains(|c: char| is_hostile(c) && c != '\n' && c != '\t'));
    }

    #[test]
    fn markdown_text_cannot_end_its_table_cell_or_become_markup(text in hostile()) {
        let shown = markdown(&text);
        prop_assert!(!shown.contains(['|', '<', '>', '@', '~', '\n', '\r']));
        prop_assert!(!shown.contains("://") && !shown.contains("www."));
        let unescaped = unescaped(&shown);
        prop_assert!(!unescaped.contains(['`', '*', '_', '[', ']', '\\']));
        prop_assert!(!shown.starts_with(['-', '+', '=']));
    }

    #[test]
    fn a_markdown_code_span_cannot_be_left(text in hostile()) {
        let shown = markdown_code(&text);
        prop_assert!(!shown.contains(['|', '\n', '\r']));
        if let Some(code) = shown.strip_prefix('`') {
            prop_assert_eq!(code.find('`'), Some(code.len() - 1));
        }
    }

    #[test]
    fn xml_text_holds_only_what_xml_allows(text in hostile()) {
        let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
        prop_assert!(xml(&text).chars().all(allowed));
    }

    #[test]
    fn cut_keeps_a_prefix_of_at_most_so_many_characters(text in hostile(), max in 0usize..40) {
        let short = cut(&text, max);
        prop_assert!(short.chars().count() <= max);
        if text.chars().count() <= max {
            prop_assert_eq!(short.as_ref(), text.as_str());
        } else if max > 0 {
            prop_assert!(text.starts_with(short.strip_suffix('…').unwrap()));
        }
    }
}

/// What is left of Markdown `text` when everything behind a backslash is taken away with it.
fn unescaped(text: &str) -> String {
    let mut chars = text.chars();
    let mut out = String::new();
    while let Some(c) = chars.next() {
        if c == '\\' {
            chars.next();
        } else {
            out.push(c);
        }
    }
    out
}

#[test]
fn ordinary_text_is_not_copied() {
    let text = "Parameter #1 $id of App\\Rêve::né() expects int, 文字列 given ⚠️";
    assert!(matches!(terminal(text), Cow::Borrowed(_)));
    assert!(matches!(html(text), Cow::Borrowed(_)));
    assert!(matches!(xml(text), Cow::Borrowed(_)));
    assert!(matches!(cut(text, 100), Cow::Borrowed(_)));
}

#[test]
fn a_terminal_shows_that_something_was_there() {
    assert_eq!(terminal("\u{1b}[31mred\u{1b}[0m\r\n\u{202e}gnp.exe"), "�[31mred�[0m  �gnp.exe");
}

#[test]
fn html_names_the_characters_that_cannot_be_seen() {
    assert_eq!(html("<b>\u{202e}\u{1b}'\u{e0041}\n"), "&lt;b&gt;U+202EU+001B&#39;U+E0041\n");
}

#[test]
fn markdown_reads_the_same_once_rendered() {
    assert_eq!(
        markdown(" Method foo_bar() of App\\Foo | <b> @team https://x.example *now* #1\n- no"),
        "Method foo\\_bar() of App\\\\Foo &#124; &lt;b&gt; &#64;team https&#58;//x.example \\*now\\* \\#1 - no"
    );
    assert_eq!(markdown("- item"), "\\- item");
    assert_eq!(markdown("12) item. 3. no"), "12\\) item. 3. no");
    assert_eq!(markdown("WWW.evil.example"), "WWW&#46;evil.example");
}

#[test]
fn a_code_span_is_used_where_it_is_safe() {
    assert_eq!(markdown_code("src/App_Kernel.php:3"), "`src/App_Kernel.php:3`");
    assert_eq!(markdown_code("a`b|c"), "a\\`b&#124;c");
    assert_eq!(markdown_code(" "), "");
}

#[test]
fn xml_loses_only_the_forbidden() {
    assert_eq!(xml("a\0b\u{1b}\u{fffe}\t<é>\n"), "a�b��\t<é>\n");
}

#[test]
fn a_cut_falls_between_whole_characters() {
    assert_eq!(cut("naïve", 3), "na…");
    assert_eq!(cut("nai\u{308}ve", 4), "na…", "the i goes with its diaeresis");
    assert_eq!(cut("文字列", 2), "文…");
    assert_eq!(cut("文字列", 3), "文字列");
    assert_eq!(cut("ab", 0), "");
    let zalgo = format!("a{}", "\u{301}".repeat(500_000));
    assert_eq!(cut(&zalgo, 100).chars().count(), 92);
}
