//! JSON as a person can read and search it, and as a runner may print it.
//!
//! In: whatever serde hands over. Out: indented JSON in which each record (such as a finding) has a line of its own, and
//! in which no string can steer a terminal or start a command of a runner: what [`is_unprintable`] names, and a `#` behind
//! another, are written as `\uXXXX`, which any reader of JSON turns back.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use crate::escape::{all_bytes, is_unprintable};

/// How much is gathered before the writer is called.
pub(super) const BUFFER: usize = 64 * 1024;

/// A `record_depth` that no object has.
pub(super) const NO_RECORDS: usize = usize::MAX;

/// Writes `value` as JSON and ends it with a line feed. An object that is `record_depth` levels deep, the outermost
/// being level 1, and stands in a list is a record.
pub(super) fn write(
    value: &impl Serialize,
    record_depth: usize,
    writer: &mut dyn Write,
) -> io::Result<()> {
    let mut writer = io::BufWriter::with_capacity(BUFFER, writer);
    let lines = Lines::new(record_depth);
    value.serialize(&mut Serializer::with_formatter(&mut writer, lines))?;
    writer.write_all(b"\n")?;
    writer.flush()
}

/// Adds `value` to a record that is being written.
pub(super) fn write_value(value: &impl Serialize, record: &mut Vec<u8>) -> io::Result<()> {
    let lines = Lines {
        in_record: true,
        ..Lines::new(NO_RECORDS)
    };
    value.serialize(&mut Serializer::with_formatter(record, lines))?;
    Ok(())
}

/// Adds a string to a record that is being written.
pub(super) fn write_text(text: &str, record: &mut Vec<u8>) -> io::Result<()> {
    // Most strings have nothing to escape, and this finds out faster than a serialiser.
    let is_plain = |byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\' | b'#');
    if !all_bytes(text, is_plain) {
        return write_value(&text, record);
    }
    record.push(b'"');
    record.extend_from_slice(text.as_bytes());
    record.push(b'"');
    Ok(())
}

/// What the formatter knows about the place where it stands.
struct Lines {
    record_depth: usize,
    /// How many lists and objects are open.
    depth: usize,
    /// Whether the next value stands in a list.
    is_element: bool,
    /// Whether nothing stands yet in the innermost list or object.
    is_empty: bool,
    /// Whether a record is open: it has no line breaks.
    in_record: bool,
}

impl Lines {
    const fn new(record_depth: usize) -> Self {
        Self {
            record_depth,
            depth: 0,
            is_element: false,
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
        self.next(writer, first)?;
        self.is_element = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.in_record |= self.is_element && self.depth + 1 == self.record_depth;
        self.open(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"}")?;
        if self.depth + 1 == self.record_depth {
            self.in_record = false;
        }
        Ok(())
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.next(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.is_element = false;
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
        write(value, 3, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_record_has_a_line_of_its_own() {
        let value = json!({
            "empty": [],
            "findings": [{ "rule": "a", "at": { "line": 1 }, "keys": [1, 2] }, { "rule": "b" }],
            "nothing": {},
            "summary": { "by_state": { "federated": 1 } },
        });
        assert_eq!(
            written(&value),
            r#"{
  "empty": [],
  "findings": [
    {"at":{"line":1},"keys":[1,2],"rule":"a"},
    {"rule":"b"}
  ],
  "nothing": {},
  "summary": {
    "by_state": {
      "federated": 1
    }
  }
}
"#
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
            let mut record = Vec::new();
            write_text(&text, &mut record).unwrap();
            for json in [written(&json!([text])), String::from_utf8([b"[", &*record, b"]"].concat()).unwrap()] {
                prop_assert!(!json.replace('\n', "").contains(is_unprintable), "{json:?}");
                prop_assert!(!json.contains("##"), "{json:?}");
                prop_assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), json!([text]));
            }
        }
    }
}
