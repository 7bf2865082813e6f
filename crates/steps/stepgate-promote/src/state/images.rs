//! What stands where in another commit, by the policy of this one.

use std::collections::BTreeMap;

use gitops::Image;
use step::Result;

use super::{State, files_at};

impl State<'_> {
    /// The image of every service in every environment at `commit`, or why it cannot be told.
    ///
    /// # Errors
    ///
    /// Git cannot answer.
    pub(crate) async fn images_at(
        &self,
        commit: &str,
    ) -> Result<BTreeMap<(String, String), std::result::Result<Image, String>>> {
        let files = files_at(self.scratch, commit, &self.policy).await?;
        let mut images = BTreeMap::new();
        for (name, service) in &self.policy.services {
            for (environment, place) in &service.environments {
                let image = gitops::standing(&service.image, &place.targets, &files);
                images.insert((name.clone(), environment.clone()), image);
            }
        }
        Ok(images)
    }

    /// Whether a file is one that says which image runs somewhere.
    pub(crate) fn is_target(&self, file: &str) -> bool {
        let places = self.policy.services.values().flat_map(|service| service.environments.values());
        places.flat_map(|place| &place.targets).any(|target| target.file == file)
    }
}
