//! The reports of an earlier run: none is left when there is no verdict, and nothing that is read is taken for one.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::made::{BAD, CHECK, GOOD, POLICY, check, folder};
use super::program::{Ended, program, run};

#[test]
fn no_stale_report_is_left() {
    let cases = [
        ("[", POLICY, 3),
        (GOOD, "version: 1\n", 2),
        (GOOD, POLICY, 0),
        (BAD, POLICY, 1),
    ];
    for (inventory, policy, code) in cases {
        let folder = folder(inventory);
        let report = folder.path().join("report.json");
        fs::write(folder.path().join("policy.yaml"), policy).unwrap();
        fs::write(&report, "stale").unwrap();
        let ended = check(folder.path(), &["--report", "json=report.json"]);
        assert_eq!(ended.code, code, "{}", ended.stderr);
        let written = fs::read_to_string(&report).ok();
        assert_eq!(written.is_some(), code < 2, "{written:?}");
        assert_ne!(written.as_deref(), Some("stale"));
        let files = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(files, 2 + usize::from(code < 2), "a draft is left");
    }
}

/// A folder with the inputs, and reports of an earlier run.
fn folder_with(reports: &[&str]) -> TempDir {
    let folder = folder(GOOD);
    for report in reports {
        fs::write(folder.path().join(report), "stale").unwrap();
    }
    folder
}

fn ended(folder: &Path, arguments: &[&str]) -> Ended {
    let ended = run(folder, arguments, b"");
    ended.assert_told_well();
    ended
}

#[test]
fn wrong_usage_leaves_no_stale_report() {
    let cases: &[&[&str]] = &[
        // Refused by the gate.
        &[
            "--report", "json=r", "--report", "json", "--report", "sarif",
        ],
        &["--report", "json=r", "--report", "sarif=./r"],
        &["--report", "json=r", "--report", "sarif=apps.json"],
        &["--report", "json=r", "--inventory", "graph"],
        // Refused before that.
        &["--report", "json=r", "--polcy", "x"],
        &["--report=json=r", "--now", "yesterday"],
        &["--report", "serif=r"],
        &["--reprot", "json=r"],
        &["--reprot=json=r"],
        &["--reports", "json=r"],
        &["--report=serif=r"],
        &["--report", "json=r", "--inventory", ""],
        &["--report", "json=r", "-q", "-v"],
        &["--report", "json=r", "surplus"],
        &["--report", "json=r", "--report"],
        &["--report", "json=r", "--policy"],
    ];
    for further in cases {
        let folder = folder_with(&["r"]);
        let ended = ended(folder.path(), &[CHECK, further].concat());
        assert_eq!(ended.code, 2, "{further:?} {}", ended.stderr);
        let left = fs::exists(folder.path().join("r")).unwrap();
        assert!(!left, "{further:?}");
        let inputs = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(inputs, 2, "{further:?}");
    }
    let folder = folder_with(&["r"]);
    let misspelt = ended(folder.path(), &["chek", "--report", "json=r"]);
    assert_eq!(misspelt.code, 2);
    assert!(!fs::exists(folder.path().join("r")).unwrap());
}

#[test]
fn what_is_no_report_of_the_gate_is_not_removed() {
    let cases: &[&[&str]] = &[
        &["explain", "secrets-only", "json=r"],
        &["explain", "--report", "json=r"],
        &["chekc", "--set", "text=r"],
        &["policy", "check", "--report", "json=r"],
        &["check", "json=r"],
        &["check", "--set", "text=r"],
        &["check", "--set=text=r"],
        &["check", "--color", "json=r"],
        &["check", "--port", "json=r"],
        &["check", "--policy", "json=r", "--unknown"],
        &["check", "--report", "--inventory", "json=r"],
        &["json=r"],
        &["--report", "json=r"],
        &["check", "--unknown", "--", "--report", "json=r"],
    ];
    for arguments in cases {
        let folder = folder_with(&["r"]);
        let ended = ended(folder.path(), arguments);
        assert_eq!(ended.code, 2, "{arguments:?} {}", ended.stderr);
        let left = fs::exists(folder.path().join("r")).unwrap();
        assert!(left, "{arguments:?}");
    }
}

#[test]
fn a_quiet_run_writes_whole_reports() {
    for (inventory, code) in [(GOOD, 0), (BAD, 1)] {
        let folder = folder(inventory);
        let text = |name: &str, further: &[&str]| {
            let report = format!("text={name}");
            let ended = check(folder.path(), &[&["--report", &report], further].concat());
            assert_eq!(ended.code, code, "{}", ended.stderr);
            fs::read_to_string(folder.path().join(name)).unwrap()
        };
        let usual = text("usual", &[]);
        assert!(usual.contains("Summary"), "{usual}");
        assert_eq!(text("quiet", &["-q"]), usual);
    }
}

#[test]
fn help_removes_nothing() {
    let folder = folder_with(&["r"]);
    let ended = ended(folder.path(), &["check", "--report", "json=r", "--help"]);
    assert_eq!(ended.code, 0);
    assert!(fs::exists(folder.path().join("r")).unwrap());
}

/// A policy whose base has no name that policies have, and an inventory in a folder.
fn extended() -> TempDir {
    let folder = folder(GOOD);
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("policy.yaml", "version: 1\nextends: ./base.conf\n");
    write("base.conf", POLICY);
    fs::create_dir(folder.path().join("pages")).unwrap();
    write("pages/1", GOOD);
    write("other", GOOD);
    fs::create_dir(folder.path().join("x")).unwrap();
    folder
}

fn checked(folder: &Path, further: &[&str]) -> Ended {
    let start = ["check", "--policy", "policy.yaml", "--inventory", "pages"];
    let now = ["--now", "2026-11-23T00:00:00Z"];
    ended(folder, &[&start[..], &now, further].concat())
}

fn assert_refused(folder: &Path, file: &str, further: &[&str]) {
    let report = format!("json={file}");
    let before = fs::read(folder.join(file)).ok();
    let ended = checked(folder, &[&["--report", &report], further].concat());
    assert_eq!(ended.code, 2, "{file}: {}", ended.stderr);
    assert_eq!(fs::read(folder.join(file)).ok(), before, "{file}");
}

#[test]
fn no_report_replaces_what_is_read() {
    let folder = extended();
    for file in [
        "policy.yaml",
        "x/../policy.yaml",
        "base.conf",
        "./x/../base.conf",
        "pages/1",
        "pages/../pages/1",
        "pages/new",
    ] {
        assert_refused(folder.path(), file, &[]);
        assert_refused(folder.path(), file, &["--unknown"]);
    }
    for policy in [
        "version: 1\nextends: ./base.conf\nrulse: {}\n",
        "version: 2\nextends: ./base.conf\n",
    ] {
        fs::write(folder.path().join("policy.yaml"), policy).unwrap();
        assert_refused(folder.path(), "base.conf", &[]);
    }
    fs::write(folder.path().join("base.conf"), b"\xff").unwrap();
    assert_refused(folder.path(), "base.conf", &[]);
}

#[test]
fn no_report_replaces_an_exceptions_file() {
    let folder = folder(GOOD);
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    fs::create_dir(folder.path().join("pages")).unwrap();
    write("pages/1", GOOD);
    fs::create_dir(folder.path().join("exceptions")).unwrap();
    write("exceptions/a", "version: 1\nexceptions: []\n");
    write("adopted.json", "{\"version\": 1, \"exceptions\": [{}]}");
    let sound = format!("{POLICY}exceptions-from: ['exceptions/*']\n");
    for policy in [
        &sound,
        &format!("{sound}- broken: [\n"),
        &format!("{sound}rulse: {{}}\n"),
    ] {
        write("policy.yaml", policy);
        assert_refused(folder.path(), "adopted.json", &[]);
        assert_refused(folder.path(), "adopted.json", &["--unknown"]);
    }
    for policy in [&sound, &format!("{sound}rulse: {{}}\n")] {
        write("policy.yaml", policy);
        assert_refused(folder.path(), "exceptions/a", &[]);
        assert_refused(folder.path(), "exceptions/../exceptions/a", &["--unknown"]);
    }
}

#[cfg(unix)]
#[test]
fn no_link_hides_what_is_read() {
    use std::os::unix::fs::symlink;
    let folder = extended();
    let link = |target: &str, name: &str| symlink(target, folder.path().join(name)).unwrap();
    link("base.conf", "link-to-base");
    link(".", "here");
    link("../other", "pages/2");
    for file in ["link-to-base", "here/base.conf", "here/pages/1", "other"] {
        assert_refused(folder.path(), file, &[]);
    }
    // The other name of one file: it is replaced, and the file stays.
    let base = folder.path().join("base.conf");
    fs::hard_link(&base, folder.path().join("hard")).unwrap();
    let ended = checked(folder.path(), &["--report", "json=hard"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(fs::read_to_string(&base).unwrap(), POLICY);
}

#[cfg(unix)]
#[test]
fn a_link_is_replaced_and_not_followed() {
    let folder = folder_with(&["precious"]);
    let path = |name: &str| folder.path().join(name);
    std::os::unix::fs::symlink("precious", path("r")).unwrap();
    assert_eq!(check(folder.path(), &["--report", "json=r"]).code, 0);
    assert_eq!(fs::read_to_string(path("precious")).unwrap(), "stale");
    assert!(fs::symlink_metadata(path("r")).unwrap().is_file());
}

#[cfg(target_os = "linux")]
#[test]
fn the_names_of_streams_are_written_to_and_stay() {
    for name in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
        let report = format!("json={name}");
        let folder = folder(GOOD);
        let ended = check(folder.path(), &["--report", &report]);
        assert_eq!(ended.code, 0, "{name}: {}", ended.stderr);
        assert!(ended.stdout.starts_with('{'), "{name}");
        // The standard output is a file.
        let out = fs::File::create(folder.path().join("out")).unwrap();
        let mut program = program(folder.path(), &[CHECK, &["--report", &report]].concat());
        assert_eq!(program.stdout(out).status().unwrap().code(), Some(0));
        let out = fs::read_to_string(folder.path().join("out")).unwrap();
        assert!(out.starts_with('{'), "{name}");
    }
    assert!(fs::symlink_metadata("/dev/stdout").is_ok());
}

#[cfg(unix)]
#[test]
fn the_standard_input_is_read_too() {
    let folder = folder(GOOD);
    let file = folder.path().join("apps.json");
    let arguments = ["check", "--policy", "policy.yaml", "--inventory", "-"];
    let report = ["--report", "json=apps.json"];
    let mut program = program(folder.path(), &[&arguments[..], &report].concat());
    let output = program.stdin(fs::File::open(&file).unwrap()).output();
    if cfg!(target_os = "linux") {
        assert_eq!(output.unwrap().status.code(), Some(2));
        assert_eq!(fs::read_to_string(&file).unwrap(), GOOD);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_stale_report_that_stays_is_told() {
    let folder = folder("[");
    let file = "/sys/kernel/uevent_seqnum";
    let ended = check(folder.path(), &["--report", &format!("json={file}")]);
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    let told = format!("the report `{file}` of an earlier run could not be removed");
    assert!(ended.stderr.contains(&told), "{}", ended.stderr);
}

#[test]
fn a_review_leaves_no_stale_report_whatever_is_wrong() {
    for words in [
        "review --base gone.yaml --head policy.yaml --report json=r",
        "review --base policy.yaml --head gone.yaml --report json=r",
        "review --base nowhere:policy.yaml --head policy.yaml --report json=r",
        "review --head policy.yaml --report json=r",
        "review --base policy.yaml --head policy.yaml --report json=r --report junit=s",
        "reviw --base policy.yaml --report json=r",
    ] {
        let folder = folder_with(&["r", "s.json"]);
        let words: Vec<&str> = words.split(' ').collect();
        let ended = ended(folder.path(), &words);
        assert_eq!(ended.code, 2, "{words:?}");
        assert!(!folder.path().join("r").exists(), "{words:?}");
        assert!(folder.path().join("s.json").exists(), "{words:?}");
        assert!(folder.path().join("policy.yaml").exists(), "{words:?}");
    }
}
