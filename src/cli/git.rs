//! The files of a commit, read from the Git repository of the current folder without checking anything out.
//!
//! In: `GITREF:path`. Out: folders and files of that commit, as `Files`. Git is asked for objects by their ids, in the way
//! of `git_program`; nothing that the files of a checkout, a repository or the environment may configure has a say in what
//! is read. Links and other repositories inside the commit are not followed.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::process::{Child, ChildStdout, Stdio};

use credgate::policy::{FileKind, Files};

use super::Failure;
use super::git_program::{Git, Refused, said};

/// Splits `GITREF:path`; a file has no colon in it, or is named with its folder. On Windows a letter is a drive.
pub(super) fn split(name: &str) -> Option<(&str, &str)> {
    let (reference, path) = name.split_once(':')?;
    let is_file = reference.starts_with(['.', '/', '\\']) || reference.is_empty();
    let is_drive = cfg!(windows) && reference.len() == 1;
    (!is_file && !is_drive).then_some((reference, path))
}

/// A commit, and what was read of its folders.
#[derive(Debug)]
pub(super) struct Commit {
    /// As it was named.
    reference: String,
    /// Its id.
    id: String,
    git: Git,
    folders: RefCell<BTreeMap<PathBuf, Vec<Entry>>>,
}

/// An entry of a folder.
#[derive(Clone, Debug)]
struct Entry {
    kind: FileKind,
    object: String,
    name: String,
}

impl Commit {
    /// Finds a commit.
    pub(super) fn find(reference: &str) -> Result<Self, Failure> {
        if reference.starts_with('-') {
            return Err(Failure::usage(format_args!(
                "`{reference}` is no commit, branch or tag; none begins with a dash"
            )));
        }
        let unread = |Refused { cause, remedy }| {
            Failure::usage(format_args!(
                "`{reference}` cannot be read: {cause}; {remedy}"
            ))
        };
        let folder = std::env::current_dir().unwrap_or_default();
        let git = Git::of(&folder).map_err(unread)?;
        let id = id(&git, reference).map_err(|error| unread(why(&error, reference)))?;
        Ok(Self {
            reference: reference.to_owned(),
            id,
            git,
            folders: RefCell::default(),
        })
    }

    /// Returns a path as the commit has it: `./` counts from the current folder.
    pub(super) fn path(&self, path: &str) -> Result<PathBuf, Failure> {
        let is_relative = path.starts_with("./") || path.starts_with("../");
        let folder = if is_relative {
            self.git.prefix()
        } else {
            Path::new("")
        };
        let full = folder.join(path);
        plain(&full).map_err(|_| {
            Failure::usage(format_args!(
                "`{}:{path}` lies outside of the repository; name a path from its root",
                self.reference
            ))
        })
    }

    /// Finds the entry at a plain path.
    fn entry(&self, path: &Path) -> io::Result<Entry> {
        let missing = || io::Error::from(io::ErrorKind::NotFound);
        let name = path.file_name().ok_or_else(missing)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let entries = self.entries(folder)?;
        let mut entries = entries.into_iter();
        entries.find(|it| *it.name == *name).ok_or_else(missing)
    }

    fn entries(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        if let Some(known) = self.folders.borrow().get(folder) {
            return Ok(known.clone());
        }
        let tree = if folder.as_os_str().is_empty() {
            format!("{}^{{tree}}", self.id)
        } else {
            let entry = self.entry(folder)?;
            if entry.kind != FileKind::Folder {
                return Err(io::ErrorKind::NotFound.into());
            }
            entry.object
        };
        let listed = self.git.ask(&["ls-tree", "--full-tree", "-z", &tree]);
        let listed = listed.map_err(|_| absent())?;
        let entries: Vec<Entry> = listed.split_terminator('\0').filter_map(entry).collect();
        let mut folders = self.folders.borrow_mut();
        folders.insert(folder.to_owned(), entries.clone());
        Ok(entries)
    }
}

/// Reads a line of `ls-tree`: mode, type, id, name.
fn entry(line: &str) -> Option<Entry> {
    let (facts, name) = line.split_once('\t')?;
    let mut facts = facts.split(' ');
    let (mode, _, object) = (facts.next()?, facts.next()?, facts.next()?);
    let kind = match mode {
        "100644" | "100755" | "100664" => FileKind::File,
        "040000" => FileKind::Folder,
        _ => FileKind::Other,
    };
    Some(Entry {
        kind,
        object: object.to_owned(),
        name: name.to_owned(),
    })
}

impl Files for Commit {
    fn kind(&self, path: &Path) -> io::Result<FileKind> {
        let path = plain(path)?;
        if path.as_os_str().is_empty() {
            return Ok(FileKind::Folder);
        }
        Ok(self.entry(&path)?.kind)
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Read>> {
        let object = self.entry(&plain(path)?)?.object;
        let mut call = self.git.call(&["cat-file", "blob", &object]);
        let mut child = call.stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take();
        let stdout = stdout.ok_or_else(|| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(Box::new(Blob { child, stdout }))
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        let entries = self.entries(&plain(folder)?)?;
        Ok(entries.into_iter().map(|entry| entry.name.into()).collect())
    }

    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        let path = plain(path)?;
        if !path.as_os_str().is_empty() {
            self.entry(&path)?;
        }
        Ok(path)
    }

    fn is_link(&self, _: &Path) -> bool {
        // None is followed: what is a link has no kind that is read.
        false
    }

    fn repository(&self, _: &Path) -> Option<PathBuf> {
        Some(PathBuf::new())
    }

    fn is_disk(&self) -> bool {
        false
    }
}

/// Resolves `.` and `..`; no path leads out of the commit.
fn plain(path: &Path) -> io::Result<PathBuf> {
    let outside = || io::Error::from(io::ErrorKind::NotFound);
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::Normal(part) => plain.push(part),
            Component::ParentDir => {
                if !plain.pop() {
                    return Err(outside());
                }
            }
            Component::Prefix(_) | Component::RootDir => return Err(outside()),
        }
    }
    Ok(plain)
}

/// The bytes of a file, as Git hands them over; that it handed over all of them is checked at their end.
struct Blob {
    child: Child,
    stdout: ChildStdout,
}

impl Read for Blob {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stdout.read(buffer)?;
        if read == 0 && !buffer.is_empty() && !self.child.wait()?.success() {
            return Err(absent());
        }
        Ok(read)
    }
}

impl Drop for Blob {
    fn drop(&mut self) {
        // A file that is too large is not read to its end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a commit has and this clone has not: a partial clone would fetch it, from where its configuration says.
fn absent() -> io::Error {
    io::Error::other(
        "this clone lacks it, and nothing is fetched for it: complete a partial clone with `git fetch --refetch --no-filter origin`",
    )
}

/// What Git says of a name that stands for more than one thing.
const AMBIGUOUS: &str = "is ambiguous";

/// Returns the id of a commit. A tag that is called as a branch of the remote would be taken in its place: whoever may push
/// a tag, and not to the branch, could choose the policy that judges.
fn id(git: &Git, reference: &str) -> io::Result<String> {
    let name = format!("{reference}^{{commit}}");
    let warn = "core.warnAmbiguousRefs=true";
    let answer = git
        .call(&["-c", warn, "rev-parse", "--verify", &name])
        .output()?;
    if String::from_utf8_lossy(&answer.stderr).contains(AMBIGUOUS) {
        return Err(io::Error::other(AMBIGUOUS));
    }
    Ok(said(answer)?.trim().to_owned())
}

/// Says why a commit could not be found, and what to do about it.
fn why(error: &io::Error, reference: &str) -> Refused {
    if error.to_string() == AMBIGUOUS {
        return Refused {
            cause: "more than one branch, tag or commit has this name".to_owned(),
            remedy:
                "write it in full, as in `refs/remotes/origin/main`, or name the commit by its id"
                    .to_owned(),
        };
    }
    let branch = reference.strip_prefix("origin/").unwrap_or(reference);
    Refused {
        cause: "there is no such commit, branch or tag in this clone".to_owned(),
        remedy: format!(
            "fetch it, as in `git fetch --depth=1 origin {branch}` and `FETCH_HEAD:path`"
        ),
    }
}
