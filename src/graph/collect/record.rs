//! One object, ready to become a line of the snapshot.
//!
//! In: a typed object of a page. Out: its key, when it was made, a digest of what decides something, and its line. What
//! secrets an answer might hold never gets here: the types have no field for them, and of a `key` they keep facts only.

use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::LazyLock;

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::graph::answer::{foreign, unusable};
use crate::graph::error::GraphError;
use crate::snapshot::{
    Application, FederatedCredential, KeyCredential, PasswordCredential, ServicePrincipal,
};

/// The id of an object.
pub(super) type Key = Uuid;

/// An object that was read.
pub(super) struct Record {
    pub(super) key: Key,
    pub(super) created: Option<Timestamp>,
    /// Of what decides something, whatever the order of its credentials.
    pub(super) digest: u64,
    /// The line, without the end of the line.
    pub(super) line: String,
    /// Members that Graph was asked for and that some servers do not know: all objects have them, or none.
    pub(super) stated: Stated,
    /// Whether its owners are shown.
    pub(super) shows_owners: bool,
}

/// Which members are there that not every server knows, as bits in the order of [`UNCERTAIN`].
pub(super) type Stated = u8;

/// Members that decide what an object or its keys are for, and that some servers do not know.
pub(super) const UNCERTAIN: [&str; 4] = [
    "tokenEncryptionKeyId",
    "preferredTokenSigningKeyThumbprint",
    "servicePrincipalType",
    "appOwnerOrganizationId",
];

fn stated(members: [bool; UNCERTAIN.len()]) -> Stated {
    members
        .into_iter()
        .fold(0, |bits, is_there| bits << 1 | Stated::from(is_there))
}

/// Names the members of which some objects have them and others do not, or which none has.
pub(super) fn unstated(stated: Stated) -> impl Iterator<Item = &'static str> {
    let bit = |at: usize| 1 << (UNCERTAIN.len() - 1 - at);
    let members = UNCERTAIN.into_iter().enumerate();
    members.filter_map(move |(at, name)| (stated & bit(at) == 0).then_some(name))
}

/// An object of a list.
pub(super) trait Listed {
    fn record(self) -> Result<Record, GraphError>;
}

impl Listed for Application<'_> {
    fn record(mut self) -> Result<Record, GraphError> {
        // They have a list of their own; a server that sends them unasked sends them twice.
        self.federated_identity_credentials = None;
        let digest = digest(&(
            &self.app_id,
            &self.deleted_date_time,
            &self.token_encryption_key_id,
            passwords(&self.password_credentials),
            keys(&self.key_credentials),
        ));
        Ok(Record {
            key: key(&self.id)?,
            created: self
                .created_date_time
                .as_deref()
                .and_then(|text| text.parse().ok()),
            digest,
            line: line(&self)?,
            stated: stated([self.token_encryption_key_id.is_some(), true, true, true]),
            shows_owners: self.owners.is_some(),
        })
    }
}

impl Listed for ServicePrincipal<'_> {
    fn record(self) -> Result<Record, GraphError> {
        let digest = digest(&(
            &self.app_id,
            &self.deleted_date_time,
            &self.service_principal_type,
            &self.app_owner_organization_id,
            &self.preferred_token_signing_key_thumbprint,
            &self.token_encryption_key_id,
            passwords(&self.password_credentials),
            keys(&self.key_credentials),
        ));
        Ok(Record {
            key: key(&self.id)?,
            created: None,
            digest,
            line: line(&self)?,
            stated: stated([
                self.token_encryption_key_id.is_some(),
                self.preferred_token_signing_key_thumbprint.is_some(),
                self.service_principal_type.is_some(),
                self.app_owner_organization_id.is_some(),
            ]),
            shows_owners: false,
        })
    }
}

/// Reads the id of an object.
pub(super) fn key(id: &str) -> Result<Key, GraphError> {
    Uuid::try_parse(id)
        .ok()
        .filter(|_| id.len() == 36)
        .ok_or_else(|| unusable("an `id` is not a GUID"))
}

/// The length of nearly all lines.
const LINE: usize = 1 << 10;

/// Writes a value as one line of JSON.
pub(super) fn line(value: &impl Serialize) -> Result<String, GraphError> {
    // Most lines fit at once: a text that grows is copied again and again.
    let mut text = Vec::with_capacity(LINE);
    let written = serde_json::to_writer(&mut text, value);
    let text = written.ok().and_then(|()| String::from_utf8(text).ok());
    text.ok_or_else(|| foreign("an object that cannot be written"))
}

/// Writes a small value as JSON.
pub(super) fn json(value: &impl Serialize) -> Result<String, GraphError> {
    serde_json::to_string(value).map_err(|_| foreign("an object that cannot be written"))
}

/// Digests federated credentials, whatever their order.
pub(super) fn of_federated(credentials: &[FederatedCredential<'_>]) -> u64 {
    in_any_order(each_federated(credentials))
}

/// Digests each federated credential.
pub(super) fn each_federated(credentials: &[FederatedCredential<'_>]) -> impl Iterator<Item = u64> {
    credentials.iter().map(|it| {
        let expression = it.claims_matching_expression.as_ref();
        digest(&(
            &it.id,
            &it.issuer,
            &it.subject,
            expression.map(|expression| &expression.value),
        ))
    })
}

fn passwords(credentials: &[PasswordCredential<'_>]) -> u64 {
    in_any_order(credentials.iter().map(|it| {
        digest(&(
            &it.key_id,
            &it.custom_key_identifier,
            &it.start_date_time,
            &it.end_date_time,
        ))
    }))
}

fn keys(credentials: &[KeyCredential<'_>]) -> u64 {
    in_any_order(credentials.iter().map(|it| {
        digest(&(
            &it.key_id,
            &it.custom_key_identifier,
            &it.start_date_time,
            &it.end_date_time,
            &it.kind,
            &it.usage,
            &it.public_key,
        ))
    }))
}

/// Digests digests of which the order means nothing.
pub(super) fn in_any_order(digests: impl Iterator<Item = u64>) -> u64 {
    let (count, sum) = digests.fold((0_u64, 0_u64), |(count, sum), digest| {
        (count + 1, sum.wrapping_add(digest))
    });
    digest(&(count, sum))
}

/// Of this process: whoever writes an object cannot choose facts that digest alike.
static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::new);

fn digest(facts: &impl Hash) -> u64 {
    SEED.hash_one(facts)
}
