//! Which environment is before which.

use std::collections::{BTreeMap, BTreeSet};

use gitops::words::{meant, quoted};
use gitops::{Reason, Refusal};

use super::Policy;

impl Policy {
    /// The environments that this file names, those before others first, and by name where neither is before the other.
    #[must_use]
    pub fn order(&self) -> Vec<&str> {
        let (mut order, in_circles) = self.sorted();
        order.extend(in_circles);
        order
    }

    /// The environments that a name means: itself, or those of the stage, in waves.
    ///
    /// # Errors
    ///
    /// There is no such environment or stage.
    pub fn waves(&self, name: &str) -> Result<Vec<Vec<&str>>, Refusal> {
        let order = self.order();
        if let Some(itself) = order.iter().find(|environment| **environment == name) {
            return Ok(vec![vec![*itself]]);
        }
        let stage = |environment: &str| self.environments.get(environment).and_then(|it| it.stage.as_deref());
        let mut waves: Vec<Vec<&str>> = Vec::new();
        // In which wave an environment is at the earliest, for all of them: one may wait for another through a third.
        let mut earliest: BTreeMap<&str, usize> = BTreeMap::new();
        for environment in &order {
            let before = self.environments.get(*environment).into_iter().flat_map(super::Environment::before);
            let after = |before: &str| Some(earliest.get(before)? + usize::from(stage(before) == Some(name)));
            let wave = before.filter_map(after).max().unwrap_or_default();
            earliest.insert(environment, wave);
            if stage(environment) == Some(name) {
                waves.resize_with(waves.len().max(wave + 1), Vec::new);
                if let Some(wave) = waves.get_mut(wave) {
                    wave.push(environment);
                }
            }
        }
        if waves.is_empty() { Err(self.no_such_place(name, &order)) } else { Ok(waves) }
    }

    fn no_such_place(&self, name: &str, environments: &[&str]) -> Refusal {
        let stages: BTreeSet<&str> = self.environments.values().filter_map(|it| it.stage.as_deref()).collect();
        let hint = meant(name, environments.iter().copied().chain(stages), "promotion.yaml has");
        Refusal::new(Reason::Missing, format!("there is no environment or stage {}", quoted(name)))
            .hint(hint.unwrap_or_else(|| "promotion.yaml has none".to_owned()))
    }

    /// The environments in their order, and those that are in a circle or wait for one that is.
    pub(super) fn sorted(&self) -> (Vec<&str>, Vec<&str>) {
        let of_services = self.services.values().flat_map(|service| service.environments.keys());
        let all: BTreeSet<&str> = self.environments.keys().chain(of_services).map(String::as_str).collect();
        let mut waits: BTreeMap<&str, usize> = BTreeMap::new();
        let mut next: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, environment) in &self.environments {
            let before: BTreeSet<&str> = environment.before().filter(|before| all.contains(before)).collect();
            waits.insert(name, before.len());
            for before in before {
                next.entry(before).or_default().push(name);
            }
        }
        let mut ready: BTreeSet<&str> =
            all.iter().copied().filter(|name| waits.get(name).is_none_or(|n| *n == 0)).collect();
        let mut order = Vec::with_capacity(all.len());
        while let Some(name) = ready.pop_first() {
            order.push(name);
            for after in next.remove(name).unwrap_or_default() {
                if let Some(waits) = waits.get_mut(after) {
                    *waits = waits.saturating_sub(1);
                    if *waits == 0 {
                        ready.insert(after);
                    }
                }
            }
        }
        let sorted: BTreeSet<&str> = order.iter().copied().collect();
        (order, all.difference(&sorted).copied().collect())
    }
}
