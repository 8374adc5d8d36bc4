//! Further exceptions files: which files an item means, and what none of them may be.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Cursor};
use std::path::{Component, Path, PathBuf};

use credgate::policy::{self, FileKind, Files, Policy, PolicyError};

use super::{Found, descriptors, load, load_text, problems};

/// Files in memory, a folder wherever one lies in it.
#[derive(Debug, Default)]
pub(crate) struct Memory(Vec<(PathBuf, String)>);

impl Memory {
    /// A policy with these items, and nothing else.
    pub(crate) fn naming(items: &[&str]) -> Self {
        let items = serde_json::to_string(items).unwrap();
        let policy = format!("version: 1\nextends: baseline\nexceptions-from: {items}\n");
        Self::default().with("credgate.yaml", policy)
    }

    pub(crate) fn with(mut self, path: &str, text: impl Into<String>) -> Self {
        self.0.push((path.into(), text.into()));
        self
    }

    pub(crate) fn load(&self) -> Result<Policy, PolicyError> {
        let path = Path::new("credgate.yaml");
        policy::load_from(self, path, "credgate.yaml", &descriptors())
    }

    fn plain(path: &Path) -> PathBuf {
        let parts = path.components();
        parts.filter(|part| *part != Component::CurDir).collect()
    }
}

impl Files for Memory {
    fn kind(&self, path: &Path) -> io::Result<FileKind> {
        let path = Self::plain(path);
        if self.0.iter().any(|(known, _)| *known == path) {
            Ok(FileKind::File)
        } else if self.0.iter().any(|(known, _)| known.starts_with(&path)) {
            Ok(FileKind::Folder)
        } else {
            Err(io::ErrorKind::NotFound.into())
        }
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn io::Read>> {
        let path = Self::plain(path);
        let found = self.0.iter().find(|(known, _)| *known == path);
        let (_, text) = found.ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(Cursor::new(text.clone().into_bytes())))
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        let folder = Self::plain(folder);
        let inside = self
            .0
            .iter()
            .filter_map(|(known, _)| known.strip_prefix(&folder).ok());
        let mut names: Vec<OsString> = inside
            .filter_map(|rest| Some(rest.components().next()?.as_os_str().to_owned()))
            .collect();
        names.sort_unstable();
        names.dedup();
        // In any order.
        names.reverse();
        Ok(names)
    }

    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        self.kind(path)?;
        Ok(Self::plain(path))
    }

    fn is_link(&self, _path: &Path) -> bool {
        false
    }

    fn repository(&self, _folder: &Path) -> Option<PathBuf> {
        Some(PathBuf::new())
    }

    fn is_disk(&self) -> bool {
        false
    }
}

const NONE: &str = "version: 1\nexceptions: []\n";

fn names(policy: &Policy) -> Vec<&str> {
    let files = policy.files().iter();
    files.map(|file| file.name.as_str()).collect()
}

#[track_caller]
fn assert_problem(error: &PolicyError, code: &str, words: &str) {
    let found = problems(error);
    let [
        Found {
            code: own,
            words: said,
            ..
        },
    ] = found.as_slice()
    else {
        panic!("{found:?}")
    };
    assert_eq!(own, &format!("policy::{code}"), "{said}");
    assert!(said.contains(words), "{said}");
}

#[test]
fn files_are_read_in_the_order_of_the_list_those_of_a_wildcard_by_name() {
    let policy = Memory::naming(&["z.json", "teams/*/ex?.yaml", "*.yml", "./teams/b/ex1.yaml"])
        .with("z.json", "{\"version\": 1, \"exceptions\": []}")
        .with("b.yml", NONE)
        .with("B.yml", NONE)
        .with("a.yml", NONE)
        .with(".c.yml", NONE)
        .with("d.yml/deep.yml", NONE)
        .with("teams/b/ex1.yaml", NONE)
        .with("teams/a/ex2.yaml", NONE)
        .with("teams/a/ex1.yaml", NONE)
        .with("teams/a/ex10.yaml", NONE)
        .with("teams/.hidden/ex1.yaml", NONE)
        .with("teams/ex1.yaml", NONE)
        .load()
        .unwrap();
    assert_eq!(
        names(&policy),
        [
            "credgate.yaml",
            "preset:baseline",
            "z.json",
            "teams/a/ex1.yaml",
            "teams/a/ex2.yaml",
            "teams/b/ex1.yaml",
            "B.yml",
            "a.yml",
            "b.yml",
        ]
    );
}

#[test]
fn a_literal_name_behind_a_wildcard_need_not_be_in_every_folder() {
    let teams = |items: &[&str]| {
        let files = Memory::naming(items)
            .with("teams/a/exceptions.yaml", NONE)
            .with("teams/b/readme.md", "");
        files.load()
    };
    let policy = teams(&["teams/*/exceptions.yaml"]).unwrap();
    assert_eq!(names(&policy).last(), Some(&"teams/a/exceptions.yaml"));
    let error = teams(&["teams/*/exception.yaml"]).unwrap_err();
    assert_problem(&error, "exceptions_unmatched", "teams/*/exception.yaml");
    let error = teams(&["team/*.yaml"]).unwrap_err();
    assert_problem(&error, "exceptions_unmatched", "team/*.yaml");
}

#[test]
fn what_an_extended_policy_names_lies_beside_it_and_counts_once() {
    let base = "version: 1\nextends: baseline\nexceptions-from: ['*.yml']\n";
    let policy = Memory::default()
        .with(
            "credgate.yaml",
            "version: 1\nextends: ./shared/base.yaml\nexceptions-from: ['shared/b.yml']\n",
        )
        .with("shared/base.yaml", base)
        .with("shared/a.yml", NONE)
        .with("shared/b.yml", NONE)
        .load()
        .unwrap();
    assert_eq!(
        names(&policy),
        [
            "credgate.yaml",
            "shared/base.yaml",
            "preset:baseline",
            "shared/b.yml",
            "shared/a.yml"
        ]
    );
}

#[test]
fn no_policy_of_the_chain_is_an_exceptions_file() {
    let error = Memory::default()
        .with(
            "credgate.yaml",
            "version: 1\nextends: ./shared/base.yaml\nexceptions-from: ['shared/*.yaml']\n",
        )
        .with("shared/base.yaml", "version: 1\nextends: baseline\n")
        .with("shared/a.yaml", NONE)
        .load()
        .unwrap_err();
    assert_problem(&error, "exceptions_policy", "`shared/base.yaml` is");
}

#[test]
fn an_exceptions_file_names_no_others() {
    for key in [
        "exceptions-from: [b.yaml]",
        "extends: baseline",
        "tenant: 3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11",
        "rules: {}",
        "migration-windows: []",
        "governance: {}",
    ] {
        let error = Memory::naming(&["a.yaml"])
            .with("a.yaml", format!("{NONE}{key}\n"))
            .with("b.yaml", NONE)
            .load()
            .unwrap_err();
        assert_problem(&error, "unknown_key", "holds exceptions only");
    }
    let error = load_text("version: 1\nextends: baseline\n$schema: x\n").unwrap_err();
    assert_problem(&error, "unknown_key", "$schema");
}

#[test]
fn a_policy_without_a_file_has_no_exceptions_files() {
    let text = "version: 1\nextends: baseline\nexceptions-from: [a.yaml]\n";
    let error = load_text(text).unwrap_err();
    assert_problem(&error, "exceptions_without_file", "not read from a file");
}

#[test]
fn problems_of_all_files_are_told_at_once() {
    let error = Memory::naming(&["a.yaml", "gone.yaml", "b.yaml"])
        .with("a.yaml", "version: 2\nexceptions: []\n")
        .with("b.yaml", "exceptions: [\n")
        .load()
        .unwrap_err();
    let codes: Vec<String> = problems(&error)
        .into_iter()
        .map(|found| found.code)
        .collect();
    assert_eq!(
        codes,
        [
            "policy::exceptions_unreadable",
            "policy::unknown_version",
            "policy::syntax"
        ]
    );
}

#[test]
fn a_policy_has_at_most_256_exceptions_files() {
    let with = |count: usize| {
        let files = (0..count).fold(Memory::naming(&["e/*"]), |files, number| {
            files.with(&format!("e/{number}.yaml"), NONE)
        });
        files.load()
    };
    assert_eq!(with(256).unwrap().files().len(), 258);
    assert_problem(
        &with(257).unwrap_err(),
        "exceptions_too_many",
        "more than 256",
    );
}

#[test]
fn a_search_ends() {
    let item = vec!["*"; 40].join("/");
    let items = vec![item.as_str(), "*/*/*/*/*/*/*/*/*/*/*/*/*/*"];
    let deep = |folder: usize| vec![format!("d{folder}"); 40].join("/");
    let files = (0..400).fold(Memory::naming(&items), |files, folder| {
        files.with(&format!("{}/a.yaml", deep(folder)), NONE)
    });
    let found = problems(&files.load().unwrap_err());
    assert!(
        found
            .iter()
            .all(|found| found.code == "policy::exceptions_too_many"),
        "{found:?}"
    );
}

#[test]
fn the_files_of_a_policy_are_not_too_large_together() {
    const MEBIBYTE: usize = 1024 * 1024;
    let text = |bytes: usize| {
        let ends = ["{\"version\": 1, \"exceptions\": [", "]}"];
        let fill = bytes - ends.concat().len();
        ends.join(&" ".repeat(fill))
    };
    let with = |last: usize| {
        let whole = text(8 * MEBIBYTE);
        Memory::naming(&["*.json"])
            .with("1.json", whole.clone())
            .with("2.json", whole.clone())
            .with("3.json", whole)
            .with("4.json", text(last))
            .load()
    };
    with(7 * MEBIBYTE).unwrap();
    let error = with(8 * MEBIBYTE).unwrap_err();
    assert_problem(&error, "too_large", "more than 33554432 bytes together");
    let error = with(8 * MEBIBYTE + 1).unwrap_err();
    assert_problem(
        &error,
        "exceptions_unreadable",
        "`4.json` has more than 8388608 bytes",
    );
}

#[test]
fn a_name_that_no_policy_can_hold_is_no_match_that_is_passed_over() {
    for name in ["a\nb.yaml", "a\u{1b}.yaml", "a\\b.yaml", "c:d.yaml"] {
        let error = Memory::naming(&["*.yaml", "e/*.yaml"])
            .with(&format!("e/{name}"), NONE)
            .load()
            .unwrap_err();
        assert!(
            problems(&error)
                .iter()
                .any(|found| found.code == "policy::exceptions_name"),
            "{name:?}"
        );
    }
}

/// A policy on disk that names these files, in a repository that is larger than its folder.
fn on_disk(items: &str) -> (tempfile::TempDir, PathBuf) {
    let repository = tempfile::tempdir().unwrap();
    let folder = repository.path().join("gate");
    fs::create_dir_all(repository.path().join(".git")).unwrap();
    fs::create_dir_all(folder.join("exceptions")).unwrap();
    let policy = folder.join("credgate.yaml");
    let text = format!("version: 1\nextends: baseline\nexceptions-from: [{items}]\n");
    fs::write(&policy, text).unwrap();
    fs::write(folder.join("exceptions/erp.yaml"), NONE).unwrap();
    (repository, policy)
}

#[test]
fn the_files_on_disk_are_told() {
    let (_repository, policy) = on_disk("exceptions/*.yaml, exceptions/erp.yaml");
    let loaded = load(&policy).unwrap();
    let file = policy.with_file_name("exceptions").join("erp.yaml");
    assert_eq!(loaded.paths(), [policy, file]);
    let (_repository, policy) = on_disk("exceptions/*.yaml, exceptions/gone.yaml");
    let gone = policy.with_file_name("exceptions").join("gone.yaml");
    assert!(load(&policy).unwrap_err().paths().contains(&gone));
}

#[cfg(unix)]
#[test]
fn no_link_leads_out_of_the_folder_or_into_git() {
    use std::os::unix::fs::symlink;

    for items in ["'exceptions/*.yaml'", "exceptions/link.yaml"] {
        let (repository, policy) = on_disk(items);
        let link = policy.with_file_name("exceptions").join("link.yaml");
        fs::write(repository.path().join("other.yaml"), NONE).unwrap();
        symlink("../../other.yaml", &link).unwrap();
        assert_problem(
            &load(&policy).unwrap_err(),
            "exceptions_outside",
            "link.yaml",
        );

        fs::remove_file(&link).unwrap();
        symlink("../credgate.yaml", &link).unwrap();
        assert_problem(
            &load(&policy).unwrap_err(),
            "exceptions_policy",
            "link.yaml",
        );

        fs::remove_file(&link).unwrap();
        symlink("../.git/config", &link).unwrap();
        assert_problem(
            &load(&policy).unwrap_err(),
            "exceptions_unreadable",
            "link.yaml",
        );
        fs::create_dir(policy.with_file_name(".git")).unwrap();
        fs::write(policy.with_file_name(".git").join("config"), NONE).unwrap();
        assert_problem(&load(&policy).unwrap_err(), "gits_own", "link.yaml");

        fs::remove_file(&link).unwrap();
        symlink("erp.yaml", &link).unwrap();
        assert_eq!(load(&policy).unwrap().files().len(), 3);
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_a_link_leads_nowhere_else() {
    let (repository, policy) = on_disk("'teams/*.yaml'");
    let teams = repository.path().join("teams");
    fs::create_dir(&teams).unwrap();
    fs::write(teams.join("erp.yaml"), NONE).unwrap();
    std::os::unix::fs::symlink("../teams", policy.with_file_name("teams")).unwrap();
    assert_problem(
        &load(&policy).unwrap_err(),
        "exceptions_outside",
        "teams/erp.yaml",
    );
}

#[cfg(unix)]
#[test]
fn a_pipe_is_refused_without_waiting_for_it() {
    let (_repository, policy) = on_disk("'exceptions/*.yaml'");
    let pipe = policy.with_file_name("exceptions").join("pipe.yaml");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let error = load(&policy).unwrap_err();
    assert_problem(&error, "exceptions_unreadable", "is a pipe or device");
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_no_text_is_told() {
    use std::os::unix::ffi::OsStringExt as _;

    let (_repository, policy) = on_disk("'exceptions/*.yaml'");
    let name = OsString::from_vec(b"\xff.yaml".to_vec());
    fs::write(policy.with_file_name("exceptions").join(name), NONE).unwrap();
    assert_problem(
        &load(&policy).unwrap_err(),
        "exceptions_name",
        "exceptions/*.yaml",
    );
}
