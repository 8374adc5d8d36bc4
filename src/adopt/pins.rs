//! Which credentials an exception must name so that it covers a finding on every day of its term and no new credential.
//!
//! In: a finding, and the record of its application at the instant at which it begins to count. Out: the keyIds to pin,
//! or why that cannot be done.

use jiff::civil::Date;
use jiff::tz::Offset;

use super::Cause;
use crate::finding::{ApplicationRecord, CredentialRef, Finding, RuleId};
use crate::model::KeyId;

/// What an exception has to name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pins {
    /// These credentials, and no others.
    Credentials(Vec<KeyId>),
    /// Nothing: the finding is about the application as a whole and not about its secrets, so no pin can cover it.
    Nothing,
}

/// The rules that find something about an application as a whole because of its live secrets: pins cover it.
const ABOUT_LIVE_SECRETS: [RuleId; 2] = [RuleId("secrets-only"), RuleId("secret-outside-window")];

impl Pins {
    /// Returns what an exception through this UTC day has to name.
    pub(super) fn of(
        record: &ApplicationRecord,
        finding: &Finding,
        rule: RuleId,
        last_day: Date,
    ) -> Result<Self, Cause> {
        if let Some(credential) = &finding.credential {
            let key_id = pin(credential).ok_or(Cause::NoKeyId)?;
            return Ok(Self::Credentials(vec![key_id]));
        }
        if !ABOUT_LIVE_SECRETS.contains(&rule) {
            return Ok(Self::Nothing);
        }
        // An exception without pins would cover a secret that nobody has seen.
        if record.counted_secrets > 0 || record.live_secrets.is_empty() {
            return Err(Cause::Counted);
        }
        let live = record.live_secrets.iter().map(pin);
        let mut pins: Vec<KeyId> = live.collect::<Option<_>>().ok_or(Cause::NoKeyId)?;
        let starts_in_term = record
            .future_secrets
            .iter()
            .filter(|(_, start)| Offset::UTC.to_datetime(*start).date() <= last_day);
        pins.extend(starts_in_term.filter_map(|(secret, _)| pin(secret)));
        Ok(Self::Credentials(pins))
    }
}

/// A policy refuses the nil GUID, because it names nothing.
fn pin(credential: &CredentialRef) -> Option<KeyId> {
    credential.pin().filter(|key_id| !key_id.is_nil())
}
