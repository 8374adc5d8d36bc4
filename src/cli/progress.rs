//! A line on the standard error that shows how far a long reading has come; only where a person watches who has not asked
//! for quiet.

use std::io::{self, IsTerminal as _, Write as _};

/// Often enough to be seen moving, seldom enough to cost nothing.
const STEP: u64 = 8_192;

/// The line.
pub(crate) struct Progress {
    objects: u64,
    watched: bool,
}

impl Progress {
    pub(crate) fn new(quiet: bool) -> Self {
        Self {
            objects: 0,
            watched: !quiet && io::stderr().is_terminal(),
        }
    }

    /// Counts an object.
    pub(crate) fn step(&mut self) {
        self.objects += 1;
        if self.watched && self.objects.is_multiple_of(STEP) {
            let _ = write!(io::stderr(), "\r{} objects read …", self.objects);
        }
    }

    /// Takes the line away.
    pub(crate) fn clear(&mut self) {
        if self.watched && self.objects >= STEP {
            let _ = write!(io::stderr(), "\r\u{1b}[K");
        }
    }
}
