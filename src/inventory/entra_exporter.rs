//! One file of an export by `EntraExporter`: `Applications/<id>/<id>.json` and its like.
//!
//! In: a file, and what its place in the folder says it is (`layout` finds that out). Out: the one object that it must
//! hold. An object of another id or kind than its place says is an error: it could stand in for one that is missing.

mod layout;
mod problem;

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::Kind;
use super::document::{Facts, Objects, Placed};
use super::encoding::Decoded;
use super::error::{InventoryError, Problem};
use super::graph_json::JsonDocument;
use super::nulls::NullRule;
use super::object::Object;
use super::policies;
use super::position::Position;
use crate::model::{Known, ObjectId, PolicyCoverage, TenantPolicy};

pub(super) use layout::files;
pub use problem::EntraExporterProblem;

/// What reports call it.
pub(super) const FORMAT: &str = "entra-exporter";

/// An owner or a policy that does not fit in here is none.
const LIMIT: u64 = 1 << 20;

/// What a file is by its place.
#[derive(Clone, Debug)]
pub(super) enum Entry {
    /// An application or a service principal.
    Object {
        kind: Kind,
        id: ObjectId,
        /// The file of one of its owners. Where there is none, it has none or its owners could not be read.
        owner: Option<PathBuf>,
    },
    /// The app management policy for the whole tenant.
    DefaultPolicy,
    /// One for single objects, whose folders name it.
    CustomPolicy { applies_to: Vec<ObjectId> },
}

/// When a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Turn {
    Policy,
    ServicePrincipal,
    Application,
}

impl Entry {
    /// Returns when it is read: policies, then service principals, then applications.
    pub(super) const fn turn(&self) -> Turn {
        match self {
            Self::DefaultPolicy | Self::CustomPolicy { .. } => Turn::Policy,
            Self::Object { kind, .. } => match kind {
                Kind::ServicePrincipal => Turn::ServicePrincipal,
                Kind::Application => Turn::Application,
            },
        }
    }

    /// Opens the file.
    pub(super) fn open(&self, path: &Path, shown: &str) -> EntraExporterDocument {
        let mut facts = Facts::new(FORMAT);
        if let Self::Object { kind, .. } = self {
            facts.list(*kind);
        }
        EntraExporterDocument {
            path: path.to_owned(),
            file: shown.to_owned(),
            entry: self.clone(),
            facts,
            nulls: NullRule::LIKELY,
            was_read: false,
        }
    }
}

/// A file that is being read.
pub(super) struct EntraExporterDocument {
    path: PathBuf,
    file: String,
    entry: Entry,
    facts: Facts,
    /// What `null` means in place of a list.
    nulls: NullRule,
    was_read: bool,
}

impl EntraExporterDocument {
    fn failed(&self, problem: impl Into<Problem>) -> InventoryError {
        problem.into().at(&self.file, None)
    }

    fn read(&mut self) -> Result<Placed, InventoryError> {
        let placed = match self.entry {
            Entry::Object { kind, id, .. } => self.object(kind, id)?,
            Entry::DefaultPolicy => self.policy(policies::default)?,
            Entry::CustomPolicy { .. } => self.policy(policies::custom)?,
        };
        let is_policy = matches!(placed.object, Object::TenantPolicy(_));
        if is_policy {
            self.facts.policies = PolicyCoverage::Complete;
        } else {
            let counted = self.facts.count(&placed.object);
            counted.map_err(|problem| self.failed(problem))?;
        }
        Ok(placed)
    }

    fn object(&mut self, kind: Kind, id: ObjectId) -> Result<Placed, InventoryError> {
        let (mut placed, met) = self.one()?;
        self.facts.deleted = met.deleted;
        self.facts.nulls = met.nulls;
        let found = match &mut placed.object {
            Object::Application(application) => {
                if let Entry::Object {
                    owner: Some(owner), ..
                } = &self.entry
                {
                    self.check_owner(owner)?;
                    application.has_owner = Known::Known(true);
                }
                application.id
            }
            Object::ServicePrincipal(service_principal) => service_principal.id,
            Object::TenantPolicy(_) => None,
        };
        if placed.object.kind() != Some(kind) || found != Some(id) {
            return Err(self.failed(EntraExporterProblem::Content));
        }
        Ok(placed)
    }

    /// Reads the file's only object, and what is known of the file.
    fn one(&self) -> Result<(Placed, Facts), InventoryError> {
        let file = File::open(&self.path).map_err(|error| self.failed(Problem::Read(error)))?;
        let mut document = JsonDocument::open_one(Decoded::new(file), &self.file);
        document.assume(self.nulls);
        let first = document.next()?;
        let rest = document.next()?;
        let (Some(placed), None, true) = (first, rest, document.is_bare()) else {
            return Err(self.failed(EntraExporterProblem::Content));
        };
        let stated = document.facts().stated;
        if stated.is_some_and(|stated| stated != 1) || document.facts().next_link {
            return Err(self.failed(EntraExporterProblem::Content));
        }
        Ok((placed, document.facts().clone()))
    }

    /// An owner is somebody, and whose folder it is.
    fn check_owner(&self, path: &Path) -> Result<(), InventoryError> {
        #[derive(Deserialize)]
        struct Owner {
            #[serde(alias = "Id")]
            id: String,
        }
        let text = self.text(path)?;
        let owner: Option<Owner> = serde_json::from_str(&text).ok();
        let named = path.file_stem().unwrap_or_default();
        let fits = owner.is_some_and(|owner| named.eq_ignore_ascii_case(owner.id));
        fits.then_some(())
            .ok_or_else(|| self.failed(EntraExporterProblem::Owner))
    }

    fn policy(&self, read: fn(&str) -> Option<TenantPolicy>) -> Result<Placed, InventoryError> {
        let text = self.text(&self.path)?;
        let mut policy = read(&text).ok_or_else(|| self.failed(EntraExporterProblem::Policy))?;
        if let (TenantPolicy::Custom(policy), Entry::CustomPolicy { applies_to }) =
            (&mut policy, &self.entry)
        {
            policy.applies_to.clone_from(applies_to);
        }
        Ok(Placed {
            object: Object::TenantPolicy(policy),
            position: Position::START,
        })
    }

    /// Reads a small file whole.
    fn text(&self, path: &Path) -> Result<String, InventoryError> {
        let mut text = String::new();
        let file = File::open(path).map_err(|error| self.failed(Problem::Read(error)))?;
        let mut reader = Decoded::new(file).take(LIMIT);
        match reader.read_to_string(&mut text) {
            Ok(_) => Ok(text),
            Err(error) => Err(self.failed(Problem::of_read(error))),
        }
    }
}

impl Objects for EntraExporterDocument {
    fn next(&mut self) -> Result<Option<Placed>, InventoryError> {
        if std::mem::replace(&mut self.was_read, true) {
            return Ok(None);
        }
        self.read().map(Some)
    }

    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn null_rule(&self) -> NullRule {
        self.nulls
    }

    fn assume(&mut self, rule: NullRule) {
        self.nulls = rule;
    }
}
