//! All files of an inventory as one stream: every service principal before the first application.
//!
//! In: the words after each `--inventory`, in any order. Out: objects with their places, then what each source could
//! tell. A file is read once, unless it mixes the two kinds in an order that only a second reading can mend.

use std::path::Path;

use super::Kind;
use super::document::{Facts, Placed};
use super::error::{InventoryError, Problem};
use super::files::{self, Document, InventoryFile, Source};
use super::object::Object;
use crate::model::{Coverage, Place, TenantId};
use jiff::Timestamp;

/// Why a stream ended early.
#[derive(Debug)]
pub enum ReadError {
    /// The inventory gives no verdict.
    Inventory(InventoryError),
    /// A file turned out to hold service principals behind applications: what was received so far must be forgotten,
    /// and the stream read again.
    Again,
}

impl From<InventoryError> for ReadError {
    fn from(error: InventoryError) -> Self {
        Self::Inventory(error)
    }
}

/// What is known of the kinds of objects in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    /// It begins with applications; nothing says that service principals follow.
    Applications,
    /// It begins with service principals; applications may follow.
    ServicePrincipals,
    /// Service principals stand behind applications.
    Mixed,
}

/// What was found out about one source.
#[derive(Clone, Debug)]
pub struct SourceFacts {
    /// As reports show it.
    pub name: String,
    /// The name of its format in [`ALL`](super::ALL).
    pub format: &'static str,
    /// Application objects in it.
    pub applications: u64,
    /// Service principals in it.
    pub service_principals: u64,
    /// What it could tell.
    pub coverage: Coverage,
    /// When it was collected, where it says so.
    pub collected_at: Option<Timestamp>,
}

/// The receiver of objects.
type Sink<'a> = dyn FnMut(Object, Place) -> Result<(), Problem> + 'a;

/// An inventory of one or more sources.
pub struct Inventory {
    sources: Vec<Source>,
    files: Vec<InventoryFile>,
    contents: Vec<Content>,
    facts: Vec<Option<Facts>>,
    /// The standard input, once it has been opened.
    input: Option<(Document, Option<Placed>)>,
}

impl std::fmt::Debug for Inventory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inventory")
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}

impl Inventory {
    /// Lists the files of the sources, and looks at each for as long as it takes to know what it lists. Reports show
    /// the files relative to `folder`.
    pub fn open(arguments: &[String], folder: &Path) -> Result<Self, InventoryError> {
        let (mut sources, mut files) = (Vec::new(), Vec::new());
        for (number, argument) in arguments.iter().enumerate() {
            let (source, listed) = files::list(argument, number, folder)?;
            sources.push(source);
            files.extend(listed);
        }
        let facts = vec![None; files.len()];
        let mut inventory = Self {
            sources,
            contents: Vec::new(),
            files,
            facts,
            input: None,
        };
        inventory.contents = inventory.look()?;
        Ok(inventory)
    }

    /// Finds out what each file begins with. The only file needs no look: nothing has to come before it.
    fn look(&mut self) -> Result<Vec<Content>, InventoryError> {
        if self.files.len() == 1 {
            return Ok(vec![Content::ServicePrincipals]);
        }
        let mut contents = Vec::with_capacity(self.files.len());
        for file in &self.files {
            let mut document = file.open()?;
            let first = document.next()?;
            let kind = first
                .as_ref()
                .map_or(document.facts().kind(), |placed| placed.object.kind());
            contents.push(match kind {
                Kind::ServicePrincipal => Content::ServicePrincipals,
                Kind::Application => Content::Applications,
            });
            if file.path.is_none() {
                self.input = Some((document, first));
            }
        }
        Ok(contents)
    }

    /// Hands over every object: all service principals, then all applications.
    pub fn read(&mut self, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let mut first: Vec<usize> = (0..self.files.len())
            .filter(|&at| self.content(at) != Content::Applications)
            .collect();
        // The standard input can be read only once: nothing may have to wait for it.
        first.sort_by_key(|&at| self.files.get(at).is_some_and(|file| file.path.is_none()));
        let last = first.last().copied();
        let mut second: Vec<(usize, Phase)> = (0..self.files.len())
            .filter(|&at| self.content(at) == Content::Applications)
            .map(|at| (at, Phase::Applications { delivered: false }))
            .collect();
        for at in first {
            let both = Some(at) == last && self.content(at) == Content::ServicePrincipals;
            let phase = if both {
                Phase::Both
            } else {
                Phase::ServicePrincipals
            };
            if self.read_file(at, phase, sink)? {
                second.push((at, Phase::Applications { delivered: true }));
            }
        }
        second.sort_unstable_by_key(|(at, _)| *at);
        for (at, phase) in second {
            self.read_file(at, phase, sink)?;
        }
        self.check_sources()?;
        Ok(())
    }

    fn content(&self, at: usize) -> Content {
        self.contents.get(at).copied().unwrap_or(Content::Mixed)
    }

    /// Reads one file to its end; says whether it held applications that must wait.
    fn read_file(
        &mut self,
        at: usize,
        phase: Phase,
        sink: &mut Sink<'_>,
    ) -> Result<bool, ReadError> {
        let Some(file) = self.files.get(at).cloned() else {
            return Ok(false);
        };
        let input = file.path.is_none();
        let (mut document, mut first) = match self.input.take_if(|_| input) {
            Some(opened) => opened,
            None => (file.open()?, None),
        };
        let number = u32::try_from(at).unwrap_or(u32::MAX);
        let mut applications = false;
        while let Some(Placed { object, position }) = first
            .take()
            .map_or_else(|| document.next(), |placed| Ok(Some(placed)))?
        {
            let kind = object.kind();
            applications |= kind == Kind::Application;
            if kind == Kind::ServicePrincipal && phase.is_too_late(applications) {
                return Err(self.mixed(at, position.line));
            }
            if phase.wants(kind) {
                let place = Place {
                    file: number,
                    line: position.line,
                    column: position.column,
                };
                sink(object, place).map_err(|problem| problem.at(&file.shown, Some(place.line)))?;
            }
        }
        if let Some(facts) = self.facts.get_mut(at) {
            *facts = Some(document.facts().clone());
        }
        let waiting = applications && !phase.wants(Kind::Application);
        if waiting && input {
            return Err(self.mixed(at, 1));
        }
        Ok(waiting)
    }

    /// A file holds service principals where none can be taken any more: they must be read before everything else.
    fn mixed(&mut self, at: usize, line: u32) -> ReadError {
        if let Some(InventoryFile {
            path: None, shown, ..
        }) = self.files.get(at)
        {
            return ReadError::Inventory(Problem::Mixed.at(shown, Some(line)));
        }
        if let Some(content) = self.contents.get_mut(at) {
            *content = Content::Mixed;
        }
        ReadError::Again
    }

    fn facts_of(&self, source: usize) -> impl Iterator<Item = (&InventoryFile, &Facts)> {
        let facts = self.files.iter().zip(&self.facts);
        facts
            .filter(move |(file, _)| file.source == source)
            .filter_map(|(file, facts)| Some((file, facts.as_ref()?)))
    }

    fn check_sources(&self) -> Result<(), InventoryError> {
        let expected = self.tenant();
        for (file, facts) in self.files.iter().zip(&self.facts) {
            let named = facts
                .as_ref()
                .and_then(|facts| facts.snapshot.as_ref()?.tenant);
            if named.is_some() && named != expected {
                return Err(Problem::Tenants.at(&file.shown, None));
            }
        }
        for (number, source) in self.sources.iter().enumerate() {
            for kind in [Kind::Application, Kind::ServicePrincipal] {
                let facts = self.facts_of(number).map(|(_, facts)| facts);
                let pages: Vec<&Facts> = facts.filter(|facts| facts.kind() == kind).collect();
                check_pages(&pages).map_err(|problem| problem.at(&source.shown, None))?;
            }
        }
        Ok(())
    }

    /// Returns the files, as reports show them; places name them by index.
    pub fn files(&self) -> Vec<String> {
        self.files.iter().map(|file| file.shown.clone()).collect()
    }

    /// Returns what was found out about each source.
    pub fn sources(&self) -> Vec<SourceFacts> {
        self.sources
            .iter()
            .enumerate()
            .map(|(number, source)| self.record(number, source))
            .collect()
    }

    fn record(&self, number: usize, source: &Source) -> SourceFacts {
        let mut record = SourceFacts {
            name: source.shown.clone(),
            format: "",
            applications: 0,
            service_principals: 0,
            coverage: Coverage {
                dates: true,
                federated_credentials: true,
                owners: true,
                service_principals: false,
            },
            collected_at: None,
        };
        for (_, facts) in self.facts_of(number) {
            record.format = facts.format;
            record.applications += facts.applications;
            record.service_principals += facts.service_principals;
            record.coverage.dates &= facts.coverage.dates;
            record.coverage.federated_credentials &= facts.coverage.federated_credentials;
            record.coverage.owners &= facts.coverage.owners;
            record.coverage.service_principals |= facts.coverage.service_principals;
        }
        record.collected_at = self.oldest(number);
        record.coverage.federated_credentials &= record.applications > 0;
        record.coverage.owners &= record.applications > 0;
        record
    }

    /// Returns when the oldest file of a source was collected; one that does not say so may be older than all.
    fn oldest(&self, source: usize) -> Option<Timestamp> {
        let collected = self.facts_of(source).map(|(_, facts)| {
            let snapshot = facts.snapshot.as_ref()?;
            Some(snapshot.collected_at)
        });
        // Of the order of options, nothing comes first.
        collected.min().flatten()
    }

    /// Returns the tenant that a snapshot names.
    pub fn tenant(&self) -> Option<TenantId> {
        self.facts
            .iter()
            .flatten()
            .find_map(|facts| facts.snapshot.as_ref()?.tenant)
    }

    /// Returns what a reader should know about the sources besides.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        for (file, facts) in self.files.iter().zip(&self.facts) {
            let Some(facts) = facts else { continue };
            if facts.objects() == FIRST_PAGE && facts.snapshot.is_none() && facts.stated.is_none() {
                let what = if facts.applications > 0 {
                    "applications"
                } else {
                    "service principals"
                };
                notes.push(format!(
                    "`{}` holds exactly 100 {what}: exported with `--all`?",
                    file.shown
                ));
            }
            if facts.objects() == 0 && facts.kind() == Kind::ServicePrincipal {
                notes.push(format!(
                    "`{}` lists no service principals, and no tenant is without any",
                    file.shown
                ));
            }
            if facts.format == "csv" {
                notes.push(format!(
                    "`{}` shows numbers of credentials only: expiry, signing keys and federation could not be seen",
                    file.shown
                ));
            }
        }
        notes
    }
}

/// What `az` and Graph send where nobody asks for more.
const FIRST_PAGE: u64 = 100;

/// Which objects of a file are handed over in one reading of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The service principals, because other files' come after them.
    ServicePrincipals,
    /// All, because this is the last file with service principals.
    Both,
    /// The applications; whether an earlier reading handed over the service principals.
    Applications { delivered: bool },
}

impl Phase {
    const fn wants(self, kind: Kind) -> bool {
        match self {
            Self::Both => true,
            Self::ServicePrincipals => matches!(kind, Kind::ServicePrincipal),
            Self::Applications { .. } => matches!(kind, Kind::Application),
        }
    }

    /// Tells whether a service principal comes too late, after applications that it may belong to.
    const fn is_too_late(self, after_applications: bool) -> bool {
        match self {
            Self::ServicePrincipals => false,
            Self::Both => after_applications,
            Self::Applications { delivered } => !delivered,
        }
    }
}

/// Pages of one collection follow one another by links; exactly one, the last, has none, and it is an answer as they are.
fn check_pages(pages: &[&Facts]) -> Result<(), Problem> {
    if pages.iter().any(|page| page.next_link) {
        let mut last = pages.iter().filter(|page| !page.next_link);
        match (last.next(), last.next()) {
            (Some(last), None) if last.is_answer => {}
            (Some(_), None) => return Err(Problem::Pages),
            (None, _) | (_, Some(_)) => return Err(Problem::NextLink),
        }
    }
    let found = pages.iter().map(|page| page.objects()).sum();
    let mut stated = pages.iter().filter_map(|page| page.stated);
    match stated.find(|stated| *stated != found) {
        Some(stated) => Err(Problem::Count { stated, found }),
        None => Ok(()),
    }
}
