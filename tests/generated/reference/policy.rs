//! What the policy says, read anew at every question.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::decided::decide;
use crate::moments::{DAY, day_of};

/// The rules about the tenant, their levels and the limit of those that have one, in days.
pub(crate) const RULES: [(&str, &str, i64); 23] = [
    ("secrets-only", "error", 0),
    ("secret-outside-window", "error", 0),
    ("secret-added-during-migration", "error", 0),
    ("secret-lifetime", "error", 366),
    ("secret-without-expiry", "error", 0),
    ("secret-age", "error", 180),
    ("secret-expired", "note", 0),
    ("secret-expiring", "warning", 30),
    ("symmetric-key", "error", 0),
    ("certificate-expiring", "warning", 30),
    ("certificate-expired", "note", 0),
    ("certificate-lifetime", "warning", 366),
    ("service-principal-secret", "error", 0),
    ("service-principal-credential-lifetime", "warning", 90),
    ("foreign-service-principal-credential", "error", 0),
    ("owner-missing", "warning", 0),
    ("federated-credential-broad", "warning", 0),
    ("tenant-allows-new-secrets", "warning", 0),
    ("application-missing", "warning", 0),
    ("saml-password-unproven", "warning", 0),
    ("agent-identity-credential", "error", 0),
    ("certificate-unusable", "warning", 0),
    ("unknown-credential", "warning", 0),
];

/// The rules whose evidence the preset `baseline` does not require: they need more than a list of applications.
const OPTIONAL: [&str; 10] = [
    "service-principal-secret",
    "service-principal-credential-lifetime",
    "foreign-service-principal-credential",
    "application-missing",
    "saml-password-unproven",
    "agent-identity-credential",
    "certificate-unusable",
    "owner-missing",
    "federated-credential-broad",
    "tenant-allows-new-secrets",
];

/// The longest terms that the preset `baseline` allows.
const TERMS: [(&str, &str); 2] = [("exception-max-term", "366d"), ("window-max-term", "180d")];

/// The rules about the policy itself: they need not be listed.
const POLICY_RULES: [(&str, &str, i64); 5] = [
    ("exception-expired", "error", 0),
    ("exception-expiring", "warning", 14),
    ("exception-unused", "warning", 0),
    ("exception-unknown-application", "warning", 0),
    ("window-closed", "note", 0),
];

pub(super) struct Policy<'a> {
    written: &'a Value,
    pub(super) now: i128,
    /// Counted from 1970.
    pub(super) today: i64,
    /// This tenant, where it is known.
    pub(super) own: Option<String>,
}

fn days_of(text: &str) -> i64 {
    let count = |text: &str| text.parse::<i64>().unwrap();
    match text.strip_suffix('w') {
        Some(weeks) => count(weeks) * 7,
        None => count(text.trim_matches(['P', 'D', 'd'])),
    }
}

/// A policy with what it extends written out; the nearer file wins. `None` where it loosens the terms of what it extends.
pub(crate) fn expanded(policy: &Value) -> Option<Value> {
    if policy.get("extends").is_none() {
        return Some(policy.clone());
    }
    assert_eq!(policy["extends"], "baseline");
    let mut whole = policy.clone();
    whole.as_object_mut().unwrap().remove("extends");
    for (rule, level, _) in RULES {
        let mut merged = json!({ "level": level });
        if OPTIONAL.contains(&rule) {
            merged["evidence"] = json!("optional");
        }
        let nearer = policy["rules"][rule].as_object().into_iter().flatten();
        for (name, value) in nearer {
            merged[name] = value.clone();
        }
        let of_preset = decide("what the preset says", true, false);
        if of_preset || policy["rules"].get(rule).is_some() {
            whole["rules"][rule] = merged;
        }
    }
    for (name, term) in TERMS {
        let written = policy["governance"][name].as_str();
        let loosens = written.is_some_and(|it| days_of(it) > days_of(term));
        if decide("a preset's term is not loosened", loosens, false) {
            return None;
        }
        if decide("a preset's term of governance", written.is_none(), false) {
            whole["governance"][name] = json!(term);
        }
    }
    Some(whole)
}

/// Whether a policy keeps its own terms, and says nothing that is not known. What it extends is written out.
pub(super) fn is_valid(policy: &Value) -> bool {
    let term = |name: &str| policy["governance"][name].as_str().map(days_of);
    let list = |name: &str| policy[name].as_array().into_iter().flatten();
    let fits = |term: Option<i64>, entry: &Value, [from, to]: [&str; 2]| {
        let length = day(&entry[to]) - day(&entry[from]);
        decide(
            "a term of governance",
            term.is_none_or(|term| length <= term),
            true,
        )
    };
    let exceptions = term("exception-max-term");
    let windows = term("window-max-term");
    // A window for everybody needs a longest term.
    let bounded = windows.is_some()
        || list("migration-windows").all(|window| window["applications"] != "all");
    let of_rule = policy["rules"]["federated-credential-broad"].get("issuers");
    bounded
        && list("exceptions").all(|it| fits(exceptions, it, ["granted", "expires"]))
        && list("migration-windows").all(|it| fits(windows, it, ["opens", "closes"]))
        && !decide("issuers on the rule", of_rule.is_some(), false)
}

pub(crate) fn rank(level: &str) -> usize {
    let levels = ["note", "warning", "error"];
    levels.iter().position(|known| *known == level).unwrap()
}

pub(crate) fn day(value: &Value) -> i64 {
    let date: Date = value.as_str().unwrap().parse().unwrap();
    let since = date.duration_since(Date::constant(1970, 1, 1));
    since.as_secs() / 86_400
}

impl<'a> Policy<'a> {
    /// A policy of which what it extends is written out, at an instant, in a tenant.
    pub(super) fn new(written: &'a Value, now: i128, own: Option<String>) -> Self {
        Self {
            written,
            now,
            today: day_of(now),
            own,
        }
    }

    fn rule(&self, rule: &str) -> &'a Value {
        &self.written["rules"][rule]
    }

    fn default(rule: &str) -> (&'static str, i64) {
        let mut rules = RULES.into_iter().chain(POLICY_RULES);
        let (_, level, limit) = rules.find(|(known, ..)| *known == rule).unwrap();
        (level, limit)
    }

    /// The level of a rule that is on.
    pub(super) fn level(&self, rule: &str) -> Option<String> {
        let listed = !self.rule(rule).is_null();
        if !listed && RULES.iter().any(|(known, ..)| *known == rule) {
            return None;
        }
        let level = self.rule(rule)["level"].as_str();
        let level = level.unwrap_or(Self::default(rule).0);
        (level != "off").then(|| level.to_owned())
    }

    pub(super) fn requires_evidence(&self, rule: &str) -> bool {
        self.rule(rule)["evidence"] != "optional"
    }

    /// `max` or `within`, in days.
    pub(super) fn days(&self, rule: &str) -> i64 {
        let named = ["max", "within"].map(|name| self.rule(rule)[name].as_str());
        let named = named.into_iter().flatten().next();
        named.map_or_else(|| Self::default(rule).1, days_of)
    }

    /// `max` or `within`, in nanoseconds.
    pub(super) fn limit(&self, rule: &str) -> i128 {
        i128::from(self.days(rule)) * DAY
    }

    /// Whether this kind of credential is an alternative to a secret.
    pub(super) fn takes(&self, alternative: &str) -> bool {
        let listed = self.rule("secrets-only")["alternatives"].as_array();
        listed.is_none_or(|listed| listed.iter().any(|kind| kind == alternative))
    }

    pub(super) fn issuers(&self) -> Option<Vec<&'a str>> {
        let issuers = self.written["issuers"].as_array()?;
        Some(issuers.iter().filter_map(Value::as_str).collect())
    }

    fn list(&self, name: &str) -> impl Iterator<Item = &'a Value> {
        self.written[name].as_array().into_iter().flatten()
    }

    pub(super) fn exceptions(&self) -> Vec<&'a Value> {
        self.list("exceptions").collect()
    }

    pub(super) fn windows(&self) -> Vec<&'a Value> {
        self.list("migration-windows").collect()
    }

    /// The windows that are open today for an application.
    pub(super) fn open_windows(&self, app_id: &str) -> Vec<&'a Value> {
        let today = self.today;
        let mut windows = self.windows();
        windows.retain(|window| {
            let all = window["applications"] == "all";
            let named = names(&window["applications"], app_id);
            let open = day(&window["opens"]) <= today && today <= day(&window["closes"]);
            (all || named) && open
        });
        windows
    }

    pub(super) fn is_expired(&self, exception: &Value) -> bool {
        self.today > day(&exception["expires"])
    }

    pub(super) fn is_to_come(&self, exception: &Value) -> bool {
        day(&exception["granted"]) > self.today
    }

    pub(super) fn is_in_force(&self, exception: &Value) -> bool {
        !self.is_to_come(exception) && !self.is_expired(exception)
    }
}

/// Tells whether a list names an id, in any letters.
pub(super) fn names(list: &Value, id: &str) -> bool {
    let mut entries = list
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    entries.any(|entry| entry.to_lowercase() == id)
}
