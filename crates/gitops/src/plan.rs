//! What becomes of the files of a GitOps repository.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use yaml_edit::{Change, Path, Yaml};

use crate::changes::{Rules, outcome};
use crate::explicit::{entry, explicit};
use crate::find::{find, is_kustomization};
use crate::place::Place;
use crate::reference::{Image, Name};
use crate::refusal::{Reason, Refusal, plain};
use crate::target::Target;
use crate::words::{listed, quoted};

/// An image, and where it is wanted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Wish {
    /// Whose image it is, for messages.
    pub service: Option<String>,
    /// Where it goes, for messages.
    pub environment: Option<String>,
    /// What is to stand there.
    pub image: Image,
    /// At least one.
    pub targets: Vec<Target>,
}

/// What one file becomes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FileChange {
    /// Its path in the repository.
    pub file: String,
    /// What is in it.
    pub before: Vec<u8>,
    /// What is going to be in it.
    pub after: Vec<u8>,
}

/// A place that moved, for people.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Move {
    /// Whose image it is.
    pub service: Option<String>,
    /// Where it goes.
    pub environment: Option<String>,
    /// The file.
    pub file: String,
    /// The line before anything changed, from 1.
    pub line: u32,
    /// The path in the file.
    pub place: String,
    /// What was written: `1.8.1@sha256:…`, or `(none)`.
    pub from: String,
    /// What is written then.
    pub to: String,
}

/// What becomes of all files.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Plan {
    /// The files that change, in order of their paths.
    pub files: Vec<FileChange>,
    /// The places that move, in the order they were wished for.
    pub moves: Vec<Move>,
    /// The places at which the image is already.
    pub unchanged: Vec<Move>,
}

/// What becomes of `files`, by path, when all wishes come true. All of them do, or none.
///
/// # Errors
///
/// A file that is not there or is no YAML, an image that is nowhere or in several places, two images for one place, and
/// what [`crate::changes()`] refuses.
pub fn plan(wishes: &[Wish], files: &BTreeMap<String, Vec<u8>>, rules: &Rules) -> Result<Plan, Refusal> {
    let mut plan = Plan::default();
    let mut drafts: BTreeMap<&str, Draft<'_>> = BTreeMap::new();
    for wish in wishes {
        if wish.targets.is_empty() {
            let whose = wish.service.as_deref().unwrap_or(wish.image.name.as_str());
            return Err(Refusal::new(Reason::Missing, format!("there is no target for {}", quoted(whose)))
                .hint("name a file, or give the service targets in promotion.yaml"));
        }
        for target in &wish.targets {
            if !drafts.contains_key(target.file.as_str()) {
                drafts.insert(&target.file, Draft::read(&target.file, files)?);
            }
            if let Some(draft) = drafts.get_mut(target.file.as_str()) {
                draft.wish(wish, target, rules, &mut plan)?;
            }
        }
    }
    for (file, draft) in drafts {
        plan.files.extend(draft.finish(file)?);
    }
    Ok(plan)
}

/// A file on its way.
struct Draft<'f> {
    before: &'f [u8],
    yaml: Yaml<'f>,
    changes: Vec<Change>,
    /// What is wanted where, by document and path.
    taken: HashMap<(usize, Path), Image>,
}

impl<'f> Draft<'f> {
    fn read(file: &str, files: &'f BTreeMap<String, Vec<u8>>) -> Result<Self, Refusal> {
        let before = files.get(file).ok_or_else(|| {
            Refusal::new(Reason::Missing, "there is no such file")
                .at(file, None)
                .hint("is the path that of the repository?")
        })?;
        let yaml = Yaml::read(before).map_err(|error| Refusal::yaml(Reason::Unreadable, file, &error))?;
        Ok(Self { before, yaml, changes: Vec::new(), taken: HashMap::new() })
    }

    fn wish(&mut self, wish: &Wish, target: &Target, rules: &Rules, plan: &mut Plan) -> Result<(), Refusal> {
        for place in places(&wish.image.name, target, &self.yaml)? {
            let key = (place.document, place.path.clone());
            match self.taken.get(&key) {
                Some(image) if *image == wish.image => continue,
                Some(other) => {
                    let what = format!(
                        "two images are wanted at {}: {} and {}",
                        place.path,
                        quoted(&other.to_string()),
                        quoted(&wish.image.to_string())
                    );
                    return Err(Refusal::new(Reason::Conflict, what).at(&target.file, Some(place.line)));
                }
                None => {}
            }
            self.taken.insert(key, wish.image.clone());
            let (changes, written) = outcome(&place, &wish.image, rules)?;
            let moved = moved(wish, &place, &written.to_string());
            if changes.is_empty() {
                plan.unchanged.push(moved);
            } else {
                plan.moves.push(moved);
            }
            self.changes.extend(changes);
        }
        Ok(())
    }

    fn finish(self, file: &str) -> Result<Option<FileChange>, Refusal> {
        if self.changes.is_empty() {
            return Ok(None);
        }
        let after = self.yaml.apply(&self.changes).map_err(|error| Refusal::yaml(Reason::Stuck, file, &error))?;
        let (before, after) = (self.before.to_vec(), after.into_bytes());
        Ok((before != after).then(|| FileChange { file: file.to_owned(), before, after }))
    }
}

fn moved(wish: &Wish, place: &Place, to: &str) -> Move {
    Move {
        service: wish.service.clone(),
        environment: wish.environment.clone(),
        file: place.file.clone(),
        line: place.line,
        place: place.path.to_string(),
        from: place.image.to_string(),
        to: to.to_owned(),
    }
}

/// The places that a target means.
pub(crate) fn places(name: &Name, target: &Target, yaml: &Yaml<'_>) -> Result<Vec<Place>, Refusal> {
    if let Some(path) = &target.path {
        return explicit(&target.file, yaml, target.document, path).map(|place| vec![place]);
    }
    let is_meant = |place: &Place| target.document.is_none_or(|document| place.document == document);
    let mut places = find(&target.file, yaml, Some(name));
    places.retain(is_meant);
    match places.len() {
        0 => nowhere(name, target, yaml).map(|place| vec![place]),
        1 => Ok(places),
        _ if target.all => Ok(places),
        several => {
            Err(Refusal::new(Reason::Ambiguous, format!("{} stands in {several} places", quoted(name.as_str())))
                .at(&target.file, None)
                .candidates(places.iter().map(Place::shown).collect())
                .hint("give the target the path of the one that is meant, or `all: true` for all of them"))
        }
    }
}

/// A Kustomization takes an entry more; anything else is a mistake.
fn nowhere(name: &Name, target: &Target, yaml: &Yaml<'_>) -> Result<Place, Refusal> {
    let mut documents = yaml.documents().enumerate().filter(|(at, root)| {
        target.document.is_none_or(|document| document == *at) && is_kustomization(&target.file, *root)
    });
    if let Some((document, _)) = documents.next() {
        // A new entry would change nothing where the manifests have the short name that one of these is for.
        let last = |name: &Name| name.path().rsplit('/').next().map(str::to_owned);
        let alike: Vec<String> = find(&target.file, yaml, None)
            .iter()
            .filter(|place| place.image.name.as_ref().is_some_and(|other| last(other) == last(name)))
            .map(Place::shown)
            .collect();
        if !alike.is_empty() {
            let what = format!("{} is not in the file, but an image with the same last name is", quoted(name.as_str()));
            return Err(Refusal::new(Reason::Ambiguous, what)
                .at(&target.file, None)
                .candidates(alike)
                .hint("give the target the path of the entry that is meant, `images[name=…]`, or of a new one"));
        }
        let item = yaml_edit::Segment::Item { key: "name".to_owned(), value: name.to_string() };
        let path = vec![yaml_edit::Segment::Key("images".to_owned()), item];
        return Ok(entry(&target.file, document, path.into(), None));
    }
    let mut others: Vec<String> = find(&target.file, yaml, None)
        .iter()
        .filter_map(|place| place.image.name.as_ref().map(|name| quoted(name.as_str())))
        .collect();
    others.sort();
    others.dedup();
    let hint = if others.is_empty() {
        "no image is recognised in it: give the target a path".to_owned()
    } else {
        format!(
            "{} holds {}; is the name right, or does the target need a path?",
            plain(&target.file),
            listed(&others, 5)
        )
    };
    let what = format!("{} is not in the file", quoted(name.as_str()));
    Err(Refusal::new(Reason::Missing, what).at(&target.file, None).hint(hint))
}
