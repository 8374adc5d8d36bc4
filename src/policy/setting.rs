//! What the policy says about one rule.
//!
//! In: checked values, defaults filled in. Out: the settings a rule reads.

use crate::finding::{Days, Level, RuleId};
use crate::model::Alternatives;

/// What happens to the verdict when the inventory cannot tell what a rule needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Evidence {
    /// No verdict.
    #[default]
    Required,
    /// The rule is named under `not_judged`, and the verdict stands without it.
    Optional,
}

/// A rule that the policy switches on, or one of the policy rules, which are always on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSetting {
    /// The rule.
    pub rule: RuleId,
    /// Its level; `None` is `off`.
    pub level: Option<Level>,
    /// What happens when the inventory cannot tell.
    pub evidence: Evidence,
    /// `max`, or the rule's default where it takes one.
    pub max: Option<Days>,
    /// `within`, or the rule's default where it takes one.
    pub within: Option<Days>,
    /// `alternatives` of `secrets-only`.
    pub alternatives: Alternatives,
}
