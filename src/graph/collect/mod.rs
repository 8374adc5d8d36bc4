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
use self::list::List;
use self::policies::Policies;
use self::probe::{Applications, Federation, refused};
use self::query::{Query, SERVICE_PRINCIPAL};
use self::shape::{ObjectPage, Objects};
use self::stream::Stream;
use super::answer::Kind;
use super::client::{Client, GetError};
use super::error::{Cause, GraphError};
use super::page;

pub(super) use self::stream::Piece;

/// How many pages of applications may wait until the service principals have come: what is left to judge then takes no
/// time to speak of.
const WAITING_PAGES: usize = 16;

/// What the first requests brought.
struct Beginning {
    applications: Applications,
    federation: Federation,
    service_principals: list::Begun<ObjectPage>,
    counts: Counts,
}

/// How many objects there are, where the tenant tells it.
#[derive(Clone, Copy)]
struct Counts {
    applications: Option<u64>,
    service_principals: Option<u64>,
}

const SERVICE_PRINCIPALS: Query = Query::new("/v1.0/servicePrincipals", SERVICE_PRINCIPAL);

/// Reads the tenant and sends it to `out`.
pub(super) async fn run(
    client: &Client,
    collected_at: Timestamp,
    out: mpsc::Sender<Piece>,
) -> Result<(), GraphError> {
    // One token for all that follows.
    client.token().await?;
    let (tell, told) = oneshot::channel();
    let policies = async {
        // Whoever does not listen has failed, and says so.
        let _ = tell.send(policies::read(client).await?);
        Ok(())
    };
    let lists = async {
        let beginning = begin(client).await?;
        let counts = beginning.counts;
        let stream = Stream::new(out);
        let (found, stream) = read(client, collected_at, beginning, told, stream).await?;
        let lists = [
            ("applications", counts.applications, found.0),
            ("servicePrincipals", counts.service_principals, found.1),
        ];
        for (list, stated, found) in lists {
            prove(client, list, stated, found).await?;
        }
        stream.end().await
    };
    try_join(policies, Box::pin(lists)).await?;
    Ok(())
}

async fn begin(client: &Client) -> Result<Beginning, GraphError> {
    let (mut applications, mut federation, service_principals, apps, principals) = join_all!(
        probe::applications(client),
        probe::federation(client),
        first_service_principals(client),
        count(client, "applications"),
        count(client, "servicePrincipals"),
    )?;
    applications.fall_back(client, apps).await?;
    let few = applications.few(apps);
    federation.fall_back(client, few).await?;
    Ok(Beginning {
        applications,
        federation,
        service_principals,
        counts: Counts {
            applications: apps,
            service_principals: principals,
        },
    })
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
/// the second number.
async fn prove(
    client: &Client,
    list: &str,
    stated: Option<u64>,
    found: u64,
) -> Result<(), GraphError> {
    if stated.is_none_or(|stated| stated == found) {
        return Ok(());
    }
    let stated = count(client, list).await?;
    match stated {
        Some(stated) if stated != found => Err(GraphError::new(
            Cause::Again,
            format!("Graph says that it has {stated} {list}, and has sent {found}"),
            "try again at a quieter time",
        )),
        Some(_) | None => Ok(()),
    }
}

/// Reads both lists at the same time and forwards the policies first, then the service principals.
async fn read(
    client: &Client,
    now: Timestamp,
    beginning: Beginning,
    policies: oneshot::Receiver<Policies>,
    mut stream: Stream,
) -> Result<((u64, u64), Stream), GraphError> {
    let Beginning {
        applications,
        federation,
        service_principals,
        counts,
    } = beginning;
    let owners = applications.owners.clone();
    let coverage = federation.coverage;
    let records = applications.first.records.iter();
    let dates = records.filter_map(|record| record.created).collect();
    let (ready, waiting) = mpsc::channel(WAITING_PAGES);
    let (ready_first, first) = mpsc::channel(2);
    let mut principals = List::new(
        client,
        Objects::ServicePrincipals,
        SERVICE_PRINCIPALS,
        now,
        ready_first,
    );
    (principals.count, principals.dates) = (counts.service_principals, dates);
    let mut list = List::new(
        client,
        Objects::Applications,
        applications.query,
        now,
        ready,
    )
    .with(applications.owners, federation.way);
    list.count = counts.applications;
    list.room = Some(Arc::new(Semaphore::new(WAITING_PAGES)));
    let progress = |objects| client.watch.progress(objects);
    let forward = async {
        let policies = policies.await.map_err(|_| list::gone())?;
        let header = header(client, now, &owners, coverage, policies.coverage).await?;
        stream.begin(&header, &policies.lines).await?;
        let kind = Objects::ServicePrincipals;
        stream.forward(kind, first, progress).await?;
        let kind = Objects::Applications;
        stream.forward(kind, waiting, progress).await
    };
    // Each list closes its channel when it has been read.
    let principals = async move { principals.read(service_principals, None).await };
    let begun = (applications.first, applications.asked);
    let applications = async move { list.read(begun, federation.first).await };
    let lists = try_join(Box::pin(applications), Box::pin(principals));
    let (found, ()) = try_join(lists, forward).await?;
    Ok((found, stream))
}
