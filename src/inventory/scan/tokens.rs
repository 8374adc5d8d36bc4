//! The smallest parts of JSON text: white space, strings, numbers, words.
//!
//! In: the offset at which one begins. Out: the offset behind it.

use super::{Fault, Scanner, Step};
use crate::inventory::lanes::first_special;

impl Scanner<'_> {
    /// Skips white space; compact text has none, nearly everywhere.
    #[inline]
    pub(super) fn blanks(&mut self, at: usize) -> usize {
        if self.text.get(at).is_some_and(|byte| *byte <= b' ') {
            self.run_of_blanks(at)
        } else {
            at
        }
    }

    /// Skips eight spaces at a time, because pretty-printed exports are a third indentation.
    #[inline(never)]
    pub(super) fn run_of_blanks(&mut self, mut at: usize) -> usize {
        while let Some(&byte) = self.text.get(at) {
            match byte {
                b' ' => at += 1 + self.run_of_spaces(at + 1),
                b'\n' => {
                    self.line_breaks = true;
                    at += 1;
                }
                b'\r' | b'\t' => at += 1,
                _ => return at,
            }
        }
        at
    }

    fn run_of_spaces(&self, from: usize) -> usize {
        let mut at = from;
        while let Some(word) = self.word(at) {
            let different = word ^ repeat(b' ');
            if different != 0 {
                return at - from + first_byte(different);
            }
            at += 8;
        }
        at - from
    }

    #[inline]
    fn word(&self, at: usize) -> Option<u64> {
        let bytes = self.text.get(at..)?.first_chunk::<8>()?;
        Some(u64::from_le_bytes(*bytes))
    }

    /// Reads a string from behind its quote; returns where its closing quote stands.
    #[inline]
    pub(super) fn string(&mut self, from: usize) -> Step {
        let at = self.plain(from);
        if self.text.get(at) == Some(&b'"') {
            return Some(at);
        }
        self.rest_of_string(at)
    }

    /// Skips what needs no look: the lanes without a quote, a backslash or a control character.
    #[inline]
    fn plain(&self, at: usize) -> usize {
        let (lanes, _) = self.text.get(at..).unwrap_or_default().as_chunks();
        let mut at = at;
        for lane in lanes {
            if let Some(special) = first_special(*lane) {
                return at + special;
            }
            at += lane.len();
        }
        at
    }

    /// Reads on where a string holds an escape, or where less than a lane is left of the text.
    #[inline(never)]
    fn rest_of_string(&mut self, mut at: usize) -> Step {
        loop {
            match self.byte(at)? {
                b'"' => return Some(at),
                b'\\' => {
                    self.escaped = true;
                    let behind = self.escape(at + 1)?;
                    at = self.plain(behind);
                }
                0..0x20 => return self.fail(Fault::Malformed, at),
                _ => at = self.plain(at + 1),
            }
        }
    }

    fn escape(&mut self, at: usize) -> Step {
        match self.byte(at)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(at + 1),
            b'u' => {
                for digit in at + 1..at + 5 {
                    if !self.byte(digit)?.is_ascii_hexdigit() {
                        return self.fail(Fault::Malformed, digit);
                    }
                }
                Some(at + 5)
            }
            _ => self.fail(Fault::Malformed, at),
        }
    }

    #[inline]
    pub(super) fn literal(&mut self, at: usize, word: &'static [u8]) -> Step {
        let rest = self.text.get(at..).unwrap_or_default();
        if rest.starts_with(word) {
            Some(at + word.len())
        } else if word.starts_with(rest) {
            self.fail(Fault::Cut, at)
        } else {
            self.fail(Fault::Malformed, at)
        }
    }

    pub(super) fn number(&mut self, mut at: usize) -> Step {
        if self.byte(at)? == b'-' {
            at += 1;
        }
        at = if self.byte(at)? == b'0' {
            at + 1
        } else {
            self.digits(at)?
        };
        if self.byte(at)? == b'.' {
            at = self.digits(at + 1)?;
        }
        if matches!(self.byte(at)?, b'e' | b'E') {
            at += 1;
            if matches!(self.byte(at)?, b'+' | b'-') {
                at += 1;
            }
            at = self.digits(at)?;
        }
        Some(at)
    }

    fn digits(&mut self, mut at: usize) -> Step {
        if !self.byte(at)?.is_ascii_digit() {
            return self.fail(Fault::Malformed, at);
        }
        while self.byte(at)?.is_ascii_digit() {
            at += 1;
        }
        Some(at)
    }
}

const fn repeat(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

#[inline]
const fn first_byte(marks: u64) -> usize {
    (marks.trailing_zeros() / 8) as usize
}
