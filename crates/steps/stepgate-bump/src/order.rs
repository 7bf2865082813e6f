//! Of two builds of the same service for the same environment, the newer one wins.

use git::Repo;
use gitops::{Age, Image, Move, Record, Source};
use landing::Snapshot;

use crate::put::Stopped;

/// So many commits back it is looked for who put there what is there. Two builds that race are minutes apart; the other
/// guard, against versions that go back, does not look at history.
const HORIZON: u32 = 256;

/// A service in an environment where a newer build has put its image already.
#[derive(Debug)]
pub(crate) struct Late {
    pub(crate) service: Option<String>,
    pub(crate) environment: Option<String>,
    /// Which build has put which image there, in a sentence.
    pub(crate) by: String,
}

/// Where `moves` come too late.
///
/// By the numbers of their builds when both are of the same repository, else by their commits when the clone here has
/// both. Nothing is said when neither can tell.
pub(crate) async fn late(
    moves: &[Move],
    ours: &Source,
    clone: Option<&Repo>,
    snapshot: &Snapshot<'_>,
) -> Result<Vec<Late>, Stopped> {
    if ours.build.is_none() && ours.commit.is_none() || moves.iter().all(|it| it.service.is_none()) {
        return Ok(Vec::new());
    }
    let mut records = records(snapshot, 1).await?;
    if moves.iter().any(|it| last(&records, it).is_none()) {
        records = self::records(snapshot, HORIZON).await?;
    }
    let mut late = Vec::new();
    for it in moves {
        // What somebody has put there since by other means is of no build.
        let Some(record) = last(&records, it).filter(|record| stands(&record.image, &it.from)) else { continue };
        if is_newer(&record.source, ours, clone).await {
            let what = it.service.as_deref().unwrap_or("it");
            let build = record.source.build.map_or_else(|| "a later commit".to_owned(), |n| format!("build {n}"));
            let by = format!("{what}: {build} has put {} there", record.image);
            late.push(Late { service: it.service.clone(), environment: it.environment.clone(), by });
        }
    }
    Ok(late)
}

/// What the last commits put where, newest first.
async fn records(snapshot: &Snapshot<'_>, most: u32) -> Result<Vec<Record>, Stopped> {
    let messages = snapshot.messages(most).await.map_err(Stopped::landing)?;
    Ok(messages.iter().flat_map(|logged| gitops::records(&logged.message)).collect())
}

/// The last record of the same service in the same environment.
fn last<'r>(records: &'r [Record], it: &Move) -> Option<&'r Record> {
    records.iter().find(|record| record.service == it.service && record.environment == it.environment)
}

/// Whether the image is what is written: `1.8.1@sha256:…`, one of the two, or both.
fn stands(image: &Image, written: &str) -> bool {
    let (tag, digest) = match written.split_once('@') {
        Some((tag, digest)) => (tag, Some(digest)),
        None if written.contains(':') => ("", Some(written)),
        None => (written, None),
    };
    match (digest, &image.digest) {
        (Some(there), Some(digest)) => there == digest.as_str(),
        _ => image.tag.as_ref().is_some_and(|it| it.as_str() == tag),
    }
}

async fn is_newer(theirs: &Source, ours: &Source, clone: Option<&Repo>) -> bool {
    match gitops::record::age(theirs, ours) {
        Age::Newer => true,
        Age::Older | Age::Same => false,
        Age::Unknown => {
            let commits = theirs.commit.as_ref().zip(ours.commit.as_ref());
            let (Some((theirs, ours)), Some(clone)) = (commits, clone) else { return false };
            // A clone that lacks one of them cannot tell.
            theirs != ours && clone.merge_base(theirs, ours).await.ok().flatten().as_ref() == Some(ours)
        }
    }
}
