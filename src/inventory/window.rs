//! A bounded window over a reader.
//!
//! In: bytes from a file, a pipe or a network. Out: as much of them as one value needs. An inventory is never held
//! whole: what has been taken is handed over, and the window grows only as far as one value needs.

use std::io::{self, Read};

use super::error::Problem;

/// The window at the beginning.
const SIZE: usize = 1 << 18;

/// A value that does not fit in here is refused: it is no application.
const LIMIT: usize = 320 << 20;

/// The window: bytes that were read and not yet handed over.
pub(super) struct Window<R> {
    reader: R,
    buffer: Vec<u8>,
    end: usize,
    ended: bool,
    /// What it needs for small values.
    size: usize,
}

impl<R: Read> Window<R> {
    /// Opens a window over a reader.
    pub(super) fn new(reader: R) -> Self {
        Self::of_size(reader, SIZE)
    }

    /// Opens a window that begins with so many bytes.
    pub(super) fn of_size(reader: R, size: usize) -> Self {
        Self {
            reader,
            buffer: vec![0; size],
            end: 0,
            ended: false,
            size,
        }
    }

    /// Returns what was read.
    pub(super) fn text(&self) -> &[u8] {
        self.buffer.get(..self.end).unwrap_or_default()
    }

    /// Tells whether the source has no more.
    pub(super) const fn has_ended(&self) -> bool {
        self.ended
    }

    /// Reads until the window is full or the source ends; a window that is full grows.
    pub(super) fn fill(&mut self) -> Result<(), Problem> {
        if self.end == self.buffer.len() {
            let larger = (self.buffer.len() * 2).min(LIMIT);
            if larger == self.buffer.len() {
                return Err(Problem::TooLarge);
            }
            self.buffer.resize(larger, 0);
        }
        while self.end < self.buffer.len() {
            let free = self.buffer.get_mut(self.end..).unwrap_or_default();
            match self.reader.read(free) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(count) => self.end += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Problem::of_read(error)),
            }
        }
        Ok(())
    }

    /// Hands over the first `length` bytes, and keeps those behind them in `spare`.
    pub(super) fn take(&mut self, length: usize, mut spare: Vec<u8>) -> Vec<u8> {
        let behind = self.buffer.get(length..self.end).unwrap_or_default();
        if spare.capacity() > self.size {
            spare = Vec::new();
        }
        spare.resize(self.size.max(behind.len()), 0);
        if let Some(into) = spare.get_mut(..behind.len()) {
            into.copy_from_slice(behind);
        }
        self.end = behind.len();
        let mut taken = std::mem::replace(&mut self.buffer, spare);
        taken.truncate(length);
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_gone_and_the_rest_stays() {
        let mut window = Window::new(b"one two".as_slice());
        window.fill().unwrap();
        assert_eq!(window.text(), b"one two");
        assert_eq!(window.take(4, Vec::new()), b"one ");
        assert_eq!(window.text(), b"two");
    }

    #[test]
    fn a_full_window_grows() {
        let text = b"one two";
        let mut window = Window::of_size(text.as_slice(), 4);
        window.fill().unwrap();
        assert_eq!(window.text(), b"one ");
        assert!(!window.has_ended());
        window.fill().unwrap();
        assert_eq!(window.text(), text);
        assert!(window.has_ended());
    }
}
