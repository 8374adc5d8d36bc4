//! Changes the lists of a policy file without touching anything else of it.
//!
//! In: the text of one file, and entries to add or to take out. Out: the changed text, every other byte as it was. It is
//! proved before it is given out: the changed text is read again, and must mean what was meant and nothing else. What
//! cannot be proved is not written.

mod entry;
mod insert;
mod layout;
mod prove;
mod remove;
mod text;

pub use entry::{Group, NewException};

use super::read::MAX_BYTES;
use super::spans::{Kind, Node};
use super::yaml;
use super::{Policy, PolicyError};
use text::apply;

/// The key of the exceptions.
const EXCEPTIONS: &str = "exceptions";
/// The key of the migration windows.
const WINDOWS: &str = "migration-windows";

/// A change of one file of a policy.
#[derive(Clone, Copy, Debug)]
pub enum Change<'change> {
    /// Exceptions are added behind those that are there.
    Add(&'change [Group]),
    /// Entries are taken out, by their indexes in the file.
    Remove {
        /// Of `exceptions`, ascending.
        exceptions: &'change [usize],
        /// Of `migration-windows`, ascending.
        windows: &'change [usize],
    },
}

/// Why a file is not changed.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// The list is laid out in a way that is not understood.
    #[error("its lists are laid out in an unusual way")]
    Layout,
    /// The changed text would not mean what it should: a bug.
    #[error("the changed text would not mean what it should")]
    Unfaithful,
    /// The changed file would be larger than a policy may be.
    #[error("it would have more than {limit} bytes")]
    TooLarge {
        /// The largest size, in bytes.
        limit: u64,
    },
    /// The changed policy cannot be used.
    #[error(transparent)]
    Policy(#[from] PolicyError),
}

/// A changed file, and the policy that it makes.
#[derive(Debug)]
pub struct Edited {
    /// The whole text of the file.
    pub text: String,
    /// The policy, read from it.
    pub policy: Policy,
}

/// Changes a file of a policy. `file` is its number in [`Policy::files`], `text` what it says, and `read` reads the
/// policy with another text in its place.
pub fn edit(
    policy: &Policy,
    file: usize,
    text: &str,
    change: Change<'_>,
    read: &dyn Fn(&str) -> Result<Policy, PolicyError>,
) -> Result<Edited, EditError> {
    let changed = changed(text, change)?;
    let after = read(&changed)?;
    if prove::is_meant(policy, &after, file, change) {
        Ok(Edited {
            text: changed,
            policy: after,
        })
    } else {
        Err(EditError::Unfaithful)
    }
}

/// Changes a text, and proves by its tree that nothing else has changed.
fn changed(text: &str, change: Change<'_>) -> Result<String, EditError> {
    // A lone carriage return is a line break to YAML and to few editors.
    if text.replace("\r\n", "\n").contains('\r') {
        return Err(EditError::Layout);
    }
    let root = root(text).ok_or(EditError::Layout)?;
    let splices = match change {
        Change::Add(groups) => insert::insert(text, &root, groups)?,
        Change::Remove {
            exceptions,
            windows,
        } => {
            let mut splices = remove::remove(text, &root, EXCEPTIONS, exceptions)?;
            splices.extend(remove::remove(text, &root, WINDOWS, windows)?);
            splices
        }
    };
    let changed = apply(text, splices);
    if changed.len() as u64 > MAX_BYTES {
        return Err(EditError::TooLarge { limit: MAX_BYTES });
    }
    let after = self::root(&changed).ok_or(EditError::Unfaithful)?;
    if prove::is_tree_meant(&root, &after, change) {
        Ok(changed)
    } else {
        Err(EditError::Unfaithful)
    }
}

/// Returns the tree of a text without faults.
fn root(text: &str) -> Option<Node<'_>> {
    let reading = yaml::read(text);
    let root = reading.root.filter(|_| reading.faults.is_empty())?;
    matches!(root.kind, Kind::Map(_)).then_some(root)
}
