//! Reads an exceptions file that is sound JSON, the fast way.
//!
//! In: text. Out: its exceptions and where each begins, or nothing: whatever is not taken without any complaint goes the
//! way of YAML, of which JSON is a part, and which finds all problems. So this decides nothing; it never gives to a text
//! that YAML takes another meaning than YAML gives it.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::document::{ExceptionDocument, Given, Version};
use super::draft::Placed;
use super::entry_places::EntryPlaces;
use super::scalar::{Scalar, Text};
use super::spans::Place;

/// An exceptions file whose exceptions are not read yet; the fields are those of `ExceptionsDocument`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Outline<'text> {
    #[serde(default, rename = "$schema")]
    _schema: Given<Scalar<Text>>,
    #[serde(rename = "version")]
    _version: Version,
    #[serde(borrow)]
    exceptions: Vec<&'text RawValue>,
}

/// Reads the exceptions of a file; `None` where it is no JSON, or where anything is wrong with it.
pub(super) fn read(text: &str) -> Option<Vec<Placed<ExceptionDocument>>> {
    let json = text.strip_prefix('\u{feff}').unwrap_or(text);
    // What serde derives would take the values of a list for the fields, in their order.
    if !is_object(json.trim_start()) || !is_plain(json) {
        return None;
    }
    let outline: Outline<'_> = serde_json::from_str(json).ok()?;
    let mut walk = Walk::of(json);
    let mut exceptions = Vec::with_capacity(outline.exceptions.len());
    for (index, exception) in outline.exceptions.into_iter().enumerate() {
        let exception = exception.get();
        if !is_object(exception) {
            return None;
        }
        exceptions.push(Placed {
            index,
            places: EntryPlaces::at(walk.to(exception)?),
            document: serde_json::from_str(exception).ok()?,
        });
    }
    Some(exceptions)
}

/// Tells whether a text has the members of an exceptions file, whatever its exceptions say.
pub(super) fn is_outlined(text: &str) -> bool {
    let json = text.strip_prefix('\u{feff}').unwrap_or(text);
    is_object(json.trim_start()) && serde_json::from_str::<Outline<'_>>(json).is_ok()
}

fn is_object(json: &str) -> bool {
    json.starts_with('{')
}

/// Tells whether a text holds nothing that is sound in JSON and not in YAML, or ends a line in YAML only: two code points
/// that are no characters, and a carriage return alone.
fn is_plain(json: &str) -> bool {
    let bytes = json.as_bytes();
    let behind = |at: usize| (bytes.get(at + 1).copied(), bytes.get(at + 2).copied());
    memchr::memchr2_iter(b'\r', 0xef, bytes).all(|at| match behind(at) {
        (next, _) if bytes.get(at) == Some(&b'\r') => next == Some(b'\n'),
        (Some(0xbf), Some(0xbe | 0xbf)) => false,
        (_, _) => true,
    })
}

/// Counts lines and columns from one part of a text to the next.
struct Walk<'text> {
    text: &'text str,
    /// The byte offset that was reached.
    reached: usize,
    place: Place,
}

impl<'text> Walk<'text> {
    const fn of(text: &'text str) -> Self {
        let place = Place { line: 1, column: 1 };
        Self {
            text,
            reached: 0,
            place,
        }
    }

    /// Returns the place of a part that was borrowed from the text, behind those before.
    fn to(&mut self, part: &str) -> Option<Place> {
        let offset = part
            .as_ptr()
            .addr()
            .checked_sub(self.text.as_ptr().addr())?;
        let between = self.text.get(self.reached..offset)?;
        let (lines, last) = match memchr::memrchr(b'\n', between.as_bytes()) {
            Some(at) => (
                memchr::memchr_iter(b'\n', between.as_bytes()).count(),
                between.get(at + 1..)?,
            ),
            None => (0, between),
        };
        let columns = u32::try_from(last.chars().count()).ok()?;
        self.place = if lines == 0 {
            Place {
                column: self.place.column.checked_add(columns)?,
                ..self.place
            }
        } else {
            Place {
                line: self.place.line.checked_add(u32::try_from(lines).ok()?)?,
                column: columns.checked_add(1)?,
            }
        };
        self.reached = offset;
        Some(self.place)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::draft::{self, Form};
    use super::*;

    const EXCEPTION: &str = r#"{"id": "a", "applications": ["3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11"], "rules": ["secret-age"],
        "reason": "x", "granted": "2026-09-01", "expires": "2026-12-31"}"#;

    fn file(exceptions: &str) -> String {
        format!(r#"{{"version": 1, "exceptions": [{exceptions}]}}"#)
    }

    #[test]
    fn sound_json_is_taken_and_nothing_else() {
        let sound = file(EXCEPTION);
        assert_eq!(read(&sound).unwrap().len(), 1);
        assert_eq!(read(&file("")).unwrap().len(), 0);
        let schema_named = sound.replacen('{', r#"{"$schema": "./x.json", "#, 1);
        for text in [&schema_named, &format!("\u{feff}\n {sound}\r\n")] {
            assert!(read(text).is_some(), "{text}");
        }
        for text in [
            String::new(),
            "version: 1".to_owned(),
            format!("[1, [{EXCEPTION}]]"),
            file(r#"["a", [], []]"#),
            format!("{sound}{sound}"),
            format!("{sound}\n# a comment"),
            sound.replace("\"version\": 1", "\"version\": 1.0"),
            sound.replace("\"version\": 1", "\"version\": true"),
            sound.replace("\"version\": 1", "\"version\": 1, \"version\": 1"),
            sound.replace("\"version\": 1", "\"version\": 1, \"$schema\": null"),
            sound.replace("\"version\": 1", "\"version\": 1, \"rules\": {}"),
            sound.replace("\"version\": 1, ", ""),
            sound.replace("\"x\"", "\"x\", \"reason\": \"y\""),
            sound.replace("\"x\"", "\"x\", \"owner\": null"),
            sound.replace("\"x\"", "\"x\", \"raisin\": \"y\""),
            sound.replace("\"x\"", "\" \""),
            sound.replace("[\"secret-age\"]", "[]"),
            sound.replace("[\"secret-age\"]", "\"secret-age\""),
            sound.replace("\"secret-age\"", "\"secret-age\", \"secret-age\""),
            sound.replace(
                "3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11",
                "00000000-0000-0000-0000-000000000000",
            ),
            sound.replace('\n', "\r"),
        ] {
            assert!(read(&text).is_none(), "{text}");
        }
    }

    /// Writes an exceptions file as somebody might who knows JSON well, or badly: choices of 0 are the usual ones.
    struct Writer<'tape> {
        choices: std::slice::Iter<'tape, u8>,
        text: String,
    }

    const SPACES: [&str; 12] = [
        "", " ", "\n", "\n    ", "\r\n", "\t", "\n\t", "\r", "\u{a0}", " # x\n", "/**/", "\u{feff}",
    ];
    const LETTERS: [&str; 40] = [
        "a",
        "\u{e9}",
        "\\n",
        "\\t",
        "\\/",
        "\\\\",
        "\\\"",
        "\\u0041",
        "\\u00e9",
        "\\ud83d\\ude80",
        "\\uD83D\\uDE80",
        "\\ud83d",
        "\\ude80",
        "\u{1f680}",
        "\u{2028}",
        "\u{2029}",
        "\u{85}",
        "\u{a0}",
        "\u{7f}",
        "\u{feff}",
        "\u{fffe}",
        "\\u2028",
        "\\u0000",
        "\\b",
        "\\x41",
        "\\U0001F680",
        "\\e",
        "'",
        ": ",
        " #",
        ", ",
        "{",
        "\t",
        "\n",
        "\\\n",
        "\\ ",
        " ",
        "&a *a !t <<",
        "\n---\n",
        "",
    ];

    impl Writer<'_> {
        fn choose(&mut self, of: usize) -> usize {
            usize::from(self.choices.next().copied().unwrap_or(0)) % of
        }

        /// Writes a token, and perhaps white space behind it.
        fn put(&mut self, token: &str) {
            self.text.push_str(token);
            let seldom = self.choose(4) == 3;
            let space = if seldom {
                SPACES[self.choose(SPACES.len())]
            } else {
                ""
            };
            self.text.push_str(space);
        }

        fn words(&mut self) -> String {
            (0..=self.choose(4))
                .map(|_| LETTERS[self.choose(LETTERS.len())])
                .collect()
        }

        fn key(&mut self, key: &str) {
            let key = match self.choose(24) {
                22 => key.replace('i', "\\u0069"),
                23 => key.replace('e', "\\u0065"),
                _ => key.to_owned(),
            };
            self.put(&format!("\"{key}\""));
            self.put(":");
        }

        fn exception(&mut self, number: usize) {
            self.put("{");
            let key_id = "\"0B6E2a0e-6a0b-4f7e-9d5e-0f5d2f9f8a11\"";
            let reason = format!("\"{}\"", self.words());
            let members = [
                ("id", format!("\"e{number}\"")),
                (
                    "applications",
                    "[\"3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11\"]".to_owned(),
                ),
                (
                    "rules",
                    [
                        "[\"secret-age\"]",
                        "[\"secret-age\", \"secrets-only\"]",
                        "[\"secr\\u0065t-age\"]",
                    ][self.choose(3)]
                    .to_owned(),
                ),
                ("reason", reason),
                (
                    "granted",
                    [
                        "\"2026-09-01\"",
                        "\"2026\\u002d09-01\"",
                        "2026-09-01",
                        "20260901",
                    ][self.choose(16).saturating_sub(12)]
                    .to_owned(),
                ),
                ("expires", "\"2026-12-31\"".to_owned()),
                (
                    "owner",
                    ["\"a@contoso.example\"", "null", "~", "1", "1.5", "true"]
                        [self.choose(48).saturating_sub(42)]
                    .to_owned(),
                ),
                (
                    "credentials",
                    [
                        format!("[{key_id}]"),
                        format!("[ {key_id} ,]"),
                        "[]".to_owned(),
                    ][self.choose(24).saturating_sub(21)]
                    .clone(),
                ),
                ("extended", "[\"2026-10-31\", \"2026-11-30\"]".to_owned()),
            ];
            for (index, (key, value)) in members.iter().enumerate() {
                if index > 0 {
                    self.put(",");
                }
                self.key(key);
                self.put(value);
                if self.choose(64) == 63 {
                    self.put(",");
                    self.key(key);
                    self.put(value);
                }
            }
            self.put("}");
        }

        fn file(&mut self) {
            self.put("");
            self.put("{");
            self.key("version");
            let version = ["1", "1.0", "1e0", "01", "+1", "0x1", "\"1\"", "1_0"];
            let version = version[self.choose(32).saturating_sub(24)];
            self.put(version);
            self.put(",");
            self.key("exceptions");
            self.put("[");
            for number in 0..[1, 2, 0][self.choose(3)] {
                if number > 0 {
                    self.put(",");
                }
                self.exception(number);
            }
            self.put("]");
            self.put("}");
        }
    }

    #[test]
    fn the_usual_file_is_taken() {
        let mut writer = Writer {
            choices: [].iter(),
            text: String::new(),
        };
        writer.file();
        assert_eq!(read(&writer.text).unwrap().len(), 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_taken_means_the_same_in_yaml(tape in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut writer = Writer { choices: tape.iter(), text: String::new() };
            writer.file();
            let text = writer.text;
            let Some(fast) = read(&text) else { return Ok(()) };
            let (slow, faults) = draft::read_yaml(&text, Form::Exceptions);
            prop_assert_eq!(faults, [], "{}", text);
            prop_assert_eq!(fast.len(), slow.exceptions.len());
            for (fast, slow) in fast.iter().zip(&slow.exceptions) {
                prop_assert_eq!(&fast.document, &slow.document);
                prop_assert_eq!(fast.places.start, slow.places.start, "{}", text);
            }
        }
    }
}
