//! Foreign text inside Markdown.
//!
//! In: a sentence, in which names stand in backticks. Out: the same on one line, in which nothing is Markdown or HTML but
//! the code spans that the backticks made: no link, no picture, no mention of a person, no reference to an issue, no end
//! of a table's cell. What has a [`Room`] takes no more than that, however its characters are written.

use std::fmt::Write as _;

use crate::escape::printable;

/// Returns a sentence as it can stand in a paragraph, list or table.
pub(in crate::output) fn inline(text: &str) -> String {
    let text = printable(text);
    let mut inline = String::with_capacity(text.len() * 2);
    let mut is_code = false;
    for (at, character) in text.char_indices() {
        if character == '`' {
            inline.push_str(if is_code { "</code>" } else { "<code>" });
            is_code = !is_code;
        } else if !is_code && begins_reference(&text, at, character) {
            inline.push_str("<code>");
            push(&mut inline, character);
            inline.push_str("</code>");
        } else {
            push(&mut inline, character);
        }
    }
    if is_code {
        inline.push_str("</code>");
    }
    inline
}

/// Returns words as code.
pub(in crate::output) fn code(text: &str) -> String {
    let text = printable(text).replace('`', "'");
    inline(&format!("`{text}`"))
}

/// Foreign text may take so much, and is cut where it would take more.
#[derive(Clone, Copy)]
pub(super) struct Room {
    /// As it is read.
    pub(super) characters: usize,
    /// As it is written: one character may take twenty.
    pub(super) bytes: usize,
}

impl Room {
    /// Returns the beginning of a sentence as it can stand in a paragraph, list or table.
    pub(super) fn inline(self, text: &str) -> String {
        self.fit(text, inline)
    }

    /// Returns the beginning of words as code.
    pub(super) fn code(self, text: &str) -> String {
        self.fit(text, code)
    }

    fn fit(self, text: &str, write: fn(&str) -> String) -> String {
        let mut longest = self.characters;
        loop {
            let written = write(&cut(text, longest));
            if written.len() <= self.bytes || longest == 0 {
                return written;
            }
            longest = longest * 3 / 4;
        }
    }
}

/// Returns the beginning of a text that is too long.
fn cut(text: &str, longest: usize) -> String {
    let mut cut: String = text.chars().take(longest).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}

/// Tells whether GitHub or GitLab may take a sign for the beginning of a mention, a reference, a formula, a link or an
/// emoji. They look for these in the page that was rendered, where an entity is the sign again, but never in code.
fn begins_reference(text: &str, at: usize, sign: char) -> bool {
    let (before, from) = text.split_at(at);
    let next = from.chars().nth(1);
    match sign {
        '@' | '#' => true,
        '!' | '$' | '%' | '&' | '~' => {
            next.is_some_and(|next| next.is_alphanumeric() || "\"'`\\".contains(next))
        }
        '*' => from.starts_with("*iteration:"),
        // `:x:` is a red cross, `[issue:1]` an issue and `a://b` a link, but 12:30:05 is a time.
        ':' => {
            let word = from.get(1..).unwrap_or_default();
            let rest =
                word.trim_start_matches(|it: char| it.is_alphanumeric() || "+-_".contains(it));
            let is_time = before.ends_with(|it: char| it.is_ascii_digit());
            !is_time && rest.starts_with([':', ']', '/'])
        }
        // `GH-1` is an issue of GitHub.
        '-' => {
            let word = before.rsplit(|it: char| !it.is_alphanumeric()).next();
            next.is_some_and(|next| next.is_ascii_digit())
                && word.is_some_and(|word| word.eq_ignore_ascii_case("gh"))
        }
        _ => false,
    }
}

/// Writes a character so that Markdown takes it for text.
fn push(text: &mut String, character: char) {
    if character.is_ascii_punctuation() && !matches!(character, ',' | '-') {
        let written = write!(text, "&#{};", u32::from(character));
        debug_assert!(written.is_ok(), "writing to a string does not fail");
    } else {
        text.push(character);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_backticks_are_code_and_all_else_is_text() {
        assert_eq!(
            inline("it was `a-b`, now c"),
            "it was <code>a-b</code>, now c"
        );
        assert_eq!(
            inline("[x](y) | <b>"),
            "&#91;x&#93;&#40;y&#41; &#124; &#60;b&#62;"
        );
    }

    #[test]
    fn nobody_is_mentioned_and_no_code_span_stays_open() {
        assert_eq!(inline("@org"), "<code>&#64;</code>org");
        assert_eq!(inline("`@org"), "<code>&#64;org</code>");
        assert_eq!(inline("#1"), "<code>&#35;</code>1");
    }

    #[test]
    fn nothing_becomes_a_reference_once_it_is_rendered() {
        for (text, written) in [
            ("!1", "<code>&#33;</code>1"),
            ("~bug", "<code>&#126;</code>bug"),
            (":x:", "<code>&#58;</code>x&#58;"),
            ("[issue:1]", "&#91;issue<code>&#58;</code>1&#93;"),
            ("gh-1", "gh<code>-</code>1"),
            ("ftp://x", "ftp<code>&#58;</code>&#47;&#47;x"),
        ] {
            assert_eq!(inline(text), written);
        }
    }

    #[test]
    fn what_only_looks_like_a_reference_is_left_as_it_is() {
        assert_eq!(inline("R & D, 5 %, so!"), "R &#38; D, 5 &#37;, so&#33;");
        assert_eq!(inline("12:30:05, a: b"), "12&#58;30&#58;05, a&#58; b");
        assert_eq!(inline("a.yaml:18"), "a&#46;yaml&#58;18");
        assert_eq!(inline("high-1, é-1"), "high-1, é-1");
    }

    #[test]
    fn a_room_holds_however_a_text_is_written() {
        let room = Room {
            characters: 50,
            bytes: 120,
        };
        for text in ["\u{e0041}", "@", "`", "字", "a"] {
            let text = text.repeat(1_000);
            for written in [room.inline(&text), room.code(&text)] {
                assert!(written.len() <= 120, "{written}");
                assert!(written.contains('…'), "{written}");
            }
        }
        assert_eq!(room.inline("short"), "short");
    }

    #[test]
    fn a_line_stays_one() {
        assert!(!inline("a\n\n# b\r\u{2028}c").contains(['\n', '\r', '\u{2028}']));
    }
}
