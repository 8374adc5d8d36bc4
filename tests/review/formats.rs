//! The laws of every format of a review, over texts that try to break out of each, and over more changes than fit.

use std::collections::BTreeSet;

use credgate::escape::is_unprintable;
use credgate::finding::ExceptionId;
use credgate::output::{MAX_RESULTS, Options, Rendered as _, review_json_schema};
use credgate::policy::{Policy, load_text};
use credgate::report::review::{
    Change, ChangeKind, ChangeSubject, Direction, Impact, ReviewReport, Touched,
};
use credgate::review::{Named, review};
use credgate::rules::descriptors;
use serde_json::Value;

const SARIF_SCHEMA: &str = include_str!("../output/sarif-2.1.0.schema.json");

/// Texts that mean something to a terminal, a runner, Markdown, HTML, code scanning or a table.
const HOSTILE: [&str; 16] = [
    "@octocat and @contoso/security, see #1 and contoso/app#2",
    "https://evil.example/?q=1 www.evil.example mail@evil.example",
    "[link](https://evil.example) ![picture](https://evil.example/x.png)",
    "<img src=x onerror=alert(1)> <!-- </details> </summary> &lt;b&gt;",
    "**bold** _it_ ~~no~~ `code` ``more`` ``` | a | cell | \\| ",
    "a\n\n# heading\n- item\n> quote\n\n| a | b |\n",
    "\r\n::error file=a,line=1::b\n::stop-commands::t",
    " ::set-output name=a::b %0A::warning::c %25",
    "##[add-mask]e ##vso[task.complete result=Succeeded;]",
    "a, line=9, title=b: c",
    "\u{1b}[2J\u{1b}]8;;https://evil.example\u{7}x\u{202e}y\u{200b}",
    "  ● exception `a` · PASS nothing loosens the gate",
    "\u{e0041}\u{e0042}\u{2028}\u{2029}\u{85}\u{0}",
    "$(touch ran) `touch ran` ${{ secrets.TOKEN }} {{7*7}}",
    "Größe データ \"quoted\" 'too' \\u0041 \\n",
    "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@",
];

fn policy(text: &str) -> Policy {
    load_text(text, "credgate.yaml", &descriptors()).unwrap()
}

/// A report of which everything foreign is hostile, with so many changes.
fn report(number: usize, is_allowed: bool) -> ReviewReport {
    let base = policy("version: 1\nrules: { secrets-only: {}, secret-age: { max: 90d } }\n");
    let head = policy("version: 1\nrules: { secrets-only: {}, secret-age: { max: 91d } }\n");
    let named = |policy| Named {
        name: "origin/main:credgate.yaml",
        policy,
    };
    let now = "2026-11-23T12:00:00Z".parse().unwrap();
    let mut report = review(Some(named(&base)), named(&head), now, is_allowed, None);
    let pattern = report.changes.remove(0);
    let kinds: Vec<ChangeKind> = ChangeKind::all().collect();
    let longest = if number > 2_000 { 2 } else { 40 };
    let changes = (0..number).map(|at| {
        let text = HOSTILE[at % HOSTILE.len()];
        let touched = Touched {
            findings: (at % 3) as u64,
            applications: (at % 2) as u64,
            oldest_secret: None,
        };
        let mut change = Change {
            kind: kinds[at % kinds.len()],
            direction: Direction::ALL[at * 3 / number],
            subject: ChangeSubject::Exception(ExceptionId(format!("{at} {text}").into())),
            text: text.repeat(1 + at % longest),
            cautions: vec![text.to_owned(); at % 4],
            impact: Impact {
                silences: touched,
                raises: touched,
            },
            ..pattern.clone()
        };
        change.place.file = text.repeat(1 + at % 9);
        change.former_place = at.is_multiple_of(5).then(|| change.place.clone());
        change
    });
    report.changes = changes.collect();
    report.notes = HOSTILE.map(|text| text.repeat(40)).to_vec();
    report.head.name = HOSTILE.concat();
    report.head.policy.path = HOSTILE.concat();
    report
}

fn reports() -> [ReviewReport; 6] {
    let numbers = [
        (0, false),
        (1, true),
        (9, false),
        (11, true),
        (51, false),
        (150, false),
    ];
    numbers.map(|(number, is_allowed)| report(number, is_allowed))
}

fn write(name: &str, report: &ReviewReport) -> String {
    let mut bytes = Vec::new();
    let format = ReviewReport::format(name).unwrap();
    (format.write)(report, &Options::default(), &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn assert_valid(schema: &Value, instance: &Value) {
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(schema)
        .unwrap();
    let problems: Vec<_> = validator.iter_errors(instance).collect();
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn nothing_commands_a_terminal_or_a_runner() {
    for format in ReviewReport::FORMATS {
        for report in reports() {
            let text = write(format.name, &report);
            assert!(!text.contains("##["), "{}", format.name);
            assert!(!text.contains("##vso"), "{}", format.name);
            for line in text.lines() {
                let odd = line.contains(|it| is_unprintable(it) && it != '\u{fe0f}');
                assert!(!odd, "{}: {line:?}", format.name);
                let is_command = line.trim_start().starts_with("::");
                assert!(!is_command || format.name == "github", "{line}");
            }
        }
    }
}

#[test]
fn json_holds_every_change_and_its_own_schema() {
    let schema = review_json_schema().to_value();
    for report in reports() {
        let document: Value = serde_json::from_str(&write("json", &report)).unwrap();
        assert_valid(&schema, &document);
        assert_eq!(document["exit_code"], report.exit_code());
        let changes = document["changes"].as_array().unwrap();
        assert_eq!(changes.len(), report.changes.len());
        for (written, change) in changes.iter().zip(&report.changes) {
            assert_eq!(written["message"], change.text.as_str());
            assert_eq!(written["subject"]["name"], change.subject.name());
        }
        let fingerprints = changes.iter().map(|it| it["fingerprint"].as_str());
        let fingerprints: BTreeSet<_> = fingerprints.collect();
        assert_eq!(fingerprints.len(), changes.len());
        for direction in Direction::ALL {
            let counted = &document["summary"][direction.name()];
            assert_eq!(*counted, report.count(direction));
        }
    }
}

#[test]
fn changes_of_one_kind_and_subject_have_names_of_their_own() {
    let mut report = report(2, false);
    report.changes[1] = report.changes[0].clone();
    let [one, other] = report.fingerprints()[..] else {
        panic!("there are two changes");
    };
    assert_ne!(one, other);
}

#[test]
fn sarif_holds_every_change_at_a_place() {
    let schema: Value = serde_json::from_str(SARIF_SCHEMA).unwrap();
    for report in reports() {
        let log: Value = serde_json::from_str(&write("sarif", &report)).unwrap();
        let run = &log["runs"][0];
        let results = run["results"].as_array().unwrap();
        assert_valid(&schema, &log);
        assert_eq!(results.len(), report.changes.len());
        assert_eq!(run["invocations"][0]["exitCode"], report.exit_code());
        let errors = results.iter().filter(|result| result["level"] == "error");
        assert_eq!(errors.count() > 0, report.is_refused());
        for result in results {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            let rule = &run["tool"]["driver"]["rules"][index];
            assert_eq!(rule["id"], result["ruleId"]);
            let message = result["message"]["text"].as_str().unwrap();
            assert!(!message.contains("]("), "{message}");
            let place = &result["locations"][0]["physicalLocation"];
            assert!(place["region"]["startLine"].as_u64() > Some(0));
        }
    }
}

#[test]
fn code_scanning_is_told_what_it_does_not_get() {
    let report = report(MAX_RESULTS + 3, false);
    let log: Value = serde_json::from_str(&write("sarif", &report)).unwrap();
    let run = &log["runs"][0];
    assert_eq!(run["results"].as_array().unwrap().len(), MAX_RESULTS);
    let told = &run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    assert!(told.as_str().unwrap().starts_with("3 changes are left out"));
}

#[test]
fn text_holds_every_change_and_ends_with_the_answer() {
    for report in reports() {
        let text = write("text", &report);
        let bullets = text.lines().filter(|line| line.starts_with("  ● "));
        assert_eq!(bullets.count(), report.changes.len());
        let answer = if report.is_refused() {
            "FAIL "
        } else {
            "PASS "
        };
        let answers = text
            .lines()
            .filter(|line| line.starts_with("FAIL ") || line.starts_with("PASS "));
        assert_eq!(answers.count(), 1, "{text}");
        assert!(text.lines().any(|line| line.starts_with(answer)));
    }
}

/// What stands in a page besides foreign text.
const OWN: [&str; 8] = [
    "<code>",
    "</code>",
    "<details open>",
    "<details>",
    "</details>",
    "<summary>",
    "</summary>",
    "**",
];

#[test]
fn markdown_holds_foreign_text_as_text_only_and_fits_into_a_comment() {
    let large = [report(2_000, false), report(10_000, true)];
    for report in reports().into_iter().chain(large) {
        let page = write("markdown", &report);
        assert!(page.len() < 65_536, "{} bytes", page.len());
        for (tag, most) in [("<details", 1), ("</details>", 1), ("<summary>", 1)] {
            assert!(page.matches(tag).count() <= most, "{page}");
        }
        assert_eq!(
            page.matches("<code>").count(),
            page.matches("</code>").count()
        );
        let mut rest = page.clone();
        for own in OWN {
            rest = rest.replace(own, "");
        }
        let marks = [
            '<', '>', '@', '`', '[', ']', '*', '_', '~', '!', '\\', '$', '{',
        ];
        for line in rest.lines() {
            let line = line.strip_prefix("> ").unwrap_or(line);
            let line = line.strip_prefix("## ").unwrap_or(line);
            assert!(!line.contains(marks), "{line}");
            assert!(!line.replace("&#", "").contains('#'), "{line}");
            let cells = line.matches('|').count();
            assert!(cells == 0 || cells == 4, "{line}");
            let lower = line.to_lowercase();
            assert!(!lower.contains("://") && !lower.contains("www."), "{line}");
        }
        assert_eq!(
            rest.lines().filter(|line| line.starts_with("## ")).count(),
            1
        );
        let shown = rest.matches("\n- ").count();
        let all = report.changes.len();
        let is_told = page.matches(" more change").count() >= usize::from(shown < all);
        assert!(is_told, "{shown} of {all}");
    }
}

/// A command, its properties and its message.
type Command<'line> = (&'line str, Vec<(&'line str, &'line str)>, &'line str);

/// What GitHub's runner takes a line for.
fn command(line: &str) -> Option<Command<'_>> {
    let (head, message) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let properties = properties.split(',').filter_map(|it| it.split_once('='));
    Some((name, properties.collect(), message))
}

#[test]
fn annotations_are_those_that_are_meant() {
    for report in reports() {
        let text = write("github", &report);
        let commands: Vec<_> = text.lines().filter_map(command).collect();
        let loosens = report.count(Direction::Loosens);
        let level = if report.is_loosening_allowed {
            "warning"
        } else {
            "error"
        };
        for (name, number) in [(level, loosens), ("notice", report.changes.len() - loosens)] {
            let found = commands.iter().filter(|(found, ..)| *found == name).count();
            assert_eq!(found, number.min(10), "{name}");
            let more = format!("more {name}");
            let told = text.lines().find(|line| line.contains(&more));
            assert_eq!(told.is_some(), number > 10, "{told:?}");
        }
        assert_eq!(
            commands.len(),
            loosens.min(10) + (report.changes.len() - loosens).min(10)
        );
        for (_, properties, message) in commands {
            let keys: Vec<_> = properties.iter().map(|(key, _)| *key).collect();
            assert_eq!(keys, ["file", "line", "col", "title"]);
            let is_title = |title: &&str| title.starts_with("exception ");
            assert!(properties.iter().any(|(_, value)| is_title(value)));
            assert!(!message.replace("%25", "").contains('%'), "{message}");
        }
        let answers = text
            .lines()
            .filter(|line| line.starts_with("FAIL ") || line.starts_with("PASS "));
        assert_eq!(answers.count(), 1);
    }
}
