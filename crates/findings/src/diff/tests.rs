use std::fmt::Write as _;

use proptest::prelude::*;

use super::{FileDiff, Hunk, parse};

/// One line a file: `old -> new [-old_start,old_len +new_start,new_len] …`
fn shown(diff: &str) -> String {
    let mut text = String::new();
    for file in parse(diff.as_bytes()).unwrap() {
        let name = |path: Option<String>| path.unwrap_or_else(|| "(none)".to_owned());
        write!(text, "{} -> {}", name(file.old), name(file.new)).unwrap();
        for hunk in file.hunks {
            write!(text, " [-{},{} +{},{}]", hunk.old_start, hunk.old_len, hunk.new_start, hunk.new_len).unwrap();
        }
        text.push_str(if file.binary { " binary\n" } else { "\n" });
    }
    text
}

fn refusal(diff: &str) -> String {
    parse(diff.as_bytes()).unwrap_err().to_string()
}

/// What `git diff --cached -U0` of git 2.47 prints.
const EVERY_KIND: &str = r#"diff --git "a/Caf\303\251.php" "b/Caf\303\251.php"
index 0ff3bbb..30f9ac9 100644
--- "a/Caf\303\251.php"
+++ "b/Caf\303\251.php"
@@ -3,0 +4 @@
+new
diff --git a/a b.php b/a b.php
index 1c99002..31458bd 100644
--- a/a b.php	
+++ b/a b.php	
@@ -5 +4,0 @@
-5
@@ -20 +19 @@
-20
+X
@@ -40,0 +40 @@
+end
diff --git a/bin.png b/bin.png
index 8352675..1592e5c 100644
Binary files a/bin.png and b/bin.png differ
diff --git a/gone.php b/gone.php
deleted file mode 100644
index 8a1218a..0000000
--- a/gone.php
+++ /dev/null
@@ -1,5 +0,0 @@
-1
-2
-3
-4
-5
diff --git "a/lat\351.php" "b/lat\351.php"
index 0719398..5617de6 100644
--- "a/lat\351.php"
+++ "b/lat\351.php"
@@ -1 +0,0 @@
-1
diff --git a/mode.sh b/mode.sh
old mode 100644
new mode 100755
diff --git a/empty.txt b/newempty
similarity index 100%
rename from empty.txt
rename to newempty
diff --git a/created b/created
new file mode 100644
index 0000000..e69de29
diff --git a/newfile b/newfile
new file mode 100644
index 0000000..d00491f
--- /dev/null
+++ b/newfile
@@ -0,0 +1 @@
+1
diff --git "a/tab\there.php" "b/tab\there.php"
index 01e79c3..133d3f1 100644
--- "a/tab\there.php"
+++ "b/tab\there.php"
@@ -2,0 +3 @@
+c
diff --git a/pure.php b/to here.php
similarity index 88%
rename from pure.php
rename to to here.php
index e8823e1..ad0971c 100644
--- a/pure.php
+++ b/to here.php	
@@ -10,3 +9,0 @@
-10
-11
-12
diff --git a/pure.php b/twin.php
similarity index 96%
copy from pure.php
copy to twin.php
index e8823e1..ad0971c 100644
--- a/pure.php
+++ b/twin.php
@@ -10 +9,0 @@
-10
diff --git a/x b/y b b/x b/y b
index 08fe19c..8e435da 100644
--- a/x b/y b	
+++ b/x b/y b	
@@ -12,0 +13 @@
+13
"#;

#[test]
fn every_kind_of_change_that_git_prints_is_read() {
    insta::assert_snapshot!(shown(EVERY_KIND), @r"
    Café.php -> Café.php [-3,0 +4,1]
    a b.php -> a b.php [-5,1 +4,0] [-20,1 +19,1] [-40,0 +40,1]
    bin.png -> bin.png binary
    gone.php -> (none) [-1,5 +0,0]
    lat�.php -> lat�.php [-1,1 +0,0]
    mode.sh -> mode.sh
    empty.txt -> newempty
    (none) -> created
    (none) -> newfile [-0,0 +1,1]
    tab	here.php -> tab	here.php [-2,0 +3,1]
    pure.php -> to here.php [-10,3 +9,0]
    (none) -> twin.php
    x b/y b -> x b/y b [-12,0 +13,1]
    ");
}

#[test]
fn removed_lines_that_look_like_headers_are_lines() {
    let diff = "diff --git a/q.sql b/q.sql\nindex b0e088a..9e1ab28 100644\n--- a/q.sql\n+++ b/q.sql\n\
                @@ -2,2 +2,2 @@ q\n--- comment\n-++ plus\n+++ plus\n+-- comment\n";
    insta::assert_snapshot!(shown(diff), @"q.sql -> q.sql [-2,2 +2,2]");
}

#[test]
fn hunks_are_split_at_context_lines() {
    let diff = "--- a/A.php\n+++ b/A.php\n@@ -10,6 +10,6 @@ class A\n one\n-two\n three\n+four\n five\n-six\n-seven\n+7\n+8\n\
                \\ No newline at end of file\n";
    insta::assert_snapshot!(shown(diff), @"A.php -> A.php [-11,1 +10,0] [-12,0 +12,1] [-14,2 +14,2]");
}

#[test]
fn carriage_returns_and_stripped_context_lines_do_no_harm() {
    let diff = "diff --git a/A.php b/A.php\r\nindex 1..2 100644\r\n--- a/A.php\r\n+++ b/A.php\r\n\
                @@ -1,3 +1,3 @@\r\n\r\n-a\r\n+b\r\n\n";
    insta::assert_snapshot!(shown(diff), @"A.php -> A.php [-2,1 +2,1]");
}

#[test]
fn a_binary_patch_is_passed_over() {
    let diff = "diff --git a/bin.png b/bin.png\nindex 8352675..1592e5c 100644\nGIT binary patch\nliteral 3\n\
                KcmZQzWCj2L2ml2D\n\nliteral 3\nKcmZQzWC8#H2LJ>B\n\ndiff --git a/A.php b/A.php\nold mode 100644\nnew mode 100755\n";
    insta::assert_snapshot!(shown(diff), @r"
    bin.png -> bin.png binary
    A.php -> A.php
    ");
}

#[test]
fn the_other_prefixes_of_git_are_understood() {
    let body = "@@ -12 +12,2 @@\n 12\n+13\n";
    let none = format!("diff --git a/y b a/y b\nindex 08fe19c..8e435da 100644\n--- a/y b\t\n+++ a/y b\t\n{body}");
    assert_eq!(shown(&none), "a/y b -> a/y b [-12,0 +13,1]\n");
    let mnemonic = format!("diff --git c/x/y i/x/y\nindex 08fe19c..8e435da 100644\n--- c/x/y\n+++ i/x/y\n{body}");
    assert_eq!(shown(&mnemonic), "x/y -> x/y [-12,0 +13,1]\n");
    let own = format!("diff --git old/x new/x\nindex 08fe19c..8e435da 100644\n--- old/x\n+++ new/x\n{body}");
    assert_eq!(refusal(&own), "line 1 of the diff: cannot tell which file this is; use git diff with --default-prefix");
}

#[test]
fn diffs_inside_the_reports_of_fixers_are_read() {
    let cs_fixer = "--- /opt/build/src/A B.php\n+++ /opt/build/src/A B.php\n@@ -1,2 +1 @@\n <?php\n-\n";
    assert_eq!(shown(cs_fixer), "/opt/build/src/A B.php -> /opt/build/src/A B.php [-2,1 +1,0]\n");
    let rector = "--- Original\n+++ New\n@@ -3 +3 @@\n-a\n+b";
    assert_eq!(shown(rector), "Original -> New [-3,1 +3,1]\n");
}

#[test]
fn an_empty_diff_has_no_files() {
    assert_eq!(parse(b""), Ok(Vec::new()));
    assert_eq!(parse(b"\n\n"), Ok(Vec::new()));
}

#[test]
fn what_is_cut_short_or_no_diff_is_refused_with_its_line() {
    insta::assert_snapshot!(refusal("fatal: bad revision 'main'\n"), @"line 1 of the diff: this is no diff: it names no file");
    insta::assert_snapshot!(refusal("--- a/A\n+++ b/A\n@@ -1,3 +1,3 @@\n a\n-b\n"), @"line 5 of the diff: the diff is cut short inside a hunk");
    insta::assert_snapshot!(refusal("--- a/A\n+++ b/A\n"), @"line 2 of the diff: the diff is cut short: a hunk (`@@ -1 +1 @@`) must follow the paths");
    insta::assert_snapshot!(refusal("--- a/A\n"), @"line 1 of the diff: the diff is cut short: a line `+++ path` must follow `--- path`");
    insta::assert_snapshot!(refusal("--- a/A\n+++ b/A\n@@ @@\n-a\n"), @"line 3 of the diff: cannot read this hunk header");
    insta::assert_snapshot!(refusal("--- a/A\n+++ b/A\n@@ -0,1 +1 @@\n-a\n+b\n"), @"line 3 of the diff: cannot read this hunk header");
    insta::assert_snapshot!(refusal("--- a/A\n+++ b/A\n@@ -1 +1 @@\n-a\n+b\n+c\n"), @"line 6 of the diff: this line is no part of a unified diff");
    insta::assert_snapshot!(refusal("--- a/A\n+++ b/A\n@@ -1,2 +1 @@\n-a\n+b\n+c\n"), @"line 6 of the diff: the hunk above does not have the lines that its header announces");
    insta::assert_snapshot!(refusal("--- a/A\n+++ b/A\n@@ -5 +5 @@\n-a\n+b\n@@ -5 +5 @@\n-a\n+b\n"), @"line 6 of the diff: this hunk begins before the end of the one above it");
    insta::assert_snapshot!(refusal("diff --git a/A b/A\nindex 1111111..2222222 100644\n"), @"line 2 of the diff: the diff is cut short: a file has changed content and no hunk shows it");
    insta::assert_snapshot!(refusal("diff --git a/A b/B\nrename from A\n"), @"line 1 of the diff: the diff is cut short: a rename or copy lacks one of its two paths");
    insta::assert_snapshot!(refusal("diff --git a/A b/A\nold mode 100644\nnew mode 100755\nfatal: unable to read 81ee914\n"), @"line 4 of the diff: this line is no part of a unified diff");
    insta::assert_snapshot!(refusal("diff --cc A\nindex 1,2..3\n"), @"line 1 of the diff: this is the combined diff of a merge; compare with one commit only, and resolve conflicts first");
}

/// How a file was edited, from its start: lines kept, then lines removed, then lines added.
fn edits() -> impl Strategy<Value = Vec<(u32, u32, u32)>> {
    let changed = |(kept, removed, added)| (kept, removed, if removed == 0 { added + 1 } else { added });
    prop::collection::vec((4_u32..30, 0_u32..4, 0_u32..4).prop_map(changed), 1..8)
}

/// The unified diff of `edits` with `context` lines of context at most, and the hunks it must be read as.
fn rendered(edits: &[(u32, u32, u32)], context: u32) -> (String, Vec<Hunk>) {
    let (mut text, mut hunks) = ("--- a/A\n+++ b/A\n".to_owned(), Vec::new());
    let (mut old, mut new) = (1, 1);
    for &(kept, removed, added) in edits {
        (old, new) = (old + kept, new + kept);
        let start = |next: u32, len: u32| if len == 0 { next - 1 } else { next };
        let hunk =
            Hunk { old_start: start(old, removed), old_len: removed, new_start: start(new, added), new_len: added };
        let around = |start: u32, len: u32| start - context + u32::from(len == 0 && context > 0);
        let (old_len, new_len) = (removed + 2 * context, added + 2 * context);
        let (old_start, new_start) = (around(hunk.old_start, removed), around(hunk.new_start, added));
        writeln!(text, "@@ -{old_start},{old_len} +{new_start},{new_len} @@ function f(): void").unwrap();
        for (sign, count) in [(" context", context), ("--- removed", removed), ("+++ added", added), (" ", context)] {
            text.push_str(&format!("{sign}\n").repeat(count as usize));
        }
        hunks.push(hunk);
        (old, new) = (old + removed, new + added);
    }
    (text, hunks)
}

proptest! {
    #[test]
    fn the_context_size_makes_no_difference(edits in edits(), context in 0_u32..3) {
        let (text, hunks) = rendered(&edits, context);
        let file = FileDiff { old: Some("A".to_owned()), new: Some("A".to_owned()), hunks, binary: false };
        prop_assert_eq!(parse(text.as_bytes()), Ok(vec![file]));
    }

    #[test]
    fn a_hunk_that_lost_its_last_lines_is_never_read(
        edits in edits(),
        context in 0_u32..3,
        cut in any::<prop::sample::Index>(),
    ) {
        let (text, _) = rendered(&edits[..1], context);
        let lines: Vec<_> = text.lines().collect();
        let kept = 1 + cut.index(lines.len() - 1);
        prop_assert!(parse(lines[..kept].join("\n").as_bytes()).is_err());
    }

    #[test]
    fn any_text_is_read_or_refused_at_one_of_its_lines(lines in prop::collection::vec("(diff --git |--- |\\+\\+\\+ |@@ -|index |rename to |[-+ ])?[ab/\"\\\\0-9, +@]{0,12}", 0..20)) {
        let text = lines.join("\n");
        match parse(text.as_bytes()) {
            Ok(files) => prop_assert!(files.len() <= lines.len()),
            Err(error) => prop_assert!((1..=lines.len()).contains(&error.line)),
        }
    }
}
