//! Random edits of the rules, the governance and the tenant of a policy.

use serde_json::{Map, Value, json};

use super::edits::{Editor, Effect};
use super::rules::RULES;

impl Editor {
    /// A rule that the policy lists.
    fn rule(&mut self) -> (String, &mut Map<String, Value>) {
        let rules = self.policy["rules"].as_object_mut().unwrap();
        let at = self.random.below(rules.len());
        let (name, rule) = rules.iter_mut().nth(at).unwrap();
        (name.clone(), rule.as_object_mut().unwrap())
    }

    pub(crate) fn is_on(&self, rule: &str) -> bool {
        let rule = &self.policy["rules"][rule];
        rule.is_object() && rule["level"] != "off"
    }

    pub(super) fn switched_on(&mut self) -> Option<Effect> {
        let (name, _) = self.random.pick(&RULES);
        let level = self.random.pick(&["error", "warning", "note"]);
        if self.is_on(name) {
            return None;
        }
        self.policy["rules"][name]["level"] = json!(level);
        Some(Effect::Never)
    }

    pub(super) fn switched_off(&mut self) -> Option<Effect> {
        let goes = self.random.percent(50);
        let (name, rule) = self.rule();
        if rule.get("level") == Some(&json!("off")) {
            return None;
        }
        rule.insert("level".to_owned(), json!("off"));
        let is_about_policy = RULES.iter().all(|(rule, _)| *rule != name);
        let rules = self.policy["rules"].as_object_mut().unwrap();
        if goes && !is_about_policy && rules.len() > 1 {
            rules.remove(&name);
        }
        Some(Effect::Looser)
    }

    pub(super) fn level(&mut self) -> Option<Effect> {
        let levels = ["note", "warning", "error"];
        let new = self.random.below(3);
        let (_, rule) = self.rule();
        let old = rule.insert("level".to_owned(), json!(levels[new]))?;
        let old = levels.iter().position(|level| old == *level)?;
        Some(if new < old {
            Effect::Looser
        } else {
            Effect::Never
        })
    }

    pub(super) fn evidence(&mut self) -> Option<Effect> {
        let (name, rule) = self.rule();
        let is_on = rule.get("level") != Some(&json!("off"));
        if RULES.iter().all(|(rule, _)| *rule != name) {
            return None;
        }
        let was_optional = rule.get("evidence") == Some(&json!("optional"));
        let new = if was_optional { "required" } else { "optional" };
        rule.insert("evidence".to_owned(), json!(new));
        Some(if is_on && !was_optional {
            Effect::Looser
        } else {
            Effect::Never
        })
    }

    pub(super) fn limit(&mut self) -> Option<Effect> {
        let limited = RULES
            .iter()
            .filter_map(|(rule, limit)| Some((rule, (*limit)?)));
        let limited: Vec<_> = limited.collect();
        let (name, (key, default)) = self.random.pick(&limited);
        let new = self
            .random
            .pick(&[1, 7, 29, 30, 31, 90, 179, 181, 365, 367]);
        if !self.is_on(name) {
            return None;
        }
        let old = &mut self.policy["rules"][name][key];
        let text = old
            .as_str()
            .map_or_else(|| format!("{default}d"), str::to_owned);
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let factor = if text.ends_with('w') { 7 } else { 1 };
        let days = digits.parse::<i64>().unwrap() * factor;
        *old = json!(format!("P{new}D"));
        let loosens = if key == "max" { new > days } else { new < days };
        Some(if loosens {
            Effect::Looser
        } else {
            Effect::Never
        })
    }

    pub(super) fn alternatives(&mut self) -> Option<Effect> {
        let is_on = self.is_on("secrets-only");
        let is_beside_found = self.is_on("secret-outside-window");
        let new = self.random.some(&["certificate", "federated"], 2);
        let setting = self.policy["rules"].get_mut("secrets-only")?;
        let old = setting["alternatives"].as_array().cloned();
        let old = old.unwrap_or_else(|| vec![json!("certificate"), json!("federated")]);
        setting["alternatives"] = json!(new);
        let comes = new.iter().any(|kind| !old.contains(&json!(kind)));
        let goes = old.iter().any(|kind| !new.iter().any(|new| kind == new));
        Some(if comes && is_on {
            Effect::Looser
        } else if goes && is_beside_found {
            Effect::Open
        } else {
            Effect::Never
        })
    }

    #[expect(clippy::unnecessary_wraps, reason = "edits share a signature")]
    pub(super) fn issuers(&mut self) -> Option<Effect> {
        const KNOWN: [&str; 3] = [
            "https://token.actions.githubusercontent.com",
            "https://gitlab.com/",
            "https://accounts.google.com",
        ];
        let own = format!("https://issuer.contoso.example/{}", self.random.below(1000));
        let (way, known) = (self.random.below(3), self.random.some(&KNOWN, 3));
        let counts = self.is_on("federated-credential-broad");
        // Whoever trusts less may take an application from one rule about live secrets to the other.
        let less = if self.is_on("secret-outside-window") {
            Effect::Open
        } else {
            Effect::Never
        };
        let more = if counts { Effect::Looser } else { Effect::Open };
        let policy = self.policy.as_object_mut().unwrap();
        Some(
            match policy.get_mut("issuers").and_then(Value::as_array_mut) {
                None if way == 0 => {
                    policy.insert("issuers".to_owned(), json!([own]));
                    more
                }
                None => {
                    policy.insert("issuers".to_owned(), json!(known));
                    less
                }
                Some(issuers) if way == 0 => {
                    issuers.push(json!(own));
                    more
                }
                Some(issuers) if way == 1 && issuers.len() > 1 => {
                    issuers.remove(0);
                    less
                }
                Some(_) => {
                    policy.remove("issuers");
                    Effect::Open
                }
            },
        )
    }

    #[expect(clippy::unnecessary_wraps, reason = "edits share a signature")]
    pub(super) fn governance(&mut self) -> Option<Effect> {
        let key = self
            .random
            .pick(&["exception-max-term", "window-max-term", "tenant"]);
        if key == "tenant" {
            let other = json!(self.random.guid());
            let policy = self.policy.as_object_mut().unwrap();
            return Some(match policy.remove(key) {
                Some(_) if self.random.percent(50) => Effect::Looser,
                Some(_) => {
                    policy.insert(key.to_owned(), other);
                    Effect::Looser
                }
                // Where an inventory does not tell its tenant, this makes strangers of others.
                None => {
                    policy.insert(key.to_owned(), other);
                    Effect::Open
                }
            });
        }
        let (new, goes) = (self.random.between(4000, 4002), self.random.percent(30));
        let governance = &mut self.policy["governance"];
        let old = governance[key].as_str().map(|text| {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            digits.parse::<i64>().unwrap() * if text.ends_with('w') { 7 } else { 1 }
        });
        if let (Some(_), true) = (old, goes) {
            governance.as_object_mut().unwrap().remove(key);
            return Some(Effect::Looser);
        }
        governance[key] = json!(format!("{new}d"));
        Some(if old.is_some_and(|old| new > old) {
            Effect::Looser
        } else {
            Effect::Never
        })
    }
}
