//! What exceptions are needed for: by application and rule, from the first UTC day on which the rule fails.
//!
//! In: forecasts, first under the policy as it is and then with the exceptions that were planned. Out: needs, which only
//! grow from one to the next.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

use super::group;
use super::opening::{Adoptable, Agreed, Opening, openings};
use super::pins::Pins;
use crate::finding::{ApplicationRecord, Finding, Level, RuleId};
use crate::model::{AppId, KeyId, Validity};
use crate::report::forecast::ForecastReport;

/// The needs of all applications.
#[derive(Debug, Default)]
pub(super) struct Needs(pub(super) BTreeMap<AppId, Wanted>);

/// What is needed for one application.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// What credentials can be pinned for.
    pub(super) pinned: BTreeMap<RuleId, Need>,
    /// What no pin can cover.
    pub(super) whole: BTreeMap<RuleId, Need>,
    /// The rules that find its credentials once these have expired.
    pub(super) expired: BTreeMap<KeyId, BTreeSet<RuleId>>,
    /// How its exceptions are laid out.
    pub(super) layout: Layout,
}

/// How the exceptions of an application are laid out. The policy may fail where an exception matches nothing, so that what
/// is most exact is not always possible.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Layout {
    /// One for each day on which something begins to fail, granted for that day.
    #[default]
    ByDay,
    /// One for all, granted for the first of these days: it matches something as long as any of them would.
    Together,
    /// The same, and it also lifts the rules that find its credentials once they have expired.
    UntilRemoved,
}

/// What is needed to lift a rule.
#[derive(Debug)]
pub(super) struct Need {
    /// The first UTC day.
    pub(super) from: Date,
    pub(super) level: Level,
    pub(super) credentials: BTreeSet<KeyId>,
    pub(super) about: About,
}

/// What a reviewer should know of an application when a need arises, and what its place in the file depends on.
#[derive(Clone, Debug)]
pub(super) struct About {
    pub(super) remark: String,
    /// The start of the oldest live secret.
    pub(super) since: Option<Timestamp>,
    pub(super) has_secrets: bool,
}

impl Needs {
    /// Adds what a forecast shows to fail and can be adopted. Returns whether anything is new.
    pub(super) fn add(&mut self, report: &ForecastReport, agreed: &Agreed) -> bool {
        let mut is_new = false;
        for opening in openings(report) {
            if let Ok(adoptable) = opening.adoptable(agreed) {
                is_new |= self.add_opening(&opening, adoptable);
            }
        }
        is_new
    }

    fn add_opening(&mut self, opening: &Opening<'_>, adoptable: Adoptable<'_>) -> bool {
        let Adoptable {
            app_id,
            record,
            pins,
        } = adoptable;
        let wanted = self.0.entry(app_id).or_default();
        let (part, credentials) = match pins {
            Pins::Credentials(credentials) => (&mut wanted.pinned, credentials),
            Pins::Nothing => (&mut wanted.whole, Vec::new()),
        };
        let mut is_new = false;
        let need = part.entry(opening.rule).or_insert_with(|| {
            is_new = true;
            Need {
                from: opening.day(),
                level: opening.finding.level,
                credentials: BTreeSet::new(),
                about: About::of(record, opening),
            }
        });
        if opening.day() < need.from {
            need.from = opening.day();
            is_new = true;
        }
        let before = need.credentials.len();
        need.credentials.extend(credentials);
        is_new || need.credentials.len() > before
    }

    /// Notes which rules find credentials that have expired, whatever their level, on the applications that need anything.
    pub(super) fn note_expired(&mut self, report: &ForecastReport) {
        let today = &report.today;
        let now = today.findings.iter();
        let now = now.map(|finding| (finding, today.application(finding)));
        let later = report.events.iter().filter(|event| event.after.is_some());
        let later = later.map(|event| (&event.finding, report.application(event)));
        for (finding, record) in now.chain(later) {
            let wanted = record
                .and_then(|record| record.app_id)
                .and_then(|app_id| self.0.get_mut(&app_id));
            if let (Some(wanted), Some(key_id)) = (wanted, expired(finding)) {
                let rule = today.rule(finding).descriptor.id;
                wanted.expired.entry(key_id).or_default().insert(rule);
            }
        }
    }
}

fn expired(finding: &Finding) -> Option<KeyId> {
    let credential = finding.credential;
    credential
        .filter(|credential| credential.validity == Validity::Expired)?
        .key_id
}

impl About {
    fn of(record: &ApplicationRecord, opening: &Opening<'_>) -> Self {
        Self {
            remark: group::remark(record, opening.day(), opening.today()),
            since: record.oldest_secret,
            has_secrets: record.live_secret_count > 0,
        }
    }
}
