//! The lists of a policy: never empty, and nothing in them twice.
//!
//! In: a YAML sequence. Out: its items. A scalar where a list belongs is refused, because a reader cannot see the
//! difference between one item and a pattern.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

use super::fault::Fault;
use super::scalar::Scalar;
use crate::model::AppId;

/// At least one item, no two alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct List<T>(pub(super) Vec<T>);

impl<T: Ord> List<T> {
    fn of(items: Vec<T>) -> Result<Self, Fault> {
        if items.is_empty() {
            return Err(Fault::EmptyList);
        }
        match first_repeated(&items) {
            Some(_) => Err(Fault::RepeatedItem),
            None => Ok(Self(items)),
        }
    }
}

/// Returns the index of the first item that an earlier one equals.
pub(super) fn first_repeated<T: Ord>(items: &[T]) -> Option<usize> {
    if items.len() == 1 {
        return None;
    }
    let mut seen = BTreeSet::new();
    items.iter().position(|item| !seen.insert(item))
}

impl<'de, T: Deserialize<'de> + Ord> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ListVisitor(PhantomData))
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + Ord> Visitor<'de> for ListVisitor<T> {
    type Value = List<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element()? {
            items.push(item);
        }
        List::of(items).map_err(A::Error::custom)
    }
}

impl<T: JsonSchema> JsonSchema for List<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("ListOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "array",
            "items": generator.subschema_for::<T>(),
            "minItems": 1,
            "uniqueItems": true,
        })
    }
}

/// The applications a window is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// The word `all`.
    All,
    /// A list of appIds.
    Listed(List<Scalar<AppId>>),
}

impl Scope {
    /// The word for every application.
    pub(super) const ALL: &'static str = "all";
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScopeVisitor)
    }
}

struct ScopeVisitor;

impl<'de> Visitor<'de> for ScopeVisitor {
    type Value = Scope;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of appIds, or the word `all`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Scope, E> {
        match text {
            Scope::ALL => Ok(Scope::All),
            _ => Err(E::custom(Fault::NotAScope)),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, sequence: A) -> Result<Scope, A::Error> {
        ListVisitor(PhantomData)
            .visit_seq(sequence)
            .map(Scope::Listed)
    }
}

impl JsonSchema for Scope {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Scope".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [{ "const": Self::ALL }, List::<Scalar<AppId>>::json_schema(generator)],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_of_two_equal_items_is_found() {
        assert_eq!(first_repeated(&[1, 2, 1, 2]), Some(2));
        assert_eq!(first_repeated(&[1, 2, 3]), None);
        assert_eq!(first_repeated::<u8>(&[]), None);
    }
}
