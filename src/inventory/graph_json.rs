//! JSON in Graph's words: an answer with its `value`, a bare list, one object, or one object a line. `az`, Graph
//! PowerShell and snapshots are all of this kind.
//!
//! In: the parts of a file. Out: one application or service principal at a time, and at the end what the file says about
//! itself. Whatever is left over, cut off or said twice is an error.

use std::io::Read;
use std::ops::Range;
use std::vec;

use super::Kind;
use super::ahead::Stretches;
use super::document::{Facts, Objects, Placed};
use super::error::{InventoryError, Problem};
use super::fields::{Field, Key as _};
use super::object::{Object, ObjectError, Reading};
use super::parts::{Part, Parts, Shape, Stretch};
use super::position::Position;
use super::scan::Members;
use super::shapes::Fields;
use super::snapshot;
use super::window::Window;

/// A file of JSON that is being read.
pub(super) struct JsonDocument<R> {
    stretches: Stretches<R>,
    text: String,
    parts: vec::IntoIter<Part>,
    shape: Shape,
    /// How far into the text `position` is.
    at: usize,
    position: Position,
    file: String,
    facts: Facts,
    read: u64,
    /// The last line of the object before, and whether it had that line for itself.
    before: Option<(u32, bool)>,
    /// The members around the list, which are few.
    around: Vec<String>,
    /// What the lines of a snapshot digest to, until its last one is read.
    digest: Option<snapshot::Digest>,
    /// Whether a snapshot's last line was read.
    trailed: bool,
    ended: bool,
}

impl<R: Read + Send + 'static> JsonDocument<R> {
    /// Opens a file whose first byte that is not blank is `{` or `[`.
    pub(super) fn open(reader: R, file: &str) -> Self {
        Self {
            stretches: Stretches::Begin(Parts::new(Window::new(reader))),
            text: String::new(),
            parts: Vec::new().into_iter(),
            shape: Shape::List,
            at: 0,
            position: Position::START,
            file: file.to_owned(),
            facts: Facts::new("graph-json"),
            read: 0,
            before: None,
            around: Vec::new(),
            digest: None,
            trailed: false,
            ended: false,
        }
    }

    fn failed(&self, problem: Problem, position: Position) -> InventoryError {
        problem.at(&self.file, Some(position.line))
    }

    fn part(&mut self) -> Option<Part> {
        loop {
            if let Some(part) = self.parts.next() {
                return Some(part);
            }
            self.go(self.text.len());
            if let Some(digest) = &mut self.digest {
                digest.end_stretch(&self.text);
            }
            let spent = std::mem::take(&mut self.text).into_bytes();
            let Stretch { text, parts, shape } = self.stretches.next(spent)?;
            (self.text, self.parts, self.shape) = (text, parts.into_iter(), shape);
            self.facts.is_answer = shape == Shape::Envelope;
            self.at = 0;
        }
    }

    /// Moves on to a place in the text.
    fn go(&mut self, to: usize) {
        self.position
            .advance(self.text.get(self.at..to).unwrap_or_default());
        self.at = to;
    }

    fn problem(&mut self, at: usize, problem: Problem) -> InventoryError {
        self.go(at);
        let cut = matches!(problem, Problem::Cut) && self.facts.snapshot.is_some();
        let problem = if cut { Problem::SnapshotCut } else { problem };
        if matches!(problem, Problem::Malformed(_)) {
            return self.failed(Problem::Malformed(self.position.column), self.position);
        }
        let concerns_all = matches!(
            problem,
            Problem::Read(_)
                | Problem::NotUtf16
                | Problem::Cut
                | Problem::SnapshotCut
                | Problem::Empty
                | Problem::UnknownFormat
                | Problem::AzureHound
        );
        problem.at(&self.file, (!concerns_all).then_some(self.position.line))
    }

    /// Notes what a member around the list says about it.
    fn member(&mut self, key: Range<usize>, value: Range<usize>) -> Result<(), InventoryError> {
        self.go(key.start);
        let raw = |range| self.text.get(range).unwrap_or_default();
        let (key, value) = (raw(key), raw(value));
        let key: String = serde_json::from_str(key).map_err(|_| {
            let position = self.position;
            self.failed(Problem::Malformed(position.column), position)
        })?;
        if self.around.contains(&key) {
            return Err(self.failed(Problem::DuplicateMember, self.position));
        }
        match key.as_str() {
            "@odata.context" => {
                if let Some(kind) = Kind::of_context(value) {
                    self.facts.list(kind);
                }
            }
            "@odata.nextLink" => self.facts.next_link |= value != "null",
            "@odata.count" => self.facts.stated = Some(self.number("@odata.count", value)?),
            "Count" => self.facts.counted = Some(self.number("Count", value)?),
            "error" if value != "null" => {
                return Err(self.failed(Problem::ErrorAnswer, self.position));
            }
            other => {
                let field = Field::of_key(other.as_bytes());
                if let Some(
                    field @ (Field::AppId | Field::PasswordCredentials | Field::KeyCredentials),
                ) = field
                {
                    return Err(self.failed(Problem::ValueBeside(field.name()), self.position));
                }
            }
        }
        self.around.push(key);
        Ok(())
    }

    /// Reads a number of objects; `OData` also writes numbers as texts.
    fn number(&self, name: &'static str, value: &str) -> Result<u64, InventoryError> {
        let digits = value
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        let number = digits.unwrap_or(value).parse();
        number.map_err(|_| self.failed(Problem::CountValue(name), self.position))
    }

    fn object(
        &mut self,
        range: Range<usize>,
        members: &Members<Field>,
    ) -> Result<Option<Placed>, InventoryError> {
        self.go(range.start);
        let (position, start) = (self.position, range.start);
        self.at = range.end;
        let text = self.text.get(range).unwrap_or_default();
        if members.has_line_breaks() {
            self.position.advance(text);
        } else {
            self.position.advance_in_line(text);
        }
        let powershell = members.is_capitalised(Field::AppId);
        let reading = Reading {
            object: Fields { text, members },
            listed: self.facts.listed,
            powershell,
        };
        let object = match reading.object() {
            Ok(object) => Ok(object),
            Err(error) if error == ObjectError::NoAppId || self.facts.snapshot.is_some() => {
                Err(snapshot::Line::of(text, error).named(reading.app_id()))
            }
            Err(error) => return Err(self.failed(Problem::Object(error), position)),
        };
        if self.shape == Shape::Lines {
            self.check_line(position)?;
        }
        match object {
            Ok(object) => {
                self.read += 1;
                if powershell {
                    self.facts.powershell();
                }
                Ok(Some(Placed { object, position }))
            }
            Err(line) => self.other_line(line, position, start),
        }
    }

    /// Objects that follow one another have a line each; `self.position` is where this one ends.
    fn check_line(&mut self, position: Position) -> Result<(), InventoryError> {
        let alone = self.position.line == position.line;
        if let Some((line, before_alone)) = self.before {
            if self.trailed || !before_alone || !alone || position.line == line {
                return Err(self.failed(Problem::TwoDocuments, position));
            }
            self.facts.lines();
        }
        self.before = Some((self.position.line, alone));
        Ok(())
    }

    /// Deals with a line that is neither an application nor a service principal, and begins there in the text.
    fn other_line(
        &mut self,
        line: snapshot::Line,
        position: Position,
        start: usize,
    ) -> Result<Option<Placed>, InventoryError> {
        let is_first = self.read == 0 && self.facts.snapshot.is_none();
        let problem = match line {
            snapshot::Line::Header(header) if is_first && self.shape == Shape::Lines => {
                self.facts.begin_snapshot(header);
                self.digest = Some(snapshot::Digest::default());
                return Ok(None);
            }
            snapshot::Line::Policy(policy) if self.facts.snapshot.is_some() => {
                let object = Object::TenantPolicy(policy);
                return Ok(Some(Placed { object, position }));
            }
            snapshot::Line::Trailer(trailer) => {
                let digest = self.digest.take();
                let is_unchanged =
                    digest.is_some_and(|digest| digest.is(&trailer.sha256, &self.text, start));
                self.trailed = true;
                match self.facts.end_snapshot(&trailer, is_unchanged) {
                    Ok(()) => return Ok(None),
                    Err(problem) => problem,
                }
            }
            snapshot::Line::Header(_) => Problem::SnapshotLine("header"),
            snapshot::Line::Policy(_) => Problem::Object(ObjectError::NoAppId),
            snapshot::Line::Other(problem) => problem,
        };
        Err(self.failed(problem, position))
    }
}

impl<R: Read + Send + 'static> Objects for JsonDocument<R> {
    fn next(&mut self) -> Result<Option<Placed>, InventoryError> {
        while let Some(part) = self.part() {
            match part {
                Part::Object { range, members } => {
                    if let Some(placed) = self.object(range, &members)? {
                        let counted = self.facts.count(&placed.object);
                        return match counted {
                            Ok(()) => Ok(Some(placed)),
                            Err(problem) => Err(self.failed(problem, placed.position)),
                        };
                    }
                }
                Part::Member { key, value } => self.member(key, value)?,
                Part::Problem { at, problem } => return Err(self.problem(at, problem)),
                Part::End => self.ended = true,
            }
        }
        let problem = if self.ended {
            self.facts.problem()
        } else {
            Some(Problem::Cut)
        };
        problem.map_or(Ok(None), |problem| Err(problem.at(&self.file, None)))
    }

    fn facts(&self) -> &Facts {
        &self.facts
    }
}
