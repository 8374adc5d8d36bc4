//! A collection of `AzureHound`: `{"data": [{"kind": …, "data": {…}}, …], "meta": {…, "count": n}}`.
//!
//! In: the parts of a file, twice. Out: in the first reading the service principals, in the second one the applications,
//! each with its owners and federated credentials, which stand in records of their own anywhere in the file. Between
//! the two only those are kept. Records of other kinds are counted and skipped; the count at the end must be right.

mod links;
mod problem;

use std::borrow::Cow;
use std::io::Read;
use std::ops::Range;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::Kind;
use super::around::{Around, Said};
use super::document::{Facts, Objects, Placed};
use super::error::{InventoryError, Problem};
use super::fields::Field;
use super::mistaken::{self, Mistaken};
use super::nulls::NullRule;
use super::object::{Object, Reading};
use super::parts::Part;
use super::scan::Record;
use super::shapes::{self, Fields, Writer};
use super::walk::Walk;
use super::window::Window;

pub(super) use links::Links;
pub use problem::AzureHoundProblem;

/// What reports call it.
pub(super) const FORMAT: &str = "azure-hound";

/// The version of the format that is known.
const VERSION: u64 = 5;

/// The kinds of records that decide something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RecordKind {
    Object(Kind),
    Owners,
    Federated,
}

impl RecordKind {
    /// Reads a `kind`. `AzureHound` writes one spelling; another must not hide an application.
    fn of(text: &str) -> Option<Self> {
        let kinds = [
            ("AZApp", Self::Object(Kind::Application)),
            ("AZServicePrincipal", Self::Object(Kind::ServicePrincipal)),
            ("AZAppOwner", Self::Owners),
            ("AZFederatedIdentityCredential", Self::Federated),
        ];
        let mut kinds = kinds.into_iter();
        let found = kinds.find(|(name, _)| name.eq_ignore_ascii_case(text));
        found.map(|(_, kind)| kind)
    }
}

/// Tells whether the JSON text of `kind` names an application or a service principal.
pub(super) fn is_object(kind: &[u8]) -> bool {
    let is = |name: &[u8]| kind.eq_ignore_ascii_case(name);
    is(b"\"AZApp\"") || is(b"\"AZServicePrincipal\"")
}

/// Tells whether an object by itself is a record, as `AzureHound` prints them.
pub(super) fn is_record(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Printed<'text> {
        #[serde(borrow)]
        kind: Cow<'text, str>,
        data: Option<IgnoredAny>,
    }
    let printed = serde_json::from_str::<Printed<'_>>(text);
    printed.is_ok_and(|printed| printed.data.is_some() && printed.kind.starts_with("AZ"))
}

/// What stands at the end of a file.
#[derive(Deserialize)]
struct Meta {
    #[serde(rename = "type")]
    kind: String,
    version: u64,
    count: u64,
}

/// Which of the two readings it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    First,
    Second,
}

/// What has been read of a collection.
struct Contents {
    facts: Facts,
    turn: Turn,
    links: Links,
    /// What `null` means in place of a list.
    nulls: NullRule,
    around: Around,
    records: u64,
    /// How many records there are, as the file says.
    stated: Option<u64>,
}

impl Contents {
    /// Reads a record; returns its object if it is one that this turn hands over.
    fn record(
        &mut self,
        text: &str,
        record: &Record<Field>,
        line: u32,
    ) -> Result<Option<Object>, Problem> {
        self.records += 1;
        let piece = |range: &Option<Range<usize>>| text.get(range.clone()?);
        let kind = piece(&record.kind).and_then(|kind| shapes::words(kind).ok()?);
        let Some(kind) = kind else {
            let is_first = self.records == 1 && record.data.is_none();
            return Err(if is_first {
                // A query's answer has its rows there, too.
                mistaken::of_object(text)
                    .unwrap_or(Mistaken::Wrapped("data"))
                    .into()
            } else {
                AzureHoundProblem::Record.into()
            });
        };
        let links = match (RecordKind::of(&kind), self.turn) {
            (Some(RecordKind::Object(kind)), _) => return self.object(kind, text, record, line),
            (Some(RecordKind::Owners), Turn::First) => Links::add_owners,
            (Some(RecordKind::Federated), Turn::First) => Links::add_federated,
            (Some(RecordKind::Owners | RecordKind::Federated), Turn::Second) | (None, _) => {
                return Ok(None);
            }
        };
        let data = piece(&record.data).ok_or(AzureHoundProblem::Record)?;
        links(&mut self.links, data).map(|()| None)
    }

    fn object(
        &mut self,
        kind: Kind,
        text: &str,
        record: &Record<Field>,
        line: u32,
    ) -> Result<Option<Object>, Problem> {
        let members = record.members.as_ref().ok_or(AzureHoundProblem::Record)?;
        match (kind, self.turn) {
            (Kind::ServicePrincipal, Turn::First) | (Kind::Application, Turn::Second) => {}
            (Kind::Application, Turn::First) | (Kind::ServicePrincipal, Turn::Second) => {
                self.facts.pass(kind);
                return Ok(None);
            }
        }
        let reading = Reading {
            object: Fields {
                text,
                members,
                writer: Writer::AzureHound,
            },
            listed: Some(kind),
            nulls: self.nulls,
        };
        self.facts.nulls.note(kind, |field| reading.raw(field));
        self.facts.note_deletion(&reading, line);
        let mut object = reading.object_of(kind)?;
        if let Object::Application(application) = &mut object {
            self.links.join(application);
        }
        self.facts.count(&object)?;
        Ok(Some(object))
    }

    fn meta(&mut self, value: &str) -> Result<(), AzureHoundProblem> {
        let meta: Meta = serde_json::from_str(value).map_err(|_| AzureHoundProblem::Meta)?;
        if meta.kind != "azure" || meta.version != VERSION {
            return Err(AzureHoundProblem::Version);
        }
        if self.stated.replace(meta.count).is_some() {
            return Err(AzureHoundProblem::Meta);
        }
        Ok(())
    }

    /// Returns what is missing at the end of the file.
    fn problem(&self) -> Option<AzureHoundProblem> {
        let found = self.records;
        match self.stated {
            None => return Some(AzureHoundProblem::Meta),
            Some(stated) if stated != found => {
                return Some(AzureHoundProblem::Count { stated, found });
            }
            Some(_) => {}
        }
        // Without applications there is no second reading.
        let is_last = self.turn == Turn::Second || self.facts.applications == 0;
        (is_last && self.links.are_left()).then_some(AzureHoundProblem::Unlisted)
    }
}

/// A collection that is being read.
pub(super) struct AzureHoundDocument<R> {
    walk: Walk<R>,
    contents: Contents,
    ended: bool,
}

impl<R: Read + Send + 'static> AzureHoundDocument<R> {
    /// Opens a file that begins as a collection does.
    pub(super) fn open(reader: R, file: &str) -> Self {
        Self {
            walk: Walk::open(Window::new(reader), file),
            contents: Contents {
                facts: Facts::new(FORMAT),
                turn: Turn::First,
                links: Links::default(),
                nulls: NullRule::LIKELY,
                around: Around::new("data"),
                records: 0,
                stated: None,
            },
            ended: false,
        }
    }

    fn record(
        &mut self,
        range: Range<usize>,
        record: &Record<Field>,
    ) -> Result<Option<Placed>, InventoryError> {
        let position = self.walk.pass(&range, record.has_line_breaks());
        let read = self
            .contents
            .record(self.walk.piece(range), record, position.line);
        match read {
            Ok(object) => Ok(object.map(|object| Placed { object, position })),
            Err(problem) => Err(self.walk.failed(problem, position)),
        }
    }

    /// Reads a member beside the list, of which only one is known.
    fn member(&mut self, key: Range<usize>, value: Range<usize>) -> Result<(), InventoryError> {
        self.walk.go(key.start);
        let (key, value) = (self.walk.piece(key), self.walk.piece(value));
        let read = match self.contents.around.member(key, value) {
            Ok(Said::Other(name)) if name == "meta" => {
                self.contents.meta(value).map_err(Problem::from)
            }
            Ok(said) => self.contents.facts.said(&said, value),
            Err(Problem::DuplicateMember) => Err(AzureHoundProblem::Members.into()),
            Err(problem) => Err(problem),
        };
        read.map_err(|problem| self.walk.failed(problem, self.walk.position()))
    }
}

impl<R: Read + Send + 'static> Objects for AzureHoundDocument<R> {
    fn next(&mut self) -> Result<Option<Placed>, InventoryError> {
        while let Some(part) = self.walk.part(|_| {}) {
            match part {
                Part::Record { range, record } => {
                    if let Some(placed) = self.record(range, &record)? {
                        return Ok(Some(placed));
                    }
                }
                Part::Member { key, value } => self.member(key, value)?,
                Part::Problem { at, problem } => {
                    let cut = matches!(problem, Problem::Cut);
                    let problem = if cut {
                        AzureHoundProblem::Cut.into()
                    } else {
                        problem
                    };
                    return Err(self.walk.problem(at, problem));
                }
                Part::Object { range, .. } => {
                    return Err(self.walk.problem(range.start, Problem::UnknownFormat));
                }
                Part::End => self.ended = true,
            }
        }
        let problem = if self.ended {
            self.contents.problem()
        } else {
            Some(AzureHoundProblem::Cut)
        };
        problem.map_or(Ok(None), |problem| {
            Err(self.walk.failed_as_a_whole(problem.into()))
        })
    }

    fn facts(&self) -> &Facts {
        &self.contents.facts
    }

    fn is_read_twice(&self) -> bool {
        true
    }

    fn take_links(&mut self) -> Links {
        std::mem::take(&mut self.contents.links)
    }

    fn null_rule(&self) -> NullRule {
        self.contents.nulls
    }

    fn assume(&mut self, rule: NullRule) {
        self.contents.nulls = rule;
    }

    fn begin_second(&mut self, links: Links) {
        self.contents.links = links;
        self.contents.turn = Turn::Second;
    }
}

#[cfg(test)]
mod tests;
