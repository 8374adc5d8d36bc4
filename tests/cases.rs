//! The program as its users meet it: one folder of `tests/cases` is one story.
//!
//! A story holds `command` (one argument a line), `code` (the exit code), the policy, the inventory, and what is expected
//! in `stdout` and `stderr`; a stream without a file stays empty. `stdin` is given to the program where it exists. The
//! program runs in the story's folder, without an environment. After a change that is meant,
//! `SNAPSHOTS=overwrite cargo test --test cases` writes the expected streams anew; the exit code is never renewed.
//!
//! A command that writes policies runs in a copy of the folder. What it is expected to have written stands in
//! `expected/`, and nothing else may have changed.
//!
//! What Git does not hold well (a pipe, UTF-16, a cut file) is made by the tests in `cases/made.rs`
//! and `cases/stale.rs`; what is too large for it, by `cases/large.rs`. What becomes of an adopted tenant later is told by
//! `cases/adopt.rs`. What a snapshot's report does not depend on
//! is shown in `cases/snapshot.rs`.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "cases/adopt.rs"]
mod adopt;
#[path = "cases/large.rs"]
mod large;
#[path = "cases/made.rs"]
mod made;
#[path = "cases/manual.rs"]
mod manual;
#[path = "cases/program.rs"]
mod program;
#[path = "cases/snapshot.rs"]
mod snapshot;
#[path = "cases/stale.rs"]
mod stale;
#[cfg(unix)]
#[path = "cases/terminal.rs"]
mod terminal;

use std::collections::BTreeMap;
use std::fs;
use std::panic;
use std::path::{Path, PathBuf};

use program::{Ended, run};
use snapbox::data::DataFormat;
use snapbox::{Data, assert_data_eq};

/// Returns every folder under `folder` that holds a command, ordered by name.
fn stories(folder: &Path) -> Vec<PathBuf> {
    let mut stories = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.join("command").is_file() {
            stories.push(path);
        } else if path.is_dir() {
            stories.extend(self::stories(&path));
        }
    }
    stories.sort();
    stories
}

fn text(story: &Path, name: &str) -> String {
    fs::read_to_string(story.join(name)).unwrap()
}

/// How a story ended, and the files that are there then, of a command that writes some.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    ended: Ended,
    files: Option<BTreeMap<String, String>>,
}

fn tell(story: &Path) -> Told {
    let command = text(story, "command");
    let arguments: Vec<&str> = command.lines().collect();
    let stdin = fs::read(story.join("stdin")).unwrap_or_default();
    if !matches!(arguments[..], ["init", ..] | ["policy", "prune", ..]) {
        let ended = run(story, &arguments, &stdin);
        return Told { ended, files: None };
    }
    let copy = tempfile::tempdir().unwrap();
    for (name, text) in inputs(story) {
        fs::write(copy.path().join(name), text).unwrap();
    }
    let ended = run(copy.path(), &arguments, &stdin);
    let files = Some(files(copy.path()));
    Told { ended, files }
}

/// What the program finds of a story.
fn inputs(story: &Path) -> BTreeMap<String, String> {
    let mut files = files(story);
    files.retain(|name, _| !["command", "code", "stdin", "stdout", "stderr"].contains(&&**name));
    files
}

/// The texts of the files in a folder.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let paths = entries.map(|entry| entry.unwrap().path());
    let files = paths.filter(|path| path.is_file());
    let named = files.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
    named
        .map(|name| (name.clone(), text(folder, &name)))
        .collect()
}

/// Compares what a command left with what it found and what it is expected to have written.
fn assert_written(story: &Path, actual: &BTreeMap<String, String>) {
    let found = inputs(story);
    let written = story.join("expected");
    for name in files(&written).keys() {
        assert!(actual.contains_key(name), "`{name}` was not written");
    }
    for (name, text) in actual {
        if found.get(name) == Some(text) {
            assert!(!written.join(name).exists(), "`{name}` was not changed");
        } else {
            let expected = Data::read_from(&written.join(name), Some(DataFormat::Text)).raw();
            assert_data_eq!(Data::text(text).raw(), expected);
        }
    }
    assert!(found.keys().all(|name| actual.contains_key(name)));
}

fn assert_stream(story: &Path, name: &str, actual: &str) {
    let file = story.join(name);
    if !actual.is_empty() || file.exists() {
        let expected = Data::read_from(&file, Some(DataFormat::Text)).raw();
        assert_data_eq!(Data::text(actual).raw(), expected);
    }
}

fn assert_story(story: &Path) {
    let expected: i32 = text(story, "code").trim().parse().unwrap();
    let told = tell(story);
    let Told { ended, files } = &told;
    assert_eq!(
        ended.code,
        expected,
        "{}\n{}",
        story.display(),
        ended.stderr
    );
    ended.assert_told_well();
    assert_stream(story, "stdout", &ended.stdout);
    assert_stream(story, "stderr", &ended.stderr);
    if let Some(files) = files {
        assert_written(story, files);
    }
    assert_eq!(tell(story), told, "{}", story.display());
}

#[test]
fn every_story_ends_as_it_is_told() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let stories = stories(&folder);
    assert!(!stories.is_empty());
    let failed: Vec<PathBuf> = stories
        .into_iter()
        .filter(|story| panic::catch_unwind(|| assert_story(story)).is_err())
        .collect();
    assert!(failed.is_empty(), "these stories failed: {failed:#?}");
}
