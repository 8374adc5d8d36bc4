//! Foreign text inside Markdown.
//!
//! In: a sentence, in which names stand in backticks. Out: the same on one line, in which nothing is Markdown or HTML but
//! the code spans that the backticks made: no link, no picture, no mention of a person, no reference to an issue, no end
//! of a table's cell.

use std::fmt::Write as _;

use crate::escape::printable;

/// Returns a sentence as it can stand in a paragraph, list or table.
pub(in crate::output) fn inline(text: &str) -> String {
    let text = printable(text);
    let mut inline = String::with_capacity(text.len() * 2);
    let mut is_code = false;
    for character in text.chars() {
        match character {
            '`' => {
                inline.push_str(if is_code { "</code>" } else { "<code>" });
                is_code = !is_code;
            }
            // Whoever renders Markdown looks for mentions and references once more afterwards, but never in code.
            '@' | '#' if !is_code => {
                inline.push_str("<code>");
                push_entity(&mut inline, character);
                inline.push_str("</code>");
            }
            ' ' | ',' | '-' => inline.push(character),
            _ if character.is_ascii_punctuation() => push_entity(&mut inline, character),
            _ => inline.push(character),
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

/// Writes a character so that Markdown takes it for text.
fn push_entity(text: &mut String, character: char) {
    let written = write!(text, "&#{};", u32::from(character));
    debug_assert!(written.is_ok(), "writing to a string does not fail");
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
    fn a_line_stays_one() {
        assert!(!inline("a\n\n# b\r\u{2028}c").contains(['\n', '\r', '\u{2028}']));
    }
}
