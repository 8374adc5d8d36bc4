//! One JSON object → an application or a service principal.
//!
//! In: the text of an object and the places of its wanted members. Out: a checked object of the model, or what is wrong
//! with it, by the name of the member and never by its value.

use std::borrow::Cow;

use serde::Deserialize;

use super::Kind;
use super::fields::Field;
use super::scan::Members;
use super::shapes::{
    Collection, FLATTENED, FederatedShape, KeyShape, OURS, PasswordShape, parse_instant,
};
use crate::model::{
    Application, Credentials, CustomKeyIdentifier, FederatedCredential, Known, ServicePrincipal,
    ServicePrincipalType,
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

/// An application or a service principal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Object {
    /// From `/applications`.
    Application(Application),
    /// From `/servicePrincipals`.
    ServicePrincipal(ServicePrincipal),
}

impl Object {
    pub(super) const fn kind(&self) -> Kind {
        match self {
            Self::Application(_) => Kind::Application,
            Self::ServicePrincipal(_) => Kind::ServicePrincipal,
        }
    }
}

/// An object's text, and how the file around it must be read.
pub(super) struct Reading<'text> {
    pub(super) text: &'text [u8],
    pub(super) members: &'text Members,
    /// What the file says it lists.
    pub(super) listed: Option<Kind>,
    /// PowerShell prints navigation properties that were not asked for as `null`.
    pub(super) powershell: bool,
}

impl Reading<'_> {
    /// Reads the object.
    pub(super) fn object(&self) -> Result<Object, ObjectError> {
        match self.kind()? {
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
            Some(word) if word.eq_ignore_ascii_case("ManagedIdentity") => {
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
        })
    }

    fn raw(&self, field: Field) -> Option<&str> {
        let text = self.members.get(field, self.text)?;
        // The object's text was checked to be UTF-8, and a member ends where a character ends.
        std::str::from_utf8(text).ok()
    }

    /// Reads a text; absent and `null` are one where nothing depends on the difference.
    fn words(&self, field: Field) -> Result<Option<Cow<'_, str>>, ObjectError> {
        let Some(raw) = self.raw(field).filter(|raw| *raw != "null") else {
            return Ok(None);
        };
        match raw
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
        {
            Some(plain) if !plain.contains('\\') => Ok(Some(Cow::Borrowed(plain))),
            _ => Ok(Some(Cow::Owned(read(field, raw)?))),
        }
    }

    fn identifier<T: std::str::FromStr>(&self, field: Field) -> Result<Option<T>, ObjectError> {
        let Some(words) = self.words(field)? else {
            return Ok(None);
        };
        let parsed = words
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
        let date = parse_instant(&words);
        date.map(|_| true)
            .map_err(|message| ObjectError::Member(field.name(), said(message)))
    }

    fn credentials(&self) -> Result<Credentials, ObjectError> {
        let passwords = self.listed(Field::PasswordCredentials, PasswordShape::check)?;
        let keys = self.listed(Field::KeyCredentials, KeyShape::check)?;
        Ok(match (passwords, keys) {
            (Some(passwords), Some(keys)) => Credentials::Listed { passwords, keys },
            (passwords, keys) => Credentials::Unknown { passwords, keys },
        })
    }

    fn listed<'text, Shape: Deserialize<'text>, T>(
        &'text self,
        field: Field,
        check: impl Fn(Shape) -> Result<T, &'static str>,
    ) -> Result<Option<Vec<T>>, ObjectError> {
        self.raw(field)
            .map(|raw| list(field, raw, check))
            .transpose()
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
        list(field, raw, |shape: FederatedShape| Ok(shape.check())).map(Known::Known)
    }

    fn has_owner(&self) -> Result<Known<bool>, ObjectError> {
        let Some(raw) = self.navigation(Field::Owners) else {
            return Ok(Known::Unknown);
        };
        let owners: Collection<Owner> = read(Field::Owners, raw)?;
        Ok(Known::Known(!owners.0.is_empty()))
    }
}

/// Anybody: who it is does not matter here.
#[derive(Deserialize)]
struct Owner {}

fn list<'text, Shape: Deserialize<'text>, T>(
    field: Field,
    raw: &'text str,
    check: impl Fn(Shape) -> Result<T, &'static str>,
) -> Result<Vec<T>, ObjectError> {
    if raw == "[]" {
        return Ok(Vec::new());
    }
    let shapes: Collection<Shape> = read(field, raw)?;
    let checked = shapes.0.into_iter().map(check).collect::<Result<_, _>>();
    checked.map_err(|message| ObjectError::Member(field.name(), said(message)))
}

fn read<'text, T: Deserialize<'text>>(field: Field, raw: &'text str) -> Result<T, ObjectError> {
    serde_json::from_str(raw).map_err(|error| {
        let words = error.to_string();
        // serde_json adds the place within the member, which is of no use to anybody.
        let words = words
            .rsplit_once(" at line ")
            .map_or(words.as_str(), |(words, _)| words);
        if words.starts_with(FLATTENED) {
            ObjectError::Flattened(field.name())
        } else {
            ObjectError::Member(field.name(), said(words))
        }
    })
}

/// Turns a message into the rest of a sentence about a member; serde's own messages may quote a value.
fn said(message: &str) -> String {
    if let Some(ours) = message.strip_prefix(OURS) {
        format!("cannot be used: {ours}")
    } else if message.starts_with("missing field") || message.starts_with("duplicate field") {
        format!("cannot be used: {message}")
    } else {
        "has a value of a type that Graph does not send".to_owned()
    }
}
