//! Exceptions and migration windows: what the policy tolerates, and which exceptions were of any use.
//!
//! In: a violation and its identity. Out: its disposition. An exception beats a window; one that has ended, or that is
//! not granted yet, covers nothing.

use jiff::civil::Date;

use crate::finding::{Disposition, ExceptionId, RuleId};
use crate::internal::{OrInternal as _, narrow};
use crate::keyed::KeyedMap;
use crate::model::{AppId, Holder, Identity, KeyId};
use crate::policy::{Exception, Policy, Window};
use crate::rules::{self, Rule, Violation};

/// The policy's entries, by application, and what has become of them.
#[derive(Debug)]
pub(crate) struct Cover<'run> {
    exceptions: &'run [Exception],
    windows: &'run [Window],
    today: Date,
    by_application: KeyedMap<AppId, Named>,
    used: Vec<bool>,
}

/// An application that exceptions name.
#[derive(Debug, Default)]
struct Named {
    /// Indexes of exceptions, in the order of the policy.
    exceptions: Vec<usize>,
    /// As what the inventory has it; an application outranks its service principal.
    seen: Option<Holder>,
}

impl<'run> Cover<'run> {
    pub(crate) fn new(policy: &'run Policy, today: Date) -> Self {
        let mut by_application: KeyedMap<AppId, Named> = KeyedMap::default();
        for (at, exception) in policy.exceptions().iter().enumerate() {
            for app_id in &exception.applications {
                by_application
                    .entry(*app_id)
                    .or_default()
                    .exceptions
                    .push(at);
            }
        }
        let used = vec![false; policy.exceptions().len()];
        Self {
            exceptions: policy.exceptions(),
            windows: policy.windows(),
            today,
            by_application,
            used,
        }
    }

    /// Notes that the inventory has an application or a service principal of this id.
    pub(super) fn saw(&mut self, app_id: AppId, holder: Holder) {
        if let Some(named) = self.by_application.get_mut(&app_id) {
            named.seen = match (named.seen, holder) {
                (Some(Holder::Application), _) | (_, Holder::Application) => {
                    Some(Holder::Application)
                }
                (None | Some(Holder::ServicePrincipal), Holder::ServicePrincipal) => {
                    Some(Holder::ServicePrincipal)
                }
            };
        }
    }

    /// Tells whether each exception matched any finding.
    pub(super) fn used(&self) -> &[bool] {
        &self.used
    }

    /// Returns the applications that exceptions name and the inventory does not have, in the order of the policy.
    pub(super) fn unknown(&self) -> Vec<(usize, AppId)> {
        let named = self
            .exceptions
            .iter()
            .enumerate()
            .flat_map(|(at, exception)| {
                exception
                    .applications
                    .iter()
                    .map(move |app_id| (at, *app_id))
            });
        named
            .filter(|(_, app_id)| {
                self.by_application
                    .get(app_id)
                    .is_some_and(|named| named.seen.is_none())
            })
            .collect()
    }

    /// Returns the applications on which an exception in force tolerates secrets, with the exception and as what the
    /// inventory has them, in the order of the policy.
    pub(super) fn tolerated_secrets(
        &self,
    ) -> impl Iterator<Item = (&ExceptionId, AppId, Option<Holder>)> {
        let in_force = self.exceptions.iter().filter(|exception| {
            exception.is_in_force(self.today) && exception.rules.iter().any(is_about_secrets)
        });
        in_force.flat_map(|exception| {
            exception.applications.iter().map(|app_id| {
                let named = self.by_application.get(app_id);
                (&exception.id, *app_id, named.and_then(|named| named.seen))
            })
        })
    }

    /// Tells whether the policy tolerates a violation, and notes which exceptions match it.
    pub(super) fn disposition(
        &mut self,
        rule: &dyn Rule,
        identity: &Identity,
        violation: &Violation,
    ) -> Disposition {
        let matching = self.matching(rule.descriptor().id, identity, violation);
        for at in &matching {
            let used = self.used.get_mut(*at);
            *used.or_internal("an exception is known by its index") = true;
        }
        self.tolerance(rule, identity, violation, &matching, self.today)
    }

    /// Tells whether an exception covers what a rule could not judge on an application, and notes which exceptions do. A
    /// pin names a credential, and nothing is known of the credentials here.
    pub(super) fn covers_gap(&mut self, rule: RuleId, app_id: AppId) -> bool {
        let matching = self.matching_gap(rule, app_id);
        for at in &matching {
            if let Some(used) = self.used.get_mut(*at) {
                *used = true;
            }
        }
        self.tolerates_gap(&matching, self.today)
    }

    /// Returns the exceptions that have to do with what a rule could not judge on an application, in force or not.
    pub(crate) fn matching_gap(&self, rule: RuleId, app_id: AppId) -> Vec<usize> {
        let named = self.naming(app_id).iter().copied();
        let matches =
            |exception: &Exception| exception.credentials.is_none() && exception.lifts(rule);
        named
            .filter(|&at| self.exceptions.get(at).is_some_and(matches))
            .collect()
    }

    /// Tells whether one of the exceptions that match a gap is in force on a day.
    pub(crate) fn tolerates_gap(&self, matching: &[usize], today: Date) -> bool {
        let mut exceptions = matching.iter().filter_map(|&at| self.exceptions.get(at));
        exceptions.any(|exception| exception.is_in_force(today))
    }

    /// Returns the exceptions that have to do with a violation, in force or not, in the order of the policy.
    pub(crate) fn matching(
        &self,
        rule: RuleId,
        identity: &Identity,
        violation: &Violation,
    ) -> Vec<usize> {
        let named = self.by_application.get(&identity.app_id());
        let named = named.iter().flat_map(|named| named.exceptions.iter());
        named
            .copied()
            .filter(|&at| {
                self.exceptions.get(at).is_some_and(|exception| {
                    exception.lifts(rule) && matches(exception, rule, identity, violation)
                })
            })
            .collect()
    }

    /// Tells whether the policy tolerates a violation on a day, by one of the exceptions that match it or by a window.
    pub(crate) fn tolerance(
        &self,
        rule: &dyn Rule,
        identity: &Identity,
        violation: &Violation,
        matching: &[usize],
        today: Date,
    ) -> Disposition {
        if let Some(exception) = self.excepted(identity, violation, matching, today) {
            return Disposition::Excepted(narrow(exception));
        }
        let tolerates = |window: &Window| {
            window.is_for(identity.app_id()) && rule.is_tolerated_in(window, today)
        };
        match self.windows.iter().position(tolerates) {
            Some(window) => Disposition::InWindow(narrow(window)),
            None => Disposition::Open,
        }
    }

    fn excepted(
        &self,
        identity: &Identity,
        violation: &Violation,
        matching: &[usize],
        today: Date,
    ) -> Option<usize> {
        let in_force: Vec<(usize, &Exception)> = matching
            .iter()
            .filter_map(|&at| Some((at, self.exceptions.get(at)?)))
            .filter(|(_, exception)| exception.is_in_force(today))
            .collect();
        // Whoever may sign in with a secret that no exception names is not excepted: exceptions cover a violation of the
        // whole identity together, or not at all.
        let covered = violation.credential.is_some()
            || secrets(identity)
                .all(|secret| in_force.iter().any(|(_, exception)| exception.pins(secret)));
        in_force.first().filter(|_| covered).map(|(at, _)| *at)
    }

    /// Returns the exceptions that name an application, by index.
    pub(crate) fn naming(&self, app_id: AppId) -> &[usize] {
        let named = self.by_application.get(&app_id);
        named.map_or(&[], |named| &named.exceptions)
    }
}

/// Tells whether a rule is about client secrets, of which a symmetric key is one.
fn is_about_secrets(rule: &RuleId) -> bool {
    rule.0.starts_with("secret") || rule.0 == "symmetric-key"
}

fn secrets(identity: &Identity) -> impl Iterator<Item = Option<KeyId>> {
    identity.live_secrets().map(|secret| secret.key_id)
}

/// Tells whether an exception has to do with a violation: always, unless it is pinned to other credentials. A pin to a
/// live secret has to do with what is found because of the live secrets, and with nothing else about the application.
fn matches(
    exception: &Exception,
    rule: RuleId,
    identity: &Identity,
    violation: &Violation,
) -> bool {
    match violation.credential {
        Some(credential) => exception.pins(credential.key_id),
        None => {
            exception.credentials.is_none()
                || rules::is_about_live_secrets(rule)
                    && secrets(identity).any(|secret| exception.pins(secret))
        }
    }
}
