//! The file itself: missing, no file, too large, no text.

use std::fs;
use std::path::Path;

use credgate::policy::load;

use super::descriptors;

/// Returns the one line that a person reads.
fn summary(path: &Path) -> String {
    let error = load(path, "credgate.yaml", &descriptors()).unwrap_err();
    assert!(error.problems().is_empty());
    assert_eq!(error.summary().lines().count(), 1);
    error.summary().to_owned()
}

#[test]
fn a_policy_must_be_named() {
    assert!(summary(Path::new("")).contains("empty value for --policy"));
}

#[test]
fn a_missing_policy_is_an_error_and_no_default() {
    let folder = tempfile::tempdir().unwrap();
    let summary = summary(&folder.path().join("credgate.yaml"));
    assert!(
        summary.starts_with("there is no file `credgate.yaml`; "),
        "{summary}"
    );
}

#[test]
fn a_folder_is_no_policy() {
    let folder = tempfile::tempdir().unwrap();
    assert!(summary(folder.path()).contains("is a folder, and no file"));
}

#[cfg(unix)]
#[test]
fn a_pipe_is_refused_without_waiting_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo")
        .arg(&path)
        .status()
        .unwrap();
    assert!(made.success());
    assert!(summary(&path).contains("is a pipe or device, and no file"));
}

#[test]
fn what_is_no_text_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("credgate.yaml");
    fs::write(&path, b"version: 1 # \xff\n").unwrap();
    assert!(summary(&path).contains("the byte at offset 13 is wrong"));
    let utf_16: Vec<u8> = "version: 1\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    fs::write(&path, [b"\xff\xfe", utf_16.as_slice()].concat()).unwrap();
    assert!(summary(&path).contains("save the file as UTF-8"));
}

#[test]
fn a_policy_of_more_than_four_mebibytes_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("credgate.yaml");
    let policy = "version: 1\nextends: baseline\n";
    let fill = 8 * 1024 * 1024 - policy.len();
    let text = |fill: usize| format!("{policy}{}", "#".repeat(fill));
    fs::write(&path, text(fill)).unwrap();
    super::load(&path).unwrap();
    fs::write(&path, text(fill + 1)).unwrap();
    assert!(summary(&path).contains("more than 8388608 bytes"));
}

/// An exception after its id.
const EXCEPTION: &str = "
    applications: [3b8f0b8e-7f0c-4ed6-9a4e-0c6f6a1d2e11]
    rules: [secrets-only, secret-age]
    credentials: [0b6e2a0e-6a0b-4f7e-9d5e-0f5d2f9f8a11]
    reason: The connector accepts only a shared secret until version 9.
    owner: erp-team@contoso.example
    granted: 2026-09-01
    expires: 2026-12-31
";

#[test]
fn a_large_policy_is_taken_whole() {
    let mut text = "version: 1\nextends: baseline\nexceptions:\n".to_owned();
    for number in 0..9_000 {
        text.push_str("  - id: exception-");
        text.push_str(&number.to_string());
        text.push_str(EXCEPTION);
    }
    let policy = super::load_text(&text).unwrap();
    assert_eq!(policy.exceptions().len(), 9_000);
}

#[test]
fn the_files_are_named_with_their_digest() {
    let policy = super::load_text("version: 1\nextends: baseline\n").unwrap();
    let names: Vec<&str> = policy
        .files()
        .iter()
        .map(|file| file.name.as_str())
        .collect();
    assert_eq!(names, ["credgate.yaml", "preset:baseline"]);
    assert!(policy.files().iter().all(|file| file.sha256.len() == 64));
}
