//! Policies that a command changes: what is added or taken out is the whole difference, whatever the file looks like.

use credgate::finding::ExceptionId;
use credgate::policy::{Change, EditError, Edited, Group, NewException, edit};
use jiff::civil::date;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::load_text;

/// Puts in or takes out, and reads again.
fn changed(text: &str, change: Change<'_>) -> Result<Edited, EditError> {
    let policy = load_text(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    edit(&policy, 0, text, change, &load_text)
}

#[track_caller]
fn added(text: &str, groups: &[Group]) -> String {
    changed(text, Change::Add(groups)).unwrap().text
}

#[track_caller]
fn without(text: &str, exceptions: &[usize]) -> String {
    let change = Change::Remove {
        exceptions,
        windows: &[],
    };
    changed(text, change).unwrap().text
}

fn new(number: u32) -> NewException {
    NewException {
        id: ExceptionId(format!("new-{number}").into()),
        remark: Some(format!("\"Fax {number}\", 1 live secret")),
        application: format!("0000000{number}-5c1e-4a00-8b00-c0de9e3779b1")
            .parse()
            .unwrap(),
        rules: vec![credgate::finding::RuleId("secrets-only")],
        credentials: Some(vec![
            "00000011-5c1e-4a00-8b00-c0de81af14c1".parse().unwrap(),
        ]),
        reason: "It was there before the gate.".into(),
        owner: None,
        approved_by: None,
        ticket: None,
        granted: date(2026, 11, 23),
        expires: date(2027, 2, 21),
    }
}

fn group(numbers: impl IntoIterator<Item = u32>) -> Group {
    Group {
        heading: None,
        exceptions: numbers.into_iter().map(new).collect(),
    }
}

const NEW: &str = "  - id: new-1
    # \"Fax 1\", 1 live secret
    applications: [00000001-5c1e-4a00-8b00-c0de9e3779b1]
    rules: [secrets-only]
    credentials: [00000011-5c1e-4a00-8b00-c0de81af14c1]
    reason: It was there before the gate.
    granted: 2026-11-23
    expires: 2027-02-21
";

const OLD: &str = "{ id: old, applications: [3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11], rules: [secret-age], \
                   reason: r, granted: 2026-09-01, expires: 2026-12-31 }";

/// The same as [`OLD`] in JSON, with another id.
const JSON: &str = r#"{ "id": "json", "applications": ["3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11"], "rules": ["secret-age"], "reason": "r", "granted": "2026-09-01", "expires": "2026-12-31" }"#;

fn json_of(number: u32) -> String {
    format!(
        "{{ \"id\": \"new-{number}\", \"applications\": [\"0000000{number}-5c1e-4a00-8b00-c0de9e3779b1\"], \
         \"rules\": [\"secrets-only\"], \"credentials\": [\"00000011-5c1e-4a00-8b00-c0de81af14c1\"], \
         \"reason\": \"It was there before the gate.\", \"granted\": \"2026-11-23\", \"expires\": \"2027-02-21\" }}"
    )
}

#[test]
fn a_missing_list_is_added_at_the_end() {
    let text = "version: 1\nextends: baseline\n# end\n";
    let expected = format!("{text}\nexceptions:\n{NEW}");
    assert_eq!(added(text, &[group([1])]), expected);
    let without_break = text.trim_end();
    assert_eq!(added(without_break, &[group([1])]), expected.trim_end());
    let ended = format!("{text}...\n# after\n");
    let expected = format!("{text}\nexceptions:\n{NEW}...\n# after\n");
    assert_eq!(added(&ended, &[group([1])]), expected);
}

#[test]
fn empty_brackets_become_lines_and_lines_brackets() {
    let text = "version: 1\nexceptions: []  # none\n\nextends: baseline\n";
    let expected = format!("version: 1\nexceptions:  # none\n{NEW}\nextends: baseline\n");
    assert_eq!(added(text, &[group([1])]), expected);
    assert_eq!(without(&expected, &[0]), text);
}

#[test]
fn a_heading_stands_above_its_group_and_stays() {
    let text = format!("version: 1\nextends: baseline\nexceptions:\n- {OLD}\n");
    let mut groups = [group([1]), group([2])];
    groups[0].heading = Some("secrets-only: 1 application".to_owned());
    groups[1].heading = Some("a\n::error::b ##[group]".to_owned());
    let changed = added(&text, &groups);
    assert!(changed.contains("}\n\n# secrets-only: 1 application\n- id: new-1\n  # \"Fax 1\""));
    assert!(changed.contains("\n\n# a\\n:\\u{3a}error::b #\\u{23}[group]\n- id: new-2\n"));
    let left = without(&changed, &[0, 1, 2]);
    assert_eq!(
        left,
        "version: 1\nextends: baseline\nexceptions: []\n\n# secrets-only: 1 application\n\n\
         # a\\n:\\u{3a}error::b #\\u{23}[group]\n"
    );
}

#[test]
fn comments_in_an_entry_go_with_it_and_those_between_stay() {
    let entry = |id: &str| {
        format!(
            "  - id: {id} # behind-{id}\n    # in-{id}\n    applications: [3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11]\n    \
             rules: [secret-age]\n    reason: |\n      several # lines-{id}\n\n      of it\n    granted: 2026-09-01\n    \
             expires: 2026-12-31 # last-{id}\n    # under-{id}\n"
        )
    };
    let (one, two, three) = (entry("one"), entry("two"), entry("three"));
    let start = "version: 1\nextends: baseline\nexceptions: # key\n  # above\n\n";
    let text = format!("{start}{one}\n  # between\n{two}\n# far\n{three}\n# end\n");
    assert_eq!(
        without(&text, &[1]),
        format!("{start}{one}\n  # between\n\n# far\n{three}\n# end\n")
    );
    assert_eq!(
        without(&text, &[0]),
        format!("{start}  # between\n{two}\n# far\n{three}\n# end\n")
    );
    assert_eq!(
        without(&text, &[0, 1, 2]),
        "version: 1\nextends: baseline\nexceptions: [] # key\n  # above\n\n  # between\n\n# far\n\n# end\n"
    );
}

#[test]
fn brackets_keep_their_form() {
    let line = format!("version: 1\nextends: baseline\nexceptions: [{OLD}] # c\n");
    let more = format!(
        "version: 1\nextends: baseline\nexceptions: [{OLD}, {}] # c\n",
        json_of(1)
    );
    assert_eq!(added(&line, &[group([1])]), more);
    assert_eq!(without(&more, &[1]), line);
    assert_eq!(without(&more, &[0]), line.replace(OLD, &json_of(1)));

    let lines = format!(
        "version: 1\nextends: baseline\nexceptions: [\n  # one\n  {OLD}, # behind\n  # end\n]\n"
    );
    let more = lines.replace(" # behind\n", &format!(" # behind\n  {},\n", json_of(1)));
    assert_eq!(added(&lines, &[group([1])]), more);
    assert_eq!(without(&more, &[1]), lines);
    assert_eq!(
        without(&lines, &[0]),
        "version: 1\nextends: baseline\nexceptions: [\n  # one\n  # end\n]\n"
    );
}

#[test]
fn json_stays_json() {
    let list = format!("[\n    {JSON}\n  ]");
    for exceptions in ["[]", "[ ]", &list] {
        let text = format!(
            "{{\n  \"version\": 1,\n  \"exceptions\": {exceptions},\n  \"extends\": \"baseline\"\n}}\n"
        );
        let more = added(&text, &[group([1, 2])]);
        let value: serde_json::Value = serde_json::from_str(&more).expect(&more);
        let count = value["exceptions"].as_array().unwrap().len();
        let removed: Vec<usize> = (count - 2..count).collect();
        assert_eq!(without(&more, &removed), text.replace("[ ]", "[]"));
    }
    for text in [
        "{\"version\":1,\"extends\":\"baseline\"}",
        "{\n  \"version\": 1,\n  \"extends\": \"baseline\"\n}\n",
    ] {
        let more = added(text, &[group([1, 2])]);
        let value: serde_json::Value = serde_json::from_str(&more).expect(&more);
        assert_eq!(value["exceptions"].as_array().unwrap().len(), 2);
        let none = without(&more, &[0, 1]);
        serde_json::from_str::<serde_json::Value>(&none).expect(&none);
    }
}

#[test]
fn words_are_quoted_where_they_would_mean_something_else() {
    let mut entry = new(1);
    for reason in [
        "true",
        "No",
        "12",
        "2026-11-23",
        "a: b",
        "a #b",
        "- a",
        "\"q\"",
        "'q'",
        "*",
        "&a",
        "!t",
        "a\nb\tc",
        "a ",
        " a",
        "C:\\x",
        "ends:",
        "Müller 🧾",
        "\u{202e}x",
        "x\u{feff}\u{fffe}\u{ffff}",
        "{a}",
        "[a]",
        "---",
        "~",
        "null",
        "https://tickets.contoso.example/?a=1&b=2",
        "it's",
        "%d",
        "@a",
        "`a`",
        "a, b",
        "\u{e0041}x",
    ] {
        entry.reason = reason.into();
        let groups = [Group {
            heading: None,
            exceptions: vec![entry.clone()],
        }];
        for text in [
            "version: 1\nextends: baseline\n",
            "{\"version\":1,\"extends\":\"baseline\"}",
        ] {
            let edited = changed(text, Change::Add(&groups)).expect(reason);
            assert_eq!(
                &*edited.policy.exceptions()[0].reason,
                reason,
                "{}",
                edited.text
            );
            assert!(!edited.text.contains('\u{202e}'));
        }
    }
}

#[test]
fn no_name_ends_its_comment() {
    let mut entry = new(1);
    for name in [
        "a\n  - id: b",
        "a\r\n",
        "\u{85}x",
        "\u{2028}x",
        "\u{fffe}",
        "\u{0}",
    ] {
        entry.remark = Some(name.to_owned());
        let groups = [Group {
            heading: Some(name.to_owned()),
            exceptions: vec![entry.clone()],
        }];
        let text = added("version: 1\nextends: baseline\n", &groups);
        assert_eq!(text.lines().count(), 2 + 2 + 9, "{text}");
    }
}

#[test]
fn a_layout_that_nobody_writes_is_refused() {
    let explicit = format!("version: 1\nextends: baseline\n? exceptions\n: - {OLD}\n");
    let carriage = "version: 1\rextends: baseline\r";
    for text in [&explicit, carriage] {
        let groups = [group([1])];
        let refused = changed(text, Change::Add(&groups));
        assert!(matches!(refused, Err(EditError::Layout)), "{refused:?}");
    }
}

#[test]
fn what_the_changed_policy_does_not_allow_is_refused() {
    let text = "version: 1\nextends: baseline\ngovernance: { exception-max-term: 10d }\n";
    let groups = [group([1])];
    let refused = changed(text, Change::Add(&groups));
    assert!(matches!(refused, Err(EditError::Policy(_))), "{refused:?}");
}

#[test]
fn a_file_does_not_become_larger_than_it_may_be_read() {
    let mut entry = new(1);
    entry.reason = "a".repeat(8 * 1024 * 1024).into();
    let groups = [Group {
        heading: None,
        exceptions: vec![entry],
    }];
    let refused = changed("version: 1\nextends: baseline\n", Change::Add(&groups));
    assert!(matches!(refused, Err(EditError::TooLarge { .. })));
}

/// One entry as somebody may have written it; its comments are `# in-ID`, and each is inside.
fn entry(form: u8, id: &str, indent: &str) -> String {
    let fields = [
        "applications: [3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11]",
        "rules: [secret-age]",
        "granted: 2026-09-01",
    ];
    let lines = fields.join(&format!("\n{indent}  "));
    match form % 6 {
        0 => format!(
            "{indent}- {{ id: {id}, {}, reason: r, expires: 2026-12-31 }}\n",
            fields.join(", ")
        ),
        1 => format!(
            "{indent}- id: {id}\n{indent}  {lines}\n{indent}  reason: r # in-{id}\n{indent}  expires: 2026-12-31\n"
        ),
        2 => format!(
            "{indent}- # in-{id}\n{indent}  id: {id}\n{indent}  {lines}\n{indent}  expires: 2026-12-31\n{indent}  reason: >-\n{indent}    a\n\n{indent}    b\n"
        ),
        3 => format!(
            "{indent}- id: {id}\n{indent}  {lines}\n{indent}  expires: 2026-12-31\n{indent}  reason: 'a\n{indent}    b' # in-{id}\n{indent}  # in-{id}\n"
        ),
        4 => format!(
            "{indent}-\n{indent}  id: {id}\n{indent}  # in-{id}\n\n{indent}  {lines}\n{indent}  reason: |\n{indent}    a\n{indent}  expires: 2026-12-31\n"
        ),
        _ => format!(
            "{indent}- {{\n{indent}    id: {id}, # in-{id}\n{indent}    {},\n{indent}    reason: r, expires: 2026-12-31\n{indent}  }} # in-{id}\n",
            fields.join(", ")
        ),
    }
}

/// What stands between two entries; its comments are `# keep-N`.
fn between(form: u8, number: usize, indent: &str) -> String {
    match form % 5 {
        0 => String::new(),
        1 => "\n".to_owned(),
        2 => format!("{indent}# keep-{number}\n"),
        3 => format!("\n# keep-{number}\n{indent}# keep-{number}\n"),
        _ => format!("\n\n{indent}# keep-{number}\n\n"),
    }
}

/// A policy file as somebody may have written it.
#[derive(Clone, Debug)]
struct File {
    text: String,
    ids: Vec<String>,
    is_empty: bool,
    has_key: bool,
}

fn block_list() -> impl Strategy<Value = (Vec<String>, String)> {
    let parts = prop::collection::vec((any::<u8>(), any::<u8>()), 1..5);
    (select(vec!["", " ", "  ", "    "]), parts, any::<u8>()).prop_map(|(indent, parts, last)| {
        let mut list = "exceptions: # keep-key\n".to_owned();
        let mut ids = Vec::new();
        for (number, (own, above)) in parts.into_iter().enumerate() {
            let id = format!("old-{number}");
            list.push_str(&between(above, number, indent));
            list.push_str(&entry(own, &id, indent));
            ids.push(id);
        }
        list.push_str(&between(last, 9, ""));
        (ids, list)
    })
}

fn flow_list() -> impl Strategy<Value = (Vec<String>, String)> {
    let separator = select(vec![
        ", ",
        ",",
        " , ",
        ",\n    ",
        ", # in-c\n    # keep-b\n    ",
    ]);
    let last = select(vec![
        "",
        ",",
        " ",
        ",\n  ",
        "\n  # keep-end\n  ",
        " # in-end\n  ",
    ]);
    (
        0..4_usize,
        select(vec!["", " ", "\n    ", " # keep-a\n    "]),
        separator,
        last,
    )
        .prop_map(|(count, first, separator, last)| {
            let ids: Vec<String> = (0..count).map(|number| format!("old-{number}")).collect();
            let items: Vec<String> = ids
                .iter()
                .map(|id| OLD.replace("id: old", &format!("id: {id}")))
                .collect();
            let last = if count == 0 {
                last.trim_start_matches(',')
            } else {
                last
            };
            (
                ids,
                format!("exceptions: [{first}{}{last}]\n", items.join(separator)),
            )
        })
}

fn file() -> impl Strategy<Value = File> {
    let list = prop_oneof![
        4 => block_list(),
        3 => flow_list(),
        1 => Just((Vec::new(), "exceptions: []\n".to_owned())),
        1 => Just((Vec::new(), String::new())),
    ];
    let tail = select(vec![
        "",
        "\n",
        "# keep-tail\n",
        "\n# keep-tail\n\n",
        "...\n",
    ]);
    (
        list,
        any::<bool>(),
        select(vec!["", "\u{feff}", "---\n", "# keep-head\n"]),
        tail,
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|((ids, list), is_last, head, tail, is_crlf, is_open)| {
            let others =
                "governance:\n  exception-max-term: 180d # keep-x\nmigration-windows: []\n";
            let (before, after) = if is_last { (others, "") } else { ("", others) };
            let mut text =
                format!("{head}version: 1\nextends: baseline\n{before}{list}{after}{tail}");
            if is_open {
                text.truncate(text.trim_end().len());
            }
            let text = if is_crlf {
                text.replace('\n', "\r\n")
            } else {
                text
            };
            File {
                text,
                is_empty: ids.is_empty(),
                has_key: !list.is_empty(),
                ids,
            }
        })
}

/// The comments of a kind, in order.
fn comments<'text>(text: &'text str, kind: &str) -> Vec<&'text str> {
    let found = text.split('#').map(str::trim_start);
    let found = found.filter(|comment| comment.starts_with(kind));
    found
        .map(|comment| comment.split_whitespace().next().unwrap())
        .collect()
}

fn ids(edited: &Edited) -> Vec<String> {
    edited
        .policy
        .exceptions()
        .iter()
        .map(|entry| entry.id.0.to_string())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_added_is_the_whole_difference(file in file(), count in 1..4_u32) {
        let groups = [group(1..=count)];
        let edited = changed(&file.text, Change::Add(&groups));
        let edited = edited.map_err(|error| TestCaseError::fail(format!("{error:?}\n{}", file.text)))?;
        let mut expected = file.ids.clone();
        expected.extend((1..=count).map(|number| format!("new-{number}")));
        prop_assert_eq!(ids(&edited), expected);
        let only_crlf = edited.text.matches("\r\n").count() == edited.text.matches('\n').count();
        prop_assert!(only_crlf || !edited.text.contains('\r'), "{:?}", edited.text);
        for kind in ["keep", "in"] {
            prop_assert_eq!(comments(&edited.text, kind), comments(&file.text, kind));
        }
        // Outside of the list that was empty or absent, nothing but what is put in is new.
        if !file.is_empty {
            let mut old = file.text.chars().peekable();
            for character in edited.text.chars() {
                old.next_if_eq(&character);
            }
            prop_assert_eq!(old.next(), None, "{}\n{}", file.text, edited.text);
        }
    }

    #[test]
    fn what_is_added_can_be_taken_out(file in file(), count in 1..4_u32) {
        let groups = [group(1..=count)];
        let more = added(&file.text, &groups);
        let first = file.ids.len();
        let indexes: Vec<usize> = (first..first + count as usize).collect();
        let back = without(&more, &indexes);
        if file.has_key && (!file.is_empty || file.text.contains("exceptions: []")) {
            prop_assert_eq!(&back, &file.text, "{}", more);
        } else {
            let change = Change::Remove { exceptions: &[], windows: &[] };
            prop_assert_eq!(ids(&changed(&back, change).unwrap()), file.ids);
        }
    }

    #[test]
    fn only_what_is_taken_out_goes(file in file(), picks in prop::collection::vec(any::<Index>(), 1..4)) {
        prop_assume!(!file.is_empty);
        let mut indexes: Vec<usize> = picks.iter().map(|pick| pick.index(file.ids.len())).collect();
        indexes.sort_unstable();
        indexes.dedup();
        let change = Change::Remove { exceptions: &indexes, windows: &[] };
        let edited = changed(&file.text, change);
        let edited = edited.map_err(|error| TestCaseError::fail(format!("{error:?}\n{}", file.text)))?;
        let is_kept = |number: &usize| !indexes.contains(number);
        let kept: Vec<String> = (0..file.ids.len()).filter(is_kept).map(|number| file.ids[number].clone()).collect();
        prop_assert_eq!(ids(&edited), kept);
        prop_assert_eq!(comments(&edited.text, "keep"), comments(&file.text, "keep"));
        for &index in &indexes {
            prop_assert!(!edited.text.contains(&file.ids[index]), "{}", edited.text);
        }
        let mut left = file.text.lines();
        for line in edited.text.lines().filter(|line| !line.contains("exceptions:") && !line.contains(['[', ']'])) {
            prop_assert!(left.any(|old| old == line), "{line:?}\n{}\n{}", file.text, edited.text);
        }
    }
}
