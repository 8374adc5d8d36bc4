//! Inputs and places that Git does not hold well, made for one run: encodings, cut files, deep nesting, pipes, folders,
//! devices, and the reports of an earlier run.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use super::program::{Ended, program, run};

pub(crate) const POLICY: &str = "version: 1\nextends: secrets-only\n";
pub(crate) const GOOD: &str = include_str!("inventory/twice-equal/apps.json");
pub(crate) const BAD: &str = include_str!("inventory/missing-and-violated/apps.json");
pub(crate) const CHECK: &[&str] = &[
    "check",
    "--policy",
    "policy.yaml",
    "--inventory",
    "apps.json",
    "--now",
    "2026-11-23T00:00:00Z",
];
const FORMATS: [&str; 3] = ["text", "json", "sarif"];

/// A folder with a policy and the inventory.
pub(crate) fn folder(inventory: impl AsRef<[u8]>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("policy.yaml"), POLICY).unwrap();
    fs::write(folder.path().join("apps.json"), inventory).unwrap();
    folder
}

/// Checks the inventory, with further arguments.
pub(crate) fn check(folder: &Path, further: &[&str]) -> Ended {
    let ended = run(folder, &[CHECK, further].concat(), b"");
    ended.assert_told_well();
    ended
}

fn code(inventory: impl AsRef<[u8]>) -> i32 {
    check(folder(inventory).path(), &[]).code
}

fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    units.flat_map(bytes).collect()
}

#[test]
fn windows_powershells_encoding_is_read() {
    for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
        assert_eq!(code(utf_16(GOOD, bytes)), 0);
        assert_eq!(code(utf_16(BAD, bytes)), 1);
    }
    assert_eq!(code(format!("\u{FEFF}{BAD}")), 1);
}

#[test]
fn a_broken_encoding_gives_no_verdict() {
    let whole = utf_16(GOOD, u16::to_le_bytes);
    assert_eq!(code(whole.split_last().unwrap().1), 3, "half a unit");
    assert_eq!(
        code(whole.split_first_chunk::<2>().unwrap().1),
        3,
        "no mark"
    );
    let mut lone = whole.clone();
    lone.extend(0xD800_u16.to_le_bytes());
    assert_eq!(code(lone), 3, "a lone surrogate");
    for bytes in [b"\xc0\xaf".as_slice(), b"\x80", b"\xed\xa0\x80"] {
        let (before, after) = GOOD.split_once("canary").unwrap();
        let broken = [before.as_bytes(), bytes, after.as_bytes()].concat();
        assert_eq!(code(broken), 3, "{bytes:x?}");
    }
}

#[test]
fn a_file_cut_anywhere_gives_no_verdict() {
    let envelope = format!("{{\"value\":{}}}", GOOD.trim_end());
    for whole in [GOOD.trim_end(), &envelope] {
        for length in (0..whole.len()).step_by(23).chain([whole.len() - 1]) {
            assert_eq!(code(whole.get(..length).unwrap()), 3, "cut at {length}");
        }
    }
}

/// An export by `EntraExporter` of the same applications, made by `write` from the text of each.
fn export(inventory: &str, write: impl Fn(&str) -> Vec<u8>) -> TempDir {
    let folder = folder("");
    fs::remove_file(folder.path().join("apps.json")).unwrap();
    let applications: Vec<Value> = serde_json::from_str(inventory).unwrap();
    for application in applications {
        let id = application["id"].as_str().unwrap();
        let place = folder.path().join("apps.json/Applications").join(id);
        fs::create_dir_all(&place).unwrap();
        let text = application.to_string();
        fs::write(place.join(format!("{id}.json")), write(&text)).unwrap();
    }
    folder
}

#[test]
fn exports_of_windows_powershell_are_read_in_its_encoding() {
    for (inventory, code) in [(GOOD, 0), (BAD, 1)] {
        let folder = export(inventory, |text| utf_16(text, u16::to_le_bytes));
        assert_eq!(check(folder.path(), &[]).code, code);
        let folder = export(inventory, |text| format!("\u{feff}{text}").into_bytes());
        assert_eq!(check(folder.path(), &[]).code, code);
    }
    let cut = export(GOOD, |text| {
        utf_16(text, u16::to_le_bytes)
            .split_last()
            .unwrap()
            .1
            .to_vec()
    });
    assert_eq!(check(cut.path(), &[]).code, 3, "half a unit");
}

#[test]
fn a_collection_of_azure_hound_is_read_in_every_encoding() {
    let story = include_str!("inventory/azure-hound-federated-behind/apps.json");
    assert_eq!(code(story), 0);
    assert_eq!(code(format!("\u{feff}{story}")), 0);
    for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
        assert_eq!(code(utf_16(story, bytes)), 0);
    }
    for length in (0..story.trim_end().len()).step_by(31) {
        assert_eq!(code(story.get(..length).unwrap()), 3, "cut at {length}");
    }
}

/// Elsewhere, both spellings are one name.
#[cfg(target_os = "linux")]
#[test]
fn an_export_has_no_second_spelling_of_a_name_to_hide_in() {
    let bytes = |text: &str| text.as_bytes().to_vec();
    let (good, bad) = (export(GOOD, bytes), export(BAD, bytes));
    let folder = |export: &TempDir| export.path().join("apps.json/Applications");
    fs::rename(folder(&bad), good.path().join("apps.json/applications")).unwrap();
    // Both hold the application of this id.
    let ended = check(good.path(), &[]);
    assert_eq!(ended.code, 3);
    assert!(
        ended.stderr.contains("contradicts itself"),
        "{}",
        ended.stderr
    );
}

#[cfg(unix)]
#[test]
fn a_link_in_an_export_is_refused() {
    use std::os::unix::fs::symlink;
    let bytes = |text: &str| text.as_bytes().to_vec();
    let elsewhere = export(BAD, bytes);
    let other = elsewhere.path().join("apps.json/Applications");
    let id = |folder: &Path| fs::read_dir(folder).unwrap().next().unwrap().unwrap();
    let file = |folder: &Path| id(&id(folder).path()).path();
    let places: [&dyn Fn(&Path); 4] = [
        &|applications| {
            fs::remove_dir_all(applications).unwrap();
            symlink(&other, applications).unwrap();
        },
        &|applications| {
            let object = id(&other);
            symlink(object.path(), applications.join("linked")).unwrap();
        },
        &|applications| {
            let object = file(applications);
            fs::remove_file(&object).unwrap();
            symlink(file(&other), object).unwrap();
        },
        &|applications| {
            let owners = id(applications).path().join("Owners");
            symlink(&other, owners).unwrap();
        },
    ];
    for (at, place) in places.into_iter().enumerate() {
        let folder = export(GOOD, bytes);
        assert_eq!(check(folder.path(), &[]).code, 0);
        place(&folder.path().join("apps.json/Applications"));
        let ended = check(folder.path(), &[]);
        assert_eq!(ended.code, 3, "{at}");
        assert!(ended.stderr.contains("is a link"), "{}", ended.stderr);
    }
}

#[test]
fn deep_nesting_is_refused() {
    let nested = |depth| {
        let (opening, closing) = ("[".repeat(depth), "]".repeat(depth));
        GOOD.replacen("\"id\"", &format!("\"x\": {opening}{closing}, \"id\""), 1)
    };
    assert_eq!(code(nested(100)), 0);
    assert_eq!(code(nested(200)), 3);
    assert_eq!(code("[".repeat(1_000_000)), 3);
    assert_eq!(code("{\"a\":".repeat(100_000)), 3);
}

#[test]
fn a_folder_is_no_policy_and_an_empty_one_no_inventory() {
    for (name, code) in [("policy.yaml", 2), ("apps.json", 3)] {
        let folder = folder(GOOD);
        fs::remove_file(folder.path().join(name)).unwrap();
        fs::create_dir(folder.path().join(name)).unwrap();
        assert_eq!(check(folder.path(), &[]).code, code, "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_is_refused_before_it_is_opened() {
    for (name, code) in [("policy.yaml", 2), ("apps.json", 3)] {
        let folder = folder(GOOD);
        let path = folder.path().join(name);
        fs::remove_file(&path).unwrap();
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        assert_eq!(check(folder.path(), &[]).code, code, "{name}");
    }
}

#[test]
fn a_closed_pipe_is_a_report_that_was_not_written() {
    for inventory in [GOOD, BAD] {
        for format in FORMATS {
            let folder = folder(inventory);
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            let arguments = [CHECK, &["--report", format]].concat();
            let mut program = program(folder.path(), &arguments);
            let output = program.stdout(writer).output().unwrap();
            assert_eq!(output.status.code(), Some(5), "{format}");
            assert!(output.stderr.starts_with(b"error[5]: "), "{format}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_report_that_was_not_written() {
    for inventory in [GOOD, BAD] {
        for format in FORMATS {
            let report = format!("{format}=/dev/full");
            let ended = check(folder(inventory).path(), &["--report", &report]);
            assert_eq!(ended.code, 5, "{format}");
        }
    }
}

#[test]
fn the_format_and_the_amount_decide_nothing() {
    for (inventory, code) in [(GOOD, 0), (BAD, 1)] {
        let folder = folder(inventory);
        for format in FORMATS {
            for amount in [&[][..], &["--quiet"], &["--verbose"]] {
                let further = [&["--report", format], amount].concat();
                assert_eq!(check(folder.path(), &further).code, code, "{further:?}");
            }
        }
    }
}

#[test]
fn the_order_of_the_sources_decides_nothing() {
    let story = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cases/shapes/az-applications-then-service-principals");
    let report = |first, second| -> Value {
        let now = "2026-11-23T00:00:00Z";
        let inventory = ["--inventory", first, "--inventory", second];
        let start = ["check", "--policy", "policy.yaml", "--report", "json"];
        let arguments = [&start[..], &["--now", now], &inventory].concat();
        serde_json::from_str(&run(&story, &arguments, b"").stdout).unwrap()
    };
    let (one, other) = (
        report("apps.json", "sps.json"),
        report("sps.json", "apps.json"),
    );
    for member in ["verdict", "findings", "summary", "not_judged"] {
        assert_eq!(one.get(member), other.get(member), "{member}");
    }
}

#[cfg(unix)]
#[test]
fn a_policy_that_is_a_link_shows_nothing_of_another_place() {
    let folder = folder(GOOD);
    let secret = tempfile::tempdir().unwrap();
    fs::write(secret.path().join("environ"), "TOKEN=canary\n").unwrap();
    let policy = folder.path().join("policy.yaml");
    fs::remove_file(&policy).unwrap();
    std::os::unix::fs::symlink(secret.path().join("environ"), policy).unwrap();
    for arguments in [CHECK, &["policy", "check", "policy.yaml"]] {
        let ended = run(folder.path(), arguments, b"");
        ended.assert_told_well();
        assert_eq!(ended.code, 2);
        let told = "`policy.yaml` is a link that leads out of the folder that holds it; put";
        assert!(ended.stderr.contains(told), "{}", ended.stderr);
        assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
    }
}

/// As many applications as on a page, as a bare list.
fn many(number: usize) -> String {
    let application = |at: usize| {
        format!(
            "{{\"id\":\"{at:08}-5c1e-4a00-8b00-c0de15d289b1\",\"appId\":\"{at:08}-5c1e-4a00-8b00-c0de9e3779b1\",\"passwordCredentials\":[],\"keyCredentials\":[]}}"
        )
    };
    let applications: Vec<String> = (1..=number).map(application).collect();
    format!("[{}]", applications.join(","))
}

#[test]
fn a_list_as_long_as_a_page_gets_a_note() {
    for (number, is_noted) in [
        (99, false),
        (100, true),
        (101, false),
        (998, false),
        (999, true),
    ] {
        let ended = check(folder(many(number)).path(), &[]);
        assert_eq!(ended.code, 0, "{number}");
        let note = format!("`apps.json` holds exactly {number} applications, the size of a page");
        assert_eq!(ended.stdout.contains(&note), is_noted, "{number}");
    }
}

/// A collector that reads all pages itself has no page that could be the only one.
#[test]
fn a_collection_as_long_as_a_page_gets_no_note() {
    let applications: Vec<Value> = serde_json::from_str(&many(100)).unwrap();
    let lines = applications
        .into_iter()
        .map(|data| serde_json::json!({"kind": "AZApp", "data": data}));
    let lines: Vec<Value> = lines.collect();
    let meta = serde_json::json!({"type": "azure", "version": 5, "count": lines.len()});
    let collection = serde_json::json!({"data": lines, "meta": meta});
    let ended = check(folder(collection.to_string()).path(), &[]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(!ended.stdout.contains("size of a page"), "{}", ended.stdout);
}

#[test]
fn a_code_page_is_named_and_so_is_what_is_packed() {
    let code_page = GOOD.replace("canary", "F\u{e4}hre");
    let code_page: Vec<u8> = code_page.chars().map(|letter| letter as u8).collect();
    for (bytes, words) in [
        (code_page.as_slice(), "PYTHONUTF8=1"),
        (b"\x1f\x8b\x08\0\0\0\0\0", "compressed"),
        (b"PK\x03\x04[Content_Types].xml", "workbook of Excel"),
    ] {
        let ended = check(folder(bytes).path(), &[]);
        assert_eq!(ended.code, 3);
        assert!(ended.stderr.contains(words), "{}", ended.stderr);
    }
}

#[test]
fn a_table_may_be_of_windows_powershell() {
    let table = "\"DisplayName\"\t\"AppId\"\t\"SecretCount\"\t\"CertCount\"\r\n\"Contoso\r\nshop\"\t\"00000001-5c1e-4a00-8b00-c0de9e3779b1\"\t\"1\"\t\"0\"\r\n\r\n";
    assert_eq!(code(utf_16(table, u16::to_le_bytes)), 1);
}
