//! Every slip of the hand in every key is refused, by parser and schema alike.

use std::ops::Range;

use miette::Diagnostic as _;

use super::exceptions_from::Memory;
use super::{EVERY_KEY, exceptions_schema_takes, load_text, schema_takes};

/// Returns where the keys of a policy stand.
pub(crate) fn keys(text: &str) -> Vec<Range<usize>> {
    let mut keys = Vec::new();
    let mut start = None;
    let mut line_is_comment = false;
    for (at, character) in text.char_indices() {
        match character {
            '\n' => (start, line_is_comment) = (None, false),
            '#' => line_is_comment = true,
            'a'..='z' | '-' if !line_is_comment => {
                start.get_or_insert(at);
            }
            ':' if !line_is_comment && text[at + 1..].starts_with([' ', '\n']) => {
                keys.extend(start.take().map(|start| start..at));
            }
            _ => start = None,
        }
    }
    keys
}

/// Returns a key with one letter left out, replaced, added or swapped with the next one.
fn slips(key: &str) -> Vec<String> {
    let letters: Vec<char> = key.chars().collect();
    let mut slips = Vec::new();
    for at in 0..letters.len() {
        let (before, after) = (&letters[..at], &letters[at..]);
        let mut push = |middle: &[char], after: &[char]| {
            slips.push(before.iter().chain(middle).chain(after).collect::<String>());
        };
        push(&[], &after[1..]);
        push(&[after[0].to_ascii_uppercase()], &after[1..]);
        for letter in ['x', '_', '\u{435}'] {
            push(&[letter], &after[1..]);
        }
        for letter in [after[0], 's'] {
            push(&[letter], after);
        }
        if let [first, second, rest @ ..] = after {
            push(&[*second, *first], rest);
        }
    }
    slips.retain(|slip| slip != key);
    slips.sort_unstable();
    slips.dedup();
    slips
}

#[test]
fn every_single_letter_change_of_every_key_is_refused_by_parser_and_schema() {
    let keys = keys(EVERY_KEY);
    assert!(keys.len() >= 80, "{} keys", keys.len());
    std::thread::scope(|scope| {
        for some in keys.chunks(keys.len().div_ceil(4)) {
            scope.spawn(|| some.iter().for_each(assert_slips_are_refused));
        }
    });
}

fn assert_slips_are_refused(key: &Range<usize>) {
    for slip in slips(&EVERY_KEY[key.clone()]) {
        let mut text = EVERY_KEY.to_owned();
        text.replace_range(key.clone(), &slip);
        assert!(load_text(&text).is_err(), "the parser takes {slip}");
        assert!(!schema_takes(&text), "the schema takes {slip}");
    }
}

#[test]
fn every_single_letter_change_of_a_key_of_exceptions_files_is_refused_too() {
    let policy = "version: 1\nextends: baseline\nexceptions-from: [a.yaml]\n";
    let exceptions = "version: 1\nexceptions: []\n";
    let loads = |policy: &str, exceptions: &str| {
        let files = Memory::default().with("credgate.yaml", policy);
        files.with("a.yaml", exceptions).load().is_ok()
    };
    assert!(loads(policy, exceptions) && schema_takes(policy));
    assert!(exceptions_schema_takes(exceptions));
    for slip in slips("exceptions-from") {
        let text = policy.replace("exceptions-from", &slip);
        assert!(!loads(&text, exceptions), "the parser takes {slip}");
        assert!(!schema_takes(&text), "the schema takes {slip}");
    }
    for key in ["version", "exceptions"] {
        for slip in slips(key) {
            let text = exceptions.replace(key, &slip);
            assert!(!loads(policy, &text), "the parser takes {slip}");
            assert!(!exceptions_schema_takes(&text), "the schema takes {slip}");
        }
    }
}

#[test]
fn the_schema_takes_every_path_that_the_parser_takes() {
    let names = [
        "a.yaml", "*.json", "?", "..", ".", "", "**", "[a]", "a:b", " ", "\\", "\t", "\u{7f}",
    ];
    for first in names {
        for second in names {
            let item = format!("{first}/{second}");
            for item in [first, item.as_str(), &format!("./{item}")] {
                let path = serde_json::to_string(item).unwrap();
                let text = format!("version: 1\nextends: baseline\nexceptions-from: [{path}]\n");
                let error = load_text(&text).unwrap_err();
                let code = error.problems()[0].code().unwrap().to_string();
                let is_taken = code == "policy::exceptions_without_file";
                assert_eq!(is_taken, schema_takes(&text), "{item:?}: {code}");
            }
        }
    }
}
