//! Writes JSON the ways that exporters do: compact or indented, members in any order, letters escaped or not.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::random::Random;

/// How a file is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// Blanks of each step; `None` is all on one line.
    pub(crate) indent: Option<usize>,
    pub(crate) newline: &'static str,
    pub(crate) shuffled: bool,
    pub(crate) escaped: bool,
}

impl Layout {
    pub(crate) fn any(random: &mut Random) -> Self {
        Self {
            indent: random.pick(&[None, Some(1), Some(2), Some(4)]),
            newline: random.pick(&["\n", "\n", "\r\n"]),
            shuffled: random.percent(50),
            escaped: random.percent(20),
        }
    }

    pub(crate) fn on_one_line(self) -> Self {
        Self {
            indent: None,
            ..self
        }
    }

    pub(crate) fn write(self, random: &mut Random, value: &Value) -> String {
        let mut text = String::new();
        self.add(random, value, 0, &mut text);
        text
    }

    fn add(self, random: &mut Random, value: &Value, depth: usize, text: &mut String) {
        match value {
            Value::Object(members) => self.object(random, members, depth, text),
            Value::Array(elements) => {
                text.push('[');
                for (number, element) in elements.iter().enumerate() {
                    self.next(number, depth + 1, text);
                    self.add(random, element, depth + 1, text);
                }
                self.end(elements.is_empty(), depth, text);
                text.push(']');
            }
            Value::String(words) => self.words(random, words, text),
            Value::Null | Value::Bool(_) | Value::Number(_) => text.push_str(&value.to_string()),
        }
    }

    fn object(
        self,
        random: &mut Random,
        members: &Map<String, Value>,
        depth: usize,
        text: &mut String,
    ) {
        let mut members: Vec<(&String, &Value)> = members.iter().collect();
        if self.shuffled {
            random.shuffle(&mut members);
        }
        text.push('{');
        for (number, (name, member)) in members.iter().enumerate() {
            self.next(number, depth + 1, text);
            self.words(random, name, text);
            text.push_str(if self.indent.is_some() { ": " } else { ":" });
            self.add(random, member, depth + 1, text);
        }
        self.end(members.is_empty(), depth, text);
        text.push('}');
    }

    fn next(self, number: usize, depth: usize, text: &mut String) {
        if number > 0 {
            text.push(',');
        }
        self.end(false, depth, text);
    }

    fn end(self, empty: bool, depth: usize, text: &mut String) {
        if let Some(indent) = self.indent
            && !empty
        {
            text.push_str(self.newline);
            text.push_str(&" ".repeat(indent * depth));
        }
    }

    fn words(self, random: &mut Random, words: &str, text: &mut String) {
        // What a file is must be plain to see, and what a record is: these are recognised as they stand.
        let mark = matches!(words, "value" | "AppId" | "data")
            || words.starts_with("AZ")
            || words.bytes().all(|it| it.is_ascii_digit());
        if !self.escaped || mark || !random.percent(10) {
            text.push_str(&Value::from(words).to_string());
            return;
        }
        text.push('"');
        for unit in words.encode_utf16() {
            write!(text, "\\u{unit:04x}").unwrap();
        }
        text.push('"');
    }
}
