//! The layers of the house: each floor may import what lies below it, neighbours never meet.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

/// A place of the library, and the places it may import besides itself.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("escape", &[]),
    ("words", &[]),
    ("source", &[]),
    ("home", &[]),
    ("internal", &[]),
    ("keyed", &[]),
    ("finding", &["model", "source"]),
    ("report", &["finding", "model", "source"]),
    (
        "output",
        &[
            "report", "finding", "model", "source", "escape", "words", "home",
        ],
    ),
    ("snapshot", &["model", "home"]),
    (
        "inventory",
        &["model", "source", "escape", "snapshot", "keyed"],
    ),
    ("graph", &["model", "source", "escape", "snapshot", "keyed"]),
    ("policy", &["finding", "model", "source", "escape", "home"]),
    ("adopt", &["policy", "report", "finding", "model", "words"]),
    ("prune", &["policy", "report", "finding", "model", "words"]),
    ("rules", &["policy", "finding", "model", "words"]),
    (
        "evaluate",
        &[
            "rules", "policy", "report", "finding", "model", "words", "keyed",
        ],
    ),
    (
        "forecast",
        &["evaluate", "rules", "policy", "report", "finding", "model"],
    ),
    (
        "review",
        &[
            "evaluate", "rules", "policy", "report", "finding", "model", "words", "keyed",
        ],
    ),
];

/// A file longer than this has a second reason to change.
const MOST_LINES: usize = 500;

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The place of a file: the first part of its path below `src`.
fn place_of(file: &Path) -> String {
    let inside = file.strip_prefix(source_folder()).unwrap();
    let first = inside
        .components()
        .next()
        .unwrap()
        .as_os_str()
        .to_str()
        .unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// The places that a file imports with `crate::…`; unit tests may look wherever they like.
fn imports(text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let code = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let code: String = code.collect::<Vec<_>>().join("\n");
    let mut places = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let names = match rest.strip_prefix('{') {
            Some(list) => list
                .split('}')
                .next()
                .unwrap_or_default()
                .split(',')
                .collect(),
            None => vec![rest],
        };
        for name in names {
            let name = name
                .trim()
                .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
                .next();
            places.extend(name.filter(|name| !name.is_empty()).map(str::to_owned));
        }
    }
    places
}

#[test]
fn every_floor_imports_only_what_lies_below() {
    let mut wrong = Vec::new();
    for file in sources(&source_folder()) {
        let place = place_of(&file);
        if matches!(place.as_str(), "main" | "lib" | "cli") || is_test_support(&file) {
            continue;
        }
        let (_, allowed) = MAY_IMPORT
            .iter()
            .find(|(known, _)| *known == place)
            .unwrap_or_else(|| panic!("`{place}` has no floor: add it to the table"));
        for import in imports(&fs::read_to_string(&file).unwrap()) {
            let allowed = allowed.contains(&import.as_str()) || import == "internal";
            if import != place && !allowed {
                wrong.push(format!("{} imports `{import}`", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Builders for unit tests, compiled only for them.
fn is_test_support(file: &Path) -> bool {
    file.components().any(|part| {
        part.as_os_str()
            .to_str()
            .is_some_and(|part| part.starts_with("testing"))
    })
}

#[test]
fn the_binary_sees_only_the_public_face_of_the_library() {
    for file in sources(&source_folder().join("cli")) {
        let imports = imports(&fs::read_to_string(&file).unwrap());
        assert!(
            imports.is_empty(),
            "{} imports {imports:?}: use `credgate::` or `super::`",
            file.display()
        );
    }
}

#[test]
fn every_file_says_what_it_is_and_is_short_enough() {
    for file in sources(&source_folder()) {
        let text = fs::read_to_string(&file).unwrap();
        assert!(
            text.starts_with("//!"),
            "{} does not say what it is",
            file.display()
        );
        let lines = text.lines().count();
        assert!(lines <= MOST_LINES, "{} has {lines} lines", file.display());
    }
}

#[test]
fn nothing_is_unsafe() {
    let manifest =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    assert!(manifest.contains("unsafe_code = \"forbid\""));
}

/// Where nothing may be passed over in silence: what judges, and what says so.
const GUARDED: [&str; 9] = [
    "evaluate", "rules", "report", "output", "forecast", "adopt", "prune", "review", "cli",
];

/// Ways to go on as if nothing were where something must be: a rule would not run, a finding would have no words.
const PASSED_OVER: [&str; 6] = [
    "unwrap_or_default()",
    "unwrap_or(u8::MAX)",
    "unwrap_or(u16::MAX)",
    "unwrap_or(u32::MAX)",
    "unwrap_or(i64::MAX)",
    "else{break;}",
];

/// Why a command goes on without its current folder.
const GONE: &str = "in a folder that is gone, names are not shortened";

/// Files with so many of these, each of which is no impossible case, and why. Everything else is iterated, or ends the run
/// with `or_internal`.
const ALLOWED: &[(&str, usize, &str)] = &[
    ("output/azure.rs", 1, "not every finding has a place"),
    ("output/junit.rs", 1, "not every finding has a place"),
    (
        "output/forecast/markdown.rs",
        1,
        "not every change has a remedy",
    ),
    (
        "output/lines.rs",
        2,
        "both cuts are at the beginning or end of a character",
    ),
    (
        "output/markdown/escape.rs",
        1,
        "nothing may follow the sign",
    ),
    (
        "output/review/words.rs",
        1,
        "a secret may begin in the future",
    ),
    ("review/words.rs", 1, "the days may come in either order"),
    (
        "cli/adopt/said.rs",
        2,
        "no group and no day is without a first, and only words are",
    ),
    ("cli/check.rs", 1, GONE),
    (
        "cli/doctor.rs",
        1,
        "it is shown, and nothing is decided by it",
    ),
    ("cli/explain.rs", 1, "not every word resembles a rule"),
    ("cli/forecast.rs", 1, GONE),
    ("cli/git.rs", 1, GONE),
    (
        "cli/git_program.rs",
        3,
        "an environment may have no path, and an answer no line",
    ),
    ("cli/init.rs", 1, GONE),
    ("cli/policy.rs", 1, GONE),
    ("cli/prune.rs", 1, GONE),
    ("cli/review.rs", 1, GONE),
    (
        "cli/usage.rs",
        4,
        "not every mistake has a remedy or a nearest word",
    ),
];

#[test]
fn no_impossible_case_is_passed_over() {
    let mut wrong = Vec::new();
    for file in sources(&source_folder()) {
        if !GUARDED.contains(&place_of(&file).as_str()) || is_test_support(&file) {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        let code: String = code.split_whitespace().collect();
        let found: usize = PASSED_OVER
            .iter()
            .map(|way| code.matches(way).count())
            .sum();
        let name = file.strip_prefix(source_folder()).unwrap();
        let name = name.to_str().unwrap().replace('\\', "/");
        let allowed = ALLOWED.iter().find(|(allowed, ..)| *allowed == name);
        let allowed = allowed.map_or(0, |(_, number, _)| *number);
        if found != allowed {
            wrong.push(format!("{name}: {found}, allowed {allowed}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "iterate, or end the run with `or_internal`: {wrong:#?}"
    );
}
