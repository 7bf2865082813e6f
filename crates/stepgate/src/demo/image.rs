//! The image of the story: what Trivy said of it, dated anew.
//!
//! A report counts as old after a day, its database is refused after a day, and an exception has a last day. What was
//! recorded once would tell another story tomorrow, so its times are those of the telling.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::Value;
use step::{Failure, Result};

use super::stage::{Stage, file_of_example};

/// What Trivy says of the image that was built.
pub(super) const REPORT: &str = "scan/image.json";
/// What it said of the image that runs, kept from its deployment.
pub(super) const DEPLOYED: &str = "scan/deployed.json";
/// What is accepted for a while.
pub(super) const EXCEPTIONS: &str = "scan-exceptions.yaml";

/// Where a report of Trivy and what it says of itself tell a time.
const TIMES: [&str; 4] =
    ["/CreatedAt", "/VulnerabilityDB/UpdatedAt", "/VulnerabilityDB/NextUpdate", "/VulnerabilityDB/DownloadedAt"];

/// Puts Trivy's report on an image, `candidate` or `clean`, where a pipeline leaves it, as if it had been made just now.
pub(super) fn put_report(stage: &Stage<'_>, image: &str) -> Result<()> {
    for (recorded, place) in
        [(format!("{image}.json"), REPORT.to_owned()), ("version.json".to_owned(), format!("{REPORT}.version.json"))]
    {
        let mut told = recorded_json(&recorded)?;
        // Whole seconds: half a report ends at the same place whenever it is cut.
        let now = Timestamp::now().strftime("%FT%TZ").to_string();
        for time in TIMES {
            if let Some(time) = told.pointer_mut(time) {
                *time = Value::from(now.as_str());
            }
        }
        stage.repo.write(&place, format!("{told:#}\n"));
    }
    stage.repo.write(&format!("{REPORT}.exit"), file_of_example(&format!("reports/scan/{image}.json.exit"))?);
    Ok(())
}

/// Puts the report on the image that runs where the last deployment left it.
pub(super) fn put_deployed(stage: &Stage<'_>) -> Result<()> {
    stage.repo.write(DEPLOYED, file_of_example("reports/scan/deployed.json")?);
    Ok(())
}

/// Writes down what is accepted, for thirty days from now.
pub(super) fn put_exceptions(stage: &Stage<'_>) {
    let last = Timestamp::now().to_zoned(TimeZone::UTC).date().saturating_add(30.days());
    let entry = format!(
        "exceptions:\n  - id: CVE-2099-0102\n    package: zlib1g\n    owner: team-orders\n    \
         reason: the program that has it is not in the image\n    expires: {last}\n"
    );
    stage.repo.write(EXCEPTIONS, entry);
}

/// The id of a recorded image, `sha256:…`.
pub(super) fn id(image: &str) -> Result<String> {
    let report = recorded_json(&format!("{image}.json"))?;
    let id = report.pointer("/Metadata/ImageID").and_then(Value::as_str);
    id.map(str::to_owned).ok_or_else(|| Failure::bug(format!("the example's report on {image} names no image")))
}

fn recorded_json(name: &str) -> Result<Value> {
    serde_json::from_slice(file_of_example(&format!("reports/scan/{name}"))?)
        .map_err(|error| Failure::bug(format!("cannot read the example's {name}")).because(error))
}
