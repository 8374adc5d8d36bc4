//! The public address of the project stands in one line, `repository` of `Cargo.toml`: code derives it, generated files
//! are written anew, and what can do neither is compared with it here.
//!
//! A move is one edit, then `SNAPSHOTS=overwrite cargo test`, which also writes the new address into what cannot derive it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use credgate::{home, output, policy, snapshot};
use serde_json::Value;

use super::root;

/// What the program writes, or a test: their freshness is tested elsewhere.
const GENERATED: [&str; 3] = ["schemas/", "tests/cases/", "tests/output/tenant.sarif"];

/// What can derive an address from `Cargo.toml`, and so must not hold one.
const CODE: [&str; 6] = ["rs", "sh", "mjs", "js", "ts", "py"];

/// Returns the files of the project, relative to its root, with forward slashes.
fn files() -> Vec<String> {
    let mut files = Vec::new();
    let mut folders = vec![root().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_file() {
                files.push(named(&path));
            } else if !["target", "node_modules", ".git"].contains(&name) {
                folders.push(path);
            }
        }
    }
    files.sort();
    files
}

fn named(path: &Path) -> String {
    let path = path.strip_prefix(root()).unwrap();
    path.to_str().unwrap().replace('\\', "/")
}

/// The owner and the name of the repository.
fn owner_and_name(repository: &str) -> (&str, &str) {
    let (rest, name) = repository.rsplit_once('/').unwrap();
    (rest.rsplit_once('/').unwrap().1, name)
}

/// Returns each `owner/name` of a line that means this project, wherever it was or is: at its host, or as an action.
fn homes(line: &str) -> Vec<(&str, &str)> {
    let names = [owner_and_name(home::REPOSITORY).1, env!("CARGO_PKG_NAME")];
    let starts = ["github.com/", "githubusercontent.com/", "uses: ", "--repo "];
    let rests = starts.iter().flat_map(|start| {
        line.match_indices(start)
            .map(|(at, found)| &line[at + found.len()..])
    });
    let homes = rests.filter_map(|rest| {
        let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
        let (owner, rest) = rest.trim_start_matches('"').split_once('/')?;
        let name = &rest[..rest
            .find(|letter| !is_of_name(letter))
            .unwrap_or(rest.len())];
        let is_schema = rest[name.len()..].starts_with("/raw/main/schemas/");
        (owner.chars().all(is_of_name) && (names.contains(&name) || is_schema))
            .then_some((owner, name))
    });
    homes.collect()
}

/// Whether what is generated is to be written anew.
#[expect(
    clippy::disallowed_methods,
    reason = "it says what to do with the files, and nothing of the program"
)]
fn overwrites() -> bool {
    std::env::var("SNAPSHOTS").is_ok_and(|it| it == "overwrite")
}

/// Writes the address of today into what cannot derive it.
fn move_in() {
    let (owner, name) = owner_and_name(home::REPOSITORY);
    for file in files() {
        let is_code = CODE.contains(&file.rsplit('.').next().unwrap());
        let is_generated = GENERATED.iter().any(|place| file.starts_with(place));
        if is_code || is_generated || file == "Cargo.toml" {
            continue;
        }
        let Ok(text) = fs::read_to_string(root().join(&file)) else {
            continue;
        };
        let moved = text.split_inclusive('\n').map(|line| {
            homes(line).iter().fold(line.to_owned(), |line, old| {
                line.replace(&format!("{}/{}", old.0, old.1), &format!("{owner}/{name}"))
            })
        });
        let moved: String = moved.collect();
        if moved != text {
            fs::write(root().join(&file), moved).unwrap();
        }
    }
}

#[test]
fn the_address_is_written_down_once() {
    let mut left = Vec::new();
    let mut met = 0;
    if overwrites() {
        move_in();
    }
    for name in files() {
        if GENERATED.iter().any(|place| name.starts_with(place)) {
            continue;
        }
        let Ok(text) = fs::read_to_string(root().join(&name)) else {
            continue;
        };
        let is_code = CODE.contains(&name.rsplit('.').next().unwrap());
        for (number, line) in text.lines().enumerate() {
            for found in homes(line) {
                met += 1;
                if is_code {
                    left.push(format!("{name}:{}: derive it: {line}", number + 1));
                } else if found != owner_and_name(home::REPOSITORY) {
                    left.push(format!("{name}:{}: edit it: {line}", number + 1));
                }
            }
        }
    }
    assert!(met > 1, "the documentation names no address any more");
    assert!(
        left.is_empty(),
        "`repository` in Cargo.toml says {}, and these lines do not follow:\n{}",
        home::REPOSITORY,
        left.join("\n")
    );
}

#[test]
fn an_address_is_recognised_in_each_form() {
    let (owner, name) = owner_and_name(home::REPOSITORY);
    for line in [
        format!("see https://github.com/{owner}/{name}/issues."),
        format!("      - uses: {owner}/{name}@0123"),
        format!("https://raw.githubusercontent.com/{owner}/{name}/main/x"),
        format!("git clone https://github.com/{owner}/{name}.git"),
    ] {
        assert_eq!(homes(&line), [(owner, name)], "{line}");
    }
    let elsewhere = format!("https://github.com/old/{name}");
    assert_eq!(homes(&elsewhere), [("old", name)]);
    assert_eq!(
        homes("https://github.com/actions/checkout and github.com/x"),
        []
    );
}

/// Every schema that the program has, by its name.
fn schemas() -> [(&'static str, Value); 6] {
    [
        ("policy", policy::schema()),
        ("exceptions", policy::exceptions_schema()),
        ("snapshot", snapshot::schema().to_value()),
        ("report", output::json_schema().to_value()),
        ("review", output::review_json_schema().to_value()),
        ("forecast", output::forecast_json_schema().to_value()),
    ]
}

#[test]
fn every_schema_is_named_by_its_address() {
    let mut known = BTreeSet::new();
    for (name, schema) in schemas() {
        let file = format!("schemas/{name}.schema.json");
        assert_eq!(schema["$id"], home::schema(name));
        assert!(home::schema(name).ends_with(&format!("/{file}")));
        known.insert(file);
    }
    let there: BTreeSet<String> = files()
        .into_iter()
        .filter(|name| name.starts_with("schemas/"))
        .collect();
    assert_eq!(there, known);
}

/// The first line of a policy, for editors.
fn named_schema(text: &str) -> Option<&str> {
    let first = text.lines().next()?;
    first.strip_prefix("# yaml-language-server: $schema=")
}

fn assert_takes(schema: &Path, text: &str, name: &str) {
    let schema: Value = serde_json::from_str(&fs::read_to_string(schema).unwrap()).unwrap();
    let instance: Value = serde_saphyr::from_str(text).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let problems: Vec<String> = validator
        .iter_errors(&instance)
        .map(|problem| problem.to_string())
        .collect();
    assert!(problems.is_empty(), "{name}: {problems:?}");
}

/// Policies and exceptions files are told from other YAML by what they begin with.
fn is_policy(text: &str) -> bool {
    let has = |key: &str| text.lines().any(|line| line.starts_with(key));
    has("version: 1") && (has("rules:") || has("extends:") || has("exceptions:"))
}

#[test]
fn every_shipped_policy_names_a_schema_that_accepts_it() {
    let mut shipped: Vec<String> = files();
    shipped.retain(|name| name.starts_with("policies/") || name.starts_with("examples/"));
    shipped.retain(|name| matches!(name.rsplit_once('.'), Some((_, "yaml" | "yml"))));
    let mut met = Vec::new();
    for name in shipped {
        let text = fs::read_to_string(root().join(&name)).unwrap();
        if !is_policy(&text) {
            continue;
        }
        let schema = named_schema(&text);
        let schema = schema.unwrap_or_else(|| panic!("{name} names no schema in its first line"));
        assert!(
            !schema.contains(':'),
            "{name}: a path works in every checkout"
        );
        let file: PathBuf = root().join(&name).parent().unwrap().join(schema);
        assert!(file.is_file(), "{name}: there is no {schema}");
        assert_takes(&file, &text, &name);
        met.push(name);
    }
    for name in [
        "policies/baseline.yaml",
        "policies/secrets-only.yaml",
        "policies/strict.yaml",
    ] {
        assert!(met.iter().any(|other| other == name), "{name}");
    }
    assert!(met.iter().any(|name| name.starts_with("examples/")));
}

#[test]
fn the_first_policy_names_the_published_schema_and_is_valid_by_it() {
    for preset in ["baseline", "secrets-only", "strict"] {
        let text = policy::first(preset).unwrap();
        assert_eq!(named_schema(&text), Some(&*home::schema("policy")));
        assert_takes(&root().join("schemas/policy.schema.json"), &text, preset);
    }
}
