//! What is left to fail, and why: for a person, one line a subject.
//!
//! In: findings that no exception covers. Out: those of today by subject and cause, and those of later days by instant,
//! in the order of time.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;

use super::UNUSED;
use super::opening::{Agreed, Opening, openings};
use crate::finding::{ApplicationRecord, Finding, RuleId, Subject};
use crate::internal::OrInternal as _;
use crate::model::AppId;
use crate::report::forecast::ForecastReport;

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

/// Findings of one rule that begin to count on a later day, and that no exception covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Later {
    /// The first instant at which they count, UTC.
    pub at: Timestamp,
    /// The rule that finds them.
    pub rule: RuleId,
    /// Why no exception covers them.
    pub cause: Cause,
    /// What they are about, at least one.
    pub subjects: Vec<LeftSubject>,
}

/// What a finding is about that cannot be adopted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
    /// The exception itself ends on this UTC day.
    Ends(Date),
    /// An exception that was there before covers it through this UTC day.
    CoveredUntil(Date),
    /// From then on nothing that is found needs the exception.
    Unused,
    /// Nothing that is found needs the exception before this instant.
    UnusedUntil(Timestamp),
    /// The exceptions that should cover it do not: a bug.
    Uncovered,
}

impl Cause {
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
            Self::Ends(_) => "fix what it covers by then, or have it granted again",
            Self::CoveredUntil(_) => "fix it by then, or have the exception granted again",
            Self::Unused => "remove it then with `credgate policy prune`",
            Self::UnusedUntil(_) => "set the level of `exception-unused` to `warning`",
            Self::Uncovered => "report this",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoKeyId => f.write_str("a credential has no keyId of its own to pin")?,
            Self::Counted => {
                f.write_str("the inventory counts the secrets and does not list them")?;
            }
            Self::NoAppId => f.write_str("it has no appId that a policy could name")?,
            Self::Tenant => f.write_str("an exception is for applications")?,
            Self::Entry => f.write_str("no exception is for the policy's own entries")?,
            Self::Ends(day) => write!(f, "it ends on {day}")?,
            Self::CoveredUntil(day) => write!(f, "an exception covers it only through {day}")?,
            Self::Unused => f.write_str("nothing that is found then needs it")?,
            Self::UnusedUntil(at) => write!(f, "nothing that is found needs it before {at}")?,
            Self::Uncovered => f.write_str("no exception was found that covers it")?,
        }
        write!(f, "; {}", self.remedy())
    }
}

/// Returns what fails today and cannot be adopted, by subject and cause, in the order in which they come first.
pub(super) fn today(report: &ForecastReport, agreed: &Agreed) -> Vec<Left> {
    let mut places: BTreeMap<(Subject, Cause), usize> = BTreeMap::new();
    let mut lefts: Vec<Left> = Vec::new();
    for opening in openings(report).filter(Opening::is_today) {
        let cause = cause(&opening, agreed);
        let at = *places
            .entry((opening.finding.subject, cause))
            .or_insert(lefts.len());
        if at == lefts.len() {
            lefts.push(Left {
                subject: opening.subject(),
                rules: Vec::new(),
                cause,
            });
        }
        if let Some(left) = lefts.get_mut(at)
            && !left.rules.contains(&opening.rule)
        {
            left.rules.push(opening.rule);
        }
    }
    lefts
}

/// Returns what fails on a later day and cannot be adopted, by instant, rule and cause. Of each subject and rule the first
/// instant is named.
pub(super) fn later(report: &ForecastReport, agreed: &Agreed) -> Vec<Later> {
    let used = used(report);
    let mut known = BTreeSet::new();
    let mut places: BTreeMap<(Timestamp, RuleId, Cause), usize> = BTreeMap::new();
    let mut laters: Vec<Later> = Vec::new();
    for opening in openings(report).filter(|opening| !opening.is_today()) {
        let (at, rule, subject) = (opening.at, opening.rule, opening.subject());
        let cause = match (cause(&opening, agreed), opening.finding.subject) {
            (Cause::Unused, Subject::Exception(index)) => unused(&used, index, at),
            (cause, _) => cause,
        };
        if !known.insert((subject.clone(), rule, cause)) {
            continue;
        }
        let place = *places.entry((at, rule, cause)).or_insert(laters.len());
        if place == laters.len() {
            laters.push(Later {
                at,
                rule,
                cause,
                subjects: Vec::new(),
            });
        }
        if let Some(later) = laters.get_mut(place) {
            later.subjects.push(subject);
        }
    }
    laters
}

/// Returns when each exception is needed again, by its index and in the order of time.
fn used(report: &ForecastReport) -> BTreeSet<(u32, Timestamp)> {
    let gone = report.events.iter().filter(|event| event.after.is_none());
    let gone = gone.filter(|event| report.today.rule(&event.finding).descriptor.id == UNUSED);
    gone.filter_map(|event| match event.finding.subject {
        Subject::Exception(index) => Some((index, event.at)),
        Subject::Application(_) | Subject::Window(_) | Subject::Tenant => None,
    })
    .collect()
}

fn unused(used: &BTreeSet<(u32, Timestamp)>, index: u32, at: Timestamp) -> Cause {
    let mut again = used.range((index, at)..=(index, Timestamp::MAX));
    let again = again.next();
    again.map_or(Cause::Unused, |(_, again)| Cause::UnusedUntil(*again))
}

fn cause(opening: &Opening<'_>, agreed: &Agreed) -> Cause {
    opening.adoptable(agreed).err().unwrap_or(Cause::Uncovered)
}

/// As many characters of a name as a reader needs.
const LONGEST_NAME: usize = 100;

/// Returns the beginning of a name, and an ellipsis where there is more of it.
pub(super) fn shortened(name: &str) -> Box<str> {
    let mut shortened: String = name.chars().take(LONGEST_NAME).collect();
    if shortened.len() < name.len() {
        shortened.push('…');
    }
    shortened.into()
}

pub(super) fn subject(
    finding: &Finding,
    record: Option<&ApplicationRecord>,
    entry: Option<&str>,
) -> LeftSubject {
    let entry = || entry.or_internal("the finding is about an entry").into();
    match finding.subject {
        Subject::Application(_) => {
            let record = record.or_internal("the finding is about an application");
            LeftSubject::Application(record.app_id, shortened(&record.display_name))
        }
        Subject::Exception(_) => LeftSubject::Exception(entry()),
        Subject::Window(_) => LeftSubject::Window(entry()),
        Subject::Tenant => LeftSubject::Tenant,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_and_a_short_one_is_not() {
        assert_eq!(&*shortened("Fax"), "Fax");
        let long = "ß".repeat(101);
        assert_eq!(shortened(&long).chars().count(), 101);
        assert!(shortened(&long).ends_with("ß…"));
        assert_eq!(*shortened(&"ß".repeat(100)), *"ß".repeat(100));
    }
}
