//! Where an exception or window stands, and those of its keys that findings and reviews point at.
//!
//! In: its node. Out: places. What was read without a tree has its beginning only, and points there for every key.

use super::EntryKind;
use super::spans::{Node, Place};

/// The places of one entry.
#[derive(Clone, Copy, Debug)]
pub(super) struct EntryPlaces {
    /// Of its first character.
    pub(super) start: Place,
    /// In the order of [`EntryKind::keys`]; `None` where the key is absent or not known.
    keys: [Option<Place>; 4],
}

impl EntryPlaces {
    /// Knows of an entry only where it begins.
    pub(super) const fn at(start: Place) -> Self {
        Self {
            start,
            keys: [None; 4],
        }
    }

    /// Finds the keys of an entry.
    pub(super) fn of(entry: &Node<'_>, kind: EntryKind) -> Self {
        let mut places = Self::at(entry.start);
        for own in entry.entries() {
            let kept = kind.keys().into_iter().zip(&mut places.keys);
            if let Some((_, place)) = kept.into_iter().find(|(key, _)| *key == own.key) {
                *place = Some(own.place);
            }
        }
        places
    }

    /// Returns where a key stands, and where the entry begins if that is not known.
    pub(super) fn key(&self, kind: EntryKind, key: &str) -> Place {
        let mut kept = kind.keys().into_iter().zip(self.keys);
        let found = kept.find(|(known, _)| *known == key);
        found.and_then(|(_, place)| place).unwrap_or(self.start)
    }
}

impl EntryKind {
    /// The keys whose places are kept.
    const fn keys(self) -> [&'static str; 4] {
        match self {
            Self::Exception => ["applications", "rules", "credentials", "expires"],
            Self::Window => ["applications", "opens", "certificate-by", "closes"],
        }
    }
}
