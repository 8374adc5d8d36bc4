//! The policy: what is allowed, what is excepted, and until when.
//!
//! In: a YAML file, what it extends, and the exceptions files that it names. Out: [`Policy`], which only validation
//! makes, or every problem at once, each at its line. Never here: an inventory, a clock, an environment variable.
//!
//! The way of a policy through this folder: `read` gives the text, `yaml` the tree, `draft` the documents in it,
//! `extends` and `exceptions_from` the other files, and `validate` checks what all of them say together. Where something
//! is wrong, `inspect` finds all of it, and `error` shows it.

mod collection;
mod document;
mod draft;
mod edit;
mod entry_places;
mod error;
mod exception;
mod exceptions_fault;
mod exceptions_from;
mod exceptions_json;
mod exceptions_path;
mod excerpt;
mod extends;
mod fault;
mod files;
mod first;
mod first_by_day;
mod governance;
mod inspect;
mod issuer;
mod presets;
mod problem;
mod read;
mod rules_document;
mod scalar;
mod setting;
mod spans;
mod suggestion;
mod trust;
mod typed;
mod validate;
mod window;
mod yaml;

pub use document::{Signature, exceptions_schema, schema};
pub use edit::{Change, EditError, Edited, Group, NewException, edit};
pub use error::{PolicyError, PolicyProblem, render};
pub use exception::{Exception, Written};
pub use files::{Disk, FileKind, Files};
pub use first::first;
pub use first_by_day::FirstByDay;
pub use governance::Governance;
pub use issuer::{InvalidIssuer, Issuer, Issuers};
pub use presets::NAMES as PRESETS;
pub use setting::{Evidence, RuleSetting};
pub use trust::{Distrust, Trust};
pub use window::{Window, WindowScope};

use std::path::{Path, PathBuf};

use crate::finding::{RuleDescriptor, RuleId};
use crate::model::TenantId;
use entry_places::EntryPlaces;
use extends::Chain;
use spans::Place;

/// Loads a policy from disk, what it extends, and the exceptions files that it names.
///
/// `shown_as` is what reports and messages call the file: its path relative to the current folder, with forward slashes.
pub fn load(
    path: &Path,
    shown_as: &str,
    rules: &[&'static RuleDescriptor],
) -> Result<Policy, PolicyError> {
    load_from(&Disk, path, shown_as, rules)
}

/// Loads a policy from where its files lie, with all of them.
pub fn load_from(
    files: &dyn Files,
    path: &Path,
    shown_as: &str,
    rules: &[&'static RuleDescriptor],
) -> Result<Policy, PolicyError> {
    match Chain::of_file(files, path, shown_as) {
        Ok(chain) => validate::validate(chain, rules),
        Err(fault) => Err(PolicyError::unreadable(&fault)),
    }
}

/// Loads a policy from disk with another text in one of its files, as if it were written there already.
pub fn load_changed(
    path: &Path,
    shown_as: &str,
    (changed, text): (&Path, &str),
    rules: &[&'static RuleDescriptor],
) -> Result<Policy, PolicyError> {
    let files = files::Changed {
        path: changed,
        text,
    };
    load_from(&files, path, shown_as, rules)
}

/// Loads a policy from a text; it may extend shipped presets, and no files.
pub fn load_text(
    text: &str,
    shown_as: &str,
    rules: &[&'static RuleDescriptor],
) -> Result<Policy, PolicyError> {
    validate::validate(Chain::of_text(text, shown_as), rules)
}

/// Tells whether a file on disk looks like one that `exceptions-from` may name, in JSON: what is no policy by its name, and
/// yet part of one.
pub fn is_exceptions_file(path: &Path) -> bool {
    read::read(&Disk, path, "").is_ok_and(|text| exceptions_json::is_outlined(&text))
}

/// A checked policy, with what it extends merged in.
#[derive(Debug)]
pub struct Policy {
    tenant: Option<TenantId>,
    issuers: Option<Issuers>,
    rules: Vec<RuleSetting>,
    governance: Governance,
    rule_places: Vec<(RuleId, RulePlace)>,
    key_places: Vec<(&'static str, RulePlace)>,
    exceptions: Vec<Exception>,
    windows: Vec<Window>,
    files: Vec<PolicyFile>,
    paths: Vec<PathBuf>,
}

impl Policy {
    /// Returns the tenant for which the policy is written, if it says so.
    pub const fn tenant(&self) -> Option<TenantId> {
        self.tenant
    }

    /// Returns whom federated credentials may trust under this policy; `own` is the tenant of the inventory, which the
    /// policy's own `tenant` outranks.
    pub fn trust(&self, own: Option<TenantId>) -> Trust<'_> {
        Trust::new(self.issuers.as_ref(), self.tenant.or(own))
    }

    /// Returns what the policy says about a rule; `None` where it does not list the rule.
    pub fn rule(&self, rule: RuleId) -> Option<&RuleSetting> {
        self.rules.iter().find(|setting| setting.rule == rule)
    }

    /// Returns what the policy says about every rule that it lists or extends, and about the rules that are always on.
    pub fn rules(&self) -> &[RuleSetting] {
        &self.rules
    }

    /// Returns the rules about the policy's own entries.
    pub const fn governance(&self) -> &Governance {
        &self.governance
    }

    /// Returns where the policy lists a rule; a rule that is on without being listed stands at its beginning.
    pub fn rule_at(&self, rule: RuleId) -> RulePlace {
        let mut places = self.rule_places.iter();
        let found = places.find(|(listed, _)| *listed == rule);
        found.map_or(RulePlace::BEGINNING, |(_, place)| *place)
    }

    /// Returns where the policy writes a key such as `tenant` or `governance/require`; where it does not, the place is
    /// that of the key above it, or the beginning.
    pub fn place_of(&self, key: &str) -> RulePlace {
        let find = |key: &str| {
            let mut places = self.key_places.iter();
            places.find_map(|(known, place)| (*known == key).then_some(*place))
        };
        let above = || key.split_once('/').and_then(|(above, _)| find(above));
        find(key).or_else(above).unwrap_or(RulePlace::BEGINNING)
    }

    /// Returns the exceptions, in the order of the files.
    pub fn exceptions(&self) -> &[Exception] {
        &self.exceptions
    }

    /// Returns the migration windows, in the order of the files.
    pub fn windows(&self) -> &[Window] {
        &self.windows
    }

    /// Returns the files it was read from: the policy itself, what it extends, and the exceptions files of them all.
    pub fn files(&self) -> &[PolicyFile] {
        &self.files
    }

    /// Returns where those files lie on disk, as they are opened; shipped presets lie nowhere.
    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// Returns the place of the first character of an exception or window.
    pub fn written_at(&self, entry: Written, list: EntryKind) -> EntryPlace {
        self.place(entry, list, |places| places.start)
    }

    /// Returns the place of a key of an exception or window. Where the key is absent, or its place is not kept, the place
    /// is that of the entry: kept are those of the keys that say whom and what it covers and when it ends, in YAML.
    pub fn key_at(&self, entry: Written, list: EntryKind, key: &str) -> EntryPlace {
        self.place(entry, list, |places| places.key(list, key))
    }

    fn place(
        &self,
        entry: Written,
        list: EntryKind,
        of: impl Fn(&EntryPlaces) -> Place,
    ) -> EntryPlace {
        let file = self.files.get(entry.file);
        let all = file.map(|file| match list {
            EntryKind::Exception => &file.exceptions,
            EntryKind::Window => &file.windows,
        });
        let place = all.and_then(|all| all.get(entry.index)).map(of);
        let Place { line, column } = place.unwrap_or(Place { line: 1, column: 1 });
        EntryPlace {
            file: file.map(|file| file.name.clone()).unwrap_or_default(),
            line,
            column,
        }
    }
}

/// The lists of a policy whose entries have places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// `exceptions`.
    Exception,
    /// `migration-windows`.
    Window,
}

/// Where an exception or window is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryPlace {
    /// As reports show it.
    pub file: String,
    /// One-based.
    pub line: u32,
    /// One-based, in characters.
    pub column: u32,
}

/// Where a policy lists a rule: at its key, or where the shipped preset is named that alone lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RulePlace {
    /// Which file of the policy, in the order of [`Policy::files`].
    pub file: usize,
    /// One-based.
    pub line: u32,
    /// One-based, in characters.
    pub column: u32,
}

impl RulePlace {
    /// The beginning of the policy.
    const BEGINNING: Self = Self {
        file: 0,
        line: 1,
        column: 1,
    };
}

/// One file of a policy: the file itself first, then what it extends, then the exceptions files that these name.
#[derive(Debug)]
pub struct PolicyFile {
    /// As reports show it; `preset:NAME` for a shipped preset.
    pub name: String,
    /// Lower-case hex SHA-256 of its bytes.
    pub sha256: String,
    /// As it is opened, where it is an exceptions file that the policy itself names: one that belongs to this policy alone.
    pub own_exceptions: Option<PathBuf>,
    /// Where its exceptions are written.
    exceptions: Vec<EntryPlaces>,
    /// Where its windows are written.
    windows: Vec<EntryPlaces>,
}
