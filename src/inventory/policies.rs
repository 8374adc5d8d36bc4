//! App management policies, as a snapshot holds them in Graph's words.
//!
//! In: a line of a snapshot. Out: for whom it blocks new client secrets. A restriction that is absent is not enabled, and
//! "for all" has several spellings: `null`, the first instant of .NET, and an absent date.

use jiff::Timestamp;
use jiff::tz::Offset;

use super::instant;
use crate::model::{Block, CustomPolicy, DefaultPolicy, TenantPolicy};
use crate::snapshot::{
    AppManagementPolicy, CustomRestrictions, DefaultAppManagementPolicy, Restriction, Restrictions,
};

/// Reads the policy for the whole tenant.
pub(super) fn default(text: &str) -> Option<TenantPolicy> {
    let policy: DefaultAppManagementPolicy<'_> = serde_json::from_str(text).ok()?;
    let applications = additions(policy.application_restrictions.as_ref());
    let service_principals = additions(policy.service_principal_restrictions.as_ref());
    let mut both = applications.iter().chain(&service_principals);
    Some(TenantPolicy::Default(DefaultPolicy {
        is_enabled: policy.is_enabled,
        applications: block(&applications)?.unwrap_or(Block::None),
        service_principals: block(&service_principals)?.unwrap_or(Block::None),
        excludes_actors: both.any(|restriction| excludes_actors(restriction)),
    }))
}

/// Reads a policy for single objects.
pub(super) fn custom(text: &str) -> Option<TenantPolicy> {
    let policy: AppManagementPolicy<'_> = serde_json::from_str(text).ok()?;
    let (mut applications, mut service_principals) = (None, None);
    if let Some(restrictions) = policy.restrictions.as_ref().filter(|_| policy.is_enabled) {
        let CustomRestrictions {
            password_credentials,
            application_restrictions,
            service_principal_restrictions,
        } = restrictions;
        let shared = named(password_credentials.as_deref().unwrap_or_default());
        let with = |own: &Option<Restrictions<'_>>| {
            let own = additions(own.as_ref());
            block(&[shared.as_slice(), own.as_slice()].concat())
        };
        applications = with(application_restrictions)?;
        service_principals = with(service_principal_restrictions)?;
    }
    let applies_to = policy
        .applies_to
        .iter()
        .map(|object| object.id.parse().ok());
    Some(TenantPolicy::Custom(CustomPolicy {
        id: policy.id.as_ref().into(),
        applications,
        service_principals,
        applies_to: applies_to.collect::<Option<_>>()?,
    }))
}

/// Returns what is said about adding secrets.
fn additions<'policy, 'line>(
    restrictions: Option<&'policy Restrictions<'line>>,
) -> Vec<&'policy Restriction<'line>> {
    let passwords = restrictions.and_then(|all| all.password_credentials.as_deref());
    named(passwords.unwrap_or_default())
}

fn named<'policy, 'line>(
    restrictions: &'policy [Restriction<'line>],
) -> Vec<&'policy Restriction<'line>> {
    let all = restrictions.iter();
    all.filter(|it| it.restriction_type.eq_ignore_ascii_case("passwordAddition"))
        .collect()
}

/// Returns for whom adding secrets is blocked; the inner `None` says that nothing is said, the outer one that a date
/// cannot be read.
#[expect(
    clippy::option_option,
    reason = "an unreadable date is not a missing word"
)]
fn block(additions: &[&Restriction<'_>]) -> Option<Option<Block>> {
    let blocks: Option<Vec<Block>> = additions.iter().map(|addition| of(addition)).collect();
    Some(blocks?.into_iter().max())
}

fn of(addition: &Restriction<'_>) -> Option<Block> {
    let state = addition.state.as_deref();
    if !state.is_none_or(|state| state.eq_ignore_ascii_case("enabled")) {
        return Some(Block::None);
    }
    let after = addition
        .restrict_for_apps_created_after_date_time
        .as_deref();
    let Some(after) = after.filter(|after| !after.starts_with("0001-01-01")) else {
        return Some(Block::All);
    };
    let instant = instant::parse(after).ok()?;
    Some(if is_in_the_first_year(instant) {
        Block::All
    } else {
        Block::CreatedAfter(instant)
    })
}

fn is_in_the_first_year(instant: Timestamp) -> bool {
    Offset::UTC.to_datetime(instant).year() <= 1
}

/// Tells whether a restriction spares some callers; an object with empty lists spares nobody.
fn excludes_actors(restriction: &Restriction<'_>) -> bool {
    let is_empty = |value: &serde_json::Value| match value {
        serde_json::Value::Null => true,
        serde_json::Value::Array(list) => list.is_empty(),
        serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_)
        | serde_json::Value::Object(_) => false,
    };
    match &restriction.exclude_actors {
        Some(serde_json::Value::Object(members)) => members
            .iter()
            .any(|(name, value)| !name.starts_with('@') && !is_empty(value)),
        Some(other) => !is_empty(other),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn default_policy(passwords: &str) -> DefaultPolicy {
        let text = format!(
            r#"{{"isEnabled":true,"applicationRestrictions":{{"passwordCredentials":{passwords}}}}}"#
        );
        match default(&text) {
            Some(TenantPolicy::Default(policy)) => policy,
            other => panic!("{other:?}"),
        }
    }

    fn custom_policy(is_enabled: bool, restrictions: &str) -> CustomPolicy {
        let text = format!(
            r#"{{"id":"a","isEnabled":{is_enabled},"restrictions":{restrictions},"appliesTo":[{{"id":"5f0a1c1e-2f5e-4d55-8a7e-0d9a3d0f6b21"}}]}}"#
        );
        match custom(&text) {
            Some(TenantPolicy::Custom(policy)) => policy,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn for_all_has_several_spellings() {
        for date in [
            "",
            r#","restrictForAppsCreatedAfterDateTime":null"#,
            r#","restrictForAppsCreatedAfterDateTime":"0001-01-01T00:00:00Z""#,
            r#","restrictForAppsCreatedAfterDateTime":"0001-01-01T00:00:00""#,
            r#","restrictForAppsCreatedAfterDateTime":"/Date(-62135596800000)/""#,
        ] {
            let policy = default_policy(&format!(
                r#"[{{"restrictionType":"passwordAddition","state":"enabled"{date}}}]"#
            ));
            assert_eq!(policy.applications, Block::All, "{date}");
            assert_eq!(policy.service_principals, Block::None);
        }
    }

    #[test]
    fn what_is_switched_off_or_absent_blocks_nothing() {
        for passwords in [
            "null",
            "[]",
            r#"[{"restrictionType":"passwordLifetime","state":"enabled"}]"#,
            r#"[{"restrictionType":"customPasswordAddition","state":"enabled"}]"#,
            r#"[{"restrictionType":"passwordAddition","state":"disabled"}]"#,
            r#"[{"restrictionType":"passwordAddition","state":"unknownFutureValue"}]"#,
        ] {
            assert_eq!(default_policy(passwords).applications, Block::None);
        }
    }

    #[test]
    fn a_date_that_cannot_be_read_is_a_fault() {
        let text = r#"{"isEnabled":true,"applicationRestrictions":{"passwordCredentials":[{"restrictionType":"passwordAddition","restrictForAppsCreatedAfterDateTime":"soon"}]}}"#;
        assert_eq!(default(text), None);
    }

    #[test]
    fn callers_are_spared_where_some_are_named() {
        let spares = |actors: &str| {
            let addition = format!(
                r#"[{{"restrictionType":"passwordAddition","state":"enabled","excludeActors":{actors}}}]"#
            );
            default_policy(&addition).excludes_actors
        };
        assert!(spares(r#"{"customSecurityAttributes":[{"id":"a"}]}"#));
        let nobody = r##"{"@odata.type":"#x","customSecurityAttributes":[]}"##;
        assert!(!spares(nobody));
        assert!(!spares("null"));
    }

    #[test]
    fn a_custom_policy_speaks_in_either_form_or_not_at_all() {
        let off = r#"{"passwordCredentials":[{"restrictionType":"passwordAddition","state":"disabled"}]}"#;
        let nested = format!(r#"{{"applicationRestrictions":{off}}}"#);
        assert_eq!(custom_policy(true, off).applications, Some(Block::None));
        assert_eq!(
            custom_policy(true, off).service_principals,
            Some(Block::None)
        );
        let policy = custom_policy(true, &nested);
        assert_eq!(
            (policy.applications, policy.service_principals),
            (Some(Block::None), None)
        );
        assert_eq!(custom_policy(false, off).applications, None);
        assert_eq!(custom_policy(true, "null").applications, None);
        assert_eq!(policy.applies_to.len(), 1);
    }
}
