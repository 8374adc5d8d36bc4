//! Every slip of the hand in every key is refused, by parser and schema alike.

use std::ops::Range;

use super::{EVERY_KEY, load_text, schema_takes};

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
