//! The manual pages and the help: what one page names, another command prints.

use std::path::Path;

use super::program::{Ended, run};

fn told(arguments: &[&str]) -> Ended {
    let ended = run(Path::new("."), arguments, b"");
    ended.assert_told_well();
    ended
}

/// Prints the page of a command and of all commands under it; returns their number.
fn pages(command: &[&str]) -> usize {
    let ended = told(&[&["man"], command].concat());
    assert_eq!(ended.code, 0, "{command:?} {}", ended.stderr);
    let page = ended.stdout;
    let name = [&["credgate"], command].concat().join("-");
    assert!(page.contains(&format!("\n.TH {name} 1 ")), "{page}");
    assert!(
        !page.contains("EXTRA") && !page.contains("credgate\\-help"),
        "{page}"
    );
    let prefix = format!("{}\\-", name.replace('-', "\\-"));
    let named = page
        .lines()
        .filter_map(|line| line.strip_suffix("(1)")?.strip_prefix(&prefix));
    1 + named
        .map(|word| pages(&[command, &[word]].concat()))
        .sum::<usize>()
}

#[test]
fn every_page_that_a_page_names_is_printed() {
    assert_eq!(pages(&[]), 16);
    let page = told(&["man"]).stdout;
    assert!(
        page.contains("\n.SH \"EXIT CODES\"\n.nf\n  0   judged"),
        "{page}"
    );
    let unknown = told(&["man", "policy", "chek"]);
    assert_eq!(unknown.code, 2);
    let told =
        "there is no command `credgate policy chek`; name one that `credgate policy --help` lists";
    assert!(unknown.stderr.contains(told), "{}", unknown.stderr);
}

#[test]
fn help_is_a_command_and_an_option() {
    for command in [&[][..], &["check"], &["policy", "check"]] {
        let asked = told(&[&["help"], command].concat());
        assert_eq!(asked.code, 0, "{}", asked.stderr);
        assert_eq!(asked, told(&[command, &["--help"]].concat()));
    }
    let unknown = told(&["help", "chekc"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("there is no command `chekc`"));
}
