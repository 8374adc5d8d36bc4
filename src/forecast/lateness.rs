//! When secrets of an identity end soon and none ends late.
//!
//! In: the instants at which that changes. Out: whether it is so, and for one secret the changes that matter to it.

use jiff::Timestamp;

use super::moments::{Limits, Moment, first_of_each, happening_at};
use crate::model::{ClassifiedCredential, CredentialClass};

/// When no live secret ends late.
pub(super) struct Lateness {
    /// From when on it is so, and from when on not, in order.
    flips: Vec<(Timestamp, bool)>,
    /// What happens at each of them.
    happening: Vec<(Timestamp, Vec<Moment>)>,
}

impl Lateness {
    pub(super) fn of(moments: &[Moment], flips: Vec<(Timestamp, bool)>) -> Self {
        // The first is how it is at the beginning.
        let happening = flips.iter().skip(1).map(|&(at, _)| {
            let happening = first_of_each(happening_at(moments, at)).into_iter();
            // Whoever is not the one to whom it happens looks only here.
            let happening = happening.map(|moment| Moment {
                at,
                credential: None,
                ..moment
            });
            (at, happening.collect())
        });
        Self {
            happening: happening.collect(),
            flips,
        }
    }

    pub(super) fn none_ends_late(&self, at: Timestamp) -> bool {
        let before = self.flips.partition_point(|(from, _)| *from <= at);
        let last = before.checked_sub(1).and_then(|last| self.flips.get(last));
        last.is_some_and(|(_, none_ends_late)| *none_ends_late)
    }

    /// Returns what happens to others at the changes while a secret is about to end.
    pub(super) fn of_credential(
        &self,
        held: &ClassifiedCredential,
        limits: &Limits,
    ) -> Vec<Moment> {
        let (CredentialClass::ClientSecret, Some(end)) = (held.class, held.period.end) else {
            return Vec::new();
        };
        let soon = limits.longest_within();
        let soon = soon.and_then(|within| end.checked_sub(within.duration()).ok());
        let from = soon
            .unwrap_or(Timestamp::MIN)
            .max(held.period.start.unwrap_or(Timestamp::MIN));
        let first = self.happening.partition_point(|(at, _)| *at < from);
        let changes = self.happening.iter().skip(first);
        let changes = changes.take_while(|(at, _)| *at <= end);
        changes
            .flat_map(|(_, happening)| happening)
            .copied()
            .collect()
    }
}
