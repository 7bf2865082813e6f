//! Code Insights reports (`/commit/{commit}/reports`).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::client::Place;
use crate::error::Error;
use crate::limits;
use crate::null::null_is_default;
use crate::open_enum::open_enum;
use crate::page::List;

open_enum! {
    /// What a report is about.
    pub enum ReportType {
        /// Vulnerabilities.
        Security = "SECURITY",
        /// Coverage by tests.
        Coverage = "COVERAGE",
        /// Tests.
        Test = "TEST",
        /// Bugs and everything else.
        Bug = "BUG",
    }
}

open_enum! {
    /// How a report turned out.
    pub enum ReportResult {
        /// Good.
        Passed = "PASSED",
        /// Not good.
        Failed = "FAILED",
        /// Not known yet.
        Pending = "PENDING",
    }
}

/// A report as Bitbucket keeps it.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Report {
    /// Its UUID, with braces.
    pub uuid: Option<String>,
    /// Our id of it.
    pub external_id: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// What it is for, or says.
    pub details: Option<String>,
    /// Who made it.
    pub reporter: Option<String>,
    /// What it is about.
    pub report_type: Option<ReportType>,
    /// How it turned out.
    pub result: Option<ReportResult>,
    /// Where there is more.
    pub link: Option<String>,
    /// Logo.
    pub logo_url: Option<String>,
    /// Its data fields.
    #[serde(default, deserialize_with = "null_is_default")]
    pub data: Vec<DataField>,
    /// When it was made, as the server writes it.
    pub created_on: Option<String>,
    /// When it was last changed, as the server writes it.
    pub updated_on: Option<String>,
}

/// One of at most ten labelled values of a report ([`limits::REPORT_DATA_FIELDS`]).
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct DataField {
    /// Label.
    #[serde(default, deserialize_with = "null_is_default")]
    pub title: String,
    /// `BOOLEAN`, `DATE`, `DURATION`, `LINK`, `NUMBER`, `PERCENTAGE` or `TEXT`; the server guesses where it is absent.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none", default)]
    pub kind: Option<String>,
    /// The value, in the form that the kind asks for.
    #[serde(default)]
    pub value: Value,
}

/// The value of a data field.
#[derive(Clone, Debug, PartialEq)]
pub enum DataValue {
    /// Yes or no.
    Boolean(bool),
    /// A moment, in milliseconds since the Unix epoch.
    Date(i64),
    /// A length of time, in milliseconds.
    Duration(u64),
    /// A link.
    Link {
        /// What is shown.
        text: String,
        /// Where it leads.
        href: String,
    },
    /// A number.
    Number(f64),
    /// A whole number.
    Count(u64),
    /// 0 to 100.
    Percentage(f64),
    /// A text.
    Text(String),
}

impl DataField {
    /// A labelled value.
    #[must_use]
    pub fn new(title: impl Into<String>, value: DataValue) -> Self {
        let (kind, value) = match value {
            DataValue::Boolean(value) => ("BOOLEAN", json!(value)),
            DataValue::Date(millis) => ("DATE", json!(millis)),
            DataValue::Duration(millis) => ("DURATION", json!(millis)),
            DataValue::Link { text, href } => ("LINK", json!({ "text": text, "href": href })),
            DataValue::Number(value) => ("NUMBER", json!(value)),
            DataValue::Count(value) => ("NUMBER", json!(value)),
            DataValue::Percentage(value) => ("PERCENTAGE", json!(value)),
            DataValue::Text(text) => ("TEXT", json!(text)),
        };
        Self { title: title.into(), kind: Some(kind.to_owned()), value }
    }
}

/// The reports of a commit.
#[derive(Clone, Debug)]
pub struct Reports {
    place: Place,
}

impl Reports {
    pub(crate) fn new(place: Place) -> Self {
        Self { place }
    }

    /// All of them.
    pub fn list(&self) -> List<Report> {
        List::new(self.place.clone(), limits::PAGE_ITEMS)
    }

    /// One, by our id or its UUID.
    ///
    /// # Errors
    ///
    /// As every request; also when `id` cannot be one.
    pub async fn get(&self, id: &str) -> Result<Report, Error> {
        self.place_of(id)?.get().await
    }

    /// Creates the report `id`, or replaces its fields. Its annotations stay: delete it first to be rid of them.
    pub fn put(&self, id: &str, title: impl Into<String>) -> PutReport {
        let title = title.into();
        // The server refuses a report without details, which the description does not say.
        let fields = Fields { details: title.clone(), title, external_id: id.to_owned(), ..Fields::default() };
        PutReport { place: self.place_of(id), fields }
    }

    /// Deletes one with its annotations. There being none is fine.
    ///
    /// # Errors
    ///
    /// As every request; also when `id` cannot be one.
    pub async fn delete(&self, id: &str) -> Result<(), Error> {
        match self.place_of(id)?.delete().await {
            Err(error) if error.is_not_found() => Ok(()),
            other => other,
        }
    }

    /// The place of one report. An id of ours keeps to letters that no server or proxy takes apart.
    pub(crate) fn place_of(&self, id: &str) -> Result<Place, BadId> {
        let inner = id.strip_prefix('{').and_then(|id| id.strip_suffix('}')).unwrap_or(id);
        let fits = !inner.is_empty() && inner.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        if fits { Ok(self.place.join(&[id])) } else { Err(BadId(id.to_owned())) }
    }
}

/// A text that cannot be the id of a report.
#[derive(Clone, Debug)]
pub(crate) struct BadId(String);

impl From<BadId> for Error {
    fn from(BadId(id): BadId) -> Self {
        Self::Invalid(format!("name a report {id:?}: its id may hold letters, digits, '.', '_' and '-' only"))
    }
}

#[derive(Clone, Debug, Default, Serialize)]
struct Fields {
    title: String,
    external_id: String,
    details: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reporter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    report_type: Option<ReportType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<ReportResult>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logo_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remote_link_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    data: Vec<DataField>,
}

/// A report about to be put.
#[must_use]
#[derive(Debug)]
pub struct PutReport {
    place: Result<Place, BadId>,
    fields: Fields,
}

impl PutReport {
    /// What it is for, or says; at most [`limits::DETAILS_CHARS`]. Default: its title.
    pub fn details(mut self, details: impl Into<String>) -> Self {
        self.fields.details = details.into();
        self
    }

    /// Who makes it.
    pub fn reporter(mut self, reporter: impl Into<String>) -> Self {
        self.fields.reporter = Some(reporter.into());
        self
    }

    /// What it is about.
    pub fn report_type(mut self, report_type: ReportType) -> Self {
        self.fields.report_type = Some(report_type);
        self
    }

    /// How it turned out.
    pub fn result(mut self, result: ReportResult) -> Self {
        self.fields.result = Some(result);
        self
    }

    /// Where there is more. The server refuses links to localhost.
    pub fn link(mut self, url: impl Into<String>) -> Self {
        self.fields.link = Some(url.into());
        self
    }

    /// Logo.
    pub fn logo_url(mut self, url: impl Into<String>) -> Self {
        self.fields.logo_url = Some(url.into());
        self
    }

    /// Our id of it, where that is not the one in its address.
    pub fn external_id(mut self, id: impl Into<String>) -> Self {
        self.fields.external_id = id.into();
        self
    }

    /// Whether Jira shows a link to it.
    pub fn remote_link_enabled(mut self, enabled: bool) -> Self {
        self.fields.remote_link_enabled = Some(enabled);
        self
    }

    /// Labelled values, at most [`limits::REPORT_DATA_FIELDS`].
    pub fn data(mut self, data: impl IntoIterator<Item = DataField>) -> Self {
        self.fields.data.extend(data);
        self
    }

    /// Sends it.
    ///
    /// # Errors
    ///
    /// As every request; also when the id cannot be one.
    pub async fn send(self) -> Result<Report, Error> {
        self.place?.put(&self.fields).await
    }
}
