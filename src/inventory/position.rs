//! Where things stand in a text: one-based lines and columns.
//!
//! In: text, piece by piece. Out: the position behind it. Columns count characters.

/// A position in a source: one-based line and column, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) line: u32,
    pub(super) column: u32,
}

impl Position {
    /// Where a text begins.
    pub(super) const START: Self = Self { line: 1, column: 1 };

    /// Moves on behind a piece of text.
    pub(super) fn advance(&mut self, text: &str) {
        // Between two objects there is nothing else in most files.
        if text == "," {
            self.column = self.column.saturating_add(1);
            return;
        }
        let Some((lines, last)) = text.rsplit_once('\n') else {
            return self.advance_in_line(text);
        };
        let breaks = memchr::memchr_iter(b'\n', lines.as_bytes()).count() + 1;
        self.line = self.line.saturating_add(clamp(breaks));
        self.column = 1;
        self.advance_in_line(last);
    }

    /// Moves on behind a piece of text that holds no line break.
    pub(super) fn advance_in_line(&mut self, text: &str) {
        let characters = if text.is_ascii() {
            text.len()
        } else {
            text.chars().count()
        };
        self.column = self.column.saturating_add(clamp(characters));
    }
}

/// A position beyond four thousand million stays there.
fn clamp(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn pieces_lead_to_the_same_place_as_the_whole(text in "[a-zäß字\n]{0,30}", at in 0_usize..30) {
            let mut by_characters = Position::START;
            for character in text.chars() {
                if character == '\n' {
                    by_characters = Position { line: by_characters.line + 1, column: 1 };
                } else {
                    by_characters.column += 1;
                }
            }
            let (mut whole, mut pieces) = (Position::START, Position::START);
            whole.advance(&text);
            let at = text.char_indices().nth(at).map_or(text.len(), |(at, _)| at);
            pieces.advance(&text[..at]);
            pieces.advance(&text[at..]);
            prop_assert_eq!(whole, by_characters);
            prop_assert_eq!(pieces, by_characters);
        }
    }
}
