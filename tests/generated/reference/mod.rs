//! A second, slow implementation of the verdict, which shares no code with the library: two that were written apart are
//! unlikely to be wrong in the same way.
//!
//! In: a case whose facts stand in Graph's own words. Out: what the program must answer. Nothing here is fast.

mod classes;
mod cover;
pub(crate) mod decided;
mod objects;
mod policy;
mod rules;
mod strangers;
mod triples;
mod trust;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::answer::{Answer, Finding, Told};
use super::case::{Case, Kind, Listing};
use classes::{Class, Identity};
use decided::decide;
use objects::Object;
use policy::Policy;

pub(crate) use policy::{RULES, day, expanded, rank};

/// Why there is no verdict: the inventory is not usable.
#[derive(Debug)]
struct Refused;

/// A tenant whose objects are joined and sorted.
struct Sorted {
    /// Applications with their service principals, and this tenant's service principals that stand alone.
    judged: Vec<Identity>,
    /// Service principals of Microsoft, of other tenants and of managed identities.
    strangers: Vec<(&'static str, Identity)>,
    agents: Vec<Identity>,
    skipped: BTreeMap<&'static str, u64>,
    app_ids: BTreeSet<String>,
    knows_service_principals: bool,
}

/// Judges a case.
pub(crate) fn judge(case: &Case) -> Answer {
    let nothing = |code| Answer { code, report: None };
    let policy = expanded(&case.policy).filter(policy::is_valid);
    let Some(policy) = policy else {
        return nothing(2);
    };
    let case = &Case {
        policy,
        ..case.clone()
    };
    match sort(case) {
        Ok((tenant, own)) => report(case, &tenant, own),
        Err(Refused) => nothing(3),
    }
}

/// How many SAML triples are whole, on whatever object; those that are in use count twice.
pub(crate) fn triples(case: &Case) -> usize {
    let listings = case.listings.iter();
    let objects = listings.flat_map(|listing| {
        let shown = objects::shown(&file_of(case, listing));
        let objects = listing.objects.iter();
        objects.filter_map(move |raw| Object::read(raw, listing.kind, &shown, case.now).ok())
    });
    let objects: Vec<Object> = objects.collect();
    let named: Vec<&String> = objects
        .iter()
        .filter_map(|object| object.encryption_key.as_ref())
        .collect();
    let whole = objects.iter().flat_map(|it| triples::triples(it, &named));
    whole.map(|triple| 1 + usize::from(triple.is_in_use)).sum()
}

/// Tells whether a policy has a rule about the tenant that is on: without one, it is no policy.
pub(crate) fn has_active_rule(policy: &Value) -> bool {
    if policy.get("extends").is_some() {
        return true;
    }
    let rules = policy["rules"].as_object().into_iter().flatten();
    let mut active = rules.filter(|(_, rule)| rule["level"] != "off");
    active.any(|(name, _)| RULES.iter().any(|(rule, ..)| rule == name))
}

/// How much it weighs that a rule could not be judged: nothing where its evidence is optional.
pub(crate) fn weight_of_missing(policy: &Value, rule: &str) -> Option<usize> {
    let policy = Policy::new(policy, 0, None);
    let level = policy.level(rule)?;
    policy.requires_evidence(rule).then(|| rank(&level))
}

/// Objects by `appId`.
type Table = BTreeMap<String, Object>;

/// The objects of all files.
#[derive(Default)]
struct Tables {
    applications: Table,
    service_principals: Table,
    /// Agent identities need no `appId`.
    agents: Vec<Object>,
}

/// Reads every object once; the same object twice must be the same.
fn read(case: &Case) -> Result<Tables, Refused> {
    let (mut tables, mut ids) = (Tables::default(), BTreeMap::new());
    for listing in &case.listings {
        refuse_marks(listing)?;
        let shown = objects::shown(&file_of(case, listing));
        for raw in &listing.objects {
            let object = Object::read(raw, listing.kind, &shown, case.now)?;
            let by_id = ids.insert((listing.kind, object.id.clone()), object.clone());
            let is_known = by_id.is_some();
            let by_app_id = match (&object.app_id, listing.kind) {
                _ if object.agent => {
                    tables.agents.extend((!is_known).then(|| object.clone()));
                    None
                }
                (None, _) => return Err(Refused),
                (Some(app_id), Kind::Application) => {
                    tables.applications.insert(app_id.clone(), object.clone())
                }
                (Some(app_id), Kind::ServicePrincipal) => {
                    let table = &mut tables.service_principals;
                    table.insert(app_id.clone(), object.clone())
                }
            };
            let twins = [by_app_id, by_id];
            if twins.iter().flatten().any(|twin| *twin != object) {
                return Err(Refused);
            }
        }
    }
    Ok(tables)
}

/// The objects of one kind that stand in the file of a listing.
fn file_of<'a>(case: &'a Case, listing: &'a Listing) -> Vec<&'a Value> {
    let alone: Vec<&Value> = listing.objects.iter().collect();
    if !case.is_together() {
        return alone;
    }
    let listings = case.listings.iter().filter(|it| it.kind == listing.kind);
    let all: Vec<&Value> = listings.flat_map(|it| &it.objects).collect();
    decide("lists of another file", all, alone)
}

/// What stands beside a list may say that the list is not whole, or not the only one.
fn refuse_marks(listing: &Listing) -> Result<(), Refused> {
    let mut members = listing.beside.clone();
    members.insert("value".to_owned(), Value::Null);
    objects::refuse_doubles(&members)?;
    for (name, value) in &listing.beside {
        let name = objects::plain(name);
        let is_link = name == "nextlink";
        if decide(
            "a next link that is null",
            false,
            is_link && value.is_null(),
        ) {
            return Err(Refused);
        }
        let count = value.as_u64().or_else(|| value.as_str()?.parse().ok());
        let length = u64::try_from(listing.objects.len()).unwrap();
        let elements = value.as_array().map(Vec::as_slice);
        let is_list = elements.is_some_and(|it| it.iter().any(Value::is_object));
        let is_list = decide("a list without objects", is_list, elements.is_some());
        let holds = !value.is_null();
        if decide("next link", is_link && holds, false)
            || decide("delta link", name == "deltalink" && holds, false)
            || decide(
                "wrong count",
                name == "count" && holds && count != Some(length),
                false,
            )
            || decide("second list", is_list, false)
        {
            return Err(Refused);
        }
    }
    Ok(())
}

/// This tenant: the policy's, else the one owner that the service principals of its applications agree on.
fn own_tenant(case: &Case, tables: &Tables) -> Result<Option<String>, Refused> {
    let owners: BTreeSet<&String> = tables
        .service_principals
        .iter()
        .filter(|(app_id, _)| tables.applications.contains_key(*app_id))
        .filter_map(|(_, object)| object.owner.as_ref())
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

/// Whether the inventory has the service principals of its applications; an inventory that was cut is refused.
fn knows_service_principals(
    case: &Case,
    tables: &Tables,
    own: Option<&str>,
) -> Result<bool, Refused> {
    let (applications, others) = (&tables.applications, &tables.service_principals);
    let gone = applications.values().all(|it| it.deleted);
    let none = applications.is_empty() || decide("deleted applications are none", gone, false);
    if none {
        let allowed = decide("allow-empty", case.allow_empty, false);
        if decide("no application at all", !allowed, false) {
            return Err(Refused);
        }
    }
    let with = others
        .iter()
        .filter(|(app_id, _)| applications.contains_key(*app_id));
    let overlaps = with.clone().any(|(_, it)| !it.deleted);
    let all = with.clone().count();
    let own_ones = with.filter(|(_, it)| own.is_some() && it.owner.as_deref() == own);
    let alive = own_ones.clone().filter(|(_, it)| !it.deleted).count();
    let joined = decide("a deleted one is not joined", alive, own_ones.count());
    let joined = decide("only this tenant's are joined", joined, all);
    let alone = others
        .iter()
        .filter(|(app_id, _)| !applications.contains_key(*app_id));
    let missing = alone.filter(|(_, it)| misses_application(it, own)).count();
    let majority = !none && missing > joined;
    let majority = decide("missing applications in the majority", majority, false);
    let half = !none && missing > 0 && missing == joined;
    if majority || decide("as many missing as joined", false, half) {
        return Err(Refused);
    }
    let listed = |listing: &Listing| listing.kind == Kind::ServicePrincipal;
    let listed = case.listings.iter().any(listed);
    let only_agents = others.is_empty() && !tables.agents.is_empty();
    // Agent identities alone are no list of service principals.
    let listed = listed && !only_agents;
    let overlap = listed && (none || overlaps);
    Ok(decide("lists that do not overlap", overlap, listed))
}

/// Whether a service principal that stands alone ought to have its application here.
fn misses_application(object: &Object, own: Option<&str>) -> bool {
    own.is_some() && object.owner.as_deref() == own && stranger(object, own).is_none()
}

fn sort(case: &Case) -> Result<(Sorted, Option<String>), Refused> {
    let tables = read(case)?;
    let own = own_tenant(case, &tables)?;
    let policy = Policy::new(&case.policy, case.now, own.clone());
    let own = own.as_deref();
    let knows_service_principals = knows_service_principals(case, &tables, own)?;
    let (applications, service_principals) = (&tables.applications, &tables.service_principals);
    let skipped = [
        "managed-identity",
        "microsoft",
        "foreign",
        "deleted",
        "agent-identity",
    ];
    let app_ids = applications.keys().chain(service_principals.keys());
    let mut sorted = Sorted {
        judged: Vec::new(),
        strangers: Vec::new(),
        agents: Vec::new(),
        skipped: skipped.map(|reason| (reason, 0)).into(),
        app_ids: app_ids.cloned().collect(),
        knows_service_principals,
    };
    for app_id in sorted.app_ids.clone() {
        let (application, service_principal) =
            (applications.get(&app_id), service_principals.get(&app_id));
        let reason = match (application, service_principal) {
            (Some(application), _) => application.deleted.then_some("deleted"),
            (None, Some(object)) => stranger(object, own),
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
        let mut identity = Identity::new(application, alive, &policy);
        identity.misses_application = application.is_none()
            && service_principal.is_some_and(|object| misses_application(object, own));
        let Some(reason) = reason else {
            sorted.judged.push(identity);
            continue;
        };
        *sorted.skipped.entry(reason).or_default() += 1;
        if reason != "deleted" {
            sorted.strangers.push((reason, identity));
        }
    }
    for agent in &tables.agents {
        *sorted.skipped.entry("agent-identity").or_default() += 1;
        sorted.app_ids.extend(agent.app_id.clone());
        let identity = Identity::new(None, Some(agent), &policy);
        sorted.agents.push(identity);
    }
    if sorted.judged.is_empty() && !case.allow_empty {
        return Err(Refused);
    }
    Ok((sorted, policy.own.clone()))
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

fn report(case: &Case, tenant: &Sorted, own: Option<String>) -> Answer {
    let policy = Policy::new(&case.policy, case.now, own);
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
        "excused": excused(tenant),
        "unknown_credentials": of_class(tenant, Class::Unknown, false),
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

/// How many credentials of a class judged identities hold, whatever their dates.
fn of_class(tenant: &Sorted, class: Class, is_proven: bool) -> usize {
    let held = tenant.judged.iter().flat_map(|it| it.of(class));
    held.filter(|held| held.is_proven == is_proven).count()
}

/// What was left out because it is proven to be no way to sign in.
fn excused(tenant: &Sorted) -> Value {
    json!({
        "paired-password": of_class(tenant, Class::Paired, true),
        "token-encryption": of_class(tenant, Class::Encryption, true),
        "token-signing": of_class(tenant, Class::Signing, true),
    })
}
