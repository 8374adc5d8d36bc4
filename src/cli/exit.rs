//! Exit codes and the one line on the standard error that explains those above 1.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, Write as _};
use std::process::ExitCode;

use credgate::escape::printable;
use credgate::home;

/// Wrong usage, or a policy that cannot be used.
const USAGE: u8 = 2;
/// The inventory gives no verdict.
const INVENTORY: u8 = 3;
/// Graph, the network or the sign-in failed.
const GRAPH: u8 = 4;
/// A report could not be written.
const REPORT: u8 = 5;
/// A bug.
const INTERNAL_ERROR: u8 = 70;

/// The end of a command that did what it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exit(pub(crate) u8);

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.0)
    }
}

/// The end of a command that gives no verdict, or whose report could not be written.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    /// Cause and remedy, on one line.
    summary: String,
    /// What may follow: a snippet, every problem at once. Already safe to print.
    details: String,
}

impl Failure {
    fn new(code: u8, summary: impl Display) -> Self {
        Self {
            code,
            summary: summary.to_string(),
            details: String::new(),
        }
    }

    /// Wrong usage.
    pub(crate) fn usage(summary: impl Display) -> Self {
        Self::new(USAGE, summary)
    }

    /// A policy that cannot be used, with every problem.
    pub(crate) fn policy(summary: impl Display, details: String) -> Self {
        Self {
            code: USAGE,
            summary: summary.to_string(),
            details,
        }
    }

    /// An inventory that gives no verdict.
    pub(crate) fn inventory(summary: impl Display) -> Self {
        Self::new(INVENTORY, summary)
    }

    /// Graph, the network or the sign-in failed.
    pub(crate) fn graph(summary: impl Display) -> Self {
        Self::new(GRAPH, summary)
    }

    /// A report that could not be written.
    pub(crate) fn report(summary: impl Display) -> Self {
        Self::new(REPORT, summary)
    }

    /// A bug.
    pub(crate) fn internal() -> Self {
        Self::new(
            INTERNAL_ERROR,
            format_args!(
                "internal error, a bug; please report it at {}/issues",
                home::REPOSITORY
            ),
        )
    }

    /// Says first what the cause is a cause of.
    pub(crate) fn of(mut self, what: impl Display) -> Self {
        self.summary = format!("{what}: {}", self.summary);
        self
    }

    /// Adds a line of details.
    pub(crate) fn add(&mut self, line: impl Display) {
        self.details.push_str(&printable(&line.to_string()));
        self.details.push('\n');
    }

    /// Prints what went wrong, and returns the exit code. Nothing can be done if even that cannot be printed.
    pub(crate) fn print(&self) -> ExitCode {
        let Self {
            code,
            summary,
            details,
        } = self;
        let line = format!("error[{code}]: {}", printable(summary));
        let mut message = format!("{}\n", shortened(&line));
        message.push_str(details);
        let _ = io::stderr().write_all(message.as_bytes());
        ExitCode::from(*code)
    }
}

/// The most characters that the first line of an error has.
const LONGEST: usize = 400;

/// Cuts a line in its middle where it is too long: the cause begins it, and the remedy ends it.
fn shortened(line: &str) -> Cow<'_, str> {
    let length = line.chars().count();
    if length <= LONGEST {
        return Cow::Borrowed(line);
    }
    let beginning = line.chars().take(LONGEST / 2);
    let end = line.chars().skip(length - LONGEST / 2 + 1);
    Cow::Owned(beginning.chain(['…']).chain(end).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_of_an_error_is_short() {
        let line = format!("{}; do this", "ü".repeat(1000));
        let short = shortened(&line);
        assert_eq!(short.chars().count(), LONGEST);
        assert!(short.ends_with("; do this"));
        assert_eq!(shortened("short"), "short");
    }
}
