//! What the inventory cannot show, rule by rule: absence is never taken for "none".
//!
//! In: each identity and what each rule needs. Out: which rules were not judged, on how many applications, and why.

use crate::finding::Need;
use crate::model::{AppId, Identity, Known, State};
use crate::report::{ActiveRule, NotJudged};

/// What the sources show of one identity.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "four independent facts")]
pub(super) struct Shown {
    state: bool,
    dates: bool,
    owners: bool,
    federated: bool,
}

impl Shown {
    pub(super) fn by(identity: &Identity) -> Self {
        let state = identity.state();
        let owner = identity
            .application()
            .map_or(Known::Unknown, |application| application.has_owner);
        Self {
            state: state.is_known(),
            dates: state.is_known() && !identity.is_counted(),
            // Nobody has to own what cannot sign in, and what has an owner is owned whatever it holds.
            owners: match owner {
                Known::Known(true) => true,
                Known::Known(false) => state.is_known(),
                Known::Unknown => state == Known::Known(State::NoCredentials),
            },
            federated: identity.knows_federated(),
        }
    }

    /// Returns the first need that is not met; those that concern the tenant as a whole are looked at in the end.
    pub(super) fn lacks(self, needs: &[Need]) -> Option<Need> {
        needs.iter().copied().find(|need| match need {
            Need::State => !self.state,
            Need::Dates => !self.dates,
            Need::Owners => !self.owners,
            Need::FederatedCredentials => !self.federated,
            Need::ServicePrincipals | Need::TenantPolicies => false,
        })
    }
}

/// What one rule lacked first, on how many identities it could not be judged, and the lowest of their ids.
#[derive(Clone, Copy, Debug)]
struct Gap {
    need: Need,
    applications: u64,
    named: AppId,
}

/// The gap of each active rule.
#[derive(Debug)]
pub(super) struct Gaps(Vec<Option<Gap>>);

impl Gaps {
    pub(super) fn new(rules: usize) -> Self {
        Self(vec![None; rules])
    }

    pub(super) fn add(&mut self, rule: usize, need: Need, named: AppId) {
        if let Some(gap) = self.0.get_mut(rule) {
            let gap = gap.get_or_insert(Gap {
                need,
                applications: 0,
                named,
            });
            gap.applications += 1;
            gap.named = gap.named.min(named);
        }
    }

    /// Returns what was not judged; a rule's evidence may be optional.
    pub(super) fn report(
        &self,
        rules: impl Iterator<Item = (ActiveRule, bool)>,
        applications: u64,
        knows_service_principals: bool,
    ) -> Vec<NotJudged> {
        let mut not_judged = Vec::new();
        for ((rule, optional), gap) in rules.zip(&self.0) {
            let tenant_wide = rule
                .descriptor
                .needs
                .iter()
                .copied()
                .find(|need| match need {
                    Need::ServicePrincipals => !knows_service_principals,
                    Need::TenantPolicies => true,
                    Need::State | Need::Dates | Need::Owners | Need::FederatedCredentials => false,
                });
            let (applications, reason) = match (tenant_wide, gap) {
                (Some(need), _) => (applications, reason(need).to_owned()),
                (None, Some(gap)) => (gap.applications, gap.reason()),
                (None, None) => continue,
            };
            not_judged.push(NotJudged {
                rule,
                applications,
                reason,
                optional,
            });
        }
        not_judged
    }
}

impl Gap {
    /// Returns the reason; a list that only some applications lack is looked for by name.
    fn reason(self) -> String {
        let reason = reason(self.need);
        match (self.need, reason.split_once(';')) {
            (Need::State, Some((cause, remedy))) => {
                let more = match self.applications - 1 {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                format!("{cause} for `{}`{more};{remedy}", self.named)
            }
            _ => reason.to_owned(),
        }
    }
}

const fn reason(need: Need) -> &'static str {
    match need {
        Need::State => {
            "the inventory lacks `passwordCredentials` or `keyCredentials`; export both, for example with `az ad app list --all`"
        }
        Need::Dates => {
            "the inventory does not list the credentials with their dates; export them as JSON, for example with `az ad app list --all`"
        }
        Need::Owners => {
            "the inventory has no `owners`; export them with `$expand=owners` (`Get-MgApplication -All -ExpandProperty owners`)"
        }
        Need::FederatedCredentials => {
            "the inventory has no `federatedIdentityCredentials`; export them with `$expand=federatedIdentityCredentials`"
        }
        Need::ServicePrincipals => {
            "the inventory has no service principals; add them with a second `--inventory`, for example from `az ad sp list --all`"
        }
        Need::TenantPolicies => {
            "an export does not hold the tenant's app management policies; only a live inventory can show them"
        }
    }
}
