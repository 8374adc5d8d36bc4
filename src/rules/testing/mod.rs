//! Builders for the rules' unit tests: an application, or a policy, and what a rule finds in it.

mod application;
mod moments;
mod policy;

use crate::finding::{CredentialRef, Detail, Disposition, Facts, Finding, RuleDescriptor, Subject};
use crate::model::{Alternatives, AppId, KeyId, TenantId};
use crate::policy::{Evidence, RuleSetting};

use super::Rule;

pub(super) use application::{Fixture, application, service_principal};
pub(super) use moments::{
    SECOND, between, current, days, days_old, ending_in, expired, future, lasting, without_end,
    without_start,
};
pub(super) use policy::{policy, window};

/// The keyId of the credential that a fixture was given as its `number`th, counted from one.
pub(super) fn key(number: u8) -> KeyId {
    KeyId::from_bytes([number; 16])
}

pub(super) fn app_id() -> AppId {
    "5f0a1c1e-2f5e-4d55-8a7e-0d9a3d0f6b21".parse().unwrap()
}

/// The tenant of all fixtures.
pub(super) fn tenant() -> TenantId {
    "3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11".parse().unwrap()
}

fn setting(descriptor: &RuleDescriptor) -> RuleSetting {
    RuleSetting {
        rule: descriptor.id,
        level: Some(descriptor.default_level),
        evidence: Evidence::Required,
        max: descriptor.defaults.max,
        within: descriptor.defaults.within,
        alternatives: Alternatives::default(),
    }
}

fn finding(
    rule: &dyn Rule,
    subject: Subject,
    credential: Option<CredentialRef>,
    detail: Detail,
) -> Finding {
    Finding {
        rule: 0,
        level: rule.descriptor().default_level,
        repeat: 0,
        disposition: Disposition::Open,
        subject,
        credential,
        detail,
    }
}

/// Returns the sentence about the tenant.
pub(super) fn tenant_message(rule: &dyn Rule, detail: Detail) -> String {
    let finding = finding(rule, Subject::Tenant, None, detail);
    let facts = Facts {
        finding: &finding,
        application: None,
        entry: None,
    };
    message(rule, &facts)
}

fn message(rule: &dyn Rule, facts: &Facts<'_>) -> String {
    let mut text = String::new();
    (rule.descriptor().message)(facts, &mut text).unwrap();
    text
}
