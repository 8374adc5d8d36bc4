//! Where the wanted members of one object stand.

use std::marker::PhantomData;

use super::Fault;
use crate::inventory::fields::{Field, Key, MOST_FIELDS};
use crate::inventory::marks::{self, Mark};

/// Where the wanted members of one object stand in its text.
#[derive(Debug)]
pub(in crate::inventory) struct Members<K> {
    /// Begin and end; an end of zero is no place.
    places: [(u32, u32); MOST_FIELDS],
    capitalised: u32,
    pub(super) line_breaks: bool,
    marks: Marks,
    keys: PhantomData<K>,
}

/// What other members of an object say about the lists in it.
#[derive(Debug, Default)]
pub(in crate::inventory) struct Marks {
    /// Whether a list goes on on another page.
    pub(in crate::inventory) next_link: bool,
    /// Whether the object is a change, and not the object as it is.
    pub(in crate::inventory) delta: bool,
    /// The number of entries of a list, or of objects in the file; `None` is no number.
    pub(in crate::inventory) counts: Vec<(Option<Field>, Option<u64>)>,
}

impl<K> Default for Members<K> {
    fn default() -> Self {
        Self {
            places: [(0, 0); MOST_FIELDS],
            capitalised: 0,
            line_breaks: false,
            marks: Marks::default(),
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

    /// Tells whether no wanted member was found.
    pub(in crate::inventory) fn are_none(&self) -> bool {
        self.places.iter().all(|(_, end)| *end == 0)
    }

    /// Tells whether the object may stretch over several lines.
    pub(in crate::inventory) const fn has_line_breaks(&self) -> bool {
        self.line_breaks
    }

    /// Returns what other members say about the lists of the object.
    pub(in crate::inventory) const fn marks(&self) -> &Marks {
        &self.marks
    }

    /// Notes a mark with its value. What an SDK or module keeps besides may hold others.
    #[cold]
    pub(super) fn mark(&mut self, mark: Mark, value: &[u8]) -> Result<(), Fault> {
        let Ok(value) = std::str::from_utf8(value) else {
            return Ok(());
        };
        if !mark.is_said(value) {
            return Ok(());
        }
        match mark {
            Mark::NextLink | Mark::HasMore => self.marks.next_link = true,
            Mark::Delta => self.marks.delta = true,
            Mark::Additional => {
                match marks::nested(value) {
                    Some(Mark::Delta) => self.marks.delta = true,
                    Some(_) => self.marks.next_link = true,
                    None => {}
                }
                for (name, value) in marks::members(value) {
                    let mark = Mark::inside(name.as_bytes());
                    if let Some(mark @ Mark::Count(_)) = mark {
                        self.mark(mark, value.get().as_bytes())?;
                    }
                }
            }
            Mark::Count(list) => {
                let counts = &mut self.marks.counts;
                if counts.iter().any(|(known, _)| *known == list) {
                    return Err(Fault::Duplicate("@odata.count"));
                }
                counts.push((list, marks::number(value)));
            }
        }
        Ok(())
    }

    pub(super) fn set(
        &mut self,
        key: K,
        capitalised: bool,
        start: usize,
        end: usize,
    ) -> Result<(), Fault> {
        self.capitalised |= u32::from(capitalised) << key.index();
        // The window is far smaller than four thousand million bytes.
        let place = (u32::try_from(start), u32::try_from(end));
        match (self.places.get_mut(key.index()), place) {
            (Some(free @ (_, 0)), (Ok(start), Ok(end))) => *free = (start, end),
            _ => return Err(Fault::Duplicate(key.name())),
        }
        Ok(())
    }
}
