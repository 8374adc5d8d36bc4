//! One JSON object → an application or a service principal.
//!
//! In: the text of an object and the places of its wanted members. Out: a checked object of the model, or what is wrong
//! with it, by the name of the member and never by its value.

use std::borrow::Cow;

use jiff::Timestamp;

use super::Kind;
use super::fields::{Field, Key};
use super::instant;
use super::shapes::{self, Fields, Writer, Wrong};
use crate::model::{
    AppId, Application, Credentials, CustomKeyIdentifier, FederatedCredential, Known,
    ServicePrincipal, ServicePrincipalType, TenantPolicy,
};

/// What is wrong with an object.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectError {
    /// The object has no `appId`: it is neither an application nor a service principal.
    #[error("an object has no `appId`, so it is neither an application nor a service principal")]
    NoAppId,
    /// A member has a value that Graph does not send.
    #[error("`{0}` {1}")]
    Member(&'static str, String),
    /// `ConvertTo-Json` turned credentials into text.
    #[error("`{0}` holds text in place of credentials: ConvertTo-Json has cut it off")]
    Flattened(&'static str),
}

/// An application, a service principal, or a policy of the tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Object {
    /// From `/applications`.
    Application(Application),
    /// From `/servicePrincipals`.
    ServicePrincipal(ServicePrincipal),
    /// From `/policies`; a snapshot has them before all others.
    TenantPolicy(TenantPolicy),
}

impl Object {
    /// Returns which of the two kinds it is; a policy of the tenant is neither.
    pub(super) const fn kind(&self) -> Option<Kind> {
        match self {
            Self::Application(_) => Some(Kind::Application),
            Self::ServicePrincipal(_) => Some(Kind::ServicePrincipal),
            Self::TenantPolicy(_) => None,
        }
    }
}

/// An object's text, and how the file around it must be read.
pub(super) struct Reading<'text> {
    pub(super) object: Fields<'text, Field>,
    /// What the file says it lists.
    pub(super) listed: Option<Kind>,
    /// PowerShell prints navigation properties that were not asked for as `null`.
    pub(super) powershell: bool,
}

impl Reading<'_> {
    /// Returns whose object it is, whatever else is wrong with it.
    pub(super) fn app_id(&self) -> Option<AppId> {
        self.identifier(Field::AppId).ok().flatten()
    }

    /// Reads the object.
    pub(super) fn object(&self) -> Result<Object, ObjectError> {
        self.object_of(self.kind()?)
    }

    /// Reads the object, of which the kind is known.
    pub(super) fn object_of(&self, kind: Kind) -> Result<Object, ObjectError> {
        match kind {
            Kind::Application => self.application().map(Object::Application),
            Kind::ServicePrincipal => self.service_principal().map(Object::ServicePrincipal),
        }
    }

    /// Tells the kind: by the object's own type, else by members that only one kind has, else by what the file lists.
    fn kind(&self) -> Result<Kind, ObjectError> {
        if let Some(kind) = self
            .words(Field::ODataType)?
            .as_deref()
            .and_then(Kind::of_odata_type)
        {
            return Ok(kind);
        }
        let marks = [
            Field::ServicePrincipalType,
            Field::ServicePrincipalNames,
            Field::AppOwnerOrganizationId,
        ];
        if marks.into_iter().any(|mark| self.raw(mark).is_some()) {
            return Ok(Kind::ServicePrincipal);
        }
        Ok(self.listed.unwrap_or(Kind::Application))
    }

    fn application(&self) -> Result<Application, ObjectError> {
        Ok(Application {
            id: self.identifier(Field::Id)?,
            app_id: self.identifier(Field::AppId)?.ok_or(ObjectError::NoAppId)?,
            display_name: self.words(Field::DisplayName)?.unwrap_or_default().into(),
            deleted: self.is_deleted()?,
            credentials: self.credentials()?,
            federated: self.federated()?,
            has_owner: self.has_owner()?,
            token_encryption_key_id: self.identifier(Field::TokenEncryptionKeyId)?,
        })
    }

    fn service_principal(&self) -> Result<ServicePrincipal, ObjectError> {
        let kind = match self.words(Field::ServicePrincipalType)?.as_deref() {
            Some(word) if word.trim().eq_ignore_ascii_case("ManagedIdentity") => {
                ServicePrincipalType::ManagedIdentity
            }
            _ => ServicePrincipalType::Other,
        };
        let preferred = self.words(Field::PreferredTokenSigningKeyThumbprint)?;
        Ok(ServicePrincipal {
            id: self.identifier(Field::Id)?,
            app_id: self.identifier(Field::AppId)?.ok_or(ObjectError::NoAppId)?,
            display_name: self.words(Field::DisplayName)?.unwrap_or_default().into(),
            kind,
            owner: self.identifier(Field::AppOwnerOrganizationId)?,
            deleted: self.is_deleted()?,
            credentials: self.credentials()?,
            federated: self.federated()?,
            token_encryption_key_id: self.identifier(Field::TokenEncryptionKeyId)?,
            preferred_signing_key: preferred.as_deref().and_then(CustomKeyIdentifier::parse),
            signs_in_by_saml: self
                .words(Field::PreferredSingleSignOnMode)?
                .is_some_and(|mode| mode.trim().eq_ignore_ascii_case("saml")),
        })
    }

    fn raw(&self, field: Field) -> Option<&str> {
        self.object.raw(field)
    }

    fn words(&self, field: Field) -> Result<Option<Cow<'_, str>>, ObjectError> {
        self.object.words(field).map_err(said(field))
    }

    fn identifier<T: std::str::FromStr>(&self, field: Field) -> Result<Option<T>, ObjectError> {
        let Some(words) = self.words(field)? else {
            return Ok(None);
        };
        let parsed = words
            .trim()
            .parse()
            .map_err(|_| ObjectError::Member(field.name(), "is not a GUID".into()));
        parsed.map(Some)
    }

    /// Only a date says that an object was deleted: whatever is skipped must be skipped for a reason.
    fn is_deleted(&self) -> Result<bool, ObjectError> {
        let field = Field::DeletedDateTime;
        let Some(words) = self.words(field)? else {
            return Ok(false);
        };
        let wrong = |reason| said(field)(Wrong::value(reason));
        let date = instant::parse(&words).map_err(wrong)?;
        // .NET writes its first instant where it has none; whoever was not deleted must be judged.
        if date < Timestamp::UNIX_EPOCH {
            return Err(wrong("nothing was deleted before 1970"));
        }
        Ok(true)
    }

    fn credentials(&self) -> Result<Credentials, ObjectError> {
        let passwords = self.listed(Field::PasswordCredentials, shapes::password)?;
        let keys = self.listed(Field::KeyCredentials, shapes::key)?;
        Ok(match (passwords, keys) {
            (Some(passwords), Some(keys)) => Credentials::Listed { passwords, keys },
            (passwords, keys) => Credentials::Unknown { passwords, keys },
        })
    }

    fn listed<K: Key, T>(
        &self,
        field: Field,
        read: impl Fn(&Fields<'_, K>) -> Result<T, Wrong>,
    ) -> Result<Option<Vec<T>>, ObjectError> {
        let writer = self.object.writer;
        let listed = self
            .raw(field)
            .map(|raw| shapes::collection(raw, writer, read).map_err(said(field)))
            .transpose()?;
        Ok(match (listed, writer) {
            (None, Writer::AzureHound) => Some(Vec::new()),
            (listed, Writer::AzureHound | Writer::Graph | Writer::Snapshot) => listed,
        })
    }

    /// Returns a navigation property, where the source shows it.
    fn navigation(&self, field: Field) -> Option<&str> {
        self.raw(field)
            .filter(|raw| !(self.powershell && *raw == "null"))
    }

    fn federated(&self) -> Result<Known<Vec<FederatedCredential>>, ObjectError> {
        let field = Field::FederatedIdentityCredentials;
        let Some(raw) = self.navigation(field) else {
            return Ok(Known::Unknown);
        };
        shapes::collection(raw, Writer::Graph, shapes::federated)
            .map(Known::Known)
            .map_err(said(field))
    }

    fn has_owner(&self) -> Result<Known<bool>, ObjectError> {
        let field = Field::Owners;
        let Some(raw) = self.navigation(field) else {
            return Ok(Known::Unknown);
        };
        shapes::collection(raw, Writer::Graph, shapes::owner)
            .map(|owners| Known::Known(!owners.is_empty()))
            .map_err(said(field))
    }
}

/// Turns what is wrong with a member into a sentence that begins with its name.
fn said(field: Field) -> impl Fn(Wrong) -> ObjectError {
    move |wrong| match wrong {
        Wrong::Flattened => ObjectError::Flattened(field.name()),
        Wrong::Type => ObjectError::Member(
            field.name(),
            "has a value of a type that Graph does not send".to_owned(),
        ),
        Wrong::Value(reason) => {
            ObjectError::Member(field.name(), format!("cannot be used: {reason}"))
        }
    }
}
