//! The sources of an inventory as the command line names them, opened: the tenant itself, or exports of it.
//!
//! In: names and how the tenant is reached. Out: an inventory that is ready to be read.

use std::io;
use std::path::Path;
use std::sync::Arc;

use credgate::inventory::{Inventory, InventoryError, Problem};

use super::args::LiveArguments;
use super::live::{self, Voice};
use super::watch::Stderr;
use super::{Failure, clock};

/// The word that means the tenant itself.
const GRAPH: &str = "graph";

/// What a command says about the inventory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sources<'a> {
    /// The names after `--inventory`.
    pub(super) names: &'a [String],
    /// Whether an inventory without applications is one.
    pub(super) allow_empty: bool,
    /// How long ago it may have been collected.
    pub(super) max_age: Option<jiff::SignedDuration>,
    /// Whether the instant of judging is the clock's, so that the clock must be right.
    pub(super) judges_now: bool,
    pub(super) voice: Voice,
    pub(super) live: &'a LiveArguments,
}

/// Sources that are ready to be read.
pub(super) struct Opened {
    pub(super) inventory: Inventory,
    /// Who watches the tenant being read; `None` for exports.
    pub(super) live: Option<Arc<Stderr>>,
}

impl Opened {
    pub(super) fn failure(&self, error: InventoryError) -> Failure {
        if self.live.is_some() {
            live::failure(&error)
        } else {
            Failure::inventory(error)
        }
    }
}

impl Sources<'_> {
    pub(super) fn open(&self, folder: &Path) -> Result<Opened, Failure> {
        let named = |word: &str| self.names.iter().filter(|source| *source == word).count();
        if named(GRAPH) > 0 {
            return self.open_live();
        }
        if named("-") > 1 {
            return Err(Failure::usage(
                "the standard input cannot be read twice; name `-` once",
            ));
        }
        let inventory =
            Inventory::open(self.names, folder).map_err(|error| self.unopened(&error))?;
        Ok(Opened {
            inventory,
            live: None,
        })
    }

    /// Tells why a source cannot be opened; a word that is no file may be a misspelling of `graph`.
    fn unopened(&self, error: &InventoryError) -> Failure {
        let InventoryError { file, problem, .. } = error;
        let is_missing =
            matches!(problem, Problem::Read(cause) if cause.kind() == io::ErrorKind::NotFound);
        if is_missing && self.names.contains(file) && is_like_graph(file) {
            return Failure::inventory(format_args!(
                "`{file}`: {problem}; did you mean `{GRAPH}`, the tenant itself?"
            ));
        }
        Failure::inventory(error)
    }

    fn open_live(&self) -> Result<Opened, Failure> {
        if self.names.len() > 1 {
            return Err(Failure::usage(
                "`graph` is the whole tenant and cannot be judged beside another source; name it alone (a file of that name is `./graph`)",
            ));
        }
        let (tenant, watch) = live::tenant(self.live, clock(), self.judges_now, self.voice)?;
        Ok(Opened {
            inventory: Inventory::open_live(move || tenant.read()),
            live: Some(watch),
        })
    }
}

/// Tells whether a word can be a misspelling of `graph`: up to two slips of the hand, whatever its case.
fn is_like_graph(word: &str) -> bool {
    word.len() <= 2 * GRAPH.len() && strsim::osa_distance(&word.to_lowercase(), GRAPH) <= 2
}
