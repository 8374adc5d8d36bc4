//! The rules.

use std::collections::BTreeSet;

use super::Sorted;
use super::classes::{Class, Held, Identity};
use super::cover;
use super::objects::Federated;
use super::policy::{Policy, RULES, day};
use crate::answer::Finding;
use crate::moments::day_of;

/// What a rule found on one identity; `None` where the inventory cannot tell.
type Found = Option<Vec<Subject>>;

/// What a finding is about.
enum Subject {
    Identity,
    Credential(Held),
    Federated(&'static str, Federated),
}

/// Returns all findings, and the rules that were not judged everywhere.
pub(super) fn judge(policy: &Policy<'_>, tenant: &Sorted) -> (Vec<Finding>, BTreeSet<String>) {
    let (mut findings, mut not_judged, mut used) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for (rule, ..) in RULES {
        let Some(level) = policy.level(rule) else {
            continue;
        };
        let about_service_principals = matches!(
            rule,
            "service-principal-secret"
                | "service-principal-credential-lifetime"
                | "foreign-service-principal-credential"
        );
        let blind = about_service_principals && !tenant.knows_service_principals;
        if blind || rule == "tenant-allows-new-secrets" {
            not_judged.insert(rule.to_owned());
            continue;
        }
        let identities = match rule {
            "foreign-service-principal-credential" => &tenant.strangers,
            _ => &tenant.judged,
        };
        for identity in identities {
            let Some(subjects) = apply(rule, identity, policy) else {
                not_judged.insert(rule.to_owned());
                continue;
            };
            for subject in subjects {
                let mut finding = finding(rule, &level, identity, &subject);
                used.extend(cover::settle(&mut finding, identity, policy));
                findings.push(finding);
            }
        }
    }
    findings.extend(about_policy(policy, tenant, &used));
    (findings, not_judged)
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
        app_id: Some(identity.app_id.clone()),
        object_id: identity.object_id.clone(),
        state: identity.state.map(str::to_owned),
        key_id,
        class: class.map(str::to_owned),
        on: on.map(str::to_owned),
        ..Finding::default()
    }
}

fn apply(rule: &str, identity: &Identity, policy: &Policy<'_>) -> Found {
    match rule {
        "federated-credential-broad" => return federated(identity, policy),
        "owner-missing" => return owner(identity),
        _ => {}
    }
    let state = identity.state?;
    let whole = |holds: bool| Vec::from_iter(holds.then_some(Subject::Identity));
    let service_principal = |held: &&Held| held.on == "service-principal";
    let secrets = || identity.of(Class::Secret);
    let certificates = || identity.of(Class::Certificate);
    let lasting =
        |held: &&Held| held.is_live_or_future() && held.lives_longer_than(policy.limit(rule));
    Some(match rule {
        "secrets-only" => whole(state == "secrets-only"),
        "secret-outside-window" => whole(state == "migrating"),
        "secret-added-during-migration" => {
            let added =
                |held: &&Held| held.is_live_or_future() && starts_inside(held, identity, policy);
            each(secrets().filter(added))
        }
        "secret-lifetime" => each(secrets().filter(lasting)),
        "secret-without-expiry" => {
            each(secrets().filter(|held| held.is_live_or_future() && held.end.is_none()))
        }
        "secret-age" => {
            let limit = policy.limit(rule);
            each(secrets().filter(|held| held.is_live() && held.is_older_than(limit, policy.now)))
        }
        "secret-expired" => each(secrets().filter(|held| !held.is_live_or_future())),
        "secret-expiring" => secret_expiring(identity, policy.now + policy.limit(rule)),
        "symmetric-key" => each(
            identity
                .of(Class::Symmetric)
                .filter(|held| held.is_live_or_future()),
        ),
        "certificate-expired" => each(certificates().filter(|held| !held.is_live_or_future())),
        "certificate-lifetime" => each(certificates().filter(lasting)),
        "certificate-expiring" => certificate_expiring(identity, policy.now + policy.limit(rule)),
        "service-principal-secret" => each(
            secrets()
                .filter(service_principal)
                .filter(|held| held.is_live()),
        ),
        "service-principal-credential-lifetime" => {
            let held = identity.credentials.iter().filter(service_principal);
            each(
                held.filter(|held| authenticates(held) || held.class == Class::Unknown)
                    .filter(lasting),
            )
        }
        "foreign-service-principal-credential" => foreign(identity),
        _ => Vec::new(),
    })
}

fn each<'a>(held: impl Iterator<Item = &'a Held>) -> Vec<Subject> {
    held.cloned().map(Subject::Credential).collect()
}

fn authenticates(held: &Held) -> bool {
    matches!(
        held.class,
        Class::Secret | Class::Certificate | Class::Symmetric
    )
}

/// Tells whether a secret starts inside a window that is open now; without a start it starts in none.
fn starts_inside(secret: &Held, identity: &Identity, policy: &Policy<'_>) -> bool {
    let windows = policy.open_windows(&identity.app_id);
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
    let certificates = || identity.of(Class::Certificate);
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

fn foreign(identity: &Identity) -> Vec<Subject> {
    let held = identity.credentials.iter().filter(|held| {
        authenticates(held) && held.is_live_or_future() || held.class == Class::Unknown
    });
    let federated = identity.federated.iter();
    let federated = federated.map(|(on, trust)| Subject::Federated(on, trust.clone()));
    held.cloned()
        .map(Subject::Credential)
        .chain(federated)
        .collect()
}

/// An application without credentials needs no owner, and one with an owner has one whatever it holds.
fn owner(identity: &Identity) -> Found {
    if identity.has_owner == Some(true) || identity.state == Some("no-credentials") {
        return Some(Vec::new());
    }
    identity.state?;
    identity.has_owner?;
    Some(vec![Subject::Identity])
}

fn federated(identity: &Identity, policy: &Policy<'_>) -> Found {
    if !identity.knows_federated {
        return None;
    }
    let issuers = policy.issuers();
    let broad = identity.federated.iter().filter(|(_, trust)| {
        let subject = trust.subject.as_deref();
        let pattern = subject.is_none_or(|it| it.contains('*') || it.contains('?'));
        let pull_request =
            subject.is_some_and(|it| it.split(':').any(|part| part == "pull_request"));
        trust.flexible || pattern || pull_request || !is_trusted(&trust.issuer, issuers.as_deref())
    });
    Some(
        broad
            .map(|(on, trust)| Subject::Federated(on, trust.clone()))
            .collect(),
    )
}

fn is_trusted(issuer: &str, issuers: Option<&[&str]>) -> bool {
    // A trailing slash and the letters of a host are no difference.
    let plain = |url: &str| {
        let url = url.strip_suffix('/').unwrap_or(url);
        let host = url
            .match_indices('/')
            .nth(2)
            .map_or(url.len(), |(at, _)| at);
        url[..host].to_lowercase() + &url[host..]
    };
    let issuer = plain(issuer);
    if let Some(issuers) = issuers {
        return issuers.iter().any(|known| plain(known) == issuer);
    }
    let Some(rest) = issuer.strip_prefix("https://") else {
        return false;
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    // Anything but letters, digits, hyphens and dots ends a host, or makes it another one; a path may lead elsewhere.
    let odd_host = |it: char| !it.is_ascii_alphanumeric() && it != '-' && it != '.';
    let odd_path = path.contains(['?', '#', '\\']) || path.split('/').any(|part| part == "..");
    if host.contains(odd_host) || odd_path {
        return false;
    }
    match host {
        "gitlab.com" | "app.terraform.io" | "accounts.google.com" => path.is_empty(),
        "token.actions.githubusercontent.com" | "login.microsoftonline.com" => true,
        _ => host.ends_with(".oic.prod-aks.azure.com"),
    }
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
        let is_granted = day(&exception["granted"]) <= policy.today;
        if is_granted && !used.contains(&number) {
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
