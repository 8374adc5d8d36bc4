//! The records that a report carries, made of identities and of the policy.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use super::Active;
use crate::finding::{ApplicationRecord, CredentialRef, Level, Need, RuleId, Standing, Uncounted};
use crate::internal::{OrInternal as _, narrow};
use crate::model::{Alternatives, CredentialClass, Identity, Place, TenantId, Validity};
use crate::policy::{EntryKind, Policy, RulePlace, Trust, Written};
use crate::report::{
    ActiveRule, ExceptionRecord, FilePlace, NotJudged, PolicyRecord, WindowRecord,
};
use crate::rules::{POLICY_CONTROL, reference};
use crate::words::count;

/// Makes the record of an identity that has findings.
pub(crate) fn of(
    identity: &Identity,
    accepted: Alternatives,
    trust: Trust<'_>,
    standing: Standing,
    place: Place,
) -> ApplicationRecord {
    let certificate = identity
        .credentials()
        .iter()
        .any(|held| held.is_current(CredentialClass::Certificate));
    let federated = identity.is_federated();
    ApplicationRecord {
        app_id: Some(identity.app_id()).filter(|app_id| !app_id.is_nil()),
        object_id: identity.object_id(),
        address: None,
        display_name: identity.display_name().into(),
        state: identity.state().as_option().copied(),
        standing,
        live_secret_count: narrow(identity.live_secrets().count()),
        live_secrets: identity.live_secrets().map(reference).collect(),
        future_secrets: future_secrets(identity),
        oldest_secret: identity
            .live_secrets()
            .filter_map(|held| held.period.start)
            .min(),
        secrets_until: last_end(identity).map(day),
        counted_secrets: identity.counted_secrets(),
        has_usable_alternative: certificate || federated,
        has_accepted_alternative: (accepted.certificate && certificate)
            || (accepted.federated && federated),
        accepted,
        knows_federated: identity.knows_federated(),
        uncounted: uncounted(identity, trust),
        place,
    }
}

/// Counts what looks like an alternative to a secret and is none.
fn uncounted(identity: &Identity, trust: Trust<'_>) -> Uncounted {
    let current = || {
        let credentials = identity.credentials().iter();
        credentials.filter(|held| held.validity == Validity::Current)
    };
    let federated = || identity.federated().map(|(_, federated)| federated);
    Uncounted {
        federated: narrow(federated().filter(|it| !trust.trusts(it)).count()),
        is_tenant_unknown: federated().any(|it| trust.depends_on_tenant(it)),
        unusable: narrow(
            current()
                .filter(|held| held.class == CredentialClass::UnusableCertificate)
                .count(),
        ),
        claimed: narrow(
            current()
                .filter(|held| {
                    held.acts_as_certificate()
                        && matches!(
                            held.class,
                            CredentialClass::TokenSigningKey | CredentialClass::TokenEncryptionKey
                        )
                })
                .count(),
        ),
    }
}

/// Returns the secrets that become live later, each with its first instant.
fn future_secrets(identity: &Identity) -> Box<[(CredentialRef, Timestamp)]> {
    let secrets = [CredentialClass::ClientSecret, CredentialClass::SymmetricKey];
    let held = identity.credentials().iter();
    let future =
        held.filter(|held| held.validity == Validity::Future && secrets.contains(&held.class));
    let starts = future.filter_map(|held| Some((reference(held), held.period.start?)));
    starts.collect()
}

/// Returns when the last live secret ends; nothing where one has no end.
fn last_end(identity: &Identity) -> Option<Timestamp> {
    let ends = identity.live_secrets().map(|secret| secret.period.end);
    let last = ends.reduce(|one, other| one.zip(other).map(|(one, other)| one.max(other)));
    last.flatten()
}

pub(crate) fn day(instant: Timestamp) -> Date {
    Offset::UTC.to_datetime(instant).date()
}

/// Makes the record of a policy, as reports carry it.
pub fn policy(policy: &Policy) -> PolicyRecord {
    let file = policy.files().first();
    let file = file.or_internal("a policy is written in a file");
    PolicyRecord {
        path: file.name.clone(),
        sha256: file.sha256.clone(),
        tenant: policy.tenant(),
        files: policy
            .files()
            .iter()
            .map(|file| file.name.clone())
            .collect(),
    }
}

/// Returns where the policy lists a rule.
pub(super) fn place_of_rule(policy: &Policy, rule: RuleId) -> Place {
    let RulePlace { file, line, column } = policy.rule_at(rule);
    let file = narrow(file);
    Place { file, line, column }
}

fn place(policy: &Policy, written: Written, kind: EntryKind) -> FilePlace {
    let place = policy.written_at(written, kind);
    FilePlace {
        file: place.file,
        line: place.line,
        column: place.column,
    }
}

/// Makes the records of the exceptions, of which each matched a finding or did not.
pub(super) fn exceptions(policy: &Policy, used: &[bool]) -> Vec<ExceptionRecord> {
    let exceptions = policy.exceptions().iter().zip(used);
    let records = exceptions.map(|(exception, used)| ExceptionRecord {
        id: exception.id.clone(),
        reason: exception.reason.clone(),
        approved_by: exception.approved_by.clone(),
        ticket: exception.ticket.clone(),
        granted: exception.granted,
        expires: exception.expires,
        used: *used,
        place: place(policy, exception.written, EntryKind::Exception),
    });
    records.collect()
}

/// Makes the records of the migration windows.
pub(super) fn windows(policy: &Policy) -> Vec<WindowRecord> {
    let records = policy.windows().iter().map(|window| WindowRecord {
        id: window.id.clone(),
        reason: window.reason.clone(),
        opens: window.opens,
        closes: window.closes,
        place: place(policy, window.written, EntryKind::Window),
    });
    records.collect()
}

/// Returns what a reader should know where no rule about the tenant was judged on anything, and the policy lets it be.
pub(super) fn nothing_judged(
    rules: &[ActiveRule],
    not_judged: &[NotJudged],
    applications: u64,
    fail_on: Level,
) -> Option<String> {
    let is_lacking = |rule: &ActiveRule| {
        let mut gaps = not_judged.iter();
        gaps.any(|gap| {
            gap.rule.descriptor.id == rule.descriptor.id
                && gap.applications >= applications
                && (gap.optional || gap.rule.level < fail_on)
        })
    };
    let mut rules = rules
        .iter()
        .filter(|rule| rule.descriptor.control != POLICY_CONTROL);
    (applications > 0 && rules.all(is_lacking)).then(|| {
        "no rule could be judged on any application: that nothing was found says nothing about them"
            .to_owned()
    })
}

/// Says that certificates are taken at their word, where no rule says so by itself.
pub(super) fn hidden_keys(rules: &[Active<'_>], applications: u64) -> Option<String> {
    let mut needs = rules.iter().flat_map(|active| active.descriptor.needs);
    let is_said = needs.any(|need| *need == Need::PublicKeys);
    (applications > 0 && !is_said).then(|| {
        format!(
            "the inventory does not show the public keys (`key`) of certificates of {}, so elliptic and short RSA keys count as usable",
            count(applications, "application")
        )
    })
}

/// Returns what a reader should know about the evidence as a whole.
pub(super) fn notes(
    policy: &Policy,
    has_applications: bool,
    tenant: Option<TenantId>,
) -> Vec<String> {
    let mut notes = Vec::new();
    if policy.tenant().is_some() && tenant.is_none() {
        notes.push("the inventory does not tell its tenant, so the policy's `tenant` could not be compared".to_owned());
    }
    if !has_applications {
        notes.push("the inventory holds no application objects: only service principals' own credentials were judged".to_owned());
    }
    notes
}
