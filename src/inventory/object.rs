//! One JSON object → an application or a service principal.
//!
//! In: the text of an object and the places of its wanted members. Out: a checked object of the model, or what is wrong
//! with it, by the name of the member and never by its value.

use std::borrow::Cow;

use jiff::Timestamp;

use super::error::{EXPORT, WHOLE};
use super::federated;
use super::fields::{Field, Key};
use super::instant;
use super::mistaken::Mistaken;
use super::nulls::NullRule;
use super::shapes::{self, Fields, Writer, Wrong};
use super::{Kind, ObjectType};
use crate::model::{
    AppId, Application, Credentials, CustomKeyIdentifier, FederatedCredential, Known, ObjectId,
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
    /// A query or a table turned credentials into JSON inside a text.
    #[error("`{0}` holds JSON inside a text in place of a list")]
    JsonText(&'static str),
    /// The rest of a list inside the object is on another page.
    #[error(
        "the inventory is incomplete: an object has a next link, so a list in it goes on on another page"
    )]
    NextLink,
    /// The object is a change.
    #[error("is an answer of the delta function, which lists changes only")]
    Delta,
    /// A list inside the object has another number of entries than is said beside it.
    #[error("the inventory is incomplete: the count of `{0}` in an object does not fit")]
    Count(&'static str),
    /// One row for each credential.
    #[error("has a row for each credential, and no object for each application")]
    CredentialRow,
}

impl ObjectError {
    /// Returns what to do about it.
    pub(super) const fn remedy(&self) -> &'static str {
        match self {
            Self::NoAppId => {
                "give applications and service principals, not credentials or other objects"
            }
            Self::Member(..) => EXPORT,
            Self::Flattened(_) => {
                "export it again with `Get-MgApplication -All | ConvertTo-Json -Depth 5` (and `-AsArray` in PowerShell 7)"
            }
            Self::JsonText(_) => {
                "parse it, for example with `jq 'map(.passwordCredentials |= fromjson)'` or `parse_json()` in KQL"
            }
            Self::NextLink | Self::Count(_) => {
                "read all pages of that list, or collect the tenant with `credgate inventory export`"
            }
            Self::Delta => WHOLE,
            Self::CredentialRow => Mistaken::CredentialRows.remedy(),
        }
    }
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
    /// Tells whether it was deleted.
    pub(super) const fn is_deleted(&self) -> bool {
        match self {
            Self::Application(application) => application.deleted,
            Self::ServicePrincipal(service_principal) => service_principal.deleted,
            Self::TenantPolicy(_) => false,
        }
    }

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
    /// What `null` means in place of a list.
    pub(super) nulls: NullRule,
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

    /// Returns the number of objects in the file, where an object says it.
    pub(super) fn stated(&self) -> Result<Option<u64>, ObjectError> {
        let counts = &self.object.members.marks().counts;
        match counts.iter().find(|(list, _)| list.is_none()) {
            None => Ok(None),
            Some((_, Some(number))) => Ok(Some(*number)),
            Some((_, None)) => Err(ObjectError::Count("value")),
        }
    }

    /// Refuses an object that says that it is not whole.
    fn check_marks(&self) -> Result<(), ObjectError> {
        let marks = self.object.members.marks();
        if marks.delta {
            return Err(ObjectError::Delta);
        }
        if marks.next_link {
            return Err(ObjectError::NextLink);
        }
        for (list, stated) in &marks.counts {
            let Some(field) = *list else { continue };
            let found = self.raw(field).map(shapes::length);
            if found.is_some_and(|found| found != *stated) {
                return Err(ObjectError::Count(field.name()));
            }
        }
        Ok(())
    }

    /// Reads the object, of which the kind is known.
    pub(super) fn object_of(&self, kind: Kind) -> Result<Object, ObjectError> {
        self.check_marks()?;
        let is_listed = |field| self.raw(field).is_some();
        let has_list = is_listed(Field::PasswordCredentials) || is_listed(Field::KeyCredentials);
        if is_listed(Field::AppId) && is_listed(Field::KeyId) && !has_list {
            return Err(ObjectError::CredentialRow);
        }
        match kind {
            Kind::Application => self.application().map(Object::Application),
            Kind::ServicePrincipal => self.service_principal().map(Object::ServicePrincipal),
        }
    }

    /// Tells the kind: by the object's own type, else by members that only one kind has, else by what the file lists.
    pub(super) fn kind(&self) -> Result<Kind, ObjectError> {
        if let Some(kind) = self.object_type()? {
            return Ok(kind.kind());
        }
        let marks = [
            Field::ServicePrincipalType,
            Field::ServicePrincipalNames,
            Field::AppOwnerOrganizationId,
            Field::AppOwnerTenantId,
        ];
        if marks.into_iter().any(|mark| self.raw(mark).is_some()) {
            return Ok(Kind::ServicePrincipal);
        }
        Ok(self.listed.unwrap_or(Kind::Application))
    }

    /// Returns what the object says it is. An agent identity also shows by whose blueprint it is.
    fn object_type(&self) -> Result<Option<ObjectType>, ObjectError> {
        let named = self.words(Field::ODataType)?;
        let named = named.as_deref();
        let is_plain =
            named.is_none_or(|name| name.to_ascii_lowercase().ends_with(".serviceprincipal"));
        if is_plain && self.has_blueprint()? {
            return Ok(Some(ObjectType::AgentIdentity));
        }
        Ok(named.and_then(ObjectType::of))
    }

    /// Tells whether a blueprint is named: a blank text names none, and would make an agent of any service principal.
    fn has_blueprint(&self) -> Result<bool, ObjectError> {
        let field = Field::AgentIdentityBlueprintId;
        if self.words(field)?.is_none_or(|id| id.trim().is_empty()) {
            return Ok(false);
        }
        let blueprint: Option<AppId> = self.identifier(field)?;
        Ok(blueprint.is_some_and(|id| !id.is_nil()))
    }

    fn application(&self) -> Result<Application, ObjectError> {
        Ok(Application {
            id: self.id()?,
            app_id: self.identifier(Field::AppId)?.ok_or(ObjectError::NoAppId)?,
            display_name: self.words(Field::DisplayName)?.unwrap_or_default().into(),
            deleted: self.deleted()?.is_some(),
            credentials: self.credentials(Kind::Application)?,
            federated: self.federated(Kind::Application)?,
            has_owner: self.has_owner()?,
            token_encryption_key_id: self.identifier(Field::TokenEncryptionKeyId)?,
        })
    }

    fn service_principal(&self) -> Result<ServicePrincipal, ObjectError> {
        let is_agent = self.object_type()? == Some(ObjectType::AgentIdentity);
        let kind = match self.words(Field::ServicePrincipalType)?.as_deref() {
            _ if is_agent => ServicePrincipalType::AgentIdentity,
            Some(word) if word.trim().eq_ignore_ascii_case("ManagedIdentity") => {
                ServicePrincipalType::ManagedIdentity
            }
            _ => ServicePrincipalType::Other,
        };
        let preferred = self.words(Field::PreferredTokenSigningKeyThumbprint)?;
        let id: Option<ObjectId> = self.id()?;
        let mut app_id: Option<AppId> = self.identifier(Field::AppId)?;
        if app_id.is_none() && is_agent {
            // It has no client id. The nil GUID names nothing, in a policy either; its object id tells it from others.
            app_id = id.map(|_| AppId::from_bytes([0; 16]));
        }
        Ok(ServicePrincipal {
            id,
            app_id: app_id.ok_or(ObjectError::NoAppId)?,
            display_name: self.words(Field::DisplayName)?.unwrap_or_default().into(),
            kind,
            owner: self.either(Field::AppOwnerOrganizationId, Field::AppOwnerTenantId)?,
            deleted: self.deleted()?.is_some(),
            credentials: self.credentials(Kind::ServicePrincipal)?,
            federated: self.federated(Kind::ServicePrincipal)?,
            token_encryption_key_id: self.identifier(Field::TokenEncryptionKeyId)?,
            preferred_signing_key: preferred.as_deref().and_then(CustomKeyIdentifier::parse),
            signs_in_by_saml: self
                .words(Field::PreferredSingleSignOnMode)?
                .is_some_and(|mode| mode.trim().eq_ignore_ascii_case("saml")),
        })
    }

    pub(super) fn raw(&self, field: Field) -> Option<&str> {
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

    fn id(&self) -> Result<Option<ObjectId>, ObjectError> {
        self.either(Field::Id, Field::ObjectId)
    }

    /// Returns an identifier that has two names; an alias may repeat it.
    fn either<T: std::str::FromStr + PartialEq>(
        &self,
        field: Field,
        alias: Field,
    ) -> Result<Option<T>, ObjectError> {
        let (own, alias) = (self.identifier(field)?, self.identifier(alias)?);
        if own.is_some() && alias.is_some() && own != alias {
            let reason = "has a second name with another value";
            return Err(ObjectError::Member(field.name(), reason.into()));
        }
        Ok(own.or(alias))
    }

    /// Returns when the object was deleted, under either name of that date.
    pub(super) fn deleted(&self) -> Result<Option<Timestamp>, ObjectError> {
        let date = self.date_of_deletion(Field::DeletedDateTime)?;
        let alias = self.date_of_deletion(Field::DeletionTimestamp)?;
        let has_both = self.raw(Field::DeletedDateTime).is_some()
            && self.raw(Field::DeletionTimestamp).is_some();
        if has_both && date != alias {
            let reason = "has a second name with another value";
            return Err(ObjectError::Member(
                Field::DeletedDateTime.name(),
                reason.into(),
            ));
        }
        Ok(date.or(alias))
    }

    /// Only a date says that an object was deleted: whatever is skipped must be skipped for a reason.
    fn date_of_deletion(&self, field: Field) -> Result<Option<Timestamp>, ObjectError> {
        let Some(words) = self.words(field)? else {
            return Ok(None);
        };
        let wrong = |reason| said(field)(Wrong::value(reason));
        let date = instant::parse(&words).map_err(wrong)?;
        // .NET writes its first instant where it has none; whoever was not deleted must be judged.
        if date < Timestamp::UNIX_EPOCH {
            return Err(wrong("nothing was deleted before 1970"));
        }
        Ok(Some(date))
    }

    fn credentials(&self, kind: Kind) -> Result<Credentials, ObjectError> {
        let passwords = self.list(kind, Field::PasswordCredentials, shapes::password)?;
        let keys = self.list(kind, Field::KeyCredentials, shapes::key)?;
        Ok(match (passwords, keys) {
            (Some(passwords), Some(keys)) => Credentials::Listed { passwords, keys },
            (passwords, keys) => Credentials::Unknown { passwords, keys },
        })
    }

    /// Reads a list of credentials; `None` where the source does not show it.
    fn list<K: Key, T>(
        &self,
        kind: Kind,
        field: Field,
        read: impl Fn(&Fields<'_, K>) -> Result<T, Wrong>,
    ) -> Result<Option<Vec<T>>, ObjectError> {
        let writer = self.object.writer;
        match (self.raw(field), writer) {
            (None, Writer::AzureHound) => Ok(Some(Vec::new())),
            (None, Writer::Graph | Writer::Snapshot(_)) => Ok(None),
            (Some("null"), _) if !self.nulls.is_none(kind, field) => Ok(None),
            (Some(raw), _) => shapes::collection(raw, writer, read)
                .map(Some)
                .map_err(said(field)),
        }
    }

    /// Reads a list that Graph sends only when asked.
    fn navigation<K: Key, T>(
        &self,
        kind: Kind,
        field: Field,
        read: impl Fn(&Fields<'_, K>) -> Result<T, Wrong>,
    ) -> Result<Known<Vec<T>>, ObjectError> {
        match self.raw(field) {
            None => Ok(Known::Unknown),
            Some("null") if !self.nulls.is_none(kind, field) => Ok(Known::Unknown),
            Some(raw) => shapes::collection(raw, self.writer_of_navigation(), read)
                .map(Known::Known)
                .map_err(said(field)),
        }
    }

    /// `AzureHound` passes on Graph's own words here.
    const fn writer_of_navigation(&self) -> Writer {
        match self.object.writer {
            Writer::Graph | Writer::AzureHound => Writer::Graph,
            snapshot @ Writer::Snapshot(_) => snapshot,
        }
    }

    fn federated(&self, kind: Kind) -> Result<Known<Vec<FederatedCredential>>, ObjectError> {
        let field = Field::FederatedIdentityCredentials;
        self.navigation(kind, field, federated::federated)
    }

    fn has_owner(&self) -> Result<Known<bool>, ObjectError> {
        let owners = self.navigation(Kind::Application, Field::Owners, shapes::owner)?;
        Ok(match owners {
            Known::Known(owners) => Known::Known(!owners.is_empty()),
            Known::Unknown => Known::Unknown,
        })
    }
}

/// Turns what is wrong with a member into a sentence that begins with its name.
fn said(field: Field) -> impl Fn(Wrong) -> ObjectError {
    move |wrong| match wrong {
        Wrong::Flattened => ObjectError::Flattened(field.name()),
        Wrong::JsonText => ObjectError::JsonText(field.name()),
        Wrong::Type => ObjectError::Member(
            field.name(),
            "has a value of a type that Graph does not send".to_owned(),
        ),
        Wrong::Value(reason) => {
            ObjectError::Member(field.name(), format!("cannot be used: {reason}"))
        }
    }
}
