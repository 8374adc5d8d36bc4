//! Collecting: everything that the tenant shows, as one stream in the snapshot format.
//!
//! In: a client. Out: the header, the app management policies, every service principal, every application with its
//! owners and federated credentials, and the trailer. Several lists, and several parts of one, are read at the same time;
//! what was handed over is never taken back: where objects change while they are read, the collection ends with an error
//! that asks for another one.

mod chain;
mod header;
mod list;
mod merge;
mod policies;
mod probe;
mod query;
mod ranges;
mod record;
mod shape;
mod single;
mod stream;

use std::sync::Arc;

use futures_util::future::try_join;
use futures_util::try_join as join_all;
use jiff::Timestamp;
use tokio::sync::{Semaphore, mpsc, oneshot};

use self::header::header;
use self::list::{Batch, List};
use self::policies::Policies;
use self::probe::{Way, refused};
use self::query::{Query, SERVICE_PRINCIPAL};
use self::shape::{ObjectPage, Objects};
use self::stream::Stream;
use super::answer::{Kind, again};
use super::client::{Client, GetError};
use super::error::{Cause, GraphError};
use super::page;
use crate::snapshot::FederatedCoverage;

pub(super) use self::shape::read_as_everything;
pub(super) use self::stream::Piece;

/// How many pages of applications may wait until the service principals have come: what is left to judge then takes no
/// time to speak of.
const WAITING_PAGES: usize = 16;

/// What the first requests for applications show of the tenant.
struct Seen {
    owners: Way,
    federated: FederatedCoverage,
}

const SERVICE_PRINCIPALS: Query = Query::new("/v1.0/servicePrincipals", SERVICE_PRINCIPAL);

/// Reads the tenant and sends it to `out`: everything at the same time, each part as early as it can.
pub(super) async fn run(
    client: &Client,
    now: Timestamp,
    out: mpsc::Sender<Piece>,
) -> Result<(), GraphError> {
    // One token for all that follows.
    client.token().await?;
    let (tell_policies, policies) = oneshot::channel();
    let (tell_seen, seen) = oneshot::channel();
    let (tell_dates, dates) = oneshot::channel();
    let (ready, waiting) = mpsc::channel(WAITING_PAGES);
    let (ready_first, first) = mpsc::channel(2);
    let mut stream = Stream::new(out);
    let forward = async {
        let policies: Policies = policies.await.map_err(|_| list::gone())?;
        let seen: Seen = seen.await.map_err(|_| list::gone())?;
        let header = header(client, now, &seen.owners, seen.federated, policies.coverage).await?;
        stream.begin(&header, &policies.lines).await?;
        let progress = |objects| client.watch.progress(objects);
        let kind = Objects::ServicePrincipals;
        stream.forward(kind, first, progress).await?;
        let kind = Objects::Applications;
        stream.forward(kind, waiting, progress).await
    };
    let policies = async {
        // Whoever does not listen has failed, and says so.
        let _ = tell_policies.send(policies::read(client).await?);
        Ok(())
    };
    let applications = applications(client, now, ready, tell_seen, tell_dates);
    let principals = service_principals(client, now, ready_first, dates);
    let lists = try_join(Box::pin(applications), Box::pin(principals));
    let read = try_join(policies, lists);
    let (((), found), ()) = try_join(read, Box::pin(forward)).await?;
    if stream.counts() != found {
        // What was read and what was sent are counted apart, so that nothing is lost between the two.
        return Err(GraphError::new(
            Cause::Again,
            "not everything that was read was handed over",
            "try again, and report this bug",
        ));
    }
    stream.end().await
}

/// Reads all applications. The channel closes when they have been read.
async fn applications(
    client: &Client,
    now: Timestamp,
    ready: mpsc::Sender<Batch>,
    tell_seen: oneshot::Sender<Seen>,
    tell_dates: oneshot::Sender<Vec<Timestamp>>,
) -> Result<u64, GraphError> {
    let (mut applications, mut federation, stated) = join_all!(
        probe::applications(client),
        probe::federation(client),
        count(client, "applications"),
    )?;
    let records = applications.first.records.iter();
    let _ = tell_dates.send(records.filter_map(|record| record.created).collect());
    applications.fall_back(client, stated).await?;
    let few = applications.few(stated);
    federation.fall_back(client, few).await?;
    let _ = tell_seen.send(Seen {
        owners: applications.owners.clone(),
        federated: federation.coverage,
    });
    let mut list = List::new(
        client,
        Objects::Applications,
        applications.query,
        now,
        ready,
    )
    .with(applications.owners, federation.way);
    list.count = stated;
    list.room = Some(Arc::new(Semaphore::new(WAITING_PAGES)));
    let begun = (applications.first, applications.asked);
    let found = list.read(begun, federation.first).await?;
    drop(list);
    prove(client, "applications", stated, found).await?;
    Ok(found)
}

/// Reads all service principals. The channel closes when they have been read.
async fn service_principals(
    client: &Client,
    now: Timestamp,
    ready: mpsc::Sender<Batch>,
    dates: oneshot::Receiver<Vec<Timestamp>>,
) -> Result<u64, GraphError> {
    let (begun, stated) = join_all!(
        first_service_principals(client),
        count(client, "servicePrincipals"),
    )?;
    let mut list = List::new(
        client,
        Objects::ServicePrincipals,
        SERVICE_PRINCIPALS,
        now,
        ready,
    );
    list.count = stated;
    if begun.0.next.is_some() {
        list.dates = dates.await.unwrap_or_default();
    }
    let found = list.read(begun, None).await?;
    drop(list);
    prove(client, "servicePrincipals", stated, found).await?;
    Ok(found)
}

async fn first_service_principals(client: &Client) -> Result<list::Begun<ObjectPage>, GraphError> {
    let answer = probe::first(client, &SERVICE_PRINCIPALS)
        .await
        .map_err(|error| refused(client, "service principals", error))?;
    let page = Objects::ServicePrincipals.read(&answer)?;
    Ok((page, answer.asked))
}

/// Asks how many objects a list has; not every tenant tells it.
async fn count(client: &Client, list: &str) -> Result<Option<u64>, GraphError> {
    let url = client.url(&format!("/v1.0/{list}/$count"))?;
    match client.get(&url, Kind::Number).await {
        Ok(body) => page::number(&body).map(Some),
        Err(GetError::Refused(_)) => Ok(None),
        Err(GetError::Failed(error)) => Err(error),
    }
}

/// Proves that a list is complete, where the tenant tells how many there are. What was made or deleted meanwhile shows in
/// a second number, which must be told, too.
async fn prove(
    client: &Client,
    list: &str,
    stated: Option<u64>,
    found: u64,
) -> Result<(), GraphError> {
    let Some(before) = stated.filter(|stated| *stated != found) else {
        return Ok(());
    };
    let after = count(client, list).await?;
    if after.is_some_and(|after| (before.min(after)..=before.max(after)).contains(&found)) {
        return Ok(());
    }
    Err(again(format!(
        "Graph says that it has {before} {list}, and has sent {found}"
    )))
}
