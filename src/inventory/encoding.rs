//! The encodings in which exports are written: UTF-8, with or without its mark, and UTF-16 with one.
//!
//! In: bytes. Out: bytes that are UTF-8 where they began with a mark of UTF-16; everything else passes as it is, and the
//! reader of the format checks it. Nothing is ever repaired: a lone surrogate is an error.

use std::io::{self, Read};

/// Reads text whose first bytes say how it is encoded.
pub(super) struct Decoded<R> {
    reader: R,
    encoding: Option<Encoding>,
    /// Bytes of UTF-8 that wait to be read.
    ready: Vec<u8>,
    taken: usize,
    /// Bytes of UTF-16 of which the rest has not come.
    pending: Vec<u8>,
}

#[derive(Clone, Copy)]
enum Encoding {
    Plain,
    Utf16(fn([u8; 2]) -> u16),
}

const CHUNK: usize = 64 << 10;

impl<R: Read> Decoded<R> {
    pub(super) const fn new(reader: R) -> Self {
        Self {
            reader,
            encoding: None,
            ready: Vec::new(),
            taken: 0,
            pending: Vec::new(),
        }
    }

    /// Looks at the first bytes; the marks themselves are no part of the text.
    fn recognise(&mut self) -> io::Result<Encoding> {
        let mut first = Vec::new();
        self.reader
            .by_ref()
            .take(CHUNK as u64)
            .read_to_end(&mut first)?;
        let (encoding, mark) = match first.as_slice() {
            [0xEF, 0xBB, 0xBF, ..] => (Encoding::Plain, 3),
            [0xFF, 0xFE, ..] => (Encoding::Utf16(u16::from_le_bytes), 2),
            [0xFE, 0xFF, ..] => (Encoding::Utf16(u16::from_be_bytes), 2),
            _ => (Encoding::Plain, 0),
        };
        let rest = first.split_off(mark);
        match encoding {
            Encoding::Plain => self.ready = rest,
            Encoding::Utf16(_) => self.pending = rest,
        }
        self.encoding = Some(encoding);
        Ok(encoding)
    }

    fn take_ready(&mut self, into: &mut [u8]) -> usize {
        let rest = self.ready.get(self.taken..).unwrap_or_default();
        let count = rest.len().min(into.len());
        if let (Some(into), Some(rest)) = (into.get_mut(..count), rest.get(..count)) {
            into.copy_from_slice(rest);
        }
        self.taken += count;
        count
    }

    /// Makes some UTF-8 ready; there is none at the end.
    fn transcode(&mut self, unit: fn([u8; 2]) -> u16) -> io::Result<()> {
        let before = self.pending.len();
        self.reader
            .by_ref()
            .take(CHUNK as u64)
            .read_to_end(&mut self.pending)?;
        let ended = self.pending.len() - before < CHUNK;
        let mut units: Vec<u16> = self
            .pending
            .as_chunks::<2>()
            .0
            .iter()
            .map(|&pair| unit(pair))
            .collect();
        // The first half of a pair waits for the second.
        if !ended
            && units
                .last()
                .is_some_and(|unit| (0xD800..0xDC00).contains(unit))
        {
            units.pop();
        }
        let text =
            String::from_utf16(&units).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
        self.pending.drain(..units.len() * 2);
        if ended && !self.pending.is_empty() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        (self.ready, self.taken) = (text.into_bytes(), 0);
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let encoding = match self.encoding {
            Some(encoding) => encoding,
            None => self.recognise()?,
        };
        let count = self.take_ready(into);
        if count > 0 || into.is_empty() {
            return Ok(count);
        }
        match encoding {
            Encoding::Plain => self.reader.read(into),
            Encoding::Utf16(unit) => {
                self.transcode(unit)?;
                Ok(self.take_ready(into))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decode(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        Decoded::new(bytes).read_to_end(&mut text)?;
        Ok(text)
    }

    fn utf16(text: &str, mark: u16, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        std::iter::once(mark)
            .chain(text.encode_utf16())
            .flat_map(bytes)
            .collect()
    }

    #[test]
    fn a_mark_of_utf8_is_no_part_of_the_text() {
        assert_eq!(decode(b"\xEF\xBB\xBF{}").unwrap(), b"{}");
        assert_eq!(decode(b"{}").unwrap(), b"{}");
        assert_eq!(decode(b"").unwrap(), b"");
    }

    #[test]
    fn a_lone_surrogate_or_half_a_unit_is_an_error() {
        assert!(decode(b"\xFF\xFE\x00\xD8").is_err());
        assert!(decode(b"\xFF\xFE{\x00}").is_err());
    }

    #[test]
    fn a_pair_is_not_torn_between_two_chunks() {
        let text = format!("{}😀", "x".repeat(CHUNK / 2 - 2));
        for prefix in ["", "x", "xx"] {
            let text = format!("{prefix}{text}");
            assert_eq!(
                decode(&utf16(&text, 0xFEFF, u16::to_le_bytes)).unwrap(),
                text.as_bytes()
            );
        }
    }

    proptest! {
        #[test]
        fn utf16_comes_out_as_utf8(text in ".{0,200}") {
            prop_assert_eq!(decode(&utf16(&text, 0xFEFF, u16::to_le_bytes)).unwrap(), text.as_bytes());
            prop_assert_eq!(decode(&utf16(&text, 0xFEFF, u16::to_be_bytes)).unwrap(), text.as_bytes());
        }
    }
}
