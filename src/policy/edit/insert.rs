//! Puts exceptions into the text of a policy.
//!
//! In: the text, its tree, and groups of exceptions. Out: the changes that put them behind those that are there. What is
//! written keeps the form of what it is put into: lines with comments, or JSON, which has none.

use super::super::spans::{Bytes, Node};
use super::entry::{self, Group};
use super::layout::{Block, Flow, Layout, is_flow};
use super::text::{
    Splice, before, begins_line, ends_line, expect, indent_of, is_blank, line_break, line_end,
    line_start, next_line, skip,
};
use super::{EXCEPTIONS, EditError};

/// Returns the changes that add exceptions to a policy.
pub(super) fn insert(
    text: &str,
    root: &Node<'_>,
    groups: &[Group],
) -> Result<Vec<Splice>, EditError> {
    let in_json = is_flow(text, root);
    match Layout::of(text, root, EXCEPTIONS)? {
        Layout::Block(block) => Ok(vec![behind_items(text, &block, groups)]),
        Layout::Flow(flow) if flow.items.is_empty() && !in_json && is_bare(text, &flow) => {
            Ok(in_place_of_brackets(text, &flow, groups))
        }
        Layout::Flow(flow) => Ok(into_brackets(text, root, &flow, groups)),
        Layout::Missing if in_json => Ok(new_member(text, root, groups)),
        Layout::Missing => Ok(vec![new_key(text, root, groups)]),
    }
}

/// Adds lines at the beginning of a line, or behind the last one where that has no line break.
fn add_lines(text: &str, at: usize, lines: &str) -> Splice {
    let is_open = at == text.len() && !text.is_empty() && !text.ends_with('\n');
    if is_open {
        let line_break = line_break(text);
        let lines = lines.strip_suffix(line_break).unwrap_or(lines);
        Splice::insert(at, format!("{line_break}{lines}"))
    } else {
        Splice::insert(at, lines.to_owned())
    }
}

fn behind_items(text: &str, block: &Block, groups: &[Group]) -> Splice {
    let lines = entry::lines(groups, &block.indent, line_break(text), false);
    let end = block.items.last().map_or(block.colon, |item| item.end);
    add_lines(text, end, &lines)
}

/// Tells whether an empty list stands on the line of its key, with nothing in it that would be lost.
fn is_bare(text: &str, flow: &Flow) -> bool {
    let from_colon = text.get(flow.colon..flow.value.end).unwrap_or_default();
    let inside = from_colon.trim_start_matches([' ', '\t']);
    let inside = inside.strip_prefix('[').unwrap_or("x");
    let inside = inside.strip_suffix(']').unwrap_or("x");
    is_blank(inside) && !from_colon.contains('\n') && ends_line(text, flow.value.end)
}

fn in_place_of_brackets(text: &str, flow: &Flow, groups: &[Group]) -> Vec<Splice> {
    let indent = format!("{}  ", indent_of(text, flow.colon));
    let lines = entry::lines(groups, &indent, line_break(text), true);
    vec![
        Splice::cut(flow.colon..flow.value.end),
        add_lines(text, next_line(text, flow.value.end), &lines),
    ]
}

/// Returns each exception in JSON.
fn jsons(groups: &[Group]) -> Vec<String> {
    let exceptions = groups.iter().flat_map(|group| &group.exceptions);
    exceptions.map(entry::NewException::json).collect()
}

fn into_brackets(text: &str, root: &Node<'_>, flow: &Flow, groups: &[Group]) -> Vec<Splice> {
    let items = jsons(groups);
    if let Some(last) = flow.items.last() {
        let first = flow.items.first().unwrap_or(last);
        return behind(text, first.start, last, &items);
    }
    let line_break = line_break(text);
    let Bytes { start, end } = flow.value;
    let inside = start + 1..end - 1;
    let is_wide = text
        .get(root.bytes.clone())
        .is_some_and(|root| root.contains('\n'));
    if !is_wide {
        return vec![Splice::insert(inside.end, items.join(", "))];
    }
    let indent = indent_of(text, start);
    let lines = lines_of(&items, &format!("{indent}  "), line_break);
    if is_blank(text.get(inside.clone()).unwrap_or_default()) {
        let text = format!("{line_break}{lines}{line_break}{indent}");
        return vec![Splice { at: inside, text }];
    }
    // A comment is inside, so the closing bracket has a line of its own.
    let at = line_start(text, inside.end);
    vec![Splice::insert(at, format!("{lines}{line_break}"))]
}

fn lines_of(items: &[String], indent: &str, line_break: &str) -> String {
    let lines: Vec<String> = items.iter().map(|item| format!("{indent}{item}")).collect();
    lines.join(&format!(",{line_break}"))
}

/// Adds members behind the last one of a collection in brackets or braces, in the way in which the first one stands.
fn behind(text: &str, first: usize, last: &Bytes, members: &[String]) -> Vec<Splice> {
    let has_own_line = begins_line(text, first);
    let separator = if has_own_line {
        format!("{}{}", line_break(text), before(text, first))
    } else {
        " ".to_owned()
    };
    let added = members.join(&format!(",{separator}"));
    // What stands behind the member on its line stays there.
    let place = |at: usize| {
        if has_own_line && ends_line(text, at) {
            line_end(text, at)
        } else {
            at
        }
    };
    match expect(text, last.end, ',') {
        Some(comma) => vec![Splice::insert(place(comma), format!("{separator}{added},"))],
        None => vec![
            Splice::insert(last.end, ",".to_owned()),
            Splice::insert(place(last.end), format!("{separator}{added}")),
        ],
    }
}

/// Adds the list to a policy in braces.
fn new_member(text: &str, root: &Node<'_>, groups: &[Group]) -> Vec<Splice> {
    let entries = root.entries();
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
        return Vec::new();
    };
    let items = jsons(groups);
    let value = if begins_line(text, first.key_bytes.start) {
        let (line_break, indent) = (line_break(text), before(text, first.key_bytes.start));
        let lines = lines_of(&items, &format!("{indent}  "), line_break);
        format!("[{line_break}{lines}{line_break}{indent}]")
    } else {
        format!("[{}]", items.join(", "))
    };
    let member = format!("\"{EXCEPTIONS}\": {value}");
    behind(text, first.key_bytes.start, &last.value.bytes, &[member])
}

/// Adds the list at the end of a policy of lines.
fn new_key(text: &str, root: &Node<'_>, groups: &[Group]) -> Splice {
    let line_break = line_break(text);
    let indent = before(text, root.bytes.start);
    let end = skip(text, root.bytes.end);
    // Behind the document there may be its end mark.
    let end = if end < text.len() {
        line_start(text, end)
    } else {
        end
    };
    let above = text.get(..end).unwrap_or_default();
    let is_apart = above.ends_with("\n\n") || above.ends_with("\n\r\n");
    let gap = if is_apart { "" } else { line_break };
    let lines = entry::lines(groups, &format!("{indent}  "), line_break, true);
    add_lines(
        text,
        end,
        &format!("{gap}{indent}{EXCEPTIONS}:{line_break}{lines}"),
    )
}
