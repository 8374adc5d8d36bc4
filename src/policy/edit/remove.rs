//! Takes entries out of a list of a policy.
//!
//! In: the text, its tree, and which entries. Out: the changes that take them out with the comments in them. What stands
//! between two entries stays: it may be about the one that follows.

use super::super::spans::{Bytes, Node};
use super::EditError;
use super::layout::{Block, Flow, Layout};
use super::text::{Splice, begins_line, ends_line, expect, is_blank, line_start, next_line};

/// Returns the changes that take entries out of the list of a key, by their indexes in ascending order.
pub(super) fn remove(
    text: &str,
    root: &Node<'_>,
    key: &str,
    indexes: &[usize],
) -> Result<Vec<Splice>, EditError> {
    if indexes.is_empty() {
        return Ok(Vec::new());
    }
    match Layout::of(text, root, key)? {
        Layout::Missing => Err(EditError::Layout),
        Layout::Block(block) => Ok(lines(text, &block, indexes)),
        Layout::Flow(flow) => Ok(members(text, &flow, indexes)),
    }
}

fn lines(text: &str, block: &Block, indexes: &[usize]) -> Vec<Splice> {
    let removed = indexes.iter().filter_map(|&index| block.items.get(index));
    let removed: Vec<Bytes> = removed.cloned().collect();
    let is_emptied = removed.len() == block.items.len();
    let cuts = merged(removed).into_iter();
    let mut splices: Vec<Splice> = cuts.map(|cut| Splice::cut(with_gap(text, cut))).collect();
    if is_emptied {
        splices.push(Splice::insert(block.colon, " []".to_owned()));
    }
    splices
}

/// Joins cuts that are neighbours or overlap.
fn merged(cuts: Vec<Bytes>) -> Vec<Bytes> {
    let mut merged: Vec<Bytes> = Vec::with_capacity(cuts.len());
    for cut in cuts {
        match merged.last_mut() {
            Some(last) if cut.start <= last.end => last.end = last.end.max(cut.end),
            Some(_) | None => merged.push(cut),
        }
    }
    merged
}

/// Adds to a cut of lines what they would leave: a blank line beside another, or a line break that was not at the end.
fn with_gap(text: &str, cut: Bytes) -> Bytes {
    let is_blank_line =
        |line: &Bytes| !line.is_empty() && is_blank(text.get(line.clone()).unwrap_or_default());
    let Bytes { start, end } = cut;
    if end == text.len() && !text.ends_with('\n') {
        let above = text.get(..start).unwrap_or_default();
        let above = above.strip_suffix('\n').unwrap_or(above);
        return above.strip_suffix('\r').unwrap_or(above).len()..end;
    }
    let above = line_start(text, start.saturating_sub(1))..start;
    let below = end..next_line(text, end);
    if is_blank_line(&above) && is_blank_line(&below) {
        start..below.end
    } else {
        start..end
    }
}

fn members(text: &str, flow: &Flow, indexes: &[usize]) -> Vec<Splice> {
    let comma = |item: &Bytes| expect(text, item.end, ',').map(|end| end - 1..end);
    let is_removed = |index: &usize| indexes.binary_search(index).is_ok();
    let mut cuts: Vec<Bytes> = Vec::new();
    // Where what is kept before a cut ends, its comma included.
    let mut kept_end = None;
    for (index, item) in flow.items.iter().enumerate() {
        let end = comma(item).map_or(item.end, |comma| comma.end);
        match cuts.last_mut() {
            _ if !is_removed(&index) => kept_end = Some(end),
            Some(last) if is_blank(text.get(last.end..item.start).unwrap_or("x")) => last.end = end,
            Some(_) | None => cuts.push(item.start..end),
        }
    }
    let is_last = |cut: &Bytes| flow.items.last().is_some_and(|item| item.end <= cut.end);
    let cuts = cuts.into_iter().map(|cut| {
        let end = kept_end.filter(|_| is_last(&cut));
        with_blanks(text, cut, end)
    });
    let mut splices: Vec<Splice> = cuts.map(Splice::cut).collect();
    let kept = (0..flow.items.len()).rfind(|index| !is_removed(index));
    let Some(kept) = kept else {
        return emptied(text, flow, splices);
    };
    // A comma that was between two is none at the end, which JSON does not allow.
    let ended = flow.items.last().and_then(comma).is_some();
    if kept + 1 < flow.items.len()
        && !ended
        && let Some(comma) = flow.items.get(kept).and_then(comma)
    {
        splices.push(Splice::cut(comma));
    }
    splices
}

/// Adds to a cut of members what they would leave: their line, where nothing else stands on it, or the white space to
/// the next member. Where there is none, `kept` is the end of what stays before.
fn with_blanks(text: &str, cut: Bytes, kept: Option<usize>) -> Bytes {
    let Bytes { start, end } = cut;
    if begins_line(text, start) && ends_line(text, end) {
        return line_start(text, start)..next_line(text, end);
    }
    if let Some(kept) = kept {
        let is_apart = text.get(kept..start).is_none_or(|gap| !is_blank(gap));
        return if is_apart { start } else { kept }..end;
    }
    let after = text.get(end..).unwrap_or_default();
    let next = after.trim_start_matches([' ', '\t']);
    // A comment needs white space before it.
    let is_comment = next.starts_with('#');
    start..if is_comment {
        end
    } else {
        text.len() - next.len()
    }
}

/// Leaves empty brackets, with the comments that stood between the members.
fn emptied(text: &str, flow: &Flow, splices: Vec<Splice>) -> Vec<Splice> {
    let Bytes { start, end } = flow.value;
    let mut left = String::new();
    let mut done = start + 1;
    for Splice { at, .. } in &splices {
        left.push_str(text.get(done..at.start).unwrap_or_default());
        done = at.end;
    }
    left.push_str(text.get(done..end - 1).unwrap_or_default());
    if is_blank(&left) {
        return vec![Splice {
            at: flow.value.clone(),
            text: "[]".to_owned(),
        }];
    }
    splices
}
