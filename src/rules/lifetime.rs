//! What the rules about lifetimes share: end minus start against `max`.

use std::fmt;

use crate::finding::{Detail, Facts, Span};
use crate::model::ClassifiedCredential;

use super::{RuleContext, Violation, wording};

/// Adds a violation for each credential that lives longer than `max`; one without a start or an end always does.
pub(super) fn judge<'a>(
    credentials: impl Iterator<Item = &'a ClassifiedCredential>,
    context: &RuleContext<'_>,
    found: &mut Vec<Violation>,
) {
    let Some(limit) = context.setting.max else {
        return;
    };
    for held in credentials {
        let lifetime = held.period.lifetime();
        if lifetime.is_none_or(|lifetime| lifetime > limit.duration()) {
            found.push(Violation::of(held, Detail::Lifetime(lifetime, limit)));
        }
    }
}

/// Writes how long a credential lives.
pub(super) fn message(facts: &Facts<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let Detail::Lifetime(lifetime, limit) = facts.finding.detail else {
        return Ok(());
    };
    let credential = wording::credential(facts);
    match lifetime {
        Some(lifetime) => write!(
            out,
            "{credential} is valid for {}; the limit is {limit}",
            Span(lifetime)
        ),
        None => write!(
            out,
            "{credential} has no start or no end date, which is longer than every limit; the limit is {limit}"
        ),
    }
}
