//! The body of an answer, read to its end within a budget of bytes that all answers share.
//!
//! In: an answer whose head has come. Out: its decoded bytes, which count until they are dropped, or why there are none.
//! A page of a few kilobytes can unpack to many megabytes, and forty answers may be under way. So most of the budget is
//! open to all of them, and the rest is kept for one at a time: an answer for which no room is left is given up without
//! holding anything and asked for again when the reserved room is its own. That one waits for nobody, so all end. Once a
//! page was large, room for another such is taken before the next one is asked for.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::Response;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

use super::limits::Limits;

/// What an answer says of its own length is believed so far.
const MOST_ANNOUNCED: usize = 4 << 20;

/// The least by which a body grows.
const STEP: usize = 256 << 10;

/// Where this many pages take all the room, they are large.
const FEW: usize = 16;

/// How long an answer waits for others to make room before it is given up.
const A_MOMENT: Duration = if cfg!(test) {
    Duration::from_millis(20)
} else {
    Duration::from_millis(250)
};

/// The bytes that all bodies together may have.
pub(super) struct Budget {
    open: Arc<Semaphore>,
    reserved: Arc<Semaphore>,
    /// How much is open to all.
    size: usize,
    /// What the largest body so far took.
    largest: Arc<AtomicUsize>,
}

/// What one body has of the budget.
pub(super) enum Share {
    /// As much of the open part as it needed so far.
    Open {
        budget: Arc<Semaphore>,
        size: usize,
        taken: Option<OwnedSemaphorePermit>,
        used: usize,
        largest: Arc<AtomicUsize>,
    },
    /// The reserved part: room for the largest page.
    Reserved {
        _permit: Option<OwnedSemaphorePermit>,
    },
}

impl Budget {
    pub(super) fn new(limits: &Limits) -> Self {
        let size = limits.body_bytes.saturating_sub(limits.page_bytes);
        let size = size.min(Semaphore::MAX_PERMITS);
        Self {
            open: Arc::new(Semaphore::new(size)),
            reserved: Arc::new(Semaphore::new(1)),
            size,
            largest: Arc::default(),
        }
    }

    /// Returns a share of the open part: with nothing in it, or with room for a large page where there was one. Whoever
    /// waits here must hold nothing.
    pub(super) async fn open(&self) -> Share {
        let largest = self.largest.load(Ordering::Relaxed).min(self.size);
        let mut taken = None;
        if largest > self.size / FEW
            && let Ok(permits) = u32::try_from(largest)
        {
            let room = Arc::clone(&self.open).acquire_many_owned(permits);
            // It is never closed.
            taken = room.await.ok();
        }
        Share::Open {
            budget: Arc::clone(&self.open),
            size: self.size,
            taken,
            used: 0,
            largest: Arc::clone(&self.largest),
        }
    }

    /// Waits until the reserved part is free. Whoever waits here must hold nothing.
    pub(super) async fn reserved(&self) -> Share {
        let permit = Arc::clone(&self.reserved).acquire_owned().await;
        Share::Reserved {
            // It is never closed.
            _permit: permit.ok(),
        }
    }
}

impl Share {
    /// Takes room for further bytes; says whether there was any.
    async fn grow(&mut self, bytes: usize) -> bool {
        let (budget, size, taken, used) = match self {
            Self::Reserved { .. } => return true,
            Self::Open {
                budget,
                size,
                taken,
                used,
                largest,
            } => {
                *used = used.saturating_add(bytes);
                largest.fetch_max(*used, Ordering::Relaxed);
                (budget, *size, taken, *used)
            }
        };
        let has = taken.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        if used <= has {
            return true;
        }
        let Ok(more) = u32::try_from(used - has) else {
            return false;
        };
        if used > size {
            return false;
        }
        let room = Arc::clone(budget).acquire_many_owned(more);
        let Ok(Ok(room)) = timeout(A_MOMENT, room).await else {
            return false;
        };
        match taken {
            Some(taken) => taken.merge(room),
            None => *taken = Some(room),
        }
        true
    }
}

/// The bytes of a body. They count as long as they are there: whoever has one must not wait for another.
pub(super) struct Body {
    bytes: Vec<u8>,
    _share: Share,
}

impl Deref for Body {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Why a body was not read.
#[derive(Debug)]
pub(super) enum Unread {
    /// It is longer than it may be.
    TooLong,
    /// Too many others are being read.
    NoRoom,
    /// It comes too slowly.
    TooSlow,
    /// The connection failed.
    Broken(reqwest::Error),
}

/// Reads a body of at most so many bytes, as long as it comes and fits.
pub(super) async fn read(
    mut response: Response,
    most: usize,
    limits: &Limits,
    mut share: Share,
) -> Result<Body, Unread> {
    let mut begun = Instant::now();
    let announced = response.content_length().unwrap_or_default();
    let announced = usize::try_from(announced).unwrap_or(usize::MAX);
    let mut bytes = Vec::new();
    make_room(&mut bytes, announced.min(MOST_ANNOUNCED), most, &mut share).await?;
    while let Some(chunk) = response.chunk().await.map_err(Unread::Broken)? {
        if bytes.len() + chunk.len() > most {
            return Err(Unread::TooLong);
        }
        let waited = Instant::now();
        make_room(&mut bytes, chunk.len(), most, &mut share).await?;
        // What others take is not the fault of this one.
        begun += waited.elapsed();
        bytes.extend_from_slice(&chunk);
        let elapsed = begun.elapsed();
        let least = elapsed.as_secs() * limits.bytes_per_second;
        if elapsed > limits.slow_after && (bytes.len() as u64) < least {
            return Err(Unread::TooSlow);
        }
    }
    Ok(Body {
        bytes,
        _share: share,
    })
}

/// Makes room for further bytes, and counts it before it is there.
async fn make_room(
    bytes: &mut Vec<u8>,
    more: usize,
    most: usize,
    share: &mut Share,
) -> Result<(), Unread> {
    let (length, has) = (bytes.len(), bytes.capacity());
    let needs = length.saturating_add(more).min(most);
    if needs <= has {
        return Ok(());
    }
    // By a quarter more each time, so that little is copied.
    let room = needs.max((has + has / 4).min(most));
    let room = if has == 0 {
        room
    } else {
        room.max((has + STEP).min(most))
    };
    if !share.grow(room - has).await {
        return Err(Unread::NoRoom);
    }
    bytes.reserve_exact(room - length);
    Ok(())
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;

    fn budget(body_bytes: usize, page_bytes: usize) -> Budget {
        Budget::new(&Limits {
            page_bytes,
            body_bytes,
            ..Limits::default()
        })
    }

    /// Reads a body of so many bytes, in pieces; a second time if there was no room.
    async fn fill(budget: &Budget, size: usize, most: usize, held: &AtomicUsize) -> usize {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let mut share = if attempts == 1 {
                budget.open().await
            } else {
                budget.reserved().await
            };
            let (mut bytes, mut counted, mut is_whole) = (Vec::new(), 0, true);
            while bytes.len() < size {
                let more = (size - bytes.len()).min(100);
                if make_room(&mut bytes, more, most, &mut share).await.is_err() {
                    is_whole = false;
                    break;
                }
                bytes.resize(bytes.len() + more, 0_u8);
                let now = held.fetch_add(bytes.capacity() - counted, Ordering::SeqCst);
                assert!(now + bytes.capacity() - counted <= budget.size + most);
                counted = bytes.capacity();
                tokio::task::yield_now().await;
            }
            held.fetch_sub(counted, Ordering::SeqCst);
            if is_whole {
                return attempts;
            }
        }
    }

    #[tokio::test(flavor = "current_thread")]
    async fn bodies_never_have_more_than_the_budget_and_all_are_read() {
        for (total, most) in [
            (2_000, 1_000),
            (1_000, 1_000),
            (100, 1_000),
            (64_000, 1_000),
        ] {
            let (budget, held) = (budget(total, most), AtomicUsize::new(0));
            let bodies = (0..40).map(|number| fill(&budget, 25 * (number + 1), most, &held));
            let attempts = join_all(bodies).await;
            assert!(attempts.iter().all(|attempts| *attempts <= 2));
            assert_eq!(held.load(Ordering::SeqCst), 0);
            let is_again = attempts.contains(&2);
            assert_eq!(is_again, total != 64_000, "{total}");
            assert_eq!(budget.open.available_permits(), budget.size);
        }
    }

    #[tokio::test(flavor = "current_thread")]
    async fn one_that_is_given_up_holds_nothing() {
        let budget = budget(3_000, 1_000);
        let (mut first, mut second) = (budget.open().await, budget.open().await);
        assert!(first.grow(1_500).await);
        assert!(second.grow(400).await);
        assert!(!second.grow(200).await);
        drop(second);
        assert!(first.grow(500).await);
        assert_eq!(budget.open.available_permits(), 0);
        assert!(!first.grow(1).await);
        let mut last = budget.reserved().await;
        assert!(last.grow(usize::MAX).await);
        drop((first, last));
        assert_eq!(budget.open.available_permits(), 2_000);
    }

    #[tokio::test(flavor = "current_thread")]
    async fn room_for_a_large_page_is_taken_before_the_next_one() {
        let budget = budget(3_000, 1_000);
        assert!(budget.open().await.grow(125).await);
        let small = budget.open().await;
        assert_eq!(budget.open.available_permits(), 2_000);
        assert!(budget.open().await.grow(900).await);
        let mut large = budget.open().await;
        assert_eq!(budget.open.available_permits(), 1_100);
        assert!(large.grow(900).await);
        assert_eq!(budget.open.available_permits(), 1_100);
        assert!(large.grow(100).await);
        assert_eq!(budget.open.available_permits(), 1_000);
        drop((small, large));
        assert_eq!(budget.open.available_permits(), 2_000);
    }
}
