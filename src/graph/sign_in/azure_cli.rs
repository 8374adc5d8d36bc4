//! Whoever is signed in to the Azure CLI.
//!
//! In: the environment, the CLI's own profile. Out: whether `az` can be asked, and what it means when it gives no token.
//! `azure_identity` runs `az` through the shell of the system; the only texts in that command are the scope, made of the
//! cloud's own Graph, and the tenant, which is letters, digits, dots and hyphens.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::time::Duration;

use azure_identity::Executor;
use serde::Deserialize;

use super::again::Stop;
use super::choose::Sources;
use super::refusal;
use super::transport::Failure;
use crate::graph::error::{Cause, GraphError};

/// How long `az` may take: it starts slowly, and may renew its own token.
const PATIENCE: Duration = Duration::from_secs(90);

/// The most bytes of a profile that are read.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// Tells whether the profile of the CLI names an account.
pub(super) fn is_signed_in(sources: &Sources<'_>) -> bool {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Profile {
        subscriptions: Vec<serde::de::IgnoredAny>,
    }
    let folder = sources.variable("AZURE_CONFIG_DIR").map(PathBuf::from);
    let home = || sources.variable(if cfg!(windows) { "USERPROFILE" } else { "HOME" });
    let folder = folder.or_else(|| Some(PathBuf::from(home()?).join(".azure")));
    let Some(file) = folder.map(|folder| folder.join("azureProfile.json")) else {
        return false;
    };
    let mut text = Vec::new();
    let read = File::open(file).and_then(|file| file.take(MOST_BYTES).read_to_end(&mut text));
    // The CLI writes a byte order mark.
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    let profile: Profile = serde_json::from_slice(text).unwrap_or_default();
    read.is_ok() && !profile.subscriptions.is_empty()
}

/// Tells whether `az` is in `PATH`.
pub(super) fn is_installed(sources: &Sources<'_>) -> bool {
    let names: &[&str] = if cfg!(windows) {
        &["az.cmd", "az.exe", "az.bat"]
    } else {
        &["az"]
    };
    let path = sources.variable("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| names.iter().any(|name| folder.join(name).is_file()))
}

/// Runs `az`, and keeps what went wrong as an error of ours: its messages can name accounts.
#[derive(Debug, Default)]
pub(super) struct Az {
    pub(super) failure: Failure,
}

#[async_trait::async_trait]
impl Executor for Az {
    async fn run(&self, program: &OsStr, arguments: &[&OsStr]) -> io::Result<Output> {
        let mut command = tokio::process::Command::new(program);
        command
            .args(arguments)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let output = tokio::time::timeout(PATIENCE, command.output()).await;
        let output = output.map_err(|_| {
            self.failure.keep(failed("`az` did not answer in time"));
            io::Error::from(io::ErrorKind::TimedOut)
        })?;
        let output = output.inspect_err(|_| {
            self.failure.keep(failed("`az` cannot be started"));
        })?;
        if !output.status.success() {
            let errors = String::from_utf8_lossy(&output.stderr);
            self.failure.keep(explain(output.status.code(), &errors));
        }
        Ok(output)
    }
}

/// Says why `az` gave no token. It is asked again where neither Entra nor the profile is the reason.
fn explain(code: Option<i32>, errors: &str) -> Stop {
    if code == Some(127) || errors.contains("' is not recognized") {
        return failed("`az` is not in `PATH`").into();
    }
    if let Some(code) = refusal::code_in_text(errors) {
        return Stop::unanswered((refusal::refused(code), refusal::may_pass(code)));
    }
    if errors.contains("az login") {
        return failed("nobody is signed in to `az`").into();
    }
    Stop::unanswered((failed("`az account get-access-token` failed"), true))
}

fn failed(what: &'static str) -> GraphError {
    GraphError::new(
        Cause::SignIn,
        what,
        "install the Azure CLI and run `az login`; in a workflow use `azure/login` before this step",
    )
}

#[cfg(test)]
mod tests {
    use super::super::again::Later;
    use super::*;
    use crate::graph::Wanted;

    fn sources_in(folder: &std::path::Path, check: impl Fn(&Sources<'_>)) {
        let folder = folder.to_str().unwrap().to_owned();
        let environment = move |name: &str| match name {
            "AZURE_CONFIG_DIR" | "PATH" => Some(folder.clone()),
            _ => None,
        };
        check(&Sources {
            wanted: &Wanted::default(),
            environment: &environment,
        });
    }

    #[test]
    fn somebody_is_signed_in_if_the_profile_names_an_account() {
        let folder = tempfile::tempdir().unwrap();
        let profile = folder.path().join("azureProfile.json");
        for (text, expected) in [
            ("\u{feff}{\"subscriptions\":[{\"id\":\"x\"}]}", true),
            (r#"{"subscriptions":[{}]}"#, true),
            ("\u{feff}{\"subscriptions\":[]}", false),
            (r#"{"installationId":"x"}"#, false),
            ("", false),
            ("[", false),
        ] {
            std::fs::write(&profile, text).unwrap();
            sources_in(folder.path(), |sources| {
                assert_eq!(is_signed_in(sources), expected, "{text}");
            });
        }
        std::fs::remove_file(&profile).unwrap();
        sources_in(folder.path(), |sources| assert!(!is_signed_in(sources)));
    }

    #[test]
    fn az_is_looked_for_in_path() {
        let folder = tempfile::tempdir().unwrap();
        sources_in(folder.path(), |sources| assert!(!is_installed(sources)));
        let name = if cfg!(windows) { "az.cmd" } else { "az" };
        std::fs::write(folder.path().join(name), "").unwrap();
        sources_in(folder.path(), |sources| assert!(is_installed(sources)));
    }

    #[test]
    fn what_az_says_is_explained_and_not_shown() {
        for (code, errors, words) in [
            (Some(127), "sh: az: not found", "not in `PATH`"),
            (
                Some(1),
                "'az' is not recognized as an internal",
                "not in `PATH`",
            ),
            (
                Some(1),
                "Please run 'az login' canary",
                "nobody is signed in",
            ),
            (
                Some(1),
                "AADSTS700082: canary. Run az login",
                "AADSTS700082",
            ),
            (None, "canary", "failed"),
        ] {
            let (Stop::Failed(error) | Stop::Later(Later { why: error, .. })) =
                explain(code, errors);
            let text = error.to_string();
            assert!(text.contains(words) && text.contains("az login"), "{text}");
            assert!(!text.contains("canary"), "{text}");
        }
    }
}
