//! The client: GET and nothing else, to one origin and no other.
//!
//! In: a URL of the configured origin. Out: the whole body of a good answer; a refusal, for those who can do without; or
//! why there is none. What may pass by itself (throttling, a failing server, a lost connection) is tried again within
//! the limits, and a token that is not accepted is replaced once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use reqwest::header::{self, HeaderMap};
use reqwest::{StatusCode, Url};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use super::answer::{self, Kind};
use super::body::{self, Body, Budget, Share, Unread};
use super::cloud::Cloud;
use super::error::{Cause, GraphError};
use super::failure;
use super::limits::Limits;
use super::live::Access;
use super::session::Session;
use super::sign_in::Patience;
use super::token::Token;
use super::wait::{self, Busy, back_off, instant};
use super::watch::Watch;

/// An answer that Graph gave on purpose, and that is not what was asked for.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    /// Graph's error codes, the outer one first.
    pub(super) codes: Vec<String>,
    pub(super) request_id: Option<String>,
}

impl Refusal {
    /// Makes an error of it, where nothing else can be done.
    pub(super) fn error(&self, what: &str) -> GraphError {
        let code = self
            .codes
            .first()
            .map_or_else(String::new, |code| format!(", {code}"));
        GraphError::new(
            Cause::Answer,
            format!(
                "Graph refused to list {what} ({}{code})",
                self.status.as_u16()
            ),
            "check --cloud and the endpoint; if it stays, report it with the request-id",
        )
        .with_request_id(self.request_id.as_deref())
    }
}

/// Why there is no body.
#[derive(Debug)]
pub(super) enum GetError {
    /// Graph said no.
    Refused(Refusal),
    /// There is no way on.
    Failed(GraphError),
}

impl From<GraphError> for GetError {
    fn from(error: GraphError) -> Self {
        Self::Failed(error)
    }
}

/// What one attempt came to.
enum Attempt {
    Body(Body),
    /// The bodies of others take all the room: it must be asked for again.
    NoRoom,
    Refused(Refusal),
    /// The token was not accepted.
    Unauthorised(GraphError),
    /// It may pass by itself. Throttling may last as long as there is time.
    Later {
        why: GraphError,
        wait: Option<Duration>,
        throttled: bool,
    },
    Failed(GraphError),
}

/// A client for one collection.
pub(super) struct Client {
    http: reqwest::Client,
    cloud: Cloud,
    session: Session,
    pub(super) limits: Limits,
    deadline: Instant,
    /// Whether an earlier reading failed, so that this one does without what could be the cause.
    is_careful: bool,
    /// This machine's clock when the client was made, where it is compared with Graph's.
    clock: Option<(Timestamp, Instant)>,
    skewed: AtomicBool,
    /// Whether any answer has come.
    reached: AtomicBool,
    at_once: Semaphore,
    /// The bytes that all bodies together may have.
    budget: Budget,
    /// When the next request may be sent.
    next: Mutex<Instant>,
    pub(super) watch: Arc<dyn Watch>,
}

impl Client {
    pub(super) fn new(
        http: reqwest::Client,
        access: &Access,
        begun: Instant,
        reading: u32,
    ) -> Self {
        let limits = access.limits;
        let deadline = begun + limits.total;
        let patience = Patience {
            limits,
            until: deadline,
            watch: Some(Arc::clone(&access.watch)),
        };
        Self {
            http,
            cloud: access.cloud.clone(),
            session: Session::new(Arc::clone(&access.sign_in), patience),
            limits,
            deadline,
            is_careful: reading > 1,
            clock: access.compares_clocks.then_some((access.clock, begun)),
            skewed: AtomicBool::new(false),
            reached: AtomicBool::new(false),
            at_once: Semaphore::new(limits.at_once),
            budget: Budget::new(&limits),
            next: Mutex::new(begun),
            watch: Arc::clone(&access.watch),
        }
    }

    pub(super) const fn cloud(&self) -> &Cloud {
        &self.cloud
    }

    pub(super) const fn is_careful(&self) -> bool {
        self.is_careful
    }

    pub(super) const fn session(&self) -> &Session {
        &self.session
    }

    /// Signs in, unless that was done.
    pub(super) async fn token(&self) -> Result<Arc<Token>, GraphError> {
        match timeout_at(self.deadline, self.session.token()).await {
            Ok(token) => token.map(|(token, _)| token),
            Err(_) => Err(self.out_of_time(None)),
        }
    }

    /// Returns the URL of a path and query on Graph.
    pub(super) fn url(&self, path: &str) -> Result<Url, GraphError> {
        let joined = self.cloud.graph().join(path);
        joined.map_err(|_| GraphError::new(Cause::Answer, "a request cannot be made", REPORT))
    }

    /// Gets the body of an answer.
    pub(super) async fn get(&self, url: &Url, kind: Kind) -> Result<Body, GetError> {
        if url.origin() != self.cloud.graph().origin() {
            return Err(GetError::Failed(GraphError::new(
                Cause::Answer,
                "a request would leave the configured origin",
                REPORT,
            )));
        }
        let all = self.attempts(url, kind);
        match timeout_at(self.deadline, all).await {
            Ok(ended) => ended,
            Err(_) => Err(GetError::Failed(self.out_of_time(None))),
        }
    }

    async fn attempts(&self, url: &Url, kind: Kind) -> Result<Body, GetError> {
        let (mut failures, mut throttles, mut renewed, mut alone) = (0, 0, false, false);
        loop {
            let share = if alone {
                self.budget.reserved().await
            } else {
                self.budget.open().await
            };
            // Nobody may wait for one that has the reserved room, and so it waits for nobody.
            let permit = if alone {
                None
            } else {
                Some(self.at_once.acquire().await)
            };
            let (attempt, generation) = self.attempt(url, kind, share).await?;
            drop(permit);
            match attempt {
                Attempt::Body(body) => return Ok(body),
                Attempt::NoRoom => {
                    self.watch
                        .log(format_args!("no room for an answer: it is asked for again"));
                    alone = true;
                }
                Attempt::Refused(refusal) => return Err(GetError::Refused(refusal)),
                Attempt::Failed(error) => return Err(GetError::Failed(error)),
                Attempt::Unauthorised(error) if renewed => return Err(GetError::Failed(error)),
                Attempt::Unauthorised(_) => {
                    renewed = true;
                    self.session.renew(generation).await?;
                }
                Attempt::Later {
                    why,
                    wait,
                    throttled,
                } => {
                    let count = if throttled {
                        &mut throttles
                    } else {
                        &mut failures
                    };
                    *count += 1;
                    let most = if self.reached.load(Ordering::Relaxed) {
                        self.limits.attempts
                    } else {
                        // Nobody has answered yet: no network is found out soon.
                        self.limits.attempts.min(3)
                    };
                    if !throttled && *count >= most {
                        return Err(GetError::Failed(why));
                    }
                    let wait = wait.unwrap_or_else(|| back_off(*count - 1, &self.limits));
                    self.pause(wait, why).await?;
                }
            }
        }
    }

    async fn pause(&self, wait: Duration, why: GraphError) -> Result<(), GraphError> {
        let until = Instant::now().checked_add(wait);
        if until.is_none_or(|until| until >= self.deadline) {
            return Err(self.out_of_time(Some(&why)));
        }
        self.watch
            .log(format_args!("waiting {:.1} s: {why}", wait.as_secs_f64()));
        sleep(wait).await;
        Ok(())
    }

    fn out_of_time(&self, why: Option<&GraphError>) -> GraphError {
        let limit = self.limits.total.as_secs();
        let last = why.map_or_else(String::new, |why| format!(": {}", why.what()));
        GraphError::new(
            Cause::Limit,
            format!("limit of {limit} s reached before Graph had answered everything{last}"),
            "try again later, or give more time with --graph-timeout",
        )
        .with_request_id(why.and_then(GraphError::request_id))
    }

    /// Waits until the request before is some way off.
    async fn take_turn(&self) {
        let turn = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let turn = (*next).max(Instant::now());
            *next = turn + self.limits.spacing;
            turn
        };
        sleep_until(turn).await;
    }

    /// Sends the request once.
    async fn attempt(
        &self,
        url: &Url,
        kind: Kind,
        share: Share,
    ) -> Result<(Attempt, u64), GraphError> {
        let (token, generation) = self.session.token().await?;
        let mut request = self
            .http
            .get(url.clone())
            .bearer_auth(token.secret().expose())
            .header(header::ACCEPT, kind.accepted());
        if kind == Kind::Number {
            request = request.header("ConsistencyLevel", "eventual");
        }
        self.take_turn().await;
        let begun = Instant::now();
        let attempt = match request.send().await {
            Ok(response) => {
                self.reached.store(true, Ordering::Relaxed);
                self.compare_clocks(response.headers())?;
                let status = response.status().as_u16();
                let id = request_id(response.headers())
                    .unwrap_or_default()
                    .to_owned();
                let attempt = self.answered(response, kind, share).await;
                self.watch.log(format_args!(
                    "GET {} → {status} in {} ms {id}",
                    shown(url),
                    begun.elapsed().as_millis()
                ));
                attempt
            }
            Err(error) => self.failed(url, &error),
        };
        Ok((attempt, generation))
    }

    fn failed(&self, url: &Url, error: &reqwest::Error) -> Attempt {
        let (why, passes) = failure::of(error, url.host_str().unwrap_or_default());
        self.watch.log(format_args!("GET {}: {why}", shown(url)));
        if passes {
            Attempt::Later {
                why,
                wait: None,
                throttled: false,
            }
        } else {
            Attempt::Failed(why)
        }
    }

    async fn answered(&self, response: reqwest::Response, kind: Kind, share: Share) -> Attempt {
        let headers = response.headers().clone();
        let id = request_id(&headers);
        let status = response.status();
        let size: usize = headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len())
            .sum();
        if size > self.limits.header_bytes {
            return Attempt::Failed(answer::too_large("headers", self.limits.header_bytes));
        }
        if status == StatusCode::OK {
            if let Err(error) = answer::check_type(&headers, kind) {
                return Attempt::Failed(error.with_request_id(id));
            }
            let body = self.body(response, self.limits.page_bytes, share).await;
            return body.map_or_else(|attempt| attempt, Attempt::Body);
        }
        let why = answer::unexpected(status).with_request_id(id);
        if let Some(busy) = wait::busy(status.as_u16()) {
            return Attempt::Later {
                why,
                wait: wait::asked_for(&headers),
                throttled: busy == Busy::Throttled,
            };
        }
        match status.as_u16() {
            401 => Attempt::Unauthorised(why),
            407 | 200..=399 => Attempt::Failed(why),
            _ => {
                if !answer::may_be_graphs(&headers) {
                    return Attempt::Failed(why);
                }
                let id = id.map(str::to_owned);
                let codes = match self.body(response, ERROR_BYTES, share).await {
                    Ok(body) => answer::codes(&body),
                    Err(Attempt::NoRoom) => return Attempt::NoRoom,
                    Err(_) => Vec::new(),
                };
                Attempt::Refused(Refusal {
                    status,
                    codes,
                    request_id: id,
                })
            }
        }
    }

    /// Reads a body to its end, as long as it comes and fits.
    async fn body(
        &self,
        response: reqwest::Response,
        most: usize,
        share: Share,
    ) -> Result<Body, Attempt> {
        let url = response.url().clone();
        let read = body::read(response, most, &self.limits, share).await;
        read.map_err(|unread| match unread {
            Unread::TooLong => Attempt::Failed(answer::too_large("one page", most)),
            Unread::NoRoom => Attempt::NoRoom,
            Unread::Broken(error) => self.failed(&url, &error),
            Unread::TooSlow => Attempt::Failed(GraphError::new(
                Cause::Limit,
                format!(
                    "Graph's answer comes slower than the limit of {} bytes a second",
                    self.limits.bytes_per_second
                ),
                "check the network and the proxy between here and Graph",
            )),
        })
    }

    /// Compares this machine's clock with Graph's: credentials are judged by the first.
    fn compare_clocks(&self, headers: &HeaderMap) -> Result<(), GraphError> {
        let Some((clock, begun)) = self.clock else {
            return Ok(());
        };
        let date = headers
            .get(header::DATE)
            .and_then(|date| date.to_str().ok());
        let Some(theirs) = instant(date) else {
            return Ok(());
        };
        let elapsed = SignedDuration::try_from(begun.elapsed()).unwrap_or_default();
        let Ok(theirs) = Timestamp::try_from(theirs) else {
            return Ok(());
        };
        let skew = (clock.duration_since(theirs) + elapsed).abs();
        if skew > MOST_SKEW {
            return Err(GraphError::new(
                Cause::Answer,
                format!(
                    "this machine's clock and Graph's differ by {} hours",
                    skew.as_hours()
                ),
                "set the clock; `check` can also be given the instant of judging with --now",
            ));
        }
        if skew > NOTABLE_SKEW && !self.skewed.swap(true, Ordering::Relaxed) {
            self.watch.warn(format_args!(
                "this machine's clock and Graph's differ by {} minutes; set the clock",
                skew.as_mins()
            ));
        }
        Ok(())
    }
}

/// An error's body is small.
const ERROR_BYTES: usize = 64 << 10;

const MOST_SKEW: SignedDuration = SignedDuration::from_hours(24);
const NOTABLE_SKEW: SignedDuration = SignedDuration::from_mins(5);

const REPORT: &str = "report this bug";

fn request_id(headers: &HeaderMap) -> Option<&str> {
    headers.get("request-id")?.to_str().ok()
}

/// Returns what a log shows of a URL: not the page token, which is long and says nothing.
fn shown(url: &Url) -> String {
    let pairs = url.query_pairs().map(|(name, value)| {
        if name.contains("token") {
            format!("{name}=…")
        } else {
            format!("{name}={value}")
        }
    });
    let query = pairs.collect::<Vec<_>>().join("&");
    format!("{}?{query}", url.path())
}
