//! What an adopted tenant fails on later, and how the policy is written: beside its place, with its permissions, and
//! never through a link.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::program::{Ended, run};

const APPS: &str = include_str!("init/adopt/apps.json");
const NOW: &str = "2026-11-23T12:00:00Z";
/// An application with a young and an old secret.
const FAX: &str = "00010002-5c1e-4a00-8b00-c0de9e3779b1";
/// An application with a secret beside a certificate.
const PAYROLL: &str = "00010004-5c1e-4a00-8b00-c0de9e3779b1";

fn tell(folder: &Path, arguments: &[&str]) -> Ended {
    let ended = run(folder, arguments, b"");
    ended.assert_told_well();
    ended
}

fn adopt(folder: &Path) -> Ended {
    let arguments = [
        "init",
        "--adopt",
        "--inventory",
        "apps.json",
        "--term",
        "90d",
    ];
    tell(folder, &[&arguments[..], &["--now", NOW]].concat())
}

/// A folder in which the tenant was adopted.
fn adopted() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("apps.json"), APPS).unwrap();
    let ended = adopt(folder.path());
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    folder
}

/// Judges further sources under the adopted policy; returns the code, and the rules of the open errors.
fn check(folder: &Path, now: &str, sources: &[&str]) -> (i32, Vec<String>) {
    let mut arguments = vec!["check", "--now", now, "--report", "json"];
    arguments.extend(sources.iter().flat_map(|source| ["--inventory", source]));
    let ended = tell(folder, &arguments);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let open = findings.filter(|it| it["disposition"] == "open" && it["level"] == "error");
    let rules = open.map(|it| it["rule"].as_str().unwrap().to_owned());
    (ended.code, rules.collect())
}

/// Judges the tenant after a change of one application.
fn check_with(app_id: &str, change: impl FnOnce(&mut Value)) -> (i32, Vec<String>) {
    let folder = adopted();
    let mut apps: Value = serde_json::from_str(APPS).unwrap();
    let apps_list = apps.as_array_mut().unwrap();
    change(
        apps_list
            .iter_mut()
            .find(|app| app["appId"] == app_id)
            .unwrap(),
    );
    fs::write(folder.path().join("apps.json"), apps.to_string()).unwrap();
    check(folder.path(), NOW, &["apps.json"])
}

fn secret(key_id: &str, start: &str, end: &str) -> Value {
    json!({ "keyId": key_id, "startDateTime": start, "endDateTime": end })
}

#[test]
fn the_gate_passes_once_adopted_and_through_the_last_day() {
    let folder = adopted();
    for now in [NOW, "2027-02-21T23:59:59Z"] {
        let (code, open) = check(folder.path(), now, &["apps.json"]);
        assert_eq!((code, open), (0, Vec::new()), "{now}");
    }
}

#[test]
fn the_gate_fails_when_the_term_has_ended() {
    let folder = adopted();
    let (code, open) = check(folder.path(), "2027-02-22T00:00:00Z", &["apps.json"]);
    assert_eq!(code, 1);
    for rule in ["exception-expired", "secrets-only", "secret-outside-window"] {
        assert!(open.iter().any(|open| open == rule), "{rule}: {open:?}");
    }
}

#[test]
fn the_gate_fails_on_a_new_secret_of_an_adopted_application() {
    for app_id in [FAX, PAYROLL] {
        let (code, open) = check_with(app_id, |app| {
            let new = "00000099-5c1e-4a00-8b00-c0de9e3779b1";
            let new = secret(new, "2026-11-20T00:00:00Z", "2027-03-01T00:00:00Z");
            app["passwordCredentials"].as_array_mut().unwrap().push(new);
        });
        let expected = if app_id == FAX {
            "secrets-only"
        } else {
            "secret-outside-window"
        };
        assert_eq!((code, open), (1, vec![expected.to_owned()]));
    }
}

#[test]
fn the_gate_fails_on_another_rule() {
    let (code, open) = check_with(PAYROLL, |app| {
        app["passwordCredentials"][0]["endDateTime"] = json!("2028-09-01T00:00:00Z");
    });
    assert_eq!((code, open), (1, vec!["secret-lifetime".to_owned()]));
    let (code, open) = check_with(PAYROLL, |app| app["keyCredentials"] = json!([]));
    assert_eq!((code, open), (1, vec!["secrets-only".to_owned()]));
}

#[test]
fn the_gate_fails_on_a_secret_that_moved_to_the_service_principal() {
    let folder = adopted();
    let mut apps: Value = serde_json::from_str(APPS).unwrap();
    let app = apps.as_array_mut().unwrap().iter_mut();
    let app = app.into_iter().find(|app| app["appId"] == FAX).unwrap();
    let moved = app["passwordCredentials"].take();
    app["passwordCredentials"] = json!([]);
    let service_principal = json!([{
        "id": "00030002-5c1e-4a00-8b00-c0de9e3779b1", "appId": FAX, "displayName": "Fax canary",
        "servicePrincipalType": "Application", "passwordCredentials": moved, "keyCredentials": [],
    }]);
    fs::write(folder.path().join("apps.json"), apps.to_string()).unwrap();
    fs::write(
        folder.path().join("sps.json"),
        service_principal.to_string(),
    )
    .unwrap();
    let (code, open) = check(folder.path(), NOW, &["apps.json", "sps.json"]);
    assert_eq!(code, 1);
    assert_eq!(
        open,
        ["service-principal-secret", "service-principal-secret"]
    );
}

#[test]
fn adopting_twice_changes_nothing() {
    let folder = adopted();
    let before = fs::read(folder.path().join("credgate.yaml")).unwrap();
    let ended = adopt(folder.path());
    assert_eq!(ended.code, 0);
    assert!(
        ended.stdout.contains("nothing was written"),
        "{}",
        ended.stdout
    );
    assert_eq!(
        fs::read(folder.path().join("credgate.yaml")).unwrap(),
        before
    );
}

#[test]
fn what_is_adopted_anew_has_another_id() {
    let folder = adopted();
    let later = [
        "init",
        "--adopt",
        "--inventory",
        "apps.json",
        "--term",
        "30d",
    ];
    let later = [&later[..], &["--now", "2027-02-22T00:00:00Z"]].concat();
    let ended = tell(folder.path(), &later);
    assert_eq!(
        ended.code, 1,
        "the exceptions that are over are left to fail"
    );
    let text = fs::read_to_string(folder.path().join("credgate.yaml")).unwrap();
    assert!(text.contains(&format!("- id: adopted-{FAX}\n")));
    assert!(text.contains(&format!("- id: adopted-{FAX}-2\n")));
}

#[cfg(unix)]
#[test]
fn a_link_is_not_written_to_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let folder = tempfile::tempdir().unwrap();
    let policy = "version: 1\nextends: baseline\n";
    fs::write(folder.path().join("apps.json"), APPS).unwrap();
    fs::write(folder.path().join("real.yaml"), policy).unwrap();
    let link = folder.path().join("credgate.yaml");
    symlink("real.yaml", &link).unwrap();
    assert_eq!(adopt(folder.path()).code, 2);
    assert_eq!(tell(folder.path(), &["init"]).code, 2);
    assert_eq!(
        fs::read_to_string(folder.path().join("real.yaml")).unwrap(),
        policy
    );
    assert_eq!(tell(folder.path(), &["init", "--force"]).code, 0);
    assert!(!link.is_symlink(), "the link itself is replaced");
    assert_eq!(
        fs::read_to_string(folder.path().join("real.yaml")).unwrap(),
        policy
    );

    fs::set_permissions(&link, fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(adopt(folder.path()).code, 0);
    assert_eq!(
        fs::metadata(&link).unwrap().permissions().mode() & 0o777,
        0o640
    );
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        3,
        "no draft is left"
    );
}

#[test]
fn a_dangling_link_and_a_folder_are_something() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("credgate.yaml")).unwrap();
    assert_eq!(tell(folder.path(), &["init"]).code, 2);
    assert_eq!(tell(folder.path(), &["init", "--force"]).code, 5);
    #[cfg(unix)]
    {
        let link = folder.path().join("link.yaml");
        std::os::unix::fs::symlink("nowhere", &link).unwrap();
        assert_eq!(
            tell(folder.path(), &["init", "--policy", "link.yaml"]).code,
            2
        );
        assert!(link.is_symlink());
    }
}
