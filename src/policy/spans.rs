//! Where everything in a policy stands: the YAML as a tree of nodes with their places.
//!
//! In: a JSON pointer, or a byte offset. Out: the node there, or the line and column. It knows nothing of the format of
//! a policy.

use std::borrow::Cow;
use std::ops::Range;

/// A byte range of the text.
pub(super) type Bytes = Range<usize>;

/// A value of the document, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node<'text> {
    pub(super) kind: Kind<'text>,
    /// From the first to the last byte of the value, true ends for collections too.
    pub(super) bytes: Bytes,
    /// One-based line and column of the first character.
    pub(super) start: Place,
}

/// A line and a column, one-based, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: u32,
    pub(super) column: u32,
}

/// What a node is, by YAML 1.2's core schema.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind<'text> {
    Null,
    Bool,
    Integer(i64),
    /// A number that is no integer, or that only some readers take for a number.
    Number,
    Text(Cow<'text, str>),
    List(Vec<Node<'text>>),
    Map(Vec<Entry<'text>>),
    /// Something a policy does not allow; the fault is already noted.
    Refused,
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry<'text> {
    pub(super) key: Cow<'text, str>,
    pub(super) key_bytes: Bytes,
    /// Where the key begins.
    pub(super) place: Place,
    pub(super) value: Node<'text>,
}

impl<'text> Node<'text> {
    /// Returns the value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&Entry<'text>> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// Returns the keys and values; none where this is no mapping.
    pub(super) fn entries(&self) -> &[Entry<'text>] {
        if let Kind::Map(entries) = &self.kind {
            entries
        } else {
            &[]
        }
    }

    /// Returns the items; none where this is no list.
    pub(super) fn items(&self) -> &[Self] {
        if let Kind::List(items) = &self.kind {
            items
        } else {
            &[]
        }
    }

    /// Returns the node at a JSON pointer made of plain keys and indexes.
    pub(super) fn find(&self, pointer: &str) -> Option<&Self> {
        let mut node = self;
        for step in pointer.split('/').skip(1) {
            node = match step.parse::<usize>() {
                Ok(index) => node.items().get(index)?,
                Err(_) => &node.get(step)?.value,
            };
        }
        Some(node)
    }
}

/// Returns the one-based line of a byte offset.
pub(super) fn line_of(text: &str, offset: usize) -> u32 {
    let before = text.as_bytes().get(..offset).unwrap_or_default();
    let breaks = memchr::memchr_iter(b'\n', before).count();
    u32::try_from(breaks).unwrap_or(u32::MAX).saturating_add(1)
}

/// Returns the one-based column of a byte offset, in characters.
pub(super) fn column_of(text: &str, offset: usize) -> u32 {
    let before = text.get(..offset).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let characters = line.trim_start_matches('\u{feff}').chars().count();
    u32::try_from(characters)
        .unwrap_or(u32::MAX)
        .saturating_add(1)
}
