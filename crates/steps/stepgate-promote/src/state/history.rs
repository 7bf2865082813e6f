//! Going back in history until it is known what put each image where it stands.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use git::{Scratch, Touch};
use gitops::{Image, agreed};
use step::{Failure, Result};

use super::Depth;
use super::watch::{Readings, Watch};

/// A time in which one image stood somewhere.
#[derive(Clone, Debug)]
pub(super) struct Stretch {
    pub(super) image: Result<Image, String>,
    /// When it came, and with which commit; `None` until that is found.
    pub(super) time: Option<i64>,
    pub(super) commit: Option<String>,
}

/// A service in an environment, and what stood there, the newest first.
pub(super) struct Spot<'p> {
    pub(super) service: &'p str,
    pub(super) environment: &'p str,
    pub(super) stretches: Vec<Stretch>,
    /// How many stretches are to have a beginning.
    wanted: usize,
    is_done: bool,
}

/// What is known at one commit on the way back.
pub(super) struct History<'w, 'p> {
    watch: &'w Watch<'p>,
    spots: Vec<Spot<'p>>,
    /// What each file says there.
    readings: Vec<Readings>,
    /// How many spots of each file are not done.
    open: Vec<usize>,
}

/// How many files are asked for at once: each question to a remote takes a while, and what is asked for takes memory.
const BATCH: usize = 256;

impl<'w, 'p> History<'w, 'p> {
    /// At the tip, where `files` are.
    pub(super) fn begin(watch: &'w Watch<'p>, mut files: BTreeMap<String, Vec<u8>>, depth: Depth<'_>) -> Self {
        let readings: Vec<Readings> =
            watch.files.iter().map(|file| file.read(files.remove(file.path).as_deref())).collect();
        let mut history = Self {
            watch,
            spots: Vec::new(),
            open: watch.files.iter().map(|file| file.places.len()).collect(),
            readings,
        };
        for (at, place) in watch.places.iter().enumerate() {
            let wanted = match depth {
                Depth::Earlier { service, environment, most }
                    if service == place.service && environment == place.environment =>
                {
                    most.saturating_add(1)
                }
                Depth::Current | Depth::Earlier { .. } => 1,
                Depth::All => usize::MAX,
            };
            let stretches = vec![Stretch { image: history.image(at, &BTreeMap::new()), time: None, commit: None }];
            history.spots.push(Spot {
                service: place.service,
                environment: place.environment,
                stretches,
                wanted,
                is_done: false,
            });
        }
        history
    }

    /// Goes back until everything that is wanted is known, or history ends.
    pub(super) async fn walk(&mut self, scratch: &Scratch, tip: &str) -> Result<()> {
        let cannot = |error| Failure::git(format!("cannot read the history of {tip}"), error);
        let mut touches = scratch.touches(tip, &self.watch.paths()).await.map_err(cannot)?;
        let mut is_end = false;
        while !is_end && self.open.iter().any(|open| *open > 0) {
            let (mut batch, mut blobs) = (Vec::new(), BTreeSet::new());
            while blobs.len() < BATCH && !is_end {
                match touches.next().await.map_err(cannot)? {
                    None => is_end = true,
                    Some(touch) => {
                        let open = touch.files.iter().filter(|file| self.is_open(file.path));
                        blobs.extend(open.clone().filter_map(|file| file.old.clone()));
                        if open.count() > 0 {
                            batch.push(touch);
                        }
                    }
                }
            }
            let blobs = scratch.blobs(&Vec::from_iter(blobs)).await.map_err(cannot)?;
            for touch in batch {
                self.step_back(touch, &blobs);
            }
        }
        Ok(())
    }

    /// What was found, by service and environment.
    pub(super) fn end(mut self) -> Vec<Spot<'p>> {
        for spot in &mut self.spots {
            // Before something came to a place for the first time there was nothing.
            if spot.stretches.len() > 1
                && spot.stretches.last().is_some_and(|last| last.time.is_none() && last.image.is_err())
            {
                spot.stretches.pop();
            }
        }
        self.spots
    }

    fn is_open(&self, file: usize) -> bool {
        self.open.get(file).is_some_and(|open| *open > 0)
    }

    /// To before a commit.
    pub(super) fn step_back(&mut self, touch: Touch, blobs: &HashMap<String, Vec<u8>>) {
        let mut before = BTreeMap::new();
        let mut places = BTreeSet::new();
        for touched in touch.files {
            let Some(file) = self.watch.files.get(touched.path).filter(|_| self.is_open(touched.path)) else {
                continue;
            };
            let content = touched.old.as_ref().and_then(|id| blobs.get(id)).map(Vec::as_slice);
            before.insert(touched.path, file.read(content));
            places.extend(file.places.iter().copied());
        }
        for place in places {
            if self.spots.get(place).is_none_or(|spot| spot.is_done) {
                continue;
            }
            let image = self.image(place, &before);
            if self.spots.get_mut(place).is_some_and(|spot| spot.came_with(&touch.commit, touch.time, image)) {
                self.done(place);
            }
        }
        for (file, readings) in before {
            if let Some(slot) = self.readings.get_mut(file) {
                *slot = readings;
            }
        }
    }

    /// A file of which all spots are done is not read any more.
    fn done(&mut self, place: usize) {
        for (file, _) in self.watch.places.get(place).iter().flat_map(|place| &place.targets) {
            if let Some(open) = self.open.get_mut(*file) {
                *open = open.saturating_sub(1);
            }
        }
    }

    /// The image of a place, where some files are as they were `before`.
    fn image(&self, place: usize, before: &BTreeMap<usize, Readings>) -> Result<Image, String> {
        let Some(place) = self.watch.places.get(place) else { return Err("there is no such place".to_owned()) };
        let reading = |(file, target): &(usize, usize)| {
            before.get(file).or_else(|| self.readings.get(*file)).and_then(|readings| readings.get(*target))
        };
        agreed(place.name, place.targets.iter().filter_map(reading))
    }
}

impl Spot<'_> {
    /// What stands there now, and how it came there.
    pub(super) fn first(&self) -> Option<&Stretch> {
        self.stretches.first()
    }

    /// Before a commit `image` was there; whether that makes everything known that is wanted.
    fn came_with(&mut self, commit: &str, time: i64, image: Result<Image, String>) -> bool {
        let begun = self.stretches.len();
        let Some(last) = self.stretches.last_mut().filter(|last| !is_same(&last.image, &image)) else { return false };
        (last.time, last.commit) = (Some(time), Some(commit.to_owned()));
        self.is_done = begun >= self.wanted;
        if !self.is_done {
            self.stretches.push(Stretch { image, time: None, commit: None });
        }
        self.is_done
    }
}

/// Whether two are the same image: by digest, or where there is none, by tag. What cannot be told is the same as anything else
/// that cannot.
pub(super) fn is_same(a: &Result<Image, String>, b: &Result<Image, String>) -> bool {
    match (a, b) {
        (Ok(a), Ok(b)) => match (&a.digest, &b.digest) {
            (None, None) => a.tag == b.tag,
            (a, b) => a == b,
        },
        (a, b) => a.is_err() && b.is_err(),
    }
}
