//! Of two builds of the same service for the same environment, the newer one wins.

use git::Repo;
use gitops::{Age, Image, Move, Record, Source};
use landing::Snapshot;

use crate::put::Stopped;

/// So many commits back it is looked for who put there what is there. Two builds that race are minutes apart; the other
/// guard, against versions that go back, does not look at history.
const HORIZON: u32 = 256;

/// The newer build that has put its image there already, in a sentence.
///
/// By the numbers of their builds when both are of the same repository, else by their commits when the clone here has
/// both. Nothing is said when neither can tell.
pub(crate) async fn newer(
    moves: &[Move],
    ours: &Source,
    clone: Option<&Repo>,
    snapshot: &Snapshot<'_>,
) -> Result<Option<String>, Stopped> {
    if ours.build.is_none() && ours.commit.is_none() || moves.iter().all(|it| it.service.is_none()) {
        return Ok(None);
    }
    for most in [1, HORIZON] {
        let messages = snapshot.messages(most).await.map_err(Stopped::landing)?;
        let records = messages.iter().map(|logged| gitops::record::records(&logged.message)).collect::<Vec<_>>();
        let mut known = true;
        for it in moves {
            let of_this = |record: &&Record| record.service == it.service && record.environment == it.environment;
            let Some(record) = records.iter().flatten().find(of_this) else {
                known = false;
                continue;
            };
            // What somebody has put there since by other means is of no build.
            if stands(&record.image, &it.from) && is_newer(&record.source, ours, clone).await {
                let what = it.service.as_deref().unwrap_or("it");
                let by = record.source.build.map_or_else(|| "a later commit".to_owned(), |n| format!("build {n}"));
                return Ok(Some(format!("{what}: {by} has put {} there", record.image)));
            }
        }
        if known {
            break;
        }
    }
    Ok(None)
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
