//! The tenant's app management policies: who may still get a client secret.
//!
//! In: what a source parsed. Out: for whom adding a secret is blocked. They block additions only: a secret that is there
//! keeps working.

use std::cmp::Ordering;

use jiff::Timestamp;

use super::ObjectId;

/// Whether a source shows the tenant's app management policies, the least first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum PolicyCoverage {
    /// It was not collected from the tenant.
    #[default]
    NotCollected,
    /// The tenant does not offer them.
    NotOffered,
    /// Whoever collected it may not read them.
    NotPermitted,
    /// All of them.
    Complete,
}

/// For which objects adding a client secret is blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Block {
    /// For none.
    None,
    /// For those that were made after this instant.
    CreatedAfter(Timestamp),
    /// For all.
    All,
}

/// The more objects are blocked, the greater.
impl Ord for Block {
    fn cmp(&self, other: &Self) -> Ordering {
        let rank = |block: &Self| match block {
            Self::None => (0, None),
            // The earlier the instant, the more objects.
            Self::CreatedAfter(instant) => (1, Some(std::cmp::Reverse(*instant))),
            Self::All => (2, None),
        };
        rank(self).cmp(&rank(other))
    }
}

impl PartialOrd for Block {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The policy that holds for every object without one of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DefaultPolicy {
    /// Whether anything of it holds.
    pub is_enabled: bool,
    /// What it says about applications.
    pub applications: Block,
    /// What it says about service principals.
    pub service_principals: Block,
    /// Whether it lets some callers add secrets all the same.
    pub excludes_actors: bool,
}

impl DefaultPolicy {
    /// Returns for which applications it blocks new secrets.
    pub const fn for_applications(&self) -> Block {
        if self.is_enabled {
            self.applications
        } else {
            Block::None
        }
    }

    /// Returns for which service principals it blocks new secrets.
    pub const fn for_service_principals(&self) -> Block {
        if self.is_enabled {
            self.service_principals
        } else {
            Block::None
        }
    }

    /// Tells whether nobody may add a secret to anything that has no policy of its own.
    pub fn blocks_all(&self) -> bool {
        self.for_applications() == Block::All && self.for_service_principals() == Block::All
    }
}

/// A policy for single objects.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CustomPolicy {
    /// Names it.
    pub id: Box<str>,
    /// What it says about applications; `None` where it says nothing about new secrets, or nothing of it holds.
    pub applications: Option<Block>,
    /// The same about service principals.
    pub service_principals: Option<Block>,
    /// The objects to which it is assigned.
    pub applies_to: Vec<ObjectId>,
}

/// One of the tenant's app management policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TenantPolicy {
    /// The one for the whole tenant.
    Default(DefaultPolicy),
    /// One for single objects.
    Custom(CustomPolicy),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_is_blocked_the_greater() {
        let after = |text: &str| Block::CreatedAfter(text.parse().unwrap());
        let (early, late) = (after("2020-01-01T00:00:00Z"), after("2026-01-01T00:00:00Z"));
        assert!(Block::None < late && late < early && early < Block::All);
    }

    #[test]
    fn a_policy_that_is_not_enabled_blocks_nothing() {
        let mut policy = DefaultPolicy {
            is_enabled: true,
            applications: Block::All,
            service_principals: Block::All,
            excludes_actors: false,
        };
        assert!(policy.blocks_all());
        policy.is_enabled = false;
        assert!(!policy.blocks_all());
        assert_eq!(policy.for_service_principals(), Block::None);
    }
}
