//! Exceptions that are to be written: their fields once, and from them YAML lines, JSON, and what must be read again.
//!
//! In: checked values. Out: text. Nothing of it can end a comment or a string before its end, whoever chose it.

use std::borrow::Cow;
use std::fmt::Write as _;

use jiff::civil::Date;

use super::super::spans::{Kind, Node};
use crate::escape::{is_unprintable, printable};
use crate::finding::{ExceptionId, RuleId};
use crate::model::{AppId, KeyId};

/// Exceptions that stand together under a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What they have in common, for the comment; foreign text in it is made harmless.
    pub heading: Option<String>,
    /// In their order.
    pub exceptions: Vec<NewException>,
}

/// An exception that is to be written into a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewException {
    /// Unique over all files of the policy.
    pub id: ExceptionId,
    /// What a reviewer should know, for a comment in the entry; foreign text in it is made harmless.
    pub remark: Option<String>,
    /// The one application that it names.
    pub application: AppId,
    /// The rules that it lifts.
    pub rules: Vec<RuleId>,
    /// The only credentials that it covers; `None` covers whatever the rules find.
    pub credentials: Option<Vec<KeyId>>,
    /// Why it is granted.
    pub reason: Box<str>,
    /// Who owns it.
    pub owner: Option<Box<str>>,
    /// Who approved it.
    pub approved_by: Option<Box<str>>,
    /// Where it was discussed.
    pub ticket: Option<Box<str>>,
    /// Its first UTC day.
    pub granted: Date,
    /// Its last UTC day, included.
    pub expires: Date,
}

/// The value of a key.
enum Value<'entry> {
    /// A word that is never anything but text to YAML.
    Word(String),
    Text(&'entry str),
    Words(Vec<String>),
}

impl NewException {
    fn fields(&self) -> Vec<(&'static str, Value<'_>)> {
        fn texts<T: ToString>(items: &[T]) -> Value<'static> {
            Value::Words(items.iter().map(T::to_string).collect())
        }
        fn text(value: Option<&str>) -> Option<Value<'_>> {
            value.map(Value::Text)
        }
        let fields = [
            ("id", text(Some(&self.id.0))),
            ("applications", Some(texts(&[self.application]))),
            ("rules", Some(texts(&self.rules))),
            ("credentials", self.credentials.as_deref().map(texts)),
            ("reason", text(Some(&self.reason))),
            ("owner", text(self.owner.as_deref())),
            ("approved-by", text(self.approved_by.as_deref())),
            ("ticket", text(self.ticket.as_deref())),
            ("granted", Some(Value::Word(self.granted.to_string()))),
            ("expires", Some(Value::Word(self.expires.to_string()))),
        ];
        let given = fields.into_iter();
        given
            .filter_map(|(key, value)| Some((key, value?)))
            .collect()
    }

    /// Adds the lines of a block list's item.
    fn write_lines(&self, indent: &str, line_break: &str, into: &mut String) {
        for (number, (key, value)) in self.fields().into_iter().enumerate() {
            let marker = if number == 0 { "- " } else { "  " };
            let value = match value {
                Value::Word(word) => format!(" {word}"),
                Value::Text(text) => format!(" {}", yaml_text(text)),
                Value::Words(words) => words_after(&words, indent, line_break),
            };
            push(into, &[indent, marker, key, ":", &value, line_break]);
            if number == 0
                && let Some(remark) = &self.remark
            {
                push(into, &[indent, "  # ", &comment(remark), line_break]);
            }
        }
    }

    /// Returns the entry on one line, in the form that JSON and YAML share.
    pub(super) fn json(&self) -> String {
        let fields = self.fields().into_iter().map(|(key, value)| {
            let value = match value {
                Value::Word(word) => quoted(&word),
                Value::Text(text) => quoted(text),
                Value::Words(words) => {
                    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
                    format!("[{}]", words.join(", "))
                }
            };
            format!("\"{key}\": {value}")
        });
        format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
    }

    /// Tells whether a value that was read is this exception, and nothing else.
    pub(super) fn is(&self, node: &Node<'_>) -> bool {
        let fields = self.fields();
        let entries = node.entries();
        let is = |(entry, (key, value)): (&super::super::spans::Entry<'_>, &(&str, Value<'_>))| {
            entry.key == *key && is_value(&entry.value, value)
        };
        entries.len() == fields.len() && entries.iter().zip(&fields).all(is)
    }
}

/// Returns the lines of groups as items of a block list. A heading stands apart from what is above it, unless that is
/// the key of the list.
pub(super) fn lines(groups: &[Group], indent: &str, line_break: &str, is_first: bool) -> String {
    let mut lines = String::new();
    for Group {
        heading,
        exceptions,
    } in groups
    {
        if let Some(heading) = heading {
            if !is_first || !lines.is_empty() {
                lines.push_str(line_break);
            }
            push(&mut lines, &[indent, "# ", &comment(heading), line_break]);
        }
        for exception in exceptions {
            exception.write_lines(indent, line_break, &mut lines);
        }
    }
    lines
}

fn is_value(node: &Node<'_>, value: &Value<'_>) -> bool {
    let is_text = |node: &Node<'_>, wanted: &str| {
        if let Kind::Text(text) = &node.kind {
            text == wanted
        } else {
            false
        }
    };
    match value {
        Value::Word(word) => is_text(node, word),
        Value::Text(text) => is_text(node, text),
        Value::Words(words) => {
            let items = node.items();
            let mut pairs = items.iter().zip(words);
            items.len() == words.len() && pairs.all(|(item, word)| is_text(item, word))
        }
    }
}

/// As many characters as a list may take on the line of its key.
const SHORT: usize = 90;

/// Returns a list behind its key: on the same line, or each item on one of its own where that is too long to be read.
fn words_after(words: &[String], indent: &str, line_break: &str) -> String {
    let together = words.join(", ");
    if together.len() <= SHORT {
        return format!(" [{together}]");
    }
    let mut lines = String::new();
    for word in words {
        push(&mut lines, &[line_break, indent, "    - ", word]);
    }
    lines
}

fn push(into: &mut String, parts: &[&str]) {
    for part in parts {
        into.push_str(part);
    }
}

/// YAML has no way to write these, so a file that holds one in a comment is no YAML.
const NO_CHARACTERS: [char; 2] = ['\u{fffe}', '\u{ffff}'];

/// Returns the text of a comment: one line, whatever it holds.
fn comment(text: &str) -> String {
    printable(text).replace(NO_CHARACTERS, "\u{fffd}")
}

/// Returns a text as YAML: as it is where every reader takes that for the same text, else in quotes.
fn yaml_text(text: &str) -> Cow<'_, str> {
    let is_safe =
        |letter: char| letter.is_ascii_alphanumeric() || " ._/@+()',;:=&?%-".contains(letter);
    let is_plain = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(is_safe)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !is_word_of_yaml(text);
    if is_plain {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(quoted(text))
    }
}

/// Tells whether some YAML reader takes this for something else than text.
fn is_word_of_yaml(text: &str) -> bool {
    let words = [
        "true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf",
    ];
    words.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Returns a string in the quotes that mean the same to JSON and YAML.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        let number = u32::from(character);
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            // JSON writes what lies beyond in two parts, and YAML in one: there it stands as it is.
            _ if number <= 0xFFFF
                && (is_unprintable(character) || NO_CHARACTERS.contains(&character)) =>
            {
                let written = write!(quoted, "\\u{number:04x}");
                debug_assert!(written.is_ok(), "writing to a string does not fail");
            }
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
