//! What a change of the policy does: what every format of `review` receives, and the answer, taken before anything is
//! written.
//!
//! In: what the comparison found. Out: whether the gate is loosened, and the exit code. A report decides nothing by its
//! format.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{FilePlace, PolicyRecord};
use crate::finding::{ExceptionId, Fingerprint, RuleId, WindowId};

pub use super::change_kind::ChangeKind;

/// Whether a change lets more pass than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Something may pass that did not.
    Loosens,
    /// What passes is the same.
    Neutral,
    /// Something may fail that passed.
    Tightens,
}

impl Direction {
    /// All directions, that which a reviewer must see first.
    pub const ALL: [Self; 3] = [Self::Loosens, Self::Neutral, Self::Tightens];

    /// Returns the word that reports use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Loosens => "loosens",
            Self::Neutral => "neutral",
            Self::Tightens => "tightens",
        }
    }
}

/// What a change is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeSubject {
    /// An exception.
    Exception(ExceptionId),
    /// A migration window.
    Window(WindowId),
    /// A rule.
    Rule(RuleId),
    /// A key of `governance`.
    Governance(&'static str),
    /// `issuers`.
    Issuers,
    /// `tenant`.
    Tenant,
    /// A shipped preset, by its name.
    Preset(String),
}

impl ChangeSubject {
    /// Returns the word for what it is.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Exception(_) => "exception",
            Self::Window(_) => "window",
            Self::Rule(_) => "rule",
            Self::Governance(_) => "governance",
            Self::Issuers => "issuers",
            Self::Tenant => "tenant",
            Self::Preset(_) => "preset",
        }
    }

    /// Returns its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Exception(id) => &id.0,
            Self::Window(id) => &id.0,
            Self::Rule(rule) => rule.0,
            Self::Governance(key) => key,
            Self::Issuers => "issuers",
            Self::Tenant => "tenant",
            Self::Preset(name) => name,
        }
    }
}

/// Findings of today that a change concerns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// How many.
    pub findings: u64,
    /// On how many applications.
    pub applications: u64,
    /// How old the oldest live secret of these applications is.
    pub oldest_secret: Option<SignedDuration>,
}

impl Touched {
    /// Tells whether it concerns none.
    pub const fn is_none(&self) -> bool {
        self.findings == 0
    }
}

/// What a change does to the findings of today.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Impact {
    /// Findings that count under the base policy, and under the head policy do not, or only at a lower level.
    pub silences: Touched,
    /// Findings that count under the head policy, and under the base policy do not, or only at a lower level.
    pub raises: Touched,
}

/// One difference of two policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it is.
    pub kind: ChangeKind,
    /// Whether it lets more pass.
    pub direction: Direction,
    /// What it is about.
    pub subject: ChangeSubject,
    /// What is different and why that loosens or tightens, in one sentence without a full stop. It may hold foreign
    /// text: escape it for the medium.
    pub text: String,
    /// What a reviewer should look at, sentence by sentence. They may hold foreign text.
    pub cautions: Vec<String>,
    /// Where it stands in the head policy; what is gone stands where its list does.
    pub place: FilePlace,
    /// Where it stood in the base policy, if it is gone.
    pub former_place: Option<FilePlace>,
    /// What it does to the findings of today; nothing where there is no inventory.
    pub impact: Impact,
}

/// One of the two policies.
#[derive(Clone, Debug)]
pub struct Side {
    /// As the command line names it: a file, or `GITREF:path`.
    pub name: String,
    /// What was read.
    pub policy: PolicyRecord,
}

/// What the findings of today are under both policies.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// How many applications were judged.
    pub applications: u64,
    /// The findings that count under the base policy, by level, in the order of [`Level::ALL`](crate::finding::Level::ALL).
    pub base_findings: [u64; 3],
    /// The findings that count under the head policy, by level.
    pub head_findings: [u64; 3],
    /// All that is silenced or raised, each finding once.
    pub total: Impact,
}

/// Everything a review has to say.
#[derive(Debug)]
pub struct ReviewReport {
    /// The instant of judging.
    pub now: Timestamp,
    /// The policy that judges; `None` where the head is the first policy.
    pub base: Option<Side>,
    /// The policy that is proposed.
    pub head: Side,
    /// Whether loosening was allowed.
    pub is_loosening_allowed: bool,
    /// The differences: those that loosen first, then by kind and subject.
    pub changes: Vec<Change>,
    /// What they do to the findings of today; `None` without an inventory.
    pub comparison: Option<Comparison>,
    /// What a reader should know besides.
    pub notes: Vec<String>,
}

impl ReviewReport {
    /// Returns how many changes have a direction.
    pub fn count(&self, direction: Direction) -> usize {
        let changes = self.changes.iter();
        changes
            .filter(|change| change.direction == direction)
            .count()
    }

    /// Tells whether something loosens the gate that was not allowed to.
    pub fn is_refused(&self) -> bool {
        !self.is_loosening_allowed && self.count(Direction::Loosens) > 0
    }

    /// Returns the exit code: 0, or 1 where the gate is loosened and that was not allowed.
    pub fn exit_code(&self) -> u8 {
        u8::from(self.is_refused())
    }

    /// Returns a name of each change that no move of a line and no passing of time changes.
    pub fn fingerprints(&self) -> Vec<Fingerprint> {
        let mut repeats: BTreeMap<(ChangeKind, &ChangeSubject), u32> = BTreeMap::new();
        let named = self.changes.iter().map(|Change { kind, subject, .. }| {
            let repeat = repeats.entry((*kind, subject)).or_default();
            let parts = [subject.kind().as_bytes(), subject.name().as_bytes()];
            let fingerprint = Fingerprint::new(RuleId(kind.name()), &parts, *repeat);
            *repeat += 1;
            fingerprint
        });
        named.collect()
    }
}
