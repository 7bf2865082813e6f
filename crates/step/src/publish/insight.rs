//! A Code Insights report.

use bitbucket::{Annotation, AnnotationType, Commit, DataField, DataValue, ReportResult, ReportType, limits};
use findings::judge::LineMap;

use super::Target;
use super::note::{Note, annotations};
use super::text::{cut, details, id, link};

/// A report on a commit, to be completed by the program: it has not passed, and says nothing yet. Hostile text is made
/// harmless and cut when it is sent.
#[derive(Clone, Debug)]
pub struct Insight {
    id: String,
    /// What it is called.
    pub title: String,
    /// What there is to say, a line each, as much as there is room for.
    pub details: Vec<String>,
    /// What it is about; decides where Bitbucket shows it.
    pub kind: ReportType,
    /// Whether all is well.
    pub passed: bool,
    /// Its numbers with their labels, ten at most; more are not sent.
    pub data: Vec<(&'static str, DataValue)>,
    /// Who says so: the program and its version.
    pub reporter: String,
    /// Where more is to be seen. Not sent when it is no page of the web.
    pub link: Option<String>,
    annotations: Vec<Annotation>,
}

impl Insight {
    /// A report of `program`; of the `part` of what it judged, when it has several to say. It leads to the page of the
    /// pipeline.
    #[must_use]
    pub fn new(program: &str, version: &str, part: Option<&str>, kind: ReportType, target: &Target) -> Self {
        Self {
            id: id(program, part),
            title: match part {
                Some(part) => format!("{} ({program})", cut(part, 100)),
                None => program.to_owned(),
            },
            details: Vec::new(),
            kind,
            passed: false,
            data: Vec::new(),
            reporter: format!("{program} {version}"),
            link: target.link.clone(),
            annotations: Vec::new(),
        }
    }

    /// The same for the same program and part, whatever was found.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Puts `notes` on the files of the commit, to which `lines` leads from the work tree; without it they are the same.
    /// The gravest come first (see [`gravest_first`](super::gravest_first)): a report has room for 1,000. How many are
    /// left out is told in the data and in the last line of the details, for which both are complete now.
    pub fn annotate<'n>(&mut self, notes: impl ExactSizeIterator<Item = Note<'n>>, lines: Option<&LineMap>) {
        const MOST: usize = limits::ANNOTATIONS_PER_REPORT;
        let hidden = notes.len().saturating_sub(MOST);
        let kind = (self.kind == ReportType::Security).then_some(AnnotationType::Vulnerability);
        self.annotations = annotations(&self.id, kind, notes.take(MOST), lines);
        if hidden == 0 {
            return;
        }
        self.data.truncate(limits::REPORT_DATA_FIELDS - 1);
        self.data.push(("Not shown", DataValue::Count(hidden as u64)));
        let told = format!("the gravest {MOST} are annotated, +{hidden} not shown");
        match self.details.last_mut() {
            Some(last) => last.push_str(&format!("; {told}")),
            None => self.details.push(told),
        }
    }

    /// Replaces the report of that id: annotations of an earlier run must not stay.
    pub(super) async fn send(self, commit: &Commit) -> Result<(), bitbucket::Error> {
        let reports = commit.reports();
        reports.delete(&self.id).await?;
        let mut put = reports
            .put(&self.id, cut(&self.title, TITLE_CHARS))
            .reporter(cut(&self.reporter, TITLE_CHARS))
            .report_type(self.kind)
            .result(if self.passed { ReportResult::Passed } else { ReportResult::Failed })
            .data(self.data.into_iter().take(limits::REPORT_DATA_FIELDS).map(field));
        // The server refuses a report without details; the client then repeats the title.
        let details = details(self.details.iter().map(String::as_str));
        if !details.is_empty() {
            put = put.details(details);
        }
        if let Some(link) = self.link.as_deref().and_then(link) {
            put = put.link(link);
        }
        put.send().await?;
        commit.annotations(&self.id).create_many(&self.annotations).await
    }
}

/// More than this of a title or a value is not read.
const TITLE_CHARS: usize = 200;

/// A field that the server takes.
fn field((label, value): (&'static str, DataValue)) -> DataField {
    let value = match value {
        DataValue::Text(text) => DataValue::Text(cut(&text, TITLE_CHARS)),
        DataValue::Link { text, href } => match link(&href) {
            Some(href) => DataValue::Link { text: cut(&text, TITLE_CHARS), href },
            None => DataValue::Text(cut(&text, TITLE_CHARS)),
        },
        // JSON has no such numbers, and the server refuses a field of nothing with the whole report.
        DataValue::Number(number) | DataValue::Percentage(number) if !number.is_finite() => {
            DataValue::Text("unknown".to_owned())
        }
        value => value,
    };
    DataField::new(label, value)
}
