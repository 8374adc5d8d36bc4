//! Random exceptions, aimed at what the policy would find without them.

use serde_json::{Value, json};

use super::answer::{Answer, Finding};
use super::case::Case;
use super::moments::{day_of, spell_day};
use super::random::Random;
use super::reference;
use super::rules::RULES;

/// Adds exceptions that cover, that nearly cover, and that cover nothing.
pub(crate) fn add(random: &mut Random, case: &mut Case) {
    let mut found = match reference::judge(case) {
        Answer {
            report: Some(report),
            ..
        } => [report.findings, gaps(random, case, &report.not_judged)].concat(),
        Answer { report: None, .. } => Vec::new(),
    };
    found.retain(|finding| finding.app_id.is_some());
    let today = day_of(case.now);
    let within = case.policy["rules"]["exception-expiring"]["within"]
        .as_str()
        .map_or(14, |text| {
            text.trim_matches(['P', 'D', 'd']).parse().unwrap_or(14)
        });
    let mut exceptions = Vec::new();
    for _ in 0..random.pick(&[0, 0, 1, 2, 3, 4, 6]) {
        exceptions.extend(some(random, case, &found));
    }
    if random.percent(30) {
        exceptions.extend(found.iter().map(|finding| covering(random, case, finding)));
    }
    random.shuffle(&mut exceptions);
    for (number, exception) in exceptions.iter_mut().enumerate() {
        exception["id"] = json!(format!("exception-{number}"));
        exception["reason"] = json!("The connector accepts only a shared secret.");
        let (mut granted, expires) = term(random, today, within);
        if random.percent(3) {
            // On the edge of what a preset allows.
            granted = expires - random.pick(&[366, 366, 367]);
        }
        exception["granted"] = json!(spell_day(granted));
        exception["expires"] = json!(spell_day(expires));
    }
    if !exceptions.is_empty() || random.percent(10) {
        case.policy["exceptions"] = json!(exceptions);
    }
}

/// What could not be judged, as if it had been found on some applications.
fn gaps(random: &mut Random, case: &Case, not_judged: &[String]) -> Vec<Finding> {
    let objects = case.listings.iter().flat_map(|listing| &listing.objects);
    let app_ids: Vec<String> = objects
        .filter_map(|object| Some(object["appId"].as_str()?.to_lowercase()))
        .collect();
    let each = not_judged
        .iter()
        .flat_map(|rule| app_ids.iter().map(move |it| (rule, it)));
    let each = each.map(|(rule, app_id)| Finding {
        rule: rule.clone(),
        app_id: Some(app_id.clone()),
        ..Finding::default()
    });
    let mut gaps: Vec<Finding> = each.collect();
    let most = random.pick(&[0, 2, 2, gaps.len()]);
    random.shuffle(&mut gaps);
    gaps.truncate(most);
    gaps
}

/// An exception that covers one finding, if its term does.
fn covering(random: &mut Random, case: &Case, finding: &Finding) -> Value {
    let app_id = finding.app_id.as_deref().unwrap();
    let mut exception = json!({"applications": [random.recase(app_id)], "rules": [finding.rule]});
    let pins = pins(case, finding);
    if !pins.is_empty() && random.percent(40) {
        exception["credentials"] = json!(pins);
    }
    exception
}

/// The key ids of an application's credentials, and that of the finding.
fn pins(case: &Case, finding: &Finding) -> Vec<String> {
    let mut pins: Vec<String> = finding.key_id.iter().cloned().collect();
    let objects = case.listings.iter().flat_map(|listing| &listing.objects);
    for object in objects {
        let app_id = object["appId"].as_str().map(str::to_lowercase);
        if app_id == finding.app_id {
            for list in ["passwordCredentials", "keyCredentials"] {
                let entries = object[list].as_array().into_iter().flatten();
                pins.extend(
                    entries.filter_map(|entry| Some(entry["keyId"].as_str()?.to_lowercase())),
                );
            }
        }
    }
    pins.sort();
    pins.dedup();
    pins
}

fn some(random: &mut Random, case: &Case, found: &[Finding]) -> Vec<Value> {
    let names = RULES.map(|(rule, _)| rule);
    if found.is_empty() || random.percent(10) {
        let mut exception =
            json!({"applications": [random.guid()], "rules": random.some(&names, 3)});
        if random.percent(30) {
            exception["credentials"] = json!([random.guid()]);
        }
        return vec![exception];
    }
    let finding = &found[random.below(found.len())];
    let mut exception = covering(random, case, finding);
    if random.percent(20) {
        exception["applications"]
            .as_array_mut()
            .unwrap()
            .push(json!(random.guid()));
    }
    if random.percent(40) {
        let mut rules = random.some(&names, 4);
        rules.retain(|rule| *rule != finding.rule);
        rules.push(finding.rule.as_str());
        exception["rules"] = json!(rules);
    }
    let pins = pins(case, finding);
    if pins.is_empty() || random.percent(40) {
        return vec![exception];
    }
    let mut second = exception.clone();
    match random.below(4) {
        0 => exception["credentials"] = json!(random.some(&pins, pins.len())),
        1 => exception["credentials"] = json!([random.guid()]),
        2 => exception["credentials"] = json!([random.recase(&pins[0])]),
        _ => {
            // Two that may cover together.
            let (one, other) = pins.split_at(random.below(pins.len()));
            exception["credentials"] = json!(other);
            if !one.is_empty() {
                second["credentials"] = json!(one);
                return vec![exception, second];
            }
        }
    }
    vec![exception]
}

/// First and last day: most are in force; some have ended, have not begun, or end at an edge.
pub(crate) fn term(random: &mut Random, today: i64, within: i64) -> (i64, i64) {
    let granted = today - random.between(0, 60);
    match random.below(10) {
        0 => {
            let expires = today - random.between(1, 30);
            (expires - random.between(0, 90), expires)
        }
        1 => {
            let granted = today + random.between(1, 20);
            (granted, granted + random.between(0, 100))
        }
        2 => (granted, today + random.between(0, within)),
        3 | 4 => {
            let edges = [0, 0, -1, 1, within, within + 1, within - 1];
            let expires = today + random.pick(&edges);
            let granted = today + random.pick(&[0, 1, -1, -30]);
            (granted.min(expires), expires)
        }
        _ => (granted, today + random.between(35, 200)),
    }
}
