//! Runs the program in a folder, without an environment, and keeps what it said.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// How the program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    /// Whether annotations were asked for on the standard output.
    pub(crate) annotates: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// Every error is told on the first line, `error[code]: cause; remedy`, and quotes nothing of the inventory; nothing
    /// that is printed is a command to a terminal or a runner. Secrets and names hold the word `canary`.
    pub(crate) fn assert_told_well(&self) {
        let first = self.stderr.lines().next().unwrap_or_default();
        if let Some(told) = first.strip_prefix("error[") {
            let (code, message) = told.split_once("]: ").unwrap();
            assert_eq!(code, self.code.to_string(), "{first}");
            assert!(message.contains("; "), "no remedy: {first}");
        } else {
            assert!(self.code < 2, "{self:#?}");
        }
        assert!(!self.stderr.contains("canary"), "{}", self.stderr);
        assert!(!self.stdout.contains("canary-secret"), "{}", self.stdout);
        for line in self.stdout.lines().chain(self.stderr.lines()) {
            assert!(!line.contains(['\u{1b}', '\u{202e}', '\r']), "{line:?}");
            assert!(!line.contains("##["), "{line:?}");
            let own = ["::error ", "::warning ", "::notice "];
            let is_own = self.annotates && own.iter().any(|command| line.starts_with(command));
            assert!(is_own || !line.trim_start().starts_with("::"), "{line:?}");
        }
    }
}

/// The program, ready to run in a folder.
pub(crate) fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_credgate"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs the program to its end.
pub(crate) fn run(folder: &Path, arguments: &[&str], stdin: &[u8]) -> Ended {
    let mut child = program(folder, arguments).spawn().unwrap();
    // A program that fails early does not read its input.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    let output = child.wait_with_output().unwrap();
    Ended {
        code: output.status.code().unwrap(),
        annotates: arguments.contains(&"github"),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
