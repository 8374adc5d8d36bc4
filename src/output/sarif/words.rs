//! Foreign text inside the messages of a log.
//!
//! In: a sentence or a name. Out: the same, harmless for a terminal and a runner, and without what SARIF itself gives a
//! meaning to: braces are placeholders (§3.11.5: a reader turns `{0}` into something else, and `{{` into `{`), and a
//! bracket before a parenthesis makes a link (§3.11.6). A text that is too long is cut where everybody sees it.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::escape::printable;

/// Returns a text as a message can hold it: `\u{1b}` becomes `\u001b`, `{0}` becomes `\u007b0\u007d`, and `](`
/// becomes `]\u0028`.
pub(in crate::output) fn words(text: &str) -> Cow<'_, str> {
    let text = printable(text);
    if !text.contains(['{', '}']) && !text.contains("](") {
        return text;
    }
    let mut words = String::with_capacity(text.len() + 16);
    let mut rest = &*text;
    while let Some(at) = rest.find(['{', '}', '(']) {
        let (before, from) = rest.split_at(at);
        words.push_str(before);
        let escaped = escape_at(&words, from);
        if let Some((code, after)) = escaped {
            words.truncate(words.len() - r"\u".len());
            push(&mut words, code);
            rest = after;
            continue;
        }
        let mut characters = from.chars();
        match characters.next() {
            Some('(') if !words.ends_with(']') => words.push('('),
            Some(meant) => push(&mut words, u32::from(meant)),
            None => {}
        }
        rest = characters.as_str();
    }
    words.push_str(rest);
    Cow::Owned(words)
}

/// Reads what [`printable`] wrote: `{1b}` behind `\u`. Returns the code and what comes after it.
fn escape_at<'text>(before: &str, from: &'text str) -> Option<(u32, &'text str)> {
    let (digits, after) = from.strip_prefix('{')?.split_once('}')?;
    let is_escape = before.ends_with(r"\u") && (1..=6).contains(&digits.len());
    let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let code = u32::from_str_radix(digits, 16).ok()?;
    (is_escape && is_hex).then_some((code, after))
}

fn push(words: &mut String, code: u32) {
    let written = if code > 0xffff {
        write!(words, r"\U{code:08x}")
    } else {
        write!(words, r"\u{code:04x}")
    };
    debug_assert!(written.is_ok(), "writing to a string does not fail");
}

/// Returns a text of at most `room` bytes and the words that say how much of it is missing.
pub(in crate::output) fn cut(text: Cow<'_, str>, room: usize) -> Cow<'_, str> {
    if text.len() <= room {
        return text;
    }
    let mut end = room;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let (kept, left) = text.split_at(end);
    let more = left.chars().count();
    Cow::Owned(format!("{kept}… [{more} more characters]"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::escape::is_unprintable;

    #[test]
    fn ordinary_text_is_not_even_copied() {
        for text in ["", "Billing (EU) [old] #1", "Müller & Söhne", "データ連携"] {
            assert!(matches!(words(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn nothing_is_a_placeholder_or_a_link() {
        assert_eq!(words("Build {0}"), r"Build \u007b0\u007d");
        assert_eq!(words("{{x}} }{"), r"\u007b\u007bx\u007d\u007d \u007d\u007b");
        assert_eq!(
            words("[a](https://evil.example)"),
            r"[a]\u0028https://evil.example)"
        );
        assert_eq!(words("[a](1) (b)"), r"[a]\u00281) (b)");
    }

    #[test]
    fn an_escape_has_no_brace_and_a_length_that_no_digit_behind_it_changes() {
        assert_eq!(words("\u{1b}[2J"), r"\u001b[2J");
        assert_eq!(words("a ##[x]"), r"a #\u0023[x]");
        assert_eq!(words("\u{e0041}41"), r"\U000e004141");
        assert_eq!(
            words(r"\u{zz} \u{} \u{1234567}"),
            r"\u\u007bzz\u007d \u\u007b\u007d \u\u007b1234567\u007d"
        );
        assert_eq!(words(r"\u{"), r"\u\u007b");
    }

    #[test]
    fn a_cut_is_seen() {
        assert_eq!(cut("abcdef".into(), 6), "abcdef");
        assert_eq!(cut("abcdef".into(), 4), "abcd… [2 more characters]");
        assert_eq!(cut("ééé".into(), 3), "é… [2 more characters]");
        assert_eq!(cut("é".into(), 1), "… [1 more characters]");
    }

    proptest! {
        #[test]
        fn words_are_harmless_and_stay_so(
            text in "([{}()\\[\\]#:\\\\u0-9a-f]|\\PC|[\u{0}-\u{2ff}\u{2000}-\u{206f}]){0,40}"
        ) {
            let once = words(&text);
            prop_assert!(!once.contains(['{', '}']), "{once:?}");
            prop_assert!(!once.contains("]("), "{once:?}");
            prop_assert!(!once.contains("##"), "{once:?}");
            prop_assert!(!once.contains(is_unprintable), "{once:?}");
            prop_assert_eq!(words(&once), once.as_ref());
        }
    }
}
