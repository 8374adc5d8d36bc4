//! What the rules about ends share: a credential that has ended, and one that ends within `within`.

use std::fmt;

use jiff::Timestamp;

use crate::finding::{Days, Detail, Facts};
use crate::internal::OrInternal as _;
use crate::model::{ClassifiedCredential, Identity, Validity};

use super::{LIMIT, RuleContext, Violation, wording};

/// The stretch of time from now on within which an end is too near.
#[derive(Clone, Copy)]
pub(super) struct Horizon {
    now: Timestamp,
    within: Days,
}

impl Horizon {
    /// Returns the horizon of a rule that takes `within`.
    pub(super) fn of(context: &RuleContext<'_>) -> Self {
        Self {
            now: context.now,
            within: context.setting.within.or_internal(LIMIT),
        }
    }

    /// Tells whether a credential ends beyond the horizon, or never.
    pub(super) fn is_outlived_by(self, held: &ClassifiedCredential) -> bool {
        let end = held.period.end;
        end.is_none_or(|end| end.duration_since(self.now) > self.within.duration())
    }

    /// Returns the violation of a credential, if it ends within the horizon.
    pub(super) fn violation(self, held: &ClassifiedCredential) -> Option<Violation> {
        let end = held.period.end.filter(|_| !self.is_outlived_by(held))?;
        Some(Violation::of(held, Detail::Ends(end, self.within)))
    }
}

/// Adds a violation for each credential of a kind that is past its end.
pub(super) fn judge_expired(
    identity: &Identity,
    is_meant: impl Fn(&ClassifiedCredential) -> bool,
    found: &mut Vec<Violation>,
) {
    for held in identity.credentials() {
        if is_meant(held)
            && held.validity == Validity::Expired
            && let Some(end) = held.period.end
        {
            found.push(Violation::of(held, Detail::Ended(end)));
        }
    }
}

/// Writes when a credential ended.
pub(super) fn expired(facts: &Facts<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let Detail::Ended(end) = facts.finding.detail else {
        return Err(fmt::Error);
    };
    let credential = wording::credential(facts);
    let end = wording::minute(end);
    write!(out, "{credential} ended {end} and is still stored")
}

/// Writes when a credential ends.
pub(super) fn expiring(facts: &Facts<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let Detail::Ends(end, within) = facts.finding.detail else {
        return Err(fmt::Error);
    };
    let credential = wording::credential(facts);
    let end = wording::minute(end);
    write!(
        out,
        "{credential} ends {end}, within {within}, and has no successor"
    )
}
