//! What a fake remembers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};

use super::auth::Auth;
use super::content::{Content, Draft, File};
use super::environments::{Environment, Variable};
use super::keeper::Keeper;
use super::paging::Tokens;
use super::people::Person;
use super::pipelines::Pipeline;
use super::rate::Budget;
use super::restrictions::Restriction;
use super::time::BEGIN;

/// A Code Insights report.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The id in the path when it was made.
    pub external_id: String,
    /// With braces.
    pub uuid: String,
    /// As it is answered: what was sent, and what Bitbucket adds.
    pub body: Value,
    /// In the order of their first arrival.
    pub annotations: Vec<Annotation>,
}

impl Report {
    pub(super) fn answers_to(&self, id: &str) -> bool {
        self.external_id == id || self.uuid == id
    }
}

/// An annotation of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation {
    /// The id by which it is updated.
    pub external_id: String,
    /// With braces.
    pub uuid: String,
    /// As it is answered.
    pub body: Value,
}

impl Annotation {
    pub(super) fn answers_to(&self, id: &str) -> bool {
        self.external_id == id || self.uuid == id
    }
}

/// A build status of a commit.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// What identifies it on its commit.
    pub key: String,
    /// `SUCCESSFUL`, `FAILED`, `INPROGRESS` or `STOPPED`.
    pub state: String,
    /// As it is answered.
    pub body: Value,
}

/// A comment on a pull request.
#[derive(Debug, Clone, PartialEq)]
pub struct Comment {
    /// Counts up over the whole fake.
    pub id: u64,
    /// The Markdown source; empty when deleted.
    pub raw: String,
    /// Deleted ones stay in the list.
    pub deleted: bool,
    /// Whether the caller wrote it; only then may it be changed.
    pub own: bool,
    /// As it is answered.
    pub body: Value,
}

/// A pull request.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a pull request exists once the builder has it"]
pub struct PullRequest {
    pub(super) id: u64,
    pub(super) title: String,
    pub(super) state: String,
    pub(super) source_branch: String,
    pub(super) source_commit: String,
    pub(super) destination_branch: String,
    pub(super) destination_commit: String,
    pub(super) description: String,
    pub(super) comments: Vec<Comment>,
    pub(super) reviewers: Vec<String>,
    pub(super) close_source_branch: bool,
    pub(super) draft: bool,
    pub(super) merge_commit: Option<String>,
    pub(super) author: Person,
    pub(super) participants: Vec<Participant>,
    /// The oldest first.
    pub(super) activity: Vec<Value>,
    /// The tip of the source and the destination that `activity` knows of.
    pub(super) noted: Option<(String, String)>,
}

impl PullRequest {
    /// An open one from a branch to a branch.
    pub fn new(id: u64, source_branch: &str, destination_branch: &str) -> Self {
        Self {
            id,
            title: format!("Pull request {id}"),
            state: "OPEN".to_owned(),
            source_branch: source_branch.to_owned(),
            source_commit: "5".repeat(40),
            destination_branch: destination_branch.to_owned(),
            destination_commit: "d".repeat(40),
            description: String::new(),
            comments: Vec::new(),
            reviewers: Vec::new(),
            close_source_branch: false,
            draft: false,
            merge_commit: None,
            author: Person::caller(),
            participants: Vec::new(),
            activity: Vec::new(),
            noted: None,
        }
    }

    /// Who opened it.
    pub fn author(mut self, person: &Person) -> Self {
        self.author = person.clone();
        self
    }

    /// Its title.
    pub fn title(mut self, title: &str) -> Self {
        title.clone_into(&mut self.title);
        self
    }

    /// The tips of its two branches.
    pub fn commits(mut self, source: &str, destination: &str) -> Self {
        source.clone_into(&mut self.source_commit);
        destination.clone_into(&mut self.destination_commit);
        self
    }

    /// Makes it a draft.
    pub fn draft(mut self) -> Self {
        self.draft = true;
        self
    }

    /// Everything about it that a person sees: number, state, branches, title, description, reviewers by UUID.
    #[must_use]
    pub fn seen(&self) -> Seen {
        Seen {
            id: self.id,
            state: self.state.clone(),
            source: self.source_branch.clone(),
            destination: self.destination_branch.clone(),
            title: self.title.clone(),
            description: self.description.clone(),
            reviewers: self.reviewers.clone(),
            close_source_branch: self.close_source_branch,
        }
    }

    /// `OPEN`, `MERGED`, `DECLINED` or `SUPERSEDED`.
    pub fn state(mut self, state: &str) -> Self {
        state.clone_into(&mut self.state);
        self
    }
}

/// Somebody who takes part in a pull request.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Participant {
    pub(super) person: Person,
    pub(super) approved: bool,
    pub(super) state: Option<&'static str>,
    pub(super) date: Option<String>,
}

impl Participant {
    pub(super) fn new(person: &Person) -> Self {
        Self { person: person.clone(), approved: false, state: None, date: None }
    }

    pub(super) fn withdraw(&mut self) {
        if self.approved {
            (self.approved, self.state) = (false, None);
        }
    }

    pub(super) fn describe(&self) -> Value {
        json!({
            "type": "participant",
            "user": self.person.describe(),
            "role": "PARTICIPANT",
            "approved": self.approved,
            "state": self.state,
            "participated_on": self.date,
        })
    }
}

/// What a person sees of a pull request.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Seen {
    pub id: u64,
    pub state: String,
    pub source: String,
    pub destination: String,
    pub title: String,
    pub description: String,
    pub reviewers: Vec<String>,
    pub close_source_branch: bool,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) repositories: Vec<Repository>,
    /// Whether repositories were named, so that others do not exist.
    closed: bool,
    pub(super) auth: Auth,
    pub(super) pages: Tokens,
    /// None when requests are not counted.
    pub(super) budget: Option<Budget>,
    pub(super) deletes_missing_reports: bool,
    /// UUIDs of those who may review; everybody when it is empty.
    pub(super) members: Vec<String>,
    /// How many entries a listing may have before it takes too long.
    pub(super) listing_limit: Option<usize>,
    /// How many times a merge is told to be pending before it is told to be done; 0 is at once.
    pub(super) slow_merges: u32,
    /// The merges that are under way, and how many times they are still told to be pending.
    pub(super) tasks: BTreeMap<String, u32>,
    /// Whether merge checks are enforced, as on the Premium plan.
    pub(super) premium: bool,
    /// Each with its workspace.
    pub(super) workspace_variables: Vec<(String, Variable)>,
    /// Seconds of the Unix epoch at tick 0.
    pub(super) begin: i64,
    /// Counts up with everything that is made or changed: the source of UUIDs, ids and times.
    pub(super) ticks: u64,
}

impl Default for State {
    fn default() -> Self {
        Self {
            repositories: Vec::new(),
            closed: false,
            auth: Auth::default(),
            pages: Tokens::default(),
            budget: None,
            deletes_missing_reports: false,
            members: Vec::new(),
            listing_limit: None,
            slow_merges: 0,
            tasks: BTreeMap::new(),
            premium: false,
            workspace_variables: Vec::new(),
            begin: BEGIN,
            ticks: 0,
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Repository {
    pub(super) workspace: String,
    pub(super) slug: String,
    pub(super) uuid: String,
    pub(super) pull_requests: Vec<PullRequest>,
    named_commits: BTreeSet<String>,
    pub(super) commits: BTreeMap<String, Commit>,
    pub(super) content: Content,
    pub(super) default_reviewers: Vec<String>,
    /// Why nothing can be merged now.
    pub(super) merge_check: Option<String>,
    /// How the next merge goes, if not as usual.
    pub(super) next_merge: Option<NextMerge>,
    pub(super) pipelines: Vec<Pipeline>,
    pub(super) environments: Vec<Environment>,
    pub(super) restrictions: Vec<Restriction>,
    pub(super) variables: Vec<Variable>,
    /// Whoever keeps its branches, if they are not here.
    pub(super) keeper: Option<Keeper>,
}

/// How a merge goes that does not go as usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextMerge {
    /// A branch moves while it is under way: 409.
    RefsMove,
    /// It takes too long, and is not done: 555.
    TimesOut,
    /// It takes too long, and is done all the same: 555.
    TimesOutButMerges,
    /// It goes into the background (202) and fails there.
    FailsInBackground,
}

#[derive(Debug, Default)]
pub(super) struct Commit {
    pub(super) reports: Vec<Report>,
    pub(super) statuses: Vec<Status>,
}

impl State {
    /// The repository, made when it is not there; from now on only named ones exist.
    pub(super) fn declare_repository(&mut self, workspace: &str, slug: &str) -> &mut Repository {
        self.closed = true;
        let index = self.made(workspace, slug);
        &mut self.repositories[index]
    }

    /// Where the repository of these names or UUIDs is; an empty workspace UUID matches any workspace, as it really
    /// does.
    pub(super) fn repository(&mut self, workspace: &str, slug: &str) -> Option<usize> {
        let is_name = |part: &str| !part.is_empty() && !part.contains(['{', '}']);
        if !self.closed && is_name(workspace) && is_name(slug) {
            return Some(self.made(workspace, slug));
        }
        self.position(workspace, slug)
    }

    fn position(&self, workspace: &str, slug: &str) -> Option<usize> {
        self.repositories.iter().position(|repository| repository.answers_to(workspace, slug))
    }

    fn made(&mut self, workspace: &str, slug: &str) -> usize {
        self.position(workspace, slug).unwrap_or_else(|| {
            let uuid = self.uuid();
            self.repositories.push(Repository {
                workspace: workspace.to_owned(),
                slug: slug.to_owned(),
                uuid,
                ..Repository::default()
            });
            self.repositories.len() - 1
        })
    }

    /// What is known on a commit, whichever repository has it.
    pub(super) fn on_commit<T: Default>(&self, hash: &str, look: impl Fn(&Commit) -> T) -> T {
        let found = self.repositories.iter().find_map(|repository| repository.commits.get(hash));
        found.map(look).unwrap_or_default()
    }

    /// Puts a file at the tip of a branch without a commit of its own, except for the first of a branch.
    pub(super) fn put_file(&mut self, (workspace, slug, branch): (&str, &str, &str), path: &str, file: File) {
        let (number, date) = (self.tick(), self.now());
        let content = &mut self.declare_repository(workspace, slug).content;
        if !content.branches.contains_key(branch) {
            let main = content.tip(&content.main);
            let parents = main.map(|main| main.logged.hash.clone()).into_iter().collect();
            let tree = main.map(|main| (*main.tree).clone()).unwrap_or_default();
            let (message, author) = (format!("Begin {branch}"), "Somebody Else <else@example.com>".to_owned());
            content.add(Draft { parents, message, author, tree }, branch, number, date);
        }
        let tip = content.branches.get(branch).cloned().unwrap_or_default();
        if let Some(tip) = content.objects.get_mut(&tip) {
            Arc::make_mut(&mut tip.tree).insert(path.to_owned(), Arc::new(file));
            tip.logged.changed.push(path.to_owned());
        }
    }

    /// A number not used before.
    pub(super) fn tick(&mut self) -> u64 {
        self.ticks += 1;
        self.ticks
    }

    /// A UUID not used before, with braces.
    pub(super) fn uuid(&mut self) -> String {
        format!("{{00000000-0000-4000-8000-{:012x}}}", self.tick())
    }
}

impl Repository {
    pub(super) fn full_name(&self) -> String {
        format!("{}/{}", self.workspace, self.slug)
    }

    /// As its own address tells of it.
    pub(super) fn describe(&self) -> Value {
        let (uuid, slug, full_name) = (&self.uuid, &self.slug, self.full_name());
        let mut repository = json!({
            "type": "repository",
            "uuid": uuid,
            "slug": slug,
            "name": slug,
            "full_name": full_name,
            "is_private": true,
        });
        if !self.content.main.is_empty() {
            repository["mainbranch"] = json!({"type": "branch", "name": self.content.main});
        }
        repository
    }

    fn answers_to(&self, workspace: &str, slug: &str) -> bool {
        let by_uuid = self.uuid == slug;
        let workspace = self.workspace.eq_ignore_ascii_case(workspace) || (by_uuid && workspace == "{}");
        workspace && (by_uuid || self.slug.eq_ignore_ascii_case(slug))
    }

    pub(super) fn declare_commit(&mut self, hash: &str) {
        self.named_commits.insert(hash.to_owned());
    }

    /// The full hash for a hash or its beginning, when the commit exists.
    pub(super) fn resolve(&self, hash: &str) -> Option<String> {
        let hash = hash.to_ascii_lowercase();
        if hash.len() < 7 || hash.len() > 40 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        if let Some(named) = self.named_commits.iter().find(|named| named.starts_with(&hash)) {
            return Some(named.clone());
        }
        if let Some(object) = self.content.resolve(&hash) {
            return Some(object.logged.hash.clone());
        }
        let known = self.commits.keys().find(|known| known.starts_with(&hash)).cloned();
        known.or((self.named_commits.is_empty() && hash.len() == 40).then_some(hash))
    }
}
