//! What a policy may look like, and what becomes of it.

use credgate::finding::{Days, Level, RuleId};
use credgate::model::Alternatives;
use credgate::policy::{EntryKind, EntryPlace, Evidence, WindowScope};
use jiff::civil::date;

use super::{EVERY_KEY, load_text};

#[test]
fn settings_are_what_is_written_and_else_the_rules_own() {
    let policy = load_text(EVERY_KEY).unwrap();
    let rule = |id| policy.rule(RuleId(id)).unwrap();
    assert_eq!(rule("secret-age").max, Some(Days(182)));
    assert_eq!(rule("secret-lifetime").max, Some(Days(366)));
    assert_eq!(rule("secret-expiring").within, Some(Days(30)));
    assert_eq!(rule("secret-expired").level, Some(Level::Note));
    assert_eq!(rule("secret-without-expiry").level, Some(Level::Error));
    assert_eq!(rule("certificate-lifetime").level, None);
    assert_eq!(rule("owner-missing").evidence, Evidence::Optional);
    assert_eq!(rule("secrets-only").alternatives, Alternatives::default());
    let trust = policy.trust(None);
    let is_trusted = |issuer| trust.distrust(issuer).is_none();
    assert!(is_trusted("https://token.actions.githubusercontent.com/"));
    assert!(is_trusted("https://ci.example.com/oidc/1"));
    assert!(!is_trusted("https://gitlab.com"));
}

#[test]
fn the_nearer_list_of_issuers_replaces_the_farther_one() {
    let listed = "version: 1\nextends: baseline\nissuers: ['https://gitlab.contoso.example']\n";
    let policy = load_text(listed).unwrap();
    let trust = policy.trust(None);
    assert!(trust.distrust("https://gitlab.contoso.example").is_none());
    assert!(trust.distrust("https://gitlab.com").is_some());
    let without = load_text("version: 1\nextends: baseline\n").unwrap();
    assert!(without.trust(None).distrust("https://gitlab.com").is_none());
}

#[test]
fn a_rule_that_is_not_listed_is_off_and_the_rules_about_the_policy_are_on() {
    let policy = load_text("version: 1\nrules: { secret-age: {} }\n").unwrap();
    assert!(policy.rule(RuleId("secrets-only")).is_none());
    let expiring = policy.rule(RuleId("exception-expiring")).unwrap();
    assert_eq!(
        (expiring.level, expiring.within),
        (Some(Level::Warning), Some(Days(14)))
    );
    let age = policy.rule(RuleId("secret-age")).unwrap();
    assert_eq!(
        (age.level, age.max, age.within),
        (Some(Level::Error), Some(Days(180)), None)
    );
}

#[test]
fn the_baseline_has_the_levels_and_limits_of_the_rules_themselves() {
    let policy = load_text("version: 1\nextends: baseline\n").unwrap();
    for rule in super::descriptors() {
        let setting = policy.rule(rule.id).unwrap();
        assert_eq!(setting.level, Some(rule.default_level), "{}", rule.id);
        assert_eq!(
            (setting.max, setting.within),
            (rule.defaults.max, rule.defaults.within),
            "{}",
            rule.id
        );
    }
}

#[test]
fn the_strict_preset_requires_all_evidence_and_never_is_laxer_than_the_baseline() {
    let strict = load_text("version: 1\nextends: strict\n").unwrap();
    let baseline = load_text("version: 1\nextends: baseline\n").unwrap();
    for rule in super::descriptors() {
        let (strict, baseline) = (
            strict.rule(rule.id).unwrap(),
            baseline.rule(rule.id).unwrap(),
        );
        assert_eq!(strict.evidence, Evidence::Required, "{}", rule.id);
        assert!(strict.level >= baseline.level, "{}", rule.id);
        assert!(
            strict.max <= baseline.max && strict.within >= baseline.within,
            "{}",
            rule.id
        );
    }
}

#[test]
fn the_nearer_file_wins_key_by_key() {
    let text = "version: 1\nextends: baseline\nrules: { secret-lifetime: { max: 90d }, owner-missing: { level: off } }\n";
    let policy = load_text(text).unwrap();
    let lifetime = policy.rule(RuleId("secret-lifetime")).unwrap();
    assert_eq!(
        (lifetime.level, lifetime.max),
        (Some(Level::Error), Some(Days(90)))
    );
    let owner = policy.rule(RuleId("owner-missing")).unwrap();
    assert_eq!((owner.level, owner.evidence), (None, Evidence::Optional));
}

#[test]
fn exceptions_and_windows_keep_what_is_written_and_where() {
    let policy = load_text(EVERY_KEY).unwrap();
    let [exception] = policy.exceptions() else {
        panic!("one exception")
    };
    assert_eq!(
        (exception.granted, exception.expires),
        (date(2026, 9, 1), date(2026, 12, 31))
    );
    assert_eq!(exception.extended, [date(2026, 10, 31), date(2026, 11, 30)]);
    assert_eq!(
        exception.rules,
        [RuleId("secrets-only"), RuleId("secret-age")]
    );
    let [window] = policy.windows() else {
        panic!("one window")
    };
    assert_eq!(window.applications, WindowScope::All);
    assert_eq!(window.certificate_by, date(2026, 11, 15));
    let line_of = |words: &str| {
        EVERY_KEY
            .lines()
            .position(|line| line.contains(words))
            .unwrap()
            + 1
    };
    let place = |line| EntryPlace {
        file: "credgate.yaml".to_owned(),
        line: u32::try_from(line).unwrap(),
        column: 5,
    };
    let exception_place = policy.written_at(exception.written, EntryKind::Exception);
    assert_eq!(exception_place, place(line_of("id: legacy-erp")));
    let window_place = policy.written_at(window.written, EntryKind::Window);
    assert_eq!(window_place, place(line_of("id: autumn-certificates")));
}

#[test]
fn keys_that_are_pointed_at_keep_their_place() {
    let policy = load_text(EVERY_KEY).unwrap();
    let exception = (policy.exceptions()[0].written, EntryKind::Exception);
    let window = (policy.windows()[0].written, EntryKind::Window);
    for ((written, kind), key, words) in [
        (exception, "applications", "applications: [5f0a1c1e"),
        (exception, "rules", "rules: [secrets-only, secret-age]"),
        (exception, "credentials", "credentials: "),
        (exception, "expires", "expires: "),
        (window, "applications", "applications: all"),
        (window, "opens", "opens: "),
        (window, "certificate-by", "certificate-by: "),
        (window, "closes", "closes: "),
    ] {
        let place = policy.key_at(written, kind, key);
        let line = EVERY_KEY.lines().position(|line| line.contains(words));
        assert_eq!(place.line as usize, line.unwrap() + 1, "{key}");
        assert_eq!((place.file.as_str(), place.column), ("credgate.yaml", 5));
    }
    for key in ["opens", "id", "x"] {
        let place = policy.key_at(exception.0, exception.1, key);
        assert_eq!(place, policy.written_at(exception.0, exception.1), "{key}");
    }
}

#[test]
fn a_key_that_is_absent_stands_where_its_entry_begins() {
    let text = EVERY_KEY.replace(
        "    credentials: [0b6e2a0e-6a0b-4f7e-9d5e-0f5d2f9f8a11]\n",
        "",
    );
    let policy = load_text(&text).unwrap();
    let exception = policy.exceptions()[0].written;
    assert_eq!(
        policy.key_at(exception, EntryKind::Exception, "credentials"),
        policy.written_at(exception, EntryKind::Exception)
    );
}

#[test]
fn without_certificate_by_the_window_tolerates_secrets_only_until_it_closes() {
    let text = EVERY_KEY.replace("    certificate-by: 2026-11-15\n", "");
    let policy = load_text(&text).unwrap();
    assert_eq!(policy.windows()[0].certificate_by, date(2026, 11, 30));
}

#[test]
fn line_ends_and_a_byte_order_mark_make_no_difference() {
    for text in [
        EVERY_KEY.replace('\n', "\r\n"),
        format!("\u{feff}{EVERY_KEY}"),
    ] {
        let policy = load_text(&text).unwrap();
        let exception = &policy.exceptions()[0];
        let place = policy.written_at(exception.written, EntryKind::Exception);
        let plain = load_text(EVERY_KEY).unwrap();
        assert_eq!(
            place,
            plain.written_at(exception.written, EntryKind::Exception)
        );
    }
    let mark_only = "\u{feff}version: 1\nrules: { secret-agee: {} }\n";
    let error = load_text(mark_only).unwrap_err();
    assert_eq!(
        (error.problems()[0].line(), error.problems()[0].column()),
        (2, 10)
    );
}

#[test]
fn empty_lists_of_exceptions_and_windows_are_taken() {
    load_text("version: 1\nextends: strict\nexceptions: []\nmigration-windows: []\n").unwrap();
}

#[test]
fn an_exception_may_lift_a_rule_that_is_off() {
    let text = EVERY_KEY.replace(
        "rules: [secrets-only, secret-age]",
        "rules: [certificate-lifetime]",
    );
    load_text(&text).unwrap();
}

#[test]
fn marks_inside_of_text_are_no_tags_anchors_or_aliases() {
    let text = EVERY_KEY.replace(
        "reason: Cutover of the billing services.",
        "reason: R&D said !important * twice, and << once! 'x'!",
    );
    let policy = load_text(&text).unwrap();
    assert!(
        policy.windows()[0]
            .reason
            .starts_with("R&D said !important *")
    );
}
