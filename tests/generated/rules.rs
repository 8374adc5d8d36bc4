//! Random policies: which rules are on, at which level, with which limits; migration windows and governance.

use serde_json::{Map, Value, json};

use super::focus::Focus;
use super::moments::spell_day;
use super::random::Random;

/// The rules about the tenant, and the setting that each takes besides its level, with its default.
pub(crate) const RULES: [(&str, Option<(&str, i64)>); 23] = [
    ("secrets-only", None),
    ("secret-outside-window", None),
    ("secret-added-during-migration", None),
    ("secret-lifetime", Some(("max", 366))),
    ("secret-without-expiry", None),
    ("secret-age", Some(("max", 180))),
    ("secret-expired", None),
    ("secret-expiring", Some(("within", 30))),
    ("symmetric-key", None),
    ("certificate-expiring", Some(("within", 30))),
    ("certificate-expired", None),
    ("certificate-lifetime", Some(("max", 366))),
    ("service-principal-secret", None),
    ("service-principal-credential-lifetime", Some(("max", 90))),
    ("foreign-service-principal-credential", None),
    ("owner-missing", None),
    ("federated-credential-broad", None),
    ("tenant-allows-new-secrets", None),
    ("application-missing", None),
    ("saml-password-unproven", None),
    ("agent-identity-credential", None),
    ("certificate-unusable", None),
    ("unknown-credential", None),
];

/// Whom a policy lists as trusted.
const ISSUERS: [&str; 6] = [
    "https://token.actions.githubusercontent.com",
    "https://gitlab.com/",
    "https://issuer.contoso.example/a/",
    "https://issuer.contoso.example/b",
    "https://login.microsoftonline.com/3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11/v2.0",
    "https://vstoken.dev.azure.com/0f1e2d3c-4b5a-4697-8877-665544332211",
];

/// The rules about the policy itself.
const POLICY_RULES: [&str; 5] = [
    "exception-expired",
    "exception-expiring",
    "exception-unused",
    "exception-unknown-application",
    "window-closed",
];

/// A policy with rules only.
pub(crate) fn policy(random: &mut Random) -> Value {
    let share = random.pick(&[10, 30, 60, 95, 95]);
    let levels: &[&str] = random.pick(&[
        &["error", "warning", "note"][..],
        &["error", "error", "warning", "note", "off"],
        &["warning", "note", "note", "off"],
    ]);
    let mut rules = Map::new();
    for (rule, setting) in RULES {
        let share = match rule {
            "secrets-only" | "secret-outside-window" => share.max(70),
            "tenant-allows-new-secrets" => 6,
            _ => share,
        };
        if random.percent(share) {
            let written = written(random, rule, setting, levels);
            rules.insert(rule.to_owned(), written);
        }
    }
    if rules.values().all(|rule| rule["level"] == "off") {
        let rule = random.pick(&["secrets-only", "secret-outside-window", "secret-age"]);
        rules.insert(rule.to_owned(), json!({"level": "error"}));
    }
    for rule in POLICY_RULES {
        if random.percent(25) {
            let level = random.pick(&["error", "warning", "note", "off", "off"]);
            rules.insert(rule.to_owned(), json!({"level": level}));
            if rule == "exception-expiring" && random.percent(50) {
                rules[rule]["within"] = duration(random, &[1, 7, 10, 14, 30]);
            }
        }
    }
    let mut policy = json!({"version": 1, "rules": rules});
    if random.percent(20) {
        policy["extends"] = json!("baseline");
    }
    if random.percent(25) {
        policy["issuers"] = json!(random.some(&ISSUERS, 3));
    }
    if random.percent(2) {
        policy["rules"]["federated-credential-broad"] = json!({"issuers": ["https://gitlab.com"]});
    }
    policy
}

/// A policy of few rules, all of which fail.
pub(crate) fn focused(random: &mut Random, focus: Focus) -> Value {
    let mut rules = Map::new();
    for rule in random.some(focus.rules(), 2) {
        let (_, setting) = RULES.into_iter().find(|(known, _)| *known == rule).unwrap();
        let written = written(random, rule, setting, &["error"]);
        rules.insert(rule.to_owned(), written);
        rules[rule]["level"] = json!("error");
        if random.percent(60) {
            rules[rule]["evidence"] = json!("optional");
        }
    }
    for rule in POLICY_RULES {
        if random.percent(40) {
            rules.insert(rule.to_owned(), json!({"level": "note"}));
        }
    }
    let mut policy = json!({"version": 1, "rules": rules});
    if random.percent(15) {
        policy["issuers"] = json!(random.some(&ISSUERS, 3));
    }
    policy
}

fn written(
    random: &mut Random,
    rule: &str,
    setting: Option<(&str, i64)>,
    levels: &[&str],
) -> Value {
    let mut written = Map::new();
    if random.percent(75) {
        written.insert("level".to_owned(), json!(random.pick(levels)));
    }
    if let Some((name, _)) = setting
        && random.percent(60)
    {
        let days: &[i64] = match name {
            "max" => &[1, 30, 84, 90, 180, 365, 366, 730],
            _ => &[1, 7, 14, 30, 60],
        };
        written.insert(name.to_owned(), duration(random, days));
    }
    if rule == "secrets-only" && random.percent(50) {
        let alternatives = random.some(&["certificate", "federated"], 2);
        written.insert("alternatives".to_owned(), json!(alternatives));
    }
    let optional = match rule {
        "owner-missing"
        | "federated-credential-broad"
        | "tenant-allows-new-secrets"
        | "application-missing"
        | "saml-password-unproven"
        | "agent-identity-credential" => 65,
        "certificate-unusable" => 50,
        _ if rule.contains("service-principal") => 65,
        _ => 30,
    };
    if random.percent(optional) {
        written.insert("evidence".to_owned(), json!("optional"));
    } else if written.is_empty() || random.percent(30) {
        written.insert("evidence".to_owned(), json!("required"));
    }
    Value::Object(written)
}

fn duration(random: &mut Random, days: &[i64]) -> Value {
    let days = random.pick(days);
    match random.below(4) {
        0 => json!(format!("P{days}D")),
        1 if days % 7 == 0 => json!(format!("{}w", days / 7)),
        _ => json!(format!("{days}d")),
    }
}

/// Every limit of the policy, in days; where it names none, the rule's own.
pub(crate) fn limits(policy: &Value) -> Vec<i64> {
    let settings = RULES
        .iter()
        .filter_map(|(rule, setting)| Some((rule, (*setting)?)));
    settings
        .map(|(rule, (name, default))| {
            policy["rules"][rule][name]
                .as_str()
                .map_or(default, |text| {
                    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                    let count: i64 = digits.parse().unwrap();
                    if text.ends_with('w') {
                        count * 7
                    } else {
                        count
                    }
                })
        })
        .collect()
}

/// First and last day of some migration windows: open, closed, to come, and at the edges of today.
pub(crate) fn windows(random: &mut Random, today: i64) -> Vec<(i64, i64)> {
    let count = random.pick(&[0, 0, 1, 1, 2, 3]);
    let windows = (0..count).map(|_| {
        let length = random.between(0, 80);
        let opens = match random.below(8) {
            0..=3 => today - random.between(0, length),
            4 => today - length - random.between(1, 60),
            5 => today + random.between(1, 40),
            _ => random.pick(&[today, today + 1, today - length, today - length - 1]),
        };
        (opens, opens + length)
    });
    windows.collect()
}

/// Writes the windows into the policy, with the governance that they need.
pub(crate) fn add_windows(
    random: &mut Random,
    policy: &mut Value,
    (windows, today): (Vec<(i64, i64)>, i64),
    app_ids: &[String],
) {
    let mut governance = Map::new();
    let mut written = Vec::new();
    for (number, (opens, closes)) in windows.into_iter().enumerate() {
        let applications = if random.percent(40) {
            json!("all")
        } else {
            json!(random.some(app_ids, 4))
        };
        if applications == "all" || random.percent(20) {
            governance.insert("window-max-term".to_owned(), duration(random, &[84, 90]));
        }
        let mut window = json!({
            "id": format!("window-{number}"),
            "applications": applications,
            "reason": "Cutover of the billing services.",
            "opens": spell_day(opens),
            "closes": spell_day(closes),
        });
        if random.percent(60) {
            let any = random.between(opens, closes);
            let by = random.pick(&[opens, closes, any, today - 1, today, today + 1]);
            window["certificate-by"] = json!(spell_day(by.clamp(opens, closes)));
        }
        written.push(window);
    }
    if !written.is_empty() || random.percent(10) {
        policy["migration-windows"] = json!(written);
    }
    // Some of these loosen what a preset says, or are shorter than the terms of exceptions and windows.
    let extends = policy.get("extends").is_some();
    if random.percent(if extends { 8 } else { 20 }) {
        governance.insert("exception-max-term".to_owned(), json!("4000d"));
    }
    if random.percent(4) {
        let name = random.pick(&["exception-max-term", "window-max-term"]);
        governance.insert(name.to_owned(), duration(random, &[14, 77, 180, 367]));
    }
    if !governance.is_empty() {
        policy["governance"] = Value::Object(governance);
    }
}
