//! The evaluation: rules × one identity at a time, at one instant; exceptions and migration windows applied.
//!
//! In: a policy, an instant, and a stream of objects, the service principals first. Out: a [`Report`]. It is a fold: it
//! keeps what it found, what must still be joined, and nothing else, so that memory does not grow with the tenant.

mod active;
mod counts;
pub(crate) mod cover;
pub(crate) mod evidence;
mod join;
mod met;
mod order;
mod receiver;
pub(crate) mod record;
mod tenant;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use crate::finding::{ApplicationRecord, Finding, Level, Standing, Subject};
use crate::internal::narrow;
use crate::model::{
    Alternatives, AppId, Application, Criteria, FederatedCredential, Holder, Identity, Place,
    PolicyCoverage, ServicePrincipal, TenantId, TenantPolicy,
};
use crate::policy::{Evidence, Policy, Trust};
use crate::report::{ActiveRule, Report, Summary};
use crate::rules::{PolicyContext, RuleContext, UnknownApplication, Violation};

pub(crate) use active::{Active, accepted, active_rules};
use counts::{count, count_identity};
use cover::Cover;
use evidence::{Gaps, Lack, Shown};
use join::{Fit, Join, Unjoined};
use order::{in_order, number_repeats};
use tenant::Tenant;

pub use join::Contradiction;
pub use receiver::{InventoryRecord, Receiver, Unfit};
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
    /// What can be judged only once the tenant is known: federated credentials trust a tenant of Entra, and nothing says
    /// yet whether it is this one.
    held_back: Vec<(Application, Option<ServicePrincipal>, Place)>,
    /// Whom federated credentials may trust.
    trust: Trust<'run>,
    /// This tenant, where it is known by now.
    own: Option<TenantId>,
    cover: Cover<'run>,
    policies: Tenant,
    gaps: Gaps,
    /// Identities with certificates of which the source hides the public key, where no rule asks for it.
    hiding_keys: u64,
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

impl Receiver for Evaluation<'_> {
    fn tenant_policy(&mut self, policy: TenantPolicy) -> Result<(), PolicyContradiction> {
        self.policies.add(policy)
    }

    fn service_principal(
        &mut self,
        object: ServicePrincipal,
        place: Place,
    ) -> Result<(), Contradiction> {
        self.cover
            .saw(object.app_id, object.id, Holder::ServicePrincipal);
        if !object.deleted && !object.app_id.is_nil() {
            self.policies
                .saw(Holder::ServicePrincipal, object.id, object.app_id);
        }
        self.join.service_principal(object, place)
    }

    fn application(&mut self, object: Application, place: Place) -> Result<(), Contradiction> {
        self.identity(object, place).map(drop)
    }
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
            hiding_keys: 0,
            join: Join::default(),
            held_back: Vec::new(),
            trust: policy.trust(None),
            own: policy.tenant(),
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
        self.cover
            .saw(object.app_id, object.id, Holder::Application);
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
        if self.waits_for_tenant(&object, service_principal.as_ref()) {
            self.held_back.push((object, service_principal, place));
            return Ok(None);
        }
        let identity = self.with_criteria(|criteria| {
            Identity::of_application(object, service_principal, criteria)
        });
        self.judge(&identity, Standing::Application, place);
        Ok(Some(identity))
    }

    /// Tells whether the tenant of the inventory, which is known only in the end, decides about an application.
    fn waits_for_tenant(
        &self,
        application: &Application,
        service_principal: Option<&ServicePrincipal>,
    ) -> bool {
        let own = application.federated.as_option().into_iter();
        let others = service_principal.and_then(|object| object.federated.as_option());
        let mut federated = own.chain(others).flatten();
        federated.any(|federated| self.trust.depends_on_tenant(federated))
    }

    fn with_criteria<T>(&self, make: impl FnOnce(Criteria<'_>) -> T) -> T {
        let trusts = |federated: &FederatedCredential| self.trust.trusts(federated);
        make(Criteria {
            now: self.now,
            alternatives: self.alternatives,
            trusts: &trusts,
        })
    }

    fn judge(&mut self, identity: &Identity, standing: Standing, place: Place) {
        if standing.is_own() {
            count_identity(&mut self.summary, identity);
            self.hiding_keys += u64::from(identity.hides_a_key());
        }
        let shown = Shown::by(identity);
        let mut record = None;
        let own_windows = self.cover.open_windows_of(identity.app_id());
        let rules = std::mem::take(&mut self.rules);
        for active in &rules {
            if !active.rule.is_about(standing) {
                continue;
            }
            let needs = active.descriptor.needs;
            let lack = shown.lacks(needs);
            if let Some(lack) = lack.or_else(|| shown.lacks_in_part(needs)) {
                self.note_gap(active, lack, identity);
            }
            if lack.is_some() && !active.rule.judges_in_part() {
                continue;
            }
            let context = RuleContext {
                now: self.now,
                today: self.today,
                setting: active.setting,
                windows: self.cover.open_windows(&own_windows),
                standing,
                trust: self.trust,
                own: self.own,
            };
            active.rule.judge(identity, &context, &mut self.found);
            if !self.found.is_empty() {
                let subject = *record.get_or_insert_with(|| {
                    self.applications.push(record::of(
                        identity,
                        self.alternatives,
                        self.trust,
                        standing,
                        place,
                    ));
                    Subject::Application(narrow(self.applications.len() - 1))
                });
                self.keep(active, identity, subject);
            }
        }
        self.rules = rules;
    }

    /// Notes what could not be judged, unless an exception covers that, too.
    fn note_gap(&mut self, active: &Active<'_>, lack: Lack, identity: &Identity) {
        if self
            .cover
            .covers_gap(active.descriptor.id, identity.app_id())
        {
            self.gaps.cover(active.number);
        } else {
            // An agent identity need not have an appId, and goes by its object id.
            let object_id = identity.object_id().filter(|_| identity.app_id().is_nil());
            let named = object_id.map_or(identity.app_id(), |id| AppId::from_bytes(*id.as_bytes()));
            self.gaps.add(active.number, lack, named);
        }
    }

    /// Turns what a rule found into findings about a subject.
    fn keep(&mut self, active: &Active<'_>, identity: &Identity, subject: Subject) {
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
    pub fn finish(self, inventory: InventoryRecord) -> Result<Report, Unfit> {
        self.finish_with(inventory, &mut |_, _, _| {})
    }

    /// Does the same, and hands over every identity that was still to be judged.
    pub(crate) fn finish_with(
        mut self,
        inventory: InventoryRecord,
        judged: &mut dyn FnMut(Identity, Standing, Place),
    ) -> Result<Report, Unfit> {
        let tenant = self.tenant(inventory.tenant)?;
        self.own = self.policy.tenant().or(tenant);
        self.trust = self.policy.trust(self.own);
        let fit = self.join.fit(self.own);
        if fit.is_cut() {
            return Err(Unfit::Cut {
                missing: fit.own_unjoined,
                joined: fit.own_joined,
            });
        }
        self.judge_held_back(judged);
        self.judge_service_principals(judged);
        self.judge_tenant(inventory.tenant_policies);
        self.judge_policy(inventory.is_whole_tenant);
        let applications = &self.applications;
        self.findings
            .sort_unstable_by(|one, other| in_order(one, other, applications));
        number_repeats(&mut self.findings);
        Ok(self.report(inventory, tenant, fit))
    }

    /// Returns the tenant of the inventory, where it tells it: a snapshot names it, and so do service principals.
    pub(crate) fn tenant(&self, named: Option<TenantId>) -> Result<Option<TenantId>, Unfit> {
        let wanted = self.policy.tenant();
        if let Some(expected) = wanted {
            let other = named.filter(|found| *found != expected);
            if let Some(found) = other.or_else(|| self.join.other_tenant(expected)) {
                return Err(Unfit::Policy { found, expected });
            }
        } else if let Some(expected) = named
            && let Some(found) = self.join.other_tenant(expected)
        {
            return Err(Unfit::Snapshot { found, expected });
        }
        let told = named.or_else(|| self.join.tenant());
        Ok(told.or_else(|| wanted.filter(|_| self.join.has_owners())))
    }

    /// Returns the applications that exceptions name and the inventory does not have, by index of the exception.
    pub(crate) fn unknown(&self) -> Vec<(usize, UnknownApplication)> {
        self.cover.unknown()
    }

    fn judge_held_back(&mut self, judged: &mut dyn FnMut(Identity, Standing, Place)) {
        for (object, service_principal, place) in std::mem::take(&mut self.held_back) {
            let identity = self.with_criteria(|criteria| {
                Identity::of_application(object, service_principal, criteria)
            });
            self.judge(&identity, Standing::Application, place);
            judged(identity, Standing::Application, place);
        }
    }

    fn judge_service_principals(&mut self, judged: &mut dyn FnMut(Identity, Standing, Place)) {
        for (object, place) in self.join.rest() {
            let skipped = &mut self.summary.skipped;
            let standing = match join::standing(&object, self.own) {
                Unjoined::Deleted => {
                    skipped.deleted += 1;
                    continue;
                }
                Unjoined::ManagedIdentity => {
                    skipped.managed_identity += 1;
                    Standing::ManagedIdentity
                }
                Unjoined::AgentIdentity => {
                    skipped.agent_identity += 1;
                    Standing::AgentIdentity
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
            let identity =
                self.with_criteria(|criteria| Identity::of_service_principal(object, criteria));
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

    fn report(self, inventory: InventoryRecord, tenant: Option<TenantId>, fit: Fit) -> Report {
        let InventoryRecord {
            sources,
            files,
            mut notes,
            tenant_policies,
            ..
        } = inventory;
        notes.extend(record::notes(self.policy, fit.has_applications, tenant));
        notes.extend(self.policies.notes(&self.cover));
        let descriptors = self.rules.iter().map(|active| active.descriptor);
        notes.extend(self.gaps.covered(descriptors));
        notes.extend(record::hidden_keys(&self.rules, self.hiding_keys));
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
            overlaps: fit.overlaps(),
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
            has_applications: fit.has_applications,
            not_judged,
            notes,
        }
    }
}
