//! Pruning: which exceptions and migration windows of a policy are over, or of no use any more.
//!
//! In: a policy and a day; with an inventory, the report about it and what was seen of it. Out: the entries that can go,
//! each with the reason, and those that seem useless and are kept, each with the doubt. It reads and writes nothing.
//!
//! What goes changes no verdict about an application or the tenant: it covers nothing that was found. In doubt an entry
//! stays: where a rule was not judged, where not all was seen, where an application may come back.

mod seen;
mod words;

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::finding::{Detail, Disposition, RuleId, Subject};
use crate::internal::OrInternal as _;
use crate::policy::{EntryKind, Exception, Policy, Window, WindowScope, Written};
use crate::report::Report;

pub use seen::Seen;

/// What can go, and what stays in doubt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pruning {
    /// What can go, in the order of the policy, exceptions first.
    pub over: Vec<Entry<Why>>,
    /// What seems useless and stays, in the same order.
    pub kept: Vec<Entry<Doubt>>,
}

/// An entry of the policy, and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<T> {
    /// In which list it stands.
    pub kind: EntryKind,
    /// Its id.
    pub id: Box<str>,
    /// Where it is written.
    pub written: Written,
    /// The reason or the doubt.
    pub about: T,
}

/// Why an entry can go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The exception ended on this day.
    Ended(Date),
    /// The window closed on this day.
    Closed(Date),
    /// None of the applications is in the inventory.
    NoApplication,
    /// None of the pinned credentials is in the inventory.
    NoCredential,
    /// The rules are off.
    RulesOff,
    /// The rules find nothing on the applications, or on the pinned credentials.
    NothingFound,
    /// The window tolerates nothing.
    ToleratesNothing,
}

/// Why an entry stays that nothing needs now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It is granted from this day on, today or later.
    GrantedLater(Date),
    /// A rule was not judged on so many applications.
    NotJudged(RuleId, u64),
    /// The inventory has no service principals, on which secrets may lie, too.
    NoServicePrincipals,
    /// The inventory is not the whole tenant.
    NotWholeTenant,
    /// The inventory counts the secrets of an application, so that no pin can be compared.
    Counted,
    /// An application is soft-deleted, and can be restored with its credentials.
    Deleted,
}

/// An inventory that was judged under the policy.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'run> {
    /// What came of it.
    pub report: &'run Report,
    /// What was seen of the applications that the policy names.
    pub seen: &'run Seen,
    /// Whether an application that it does not have is not in the tenant.
    pub is_whole_tenant: bool,
}

/// Finds what can go on a day, and where there is an inventory, what it does not need.
pub fn prune(policy: &Policy, today: Date, judged: Option<Judged<'_>>) -> Pruning {
    let mut pruning = Pruning::default();
    for (index, exception) in policy.exceptions().iter().enumerate() {
        let fate = judge_exception(policy, index, exception, today, judged);
        let id = &exception.id.0;
        pruning.add(EntryKind::Exception, id, exception.written, fate);
    }
    let needed = judged.map_or_else(BTreeSet::new, |judged| needed_windows(judged.report));
    for (index, window) in policy.windows().iter().enumerate() {
        let is_needed = needed.contains(&index);
        let fate = judge_window(policy, is_needed, window, today, judged);
        let id = &window.id.0;
        pruning.add(EntryKind::Window, id, window.written, fate);
    }
    pruning
}

/// What becomes of an entry: nothing, where it is of use.
type Fate = Option<Result<Why, Doubt>>;

impl Pruning {
    fn add(&mut self, kind: EntryKind, id: &str, written: Written, fate: Fate) {
        let id = id.into();
        match fate {
            None => {}
            Some(Ok(about)) => self.over.push(Entry {
                kind,
                id,
                written,
                about,
            }),
            Some(Err(about)) => self.kept.push(Entry {
                kind,
                id,
                written,
                about,
            }),
        }
    }
}

fn judge_exception(
    policy: &Policy,
    index: usize,
    exception: &Exception,
    today: Date,
    judged: Option<Judged<'_>>,
) -> Fate {
    if exception.is_expired(today) {
        return Some(Ok(Why::Ended(exception.expires)));
    }
    let judged = judged?;
    let record = judged.report.exceptions.get(index);
    let record = record.or_internal("a report lists the exceptions of its policy");
    if record.used {
        return None;
    }
    // What it is for may begin later, on its first day as well.
    if today <= exception.granted {
        return Some(Err(Doubt::GrantedLater(exception.granted)));
    }
    let is_on = |rule: &&RuleId| is_on(policy, **rule);
    if !exception.rules.iter().any(|rule| is_on(&rule)) {
        return Some(Ok(Why::RulesOff));
    }
    let doubt = judged.doubt(&exception.applications, &exception.rules);
    Some(match doubt {
        Some(doubt) => Err(doubt),
        None if !judged.seen.has_any(&exception.applications) => Ok(Why::NoApplication),
        None if judged.seen.lacks_pins(exception) => Ok(Why::NoCredential),
        None => Ok(Why::NothingFound),
    })
}

/// The rules that a window has to do with.
const OF_WINDOWS: [RuleId; 3] = [
    RuleId("secrets-only"),
    RuleId("secret-outside-window"),
    RuleId("secret-added-during-migration"),
];

fn judge_window(
    policy: &Policy,
    is_needed: bool,
    window: &Window,
    today: Date,
    judged: Option<Judged<'_>>,
) -> Fate {
    if today > window.closes {
        return Some(Ok(Why::Closed(window.closes)));
    }
    let (judged, applications) = match (judged, &window.applications) {
        (Some(judged), WindowScope::Listed(applications)) => (judged, applications),
        // A window for all is a statement about the tenant, not about who is in it.
        (Some(_) | None, WindowScope::All) | (None, WindowScope::Listed(_)) => return None,
    };
    if !window.is_open(today) || is_needed {
        return None;
    }
    let rules: Vec<RuleId> = OF_WINDOWS
        .into_iter()
        .filter(|rule| is_on(policy, *rule))
        .collect();
    if rules.is_empty() {
        return Some(Ok(Why::RulesOff));
    }
    Some(match judged.doubt(applications, &rules) {
        Some(doubt) => Err(doubt),
        None if !judged.seen.has_any(applications) => Ok(Why::NoApplication),
        None => Ok(Why::ToleratesNothing),
    })
}

fn is_on(policy: &Policy, rule: RuleId) -> bool {
    policy
        .rule(rule)
        .is_some_and(|setting| setting.level.is_some())
}

/// Returns the windows in which a finding is tolerated, or because of which it is one.
fn needed_windows(report: &Report) -> BTreeSet<usize> {
    let findings = report.findings.iter();
    let about_applications =
        findings.filter(|finding| matches!(finding.subject, Subject::Application(_)));
    let windows = about_applications.flat_map(|finding| {
        let tolerates = match finding.disposition {
            Disposition::InWindow(window) => Some(window),
            Disposition::Open | Disposition::Excepted(_) => None,
        };
        let is_named = if let Detail::StartsInWindow(_, window) = finding.detail {
            Some(window)
        } else {
            None
        };
        [tolerates, is_named]
    });
    windows.flatten().map(|window| window as usize).collect()
}

impl Judged<'_> {
    /// Returns why these rules may find something on these applications all the same.
    fn doubt(&self, applications: &[crate::model::AppId], rules: &[RuleId]) -> Option<Doubt> {
        let gap = self
            .report
            .not_judged
            .iter()
            .find(|gap| gap.applications > 0 && rules.contains(&gap.rule.descriptor.id));
        if let Some(gap) = gap {
            return Some(Doubt::NotJudged(gap.rule.descriptor.id, gap.applications));
        }
        if !self.is_whole_tenant {
            return Some(Doubt::NotWholeTenant);
        }
        let mut sources = self.report.sources.iter();
        if !sources.any(|source| source.coverage.service_principals) {
            return Some(Doubt::NoServicePrincipals);
        }
        self.seen.doubt(applications)
    }
}
