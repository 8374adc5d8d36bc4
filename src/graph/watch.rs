//! What a person may see of a collection while it runs.

use std::fmt;

/// Receives what happens. Nothing here is needed for the verdict; nothing secret ever comes here.
pub trait Watch: Send + Sync {
    /// A line for whoever wants to know every request.
    fn log(&self, line: fmt::Arguments<'_>);

    /// A sentence that a person should read.
    fn warn(&self, sentence: fmt::Arguments<'_>);

    /// How many objects have come so far.
    fn progress(&self, objects: u64);
}
