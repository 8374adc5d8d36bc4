//! What a policy demands: the rules that it switches on, and what it accepts in place of a secret.
//!
//! In: a policy. Out: its active rules in the order of the report, each with its setting.

use crate::finding::{Disposition, Finding, Level, RuleDescriptor};
use crate::internal::OrInternal as _;
use crate::model::Alternatives;
use crate::policy::{Policy, RuleSetting};
use crate::rules::{self, EntryViolation, Rule};

/// A rule that this policy switches on.
pub(crate) struct Active<'run> {
    pub(crate) rule: &'static dyn Rule,
    pub(crate) descriptor: &'static RuleDescriptor,
    pub(crate) setting: &'run RuleSetting,
    pub(crate) level: Level,
    /// Its index in the report.
    pub(crate) number: u8,
}

impl Active<'_> {
    /// Makes the finding about the tenant or an entry of the policy.
    pub(crate) fn finding(&self, violation: EntryViolation) -> Finding {
        Finding {
            rule: self.number,
            level: self.level,
            repeat: 0,
            disposition: Disposition::Open,
            subject: violation.subject,
            credential: None,
            detail: violation.detail,
        }
    }
}

/// Returns what the policy accepts in place of a secret.
pub(crate) fn accepted(policy: &Policy) -> Alternatives {
    let setting = policy.rule(rules::secrets_only());
    setting.map_or_else(Alternatives::default, |setting| setting.alternatives)
}

/// Returns the rules that the policy switches on, ordered by id.
pub(crate) fn active_rules(policy: &Policy) -> Vec<Active<'_>> {
    let mut rules: Vec<_> = rules::ALL
        .iter()
        .filter_map(|&rule| activate(rule, policy))
        .collect();
    rules.sort_unstable_by_key(|active| active.descriptor.id);
    for (number, active) in rules.iter_mut().enumerate() {
        active.number = u8::try_from(number).or_internal("there are fewer than 256 rules");
    }
    rules
}

fn activate<'run>(rule: &'static dyn Rule, policy: &'run Policy) -> Option<Active<'run>> {
    let descriptor = rule.descriptor();
    let setting = policy.rule(descriptor.id)?;
    let level = setting.level?;
    Some(Active {
        rule,
        descriptor,
        setting,
        level,
        number: 0,
    })
}
