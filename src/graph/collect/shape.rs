//! The pages of the two lists of objects and of the list of federated credentials, as records.

use reqwest::Url;
use serde::Deserialize;

use super::chain::Answer;
use super::record::{self, Key, Listed, Record};
use crate::graph::error::GraphError;
use crate::graph::page;
use crate::snapshot::{Application, FederatedCredential, ServicePrincipal};

/// Which list of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Objects {
    Applications,
    ServicePrincipals,
}

/// A page of objects.
pub(super) struct ObjectPage {
    pub(super) records: Vec<Record>,
    pub(super) next: Option<Url>,
}

/// A page of the federated credentials of applications.
pub(super) struct FederatedPage {
    pub(super) entries: Vec<Federated>,
    pub(super) next: Option<Url>,
}

/// The federated credentials of one application.
pub(super) struct Federated {
    pub(super) key: Key,
    /// Digest and JSON; `None` where the answer does not show them.
    pub(super) credentials: Option<(u64, String)>,
}

impl Objects {
    pub(super) fn read(self, answer: &Answer) -> Result<ObjectPage, GraphError> {
        match self {
            Self::Applications => page_of::<Application<'_>>(&answer.body, &answer.asked),
            Self::ServicePrincipals => page_of::<ServicePrincipal<'_>>(&answer.body, &answer.asked),
        }
    }
}

fn page_of<'body, T: Listed + Deserialize<'body>>(
    body: &'body [u8],
    asked: &Url,
) -> Result<ObjectPage, GraphError> {
    let page = page::read::<T>(body, asked)?;
    let records = page.objects.into_iter().map(Listed::record);
    Ok(ObjectPage {
        records: records.collect::<Result<_, _>>()?,
        next: page.next,
    })
}

/// What a body holds, as lines, and where the next page is.
pub(in crate::graph) type Held = Result<(Vec<String>, Option<Url>), GraphError>;

/// Reads a body as each kind of page that is asked for.
pub(in crate::graph) fn read_as_everything(body: &[u8], asked: &Url) -> [Held; 3] {
    let lines = |page: ObjectPage| {
        let lines = page.records.into_iter().map(|record| record.line);
        (lines.collect(), page.next)
    };
    let credentials = |page: FederatedPage| {
        let entries = page.entries.into_iter();
        let lines = entries.filter_map(|entry| Some(entry.credentials?.1));
        (lines.collect(), page.next)
    };
    [
        page_of::<Application<'_>>(body, asked).map(lines),
        page_of::<ServicePrincipal<'_>>(body, asked).map(lines),
        federated_of(body, asked).map(credentials),
    ]
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'body> {
    #[serde(borrow)]
    id: std::borrow::Cow<'body, str>,
    #[serde(default)]
    federated_identity_credentials: Option<Vec<FederatedCredential<'body>>>,
}

/// Reads a page of federated credentials.
pub(super) fn federated(answer: &Answer) -> Result<FederatedPage, GraphError> {
    federated_of(&answer.body, &answer.asked)
}

fn federated_of(body: &[u8], asked: &Url) -> Result<FederatedPage, GraphError> {
    let page = page::read::<Entry<'_>>(body, asked)?;
    let entries = page.objects.iter().map(|entry| {
        Ok(Federated {
            key: record::key(&entry.id)?,
            credentials: match &entry.federated_identity_credentials {
                None => None,
                Some(list) => Some((record::of_federated(list), record::json(list)?)),
            },
        })
    });
    Ok(FederatedPage {
        entries: entries.collect::<Result<_, GraphError>>()?,
        next: page.next,
    })
}
