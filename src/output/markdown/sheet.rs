//! A page that is written part by part, each part within its own room.

use std::fmt::{self, Write as _};

use crate::words::count;

/// A page of Markdown.
#[derive(Default)]
pub(super) struct Sheet(String);

impl Sheet {
    /// Adds words that are safe and short.
    pub(super) fn add(&mut self, words: fmt::Arguments<'_>) {
        let written = self.0.write_fmt(words);
        debug_assert!(written.is_ok(), "writing to a string does not fail");
    }

    /// Adds parts until one does not fit into so many bytes, and returns how many were added.
    pub(super) fn fill(&mut self, parts: impl Iterator<Item = String>, room: usize) -> usize {
        let most = self.0.len() + room;
        let added = parts.take_while(|part| {
            let fits = self.0.len() + part.len() <= most;
            if fits {
                self.0.push_str(part);
            }
            fits
        });
        added.count()
    }

    /// Says how many things are left out, in a paragraph of its own.
    pub(super) fn more(&mut self, left_out: usize, thing: &str) {
        if left_out > 0 {
            let more = count(left_out, thing);
            self.add(format_args!(
                "\n… and {more}: <code>--report json=FILE</code> has all of them.\n"
            ));
        }
    }

    /// Returns how many bytes there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the page.
    pub(super) fn into_text(self) -> String {
        self.0
    }
}
