//! What a person sees of a collection: on the standard error, a line that moves while it runs and only on a terminal, and
//! afterwards what should be known of it. An error comes first, whatever else there is to say.

use std::fmt;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::{Mutex, PoisonError};

use credgate::escape::printable;
use credgate::graph::Watch;

use super::Failure;

/// Writes to the standard error.
pub(crate) struct Stderr {
    logs: bool,
    /// Whether a line moves.
    moves: bool,
    /// What is said in the end.
    sentences: Mutex<Vec<String>>,
}

impl Stderr {
    pub(crate) fn new(quiet: bool, verbose: bool) -> Self {
        Self {
            logs: verbose,
            moves: !quiet && !verbose && io::stderr().is_terminal(),
            sentences: Mutex::new(Vec::new()),
        }
    }

    /// Says something in the end, once: a tenant that is read twice shows the same things twice.
    pub(crate) fn say(&self, sentence: fmt::Arguments<'_>) {
        let sentence = sentence.to_string();
        let mut sentences = self
            .sentences
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if !sentences.contains(&sentence) {
            sentences.push(sentence);
        }
    }

    /// Says what there is to say, after the failure if there is one.
    pub(crate) fn settle<T>(&self, ended: Result<T, Failure>) -> Result<T, Failure> {
        self.clear();
        let mut sentences = self
            .sentences
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let sentences = std::mem::take(&mut *sentences);
        match ended {
            Ok(ended) => {
                for sentence in sentences {
                    line(&sentence);
                }
                Ok(ended)
            }
            Err(mut failure) => {
                for sentence in sentences {
                    failure.add(sentence);
                }
                Err(failure)
            }
        }
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
            self.clear();
            self::line(&line.to_string());
        }
    }

    fn warn(&self, sentence: fmt::Arguments<'_>) {
        self.say(format_args!("warning: {sentence}"));
    }

    fn progress(&self, objects: u64) {
        if self.moves {
            let _ = write!(io::stderr(), "\r{objects} objects read …");
        }
    }
}

fn line(sentence: &str) {
    let _ = writeln!(io::stderr(), "{}", printable(sentence));
}
