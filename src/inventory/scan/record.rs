//! A record of `AzureHound`: `{"kind": …, "data": {…}}`.
//!
//! In: the text of a record, and which kinds are wanted. Out: where its two members stand and, in a wanted one, where the
//! members of its data do, all found in one pass.

use std::ops::Range;

use super::{At, Fault, Members, Named, Scanner, Step};
use crate::inventory::fields::{Key, RecordField};

/// Where the parts of one record stand in its text.
#[derive(Debug)]
pub(in crate::inventory) struct Record<K> {
    /// The value of `kind`.
    pub(in crate::inventory) kind: Option<Range<usize>>,
    /// The value of `data`.
    pub(in crate::inventory) data: Option<Range<usize>>,
    /// The wanted members of the data, if its kind is wanted and it is an object.
    pub(in crate::inventory) members: Option<Members<K>>,
    line_breaks: bool,
}

impl<K> Default for Record<K> {
    fn default() -> Self {
        Self {
            kind: None,
            data: None,
            members: None,
            line_breaks: false,
        }
    }
}

impl<K> Record<K> {
    /// Tells whether the record may stretch over several lines.
    pub(in crate::inventory) const fn has_line_breaks(&self) -> bool {
        self.line_breaks
    }

    fn is_wanted(&self, text: &[u8], wanted: fn(&[u8]) -> bool) -> bool {
        let kind = self.kind.clone().and_then(|kind| text.get(kind));
        kind.is_some_and(wanted)
    }
}

/// Scans the record at the beginning of `text`, and returns its length. `wanted` is asked about the text of `kind`.
pub(in crate::inventory) fn record<K: Key>(
    text: &[u8],
    wanted: fn(&[u8]) -> bool,
    record: &mut Record<K>,
) -> Result<usize, At> {
    let mut scanner = Scanner::new(text);
    let end = scanner.record(wanted, record);
    record.line_breaks = scanner.line_breaks;
    end.ok_or(scanner.fault)
}

impl Scanner<'_> {
    fn record<K: Key>(&mut self, wanted: fn(&[u8]) -> bool, record: &mut Record<K>) -> Step {
        let open = self.expect(0, b'{')?;
        let mut at = self.blanks(open);
        if self.byte(at)? == b'}' {
            return Some(at + 1);
        }
        loop {
            let name = self.quote(at)?;
            self.escaped = false;
            let end = self.string(name)?;
            let field = match self.named::<RecordField>(name, end) {
                Named::Field(field, _) => Some(field),
                Named::Fault(fault) => return self.fail(fault, end),
                Named::Mark(_) | Named::Nothing => None,
            };
            let start = self.colon(end + 1)?;
            let behind = match field {
                Some(RecordField::Data) => self.data(start, wanted, record)?,
                Some(RecordField::Kind) | None => self.member(start)?,
            };
            if let Some(field) = field {
                let place = match field {
                    RecordField::Kind => &mut record.kind,
                    RecordField::Data => &mut record.data,
                };
                if place.replace(start..behind).is_some() {
                    return self.fail(Fault::Duplicate(field.name()), behind);
                }
            }
            match self.next(behind)? {
                (b',', next) => at = next,
                (b'}', end) => return self.late(wanted, record, end),
                _ => return self.fail(Fault::Malformed, behind),
            }
        }
    }

    /// Reads the data, of which the kind may be known.
    fn data<K: Key>(
        &mut self,
        start: usize,
        wanted: fn(&[u8]) -> bool,
        record: &mut Record<K>,
    ) -> Step {
        if self.byte(start)? != b'{' || !record.is_wanted(self.text, wanted) {
            return self.member(start);
        }
        let mut members = Members::default();
        let end = self.members(start, &mut members)?;
        record.members = Some(members);
        Some(end)
    }

    /// Reads the data again where its kind was told behind it, which `AzureHound` does not do.
    fn late<K: Key>(
        &mut self,
        wanted: fn(&[u8]) -> bool,
        record: &mut Record<K>,
        end: usize,
    ) -> Step {
        if let Some(data) = record.data.clone().filter(|_| record.members.is_none()) {
            self.data(data.start, wanted, record)?;
        }
        Some(end)
    }
}
