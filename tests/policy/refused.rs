//! What is refused, with the place and the words.

use credgate::policy::render;

use super::{EVERY_KEY, load_text, problems};

/// Changes to the sample that shows every key. Each is a title, what is taken out (`-`), what is put in its place (`+`),
/// the line of the problem where it is not that of the change (`@`), and its code and words (`=`).
const CHANGES: &str = include_str!("changes.txt");

/// A policy that is refused for one reason.
struct Refused {
    title: String,
    text: String,
    code: String,
    line: usize,
    words: String,
}

impl Refused {
    fn of_change(change: &str) -> Self {
        let marked = |mark: &str| -> Vec<&str> {
            let lines = change.lines().filter_map(|line| line.strip_prefix(mark));
            lines
                .map(|line| line.strip_prefix(' ').unwrap_or(line))
                .collect()
        };
        let from = marked("-").join("\n");
        let (before, _) = EVERY_KEY.split_once(&from).expect(&from);
        let own_line = before.matches('\n').count() + 1;
        let (code, words) = marked("=")[0].split_once(": ").expect(change);
        Self {
            title: change.lines().next().unwrap().to_owned(),
            text: EVERY_KEY.replacen(&from, &marked("+").join("\n"), 1),
            code: code.to_owned(),
            line: marked("@")
                .first()
                .map_or(own_line, |line| line.parse().unwrap()),
            words: words.to_owned(),
        }
    }

    fn check(self) {
        let Self {
            title,
            text,
            code,
            line,
            words,
        } = self;
        let error = load_text(&text).expect_err(&title);
        let found = problems(&error);
        let [only] = found.as_slice() else {
            panic!("{title}: {found:#?}")
        };
        assert_eq!(only.code, format!("policy::{code}"), "{title}: {only:?}");
        assert_eq!(only.line as usize, line, "{title}: {only:?}");
        assert!(only.words.contains(&words), "{title}: {only:?}");
        let summary = error.summary();
        assert!(
            summary.contains(&words) && !summary.contains('\n'),
            "{title}: {summary}"
        );
    }
}

#[test]
fn a_change_for_the_worse_is_refused_at_its_line() {
    let changes: Vec<&str> = CHANGES.split("\n\n").collect();
    assert!(changes.len() > 50);
    for change in changes {
        Refused::of_change(change).check();
    }
}

/// Whole texts, with code, line and words.
const TEXTS: &[(&str, &str, usize, &str)] = &[
    ("", "empty", 1, "version: 1"),
    ("\n\n", "empty", 1, "the policy is empty"),
    ("# nothing here\n# yet\n", "empty", 1, "the policy is empty"),
    ("null\n", "empty", 1, "the policy is empty"),
    ("---\n", "empty", 1, "the policy is empty"),
    (
        "policy\n",
        "wrong_type",
        1,
        "a mapping belongs here, and this is text",
    ),
    (
        "- version: 1\n",
        "wrong_type",
        1,
        "a mapping belongs here, and this is a list",
    ),
    ("version: 1\n", "no_active_rule", 1, "no active rule"),
    (
        "version: 1\nrules: { secret-age: { level: off } }\n",
        "no_active_rule",
        2,
        "extends: baseline",
    ),
    (
        "version: 1\nrules: { exception-unused: {} }\n",
        "no_active_rule",
        2,
        "no active rule",
    ),
    (
        "version: 1\nrules:\n\tsecret-age: {}\n",
        "syntax",
        3,
        "indent with spaces",
    ),
    (
        "version: 1\nrules: { secret-age: {}\nexceptions: []\n",
        "syntax",
        3,
        "no YAML",
    ),
    (
        "version: 1\nextends: \u{1b}[31mbaseline\n",
        "syntax",
        2,
        "no YAML",
    ),
    (
        "version: 1\nextends: strict\nexceptions:\n",
        "wrong_type",
        3,
        "`[…]`",
    ),
    (
        "version: 1\nextends: strict\n---\nversion: 1\n",
        "second_document",
        3,
        "one document",
    ),
    (
        "%YAML 1.1\n---\nversion: 1\nextends: strict\n",
        "syntax",
        1,
        "no YAML",
    ),
    (
        "version: 1\nextends: strict\n---\n",
        "second_document",
        3,
        "one document",
    ),
    (
        "version: 1\nappr\u{43e}ved-by: x\nextends: strict\n",
        "unknown_key",
        2,
        "U+043E",
    ),
];

#[test]
fn a_text_that_is_no_policy_is_refused() {
    for &(text, code, line, words) in TEXTS {
        let (title, text) = (format!("{text:?}"), text.to_owned());
        Refused {
            title,
            text,
            code: code.to_owned(),
            line,
            words: words.to_owned(),
        }
        .check();
    }
}

#[test]
fn deep_nesting_is_refused() {
    let nested = |depth| {
        format!(
            "version: 1\nrules: {}{}\n",
            "[".repeat(depth),
            "]".repeat(depth)
        )
    };
    for depth in [32, 200] {
        let found = problems(&load_text(&nested(depth)).unwrap_err());
        assert_eq!(
            (found[0].code.as_str(), found[0].line),
            ("policy::too_deep", 2),
            "{depth}"
        );
    }
    // Here the scanner gives up before the reader does.
    assert!(load_text(&nested(100_000)).is_err());
}

#[test]
fn all_problems_are_shown_at_once() {
    let text = "\
version: 1
extends: baselin
rules: { secret-agee: {} }
governance: { exception-max-term: 30d }
exceptions:
  - { id: a, applications: [3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11], rules: [secret-age], reasn: x, granted: 2026-09-01, expires: 2026-09-02 }
  - { id: b, id: b, applications: [3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11], rules: [secret-age], reason: x, granted: 2026-09-01, expires: 2026-09-02 }
  - { id: c, applications: [3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11], rules: [secret-age], reason: x, granted: 2026-09-41, expires: 2026-09-02 }
  - { id: d, applications: [3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11], rules: [secret-age], reason: x, granted: 2026-09-01, expires: 2026-08-02 }
  - { id: e, applications: [3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11], rules: [secret-age], reason: x, granted: 2026-09-01, expires: 2026-10-02 }
  - { id: e, applications: [3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11], rules: [secret-age], reason: x, granted: 2026-09-01, expires: 2026-09-02 }
";
    let error = load_text(text).unwrap_err();
    let found: Vec<(u32, String)> = problems(&error)
        .into_iter()
        .map(|found| (found.line, found.code))
        .collect();
    let expected = [
        (2, "extends_unknown_preset"),
        (3, "unknown_rule"),
        (6, "missing_key"),
        (6, "unknown_key"),
        (7, "duplicate_key"),
        (8, "not_a_day"),
        (9, "dates_reversed"),
        (10, "term_too_long"),
        (11, "repeated_id"),
    ];
    assert_eq!(
        found,
        expected.map(|(line, code)| (line, format!("policy::{code}")))
    );
    assert_eq!(
        error.summary(),
        "`credgate.yaml` has 9 problems, the first at line 2: there is no preset `baselin`; did you mean `baseline`?"
    );
}

#[test]
fn what_is_lost_makes_no_problems_of_its_own() {
    let text = "\
version: 1
rulse: { secret-age: {} }
governance: { window-max-term: 0d }
migration-windows:
  - { id: w, applications: all, reason: x, opens: 2026-11-01, closes: 2026-11-02 }
";
    let found = problems(&load_text(text).unwrap_err());
    let codes: Vec<&str> = found.iter().map(|found| found.code.as_str()).collect();
    assert_eq!(codes, ["policy::unknown_key", "policy::not_a_duration"]);
}

#[test]
fn no_more_than_fifty_problems_are_shown() {
    let unknown: Vec<String> = (0..80).map(|number| format!("key-{number}: x")).collect();
    let unknown = unknown.join("\n");
    let error = load_text(&format!("version: 1\nextends: baseline\n{unknown}")).unwrap_err();
    assert_eq!((error.problems().len(), error.left_out()), (50, 30));
    assert!(error.summary().contains("80 problems"));
    assert!(render(&error, false, 80).ends_with("and 30 more\n"));
}

#[test]
fn nothing_that_a_terminal_obeys_is_shown() {
    let text = "version: 1\nrules: { secret-age: {} }\n\"\\e[31m\u{202e}##[error]\": 1\nx: \u{85} ##[group] ##vso[task]\n";
    let error = load_text(text).unwrap_err();
    let shown = render(&error, false, 80) + error.summary();
    for harmful in ["\u{1b}", "\u{202e}", "\u{85}", "##[", "##vso["] {
        assert!(!shown.contains(harmful), "{harmful:?} in {shown}");
    }
}

#[test]
fn a_problem_is_drawn_with_its_line() {
    let error = load_text("version: 1\nrules:\n  secret-agee: { level: error }\n").unwrap_err();
    snapbox::assert_data_eq!(
        render(&error, false, 80),
        snapbox::str![[r"

policy::unknown_rule

  × unknown rule `secret-agee`
   ╭─[credgate.yaml:3:3]
 2 │ rules:
 3 │   secret-agee: { level: error }
   ·   ───────────
   ╰────
  help: did you mean `secret-age`?

"]]
    );
}
