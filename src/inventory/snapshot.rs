//! The lines of a snapshot that are neither applications nor service principals: the first, which says what was
//! collected and how, the tenant's app management policies behind it, and the last, which says how much.
//!
//! In: such a line. Out: what it is. Members that this version does not know are no fault; one that is missing is.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use sha2::{Digest as _, Sha256};

use super::azure_hound::{self, AzureHoundProblem};
use super::error::Problem;
use super::exchange::Exchange;
use super::instant;
use super::mistaken;
use super::object::ObjectError;
use super::policies;
use crate::model::{AppId, TenantId, TenantPolicy};
use crate::snapshot::{self, Coverage, Trailer};

/// The first line of a snapshot.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub(super) tenant: Option<TenantId>,
    pub(super) collected_at: Timestamp,
    pub(super) cloud: String,
    /// With which audience tokens are exchanged in that cloud.
    pub(super) exchange: Exchange,
    pub(super) signed_in_by: String,
    pub(super) coverage: Coverage,
}

/// A line that is no application and no service principal.
#[derive(Debug)]
pub(super) enum Line {
    Header(Header),
    Policy(TenantPolicy),
    Trailer(Trailer),
    Other(Problem),
}

#[derive(Deserialize)]
struct Written<'line> {
    #[serde(borrow)]
    schema: Option<Cow<'line, str>>,
    #[serde(borrow, rename = "@odata.type")]
    odata_type: Option<Cow<'line, str>>,
    /// Also where it is `null`.
    #[serde(default, deserialize_with = "present")]
    value: Option<IgnoredAny>,
    error: Option<IgnoredAny>,
}

fn present<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<IgnoredAny>, D::Error> {
    IgnoredAny::deserialize(value).map(Some)
}

impl Line {
    /// Says whose object it is that cannot be used: the owner of the tenant must find it.
    pub(super) fn named(self, app_id: Option<AppId>) -> Self {
        match (self, app_id) {
            (Self::Other(Problem::Object(error)), Some(app_id)) => {
                Self::Other(Problem::ObjectOf { app_id, error })
            }
            (line, _) => line,
        }
    }

    /// Recognises a line by its members; `error` is why it is no object.
    pub(super) fn of(text: &str, error: ObjectError) -> Self {
        let Ok(written) = serde_json::from_str::<Written<'_>>(text) else {
            return Self::Other(Problem::Object(error));
        };
        let policy = |read: Option<TenantPolicy>| {
            let unusable = Self::Other(Problem::SnapshotLine("app management policy"));
            read.map_or(unusable, Self::Policy)
        };
        match (written.schema.as_deref(), written.odata_type.as_deref()) {
            (Some(snapshot::HEADER), _) => header(text).map_or(
                Self::Other(Problem::SnapshotLine("first line")),
                Self::Header,
            ),
            (Some(snapshot::TRAILER), _) => read(text).map_or(
                Self::Other(Problem::SnapshotLine("last line")),
                Self::Trailer,
            ),
            (Some(other), _) if other.starts_with(snapshot::FAMILY) => {
                Self::Other(Problem::SnapshotVersion)
            }
            (_, Some("#microsoft.graph.tenantAppManagementPolicy")) => {
                policy(policies::default(text))
            }
            (_, Some("#microsoft.graph.appManagementPolicy")) => policy(policies::custom(text)),
            _ if written.error.is_some() => Self::Other(Problem::ErrorAnswer),
            _ if error == ObjectError::NoAppId => Self::Other(unknown(text, &written)),
            _ => Self::Other(Problem::Object(error)),
        }
    }
}

/// Says what is neither an application nor a service principal nor a line of a snapshot.
fn unknown(text: &str, written: &Written<'_>) -> Problem {
    if azure_hound::is_record(text) {
        AzureHoundProblem::Stdout.into()
    } else if let Some(mistaken) = mistaken::of_object(text) {
        mistaken.into()
    } else if written.value.is_some() {
        Problem::ValueIsNoList
    } else {
        Problem::Object(ObjectError::NoAppId)
    }
}

fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}

fn header(text: &str) -> Option<Header> {
    let snapshot::Header {
        cloud,
        tenant,
        collected_at,
        signed_in_by,
        coverage,
        ..
    } = read(text)?;
    let tenant = tenant.map(|tenant| tenant.parse()).transpose().ok()?;
    Some(Header {
        tenant,
        collected_at: instant::parse(&collected_at).ok()?,
        exchange: Exchange::of_cloud(&cloud),
        cloud,
        signed_in_by,
        coverage,
    })
}

/// The digest of a snapshot's lines, while they pass by.
#[derive(Debug, Default)]
pub(super) struct Digest {
    hasher: Sha256,
    /// Where in the present stretch that begins which is not digested yet.
    from: usize,
}

impl Digest {
    /// Digests the rest of a stretch, behind which another one begins.
    pub(super) fn end_stretch(&mut self, text: &str) {
        self.hasher
            .update(text.get(self.from..).unwrap_or_default());
        self.from = 0;
    }

    /// Tells whether all text up to the last line is what it was when it was written.
    pub(super) fn is(mut self, stated: &str, last_stretch: &str, last_line: usize) -> bool {
        let rest = last_stretch.get(self.from..last_line);
        self.hasher.update(rest.unwrap_or_default());
        let found = format!("{:x}", self.hasher.finalize());
        found == stated
    }
}
