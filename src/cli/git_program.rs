//! The program `git`, and how it is called: so that nothing in a checkout is obeyed.
//!
//! In: a checkout, the environment. Out: answers of Git about that one repository. Files of a checkout are written by the
//! party that is judged, so no program is taken from there, no repository inside of it answers, and nothing that a
//! configuration or a variable may name is run: no hook, no monitor of files, no transport. Git is asked about objects
//! only, with commands that know neither filters nor text conversion.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::checkout::{Checkout, Misplaced};

/// Why Git is not asked or does not answer, and what to do about it.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) cause: String,
    pub(super) remedy: String,
}

impl Refused {
    fn new(cause: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            cause: cause.into(),
            remedy: remedy.into(),
        }
    }
}

/// Settings that win over every file. They are few because Git does little here: the commands that are called read
/// objects and references. Each of them is held by something else, too, for versions of Git that do not know it.
const SETTINGS: &[&str] = &[
    // Git 2.38; `Checkout` finds such a repository before Git is called.
    "safe.bareRepository=explicit",
    // A clone may lack objects, and would fetch them by what its configuration names: see `GIT_ALLOW_PROTOCOL`.
    "protocol.allow=never",
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.attributesFile=/dev/null",
    "core.useReplaceRefs=false",
    "core.commitGraph=false",
];

/// Variables that Git gets in the place of all that begin with `GIT_`.
const VARIABLES: &[(&str, &str)] = &[
    // Wins over `protocol.NAME.allow`, which the configuration of a repository may hold. No transport has this name.
    ("GIT_ALLOW_PROTOCOL", "-"),
    // Git 2.44; older versions find that every transport is forbidden.
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_TERMINAL_PROMPT", "0"),
    // These read their settings before any other is known.
    ("GIT_TRACE2", "0"),
    ("GIT_TRACE2_EVENT", "0"),
    ("GIT_TRACE2_PERF", "0"),
    ("LC_ALL", "C"),
];

/// Git, asked about one repository.
#[derive(Debug)]
pub(super) struct Git {
    program: PathBuf,
    /// Where it finds programs of its own: no folder of the checkout.
    search: OsString,
    checkout: Checkout,
}

impl Git {
    /// Finds the repository around a folder, and the program; Git must mean the same repository.
    pub(super) fn of(folder: &Path) -> Result<Self, Refused> {
        let checkout = Checkout::around(folder).map_err(|misplaced| refused(&misplaced))?;
        let path = variables().find(|(name, _)| name.eq_ignore_ascii_case("PATH"));
        let path = path.map(|(_, value)| value).unwrap_or_default();
        let folders = trusted(&path, &checkout.root);
        let program = program(&folders, &checkout.root).ok_or_else(|| missing(&path))?;
        let search = std::env::join_paths(folders).unwrap_or_default();
        let git = Self {
            program,
            search,
            checkout,
        };
        git.verify()?;
        Ok(git)
    }

    /// Returns the folder in which Git is asked, counted from the root of the repository.
    pub(super) fn prefix(&self) -> &Path {
        &self.checkout.prefix
    }

    /// Holds that Git takes the repository that was found for the one to ask.
    fn verify(&self) -> Result<(), Refused> {
        let said = self.ask(&["rev-parse", "--absolute-git-dir"]);
        let said = said.map_err(|error| explain(&error))?;
        let taken = Path::new(said.trim_end_matches(['\n', '\r']));
        if taken.canonicalize().ok().as_ref() != Some(&self.checkout.git) {
            return Err(Refused::new(
                format!(
                    "Git takes another repository than that of `{}`",
                    self.checkout.root.display()
                ),
                OTHERWISE,
            ));
        }
        Ok(())
    }

    /// Makes a call in the current folder.
    pub(super) fn call(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        for (name, value) in variables() {
            if name.to_string_lossy().starts_with("GIT_") || self.is_home_inside(&name, &value) {
                command.env_remove(name);
            }
        }
        command
            .envs(VARIABLES.iter().copied())
            .env("PATH", &self.search);
        command.arg("--no-pager").arg("--no-replace-objects");
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command
            .args(words)
            .stdin(Stdio::null())
            .stderr(Stdio::piped());
        command
    }

    /// Tells whether a variable has Git look for its own settings in the checkout.
    fn is_home_inside(&self, name: &OsStr, value: &OsStr) -> bool {
        let is_home = ["HOME", "XDG_CONFIG_HOME", "USERPROFILE"]
            .iter()
            .any(|home| name.eq_ignore_ascii_case(home));
        is_home && !is_outside(Path::new(value), &self.checkout.root)
    }

    /// Calls Git and returns what it prints.
    pub(super) fn ask(&self, words: &[&str]) -> io::Result<String> {
        said(self.call(words).output()?)
    }
}

/// Returns what a call printed, if it succeeded.
pub(super) fn said(answer: Output) -> io::Result<String> {
    if !answer.status.success() {
        let said = String::from_utf8_lossy(&answer.stderr);
        return Err(io::Error::other(said.trim().to_owned()));
    }
    String::from_utf8(answer.stdout).map_err(|_| io::Error::other("a name in it is no UTF-8"))
}

fn variables() -> std::env::VarsOs {
    std::env::vars_os()
}

/// Returns the folders of a search path from which a program may come: neither relative ones, which change their meaning
/// with the current folder, nor those of the checkout.
fn trusted(path: &OsStr, root: &Path) -> Vec<PathBuf> {
    std::env::split_paths(path)
        .filter(|folder| is_outside(folder, root))
        .collect()
}

/// Tells whether an absolute path leads to something outside of a folder; what is not there does not count.
fn is_outside(path: &Path, root: &Path) -> bool {
    let real = path.canonicalize();
    path.is_absolute() && real.is_ok_and(|real| !real.starts_with(root))
}

/// Finds the program in folders; a link to a file of the checkout is none.
fn program(folders: &[PathBuf], root: &Path) -> Option<PathBuf> {
    let mut candidates = folders.iter().map(|folder| folder.join(NAME));
    candidates.find(|candidate| is_executable(candidate) && is_outside(candidate, root))
}

const NAME: &str = if cfg!(windows) { "git.exe" } else { "git" };

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|it| it.is_file())
}

/// What to do where a repository does not answer.
const OTHERWISE: &str = "run credgate at the root of the repository, or give two files";

fn missing(path: &OsStr) -> Refused {
    let mut all = std::env::split_paths(path);
    let cause = if all.any(|folder| is_executable(&folder.join(NAME))) {
        "the only program `git` in `PATH` is in the checkout or has a relative path"
    } else {
        "there is no program `git`"
    };
    Refused::new(cause, "install it, or give two files")
}

/// Says why a repository that was found does not answer.
fn refused(misplaced: &Misplaced) -> Refused {
    match misplaced {
        Misplaced::Nowhere => Refused::new(
            "this folder is in no Git repository",
            "run credgate in the repository, or give two files",
        ),
        Misplaced::Bare(folder) => Refused::new(
            format!(
                "`{}` looks like a bare Git repository, which is never asked",
                folder.display()
            ),
            OTHERWISE,
        ),
        Misplaced::Inside(folder) => Refused::new(
            format!(
                "`{}` is a Git repository inside another one, and does not answer for it",
                folder.display()
            ),
            OTHERWISE,
        ),
        Misplaced::Unreadable(folder) => Refused::new(
            format!(
                "the Git repository of `{}` cannot be found",
                folder.display()
            ),
            OTHERWISE,
        ),
    }
}

/// Says why Git gave no answer about the repository.
fn explain(error: &io::Error) -> Refused {
    let said = error.to_string();
    if error.kind() == io::ErrorKind::NotFound {
        return Refused::new("there is no program `git`", "install it, or give two files");
    }
    if said.contains("dubious ownership") {
        return Refused::new(
            "Git does not trust the repository, which belongs to somebody else",
            "run `git config --global --add safe.directory` with its path",
        );
    }
    if said.contains("not a git repository") {
        return refused(&Misplaced::Nowhere);
    }
    let first = said.lines().next().unwrap_or_default();
    Refused::new(format!("Git does not answer ({first})"), OTHERWISE)
}
