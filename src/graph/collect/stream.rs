//! The stream that leaves: lines in the snapshot format, numbered and digested as they go.

use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;

use super::list::{Batch, gone};
use super::record;
use super::shape::Objects;
use crate::graph::error::GraphError;
use crate::snapshot::{self, Header, Trailer};

/// A piece of the stream, or why it ends early.
pub(in crate::graph) type Piece = Result<Vec<u8>, GraphError>;

/// A text above this is handed over in pieces. Nearly all pages are below it.
const LARGE: usize = 4 << 20;
const PIECE: usize = 1 << 20;

/// The way out.
pub(super) struct Stream {
    out: mpsc::Sender<Piece>,
    digest: Sha256,
    applications: u64,
    service_principals: u64,
}

impl Stream {
    pub(super) fn new(out: mpsc::Sender<Piece>) -> Self {
        Self {
            out,
            digest: Sha256::new(),
            applications: 0,
            service_principals: 0,
        }
    }

    /// Sends what stands before the objects.
    pub(super) async fn begin(
        &mut self,
        header: &Header,
        lines: &[String],
    ) -> Result<(), GraphError> {
        let mut text = record::line(header)?;
        text.push('\n');
        for line in lines {
            text.push_str(line);
            text.push('\n');
        }
        self.send(text).await
    }

    /// Sends all batches of one kind.
    pub(super) async fn forward(
        &mut self,
        kind: Objects,
        mut batches: mpsc::Receiver<Batch>,
        progress: impl Fn(u64),
    ) -> Result<(), GraphError> {
        while let Some(batch) = batches.recv().await {
            let count = match kind {
                Objects::Applications => &mut self.applications,
                Objects::ServicePrincipals => &mut self.service_principals,
            };
            let Batch {
                lines,
                _room,
                _queued,
            } = batch;
            *count += lines.count;
            self.send(lines.text).await?;
            progress(self.applications + self.service_principals);
        }
        Ok(())
    }

    /// Returns how many applications and service principals were sent.
    pub(super) const fn counts(&self) -> (u64, u64) {
        (self.applications, self.service_principals)
    }

    /// Sends the last line.
    pub(super) async fn end(self) -> Result<(), GraphError> {
        let trailer = Trailer {
            schema: snapshot::TRAILER.to_owned(),
            applications: self.applications,
            service_principals: self.service_principals,
            sha256: format!("{:x}", self.digest.finalize()),
        };
        let mut text = record::line(&trailer)?;
        text.push('\n');
        self.out
            .send(Ok(text.into_bytes()))
            .await
            .map_err(|_| gone())
    }

    async fn send(&mut self, text: String) -> Result<(), GraphError> {
        let bytes = text.into_bytes();
        self.digest.update(&bytes);
        if bytes.len() <= LARGE {
            return self.out.send(Ok(bytes)).await.map_err(|_| gone());
        }
        // Some pieces wait to be read: a large page is handed over bit by bit.
        for piece in bytes.chunks(PIECE) {
            let sent = self.out.send(Ok(piece.to_vec()));
            sent.await.map_err(|_| gone())?;
        }
        Ok(())
    }
}
