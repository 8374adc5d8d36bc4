//! The rules: one file each, with its behaviour, its text and its unit tests.
//!
//! In: one identity (or the policy's own entries) at one instant. Out: violations, which the evaluation turns into
//! findings. A rule knows nothing of levels, exceptions, files or formats. A new rule is one file here, its `mod` and its
//! entry in [`ALL`].

mod agent_identity_credential;
mod application_missing;
mod certificate_expired;
mod certificate_expiring;
mod certificate_lifetime;
mod certificate_unusable;
mod exception_expired;
mod exception_expiring;
mod exception_unknown_application;
mod exception_unused;
mod expiry;
mod federated_credential_broad;
mod foreign_service_principal_credential;
mod lifetime;
mod next_steps;
mod owner_missing;
mod saml_password_unproven;
mod secret_added_during_migration;
mod secret_age;
mod secret_expired;
mod secret_expiring;
mod secret_lifetime;
mod secret_outside_window;
mod secret_without_expiry;
mod secrets_only;
mod service_principal_credential_lifetime;
mod service_principal_secret;
mod symmetric_key;
mod tenant_allows_new_secrets;
#[cfg(test)]
mod testing;
mod unknown_credential;
mod window_closed;
mod wording;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use crate::finding::{CredentialRef, Detail, RuleDescriptor, RuleId, Standing, Subject};
use crate::internal::{OrInternal as _, narrow};
use crate::model::{
    AppId, ClassifiedCredential, CredentialClass, DefaultPolicy, FederatedCredential, Holder,
    Identity, TenantId, Validity,
};
use crate::policy::{Exception, FirstByDay, RuleSetting, Trust, Window};

/// What a rule has to go by besides the identity.
#[derive(Clone, Copy, Debug)]
pub struct RuleContext<'run> {
    /// The instant of judging.
    pub now: Timestamp,
    /// The UTC day of that instant.
    pub today: Date,
    /// What the policy says about this rule.
    pub setting: &'run RuleSetting,
    /// The migration windows that are open today for the identity.
    pub windows: OpenWindows<'run>,
    /// Whose the identity is.
    pub standing: Standing,
    /// Whom federated credentials may trust.
    pub trust: Trust<'run>,
    /// This tenant, where it is known.
    pub own: Option<TenantId>,
}

/// The migration windows that are open today: those for every application, and those that name this one.
#[derive(Clone, Copy, Debug)]
pub struct OpenWindows<'run> {
    /// The windows for every application.
    pub all: &'run FirstByDay,
    /// The windows that name the application.
    pub own: &'run FirstByDay,
}

impl OpenWindows<'_> {
    /// Returns the first window of the policy in which an instant lies.
    fn first_with(&self, instant: Timestamp) -> Option<usize> {
        if self.all.is_empty() && self.own.is_empty() {
            return None;
        }
        let day = Offset::UTC.to_datetime(instant).date();
        let first = [self.all.first(day), self.own.first(day)];
        first.into_iter().flatten().min()
    }
}

/// An application that an exception names and the inventory does not have.
#[derive(Clone, Copy, Debug)]
pub struct UnknownApplication {
    /// What the exception names.
    pub app_id: AppId,
    /// The appId that belongs to it, where it is the id of an object.
    pub of_object: Option<AppId>,
}

/// What the rules about the policy itself have to go by.
#[derive(Clone, Copy, Debug)]
pub struct PolicyContext<'run> {
    /// The UTC day of the instant of judging.
    pub today: Date,
    /// What the policy says about this rule.
    pub setting: &'run RuleSetting,
    /// The exceptions of the policy.
    pub exceptions: &'run [Exception],
    /// Whether each exception matched any finding.
    pub used: &'run [bool],
    /// The applications that an exception names and the inventory does not have, by index of the exception; empty where
    /// the inventory is not the whole tenant.
    pub unknown: &'run [(usize, UnknownApplication)],
    /// The migration windows of the policy.
    pub windows: &'run [Window],
}

impl<'run> PolicyContext<'run> {
    /// Returns the exceptions that are not past their last day, with their index.
    fn current_exceptions(&self) -> impl Iterator<Item = (usize, &'run Exception)> {
        let today = self.today;
        let exceptions = self.exceptions.iter().enumerate();
        exceptions.filter(move |(_, exception)| !exception.is_expired(today))
    }

    /// Tells whether an exception matched any finding.
    fn is_used(&self, index: usize) -> bool {
        let used = self.used.get(index);
        *used.or_internal("each exception is used or not")
    }

    /// Returns how many days lie between today and a day that is not past.
    fn days_until(&self, day: Date) -> u32 {
        let hours = day.duration_since(self.today).as_hours();
        u32::try_from(hours / 24)
            .or_internal("an exception that is not expired ends today or later")
    }
}

/// Something a rule found on an identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The credential, where it is about one.
    pub credential: Option<CredentialRef>,
    /// The numbers of its sentence.
    pub detail: Detail,
}

impl Violation {
    /// Makes a violation about the identity as a whole.
    pub const fn of_identity(detail: Detail) -> Self {
        Self {
            credential: None,
            detail,
        }
    }

    /// Makes a violation about one stored credential.
    pub const fn of(held: &ClassifiedCredential, detail: Detail) -> Self {
        Self {
            credential: Some(reference(held)),
            detail,
        }
    }

    /// Makes a violation about one federated credential.
    pub const fn of_federated(on: Holder, federated: &FederatedCredential, detail: Detail) -> Self {
        Self {
            credential: Some(federated_reference(on, federated)),
            detail,
        }
    }
}

/// Names a stored credential the way findings do.
pub const fn reference(held: &ClassifiedCredential) -> CredentialRef {
    CredentialRef {
        key_id: held.key_id,
        class: held.class,
        validity: held.validity,
        on: held.holder,
        is_repeated: held.is_repeated,
    }
}

/// Writes a credential the way the sentences about findings do: its class, its keyId, and the object on which it sits.
pub fn named(credential: &CredentialRef) -> String {
    wording::Named(credential).to_string()
}

/// Names a federated credential the way findings do: it has no dates, so it is always in date.
const fn federated_reference(on: Holder, federated: &FederatedCredential) -> CredentialRef {
    CredentialRef {
        key_id: federated.id,
        class: CredentialClass::FederatedCredential,
        validity: Validity::Current,
        on,
        is_repeated: false,
    }
}

/// Something a rule found in the policy itself, or in the tenant as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryViolation {
    /// The exception or window, by index, or the tenant.
    pub subject: Subject,
    /// The numbers of its sentence.
    pub detail: Detail,
}

impl EntryViolation {
    /// Makes a violation about the exception of this index.
    fn of_exception(index: usize, detail: Detail) -> Self {
        Self {
            subject: Subject::Exception(narrow(index)),
            detail,
        }
    }

    /// Makes a violation about the tenant.
    const fn of_tenant(detail: Detail) -> Self {
        Self {
            subject: Subject::Tenant,
            detail,
        }
    }

    /// Makes a violation about the migration window of this index.
    fn of_window(index: usize, detail: Detail) -> Self {
        Self {
            subject: Subject::Window(narrow(index)),
            detail,
        }
    }
}

/// Why a rule finds its limit in its setting.
const LIMIT: &str = "the policy sets the limit of each rule that takes one";

/// On what it depends what a rule finds on a stored credential. A forecast looks only where that changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dependence {
    /// On the credential alone, and on the day.
    Own,
    /// On the credential, and on whether a live secret of the identity ends late: then nothing is found.
    LiveSecrets,
    /// On the identity: whether it has a credential of a kind, and which of a kind ends last. What is found is about the
    /// identity, or about such a last one.
    Identity,
}

/// A rule: a text, and a judgement of identities, of the tenant or of the policy's own entries.
pub trait Rule: Sync {
    /// Returns everything about the rule that is not its behaviour.
    fn descriptor(&self) -> &'static RuleDescriptor;

    /// Tells whether the rule looks at identities of this standing.
    fn is_about(&self, standing: Standing) -> bool {
        match standing {
            Standing::Application | Standing::ServicePrincipal => true,
            Standing::Foreign
            | Standing::Microsoft
            | Standing::ManagedIdentity
            | Standing::AgentIdentity => false,
        }
    }

    /// Tells on what else it depends what the rule finds on a credential.
    fn dependence(&self) -> Dependence {
        Dependence::Own
    }

    /// Tells whether what is shown is judged although something that the rule needs is not: each credential by itself is
    /// what it finds, whatever another list holds.
    fn judges_in_part(&self) -> bool {
        false
    }

    /// Tells whether a migration window tolerates what the rule finds, on this day.
    fn is_tolerated_in(&self, _window: &Window, _today: Date) -> bool {
        false
    }

    /// Adds what the rule finds on one identity, whose evidence is complete.
    fn judge(&self, _identity: &Identity, _context: &RuleContext<'_>, _found: &mut Vec<Violation>) {
    }

    /// Adds what the rule finds in the tenant's app management policy.
    fn judge_tenant(&self, _policy: &DefaultPolicy, _found: &mut Vec<EntryViolation>) {}

    /// Adds what the rule finds in the policy's own entries.
    fn judge_policy(&self, _context: &PolicyContext<'_>, _found: &mut Vec<EntryViolation>) {}
}

/// All rules, in the order of the reference.
pub static ALL: &[&dyn Rule] = &[
    &secrets_only::SecretsOnly,
    &secret_outside_window::SecretOutsideWindow,
    &secret_added_during_migration::SecretAddedDuringMigration,
    &secret_lifetime::SecretLifetime,
    &secret_without_expiry::SecretWithoutExpiry,
    &secret_age::SecretAge,
    &secret_expired::SecretExpired,
    &secret_expiring::SecretExpiring,
    &symmetric_key::SymmetricKey,
    &certificate_unusable::CertificateUnusable,
    &unknown_credential::UnknownCredential,
    &certificate_expiring::CertificateExpiring,
    &certificate_expired::CertificateExpired,
    &certificate_lifetime::CertificateLifetime,
    &service_principal_secret::ServicePrincipalSecret,
    &service_principal_credential_lifetime::ServicePrincipalCredentialLifetime,
    &foreign_service_principal_credential::ForeignServicePrincipalCredential,
    &agent_identity_credential::AgentIdentityCredential,
    &saml_password_unproven::SamlPasswordUnproven,
    &application_missing::ApplicationMissing,
    &owner_missing::OwnerMissing,
    &federated_credential_broad::FederatedCredentialBroad,
    &tenant_allows_new_secrets::TenantAllowsNewSecrets,
    &exception_expired::ExceptionExpired,
    &exception_expiring::ExceptionExpiring,
    &exception_unused::ExceptionUnused,
    &exception_unknown_application::ExceptionUnknownApplication,
    &window_closed::WindowClosed,
];

/// The control of the rules about the policy itself, which are on unless the policy switches them off.
pub const POLICY_CONTROL: &str = "policy";

/// Returns the rule of this id.
pub fn find(id: &str) -> Option<&'static dyn Rule> {
    ALL.iter()
        .copied()
        .find(|rule| rule.descriptor().id.0 == id)
}

/// Returns the descriptors of all rules, as the policy's validation receives them.
pub fn descriptors() -> Vec<&'static RuleDescriptor> {
    ALL.iter().map(|rule| rule.descriptor()).collect()
}

/// Returns the id of the rule whose setting names the alternatives to a secret.
pub const fn secrets_only() -> RuleId {
    secrets_only::DESCRIPTOR.id
}

/// Returns the id of the rule that finds a secret beside a better credential.
pub const fn secret_outside_window() -> RuleId {
    secret_outside_window::DESCRIPTOR.id
}

/// Returns the id of the rule that finds more where there are more migration windows.
pub const fn secret_added_during_migration() -> RuleId {
    secret_added_during_migration::DESCRIPTOR.id
}

/// Returns the id of the rule that finds exceptions which match nothing.
pub const fn exception_unused() -> RuleId {
    exception_unused::DESCRIPTOR.id
}

/// Tells whether a rule finds something about an application as a whole because of its live secrets.
pub fn is_about_live_secrets(rule: RuleId) -> bool {
    [secrets_only(), secret_outside_window()].contains(&rule)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::policy::load_text;

    fn headings(help: &str) -> Vec<&str> {
        help.lines()
            .filter_map(|line| line.strip_prefix("## "))
            .collect()
    }

    #[test]
    fn ids_are_unique_and_kebab_case() {
        let ids: BTreeSet<_> = descriptors().iter().map(|rule| rule.id).collect();
        assert_eq!(ids.len(), ALL.len());
        for id in ids {
            let mut words = id.0.split('-');
            assert!(
                words
                    .all(|word| !word.is_empty() && word.bytes().all(|it| it.is_ascii_lowercase())),
                "{id}"
            );
        }
    }

    #[test]
    fn every_rule_has_the_file_of_its_name() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
        for rule in descriptors() {
            let file = folder.join(format!("{}.rs", rule.id.0.replace('-', "_")));
            assert!(file.is_file(), "{}", file.display());
        }
    }

    #[test]
    fn every_text_is_complete() {
        let wanted = ["What it finds", "Why it matters", "How to fix", "Example"];
        for rule in descriptors() {
            assert_eq!(headings(rule.help), wanted, "{}", rule.id);
            assert!(rule.help.contains("```yaml\nrules:\n"), "{}", rule.id);
            assert!(rule.help.contains(rule.id.0), "{}", rule.id);
            assert!(rule.help.ends_with('\n'), "{}", rule.id);
            assert!(
                !rule.title.is_empty() && !rule.title.ends_with('.'),
                "{}",
                rule.id
            );
            assert!(rule.summary.ends_with('.'), "{}", rule.id);
        }
    }

    #[test]
    fn every_example_is_a_policy() {
        for rule in descriptors() {
            let (_, example) = rule.help.split_once("```yaml\n").unwrap();
            let (example, _) = example.split_once("```").unwrap();
            let policy = format!("version: 1\n{example}");
            let policy = load_text(&policy, "example.yaml", &descriptors());
            assert!(policy.is_ok(), "{}: {policy:?}", rule.id);
            assert!(policy.unwrap().rule(rule.id).is_some(), "{}", rule.id);
        }
    }

    #[test]
    fn every_severity_lies_on_the_scale() {
        for rule in descriptors() {
            let severity: f64 = rule.security_severity.parse().unwrap();
            assert!((0.0..=10.0).contains(&severity), "{}", rule.id);
        }
    }

    #[test]
    fn the_rules_about_the_policy_need_no_inventory() {
        for rule in descriptors() {
            assert_eq!(
                rule.needs.is_empty(),
                rule.control == POLICY_CONTROL,
                "{}",
                rule.id
            );
        }
    }

    #[test]
    fn a_rule_is_found_by_its_id_and_nothing_else() {
        for rule in descriptors() {
            assert_eq!(find(rule.id.0).unwrap().descriptor().id, rule.id);
        }
        assert!(find("Secrets-Only").is_none());
    }
}
