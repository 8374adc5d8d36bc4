//! Random edits of a policy, each with what it does to the gate by definition, from its instant on.

use serde_json::{Value, json};

use super::exceptions;
use super::moments::spell_day;
use super::random::Random;
use super::reference::day;
use super::rules::RULES;
use super::window_edits;

/// What an edit does to the gate, on any tenant, now and later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It lets something pass that did not.
    Looser,
    /// It never does.
    Never,
    /// That depends, or a reviewer must look although it never does.
    Open,
}

/// A policy that is being edited.
#[derive(Debug)]
pub(crate) struct Editor {
    pub(crate) random: Random,
    pub(crate) policy: Value,
    pub(crate) today: i64,
    pub(crate) app_ids: Vec<String>,
}

type Edit = fn(&mut Editor) -> Option<Effect>;

/// Windows stand together, then alternatives.
const EDITS: [(&str, Edit); 23] = [
    ("an exception comes", Editor::exception_added),
    ("an exception goes", Editor::exception_removed),
    ("an exception ends on another day", Editor::expires),
    ("an exception is granted on another day", Editor::granted),
    ("an exception names others", Editor::exception_names),
    ("an exception is pinned to others", Editor::pins),
    ("an exception is called otherwise", Editor::exception_called),
    ("an exception is signed otherwise", Editor::exception_signed),
    ("an exception is written twice", Editor::exception_copied),
    ("a window comes", window_edits::added),
    ("a window goes", window_edits::removed),
    ("a window has other days", window_edits::days),
    ("a window has other days", window_edits::days),
    ("a window is for others", window_edits::scope),
    ("a window is called otherwise", window_edits::called),
    ("other alternatives count", Editor::alternatives),
    ("a rule is on", Editor::switched_on),
    ("a rule is off", Editor::switched_off),
    ("a rule has another level", Editor::level),
    ("a rule has other evidence", Editor::evidence),
    ("a rule has another limit", Editor::limit),
    ("other issuers are trusted", Editor::issuers),
    ("governance or tenant are others", Editor::governance),
];

/// Returns the earliest and the latest day of a list's entries of both policies that a judgement may turn on.
pub(crate) fn turning_days(policy: &Value) -> Vec<i64> {
    let keys = [
        ("exceptions", &["granted", "expires"][..]),
        ("migration-windows", &["opens", "certificate-by", "closes"]),
    ];
    let days = keys.into_iter().flat_map(|(list, keys)| {
        let entries = policy[list].as_array().into_iter().flatten();
        entries.flat_map(move |entry| keys.iter().map(move |key| &entry[key]))
    });
    days.filter(|day| day.is_string()).map(day).collect()
}

impl Editor {
    /// Makes one edit, and says which; `odd` asks for one of those that have an effect against their look.
    pub(crate) fn edit(&mut self, odd: bool) -> (&'static str, Effect) {
        loop {
            let (name, edit) = self.random.pick(if odd { &EDITS[9..15] } else { &EDITS });
            let before = self.policy.clone();
            if let Some(effect) = edit(self) {
                return (name, effect);
            }
            self.policy = before;
        }
    }

    pub(crate) fn list(&mut self, name: &str) -> &mut Vec<Value> {
        let list = &mut self.policy[name];
        if list.is_null() {
            *list = json!([]);
        }
        list.as_array_mut().unwrap()
    }

    /// Some entry of a list.
    pub(crate) fn entry(&mut self, list: &str) -> Option<&mut Value> {
        let count = self.list(list).len();
        let at = (count > 0).then(|| self.random.below(count))?;
        self.list(list).get_mut(at)
    }

    fn exception(&mut self) -> Option<&mut Value> {
        self.entry("exceptions")
    }

    /// What covers more: nothing where the exception is over.
    fn more(&self, exception: &Value) -> Effect {
        if day(&exception["expires"]) < self.today {
            Effect::Never
        } else {
            Effect::Looser
        }
    }

    pub(crate) fn app_id(&mut self) -> String {
        let app_id = self.random.pick(&self.app_ids);
        if self.random.percent(10) {
            self.random.guid()
        } else {
            app_id
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "edits share a signature")]
    fn exception_added(&mut self) -> Option<Effect> {
        let names = RULES.map(|(rule, _)| rule);
        let (granted, expires) = exceptions::term(&mut self.random, self.today, 14);
        let id = format!("added-{}", self.random.below(1_000_000));
        let added = json!({
            "id": id,
            "applications": [self.app_id()],
            "rules": self.random.some(&names, 3),
            "reason": "A connector that cannot do better.",
            "granted": spell_day(granted),
            "expires": spell_day(expires),
        });
        let effect = self.more(&added);
        let count = self.list("exceptions").len();
        let at = self.random.below(count + 1);
        self.list("exceptions").insert(at, added);
        Some(effect)
    }

    fn exception_removed(&mut self) -> Option<Effect> {
        let count = self.list("exceptions").len();
        let at = (count > 0).then(|| self.random.below(count))?;
        self.list("exceptions").remove(at);
        Some(Effect::Never)
    }

    fn expires(&mut self) -> Option<Effect> {
        let (today, move_by) = (self.today, self.random.between(-60, 60));
        let exception = self.exception()?;
        let old = day(&exception["expires"]);
        let new = (old + move_by).max(day(&exception["granted"]));
        exception["expires"] = json!(spell_day(new));
        Some(if new > old && new >= today {
            Effect::Looser
        } else {
            Effect::Never
        })
    }

    fn granted(&mut self) -> Option<Effect> {
        let (today, move_by) = (self.today, self.random.between(-60, 60));
        let exception = self.exception()?;
        let (old, expires) = (day(&exception["granted"]), day(&exception["expires"]));
        let new = (old + move_by).min(expires);
        exception["granted"] = json!(spell_day(new));
        Some(if new < old && old > today {
            Effect::Looser
        } else if new <= old || new > today || expires < today {
            Effect::Never
        } else {
            Effect::Open
        })
    }

    fn exception_names(&mut self) -> Option<Effect> {
        let key = self.random.pick(&["applications", "rules"]);
        let item = if key == "rules" {
            RULES[self.random.below(RULES.len())].0.to_owned()
        } else {
            self.app_id()
        };
        let (adds, at) = (self.random.percent(50), self.random.below(100));
        let exception = self.exception()?;
        let named = exception[key].as_array_mut().unwrap();
        if adds {
            let is_known = |known: &Value| known.as_str().unwrap().eq_ignore_ascii_case(&item);
            if named.iter().any(is_known) {
                return None;
            }
            named.push(json!(item));
            let exception = exception.clone();
            return Some(self.more(&exception));
        }
        if named.len() < 2 {
            return None;
        }
        named.remove(at % named.len());
        Some(Effect::Never)
    }

    fn pins(&mut self) -> Option<Effect> {
        let (pin, way) = (self.random.guid(), self.random.below(3));
        let exception = self.exception()?;
        let covers_more = match exception.get("credentials").and_then(Value::as_array) {
            None => {
                exception["credentials"] = json!([pin]);
                false
            }
            Some(_) if way == 0 => {
                exception.as_object_mut().unwrap().remove("credentials");
                true
            }
            Some(pins) if way == 1 && pins.len() > 1 => {
                exception["credentials"] = json!(pins[1..]);
                false
            }
            Some(_) => {
                exception["credentials"]
                    .as_array_mut()
                    .unwrap()
                    .push(json!(pin));
                true
            }
        };
        let exception = exception.clone();
        Some(if covers_more {
            self.more(&exception)
        } else {
            Effect::Never
        })
    }

    fn exception_called(&mut self) -> Option<Effect> {
        let name = format!("called-{}", self.random.below(1_000_000));
        self.exception()?["id"] = json!(name);
        Some(Effect::Never)
    }

    fn exception_signed(&mut self) -> Option<Effect> {
        let key = self
            .random
            .pick(&["owner", "ticket", "approved-by", "reason"]);
        let text = format!("Somebody or something {}", self.random.below(1000));
        let drops = self.random.percent(30);
        let exception = self.exception()?.as_object_mut().unwrap();
        if drops && key != "reason" {
            return exception.remove(key).map(|_| Effect::Open);
        }
        exception.insert(key.to_owned(), json!(text));
        Some(Effect::Never)
    }

    /// The same exception again, under another name, or one with the name of another.
    fn exception_copied(&mut self) -> Option<Effect> {
        let name = format!("copied-{}", self.random.below(1_000_000));
        let mut copy = self.exception()?.clone();
        copy["id"] = json!(name);
        self.list("exceptions").push(copy);
        Some(Effect::Open)
    }
}
