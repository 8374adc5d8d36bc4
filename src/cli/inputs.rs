//! The files that a run reads. No report may take the place of one, and none is removed.
//!
//! In: the names after `--policy` and `--inventory`, and what the policy extends and names. Out: whether a report's name
//! means one of them, whatever detours the two names make.

use std::fs;
use std::path::{Path, PathBuf};

use credgate::policy;

/// The files and folders that a run reads, links resolved.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Inputs {
    /// Adds what a name means, if there is such a file; of a folder, all that lies in it.
    pub(crate) fn add(&mut self, name: &Path) {
        let Ok(real) = fs::canonicalize(name) else {
            return;
        };
        if real.is_dir() {
            self.files.extend(linked(&real));
            self.folders.push(real);
        } else if real.is_file() {
            self.files.push(real);
        }
    }

    /// Tells whether a report of this name would take the place of something that is read. No report is YAML or
    /// holds exceptions, and policies do: what a broken policy extends and names may not be known.
    pub(crate) fn hold(&self, report: &Path) -> bool {
        let real = fs::canonicalize(report).ok();
        let is_yaml = report.extension().is_some_and(|name| {
            name.eq_ignore_ascii_case("yaml") || name.eq_ignore_ascii_case("yml")
        });
        if real.is_some() && (is_yaml || policy::is_exceptions_file(report)) {
            return true;
        }
        let names = [Some(named(report)), real];
        names.iter().flatten().any(|name| {
            self.files.contains(name) || self.folders.iter().any(|folder| name.starts_with(folder))
        })
    }
}

/// Returns the name of a file that need not exist, with the links of its folder resolved.
pub(crate) fn named(file: &Path) -> PathBuf {
    let folder = fs::canonicalize(folder_of(file)).ok();
    folder
        .and_then(|folder| Some(folder.join(file.file_name()?)))
        .unwrap_or_else(|| file.to_owned())
}

/// Returns the folder in which a file lies or would lie.
pub(crate) fn folder_of(file: &Path) -> &Path {
    file.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// Returns the files elsewhere that links in a folder lead to.
fn linked(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_symlink()))
        .filter_map(|entry| fs::canonicalize(entry.path()).ok())
        .collect()
}
