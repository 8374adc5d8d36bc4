//! The page about GitHub Actions names the inputs and outputs that the action has, and the README shows its use.
//!
//! After a change that is meant, `SNAPSHOTS=overwrite cargo test --test readme` writes the tables anew.

use credgate::home::REPOSITORY;
use serde_json::Value;
use snapbox::{assert_data_eq, file};

use super::read;

fn member<'value>(value: &'value Value, name: &str) -> &'value str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn entries(action: &Value, list: &str) -> Vec<(String, Value)> {
    let entries = action.get(list).and_then(Value::as_object).unwrap();
    let entries = entries.iter();
    entries
        .map(|(name, it)| (name.clone(), it.clone()))
        .collect()
}

fn inputs(action: &Value) -> String {
    let mut table = vec![
        "| input | default | what it is |".to_owned(),
        "| --- | --- | --- |".to_owned(),
    ];
    for (name, input) in entries(action, "inputs") {
        let default = match member(&input, "default") {
            "" => String::new(),
            default => format!("`{default}`"),
        };
        let description = member(&input, "description");
        table.push(format!("| `{name}` | {default} | {description} |"));
    }
    table.join("\n")
}

fn outputs(action: &Value) -> String {
    let mut table = vec![
        "| output | what it is |".to_owned(),
        "| --- | --- |".to_owned(),
    ];
    for (name, output) in entries(action, "outputs") {
        table.push(format!("| `{name}` | {} |", member(&output, "description")));
    }
    table.join("\n")
}

/// Puts a table between the marks of this name.
fn renewed(page: &str, name: &str, table: &str) -> String {
    let (begin, end) = (
        format!("<!-- {name}:begin -->\n"),
        format!("<!-- {name}:end -->"),
    );
    let (head, rest) = page.split_once(&begin).unwrap();
    let (_, tail) = rest.split_once(&end).unwrap();
    format!("{head}{begin}{table}\n{end}{tail}")
}

#[test]
fn the_tables_are_the_actions() {
    let action: Value = serde_saphyr::from_str(&read("action.yml")).unwrap();
    let page = read("docs/github.md");
    let page = renewed(&page, "inputs", &inputs(&action));
    let page = renewed(&page, "outputs", &outputs(&action));
    assert_data_eq!(page, file!["../../docs/github.md": Text].raw());
}

#[test]
fn what_the_readme_gives_to_the_action_are_inputs() {
    let action: Value = serde_saphyr::from_str(&read("action.yml")).unwrap();
    let names: Vec<String> = entries(&action, "inputs")
        .into_iter()
        .map(|it| it.0)
        .collect();
    let mut given = 0;
    for page in ["README.md", "docs/github.md"] {
        let text = read(page);
        let (_, name) = REPOSITORY.rsplit_once('/').unwrap();
        for (at, _) in text.match_indices(&format!("/{name}@")) {
            let block = text.get(at..).unwrap().split_once("```").unwrap().0;
            let Some((_, block)) = block.split_once("with:\n") else {
                continue;
            };
            for line in block.lines() {
                let name = line.trim().split(':').next().unwrap();
                assert!(names.iter().any(|it| it == name), "{page}: {name}");
                given += 1;
            }
        }
    }
    assert!(given >= 6, "{given}");
}
