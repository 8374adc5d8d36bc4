//! The Markdown of a rule, as code scanning shows it and as plain text.
//!
//! In: a rule's own text, wrapped for a terminal. Out: the same with each paragraph on one line, because GitHub breaks a
//! line where the source does; or without any Markdown, for readers that show text as it stands.

/// Returns Markdown in which no line break stands inside a paragraph or an item.
pub(super) fn markdown(help: &str) -> String {
    let mut unwrapped = String::with_capacity(help.len());
    for line in lines(help) {
        match line {
            Line::Text(text) | Line::Code(text) | Line::Fence(text) => start(&mut unwrapped, text),
            Line::More(text) => {
                unwrapped.push(' ');
                unwrapped.push_str(text);
            }
        }
    }
    unwrapped.push('\n');
    unwrapped
}

/// Returns the text without Markdown: headings and paragraphs on lines of their own, code indented.
pub(in crate::output) fn plain(help: &str) -> String {
    let mut plain = String::with_capacity(help.len());
    for line in lines(help) {
        match line {
            Line::Text(text) => start(&mut plain, &bare(text.trim_start_matches('#').trim_start())),
            Line::More(text) => {
                plain.push(' ');
                plain.push_str(&bare(text));
            }
            Line::Code(code) => {
                start(&mut plain, "    ");
                plain.push_str(code);
            }
            Line::Fence(_) => {}
        }
    }
    plain
}

/// What a line is.
enum Line<'help> {
    /// The beginning of a paragraph, heading or item, or a blank line.
    Text(&'help str),
    /// It goes on with the line before.
    More(&'help str),
    /// A line of code.
    Code(&'help str),
    /// Where code begins or ends.
    Fence(&'help str),
}

fn lines(help: &str) -> impl Iterator<Item = Line<'_>> {
    let (mut is_code, mut is_open) = (false, false);
    help.trim().lines().map(move |line| {
        let words = line.trim();
        if words.starts_with("```") {
            (is_code, is_open) = (!is_code, false);
            return Line::Fence(line);
        }
        if is_code {
            return Line::Code(line);
        }
        let goes_on = is_open && !words.is_empty() && !begins(words);
        is_open = !words.is_empty() && !words.starts_with('#');
        if goes_on {
            Line::More(words)
        } else {
            Line::Text(line)
        }
    })
}

/// Tells whether a line begins a heading, an item, a quotation or a row.
fn begins(words: &str) -> bool {
    let number = words.trim_start_matches(|digit: char| digit.is_ascii_digit());
    ["#", "- ", "* ", "> ", "|"]
        .iter()
        .any(|mark| words.starts_with(mark))
        || (number.len() < words.len() && number.starts_with(". "))
}

fn start(text: &mut String, line: &str) {
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(line);
}

/// Takes the marks of code and emphasis away.
fn bare(text: &str) -> String {
    text.replace("**", "").replace('`', "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules;

    const HELP: &str = "## What it finds\n\nA `secret` that\nis **old**.\n\n1. Do\n   this.\n2. And that.\n\n\
                        - A\n- B\n\n## Example\n\n```yaml\nrules:\n  a: {}\n```\n";

    #[test]
    fn paragraphs_and_items_are_on_one_line_and_code_stays() {
        assert_eq!(
            markdown(HELP),
            "## What it finds\n\nA `secret` that is **old**.\n\n1. Do this.\n2. And that.\n\n- A\n- B\n\n\
             ## Example\n\n```yaml\nrules:\n  a: {}\n```\n"
        );
    }

    #[test]
    fn plain_text_has_no_marks() {
        assert_eq!(
            plain(HELP),
            "What it finds\n\nA secret that is old.\n\n1. Do this.\n2. And that.\n\n- A\n- B\n\n\
             Example\n\n    rules:\n      a: {}"
        );
    }

    #[test]
    fn the_words_of_each_rule_are_all_there() {
        let words = |text: &str| -> Vec<String> {
            let words = text.split_whitespace().map(str::to_owned);
            words.collect()
        };
        for rule in rules::ALL {
            let help = rule.descriptor().help;
            assert_eq!(words(&markdown(help)), words(help));
            let plain = plain(help);
            assert!(!plain.contains("```") && !plain.contains("##") && !plain.contains("**"));
            // Code keeps its own marks; all else has none.
            assert!(
                plain
                    .lines()
                    .filter(|line| !line.starts_with("    "))
                    .all(|line| !line.contains('`'))
            );
            let marks = |text: &str| text.replace(['`', '#', '*'], "");
            let is_info =
                |word: &String| !matches!(word.as_str(), "yaml" | "text" | "console" | "");
            let kept = words(&marks(help)).into_iter().filter(is_info);
            let shown = words(&marks(&plain)).into_iter().filter(is_info);
            assert!(kept.eq(shown), "{help}");
        }
    }
}
