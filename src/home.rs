//! The public home of this project, and the addresses of what lies in it.
//!
//! In: the line `repository` of `Cargo.toml`, and the name of a thing. Out: its address. Nothing else in the code knows
//! the owner or the name of the repository, so that a move is one edit.

use schemars::Schema;

/// The repository, without a slash at its end.
pub const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// Returns the address of a JSON Schema, which is also its `$id`.
///
/// ```
/// assert!(credgate::home::schema("policy").ends_with("/raw/main/schemas/policy.schema.json"));
/// ```
pub fn schema(name: &str) -> String {
    format!("{REPOSITORY}/raw/main/schemas/{name}.schema.json")
}

/// Returns the address of the documentation of a rule.
pub fn rule(id: &str) -> String {
    format!("{REPOSITORY}/blob/main/docs/rules.md#{id}")
}

/// Gives a schema its `$id`.
pub(crate) fn identified(mut schema: Schema, name: &str) -> Schema {
    schema.insert("$id".to_owned(), self::schema(name).into());
    schema
}
