//! What the lock file may hold: crates of one registry, each with its digest, and not many.
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
