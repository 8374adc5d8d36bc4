//! What the rules about lifetimes share: end minus start against `max`.

use std::fmt;

use jiff::SignedDuration;

use crate::finding::{Detail, Endless, Facts, Span};
use crate::internal::OrInternal as _;
use crate::model::{ClassifiedCredential, Period};

use super::{LIMIT, RuleContext, Violation, wording};

/// Adds a violation for each credential that lives longer than `max`; one without a start or an end always does.
pub(super) fn judge<'a>(
    credentials: impl Iterator<Item = &'a ClassifiedCredential>,
    context: &RuleContext<'_>,
    found: &mut Vec<Violation>,
) {
    let limit = context.setting.max;
    let limit = limit.or_internal(LIMIT);
    for held in credentials {
        let lifetime = lifetime(held.period);
        if lifetime.is_err() || lifetime.is_ok_and(|lifetime| lifetime > limit.duration()) {
            found.push(Violation::of(held, Detail::Lifetime(lifetime, limit)));
        }
    }
}

fn lifetime(period: Period) -> Result<SignedDuration, Endless> {
    period.lifetime().ok_or(match (period.start, period.end) {
        (None, None) => Endless::Both,
        (None, Some(_)) => Endless::Start,
        (Some(_), _) => Endless::End,
    })
}

/// Writes how long a credential lives.
pub(super) fn message(facts: &Facts<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let Detail::Lifetime(lifetime, limit) = facts.finding.detail else {
        return Err(fmt::Error);
    };
    let credential = wording::credential(facts);
    let lacking = match lifetime {
        Ok(lifetime) => {
            let lifetime = Span(lifetime);
            return write!(
                out,
                "{credential} is valid for {lifetime}; the limit is {limit}"
            );
        }
        Err(Endless::Start) => "no start date",
        Err(Endless::End) => "no end date",
        Err(Endless::Both) => "neither a start nor an end date",
    };
    write!(
        out,
        "{credential} has {lacking}, which counts as longer than every limit; the limit is {limit}"
    )
}
