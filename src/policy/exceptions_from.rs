//! Finds the exceptions files that a policy names.
//!
//! In: an item of `exceptions-from`, and where the policy lies. Out: the files, in the order in which they are read, each
//! of them once, however it is named. None lies outside of the folder of the policy that names it, links resolved; none
//! is a policy; none is looked for without end. What stands in them is not looked at.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use glob::Pattern;

use super::exceptions_fault::ExceptionsFault;
use super::exceptions_path::{ExceptionsPath, Part};
use super::extends::{folder_of, is_gits_own, or_here};
use super::fault::Fault;
use super::files::{FileKind, Files};

/// How many exceptions files one policy may have.
const MOST_FILES: usize = 256;

/// How many paths are looked at to find them.
const MOST_STEPS: usize = 10_000;

/// Finds files, and remembers those that it found.
#[derive(Debug)]
pub(super) struct Finder<'files> {
    files: &'files dyn Files,
    /// The policies, links resolved.
    policies: Vec<PathBuf>,
    /// What was found so far, links resolved.
    found: BTreeSet<PathBuf>,
    steps: usize,
}

/// A file that an item names.
#[derive(Debug)]
pub(super) struct Found {
    /// As it is opened.
    pub(super) path: PathBuf,
    /// As a person would write it, relative to the policy that names it.
    pub(super) relative: String,
}

impl<'files> Finder<'files> {
    /// Has found nothing yet.
    pub(super) const fn new(files: &'files dyn Files, policies: Vec<PathBuf>) -> Self {
        Self {
            files,
            policies,
            found: BTreeSet::new(),
            steps: 0,
        }
    }

    /// Returns where it looks.
    pub(super) const fn files(&self) -> &'files dyn Files {
        self.files
    }

    /// Returns the paths that an item of a policy means, whatever lies there.
    pub(super) fn search(
        &mut self,
        policy: &Path,
        item: &ExceptionsPath,
    ) -> Result<Vec<Found>, Fault> {
        let parts = item.parts()?;
        let mut places = vec![Found {
            path: policy.parent().unwrap_or(Path::new("")).to_owned(),
            relative: String::new(),
        }];
        let mut has_wildcard = false;
        for (index, part) in parts.iter().enumerate() {
            let is_last = index + 1 == parts.len();
            let mut next = Vec::new();
            for place in places {
                let names = match part {
                    Part::Name(name) => vec![(*name).to_owned()],
                    Part::Pattern(pattern) => {
                        self.matching(&place, pattern, item, has_wildcard, is_last)?
                    }
                };
                self.step(names.len().max(1))?;
                next.extend(names.iter().map(|name| place.join(name)));
            }
            has_wildcard |= matches!(part, Part::Pattern(_));
            places = if has_wildcard && !is_last {
                self.folders(next)?
            } else {
                next
            };
        }
        if has_wildcard {
            places.retain(|place| self.is_there(&place.path));
            if places.is_empty() {
                let path = item.0.to_string();
                return Err(ExceptionsFault::Unmatched { path }.into());
            }
        }
        Ok(places)
    }

    /// Tells whether a file is to be read; no where it was found already.
    pub(super) fn admit(&mut self, policy: &Path, found: &Found) -> Result<bool, Fault> {
        let shown = || found.relative.clone();
        let resolve = |path: &Path| {
            let real = self.files.resolve(path);
            real.map_err(|error| unreadable(found.shown(), &error))
        };
        let (folder, real) = (resolve(folder_of(policy))?, resolve(&found.path)?);
        if self.policies.contains(&real) {
            return Err(ExceptionsFault::IsPolicy { path: shown() }.into());
        }
        if !real.starts_with(&folder) {
            return Err(ExceptionsFault::Outside { path: shown() }.into());
        }
        if is_gits_own(&real) {
            return Err(Fault::GitsOwn { path: shown() });
        }
        if self.found.contains(&real) {
            return Ok(false);
        }
        if self.found.len() >= MOST_FILES {
            return Err(ExceptionsFault::TooManyFiles { limit: MOST_FILES }.into());
        }
        self.found.insert(real);
        Ok(true)
    }

    /// Returns the names in a folder that match, in the order of their bytes.
    fn matching(
        &self,
        folder: &Found,
        pattern: &Pattern,
        item: &ExceptionsPath,
        may_lack: bool,
        is_last: bool,
    ) -> Result<Vec<String>, Fault> {
        let names = match self.files.names(or_here(&folder.path)) {
            Ok(names) => names,
            Err(error) if may_lack && is_absence(&error) => Vec::new(),
            Err(error) => return Err(unreadable(folder.shown(), &error)),
        };
        let mut matching = Vec::new();
        for name in names.into_iter().filter(|name| matches(name, pattern)) {
            // A wildcard at the end means files.
            let kind = self.files.kind(&folder.path.join(&name));
            if is_last && matches!(kind, Ok(FileKind::Folder)) {
                continue;
            }
            let name = name.into_string().ok();
            let Some(name) = name.filter(|name| ExceptionsPath::may_hold(name)) else {
                let path = item.0.to_string();
                return Err(ExceptionsFault::Name { path }.into());
            };
            matching.push(name);
        }
        matching.sort_unstable();
        Ok(matching)
    }

    /// Returns the folders among the places that a wildcard led to. What may be one elsewhere is an error: a link counts on
    /// disk and not in a commit, and the same policy must not mean less there.
    fn folders(&self, places: Vec<Found>) -> Result<Vec<Found>, Fault> {
        let mut folders = Vec::with_capacity(places.len());
        for place in places {
            match self.files.kind(&place.path) {
                Ok(FileKind::Folder) => folders.push(place),
                Ok(FileKind::File) => {}
                Ok(FileKind::Other) => {
                    let reason = format!("`{}` is no folder that can be read", place.relative);
                    return Err(ExceptionsFault::Unreadable { reason }.into());
                }
                Err(error) if is_absence(&error) && !self.files.is_link(&place.path) => {}
                Err(error) => return Err(unreadable(&place.relative, &error)),
            }
        }
        Ok(folders)
    }

    /// Tells whether something lies there, be it a link that leads nowhere: that is told where it is read.
    fn is_there(&self, path: &Path) -> bool {
        match self.files.kind(path) {
            Ok(_) => true,
            Err(error) => !is_absence(&error) || self.files.is_link(path),
        }
    }

    fn step(&mut self, steps: usize) -> Result<(), Fault> {
        self.steps += steps;
        if self.steps > MOST_STEPS {
            return Err(ExceptionsFault::TooManySteps { limit: MOST_STEPS }.into());
        }
        Ok(())
    }
}

impl Found {
    fn shown(&self) -> &str {
        if self.relative.is_empty() {
            "."
        } else {
            &self.relative
        }
    }

    fn join(&self, name: &str) -> Self {
        let separator = if self.relative.is_empty() { "" } else { "/" };
        Self {
            path: self.path.join(name),
            relative: format!("{}{separator}{name}", self.relative),
        }
    }
}

/// Tells whether a wildcard matches a name; a hidden one it never does.
fn matches(name: &OsString, pattern: &Pattern) -> bool {
    let name = name.to_string_lossy();
    !name.starts_with('.') && pattern.matches(&name)
}

fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

fn unreadable(path: &str, error: &io::Error) -> Fault {
    let reason = if error.kind() == io::ErrorKind::NotFound {
        format!("there is no `{path}`")
    } else {
        format!("`{path}`: {error}")
    };
    ExceptionsFault::Unreadable { reason }.into()
}
