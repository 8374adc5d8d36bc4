//! The files of a policy exactly as they are written: the only definition of their formats.
//!
//! In: YAML or JSON, through serde. Out: values that are sound one by one; whether they agree with each other is for
//! `validate`. The JSON Schemas of the formats are generated from these types, and the doc comments are their
//! descriptions.

use std::borrow::Cow;

use jiff::civil::Date;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::Issuer;
use super::collection::{List, Scope};
use super::exceptions_path::ExceptionsPath;
use super::fault::Fault;
use super::rules_document::{ExceptableRule, RulesDocument};
use super::scalar::{EntryId, Grammar, Scalar, Text, words};
use super::suggestion::suggestion;
use crate::finding::Days;
use crate::home;
use crate::model::{AppId, KeyId, TenantId};

/// A value that may be left out, but is never `null`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Given<T>(pub(super) Option<T>);

impl<T> Default for Given<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(|value| Self(Some(value)))
    }
}

impl<T: JsonSchema> JsonSchema for Given<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// A credgate policy: what is allowed, what is excepted, and until when.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "credgate policy")]
pub(super) struct PolicyDocument {
    /// The version of this format.
    #[expect(dead_code, reason = "there is one version, and reading it checks it")]
    pub(super) version: Version,
    /// The tenant for which the policy is written; an inventory of another tenant is refused.
    #[serde(default)]
    pub(super) tenant: Given<Scalar<TenantId>>,
    /// A shipped preset (`baseline`, `secrets-only`, `strict`), or the path of another policy, relative to this file.
    #[serde(default)]
    pub(super) extends: Given<Scalar<Extends>>,
    /// The rules that are active, by what they find. A rule that is not listed here or in what this policy extends is
    /// off; the rules about the policy itself are always on.
    #[serde(default)]
    pub(super) rules: RulesDocument,
    /// What is tolerated, on which applications, until when, and why.
    #[serde(default)]
    pub(super) exceptions: Vec<ExceptionDocument>,
    /// Further files of exceptions, YAML or JSON, so that each team owns its own; they lie in the folder of this file.
    #[serde(default)]
    pub(super) exceptions_from: Given<List<Scalar<ExceptionsPath>>>,
    /// The periods in which secrets are tolerated because certificates are on their way.
    #[serde(default)]
    pub(super) migration_windows: Vec<WindowDocument>,
    /// The issuers that federated credentials may trust, in place of the known ones: GitHub Actions, GitLab.com, HCP
    /// Terraform, Azure DevOps, Google, AKS, and Microsoft Entra ID for the tenant's own tokens only.
    #[serde(default)]
    pub(super) issuers: Given<List<Scalar<Issuer>>>,
    /// Rules about the policy's own exceptions and windows, checked when it loads. What a policy extends can only be
    /// tightened.
    #[serde(default)]
    pub(super) governance: GovernanceDocument,
}

/// Exceptions of a credgate policy that names this file under `exceptions-from`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "credgate exceptions")]
pub(super) struct ExceptionsDocument {
    /// The schema of this file, for editors.
    #[serde(default, rename = "$schema")]
    #[expect(dead_code, reason = "it is for editors")]
    pub(super) schema: Given<Scalar<Text>>,
    /// The version of this format.
    #[expect(dead_code, reason = "there is one version, and reading it checks it")]
    pub(super) version: Version,
    /// What is tolerated, on which applications, until when, and why.
    pub(super) exceptions: Vec<ExceptionDocument>,
}

/// The version of the formats: the number 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Version;

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl serde::de::Visitor<'_> for Visitor {
            type Value = Version;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("the number 1")
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Version, E> {
                match number {
                    1 => Ok(Version),
                    _ => Err(E::custom(Fault::UnknownVersion)),
                }
            }

            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Version, E> {
                self.visit_u64(number.try_into().unwrap_or(0))
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Version {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Version".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "const": 1 })
    }
}

/// What a policy extends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Extends(pub(super) Box<str>);

impl Grammar for Extends {
    const NAME: &'static str = "Extends";

    fn read(text: &str) -> Result<Self, Fault> {
        let is_foreign = text.starts_with('/') || text.contains(['\\', ':']);
        if is_foreign || text.chars().any(char::is_control) {
            return Err(Fault::ExtendsAbsolute { path: text.into() });
        }
        match Text::read(text) {
            Ok(text) => Ok(Self(text.0)),
            Err(Fault::Blank) => Err(Fault::ExtendsBlank {
                remedy: Self::remedy(None),
            }),
            Err(fault) => Err(fault),
        }
    }

    fn remedy(_number: Option<i64>) -> String {
        format!(
            "name a preset, `{}`, or another policy by its path relative to this file, such as `./base.yaml`",
            super::presets::NAMES.join("`, `")
        )
    }

    fn schema() -> Schema {
        json_schema!({
            "description": "A shipped preset, or a relative path with `/` between folders.",
            "type": "string",
            "pattern": r"^[^/\\:\x00-\x1f][^\\:\x00-\x1f]*$",
            "examples": super::presets::NAMES,
        })
    }
}

/// An exception: it lifts the named rules on the named applications through its last day.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ExceptionDocument {
    /// Unique over all files of the policy.
    pub(super) id: Scalar<EntryId>,
    /// The appIds (client ids) it covers; never a name or a pattern.
    pub(super) applications: List<Scalar<AppId>>,
    /// The rules it lifts.
    pub(super) rules: List<Scalar<ExceptableRule>>,
    /// The keyIds it covers; a new secret of the same application is then not covered.
    #[serde(default)]
    pub(super) credentials: Given<List<Scalar<KeyId>>>,
    /// Why it was granted.
    pub(super) reason: Scalar<Text>,
    /// Who owns it.
    #[serde(default)]
    pub(super) owner: Given<Scalar<Text>>,
    /// Who approved it.
    #[serde(default)]
    pub(super) approved_by: Given<Scalar<Text>>,
    /// Where it was discussed.
    #[serde(default)]
    pub(super) ticket: Given<Scalar<Text>>,
    /// Its first day.
    pub(super) granted: Scalar<Date>,
    /// Its last day, included.
    pub(super) expires: Scalar<Date>,
    /// The last days that it had before it was extended, oldest first.
    #[serde(default)]
    pub(super) extended: Given<List<Scalar<Date>>>,
}

/// A migration window: secrets are tolerated because certificates are on their way.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WindowDocument {
    /// Unique over all files of the policy.
    pub(super) id: Scalar<EntryId>,
    /// The appIds (client ids) it is for, or `all`.
    pub(super) applications: Scope,
    /// Why it was opened.
    pub(super) reason: Scalar<Text>,
    /// Who owns it.
    #[serde(default)]
    pub(super) owner: Given<Scalar<Text>>,
    /// Who approved it.
    #[serde(default)]
    pub(super) approved_by: Given<Scalar<Text>>,
    /// Where it was discussed.
    #[serde(default)]
    pub(super) ticket: Given<Scalar<Text>>,
    /// Its first day.
    pub(super) opens: Scalar<Date>,
    /// The last day on which an application may have secrets only; without it, the day it closes.
    #[serde(default)]
    pub(super) certificate_by: Given<Scalar<Date>>,
    /// The last day on which an application may have a secret at all.
    pub(super) closes: Scalar<Date>,
}

/// Rules about the policy's own exceptions and windows.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct GovernanceDocument {
    /// How far `expires` may lie from `granted`.
    pub(super) exception_max_term: Given<Scalar<Days>>,
    /// How far `closes` may lie from `opens`; a window for `all` needs it.
    pub(super) window_max_term: Given<Scalar<Days>>,
    /// What every exception must say.
    pub(super) require: Given<List<Scalar<Signature>>>,
}

/// What governance may ask every exception to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signature {
    /// `owner`.
    Owner,
    /// `approved-by`.
    ApprovedBy,
    /// `ticket`.
    Ticket,
}

impl Signature {
    /// Returns the key that carries it.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::ApprovedBy => "approved-by",
            Self::Ticket => "ticket",
        }
    }
}

words!(Signature, "Signature", "A key that every exception and window must have.", [
    "owner" => Self::Owner,
    "approved-by" => Self::ApprovedBy,
    "ticket" => Self::Ticket,
]);

/// Returns the JSON Schema (draft 2020-12) of a policy file.
pub fn schema() -> Value {
    schema_of::<PolicyDocument>("policy")
}

/// Returns the JSON Schema (draft 2020-12) of a file that `exceptions-from` names.
pub fn exceptions_schema() -> Value {
    schema_of::<ExceptionsDocument>("exceptions")
}

fn schema_of<T: JsonSchema>(name: &str) -> Value {
    let settings = SchemaSettings::draft2020_12();
    let generator = settings
        .with_transform(RecursiveTransform(unwrap_description))
        .into_generator();
    home::identified(generator.into_root_schema_for::<T>(), name).to_value()
}

/// Doc comments are wrapped for the source; an editor wraps them anew.
fn unwrap_description(schema: &mut Schema) {
    if let Some(Value::String(description)) = schema.get_mut("description") {
        *description = description.replace('\n', " ");
    }
}
