//! What the change did, where this gate depends on it.

use git::history::Destination;
use step::Result;
use step::change::{self, Known};

use crate::args::ChangeArgs;
use crate::config::Changed;
use crate::place::{Place, SECTION};

/// What the change did, when something depends on it: `changed` asks for it, or `needed` does and the destination is
/// known.
///
/// # Errors
///
/// When it is asked for and cannot be known. A gate that does not know the change never passes it.
pub(crate) async fn find(args: &ChangeArgs, changed: Changed, needed: bool, place: &Place) -> Result<Option<Known>> {
    let destination = destination(args.destination.as_deref(), place);
    match (changed, destination) {
        (Changed::Off, None) => Ok(None),
        (Changed::Off, Some(destination)) if !needed || change::is_there(&destination, place.repo().ok()).await => {
            Ok(None)
        }
        (_, Some(destination)) => {
            let way_out = match changed {
                Changed::Off => "or leave open whether the baseline grew: --allow-baseline-growth",
                Changed::Lines | Changed::Files => EVERYTHING,
            };
            let since = change::since(&destination, changed == Changed::Files, place.repo()?).await;
            since.map(Some).map_err(|failure| failure.hint(way_out))
        }
        (_, None) => Err(change::no_destination(SECTION).hint(EVERYTHING)),
    }
}

/// Where the change wants to go: as asked for, else as the pull request says, else as configured.
pub(crate) fn destination(asked: Option<&str>, place: &Place) -> Option<Destination> {
    change::destination(asked, place.config.destination.as_deref(), &place.pipeline)
}

const EVERYTHING: &str = "or judge everything: --everything";
