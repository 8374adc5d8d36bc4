//! How the rules' sentences name things.
//!
//! In: the facts of a finding. Out: parts of a sentence. Never a display name: whoever owns an application chooses it.

use std::fmt;

use jiff::Timestamp;

use crate::finding::{ApplicationRecord, CredentialRef, Facts, Uncounted};
use crate::internal::OrInternal as _;
use crate::model::{CredentialClass, Holder};
use crate::words::count;

/// Writes a credential by its class and keyId, and the object on which it sits where that is not the application.
pub(super) struct Named<'a>(pub(super) &'a CredentialRef);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = noun(self.0.class);
        match (self.0.key_id, self.0.class) {
            (Some(key_id), _) => write!(f, "{noun} `{key_id}`")?,
            (None, CredentialClass::FederatedCredential) => write!(f, "a {noun} without id")?,
            (None, _) => write!(f, "a {noun} without keyId")?,
        }
        match self.0.on {
            Holder::Application => Ok(()),
            Holder::ServicePrincipal => f.write_str(" on the service principal"),
        }
    }
}

const fn noun(class: CredentialClass) -> &'static str {
    match class {
        CredentialClass::ClientSecret => "secret",
        CredentialClass::Certificate | CredentialClass::UnusableCertificate => "certificate",
        CredentialClass::SymmetricKey => "symmetric key",
        CredentialClass::TokenSigningKey => "token-signing key",
        CredentialClass::PairedPassword => "password of a token-signing key",
        CredentialClass::TokenEncryptionKey => "token-encryption key",
        CredentialClass::FederatedCredential => "federated credential",
        CredentialClass::Unknown => "key of an unknown type",
    }
}

/// Names the credential that a finding is about.
pub(super) fn credential(facts: &Facts<'_>) -> String {
    let credential = facts.finding.credential.as_ref();
    Named(credential.or_internal("the finding is about a credential")).to_string()
}

/// Writes what looks like an alternative to a secret and is none.
pub(super) fn uncounted(uncounted: &Uncounted, out: &mut dyn fmt::Write) -> fmt::Result {
    let Uncounted {
        federated,
        is_tenant_unknown,
        unusable,
        claimed,
    } = *uncounted;
    if federated > 0 {
        let is = if federated == 1 { "is" } else { "are" };
        write!(
            out,
            "; {} {is} not trusted because of the issuer or the audience",
            count(u64::from(federated), "federated credential")
        )?;
    }
    if is_tenant_unknown {
        out.write_str(" (set `tenant` in the policy, so that tokens of this tenant are told from those of others)")?;
    }
    if unusable > 0 {
        let has = if unusable == 1 {
            "has a public key"
        } else {
            "have public keys"
        };
        write!(
            out,
            "; {} {has} that Entra refuses",
            count(u64::from(unusable), "certificate")
        )?;
    }
    if claimed > 0 {
        let is = if claimed == 1 { "is" } else { "are" };
        write!(
            out,
            "; {} {is} marked as used for signing or encrypting tokens",
            count(u64::from(claimed), "certificate")
        )?;
    }
    Ok(())
}

/// Writes an instant to the minute, in UTC.
pub(super) fn minute(instant: Timestamp) -> impl fmt::Display {
    instant.strftime("%F %H:%M UTC")
}

/// Writes how many live secrets an application has.
pub(super) fn count_secrets(
    application: &ApplicationRecord,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let listed = application.live_secrets.len();
    let counted = application.counted_secrets;
    if listed > 0 || counted == 0 {
        out.write_str(&count(listed, "live secret"))?;
    }
    if listed > 0 && counted > 0 {
        out.write_str(" and ")?;
    }
    if counted > 0 {
        write!(out, "{} counted", count(counted, "secret"))?;
    }
    Ok(())
}

/// Writes which live secrets these are, at the end of a sentence, or why they have no names.
pub(super) fn list_secrets(
    application: &ApplicationRecord,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    for (index, secret) in application.live_secrets.iter().enumerate() {
        let lead = if index == 0 { ": " } else { ", " };
        write!(out, "{lead}{}", Named(secret))?;
    }
    if application.counted_secrets > 0 {
        out.write_str("; the source shows neither dates nor keyIds")?;
    }
    Ok(())
}
