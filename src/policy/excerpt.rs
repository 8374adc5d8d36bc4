//! The lines around a problem, made harmless, for `miette` to draw.
//!
//! In: a file's text and a byte range. Out: a few short lines with true line numbers. It never holds the whole file, and
//! never a character that a terminal obeys or a CI runner takes for a command.

use std::ops::Range;

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::spans::{Bytes, column_of, line_of};
use crate::escape::{is_unprintable, printable};

/// How far an excerpt reaches to each side of the problem, in bytes: a file may be one long line.
const REACH: usize = 160;

/// A piece of a file, with a label in it.
#[derive(Debug)]
pub(super) struct Excerpt {
    file: String,
    text: String,
    first_line: usize,
    label: Range<usize>,
    line: u32,
    column: u32,
}

impl Excerpt {
    /// Cuts out the lines around a problem.
    pub(super) fn new(file: &str, text: &str, bytes: &Bytes) -> Self {
        let start = boundary_before(text, bytes.start);
        let line_end = start + first_line_length(text.get(start..).unwrap_or_default());
        let end = boundary_before(text, bytes.end.clamp(start, line_end).min(start + REACH));
        let window = window(text, start..end);
        Self {
            file: printable(file).into_owned(),
            first_line: usize::try_from(line_of(text, window.start)).unwrap_or(1),
            label: start - window.start..end - window.start,
            line: line_of(text, start),
            column: column_of(text, start),
            text: harmless(text.get(window).unwrap_or_default()),
        }
    }

    /// Returns the name of the file.
    pub(super) fn file(&self) -> &str {
        &self.file
    }

    /// Returns the one-based line of the problem.
    pub(super) const fn line(&self) -> u32 {
        self.line
    }

    /// Returns the one-based column of the problem, in characters.
    pub(super) const fn column(&self) -> u32 {
        self.column
    }

    /// Returns what to underline.
    pub(super) fn label(&self) -> LabeledSpan {
        LabeledSpan::new_primary_with_span(None, self.label.clone())
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        context_lines_before: usize,
        _context_lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        // Without context, `miette` asks for the place to print above the lines; with it, for the lines.
        let is_heading = context_lines_before == 0;
        let whole = 0..self.text.len();
        let bytes = if is_heading {
            self.label.clone()
        } else {
            whole
        };
        let data = self
            .text
            .as_bytes()
            .get(bytes.clone())
            .ok_or(MietteError::OutOfBounds)?;
        if span.offset() + span.len() > self.text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let (line, column) = if is_heading {
            (one_less(self.line), one_less(self.column))
        } else {
            (self.first_line.saturating_sub(1), 0)
        };
        let lines = data.split(|&byte| byte == b'\n').count();
        let name = self.file.clone();
        Ok(Box::new(MietteSpanContents::new_named(
            name,
            data,
            bytes.into(),
            line,
            column,
            lines,
        )))
    }
}

/// Returns the nearest place at or before an offset at which no character is cut.
fn boundary_before(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

fn one_less(one_based: u32) -> usize {
    usize::try_from(one_based).unwrap_or(1).saturating_sub(1)
}

fn first_line_length(text: &str) -> usize {
    text.find(['\n', '\r']).unwrap_or(text.len())
}

/// The line of the label, with one line before it and one after it, cut where they are too long.
fn window(text: &str, label: Range<usize>) -> Range<usize> {
    let nearest = boundary_before(text, label.start.saturating_sub(REACH));
    let before = text.get(nearest..label.start).unwrap_or_default();
    let own_line = before.rfind('\n');
    let line_before = own_line.and_then(|at| before.get(..at)?.rfind('\n'));
    let start = match (line_before, nearest) {
        (Some(at), _) => nearest + at + 1,
        (None, 0) => 0,
        (None, _) => own_line.map_or(nearest, |at| nearest + at + 1),
    };
    let farthest = boundary_before(text, label.end + REACH);
    let after = text.get(label.end..farthest).unwrap_or_default();
    let end = after
        .match_indices('\n')
        .nth(1)
        .map_or(farthest, |(at, _)| label.end + at);
    start..end
}

/// Replaces what must not reach a terminal or log, byte for byte, so that the label stays where it is.
fn harmless(text: &str) -> String {
    let mut harmless = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let is_command = character == '#' && matches!(characters.peek(), Some('[' | 'v'));
        match character {
            '\n' | '\t' => harmless.push(character),
            '\r' => harmless.push(' '),
            // A runner reads `##[command]` and `##vso[command]` anywhere in a line.
            '#' if is_command && harmless.ends_with('#') => harmless.push('?'),
            _ if is_unprintable(character) => {
                harmless.extend(std::iter::repeat_n('?', character.len_utf8()));
            }
            _ => harmless.push(character),
        }
    }
    harmless
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmful_characters_are_replaced_byte_for_byte() {
        let text = "a\u{1b}[31m\u{202e}\u{85}##[group]\t\r\n";
        let harmless = harmless(text);
        assert_eq!(harmless, "a?[31m?????#?[group]\t \n");
        assert_eq!(harmless.len(), text.len());
    }

    #[test]
    fn an_excerpt_has_one_line_around_the_problem() {
        let text = "one\ntwo\nthree\nfour\nfive\n";
        let excerpt = Excerpt::new("f", text, &(8..13));
        assert_eq!(
            (excerpt.text.as_str(), excerpt.first_line),
            ("two\nthree\nfour", 2)
        );
        assert_eq!(
            (excerpt.line(), excerpt.column(), excerpt.label.clone()),
            (3, 1, 4..9)
        );
    }

    #[test]
    fn a_line_without_end_is_cut() {
        let text = "é".repeat(10_000);
        let excerpt = Excerpt::new("f", &text, &(9_999..10_001));
        assert!(excerpt.text.len() <= 3 * REACH);
        assert_eq!(excerpt.column(), 5_000);
    }

    #[test]
    fn a_problem_at_the_end_of_the_file_has_a_place() {
        let excerpt = Excerpt::new("f", "one\n", &(4..9));
        assert_eq!((excerpt.line(), excerpt.column()), (2, 1));
        assert_eq!(Excerpt::new("f", "", &(0..0)).line(), 1);
    }
}
