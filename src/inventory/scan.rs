//! A strict scanner over JSON text: finds where a value ends, and where the wanted members of an object stand.
//!
//! In: bytes that begin with a value. Out: its length and the ranges of its wanted members, or the first fault. Every
//! byte is checked against the grammar of RFC 8259, also where nothing is kept. Reading whole objects with `serde_json`
//! costs four times as many instructions a byte, because most of an application is thrown away
//! (`docs/performance.md`). Offsets are handed from step to step, and not kept in the scanner, so that they stay in
//! registers.

mod members;
mod record;
mod tokens;

use super::fields::Key;
use super::marks::Mark;

pub(super) use members::Members;
pub(super) use record::{Record, record};

/// Deeper nesting is refused: no Graph object comes near it, and a bit for each level must do.
const MAX_DEPTH: u32 = u128::BITS;

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
    Duplicate(&'static str),
    /// The object names this member in letters that no export uses.
    LetterCase(&'static str),
    /// The object names this member with underscores between its words.
    SnakeCase(&'static str),
}

/// A fault and the offset at which it was met.
pub(super) type At = (Fault, usize);

/// The offset behind what was read; nothing after a fault, which the scanner has noted. Two registers hold it, which a
/// `Result` with the fault in it does not fit into.
type Step<T = usize> = Option<T>;

/// Scans the value at the beginning of `text` and returns its length.
pub(super) fn value(text: &[u8]) -> Result<usize, At> {
    let mut scanner = Scanner::new(text);
    let end = scanner.value(0, 0);
    end.ok_or(scanner.fault)
}

/// Scans the object at the beginning of `text`, notes its wanted members, and returns its length.
pub(super) fn object<K: Key>(text: &[u8], members: &mut Members<K>) -> Result<usize, At> {
    let mut scanner = Scanner::new(text);
    let end = scanner.members(0, members);
    members.line_breaks = scanner.line_breaks;
    end.ok_or(scanner.fault)
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
    let mut scanner = Scanner::new(text);
    let opening = scanner.opening();
    opening.ok_or(scanner.fault)
}

struct Scanner<'text> {
    text: &'text [u8],
    /// Whether a line break was skipped.
    line_breaks: bool,
    /// Whether a string with an escape was read.
    escaped: bool,
    /// What ended the scan, where something did.
    fault: At,
}

/// The containers around a value, innermost last: a bit for each says whether it is an object.
#[derive(Clone, Copy)]
struct Open {
    objects: u128,
    depth: u32,
    /// How many there were before.
    outside: u32,
}

impl Open {
    #[inline]
    const fn push(&mut self, is_object: bool) -> Result<(), Fault> {
        if self.depth == MAX_DEPTH {
            return Err(Fault::TooDeep);
        }
        self.objects = self.objects << 1 | is_object as u128;
        self.depth += 1;
        Ok(())
    }

    #[inline]
    const fn pop(&mut self) {
        self.objects >>= 1;
        self.depth -= 1;
    }

    #[inline]
    const fn is_object(self) -> bool {
        self.objects & 1 == 1
    }
}

impl<'text> Scanner<'text> {
    const fn new(text: &'text [u8]) -> Self {
        Self {
            text,
            line_breaks: false,
            escaped: false,
            fault: (Fault::Cut, 0),
        }
    }

    /// Notes what ends the scan.
    #[cold]
    fn fail<T>(&mut self, fault: Fault, at: usize) -> Step<T> {
        self.fault = (fault, at);
        None
    }

    fn opening(&mut self) -> Step<Opening> {
        let open = self.expect(0, b'{')?;
        let mut at = self.blanks(open);
        if self.byte(at)? == b'}' {
            return Some(Opening::Object);
        }
        loop {
            let name = self.quote(at)?;
            let end = self.string(name)?;
            let start = self.colon(end + 1)?;
            if self.byte(start)? == b'[' {
                match self.text.get(name..end) {
                    Some(b"value") => return Some(Opening::Envelope),
                    Some(b"data") => return Some(Opening::AzureHound),
                    _ => {}
                }
            }
            let behind = self.value(start, 1)?;
            match self.next(behind)? {
                (b',', next) => at = next,
                (b'}', _) => return Some(Opening::Object),
                _ => return self.fail(Fault::Malformed, behind),
            }
        }
    }

    /// Reads an object and notes where its wanted members stand.
    fn members<K: Key>(&mut self, from: usize, members: &mut Members<K>) -> Step {
        let open = self.expect(from, b'{')?;
        let mut at = self.blanks(open);
        if self.byte(at)? == b'}' {
            return Some(at + 1);
        }
        loop {
            let name = self.quote(at)?;
            self.escaped = false;
            let end = self.string(name)?;
            let named = self.named::<K>(name, end);
            let start = self.colon(end + 1)?;
            let behind = self.member(start)?;
            let noted = match named {
                Named::Nothing => Ok(()),
                Named::Field(field, capitalised) => members.set(field, capitalised, start, behind),
                Named::Mark(mark) => {
                    let value = self.text.get(start..behind).unwrap_or_default();
                    members.mark(mark, value)
                }
                Named::Fault(fault) => Err(fault),
            };
            if let Err(fault) = noted {
                return self.fail(fault, behind);
            }
            match self.next(behind)? {
                (b',', next) => at = next,
                (b'}', end) => return Some(end),
                _ => return self.fail(Fault::Malformed, behind),
            }
        }
    }

    /// Reads the value of a member; most are texts or nothing, and need no look at what is open.
    #[inline]
    fn member(&mut self, at: usize) -> Step {
        match self.byte(at)? {
            b'"' => Some(self.string(at + 1)? + 1),
            b'n' => self.literal(at, b"null"),
            _ => self.value(at, 1),
        }
    }

    #[inline]
    fn byte(&mut self, at: usize) -> Step<u8> {
        match self.text.get(at) {
            Some(byte) => Some(*byte),
            None => self.fail(Fault::Cut, at),
        }
    }

    #[inline]
    fn expect(&mut self, at: usize, byte: u8) -> Step {
        if self.byte(at)? == byte {
            Some(at + 1)
        } else {
            self.fail(Fault::Malformed, at)
        }
    }

    /// Reads a value and all that is in it, `outside` containers deep.
    fn value(&mut self, from: usize, outside: u32) -> Step {
        let mut open = Open {
            objects: 0,
            depth: outside,
            outside,
        };
        let mut at = from;
        loop {
            at = match self.byte(at)? {
                b'"' => self.string(at + 1)? + 1,
                opening @ (b'{' | b'[') => {
                    let is_object = opening == b'{';
                    if let Err(fault) = open.push(is_object) {
                        return self.fail(fault, at);
                    }
                    at = self.blanks(at + 1);
                    // A bracket's end stands two places behind it in ASCII.
                    if self.byte(at)? != opening + 2 {
                        if is_object {
                            at = self.key(at)?;
                        }
                        continue;
                    }
                    open.pop();
                    at + 1
                }
                b'n' => self.literal(at, b"null")?,
                b't' => self.literal(at, b"true")?,
                b'f' => self.literal(at, b"false")?,
                b' ' | b'\n' | b'\r' | b'\t' => {
                    at = self.run_of_blanks(at);
                    continue;
                }
                _ => self.number(at)?,
            };
            match self.close(&mut open, at)? {
                Closed::All(end) => return Some(end),
                Closed::Until(next) if open.is_object() => at = self.key(next)?,
                Closed::Until(next) => at = next,
            }
        }
    }

    /// Reads the ends of containers behind a value.
    #[inline]
    fn close(&mut self, open: &mut Open, mut at: usize) -> Step<Closed> {
        while open.depth > open.outside {
            match (self.next(at)?, open.is_object()) {
                ((b',', next), _) => return Some(Closed::Until(next)),
                ((b'}', next), true) | ((b']', next), false) => {
                    open.pop();
                    at = next;
                }
                _ => return self.fail(Fault::Malformed, at),
            }
        }
        Some(Closed::All(at))
    }

    /// Reads the next mark: a comma, or the end of a container.
    #[inline]
    fn next(&mut self, mut at: usize) -> Step<(u8, usize)> {
        let mut mark = self.byte(at)?;
        if mark <= b' ' {
            at = self.run_of_blanks(at);
            mark = self.byte(at)?;
        }
        Some((mark, at + 1))
    }

    /// Reads a key that nobody wants, and its colon.
    #[inline]
    fn key(&mut self, at: usize) -> Step {
        let name = self.quote(at)?;
        let end = self.string(name)?;
        if self.text.get(end + 1) == Some(&b':') {
            return Some(end + 2);
        }
        self.colon(end + 1)
    }

    /// Reads the quote that opens a key.
    #[inline]
    fn quote(&mut self, mut at: usize) -> Step {
        if self.byte(at)? != b'"' {
            at = self.blanks(at);
            return self.expect(at, b'"');
        }
        Some(at + 1)
    }

    /// Reads a colon and the blanks around it.
    #[inline]
    fn colon(&mut self, at: usize) -> Step {
        let colon = self.blanks(at);
        let behind = self.expect(colon, b':')?;
        Some(self.blanks(behind))
    }

    /// Returns what a key names. It may be spelt with escapes; that makes it no other key.
    #[inline]
    fn named<K: Key>(&self, name: usize, end: usize) -> Named<K> {
        if self.escaped {
            let quoted = self.text.get(name - 1..=end).unwrap_or_default();
            let key = serde_json::from_slice::<String>(quoted);
            return key.map_or(Named::Nothing, |key| Named::of(key.as_bytes()));
        }
        Named::of(self.text.get(name..end).unwrap_or_default())
    }
}

/// What a key names.
enum Named<K> {
    /// A field, and whether the key begins with a capital.
    Field(K, bool),
    Mark(Mark),
    Fault(Fault),
    Nothing,
}

impl<K: Key> Named<K> {
    #[inline]
    fn of(key: &[u8]) -> Self {
        if let Some(field) = K::of_key(key) {
            return Self::Field(field, key.first().is_some_and(u8::is_ascii_uppercase));
        }
        if let Some(field) = K::of_odd_key(key) {
            let is_snake = key.contains(&b'_');
            return Self::Fault(if is_snake {
                Fault::SnakeCase(field.name())
            } else {
                Fault::LetterCase(field.name())
            });
        }
        let mark = if K::has_marks() {
            Mark::inside(key)
        } else {
            None
        };
        mark.map_or(Self::Nothing, Self::Mark)
    }
}

/// What stands behind a value.
enum Closed {
    /// The next value of a container, or its key.
    Until(usize),
    /// Nothing that is open.
    All(usize),
}

#[cfg(test)]
mod tests;
