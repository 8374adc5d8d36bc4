//! Where the wanted members of one object stand.

use std::marker::PhantomData;

use super::Fault;
use crate::inventory::fields::{Key, MOST_FIELDS};

/// Where the wanted members of one object stand in its text.
#[derive(Debug)]
pub(in crate::inventory) struct Members<K> {
    /// Begin and end; an end of zero is no place.
    places: [(u32, u32); MOST_FIELDS],
    capitalised: u16,
    pub(super) line_breaks: bool,
    keys: PhantomData<K>,
}

impl<K> Default for Members<K> {
    fn default() -> Self {
        Self {
            places: [(0, 0); MOST_FIELDS],
            capitalised: 0,
            line_breaks: false,
            keys: PhantomData,
        }
    }
}

impl<K: Key> Members<K> {
    /// Returns the text of a member's value.
    #[inline]
    pub(in crate::inventory) fn get<'text>(&self, key: K, text: &'text str) -> Option<&'text str> {
        let &(start, end) = self.places.get(key.index())?;
        if end == 0 {
            return None;
        }
        text.get(start as usize..end as usize)
    }

    /// Tells whether a member's name begins with a capital, as PowerShell spells it.
    pub(in crate::inventory) fn is_capitalised(&self, key: K) -> bool {
        self.capitalised & (1 << key.index()) != 0
    }

    /// Tells whether the object may stretch over several lines.
    pub(in crate::inventory) const fn has_line_breaks(&self) -> bool {
        self.line_breaks
    }

    pub(super) fn set(
        &mut self,
        key: K,
        capitalised: bool,
        start: usize,
        end: usize,
    ) -> Result<(), Fault> {
        self.capitalised |= u16::from(capitalised) << key.index();
        // The window is far smaller than four thousand million bytes.
        let place = (u32::try_from(start), u32::try_from(end));
        match (self.places.get_mut(key.index()), place) {
            (Some(free @ (_, 0)), (Ok(start), Ok(end))) => *free = (start, end),
            _ => return Err(Fault::Duplicate(key.name())),
        }
        Ok(())
    }
}
