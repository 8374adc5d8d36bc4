//! A fault and its place, before the place has become a line.
//!
//! In: a fault with a byte range, or with the JSON pointer of a value that was checked after parsing. Out: the byte
//! range. A file is read into a tree again only when a pointer asks for it, which a sound policy never does.

use std::cell::OnceCell;

use super::extends::ChainFile;
use super::fault::Fault;
use super::spans::{Bytes, Node, line_of};
use super::yaml;

/// Something wrong at some place of some file.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    /// Which file of the policy.
    pub(super) file: usize,
    at: At,
    pub(super) fault: Fault,
}

#[derive(Clone, Debug)]
enum At {
    Bytes(Bytes),
    Pointer(String),
}

impl Problem {
    /// Makes a problem of a fault found in the text.
    pub(super) const fn at_bytes(file: usize, bytes: Bytes, fault: Fault) -> Self {
        Self {
            file,
            at: At::Bytes(bytes),
            fault,
        }
    }

    /// Makes a problem of a fault found in a value.
    pub(super) const fn at_value(file: usize, pointer: String, fault: Fault) -> Self {
        Self {
            file,
            at: At::Pointer(pointer),
            fault,
        }
    }

    /// Returns where it lies; the start of the file where the value has no place of its own.
    pub(super) fn bytes(&self, places: &Places<'_>) -> Bytes {
        match &self.at {
            At::Bytes(bytes) => bytes.clone(),
            At::Pointer(pointer) => places.find(self.file, pointer).unwrap_or(0..0),
        }
    }
}

/// Where the values of the files stand.
pub(super) struct Places<'chain> {
    files: &'chain [ChainFile],
    trees: Vec<OnceCell<Option<Node<'chain>>>>,
}

impl<'chain> Places<'chain> {
    /// Reads nothing yet.
    pub(super) fn of(files: &'chain [ChainFile]) -> Self {
        let trees = files.iter().map(|_| OnceCell::new()).collect();
        Self { files, trees }
    }

    /// Returns the files.
    pub(super) const fn files(&self) -> &'chain [ChainFile] {
        self.files
    }

    /// Returns the bytes of the value at a JSON pointer.
    fn find(&self, file: usize, pointer: &str) -> Option<Bytes> {
        let text = &self.files.get(file)?.text;
        let tree = self.trees.get(file)?.get_or_init(|| yaml::read(text).root);
        Some(tree.as_ref()?.find(pointer)?.bytes.clone())
    }

    /// Names the place of a value, for the message about another one.
    pub(super) fn name(&self, file: usize, pointer: &str) -> String {
        let Some(known) = self.files.get(file) else {
            return "another file".to_owned();
        };
        let start = self.find(file, pointer).map_or(0, |bytes| bytes.start);
        known.at_line(line_of(&known.text, start))
    }
}
