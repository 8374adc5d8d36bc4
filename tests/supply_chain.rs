//! What the lock file may hold: crates of one registry, each with its digest, and not many. What a release is made with:
//! nothing that means something else tomorrow.
//!
//! Licences and advisories are the business of `cargo deny` (`deny.toml`), which the workflows run.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

/// The crates of the lock file on the day when this was last thought about, tests and all systems included.
/// More of them is a decision: say in the commit what they are for, and raise it.
const MOST_CRATES: usize = 432;

const REGISTRY: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";

/// The entries of a lock file, each as its lines.
fn entries(lock: &str) -> Vec<Vec<&str>> {
    let entries = lock.split("[[package]]\n").skip(1);
    entries.map(|entry| entry.lines().collect()).collect()
}

/// What is wrong with the entries, by name.
fn strangers<'lock>(entries: &[Vec<&'lock str>]) -> Vec<&'lock str> {
    let is_ours = |entry: &[&str]| entry.contains(&"name = \"credgate\"");
    let is_known = |entry: &[&str]| {
        entry.contains(&REGISTRY) && entry.iter().any(|it| it.starts_with("checksum = "))
    };
    let strange = entries.iter().filter(|it| !is_ours(it) && !is_known(it));
    strange.map(|entry| *entry.first().unwrap()).collect()
}

#[test]
fn the_lock_file_holds_crates_of_one_registry_with_digests() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock");
    let lock = fs::read_to_string(path).unwrap();
    let entries = entries(&lock);
    assert!(entries.len() > 100, "{}", entries.len());
    assert_eq!(strangers(&entries), [""; 0]);
    assert!(entries.len() <= MOST_CRATES, "{} crates", entries.len());
}

#[test]
fn a_crate_from_elsewhere_is_noticed() {
    let lock = format!(
        "version = 4\n\n[[package]]\nname = \"a\"\n{REGISTRY}\nchecksum = \"0\"\n\n\
         [[package]]\nname = \"b\"\nsource = \"git+https://example.com/b#0\"\n\n\
         [[package]]\nname = \"c\"\n{REGISTRY}\n"
    );
    assert_eq!(strangers(&entries(&lock)), ["name = \"b\"", "name = \"c\""]);
}

fn text(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// Lines of the release workflow that take something whose meaning may change.
fn unpinned(workflow: &str) -> Vec<&str> {
    let is_hash = |it: &str| it.len() == 40 && it.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_pinned = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let has = |word: &str| words.contains(&word);
        let after = |word: &str| {
            let at = words.iter().position(|it| *it == word);
            at.and_then(|at| words.get(at + 1)).copied().unwrap_or("")
        };
        if has("uses:") {
            return after("uses:")
                .split_once('@')
                .is_some_and(|it| is_hash(it.1));
        }
        if has("rustup") {
            return after("install") == "\"$RUSTUP_TOOLCHAIN\"";
        }
        if has("cargo") && has("install") {
            return has("--locked") && words.last().unwrap().contains('@');
        }
        if has("cargo") && (has("build") || has("test")) {
            return has("--locked");
        }
        true
    };
    let moves = |line: &str| line.contains("-latest") || line.contains("+stable");
    let lines = workflow.lines().map(str::trim);
    lines
        .filter(|line| !line.starts_with('#') && (moves(line) || !is_pinned(line)))
        .collect()
}

#[test]
fn a_release_is_made_with_what_is_pinned() {
    let workflow = text(".github/workflows/release.yml");
    assert_eq!(unpinned(&workflow), [""; 0]);
    let compiler = workflow.split_once("\n  RUSTUP_TOOLCHAIN: ").unwrap().1;
    let compiler: Vec<_> = compiler.lines().next().unwrap().split('.').collect();
    let is_exact = compiler.len() == 3 && compiler.iter().all(|it| it.parse::<u16>().is_ok());
    assert!(is_exact, "{compiler:?}");
    // Each job that compiles installs it first.
    let jobs = workflow.split("    runs-on:").skip(1);
    let mut jobs = jobs.filter(|job| job.contains("cargo "));
    assert!(jobs.all(|job| job.find("rustup") < job.find("cargo ")));
}

#[test]
fn what_is_not_pinned_is_noticed() {
    for line in [
        "uses: actions/checkout@v5",
        "uses: actions/checkout@08c6903 # v5.0.0",
        "run: rustup toolchain install stable --profile minimal",
        "run: cargo +stable build --locked",
        "run: cargo build --release",
        "run: cargo install --locked cargo-cyclonedx",
        "run: cargo install cargo-cyclonedx@0.5.9",
        "runs-on: ubuntu-latest",
    ] {
        assert_eq!(unpinned(line), [line]);
    }
}

/// A machine of somebody's own may sign what it likes in the name of the workflow.
#[test]
fn attestations_of_other_workflows_and_machines_are_refused() {
    for name in ["action/download.sh", ".github/scripts/publish"] {
        let text = text(name).replace("\\\n", " ");
        let calls = text
            .lines()
            .filter(|line| line.contains("gh attestation verify"));
        let calls: Vec<_> = calls.collect();
        assert_eq!(calls.len(), 1, "{name}");
        for word in [
            "--repo",
            "--signer-workflow",
            "--source-ref",
            "--deny-self-hosted-runners",
        ] {
            assert!(calls[0].contains(word), "{name}: {word}");
        }
    }
}
