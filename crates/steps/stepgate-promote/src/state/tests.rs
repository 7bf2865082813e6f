//! What is told of real repositories, and of made-up histories beside a simple-minded reading of them.

use std::collections::{BTreeMap, HashMap};

use git::testkit::TempRepo;
use git::{Scratch, Touch, TouchedFile};
use gitops::{Image, Target, standing};
use promotion::policy::{Place, Policy, Service};
use promotion::{Standing, Standings};
use proptest::prelude::*;

use super::history::{History, Stretch, is_same};
use super::watch::Watch;
use super::{Depth, files_at, standings, timestamp};

const API: &str = "registry.example/shop/api";

/// A policy of lines `SERVICE ENVIRONMENT FILE[#PATH] …`.
fn policy(lines: &[&str]) -> Policy {
    let mut policy = Policy::default();
    for line in lines {
        let mut words = line.split(' ').map(str::to_owned);
        let (service, environment) = (words.next().unwrap(), words.next().unwrap());
        let target = |word: String| {
            let (file, path) = word.split_once('#').map_or((word.as_str(), None), |(file, path)| (file, Some(path)));
            Target { file: file.to_owned(), path: path.map(|path| path.parse().unwrap()), ..Target::default() }
        };
        let image = format!("registry.example/shop/{service}").parse().unwrap();
        let service = policy.services.entry(service).or_insert(Service { image, environments: BTreeMap::new() });
        service.environments.insert(environment, Place { targets: words.map(target).collect() });
    }
    policy
}

fn digest(n: u32) -> String {
    format!("sha256:{n:064x}")
}

/// Values with an image of the service, told apart by a number.
fn values(service: &str, n: u32) -> String {
    format!("{service}:\n  image: registry.example/shop/{service}:1.{n}@{}\n", digest(n))
}

async fn read(server: &TempRepo, policy: &Policy, depth: Depth<'_>) -> Standings {
    let scratch = Scratch::open(&server.url()).await.unwrap();
    let tip = scratch.tip("main").await.unwrap().unwrap();
    scratch.fetch_history(&tip).await.unwrap();
    standings(&scratch, &tip, policy, depth).await.unwrap()
}

/// One service, with everything that ever stood there.
async fn api(server: &TempRepo, file: &str) -> Standing {
    let policy = policy(&[&format!("api prod {file}")]);
    read(server, &policy, Depth::All).await.remove(&("api".to_owned(), "prod".to_owned())).unwrap()
}

fn shown(image: &Result<Image, String>) -> String {
    match image {
        Ok(image) => image.tag.as_ref().unwrap().to_string(),
        Err(why) => format!("! {why}"),
    }
}

/// `1.2 2026-01-01T00:00:00Z`, one line for what stands there and one for each that stood there before.
fn told(standing: &Standing) -> Vec<String> {
    let line = |image, since: Option<jiff::Timestamp>| {
        format!("{} {}", shown(image), since.map_or("?".to_owned(), |since| since.to_string()))
    };
    let now = line(&standing.image, standing.since);
    let before = standing.before.iter().map(|earlier| line(&earlier.image, earlier.since));
    std::iter::once(now).chain(before).collect()
}

fn at(minute: u32) -> String {
    format!("2026-01-01T00:{minute:02}:00Z")
}

/// Commits one content of `v.yaml` after the other, a minute each; `None` takes the file away.
fn contents(contents: &[Option<String>]) -> TempRepo {
    let repo = TempRepo::new();
    for (minute, content) in contents.iter().enumerate() {
        match content {
            Some(content) => repo.write("v.yaml", content),
            None => std::fs::remove_file(repo.path().join("v.yaml")).unwrap(),
        }
        repo.commit_at(&format!("minute {minute}"), &at(u32::try_from(minute).unwrap()));
    }
    repo
}

#[tokio::test]
async fn an_image_stands_since_the_commit_that_put_it_there_whatever_else_was_touched() {
    let line = |n, more: &str| Some(format!("{more}{}", values("api", n)));
    let repo = contents(&[line(1, ""), line(2, ""), line(2, "# a comment\nreplicas: 3\n"), line(2, "\n\n\n")]);
    let found = api(&repo, "v.yaml").await;
    assert_eq!(told(&found), ["1.2 2026-01-01T00:01:00Z", "1.1 2026-01-01T00:00:00Z"]);
    assert_eq!(found.commit, Some(repo.git(&["rev-parse", "main~2"])));
    assert_eq!(found.author.as_deref(), Some("A Developer <developer@example.com>"));
    assert_eq!(found.record, None, "somebody did it by hand");
}

#[tokio::test]
async fn an_image_that_came_back_stands_since_it_came_back() {
    let repo = contents(&[1, 2, 1].map(|n| Some(values("api", n))));
    let found = api(&repo, "v.yaml").await;
    assert_eq!(told(&found), ["1.1 2026-01-01T00:02:00Z", "1.2 2026-01-01T00:01:00Z", "1.1 2026-01-01T00:00:00Z"]);
}

#[tokio::test]
async fn the_same_bytes_under_another_tag_are_the_same_image_and_another_digest_under_the_same_tag_is_not() {
    let image = |tag: &str, n| Some(format!("image: {API}:{tag}@{}\n", digest(n)));
    let repo = contents(&[image("a", 1), image("b", 1), image("b", 2)]);
    assert_eq!(told(&api(&repo, "v.yaml").await), ["b 2026-01-01T00:02:00Z", "b 2026-01-01T00:00:00Z"]);
}

#[tokio::test]
async fn a_time_without_the_file_or_without_a_readable_one_is_a_break() {
    let v = |n| Some(values("api", n));
    let repo = contents(&[Some("x: 1\n".to_owned()), v(1), None, v(1), Some("a: [".to_owned()), v(1)]);
    assert_eq!(
        told(&api(&repo, "v.yaml").await),
        [
            "1.1 2026-01-01T00:05:00Z",
            "! v.yaml: line 1, column 4: no YAML: unclosed bracket '[' 2026-01-01T00:04:00Z",
            "1.1 2026-01-01T00:03:00Z",
            "! v.yaml is not there 2026-01-01T00:02:00Z",
            "1.1 2026-01-01T00:01:00Z",
        ]
    );
}

#[tokio::test]
async fn backdating_a_commit_gains_nothing_and_a_date_in_the_future_is_kept() {
    let repo = TempRepo::new();
    for (n, time) in [(1, at(10)), (2, "2001-01-01T00:00:00Z".to_owned()), (3, at(20)), (4, at(15))] {
        repo.write("v.yaml", values("api", n));
        repo.commit_at("x", &time);
    }
    let since = |minute| format!(" {}", at(minute));
    let found = api(&repo, "v.yaml").await;
    let wanted = [
        "1.4".to_owned() + &since(20),
        "1.3".to_owned() + &since(20),
        "1.2".to_owned() + &since(10),
        "1.1".to_owned() + &since(10),
    ];
    assert_eq!(told(&found), wanted);
    assert_eq!(timestamp(i64::MAX), jiff::Timestamp::MAX, "what no calendar reaches is never over");
}

#[tokio::test]
async fn what_was_merged_stands_since_the_merge() {
    let repo = contents(&[Some(values("api", 1))]);
    repo.git(&["switch", "--quiet", "--create", "side"]);
    repo.write("v.yaml", values("api", 2));
    repo.commit_at("long ago", &at(1));
    repo.git(&["switch", "--quiet", "main"]);
    repo.commit_at("meanwhile", &at(30));
    repo.git(&["merge", "--quiet", "--no-ff", "--no-commit", "side"]);
    let merge = repo.commit_at("merge", &at(31));
    let found = api(&repo, "v.yaml").await;
    assert_eq!((told(&found)[0].as_str(), found.commit), ("1.2 2026-01-01T00:31:00Z", Some(merge)));
}

#[tokio::test]
async fn of_a_cut_off_history_it_is_not_known_since_when() {
    let repo = contents(&[Some(values("api", 1)), Some(values("api", 1) + "# x\n"), Some(values("api", 1) + "# y\n")]);
    let found = api(&repo.clone_with(&["--depth=2"]), "v.yaml").await;
    assert_eq!((told(&found), found.commit, found.author), (vec!["1.1 ?".to_owned()], None, None));
}

#[tokio::test]
async fn each_service_of_a_shared_file_has_its_own_history_and_its_own_record() {
    let repo = TempRepo::init(&["--object-format=sha256"]);
    let policy = policy(&["api prod v.yaml", "web prod v.yaml", "web dev gone.yaml"]);
    repo.write("v.yaml", values("api", 1) + &values("web", 1));
    repo.commit_at("root", &at(0));
    repo.write("v.yaml", values("api", 2) + &values("web", 1));
    let image: Image = format!("{API}:1.2@{}", digest(2)).parse().unwrap();
    let record = |environment: &str, image: &Image| gitops::Record {
        service: Some("api".to_owned()),
        environment: Some(environment.to_owned()),
        image: image.clone(),
        source: gitops::Source::default(),
    };
    let other = Image { digest: Some(digest(3).parse().unwrap()), ..image.clone() };
    let records = [record("dev", &image), record("prod", &other), record("prod", &image)];
    repo.commit_at(&gitops::message(None, &records, &[]).unwrap(), &at(1));
    let found = read(&repo, &policy, Depth::Current).await;
    let of = |service: &str, environment: &str| &found[&(service.to_owned(), environment.to_owned())];
    assert_eq!(
        (told(of("api", "prod"))[0].as_str(), told(of("web", "prod"))[0].as_str()),
        ("1.2 2026-01-01T00:01:00Z", "1.1 2026-01-01T00:00:00Z")
    );
    assert_eq!(of("api", "prod").record, Some(record("prod", &image)));
    assert_eq!(
        (told(of("web", "dev"))[0].as_str(), of("web", "dev").record.is_none()),
        ("! gone.yaml is not there ?", true)
    );
    assert!(of("api", "prod").before.is_empty(), "nobody asked");
}

#[tokio::test]
async fn as_many_earlier_images_are_told_as_were_asked_for() {
    let repo = contents(&[1, 2, 3, 4].map(|n| Some(values("api", n))));
    let policy = policy(&["api prod v.yaml", "api dev v.yaml"]);
    for (most, wanted) in [(0, 0), (2, 2), (9, 3), (usize::MAX, 3)] {
        let found = read(&repo, &policy, Depth::Earlier { service: "api", environment: "prod", most }).await;
        let before = |environment: &str| found[&("api".to_owned(), environment.to_owned())].before.len();
        assert_eq!((before("prod"), before("dev")), (wanted, 0), "{most}");
    }
}

#[tokio::test]
async fn two_targets_that_disagree_for_a_while_are_a_break_of_both() {
    let repo = TempRepo::new();
    for (minute, (v, w)) in [(1, 1), (2, 1), (2, 2)].into_iter().enumerate() {
        repo.write("v.yaml", values("api", v));
        repo.write("w.yaml", values("api", w));
        repo.commit_at("x", &at(u32::try_from(minute).unwrap()));
    }
    let found = told(&api(&repo, "v.yaml w.yaml").await);
    assert_eq!((found[0].as_str(), found[2].as_str()), ("1.2 2026-01-01T00:02:00Z", "1.1 2026-01-01T00:00:00Z"));
    assert!(found[1].starts_with("! v.yaml:2 api.image holds `1.2@"), "{found:?}");
    assert!(found[1].ends_with("` 2026-01-01T00:01:00Z"), "{found:?}");
}

#[tokio::test]
async fn a_link_in_place_of_a_file_says_nothing() {
    let repo = contents(&[Some(values("api", 1))]);
    std::fs::remove_file(repo.path().join("v.yaml")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", repo.path().join("v.yaml")).unwrap();
    repo.commit_at("a link", &at(5));
    assert_eq!(told(&api(&repo, "v.yaml").await)[0], "! v.yaml is not there 2026-01-01T00:05:00Z");
    let scratch = Scratch::open(&repo.url()).await.unwrap();
    let tip = scratch.tip("main").await.unwrap().unwrap();
    assert!(files_at(&scratch, &tip, &policy(&["api prod v.yaml"])).await.unwrap().is_empty());
}

/// Files at one commit.
type Tree = BTreeMap<String, String>;

/// Files that services share in all ways.
const SHARED: &[&str] =
    &["api prod a.yaml", "api dev a.yaml b.yaml", "web prod b.yaml#web.image", "web dev c.yaml b.yaml"];

fn content() -> impl Strategy<Value = String> {
    let image = |service: &'static str| {
        prop_oneof![
            4 => (0u32..3).prop_map(move |n| values(service, n)),
            1 => (0u32..2).prop_map(move |n| format!("{service}:\n  image: registry.example/shop/{service}:{n}\n")),
            1 => (0u32..2).prop_map(move |n| format!("{service}:\n  image: registry.example/shop/{service}:x{n}@{}\n", digest(1))),
            1 => Just(String::new()),
        ]
    };
    let text = (image("api"), image("web"), "(# [a-c]\n)?").prop_map(|(api, web, more)| api + &web + &more);
    prop_oneof![9 => text, 1 => Just("a: [".to_owned())]
}

fn trees() -> impl Strategy<Value = Vec<(Tree, i64)>> {
    let change = (0usize..4, prop::option::weighted(0.9, content()));
    let commit = (prop::collection::vec(change, 0..3), 0i64..50);
    prop::collection::vec(commit, 1..12).prop_map(|commits| {
        let (mut tree, mut latest, mut trees) = (Tree::new(), i64::MIN, Vec::new());
        for (changes, time) in commits {
            for (file, content) in changes {
                let path = ["a.yaml", "b.yaml", "c.yaml", "other.yaml"][file].to_owned();
                match content {
                    Some(content) => drop(tree.insert(path, content)),
                    None => drop(tree.remove(&path)),
                }
            }
            latest = latest.max(time);
            trees.push((tree.clone(), latest));
        }
        trees
    })
}

/// What stood in one place, and since when.
type Stretches = Vec<(Result<Image, String>, Option<i64>)>;

/// What stood in each place, by looking at each commit.
fn naive(policy: &Policy, trees: &[(Tree, i64)]) -> Vec<Stretches> {
    let mut all = Vec::new();
    for service in policy.services.values() {
        for place in service.environments.values() {
            let image = |tree: &Tree| {
                let files = tree.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())).collect();
                standing(&service.image, &place.targets, &files)
            };
            let mut stretches = vec![(image(&Tree::new()), None)];
            for (tree, time) in trees {
                let now = image(tree);
                let last = stretches.last_mut().unwrap();
                if is_same(&last.0, &now) { last.0 = now } else { stretches.push((now, Some(*time))) }
            }
            stretches.reverse();
            if stretches.len() > 1 {
                stretches.pop();
            }
            all.push(stretches);
        }
    }
    all
}

/// The touches of a history, newest first; a content is its own id.
fn touches(paths: &[&str], trees: &[(Tree, i64)]) -> Vec<Touch> {
    let empty = Tree::new();
    let mut all = Vec::new();
    for (n, (tree, time)) in trees.iter().enumerate().rev() {
        let before = n.checked_sub(1).map_or(&empty, |before| &trees[before].0);
        let changed = |(at, path): (usize, &&str)| {
            let (old, new) = (before.get(*path).cloned(), tree.get(*path).cloned());
            (old != new).then_some(TouchedFile { path: at, old, new })
        };
        let files: Vec<_> = paths.iter().enumerate().filter_map(changed).collect();
        if !files.is_empty() {
            all.push(Touch { commit: n.to_string(), time: *time, files });
        }
    }
    all
}

proptest! {
    #[test]
    fn going_back_finds_what_looking_at_every_commit_finds(trees in trees()) {
        let policy = policy(SHARED);
        let wanted = naive(&policy, &trees);
        let watch = Watch::of(&policy);
        let files: BTreeMap<String, Vec<u8>> =
            trees.last().unwrap().0.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())).collect();
        let earlier = Depth::Earlier { service: "web", environment: "dev", most: 1 };
        for (depth, limits) in [(Depth::All, [99; 4]), (Depth::Current, [1; 4]), (earlier, [1, 1, 2, 1])] {
            let mut history = History::begin(&watch, files.clone(), depth);
            for touch in touches(&watch.paths(), &trees) {
                let blobs: HashMap<String, Vec<u8>> = touch.files.iter()
                    .filter_map(|file| file.old.clone())
                    .map(|old| (old.clone(), old.into_bytes()))
                    .collect();
                history.step_back(touch, &blobs);
            }
            let found: Vec<Vec<_>> = history.end().into_iter()
                .map(|spot| spot.stretches.into_iter().map(|Stretch { image, time, .. }| (image, time)).collect())
                .collect();
            for ((found, wanted), limit) in found.iter().zip(&wanted).zip(limits) {
                prop_assert_eq!(found, &wanted[..wanted.len().min(limit)].to_vec());
            }
        }
    }
}

/// The commits of a history, with a merge of something that changes nothing here and there.
fn stream(trees: &[(Tree, i64)]) -> Vec<u8> {
    let mut out = String::new();
    for (n, (tree, time)) in trees.iter().enumerate() {
        let mark = n + 1;
        out += &format!(
            "commit refs/heads/main\nmark :{mark}\ncommitter A <a@b> {} +0000\ndata 1\nx\n",
            time + 1_700_000_000
        );
        if n > 0 {
            out += &format!("from :{n}\n");
        }
        if n > 1 && n % 3 == 0 {
            out += &format!("merge :{}\n", n - 1);
        }
        out += "deleteall\n";
        for (path, text) in tree {
            out += &format!("M 100644 inline {path}\ndata {}\n{text}\n", text.len());
        }
        out += "\n";
    }
    out.into_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn git_tells_the_same_as_looking_at_every_commit(trees in trees()) {
        let policy = policy(SHARED);
        let repo = TempRepo::init(&["--bare"]);
        repo.import(&stream(&trees));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let found = runtime.block_on(read(&repo, &policy, Depth::All));
        let wanted = naive(&policy, &trees);
        for (standing, wanted) in found.values().zip(wanted) {
            let wanted: Vec<_> = wanted.into_iter()
                .map(|(image, time)| (image, time.map(|time| timestamp(time + 1_700_000_000))))
                .collect();
            let first = (standing.image.clone(), standing.since);
            let before = standing.before.iter().map(|it| (it.image.clone(), it.since));
            prop_assert_eq!(std::iter::once(first).chain(before).collect::<Vec<_>>(), wanted);
        }
    }
}
