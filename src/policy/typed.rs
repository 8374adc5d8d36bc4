//! Reads the document types from the tree.
//!
//! In: a node. Out: any type that serde can read. A value is only ever what YAML says it is: a number is no text, a list
//! is no mapping, nothing is no value.

use std::fmt;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{self, Deserialize, Deserializer, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

use super::spans::{Entry, Kind, Node};

/// Reads a type from a node.
pub(super) fn typed<'de, T: Deserialize<'de>>(node: &'de Node<'_>) -> Result<T, Mismatch> {
    T::deserialize(Typed(node))
}

/// The node is no value of the type.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Mismatch(String);

impl de::Error for Mismatch {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

#[derive(Clone, Copy)]
struct Typed<'de, 'text>(&'de Node<'text>);

impl<'de> IntoDeserializer<'de, Mismatch> for Typed<'de, '_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Typed<'de, '_> {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match &self.0.kind {
            Kind::Null => visitor.visit_unit(),
            Kind::Integer(integer) => visitor.visit_i64(*integer),
            Kind::Text(text) => visitor.visit_borrowed_str(text),
            Kind::List(items) => {
                SeqDeserializer::new(items.iter().map(Typed)).deserialize_any(visitor)
            }
            Kind::Map(entries) => {
                MapDeserializer::new(entries.iter().map(pair)).deserialize_any(visitor)
            }
            Kind::Bool => Err(unexpected("a truth value", &visitor)),
            Kind::Number => Err(unexpected("a number", &visitor)),
            Kind::Refused => Err(unexpected("something else", &visitor)),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        // What serde derives would take the values of a list for the fields, in their order.
        if matches!(self.0.kind, Kind::List(_)) {
            return Err(unexpected("a list", &visitor));
        }
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

fn pair<'de, 'text>(entry: &'de Entry<'text>) -> (&'de str, Typed<'de, 'text>) {
    (&entry.key, Typed(&entry.value))
}

fn unexpected<'de>(found: &'static str, visitor: &impl Visitor<'de>) -> Mismatch {
    de::Error::invalid_type(Unexpected::Other(found), visitor)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::yaml::read;
    use super::*;

    fn from<T: for<'de> Deserialize<'de>>(text: &str) -> Option<T> {
        typed(&read(text).root?).ok()
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Pair {
        first: String,
        second: Vec<i64>,
    }

    #[test]
    fn a_mapping_is_a_struct_and_a_list_is_none() {
        let pair = Pair {
            first: "a".to_owned(),
            second: vec![1, 2],
        };
        assert_eq!(from("first: a\nsecond: [1, 2]\n"), Some(pair));
        assert_eq!(from::<Pair>("[a, [1, 2]]\n"), None);
    }

    #[test]
    fn a_number_is_no_text() {
        for number in [
            "1", "1.5", "0x1f", "1_000", "0755", ".inf", "-1e3", "true", "~", "",
        ] {
            assert_eq!(
                from::<BTreeMap<String, String>>(&format!("key: {number}\n")),
                None,
                "{number}"
            );
        }
        for text in [
            "'1'",
            "1a",
            "2026-09-01",
            "26w",
            "yes",
            "12345678-1e10-4d55-8a7e-0d9a3d0f6b21",
        ] {
            assert!(
                from::<BTreeMap<String, String>>(&format!("key: {text}\n")).is_some(),
                "{text}"
            );
        }
    }
}
