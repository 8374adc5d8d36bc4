//! The Markdown is read back by a Markdown parser: what is foreign in it is text, and what is left out is counted.

use credgate::finding::{Disposition, Finding};
use credgate::output::Options;
use credgate::report::Report;
use proptest::prelude::*;
use pulldown_cmark::{Event, Options as Flavour, Parser, Tag, TagEnd};

use super::{reports, sample, write};

/// What GitHub takes for a comment.
const MOST_OF_A_COMMENT: usize = 65_536;

const OWN_HTML: [&str; 9] = [
    "<b>",
    "</b>",
    "<br>",
    "<code>",
    "</code>",
    "<details>",
    "</details>",
    "<summary>",
    "</summary>",
];

fn events(page: &str) -> impl Iterator<Item = Event<'_>> {
    Parser::new_ext(
        page,
        Flavour::ENABLE_TABLES | Flavour::ENABLE_STRIKETHROUGH | Flavour::ENABLE_FOOTNOTES,
    )
}

/// Fails where anything but the page's own structure is in it.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is neither text nor HTML is structure"
)]
pub(super) fn assert_harmless(page: &str) {
    let (mut is_code, mut depth) = (0_i32, 0_i32);
    for event in events(page) {
        let is_reference = matches!(
            event,
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::FootnoteDefinition(_))
        );
        assert!(!is_reference, "a link or picture\n{page}");
        match event {
            Event::Html(html) | Event::InlineHtml(html) => {
                let mut rest = html.to_string();
                is_code += count(&rest, "<code>") - count(&rest, "</code>");
                depth += count(&rest, "<details>") - count(&rest, "</details>");
                // Between the tags of a summary stands a name, in which every sign is an entity.
                for own in OWN_HTML {
                    rest = rest.replace(own, "");
                }
                assert!(!rest.contains(['<', '>', '@']), "{rest}\n{page}");
                assert!(!rest.replace("&#", "").contains('#'), "{rest}\n{page}");
                assert!((0..=1).contains(&is_code), "{page}");
                assert!((0..=1).contains(&depth), "{page}");
            }
            // Mentions and references are looked for in what was rendered, but not in code.
            Event::Text(text) if is_code == 0 && !text.starts_with("%%{init") => {
                let is_fence = text.ends_with('\n');
                assert!(is_fence || !text.contains(['@', '#']), "{text}\n{page}");
            }
            _ => {}
        }
    }
    assert_eq!((is_code, depth), (0, 0), "{page}");
    assert!(!page.contains("##["), "{page}");
}

fn count(text: &str, part: &str) -> i32 {
    i32::try_from(text.matches(part).count()).unwrap()
}

/// The number before words, wherever they stand.
fn numbers_before(page: &str, words: &str) -> Vec<usize> {
    let found = page.match_indices(words);
    let number = |at: usize| {
        page[..at]
            .trim_end()
            .rsplit([' ', '('])
            .next()?
            .parse()
            .ok()
    };
    found.filter_map(|(at, _)| number(at)).collect()
}

/// The findings that the table shows and those that it says it leaves out.
pub(super) fn shown_and_left_out(page: &str) -> (usize, usize) {
    let (_, rest) = page.split_once("\n### Findings\n").unwrap();
    let rest = rest.split("\n### ").next().unwrap();
    let (table, after) = rest.split_once("\n\n**…").unwrap_or((rest, ""));
    let shown: i32 = ["error", "warning", "note"]
        .iter()
        .map(|level| count(table, &format!("{level} <code>")))
        .sum();
    let in_rows = ["more finding"].map(|words| numbers_before(table, words));
    let behind = ["error", "warning", "note"].map(|level| numbers_before(after, level));
    let left_out = in_rows.iter().chain(&behind).flatten().sum();
    (usize::try_from(shown).unwrap(), left_out)
}

pub(super) fn open(report: &Report) -> usize {
    let is_open = |finding: &&Finding| finding.disposition == Disposition::Open;
    report.findings.iter().filter(is_open).count()
}

fn large() -> [Report; 3] {
    let mut long = sample::large(5_000);
    for (number, record) in (0_usize..).zip(&mut long.applications) {
        let name = sample::HOSTILE[number % sample::HOSTILE.len()];
        record.display_name = name.repeat(40).into();
    }
    long.notes = vec![sample::HOSTILE.concat().repeat(50); 300];
    let gap = || {
        let mut gap = sample::tenant().not_judged.remove(0);
        gap.reason = sample::HOSTILE.concat().repeat(50);
        gap
    };
    long.not_judged = (0..300).map(|_| gap()).collect();
    let source = &mut long.sources[0];
    source.name = sample::HOSTILE.concat();
    let name = source.name.clone();
    let more = (0..300).map(|_| {
        let mut source = sample::tenant().sources.remove(0);
        source.name.clone_from(&name);
        source
    });
    long.sources.extend(more);
    long.policy.path = name.repeat(50);
    [sample::large(80), sample::large(100_000), long]
}

#[test]
fn the_first_line_is_the_verdict() {
    for report in reports() {
        let page = write("markdown", &report);
        let sign = match report.verdict().name() {
            "pass" => "## ✅ credgate: the policy holds\n",
            "fail" => "## ❌ credgate: the policy does not hold\n",
            _ => "## ❓ credgate: no verdict, because",
        };
        assert!(page.starts_with(sign), "{page}");
    }
}

#[test]
fn every_open_finding_is_shown_or_counted() {
    for report in reports().into_iter().chain(large()) {
        let page = write("markdown", &report);
        if open(&report) == 0 {
            assert!(!page.contains("### Findings"));
            continue;
        }
        let (shown, left_out) = shown_and_left_out(&page);
        assert!(shown > 0);
        assert_eq!(shown + left_out, open(&report), "{page}");
    }
}

#[test]
fn it_fits_into_a_comment_whatever_the_tenant() {
    for report in large() {
        let page = write("markdown", &report);
        assert!(page.len() < MOST_OF_A_COMMENT, "{}", page.len());
        // What stands below the tables has not been driven out.
        assert!(page.contains("\n### What was judged\n"), "{page}");
        assert!(page.contains("\n- Judged at "), "{page}");
    }
    let page = write("markdown", &large()[2]);
    for words in ["more rules", "more sources", "more notes"] {
        assert_eq!(numbers_before(&page, words).len(), 1, "{words}: {page}");
    }
}

#[test]
fn a_rule_that_is_required_and_was_not_judged_comes_first() {
    let mut report = sample::incomplete();
    let mut optional = sample::tenant().not_judged;
    for gap in &mut optional {
        gap.optional = true;
    }
    optional.append(&mut report.not_judged);
    report.not_judged = optional;
    let page = write("markdown", &report);
    let (_, gaps) = page.split_once("### Could not be judged\n\n").unwrap();
    assert!(gaps.starts_with("- ❓ "), "{gaps}");
    assert!(gaps.contains("(optional)"), "{gaps}");
}

#[test]
fn what_is_foreign_is_text() {
    for report in reports().into_iter().chain(large()) {
        assert_harmless(&write("markdown", &report));
    }
}

/// What a reader sees outside code, with a bar where code or a tag stands between.
#[expect(clippy::wildcard_enum_match_arm, reason = "all else separates words")]
fn prose(page: &str) -> String {
    let (mut prose, mut is_code, mut is_fence) = (String::new(), false, false);
    for event in events(page) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => is_fence = true,
            Event::End(TagEnd::CodeBlock) => is_fence = false,
            Event::Text(text) if !is_code && !is_fence => prose.push_str(&text),
            Event::InlineHtml(html) | Event::Html(html) => {
                if html.contains("code>") {
                    is_code = html.rfind("<code>") > html.rfind("</code>");
                }
                prose.push('|');
            }
            _ => prose.push('|'),
        }
    }
    prose
}

/// What GitHub and GitLab look for in the text of a page that was rendered.
const REFERENCES: [&str; 17] = [
    "GH-1",
    "gh-12",
    "!1",
    "$1",
    "$x$",
    "~bug",
    "~\"a bug\"",
    "%12",
    "&12",
    "^alert#1",
    "*iteration:1",
    "[issue:1]",
    ":x:",
    ":+1:",
    ":100:",
    "ftp://x.example",
    "x :tada: y",
];

#[test]
fn no_reference_is_made_of_what_is_rendered() {
    for foreign in REFERENCES {
        let mut report = sample::tenant();
        for record in &mut report.applications {
            record.display_name = foreign.into();
        }
        for entry in &mut report.exceptions {
            entry.reason = foreign.into();
        }
        report.notes = vec![foreign.to_owned()];
        report.not_judged[0].reason = foreign.to_owned();
        report.sources[0].name = foreign.to_owned();
        let page = write("markdown", &report);
        let prose = prose(&page);
        assert!(prose.contains("Could not be judged"), "{prose}");
        assert!(!prose.contains(foreign), "{foreign}: {prose}");
        // What stands in a block of HTML is no prose to the parser: there a name is code.
        let mut summaries = page.lines().filter(|line| line.starts_with("<summary>"));
        assert!(summaries.all(|line| {
            line.starts_with("<summary><code>") && line.ends_with("</code></summary>")
        }));
    }
}

/// Text of which something might be made: pieces of Markdown, HTML and commands among any characters.
fn foreign() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "`",
        "``",
        "```",
        "|",
        "\\",
        "<",
        ">",
        "</details>",
        "</code>",
        "[a](b)",
        "![",
        "](",
        "@x",
        "#1",
        "##[",
        "::",
        "\n",
        "\r\n\r\n",
        "***",
        "__",
        "~~",
        "&lt;",
        "<!--",
        "$$",
        "www.a.b",
        "https://a.b",
        "- ",
        "1. ",
        "    ",
        "\u{202e}",
    ]);
    let piece = prop_oneof![pieces.prop_map(str::to_owned), any::<String>()];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn whatever_is_foreign_is_text(names in prop::collection::vec(foreign(), 4), words in foreign()) {
        let mut report = sample::tenant();
        for (record, name) in report.applications.iter_mut().zip(&names) {
            record.display_name = name.as_str().into();
        }
        for entry in &mut report.exceptions {
            entry.reason = words.as_str().into();
        }
        report.notes = names.clone();
        report.not_judged[0].reason.clone_from(&words);
        report.policy.path.clone_from(&words);
        report.sources[0].name = words;
        let page = super::write_with("markdown", &report, &Options::default());
        assert_harmless(&page);
        let (shown, left_out) = shown_and_left_out(&page);
        prop_assert_eq!(shown + left_out, open(&report));
    }
}
