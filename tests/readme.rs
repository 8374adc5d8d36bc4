//! The README and the documentation say what the program does.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "readme/action.rs"]
mod action;
#[path = "readme/home.rs"]
mod home;
#[path = "readme/links.rs"]
mod links;
#[path = "readme/pipelines.rs"]
mod pipelines;
#[path = "readme/reference.rs"]
mod reference;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use credgate::finding::RuleDescriptor;
use credgate::output::Rendered as _;
use credgate::report::forecast::ForecastReport;
use credgate::report::review::{ChangeKind, ReviewReport};
use credgate::{inventory, output, policy, rules, snapshot};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

/// The README and every page of the documentation.
fn documents() -> Vec<PathBuf> {
    let pages = fs::read_dir(root().join("docs")).unwrap();
    let pages = pages.map(|page| page.unwrap().path());
    let pages = pages.filter(|page| page.extension().is_some_and(|kind| kind == "md"));
    std::iter::once(root().join("README.md"))
        .chain(pages)
        .collect()
}

/// The text between two marks of the README.
fn section(readme: &str, name: &str) -> String {
    let begin = format!("<!-- {name}:begin -->\n");
    let end = format!("<!-- {name}:end -->");
    let (_, rest) = readme.split_once(&begin).unwrap();
    rest.split_once(&end).unwrap().0.trim_end().to_owned()
}

fn rule_table() -> String {
    let mut table = "| rule | control | finds | default |\n| --- | --- | --- | --- |".to_owned();
    for rule in rules::ALL {
        let RuleDescriptor {
            id,
            control,
            summary,
            default_level,
            ..
        } = rule.descriptor();
        let row = format!(
            "\n| `{id}` | {control} | {} | {default_level} |",
            summary.trim_end_matches('.')
        );
        table.push_str(&row);
    }
    table
}

fn first_command() -> Output {
    let readme = read("README.md");
    let line = readme
        .lines()
        .find(|line| line.starts_with("cargo run --release --locked -- "))
        .unwrap();
    let arguments = line.split_once(" -- ").unwrap().1.split_whitespace();
    Command::new(env!("CARGO_BIN_EXE_credgate"))
        .args(arguments)
        .current_dir(root())
        .env_clear()
        .output()
        .unwrap()
}

#[test]
fn the_rule_table_is_the_codes() {
    let table = rule_table();
    assert!(
        section(&read("README.md"), "rules") == table,
        "put this table between the marks of README.md:\n{table}"
    );
}

#[test]
fn every_format_and_report_is_named() {
    let readme = read("README.md");
    let inventories = read("docs/inventory.md");
    for format in inventory::ALL {
        let row = format!("\n| `{}` |", format.name);
        assert!(readme.contains(&row), "README.md: {}", format.name);
        assert!(inventories.contains(&row), "inventory.md: {}", format.name);
    }
    for format in output::ALL {
        let row = format!("\n| `{}` |", format.name);
        assert!(readme.contains(&row), "README.md: {}", format.name);
    }
}

#[test]
fn the_first_command_prints_what_the_readme_shows() {
    let output = first_command();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stderr.is_empty());
    let printed = String::from_utf8(output.stdout).unwrap();
    let shown = section(&read("README.md"), "output");
    let shown = shown
        .trim_start_matches("```text\n")
        .trim_end_matches("\n```");
    let (beginning, end) = shown.split_once("\n…\n").unwrap();
    assert!(printed.starts_with(beginning), "{printed}");
    assert_eq!(printed.trim_end().lines().last(), Some(end));
}

/// Holds that the first command of a page prints what stands between the marks of this name.
fn assert_page_shows(page: &str, name: &str, code: i32) {
    let text = read(page);
    let command = format!("credgate {name} --");
    let line = text
        .lines()
        .find(|line| line.starts_with(&command))
        .unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_credgate"))
        .args(line.split_whitespace().skip(1))
        .current_dir(root())
        .env_clear()
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(code));
    let printed = String::from_utf8(output.stdout).unwrap();
    let shown = format!("```text\n{printed}```");
    assert!(
        section(&text, name) == shown,
        "put this between the marks of {page}:\n{shown}"
    );
}

#[test]
fn the_pages_about_reviews_and_forecasts_show_what_is_printed() {
    assert_page_shows("docs/review.md", "review", 1);
    assert_page_shows("docs/forecast.md", "forecast", 0);
}

#[test]
fn the_table_of_changes_is_the_codes() {
    let mut table = "| change | what it is |\n| --- | --- |".to_owned();
    for kind in ChangeKind::all() {
        let row = format!(
            "\n| `{}` | {}. {} |",
            kind.name(),
            kind.title(),
            kind.help()
        );
        table.push_str(&row);
    }
    assert!(
        section(&read("docs/review.md"), "changes") == table,
        "put this table between the marks of docs/review.md:\n{table}"
    );
    let reviews = ReviewReport::FORMATS.iter().map(|format| format.name);
    let forecasts = ForecastReport::FORMATS.iter().map(|format| format.name);
    let named = reviews.map(|name| ("docs/review.md", name));
    for (page, name) in named.chain(forecasts.map(|name| ("docs/forecast.md", name))) {
        let row = format!("\n| `{name}` |");
        assert!(read(page).contains(&row), "{page}: {name}");
    }
}

#[test]
fn every_policy_in_the_documentation_is_valid() {
    let mut checked = 0;
    for path in documents() {
        if path.ends_with("docs/exceptions.md") {
            continue;
        }
        let name = path.display();
        let text = fs::read_to_string(&path).unwrap();
        let blocks = text
            .split("```yaml\n")
            .skip(1)
            .filter_map(|rest| rest.split_once("```"));
        for (block, _) in blocks.filter(|(block, _)| block.contains("version: 1")) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("credgate.yaml");
            fs::write(&path, block).unwrap();
            let loaded = policy::load(&path, "credgate.yaml", &rules::descriptors());
            assert!(
                loaded.is_ok(),
                "{name}: {}\n{block}",
                loaded.unwrap_err().summary()
            );
            checked += 1;
        }
    }
    assert!(checked >= 3);
}

/// The files that a page shows, each below its name in backticks and a colon.
fn named_files(page: &str) -> Vec<(&str, &str)> {
    let mut files = Vec::new();
    for (at, _) in page.match_indices("`:\n\n```") {
        let (_, name) = page[..at].rsplit_once('`').unwrap();
        let (_, rest) = page[at..].split_once("\n\n```").unwrap();
        let (_, rest) = rest.split_once('\n').unwrap();
        files.push((name, rest.split_once("```").unwrap().0));
    }
    files
}

#[test]
fn the_documented_exceptions_files_are_those_of_the_policy() {
    let page = read("docs/exceptions.md");
    let folder = tempfile::tempdir().unwrap();
    let mut files = 0;
    for (name, text) in named_files(&page) {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        files += 1;
    }
    let path = folder.path().join("credgate.yaml");
    let loaded = policy::load(&path, "credgate.yaml", &rules::descriptors()).unwrap();
    assert_eq!((files, loaded.paths().len()), (3, 3));
    assert_eq!(loaded.exceptions().len(), 2);
}

#[test]
fn the_documented_sessions_happen() {
    for page in ["docs/adopt.md", "docs/credentials.md", "docs/exit-codes.md"] {
        let page = read(page);
        let sessions = page.split("```console\n").skip(1);
        let folder = tempfile::tempdir().unwrap();
        for name in ["applications.json", "service-principals.json"] {
            let text = read(&format!("examples/contoso/{name}"));
            fs::write(folder.path().join(name), text).unwrap();
        }
        for (name, text) in named_files(&page) {
            fs::write(folder.path().join(name), text).unwrap();
        }
        for session in sessions.map(|rest| rest.split_once("```").unwrap().0) {
            for step in session.split("$ credgate ").skip(1) {
                let (words, expected) = step.split_once('\n').unwrap();
                let output = Command::new(env!("CARGO_BIN_EXE_credgate"))
                    .args(words.split_whitespace())
                    .current_dir(folder.path())
                    .env_clear()
                    .output()
                    .unwrap();
                let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
                // A long answer is shown as far as its first lines.
                let (shown, is_whole) = match expected.split_once("…\n") {
                    Some((shown, _)) => (shown, false),
                    None => (expected, true),
                };
                let fits = said.starts_with(shown) && (!is_whole || said == shown);
                assert!(fits, "{words}\n{said}");
            }
        }
        let shown = page.split("```text\n").skip(1);
        for entry in shown.map(|rest| rest.split_once("```").unwrap().0) {
            let written = fs::read_to_string(folder.path().join("credgate.yaml")).unwrap();
            assert!(written.contains(entry), "{entry}\n{written}");
        }
    }
}

#[test]
fn the_documented_snapshot_is_one() {
    let page = read("docs/inventory.md");
    let (_, rest) = page.split_once("## Snapshots").unwrap();
    let (_, rest) = rest.split_once("```json\n").unwrap();
    let (snapshot, _) = rest.split_once("```").unwrap();
    let schema = snapshot::schema().to_value();
    let schema = jsonschema::validator_for(&schema).unwrap();
    for line in snapshot.lines() {
        let line = serde_json::from_str(line).unwrap();
        let wrong: Vec<_> = schema.iter_errors(&line).map(|it| it.to_string()).collect();
        assert!(wrong.is_empty(), "{wrong:?}\n{line}");
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("contoso.ndjson"), snapshot).unwrap();
    let policy = "version: 1\nextends: strict\n";
    fs::write(folder.path().join("credgate.yaml"), policy).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_credgate"))
        .args(["check", "--inventory", "contoso.ndjson"])
        .args(["--now", "2026-11-23T00:00:00Z"])
        .current_dir(folder.path())
        .env_clear()
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
}

#[test]
fn the_schema_of_snapshots_is_fresh() {
    let schema = serde_json::to_string_pretty(&snapshot::schema()).unwrap() + "\n";
    snapbox::assert_data_eq!(
        schema,
        snapbox::file!["../schemas/snapshot.schema.json": Text].raw()
    );
}

#[test]
fn the_sample_tenant_shows_every_rule_and_every_state() {
    let report = Command::new(env!("CARGO_BIN_EXE_credgate"))
        .args(["check", "--policy", "examples/contoso/policy.yaml"])
        .args(["--inventory", "examples/contoso/service-principals.json"])
        .args(["--inventory", "examples/contoso/applications.json"])
        .args(["--now", "2026-11-23T00:00:00Z", "--report", "json"])
        .current_dir(root())
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&report.stdout).unwrap();
    let words = report.to_string();
    for rule in rules::ALL {
        let id = rule.descriptor().id;
        assert!(words.contains(&format!("\"rule\":\"{id}\"")), "{id}");
    }
    for disposition in ["open", "excepted", "in-window"] {
        let disposition = format!("\"disposition\":\"{disposition}\"");
        assert!(words.contains(&disposition), "{disposition}");
    }
    let states = report["summary"]["by_state"].as_object().unwrap();
    assert!(
        states.values().all(|count| count.as_u64() > Some(0)),
        "{states:?}"
    );
}
