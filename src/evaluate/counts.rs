//! The numbers of a run.
//!
//! In: each identity that is judged, and each finding. Out: the sums in the report's summary.

use crate::finding::{Disposition, Finding, Level};
use crate::model::{CredentialClass, Identity, Known, State};
use crate::report::Summary;

/// Counts an identity by its state, and what its credentials are excused for.
pub(super) fn count_identity(summary: &mut Summary, identity: &Identity) {
    summary.applications += 1;
    if let Known::Known(state) = identity.state() {
        for (known, count) in State::ALL.iter().zip(&mut summary.by_state) {
            *count += u64::from(*known == state);
        }
    }
    let excused = &mut summary.excused;
    for held in identity.credentials() {
        match held.class {
            CredentialClass::PairedPassword => excused.paired_password += 1,
            CredentialClass::TokenEncryptionKey if held.is_excused() => {
                excused.token_encryption += 1;
            }
            CredentialClass::TokenSigningKey if held.is_excused() => excused.token_signing += 1,
            CredentialClass::Unknown => summary.unknown_credentials += 1,
            CredentialClass::ClientSecret
            | CredentialClass::Certificate
            | CredentialClass::UnusableCertificate
            | CredentialClass::SymmetricKey
            | CredentialClass::TokenSigningKey
            | CredentialClass::TokenEncryptionKey
            | CredentialClass::FederatedCredential => {}
        }
    }
}

/// Counts a finding by its level, or by what tolerates it.
pub(super) fn count(summary: &mut Summary, finding: &Finding) {
    match finding.disposition {
        Disposition::Open => {
            for (level, count) in Level::ALL.iter().zip(&mut summary.findings) {
                *count += u64::from(*level == finding.level);
            }
        }
        Disposition::Excepted(_) => summary.excepted += 1,
        Disposition::InWindow(_) => summary.in_window += 1,
    }
}
