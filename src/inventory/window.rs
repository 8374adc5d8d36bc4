//! A bounded window over a reader, which yields one JSON value at a time.
//!
//! In: bytes of UTF-8 from a file, a pipe or a network. Out: whole values, each with its one-based line and column, and
//! the marks between them. An inventory is never held whole: the window grows only as far as one value needs.

use std::io::{self, Read};

use super::fields::Key;
use super::scan::{self, At, Fault, Members, Opening};

/// The window at the beginning.
const SIZE: usize = 1 << 20;

/// A value that does not fit in here is refused: it is no application.
const LIMIT: usize = 320 << 20;

/// A position in a source: one-based line and column, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) line: u32,
    pub(super) column: u32,
}

/// Why no further value can be read.
#[derive(Debug)]
pub(super) enum WindowError {
    /// The source could not be read.
    Read(io::Error),
    /// The source ends inside a value.
    Cut,
    /// The source is not JSON at this position.
    Malformed(Position),
    /// A value is not UTF-8.
    NotUtf8(Position),
    /// A value is nested too deeply.
    TooDeep(Position),
    /// A value is larger than the limit.
    TooLarge(Position),
    /// An object names this member twice.
    Duplicate(Position, &'static str),
}

/// The window.
pub(super) struct Window<R> {
    reader: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    line: u32,
    column: u32,
}

impl<R: Read> Window<R> {
    /// Opens a window over a reader.
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader,
            buffer: vec![0; SIZE],
            start: 0,
            end: 0,
            ended: false,
            line: 1,
            column: 1,
        }
    }

    /// Returns where the next byte stands.
    pub(super) const fn position(&self) -> Position {
        Position {
            line: self.line,
            column: self.column,
        }
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Reads more; says whether there was more.
    fn fill(&mut self) -> Result<bool, WindowError> {
        if self.ended {
            return Ok(false);
        }
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.buffer.len() {
            let larger = (self.buffer.len() * 2).min(LIMIT);
            if larger == self.buffer.len() {
                return Err(WindowError::TooLarge(self.position()));
            }
            self.buffer.resize(larger, 0);
        }
        while self.end < self.buffer.len() {
            let free = self.buffer.get_mut(self.end..).unwrap_or_default();
            match self.reader.read(free) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(count) => self.end += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(WindowError::Read(error)),
            }
        }
        Ok(true)
    }

    /// Moves on behind marks and blanks, or to a place that cannot be read.
    fn advance(&mut self, length: usize) {
        let text = self.rest().get(..length).unwrap_or_default();
        let lines = memchr::memchr_iter(b'\n', text).count();
        let tail = memchr::memrchr(b'\n', text).map_or(0, |at| at + 1);
        let characters = characters(text.get(tail..).unwrap_or_default());
        if lines == 0 {
            self.column = self.column.saturating_add(clamp(characters));
        } else {
            self.column = clamp(characters).saturating_add(1);
            self.line = self.line.saturating_add(clamp(lines));
        }
        self.start += length;
    }

    /// Skips white space and returns the next byte without taking it; `None` at the end.
    pub(super) fn peek(&mut self) -> Result<Option<u8>, WindowError> {
        loop {
            let rest = self.rest();
            let blanks = rest
                .iter()
                .take_while(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t'))
                .count();
            let next = rest.get(blanks).copied();
            self.advance(blanks);
            if next.is_some() || !self.fill()? {
                return Ok(next);
            }
        }
    }

    /// Takes the next byte if it is this one.
    pub(super) fn take(&mut self, byte: u8) -> Result<bool, WindowError> {
        let found = self.peek()? == Some(byte);
        if found {
            self.advance(1);
        }
        Ok(found)
    }

    /// Takes the next byte, which must be this one.
    pub(super) fn expect(&mut self, byte: u8) -> Result<(), WindowError> {
        match self.peek()? {
            Some(next) if next == byte => {
                self.advance(1);
                Ok(())
            }
            Some(_) => Err(WindowError::Malformed(self.position())),
            None => Err(WindowError::Cut),
        }
    }

    /// Takes a value and returns its text.
    pub(super) fn value(&mut self) -> Result<(Position, &str), WindowError> {
        let (length, ()) = self.scan(|text| scan::value(text).map(|length| (length, ())))?;
        self.text(length, true)
    }

    /// Takes an object, notes its wanted members, and returns its text.
    pub(super) fn object<K: Key>(
        &mut self,
        members: &mut Members<K>,
    ) -> Result<(Position, &str), WindowError> {
        let (length, ()) = self.scan(|text| {
            *members = Members::default();
            scan::object(text, members).map(|length| (length, ()))
        })?;
        self.text(length, members.has_line_breaks())
    }

    /// Tells what the object ahead is, without taking it.
    pub(super) fn opening(&mut self) -> Result<Opening, WindowError> {
        self.scan(|text| scan::opening(text).map(|opening| (0, opening)))
            .map(|(_, opening)| opening)
    }

    /// Scans from the next byte on, with more and more of the source as long as the scan is cut.
    fn scan<T>(
        &mut self,
        mut scan: impl FnMut(&[u8]) -> Result<(usize, T), At>,
    ) -> Result<(usize, T), WindowError> {
        self.peek()?;
        loop {
            match scan(self.rest()) {
                Ok(scanned) => return Ok(scanned),
                Err((Fault::Cut, _)) => {
                    if !self.fill()? {
                        return Err(WindowError::Cut);
                    }
                }
                Err((Fault::Malformed, at)) => {
                    self.advance(at);
                    return Err(WindowError::Malformed(self.position()));
                }
                Err((Fault::TooDeep, _)) => return Err(WindowError::TooDeep(self.position())),
                Err((Fault::Duplicate(name), _)) => {
                    return Err(WindowError::Duplicate(self.position(), name));
                }
            }
        }
    }

    /// Moves on behind a value and returns its text.
    fn text(
        &mut self,
        length: usize,
        has_line_breaks: bool,
    ) -> Result<(Position, &str), WindowError> {
        let position = self.position();
        let text = self.buffer.get(self.start..self.start + length);
        let text = std::str::from_utf8(text.unwrap_or_default())
            .map_err(|_| WindowError::NotUtf8(position))?;
        self.start += length;
        if has_line_breaks && let Some((lines, last)) = text.rsplit_once('\n') {
            let breaks = memchr::memchr_iter(b'\n', lines.as_bytes()).count() + 1;
            self.line = self.line.saturating_add(clamp(breaks));
            self.column = clamp(last.chars().count()).saturating_add(1);
        } else {
            let characters = if text.is_ascii() {
                length
            } else {
                text.chars().count()
            };
            self.column = self.column.saturating_add(clamp(characters));
        }
        Ok((position, text))
    }
}

/// Counts characters: bytes that do not continue one.
fn characters(text: &[u8]) -> usize {
    text.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
}

/// A position beyond four thousand million stays there.
fn clamp(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
