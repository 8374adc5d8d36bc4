//! The tenant's app management policies, and where they and the exceptions of the policy file contradict each other.
//!
//! In: the policies, before all other objects, then the id of each object as it passes by. Out: notes. Only objects with a
//! policy of their own are kept.

use std::collections::{BTreeMap, BTreeSet};

use super::cover::Cover;
use crate::keyed::{KeyedMap, digest};
use crate::model::{AppId, Block, CustomPolicy, DefaultPolicy, Holder, ObjectId, TenantPolicy};

/// How many applications a note names.
const MOST_NAMED: usize = 10;

/// An app management policy stands in the inventory twice, with different facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyContradiction;

/// What the tenant's policies say.
#[derive(Debug, Default)]
pub(super) struct Tenant {
    default: Option<DefaultPolicy>,
    /// A digest of each custom policy, by its id.
    custom: KeyedMap<Box<str>, u64>,
    assigned: KeyedMap<ObjectId, Assigned>,
    /// What its own policy says about each application that passed by.
    own: BTreeMap<AppId, Own>,
}

/// What the custom policies of one object say.
#[derive(Clone, Copy, Debug, Default)]
struct Assigned {
    as_application: Option<Block>,
    as_service_principal: Option<Block>,
}

/// For whom an application's own policy blocks new secrets, and whether it lifts a block of the default policy.
#[derive(Clone, Copy, Debug)]
struct Own {
    block: Block,
    is_exempt: bool,
}

impl Tenant {
    /// Receives a policy.
    pub(super) fn add(&mut self, policy: TenantPolicy) -> Result<(), PolicyContradiction> {
        match policy {
            TenantPolicy::Default(policy) => {
                let known = *self.default.get_or_insert(policy);
                (known == policy).then_some(()).ok_or(PolicyContradiction)
            }
            TenantPolicy::Custom(policy) => self.add_custom(policy),
        }
    }

    fn add_custom(&mut self, policy: CustomPolicy) -> Result<(), PolicyContradiction> {
        let digest = digest(&policy);
        let CustomPolicy {
            id,
            applications,
            service_principals,
            applies_to,
        } = policy;
        if let Some(known) = self.custom.insert(id, digest) {
            return (known == digest).then_some(()).ok_or(PolicyContradiction);
        }
        if applications.is_none() && service_principals.is_none() {
            return Ok(());
        }
        for id in applies_to {
            let assigned = self.assigned.entry(id).or_default();
            assigned.as_application = least(assigned.as_application, applications);
            assigned.as_service_principal =
                least(assigned.as_service_principal, service_principals);
        }
        Ok(())
    }

    /// Notes an object of the inventory, if a policy of its own holds for it.
    pub(super) fn saw(&mut self, holder: Holder, id: Option<ObjectId>, app_id: AppId) {
        if self.assigned.is_empty() {
            return;
        }
        let Some(assigned) = id.and_then(|id| self.assigned.get(&id)) else {
            return;
        };
        let (block, default) = match holder {
            Holder::Application => (
                assigned.as_application,
                DefaultPolicy::for_applications as fn(&_) -> _,
            ),
            Holder::ServicePrincipal => (
                assigned.as_service_principal,
                DefaultPolicy::for_service_principals as fn(&_) -> _,
            ),
        };
        let Some(block) = block else {
            return;
        };
        let default = self.default.as_ref().map_or(Block::None, default);
        let is_exempt = block == Block::None && default != Block::None;
        let own = self.own.entry(app_id).or_insert(Own { block, is_exempt });
        own.block = own.block.min(block);
        own.is_exempt |= is_exempt;
    }

    /// Returns the policy for the whole tenant, where it was read.
    pub(super) const fn default_policy(&self) -> Option<&DefaultPolicy> {
        self.default.as_ref()
    }

    /// Returns what a reader should know about the tenant's policies, and about exceptions that contradict them.
    pub(super) fn notes(&self, cover: &Cover<'_>) -> Vec<String> {
        let Some(default) = &self.default else {
            return Vec::new();
        };
        let blocks = default
            .for_applications()
            .max(default.for_service_principals());
        let spares = default.excludes_actors && blocks != Block::None;
        let spares = spares.then(|| {
            "the tenant's block of new client secrets spares some callers (`excludeActors`), who are not named here"
                .to_owned()
        });
        let notes = [
            self.still_blocked(default, cover),
            self.exempt(cover),
            spares,
        ];
        notes.into_iter().flatten().collect()
    }

    /// Names the exceptions for secrets that the tenant would not let anybody renew.
    fn still_blocked(&self, default: &DefaultPolicy, cover: &Cover<'_>) -> Option<String> {
        let is_blocked = |app_id: &AppId, seen: Holder| {
            let block = match (self.own.get(app_id), seen) {
                (Some(own), _) => own.block,
                (None, Holder::Application) => default.for_applications(),
                (None, Holder::ServicePrincipal) => default.for_service_principals(),
            };
            block == Block::All
        };
        let tolerated = cover.tolerated_secrets();
        let blocked = tolerated
            .filter(|(_, app_id, seen)| seen.is_some_and(|seen| is_blocked(app_id, seen)))
            .map(|(exception, app_id, _)| format!("`{app_id}` (exception `{exception}`)"));
        let blocked: Vec<String> = blocked.collect();
        (!blocked.is_empty()).then(|| {
            format!(
                "the tenant blocks new client secrets for {}: what these exceptions tolerate cannot be renewed",
                named(&blocked)
            )
        })
    }

    /// Names the applications that the tenant exempts and the policy file does not.
    fn exempt(&self, cover: &Cover<'_>) -> Option<String> {
        let exempt = self.own.iter().filter(|(_, own)| own.is_exempt);
        let exempt: Vec<&AppId> = exempt.map(|(app_id, _)| app_id).collect();
        let excepted: BTreeSet<AppId> = cover
            .tolerated_secrets()
            .map(|(_, app_id, _)| app_id)
            .collect();
        let others = exempt.iter().filter(|app_id| !excepted.contains(app_id));
        let others: Vec<String> = others.map(|app_id| format!("`{app_id}`")).collect();
        let (count, all) = match exempt.len() {
            0 => return None,
            1 => ("1 application is exempt".to_owned(), "it"),
            count => (format!("{count} applications are exempt"), "each of them"),
        };
        let verdict = if others.is_empty() {
            format!("a live exception names {all}")
        } else {
            format!("no live exception names {}", named(&others))
        };
        Some(format!(
            "{count} from the tenant's block of new client secrets through a custom app management policy; {verdict}"
        ))
    }
}

/// Returns the lesser of two blocks, of which each may not be known: one policy that lets secrets be added is enough.
fn least(one: Option<Block>, other: Option<Block>) -> Option<Block> {
    one.into_iter().chain(other).min()
}

/// Names the first of a list, and says how many more there are.
fn named(list: &[String]) -> String {
    let first = list.iter().take(MOST_NAMED);
    let first = first.map(String::as_str).collect::<Vec<_>>().join(", ");
    match list.len().saturating_sub(MOST_NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
