//! JSON as a person can read and search it, and as a runner may print it.
//!
//! In: whatever serde hands over, or a record piece by piece. Out: indented JSON, or a record on one line, in which no
//! string can steer a terminal or start a command of a runner: what [`is_unprintable`] names, and a `#` behind
//! another, are written as `\uXXXX`, which any reader of JSON turns back.

use std::fmt::Display;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use crate::escape::{all_bytes, is_unprintable};

/// How much is gathered before the writer is called.
pub(super) const BUFFER: usize = 64 * 1024;

/// Writes `value` as indented JSON and ends it with a line feed.
pub(super) fn write(value: &impl Serialize, writer: &mut dyn Write) -> io::Result<()> {
    let mut writer = io::BufWriter::with_capacity(BUFFER, writer);
    value.serialize(&mut Serializer::with_formatter(&mut writer, Lines::new()))?;
    writer.write_all(b"\n")?;
    writer.flush()
}

/// A record that is written piece by piece, for formats that write many.
#[derive(Debug, Default)]
pub(super) struct Record(Vec<u8>);

impl Record {
    /// Returns what was written.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Takes away what was written.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Adds JSON as it stands.
    pub(super) fn literal(&mut self, json: &str) {
        self.0.extend_from_slice(json.as_bytes());
    }

    /// Adds a number.
    pub(super) fn number(&mut self, number: impl Into<u64>) {
        let written = self.value(&number.into());
        debug_assert!(written.is_ok(), "writing to memory does not fail");
    }

    /// Adds an identifier: nothing that needs escaping.
    pub(super) fn plain(&mut self, value: impl Display) {
        let written = write!(self.0, "{value}");
        debug_assert!(written.is_ok(), "writing to memory does not fail");
    }

    /// Adds a string.
    pub(super) fn text(&mut self, text: &str) -> io::Result<()> {
        // Most strings have nothing to escape, and this finds out faster than a serialiser.
        let is_plain = |byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\' | b'#');
        if !all_bytes(text, is_plain) {
            return self.value(&text);
        }
        self.literal("\"");
        self.literal(text);
        self.literal("\"");
        Ok(())
    }

    /// Adds a value.
    pub(super) fn value(&mut self, value: &impl Serialize) -> io::Result<()> {
        let lines = Lines {
            in_record: true,
            ..Lines::new()
        };
        value.serialize(&mut Serializer::with_formatter(&mut self.0, lines))?;
        Ok(())
    }
}

/// What the formatter knows about the place where it stands.
struct Lines {
    /// How many lists and objects are open.
    depth: usize,
    /// Whether nothing stands yet in the innermost list or object.
    is_empty: bool,
    /// Whether this is in a record, which has no line breaks.
    in_record: bool,
}

impl Lines {
    const fn new() -> Self {
        Self {
            depth: 0,
            is_empty: true,
            in_record: false,
        }
    }

    fn open<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.is_empty = true;
        writer.write_all(bracket)
    }

    fn close<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if !self.is_empty && !self.in_record {
            self.break_line(writer)?;
        }
        self.is_empty = false;
        writer.write_all(bracket)
    }

    fn next<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.is_empty = false;
        match (first, self.in_record) {
            (true, true) => Ok(()),
            (false, true) => writer.write_all(b","),
            (true, false) => self.break_line(writer),
            (false, false) => {
                writer.write_all(b",")?;
                self.break_line(writer)
            }
        }
    }

    fn break_line<W: ?Sized + Write>(&self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b"\n")?;
        (0..self.depth).try_for_each(|_| writer.write_all(b"  "))
    }
}

impl Formatter for Lines {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.next(writer, first)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.next(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(if self.in_record { b":" } else { b": " })
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if all_bytes(fragment, |byte| byte < 0x7f && byte != b'#') {
            writer.write_all(fragment.as_bytes())
        } else {
            write_guarded(writer, fragment)
        }
    }
}

fn write_guarded<W: ?Sized + Write>(writer: &mut W, fragment: &str) -> io::Result<()> {
    let mut rest = fragment;
    let mut previous = '\0';
    for (at, character) in fragment.char_indices() {
        if is_unprintable(character) || (character == '#' && previous == '#') {
            let start = fragment.len() - rest.len();
            let before = fragment.get(start..at).unwrap_or_default();
            writer.write_all(before.as_bytes())?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = fragment
                .get(at + character.len_utf8()..)
                .unwrap_or_default();
        }
        previous = character;
    }
    writer.write_all(rest.as_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn written(value: &Value) -> String {
        let mut bytes = Vec::new();
        write(value, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn it_is_indented_and_a_record_is_not() {
        let value = json!({ "empty": [], "keys": [1, 2], "nothing": {}, "summary": { "open": 1 } });
        assert_eq!(
            written(&value),
            r#"{
  "empty": [],
  "keys": [
    1,
    2
  ],
  "nothing": {},
  "summary": {
    "open": 1
  }
}
"#
        );
        let mut record = Record::default();
        record.value(&value).unwrap();
        assert_eq!(
            record.bytes(),
            br#"{"empty":[],"keys":[1,2],"nothing":{},"summary":{"open":1}}"#
        );
    }

    #[test]
    fn a_printed_report_gives_no_command_and_no_control() {
        let value = json!([
            "x##[add-mask]e",
            "##vso[x]",
            "\u{9b}31m\u{202e}",
            "\u{e0041}",
            "C# [a]"
        ]);
        assert_eq!(
            written(&value),
            "[\n  \"x#\\u0023[add-mask]e\",\n  \"#\\u0023vso[x]\",\n  \"\\u009b31m\\u202e\",\n  \
             \"\\udb40\\udc41\",\n  \"C# [a]\"\n]\n"
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_harmless_and_reads_back(
            text in "(\\PC|[#\\[:\"\\\\\u{0}-\u{2ff}\u{2000}-\u{206f}]){0,40}"
        ) {
            let mut record = Record::default();
            record.text(&text).unwrap();
            for json in [written(&json!([text])), String::from_utf8([b"[", record.bytes(), b"]"].concat()).unwrap()] {
                prop_assert!(!json.replace('\n', "").contains(is_unprintable), "{json:?}");
                prop_assert!(!json.contains("##"), "{json:?}");
                prop_assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), json!([text]));
            }
        }
    }
}
