//! Which way each difference of a migration window goes.

use super::{HEAD, assert_opposite, change, changes, with_exception};
use crate::report::review::Direction;

pub(super) fn with_window(replace: &[(&str, &str)]) -> String {
    let mut window = "\
migration-windows:
  - id: autumn
    applications: [5f0a1c1e-2f5e-4d55-8a7e-0d9a3d0f6b21]
    reason: Cutover of the billing services.
    opens: 2026-11-01
    certificate-by: 2026-11-30
    closes: 2026-12-15
governance: { window-max-term: 90d }
"
    .to_owned();
    for (from, to) in replace {
        assert!(window.contains(from), "{from}");
        window = window.replace(from, to);
    }
    format!("{HEAD}{window}")
}

#[test]
fn windows_loosen_when_they_come_grow_or_widen() {
    let plain = with_window(&[]);
    let none = with_window(&[])
        .split("migration-windows")
        .next()
        .unwrap()
        .to_owned()
        + "governance: { window-max-term: 90d }\n";
    assert_opposite(&none, &plain, "window-opened", "window-removed");
    for (from, to) in [
        ("certificate-by: 2026-11-30", "certificate-by: 2026-12-10"),
        ("closes: 2026-12-15", "closes: 2026-12-31"),
    ] {
        assert_opposite(
            &plain,
            &with_window(&[(from, to)]),
            "window-lengthened",
            "window-shortened",
        );
    }
    assert_opposite(
        &plain,
        &with_window(&[("[5f0a1c1e-2f5e-4d55-8a7e-0d9a3d0f6b21]", "all")]),
        "window-widened",
        "window-narrowed",
    );
}

#[test]
fn a_window_that_is_to_come_is_longer_when_it_opens_earlier() {
    let coming = |day: &str| with_window(&[("opens: 2026-11-01", &format!("opens: {day}"))]);
    assert_opposite(
        &coming("2026-11-29"),
        &coming("2026-11-25"),
        "window-lengthened",
        "window-shortened",
    );
}

#[test]
fn an_opening_day_that_is_past_decides_only_from_where_the_term_is_counted() {
    let earlier = with_window(&[("opens: 2026-11-01", "opens: 2026-10-01")]);
    assert_eq!(
        changes(&with_window(&[]), &earlier),
        ["neutral window-lengthened"]
    );
    assert_eq!(
        change(&earlier, &with_window(&[])).text,
        "it opens on 2026-11-01 instead of 2026-10-01: its term is counted anew"
    );
    assert_eq!(
        changes(&earlier, &with_window(&[])),
        ["loosens window-shortened"]
    );
}

#[test]
fn what_is_closed_tolerates_nothing_however_it_is_changed() {
    let closed = |replace: &[(&str, &str)]| {
        with_window(replace)
            .replace("11-01", "10-01")
            .replace("11-30", "11-10")
            .replace("12-15", "11-22")
    };
    let plain = closed(&[]);
    for (from, to) in [
        ("opens: 2026-11-01", "opens: 2026-09-01"),
        ("opens: 2026-11-01", "opens: 2026-10-09"),
        ("certificate-by: 2026-11-30", "certificate-by: 2026-11-15"),
        ("closes: 2026-12-15", "closes: 2026-11-15"),
        ("[5f0a1c1e-2f5e-4d55-8a7e-0d9a3d0f6b21]", "all"),
    ] {
        let other = closed(&[(from, to)]);
        for (one, other) in [(&plain, &other), (&other, &plain)] {
            assert_eq!(change(one, other).direction, Direction::Neutral, "{to}");
        }
    }
    let none = format!("{HEAD}governance: {{ window-max-term: 90d }}\n");
    assert_eq!(changes(&none, &plain), ["neutral window-opened"]);
    let reopened = closed(&[("closes: 2026-12-15", "closes: 2026-11-23")]);
    assert_eq!(changes(&plain, &reopened), ["loosens window-lengthened"]);
}

/// With the rule that finds secrets added in a window.
fn looking_for_added(policy: &str) -> String {
    let rules = "  secret-outside-window: {}\n  secret-added-during-migration: {}\n";
    policy.replace("  secret-outside-window: {}\n", rules)
}

#[test]
fn less_of_a_window_tightens_where_other_rules_find_what_was_added_in_it() {
    let plain = looking_for_added(&with_window(&[]));
    for (from, to) in [
        ("certificate-by: 2026-11-30", "certificate-by: 2026-11-25"),
        ("closes: 2026-12-15", "closes: 2026-12-01"),
    ] {
        let less = looking_for_added(&with_window(&[(from, to)]));
        assert_eq!(changes(&plain, &less), ["tightens window-shortened"]);
    }
}

#[test]
fn a_window_that_opens_later_tolerates_what_was_added_since() {
    let plain = looking_for_added(&with_window(&[]));
    for day in ["2026-11-20", "2026-11-25"] {
        let later = looking_for_added(&with_window(&[(
            "opens: 2026-11-01",
            &format!("opens: {day}"),
        )]));
        assert_eq!(
            change(&plain, &later).text,
            format!(
                "it opens on {day} instead of 2026-11-01; secrets added in it are no longer found, and `autumn` tolerates those from before {day}"
            )
        );
        assert_eq!(changes(&plain, &later), ["loosens window-shortened"]);
    }
}

#[test]
fn a_window_that_goes_loosens_where_a_later_one_tolerates_what_was_added_in_it() {
    let another = |opens: &str, app_id: &str| {
        let entry = format!(
            "migration-windows:\n  - {{ id: winter, applications: [{app_id}], reason: More., opens: {opens}, closes: 2026-12-20 }}\n"
        );
        looking_for_added(&with_window(&[("migration-windows:\n", &entry)]))
    };
    let without = |policy: &str| {
        let (before, rest) = policy.split_once("  - id: autumn").unwrap();
        format!(
            "{before}{}",
            rest.split_once("closes: 2026-12-15\n").unwrap().1
        )
    };
    let (same, other) = (
        "5f0a1c1e-2f5e-4d55-8a7e-0d9a3d0f6b21",
        "11111111-2f5e-4d55-8a7e-0d9a3d0f6b21",
    );
    for (opens, app_id, direction) in [
        ("2026-11-10", same, "loosens"),
        ("2026-12-10", same, "loosens"),
        ("2026-11-10", other, "tightens"),
        ("2026-10-20", same, "tightens"),
        ("2026-12-16", same, "tightens"),
    ] {
        let base = another(opens, app_id);
        assert_eq!(
            changes(&base, &without(&base)),
            [format!("{direction} window-removed")],
            "{opens} {app_id}"
        );
    }
}

#[test]
fn less_of_a_window_loosens_where_an_exception_covers_what_was_added_in_it() {
    let with = |rules: &str, expires: &str, window: &str| {
        let exception = with_exception(&[("[secrets-only]", rules), ("2026-12-31", expires)]);
        let exception = exception.split_once("exceptions:").unwrap().1;
        looking_for_added(&format!("{window}exceptions:{exception}"))
    };
    for (rules, expires, direction) in [
        ("[secrets-only]", "2026-12-31", "loosens"),
        ("[secret-outside-window]", "2026-12-31", "loosens"),
        ("[secrets-only]", "2026-11-22", "tightens"),
        // It ends while the window is as it was.
        ("[secrets-only]", "2026-12-01", "tightens"),
        ("[secret-age]", "2026-12-31", "tightens"),
        (
            "[secrets-only, secret-added-during-migration]",
            "2026-12-31",
            "tightens",
        ),
    ] {
        let shorter = with_window(&[("closes: 2026-12-15", "closes: 2026-12-01")]);
        assert_eq!(
            changes(
                &with(rules, expires, &with_window(&[])),
                &with(rules, expires, &shorter)
            ),
            [format!("{direction} window-shortened")],
            "{rules} {expires}"
        );
    }
}

#[test]
fn less_of_a_window_loosens_where_only_secrets_added_in_it_are_looked_for() {
    let only = |text: &str| {
        text.replace(
            "  secret-outside-window: {}\n",
            "  secret-outside-window: { level: warning }\n  secret-added-during-migration: {}\n",
        )
    };
    let (plain, shorter) = (
        only(&with_window(&[])),
        only(&with_window(&[(
            "closes: 2026-12-15",
            "closes: 2026-12-10",
        )])),
    );
    assert_eq!(changes(&plain, &shorter), ["loosens window-shortened"]);
}
