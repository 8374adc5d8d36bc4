//! JSON in Graph's words: an answer with its `value`, a bare list, one object, or one object a line. `az`, Graph
//! PowerShell and snapshots are all of this kind.
//!
//! In: a reader. Out: one application or service principal at a time, and at the end what the file says about itself.
//! Whatever is left over, cut off or said twice is an error.

use std::io::Read;

use super::Kind;
use super::document::{Facts, Listing, Objects, Placed};
use super::error::{InventoryError, Problem};
use super::fields::Field;
use super::object::{ObjectError, Reading};
use super::scan::{Members, Opening};
use super::shapes::Fields;
use super::snapshot;
use super::window::{Position, Window};

/// How the objects stand in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// `{"value": […]}`.
    Envelope,
    /// `[…]`.
    List,
    /// `{…}`, once or once a line.
    Lines,
}

/// A file of JSON that is being read.
pub(super) struct JsonDocument<R> {
    window: Window<R>,
    file: String,
    shape: Shape,
    facts: Facts,
    read: u64,
    /// The last line of the object before, and whether it had that line for itself.
    before: Option<(u32, bool)>,
    ended: bool,
}

impl<R: Read> JsonDocument<R> {
    /// Opens a file whose first byte is `{` or `[`.
    pub(super) fn open(mut window: Window<R>, file: &str) -> Result<Self, InventoryError> {
        let failed = |error| Problem::of_window(error, file);
        let shape = if window.take(b'[').map_err(failed)? {
            Shape::List
        } else {
            match window.opening().map_err(failed)? {
                Opening::Envelope => Shape::Envelope,
                Opening::Object => Shape::Lines,
                Opening::AzureHound => return Err(Problem::AzureHound.at(file, None)),
            }
        };
        let mut document = Self {
            window,
            file: file.to_owned(),
            shape,
            facts: Facts::new("graph-json"),
            read: 0,
            before: None,
            ended: false,
        };
        if shape == Shape::Envelope {
            document.expect(b'{')?;
            document.members_until_value()?;
        }
        Ok(document)
    }

    fn failed(&self, problem: Problem, position: Position) -> InventoryError {
        problem.at(&self.file, Some(position.line))
    }

    fn peek(&mut self) -> Result<Option<u8>, InventoryError> {
        self.window
            .peek()
            .map_err(|error| Problem::of_window(error, &self.file))
    }

    fn take(&mut self, byte: u8) -> Result<bool, InventoryError> {
        self.window
            .take(byte)
            .map_err(|error| Problem::of_window(error, &self.file))
    }

    fn expect(&mut self, byte: u8) -> Result<(), InventoryError> {
        self.window
            .expect(byte)
            .map_err(|error| Problem::of_window(error, &self.file))
    }

    fn value(&mut self) -> Result<(Position, &str), InventoryError> {
        self.window
            .value()
            .map_err(|error| Problem::of_window(error, &self.file))
    }

    /// Reads the members before the list; the window has shown that there is one.
    fn members_until_value(&mut self) -> Result<(), InventoryError> {
        while self.member()? {
            self.expect(b',')?;
        }
        Ok(())
    }

    /// Reads one member of the envelope; says `false` at the list, whose bracket it has taken.
    fn member(&mut self) -> Result<bool, InventoryError> {
        let (position, key) = self.value()?;
        let key: String = serde_json::from_str(key)
            .map_err(|_| Problem::Malformed(position.column).at(&self.file, Some(position.line)))?;
        self.expect(b':')?;
        if key == "value" {
            if self.read > 0 || self.ended {
                return Err(self.failed(Problem::Duplicate("value"), position));
            }
            return if self.take(b'[')? {
                Ok(false)
            } else {
                Err(self.failed(Problem::ValueIsNoList, position))
            };
        }
        let file = self.file.clone();
        let (position, value) = self.value()?;
        let known = match key.as_str() {
            "@odata.context" => Some(Listing::Context(Kind::of_context(value))),
            "@odata.nextLink" => Some(Listing::NextLink(value != "null")),
            "@odata.count" | "Count" => Some(Listing::Count(serde_json::from_str(value).ok())),
            "error" if value != "null" => {
                return Err(Problem::ErrorAnswer.at(&file, Some(position.line)));
            }
            _ => None,
        };
        match known {
            Some(Listing::Context(Some(kind))) => self.facts.list(kind),
            Some(Listing::NextLink(left)) => self.facts.next_link |= left,
            Some(Listing::Count(count)) => self.facts.stated = count.or(self.facts.stated),
            Some(Listing::Context(None)) | None => {}
        }
        Ok(true)
    }

    /// Reads what follows the list: further members of the envelope, and then nothing.
    fn finish(&mut self) -> Result<(), InventoryError> {
        self.ended = true;
        if self.shape == Shape::Envelope {
            while !self.take(b'}')? {
                self.expect(b',')?;
                if !self.member()? {
                    return Err(self.failed(Problem::Duplicate("value"), self.window.position()));
                }
            }
        }
        self.nothing_follows()
    }

    fn nothing_follows(&mut self) -> Result<(), InventoryError> {
        match self.peek()? {
            None => Ok(()),
            Some(b'{' | b'[') => Err(self.failed(Problem::TwoDocuments, self.window.position())),
            Some(_) => Err(self.failed(Problem::TrailingData, self.window.position())),
        }
    }

    /// Goes to the next object; says `false` at the end.
    fn at_object(&mut self) -> Result<bool, InventoryError> {
        if self.ended {
            return Ok(false);
        }
        match self.shape {
            Shape::Lines => self.at_line(),
            Shape::List | Shape::Envelope => self.at_element(),
        }
    }

    fn at_element(&mut self) -> Result<bool, InventoryError> {
        if self.take(b']')? {
            self.finish()?;
            return Ok(false);
        }
        if self.read > 0 {
            self.expect(b',')?;
        }
        match self.peek()? {
            Some(b'{') => Ok(true),
            None => Err(Problem::Cut.at(&self.file, None)),
            Some(b']' | b',') => {
                let position = self.window.position();
                Err(self.failed(Problem::Malformed(position.column), position))
            }
            Some(_) => Err(self.failed(Problem::NoObject, self.window.position())),
        }
    }

    fn at_line(&mut self) -> Result<bool, InventoryError> {
        let Some(byte) = self.peek()? else {
            self.ended = true;
            return Ok(false);
        };
        let Some((line, alone)) = self.before else {
            return Ok(true);
        };
        let position = self.window.position();
        if byte != b'{' && byte != b'[' {
            return Err(self.failed(Problem::Malformed(position.column), position));
        }
        if !alone || position.line == line || byte == b'[' {
            return Err(self.failed(Problem::TwoDocuments, position));
        }
        self.facts.lines();
        Ok(true)
    }

    fn object(&mut self) -> Result<Option<Placed>, InventoryError> {
        let mut members = Members::default();
        let (position, text) = self
            .window
            .object(&mut members)
            .map_err(|error| Problem::of_window(error, &self.file))?;
        let powershell = members.is_capitalised(Field::AppId);
        let reading = Reading {
            object: Fields {
                text,
                members: &members,
            },
            listed: self.facts.listed,
            powershell,
        };
        let object = match reading.object() {
            Ok(object) => Ok(object),
            Err(ObjectError::NoAppId) => Err(snapshot::Line::of(text)),
            Err(error) => return Err(Problem::Object(error).at(&self.file, Some(position.line))),
        };
        let last_line = self.window.position().line;
        if self.shape == Shape::Lines && self.before.is_some_and(|_| last_line != position.line) {
            return Err(self.failed(Problem::TwoDocuments, position));
        }
        self.before = Some((last_line, last_line == position.line));
        match object {
            Ok(object) => {
                self.read += 1;
                if powershell {
                    self.facts.powershell();
                }
                Ok(Some(Placed { object, position }))
            }
            Err(line) => self.other_line(line, position).map(|()| None),
        }
    }

    /// Deals with an object that is neither an application nor a service principal.
    fn other_line(
        &mut self,
        line: snapshot::Line,
        position: Position,
    ) -> Result<(), InventoryError> {
        let first = self.read == 0 && self.facts.snapshot.is_none();
        match line {
            snapshot::Line::Header(header) if first && self.shape == Shape::Lines => {
                self.facts.begin_snapshot(&header);
                Ok(())
            }
            snapshot::Line::Trailer(trailer) => {
                self.facts
                    .end_snapshot(&trailer)
                    .map_err(|problem| self.failed(problem, position))?;
                self.ended = true;
                self.nothing_follows()
            }
            snapshot::Line::Header(_) => {
                Err(self.failed(Problem::SnapshotLine("header"), position))
            }
            snapshot::Line::Other(problem) => Err(self.failed(problem, position)),
        }
    }
}

impl<R: Read> Objects for JsonDocument<R> {
    fn next(&mut self) -> Result<Option<Placed>, InventoryError> {
        while self.at_object()? {
            if let Some(placed) = self.object()? {
                self.facts.count(&placed.object);
                return Ok(Some(placed));
            }
        }
        if let Some(problem) = self.facts.problem() {
            return Err(problem.at(&self.file, None));
        }
        Ok(None)
    }

    fn facts(&self) -> &Facts {
        &self.facts
    }
}
