//! A second, slow implementation of the verdict, which shares no code with the library: two that were written apart are
//! unlikely to be wrong in the same way.
//!
//! In: a case whose facts stand in Graph's own words. Out: what the program must answer. Nothing here is fast.

mod classes;
mod cover;
mod objects;
mod policy;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::answer::{Answer, Finding, Told};
use super::case::{Case, Kind};
use classes::Identity;
use objects::Object;
use policy::Policy;

pub(crate) use policy::{day, rank};

/// Why there is no verdict.
#[derive(Debug)]
struct Refused;

/// A tenant whose objects are joined and sorted.
struct Sorted {
    /// Applications with their service principals, and this tenant's service principals that stand alone.
    judged: Vec<Identity>,
    /// Service principals of Microsoft and of other tenants.
    strangers: Vec<Identity>,
    skipped: BTreeMap<&'static str, u64>,
    app_ids: BTreeSet<String>,
    knows_service_principals: bool,
}

/// Judges a case.
pub(crate) fn judge(case: &Case) -> Answer {
    match sort(case) {
        Ok(tenant) => report(case, &tenant),
        Err(Refused) => Answer {
            code: 3,
            report: None,
        },
    }
}

/// Tells whether a policy has a rule about the tenant that is on: without one, it is no policy.
pub(crate) fn has_active_rule(policy: &Value) -> bool {
    let rules = policy["rules"].as_object().into_iter().flatten();
    let mut active = rules.filter(|(_, rule)| rule["level"] != "off");
    active.any(|(name, _)| policy::RULES.iter().any(|(rule, ..)| rule == name))
}

/// How much it weighs that a rule could not be judged: nothing where its evidence is optional.
pub(crate) fn weight_of_missing(policy: &Value, rule: &str) -> Option<usize> {
    let policy = Policy::written(policy, 0);
    let level = policy.level(rule)?;
    policy.requires_evidence(rule).then(|| rank(&level))
}

type Table = BTreeMap<String, Object>;

/// Reads every object once; the same object twice must be the same.
fn read(case: &Case) -> Result<(Table, Table), Refused> {
    let (mut tables, mut ids) = ((Table::new(), Table::new()), BTreeMap::new());
    for listing in &case.listings {
        if listing.cut {
            return Err(Refused);
        }
        for raw in &listing.objects {
            let object = Object::read(raw, listing.kind)?;
            let table = match listing.kind {
                Kind::Application => &mut tables.0,
                Kind::ServicePrincipal => &mut tables.1,
            };
            let by_app_id = table.insert(object.app_id.clone(), object.clone());
            let by_id = ids.insert((listing.kind, object.id.clone()), object.clone());
            let twins = [by_app_id, by_id];
            if twins.iter().flatten().any(|twin| *twin != object) {
                return Err(Refused);
            }
        }
    }
    Ok(tables)
}

/// This tenant: the policy's, else the one owner that the service principals of its applications agree on.
fn own_tenant(
    case: &Case,
    (applications, service_principals): &(Table, Table),
) -> Result<Option<String>, Refused> {
    let owners: BTreeSet<&String> = service_principals
        .values()
        .filter(|object| applications.contains_key(&object.app_id))
        .filter_map(|object| object.owner.as_ref())
        .collect();
    if let Some(wanted) = case.policy["tenant"].as_str().map(str::to_lowercase) {
        // Applications that are registered elsewhere, all of them, are another tenant's inventory.
        let fits = owners.is_empty() || owners.contains(&wanted);
        return if fits { Ok(Some(wanted)) } else { Err(Refused) };
    }
    let mut owners = owners.into_iter();
    let first = owners.next().cloned();
    Ok(first.filter(|_| owners.next().is_none()))
}

fn sort(case: &Case) -> Result<Sorted, Refused> {
    let tables = read(case)?;
    let own = own_tenant(case, &tables)?;
    let (applications, service_principals) = tables;
    let listed = |listing: &super::case::Listing| listing.kind == Kind::ServicePrincipal;
    let mut sorted = Sorted {
        judged: Vec::new(),
        strangers: Vec::new(),
        skipped: ["managed-identity", "microsoft", "foreign", "deleted"]
            .map(|reason| (reason, 0))
            .into(),
        app_ids: applications
            .keys()
            .chain(service_principals.keys())
            .cloned()
            .collect(),
        knows_service_principals: case.listings.iter().any(listed),
    };
    let policy = Policy::new(case);
    for app_id in sorted.app_ids.clone() {
        let (application, service_principal) =
            (applications.get(&app_id), service_principals.get(&app_id));
        let reason = match (application, service_principal) {
            (Some(application), _) => application.deleted.then_some("deleted"),
            (None, Some(object)) => stranger(object, own.as_deref()),
            (None, None) => continue,
        };
        // A service principal that was deleted is none, unless it is all there is.
        let alive = service_principal.filter(|it| application.is_none() || !it.deleted);
        let gone = application.is_some_and(|it| !it.deleted)
            && alive.is_none()
            && service_principal.is_some();
        if gone {
            *sorted.skipped.entry("deleted").or_default() += 1;
        }
        let identity = Identity::new(application, alive, &policy);
        let Some(reason) = reason else {
            sorted.judged.push(identity);
            continue;
        };
        *sorted.skipped.entry(reason).or_default() += 1;
        if matches!(reason, "microsoft" | "foreign") {
            sorted.strangers.push(identity);
        }
    }
    if sorted.judged.is_empty() && !case.allow_empty {
        return Err(Refused);
    }
    Ok(sorted)
}

/// Why a service principal that stands alone is not judged.
fn stranger(object: &Object, own: Option<&str>) -> Option<&'static str> {
    let owner = object.owner.as_deref();
    if object.managed {
        Some("managed-identity")
    } else if owner == Some("f8cdef31-a31e-4b4a-93e4-5f571e91255a") {
        Some("microsoft")
    } else if owner.is_some() && own.is_some() && owner != own {
        Some("foreign")
    } else if object.deleted {
        Some("deleted")
    } else {
        None
    }
}

fn report(case: &Case, tenant: &Sorted) -> Answer {
    let policy = Policy::new(case);
    let (mut findings, not_judged) = rules::judge(&policy, tenant);
    findings.sort();
    let failing = rank(case.fail_on);
    let open: Vec<&Finding> = findings
        .iter()
        .filter(|finding| finding.disposition == "open")
        .collect();
    let violated = open.iter().any(|finding| rank(&finding.level) >= failing);
    let incomplete = not_judged.iter().any(|rule| {
        policy.requires_evidence(rule) && rank(&policy.level(rule).unwrap()) >= failing
    });
    let (code, verdict) = match (violated, incomplete) {
        (true, _) => (1, "fail"),
        (false, true) => (3, "incomplete"),
        (false, false) => (0, "pass"),
    };
    let at = |level: &str| open.iter().filter(|finding| finding.level == level).count();
    let with = |disposition: &str| {
        let findings = findings.iter();
        findings
            .filter(|finding| finding.disposition == disposition)
            .count()
    };
    let summary = json!({
        "applications": tenant.judged.len(),
        "by_state": by_state(tenant),
        "skipped": tenant.skipped,
        "findings": {"error": at("error"), "warning": at("warning"), "note": at("note")},
        "excepted": with("excepted"),
        "in_window": with("in-window"),
    });
    let told = Told {
        verdict: verdict.to_owned(),
        findings,
        summary,
        not_judged: not_judged.into_iter().collect(),
    };
    Answer {
        code,
        report: Some(told),
    }
}

fn by_state(tenant: &Sorted) -> Value {
    let states = [
        "no-credentials",
        "federated",
        "certificate",
        "migrating",
        "secrets-only",
    ];
    let counts = states.map(|state| {
        let judged = tenant.judged.iter();
        let count = judged
            .filter(|identity| identity.state == Some(state))
            .count();
        (state, count)
    });
    json!(BTreeMap::from(counts))
}
