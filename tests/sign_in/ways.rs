//! Each way of signing in: what goes where, and what comes back.

use super::*;

#[test]
fn a_github_job_exchanges_its_identity_for_a_token() {
    let server = Server::start(|request| match request.path() {
        "/identity" => Response::json(200, r#"{"count":1,"value":"canary.identity.x"}"#),
        _ => entra(request),
    });
    let url = format!("{}/identity?api-version=2.0", server.origin());
    let text = sign_in(
        &server,
        &[
            ("ACTIONS_ID_TOKEN_REQUEST_URL", &url),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "canary-request"),
        ],
    );
    assert!(
        text.contains("GithubOidc") && text.contains("the token"),
        "{text}"
    );
    let log = server.log();
    assert_eq!(log[0].method, "GET");
    assert_eq!(
        log[0].target,
        "/identity?api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange"
    );
    assert_eq!(
        log[0].header("authorization"),
        Some("Bearer canary-request")
    );
    let form = the_request_for_a_token(&server);
    assert_eq!(form["client_assertion"], "canary.identity.x");
    assert_eq!(form["client_assertion_type"], FEDERATION);
    assert_eq!(log.len(), 2);
}

#[test]
fn a_github_job_without_the_permission_is_told_so() {
    for (status, body) in [
        (403, r#"{"message":"canary"}"#),
        (200, r#"{"value":""}"#),
        (200, "<html>canary"),
        (302, ""),
    ] {
        let server =
            Server::start(move |_| Response::json(status, body).with("location", "/canary"));
        let url = format!("{}/identity", server.origin());
        let text = sign_in(
            &server,
            &[
                ("ACTIONS_ID_TOKEN_REQUEST_URL", &url),
                ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "canary-request"),
            ],
        );
        assert!(text.contains("SignIn: GitHub"), "{text}");
        assert!(text.contains("`permissions: id-token: write`"), "{text}");
        assert_eq!(paths(&server), ["GET /identity"]);
    }
}

#[test]
fn a_pod_exchanges_the_token_of_its_file() {
    let server = Server::start(entra);
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"canary.pod.x").unwrap();
    let path = file.path().to_str().unwrap();
    let text = sign_in(&server, &[("AZURE_FEDERATED_TOKEN_FILE", path)]);
    assert!(
        text.contains("WorkloadIdentity") && text.contains("the token"),
        "{text}"
    );
    let form = the_request_for_a_token(&server);
    assert_eq!(form["client_assertion"], "canary.pod.x");
    let text = sign_in(&server, &[("AZURE_FEDERATED_TOKEN_FILE", "/no/such/file")]);
    assert!(
        text.contains("`AZURE_FEDERATED_TOKEN_FILE` cannot be read"),
        "{text}"
    );
    assert_eq!(server.log().len(), 1);
}

#[test]
fn a_pipeline_exchanges_the_identity_of_its_service_connection() {
    let server = Server::start(|request| match request.path() {
        "/oidc" => Response::json(200, r#"{"oidcToken":"canary.pipeline.x"}"#),
        _ => entra(request),
    });
    let url = format!("{}/oidc", server.origin());
    let connection = "11111111-2222-4333-8444-555555555555";
    let text = sign_in(
        &server,
        &[
            ("SYSTEM_OIDCREQUESTURI", &url),
            ("SYSTEM_ACCESSTOKEN", "canary-system"),
            ("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", connection),
        ],
    );
    assert!(
        text.contains("AzurePipelines") && text.contains("the token"),
        "{text}"
    );
    let log = server.log();
    assert_eq!(log[0].method, "POST");
    assert!(
        log[0]
            .target
            .contains(&format!("serviceConnectionId={connection}"))
    );
    assert_eq!(log[0].header("authorization"), Some("Bearer canary-system"));
    assert_eq!(
        the_request_for_a_token(&server)["client_assertion"],
        "canary.pipeline.x"
    );
}

#[test]
fn a_pipeline_that_may_not_use_the_connection_is_told_so() {
    for (status, words) in [
        (401, "gave no identity token (401)"),
        (200, "holds no identity token"),
    ] {
        let server = Server::start(move |_| Response::json(status, r#"{"message":"canary"}"#));
        let url = format!("{}/oidc", server.origin());
        let text = sign_in(
            &server,
            &[
                ("SYSTEM_OIDCREQUESTURI", &url),
                ("SYSTEM_ACCESSTOKEN", "canary-system"),
                ("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "x"),
            ],
        );
        assert!(text.contains(words), "{text}");
        assert_eq!(paths(&server), ["POST /oidc"]);
    }
}

#[test]
fn the_platform_gives_a_token_for_its_managed_identity() {
    let answer = json!({"access_token": TOKEN, "expires_on": "1900000000", "token_type": "Bearer",
        "resource": "https://graph.microsoft.com"});
    let server = Server::start(move |_| Response::json(200, answer.to_string()));
    let url = format!("{}/msi/token", server.origin());
    let variables = [
        ("IDENTITY_ENDPOINT", url.as_str()),
        ("IDENTITY_HEADER", "canary-header"),
    ];
    let text = sign_in(&server, &variables);
    assert!(
        text.contains("ManagedIdentity") && text.contains("the token"),
        "{text}"
    );
    let log = server.log();
    assert_eq!(log[0].method, "GET");
    assert_eq!(log[0].header("x-identity-header"), Some("canary-header"));
    let target = url::Url::parse(server.origin())
        .unwrap()
        .join(&log[0].target)
        .unwrap();
    let query: HashMap<_, _> = target.query_pairs().into_owned().collect();
    assert_eq!(query["resource"], "https://graph.microsoft.com");
    assert_eq!(query["client_id"], CLIENT);
}

#[test]
fn a_platform_without_an_identity_is_told_so() {
    let server = Server::start(|_| Response::json(400, r#"{"message":"canary"}"#));
    let url = format!("{}/msi/token", server.origin());
    let variables = [
        ("IDENTITY_ENDPOINT", url.as_str()),
        ("IDENTITY_HEADER", "canary-header"),
    ];
    let text = sign_in(&server, &variables);
    assert!(
        text.contains("no token for a managed identity (400)"),
        "{text}"
    );
    assert_eq!(server.log().len(), 1);
}

#[test]
fn a_machine_without_such_a_platform_is_told_so() {
    let server = Server::start(|_| nowhere());
    let variables = [
        ("IDENTITY_ENDPOINT", "http://127.0.0.1:1/msi/token"),
        ("IDENTITY_HEADER", "canary-header"),
    ];
    let text = sign_in(&server, &variables);
    assert!(
        text.contains("Network: the service for managed identities"),
        "{text}"
    );
}

/// Installs an `az` that is a script, with somebody signed in.
pub(super) fn install_az(script: &str) -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let az = folder.path().join("az");
    std::fs::write(&az, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&az, std::fs::Permissions::from_mode(0o755)).unwrap();
    let profile = folder.path().join("azureProfile.json");
    std::fs::write(profile, "\u{feff}{\"subscriptions\":[{}]}").unwrap();
    folder
}

pub(super) fn sign_in_with_az(folder: &Path) -> String {
    let server = Server::start(|_| nowhere());
    let folder = folder.to_str().unwrap();
    let path = format!("{folder}:/bin:/usr/bin");
    let text = sign_in(&server, &[("AZURE_CONFIG_DIR", folder), ("PATH", &path)]);
    assert!(server.log().is_empty());
    text
}

#[test]
fn the_azure_cli_gives_the_token_of_whoever_is_signed_in() {
    let folder = install_az(&format!(
        r#"[ "$*" = "account get-access-token -o json --scope https://graph.microsoft.com/.default --tenant {TENANT}" ] || exit 3
echo '{{"accessToken":"{TOKEN}","expires_on":1900000000,"tokenType":"Bearer"}}'"#
    ));
    let text = sign_in_with_az(folder.path());
    assert!(
        text.contains("AzureCli") && text.contains("the token"),
        "{text}"
    );
}

#[test]
fn an_azure_cli_without_a_token_is_explained() {
    for (script, words) in [
        (
            "echo \"Please run 'az login' canary\" >&2; exit 1",
            "nobody is signed in to `az`",
        ),
        ("echo 'AADSTS50076: canary' >&2; exit 1", "AADSTS50076"),
        ("exit 127", "`az` is not in `PATH`"),
        ("exit 5", "`az account get-access-token` failed"),
        ("echo canary", "`az` answered with no token"),
    ] {
        let text = sign_in_with_az(install_az(script).path());
        assert!(text.contains("SignIn: ") && text.contains(words), "{text}");
        assert!(text.contains("az login"), "{text}");
    }
}

#[test]
fn a_certificate_signs_the_assertion() {
    let key = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048);
    let key = key.unwrap();
    let params = rcgen::CertificateParams::new(vec!["gate.contoso.example".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    write!(file, "{}{}", key.serialize_pem(), certificate.pem()).unwrap();
    let server = Server::start(entra);
    let path = file.path().to_str().unwrap();
    let text = sign_in(&server, &[("AZURE_CLIENT_CERTIFICATE_PATH", path)]);
    assert!(
        text.contains("ClientCertificate") && text.contains("the token"),
        "{text}"
    );
    let form = the_request_for_a_token(&server);
    assert_eq!(form["client_assertion_type"], FEDERATION);
    let mut validation = Validation::new(Algorithm::PS256);
    validation.set_audience(&[format!("{}{TOKEN_PATH}", server.origin())]);
    validation.set_issuer(&[CLIENT]);
    let key = DecodingKey::from_rsa_pem(key.public_key_pem().as_bytes()).unwrap();
    let claims = jsonwebtoken::decode::<Value>(&form["client_assertion"], &key, &validation);
    assert_eq!(claims.unwrap().claims["sub"], CLIENT);
}

#[test]
fn a_client_secret_goes_to_the_token_endpoint_and_nowhere_else() {
    let server = Server::start(entra);
    let other = Server::start(|_| nowhere());
    let mut variables = SECRET.to_vec();
    variables.push(("AZURE_AUTHORITY_HOST", other.origin()));
    variables.extend(["HTTPS_PROXY", "https_proxy", "ALL_PROXY"].map(|it| (it, other.origin())));
    let text = sign_in(&server, &variables);
    assert!(
        text.contains("ClientSecret") && text.contains("the token"),
        "{text}"
    );
    assert_eq!(
        the_request_for_a_token(&server)["client_secret"],
        "canary+secret/&="
    );
    assert_eq!(paths(&server), [token_request()]);
    assert!(other.log().is_empty());
}

#[test]
fn each_token_is_a_new_one() {
    let server = Server::start(entra);
    let mut variables = SECRET.to_vec();
    variables.push(("TEST_TIMES", "3"));
    let text = sign_in(&server, &variables);
    assert_eq!(text.matches("the token").count(), 3, "{text}");
    assert_eq!(server.log().len(), 3);
}

#[test]
fn a_token_that_was_given_is_taken_as_it_is() {
    let server = Server::start(|_| nowhere());
    let given = format!("{TOKEN}\n");
    let text = sign_in(&server, &[("CREDGATE_ACCESS_TOKEN", &given)]);
    assert!(
        text.contains("AccessToken") && text.contains("the token"),
        "{text}"
    );
    let payload = URL_SAFE_NO_PAD.encode(r#"{"aud":"https://graph.microsoft.us/"}"#);
    let given = format!("e30.{payload}.canary");
    let text = sign_in(&server, &[("CREDGATE_ACCESS_TOKEN", &given)]);
    assert!(
        text.contains("the token is for usgov, not for `graph.microsoft.com`"),
        "{text}"
    );
    assert!(server.log().is_empty());
}
