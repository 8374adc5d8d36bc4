//! What the inventory cannot show, rule by rule: absence is never taken for "none".
//!
//! In: each identity and what each rule needs. Out: which rules were not judged, on how many applications, and why.

use crate::finding::{Need, RuleDescriptor};
use crate::internal::OrInternal as _;
use crate::model::{AppId, Identity, Known, MissingLists, PolicyCoverage};
use crate::report::{ActiveRule, NotJudged};
use crate::words::count;

/// What the sources show of one identity.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, each of which one need asks for"
)]
pub(crate) struct Shown {
    missing: Option<MissingLists>,
    dates: bool,
    owner: Known<bool>,
    is_without_credentials: bool,
    federated: bool,
    public_keys: bool,
}

/// What one identity lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lack {
    /// A credential list, without which nothing about credentials is known.
    Lists(MissingLists),
    /// Something else that a rule needs.
    Need(Need),
}

impl Shown {
    pub(crate) fn by(identity: &Identity) -> Self {
        Self {
            missing: identity.missing_lists(),
            dates: !identity.is_counted(),
            owner: identity
                .application()
                .map_or(Known::Unknown, |application| application.has_owner),
            is_without_credentials: identity.state().is_known() && !identity.has_credentials(),
            federated: identity.knows_federated(),
            public_keys: !identity.hides_a_key(),
        }
    }

    /// Returns the first need that is not met; those that concern the tenant as a whole are looked at in the end.
    pub(crate) fn lacks(self, needs: &[Need]) -> Option<Lack> {
        let lists = self.missing.map(Lack::Lists);
        let need = |need, is_met: bool| (!is_met).then_some(Lack::Need(need));
        needs.iter().find_map(|needed| match needed {
            Need::State => lists,
            Need::Dates => lists.or_else(|| need(Need::Dates, self.dates)),
            // Nobody has to own what cannot sign in, and what has an owner is owned whatever it holds.
            Need::Owners => match self.owner {
                Known::Known(true) => None,
                Known::Known(false) => lists,
                Known::Unknown => need(Need::Owners, self.is_without_credentials),
            },
            Need::FederatedCredentials => need(Need::FederatedCredentials, self.federated),
            Need::ServicePrincipals | Need::TenantPolicies | Need::PublicKeys => None,
        })
    }

    /// Returns what is lacking to judge everything, where something was judged all the same: a certificate that is shown
    /// to be unusable is found, whatever is not shown of the next one.
    pub(crate) fn lacks_in_part(self, needs: &[Need]) -> Option<Lack> {
        let is_needed = needs.contains(&Need::PublicKeys);
        (is_needed && !self.public_keys).then_some(Lack::Need(Need::PublicKeys))
    }
}

/// What one rule lacked, and on how many identities it could not be judged.
#[derive(Clone, Copy, Debug, Default)]
struct Gap {
    applications: u64,
    lists: Option<Incomplete>,
    /// The first of the others, in the order in which needs are listed.
    need: Option<Need>,
    /// On how many identities an exception covers that it could not be judged.
    covered: u64,
}

/// Identities that lack a credential list.
#[derive(Clone, Copy, Debug)]
struct Incomplete {
    missing: MissingLists,
    applications: u64,
    /// The lowest of their ids.
    named: AppId,
}

/// What the sources show of the tenant as a whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whole {
    /// How many identities were judged.
    pub(super) applications: u64,
    pub(super) knows_service_principals: bool,
    /// Whether any of them belongs to any of the applications.
    pub(super) overlaps: bool,
    pub(super) tenant_policies: PolicyCoverage,
}

/// The gap of each active rule.
#[derive(Debug)]
pub(super) struct Gaps(Vec<Gap>);

impl Gaps {
    pub(super) fn new(rules: usize) -> Self {
        Self(vec![Gap::default(); rules])
    }

    pub(super) fn add(&mut self, rule: u8, lack: Lack, named: AppId) {
        let gap = self.0.get_mut(usize::from(rule));
        let gap = gap.or_internal("each active rule has a gap");
        gap.applications += 1;
        match lack {
            Lack::Lists(missing) => {
                let lists = gap.lists.get_or_insert(Incomplete {
                    missing,
                    applications: 0,
                    named,
                });
                lists.missing = lists.missing.and_of_another(missing);
                lists.applications += 1;
                lists.named = lists.named.min(named);
            }
            Lack::Need(need) => {
                gap.need = Some(gap.need.map_or(need, |known| known.min(need)));
            }
        }
    }

    /// Counts an identity of which an exception covers the gap.
    pub(super) fn cover(&mut self, rule: u8) {
        let gap = self.0.get_mut(usize::from(rule));
        gap.or_internal("each active rule has a gap").covered += 1;
    }

    /// Says which rules could not be judged where exceptions cover that.
    pub(super) fn covered<'run>(
        &self,
        rules: impl Iterator<Item = &'run RuleDescriptor>,
    ) -> Vec<String> {
        let gaps = rules.zip(&self.0).filter(|(_, gap)| gap.covered > 0);
        gaps.map(|(rule, gap)| {
            let applications = count(gap.covered, "application");
            format!(
                "{} could not be judged on {applications}, which exceptions cover",
                rule.id
            )
        })
        .collect()
    }

    /// Returns what was not judged; a rule's evidence may be optional.
    pub(super) fn report(
        &self,
        rules: impl Iterator<Item = (ActiveRule, bool)>,
        whole: Whole,
    ) -> Vec<NotJudged> {
        let mut not_judged = Vec::new();
        for ((rule, optional), gap) in rules.zip(&self.0) {
            let tenant_wide = rule
                .descriptor
                .needs
                .iter()
                .copied()
                .find(|need| match need {
                    Need::ServicePrincipals => !whole.knows_service_principals || !whole.overlaps,
                    Need::TenantPolicies => whole.tenant_policies != PolicyCoverage::Complete,
                    Need::State
                    | Need::Dates
                    | Need::Owners
                    | Need::FederatedCredentials
                    | Need::PublicKeys => false,
                });
            let (applications, reason) = match (tenant_wide, gap) {
                (Some(Need::TenantPolicies), _) => (
                    whole.applications,
                    reason_of_policies(whole.tenant_policies).to_owned(),
                ),
                (Some(Need::ServicePrincipals), _) if whole.knows_service_principals => {
                    (whole.applications, NO_OVERLAP.to_owned())
                }
                (Some(need), _) => (whole.applications, reason(need).to_owned()),
                (None, gap) if gap.applications > 0 => (gap.applications, gap.reason()),
                (None, _) => continue,
            };
            not_judged.push(NotJudged {
                rule,
                applications,
                reason,
                optional,
                is_whole: tenant_wide.is_some(),
            });
        }
        not_judged
    }
}

impl Gap {
    fn reason(self) -> String {
        let reasons = [
            self.lists.map(Incomplete::reason),
            self.need.map(|need| reason(need).to_owned()),
        ];
        let reasons: Vec<String> = reasons.into_iter().flatten().collect();
        reasons.join("; besides, ")
    }
}

impl Incomplete {
    /// Returns the reason; a list that only some applications lack is looked for by name.
    fn reason(self) -> String {
        let lists = match self.missing {
            MissingLists::Passwords => "`passwordCredentials`",
            MissingLists::Keys => "`keyCredentials`",
            MissingLists::Both => "`passwordCredentials` and `keyCredentials`",
            MissingLists::Either => "`passwordCredentials` or `keyCredentials`",
        };
        let more = match self.applications - 1 {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!(
            "the inventory lacks {lists} for `{}`{more}; export both, for example with `az ad app list --all`",
            self.named
        )
    }
}

const NO_OVERLAP: &str = "no service principal of the inventory belongs to any of its applications, so the two lists are not of one tenant; export both from the same tenant, completely";

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
        Need::PublicKeys => {
            "the inventory does not show the public keys (`key`) of certificates, so elliptic and short RSA keys count as usable; read the tenant live, or export with `$select=keyCredentials`"
        }
        Need::TenantPolicies => reason_of_policies(PolicyCoverage::NotCollected),
    }
}

const fn reason_of_policies(coverage: PolicyCoverage) -> &'static str {
    match coverage {
        PolicyCoverage::NotCollected => {
            "the inventory does not hold the tenant's app management policies; a live one, a snapshot of it or EntraExporter's `Policies` can show them"
        }
        PolicyCoverage::NotOffered => {
            "the tenant does not offer app management policies; let the rule have `evidence: optional`"
        }
        PolicyCoverage::NotPermitted => {
            "`Policy.Read.All` is missing; grant it with `az ad app permission add --id <client-id> --api 00000003-0000-0000-c000-000000000000 --api-permissions 246dd0d5-5bd0-4def-940b-0421030a5b68=Role`, then `az ad app permission admin-consent --id <client-id>`"
        }
        PolicyCoverage::Complete => "the tenant's app management policies are there",
    }
}
