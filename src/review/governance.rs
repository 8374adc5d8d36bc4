//! What became of the rules about the policy itself, of its tenant and of the presets that it extends.
//!
//! In: both policies. Out: a change for each difference. Without a limit everything is allowed, so a limit that is gone
//! loosens.

use super::words::named;
use super::{Sides, change};
use crate::finding::Days;
use crate::policy::{Policy, Signature};
use crate::report::review::{Change, ChangeKind, ChangeSubject, Direction};

/// Adds what became of governance, tenant and presets.
pub(super) fn compare(sides: &Sides<'_>, changes: &mut Vec<Change>) {
    let mut note = |kind, subject, (direction, text): (Direction, String)| {
        let key = match &subject {
            ChangeSubject::Governance(key) => format!("governance/{key}"),
            ChangeSubject::Tenant => "tenant".to_owned(),
            ChangeSubject::Preset(_)
            | ChangeSubject::Exception(_)
            | ChangeSubject::Window(_)
            | ChangeSubject::Issuers
            | ChangeSubject::Rule(_) => "extends".to_owned(),
        };
        changes.push(change(kind, direction, subject, text, sides.place_of(&key)));
    };
    let (base, head) = (sides.base.governance(), sides.head.governance());
    let terms = [
        (
            "exception-max-term",
            term(base.exception_max_term(), head.exception_max_term()),
        ),
        (
            "window-max-term",
            term(base.window_max_term(), head.window_max_term()),
        ),
    ];
    for (key, found) in terms {
        if let Some(found) = found {
            note(
                ChangeKind::Governance,
                ChangeSubject::Governance(key),
                found,
            );
        }
    }
    for found in required(base.require(), head.require()) {
        let subject = ChangeSubject::Governance("require");
        note(ChangeKind::Governance, subject, found);
    }
    if let Some(found) = tenant(sides.base, sides.head) {
        note(ChangeKind::Tenant, ChangeSubject::Tenant, found);
    }
    let (old, new) = (presets(sides.base), presets(sides.head));
    if old != new {
        let text = format!(
            "the policy extends {} instead of {}",
            list(&new),
            list(&old)
        );
        let name = if new.is_empty() {
            "none".to_owned()
        } else {
            new.join(", ")
        };
        let subject = ChangeSubject::Preset(name);
        note(ChangeKind::Preset, subject, (Direction::Neutral, text));
    }
}

fn term(old: Option<Days>, new: Option<Days>) -> Option<(Direction, String)> {
    match (old, new) {
        (Some(old), Some(new)) if new > old => Some((
            Direction::Loosens,
            format!("the longest term is {new} instead of {old}"),
        )),
        (Some(old), Some(new)) if new < old => Some((
            Direction::Tightens,
            format!("the longest term is {new} instead of {old}"),
        )),
        (Some(old), None) => Some((
            Direction::Loosens,
            format!("there is no longest term any more, it was {old}"),
        )),
        (None, Some(new)) => Some((
            Direction::Tightens,
            format!("the longest term is {new}, there was none"),
        )),
        (Some(_), Some(_)) | (None, None) => None,
    }
}

fn required(old: &[Signature], new: &[Signature]) -> Vec<(Direction, String)> {
    let only = |list: &[Signature], other: &[Signature]| -> Vec<&'static str> {
        let only = list.iter().filter(|signature| !other.contains(signature));
        only.map(|signature| signature.key()).collect()
    };
    let (added, removed) = (only(new, old), only(old, new));
    let mut found = Vec::new();
    if !removed.is_empty() {
        let text = format!("exceptions need no {} any more", named(&removed));
        found.push((Direction::Loosens, text));
    }
    if !added.is_empty() {
        let text = format!("exceptions need {}", named(&added));
        found.push((Direction::Tightens, text));
    }
    found
}

fn tenant(base: &Policy, head: &Policy) -> Option<(Direction, String)> {
    match (base.tenant(), head.tenant()) {
        (Some(old), Some(new)) if old != new => Some((
            Direction::Loosens,
            format!(
                "the policy is for tenant {new} instead of {old}: it says nothing about {old} any more"
            ),
        )),
        (Some(old), None) => Some((
            Direction::Loosens,
            format!(
                "the policy names no tenant any more: an inventory of another tenant than {old} passes for it"
            ),
        )),
        // A wrong id would make strangers of the tenant's own service principals.
        (None, Some(new)) => Some((
            Direction::Loosens,
            format!(
                "the policy is for tenant {new}: service principals of other tenants are judged as strangers, also where the inventory does not tell its own tenant"
            ),
        )),
        (Some(_), Some(_)) | (None, None) => None,
    }
}

/// Returns the names of the shipped presets that a policy extends.
fn presets(policy: &Policy) -> Vec<&str> {
    let files = policy.files().iter();
    files
        .filter_map(|file| file.name.strip_prefix("preset:"))
        .collect()
}

fn list(presets: &[&str]) -> String {
    if presets.is_empty() {
        "no preset".to_owned()
    } else {
        named(presets)
    }
}
