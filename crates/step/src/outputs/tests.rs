use tempfile::TempDir;

use super::*;
use crate::args::OutputArg;
use crate::{Env, Exit};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Format {
    Text,
    Json,
    Html,
}

fn known(name: &str) -> Result<Format, String> {
    match name {
        "text" => Ok(Format::Text),
        "json" => Ok(Format::Json),
        "html" => Ok(Format::Html),
        _ => Err(format!("there is no format `{name}`")),
    }
}

/// Outputs in `dir`, whose repository starts in `dir/base`.
fn find(dir: &TempDir, given: &[(&str, &str)], configured: &[(&str, &str)]) -> Result<Outputs<Format>> {
    let given = given.iter().map(|(format, path)| OutputArg { format: (*format).to_owned(), path: path.into() });
    let configured = configured.iter().map(|(format, path)| ((*format).to_owned(), path.into())).collect();
    let args = OutputArgs { outputs: given.collect() };
    Outputs::find(&args, &configured, known, "tests", dir.path(), &dir.path().join("base"))
}

fn refused(dir: &TempDir, given: &[(&str, &str)], configured: &[(&str, &str)]) -> (Exit, String) {
    let failure = find(dir, given, configured).expect_err("refused");
    (failure.exit(), failure.to_string())
}

fn temp() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

fn text(dir: &TempDir, name: &str) -> String {
    String::from_utf8(files::read(&dir.path().join(name), 1 << 20).expect("a file")).expect("text")
}

fn named(format: Format, _colour: bool, out: &mut dyn Write) -> Result<(), WriteError> {
    let name = match format {
        Format::Text => "as text",
        Format::Json => "as JSON",
        Format::Html => "as HTML",
    };
    Ok(out.write_all(name.as_bytes())?)
}

#[test]
fn a_format_on_the_command_line_takes_the_place_of_the_configured_one() {
    let dir = temp();
    let outputs = find(&dir, &[("json", "a.json")], &[("json", "b.json"), ("html", "c.html")]).expect("outputs");
    let expected = [(Format::Json, "a.json".to_owned()), (Format::Html, "base/c.html".to_owned())];
    assert_eq!(outputs.files(), expected);
}

#[test]
fn a_format_that_there_is_not_is_refused_where_it_was_named() {
    let dir = temp();
    let flag = (Exit::Usage, "--output: there is no format `pdf`".to_owned());
    assert_eq!(refused(&dir, &[("pdf", "a")], &[]), flag);
    let config = (Exit::Input, "tests.outputs: there is no format `pdf`".to_owned());
    assert_eq!(refused(&dir, &[], &[("pdf", "a")]), config);
}

#[test]
fn two_reports_in_one_place_are_refused_unless_it_takes_any_number() {
    let dir = temp();
    let file = (Exit::Usage, "two reports are to be written to a".to_owned());
    assert_eq!(refused(&dir, &[("json", "a"), ("html", "./a")], &[]), file);
    let stdout = (Exit::Usage, "only one report can go to standard output".to_owned());
    assert_eq!(refused(&dir, &[("json", "-"), ("html", "-")], &[]), stdout);
    find(&dir, &[("json", "/dev/null"), ("html", "/dev/null")], &[]).expect("a device takes both");
}

#[test]
fn an_input_is_not_written_over_whatever_it_is_called() {
    let dir = temp();
    let outputs = find(&dir, &[("json", "a.json"), ("html", "-")], &[]).expect("outputs");
    outputs.refuse_inputs([dir.path().join("b.json"), PathBuf::from("-")]).expect("another file");
    let failure = outputs.refuse_inputs([dir.path().join("./a.json")]).expect_err("the same file");
    assert_eq!((failure.exit(), failure.to_string().as_str()), (Exit::Usage, "a.json is to be read and to be written"));
}

#[test]
fn people_read_standard_output_unless_a_report_goes_there() {
    let dir = temp();
    let (mut session, out, err) = Session::captured(Env::default(), dir.path());
    let outputs = find(&dir, &[("json", "deep/a.json")], &[]).expect("outputs");
    outputs.write(&mut session, Format::Text, named).expect("written");
    assert_eq!((out.text().as_str(), err.text().as_str()), ("as text", ""));
    assert_eq!(text(&dir, "deep/a.json"), "as JSON");

    let (mut session, out, err) = Session::captured(Env::default(), dir.path());
    let outputs = find(&dir, &[("json", "-"), ("html", "a.html")], &[]).expect("outputs");
    outputs.write(&mut session, Format::Text, named).expect("written");
    assert_eq!((out.text().as_str(), err.text().as_str()), ("as JSON", "as text"));
    assert_eq!(text(&dir, "a.html"), "as HTML");
    assert_eq!(outputs.files(), [(Format::Html, "a.html".to_owned())]);
}

#[test]
fn only_people_in_front_of_standard_output_see_colour() {
    let dir = temp();
    for (path, expected) in [("a.json", [true, false]), ("-", [false, false])] {
        let (mut session, _, _) = Session::captured(Env::default(), dir.path());
        session.colour = true;
        let mut seen = Vec::new();
        let outputs = find(&dir, &[("json", path)], &[]).expect("outputs");
        let written = outputs.write(&mut session, Format::Text, |_, colour, _| {
            seen.push(colour);
            Ok(())
        });
        written.expect("written");
        assert_eq!(seen, expected, "{path}");
    }
}

#[test]
fn a_report_that_cannot_be_made_says_why_and_leaves_the_file_as_it_was() {
    let dir = temp();
    files::replace(&dir.path().join("a.json"), |out| out.write_all(b"before")).expect("a file");
    let (mut session, _, _) = Session::captured(Env::default(), dir.path());
    let outputs = find(&dir, &[("json", "a.json")], &[]).expect("outputs");
    let written = outputs.write(&mut session, Format::Text, |format, colour, out| {
        named(format, colour, out)?;
        if format == Format::Json { Err(Failure::remote("the input is gone").into()) } else { Ok(()) }
    });
    let failure = written.expect_err("half a report");
    assert_eq!((failure.exit(), failure.to_string().as_str()), (Exit::Remote, "the input is gone"));
    assert_eq!(text(&dir, "a.json"), "before");
    assert_eq!(dir.path().read_dir().expect("a directory").count(), 1, "no half file is left behind");
}

#[test]
fn a_place_that_takes_nothing_is_named() {
    let dir = temp();
    let (mut session, _, _) = Session::captured(Env::default(), dir.path());
    let outputs = find(&dir, &[("json", "a.json")], &[]).expect("outputs");
    let written = outputs.write(&mut session, Format::Text, |format, _, _| match format {
        Format::Text => Ok(()),
        Format::Json | Format::Html => Err(io::Error::from(io::ErrorKind::StorageFull).into()),
    });
    let failure = written.expect_err("full").to_string();
    assert!(failure.starts_with("cannot write ") && failure.contains("a.json: "), "{failure}");
    let written = outputs.write(&mut session, Format::Text, |_, _, _| Err(io::Error::other("closed").into()));
    assert_eq!(written.expect_err("closed").to_string(), "cannot write to standard output: closed");
}
