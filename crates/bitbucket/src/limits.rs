//! The limits that Bitbucket Cloud sets, each with its source. Characters are Unicode scalar values.
//!
//! "The description" is the published API description, <https://api.bitbucket.org/swagger.json>.

/// Annotations in one request. Source: the description, `maxItems` of the bulk operation; the server says
/// "Bulk upload supports a maximum of /100 annotations."
pub const ANNOTATIONS_PER_REQUEST: usize = 100;

/// Annotations of one report. Source: the description, text of the bulk operation.
pub const ANNOTATIONS_PER_REPORT: usize = 1000;

/// Characters in the summary of an annotation. Source: the server, "The summary field cannot contain more than 450
/// characters." (reviewdog issue 1285).
pub const SUMMARY_CHARS: usize = 450;

/// Characters in the details of an annotation or report. Source: other clients and the documentation of Code Insights
/// for Bitbucket Server; the description of Cloud states none.
pub const DETAILS_CHARS: usize = 2000;

/// Data fields of a report. Source: the description, text of `report.data`.
pub const REPORT_DATA_FIELDS: usize = 10;

/// Characters in the key of a build status. Source: the server, "Ensure this value has at most 40 characters"
/// (buildbot issue 7049, fluxcd notification-controller issue 173).
pub const STATUS_KEY_CHARS: usize = 40;

/// Items on a page, at most. Source: the description, "Pagination"; pull requests have their own.
pub const PAGE_ITEMS: u32 = 100;

/// Pull requests on a page, at most. Source: the server, "Invalid pagelen" above it (jenkinsci
/// bitbucket-branch-source-plugin pull request 1182); the description says 100.
pub const PULL_REQUESTS_PER_PAGE: u32 = 50;

/// Pages that are followed before a list is taken to be endless. Our own: 50,000 items at 100 a page.
pub const PAGES: usize = 500;
