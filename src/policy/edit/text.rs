//! A text by its lines, and changes of it by byte ranges.
//!
//! In: a text and offsets. Out: offsets, or the changed text. It knows what a comment and a line break is, and nothing
//! else of YAML.

use super::super::spans::Bytes;

/// What takes the place of a byte range; of an empty one, what is put there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Splice {
    pub(super) at: Bytes,
    pub(super) text: String,
}

impl Splice {
    pub(super) const fn insert(at: usize, text: String) -> Self {
        Self { at: at..at, text }
    }

    pub(super) const fn cut(at: Bytes) -> Self {
        Self {
            at,
            text: String::new(),
        }
    }
}

/// Makes the changes, in the order of the text; of those at one place, in the order given. What two of them cut is cut
/// once.
pub(super) fn apply(text: &str, mut splices: Vec<Splice>) -> String {
    splices.sort_by_key(|splice| splice.at.start);
    let added: usize = splices.iter().map(|splice| splice.text.len()).sum();
    let mut changed = String::with_capacity(text.len() + added);
    let mut done = 0;
    for Splice { at, text: new } in splices {
        changed.push_str(text.get(done..at.start).unwrap_or_default());
        changed.push_str(&new);
        done = done.max(at.end);
    }
    changed.push_str(text.get(done..).unwrap_or_default());
    changed
}

/// Returns where the line of an offset begins, behind a byte order mark.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    match before.rfind('\n') {
        Some(line_break) => line_break + 1,
        None if text.starts_with('\u{feff}') => '\u{feff}'.len_utf8(),
        None => 0,
    }
}

/// Returns where the line after that of an offset begins; the end of the text where there is none.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    let after = text.get(at..).unwrap_or_default();
    after.find('\n').map_or(text.len(), |found| at + found + 1)
}

/// Returns the end of the line of an offset, without its line break.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let line = text.get(at..next_line(text, at)).unwrap_or_default();
    at + line.trim_end_matches(['\r', '\n']).len()
}

/// Returns what stands before an offset on its line.
pub(super) fn before(text: &str, at: usize) -> &str {
    text.get(line_start(text, at)..at).unwrap_or_default()
}

/// Tells whether nothing but white space stands before an offset on its line.
pub(super) fn begins_line(text: &str, at: usize) -> bool {
    is_blank(before(text, at))
}

/// Tells whether nothing but white space and a comment stands behind an offset on its line.
pub(super) fn ends_line(text: &str, at: usize) -> bool {
    let rest = text.get(at..line_end(text, at)).unwrap_or_default();
    is_blank(rest) || rest.trim_start().starts_with('#')
}

pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| b" \t\r\n".contains(&byte))
}

/// Returns the white space with which the line of an offset begins.
pub(super) fn indent_of(text: &str, at: usize) -> &str {
    let line = text.get(line_start(text, at)..).unwrap_or_default();
    let rest = line.trim_start_matches([' ', '\t']);
    line.get(..line.len() - rest.len()).unwrap_or_default()
}

/// Returns the offset of the first character, from an offset on, that is no white space and in no comment.
pub(super) fn skip(text: &str, mut at: usize) -> usize {
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let left = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        at = text.len() - left.len();
        if !left.starts_with('#') {
            return at;
        }
        at = next_line(text, at);
    }
}

/// Returns the offset behind a character, where it is the next one that counts.
pub(super) fn expect(text: &str, at: usize, wanted: char) -> Option<usize> {
    let at = skip(text, at);
    let rest = text.get(at..).unwrap_or_default();
    rest.starts_with(wanted).then(|| at + wanted.len_utf8())
}

/// Returns the line break that the text uses.
pub(super) fn line_break(text: &str) -> &'static str {
    let first = text.find('\n');
    let before = first.and_then(|at| text.as_bytes().get(at.checked_sub(1)?));
    if before == Some(&b'\r') { "\r\n" } else { "\n" }
}
