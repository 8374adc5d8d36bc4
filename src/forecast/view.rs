//! What is found at one instant.
//!
//! In: an identity, or the part of it that some rules look at. Out: what these rules find, how it is disposed of, which
//! exceptions match, and what cannot be judged.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::identity::{Timeline, day};
use super::pins::{Pinned, Pins};
use super::tolerance::Tolerances;
use crate::evaluate::Active;
use crate::evaluate::evidence::Shown;
use crate::finding::{CredentialRef, Disposition, Standing};
use crate::internal::{OrInternal as _, narrow};
use crate::model::{CredentialClass, Holder, Identity, KeyId};
use crate::policy::FirstByDay;
use crate::rules::{Dependence, OpenWindows, RuleContext, Violation};

/// What tells a finding of an identity from its others: a credential's validity changes, and it stays the same one.
pub(super) type Key = (u8, Option<(Option<KeyId>, Holder, CredentialClass)>, usize);

/// What is found at one instant.
#[derive(Default)]
pub(super) struct View {
    pub(super) found: Vec<(Key, Violation, Disposition)>,
    /// What pinned exceptions may match, in order.
    pub(super) pinned: Vec<Pinned>,
    /// Rules that find something or cannot be judged, in order: the exceptions without pins that lift them match it.
    pub(super) rules: Vec<u8>,
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
    /// The windows in which the credential starts, where it is one.
    pub(super) windows: &'run FirstByDay,
    pub(super) tolerances: &'run Tolerances,
}

impl Timeline<'_> {
    /// Judges an identity at an instant.
    pub(super) fn view(&self, seen: &Seen<'_>, pins: &mut Pins) -> View {
        let mut view = View::default();
        let shown = Shown::by(seen.identity);
        let today = day(seen.at);
        let mut repeats = BTreeMap::new();
        let mut violations = Vec::new();
        for active in &self.rules {
            if !active.rule.is_about(seen.standing) {
                continue;
            }
            let needs = active.descriptor.needs;
            let lack = shown.lacks(needs);
            let tolerance = seen.tolerances.for_rule(active.number);
            let exception = tolerance.exception.first(today);
            if seen.part == Part::Whole && lack.or_else(|| shown.lacks_in_part(needs)).is_some() {
                if exception.is_none() {
                    view.gaps.push(active.number);
                }
                view.rules.push(active.number);
            }
            let is_judged = lack.is_none() || active.rule.judges_in_part();
            if !is_judged || !seen.part.has(active) {
                continue;
            }
            self.judge(active, seen, &mut violations);
            if !violations.is_empty() {
                view.rules.push(active.number);
            }
            for violation in violations.drain(..) {
                let disposition =
                    self.tolerated((active, seen), &violation, (pins, &mut view.pinned));
                let key = key(&mut repeats, active.number, violation.credential);
                view.found.push((key, violation, disposition));
            }
        }
        view.rules.dedup();
        view.pinned.sort_unstable();
        view.pinned.dedup();
        view
    }

    /// Returns what tolerates a violation, and notes what pinned exceptions may match.
    fn tolerated(
        &self,
        (active, seen): (&Active<'_>, &Seen<'_>),
        violation: &Violation,
        (pins, pinned): (&mut Pins, &mut Vec<Pinned>),
    ) -> Disposition {
        let today = day(seen.at);
        let tolerance = seen.tolerances.for_rule(active.number);
        let whole = tolerance.exception.first(today);
        let exception = if let Some(credential) = violation.credential {
            let rule = (active.number, active.descriptor.id);
            let first = credential.pin().and_then(|key_id| {
                let naming = self.naming(seen.identity.app_id());
                let first = pins.for_key(rule, key_id, naming)?.first(today);
                pinned.push((active.number, Some(key_id)));
                first
            });
            [whole, first].into_iter().flatten().min()
        } else {
            pinned.push((active.number, None));
            pins.first_of_secrets(active.number, whole)
        };
        if let Some(exception) = exception {
            return Disposition::Excepted(narrow(exception));
        }
        let all = self.for_all.get(usize::from(active.number));
        let all = all.or_internal("each active rule has a number");
        match tolerance.window(all, today) {
            Some(window) => Disposition::InWindow(narrow(window)),
            None => Disposition::Open,
        }
    }

    fn judge(&self, active: &Active<'_>, seen: &Seen<'_>, violations: &mut Vec<Violation>) {
        // All of these windows have the day on which the credential starts: the first one that is open is the first.
        let first = seen.windows.first(day(seen.at));
        let first = first.map(|at| {
            let window = self.policy.windows().get(at);
            let window = window.or_internal("a window is known by its index");
            (at, window.opens, window.closes)
        });
        let context = RuleContext {
            now: seen.at,
            today: day(seen.at),
            setting: active.setting,
            windows: OpenWindows {
                all: &FirstByDay::of(first.into_iter()),
                own: &FirstByDay::default(),
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
            self.judge(active, &seen, &mut violations);
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
