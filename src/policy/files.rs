//! Where the files of a policy lie: on disk, or in a commit of a Git repository that nobody has checked out.
//!
//! In: a path. Out: what is there. The rules about which file may name which other are not here: they are the same
//! wherever the files lie.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// Something else, which may never end: a pipe or a device, or a link where links are not followed.
    Other,
}

/// A place in which the files of a policy lie.
pub trait Files: fmt::Debug {
    /// Tells what a path leads to.
    fn kind(&self, path: &Path) -> io::Result<FileKind>;

    /// Opens a regular file.
    fn open(&self, path: &Path) -> io::Result<Box<dyn io::Read>>;

    /// Returns the names in a folder, in any order.
    fn names(&self, folder: &Path) -> io::Result<Vec<OsString>>;

    /// Returns the path of the same file with links and detours resolved.
    fn resolve(&self, path: &Path) -> io::Result<PathBuf>;

    /// Tells whether the last part of a path is a link.
    fn is_link(&self, path: &Path) -> bool;

    /// Returns the root of the Git repository that holds a folder.
    fn repository(&self, folder: &Path) -> Option<PathBuf>;

    /// Tells whether the paths are those of files on disk.
    fn is_disk(&self) -> bool;
}

/// The files on disk.
#[derive(Clone, Copy, Debug)]
pub struct Disk;

impl Files for Disk {
    fn kind(&self, path: &Path) -> io::Result<FileKind> {
        let metadata = fs::metadata(path)?;
        Ok(if metadata.is_file() {
            FileKind::File
        } else if metadata.is_dir() {
            FileKind::Folder
        } else {
            FileKind::Other
        })
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn io::Read>> {
        Ok(Box::new(File::open(path)?))
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        let entries = fs::read_dir(folder)?;
        entries.map(|entry| Ok(entry?.file_name())).collect()
    }

    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        path.canonicalize()
    }

    fn is_link(&self, path: &Path) -> bool {
        path.is_symlink()
    }

    fn repository(&self, folder: &Path) -> Option<PathBuf> {
        // A worktree or submodule has a file `.git` in place of the folder. A link that leads nowhere, or what cannot be
        // looked at, ends the search as well: a nearer root lets less in.
        let mut folders = folder.ancestors();
        let root = folders.find(|folder| {
            let entry = fs::symlink_metadata(folder.join(".git"));
            entry.map_or_else(|error| !is_absence(&error), |_| true)
        });
        root.map(Path::to_owned)
    }

    fn is_disk(&self) -> bool {
        true
    }
}

/// Tells whether an error says that there is nothing.
fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// The files on disk, one of them with another text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Changed<'text> {
    pub(super) path: &'text Path,
    pub(super) text: &'text str,
}

impl Files for Changed<'_> {
    fn kind(&self, path: &Path) -> io::Result<FileKind> {
        Disk.kind(path)
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn io::Read>> {
        if path == self.path {
            return Ok(Box::new(io::Cursor::new(self.text.as_bytes().to_vec())));
        }
        Disk.open(path)
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        Disk.names(folder)
    }

    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        Disk.resolve(path)
    }

    fn is_link(&self, path: &Path) -> bool {
        Disk.is_link(path)
    }

    fn repository(&self, folder: &Path) -> Option<PathBuf> {
        Disk.repository(folder)
    }

    fn is_disk(&self) -> bool {
        Disk.is_disk()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_leads_nowhere_ends_the_search_for_the_root() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("inner");
        fs::create_dir_all(folder.path().join(".git")).unwrap();
        fs::create_dir(&inner).unwrap();
        assert_eq!(Disk.repository(&inner).as_deref(), Some(folder.path()));
        std::os::unix::fs::symlink("nowhere", inner.join(".git")).unwrap();
        assert_eq!(Disk.repository(&inner), Some(inner));
    }
}
