//! The rules.

use std::collections::BTreeSet;

use super::Sorted;
use super::classes::{Class, Held, Identity};
use super::cover;
use super::decided::decide;
use super::objects::Federated;
use super::policy::{Policy, RULES, day};
use super::strangers::{self, in_part};
use super::trust;
use crate::answer::Finding;
use crate::moments::day_of;

/// What a rule found on one identity, and whether the inventory could not tell it all.
#[derive(Default)]
pub(super) struct Found {
    pub(super) subjects: Vec<Subject>,
    pub(super) is_gap: bool,
}

/// What a finding is about.
pub(super) enum Subject {
    Identity,
    Credential(Held),
    Federated(&'static str, Federated),
}

/// The rules that nothing but service principals can tell.
const NEED_SERVICE_PRINCIPALS: [&str; 6] = [
    "service-principal-secret",
    "service-principal-credential-lifetime",
    "foreign-service-principal-credential",
    "application-missing",
    "saml-password-unproven",
    "agent-identity-credential",
];

/// Returns all findings, and the rules that were not judged everywhere.
pub(super) fn judge(policy: &Policy<'_>, tenant: &Sorted) -> (Vec<Finding>, BTreeSet<String>) {
    let (mut findings, mut not_judged, mut used) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for (rule, ..) in RULES {
        let Some(level) = policy.level(rule) else {
            continue;
        };
        let blind = NEED_SERVICE_PRINCIPALS.contains(&rule) && !tenant.knows_service_principals;
        if blind || rule == "tenant-allows-new-secrets" {
            not_judged.insert(rule.to_owned());
        }
        if rule == "tenant-allows-new-secrets" {
            // That is about no application.
            continue;
        }
        if decide("found although nothing overlaps", false, blind) {
            continue;
        }
        for (identity, found) in applied(rule, tenant, policy) {
            if found.is_gap {
                let covering = cover::gap(rule, identity, policy);
                let covered = decide("an exception covers a gap", !covering.is_empty(), false);
                if !covered {
                    not_judged.insert(rule.to_owned());
                }
                let counts = decide("an exception that covers a gap is used", true, false);
                used.extend(covering.into_iter().filter(|_| counts));
            }
            for subject in found.subjects {
                let mut finding = finding(rule, &level, identity, &subject);
                used.extend(cover::settle(&mut finding, identity, policy));
                findings.push(finding);
            }
        }
    }
    findings.extend(about_policy(policy, tenant, &used));
    (findings, not_judged)
}

/// What a rule finds on each of the identities at which it looks.
fn applied<'a>(
    rule: &'static str,
    tenant: &'a Sorted,
    policy: &Policy<'_>,
) -> Vec<(&'a Identity, Found)> {
    let found: Vec<(&Identity, Option<Found>)> = match rule {
        "foreign-service-principal-credential" => {
            let strangers = tenant.strangers.iter();
            strangers
                .map(|(whose, it)| (it, strangers::foreign(whose, it)))
                .collect()
        }
        "agent-identity-credential" => {
            let agents = tenant.agents.iter();
            agents.map(|it| (it, strangers::agent(it))).collect()
        }
        _ => {
            let judged = tenant.judged.iter();
            judged.map(|it| (it, apply(rule, it, policy))).collect()
        }
    };
    let nothing = || Found {
        is_gap: true,
        ..Found::default()
    };
    found
        .into_iter()
        .map(|(identity, found)| (identity, found.unwrap_or_else(nothing)))
        .collect()
}

fn finding(rule: &str, level: &str, identity: &Identity, subject: &Subject) -> Finding {
    let (key_id, class, on) = match subject {
        Subject::Identity => (None, None, None),
        Subject::Credential(held) => (held.key_id.clone(), Some(held.name()), Some(held.on)),
        Subject::Federated(on, trust) => {
            (trust.id.clone(), Some("federated-credential"), Some(*on))
        }
    };
    Finding {
        rule: rule.to_owned(),
        level: level.to_owned(),
        app_id: identity.app_id.clone(),
        object_id: identity.object_id.clone(),
        state: identity.state.map(str::to_owned),
        key_id,
        class: class.map(str::to_owned),
        on: on.map(str::to_owned),
        ..Finding::default()
    }
}

impl From<Vec<Subject>> for Found {
    fn from(subjects: Vec<Subject>) -> Self {
        Self {
            subjects,
            is_gap: false,
        }
    }
}

/// `None` where the inventory cannot tell anything.
fn apply(rule: &str, identity: &Identity, policy: &Policy<'_>) -> Option<Found> {
    match rule {
        "federated-credential-broad" => return federated(identity, policy),
        "owner-missing" => return owner(identity),
        "application-missing" => return Some(whole(identity.misses_application).into()),
        _ => {}
    }
    let state = identity.state?;
    let service_principal = |held: &&Held| held.on == "service-principal";
    let secrets = || identity.of(Class::Secret);
    let lasting =
        |held: &&Held| held.is_live_or_future() && held.lives_longer_than(policy.limit(rule));
    let subjects = match rule {
        "certificate-unusable" => return Some(unusable(identity)),
        "secrets-only" => whole(state == "secrets-only"),
        "secret-outside-window" => whole(state == "migrating"),
        "secret-added-during-migration" => {
            let lasting = secrets().filter(|held| held.is_live_or_future());
            each(lasting.filter(|held| starts_inside(held, identity, policy)))
        }
        "secret-lifetime" => each(secrets().filter(lasting)),
        "secret-without-expiry" => {
            each(secrets().filter(|held| held.is_live_or_future() && held.never_ends()))
        }
        "secret-age" => {
            let limit = policy.limit(rule);
            each(secrets().filter(|held| held.is_live() && held.is_older_than(limit, policy.now)))
        }
        "secret-expired" => each(secrets().filter(|held| !held.is_live_or_future())),
        "secret-expiring" => secret_expiring(identity, policy.now + policy.limit(rule)),
        "symmetric-key" => {
            let keys = identity.of(Class::Symmetric);
            each(keys.filter(|held| held.is_live_or_future()))
        }
        "certificate-expired" => {
            let expired = certificates(identity, "claimed certificates expire");
            each(expired.filter(|held| !held.is_live_or_future()))
        }
        "certificate-lifetime" => {
            each(certificates(identity, "claimed certificates have a lifetime").filter(lasting))
        }
        "certificate-expiring" => certificate_expiring(identity, policy.now + policy.limit(rule)),
        "service-principal-secret" => {
            let live = secrets().filter(|held| held.is_live());
            each(live.filter(service_principal))
        }
        "service-principal-credential-lifetime" => {
            let held = identity.credentials.iter().filter(service_principal);
            each(held.filter(|held| may_authenticate(held)).filter(lasting))
        }
        "saml-password-unproven" => {
            let excused = identity.of(Class::Paired).filter(|held| held.is_proven);
            each(excused.filter(|held| held.is_live_or_future() && !held.is_in_use))
        }
        "unknown-credential" => {
            let unknown = identity.of(Class::Unknown);
            each(unknown.filter(|held| held.is_live_or_future()))
        }
        _ => Vec::new(),
    };
    Some(subjects.into())
}

fn whole(holds: bool) -> Vec<Subject> {
    Vec::from_iter(holds.then_some(Subject::Identity))
}

pub(super) fn each<'a>(held: impl Iterator<Item = &'a Held>) -> Vec<Subject> {
    held.cloned().map(Subject::Credential).collect()
}

fn authenticates(held: &Held) -> bool {
    matches!(
        held.class,
        Class::Secret | Class::Certificate | Class::Symmetric
    )
}

/// What signs in, and what nothing shows not to.
fn may_authenticate(held: &Held) -> bool {
    let decision = "claimed keys of service principals have a lifetime";
    authenticates(held)
        || held.class == Class::Unknown
        || decide(
            decision,
            held.is_claimed() && held.may_authenticate(),
            false,
        )
}

/// Certificates, and what claims to be something else and is not proven to be.
fn certificates<'a>(
    identity: &'a Identity,
    decision: &'static str,
) -> impl Iterator<Item = &'a Held> {
    let held = identity.credentials.iter();
    held.filter(move |held| held.is_certificate(decision))
}

/// One that expired is only that. Without `key`, nobody can tell.
fn unusable(identity: &Identity) -> Found {
    let examined = || certificates(identity, "claimed certificates are examined");
    let broken = |held: &&Held| held.is_live_or_future() && held.key == Some(false);
    let blind = examined().any(|held| held.is_live() && held.key.is_none());
    Found {
        subjects: each(examined().filter(broken)),
        is_gap: decide("no key shown is a gap", blind, false),
    }
}

/// Tells whether a secret starts inside a window that is open now; without a start it starts in none.
fn starts_inside(secret: &Held, identity: &Identity, policy: &Policy<'_>) -> bool {
    let windows = identity.app_id.as_deref();
    let windows = windows.map_or_else(Vec::new, |app_id| policy.open_windows(app_id));
    secret.start.map(day_of).is_some_and(|start| {
        windows
            .iter()
            .any(|window| day(&window["opens"]) <= start && start <= day(&window["closes"]))
    })
}

fn secret_expiring(identity: &Identity, horizon: i128) -> Vec<Subject> {
    let live: Vec<&Held> = identity
        .of(Class::Secret)
        .filter(|held| held.is_live())
        .collect();
    let succeeded = live.iter().any(|held| held.ends() > horizon);
    let expiring = live.into_iter().filter(|held| held.ends() <= horizon);
    each(expiring.filter(|_| !succeeded))
}

fn certificate_expiring(identity: &Identity, horizon: i128) -> Vec<Subject> {
    let certificates = || {
        let held = identity.credentials.iter();
        held.filter(|held| {
            let is_one = decide(
                "a claimed certificate is no successor",
                held.class == Class::Certificate,
                held.looks_like_certificate(),
            );
            let opens = held.key != Some(false);
            is_one && decide("an unusable certificate is no successor", opens, true)
        })
    };
    let usable = || certificates().filter(|held| held.is_live());
    let Some(last) = usable().map(Held::ends).max() else {
        return Vec::new();
    };
    let takes_over = |held: &Held| {
        held.is_live_or_future()
            && held.ends() > horizon
            && held.start.is_none_or(|start| start < last)
    };
    if last > horizon || certificates().any(takes_over) {
        return Vec::new();
    }
    let last = usable().filter(|held| held.ends() == last);
    each(last.min_by_key(|held| held.key_id.clone()).into_iter())
}

/// An application that holds nothing in date needs no owner, and one with an owner has one whatever it holds.
fn owner(identity: &Identity) -> Option<Found> {
    if identity.has_owner == Some(true) {
        return Some(Found::default());
    }
    let state = identity.state?;
    let mut held = identity.credentials.iter();
    let holds = held.any(|held| held.is_live() && held.may_authenticate());
    let holds = holds || !identity.federated.is_empty();
    let holds = decide(
        "whatever is not proven needs an owner",
        holds,
        state != "no-credentials",
    );
    if !holds {
        return Some(Found::default());
    }
    identity.has_owner?;
    Some(whole(true).into())
}

fn federated(identity: &Identity, policy: &Policy<'_>) -> Option<Found> {
    let broad = identity.federated.iter().filter(|(_, federated)| {
        let subject = federated.subject.as_deref();
        let pattern = subject.is_none_or(|it| it.contains('*') || it.contains('?'));
        let pull_request =
            subject.is_some_and(|it| it.split(':').any(|part| part == "pull_request"));
        federated.flexible || pattern || pull_request || !trust::is_trusted(federated, policy)
    });
    let broad = broad.map(|(on, it)| Subject::Federated(on, it.clone()));
    in_part(broad.collect(), !identity.knows_federated)
}

/// The rules about the policy's own entries. An exception that has ended is only that.
fn about_policy(policy: &Policy<'_>, tenant: &Sorted, used: &BTreeSet<usize>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |rule: &str, exception: Option<&str>, window: Option<&str>| {
        if let Some(level) = policy.level(rule) {
            findings.push(Finding {
                rule: rule.to_owned(),
                level,
                disposition: "open".to_owned(),
                exception: exception.map(str::to_owned),
                window: window.map(str::to_owned),
                ..Finding::default()
            });
        }
    };
    for (number, exception) in policy.exceptions().into_iter().enumerate() {
        let id = exception["id"].as_str();
        if policy.is_expired(exception) {
            add("exception-expired", id, None);
            continue;
        }
        if day(&exception["expires"]) - policy.today <= policy.days("exception-expiring") {
            add("exception-expiring", id, None);
        }
        let to_come = policy.is_to_come(exception);
        let waits = decide(
            "an exception granted in future is not unused",
            to_come,
            false,
        );
        if !used.contains(&number) && !waits {
            add("exception-unused", id, None);
        }
        for application in exception["applications"].as_array().into_iter().flatten() {
            let app_id = application.as_str().unwrap().to_lowercase();
            if !tenant.app_ids.contains(&app_id) {
                add("exception-unknown-application", id, None);
            }
        }
    }
    for window in policy.windows() {
        if policy.today > day(&window["closes"]) {
            add("window-closed", None, window["id"].as_str());
        }
    }
    findings
}
