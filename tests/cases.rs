//! The program as its users meet it: one folder of `tests/cases` is one story.
//!
//! A story holds `command` (one argument a line), `code` (the exit code), the policy, the inventory, and what is expected
//! in `stdout` and `stderr`; a stream without a file stays empty. `stdin` is given to the program where it exists. The
//! program runs in the story's folder, without an environment. After a change that is meant,
//! `SNAPSHOTS=overwrite cargo test --test cases` writes the expected streams anew; the exit code is never renewed.
//!
//! What Git does not hold well (a pipe, UTF-16, a cut file) is made by the tests in `cases/made.rs`
//! and `cases/stale.rs`; what is too large for it, by `cases/large.rs`. What a snapshot's report does not depend on
//! is shown in `cases/snapshot.rs`.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

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

fn tell(story: &Path) -> Ended {
    let command = text(story, "command");
    let arguments: Vec<&str> = command.lines().collect();
    let stdin = fs::read(story.join("stdin")).unwrap_or_default();
    run(story, &arguments, &stdin)
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
    let ended = tell(story);
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
    assert_eq!(tell(story), ended, "{}", story.display());
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
