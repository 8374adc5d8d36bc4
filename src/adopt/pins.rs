//! Which credentials an exception must name so that it covers a finding today and no new credential tomorrow.
//!
//! In: a finding and the record of its application. Out: the keyIds to pin, or why that cannot be done.

use super::Cause;
use crate::finding::{ApplicationRecord, CredentialRef, Finding};
use crate::model::{KeyId, State};

/// What an exception has to name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pins {
    /// These credentials, and no others.
    Credentials(Vec<KeyId>),
    /// Nothing: the finding is about an application without a live secret, and no pin can cover it.
    Nothing,
}

impl Pins {
    pub(super) fn of(record: &ApplicationRecord, finding: &Finding) -> Result<Self, Cause> {
        if let Some(credential) = &finding.credential {
            let key_id = pin(credential).ok_or(Cause::NoKeyId)?;
            return Ok(Self::Credentials(vec![key_id]));
        }
        if record.counted_secrets > 0 {
            return Err(Cause::Counted);
        }
        if record.live_secrets.is_empty() {
            return match record.state {
                Some(State::NoCredentials | State::Federated | State::Certificate) => {
                    Ok(Self::Nothing)
                }
                // An exception without pins would cover a secret that nobody has seen.
                Some(State::Migrating | State::SecretsOnly) | None => Err(Cause::Counted),
            };
        }
        let pins = record.live_secrets.iter().map(pin);
        let pins: Option<Vec<KeyId>> = pins.collect();
        pins.map(Self::Credentials).ok_or(Cause::NoKeyId)
    }
}

/// A policy refuses the nil GUID, because it names nothing.
fn pin(credential: &CredentialRef) -> Option<KeyId> {
    credential.key_id.filter(|key_id| !key_id.is_nil())
}
