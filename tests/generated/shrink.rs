//! Makes a case smaller for as long as the program and the reference still differ on it.

use serde_json::Value;

use super::case::Case;
use super::reference;

/// Entries that a case can do without.
const LISTS: [&str; 4] = [
    "passwordCredentials",
    "keyCredentials",
    "federatedIdentityCredentials",
    "owners",
];

/// Members of an object that it can do without.
const MEMBERS: [&str; 5] = [
    "tokenEncryptionKeyId",
    "preferredTokenSigningKeyThumbprint",
    "preferredSingleSignOnMode",
    "ObjectId",
    "deletedDateTime",
];

/// Returns the smallest case that still differs.
pub(crate) fn shrink(mut case: Case, differs: impl Fn(&Case) -> bool) -> Case {
    let mut tries = 600_u32;
    while let Some(smaller) = smaller(&case).into_iter().find(|case| {
        tries = tries.saturating_sub(1);
        tries > 0 && differs(case)
    }) {
        case = smaller;
    }
    case
}

/// Every case that has one thing less.
fn smaller(case: &Case) -> Vec<Case> {
    let mut cases = Vec::new();
    for (at, listing) in case.listings.iter().enumerate() {
        if case.listings.len() > 1 {
            let mut smaller = case.clone();
            smaller.listings.remove(at);
            cases.push(smaller);
        }
        for (number, object) in listing.objects.iter().enumerate() {
            let mut smaller = case.clone();
            smaller.listings[at].objects.remove(number);
            cases.push(smaller);
            for member in MEMBERS.into_iter().filter(|it| !object[it].is_null()) {
                let mut smaller = case.clone();
                let object = smaller.listings[at].objects[number].as_object_mut();
                object.unwrap().remove(member);
                cases.push(smaller);
            }
            for list in LISTS {
                for entry in 0..object[list].as_array().map_or(0, Vec::len) {
                    let mut smaller = case.clone();
                    let list = &mut smaller.listings[at].objects[number][list];
                    list.as_array_mut().unwrap().remove(entry);
                    cases.push(smaller);
                }
            }
        }
    }
    cases.extend(
        smaller_policies(&case.policy)
            .into_iter()
            .map(|policy| Case {
                policy,
                ..case.clone()
            }),
    );
    cases
}

fn smaller_policies(policy: &Value) -> Vec<Value> {
    let mut policies = Vec::new();
    for member in ["extends", "issuers", "tenant", "governance"] {
        let mut smaller = policy.clone();
        if smaller.as_object_mut().unwrap().remove(member).is_some()
            && reference::has_active_rule(&smaller)
        {
            policies.push(smaller);
        }
    }
    for section in ["exceptions", "migration-windows"] {
        for entry in 0..policy[section].as_array().map_or(0, Vec::len) {
            let mut smaller = policy.clone();
            smaller[section].as_array_mut().unwrap().remove(entry);
            policies.push(smaller);
        }
    }
    let rules = policy["rules"].as_object().unwrap();
    for rule in rules.keys().filter(|_| rules.len() > 1) {
        let mut smaller = policy.clone();
        smaller["rules"].as_object_mut().unwrap().remove(rule);
        if reference::has_active_rule(&smaller) {
            policies.push(smaller);
        }
    }
    policies
}
