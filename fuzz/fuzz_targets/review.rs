//! Whatever two policies say: their comparison can be written in every format, a policy differs from itself in nothing, and
//! what one way round only tightens does not only tighten the other way round.
//!
//! A line `---` stands between the policies.

#![no_main]

use std::sync::LazyLock;

use credgate::output::{Options, Rendered as _};
use credgate::policy::{self, Policy};
use credgate::report::review::{Direction, ReviewReport};
use credgate::review::{Named, review};
use credgate::rules;
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;

static NOW: LazyLock<Timestamp> =
    LazyLock::new(|| "2026-11-23T00:00:00Z".parse().expect("an instant"));

fuzz_target!(|text: &str| {
    let Some((base, head)) = text.split_once("\n---\n") else {
        return;
    };
    let load = |text| policy::load_text(text, "policy.yaml", &rules::descriptors());
    let (Ok(base), Ok(head)) = (load(base), load(head)) else {
        return;
    };
    for policy in [&base, &head] {
        assert!(compared(policy, policy).changes.is_empty());
    }
    let (there, back) = (compared(&base, &head), compared(&head, &base));
    for report in [&there, &back] {
        assert_can_be_written(report);
    }
    assert_eq!(there.changes.is_empty(), back.changes.is_empty());
    let has = |direction| there.count(direction) > 0 || back.count(direction) > 0;
    assert!(has(Direction::Loosens) || !has(Direction::Tightens));
});

fn compared(base: &Policy, head: &Policy) -> ReviewReport {
    let named = |policy| Named {
        name: "policy.yaml",
        policy,
    };
    review(Some(named(base)), named(head), *NOW, false, None)
}

fn assert_can_be_written(report: &ReviewReport) {
    for format in ReviewReport::FORMATS {
        let mut written = Vec::new();
        (format.write)(report, &Options::default(), &mut written).expect("memory is written");
        assert!(std::str::from_utf8(&written).is_ok(), "{}", format.name);
    }
}
