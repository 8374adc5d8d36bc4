//! Proves that a changed policy means what was meant, and nothing else.
//!
//! In: a policy before and after, as trees and as what they mean. Out: whether the change is the whole difference.

use std::collections::BTreeSet;

use super::super::spans::{Kind, Node};
use super::super::{Exception, Policy, Window, Written};
use super::{Change, EXCEPTIONS, NewException, WINDOWS};

/// Tells whether two trees of one file differ by the change alone, wherever their values stand.
pub(super) fn is_tree_meant(before: &Node<'_>, after: &Node<'_>, change: Change<'_>) -> bool {
    let is_other = |key: &str| ![EXCEPTIONS, WINDOWS].contains(&key);
    let others = |root: &'_ Node<'_>| {
        root.entries()
            .iter()
            .filter(|entry| is_other(&entry.key))
            .count()
    };
    let is_kept = before.entries().iter().all(|entry| {
        let same = after.get(&entry.key);
        same.is_some_and(|same| !is_other(&entry.key) || is_same(&entry.value, &same.value))
    });
    let (exceptions, windows) = match change {
        Change::Add(_) => (&[][..], &[][..]),
        Change::Remove {
            exceptions,
            windows,
        } => (exceptions, windows),
    };
    others(before) == others(after)
        && is_kept
        && is_list_meant(before, after, EXCEPTIONS, exceptions, &added(change))
        && is_list_meant(before, after, WINDOWS, windows, &[])
}

fn added(change: Change<'_>) -> Vec<&NewException> {
    match change {
        Change::Add(groups) => groups.iter().flat_map(|group| &group.exceptions).collect(),
        Change::Remove { .. } => Vec::new(),
    }
}

fn is_list_meant(
    before: &Node<'_>,
    after: &Node<'_>,
    key: &str,
    removed: &[usize],
    added: &[&NewException],
) -> bool {
    let items = |root: &'_ Node<'_>| root.get(key).map_or(0, |entry| entry.value.items().len());
    let count = items(before);
    if removed.iter().any(|index| *index >= count)
        || items(after) + removed.len() != count + added.len()
    {
        return false;
    }
    let before = before.get(key).map_or(&[][..], |entry| entry.value.items());
    let after = after.get(key).map_or(&[][..], |entry| entry.value.items());
    let kept = before
        .iter()
        .enumerate()
        .filter(|(index, _)| removed.binary_search(index).is_err());
    let mut after = after.iter();
    let is_kept = kept
        .map(|(_, item)| item)
        .all(|item| after.next().is_some_and(|same| is_same(item, same)));
    is_kept
        && added
            .iter()
            .all(|new| after.next().is_some_and(|node| new.is(node)))
}

/// Tells whether two nodes are the same value, wherever they stand.
fn is_same(one: &Node<'_>, other: &Node<'_>) -> bool {
    match (&one.kind, &other.kind) {
        (Kind::List(items), Kind::List(others)) => {
            items.len() == others.len()
                && items
                    .iter()
                    .zip(others)
                    .all(|(one, other)| is_same(one, other))
        }
        (Kind::Map(entries), Kind::Map(others)) => {
            let is_pair =
                |(one, other): (
                    &super::super::spans::Entry<'_>,
                    &super::super::spans::Entry<'_>,
                )| { one.key == other.key && is_same(&one.value, &other.value) };
            entries.len() == others.len() && entries.iter().zip(others).all(is_pair)
        }
        (kind, other) => kind == other,
    }
}

/// Tells whether two policies differ by the change of one file alone.
pub(super) fn is_meant(before: &Policy, after: &Policy, file: usize, change: Change<'_>) -> bool {
    let (exceptions, windows) = match change {
        Change::Add(_) => (&[][..], &[][..]),
        Change::Remove {
            exceptions,
            windows,
        } => (exceptions, windows),
    };
    let is_kept = |written: Written, removed: &[usize]| {
        written.file != file || removed.binary_search(&written.index).is_err()
    };
    let added: BTreeSet<&str> = added(change).iter().map(|new| &*new.id.0).collect();
    let kept = before
        .exceptions()
        .iter()
        .filter(|entry| is_kept(entry.written, exceptions));
    let (new, old): (Vec<&Exception>, Vec<&Exception>) = after
        .exceptions()
        .iter()
        .partition(|entry| entry.written.file == file && added.contains(&*entry.id.0));
    let kept_windows = before
        .windows()
        .iter()
        .filter(|entry| is_kept(entry.written, windows));
    before.tenant() == after.tenant()
        && before.rules() == after.rules()
        && before.governance() == after.governance()
        && kept.map(elsewhere).eq(old.into_iter().map(elsewhere))
        && new.len() == added.len()
        && kept_windows
            .map(window_elsewhere)
            .eq(after.windows().iter().map(window_elsewhere))
}

/// Returns an exception without its place, which other entries may move.
fn elsewhere(exception: &Exception) -> Exception {
    Exception {
        written: NOWHERE,
        ..exception.clone()
    }
}

fn window_elsewhere(window: &Window) -> Window {
    Window {
        written: NOWHERE,
        ..window.clone()
    }
}

const NOWHERE: Written = Written { file: 0, index: 0 };
