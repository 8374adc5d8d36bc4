//! A policy with all that it extends.
//!
//! In: a file or a text. Out: the files, the draft of each, and the problems found on the way; a file that cannot be
//! loaded is a problem of the file that names it. What is extended never lies outside of the Git repository that holds
//! the policy (of its folder, where there is none), links resolved, and no link leads the policy itself out of it.

use std::path::{Path, PathBuf};
use std::{io, mem};

use super::draft::{self, Draft, Form};
use super::exceptions_fault::ExceptionsFault;
use super::exceptions_from::Finder;
use super::exceptions_path::ExceptionsPath;
use super::fault::Fault;
use super::files::{Disk, Files};
use super::problem::Problem;
use super::suggestion::suggestion;
use super::{presets, read};

/// How many files may stand in one chain.
const MOST_FILES: usize = 8;

/// The largest policy with all its files, in bytes.
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// A chain of files, the policy itself first, and behind it the exceptions files that they name.
#[derive(Debug, Default)]
pub(super) struct Chain {
    pub(super) files: Vec<ChainFile>,
    pub(super) drafts: Vec<Draft>,
    pub(super) problems: Vec<Problem>,
    /// Every file on disk that the policy is made of, whether it could be read or not.
    pub(super) paths: Vec<PathBuf>,
    /// Whether nothing is lost of all files but exceptions and windows.
    pub(super) is_whole: bool,
}

/// One file of a chain.
#[derive(Debug)]
pub(super) struct ChainFile {
    /// As reports show it.
    pub(super) name: String,
    pub(super) text: String,
    /// As it is opened; `None` for presets, and for texts without a file.
    pub(super) path: Option<PathBuf>,
    /// Whether it is an exceptions file that the policy itself names.
    pub(super) is_own_exceptions: bool,
    /// The same with links resolved.
    real: Option<PathBuf>,
    /// Whether it is shipped, so that nobody who reads a report can open it.
    pub(super) is_preset: bool,
}

impl ChainFile {
    /// Names a place in this file.
    pub(super) fn at_line(&self, line: u32) -> String {
        format!("`{}`, line {line}", self.name)
    }

    /// Makes a file of a text that lies nowhere.
    fn of_text(name: String, text: &str, is_preset: bool) -> Self {
        Self {
            name,
            text: text.to_owned(),
            path: None,
            real: None,
            is_own_exceptions: false,
            is_preset,
        }
    }

    /// Reads a file.
    fn read(files: &dyn Files, path: &Path, name: String) -> Result<Self, Fault> {
        Ok(Self {
            text: read::read(files, path, &name)?,
            name,
            path: Some(path.to_owned()),
            real: files.resolve(path).ok(),
            is_own_exceptions: false,
            is_preset: false,
        })
    }
}

impl Chain {
    /// Loads a file and what it extends.
    pub(super) fn of_file(files: &dyn Files, path: &Path, shown_as: &str) -> Result<Self, Fault> {
        stay(files, path, shown_as)?;
        let first = ChainFile::read(files, path, shown_as.to_owned())?;
        Ok(Self::of(files, first))
    }

    /// Loads a text and the preset that it extends.
    pub(super) fn of_text(text: &str, shown_as: &str) -> Self {
        Self::of(&Disk, ChainFile::of_text(shown_as.to_owned(), text, false))
    }

    fn of(files: &dyn Files, first: ChainFile) -> Self {
        let mut chain = Self {
            is_whole: true,
            ..Self::default()
        };
        chain.note(files, first.path.as_deref());
        let mut next = Some(first);
        while let Some(file) = next {
            next = chain.add(files, file);
        }
        chain.add_exceptions(files);
        chain
    }

    /// Adds the exceptions files that the policies name, behind all policies.
    fn add_exceptions(&mut self, files: &dyn Files) {
        let policies = self.files.iter().filter_map(|file| file.real.clone());
        let mut finder = Finder::new(files, policies.collect());
        for policy in 0..self.files.len() {
            let Some(draft) = self.drafts.get_mut(policy) else {
                continue;
            };
            let items = mem::take(&mut draft.exceptions_from);
            for (index, item) in items.iter().enumerate() {
                if let Err(fault) = self.add_item(&mut finder, policy, item) {
                    let pointer = format!("/exceptions-from/{index}");
                    self.problems
                        .push(Problem::at_value(policy, pointer, fault));
                }
            }
        }
    }

    /// Adds the exceptions files that one item of a policy names.
    fn add_item(
        &mut self,
        finder: &mut Finder<'_>,
        policy: usize,
        item: &ExceptionsPath,
    ) -> Result<(), Fault> {
        let named_by = self.files.get(policy);
        let Some((name, path)) =
            named_by.and_then(|file| Some((file.name.clone(), file.path.clone()?)))
        else {
            return Err(ExceptionsFault::WithoutFile.into());
        };
        for found in finder.search(&path, item)? {
            let is_new = finder.admit(&path, &found);
            if is_new == Ok(false) {
                continue;
            }
            self.note(finder.files(), Some(&found.path));
            is_new?;
            let name = beside(&name, &found.relative);
            let mut file = ChainFile::read(finder.files(), &found.path, name).map_err(|fault| {
                let reason = fault.to_string();
                ExceptionsFault::Unreadable { reason }
            })?;
            file.is_own_exceptions = policy == 0;
            self.make_room(&file)?;
            let draft = self.draft(&file, Form::Exceptions);
            self.files.push(file);
            self.drafts.push(draft);
        }
        Ok(())
    }

    /// Refuses a file with which the policy would be too large.
    fn make_room(&self, file: &ChainFile) -> Result<(), Fault> {
        let texts = self.files.iter().chain([file]).map(|file| file.text.len());
        if texts.sum::<usize>() > MOST_BYTES {
            return Err(ExceptionsFault::TooLargeTogether { limit: MOST_BYTES }.into());
        }
        Ok(())
    }

    /// Reads the next file, and notes what is wrong with it.
    fn draft(&mut self, file: &ChainFile, form: Form) -> Draft {
        let index = self.files.len();
        let (draft, faults) = draft::read(&file.text, form);
        let problems = faults
            .into_iter()
            .map(|(bytes, fault)| Problem::at_bytes(index, bytes, fault));
        self.problems.extend(problems);
        draft
    }

    /// Notes a file on disk that the policy is made of.
    fn note(&mut self, files: &dyn Files, path: Option<&Path>) {
        if files.is_disk() {
            self.paths.extend(path.map(Path::to_owned));
        }
    }

    /// Adds a file, and returns the one that it extends.
    fn add(&mut self, files: &dyn Files, file: ChainFile) -> Option<ChainFile> {
        let index = self.files.len();
        let draft = self.draft(&file, Form::Policy);
        self.files.push(file);
        self.is_whole &= draft.is_whole;
        let parent = draft
            .extends
            .as_ref()
            .map(|extends| self.parent(files, &extends.0));
        self.drafts.push(draft);
        match parent? {
            Ok(parent) => Some(parent),
            Err(fault) => {
                self.is_whole = false;
                let pointer = "/extends".to_owned();
                self.problems.push(Problem::at_value(index, pointer, fault));
                None
            }
        }
    }

    /// Finds what the last file extends.
    fn parent(&mut self, files: &dyn Files, extends: &str) -> Result<ChainFile, Fault> {
        if let Some(text) = presets::text(extends) {
            return Ok(ChainFile::of_text(format!("preset:{extends}"), text, true));
        }
        if !extends.contains(['/', '.']) {
            let (name, remedy) = (extends.to_owned(), suggestion(extends, &presets::NAMES));
            return Err(Fault::ExtendsUnknownPreset { name, remedy });
        }
        if self.files.len() >= MOST_FILES {
            return Err(Fault::ExtendsTooDeep { limit: MOST_FILES });
        }
        let child = self.files.last();
        let Some((child, child_path)) = child.and_then(|child| Some((child, child.path.as_ref()?)))
        else {
            return Err(Fault::ExtendsWithoutFile);
        };
        let path = child_path.parent().unwrap_or(Path::new("")).join(extends);
        let name = beside(&child.name, extends);
        self.note(files, Some(&path));
        self.enclose(files, &path, extends)?;
        ChainFile::read(files, &path, name).map_err(|fault| unreadable(&fault))
    }

    /// Refuses what lies outside of the policy's repository, and what is in the chain already.
    fn enclose(&self, files: &dyn Files, path: &Path, extends: &str) -> Result<(), Fault> {
        let shown = || extends.to_owned();
        let real = files
            .resolve(path)
            .map_err(|error| missing(extends, &error))?;
        let known: Vec<&PathBuf> = self.files.iter().flat_map(|file| &file.real).collect();
        if known.contains(&&real) {
            return Err(Fault::ExtendsCycle { path: shown() });
        }
        let folder = known.first().and_then(|policy| policy.parent());
        let bounds = Bounds::of(files, folder.unwrap_or(Path::new(".")));
        if !real.starts_with(bounds.root()) {
            let bounds = bounds.name();
            return Err(Fault::ExtendsOutside {
                path: shown(),
                bounds,
            });
        }
        if is_gits_own(&real) {
            return Err(Fault::GitsOwn { path: shown() });
        }
        Ok(())
    }
}

/// Refuses a policy that is a link to somewhere else: whoever wrote the files that are checked out may have laid it, and
/// the lines of a policy that cannot be used are printed. The file itself may be named, wherever it lies.
fn stay(files: &dyn Files, policy: &Path, shown_as: &str) -> Result<(), Fault> {
    // What does not exist is told where it is read.
    let Ok(real) = files.resolve(policy) else {
        return Ok(());
    };
    let path = || shown_as.to_owned();
    if is_gits_own(&real) {
        return Err(Fault::GitsOwn { path: path() });
    }
    for part in policy.ancestors().filter(|part| files.is_link(part)) {
        let holder = files.resolve(folder_of(part)).unwrap_or_default();
        let bounds = Bounds::of(files, &holder);
        // Systems have links to folders of their own, such as `/tmp`.
        let binds = part == policy || matches!(bounds, Bounds::Repository(_));
        if binds && !real.starts_with(bounds.root()) {
            let bounds = bounds.name();
            return Err(Fault::LinkOutside {
                path: path(),
                bounds,
            });
        }
    }
    Ok(())
}

/// Returns the folder in which a file lies.
pub(super) fn folder_of(file: &Path) -> &Path {
    or_here(file.parent().unwrap_or(Path::new("")))
}

/// Returns the folder that a path means, and the current one where it is empty.
pub(super) fn or_here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    }
}

/// Tells whether a file lies in a folder `.git`, where a checkout may keep a token.
pub(super) fn is_gits_own(real: &Path) -> bool {
    real.components()
        .any(|part| part.as_os_str().eq_ignore_ascii_case(".git"))
}

/// What the files of a policy may not leave, links resolved.
enum Bounds {
    Repository(PathBuf),
    Folder(PathBuf),
}

impl Bounds {
    /// Returns the Git repository that holds a folder, or the folder itself where there is none.
    fn of(files: &dyn Files, folder: &Path) -> Self {
        let repository = files.repository(folder);
        repository.map_or_else(|| Self::Folder(folder.to_owned()), Self::Repository)
    }

    fn root(&self) -> &Path {
        match self {
            Self::Repository(root) | Self::Folder(root) => root,
        }
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::Repository(_) => "Git repository",
            Self::Folder(_) => "folder",
        }
    }
}

/// Returns the name of a file beside another one, as a person would write it.
fn beside(name: &str, extends: &str) -> String {
    let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = if folder.is_empty() && name.starts_with('/') {
        vec![""]
    } else {
        folder
            .split('/')
            .filter(|part| !part.is_empty() || name.starts_with('/'))
            .collect()
    };
    for part in extends.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| !matches!(*last, "" | "..")) => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn missing(extends: &str, error: &io::Error) -> Fault {
    let reason = if error.kind() == io::ErrorKind::NotFound {
        format!("there is no file `{extends}`")
    } else {
        error.to_string()
    };
    let remedy = format!("the shipped presets are `{}`", presets::NAMES.join("`, `"));
    Fault::ExtendsUnreadable { reason, remedy }
}

fn unreadable(fault: &Fault) -> Fault {
    Fault::ExtendsUnreadable {
        reason: fault.to_string(),
        remedy: "name a readable policy file".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_beside_another() {
        assert_eq!(beside("credgate.yaml", "base.yaml"), "base.yaml");
        assert_eq!(beside("a/b/credgate.yaml", "../base.yaml"), "a/base.yaml");
        assert_eq!(beside("credgate.yaml", "../base.yaml"), "../base.yaml");
        assert_eq!(
            beside("/etc/credgate.yaml", "./x/base.yaml"),
            "/etc/x/base.yaml"
        );
        assert_eq!(beside("/credgate.yaml", "base.yaml"), "/base.yaml");
        assert_eq!(beside("./credgate.yaml", "base.yaml"), "./base.yaml");
    }

    #[test]
    fn a_text_extends_presets_only() {
        let chain = Chain::of_text("version: 1\nextends: base.yaml\n", "policy.yaml");
        assert!(
            matches!(chain.problems.first(), Some(problem) if problem.fault == Fault::ExtendsWithoutFile)
        );
        let chain = Chain::of_text("version: 1\nextends: baseline\n", "policy.yaml");
        assert_eq!((chain.files.len(), chain.problems.len()), (2, 0));
    }
}
