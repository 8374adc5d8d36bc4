//! An exception: which rules it lifts, on which applications, until when, and why.
//!
//! In: checked values. Out: whether it is in force on a day, and what it names. Never a pattern and never a name.

use jiff::civil::Date;

use crate::finding::{ExceptionId, RuleId};
use crate::model::{AppId, KeyId};

/// A checked exception of the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Unique over all files of the policy.
    pub id: ExceptionId,
    /// The applications it names.
    pub applications: Vec<AppId>,
    /// The rules it lifts.
    pub rules: Vec<RuleId>,
    /// The only credentials it covers, sorted; `None` covers whatever the rules find on the applications.
    pub credentials: Option<Vec<KeyId>>,
    /// Why it was granted.
    pub reason: Box<str>,
    /// Who owns it.
    pub owner: Option<Box<str>>,
    /// Who approved it.
    pub approved_by: Option<Box<str>>,
    /// Where it was discussed.
    pub ticket: Option<Box<str>>,
    /// Its first UTC day.
    pub granted: Date,
    /// Its last UTC day, included.
    pub expires: Date,
    /// The last UTC days that it had before it was extended, oldest first.
    pub extended: Vec<Date>,
    /// Where it is written.
    pub written: Written,
}

/// Where an entry of the policy is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Which file of the policy, in the order of [`Policy::files`](super::Policy::files).
    pub file: usize,
    /// Which entry of its list in that file, counted from zero.
    pub index: usize,
}

impl Exception {
    /// Tells whether it is past its last day.
    pub fn is_expired(&self, today: Date) -> bool {
        today > self.expires
    }

    /// Tells whether it covers anything on this day.
    pub fn is_in_force(&self, today: Date) -> bool {
        self.granted <= today && !self.is_expired(today)
    }

    /// Tells whether it lifts `rule`.
    pub fn lifts(&self, rule: RuleId) -> bool {
        self.rules.contains(&rule)
    }

    /// Tells whether it names this credential, or all of them.
    pub fn pins(&self, key_id: Option<KeyId>) -> bool {
        match &self.credentials {
            None => true,
            Some(pins) => key_id.is_some_and(|key_id| pins.binary_search(&key_id).is_ok()),
        }
    }
}
