//! One list of objects, read to its end: whole, or in parts at the same time.
//!
//! In: the first page and how to read on. Out: batches of complete lines. Where the server does not understand ranges of
//! creation, or does not keep to them, the list is read page by page.

mod rest;

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::{join, try_join};
use futures_util::stream::FuturesUnordered;
use jiff::Timestamp;
use reqwest::Url;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::sleep;

use super::chain::{Answer, Chain};
use super::merge::{Lines, Merge};
use super::probe::{Way, is_unsupported, refused};
use super::query::Query;
use super::ranges::{self, Range};
use super::record::Record;
use super::shape::{self, FederatedPage, ObjectPage, Objects};
use crate::graph::client::{Client, GetError};
use crate::graph::error::{Cause, GraphError};

/// Complete lines on their way downstream.
pub(super) struct Batch {
    pub(super) lines: Lines,
    /// Room for another page, given back when this one has left.
    pub(super) _room: Option<OwnedSemaphorePermit>,
    pub(super) _queued: Queued,
}

/// The bytes of a batch, counted until it has left.
pub(super) struct Queued {
    count: Arc<AtomicUsize>,
    bytes: usize,
}

impl Queued {
    fn new(count: &Arc<AtomicUsize>, bytes: usize) -> Self {
        count.fetch_add(bytes, Ordering::Relaxed);
        Self {
            count: Arc::clone(count),
            bytes,
        }
    }
}

impl Drop for Queued {
    fn drop(&mut self) {
        self.count.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// A list and everything that is read beside it.
pub(super) struct List<'run> {
    client: &'run Client,
    objects: Objects,
    query: Query,
    owners: Way,
    federated: Way,
    now: Timestamp,
    out: mpsc::Sender<Batch>,
    /// How many objects there are, where the tenant tells it.
    pub(super) count: Option<u64>,
    /// When some applications were made.
    pub(super) dates: Vec<Timestamp>,
    /// How many pages may wait for those that must go before them.
    pub(super) room: Option<Arc<Semaphore>>,
    merge: RefCell<Merge>,
    /// Parts that are being read.
    parts: Cell<usize>,
    /// Questions about single applications so far.
    singles: Cell<usize>,
    /// Pages of federated credentials that are being read.
    beside: Cell<usize>,
    /// The bytes of the batches that have not left.
    queued: Arc<AtomicUsize>,
}

/// A list that was begun: its first page, and the URL that it answers.
pub(super) type Begun<P> = (P, Url);

/// What became of a part.
enum Outcome {
    Read,
    /// It is large: these are its parts.
    Split(Vec<Range>),
    /// The server does not understand ranges, or does not keep to them.
    Whole,
}

/// Objects in a page, on average, when a list is cut: some room, so that a part rarely needs a second page.
const AIM: u64 = 700;
/// More pages than this are read in fewer parts of several pages each.
const MOST_PARTS: u64 = 16;
const FEW_PARTS: u64 = 10;
const DEEPEST: u32 = 3;

impl<'run> List<'run> {
    pub(super) fn new(
        client: &'run Client,
        objects: Objects,
        query: Query,
        now: Timestamp,
        out: mpsc::Sender<Batch>,
    ) -> Self {
        Self {
            client,
            objects,
            query,
            owners: Way::None,
            federated: Way::None,
            now,
            out,
            count: None,
            dates: Vec::new(),
            room: None,
            merge: RefCell::new(Merge::new(false, false, client.limits.held_bytes)),
            parts: Cell::new(0),
            singles: Cell::new(0),
            beside: Cell::new(0),
            queued: Arc::default(),
        }
    }

    /// Reads owners and federated credentials besides.
    pub(super) fn with(mut self, owners: Way, federated: Way) -> Self {
        let is_read = |way: &Way| !matches!(way, Way::None);
        self.merge = RefCell::new(Merge::new(
            is_read(&federated),
            is_read(&owners),
            self.client.limits.held_bytes,
        ));
        (self.owners, self.federated) = (owners, federated);
        self
    }

    fn what(&self) -> &'static str {
        match self.objects {
            Objects::Applications => "applications",
            Objects::ServicePrincipals => "service principals",
        }
    }

    /// Reads the list to its end.
    pub(super) async fn read(
        &self,
        first: Begun<ObjectPage>,
        federated: Option<Begun<FederatedPage>>,
    ) -> Result<u64, GraphError> {
        let (page, asked) = first;
        let dates: Vec<Timestamp> = page.records.iter().filter_map(|it| it.created).collect();
        let mut chain = Chain::begun(asked, page.next);
        self.take_objects(page.records, None).await?;
        let mut beside = None;
        if let Some((page, asked)) = federated {
            beside = Some(Chain::begun(asked, page.next));
            self.take_federated(page.entries).await?;
        }
        let in_parts = chain.has_next() && self.in_parts(dates).await?;
        if !in_parts {
            self.to_the_end(&mut chain, beside.as_mut(), None)
                .await
                .map_err(|error| refused(self.client, self.what(), error))?;
        }
        self.ask_for_the_rest().await?;
        self.hand_over(None).await?;
        self.tell_unstated();
        Ok(self.merge.borrow().complete())
    }

    /// Cuts the list, where its number can prove that the parts are the whole. Service principals show no date; they are
    /// made when applications are.
    fn ranges(&self, own: Vec<Timestamp>) -> Vec<Range> {
        if self.count.is_none() || self.client.is_careful() {
            return Vec::new();
        }
        let dates = match self.objects {
            Objects::Applications => own,
            Objects::ServicePrincipals => self.dates.clone(),
        };
        let mut ranges = ranges::cut(ranges::WHOLE, &dates, self.first_parts(), self.now);
        if ranges.len() > 1 {
            ranges.push(Range::Undated);
            ranges
        } else {
            Vec::new()
        }
    }

    /// Returns how many parts are read at the same time: each one page, if there are not too many of those. The last pages of
    /// all parts come in the same moment, and then nobody should wait for them to be read.
    fn first_parts(&self) -> usize {
        let parts = self.count.unwrap_or_default().div_ceil(AIM);
        let parts = if parts > MOST_PARTS {
            FEW_PARTS
        } else {
            parts.max(2)
        };
        usize::try_from(parts).unwrap_or(2)
    }

    /// Reads the list in parts at the same time; says whether all has come.
    async fn in_parts(&self, dates: Vec<Timestamp>) -> Result<bool, GraphError> {
        let mut running = FuturesUnordered::new();
        let ranges = self.ranges(dates);
        if ranges.is_empty() {
            return Ok(false);
        }
        running.extend(ranges.into_iter().map(|range| self.part(range, 1)));
        self.parts.set(running.len());
        while let Some((depth, outcome)) = running.next().await {
            self.parts.set(running.len());
            match outcome.map_err(|error| refused(self.client, self.what(), error))? {
                Outcome::Read => {}
                Outcome::Split(ranges) => {
                    running.extend(ranges.into_iter().map(|range| self.part(range, depth + 1)));
                }
                Outcome::Whole => {
                    self.tell_whole("ranges of createdDateTime are not understood");
                    return Ok(false);
                }
            }
        }
        let all = self.count == Some(self.merge.borrow().objects());
        if !all {
            self.tell_whole("the parts are not the whole");
        }
        Ok(all)
    }

    /// Says what this server does not show of any object: it counts as unset.
    fn tell_unstated(&self) {
        let merge = self.merge.borrow();
        let members: Vec<&str> = merge.unstated().collect();
        if !members.is_empty() {
            self.client.watch.warn(format_args!(
                "no {} show `{}`: unset is assumed, so that what a key is for or whose an object is may be mistaken",
                self.what(),
                members.join("`, `")
            ));
        }
    }

    fn tell_whole(&self, why: &str) {
        let what = self.what();
        self.client
            .watch
            .log(format_args!("{why}: {what} are read page by page"));
    }

    async fn part(&self, range: Range, depth: u32) -> (u32, Result<Outcome, GetError>) {
        let outcome = match self.part_of(range, depth).await {
            // The number tells whether there are any.
            Err(GetError::Refused(refusal))
                if is_unsupported(&refusal) && range == Range::Undated =>
            {
                Ok(Outcome::Read)
            }
            Err(GetError::Refused(refusal)) if is_unsupported(&refusal) => Ok(Outcome::Whole),
            outcome => outcome,
        };
        (depth, outcome)
    }

    async fn part_of(&self, range: Range, depth: u32) -> Result<Outcome, GetError> {
        let mut chain = Chain::new(self.query.url(self.client, Some(range))?);
        let mut beside = match &self.federated {
            Way::List(query) => Some(Chain::new(query.url(self.client, Some(range))?)),
            Way::Single(_) | Way::None => None,
        };
        let objects = self.object_page(&mut chain, Some(range));
        let federated = self.federated_page(beside.as_mut());
        let (objects, federated) = join(objects, federated).await;
        federated?;
        let Some(dates) = objects? else {
            return Ok(Outcome::Whole);
        };
        let is_busy = self.parts.get() >= usize::try_from(FEW_PARTS).unwrap_or(usize::MAX);
        if chain.has_next() && depth < DEEPEST && !is_busy {
            let parts = ranges::cut(range, &dates, 4, self.now);
            if parts.len() > 1 {
                return Ok(Outcome::Split(parts));
            }
        }
        self.to_the_end(&mut chain, beside.as_mut(), Some(range))
            .await
    }

    /// Follows both lists to their ends.
    async fn to_the_end(
        &self,
        chain: &mut Chain,
        beside: Option<&mut Chain>,
        range: Option<Range>,
    ) -> Result<Outcome, GetError> {
        let objects = async {
            while chain.has_next() {
                if self.object_page(chain, range).await?.is_none() {
                    return Ok::<_, GetError>(Outcome::Whole);
                }
            }
            Ok(Outcome::Read)
        };
        let federated = async {
            if let Some(beside) = beside {
                while beside.has_next() {
                    self.federated_page(Some(&mut *beside)).await?;
                }
            }
            Ok(())
        };
        let (outcome, ()) = try_join(objects, federated).await?;
        Ok(outcome)
    }

    /// Reads a page of objects, and returns when they were made; `None` if one of them cannot be in the range.
    async fn object_page(
        &self,
        chain: &mut Chain,
        range: Option<Range>,
    ) -> Result<Option<Vec<Timestamp>>, GetError> {
        self.wait_for_others().await;
        let room = match &self.room {
            Some(room) => Arc::clone(room).acquire_owned().await.ok(),
            None => None,
        };
        let Some(answer) = chain.page(self.client).await? else {
            return Ok(Some(Vec::new()));
        };
        let ObjectPage { records, next } = self.objects.read(&answer)?;
        drop(answer);
        chain.follow(next, records.len(), self.client)?;
        if let Some(range) = range
            && !self.keeps_to(range, &records, chain)
        {
            return Ok(None);
        }
        let dates = records.iter().filter_map(|it| it.created).collect();
        self.take_objects(records, room).await?;
        Ok(Some(dates))
    }

    /// Tells whether the server has understood a range.
    fn keeps_to(&self, range: Range, records: &[Record], chain: &Chain) -> bool {
        match self.objects {
            Objects::Applications => records.iter().all(|record| range.holds(record.created)),
            // They show no date. A server that ignores the range sends the same first page each time.
            Objects::ServicePrincipals => {
                let merge = self.merge.borrow();
                !chain.has_next() || records.iter().any(|record| !merge.knows(record.key))
            }
        }
    }

    /// Lets the list of federated credentials, which waits for nobody, come up with the applications that wait for it, and
    /// whoever takes the batches come up with those.
    async fn wait_for_others(&self) {
        while self.is_queued() || (self.beside.get() > 0 && self.is_behind()) {
            sleep(A_MOMENT).await;
        }
    }

    /// Tells whether many bytes have not yet left.
    fn is_queued(&self) -> bool {
        self.queued.load(Ordering::Relaxed) > self.client.limits.held_bytes / MUCH
    }

    /// Tells whether many objects wait for their federated credentials.
    fn is_behind(&self) -> bool {
        let (merge, limits) = (self.merge.borrow(), &self.client.limits);
        merge.waiting_count() > limits.waiting || merge.held() > limits.held_bytes / MUCH
    }

    async fn federated_page(&self, chain: Option<&mut Chain>) -> Result<(), GetError> {
        let Some(chain) = chain else { return Ok(()) };
        let _running = Running::new(&self.beside);
        let Some(answer) = chain.page(self.client).await? else {
            return Ok(());
        };
        let FederatedPage { entries, next } = shape::federated(&answer)?;
        drop::<Answer>(answer);
        chain.follow(next, entries.len(), self.client)?;
        self.take_federated(entries).await?;
        Ok(())
    }

    async fn take_objects(
        &self,
        mut records: Vec<Record>,
        room: Option<OwnedSemaphorePermit>,
    ) -> Result<(), GraphError> {
        match self.owners {
            Way::Single(version) => self.add_owners(&mut records, version).await?,
            // A page that leaves out what it was asked for leaves more to ask.
            Way::List(_) => self.add_owners(&mut records, "/v1.0").await?,
            Way::None => {}
        }
        let mut keys = Vec::new();
        for record in records {
            let key = record.key;
            if self.merge.borrow_mut().object(record)? {
                keys.push(key);
            }
        }
        if let Way::Single(version) = self.federated {
            self.ask_for_federated(&keys, version).await?;
        }
        self.hand_over(room).await
    }

    async fn take_federated(&self, entries: Vec<shape::Federated>) -> Result<(), GraphError> {
        let mut left_out = Vec::new();
        for entry in entries {
            match entry.credentials {
                Some((digest, credentials)) => {
                    let mut merge = self.merge.borrow_mut();
                    merge.federated(entry.key, digest, credentials)?;
                }
                None => left_out.push(entry.key),
            }
        }
        if let Way::List(query) = &self.federated
            && !left_out.is_empty()
        {
            self.ask_for_federated(&left_out, query.version()).await?;
        }
        self.hand_over(None).await
    }

    /// Sends what is ready. Nothing is lost where this is given up half-way: what was not sent stays ready.
    async fn hand_over(&self, room: Option<OwnedSemaphorePermit>) -> Result<(), GraphError> {
        if self.merge.borrow().is_ready() {
            // Whoever does not listen any more does not need it.
            let place = self.out.reserve().await.map_err(|_| gone())?;
            let lines = self.merge.borrow_mut().ready();
            let queued = Queued::new(&self.queued, lines.text.len());
            place.send(Batch {
                lines,
                _room: room,
                _queued: queued,
            });
        }
        Ok(())
    }
}

/// Of what may be held, a part that is enough to wait for others.
const MUCH: usize = 4;

/// Long enough to cost nothing, short enough to be no wait.
const A_MOMENT: Duration = Duration::from_millis(5);

/// Counts what is running, also where it is given up half-way.
struct Running<'count>(&'count Cell<usize>);

impl<'count> Running<'count> {
    fn new(count: &'count Cell<usize>) -> Self {
        count.set(count.get() + 1);
        Self(count)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// Nobody reads the stream any more.
pub(super) fn gone() -> GraphError {
    GraphError::new(Cause::Again, "the collection was given up", "try again")
}
