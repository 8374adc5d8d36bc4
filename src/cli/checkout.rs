//! Which Git repository a folder belongs to, found without asking Git.
//!
//! In: a folder. Out: the root of the work tree around it, or why no repository may answer for it. The files of a checkout
//! are written by the party that is judged: a bare repository in a sub-folder is an ordinary folder to Git until a command
//! is run there, and a submodule is somebody else's repository. Neither answers for the repository that holds it. Nothing
//! is run here, and nothing in a configuration is read.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// How many bytes of a file that names a folder are read: more than a path may have.
const MOST_BYTES: u64 = 8_192;

/// The work tree around a folder.
#[derive(Debug)]
pub(super) struct Checkout {
    /// Its root, links resolved.
    pub(super) root: PathBuf,
    /// Where its repository keeps its own files, links resolved.
    pub(super) git: PathBuf,
    /// The folder, counted from the root.
    pub(super) prefix: PathBuf,
}

/// Why no repository answers for a folder.
#[derive(Debug)]
pub(super) enum Misplaced {
    /// There is none around it.
    Nowhere,
    /// The nearest one is a bare repository.
    Bare(PathBuf),
    /// The nearest one lies in another repository, which has other commits.
    Inside(PathBuf),
    /// It cannot be seen where the nearest one keeps its files.
    Unreadable(PathBuf),
}

impl Checkout {
    /// Finds the work tree around a folder. A repository inside of another one is taken only where both are one: a linked
    /// work tree has the commits of the repository that made it.
    pub(super) fn around(folder: &Path) -> Result<Self, Misplaced> {
        let unreadable = |folder: &Path| Misplaced::Unreadable(folder.to_owned());
        let folder = folder.canonicalize().map_err(|_| unreadable(folder))?;
        let mut homes = folder
            .ancestors()
            .filter(|folder| has_git(folder) || is_git(folder));
        let root = homes.next().ok_or(Misplaced::Nowhere)?;
        if !has_git(root) {
            return Err(Misplaced::Bare(root.to_owned()));
        }
        let git = git_folder(root).map_err(|_| unreadable(root))?;
        let own = common(&git).map_err(|_| unreadable(root))?;
        for outer in homes {
            // What is called `.git` and is no repository holds nothing.
            let around = if has_git(outer) {
                git_folder(outer).ok().filter(|git| is_git(git))
            } else {
                Some(outer.to_owned())
            };
            let around = around.map(|git| common(&git).unwrap_or(git));
            // What Git makes for a linked work tree lies in the repository itself, and not beside the work tree.
            let is_linked = git == own || git.starts_with(own.join("worktrees"));
            if around.is_some_and(|around| around != own || !is_linked) {
                return Err(Misplaced::Inside(root.to_owned()));
            }
        }
        let prefix = folder.strip_prefix(root).map_err(|_| unreadable(root))?;
        Ok(Self {
            root: root.to_owned(),
            git,
            prefix: prefix.to_owned(),
        })
    }
}

/// Tells whether a folder has an entry `.git`, whatever it is; what cannot be looked at may be one.
fn has_git(folder: &Path) -> bool {
    fs::symlink_metadata(folder.join(".git")).map_or_else(|error| !is_absence(&error), |_| true)
}

fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// Tells whether Git could take a folder itself for a repository. Git looks into the files, too; here their names suffice.
fn is_git(folder: &Path) -> bool {
    let has = |name: &str| fs::symlink_metadata(folder.join(name)).is_ok();
    has("HEAD") && (has("commondir") || (has("objects") && has("refs")))
}

/// Returns where the repository of a work tree keeps its files: a work tree of a submodule, or a linked one, has a file
/// that names the folder.
fn git_folder(root: &Path) -> io::Result<PathBuf> {
    let entry = root.join(".git");
    if fs::metadata(&entry)?.is_dir() {
        return entry.canonicalize();
    }
    let text = small(&entry)?;
    let named = text
        .strip_prefix("gitdir:")
        .ok_or(io::ErrorKind::InvalidData)?;
    root.join(named.trim()).canonicalize()
}

/// Returns where the commits are: a linked work tree shares those of the repository that made it.
fn common(git: &Path) -> io::Result<PathBuf> {
    let named = git.join("commondir");
    match fs::symlink_metadata(&named) {
        Ok(_) => git.join(small(&named)?.trim()).canonicalize(),
        Err(error) if is_absence(&error) => git.canonicalize(),
        Err(error) => Err(error),
    }
}

/// Reads a regular file of few bytes: a pipe would never end.
fn small(path: &Path) -> io::Result<String> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut text = String::new();
    let read = File::open(path)?
        .take(MOST_BYTES)
        .read_to_string(&mut text)?;
    if read as u64 == MOST_BYTES {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with these files, each with its text.
    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    /// What a repository needs at least, in a folder of this name.
    fn repository(name: &str) -> Vec<(String, &'static str)> {
        let files = [
            ("HEAD", "ref: refs/heads/main\n"),
            ("objects/x", ""),
            ("refs/x", ""),
        ];
        files
            .map(|(file, text)| (format!("{name}/{file}"), text))
            .into()
    }

    fn tree(repositories: &[&str], files: &[(&str, &str)]) -> tempfile::TempDir {
        let made: Vec<_> = repositories.iter().flat_map(|it| repository(it)).collect();
        let made = made.iter().map(|(name, text)| (&**name, *text));
        let all: Vec<_> = made.chain(files.iter().copied()).collect();
        folder(&all)
    }

    fn around(tree: &tempfile::TempDir, folder: &str) -> Result<Checkout, Misplaced> {
        Checkout::around(&tree.path().join(folder))
    }

    #[test]
    fn a_folder_belongs_to_the_work_tree_around_it() {
        let tree = tree(&[".git"], &[("gate/a/x", "")]);
        let found = around(&tree, "gate/a").unwrap();
        assert_eq!(found.root, tree.path().canonicalize().unwrap());
        assert_eq!(found.git, found.root.join(".git"));
        assert_eq!(found.prefix, Path::new("gate/a"));
        assert_eq!(around(&tree, ".").unwrap().prefix, Path::new(""));
    }

    #[test]
    fn without_a_repository_there_is_none() {
        let tree = folder(&[("gate/HEAD", ""), ("gate/objects/x", "")]);
        assert!(matches!(around(&tree, "gate"), Err(Misplaced::Nowhere)));
    }

    #[test]
    fn a_bare_repository_does_not_answer() {
        let tree = tree(
            &[".git", "gate"],
            &[
                ("gate/in/x", ""),
                ("link/HEAD", ""),
                ("link/commondir", "../gate"),
            ],
        );
        for folder in ["gate", "gate/in", "gate/refs", "link", ".git", ".git/refs"] {
            let found = around(&tree, folder);
            assert!(
                matches!(found, Err(Misplaced::Bare(_))),
                "{folder}: {found:?}"
            );
        }
    }

    #[test]
    fn a_repository_in_another_one_does_not_answer() {
        let outer = tree(
            &[".git", "a/.git", "modules/b"],
            &[("b/.git", "gitdir: ../modules/b\n"), ("c/.git/config", "")],
        );
        for folder in ["a", "b", "c", "a/.git"] {
            let found = around(&outer, folder);
            let is_refused = matches!(found, Err(Misplaced::Inside(_) | Misplaced::Bare(_)));
            assert!(is_refused, "{folder}: {found:?}");
        }
        let bare = tree(&["x", "x/a/.git"], &[]);
        assert!(matches!(around(&bare, "x/a"), Err(Misplaced::Inside(_))));
    }

    #[test]
    fn a_linked_work_tree_in_its_own_repository_answers() {
        let files = [
            ("a/.git", "gitdir: ../.git/worktrees/a\n"),
            (".git/worktrees/a/HEAD", "ref: refs/heads/a\n"),
            (".git/worktrees/a/commondir", "../..\n"),
        ];
        let found = tree(&[".git"], &files);
        let found = around(&found, "a").unwrap();
        assert!(found.git.ends_with(".git/worktrees/a"), "{found:?}");
        let files = [
            ("x.git/a/.git", "gitdir: ../worktrees/a\n"),
            ("x.git/worktrees/a/HEAD", "ref: refs/heads/a\n"),
            ("x.git/worktrees/a/commondir", "../..\n"),
        ];
        assert!(around(&tree(&["x.git"], &files), "x.git/a").is_ok());
        let files = [
            ("a/.git", "gitdir: ../.bare/worktrees/a\n"),
            (".git", "gitdir: ./.bare\n"),
            (".bare/worktrees/a/HEAD", "x"),
            (".bare/worktrees/a/commondir", "../..\n"),
        ];
        assert!(around(&tree(&[".bare"], &files), "a").is_ok());
    }

    #[test]
    fn what_only_says_that_it_is_a_linked_work_tree_does_not_answer() {
        let files = [("a/.git/HEAD", "x"), ("a/.git/commondir", "../../.git\n")];
        let found = around(&tree(&[".git"], &files), "a");
        assert!(matches!(found, Err(Misplaced::Inside(_))), "{found:?}");
    }

    #[test]
    fn what_is_called_like_a_repository_around_and_is_none_holds_nothing() {
        let tree = tree(&["a/.git"], &[(".git/config", "")]);
        assert!(around(&tree, "a").is_ok());
    }

    #[test]
    fn a_file_that_names_nothing_is_no_repository() {
        let long = format!("gitdir: {}", "x".repeat(10_000));
        for text in ["", "../.git\n", "gitdir: nowhere\n", &*long] {
            let tree = tree(&[".git"], &[("a/.git", text)]);
            let found = around(&tree, "a");
            assert!(matches!(found, Err(Misplaced::Unreadable(_))), "{found:?}");
        }
    }
}
