//! What exceptions and migration windows make of a finding, and of what could not be judged.

use serde_json::Value;

use super::classes::{Class, Identity};
use super::decided::decide;
use super::policy::{Policy, day, names};
use crate::answer::Finding;

/// The rules about a whole application that pins cover: what they find are its live secrets.
const ABOUT_SECRETS: [&str; 2] = ["secrets-only", "secret-outside-window"];

fn concerns(exception: &Value, rule: &str, identity: &Identity) -> bool {
    let app_id = identity.app_id.as_ref();
    names(&exception["rules"], rule)
        && app_id.is_some_and(|app_id| names(&exception["applications"], app_id))
}

/// The keys of which each must be pinned; `None` where pins cover nothing.
fn keys(finding: &Finding, identity: &Identity) -> Option<Vec<Option<String>>> {
    if let Some(class) = &finding.class {
        let signs = class == "token-signing-key";
        return Some(vec![pin(finding.key_id.as_ref(), signs, identity)]);
    }
    let other = !ABOUT_SECRETS.contains(&finding.rule.as_str());
    if decide(
        "a pinned exception covers no other finding of an application",
        other,
        false,
    ) {
        return None;
    }
    let secrets = identity.live_secrets();
    Some(
        secrets
            .map(|secret| pin(secret.key_id.as_ref(), false, identity))
            .collect(),
    )
}

/// The keyId by which a credential is pinned. One that stands twice names neither, but that a key that signs tokens shares
/// its own with the password that opens it.
fn pin(key_id: Option<&String>, signs: bool, identity: &Identity) -> Option<String> {
    let held = identity.credentials.iter();
    let equal = held
        .filter(|held| held.key_id.as_ref() == key_id && (held.class == Class::Signing) == signs);
    let is_repeated = key_id.is_some() && equal.count() > 1;
    let pin = key_id.filter(|_| !is_repeated);
    decide("a keyId that stands twice is no pin", pin, key_id).cloned()
}

/// Settles the disposition of a finding about an identity. Returns the numbers of the exceptions that match it.
pub(super) fn settle(
    finding: &mut Finding,
    identity: &Identity,
    policy: &Policy<'_>,
) -> Vec<usize> {
    let keys = keys(finding, identity);
    let keys = keys.as_deref();
    let mut covered = vec![false; keys.map_or(0, <[_]>::len)];
    let (mut matching, mut wholly, mut first) = (Vec::new(), false, None);
    for (number, exception) in policy.exceptions().into_iter().enumerate() {
        let pinned = exception.get("credentials");
        let pins = |key: &Option<String>| {
            key.as_ref()
                .is_some_and(|key| pinned.is_some_and(|pinned| names(pinned, key)))
        };
        let matches = pinned.is_none() || keys.is_some_and(|keys| keys.iter().any(pins));
        if !concerns(exception, &finding.rule, identity) || !matches {
            continue;
        }
        matching.push(number);
        if !policy.is_in_force(exception) {
            continue;
        }
        wholly |= pinned.is_none();
        for (covered, key) in covered.iter_mut().zip(keys.into_iter().flatten()) {
            *covered |= pins(key);
        }
        first = first.or(exception["id"].as_str());
    }
    let each = keys.is_some() && covered.iter().all(|covered| *covered);
    if first.is_some() && (wholly || each) {
        "excepted".clone_into(&mut finding.disposition);
        finding.exception = first.map(str::to_owned);
    } else if let Some(window) = tolerating(&finding.rule, identity, policy) {
        "in-window".clone_into(&mut finding.disposition);
        finding.window = Some(window);
    } else {
        "open".clone_into(&mut finding.disposition);
    }
    matching
}

/// The numbers of the exceptions that cover what a rule could not judge on an identity.
pub(super) fn gap(rule: &str, identity: &Identity, policy: &Policy<'_>) -> Vec<usize> {
    let exceptions = policy.exceptions().into_iter().enumerate();
    let covering = exceptions.filter(|(_, exception)| {
        let pinned = exception.get("credentials").is_some();
        policy.is_in_force(exception)
            && concerns(exception, rule, identity)
            && !decide("a pinned exception covers no gap", pinned, false)
    });
    covering.map(|(number, _)| number).collect()
}

/// The first window that tolerates what a rule found.
fn tolerating(rule: &str, identity: &Identity, policy: &Policy<'_>) -> Option<String> {
    let windows = policy.open_windows(identity.app_id.as_deref()?);
    let window = windows.into_iter().find(|window| match rule {
        "secret-outside-window" => true,
        "secrets-only" => {
            let by = window.get("certificate-by").unwrap_or(&window["closes"]);
            policy.today <= day(by)
        }
        _ => false,
    })?;
    window["id"].as_str().map(str::to_owned)
}
