//! Our own snapshot: newline-delimited JSON whose first line says what was collected and when, and whose last line says
//! how much, so that a cut file is recognised.
//!
//! In: a line that is no application and no service principal. Out: what it is. Between the two lines stand the objects
//! as Graph sends them, the service principals first.

use jiff::Timestamp;
use serde::Deserialize;

use super::error::Problem;
use super::instant;
use crate::model::TenantId;

const HEADER: &str = "credgate-snapshot/1";
const TRAILER: &str = "credgate-snapshot-end/1";
const FAMILY: &str = "credgate-snapshot";

/// The first line of a snapshot.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub(super) tenant: Option<TenantId>,
    pub(super) collected_at: Timestamp,
    pub(super) coverage: HeaderCoverage,
}

/// What the collection could see.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct HeaderCoverage {
    pub(super) service_principals: bool,
}

/// The last line of a snapshot.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Trailer {
    pub(super) applications: u64,
    pub(super) service_principals: u64,
}

/// A line that is no object of Graph's.
#[derive(Debug)]
pub(super) enum Line {
    Header(Header),
    Trailer(Trailer),
    Other(Problem),
}

#[derive(Deserialize)]
struct Written<'line> {
    #[serde(borrow)]
    schema: Option<std::borrow::Cow<'line, str>>,
    /// Also where it is `null`.
    #[serde(default, deserialize_with = "present")]
    value: Option<serde::de::IgnoredAny>,
    error: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct WrittenHeader {
    tenant: Option<String>,
    collected_at: String,
    coverage: HeaderCoverage,
    #[serde(rename = "tool")]
    _tool: WrittenTool,
}

#[derive(Deserialize)]
struct WrittenTool {
    #[serde(rename = "name")]
    _name: String,
    #[serde(rename = "version")]
    _version: String,
}

fn present<'de, D: serde::Deserializer<'de>>(
    value: D,
) -> Result<Option<serde::de::IgnoredAny>, D::Error> {
    serde::de::IgnoredAny::deserialize(value).map(Some)
}

impl Line {
    /// Recognises a line by its members.
    pub(super) fn of(text: &str) -> Self {
        let no_object = Self::Other(Problem::Object(super::object::ObjectError::NoAppId));
        let Ok(written) = serde_json::from_str::<Written<'_>>(text) else {
            return no_object;
        };
        match written.schema.as_deref() {
            Some(HEADER) => header(text).map_or(
                Self::Other(Problem::SnapshotLine("first line")),
                Self::Header,
            ),
            Some(TRAILER) => serde_json::from_str(text).map_or(
                Self::Other(Problem::SnapshotLine("last line")),
                Self::Trailer,
            ),
            Some(other) if other.starts_with(FAMILY) => Self::Other(Problem::SnapshotVersion),
            _ if written.error.is_some() => Self::Other(Problem::ErrorAnswer),
            _ if written.value.is_some() => Self::Other(Problem::ValueIsNoList),
            _ => no_object,
        }
    }
}

fn header(text: &str) -> Option<Header> {
    let WrittenHeader {
        tenant,
        collected_at,
        coverage,
        ..
    } = serde_json::from_str(text).ok()?;
    let tenant = tenant.map(|tenant| tenant.parse()).transpose().ok()?;
    Some(Header {
        tenant,
        collected_at: instant::parse(&collected_at).ok()?,
        coverage,
    })
}
