//! A migration window: the days on which secrets are tolerated because certificates are on their way.
//!
//! In: checked values. Out: what it tolerates on a day.

use jiff::civil::Date;

use super::Written;
use crate::finding::WindowId;
use crate::model::AppId;

/// The applications a window is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WindowScope {
    /// Every application.
    All,
    /// The listed ones, sorted.
    Listed(Vec<AppId>),
}

/// A checked migration window of the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Unique over all files of the policy.
    pub id: WindowId,
    /// The applications it is for.
    pub applications: WindowScope,
    /// Why it was opened.
    pub reason: Box<str>,
    /// Who owns it.
    pub owner: Option<Box<str>>,
    /// Who approved it.
    pub approved_by: Option<Box<str>>,
    /// Where it was discussed.
    pub ticket: Option<Box<str>>,
    /// Its first UTC day.
    pub opens: Date,
    /// The last UTC day on which an application may have secrets only.
    pub certificate_by: Date,
    /// The last UTC day on which an application may have a secret at all.
    pub closes: Date,
    /// Where it is written.
    pub written: Written,
}

impl Window {
    /// Tells whether it is for this application.
    pub fn is_for(&self, app_id: AppId) -> bool {
        match &self.applications {
            WindowScope::All => true,
            WindowScope::Listed(applications) => applications.binary_search(&app_id).is_ok(),
        }
    }

    /// Tells whether this day lies in it.
    pub fn is_open(&self, today: Date) -> bool {
        self.opens <= today && today <= self.closes
    }

    /// Tells whether it tolerates an application with secrets only on this day.
    pub fn tolerates_secrets_only(&self, today: Date) -> bool {
        self.opens <= today && today <= self.certificate_by
    }
}
