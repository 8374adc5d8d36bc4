//! A JSON file as a sequence of parts: the objects of its list, and the members around the list.
//!
//! In: a window over the file. Out: stretches of text, each with the parts that stand in it whole. Here the grammar of
//! the file is held: what is cut off, said twice or follows the end is a part too, the last one. Nothing here knows what
//! an object means.

use std::io::Read;
use std::ops::Range;

use super::azure_hound;
use super::error::Problem;
use super::fields::Field;
use super::mistaken::Mistaken;
use super::scan::{self, At, Fault, Members, Opening, Record};
use super::window::Window;

/// A piece of a file's text, and the parts that stand in it.
#[derive(Debug)]
pub(super) struct Stretch {
    /// Whole parts and what stands between them; stretches follow one another without a gap.
    pub(super) text: String,
    pub(super) parts: Vec<Part>,
    pub(super) shape: Shape,
}

/// A part of a file, at its place in the text of a stretch.
#[derive(Debug)]
pub(super) enum Part {
    /// An object of the list.
    Object {
        range: Range<usize>,
        members: Members<Field>,
    },
    /// A record of `AzureHound`.
    Record {
        range: Range<usize>,
        record: Record<Field>,
    },
    /// A member of the answer around the list: its key and its value.
    Member {
        key: Range<usize>,
        value: Range<usize>,
    },
    /// Something that leaves no verdict.
    Problem { at: usize, problem: Problem },
    /// The end of the file, which is where it should be.
    End,
}

/// How the objects stand in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// `{"value": […]}`.
    Envelope,
    /// `{"data": […]}`, of `AzureHound`.
    Records,
    /// `[…]`.
    List,
    /// `{…}`, once or once a line.
    Lines,
}

impl Shape {
    /// Returns what the list of an answer is called.
    const fn list(self) -> &'static str {
        match self {
            Self::Records => "data",
            Self::Envelope | Self::List | Self::Lines => "value",
        }
    }
}

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Document,
    Member,
    MemberOrEnd,
    FirstElement,
    Element,
    ElementOrEnd,
    Line,
    LineOrEnd,
    Nothing,
}

/// Why a step was not made.
enum Stop {
    /// The text ends inside of what comes next.
    More,
    /// Nothing comes next.
    Problem(Problem, usize),
}

/// The parts of a file.
pub(super) struct Parts<R> {
    window: Window<R>,
    shape: Shape,
    next: Next,
    /// Whether the list of an answer was read.
    listed: bool,
    /// How much of the window has been read.
    at: usize,
    over: bool,
}

impl<R: Read> Parts<R> {
    pub(super) const fn new(window: Window<R>) -> Self {
        Self {
            window,
            shape: Shape::List,
            next: Next::Document,
            listed: false,
            at: 0,
            over: false,
        }
    }

    /// Tells whether the last stretch was read.
    pub(super) const fn is_over(&self) -> bool {
        self.over
    }

    /// Reads the next parts, as many as the window holds; `None` behind the last. `spare` is room for text.
    pub(super) fn stretch(&mut self, spare: Vec<u8>) -> Option<Stretch> {
        if self.over {
            return None;
        }
        let mut parts = Vec::new();
        loop {
            match self.step() {
                Ok(part) => {
                    self.over = matches!(part, Some(Part::End));
                    parts.extend(part);
                }
                Err(Stop::More) if self.window.has_ended() => {
                    let problem = self.cut();
                    self.problem(&mut parts, self.at, problem);
                }
                Err(Stop::More) if self.at > 0 => break,
                Err(Stop::More) => {
                    if let Err(problem) = self.window.fill() {
                        self.problem(&mut parts, 0, problem);
                    }
                }
                Err(Stop::Problem(problem, at)) => self.problem(&mut parts, at, problem),
            }
            if self.over {
                break;
            }
        }
        let text = self.window.take(self.at, spare);
        self.at = 0;
        let stretch = self.checked(text, parts);
        if !self.over
            && let Err(problem) = self.window.fill()
        {
            return Some(self.failed(stretch, problem));
        }
        Some(stretch)
    }

    fn problem(&mut self, parts: &mut Vec<Part>, at: usize, problem: Problem) {
        let is_escape = self.window.text().get(at) == Some(&0x1b);
        let problem = if is_escape && matches!(problem, Problem::Malformed(_)) {
            Mistaken::Colours.into()
        } else {
            problem
        };
        parts.push(Part::Problem { at, problem });
        (self.over, self.at) = (true, at);
    }

    /// The source failed behind a stretch.
    fn failed(&mut self, mut stretch: Stretch, problem: Problem) -> Stretch {
        self.over = true;
        let at = stretch.text.len();
        stretch.parts.push(Part::Problem { at, problem });
        stretch
    }

    /// Returns what is wrong with a file that ends here.
    fn cut(&self) -> Problem {
        let blank = self.window.text().iter().all(u8::is_ascii_whitespace);
        if self.next == Next::Document && blank {
            Problem::Empty
        } else {
            Problem::Cut
        }
    }

    /// Makes text of the bytes. Where they are none, whatever stands from there on is lost.
    fn checked(&mut self, text: Vec<u8>, mut parts: Vec<Part>) -> Stretch {
        let error = match String::from_utf8(text) {
            Ok(text) => return self.of(text, parts),
            Err(error) => error,
        };
        let at = error.utf8_error().valid_up_to();
        let mut bytes = error.into_bytes();
        bytes.truncate(at);
        parts.retain(|part| match part {
            Part::Object { range, .. }
            | Part::Record { range, .. }
            | Part::Member { value: range, .. } => range.end <= at,
            Part::Problem { .. } | Part::End => false,
        });
        let text = String::from_utf8_lossy(&bytes).into_owned();
        self.failed(self.of(text, parts), Problem::NotUtf8)
    }

    const fn of(&self, text: String, parts: Vec<Part>) -> Stretch {
        let shape = self.shape;
        Stretch { text, parts, shape }
    }

    /// Returns where the next byte stands that is not white space, and the byte; `None` at the end of the file.
    fn peek(&self, from: usize) -> Result<Option<(usize, u8)>, Stop> {
        let text = self.window.text().get(from..).unwrap_or_default();
        let blank = |byte: &u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
        let found = text.iter().position(|byte| !blank(byte));
        match found.and_then(|at| Some((from + at, *text.get(at)?))) {
            None if !self.window.has_ended() => Err(Stop::More),
            found => Ok(found),
        }
    }

    /// Returns where the next byte stands that is not white space, and the byte; there must be one.
    fn mark(&self, from: usize) -> Result<(usize, u8), Stop> {
        self.peek(from)?.ok_or(Stop::More)
    }

    fn scanned<T>(&self, at: usize, scan: impl FnOnce(&[u8]) -> Result<T, At>) -> Result<T, Stop> {
        let text = self.window.text().get(at..).unwrap_or_default();
        scan(text).map_err(|(fault, offset)| match fault {
            Fault::Cut => Stop::More,
            Fault::Malformed => malformed(at + offset),
            Fault::TooDeep => Stop::Problem(Problem::TooDeep, at),
            Fault::Duplicate(name) => Stop::Problem(Problem::Duplicate(name), at),
            Fault::LetterCase(name) => Stop::Problem(Problem::LetterCase(name), at),
            Fault::SnakeCase(name) => Stop::Problem(Mistaken::SnakeCase(name).into(), at),
        })
    }

    /// Reads what comes next, which may be no part.
    fn step(&mut self) -> Result<Option<Part>, Stop> {
        match self.next {
            Next::Document => self.document()?,
            Next::Member => return self.member(),
            Next::MemberOrEnd => match self.mark(self.at)? {
                (at, b',') => self.go(at + 1, Next::Member),
                (at, b'}') if self.listed => self.go(at + 1, Next::Nothing),
                (at, b'}') => return Err(Stop::Problem(Problem::ValueIsNoList, at)),
                (at, _) => return Err(malformed(at)),
            },
            Next::FirstElement => match self.mark(self.at)? {
                (at, b']') => self.end_of_list(at + 1),
                (at, byte) => return self.element(at, byte),
            },
            Next::Element => {
                let (at, byte) = self.mark(self.at)?;
                return self.element(at, byte);
            }
            Next::ElementOrEnd => match self.mark(self.at)? {
                (at, b',') => self.go(at + 1, Next::Element),
                (at, b']') => self.end_of_list(at + 1),
                (at, _) => return Err(malformed(at)),
            },
            Next::Line => return self.object(self.at, Next::LineOrEnd).map(Some),
            Next::LineOrEnd => match self.peek(self.at)? {
                None => return Ok(Some(Part::End)),
                Some((at, b'{')) => self.go(at, Next::Line),
                Some((at, b'[')) => return Err(Stop::Problem(Problem::TwoDocuments, at)),
                Some((at, _)) => return Err(malformed(at)),
            },
            Next::Nothing => match self.peek(self.at)? {
                None => return Ok(Some(Part::End)),
                Some((at, b'{' | b'[')) => return Err(Stop::Problem(Problem::TwoDocuments, at)),
                Some((at, _)) => return Err(Stop::Problem(Problem::TrailingData, at)),
            },
        }
        Ok(None)
    }

    const fn go(&mut self, at: usize, next: Next) {
        (self.at, self.next) = (at, next);
    }

    fn document(&mut self) -> Result<(), Stop> {
        let (at, byte) = self.mark(self.at)?;
        if byte == b'[' {
            self.go(at + 1, Next::FirstElement);
            return Ok(());
        }
        if byte != b'{' {
            return Err(Stop::Problem(Problem::UnknownFormat, at));
        }
        match self.scanned(at, scan::opening)? {
            Opening::AzureHound => {
                self.shape = Shape::Records;
                self.go(at + 1, Next::Member);
            }
            Opening::Envelope => {
                self.shape = Shape::Envelope;
                self.go(at + 1, Next::Member);
            }
            Opening::Object => {
                self.shape = Shape::Lines;
                self.go(at, Next::Line);
            }
        }
        Ok(())
    }

    /// Reads a member of the answer around the list; that of the list itself is no part.
    fn member(&mut self) -> Result<Option<Part>, Stop> {
        let (quote, byte) = self.mark(self.at)?;
        if byte != b'"' {
            return Err(malformed(quote));
        }
        let key = quote..quote + self.scanned(quote, scan::value)?;
        let (colon, byte) = self.mark(key.end)?;
        if byte != b':' {
            return Err(malformed(colon));
        }
        let (start, byte) = self.mark(colon + 1)?;
        let name = self.window.text().get(key.clone()).unwrap_or_default();
        let list = self.shape.list();
        if serde_json::from_slice::<String>(name).is_ok_and(|name| name == list) {
            if self.listed {
                return Err(Stop::Problem(Problem::Duplicate(list), quote));
            }
            if byte != b'[' {
                let problem = if self.holds_json(start, byte)? {
                    Mistaken::TextIn(list).into()
                } else {
                    Problem::ValueIsNoList
                };
                return Err(Stop::Problem(problem, start));
            }
            self.listed = true;
            self.go(start + 1, Next::FirstElement);
            return Ok(None);
        }
        // Such a list may be as long as the first one: it is refused where it begins.
        if byte == b'[' && self.mark(start + 1)?.1 == b'{' {
            return Err(Stop::Problem(Problem::SecondList, quote));
        }
        let value = start..start + self.scanned(start, scan::value)?;
        self.go(value.end, Next::MemberOrEnd);
        Ok(Some(Part::Member { key, value }))
    }

    fn end_of_list(&mut self, behind: usize) {
        let next = match self.shape {
            Shape::Envelope | Shape::Records => Next::MemberOrEnd,
            Shape::List | Shape::Lines => Next::Nothing,
        };
        self.go(behind, next);
    }

    fn element(&mut self, at: usize, byte: u8) -> Result<Option<Part>, Stop> {
        match byte {
            b'{' if self.shape == Shape::Records => self.record(at).map(Some),
            b'{' => self.object(at, Next::ElementOrEnd).map(Some),
            b']' | b',' => Err(malformed(at)),
            _ if self.holds_json(at, byte)? => Err(Stop::Problem(Mistaken::Texts.into(), at)),
            _ => Err(Stop::Problem(Problem::NoObject, at)),
        }
    }

    /// Tells whether a value is a text in which an object or a list begins.
    fn holds_json(&self, at: usize, byte: u8) -> Result<bool, Stop> {
        Ok(byte == b'"' && matches!(self.mark(at + 1)?.1, b'{' | b'['))
    }

    fn object(&mut self, at: usize, next: Next) -> Result<Part, Stop> {
        let mut members = Members::default();
        let length = self.scanned(at, |text| scan::object(text, &mut members))?;
        let range = at..at + length;
        self.go(range.end, next);
        Ok(Part::Object { range, members })
    }

    fn record(&mut self, at: usize) -> Result<Part, Stop> {
        let mut record = Record::default();
        let wanted = azure_hound::is_object;
        let length = self.scanned(at, |text| scan::record(text, wanted, &mut record))?;
        let range = at..at + length;
        self.go(range.end, Next::ElementOrEnd);
        Ok(Part::Record { range, record })
    }
}

/// The column is known only where the position is.
const fn malformed(at: usize) -> Stop {
    Stop::Problem(Problem::Malformed(0), at)
}

#[cfg(test)]
mod tests;
