use std::io::Read;

use proptest::prelude::*;

use super::*;

/// Hands out its bytes a few at a time, so that every token is cut somewhere.
struct Slowly<'b>(&'b [u8], usize);

impl Read for Slowly<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.0.len().min(self.1).min(buffer.len());
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

/// The tokens of a document on one line: `<a b=c>`, `text`, `>`.
fn tokens(input: impl Read) -> Result<String, String> {
    let mut scanner = Scanner::new(input);
    let mut out = String::new();
    loop {
        match scanner.next() {
            Err(error) => return Err(error.to_string()),
            Ok(None) => return Ok(out),
            Ok(Some(Token::Open(tag))) => {
                out += &format!("<{}", tag.name());
                for attribute in tag.attributes() {
                    out += &format!(" {}={}", attribute.full_name, attribute.value());
                }
                out += "|";
            }
            Ok(Some(Token::Close)) => out += ">",
            Ok(Some(Token::Text(text))) => out += &text.decode(),
        }
    }
}

fn said(document: &str) -> String {
    let whole = tokens(document.as_bytes());
    assert_eq!(whole, tokens(Slowly(document.as_bytes(), 1)), "read slowly: {document}");
    whole.unwrap_or_else(|error| error)
}

#[test]
fn a_document_comes_in_tokens() {
    let document = "<?xml version='1.0'?>\n<!-- <x> --><a b='1 \"2\"' c:d = \"&lt;&#233;\"><e/>x &amp; y<![CDATA[<&]]]]><![CDATA[>]]></a >";
    assert_eq!(said(document), "<a b=1 \"2\" c:d=<é|<e|>x & y<&]]>>");
}

#[test]
fn several_documents_may_follow_each_other() {
    assert_eq!(said("<?xml version=\"1.0\"?><a/>\n<?xml version=\"1.0\"?><b>x</b>\n"), "<a|><b|x>");
}

#[test]
fn a_namespace_prefix_is_not_part_of_a_name() {
    assert_eq!(said("<j:a xmlns:j=\"urn:x\"><j:b/></j:a>"), "<a xmlns:j=urn:x|<b|>>");
}

#[test]
fn what_is_cut_short_is_said_to_be() {
    for (document, within) in [
        ("<a><b>", "line 1, column 7: the document was cut short: it ends before </b>"),
        ("<a>\n<b c=\"d", "it ends within a tag"),
        ("<a>text", "it ends before </a>"),
        ("<a><![CDATA[x]]", "it ends within a CDATA section"),
        ("<a><!-- x --", "it ends within a comment"),
        ("<a></a", "it ends within an end tag"),
        ("<a><!", "it ends within a declaration"),
        ("<a><", "it ends within a tag"),
    ] {
        let said = said(document);
        assert!(said.contains(within) && said.contains("cut short"), "{document}: {said}");
    }
}

#[test]
fn what_is_not_well_formed_is_refused_with_its_place() {
    for (document, what) in [
        ("<a>\n  <b></a>", "line 2, column 6: the XML is not well-formed: </a> closes <b>, which is another element"),
        ("<a/></b>", "closes an element that is not open"),
        ("<a b=\"1\" b=\"2\"/>", "the attribute b is given twice"),
        ("<a b/>", "the attribute b has no value"),
        ("<a b=1/>", "has no quotes"),
        ("<a b=\"1\"c=\"2\"/>", "there is no space before an attribute"),
        ("<a>1 < 2</a>", "`<` starts no tag"),
        ("<a/> Warning: x", "line 1, column 6: the XML is not well-formed: there is text outside of any element"),
        ("Warning <a/>", "there is text outside of any element"),
        ("<a><1/></a>", "`<` starts no tag"),
        ("<a / >x</a>", "stray `/`"),
        ("<a <b=\"\"/>", "`<b` is no name of an attribute"),
    ] {
        let said = said(document);
        assert!(said.contains(what), "{document}: {said}");
    }
}

#[test]
fn a_document_type_is_refused_and_where_allowed_skipped_when_it_declares_nothing() {
    let external = "<!DOCTYPE c SYSTEM \"http://x/y>.dtd\" ><c/>";
    assert!(said(external).contains("document type"));
    let mut scanner = Scanner::new(external.as_bytes()).external_dtd_allowed();
    assert!(matches!(scanner.next(), Ok(Some(Token::Open(tag))) if tag.name() == "c"));
    let mut scanner = Scanner::new(&b"<!DOCTYPE c [<!ENTITY a \"b\">]><c>&a;</c>"[..]).external_dtd_allowed();
    assert!(matches!(scanner.next(), Err(error) if error.kind == ErrorKind::Refused));
    assert!(matches!(scanner.next(), Ok(None)));
}

#[test]
fn whatever_the_encoding_the_tokens_are_the_same() {
    let document = "<?xml version='1.0' encoding='UTF-8'?><a b=\"é…\">漢</a>";
    let utf16 = |bytes: fn(u16) -> [u8; 2]| document.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let marked = [b"\xEF\xBB\xBF", document.as_bytes()].concat();
    for bytes in [document.as_bytes().to_vec(), marked, utf16(u16::to_le_bytes), utf16(u16::to_be_bytes)] {
        assert_eq!(tokens(&bytes[..]).as_deref(), Ok("<a b=é…|漢>"));
    }
}

#[test]
fn a_declared_encoding_counts_when_the_bytes_are_not_utf8() {
    let latin1 = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>caf\xE9 \xFC</a>";
    assert_eq!(tokens(&latin1[..]).as_deref(), Ok("<a|café ü>"));
    let lying = "<?xml version='1.0' encoding='ISO-8859-1'?><a>café</a>";
    let mut scanner = Scanner::new(lying.as_bytes());
    while let Ok(Some(_)) = scanner.next() {}
    assert_eq!(scanner.notes(), ["the XML declares windows-1252, but the bytes are UTF-8: read as UTF-8"]);
    assert_eq!(said(lying), "<a|café>");
}

#[test]
fn odd_bytes_are_mended_and_told() {
    let mut scanner = Scanner::new(&b"<a b=\"\x1b[0m\">\n\xFF\x07</a>"[..]);
    while let Ok(Some(_)) = scanner.next() {}
    assert_eq!(
        scanner.notes(),
        [
            "from line 2, column 1 on, bytes that are not UTF-8 were replaced by U+FFFD",
            "characters that XML forbids were read, and are written as U+FFFD",
        ]
    );
}

#[test]
fn long_text_comes_in_pieces_and_no_reference_is_cut() {
    for (text, cdata) in [("&#x1F389;&amp;é".repeat(60_000), false), ("]] é".repeat(200_000), true)] {
        let document = if cdata { format!("<a><![CDATA[{text}]]></a>") } else { format!("<a>{text}</a>") };
        let mut scanner = Scanner::new(document.as_bytes());
        let (mut read, mut pieces, mut ends) = (String::new(), 0, (0, 0));
        while let Ok(Some(token)) = scanner.next() {
            if let Token::Text(piece) = token {
                assert_eq!(piece.cdata, cdata);
                assert!(piece.raw.len() < 512 << 10, "{}", piece.raw.len());
                read += &piece.decode();
                pieces += 1;
                ends = (ends.0 + usize::from(piece.first), ends.1 + usize::from(piece.last));
            }
        }
        assert!(pieces > 3 && ends == (1, 1), "{pieces} {ends:?}");
        assert_eq!(read, if cdata { text } else { "🎉&é".repeat(60_000) });
    }
}

#[test]
fn what_is_there_of_a_text_is_told_before_it_is_told_that_it_is_cut_short() {
    let mut scanner = Scanner::new(&b"<a><![CDATA[abc]"[..]);
    assert!(matches!(scanner.next(), Ok(Some(Token::Open(_)))));
    assert!(matches!(scanner.next(), Ok(Some(Token::Text(text))) if text.raw == "abc]" && text.first && !text.last));
    assert!(matches!(scanner.next(), Err(error) if error.kind == ErrorKind::Truncated));
}

#[test]
fn a_piece_never_ends_within_what_may_not_stand_in_a_text() {
    for shift in 0..4 {
        let document = format!("<a>{}{}</a>", "x".repeat(shift), "]]>x".repeat(100_000));
        let mut scanner = Scanner::new(document.as_bytes());
        let (mut found, mut pieces) = (0, 0);
        while let Ok(Some(token)) = scanner.next() {
            if let Token::Text(text) = token {
                found += text.raw.matches("]]>").count();
                pieces += 1;
            }
        }
        assert!(found == 100_000 && pieces > 3, "{shift}: {found} {pieces}");
    }
}

#[test]
fn tokens_know_where_they_stand() {
    let document = "\u{FEFF}<?xml version='1.0'?><a>\n<!-- x --><b c='&lt;é' /><![CDATA[<é]]>x</a >";
    for step in [1, 3, 1000] {
        let mut scanner = Scanner::new(Slowly(document.as_bytes(), step));
        let mut spans = Vec::new();
        while let Ok(Some(_)) = scanner.advance() {
            let (from, to) = scanner.span();
            spans.push(&document[usize::try_from(from).expect("small")..usize::try_from(to).expect("small")]);
        }
        assert_eq!(spans, ["<a>", "\n", "<b c='&lt;é' />", "", "<![CDATA[<é]]>", "x", "</a >"]);
        assert!(scanner.is_exact());
        assert_eq!(scanner.span().1, document.len() as u64);
    }
}

#[test]
fn whether_a_document_is_well_formed_as_it_stands_is_known() {
    for (document, attributes, texts, exact) in [
        ("<a b=\"&lt;&#10;>'\">&amp; ]] > é<![CDATA[& <]]></a>", true, true, true),
        ("<a b='\"'/>", true, true, true),
        ("<a b=\"a<b\"/>", false, true, true),
        ("<a b=\"a & b\">x & y</a>", false, false, true),
        ("<a b=\"&#27;\">&nbsp;</a>", false, false, true),
        ("<a>]]></a>", true, false, true),
        ("<a b=\"\u{1b}\"/>", true, true, false),
        ("<a>\u{FFFE}</a>", true, true, false),
        ("<a>\u{FFFD}\u{FFFC}</a>", true, true, true),
    ] {
        let mut scanner = Scanner::new(document.as_bytes());
        let (mut attributes_stand, mut texts_stand) = (true, true);
        while let Some(token) = scanner.next().expect("well-formed enough") {
            match token {
                Token::Open(tag) => attributes_stand &= tag.attributes().all(|attribute| attribute.stands()),
                Token::Text(text) => texts_stand &= text.stands(),
                Token::Close => {}
            }
        }
        assert_eq!((attributes_stand, texts_stand, scanner.is_exact()), (attributes, texts, exact), "{document}");
    }
}

#[test]
fn an_attribute_given_twice_is_found_among_few_and_among_many() {
    for count in [2, 15, 16, 17, 100] {
        let names: String = (0..count).map(|number| format!(" name{number}='x'")).collect();
        assert!(tokens(format!("<a{names}/>").as_bytes()).is_ok());
        let error = tokens(format!("<a{names} name1='y'/>").as_bytes()).expect_err("twice");
        assert!(error.contains("the attribute name1 is given twice"), "{error}");
    }
    assert!(tokens(&b"<a x:b='' b='' y:b=''/>"[..]).is_ok());
}

#[test]
fn many_attributes_and_deep_nesting_cost_what_they_weigh() {
    let attributes: String = (0..100_000).map(|number| format!(" a{number}=\"x\"")).collect();
    assert_eq!(tokens(format!("<a{attributes}/>").as_bytes()).map(|said| said.matches('=').count()), Ok(100_000));
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    assert!(tokens(deep.as_bytes()).is_ok());
    let long = format!("<a b=\"{}\"/>", "x".repeat(20 << 20));
    assert!(tokens(long.as_bytes()).is_err_and(|error| error.contains("longer than 8 MiB")));
}

proptest! {
    #[test]
    fn it_never_panics_and_pieces_do_not_matter(bytes in prop::collection::vec(any::<u8>(), 0..200), step in 1_usize..9) {
        prop_assert_eq!(tokens(&bytes[..]), tokens(Slowly(&bytes, step)));
    }

    #[test]
    fn what_looks_like_xml_is_read_the_same_in_pieces(text in "[<>/a=\"'! \\[\\]CDAT&;?é-]{0,60}", step in 1_usize..9) {
        prop_assert_eq!(tokens(text.as_bytes()), tokens(Slowly(text.as_bytes(), step)));
    }

    #[test]
    fn what_is_written_is_read_back(value in "\\PC*", text in "[^\\u{0}-\\u{8}\\u{b}\\u{c}\\u{e}-\\u{1f}\\u{fffe}\\u{ffff}]*") {
        let mut document = b"<a b=\"".to_vec();
        crate::text::write(&value, true, &mut document).expect("a Vec");
        document.extend(b"\">");
        crate::text::write(&text, false, &mut document).expect("a Vec");
        document.extend(b"</a>");
        prop_assert_eq!(tokens(&document[..]), Ok(format!("<a b={value}|{text}>")));
    }
}
