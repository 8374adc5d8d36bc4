//! What is found at one instant.
//!
//! In: an identity, or the part of it that some rules look at. Out: what these rules find, how it is disposed of, which
//! exceptions match, and what cannot be judged.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::identity::{Timeline, day};
use crate::evaluate::Active;
use crate::evaluate::evidence::Shown;
use crate::finding::{CredentialRef, Disposition, Standing};
use crate::model::{CredentialClass, Holder, Identity, KeyId};
use crate::policy::WindowDays;
use crate::rules::{Dependence, OpenWindows, RuleContext, Violation};

/// What tells a finding of an identity from its others: a credential's validity changes, and it stays the same one.
pub(super) type Key = (u8, Option<(Option<KeyId>, Holder, CredentialClass)>, usize);

/// What is found at one instant.
#[derive(Default)]
pub(super) struct View {
    pub(super) found: Vec<(Key, Violation, Disposition)>,
    /// Exceptions that match something, in order.
    pub(super) used: Vec<usize>,
    /// Rules that cannot be judged.
    pub(super) gaps: Vec<u8>,
}

/// Which part of an identity is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The identity as a whole, with the credentials that stand for all: what is found about it, and what cannot be judged.
    Whole,
    /// One of its credentials by itself; what is found where no live secret ends late counts only at such times.
    Credential {
        /// Whether no live secret ends late.
        none_ends_late: bool,
    },
    /// What is neither: the federated credentials, which have no dates.
    Rest,
}

impl Part {
    /// Tells whether it is where a rule finds something.
    fn has(self, rule: &Active<'_>) -> bool {
        match (rule.rule.dependence(), self) {
            (Dependence::Identity, Self::Whole)
            | (Dependence::Own, Self::Rest | Self::Credential { .. }) => true,
            (Dependence::LiveSecrets, Self::Credential { none_ends_late }) => none_ends_late,
            (Dependence::Identity, Self::Credential { .. } | Self::Rest)
            | (Dependence::Own, Self::Whole)
            | (Dependence::LiveSecrets, Self::Whole | Self::Rest) => false,
        }
    }

    /// Tells whether what a rule finds belongs to it.
    fn holds(self, violation: &Violation) -> bool {
        let is_stored = violation
            .credential
            .is_some_and(|it| it.class != CredentialClass::FederatedCredential);
        match self {
            Self::Whole => true,
            Self::Credential { .. } => is_stored,
            Self::Rest => !is_stored,
        }
    }
}

/// An identity or a part of it at an instant.
pub(super) struct Seen<'run> {
    pub(super) at: Timestamp,
    pub(super) standing: Standing,
    pub(super) part: Part,
    pub(super) identity: &'run Identity,
    /// The windows that are for it.
    pub(super) windows: &'run [usize],
}

impl Timeline<'_> {
    /// Judges an identity at an instant.
    pub(super) fn view(&self, seen: &Seen<'_>) -> View {
        let mut view = View::default();
        let shown = Shown::by(seen.identity);
        let today = day(seen.at);
        let windows = self.cover.open(seen.windows, today);
        let mut repeats = BTreeMap::new();
        let mut violations = Vec::new();
        for active in &self.rules {
            if !active.rule.is_about(seen.standing) {
                continue;
            }
            let needs = active.descriptor.needs;
            let lack = shown.lacks(needs);
            if seen.part == Part::Whole && lack.or_else(|| shown.lacks_in_part(needs)).is_some() {
                let app_id = seen.identity.app_id();
                let matching = self.cover.matching_gap(active.descriptor.id, app_id);
                if !self.cover.tolerates_gap(&matching, today) {
                    view.gaps.push(active.number);
                }
                view.used.extend(matching);
            }
            if lack.is_some() || !seen.part.has(active) {
                continue;
            }
            self.judge(active, seen, &windows, &mut violations);
            for violation in violations.drain(..) {
                let id = active.descriptor.id;
                let matching = self.cover.matching(id, seen.identity, &violation);
                let disposition =
                    self.cover
                        .tolerance(active.rule, seen.identity, &violation, &matching, today);
                view.used.extend(matching);
                let key = key(&mut repeats, active.number, violation.credential);
                view.found.push((key, violation, disposition));
            }
        }
        view.used.sort_unstable();
        view.used.dedup();
        view
    }

    fn judge(
        &self,
        active: &Active<'_>,
        seen: &Seen<'_>,
        windows: &WindowDays,
        violations: &mut Vec<Violation>,
    ) {
        let context = RuleContext {
            now: seen.at,
            today: day(seen.at),
            setting: active.setting,
            windows: OpenWindows {
                all: windows,
                own: &WindowDays::default(),
            },
            standing: seen.standing,
            trust: self.trust,
            own: self.own,
        };
        active.rule.judge(seen.identity, &context, violations);
        violations.retain(|violation| seen.part.holds(violation));
    }

    /// Tells whether secrets of an identity end soon and none ends late.
    pub(super) fn none_ends_late(&self, seen: &Seen<'_>) -> bool {
        let rules = self.rules.iter();
        let mut rules = rules.filter(|active| {
            active.rule.dependence() == Dependence::LiveSecrets
                && active.rule.is_about(seen.standing)
        });
        let seen = Seen {
            part: Part::Whole,
            ..*seen
        };
        rules.any(|active| {
            let mut violations = Vec::new();
            self.judge(active, &seen, &WindowDays::default(), &mut violations);
            !violations.is_empty()
        })
    }
}

type Repeats = BTreeMap<(u8, Option<(Option<KeyId>, Holder, CredentialClass)>), usize>;

fn key(repeats: &mut Repeats, rule: u8, credential: Option<CredentialRef>) -> Key {
    let credential = credential.map(|it| (it.key_id, it.on, it.class));
    let repeat = repeats.entry((rule, credential)).or_default();
    let key = (rule, credential, *repeat);
    *repeat += 1;
    key
}
