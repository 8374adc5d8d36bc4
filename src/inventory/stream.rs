//! All files of an inventory as one stream: every service principal before the first application.
//!
//! In: the words after each `--inventory`, in any order. Out: objects with their places, then what each source could
//! tell. A file is read once, unless it mixes the two kinds in an order that only a second reading can mend.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

use super::Kind;
use super::azure_hound::{AzureHoundProblem, Links};
use super::document::{Facts, Objects, Placed};
use super::entra_exporter::Turn;
use super::error::{InventoryError, Problem};
use super::files::{self, Document, InventoryFile, Live, Origin, Source};
use super::nulls::{NullRule, Nulls};
use super::object::Object;
use crate::model::Place;

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
    /// Service principals stand behind applications, or what belongs to applications does.
    Mixed,
}

/// How often files are read again to find out what `null` means: a file that stays as it is needs one.
const MOST_CORRECTIONS: u8 = 2;

/// What errors call the live source.
const LIVE: &str = "Microsoft Graph";

/// The receiver of objects.
type Sink<'a> = dyn FnMut(Object, Place) -> Result<(), Problem> + 'a;

/// An inventory of one or more sources.
pub struct Inventory {
    pub(super) sources: Vec<Source>,
    pub(super) files: Vec<InventoryFile>,
    contents: Vec<Content>,
    pub(super) facts: Vec<Option<Facts>>,
    /// What the second reading of a file needs of the first one.
    links: Vec<Links>,
    /// What `null` means in place of a list, in each file of which an earlier reading has found out.
    nulls: HashMap<usize, NullRule>,
    /// How often the files were read again for that.
    corrections: u8,
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
            links: Vec::new(),
            nulls: HashMap::new(),
            corrections: 0,
            input: None,
        };
        inventory.contents = inventory.look()?;
        Ok(inventory)
    }

    /// Makes an inventory of the one source that is collected while it is read: a snapshot as it comes into being.
    /// Each call of `collect` begins a new collection. A failure to collect is a [`Problem::Read`] that holds the reader's
    /// own error.
    pub fn open_live(collect: impl FnMut() -> Box<dyn Read + Send> + 'static) -> Self {
        let shown = || LIVE.to_owned();
        let file = InventoryFile {
            origin: Origin::Live(Live::new(collect)),
            entry: None,
            shown: shown(),
            source: 0,
        };
        Self {
            sources: vec![Source { shown: shown() }],
            files: vec![file],
            contents: vec![Content::ServicePrincipals],
            facts: vec![None],
            links: Vec::new(),
            nulls: HashMap::new(),
            corrections: 0,
            input: None,
        }
    }

    /// Finds out what each file begins with. The only file needs no look: nothing has to come before it.
    fn look(&mut self) -> Result<Vec<Content>, InventoryError> {
        if self.files.len() == 1 {
            return Ok(vec![Content::ServicePrincipals]);
        }
        let mut contents = Vec::with_capacity(self.files.len());
        for file in &self.files {
            if let Some(entry) = &file.entry {
                contents.push(match entry.turn() {
                    Turn::Policy | Turn::ServicePrincipal => Content::ServicePrincipals,
                    Turn::Application => Content::Applications,
                });
                continue;
            }
            let mut document = file.open()?;
            if document.is_read_twice() {
                if file.is_input() {
                    return Err(Problem::from(AzureHoundProblem::Input).at(&file.shown, None));
                }
                contents.push(Content::Mixed);
                continue;
            }
            let first = document.next()?;
            let kind = match &first {
                Some(placed) => placed.object.kind(),
                None => Some(document.facts().kind()),
            };
            contents.push(match kind {
                // Service principals follow the policies of a tenant.
                Some(Kind::ServicePrincipal) | None => Content::ServicePrincipals,
                Some(Kind::Application) => Content::Applications,
            });
            if file.is_input() {
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
        first.sort_by_key(|&at| self.files.get(at).is_some_and(InventoryFile::is_input));
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
        self.check_nulls()
    }

    /// Tells whether `null` was read for what it is in every file. Files are read again together, because each of many
    /// may need it.
    fn check_nulls(&mut self) -> Result<(), ReadError> {
        let files = self.files.iter().zip(&self.facts).enumerate();
        // An exporter writes each object of one answer to a file of its own.
        let mut exported: HashMap<usize, Nulls> = HashMap::new();
        for (_, (file, facts)) in files.clone() {
            if let Some(facts) = facts.as_ref().filter(|_| file.entry.is_some()) {
                let nulls = exported.entry(file.source).or_insert(Nulls::NONE);
                *nulls = nulls.and(facts.nulls);
            }
        }
        let wrong: Vec<(usize, NullRule)> = files
            .filter_map(|(at, (file, facts))| {
                let facts = facts.as_ref()?;
                let whole = exported.get(&file.source).filter(|_| file.entry.is_some());
                let nulls = whole.copied().unwrap_or(facts.nulls);
                Some((at, nulls.corrected(facts.null_rule)?))
            })
            .collect();
        let Some(&(first, _)) = wrong.first() else {
            return Ok(());
        };
        // A live source may answer otherwise each time.
        let has_input = self.files.iter().any(InventoryFile::is_input);
        if has_input || self.corrections == MOST_CORRECTIONS {
            let shown = self.files.get(first).map(|file| file.shown.as_str());
            return Err(Problem::Nulls.at(shown.unwrap_or_default(), None).into());
        }
        self.corrections += 1;
        self.nulls.extend(wrong);
        Err(ReadError::Again)
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
        let input = file.is_input();
        let (mut document, mut first) = match self.input.take_if(|_| input) {
            Some(opened) => opened,
            None => (file.open()?, None),
        };
        if document.is_read_twice() && !self.begin(at, phase, &mut *document) {
            return Err(self.mixed(at, None));
        }
        if let Some(rule) = self.nulls.get(&at) {
            document.assume(*rule);
        }
        let number = u32::try_from(at).unwrap_or(u32::MAX);
        let mut applications = false;
        while let Some(Placed { object, position }) = first
            .take()
            .map_or_else(|| document.next(), |placed| Ok(Some(placed)))
            .map_err(|error| file.placed(error))?
        {
            let kind = object.kind();
            applications |= kind == Some(Kind::Application);
            if kind == Some(Kind::ServicePrincipal) && phase.is_too_late(applications) {
                return Err(self.mixed(at, Some(position.line)));
            }
            if phase.wants(kind) {
                let is_snapshot = document.facts().snapshot.is_some();
                let place = if is_snapshot {
                    Place::default()
                } else {
                    Place {
                        file: number,
                        line: position.line,
                        column: position.column,
                    }
                };
                sink(object, place)
                    .map_err(|problem| file.placed(problem.at(&file.shown, Some(position.line))))?;
            }
        }
        self.keep(at, phase, &*document);
        if phase == Phase::ServicePrincipals && document.is_read_twice() {
            self.links.resize_with(self.files.len(), Links::default);
            if let Some(links) = self.links.get_mut(at) {
                *links = document.take_links();
            }
        }
        let waiting = document.facts().applications > 0 && !phase.wants(Some(Kind::Application));
        if waiting && input {
            return Err(self.mixed(at, Some(1)));
        }
        Ok(waiting)
    }

    /// Keeps what is known of a file that has been read.
    fn keep(&mut self, at: usize, phase: Phase, document: &dyn Objects) {
        let Some(kept) = self.facts.get_mut(at) else {
            return;
        };
        let mut facts = document.facts().clone();
        facts.null_rule = document.null_rule();
        let before = kept.take();
        if let Some(before) = before.filter(|_| phase == Phase::Applications { delivered: true }) {
            // Each reading of a collection looks at one kind of its objects.
            facts.nulls = facts.nulls.and(before.nulls);
            facts.deleted = facts.deleted.max(before.deleted);
            facts.agent_identities = facts.agent_identities.max(before.agent_identities);
        }
        *kept = Some(facts);
    }

    /// Prepares a document that is read twice; says whether this phase is one of its two readings.
    fn begin(&mut self, at: usize, phase: Phase, document: &mut dyn Objects) -> bool {
        match phase {
            Phase::ServicePrincipals => true,
            Phase::Applications { delivered: true } => {
                let links = self.links.get_mut(at).map(std::mem::take);
                document.begin_second(links.unwrap_or_default());
                true
            }
            Phase::Both | Phase::Applications { delivered: false } => false,
        }
    }

    /// A file holds service principals where none can be taken any more, on a line, or has to be read twice: they must
    /// be read before everything else.
    fn mixed(&mut self, at: usize, line: Option<u32>) -> ReadError {
        if let Some(file) = self.files.get(at).filter(|file| file.is_input()) {
            let problem = match line {
                Some(_) => Problem::Mixed,
                None => AzureHoundProblem::Input.into(),
            };
            return ReadError::Inventory(problem.at(&file.shown, line));
        }
        // Each reading that is given up costs as much as a whole one: the other files are not tried one after another.
        for (file, content) in self.files.iter().zip(&mut self.contents) {
            if file.entry.is_none() && !file.is_input() {
                *content = Content::Mixed;
            }
        }
        ReadError::Again
    }

    fn check_sources(&self) -> Result<(), InventoryError> {
        let expected = self.tenant();
        for (file, facts) in self.files.iter().zip(&self.facts) {
            let named = facts
                .as_ref()
                .and_then(|facts| facts.snapshot.as_ref()?.header.tenant);
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
}

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
    /// Tells whether an object is handed over; what has no kind comes before all others, once.
    const fn wants(self, kind: Option<Kind>) -> bool {
        match (self, kind) {
            (Self::Both, _)
            | (Self::ServicePrincipals, Some(Kind::ServicePrincipal) | None)
            | (Self::Applications { .. }, Some(Kind::Application)) => true,
            (Self::Applications { delivered }, None) => !delivered,
            (Self::ServicePrincipals, Some(Kind::Application))
            | (Self::Applications { .. }, Some(Kind::ServicePrincipal)) => false,
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
