//! The live tenant as something that can be read: the same bytes that a snapshot holds.
//!
//! In: a cloud, a sign-in, limits. Out: a reader. The requests are made on a thread of its own, which ends with the
//! reader; a failure comes out of the reader as an error that carries a [`GraphError`].

use std::fmt;
use std::io::{self, Read};
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{self, JoinHandle};

use jiff::Timestamp;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::client::Client;
use super::cloud::Cloud;
use super::collect::{self, Piece};
use super::error::{Cause, GraphError};
use super::limits::Limits;
use super::sign_in::SignIn;
use super::watch::Watch;

/// How to reach a tenant.
#[derive(Clone)]
pub struct Access {
    /// Where it is.
    pub cloud: Cloud,
    /// Who reads it.
    pub sign_in: Arc<SignIn>,
    /// How long and how much.
    pub limits: Limits,
    /// This machine's clock now: the instant of collecting.
    pub clock: Timestamp,
    /// Whether the clock decides the verdict, so that it must agree with Graph's.
    pub compares_clocks: bool,
    /// Who is told what happens.
    pub watch: Arc<dyn Watch>,
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("cloud", &self.cloud)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// A tenant that can be read, and read again.
#[derive(Clone, Debug)]
pub struct Tenant {
    access: Access,
    /// Connections outlive one reading, and so must what drives them.
    runtime: Arc<Runtime>,
    /// From when on the time counts, whatever is read anew.
    begun: Instant,
    readings: Arc<AtomicU32>,
}

/// Pieces that may wait to be read: enough that nobody waits for the other.
const AHEAD: usize = 4;

impl Tenant {
    /// Makes a tenant that is not yet read.
    pub fn new(access: Access) -> Result<Self, GraphError> {
        let runtime = Builder::new_current_thread().enable_all().build();
        Ok(Self {
            access,
            runtime: Arc::new(runtime.map_err(|_| no_thread())?),
            begun: Instant::now(),
            readings: Arc::default(),
        })
    }

    /// Returns how it is reached.
    pub const fn access(&self) -> &Access {
        &self.access
    }

    /// Makes a client.
    pub(super) fn client(&self) -> Result<Client, GraphError> {
        let http = self.access.sign_in.client()?.clone();
        let reading = self.readings.load(Ordering::Relaxed);
        Ok(Client::new(http, &self.access, self.begun, reading))
    }

    /// Begins a collection, and returns a reader of it.
    pub fn read(&self) -> Box<dyn Read + Send> {
        let (out, pieces) = mpsc::channel(AHEAD);
        self.readings.fetch_add(1, Ordering::Relaxed);
        let tenant = self.clone();
        let work = move || tenant.collect(&out);
        let started = thread::Builder::new().name("graph".into()).spawn(work);
        let (thread, failed) = match started {
            Ok(thread) => (Some(thread), None),
            Err(_) => (None, Some(no_thread())),
        };
        Box::new(LiveReader {
            pieces,
            piece: Vec::new(),
            at: 0,
            failed,
            thread,
        })
    }

    fn collect(&self, out: &mpsc::Sender<Piece>) {
        let ended = self.block_on(async {
            let client = self.client()?;
            Box::pin(collect::run(&client, self.access.clock, out.clone())).await
        });
        if let Err(error) = ended {
            // If nobody listens, nobody needs to know.
            let _ = out.blocking_send(Err(error));
        }
    }

    /// Runs to its end what has to wait for the network.
    pub(super) fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }
}

fn no_thread() -> GraphError {
    GraphError::new(
        Cause::Network,
        "the system gives no thread to read Graph with",
        "end other programs and try again",
    )
}

struct LiveReader {
    pieces: mpsc::Receiver<Piece>,
    piece: Vec<u8>,
    at: usize,
    failed: Option<GraphError>,
    thread: Option<JoinHandle<()>>,
}

impl LiveReader {
    /// The thread has ended; if it has panicked, that is a bug of ours and no end of the tenant.
    fn end(&mut self) {
        if let Some(Err(panicked)) = self.thread.take().map(JoinHandle::join) {
            panic::resume_unwind(panicked);
        }
    }
}

impl Read for LiveReader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if let Some(error) = &self.failed {
            return Err(io::Error::other(error.clone()));
        }
        while self.at == self.piece.len() {
            match self.pieces.blocking_recv() {
                None => {
                    self.end();
                    return Ok(0);
                }
                Some(Ok(piece)) => (self.piece, self.at) = (piece, 0),
                Some(Err(error)) => {
                    self.failed = Some(error.clone());
                    return Err(io::Error::other(error));
                }
            }
        }
        let left = self.piece.get(self.at..).unwrap_or_default();
        let count = left.len().min(into.len());
        if let (Some(into), Some(left)) = (into.get_mut(..count), left.get(..count)) {
            into.copy_from_slice(left);
        }
        self.at += count;
        Ok(count)
    }
}
