//! What a person sees who watches the standard error on a terminal, and what nobody else does.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::process::Command;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::made::{CHECK, folder};
use super::program::program;

/// An inventory that is long enough for the line to show twice.
fn long() -> String {
    let mut text = String::new();
    for number in 0..20_000 {
        writeln!(
            text,
            r#"{{"appId":"00000001-5c1e-4a00-8b00-{number:012}","displayName":"x","passwordCredentials":[],"keyCredentials":[]}}"#
        )
        .unwrap();
    }
    text
}

/// Runs the program with its standard error on a terminal, and returns its exit code and what the terminal received.
fn watched(mut program: Command) -> (Option<i32>, String) {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap();
    let name = OsStr::from_bytes(name.to_bytes());
    let near = File::options().read(true).write(true).open(name).unwrap();
    let mut child = program.stderr(near).spawn().unwrap();
    // The program's side closes with its end, and with this.
    drop(program);
    let mut seen = Vec::new();
    // Linux ends with an error in place of an end of file.
    let _ = File::from(terminal).read_to_end(&mut seen);
    (
        child.wait().unwrap().code(),
        String::from_utf8(seen).unwrap(),
    )
}

fn check(inventory: &str, further: &[&str]) -> (Option<i32>, String) {
    let folder = folder(inventory);
    let report = ["--report", "json=report.json"];
    watched(program(folder.path(), &[CHECK, &report, further].concat()))
}

#[test]
fn the_progress_is_shown_and_taken_away() {
    let (code, seen) = check(&long(), &[]);
    assert_eq!(code, Some(0));
    assert_eq!(
        seen,
        "\r8192 objects read …\r16384 objects read …\r\u{1b}[K"
    );
}

#[test]
fn the_progress_is_taken_away_before_an_error_is_told() {
    let (code, seen) = check(&(long() + "{"), &[]);
    assert_eq!(code, Some(3));
    let (_, told) = seen.split_once("\r\u{1b}[K").unwrap();
    assert!(told.starts_with("error[3]: "), "{told:?}");
}

#[test]
fn a_short_inventory_and_a_quiet_run_show_no_progress() {
    let short: String = long().lines().take(8_191).collect::<Vec<_>>().join("\n");
    assert_eq!(check(&short, &[]), (Some(0), String::new()));
    assert_eq!(check(&long(), &["--quiet"]), (Some(0), String::new()));
}

#[test]
fn nobody_else_sees_the_progress() {
    let folder = folder(long());
    let output = program(folder.path(), CHECK).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
}
