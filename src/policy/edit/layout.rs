//! How a list of a policy is laid out in its text.
//!
//! In: the text and its tree. Out: where the list and its items begin and end, comments and commas considered. A layout
//! that nobody writes is refused, not guessed at.

use super::super::spans::{Bytes, Kind, Node};
use super::EditError;
use super::text::{before, expect, indent_of, is_blank, line_start, next_line};

/// The way a list is written.
#[derive(Debug)]
pub(super) enum Layout {
    /// Its key is not there.
    Missing,
    Flow(Flow),
    Block(Block),
}

/// A list in brackets.
#[derive(Debug)]
pub(super) struct Flow {
    /// The offset behind the colon of its key.
    pub(super) colon: usize,
    /// From bracket to bracket.
    pub(super) value: Bytes,
    pub(super) items: Vec<Bytes>,
}

/// A list with an item behind each dash.
#[derive(Debug)]
pub(super) struct Block {
    /// The offset behind the colon of its key.
    pub(super) colon: usize,
    /// What stands before each dash.
    pub(super) indent: String,
    /// Each item with all that goes with it, as whole lines.
    pub(super) items: Vec<Bytes>,
}

impl Layout {
    /// Finds the list of a key of the root.
    pub(super) fn of(text: &str, root: &Node<'_>, key: &str) -> Result<Self, EditError> {
        let Some(entry) = root.get(key) else {
            return Ok(Self::Missing);
        };
        let Kind::List(items) = &entry.value.kind else {
            return Err(EditError::Layout);
        };
        let colon = expect(text, entry.key_bytes.end, ':').ok_or(EditError::Layout)?;
        if is_flow(text, &entry.value) {
            return Ok(Self::Flow(Flow {
                colon,
                value: entry.value.bytes.clone(),
                items: items.iter().map(|item| item.bytes.clone()).collect(),
            }));
        }
        Block::of(text, colon, items)
            .map(Self::Block)
            .ok_or(EditError::Layout)
    }
}

impl Block {
    fn of(text: &str, colon: usize, items: &[Node<'_>]) -> Option<Self> {
        let mut indent = None;
        let mut lines: Vec<Bytes> = Vec::with_capacity(items.len());
        let mut behind = colon;
        for item in items {
            let dash = expect(text, behind, '-')? - 1;
            // A dash behind something else on its line cannot be taken out with the line.
            let before = before(text, dash);
            if !before.bytes().all(|byte| byte == b' ') {
                return None;
            }
            indent.get_or_insert_with(|| before.to_owned());
            // The bytes of a block scalar go on to the next token.
            let whole = text.get(..item.bytes.end)?;
            behind = whole
                .trim_end_matches([' ', '\t', '\r', '\n'])
                .len()
                .max(dash + 1);
            let end = with_comments(text, next_line(text, behind), before.len());
            lines.push(line_start(text, dash)..end);
        }
        Some(Self {
            colon,
            indent: indent?,
            items: lines,
        })
    }
}

/// Returns the end of the comments that begin on a line and are indented more than the dash of the item before them.
fn with_comments(text: &str, line: usize, dash: usize) -> usize {
    let (mut end, mut at) = (line, line);
    while at < text.len() {
        let next = next_line(text, at);
        let line = text.get(at..next).unwrap_or_default();
        if indent_of(text, at).len() > dash && line.trim_start().starts_with('#') {
            end = next;
        } else if !is_blank(line) {
            break;
        }
        at = next;
    }
    end
}

/// Tells whether a collection is written in brackets or braces.
pub(super) fn is_flow(text: &str, node: &Node<'_>) -> bool {
    let own = text.get(node.bytes.start..).unwrap_or_default();
    match &node.kind {
        Kind::List(_) => own.starts_with('['),
        Kind::Map(_) => own.starts_with('{'),
        Kind::Null
        | Kind::Bool
        | Kind::Integer(_)
        | Kind::Number
        | Kind::Text(_)
        | Kind::Refused => false,
    }
}
