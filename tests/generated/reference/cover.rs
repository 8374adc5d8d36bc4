//! What exceptions and migration windows make of a finding.

use super::classes::Identity;
use super::policy::{Policy, day, names};
use crate::answer::Finding;

/// Settles the disposition of a finding about an identity. Returns the numbers of the exceptions that match it.
pub(super) fn settle(
    finding: &mut Finding,
    identity: &Identity,
    policy: &Policy<'_>,
) -> Vec<usize> {
    let keys: Vec<Option<String>> = if finding.class.is_some() {
        vec![finding.key_id.clone()]
    } else {
        let secrets = identity.live_secrets();
        secrets.map(|secret| secret.key_id.clone()).collect()
    };
    let (mut matching, mut covered) = (Vec::new(), vec![false; keys.len()]);
    let (mut wholly, mut first) = (false, None);
    for (number, exception) in policy.exceptions().into_iter().enumerate() {
        let concerns = names(&exception["rules"], &finding.rule)
            && names(&exception["applications"], &identity.app_id);
        let pinned = exception.get("credentials");
        let pins = |key: &Option<String>| {
            key.as_ref()
                .is_some_and(|key| pinned.is_some_and(|pinned| names(pinned, key)))
        };
        if !concerns || pinned.is_some() && !keys.iter().any(pins) {
            continue;
        }
        matching.push(number);
        if !policy.is_in_force(exception) {
            continue;
        }
        wholly |= pinned.is_none();
        for (covered, key) in covered.iter_mut().zip(&keys) {
            *covered |= pins(key);
        }
        first = first.or(exception["id"].as_str());
    }
    if first.is_some() && (wholly || covered.iter().all(|covered| *covered)) {
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

/// The first window that tolerates what a rule found.
fn tolerating(rule: &str, identity: &Identity, policy: &Policy<'_>) -> Option<String> {
    let windows = policy.open_windows(&identity.app_id);
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
