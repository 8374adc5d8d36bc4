//! What became of the rules.
//!
//! In: both policies. Out: a change for each setting that differs. A rule that is off, lower, wider, or content without
//! evidence loosens.

use super::{Sides, change, rule_place};
use crate::finding::{Days, Level};
use crate::model::Alternatives;
use crate::policy::{Evidence, Policy, RuleSetting};
use crate::report::review::{Change, ChangeKind, ChangeSubject, Direction};
use crate::rules;

/// Adds what became of the rules.
pub(super) fn compare(sides: &Sides<'_>, changes: &mut Vec<Change>) {
    for descriptor in rules::descriptors() {
        let rule = descriptor.id;
        let (base, head) = (sides.base.rule(rule), sides.head.rule(rule));
        let mut found = Vec::new();
        match (active(base), active(head)) {
            (None, None) => {}
            (None, Some((_, level))) => found.push((
                ChangeKind::RuleSwitchedOn,
                Direction::Tightens,
                format!("it is on, at level {level}"),
            )),
            (Some((_, level)), None) => found.push((
                ChangeKind::RuleSwitchedOff,
                Direction::Loosens,
                format!("it is off, and was on at level {level}"),
            )),
            (Some((base, _)), Some((head, _))) => settings(base, head, &mut found),
        }
        if rule == rules::secrets_only() {
            alternatives(sides, &mut found);
        }
        let place = || rule_place(sides.head, sides.head.rule_at(rule));
        let subject = || ChangeSubject::Rule(rule);
        changes.extend(
            found
                .into_iter()
                .map(|(kind, direction, text)| change(kind, direction, subject(), text, place())),
        );
    }
}

type Found = Vec<(ChangeKind, Direction, String)>;

fn active(setting: Option<&RuleSetting>) -> Option<(&RuleSetting, Level)> {
    let setting = setting?;
    Some((setting, setting.level?))
}

/// Compares two settings of a rule that is on in both policies.
fn settings(base: &RuleSetting, head: &RuleSetting, found: &mut Found) {
    let RuleSetting {
        rule: _,
        level,
        evidence,
        max,
        within,
        alternatives: _,
    } = head;
    if let (Some(old), Some(new)) = (base.level, *level)
        && old != new
    {
        let direction = if new < old {
            Direction::Loosens
        } else {
            Direction::Tightens
        };
        let text = format!("its level is {new} instead of {old}");
        found.push((ChangeKind::RuleLevel, direction, text));
    }
    found.extend(match (base.evidence, evidence) {
        (Evidence::Required, Evidence::Optional) => Some((
            ChangeKind::RuleEvidence,
            Direction::Loosens,
            "evidence: required → optional, so an inventory that cannot show what the rule needs passes"
                .to_owned(),
        )),
        (Evidence::Optional, Evidence::Required) => Some((
            ChangeKind::RuleEvidence,
            Direction::Tightens,
            "evidence: optional → required, so an inventory that cannot show what the rule needs gives no verdict"
                .to_owned(),
        )),
        (Evidence::Required, Evidence::Required) | (Evidence::Optional, Evidence::Optional) => None,
    });
    let above = |old: Days, new: Days| new > old;
    let below = |old: Days, new: Days| new < old;
    found.extend(limit("max", base.max, *max, above));
    found.extend(limit("within", base.within, *within, below));
}

/// Compares a limit; `loosens` tells whether the new one lets more pass.
fn limit(
    key: &str,
    old: Option<Days>,
    new: Option<Days>,
    loosens: impl Fn(Days, Days) -> bool,
) -> Option<(ChangeKind, Direction, String)> {
    let (old, new) = (old?, new?);
    if old == new {
        return None;
    }
    let direction = if loosens(old, new) {
        Direction::Loosens
    } else {
        Direction::Tightens
    };
    let text = format!("`{key}` is {new} instead of {old}");
    Some((ChangeKind::RuleLimit, direction, text))
}

/// Compares what counts as better than a secret. That decides the state of an application, whichever rule reads it.
fn alternatives(sides: &Sides<'_>, found: &mut Found) {
    let (old, new) = (accepted(sides.base), accepted(sides.head));
    let was_on = active(sides.base.rule(rules::secrets_only())).is_some();
    let hiding = hiding(sides);
    let kinds = [
        ("a certificate", old.certificate, new.certificate),
        ("a federated credential", old.federated, new.federated),
    ];
    for (what, old, new) in kinds {
        let (direction, text) = match (old, new) {
            (false, true) => {
                let text = format!("{what} beside a secret is now enough");
                let direction = if was_on {
                    Direction::Loosens
                } else {
                    Direction::Neutral
                };
                (direction, text)
            }
            (true, false) => {
                let text = format!("{what} beside a secret is no longer enough");
                narrower(text, hiding.as_deref())
            }
            (true, true) | (false, false) => continue,
        };
        found.push((ChangeKind::RuleAlternatives, direction, text));
    }
}

/// What a policy accepts as better than a secret.
fn accepted(policy: &Policy) -> Alternatives {
    let setting = policy.rule(rules::secrets_only());
    setting.map_or_else(Alternatives::default, |setting| setting.alternatives)
}

/// Judges that less counts as better than a secret, which loosens where something hides what is then found.
fn narrower(text: String, hiding: Option<&str>) -> (Direction, String) {
    match hiding {
        Some(why) => (Direction::Loosens, format!("{text}: {why}")),
        None => (Direction::Tightens, text),
    }
}

/// Says why an application with a secret may pass that is no longer said to have something better. What
/// `secret-outside-window` found of it is then for `secrets-only` to find, if that weighs as much and nothing covers it.
fn hiding(sides: &Sides<'_>) -> Option<String> {
    let (only, beside) = (rules::secrets_only(), rules::secret_outside_window());
    let level = |policy: &Policy, rule| active(policy.rule(rule)).map(|(_, level)| level);
    // That the other rule is lower, or off, is a change of its own.
    let was = level(sides.base, beside).min(level(sides.head, beside))?;
    let is = level(sides.head, only);
    if is < Some(was) {
        return Some(format!(
            "{only} does not find it at the level at which {beside} did"
        ));
    }
    let mut exceptions = sides.head.exceptions().iter();
    let exception =
        exceptions.find(|it| !it.is_expired(sides.today) && it.lifts(only) && !it.lifts(beside))?;
    Some(format!(
        "{only} finds it, which `{}` may tolerate",
        exception.id
    ))
}

/// Compares whom federated credentials may trust. That decides the state of an application, whichever rule reads it.
pub(super) fn compare_issuers(sides: &Sides<'_>, changes: &mut Vec<Change>) {
    let (old, new) = (sides.base.trust(None), sides.head.trust(None));
    let shown = |issuers: Vec<String>| {
        let issuers: Vec<String> = issuers.iter().map(|issuer| format!("`{issuer}`")).collect();
        issuers.join(", ")
    };
    let (added, removed) = (new.beyond(&old), old.beyond(&new));
    let mut found = Found::new();
    if !added.is_empty() {
        let text = format!("federated credentials may also trust {}", shown(added));
        found.push((ChangeKind::Issuers, Direction::Loosens, text));
    }
    if !removed.is_empty() {
        let text = format!(
            "federated credentials may no longer trust {}",
            shown(removed)
        );
        let counted = accepted(sides.base).federated;
        let hiding = counted.then(|| hiding(sides)).flatten();
        let (direction, text) = narrower(text, hiding.as_deref());
        found.push((ChangeKind::Issuers, direction, text));
    }
    changes.extend(found.into_iter().map(|(kind, direction, text)| {
        let place = sides.place_of("issuers");
        change(kind, direction, ChangeSubject::Issuers, text, place)
    }));
}
