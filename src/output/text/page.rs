//! The only way for words into the text report: what is written here is made harmless first, wrapped and coloured.
//!
//! In: words, foreign ones too. Out: lines that begin with a word or a blank of ours.

use std::io::{self, BufWriter, Write};

use anstyle::{AnsiColor, Style};

use crate::escape::printable;
use crate::finding::Level;
use crate::output::Options;
use crate::report::Verdict;

/// How narrow a terminal may be before lines are no longer wrapped to fit.
const LEAST_WIDTH: usize = 40;

/// Words in one style.
pub(in crate::output) struct Span<'a>(pub(in crate::output) Style, pub(in crate::output) &'a str);

/// Words in the plain style.
pub(in crate::output) const fn plain(words: &str) -> Span<'_> {
    Span(Style::new(), words)
}

/// Words that lead the eye.
pub(in crate::output) const fn strong(words: &str) -> Span<'_> {
    Span(Style::new().bold(), words)
}

/// Words for those who look for them.
pub(in crate::output) const fn faint(words: &str) -> Span<'_> {
    Span(Style::new().dimmed(), words)
}

/// Returns the style of a level.
pub(in crate::output) const fn of_level(level: Level) -> Style {
    match level {
        Level::Error => AnsiColor::Red.on_default().bold(),
        Level::Warning => AnsiColor::Yellow.on_default().bold(),
        Level::Note => AnsiColor::Cyan.on_default().bold(),
    }
}

/// Returns the style of a verdict.
pub(in crate::output) const fn of_verdict(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Pass => AnsiColor::Green.on_default().bold(),
        Verdict::Fail => AnsiColor::Red.on_default().bold(),
        Verdict::Incomplete => AnsiColor::Yellow.on_default().bold(),
    }
}

/// A page of text, written from top to bottom.
pub(in crate::output) struct Page<'a> {
    writer: BufWriter<&'a mut dyn Write>,
    width: usize,
    colour: bool,
}

impl<'a> Page<'a> {
    pub(in crate::output) fn new(writer: &'a mut dyn Write, options: &Options) -> Self {
        Self {
            writer: BufWriter::new(writer),
            width: options.width.max(LEAST_WIDTH),
            colour: options.colour,
        }
    }

    /// Hands everything to the writer.
    pub(in crate::output) fn finish(mut self) -> io::Result<()> {
        self.writer.flush()
    }

    /// Leaves a line empty.
    pub(in crate::output) fn blank(&mut self) -> io::Result<()> {
        writeln!(self.writer)
    }

    /// Writes one line, however long.
    pub(in crate::output) fn line(&mut self, spans: &[Span<'_>]) -> io::Result<()> {
        self.spans(spans)?;
        writeln!(self.writer)
    }

    /// Writes `lead`, then `text` wrapped to the width, its further lines `indent` blanks from the left.
    pub(in crate::output) fn paragraph(
        &mut self,
        lead: &[Span<'_>],
        indent: usize,
        text: &str,
    ) -> io::Result<()> {
        let mut column = self.spans(lead)?;
        let text = printable(text);
        for (index, word) in text.split(' ').enumerate() {
            let length = word.chars().count();
            if column > indent && column + 1 + length > self.width {
                write!(self.writer, "\n{:indent$}", "")?;
                column = indent;
            } else if index > 0 {
                self.writer.write_all(b" ")?;
                column += 1;
            }
            self.writer.write_all(word.as_bytes())?;
            column += length;
        }
        writeln!(self.writer)
    }

    /// Returns how many columns the spans take.
    fn spans(&mut self, spans: &[Span<'_>]) -> io::Result<usize> {
        let mut columns = 0;
        for Span(style, words) in spans {
            let words = printable(words);
            columns += words.chars().count();
            let style = if self.colour { *style } else { Style::new() };
            write!(self.writer, "{style}{words}{style:#}")?;
        }
        Ok(columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paragraph(width: usize, text: &str) -> String {
        let mut bytes = Vec::new();
        let options = Options {
            width,
            ..Options::default()
        };
        let mut page = Page::new(&mut bytes, &options);
        page.paragraph(&[plain("  error  ")], 9, text).unwrap();
        page.finish().unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn long_text_is_wrapped_under_its_own_beginning() {
        assert_eq!(
            paragraph(40, "the secret is older than the limit of 180 days allows"),
            "  error  the secret is older than the\n         limit of 180 days allows\n"
        );
    }

    #[test]
    fn a_word_that_is_too_long_stays_whole() {
        let url = "https://tickets.contoso.example/IAM-412/a/very/long/path";
        assert_eq!(
            paragraph(40, &format!("see {url} for more")),
            format!("  error  see\n         {url}\n         for more\n")
        );
    }

    #[test]
    fn a_wrapped_line_starts_no_command() {
        let text = paragraph(40, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ::error::x\n::error::y");
        assert!(
            text.lines()
                .all(|line| !line.trim_start().starts_with("::")),
            "{text}"
        );
    }
}
