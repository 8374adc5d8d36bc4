//! The evaluation: rules × one identity at a time, at one instant; exceptions and migration windows applied.
//!
//! In: a policy, an instant, and a stream of objects, the service principals first. Out: a [`Report`]. It is a fold: it
//! keeps what it found, what must still be joined, and nothing else, so that memory does not grow with the tenant.

mod active;
pub(crate) mod cover;
pub(crate) mod evidence;
mod join;
mod met;
mod order;
pub(crate) mod record;
mod tenant;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use crate::finding::{ApplicationRecord, Disposition, Finding, Level, Standing, Subject};
use crate::model::{
    Alternatives, AppId, Application, Holder, Identity, Known, Place, PolicyCoverage,
    ServicePrincipal, State, TenantId, TenantPolicy,
};
use crate::policy::{Evidence, Policy};
use crate::report::{ActiveRule, Report, SourceRecord, Summary};
use crate::rules::{PolicyContext, RuleContext, Violation};

pub(crate) use active::{Active, accepted, active_rules};
use cover::Cover;
use evidence::{Gaps, Shown};
use join::{Join, Unjoined};
use order::{in_order, number_repeats};
use tenant::Tenant;

pub use join::Contradiction;
pub use record::policy as policy_record;
pub use tenant::PolicyContradiction;

/// A judgement in progress.
pub struct Evaluation<'run> {
    policy: &'run Policy,
    now: Timestamp,
    today: Date,
    fail_on: Level,
    alternatives: Alternatives,
    rules: Vec<Active<'run>>,
    join: Join,
    cover: Cover<'run>,
    policies: Tenant,
    gaps: Gaps,
    applications: Vec<ApplicationRecord>,
    findings: Vec<Finding>,
    summary: Summary,
    /// Reused from identity to identity.
    found: Vec<Violation>,
}

impl std::fmt::Debug for Evaluation<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Evaluation")
            .field("now", &self.now)
            .field("summary", &self.summary)
            .finish_non_exhaustive()
    }
}

/// The inventory as a whole, once it has been read.
#[derive(Clone, Debug)]
pub struct InventoryRecord {
    /// Its sources.
    pub sources: Vec<SourceRecord>,
    /// The files that places name by index.
    pub files: Vec<String>,
    /// The tenant, where a source names it.
    pub tenant: Option<TenantId>,
    /// Whether it shows the tenant's app management policies.
    pub tenant_policies: PolicyCoverage,
    /// Whether an application that it does not have is not in the tenant.
    pub is_whole_tenant: bool,
    /// What a reader should know besides.
    pub notes: Vec<String>,
}

impl Receiver for Evaluation<'_> {
    fn tenant_policy(&mut self, policy: TenantPolicy) -> Result<(), PolicyContradiction> {
        self.policies.add(policy)
    }

    fn service_principal(
        &mut self,
        object: ServicePrincipal,
        place: Place,
    ) -> Result<(), Contradiction> {
        self.cover.saw(object.app_id, Holder::ServicePrincipal);
        if !object.deleted {
            self.policies
                .saw(Holder::ServicePrincipal, object.id, object.app_id);
        }
        self.join.service_principal(object, place)
    }

    fn application(&mut self, object: Application, place: Place) -> Result<(), Contradiction> {
        self.identity(object, place).map(drop)
    }
}

/// The inventory is of another tenant than it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongTenant {
    /// The policy is for another tenant.
    Policy {
        /// The tenant of the inventory.
        found: TenantId,
        /// The tenant of the policy.
        expected: TenantId,
    },
    /// A snapshot names another tenant than the one in which the applications are registered.
    Snapshot {
        /// The tenant of the applications.
        found: TenantId,
        /// The tenant that the snapshot names.
        expected: TenantId,
    },
}

/// Whatever receives the objects of an inventory, in the order of the stream: the tenant's policies, the service
/// principals, the applications.
pub trait Receiver {
    /// Receives one of the tenant's app management policies.
    fn tenant_policy(&mut self, policy: TenantPolicy) -> Result<(), PolicyContradiction>;

    /// Receives a service principal.
    fn service_principal(
        &mut self,
        object: ServicePrincipal,
        place: Place,
    ) -> Result<(), Contradiction>;

    /// Receives an application.
    fn application(&mut self, object: Application, place: Place) -> Result<(), Contradiction>;
}

impl<'run> Evaluation<'run> {
    /// Begins a judgement at one instant.
    pub fn new(policy: &'run Policy, now: Timestamp, fail_on: Level) -> Self {
        let today = Offset::UTC.to_datetime(now).date();
        let rules = active_rules(policy);
        let alternatives = accepted(policy);
        Self {
            policy,
            now,
            today,
            fail_on,
            alternatives,
            gaps: Gaps::new(rules.len()),
            rules,
            join: Join::default(),
            cover: Cover::new(policy, today),
            policies: Tenant::default(),
            applications: Vec::new(),
            findings: Vec::new(),
            summary: Summary::default(),
            found: Vec::new(),
        }
    }

    /// Receives an application, judges it together with its service principal, and returns the identity that was judged,
    /// if any was.
    pub(crate) fn identity(
        &mut self,
        object: Application,
        place: Place,
    ) -> Result<Option<Identity>, Contradiction> {
        if !self.join.is_new(&object)? {
            return Ok(None);
        }
        self.cover.saw(object.app_id, Holder::Application);
        let service_principal = self.join.take(object.app_id);
        if object.deleted {
            // Nobody can sign in with an identity of which the application is gone, whatever is left of it.
            self.summary.skipped.deleted += 1;
            return Ok(None);
        }
        self.policies
            .saw(Holder::Application, object.id, object.app_id);
        if service_principal.as_ref().is_some_and(|it| it.deleted) {
            self.summary.skipped.deleted += 1;
        }
        let service_principal = service_principal.filter(|it| !it.deleted);
        let identity =
            Identity::of_application(object, service_principal, self.now, self.alternatives);
        self.judge(&identity, Standing::Application, place);
        Ok(Some(identity))
    }

    fn judge(&mut self, identity: &Identity, standing: Standing, place: Place) {
        if matches!(standing, Standing::Application | Standing::ServicePrincipal) {
            self.summary.applications += 1;
            if let Known::Known(state) = identity.state()
                && let Some(count) = State::ALL
                    .iter()
                    .position(|known| *known == state)
                    .and_then(|at| self.summary.by_state.get_mut(at))
            {
                *count += 1;
            }
        }
        let shown = Shown::by(identity);
        let mut first = true;
        for at in 0..self.rules.len() {
            let Some(active) = self.rules.get(at) else {
                break;
            };
            if !active.rule.is_about(standing) {
                continue;
            }
            if let Some(lack) = shown.lacks(active.descriptor.needs) {
                self.gaps.add(at, lack, identity.app_id());
                continue;
            }
            let context = RuleContext {
                now: self.now,
                today: self.today,
                setting: active.setting,
                windows: self.policy.windows(),
                standing,
            };
            active.rule.judge(identity, &context, &mut self.found);
            if self.found.is_empty() {
                continue;
            }
            if first {
                first = false;
                self.applications
                    .push(record::of(identity, self.alternatives, standing, place));
            }
            self.keep(at, identity);
        }
    }

    /// Turns what a rule found into findings about the identity that was recorded last.
    fn keep(&mut self, at: usize, identity: &Identity) {
        let Some(active) = self.rules.get(at) else {
            return;
        };
        let subject = Subject::Application(index(self.applications.len() - 1));
        for violation in self.found.drain(..) {
            let disposition = self.cover.disposition(active.rule, identity, &violation);
            let Violation { credential, detail } = violation;
            let finding = Finding {
                rule: active.number,
                level: active.level,
                repeat: 0,
                disposition,
                subject,
                credential,
                detail,
            };
            count(&mut self.summary, &finding);
            self.findings.push(finding);
        }
    }

    /// Judges what is left to judge, and the policy itself, and closes the report.
    pub fn finish(self, inventory: InventoryRecord) -> Result<Report, WrongTenant> {
        self.finish_with(inventory, &mut |_, _, _| {})
    }

    /// Does the same, and hands over every identity that was still to be judged.
    pub(crate) fn finish_with(
        mut self,
        inventory: InventoryRecord,
        judged: &mut dyn FnMut(Identity, Standing, Place),
    ) -> Result<Report, WrongTenant> {
        let tenant = self.tenant(inventory.tenant)?;
        self.judge_service_principals(self.policy.tenant().or(tenant), judged);
        self.judge_tenant(inventory.tenant_policies);
        self.judge_policy(inventory.is_whole_tenant);
        let applications = &self.applications;
        self.findings
            .sort_unstable_by(|one, other| in_order(one, other, applications));
        number_repeats(&mut self.findings);
        Ok(self.report(inventory, tenant))
    }

    /// Returns the tenant of the inventory, where it tells it: a snapshot names it, and so do service principals.
    fn tenant(&self, named: Option<TenantId>) -> Result<Option<TenantId>, WrongTenant> {
        let wanted = self.policy.tenant();
        if let Some(expected) = wanted {
            let other = named.filter(|found| *found != expected);
            if let Some(found) = other.or_else(|| self.join.other_tenant(expected)) {
                return Err(WrongTenant::Policy { found, expected });
            }
        } else if let Some(expected) = named
            && let Some(found) = self.join.other_tenant(expected)
        {
            return Err(WrongTenant::Snapshot { found, expected });
        }
        let told = named.or_else(|| self.join.tenant());
        Ok(told.or_else(|| wanted.filter(|_| self.join.has_owners())))
    }

    /// Returns the applications that exceptions name and the inventory does not have, by index of the exception.
    pub(crate) fn unknown(&self) -> Vec<(usize, AppId)> {
        self.cover.unknown()
    }

    fn judge_service_principals(
        &mut self,
        own: Option<TenantId>,
        judged: &mut dyn FnMut(Identity, Standing, Place),
    ) {
        for (object, place) in self.join.rest() {
            let skipped = &mut self.summary.skipped;
            let standing = match join::standing(&object, own) {
                Unjoined::Deleted => {
                    skipped.deleted += 1;
                    continue;
                }
                Unjoined::ManagedIdentity => {
                    skipped.managed_identity += 1;
                    continue;
                }
                Unjoined::AgentIdentity => {
                    skipped.agent_identity += 1;
                    continue;
                }
                Unjoined::Microsoft => {
                    skipped.microsoft += 1;
                    Standing::Microsoft
                }
                Unjoined::Foreign => {
                    skipped.foreign += 1;
                    Standing::Foreign
                }
                Unjoined::Own => Standing::ServicePrincipal,
            };
            let identity = Identity::of_service_principal(object, self.now, self.alternatives);
            self.judge(&identity, standing, place);
            judged(identity, standing, place);
        }
    }

    fn judge_policy(&mut self, is_whole_tenant: bool) {
        let unknown = if is_whole_tenant {
            self.cover.unknown()
        } else {
            Vec::new()
        };
        let mut found = Vec::new();
        for active in &self.rules {
            let context = PolicyContext {
                today: self.today,
                setting: active.setting,
                exceptions: self.policy.exceptions(),
                used: self.cover.used(),
                unknown: &unknown,
                windows: self.policy.windows(),
            };
            active.rule.judge_policy(&context, &mut found);
            for violation in found.drain(..) {
                let finding = active.finding(violation);
                count(&mut self.summary, &finding);
                self.findings.push(finding);
            }
        }
    }

    fn judge_tenant(&mut self, coverage: PolicyCoverage) {
        let policy = self.policies.default_policy();
        let Some(policy) = policy.filter(|_| coverage == PolicyCoverage::Complete) else {
            return;
        };
        let mut found = Vec::new();
        for active in &self.rules {
            active.rule.judge_tenant(policy, &mut found);
            for violation in found.drain(..) {
                let finding = active.finding(violation);
                count(&mut self.summary, &finding);
                self.findings.push(finding);
            }
        }
    }

    fn report(self, inventory: InventoryRecord, tenant: Option<TenantId>) -> Report {
        let InventoryRecord {
            sources,
            files,
            mut notes,
            tenant_policies,
            ..
        } = inventory;
        notes.extend(record::notes(self.policy, &sources, tenant));
        notes.extend(self.policies.notes(&self.cover));
        let knows_service_principals = sources
            .iter()
            .any(|source| source.coverage.service_principals);
        let active = |rule: &Active<'_>| ActiveRule {
            descriptor: rule.descriptor,
            level: rule.level,
            place: record::place_of_rule(self.policy, rule.descriptor.id),
        };
        let optional = |rule: &Active<'_>| rule.setting.evidence == Evidence::Optional;
        let rules = self.rules.iter().map(|rule| (active(rule), optional(rule)));
        let whole = evidence::Whole {
            applications: self.summary.applications,
            knows_service_principals,
            tenant_policies,
        };
        let not_judged = self.gaps.report(rules, whole);
        let rules: Vec<ActiveRule> = self.rules.iter().map(active).collect();
        let judged = self.summary.applications;
        notes.extend(record::nothing_judged(
            &rules,
            &not_judged,
            judged,
            self.fail_on,
        ));
        Report {
            now: self.now,
            fail_on: self.fail_on,
            policy: record::policy(self.policy),
            tenant,
            sources,
            files,
            rules,
            exceptions: record::exceptions(self.policy, self.cover.used()),
            windows: record::windows(self.policy),
            applications: self.applications,
            findings: self.findings,
            summary: self.summary,
            not_judged,
            notes,
        }
    }
}

fn count(summary: &mut Summary, finding: &Finding) {
    match finding.disposition {
        Disposition::Open => {
            let place = Level::ALL.iter().position(|level| *level == finding.level);
            if let Some(count) = place.and_then(|place| summary.findings.get_mut(place)) {
                *count += 1;
            }
        }
        Disposition::Excepted(_) => summary.excepted += 1,
        Disposition::InWindow(_) => summary.in_window += 1,
    }
}

/// Lists of a run hold far fewer than four thousand million entries.
fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
