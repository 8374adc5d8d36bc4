//! A Git repository that lasts as long as a test, and the program run in it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::program::{Ended, program};

/// The policy that judges.
pub(crate) const TIGHT: &str =
    "version: 1\nrules:\n  secrets-only: {}\n  secret-age: { max: 90d }\n";

/// One that must be refused: what reads it in place of the other one passes.
pub(crate) const LOOSE: &str =
    "version: 1\nrules:\n  secrets-only: {}\n  secret-age: { max: 900d }\n";

/// The file of both.
pub(crate) const NAME: &str = "credgate.yaml";

/// Where programs lie.
#[expect(clippy::disallowed_methods, reason = "Git must be found")]
pub(crate) fn search_path() -> OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

/// A repository with nothing in it, and a home without a configuration.
pub(crate) struct Repository {
    /// Holds both; removed with it.
    root: TempDir,
}

impl Repository {
    pub(crate) fn new() -> Self {
        let repository = Self {
            root: tempfile::tempdir().unwrap(),
        };
        fs::create_dir(repository.path()).unwrap();
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository
    }

    /// [`TIGHT`] in the branch `base`, and [`LOOSE`] in the work tree: a base that is read elsewhere is loose, too, and
    /// passes.
    pub(crate) fn with_base() -> Self {
        let repository = Self::new();
        repository.write(NAME, TIGHT);
        repository.commit();
        repository.git(&["branch", "base"]);
        repository.write(NAME, LOOSE);
        repository
    }

    /// Its work tree.
    pub(crate) fn path(&self) -> PathBuf {
        self.root.path().join("work")
    }

    /// A folder beside it.
    pub(crate) fn outside(&self) -> PathBuf {
        self.root.path().join("outside")
    }

    fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new("git");
        command
            .current_dir(folder)
            .env_clear()
            .env("PATH", search_path())
            .env("HOME", self.root.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .args([
                "-c",
                "user.name=Contoso",
                "-c",
                "user.email=ci@contoso.example",
            ]);
        command
    }

    /// Runs Git. Without it nothing here can be tried, and a test that tries nothing must not pass.
    pub(crate) fn git(&self, words: &[&str]) -> String {
        let output = self.command(&self.path()).args(words).output();
        let output = output.expect("these tests need the program `git`");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {words:?}: {told}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Runs Git in a folder of it, whatever becomes of that.
    pub(crate) fn try_git(&self, folder: &Path, words: &[&str]) {
        let output = self.command(folder).args(words).output();
        output.expect("these tests need the program `git`");
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Commits all that is there.
    pub(crate) fn commit(&self) -> String {
        self.git(&["add", "--all", "--force"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message=A change"]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Reviews two policies from a folder of it, with variables.
    pub(crate) fn review_in(
        &self,
        folder: &Path,
        sides: [&str; 2],
        variables: &[(&str, &str)],
    ) -> Ended {
        let [base, head] = sides;
        let (base, head) = (format!("--base={base}"), format!("--head={head}"));
        let arguments = ["review", &base, &head, "--now=2026-11-23T12:00:00Z"];
        let mut command = program(folder, &arguments);
        command
            .env("PATH", search_path())
            .env("HOME", self.root.path())
            .envs(variables.iter().copied());
        let output = command.output().unwrap();
        let ended = Ended {
            annotates: false,
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        ended.assert_told_well();
        ended
    }

    pub(crate) fn review(&self, base: &str, head: &str) -> Ended {
        self.review_in(&self.path(), [base, head], &[])
    }
}
