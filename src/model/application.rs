//! The two objects that Graph keeps for one client id: the application and its service principal.
//!
//! In: what a source parsed. Out: the raw material of an [`Identity`](super::Identity).

use super::{
    AppId, CustomKeyIdentifier, FederatedCredential, KeyCredential, KeyId, Known, ObjectId,
    PasswordCredential, TenantId,
};

/// Where an object stands in the sources of a run: one-based line and column, never invented.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Which file of the run, counted from zero.
    pub file: u32,
    /// One-based line of the object's first character.
    pub line: u32,
    /// One-based column of the object's first character, in characters.
    pub column: u32,
}

/// The stored credentials of one object, as far as the source shows them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Credentials {
    /// Both lists are there, each entry with its dates.
    Listed {
        /// From `passwordCredentials`.
        passwords: Vec<PasswordCredential>,
        /// From `keyCredentials`.
        keys: Vec<KeyCredential>,
    },
    /// Only numbers are there: no dates, no types, no key ids.
    Counted {
        /// Entries of `passwordCredentials`, whatever they are.
        secrets: u32,
        /// Entries of `keyCredentials`, whatever they are.
        certificates: u32,
    },
    /// At least one list is missing. What is there is kept only to tell equal objects from contradictory ones.
    Unknown {
        /// From `passwordCredentials`, where it is there.
        passwords: Option<Vec<PasswordCredential>>,
        /// From `keyCredentials`, where it is there.
        keys: Option<Vec<KeyCredential>>,
    },
}

impl Credentials {
    /// Tells whether the object is known to hold no stored credential at all.
    pub fn are_none(&self) -> bool {
        match self {
            Self::Listed { passwords, keys } => passwords.is_empty() && keys.is_empty(),
            Self::Counted {
                secrets,
                certificates,
            } => *secrets == 0 && *certificates == 0,
            Self::Unknown { .. } => false,
        }
    }

    /// Returns the same lists with nothing in them; numbers stay.
    fn emptied(&self) -> Self {
        match self {
            Self::Listed { .. } => Self::Listed {
                passwords: Vec::new(),
                keys: Vec::new(),
            },
            Self::Counted {
                secrets,
                certificates,
            } => Self::Counted {
                secrets: *secrets,
                certificates: *certificates,
            },
            Self::Unknown { passwords, keys } => Self::Unknown {
                passwords: passwords.as_ref().map(|_| Vec::new()),
                keys: keys.as_ref().map(|_| Vec::new()),
            },
        }
    }

    /// Returns which lists the source lacks.
    pub const fn missing(&self) -> Option<MissingLists> {
        match self {
            Self::Listed { .. } | Self::Counted { .. } => None,
            Self::Unknown {
                passwords: None,
                keys: Some(_),
            } => Some(MissingLists::Passwords),
            Self::Unknown {
                passwords: Some(_),
                keys: None,
            } => Some(MissingLists::Keys),
            Self::Unknown { .. } => Some(MissingLists::Both),
        }
    }
}

/// Which credential lists an object lacks, or several objects together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingLists {
    /// `passwordCredentials`.
    Passwords,
    /// `keyCredentials`.
    Keys,
    /// Both.
    Both,
    /// Not the same of each object.
    Either,
}

impl MissingLists {
    /// Returns what several objects lack.
    #[must_use]
    pub fn and_of_another(self, other: Self) -> Self {
        if self == other { self } else { Self::Either }
    }
}

/// An application registered in this tenant, from `/applications`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Application {
    /// From `id`; a source of counts has none.
    pub id: Option<ObjectId>,
    /// From `appId`.
    pub app_id: AppId,
    /// From `displayName`. Foreign text: whoever owns the application chooses it.
    pub display_name: Box<str>,
    /// Whether `deletedDateTime` is set: soft-deleted, and restorable with its credentials for 30 days.
    pub deleted: bool,
    /// From `passwordCredentials` and `keyCredentials`.
    pub credentials: Credentials,
    /// From `federatedIdentityCredentials`, which Graph sends only when asked.
    pub federated: Known<Vec<FederatedCredential>>,
    /// Whether `owners`, which Graph sends only when asked, names anybody.
    pub has_owner: Known<bool>,
    /// From `tokenEncryptionKeyId`.
    pub token_encryption_key_id: Option<KeyId>,
}

impl Application {
    /// Returns the same object with nothing in its lists of credentials.
    pub(super) fn without_stored(&self) -> Self {
        let credentials = self.credentials.emptied();
        Self {
            credentials,
            ..self.clone()
        }
    }
}

/// What a service principal stands for, from `servicePrincipalType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServicePrincipalType {
    /// `ManagedIdentity`: its keys are made and rotated by the platform.
    ManagedIdentity,
    /// An agent identity, known by its `@odata.type` or its `agentIdentityBlueprintId`: it holds no credentials, its
    /// blueprint does. One without an `appId` has the nil GUID in its place, and goes by its object id.
    AgentIdentity,
    /// `Application`, `Legacy`, and whatever Graph may add.
    Other,
}

/// The local representative of an application in this tenant, from `/servicePrincipals`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ServicePrincipal {
    /// From `id`.
    pub id: Option<ObjectId>,
    /// From `appId`.
    pub app_id: AppId,
    /// From `displayName`. Foreign text.
    pub display_name: Box<str>,
    /// From `servicePrincipalType`.
    pub kind: ServicePrincipalType,
    /// From `appOwnerOrganizationId`: the tenant that owns the application object.
    pub owner: Option<TenantId>,
    /// Whether `deletedDateTime` is set.
    pub deleted: bool,
    /// Its own credentials, which App registrations do not show and which authenticate all the same.
    pub credentials: Credentials,
    /// From `federatedIdentityCredentials`.
    pub federated: Known<Vec<FederatedCredential>>,
    /// From `tokenEncryptionKeyId`.
    pub token_encryption_key_id: Option<KeyId>,
    /// From `preferredTokenSigningKeyThumbprint`.
    pub preferred_signing_key: Option<CustomKeyIdentifier>,
    /// Whether `preferredSingleSignOnMode` is `saml`.
    pub signs_in_by_saml: bool,
}

impl ServicePrincipal {
    /// Returns the same object with nothing in its lists of credentials.
    pub(super) fn without_stored(&self) -> Self {
        let credentials = self.credentials.emptied();
        Self {
            credentials,
            ..self.clone()
        }
    }

    /// Tells whether it holds, or may hold, a credential of its own.
    pub fn may_hold_credentials(&self) -> bool {
        !self.credentials.are_none()
            || self
                .federated
                .as_option()
                .is_some_and(|list| !list.is_empty())
    }

    /// Tells whether Microsoft owns the application behind it.
    pub fn is_microsofts(&self) -> bool {
        self.owner == Some(super::identifier::MICROSOFT)
    }
}
