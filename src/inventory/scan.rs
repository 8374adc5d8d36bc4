//! A strict scanner over JSON text: finds where a value ends, and where the wanted members of an object stand.
//!
//! In: bytes that begin with a value. Out: its length and the ranges of its wanted members, or the first fault. Every
//! byte is checked against the grammar of RFC 8259, also where nothing is kept; the values that are kept are read by
//! `serde_json`. Reading whole objects with `serde_json` costs four times as many instructions a byte, because most of
//! an application is thrown away (`docs/performance.md`).

use std::ops::Range;

use super::fields::{FIELDS, Field};
use super::lanes::{Lane, first_special};

/// Deeper nesting is refused: no Graph object comes near it, and the scanner calls itself.
const MAX_DEPTH: u32 = 128;

/// Why a value could not be scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The text ends inside the value.
    Cut,
    /// The text is not JSON.
    Malformed,
    /// The value is nested too deeply.
    TooDeep,
    /// The object names this member twice, in one spelling or another.
    Duplicate(Field),
}

/// A fault and the offset at which it was met.
pub(super) type At = (Fault, usize);

/// Where the wanted members of one object stand in its text.
#[derive(Clone, Debug, Default)]
pub(super) struct Members {
    /// Begin and end; an end of zero is no place.
    places: [(u32, u32); FIELDS],
    pascal_case: bool,
}

impl Members {
    /// Returns the text of a member's value.
    pub(super) fn get<'text>(&self, field: Field, text: &'text [u8]) -> Option<&'text [u8]> {
        let &(start, end) = self.places.get(field as usize)?;
        if end == 0 {
            return None;
        }
        text.get(start as usize..end as usize)
    }

    /// Tells whether the `appId` is spelt as PowerShell spells it.
    pub(super) const fn is_pascal_case(&self) -> bool {
        self.pascal_case
    }

    fn set(&mut self, field: Field, range: Range<usize>) -> Result<(), Fault> {
        // The window is far smaller than four thousand million bytes.
        let place = (u32::try_from(range.start), u32::try_from(range.end));
        match (self.places.get_mut(field as usize), place) {
            (Some(free @ (_, 0)), (Ok(start), Ok(end))) => *free = (start, end),
            _ => return Err(Fault::Duplicate(field)),
        }
        Ok(())
    }
}

/// Scans the value at the beginning of `text` and returns its length.
pub(super) fn value(text: &[u8]) -> Result<usize, At> {
    let mut scanner = Scanner { text, at: 0 };
    let result = scanner.value(0);
    scanner.end(result)
}

/// Scans the object at the beginning of `text`, notes its wanted members, and returns its length.
pub(super) fn object(text: &[u8], members: &mut Members) -> Result<usize, At> {
    let mut scanner = Scanner { text, at: 0 };
    let result = scanner.members(members);
    scanner.end(result)
}

/// What the object at the beginning of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// It has a list named `value`: an answer of Graph.
    Envelope,
    /// It has a list named `data`: a collection of `AzureHound`.
    AzureHound,
    /// It has neither: an object by itself.
    Object,
}

/// Tells whether the object at the beginning of `text` is an answer of Graph, reading no further than it must.
pub(super) fn opening(text: &[u8]) -> Result<Opening, At> {
    let mut scanner = Scanner { text, at: 0 };
    scanner.opening().map_err(|fault| (fault, scanner.at))
}

struct Scanner<'text> {
    text: &'text [u8],
    at: usize,
}

/// A key that was read: where its closing quote stands, and whether it holds an escape.
struct Key {
    end: usize,
    escaped: bool,
}

impl Scanner<'_> {
    fn end(&self, result: Result<(), Fault>) -> Result<usize, At> {
        result.map(|()| self.at).map_err(|fault| (fault, self.at))
    }

    fn opening(&mut self) -> Result<Opening, Fault> {
        self.expect(b'{')?;
        self.blanks();
        if self.peek()? == b'}' {
            return Ok(Opening::Object);
        }
        loop {
            let start = self.at;
            let key = self.key()?;
            if self.peek()? == b'[' {
                match self.text.get(start + 1..key.end) {
                    Some(b"value") => return Ok(Opening::Envelope),
                    Some(b"data") => return Ok(Opening::AzureHound),
                    _ => {}
                }
            }
            self.value(1)?;
            if self.next_or_end(b'}')? {
                return Ok(Opening::Object);
            }
        }
    }

    #[inline]
    fn peek(&self) -> Result<u8, Fault> {
        self.text.get(self.at).copied().ok_or(Fault::Cut)
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Result<(), Fault> {
        if self.peek()? != byte {
            return Err(Fault::Malformed);
        }
        self.at += 1;
        Ok(())
    }

    /// Skips white space; compact text has none, nearly everywhere.
    #[inline]
    fn blanks(&mut self) {
        if self.text.get(self.at).is_some_and(|byte| *byte <= b' ') {
            self.run_of_blanks();
        }
    }

    /// Skips eight spaces at a time, because pretty-printed exports are a third indentation.
    fn run_of_blanks(&mut self) {
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b' ' => self.at += 1 + self.run_of_spaces(self.at + 1),
                b'\n' | b'\r' | b'\t' => self.at += 1,
                _ => return,
            }
        }
    }

    #[inline]
    fn lane(&self) -> Option<Lane> {
        self.text.get(self.at..)?.first_chunk().copied()
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

    #[inline]
    fn value(&mut self, depth: u32) -> Result<(), Fault> {
        match self.peek()? {
            b'"' => self.string().map(drop),
            b'{' => self.nested(depth, Self::object),
            b'[' => self.nested(depth, Self::array),
            b'n' => self.literal(b"null"),
            b't' => self.literal(b"true"),
            b'f' => self.literal(b"false"),
            _ => self.number(),
        }
    }

    fn nested(
        &mut self,
        depth: u32,
        read: fn(&mut Self, u32) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        if depth >= MAX_DEPTH {
            return Err(Fault::TooDeep);
        }
        self.at += 1;
        read(self, depth + 1)
    }

    fn object(&mut self, depth: u32) -> Result<(), Fault> {
        self.blanks();
        if self.peek()? == b'}' {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.key()?;
            self.value(depth)?;
            if self.next_or_end(b'}')? {
                return Ok(());
            }
        }
    }

    fn array(&mut self, depth: u32) -> Result<(), Fault> {
        self.blanks();
        if self.peek()? == b']' {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.value(depth)?;
            if self.next_or_end(b']')? {
                return Ok(());
            }
        }
    }

    /// Reads an object and notes where its wanted members stand.
    fn members(&mut self, members: &mut Members) -> Result<(), Fault> {
        self.expect(b'{')?;
        self.blanks();
        if self.peek()? == b'}' {
            self.at += 1;
            return Ok(());
        }
        loop {
            let quote = self.at;
            let key = self.key()?;
            let start = self.at;
            self.value(1)?;
            if let Some(field) = self.field(quote, &key) {
                members.pascal_case |=
                    field == Field::AppId && self.text.get(quote + 1) == Some(&b'A');
                members.set(field, start..self.at)?;
            }
            if self.next_or_end(b'}')? {
                return Ok(());
            }
        }
    }

    /// Reads a key, its colon and the blanks around it.
    #[inline]
    fn key(&mut self) -> Result<Key, Fault> {
        let escaped = self.string()?;
        let end = self.at - 1;
        self.blanks();
        self.expect(b':')?;
        self.blanks();
        Ok(Key { end, escaped })
    }

    /// A key may be spelt with escapes; that makes it no other key.
    #[inline]
    fn field(&self, quote: usize, key: &Key) -> Option<Field> {
        if key.escaped {
            let quoted = self.text.get(quote..=key.end)?;
            return Field::of_key(serde_json::from_slice::<String>(quoted).ok()?.as_bytes());
        }
        Field::of_key(self.text.get(quote + 1..key.end)?)
    }

    /// Reads a comma (and says `false`) or the end of the container (and says `true`).
    #[inline]
    fn next_or_end(&mut self, end: u8) -> Result<bool, Fault> {
        self.blanks();
        let byte = self.peek()?;
        if byte == b',' {
            self.at += 1;
            self.blanks();
            Ok(false)
        } else if byte == end {
            self.at += 1;
            Ok(true)
        } else {
            Err(Fault::Malformed)
        }
    }

    /// Reads a string; says whether it holds an escape.
    #[inline]
    fn string(&mut self) -> Result<bool, Fault> {
        self.expect(b'"')?;
        let mut escaped = false;
        loop {
            while let Some(lane) = self.lane() {
                if let Some(special) = first_special(lane) {
                    self.at += special;
                    break;
                }
                self.at += 16;
            }
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Ok(escaped);
                }
                b'\\' => {
                    escaped = true;
                    self.escape()?;
                }
                0..0x20 => return Err(Fault::Malformed),
                _ => self.at += 1,
            }
        }
    }

    #[cold]
    fn escape(&mut self) -> Result<(), Fault> {
        self.at += 1;
        match self.peek()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
            b'u' => {
                self.at += 1;
                for _ in 0..4 {
                    if !self.peek()?.is_ascii_hexdigit() {
                        return Err(Fault::Malformed);
                    }
                    self.at += 1;
                }
            }
            _ => return Err(Fault::Malformed),
        }
        Ok(())
    }

    #[inline]
    fn literal(&mut self, word: &'static [u8]) -> Result<(), Fault> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        if rest.starts_with(word) {
            self.at += word.len();
            Ok(())
        } else if word.starts_with(rest) {
            Err(Fault::Cut)
        } else {
            Err(Fault::Malformed)
        }
    }

    fn number(&mut self) -> Result<(), Fault> {
        if self.peek()? == b'-' {
            self.at += 1;
        }
        if self.peek()? == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek()? == b'.' {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek()?, b'e' | b'E') {
            self.at += 1;
            if matches!(self.peek()?, b'+' | b'-') {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Fault> {
        if !self.peek()?.is_ascii_digit() {
            return Err(Fault::Malformed);
        }
        while self.peek()?.is_ascii_digit() {
            self.at += 1;
        }
        Ok(())
    }
}

const fn repeat(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

#[inline]
const fn first_byte(marks: u64) -> usize {
    (marks.trailing_zeros() / 8) as usize
}

#[cfg(test)]
mod tests;
