//! What the token endpoint and the network can do wrong: each is an error with a remedy, and shows nothing.

use super::*;

/// Signs in with a secret against one answer of the token endpoint, which must be asked once.
fn refused(answer: Response) -> String {
    let server = Server::start(move |_| answer.clone());
    let text = sign_in(&server, &SECRET);
    assert_eq!(paths(&server), [token_request()], "{text}");
    text
}

#[test]
fn every_refusal_of_entra_has_its_number_and_a_remedy() {
    for (code, words) in [
        (700_016, "not in this tenant"),
        (90_002, "no such tenant"),
        (7_000_215, "secret is wrong"),
        (7_000_222, "secret has expired"),
        (700_024, "out of its time"),
        (700_027, "not registered on the application"),
        (70_021, "az ad app federated-credential create"),
        (700_213, "az ad app federated-credential create"),
        (700_211, "az ad app federated-credential create"),
        (700_212, "az ad app federated-credential create"),
        (53_003, "conditional access"),
        (50_034, "does not exist"),
        (
            424_242,
            "https://login.microsoftonline.com/error?code=424242",
        ),
    ] {
        let body = json!({"error": "canary", "error_description": format!("AADSTS{code}: canary"),
            "error_codes": [code], "trace_id": "canary"});
        let text = refused(Response::json(400, body.to_string()));
        assert!(
            text.contains(&format!(
                "SignIn: Entra refused the sign-in with AADSTS{code}"
            )),
            "{text}"
        );
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn an_answer_that_is_no_token_is_not_shown_and_not_asked_for_again() {
    let html = |status| Response {
        status,
        headers: vec![("content-type".to_owned(), "text/html".to_owned())],
        body: b"<html>canary</html>".to_vec(),
    };
    for (answer, words) in [
        (
            Response::json(400, "canary"),
            "answered 400 with something that is not JSON",
        ),
        (Response::json(501, r#"{"error":"canary"}"#), "answered 501"),
        (html(200), "a page of HTML"),
        (html(403), "answered 403 with a page of HTML"),
        (Response::json(200, ""), "answered with nothing"),
        (Response::json(204, ""), "answered with nothing"),
        (
            Response::json(200, r#"{"canary":1}"#),
            "JSON that holds no token",
        ),
        (
            Response::json(200, r#"{"access_token":7}"#),
            "JSON that holds no token",
        ),
        (token(""), "no token: it is empty"),
        (token("canary\nx"), "newline in token"),
        (token("canary x"), "white space"),
        (token("canary\u{1b}"), "white space or another character"),
        (token("canary+secret/&="), "sent back what it was sent"),
        (
            Response::json(200, vec![b' '; 2 * 1024 * 1024]),
            "longer than a token can be",
        ),
        (
            Response::json(302, "").with("location", "/canary"),
            "a redirect (302)",
        ),
        (
            Response::json(307, "").with("location", TOKEN_PATH),
            "a redirect (307)",
        ),
    ] {
        let text = refused(answer);
        assert!(
            text.contains("SignIn: ") && text.contains(words),
            "{words}: {text}"
        );
    }
}

#[test]
fn an_endpoint_that_echoes_gets_nothing_out_of_it() {
    let server = Server::start(|request| Response::json(200, request.body.clone()));
    let text = sign_in(&server, &SECRET);
    assert!(text.contains("something that is not JSON"), "{text}");
    assert_eq!(server.log().len(), 1);
}

#[test]
fn a_certificate_that_is_not_trusted_gets_no_credential() {
    let server = Server::start(entra);
    let other = Server::start(entra);
    let authority = other.authority().to_str().unwrap();
    let mut variables = SECRET.to_vec();
    variables.push(("SSL_CERT_FILE", authority));
    let text = sign_in(&server, &variables);
    assert!(
        text.contains("Network: certificate not trusted: `127.0.0.1`"),
        "{text}"
    );
    assert!(server.log().is_empty());
}

#[test]
fn a_name_that_does_not_resolve_and_a_closed_port_name_the_host() {
    let server = Server::start(entra);
    let mut variables = SECRET.to_vec();
    variables.push(("TEST_LOGIN", "https://127.0.0.1:1"));
    let text = sign_in(&server, &variables);
    assert!(
        text.contains("Network: `127.0.0.1` cannot be reached"),
        "{text}"
    );
    let mut variables = SECRET.to_vec();
    variables.push(("TEST_LOGIN", "https://login.invalid"));
    let text = sign_in(&server, &variables);
    assert!(
        text.contains("Network: the name `login.invalid` cannot be resolved"),
        "{text}"
    );
}

/// A proxy that answers every request with one line.
fn proxy(answer: &'static str) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut line = String::new();
            let _ = std::io::BufReader::new(&stream).read_line(&mut line);
            assert_eq!(line, "CONNECT login.invalid:443 HTTP/1.1\r\n");
            let _ = write!(stream, "HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n");
        }
    });
    origin
}

#[test]
fn a_proxy_that_wants_sign_in_says_so() {
    let server = Server::start(entra);
    for (answer, words) in [
        ("407 canary", "Network: the proxy wants sign-in"),
        ("502 canary", "Network: `login.invalid` cannot be reached"),
    ] {
        let proxy = proxy(answer);
        let mut variables = SECRET.to_vec();
        variables.push(("TEST_LOGIN", "https://login.invalid"));
        variables.push(("HTTPS_PROXY", &proxy));
        let text = sign_in(&server, &variables);
        assert!(text.contains(words), "{text}");
    }
}
