//! What a review says about random edits, against what the reference implementation judges under both policies.

use std::collections::BTreeMap;
use std::sync::Mutex;

use credgate::policy::{Policy, load_text};
use credgate::report::review::{ChangeKind, Direction, ReviewReport};
use credgate::review::{Named, review};
use credgate::rules::descriptors;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::answer::{Answer, Finding};
use super::case::Case;
use super::edits::{Editor, Effect, turning_days};
use super::moments::{DAY, SECOND, day_of, spell};
use super::random::Random;
use super::reference::day;
use super::text::Layout;
use super::{reference, yaml};

/// The rules of which one or the other finds that an application holds a live secret.
const STATE_RULES: [&str; 2] = ["secrets-only", "secret-outside-window"];

/// The rule that finds more where there are more windows.
const ADDED: &str = "secret-added-during-migration";

/// The rules about the policy's own entries, whose findings go with the entries.
fn is_about_policy(finding: &Finding) -> bool {
    finding.exception.is_some() && finding.app_id.is_none() || finding.rule == "window-closed"
}

fn load(text: &str) -> Option<Policy> {
    load_text(text, "credgate.yaml", &descriptors()).ok()
}

fn compare(base: &Policy, head: &Policy, now: i128) -> ReviewReport {
    let named = |policy| Named {
        name: "credgate.yaml",
        policy,
    };
    let now = Timestamp::from_nanosecond(now).unwrap();
    review(Some(named(base)), named(head), now, false, None)
}

/// One case: a policy, an edited one, and what the edits were.
pub(crate) struct Edited {
    pub(crate) case: Case,
    pub(crate) head: Value,
    edits: Vec<(&'static str, Effect)>,
}

impl Edited {
    pub(crate) fn new(seed: u64, most: usize) -> Self {
        let mut case = Case::new(seed);
        // What is extended stays as it is; here, every rule is to be edited.
        if let Some(policy) = reference::expanded(&case.policy) {
            case.policy = policy;
        }
        let mut random = Random::new(seed ^ 0x5eed);
        let odd = random.percent(50);
        if odd {
            aim(&mut random, &mut case);
        }
        let objects = case.listings.iter().flat_map(|listing| &listing.objects);
        let mut app_ids: Vec<String> = objects
            .filter_map(|object| Some(object["appId"].as_str()?.to_lowercase()))
            .collect();
        app_ids.push(random.guid());
        let count = 1 + random.below(most);
        let mut editor = Editor {
            random,
            policy: case.policy.clone(),
            today: day_of(case.now),
            app_ids,
        };
        let edits = (0..count).map(|_| editor.edit(odd)).collect();
        let head = editor.policy;
        Self { case, head, edits }
    }

    /// The instant of the review, and later ones on the edges of every term.
    fn instants(&self, random: &mut Random) -> Vec<i128> {
        let mut days = turning_days(&self.case.policy);
        days.extend(turning_days(&self.head));
        let mut instants = vec![self.case.now];
        for _ in 0..4 {
            let instant = if days.is_empty() || random.percent(25) {
                self.case.now + i128::from(random.between(1, 400)) * DAY
            } else {
                i128::from(random.pick(&days) + random.between(-1, 1)) * DAY + 7 * SECOND
            };
            instants.extend((instant > self.case.now).then_some(instant));
        }
        instants
    }

    fn judge(&self, policy: &Value, now: i128) -> Answer {
        reference::judge(&Case {
            policy: policy.clone(),
            now,
            ..self.case.clone()
        })
    }

    /// Says what passes under the head policy that did not under the base policy.
    fn slips(&self, now: i128) -> Option<String> {
        let base = self.judge(&self.case.policy, now);
        let head = self.judge(&self.head, now);
        let (base, head) = match (base.report, head.report) {
            (Some(base), Some(head)) => (base, head),
            (_, None) => return None,
            (None, Some(_)) => return Some("there was no verdict, and now there is".to_owned()),
        };
        let open = |findings: &[Finding]| -> Vec<Finding> {
            let findings = findings.iter();
            let open = findings.filter(|it| it.disposition == "open" && !is_about_policy(it));
            open.cloned().collect()
        };
        let (before, after) = (open(&base.findings), open(&head.findings));
        let gone = before
            .iter()
            .find(|finding| !self.still_counts(finding, &before, &after, now));
        if let Some(gone) = gone {
            return Some(format!("{now}: {gone:#?}"));
        }
        let blind = base.not_judged.iter().find(|rule| {
            let weight = |policy: &Value| reference::weight_of_missing(policy, rule);
            let is_told = head.not_judged.contains(rule);
            weight(&self.case.policy) > if is_told { weight(&self.head) } else { None }
        });
        blind.map(|rule| format!("{now}: {rule} could not be judged"))
    }

    /// Tells whether a finding counts no less than before. That an application has a live secret is one fact, whichever
    /// of two rules finds it; so is a secret that was added inside a window, from the day on which it opens anything.
    fn still_counts(
        &self,
        finding: &Finding,
        before: &[Finding],
        after: &[Finding],
        now: i128,
    ) -> bool {
        let is_no_lower =
            |other: &Finding| reference::rank(&other.level) >= reference::rank(&finding.level);
        let is_same = |other: &&Finding| {
            let key = |it: &Finding| {
                let on = (it.class.clone(), it.on.clone());
                (it.rule.clone(), it.app_id.clone(), it.key_id.clone(), on)
            };
            key(other) == key(finding) && is_no_lower(other)
        };
        let count = |findings: &[Finding]| findings.iter().filter(is_same).count();
        if count(after) >= count(before) {
            return true;
        }
        let is_state = |rule: &str| STATE_RULES.contains(&rule);
        let is_added = finding.rule == ADDED;
        let holds_secret = after
            .iter()
            .any(|it| is_state(&it.rule) && it.app_id == finding.app_id && is_no_lower(it));
        (is_state(&finding.rule) || is_added) && holds_secret
            || is_added && self.is_yet_to_come(finding, now)
    }

    /// Tells whether nobody can sign in with the secret yet.
    fn is_yet_to_come(&self, finding: &Finding, now: i128) -> bool {
        let objects = self
            .case
            .listings
            .iter()
            .flat_map(|listing| &listing.objects);
        let secrets = objects.flat_map(|object| {
            let secrets = object["passwordCredentials"].as_array();
            secrets.into_iter().flatten()
        });
        let mut same = secrets.filter(|secret| {
            let key_id = secret["keyId"].as_str().map(str::to_lowercase);
            key_id == finding.key_id
        });
        same.any(|secret| {
            let start = secret["startDateTime"].as_str();
            start.is_some_and(|start| {
                let start: Timestamp = start.parse().unwrap();
                start.as_nanosecond() > now
            })
        })
    }

    /// Says which law a review breaks.
    fn fault(&self, counts: &Mutex<Counts>) -> Option<String> {
        let base_text = yaml::write(&self.case.policy);
        let (base, head) = (load(&base_text)?, load(&yaml::write(&self.head))?);
        let report = compare(&base, &head, self.case.now);
        let loosens = report.count(Direction::Loosens) > 0;
        assert_eq!(report.exit_code(), u8::from(loosens));
        let mut counts = counts.lock().unwrap();
        for change in &report.changes {
            *counts.kinds.entry(change.kind.name()).or_default() += 1;
        }
        if self
            .edits
            .iter()
            .all(|(_, effect)| *effect == Effect::Never)
        {
            counts.harmless += 1;
            counts.alarms += usize::from(loosens);
        }
        drop(counts);
        let told: Vec<String> = report
            .changes
            .iter()
            .map(|it| format!("{} {}: {}", it.direction.name(), it.kind.name(), it.text))
            .collect();
        let told = told.join("\n");
        if let [(_, effect)] = self.edits[..] {
            if effect == Effect::Looser && !loosens {
                return Some(format!("it loosens, and is said not to\n{told}"));
            }
            if effect == Effect::Never && loosens {
                return Some(format!("it never loosens, and is said to\n{told}"));
            }
        }
        let random = &mut Random::new(self.case.seed ^ 0x1a7e);
        if !loosens {
            let mut instants = self.instants(random).into_iter();
            let slips = instants.find_map(|now| self.slips(now));
            if let Some(slips) = slips {
                return Some(format!("it slips through: {slips}\n{told}"));
            }
        }
        self.rewritten(random, &base)
    }

    /// A policy that is written in another way is the same.
    fn rewritten(&self, random: &mut Random, base: &Policy) -> Option<String> {
        let policy = shuffled(random, &self.case.policy);
        let layout = Layout::any(random);
        let text = layout.write(random, &policy);
        let text = if random.percent(50) {
            let line = format!("{}# a comment{0}", layout.newline);
            let lines: Vec<&str> = text.split(layout.newline).collect();
            line.trim_start().to_owned() + &lines.join(&line)
        } else {
            text
        };
        let Some(again) = load(&text) else {
            return Some(format!("written anew it is no policy:\n{text}"));
        };
        let changes = compare(base, &again, self.case.now).changes;
        (!changes.is_empty()).then(|| format!("it is the same, but {changes:#?}\n{text}"))
    }
}

/// Makes the rules find what a window or an alternative hides: secrets that start in windows, of applications that hold
/// something better.
fn aim(random: &mut Random, case: &mut Case) {
    for rule in STATE_RULES.iter().chain(&[ADDED]) {
        if random.percent(80) {
            case.policy["rules"][rule] = json!({"level": "error"});
        }
    }
    let windows = case.policy["migration-windows"].as_array().cloned();
    let mut starts: Vec<i64> = vec![day_of(case.now) - random.between(0, 30)];
    for window in windows.into_iter().flatten() {
        let (opens, closes) = (day(&window["opens"]), day(&window["closes"]));
        starts.push(random.between(opens, closes));
        starts.push(opens);
    }
    let objects = case
        .listings
        .iter_mut()
        .flat_map(|listing| &mut listing.objects);
    let secrets = objects.filter_map(|object| object["passwordCredentials"].as_array_mut());
    for secret in secrets.flatten() {
        let start = i128::from(random.pick(&starts)) * DAY;
        secret["startDateTime"] = json!(spell(start, "Z"));
        secret["endDateTime"] = json!(spell(case.now + 500 * DAY, "Z"));
    }
}

/// The same policy with its lists in another order.
fn shuffled(random: &mut Random, value: &Value) -> Value {
    match value {
        Value::Array(items) => {
            let items = items.iter().map(|item| shuffled(random, item));
            let mut items: Vec<Value> = items.collect();
            random.shuffle(&mut items);
            Value::Array(items)
        }
        Value::Object(members) => {
            let members = members.iter();
            members
                .map(|(name, member)| (name.clone(), shuffled(random, member)))
                .collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// How often what was met.
#[derive(Debug, Default)]
struct Counts {
    kinds: BTreeMap<&'static str, usize>,
    /// Cases whose edits never let anything pass.
    harmless: usize,
    /// Those of them that are said to.
    alarms: usize,
}

/// Reviews cases on all processors.
fn judge(seeds: std::ops::Range<u64>, most: usize) -> Counts {
    let (next, counts) = (Mutex::new(seeds), Mutex::new(Counts::default()));
    let faults = Mutex::new(Vec::new());
    let work = || {
        while faults.lock().unwrap().len() < super::ENOUGH
            && let Some(seed) = next.lock().unwrap().next()
        {
            let edited = Edited::new(seed, most);
            if let Some(fault) = edited.fault(&counts) {
                let policies = [&edited.case.policy, &edited.head].map(yaml::write);
                let told = format!("case {seed}: {:?}\n{fault}", edited.edits);
                let folder = tempfile::tempdir().unwrap().keep();
                for (name, text) in ["base.yaml", "head.yaml"].into_iter().zip(policies) {
                    std::fs::write(folder.join(name), text).unwrap();
                }
                let told = format!("{told}\n{}", folder.display());
                faults.lock().unwrap().push(told);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    counts.into_inner().unwrap()
}

#[test]
fn what_is_said_not_to_loosen_lets_nothing_pass() {
    let [alone, together] = [1, 5].map(|most| judge(0..250, most));
    let named = ChangeKind::all().map(ChangeKind::name);
    let is_unseen = |it: &&str| {
        [&alone, &together]
            .iter()
            .all(|counts| !counts.kinds.contains_key(it))
    };
    let unseen: Vec<&str> = named.filter(is_unseen).collect();
    // These policies extend nothing.
    assert!(
        unseen.iter().all(|it| *it == "preset-changed"),
        "{unseen:?}"
    );
    assert!(alone.harmless > 50, "{alone:?}");
}

#[test]
#[ignore = "takes minutes"]
fn what_is_said_not_to_loosen_lets_nothing_pass_in_many_cases() {
    for most in [6, 2, 1] {
        println!("{most}: {:?}", judge(1_000..11_000, most));
    }
}
