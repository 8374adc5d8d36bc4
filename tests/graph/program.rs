//! The program as its users meet it, against the stand-in over TLS: what it says, what it writes, how it ends.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::place::{CHECK, POLICY, Place, TLS};
use super::server::{Server, answer, json as sent};
use super::stand::{TOKEN, good};
use super::tenant::{TENANT, Tenant, error, guid};

#[test]
fn the_tenant_is_judged_and_the_report_names_how_it_was_read() {
    let place = Place::of(Tenant::of(30));
    let ended = place.run(CHECK);
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    assert_eq!(
        ended.stderr,
        "credgate: Microsoft Graph (custom), signing in with access-token\n"
    );
    assert!(
        ended.stdout.contains("signed in by access-token"),
        "{}",
        ended.stdout
    );
    assert!(ended.stdout.contains("fail: "), "{}", ended.stdout);
}

#[test]
fn a_snapshot_gives_the_same_reports_to_the_byte() {
    let place = Place::of(Tenant::of(1_100));
    let reports = "--report json=REPORT.json --report sarif=REPORT.sarif --report text";
    let live = place.run(&format!("{CHECK} {}", reports.replace("REPORT", "live")));
    let written = place.run("inventory export --output tenant.ndjson");
    assert_eq!(written.code, 0, "{}", written.stderr);
    assert!(
        written.stderr.contains(
            "1100 applications and 1100 service principals were written to `tenant.ndjson`"
        )
    );
    let output = Command::new(env!("CARGO_BIN_EXE_credgate"))
        .args([
            "check",
            "--inventory",
            "tenant.ndjson",
            "--now",
            "2026-11-23T00:00:00Z",
        ])
        .args(reports.replace("REPORT", "kept").split(' '))
        .current_dir(place.path())
        .env_clear()
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(live.code));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), live.stdout);
    for kind in ["json", "sarif"] {
        let read =
            |name: &str| fs::read_to_string(place.path().join(format!("{name}.{kind}"))).unwrap();
        assert!(read("live") == read("kept"), "{kind}");
    }
    let snapshot = fs::read_to_string(place.path().join("tenant.ndjson")).unwrap();
    assert!(!snapshot.contains("canary-secret hint") && !snapshot.contains("canary-secret text"));
}

#[test]
fn a_certificate_of_a_stranger_is_not_trusted() {
    let place = Place::of(Tenant::of(3));
    let ended = place.run_with(CHECK, &[("CREDGATE_ACCESS_TOKEN", TOKEN)]);
    assert_eq!(ended.code, 4, "{}", ended.stderr);
    assert!(
        ended
            .stderr
            .contains("certificate not trusted: `127.0.0.1`"),
        "{}",
        ended.stderr
    );
    assert!(place.server.log().is_empty());
}

#[test]
fn whoever_cannot_sign_in_is_told_how() {
    let place = Place::of(Tenant::of(3));
    let ended = place.run_with(CHECK, &[("SSL_CERT_FILE", "root.pem")]);
    assert_eq!(ended.code, 4, "{}", ended.stderr);
    for way in ["id-token: write", "az login", "CREDGATE_ACCESS_TOKEN"] {
        assert!(ended.stderr.contains(way), "{}", ended.stderr);
    }
}

#[test]
fn a_network_that_is_not_there_is_named() {
    let place = Place::of(Tenant::of(3));
    let output = Command::new(env!("CARGO_BIN_EXE_credgate"))
        .args(CHECK.split(' '))
        .args([
            "--graph-endpoint",
            "http://127.0.0.1:1",
            "--graph-timeout",
            "1s",
        ])
        .current_dir(place.path())
        .env_clear()
        .env("CREDGATE_ACCESS_TOKEN", TOKEN)
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(4), "{stderr}");
    assert!(stderr.contains("`127.0.0.1` cannot be reached"), "{stderr}");
}

#[test]
fn a_missing_right_is_told_with_the_command_that_grants_it() {
    let place = Place::with(|request| {
        if request.path.contains("servicePrincipals") {
            return sent(403, &error(403, "Authorization_RequestDenied").1);
        }
        good(&Tenant::of(3), request)
    });
    place.assert_fails(CHECK, 4, "needs Application.Read.All");
    place.assert_fails(CHECK, 4, "az ad app permission add --id <client id>");
    place.assert_fails(
        "inventory export --output out.ndjson",
        4,
        "needs Application.Read.All",
    );
    assert!(!place.path().join("out.ndjson").exists());
}

#[test]
fn an_empty_tenant_is_no_tenant_unless_somebody_says_so() {
    let place = Place::of(Tenant::of(0));
    place.assert_fails(CHECK, 3, "--allow-empty");
    place.assert_fails("inventory export --output out.ndjson", 3, "--allow-empty");
    let ended = place.run(&format!("{CHECK} --allow-empty"));
    assert_eq!(ended.code, 0, "{}", ended.stderr);
}

#[test]
fn another_tenant_than_the_policys_is_refused() {
    let place = Place::of(Tenant::of(3));
    let other = format!("{POLICY}tenant: {}\n", guid(0x77, 7));
    fs::write(place.path().join("credgate.yaml"), other).unwrap();
    place.assert_fails(CHECK, 3, TENANT);
}

#[test]
fn a_tenant_that_changes_while_it_is_read_is_read_once_more() {
    let count = |times: usize| {
        let asked = std::sync::atomic::AtomicUsize::new(0);
        Place::with(move |request| {
            let is_count = request.path == "/v1.0/applications/$count";
            if is_count && asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) < times {
                return answer(200, &[("content-type", "text/plain")], b"4");
            }
            good(&Tenant::of(3), request)
        })
    };
    assert_eq!(count(2).run(CHECK).code, 0);
    count(usize::MAX).assert_fails(
        CHECK,
        4,
        "Graph says that it has 4 applications, and has sent 3",
    );
    let place = count(2);
    assert_eq!(place.run("inventory export --output out.ndjson").code, 0);
    let snapshot = fs::read_to_string(place.path().join("out.ndjson")).unwrap();
    assert_eq!(snapshot.matches("credgate-snapshot/1").count(), 1);
}

#[test]
fn what_cannot_be_judged_is_not_exported() {
    let mut tenant = Tenant::of(4);
    tenant.applications[0]["passwordCredentials"][0]["endDateTime"] = json!("next year");
    let place = Place::of(tenant);
    place.assert_fails(
        "inventory export --output out.ndjson",
        4,
        "passwordCredentials",
    );
    assert!(!place.path().join("out.ndjson").exists());
    let says = format!("application {}: `passwordCredentials`", guid(0xb, 0));
    place.assert_fails(CHECK, 4, &says);
    place.assert_fails(CHECK, 4, "correct or remove it in the tenant");
}

#[test]
fn a_snapshot_takes_the_place_of_a_snapshot_only() {
    let place = Place::of(Tenant::of(3));
    place.assert_fails(
        "inventory export --output credgate.yaml",
        2,
        "is no snapshot",
    );
    assert_eq!(
        fs::read_to_string(place.path().join("credgate.yaml")).unwrap(),
        POLICY
    );
    for _ in 0..2 {
        assert_eq!(place.run("inventory export --output out.ndjson").code, 0);
    }
    let stdout = place.run("inventory export --quiet --output -");
    assert_eq!((stdout.code, stdout.stderr.as_str()), (0, ""));
    assert!(
        stdout
            .stdout
            .starts_with(r#"{"schema":"credgate-snapshot/1""#)
    );
    // One of an earlier run does not stay where this one fails.
    let ended = place.run_with(
        "inventory export --output out.ndjson",
        &[("CREDGATE_ACCESS_TOKEN", TOKEN)],
    );
    assert_eq!(ended.code, 4);
    assert!(!place.path().join("out.ndjson").exists());
}

#[cfg(unix)]
#[test]
fn a_snapshot_goes_to_streams_as_they_are_and_into_no_folder() {
    use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
    let place = Place::of(Tenant::of(3));
    assert_eq!(place.run("inventory export --output /dev/null").code, 0);
    assert!(
        fs::metadata("/dev/null")
            .unwrap()
            .file_type()
            .is_char_device()
    );
    let ended = place.run("inventory export --quiet --output /dev/stdout");
    assert!(
        ended
            .stdout
            .starts_with(r#"{"schema":"credgate-snapshot/1""#),
        "{}",
        ended.stderr
    );
    let asked = place.server.log().len();
    place.assert_fails("inventory export --output .", 5, "it is a folder");
    place.assert_fails(
        "inventory export --output missing/out.ndjson",
        5,
        "folder does not exist",
    );
    assert_eq!(place.server.log().len(), asked);
    assert_eq!(place.run("inventory export --output out.ndjson").code, 0);
    let mode = fs::metadata(place.path().join("out.ndjson"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn two_applications_with_one_app_id_are_neither_judged_nor_exported() {
    let mut tenant = Tenant::of(4);
    tenant.applications[1]["appId"] = tenant.applications[0]["appId"].clone();
    let place = Place::of(tenant);
    place.assert_fails(CHECK, 4, "contradicts itself");
    place.assert_fails(
        "inventory export --output out.ndjson",
        4,
        "contradicts itself",
    );
    let lists = place
        .server
        .log()
        .into_iter()
        .filter(|request| request.path == "/v1.0/servicePrincipals");
    assert_eq!(lists.count(), 4, "each is read once more");
}

#[test]
fn wrong_usage_is_told_before_anything_is_sent() {
    let place = Place::of(Tenant::of(3));
    place.assert_fails(
        "check --inventory graph --inventory graph",
        2,
        "name it alone",
    );
    place.assert_fails(
        "check --inventory graph --inventory apps.json",
        2,
        "name it alone",
    );
    place.assert_fails(
        "check --inventory graph --cloud mars",
        2,
        "global, usgov, dod, china",
    );
    place.assert_fails("check --inventory graph --auth magic", 2, "github-oidc");
    place.assert_fails("check --inventory graph --graph-timeout 0s", 2, "90s");
    place.assert_fails(
        "check --inventory graph --login-endpoint http://127.0.0.1:1",
        2,
        "not encrypted",
    );
    let half = Command::new(env!("CARGO_BIN_EXE_credgate"))
        .args([
            "check",
            "--inventory",
            "graph",
            "--graph-endpoint",
            "https://graph.example",
        ])
        .current_dir(place.path())
        .env_clear()
        .env("CREDGATE_ACCESS_TOKEN", TOKEN)
        .output()
        .unwrap();
    assert_eq!(half.status.code(), Some(2));
    assert!(
        String::from_utf8(half.stderr)
            .unwrap()
            .contains("`--login-endpoint` is missing")
    );
    assert!(place.server.log().is_empty());
}

#[test]
fn the_log_shows_every_request_and_no_token() {
    let place = Place::of(Tenant::of(3));
    let ended = place.run(&format!("{CHECK} -v"));
    for path in [
        "/v1.0/applications?",
        "/beta/applications?",
        "/v1.0/servicePrincipals?",
        "/v1.0/policies/",
    ] {
        assert!(
            ended.stderr.contains(&format!("GET {path}")),
            "{}",
            ended.stderr
        );
    }
}

#[test]
fn the_doctor_tells_who_signs_in_and_what_is_missing() {
    let place = Place::of(Tenant::of(3));
    let ended = place.run("inventory doctor");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    for part in [
        "access-token",
        "custom (127.0.0.1)",
        "✓ applications",
        "✓ app management policies",
    ] {
        assert!(ended.stdout.contains(part), "{}", ended.stdout);
    }
    let place = Place::of(Tenant {
        default_policy: None,
        ..Tenant::of(3)
    });
    let ended = place.run("inventory doctor");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(
        ended.stdout.contains("✗ app management policies"),
        "{}",
        ended.stdout
    );
    assert!(
        ended
            .stdout
            .contains("not judged without them: tenant-allows-new-secrets"),
        "{}",
        ended.stdout
    );
    assert!(
        ended
            .stdout
            .contains("246dd0d5-5bd0-4def-940b-0421030a5b68=Role"),
        "{}",
        ended.stdout
    );
    let place = Place::with(|_| sent(403, &error(403, "Authorization_RequestDenied").1));
    let ended = place.run("inventory doctor");
    assert_eq!(ended.code, 4);
    assert!(
        ended.stderr.contains("applications cannot be read"),
        "{}",
        ended.stderr
    );
}

/// A JWT as Entra makes them, with a signature that nobody here can check.
fn token() -> String {
    use base64::Engine as _;
    let part =
        |value: Value| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({"tid": TENANT, "aud": "00000003-0000-0000-c000-000000000000", "appid": guid(1, 1),
        "app_displayname": "Gate", "roles": ["Application.Read.All"], "exp": 4_000_000_000_u64, "idtyp": "app"});
    format!("{}.{}.canary", part(json!({"alg": "RS256"})), part(claims))
}

#[test]
fn a_job_of_github_actions_signs_in_and_judges() {
    let token = token();
    let issued = token.clone();
    let tenant = Tenant::of(6);
    let server = Server::over_tls(&TLS, move |request| match request.path.as_str() {
        "/oidc" => sent(200, r#"{"value":"canary-assertion"}"#),
        path if path.ends_with("/oauth2/v2.0/token") => {
            assert!(
                request.body.contains("client_assertion=canary-assertion"),
                "{}",
                request.body
            );
            let body = json!({"token_type": "Bearer", "expires_in": 3599, "access_token": issued});
            sent(200, &body.to_string())
        }
        _ => {
            let mut request = request.clone();
            assert_eq!(request.headers["authorization"], format!("Bearer {issued}"));
            request
                .headers
                .insert("authorization".to_owned(), format!("Bearer {TOKEN}"));
            good(&tenant, &request)
        }
    });
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("credgate.yaml"),
        format!("{POLICY}tenant: {TENANT}\n"),
    )
    .unwrap();
    fs::write(folder.path().join("root.pem"), &TLS.pem).unwrap();
    let oidc = format!("{}/oidc?api-version=2", server.origin);
    let environment = BTreeMap::from([
        ("ACTIONS_ID_TOKEN_REQUEST_URL", oidc.as_str()),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "canary-request-token"),
        ("AZURE_CLIENT_ID", "00000001-0000-4000-8000-000000000001"),
        ("AZURE_TENANT_ID", TENANT),
        ("SSL_CERT_FILE", "root.pem"),
    ]);
    for words in [&format!("{CHECK} -v"), "inventory doctor -v"] {
        let output = Command::new(env!("CARGO_BIN_EXE_credgate"))
            .args(words.split(' '))
            .args([
                "--graph-endpoint",
                &server.origin,
                "--login-endpoint",
                &server.origin,
            ])
            .current_dir(folder.path())
            .env_clear()
            .envs(&environment)
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.code().unwrap() < 2, "{stderr}");
        assert!(
            (stdout.clone() + &stderr).contains("github-oidc"),
            "{stderr}"
        );
        for secret in ["canary", token.split('.').nth(1).unwrap()] {
            assert!(
                !stderr.contains(secret) && !stdout.contains(secret),
                "{stdout}{stderr}"
            );
        }
    }
    let posted = server
        .log()
        .into_iter()
        .filter(|request| request.method == "POST");
    for request in posted {
        assert_eq!(request.path, format!("/{TENANT}/oauth2/v2.0/token"));
    }
}

#[test]
fn the_commands_of_the_documentation_work() {
    let place = Place::of(Tenant::of(5));
    let page =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/live.md")).unwrap();
    let mut run = 0;
    for line in page.lines().filter(|line| line.starts_with("credgate ")) {
        let ended = place.run(line.trim_start_matches("credgate "));
        assert!(ended.code < 2, "{line}: {}", ended.stderr);
        run += 1;
    }
    assert!(run >= 4);
}
