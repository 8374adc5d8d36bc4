//! Foreign text made harmless for a terminal and for the log of a CI runner.
//!
//! In: text that somebody else chose, such as the display name of an application. Out: the same text on one line, with
//! everything that a terminal obeys, a reader cannot see or a runner takes for a command shown as a visible escape.
//! This is the one list of such characters; each report format puts its own quoting on top.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Returns the text with every harmful part shown as an escape: `\n`, `\u{1b}`, `\u{202e}`.
///
/// Three things are harmful:
///
/// - characters that steer or deceive, see [`is_unprintable`];
/// - `##`, because runners read `##[command]` and `##vso[command]` anywhere in a line: it becomes `#\u{23}`;
/// - `::` at the start or after white space, because runners read `::command::` after leading blanks, and a report may
///   wrap its lines at a blank: it becomes `:\u{3a}`.
///
/// Escaping twice changes nothing more. The price is that a text which spells an escape out, backslash and all, looks
/// the same as an escaped one; both are harmless.
///
/// ```
/// assert_eq!(credgate::escape::printable("Müller データ連携"), "Müller データ連携");
/// assert_eq!(credgate::escape::printable("a\n::error::b"), r"a\n:\u{3a}error::b");
/// ```
pub fn printable(text: &str) -> Cow<'_, str> {
    if is_plain(text) || harms(text).all(|(_, harmful)| !harmful) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for (character, harmful) in harms(text) {
        if harmful {
            push_escape(&mut escaped, character);
        } else {
            escaped.push(character);
        }
    }
    Cow::Owned(escaped)
}

/// Tells whether a character must never reach a reader as it is: a control, a line or paragraph separator, a
/// bidirectional control, or one that is invisible (Unicode's `Default_Ignorable_Code_Point` and the interlinear
/// annotations).
///
/// Joiners and variation selectors are among them: text without them stays readable, and text with them can carry
/// words that nobody sees.
pub const fn is_unprintable(character: char) -> bool {
    matches!(character,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' // C0, DEL, C1
        | '\u{ad}' // soft hyphen
        | '\u{34f}' // combining grapheme joiner
        | '\u{61c}' // Arabic letter mark
        | '\u{115f}'..='\u{1160}' // Hangul fillers
        | '\u{17b4}'..='\u{17b5}' // Khmer inherent vowels
        | '\u{180b}'..='\u{180f}' // Mongolian selectors and separator
        | '\u{200b}'..='\u{200f}' // zero width, left-to-right and right-to-left marks
        | '\u{2028}'..='\u{202e}' // separators, embeddings and overrides
        | '\u{2060}'..='\u{206f}' // word joiner, invisible operators, isolates
        | '\u{2800}' // Braille pattern without a dot
        | '\u{3164}' // Hangul filler
        | '\u{fe00}'..='\u{fe0f}' // variation selectors
        | '\u{feff}' // byte order mark
        | '\u{ffa0}' // half-width Hangul filler
        | '\u{fff0}'..='\u{fffb}' // reserved, interlinear annotations
        | '\u{fffe}'..='\u{ffff}' // no characters; XML can hold them in no form
        | '\u{1bca0}'..='\u{1bca3}' // shorthand format controls
        | '\u{1d173}'..='\u{1d17a}' // musical format controls
        | '\u{e0000}'..='\u{e0fff}' // tags, further variation selectors
    )
}

/// Tells whether there is nothing to escape, as fast as that can be told of the texts that most often come by.
fn is_plain(text: &str) -> bool {
    all_bytes(text, |byte| (b' '..=b'~').contains(&byte) && byte != b'#') && !text.contains("::")
}

/// Tells whether every byte is harmless. Without a branch at each byte, the compiler looks at sixteen at a time.
pub(crate) fn all_bytes(text: &str, is_harmless: impl Fn(u8) -> bool) -> bool {
    let bytes = text.bytes();
    bytes.fold(0, |harmful, byte| harmful | u8::from(!is_harmless(byte))) == 0
}

/// Returns each character of the text, and whether it must be escaped where it stands.
fn harms(text: &str) -> impl Iterator<Item = (char, bool)> + '_ {
    // The start counts as white space.
    let (mut before, mut previous) = (' ', ' ');
    text.chars().map(move |character| {
        let harmful = match character {
            '#' => previous == '#',
            ':' => previous == ':' && before.is_whitespace(),
            _ => is_unprintable(character),
        };
        (before, previous) = (previous, character);
        (character, harmful)
    })
}

fn push_escape(escaped: &mut String, character: char) {
    match character {
        '\n' => escaped.push_str(r"\n"),
        '\r' => escaped.push_str(r"\r"),
        '\t' => escaped.push_str(r"\t"),
        _ => {
            let written = write!(escaped, r"\u{{{:x}}}", u32::from(character));
            debug_assert!(written.is_ok(), "writing to a string does not fail");
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ordinary_text_is_not_even_copied() {
        for text in [
            "",
            "Billing (EU) #1",
            "Müller & Söhne",
            "データ連携",
            "حساب الفواتير",
            "arn:aws:iam::123456789012:role/deploy",
            "[DateTime]::UtcNow",
            r"CONTOSO\svc-billing",
        ] {
            assert!(
                matches!(printable(text), Cow::Borrowed(same) if same == text),
                "{text}"
            );
        }
    }

    #[test]
    fn what_steers_a_terminal_or_deceives_a_reader_is_shown() {
        assert_eq!(printable("\u{1b}[31mred"), r"\u{1b}[31mred");
        assert_eq!(printable("a\r\n\tb\u{85}"), r"a\r\n\tb\u{85}");
        assert_eq!(printable("\u{202e}live\u{2066}"), r"\u{202e}live\u{2066}");
        assert_eq!(printable("pay\u{200b}roll"), r"pay\u{200b}roll");
        assert_eq!(printable("\u{e0041}"), r"\u{e0041}");
    }

    #[test]
    fn no_command_of_a_runner_survives() {
        assert_eq!(printable("x ##[add-mask]e"), r"x #\u{23}[add-mask]e");
        assert_eq!(printable("###[group]"), r"#\u{23}\u{23}[group]");
        assert_eq!(
            printable("##vso[task.complete]"),
            r"#\u{23}vso[task.complete]"
        );
        assert_eq!(printable("::error::x"), r":\u{3a}error::x");
        assert_eq!(
            printable("a \u{3000}::error::x"),
            "a \u{3000}:\\u{3a}error::x"
        );
        assert_eq!(printable(":::error::x"), r":\u{3a}:error::x");
    }

    /// Text in which the harmful parts are frequent and stand close together.
    fn hostile() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            Just("#".to_owned()),
            Just(":".to_owned()),
            Just("[".to_owned()),
            Just(" ".to_owned()),
            Just(r"\u{23}".to_owned()),
            Just("error::".to_owned()),
            "[\u{0}-\u{2ff}]",
            "[\u{2000}-\u{206f}]",
            any::<char>().prop_map(String::from),
        ];
        proptest::collection::vec(part, 0..24).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn the_result_is_harmless(text in hostile()) {
            let safe = printable(&text);
            prop_assert!(!safe.chars().any(is_unprintable), "{safe:?}");
            prop_assert!(!safe.contains("##"), "{safe:?}");
            prop_assert!(!safe.split(char::is_whitespace).any(|word| word.starts_with("::")), "{safe:?}");
        }

        #[test]
        fn escaping_twice_changes_nothing_more(text in hostile()) {
            let once = printable(&text);
            prop_assert_eq!(printable(&once), once.as_ref());
        }
    }
}
