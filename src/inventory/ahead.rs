//! Reading ahead: a large file is read and scanned on a second thread, while this one judges.
//!
//! In: the parts of a file. Out: the same stretches in the same order. A file that fits into one window starts no thread.

use std::io::Read;
use std::panic;
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::thread::{self, JoinHandle};

use super::parts::{Parts, Stretch};

/// How many stretches may wait: enough that neither thread waits for the other, and a megabyte in all.
const AHEAD: usize = 4;

/// The stretches of a file.
pub(super) enum Stretches<R> {
    /// Nothing was read yet.
    Begin(Parts<R>),
    /// One stretch was read, or no thread could be had.
    Here(Parts<R>, Threads),
    /// A thread reads.
    There(Reader),
    /// Only while one of the others becomes another.
    Over,
}

/// Whether a thread may be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Threads {
    NotTried,
    None,
}

/// The thread that reads, and what it hands over.
pub(super) struct Reader {
    stretches: Receiver<Stretch>,
    spares: Sender<Vec<u8>>,
    thread: Option<JoinHandle<()>>,
}

impl<R: Read + Send + 'static> Stretches<R> {
    /// Returns the next stretch; `None` behind the last. `spare` is room that is not needed any more.
    pub(super) fn next(&mut self, spare: Vec<u8>) -> Option<Stretch> {
        match std::mem::replace(self, Self::Over) {
            Self::Begin(mut parts) => {
                let stretch = parts.stretch(spare);
                *self = Self::Here(parts, Threads::NotTried);
                stretch
            }
            Self::Here(parts, Threads::NotTried) if !parts.is_over() => {
                *self = match Reader::start(parts) {
                    Ok(reader) => Self::There(reader),
                    Err(parts) => Self::Here(parts, Threads::None),
                };
                self.next(spare)
            }
            Self::Here(mut parts, threads) => {
                let stretch = parts.stretch(spare);
                *self = Self::Here(parts, threads);
                stretch
            }
            Self::There(mut reader) => {
                let stretch = reader.next(spare);
                *self = Self::There(reader);
                stretch
            }
            Self::Over => None,
        }
    }
}

impl Reader {
    /// Starts the thread; gives the parts back where there is none to be had.
    fn start<R: Read + Send + 'static>(parts: Parts<R>) -> Result<Self, Parts<R>> {
        let (give, given) = mpsc::sync_channel(1);
        let (full, stretches) = mpsc::sync_channel(AHEAD);
        let (spares, spare) = mpsc::channel();
        let work = move || {
            if let Ok(parts) = given.recv() {
                read(parts, &full, &spare);
            }
        };
        let Ok(thread) = thread::Builder::new().name("reader".into()).spawn(work) else {
            return Err(parts);
        };
        give.send(parts).map_err(|mpsc::SendError(parts)| parts)?;
        Ok(Self {
            stretches,
            spares,
            thread: Some(thread),
        })
    }

    fn next(&mut self, spare: Vec<u8>) -> Option<Stretch> {
        // Whoever has read everything needs no room.
        let _ = self.spares.send(spare);
        let stretch = self.stretches.recv().ok();
        if stretch.is_none()
            && let Some(thread) = self.thread.take()
            && let Err(panicked) = thread.join()
        {
            panic::resume_unwind(panicked);
        }
        stretch
    }
}

fn read<R: Read>(mut parts: Parts<R>, full: &SyncSender<Stretch>, spares: &Receiver<Vec<u8>>) {
    while let Some(stretch) = parts.stretch(spares.try_recv().unwrap_or_default()) {
        if full.send(stretch).is_err() {
            return;
        }
    }
}
