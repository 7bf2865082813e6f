//! The merged reports, made from the inputs: JUnit, Cobertura, Clover, LCOV.

use std::io::Write;

use junit::merge::{CopyError, Writer};
use step::Failure;
use step::outputs::WriteError;

use crate::cover::Covered;
use crate::inputs::Document;
use crate::write::Output;

/// Writes all documents that could be read as one.
pub(crate) fn junit(documents: &[Document], out: &mut dyn Write) -> Result<(), WriteError> {
    let readable = || documents.iter().filter_map(|document| Some((document, document.scan.as_ref()?)));
    let scans: Vec<_> = readable().map(|(_, scan)| scan).collect();
    let mut writer = Writer::start(&scans, out)?;
    for (document, scan) in readable() {
        let failed = |why: String| Failure::input(format!("cannot merge {}", document.input.path)).because(why);
        let reader = document.open().map_err(|error| failed(error.to_string()))?;
        writer.copy(reader, scan).map_err(|error| match error {
            CopyError::Io(error) => WriteError::Io(error),
            other => WriteError::Failure(failed(other.to_string())),
        })?;
    }
    Ok(writer.end()?)
}

/// Writes the merged coverage as `output`; nothing when that is no format of coverage.
pub(crate) fn coverage(output: Output, covered: &Covered, out: &mut dyn Write) -> Result<(), WriteError> {
    let coverage = &covered.coverage;
    if covered.inputs.is_empty() {
        let what = format!("cannot write {}: no coverage report is given", output.as_str());
        return Err(Failure::usage(what).hint("name the reports: --coverage build/logs/clover.xml").into());
    }
    // A report of the same run is the same report: there is no time in it.
    match output {
        Output::Cobertura => coverage::write::cobertura(coverage, 0, out)?,
        Output::Clover => coverage::write::clover(coverage, 0, out)?,
        Output::Lcov => coverage::write::lcov(coverage, out)?,
        Output::Terminal
        | Output::Json
        | Output::Junit
        | Output::Markdown
        | Output::Html
        | Output::Ctrf
        | Output::TestResult => {}
    }
    Ok(())
}
