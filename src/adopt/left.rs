//! What is left to fail, and why: for a person, one line a subject.
//!
//! In: findings that no exception covers. Out: them by subject and cause, in the order of the report.

use std::collections::BTreeMap;
use std::fmt;

use crate::finding::{Finding, RuleId, Subject};
use crate::internal::OrInternal as _;
use crate::model::AppId;
use crate::report::Report;

/// Findings of one subject that no exception covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// What they are about.
    pub subject: LeftSubject,
    /// The rules that found them, by their ids.
    pub rules: Vec<RuleId>,
    /// Why no exception covers them.
    pub cause: Cause,
}

/// What a finding is about that cannot be adopted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeftSubject {
    /// An application; its name is foreign text.
    Application(Option<AppId>, Box<str>),
    /// An exception of the policy.
    Exception(Box<str>),
    /// A migration window of the policy.
    Window(Box<str>),
    /// The tenant.
    Tenant,
}

/// Why no exception covers a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// A credential has no keyId.
    NoKeyId,
    /// The source counts the secrets and does not list them.
    Counted,
    /// The application has no appId that a policy could name.
    NoAppId,
    /// It is about the tenant as a whole.
    Tenant,
    /// It is about an entry of the policy.
    Entry,
}

impl Cause {
    /// Returns the cause in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NoKeyId => "a credential has no keyId to pin",
            Self::Counted => "the inventory counts the secrets and does not list them",
            Self::NoAppId => "it has no appId that a policy could name",
            Self::Tenant => "an exception is for applications",
            Self::Entry => "no exception is for the policy's own entries",
        }
    }

    /// Returns what to do about it.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::NoKeyId => {
                "replace the credential, or write an exception without `credentials` by hand"
            }
            Self::Counted => "take an inventory that lists them, such as `az ad app list --all`",
            Self::NoAppId => "mend the inventory",
            Self::Tenant => "mend the tenant, or set the level of the rule",
            Self::Entry => "mend the entry, or remove it with `credgate policy prune`",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.words(), self.remedy())
    }
}

/// Gathers what is left, by subject and cause, in the order in which they come first.
#[derive(Debug, Default)]
pub(super) struct Lefts {
    places: BTreeMap<(Subject, Cause), usize>,
    lefts: Vec<Left>,
}

impl Lefts {
    pub(super) fn add(&mut self, report: &Report, finding: &Finding, rule: RuleId, cause: Cause) {
        let key = (finding.subject, cause);
        let at = *self.places.entry(key).or_insert(self.lefts.len());
        if at == self.lefts.len() {
            self.lefts.push(Left {
                subject: subject(report, finding),
                rules: Vec::new(),
                cause,
            });
        }
        if let Some(left) = self.lefts.get_mut(at)
            && !left.rules.contains(&rule)
        {
            left.rules.push(rule);
        }
    }

    pub(super) fn finish(self) -> Vec<Left> {
        self.lefts
    }
}

fn subject(report: &Report, finding: &Finding) -> LeftSubject {
    let entry = || {
        let entry = report.facts(finding).entry;
        entry.or_internal("the finding is about an entry").into()
    };
    match finding.subject {
        Subject::Application(_) => {
            let record = report.application(finding);
            let record = record.or_internal("the finding is about an application");
            LeftSubject::Application(record.app_id, record.display_name.clone())
        }
        Subject::Exception(_) => LeftSubject::Exception(entry()),
        Subject::Window(_) => LeftSubject::Window(entry()),
        Subject::Tenant => LeftSubject::Tenant,
    }
}
