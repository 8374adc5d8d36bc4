//! A walk through the parts of a JSON file, with the place of each.
//!
//! In: a file. Out: one part at a time, the text at a part, and errors that name the file and the line. Nothing here
//! knows what a part means.

use std::io::Read;
use std::ops::Range;
use std::vec;

use super::ahead::Stretches;
use super::azure_hound::AzureHoundProblem;
use super::error::{InventoryError, Problem};
use super::parts::{Part, Parts, Shape, Stretch};
use super::position::Position;
use super::window::Window;

/// A file of JSON that is walked through.
pub(super) struct Walk<R> {
    stretches: Stretches<R>,
    text: String,
    parts: vec::IntoIter<Part>,
    shape: Shape,
    /// How far into the text `position` is.
    at: usize,
    position: Position,
    file: String,
}

impl<R: Read + Send + 'static> Walk<R> {
    pub(super) fn open(window: Window<R>, file: &str) -> Self {
        Self {
            stretches: Stretches::Begin(Parts::new(window)),
            text: String::new(),
            parts: Vec::new().into_iter(),
            shape: Shape::List,
            at: 0,
            position: Position::START,
            file: file.to_owned(),
        }
    }

    /// Returns the next part; `None` behind the last. `spent` sees each stretch of text that has been walked through.
    pub(super) fn part(&mut self, mut spent: impl FnMut(&str)) -> Option<Part> {
        loop {
            if let Some(part) = self.parts.next() {
                return Some(part);
            }
            self.go(self.text.len());
            spent(&self.text);
            let spare = std::mem::take(&mut self.text).into_bytes();
            let Stretch { text, parts, shape } = self.stretches.next(spare)?;
            (self.text, self.parts, self.shape) = (text, parts.into_iter(), shape);
            self.at = 0;
        }
    }

    /// Moves on to a place in the text.
    pub(super) fn go(&mut self, to: usize) {
        self.position
            .advance(self.text.get(self.at..to).unwrap_or_default());
        self.at = to;
    }

    /// Moves on behind an object, and returns where it begins.
    pub(super) fn pass(&mut self, object: &Range<usize>, has_line_breaks: bool) -> Position {
        self.go(object.start);
        let start = self.position;
        let text = self.text.get(object.clone()).unwrap_or_default();
        if has_line_breaks {
            self.position.advance(text);
        } else {
            self.position.advance_in_line(text);
        }
        self.at = object.end;
        start
    }

    /// Returns the text in which the parts stand that came last.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Returns a piece of that text.
    pub(super) fn piece(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    /// Returns how the objects stand in the file, as far as it was read.
    pub(super) const fn shape(&self) -> Shape {
        self.shape
    }

    /// Returns the place to which the walk has come.
    pub(super) const fn position(&self) -> Position {
        self.position
    }

    /// Returns an error about a line.
    pub(super) fn failed(&self, problem: Problem, position: Position) -> InventoryError {
        problem.at(&self.file, Some(position.line))
    }

    /// Returns an error about the whole file.
    pub(super) fn failed_as_a_whole(&self, problem: Problem) -> InventoryError {
        problem.at(&self.file, None)
    }

    /// Returns the error that ends the walk at a place in the text.
    pub(super) fn problem(&mut self, at: usize, problem: Problem) -> InventoryError {
        self.go(at);
        if matches!(problem, Problem::Malformed(_)) {
            return self.failed(Problem::Malformed(self.position.column), self.position);
        }
        let concerns_all = matches!(
            problem,
            Problem::Read(_)
                | Problem::NotUtf16
                | Problem::Cut
                | Problem::SnapshotCut
                | Problem::AzureHound(AzureHoundProblem::Cut)
                | Problem::Empty
                | Problem::UnknownFormat
        );
        problem.at(&self.file, (!concerns_all).then_some(self.position.line))
    }
}
