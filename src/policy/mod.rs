//! The policy: what is allowed, what is excepted, and until when.
//!
//! In: a YAML file and what it extends. Out: [`Policy`], which only validation makes, or every problem at once, each at
//! its line. Never here: an inventory, a clock, an environment variable.

mod exception;
mod issuer;
mod setting;
mod window;

pub use exception::{Exception, Written};
pub use issuer::{InvalidIssuer, Issuer};
pub use setting::{Evidence, RuleSetting};
pub use window::{Window, WindowScope};

use crate::finding::RuleId;
use crate::model::TenantId;

/// A checked policy, with what it extends merged in.
#[derive(Debug)]
pub struct Policy {
    tenant: Option<TenantId>,
    rules: Vec<RuleSetting>,
    exceptions: Vec<Exception>,
    windows: Vec<Window>,
    files: Vec<PolicyFile>,
}

/// One file of a policy: the file itself first, then what it extends.
#[derive(Debug)]
pub struct PolicyFile {
    /// As reports show it.
    pub name: String,
    /// Lower-case hex SHA-256 of its bytes.
    pub sha256: String,
    text: String,
}

impl Policy {
    /// Returns the tenant for which the policy is written, if it says so.
    pub const fn tenant(&self) -> Option<TenantId> {
        self.tenant
    }

    /// Returns what the policy says about a rule; `None` where it does not list the rule.
    pub fn rule(&self, rule: RuleId) -> Option<&RuleSetting> {
        self.rules.iter().find(|setting| setting.rule == rule)
    }

    /// Returns the exceptions, in the order of the files.
    pub fn exceptions(&self) -> &[Exception] {
        &self.exceptions
    }

    /// Returns the migration windows, in the order of the files.
    pub fn windows(&self) -> &[Window] {
        &self.windows
    }

    /// Returns the files it was read from, the policy itself first.
    pub fn files(&self) -> &[PolicyFile] {
        &self.files
    }
}
