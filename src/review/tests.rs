//! Which way each difference goes, as one test a difference.

mod places;
mod windows;

use jiff::Timestamp;

use super::{Named, review};
use crate::policy::{Policy, load_text};
use crate::report::review::{Change, Direction, ReviewReport};
use crate::rules::descriptors;

const NOW: &str = "2026-11-23T12:00:00Z";

const HEAD: &str = "version: 1\nrules:\n  secrets-only: {}\n  secret-outside-window: {}\n";

fn policy(text: &str) -> Policy {
    load_text(text, "credgate.yaml", &descriptors())
        .unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn reviewed(base: &str, head: &str) -> ReviewReport {
    let (base, head) = (policy(base), policy(head));
    let named = |policy| Named {
        name: "credgate.yaml",
        policy,
    };
    let now: Timestamp = NOW.parse().unwrap();
    review(Some(named(&base)), named(&head), now, false, None)
}

/// Returns the changes between two policies, as `direction kind`.
fn changes(base: &str, head: &str) -> Vec<String> {
    let report = reviewed(base, head);
    let changes = report.changes.iter();
    changes
        .map(|change| format!("{} {}", change.direction.name(), change.kind.name()))
        .collect()
}

/// The only change between two policies.
fn change(base: &str, head: &str) -> Change {
    let mut report = reviewed(base, head);
    assert_eq!(report.changes.len(), 1, "{:#?}", report.changes);
    report.changes.remove(0)
}

fn with_rules(rules: &str) -> String {
    format!("version: 1\nrules:\n{rules}")
}

/// A policy with one exception, in which words are replaced.
fn with_exception(replace: &[(&str, &str)]) -> String {
    let mut exception = "\
exceptions:
  - id: erp
    applications: [5f0a1c1e-2f5e-4d55-8a7e-0d9a3d0f6b21]
    rules: [secrets-only]
    credentials: [0b6e2a0e-6a0b-4f7e-9d5e-0f5d2f9f8a11]
    reason: The connector accepts only a shared secret.
    owner: erp@contoso.example
    ticket: IAM-412
    granted: 2026-09-01
    expires: 2026-12-31
"
    .to_owned();
    for (from, to) in replace {
        assert!(exception.contains(from), "{from}");
        exception = exception.replace(from, to);
    }
    format!("{HEAD}{exception}")
}

/// The other way round, what loosens tightens.
fn assert_opposite(tight: &str, loose: &str, loosening: &str, tightening: &str) {
    assert_eq!(
        changes(tight, loose),
        [format!("loosens {loosening}")],
        "{loose}"
    );
    assert_eq!(
        changes(loose, tight),
        [format!("tightens {tightening}")],
        "{tight}"
    );
}

#[test]
fn an_exception_that_comes_loosens_and_one_that_goes_tightens() {
    assert_opposite(
        HEAD,
        &with_exception(&[]),
        "exception-added",
        "exception-removed",
    );
}

#[test]
fn an_exception_that_had_ended_covers_nothing_when_it_goes() {
    let ended = with_exception(&[("2026-12-31", "2026-11-22")]);
    assert_eq!(changes(&ended, HEAD), ["neutral exception-removed"]);
}

#[test]
fn a_later_end_loosens() {
    let later = with_exception(&[("2026-12-31", "2027-03-31")]);
    assert_opposite(
        &with_exception(&[]),
        &later,
        "exception-extended",
        "exception-shortened",
    );
    let change = change(&with_exception(&[]), &later);
    assert_eq!(
        change.text,
        "it ends on 2027-03-31 instead of 2026-12-31, 90 days later"
    );
}

#[test]
fn an_expired_exception_that_is_back_under_another_id_is_told() {
    let ended = with_exception(&[("2026-12-31", "2026-11-22")]);
    let back = with_exception(&[("erp\n", "erp-again\n")]);
    assert_eq!(
        changes(&ended, &back),
        ["loosens exception-readded", "neutral exception-removed"]
    );
    let report = reviewed(&ended, &back);
    assert_eq!(
        report.changes[0].cautions,
        ["it covers again what `erp` covered until 2026-11-22"]
    );
}

#[test]
fn another_id_alone_is_no_difference_to_the_gate() {
    let renamed = with_exception(&[("erp\n", "legacy\n")]);
    assert_eq!(
        changes(&with_exception(&[]), &renamed),
        ["neutral exception-renamed"]
    );
}

#[test]
fn more_applications_rules_or_credentials_loosen() {
    for (from, to) in [
        (
            "[5f0a1c1e-2f5e-4d55-8a7e-0d9a3d0f6b21]",
            "[5f0a1c1e-2f5e-4d55-8a7e-0d9a3d0f6b21, 11111111-2f5e-4d55-8a7e-0d9a3d0f6b21]",
        ),
        ("[secrets-only]", "[secrets-only, secret-age]"),
        (
            "[0b6e2a0e-6a0b-4f7e-9d5e-0f5d2f9f8a11]",
            "[0b6e2a0e-6a0b-4f7e-9d5e-0f5d2f9f8a11, 22222222-6a0b-4f7e-9d5e-0f5d2f9f8a11]",
        ),
        (
            "    credentials: [0b6e2a0e-6a0b-4f7e-9d5e-0f5d2f9f8a11]\n",
            "",
        ),
    ] {
        assert_opposite(
            &with_exception(&[]),
            &with_exception(&[(from, to)]),
            "exception-widened",
            "exception-narrowed",
        );
    }
}

#[test]
fn one_application_for_another_is_both() {
    let other = with_exception(&[("5f0a1c1e", "11111111")]);
    assert_eq!(
        changes(&with_exception(&[]), &other),
        ["loosens exception-widened", "tightens exception-narrowed"]
    );
}

#[test]
fn a_term_that_is_counted_anew_loosens() {
    let anew = with_exception(&[("2026-09-01", "2026-11-01")]);
    assert_eq!(
        changes(&with_exception(&[]), &anew),
        ["loosens exception-regranted"]
    );
    let future = with_exception(&[("2026-09-01", "2026-12-01")]);
    assert_eq!(
        changes(&with_exception(&[]), &future),
        ["tightens exception-regranted"]
    );
    assert_eq!(
        changes(&future, &with_exception(&[])),
        ["loosens exception-regranted"]
    );
}

#[test]
fn another_owner_is_told_and_none_loosens() {
    let other = with_exception(&[("erp@contoso", "crm@contoso")]);
    assert_eq!(
        changes(&with_exception(&[]), &other),
        ["neutral exception-reowned"]
    );
    let none = with_exception(&[("    owner: erp@contoso.example\n", "")]);
    assert_eq!(
        changes(&with_exception(&[]), &none),
        ["loosens exception-reowned"]
    );
}

#[test]
fn a_reason_or_ticket_that_was_copied_is_told() {
    let copy = "  - id: crm
    applications: [958c7ea9-7243-4ad6-a712-9fe2fc93a73f]
    rules: [secrets-only]
    reason: The  connector accepts only a shared SECRET
    ticket: IAM-412
    granted: 2026-11-01
    expires: 2026-12-31
";
    let head = with_exception(&[]) + copy;
    assert_eq!(
        change(&with_exception(&[]), &head).cautions,
        [
            "its reason is a copy of `erp`'s",
            "its ticket is that of `erp`'s"
        ]
    );
}

#[test]
fn what_the_base_would_not_have_is_told_of_the_head() {
    let governance = "governance: { exception-max-term: 90d, require: [ticket] }\n";
    let long = with_exception(&[("2026-12-31", "2027-03-31"), ("    ticket: IAM-412\n", "")]);
    let report = reviewed(&format!("{HEAD}{governance}"), &long);
    let added = report.changes.iter();
    let added = added.filter(|change| !change.cautions.is_empty());
    let cautions: Vec<_> = added.flat_map(|change| change.cautions.iter()).collect();
    assert_eq!(
        cautions,
        [
            "its term of 211 days is longer than the 90 days that the base policy allows",
            "it has no `ticket`, which the base policy requires"
        ]
    );
}

#[test]
fn what_has_expired_covers_nothing_however_it_is_changed() {
    let expired = |replace: &[(&str, &str)]| {
        with_exception(replace).replace("expires: 2026-12-31", "expires: 2026-11-22")
    };
    let plain = expired(&[]);
    for (from, to) in [
        ("granted: 2026-09-01", "granted: 2026-10-01"),
        ("expires: 2026-12-31", "expires: 2026-11-02"),
        ("[secrets-only]", "[secrets-only, secret-age]"),
        (
            "    credentials: [0b6e2a0e-6a0b-4f7e-9d5e-0f5d2f9f8a11]\n",
            "",
        ),
    ] {
        let other = expired(&[(from, to)]);
        for (one, other) in [(&plain, &other), (&other, &plain)] {
            assert_eq!(change(one, other).direction, Direction::Neutral, "{to}");
        }
    }
    assert_eq!(changes(HEAD, &plain), ["neutral exception-added"]);
}

#[test]
fn fewer_alternatives_loosen_where_an_exception_covers_having_only_secrets() {
    let with = |rules: &str, alternatives: &str| {
        with_exception(&[("[secrets-only]", rules)]).replace(
            "secrets-only: {}",
            &format!("secrets-only: {{ alternatives: {alternatives} }}"),
        )
    };
    for (rules, direction) in [
        ("[secrets-only]", "loosens"),
        ("[secrets-only, secret-outside-window]", "tightens"),
        ("[secret-age]", "tightens"),
    ] {
        assert_eq!(
            changes(
                &with(rules, "[certificate, federated]"),
                &with(rules, "[certificate]")
            ),
            [format!("{direction} rule-alternatives-changed")],
            "{rules}"
        );
    }
}

#[test]
fn an_issuer_that_another_one_includes_is_no_news() {
    let with = |issuers: &str| format!("{HEAD}{issuers}");
    let (any, one) = (
        with("issuers: ['https://a.example/*']\n"),
        with("issuers: ['https://a.example/b']\n"),
    );
    let kind = "issuers-changed";
    assert_opposite(&one, &any, kind, kind);
    let both = with("issuers: ['https://a.example/b', 'https://a.example/*']\n");
    assert_eq!(changes(&any, &both), [] as [String; 0]);
    // The known ones include it.
    let github = with("issuers: ['https://token.actions.githubusercontent.com']\n");
    assert_eq!(changes(HEAD, &github), [format!("tightens {kind}")]);
    let more = with("issuers: ['https://a.example', 'https://b.example']\n");
    assert_opposite(&with("issuers: ['https://a.example']\n"), &more, kind, kind);
}

#[test]
fn a_list_in_place_of_the_known_issuers_loosens_and_tightens() {
    let own = format!("{HEAD}issuers: ['https://gitlab.contoso.example']\n");
    let changes = changes(HEAD, &own);
    assert_eq!(
        changes,
        ["loosens issuers-changed", "tightens issuers-changed"]
    );
    let report = reviewed(HEAD, &own);
    assert_eq!(
        report.changes[0].text,
        "federated credentials may also trust `https://gitlab.contoso.example`"
    );
}

/// An application whose credential is no longer trusted has only secrets, which is for the other rule to find.
#[test]
fn fewer_issuers_loosen_where_having_only_secrets_is_not_found() {
    let one = "issuers: ['https://token.actions.githubusercontent.com']\n";
    for (only, direction) in [
        ("{ level: 'off' }", "loosens"),
        ("{ level: warning }", "loosens"),
        ("{}", "tightens"),
        ("{ level: 'off', alternatives: [certificate] }", "tightens"),
    ] {
        let rules = with_rules(&format!(
            "  secrets-only: {only}\n  secret-outside-window: {{}}\n"
        ));
        assert_eq!(
            changes(&rules, &format!("{rules}{one}")),
            [format!("{direction} issuers-changed")],
            "{only}"
        );
    }
}

#[test]
fn fewer_issuers_loosen_where_an_exception_covers_having_only_secrets() {
    let base = with_exception(&[]);
    let head = format!("{base}issuers: ['https://token.actions.githubusercontent.com']\n");
    let change = change(&base, &head);
    assert_eq!(change.direction, Direction::Loosens);
    assert!(
        change.text.ends_with("which `erp` may tolerate"),
        "{}",
        change.text
    );
}

#[test]
fn rules_loosen_when_they_are_off_lower_or_wider() {
    for (tight, loose, kind) in [
        (
            "  secret-age: { level: error }",
            "  secret-age: { level: note }",
            "rule-level-changed",
        ),
        (
            "  secret-age: { max: 90d }",
            "  secret-age: { max: 91d }",
            "rule-limit-changed",
        ),
        (
            "  secret-age: { max: 26w }",
            "  secret-age: { max: 183d }",
            "rule-limit-changed",
        ),
        (
            "  secret-expiring: { within: 30d }",
            "  secret-expiring: { within: 14d }",
            "rule-limit-changed",
        ),
        (
            "  secret-age: { evidence: required }",
            "  secret-age: { evidence: optional }",
            "rule-evidence-changed",
        ),
        (
            "  secrets-only: { alternatives: [federated] }",
            "  secrets-only: { alternatives: [federated, certificate] }",
            "rule-alternatives-changed",
        ),
    ] {
        assert_opposite(&with_rules(tight), &with_rules(loose), kind, kind);
    }
    assert_opposite(
        &with_rules("  secrets-only: {}\n  secret-age: {}\n"),
        &with_rules("  secrets-only: {}\n  secret-age: { level: off }\n"),
        "rule-switched-off",
        "rule-switched-on",
    );
}

#[test]
fn fewer_alternatives_loosen_where_having_only_secrets_is_the_lesser_finding() {
    let rules = |alternatives: &str| {
        with_rules(&format!(
            "  secrets-only: {{ level: warning, alternatives: {alternatives} }}\n  secret-outside-window: {{}}\n"
        ))
    };
    assert_eq!(
        changes(&rules("[certificate, federated]"), &rules("[certificate]")),
        ["loosens rule-alternatives-changed"]
    );
}

#[test]
fn rules_about_the_policy_are_compared_although_nobody_lists_them() {
    assert_eq!(
        changes(
            HEAD,
            &with_rules(
                "  secrets-only: {}\n  secret-outside-window: {}\n  exception-expired: { level: off }\n"
            )
        ),
        ["loosens rule-switched-off"]
    );
}

#[test]
fn governance_loosens_when_it_allows_more() {
    let with = |governance: &str| format!("{HEAD}governance: {{ {governance} }}\n");
    for (tight, loose) in [
        ("exception-max-term: 90d", "exception-max-term: 180d"),
        ("window-max-term: 30d", "window-max-term: 60d"),
        ("require: [owner, ticket]", "require: [owner]"),
    ] {
        let kind = "governance-changed";
        assert_opposite(&with(tight), &with(loose), kind, kind);
        assert_opposite(&with(tight), HEAD, kind, kind);
    }
}

#[test]
fn every_change_of_the_tenant_loosens() {
    let tenant = |id: &str| format!("{HEAD}tenant: {id}\n");
    let one = tenant("3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11");
    let other = tenant("11111111-7f0c-4ed6-9a4e-0c6f6a1d2e11");
    assert_eq!(changes(&one, &other), ["loosens tenant-changed"]);
    assert_eq!(changes(&one, HEAD), ["loosens tenant-changed"]);
    // Service principals that no application of the inventory has were judged like the tenant's own.
    assert_eq!(changes(HEAD, &one), ["loosens tenant-changed"]);
}

#[test]
fn a_preset_is_told_and_its_rules_are_compared() {
    let extends = |preset: &str| format!("version: 1\nextends: {preset}\n");
    let found = changes(&extends("strict"), &extends("baseline"));
    assert!(
        found.contains(&"neutral preset-changed".to_owned()),
        "{found:?}"
    );
    assert!(
        found.contains(&"loosens rule-evidence-changed".to_owned()),
        "{found:?}"
    );
    let spelled_out = "version: 1\nextends: baseline\nrules: { secret-age: { max: 180d } }\n";
    assert_eq!(
        changes(&extends("baseline"), spelled_out),
        [] as [String; 0]
    );
}

#[test]
fn what_loosens_comes_first() {
    let report = reviewed(
        &with_exception(&[]),
        &with_exception(&[("5f0a1c1e", "11111111"), ("erp@", "crm@")]),
    );
    let directions: Vec<_> = report
        .changes
        .iter()
        .map(|change| change.direction)
        .collect();
    assert_eq!(
        directions,
        [Direction::Loosens, Direction::Neutral, Direction::Tightens]
    );
    assert_eq!(report.exit_code(), 1);
}
