//! The first page of everything, and with it what this Graph can show.
//!
//! In: a client. Out: the first page of applications and of their federated credentials, and the way in which owners and
//! federated credentials are read. What cannot be read in one way is read in the next best, and the snapshot's header
//! says so; a right that is missing is an error, never an empty list.

use std::pin::pin;

use futures_util::future::{Either, ready, select};
use reqwest::StatusCode;

use super::chain::Answer;
use super::query::{APPLICATION, Query};
use super::record::Key;
use super::shape::{self, FederatedPage, ObjectPage, Objects};
use super::single;
use crate::graph::answer::Kind;
use crate::graph::client::{Client, GetError, Refusal};
use crate::graph::error::GraphError;
use crate::graph::permission::APPLICATION_READ_ALL;
use crate::snapshot::FederatedCoverage;

/// How a relation of applications is read.
#[derive(Clone, Debug)]
pub(super) enum Way {
    /// With a list.
    List(Query),
    /// For each application by itself, under this version of Graph.
    Single(&'static str),
    /// Not at all.
    None,
}

/// Applications, and how to read on.
pub(super) struct Applications {
    pub(super) query: Query,
    pub(super) asked: reqwest::Url,
    pub(super) first: ObjectPage,
    pub(super) owners: Way,
}

/// Federated credentials, and how to read on.
pub(super) struct Federation {
    pub(super) coverage: FederatedCoverage,
    pub(super) way: Way,
    /// The first page of a list, and the URL that it answers.
    pub(super) first: Option<(FederatedPage, reqwest::Url)>,
}

/// More applications than this are not asked about one by one.
const MOST_SINGLE: u64 = 2_000;

const PATH: &str = "/v1.0/applications";
const VERSIONS: [(&str, &str, FederatedCoverage); 2] = [
    ("/beta", "/beta/applications", FederatedCoverage::Complete),
    ("/v1.0", PATH, FederatedCoverage::WithoutExpressions),
];

/// Reads the first page of a list.
pub(super) async fn first(client: &Client, query: &Query) -> Result<Answer, GetError> {
    let asked = query.url(client, None)?;
    let body = client.get(&asked, Kind::Json).await?;
    Ok(Answer { body, asked })
}

/// Tells whether a refusal says that something is not offered, rather than forbidden.
pub(super) fn is_unsupported(refusal: &Refusal) -> bool {
    matches!(
        refusal.status,
        StatusCode::BAD_REQUEST
            | StatusCode::NOT_FOUND
            | StatusCode::METHOD_NOT_ALLOWED
            | StatusCode::UNPROCESSABLE_ENTITY
            | StatusCode::NOT_IMPLEMENTED
    )
}

/// Turns an answer that was refused into an error.
pub(super) fn refused(client: &Client, what: &str, error: GetError) -> GraphError {
    match error {
        GetError::Failed(error) => error,
        GetError::Refused(refusal) if refusal.status == StatusCode::FORBIDDEN => {
            APPLICATION_READ_ALL
                .missing(what, client.session().sign_in())
                .with_request_id(refusal.request_id.as_deref())
        }
        GetError::Refused(refusal) => refusal.error(what),
    }
}

/// Reads the first page of applications, with their owners if the list can show them.
pub(super) async fn applications(client: &Client) -> Result<Applications, GraphError> {
    let plain = Query::new(PATH, APPLICATION);
    let query = plain.clone().expanding("owners");
    let failed = |error| refused(client, "applications", error);
    let (query, answer) = match first(client, &query).await {
        Ok(answer) => (query, answer),
        Err(GetError::Refused(refusal)) if is_unsupported(&refusal) => {
            let answer = first(client, &plain).await.map_err(failed)?;
            (plain.clone(), answer)
        }
        Err(error) => return Err(failed(error)),
    };
    let page = Objects::Applications.read(&answer)?;
    let shown = page.records.iter().filter(|it| it.shows_owners).count();
    let shows_owners = is_shown(shown, page.records.len());
    let (query, owners) = if shows_owners {
        (query.clone(), Way::List(query))
    } else {
        (plain, Way::None)
    };
    Ok(Applications {
        query,
        asked: answer.asked,
        first: page,
        owners,
    })
}

impl Applications {
    /// Reads owners one by one where the list does not show them and there are few.
    pub(super) async fn fall_back(
        &mut self,
        client: &Client,
        count: Option<u64>,
    ) -> Result<(), GraphError> {
        if matches!(self.owners, Way::None)
            && let Some(key) = self.few(count)
            && single::can_read(client, "/v1.0", key, "owners").await?
        {
            self.owners = Way::Single("/v1.0");
        }
        Ok(())
    }

    /// Returns an application to try, if there are few enough to ask about each.
    pub(super) fn few(&self, count: Option<u64>) -> Option<Key> {
        let page = u64::try_from(self.first.records.len()).unwrap_or(u64::MAX);
        let all = if self.first.next.is_none() {
            Some(page)
        } else {
            count
        };
        let first = self.first.records.first()?;
        all.filter(|all| *all <= MOST_SINGLE).map(|_| first.key)
    }
}

/// Reads the first page of federated credentials: from beta, which shows flexible ones, else from v1.0, which is asked for
/// one object at the same time, so that nobody waits to learn that neither shows them.
pub(super) async fn federation(client: &Client) -> Result<Federation, GraphError> {
    let [(_, beta, complete), (_, v1, without)] = VERSIONS;
    let failed = |error| refused(client, FEDERATED, error);
    let beta = pin!(shown(client, federated(beta), complete));
    let one = pin!(shown(client, federated(v1).of_one(), without));
    let (beta, one) = match select(beta, one).await {
        Either::Left((beta, one)) => (beta, Either::Left(one)),
        Either::Right((one, beta)) => (beta.await, Either::Right(ready(one))),
    };
    let found = match beta {
        Err(GetError::Refused(refusal)) if refusal.status == StatusCode::FORBIDDEN => None,
        beta => readable(beta).map_err(failed)?,
    };
    if let Some(found) = found {
        return Ok(found);
    }
    let found = if readable(one.await).map_err(failed)?.is_some() {
        readable(shown(client, federated(v1), without).await).map_err(failed)?
    } else {
        None
    };
    Ok(found.unwrap_or(Federation {
        coverage: FederatedCoverage::None,
        way: Way::None,
        first: None,
    }))
}

const fn federated(path: &'static str) -> Query {
    Query::new(path, &["id"]).expanding("federatedIdentityCredentials")
}

const FEDERATED: &str = "federated credentials";

/// Reads the first page of federated credentials, if it shows them.
async fn shown(
    client: &Client,
    query: Query,
    coverage: FederatedCoverage,
) -> Result<Option<Federation>, GetError> {
    let answer = first(client, &query).await?;
    let page = shape::federated(&answer)?;
    let count = page
        .entries
        .iter()
        .filter(|it| it.credentials.is_some())
        .count();
    let shows = is_shown(count, page.entries.len());
    Ok(shows.then_some(Federation {
        coverage,
        way: Way::List(query),
        first: Some((page, answer.asked)),
    }))
}

/// Tells whether a list shows a relation: what few objects lack is asked for one by one, what few have came unasked.
const fn is_shown(objects: usize, of: usize) -> bool {
    objects >= of.div_ceil(2)
}

/// Takes what is not offered for nothing.
fn readable(found: Result<Option<Federation>, GetError>) -> Result<Option<Federation>, GetError> {
    match found {
        Err(GetError::Refused(refusal)) if is_unsupported(&refusal) => Ok(None),
        found => found,
    }
}

impl Federation {
    /// Reads federated credentials one by one where no list shows them and there are few applications.
    pub(super) async fn fall_back(
        &mut self,
        client: &Client,
        few: Option<Key>,
    ) -> Result<(), GraphError> {
        let (Way::None, Some(key)) = (&self.way, few) else {
            return Ok(());
        };
        for (version, _, coverage) in VERSIONS {
            if single::can_read(client, version, key, "federatedIdentityCredentials").await? {
                self.way = Way::Single(version);
                self.coverage = coverage;
                return Ok(());
            }
        }
        Ok(())
    }
}
