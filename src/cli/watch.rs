//! What a person sees of a collection while it runs: on the standard error, a line that moves only on a terminal.

use std::fmt;
use std::io::{self, IsTerminal as _, Write as _};

use credgate::escape::printable;
use credgate::graph::Watch;

/// Writes to the standard error.
pub(crate) struct Stderr {
    logs: bool,
    /// Whether a line moves.
    moves: bool,
}

impl Stderr {
    pub(crate) fn new(quiet: bool, verbose: bool) -> Self {
        Self {
            logs: verbose,
            moves: !quiet && !verbose && io::stderr().is_terminal(),
        }
    }

    /// Says something in any case.
    pub(crate) fn say(&self, sentence: fmt::Arguments<'_>) {
        self.line(format_args!("credgate: {sentence}"));
    }

    fn line(&self, line: fmt::Arguments<'_>) {
        self.clear();
        let line = printable(&line.to_string()).into_owned();
        let _ = writeln!(io::stderr(), "{line}");
    }

    /// Takes the moving line away.
    pub(crate) fn clear(&self) {
        if self.moves {
            let _ = write!(io::stderr(), "\r\u{1b}[K");
        }
    }
}

impl Watch for Stderr {
    fn log(&self, line: fmt::Arguments<'_>) {
        if self.logs {
            self.line(line);
        }
    }

    fn warn(&self, sentence: fmt::Arguments<'_>) {
        self.line(format_args!("warning: {sentence}"));
    }

    fn progress(&self, objects: u64) {
        if self.moves {
            let _ = write!(io::stderr(), "\r{objects} objects read …");
        }
    }
}
