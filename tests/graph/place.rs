//! A folder in which the program runs against a stand-in over TLS: what it says, what it writes, how it ends.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use super::server::{Reply, Request, Server};
use super::stand::{TOKEN, good};
use super::tenant::Tenant;
use crate::loopback::Authority;

pub(crate) static TLS: LazyLock<Authority> = LazyLock::new(Authority::new);

/// The policy in every folder, until a test writes another.
pub(crate) const POLICY: &str = "version: 1\nrules:\n  secrets-only: { level: error }\n  owner-missing: { level: warning }\n  tenant-allows-new-secrets: { level: warning }\n";

/// Judges the tenant at one instant.
pub(crate) const CHECK: &str = "check --inventory graph --now 2026-11-23T00:00:00Z";

/// A folder with a policy, and a server.
pub(crate) struct Place {
    folder: tempfile::TempDir,
    pub(crate) server: Server,
}

/// How a run ended.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Place {
    pub(crate) fn with(reply: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("credgate.yaml"), POLICY).unwrap();
        fs::write(folder.path().join("root.pem"), &TLS.pem).unwrap();
        Self {
            folder,
            server: Server::over_tls(&TLS, reply),
        }
    }

    pub(crate) fn of(tenant: Tenant) -> Self {
        Self::with(move |request| good(&tenant, request))
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs the program with the endpoint of the stand-in, and a token in the environment.
    pub(crate) fn run(&self, words: &str) -> Ended {
        self.run_with(
            words,
            &[
                ("CREDGATE_ACCESS_TOKEN", TOKEN),
                ("SSL_CERT_FILE", "root.pem"),
            ],
        )
    }

    pub(crate) fn run_with(&self, words: &str, environment: &[(&str, &str)]) -> Ended {
        let output = Command::new(env!("CARGO_BIN_EXE_credgate"))
            .args(words.split_whitespace())
            .args(["--graph-endpoint", &self.server.origin])
            .current_dir(self.path())
            .env_clear()
            .envs(environment.iter().copied())
            .output()
            .unwrap();
        let ended = Ended {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(!ended.stdout.contains("canary"), "{}", ended.stdout);
        assert!(!ended.stderr.contains("canary"), "{}", ended.stderr);
        for request in self.server.log() {
            let is_sign_in = request.path.ends_with("/oauth2/v2.0/token");
            let method = if is_sign_in { "POST" } else { "GET" };
            assert_eq!(request.method, method, "{}", request.path);
        }
        ended
    }

    pub(crate) fn assert_fails(&self, words: &str, code: i32, says: &str) {
        let ended = self.run(words);
        let line = ended.stderr.lines().next();
        assert_eq!(ended.code, code, "{}", ended.stderr);
        let line = line.unwrap();
        assert!(
            line.starts_with(&format!("error[{code}]: ")) && line.contains("; "),
            "{line}"
        );
        assert!(line.contains(says), "{line}");
        assert!(ended.stdout.is_empty(), "{}", ended.stdout);
    }
}
