//! A sign-in that failed for now and is tried again: from its beginning, with a new assertion, and at the same addresses.
//!
//! In: why an attempt failed, and how long there is time. Out: a wait, or the reason why there is no further attempt. One
//! busy answer must not cost a run its verdict; a refusal is never repeated.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::graph::error::{Cause, GraphError};
use crate::graph::limits::Limits;
use crate::graph::wait::{self, Busy, back_off};
use crate::graph::watch::Watch;

/// Attempts where nobody has answered: a network that is down is soon found out.
const UNANSWERED: u32 = 3;

/// Why an attempt gave no token.
#[derive(Debug)]
pub(super) enum Stop {
    /// Another attempt would end the same way.
    Failed(GraphError),
    /// It may pass by itself.
    Later(Later),
}

/// An attempt after which another one is worth while.
#[derive(Debug)]
pub(super) struct Later {
    pub(super) why: GraphError,
    /// How long the other side asks to wait.
    pub(super) wait: Option<Duration>,
    /// What the other side answered, if it did.
    pub(super) busy: Option<Busy>,
}

impl From<GraphError> for Stop {
    fn from(error: GraphError) -> Self {
        Self::Failed(error)
    }
}

impl Stop {
    /// The connection failed: it may pass, or not.
    pub(super) fn unanswered((why, passes): (GraphError, bool)) -> Self {
        if passes {
            Self::Later(Later {
                why,
                wait: None,
                busy: None,
            })
        } else {
            Self::Failed(why)
        }
    }

    /// An answer came that is none.
    pub(super) fn answered(
        status: u16,
        headers: &reqwest::header::HeaderMap,
        why: GraphError,
    ) -> Self {
        match wait::busy(status) {
            Some(busy) => Self::Later(Later {
                why,
                wait: wait::asked_for(headers),
                busy: Some(busy),
            }),
            None => Self::Failed(why),
        }
    }

    /// Makes it final: somebody else has tried often enough.
    pub(super) fn finally(self) -> Self {
        match self {
            Self::Later(Later { why, .. }) | Self::Failed(why) => Self::Failed(why),
        }
    }
}

/// How long a sign-in may be tried.
#[derive(Clone)]
pub(in crate::graph) struct Patience {
    pub(in crate::graph) limits: Limits,
    /// When the time is over.
    pub(in crate::graph) until: Instant,
    pub(in crate::graph) watch: Option<Arc<dyn Watch>>,
}

impl fmt::Debug for Patience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Patience").finish_non_exhaustive()
    }
}

/// The attempts so far.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    throttled: u32,
    failed: u32,
    /// Whether anybody has answered.
    answered: bool,
}

impl Attempts {
    /// Waits until the next attempt; an error where there is none. Throttling may last as long as there is time.
    pub(super) async fn next(&mut self, stop: Stop, patience: &Patience) -> Result<(), GraphError> {
        let Later { why, wait, busy } = match stop {
            Stop::Later(later) => later,
            Stop::Failed(error) => return Err(error),
        };
        self.answered |= busy.is_some();
        let is_throttled = busy == Some(Busy::Throttled);
        let count = if is_throttled {
            &mut self.throttled
        } else {
            &mut self.failed
        };
        *count += 1;
        let most = if self.answered {
            patience.limits.attempts
        } else {
            patience.limits.attempts.min(UNANSWERED)
        };
        if !is_throttled && *count >= most {
            return Err(why);
        }
        let wait = wait.unwrap_or_else(|| back_off(*count - 1, &patience.limits));
        patience.pause(wait, &why).await
    }
}

impl Patience {
    async fn pause(&self, wait: Duration, why: &GraphError) -> Result<(), GraphError> {
        let until = Instant::now().checked_add(wait);
        if until.is_none_or(|until| until >= self.until) {
            return Err(self.out_of_time(why));
        }
        if let Some(watch) = &self.watch {
            let seconds = wait.as_secs_f64();
            watch.log(format_args!(
                "waiting {seconds:.1} s to sign in again: {why}"
            ));
        }
        sleep(wait).await;
        Ok(())
    }

    fn out_of_time(&self, why: &GraphError) -> GraphError {
        GraphError::new(
            Cause::Limit,
            format!(
                "{}; the next attempt would be after the limit of {} s",
                why.what(),
                self.limits.total.as_secs()
            ),
            "try again later, or give more time with --graph-timeout",
        )
    }
}
