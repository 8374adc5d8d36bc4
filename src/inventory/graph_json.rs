//! JSON in Graph's words: an answer with its `value`, a bare list, one object, or one object a line. `az`, Graph
//! PowerShell and snapshots are all of this kind.
//!
//! In: the parts of a file. Out: one application or service principal at a time, and at the end what the file says about
//! itself. Whatever is left over, cut off or said twice is an error.

use std::io::Read;
use std::ops::Range;

use super::around::Around;
use super::document::{Facts, Objects, Placed};
use super::error::{InventoryError, Problem};
use super::fields::Field;
use super::nulls::NullRule;
use super::object::{Object, ObjectError, Reading};
use super::parts::{Part, Shape};
use super::position::Position;
use super::scan::Members;
use super::shapes::{Fields, Writer};
use super::snapshot;
use super::walk::Walk;
use super::window::Window;

/// The window for one object.
const ONE: usize = 1 << 14;

/// A file of JSON that is being read.
pub(super) struct JsonDocument<R> {
    walk: Walk<R>,
    facts: Facts,
    read: u64,
    /// The last line of the object before, and whether it had that line for itself.
    before: Option<(u32, bool)>,
    around: Around,
    /// What `null` means in place of a list, where an earlier reading has found out.
    nulls: Option<NullRule>,
    /// What the lines of a snapshot digest to, until its last one is read.
    digest: Option<snapshot::Digest>,
    /// Whether a snapshot's last line was read.
    trailed: bool,
    ended: bool,
}

impl<R: Read + Send + 'static> JsonDocument<R> {
    /// Opens a file whose first byte that is not blank is `{` or `[`.
    pub(super) fn open(reader: R, file: &str) -> Self {
        Self::of(Window::new(reader), file)
    }

    fn of(window: Window<R>, file: &str) -> Self {
        Self {
            walk: Walk::open(window, file),
            facts: Facts::new("graph-json"),
            read: 0,
            before: None,
            around: Around::new("value"),
            nulls: None,
            digest: None,
            trailed: false,
            ended: false,
        }
    }

    /// Opens a file that should hold one object, and not much text.
    pub(super) fn open_one(reader: R, file: &str) -> Self {
        Self::of(Window::of_size(reader, ONE), file)
    }

    /// Tells whether the file holds one object by itself, once it has been read.
    pub(super) fn is_bare(&self) -> bool {
        self.walk.shape() == Shape::Lines && self.read == 1 && self.facts.snapshot.is_none()
    }

    fn part(&mut self) -> Option<Part> {
        let digest = &mut self.digest;
        let part = self.walk.part(|text| {
            if let Some(digest) = digest {
                digest.end_stretch(text);
            }
        });
        self.facts.is_answer = self.walk.shape() == Shape::Envelope;
        part
    }

    fn problem(&mut self, at: usize, problem: Problem) -> InventoryError {
        let cut = matches!(problem, Problem::Cut) && self.facts.snapshot.is_some();
        let problem = if cut { Problem::SnapshotCut } else { problem };
        self.walk.problem(at, problem)
    }

    /// Returns an error about the line to which the walk has come.
    fn failed(&self, problem: Problem) -> InventoryError {
        self.walk.failed(problem, self.walk.position())
    }

    /// Notes what a member around the list says about it.
    fn member(&mut self, key: Range<usize>, value: Range<usize>) -> Result<(), InventoryError> {
        self.walk.go(key.start);
        let (key, value) = (self.walk.piece(key), self.walk.piece(value));
        let said = self.around.member(key, value);
        let said = said.and_then(|said| self.facts.said(&said, value));
        said.map_err(|problem| {
            let is_malformed = matches!(problem, Problem::Malformed(_));
            let column = self.walk.position().column;
            self.failed(if is_malformed {
                Problem::Malformed(column)
            } else {
                problem
            })
        })
    }

    fn object(
        &mut self,
        range: Range<usize>,
        members: &Members<Field>,
    ) -> Result<Option<Placed>, InventoryError> {
        let position = self.walk.pass(&range, members.has_line_breaks());
        let start = range.start;
        let text = self.walk.piece(range);
        let powershell = members.is_capitalised(Field::AppId);
        let reading = Reading {
            object: Fields {
                text,
                members,
                writer: self
                    .facts
                    .snapshot
                    .as_ref()
                    .map_or(Writer::Graph, |snapshot| {
                        Writer::Snapshot(snapshot.header.exchange)
                    }),
            },
            listed: self.facts.listed,
            nulls: self.rule(),
        };
        let read = reading.object().and_then(|object| {
            self.facts.note(&reading, &object, position.line)?;
            Ok(object)
        });
        let object = match read {
            Ok(object) => Ok(object),
            Err(error) if error == ObjectError::NoAppId || self.facts.snapshot.is_some() => {
                Err(snapshot::Line::of(text, error).named(reading.app_id()))
            }
            Err(error) => return Err(self.walk.failed(Problem::Object(error), position)),
        };
        if self.walk.shape() == Shape::Lines {
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

    /// Returns what `null` means in place of a list; a snapshot says which lists it has.
    fn rule(&self) -> NullRule {
        let likely = if self.facts.snapshot.is_some() {
            NullRule::NONE
        } else {
            NullRule::LIKELY
        };
        self.nulls.unwrap_or(likely)
    }

    /// Objects that follow one another have a line each; the walk is where this one ends.
    fn check_line(&mut self, position: Position) -> Result<(), InventoryError> {
        let end = self.walk.position().line;
        let alone = end == position.line;
        if let Some((line, before_alone)) = self.before {
            if self.trailed || !before_alone || !alone || position.line == line {
                return Err(self.walk.failed(Problem::TwoDocuments, position));
            }
            self.facts.lines();
        }
        self.before = Some((end, alone));
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
            snapshot::Line::Header(header) if is_first && self.walk.shape() == Shape::Lines => {
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
                let is_unchanged = digest
                    .is_some_and(|digest| digest.is(&trailer.sha256, self.walk.text(), start));
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
        Err(self.walk.failed(problem, position))
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
                            Err(problem) => Err(self.walk.failed(problem, placed.position)),
                        };
                    }
                }
                Part::Member { key, value } => self.member(key, value)?,
                // What begins like a collection of AzureHound is opened as one; see `files`.
                Part::Record { range, .. } => {
                    return Err(self.problem(range.start, Problem::UnknownFormat));
                }
                Part::Problem { at, problem } => return Err(self.problem(at, problem)),
                Part::End => self.ended = true,
            }
        }
        let problem = if self.ended {
            self.facts.problem()
        } else {
            Some(Problem::Cut)
        };
        problem.map_or(Ok(None), |problem| {
            Err(self.walk.failed_as_a_whole(problem))
        })
    }

    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn null_rule(&self) -> NullRule {
        self.rule()
    }

    fn assume(&mut self, rule: NullRule) {
        self.nulls = Some(rule);
    }
}
