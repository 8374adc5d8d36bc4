//! Every link of the documentation leads somewhere, and every command in it is one that the program takes.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::{documents, root};

/// The pages that a reader of the repository opens.
fn pages() -> Vec<(std::path::PathBuf, String)> {
    let others = ["CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"];
    let others = others.map(|name| root().join(name));
    let pages = documents().into_iter().chain(others);
    let pages = pages.filter(|path| path.exists());
    pages
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            (path, text)
        })
        .collect()
}

/// The text without what stands in fences.
fn prose(text: &str) -> String {
    let mut is_code = false;
    let lines = text.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The anchors that a renderer gives to headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let prose = prose(text);
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| -> String {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = words
            .chars()
            .filter(|it| it.is_alphanumeric() || " -_".contains(*it));
        kept.map(|it| if it == ' ' { '-' } else { it }).collect()
    };
    headings.map(anchor).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut links = 0;
    for (page, text) in pages() {
        let prose = prose(&text);
        for (at, _) in prose.match_indices("](") {
            let target = prose[at + 2..].split_once(')').unwrap().0;
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file = if file.is_empty() {
                page.clone()
            } else {
                page.parent().unwrap().join(file)
            };
            let place = format!("{}: {target}", page.display());
            assert!(file.exists(), "{place}");
            if !anchor.is_empty() {
                let there = anchors(&fs::read_to_string(&file).unwrap());
                assert!(there.contains(anchor), "{place}: {there:?}");
            }
            links += 1;
        }
    }
    assert!(links >= 40, "{links}");
}

/// The commands of the program in a block for a shell, each on one line.
fn commands(block: &str) -> Vec<String> {
    let block = block.replace("\\\n", " ");
    let lines = block
        .lines()
        .map(|line| line.trim().trim_start_matches("$ "));
    let commands = lines.filter(|line| line.starts_with("credgate "));
    // What follows is for the shell.
    let end = |line: &str| {
        [" > ", " | ", " || ", " && ", " #", "; "]
            .iter()
            .filter_map(|it| line.find(it))
            .min()
    };
    commands
        .map(|line| line[..end(line).unwrap_or(line.len())].replace(['\'', '"'], ""))
        .collect()
}

/// Asked for help at the end, the program first reads all words before it, and refuses what it does not know.
fn is_understood(command: &str, folder: &Path) -> bool {
    let words = command.split_whitespace().skip(1);
    let output = Command::new(env!("CARGO_BIN_EXE_credgate"))
        .args(words.filter(|word| *word != "--help"))
        .arg("--help")
        .current_dir(folder)
        .env_clear()
        .output()
        .unwrap();
    output.status.code() == Some(0)
}

#[test]
fn every_command_is_understood() {
    let folder = tempfile::tempdir().unwrap();
    let mut understood = 0;
    for (page, text) in pages() {
        let blocks = text.split("```sh\n").skip(1);
        for block in blocks.map(|rest| rest.split_once("```").unwrap().0) {
            for command in commands(block) {
                let is_understood = is_understood(&command, folder.path());
                assert!(is_understood, "{}: {command}", page.display());
                understood += 1;
            }
        }
    }
    assert!(understood >= 20, "{understood}");
    assert!(!is_understood(
        "credgate check --polici a.yaml",
        folder.path()
    ));
}
