//! What a policy says about the rules, as it is written: one field a rule, so that an unknown rule is refused by parser
//! and schema alike.
//!
//! In: YAML, through serde. Out: a [`RuleOverride`] for each listed rule, without defaults. A new rule is one line in
//! the table here; its descriptor gives level and limits where a policy gives none.

use schemars::{JsonSchema, Schema, json_schema};
use serde::Deserialize;

use super::Evidence;
use super::collection::List;
use super::document::Given;
use super::fault::Fault;
use super::scalar::{Grammar, Scalar, words};
use super::suggestion::suggestion;
use crate::finding::{Days, Level, RuleId};
use crate::model::Alternatives;

/// A level, or `None` for `off`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Switch(pub(super) Option<Level>);

words!(Switch, "Level", "How bad a finding is; `off` switches the rule off.", [
    "error" => Self(Some(Level::Error)),
    "warning" => Self(Some(Level::Warning)),
    "note" => Self(Some(Level::Note)),
    "off" => Self(None),
]);

words!(Evidence, "Evidence", "What happens when the inventory cannot tell what the rule needs: no verdict, or a verdict without the rule.", [
    "required" => Self::Required,
    "optional" => Self::Optional,
]);

/// What counts as better than a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Alternative {
    /// A certificate in date.
    Certificate,
    /// A federated credential.
    Federated,
}

words!(Alternative, "Alternative", "What counts as better than a secret.", [
    "certificate" => Self::Certificate,
    "federated" => Self::Federated,
]);

/// What one file says about one rule: only what is written there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct RuleOverride {
    pub(super) level: Option<Switch>,
    pub(super) evidence: Option<Evidence>,
    pub(super) max: Option<Days>,
    pub(super) within: Option<Days>,
    pub(super) alternatives: Option<Alternatives>,
}

impl RuleOverride {
    /// Fills in from a file that is farther away what this one does not say.
    pub(super) fn or(self, farther: Self) -> Self {
        Self {
            level: self.level.or(farther.level),
            evidence: self.evidence.or(farther.evidence),
            max: self.max.or(farther.max),
            within: self.within.or(farther.within),
            alternatives: self.alternatives.or(farther.alternatives),
        }
    }
}

/// Defines what a rule of one kind takes: level and evidence, and settings of its own.
macro_rules! settings {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty => $read:expr,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
        #[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
        struct $name {
            /// Its level; without it, the rule's own (see `credgate explain`).
            level: Given<Scalar<Switch>>,
            /// What happens when the inventory cannot tell; `required` where nothing is said.
            evidence: Given<Scalar<Evidence>>,
            $($(#[$field_doc])* $field: Given<$type>,)?
        }

        impl From<&$name> for RuleOverride {
            fn from(settings: &$name) -> Self {
                Self {
                    level: settings.level.0.as_ref().map(|level| level.0),
                    evidence: settings.evidence.0.as_ref().map(|evidence| evidence.0),
                    $($field: settings.$field.0.as_ref().map($read),)?
                    ..Self::default()
                }
            }
        }
    };
}

settings!(
    /// A rule without settings of its own.
    PlainRule {}
);

settings!(
    /// A rule with a limit.
    MaxRule {
        /// The limit; exactly the limit is no finding.
        max: Scalar<Days> => |max| max.0,
    }
);

settings!(
    /// A rule that looks ahead.
    WithinRule {
        /// How far it looks ahead, the last day included.
        within: Scalar<Days> => |within| within.0,
    }
);

settings!(
    /// The rule about applications that authenticate with secrets only.
    SecretsOnlyRule {
        /// What counts as better than a secret; `[certificate, federated]` where nothing is said.
        alternatives: List<Scalar<Alternative>> => alternatives,
    }
);

fn alternatives(list: &List<Scalar<Alternative>>) -> Alternatives {
    Alternatives {
        certificate: list.0.contains(&Scalar(Alternative::Certificate)),
        federated: list.0.contains(&Scalar(Alternative::Federated)),
    }
}

/// Defines the document of all rules, those about the tenant first.
macro_rules! rules {
    (
        tenant { $($(#[$doc:meta])* $field:ident, $name:literal: $settings:ty;)* }
        policy { $($(#[$own_doc:meta])* $own_field:ident, $own_name:literal: $own_settings:ty;)* }
    ) => {
        /// The rules a policy lists.
        #[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
        #[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
        pub(super) struct RulesDocument {
            $($(#[$doc])* $field: Given<$settings>,)*
            $($(#[$own_doc])* $own_field: Given<$own_settings>,)*
        }

        impl RulesDocument {
            /// The rules about the tenant: an exception may lift them.
            const TENANT: &[&'static str] = &[$($name),*];
            /// The rules about the policy itself: always on, and never lifted.
            const POLICY: &[&'static str] = &[$($own_name),*];

            /// Returns what is written about a rule; `None` where it is not listed.
            pub(super) fn get(&self, rule: RuleId) -> Option<RuleOverride> {
                match rule.0 {
                    $($name => self.$field.0.as_ref().map(RuleOverride::from),)*
                    $($own_name => self.$own_field.0.as_ref().map(RuleOverride::from),)*
                    _ => None,
                }
            }
        }
    };
}

rules! {
    tenant {
        /// A live secret and none of the alternatives.
        secrets_only, "secrets-only": SecretsOnlyRule;
        /// A live secret beside a better credential, with no open migration window.
        secret_outside_window, "secret-outside-window": PlainRule;
        /// A secret whose start lies inside an open migration window.
        secret_added_during_migration, "secret-added-during-migration": PlainRule;
        /// A secret that is valid for longer than `max`.
        secret_lifetime, "secret-lifetime": MaxRule;
        /// A secret with no end.
        secret_without_expiry, "secret-without-expiry": PlainRule;
        /// A secret older than `max`.
        secret_age, "secret-age": MaxRule;
        /// A secret past its end, still stored.
        secret_expired, "secret-expired": PlainRule;
        /// A live secret that ends `within` so many days, with no successor.
        secret_expiring, "secret-expiring": WithinRule;
        /// A symmetric key credential.
        symmetric_key, "symmetric-key": PlainRule;
        /// A last usable certificate that ends `within` so many days, with no successor.
        certificate_expiring, "certificate-expiring": WithinRule;
        /// A certificate past its end, still stored.
        certificate_expired, "certificate-expired": PlainRule;
        /// A certificate that is valid for longer than `max`.
        certificate_lifetime, "certificate-lifetime": MaxRule;
        /// A client secret on the service principal, where app registrations do not show it.
        service_principal_secret, "service-principal-secret": PlainRule;
        /// A credential of a service principal that is valid for longer than `max`.
        service_principal_credential_lifetime, "service-principal-credential-lifetime": MaxRule;
        /// A credential added here to an application of Microsoft or of another tenant.
        foreign_service_principal_credential, "foreign-service-principal-credential": PlainRule;
        /// An application that has credentials and no owner.
        owner_missing, "owner-missing": PlainRule;
        /// A service principal of this tenant whose application the inventory does not have.
        application_missing, "application-missing": PlainRule;
        /// A password that is excused as part of a SAML triple, of which nothing shows that it is in use.
        saml_password_unproven, "saml-password-unproven": PlainRule;
        /// A credential on an agent identity, which holds none by definition.
        agent_identity_credential, "agent-identity-credential": PlainRule;
        /// A registered certificate with which Entra refuses the sign-in.
        certificate_unusable, "certificate-unusable": PlainRule;
        /// A key of a type or usage that is not known.
        unknown_credential, "unknown-credential": PlainRule;
        /// A federated credential that trusts more than one workload, an issuer that is not trusted, or another audience.
        federated_credential_broad, "federated-credential-broad": PlainRule;
        /// A tenant whose app management policy does not block adding secrets.
        tenant_allows_new_secrets, "tenant-allows-new-secrets": PlainRule;
    }
    policy {
        /// An exception past its last day.
        exception_expired, "exception-expired": PlainRule;
        /// An exception that ends `within` so many days.
        exception_expiring, "exception-expiring": WithinRule;
        /// An exception that covered nothing.
        exception_unused, "exception-unused": PlainRule;
        /// An exception that names an application the inventory does not have.
        exception_unknown_application, "exception-unknown-application": PlainRule;
        /// A migration window past its close that is still listed.
        window_closed, "window-closed": PlainRule;
    }
}

/// A rule that an exception may lift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ExceptableRule(pub(super) RuleId);

impl Grammar for ExceptableRule {
    const NAME: &'static str = "ExceptableRule";

    fn read(text: &str) -> Result<Self, Fault> {
        let known = RulesDocument::TENANT.iter().find(|&&name| name == text);
        if let Some(&name) = known {
            return Ok(Self(RuleId(name)));
        }
        Err(if RulesDocument::POLICY.contains(&text) {
            Fault::PolicyRuleLifted { rule: text.into() }
        } else {
            Fault::UnknownRule {
                rule: text.into(),
                remedy: suggestion(text, RulesDocument::TENANT),
            }
        })
    }

    fn remedy(_number: Option<i64>) -> String {
        "write the id of a rule, such as `secrets-only`; `credgate explain` lists them".to_owned()
    }

    fn schema() -> Schema {
        json_schema!({
            "description": "A rule that an exception may lift: any but those about the policy itself.",
            "type": "string",
            "enum": RulesDocument::TENANT,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_is_named_as_it_is_written() {
        let document: RulesDocument = serde_json::from_value(
            RulesDocument::TENANT
                .iter()
                .chain(RulesDocument::POLICY)
                .map(|&name| (name.to_owned(), serde_json::json!({ "level": "note" })))
                .collect(),
        )
        .unwrap();
        for &name in RulesDocument::TENANT.iter().chain(RulesDocument::POLICY) {
            let level = document.get(RuleId(name)).and_then(|written| written.level);
            assert_eq!(level, Some(Switch(Some(Level::Note))), "{name}");
        }
    }

    #[test]
    fn the_nearer_file_wins_key_by_key() {
        let near = RuleOverride {
            max: Some(Days(90)),
            ..RuleOverride::default()
        };
        let far = RuleOverride {
            level: Some(Switch(None)),
            max: Some(Days(180)),
            ..RuleOverride::default()
        };
        let merged = near.or(far);
        assert_eq!(
            (merged.max, merged.level),
            (Some(Days(90)), Some(Switch(None)))
        );
    }

    #[test]
    fn an_exception_never_lifts_a_rule_about_the_policy() {
        assert!(ExceptableRule::read("secret-age").is_ok());
        assert!(matches!(
            ExceptableRule::read("exception-expired"),
            Err(Fault::PolicyRuleLifted { .. })
        ));
        assert!(matches!(
            ExceptableRule::read("secret-agee"),
            Err(Fault::UnknownRule { .. })
        ));
    }
}
