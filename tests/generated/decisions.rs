//! The generated tenants meet every decision of the contract: whichever is taken away, some case is judged otherwise.
//!
//! As the program and the reference agree on those cases, the program cannot lack a decision without a failing test.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::json;

use super::answer::{Answer, difference};
use super::case::Case;
use super::reference::decided::{DECISIONS, met, without};
use super::reference::{self, RULES};
use super::{ask, assert_none, differs, shrink};

/// How often each decision turns what a case is told, and how often its exit code.
fn turned(seeds: std::ops::Range<u64>) -> BTreeMap<&'static str, [usize; 2]> {
    let mut turned = BTreeMap::from(DECISIONS.map(|decision| (decision, [0; 2])));
    for seed in seeds {
        let case = Case::new(seed);
        let (answer, decisions) = met(|| reference::judge(&case));
        for decision in decisions {
            let other = without(&[decision], || reference::judge(&case));
            let counts = turned.get_mut(decision).unwrap();
            counts[0] += usize::from(answer != other);
            counts[1] += usize::from(answer.code != other.code);
        }
    }
    turned
}

#[test]
fn every_decision_turns_the_judgement_of_some_case() {
    let turned = turned(0..1_000);
    let seldom = turned.iter().filter(|(_, [told, _])| *told < 2);
    let seldom: Vec<_> = seldom.collect();
    assert!(seldom.is_empty(), "{seldom:#?}");
}

#[test]
#[ignore = "takes minutes"]
fn how_often_each_decision_turns_a_judgement() {
    for (decision, [told, code]) in turned(1_000..5_000) {
        println!("{told:6} {code:6} {decision}");
    }
}

/// How often what is told holds something, by its name.
type Tally = BTreeMap<String, usize>;

fn count(tally: &mut Tally, answer: &Answer) {
    let Some(report) = &answer.report else {
        return;
    };
    for finding in &report.findings {
        for word in [
            Some(format!("{} {}", finding.rule, finding.disposition)),
            finding.class.clone(),
        ] {
            *tally.entry(word.unwrap_or_default()).or_default() += 1;
        }
    }
    for rule in &report.not_judged {
        *tally.entry(format!("{rule} not judged")).or_default() += 1;
    }
    for counted in ["excused", "skipped"] {
        for (name, number) in report.summary[counted].as_object().unwrap() {
            let number = usize::try_from(number.as_u64().unwrap()).unwrap();
            *tally.entry(format!("{counted} {name}")).or_default() += number;
        }
    }
}

#[test]
fn every_rule_and_every_class_is_found_in_some_case() {
    let mut tally = Tally::new();
    for seed in 0..1_000 {
        count(&mut tally, &reference::judge(&Case::new(seed)));
    }
    let tells = RULES
        .iter()
        .filter(|(rule, ..)| *rule != "tenant-allows-new-secrets");
    for (rule, ..) in tells {
        for (how, least) in [("open", 5), ("excepted", 1)] {
            let name = format!("{rule} {how}");
            assert!(
                tally.get(&name).is_some_and(|it| *it >= least),
                "{name}: {tally:#?}"
            );
        }
    }
    for name in [
        "unusable-certificate",
        "token-signing-key",
        "token-encryption-key",
        "paired-password",
        "unknown",
        "excused paired-password",
        "excused token-encryption",
        "excused token-signing",
        "skipped agent-identity",
        "skipped managed-identity",
        "certificate-unusable not judged",
        "application-missing not judged",
    ] {
        assert!(
            tally.get(name).is_some_and(|it| *it > 8),
            "{name}: {tally:#?}"
        );
    }
}

/// Decisions that the program is known to lack; see `which_decisions_the_program_lacks`.
const LACKING: [&str; 0] = [];

/// The decisions without which the reference says what the program says of a case on which they differ.
fn lacking(case: &Case) -> Option<Vec<&'static str>> {
    let folder = tempfile::tempdir().unwrap();
    let actual = ask(case, folder.path());
    let (answer, met) = met(|| reference::judge(case));
    difference(&answer, &actual)?;
    let explains = |decisions: &[&'static str]| {
        let other = without(decisions, || reference::judge(case));
        difference(&other, &actual).is_none()
    };
    let known: Vec<&'static str> = DECISIONS
        .into_iter()
        .filter(|it| LACKING.contains(it))
        .collect();
    let alone = met.iter().find(|it| explains(&[**it]));
    if let Some(alone) = alone {
        return Some(vec![alone]);
    }
    if explains(&known) {
        return Some(known);
    }
    let beside = DECISIONS
        .into_iter()
        .find(|it| explains(&[&known[..], &[it]].concat()));
    Some(beside.map_or_else(Vec::new, |it| vec![it, "and known ones"]))
}

#[test]
#[ignore = "takes minutes, and says more than it asserts"]
fn which_decisions_the_program_lacks() {
    let tally = Mutex::new(Tally::new());
    assert_none(0..4_000, |seed| {
        let case = Case::new(seed);
        let name = lacking(&case)?;
        if name.is_empty() {
            let small = shrink::shrink(case, |case| lacking(case) == Some(Vec::new()));
            println!("? {}", explain_briefly(&small));
        }
        let name = format!("{name:?}");
        *tally.lock().unwrap().entry(name).or_default() += 1;
        None
    });
    println!("{:#?}", tally.into_inner().unwrap());
}

fn explain_briefly(case: &Case) -> String {
    let told = differs(case).map_or_else(String::new, |(folder, told)| {
        format!("{}\n{told}", folder.keep().display())
    });
    let objects = case
        .listings
        .iter()
        .map(|it| format!("{:?} {} {}", it.kind, json!(it.objects), json!(it.beside)));
    let objects: Vec<String> = objects.collect();
    format!(
        "{} at {} {}\n{told}\n{}\n{}\n",
        case.seed,
        case.instant(),
        case.fail_on,
        case.policy,
        objects.join("\n")
    )
}
