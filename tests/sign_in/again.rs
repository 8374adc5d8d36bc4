//! What passes by itself does not end a sign-in: it is tried again, at the same addresses, as long as there is time.

use super::*;

/// Answers with `first` as often as `times` says, and then as Entra does.
fn busy(first: Response, times: usize) -> Server {
    let asked = AtomicUsize::new(0);
    Server::start(move |request| {
        if asked.fetch_add(1, Ordering::SeqCst) < times {
            first.clone()
        } else {
            entra(request)
        }
    })
}

fn with_limit(server: &Server, total: &'static str) -> String {
    let mut variables = SECRET.to_vec();
    variables.push(("TEST_TOTAL", total));
    sign_in(server, &variables)
}

#[test]
fn one_busy_answer_does_not_end_the_sign_in() {
    let asking = |status, wait: &str| {
        let date = "Mon, 23 Nov 2026 12:00:00 GMT";
        Response::json(status, "canary")
            .with("retry-after", wait)
            .with("date", date)
    };
    for answer in [
        Response::json(408, ""),
        Response::json(429, ""),
        Response::json(500, "<html>canary"),
        Response::json(502, ""),
        Response::json(503, ""),
        Response::json(504, ""),
        Response::json(400, r#"{"error":"canary","error_codes":[90033]}"#),
        Response::hang_up(),
        asking(429, "1"),
        asking(503, "0"),
        asking(429, "-1"),
        asking(503, "soon"),
        asking(429, ""),
        asking(500, "1.5"),
        asking(503, "Mon, 23 Nov 2026 12:00:01 GMT"),
        asking(429, "Mon, 23 Nov 2026 11:00:00 GMT"),
        asking(429, "Mon, 99 Nov 2026 11:00:00 GMT"),
    ] {
        let server = busy(answer.clone(), 1);
        let text = sign_in(&server, &SECRET);
        assert!(text.contains("the token"), "{answer:?}: {text}");
        assert_eq!(paths(&server), [token_request(), token_request()]);
        let log = server.log();
        assert_eq!(log[0].body, log[1].body);
    }
}

#[test]
fn it_waits_as_long_as_it_is_asked_to() {
    let server = busy(Response::json(503, "").with("retry-after", "2"), 1);
    let begun = Instant::now();
    let text = sign_in(&server, &SECRET);
    assert!(text.contains("the token"), "{text}");
    assert!(begun.elapsed() >= Duration::from_secs(2));
}

#[test]
fn a_server_that_fails_is_given_up_after_six_attempts() {
    for (status, words) in [
        (500, "SignIn: the token endpoint answered 500 with nothing"),
        (503, "SignIn: the token endpoint answered 503 with nothing"),
    ] {
        let server = busy(Response::json(status, ""), usize::MAX);
        let text = sign_in(&server, &SECRET);
        assert!(text.contains(words), "{text}");
        assert_eq!(server.log().len(), 6);
    }
}

#[test]
fn a_connection_that_always_breaks_is_given_up_after_three_attempts() {
    let server = busy(Response::hang_up(), usize::MAX);
    let text = sign_in(&server, &SECRET);
    let words = "Network: the connection to `127.0.0.1` broke";
    assert!(text.contains(words), "{text}");
    assert_eq!(server.log().len(), 3);
}

#[test]
fn throttling_is_waited_for_as_long_as_there_is_time() {
    let server = busy(Response::json(429, ""), 20);
    let text = sign_in(&server, &SECRET);
    assert!(text.contains("the token"), "{text}");
    assert_eq!(server.log().len(), 21);
    let server = busy(Response::json(429, ""), usize::MAX);
    let text = with_limit(&server, "1500");
    let words = "Limit: the token endpoint asks for less (429); the next attempt";
    assert!(text.contains(words), "{text}");
    assert!(text.contains("--graph-timeout"), "{text}");
    assert!(server.log().len() > 6);
}

#[test]
fn a_wait_that_is_longer_than_the_limit_is_not_begun() {
    for wait in [
        "121",
        "31536000",
        "99999999999999999999999999",
        "Mon, 23 Nov 2099 12:00:00 GMT",
    ] {
        let answer = Response::json(503, "canary")
            .with("retry-after", wait)
            .with("date", "Mon, 23 Nov 2026 12:00:00 GMT");
        let server = busy(answer, usize::MAX);
        let text = sign_in(&server, &SECRET);
        let words = "Limit: the token endpoint answered 503 with something that is not JSON";
        assert!(text.contains(words), "{wait}: {text}");
        assert!(text.contains("after the limit of 120 s"), "{wait}: {text}");
        assert_eq!(server.log().len(), 1);
    }
}

#[test]
fn a_refusal_after_a_busy_answer_is_not_repeated() {
    let asked = AtomicUsize::new(0);
    let server = Server::start(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => Response::json(503, ""),
        _ => Response::json(400, r#"{"error_codes":[7000215]}"#),
    });
    let text = sign_in(&server, &SECRET);
    assert!(text.contains("AADSTS7000215"), "{text}");
    assert_eq!(server.log().len(), 2);
}

#[test]
fn a_redirect_of_a_busy_server_is_not_followed() {
    for status in [429, 503] {
        let answer = Response::json(status, "").with("location", "/canary");
        let server = busy(answer, 1);
        let text = sign_in(&server, &SECRET);
        assert!(text.contains("the token"), "{text}");
        assert_eq!(paths(&server), [token_request(), token_request()]);
    }
}

/// Each path is busy when it is asked for the first time.
fn busy_everywhere(identity: &'static str) -> Server {
    let asked = std::sync::Mutex::new(Vec::new());
    Server::start(move |request| {
        let mut asked = asked.lock().unwrap();
        let path = request.path().to_owned();
        if !asked.contains(&path) {
            asked.push(path);
            return Response::json(503, "canary");
        }
        match request.path() {
            TOKEN_PATH => entra(request),
            _ => Response::json(200, identity),
        }
    })
}

#[test]
fn a_github_job_asks_for_a_new_identity_each_time() {
    let server = busy_everywhere(r#"{"value":"canary.identity.x"}"#);
    let url = format!("{}/identity", server.origin());
    let text = sign_in(
        &server,
        &[
            ("ACTIONS_ID_TOKEN_REQUEST_URL", &url),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "canary-request"),
        ],
    );
    assert!(text.contains("the token"), "{text}");
    let (identity, token) = ("GET /identity", token_request());
    assert_eq!(
        paths(&server),
        [identity, identity, &token, identity, &token]
    );
    for request in server.log() {
        let expected = (request.path() == "/identity").then_some("Bearer canary-request");
        assert_eq!(request.header("authorization"), expected);
    }
}

#[test]
fn github_that_keeps_failing_is_named() {
    for (answer, words, times) in [
        (
            Response::json(503, "canary"),
            "GitHub gave no identity token (503)",
            6,
        ),
        (
            Response::hang_up(),
            "the connection to `127.0.0.1` broke",
            3,
        ),
    ] {
        let server = busy(answer, usize::MAX);
        let url = format!("{}/identity", server.origin());
        let text = sign_in(
            &server,
            &[
                ("ACTIONS_ID_TOKEN_REQUEST_URL", &url),
                ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "canary-request"),
            ],
        );
        assert!(text.contains(words), "{text}");
        assert_eq!(paths(&server), vec!["GET /identity"; times]);
    }
}

#[test]
fn a_pipeline_asks_for_a_new_identity_each_time() {
    let server = busy_everywhere(r#"{"oidcToken":"canary.pipeline.x"}"#);
    let url = format!("{}/oidc", server.origin());
    let text = sign_in(
        &server,
        &[
            ("SYSTEM_OIDCREQUESTURI", &url),
            ("SYSTEM_ACCESSTOKEN", "canary-system"),
            ("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "x"),
        ],
    );
    assert!(text.contains("the token"), "{text}");
    let (identity, token) = ("POST /oidc", token_request());
    assert_eq!(
        paths(&server),
        [identity, identity, &token, identity, &token]
    );
}

#[test]
fn a_pod_reads_its_file_again() {
    let server = busy(Response::json(503, ""), 2);
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"canary.pod.x").unwrap();
    let path = file.path().to_str().unwrap();
    let text = sign_in(&server, &[("AZURE_FEDERATED_TOKEN_FILE", path)]);
    assert!(text.contains("the token"), "{text}");
    assert_eq!(paths(&server), vec![token_request(); 3]);
    let form = the_request_for_a_token(&server);
    assert_eq!(form["client_assertion"], "canary.pod.x");
}

#[test]
fn a_certificate_signs_a_new_assertion_each_time() {
    let key = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048);
    let key = key.unwrap();
    let parameters = rcgen::CertificateParams::new(vec!["gate.contoso.example".to_owned()]);
    let certificate = parameters.unwrap().self_signed(&key).unwrap();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let pem = format!("{}{}", key.serialize_pem(), certificate.pem());
    file.write_all(pem.as_bytes()).unwrap();
    let path = file.path().to_str().unwrap();
    let server = busy(Response::json(503, ""), 1);
    let text = sign_in(&server, &[("AZURE_CLIENT_CERTIFICATE_PATH", path)]);
    assert!(text.contains("the token"), "{text}");
    let log = server.log();
    assert_eq!(log.len(), 2);
    let assertion = |request: &Request| form(request)["client_assertion"].clone();
    assert_ne!(assertion(&log[0]), assertion(&log[1]));
}

#[test]
fn the_managed_identity_of_a_busy_platform_is_asked_again() {
    let answer = json!({"access_token": TOKEN, "expires_on": "1900000000", "token_type": "Bearer",
        "resource": "https://graph.microsoft.com"});
    for busy in [Response::json(429, "canary"), Response::hang_up()] {
        let (asked, answer) = (AtomicUsize::new(0), answer.to_string());
        let server = Server::start(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
            0 => busy.clone(),
            _ => Response::json(200, answer.clone()),
        });
        let url = format!("{}/msi/token", server.origin());
        let variables = [
            ("IDENTITY_ENDPOINT", url.as_str()),
            ("IDENTITY_HEADER", "canary-header"),
        ];
        let text = sign_in(&server, &variables);
        assert!(text.contains("the token"), "{text}");
        assert_eq!(paths(&server), vec!["GET /msi/token"; 2]);
    }
}

#[test]
fn the_azure_cli_is_asked_again() {
    for failure in ["exit 1", "echo 'AADSTS90033: canary' >&2; exit 1"] {
        let folder = ways::install_az(&format!(
            r#"if [ ! -e "$AZURE_CONFIG_DIR/asked" ]; then : > "$AZURE_CONFIG_DIR/asked"; {failure}; fi
echo '{{"accessToken":"{TOKEN}","expires_on":1900000000,"tokenType":"Bearer"}}'"#
        ));
        let text = ways::sign_in_with_az(folder.path());
        assert!(text.contains("the token"), "{failure}: {text}");
    }
}
