//! A real sign-in while the tenant is read: a token that expires midway, and a token endpoint that takes its time.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use super::place::{CHECK, Ended, Place};
use super::server::{Reply, Request, Step, json as sent};
use super::stand::{TOKEN, good};
use super::tenant::{Offers, TENANT, Tenant, error, guid};

/// Two pages a list, which only links lead to.
fn tenant() -> Tenant {
    let offers = Offers {
        ranges: false,
        top: 100,
        ..Offers::default()
    };
    Tenant {
        offers,
        ..Tenant::of(150)
    }
}

/// The number of the token that a request brings; `None` for one that asks for a token.
fn generation(request: &Request) -> Option<usize> {
    let token = request.headers.get("authorization")?;
    Some(token.rsplit_once('-').unwrap().1.parse().unwrap())
}

fn asks_for_a_token(request: &Request) -> bool {
    request.method == "POST" && request.path == format!("/{TENANT}/oauth2/v2.0/token")
}

/// Numbers its tokens from 1 on, and does not accept those that it says it does not.
fn issuing(refuses: impl Fn(&Request, usize) -> bool + Send + Sync + 'static) -> Place {
    let (tenant, issued) = (tenant(), AtomicUsize::new(0));
    Place::with(move |request| {
        if asks_for_a_token(request) {
            let number = issued.fetch_add(1, Ordering::SeqCst) + 1;
            return token(number);
        }
        if refuses(request, generation(request).unwrap()) {
            return sent(401, &error(401, "InvalidAuthenticationToken").1);
        }
        accepted(&tenant, request)
    })
}

fn token(number: usize) -> Reply {
    let token = format!("canary-token-{number}");
    let body = json!({"token_type": "Bearer", "expires_in": 3599, "access_token": token});
    sent(200, &body.to_string())
}

fn accepted(tenant: &Tenant, request: &Request) -> Reply {
    let mut request = request.clone();
    let authorization = ("authorization".to_owned(), format!("Bearer {TOKEN}"));
    request.headers.extend([authorization]);
    good(tenant, &request)
}

/// Runs the program, which signs in with the token of a file.
fn run(place: &Place, words: &str) -> Ended {
    fs::write(place.path().join("assertion"), "canary.pod.x").unwrap();
    let client = guid(1, 1);
    let words = format!("{words} --login-endpoint {}", place.server.origin);
    place.run_with(
        &words,
        &[
            ("AZURE_FEDERATED_TOKEN_FILE", "assertion"),
            ("AZURE_CLIENT_ID", &client),
            ("AZURE_TENANT_ID", TENANT),
            ("SSL_CERT_FILE", "root.pem"),
        ],
    )
}

/// How often a token was asked for.
fn signed_in(place: &Place) -> usize {
    let log = place.server.log();
    log.iter()
        .filter(|request| asks_for_a_token(request))
        .count()
}

fn is_later_page(request: &Request) -> bool {
    request.query.contains_key("$skiptoken")
}

/// Requests for the second page of the service principals.
fn is_second_page(request: &Request) -> bool {
    request.path == "/v1.0/servicePrincipals" && is_later_page(request)
}

/// With which tokens the second page of the service principals was asked for.
fn asked_with(place: &Place) -> Vec<Option<usize>> {
    let log = place.server.log();
    let asked = log.iter().filter(|request| is_second_page(request));
    asked.map(generation).collect()
}

#[test]
fn a_token_that_expires_midway_is_replaced_and_the_page_asked_for_again() {
    let undisturbed = issuing(|_, _| false);
    let expected = run(&undisturbed, CHECK);
    assert_eq!(
        (expected.code, signed_in(&undisturbed)),
        (1, 1),
        "{}",
        expected.stderr
    );

    // One page meets it, or every request from the first second page on.
    let expired = AtomicUsize::new(0);
    for (refused, place) in [
        (
            is_second_page as fn(&Request) -> bool,
            issuing(|request, token| token == 1 && is_second_page(request)),
        ),
        (
            is_later_page,
            issuing(move |request, token| {
                let later = usize::from(is_later_page(request));
                token == 1 && expired.fetch_add(later, Ordering::SeqCst) + later > 0
            }),
        ),
    ] {
        let ended = run(&place, CHECK);
        assert_eq!(
            (ended.code, &ended.stdout, &ended.stderr),
            (expected.code, &expected.stdout, &expected.stderr)
        );
        assert_eq!(signed_in(&place), 2);
        let log = place.server.log();
        let pages = log.iter().filter(|request| refused(request));
        let old: Vec<_> = pages.filter(|page| generation(page) == Some(1)).collect();
        assert!(!old.is_empty());
        for page in old {
            let same = |it: &&Request| (&it.path, &it.query) == (&page.path, &page.query);
            let asked: Vec<_> = log.iter().filter(same).map(generation).collect();
            assert_eq!(asked, [Some(1), Some(2)], "{}", page.path);
        }
    }
}

#[test]
fn a_new_token_that_is_not_accepted_either_ends_the_run() {
    let place = issuing(|request, _| is_second_page(request));
    fs::write(place.path().join("live.json"), "of an earlier run").unwrap();
    let ended = run(
        &place,
        &format!("{CHECK} --report text --report json=live.json"),
    );
    assert_eq!(ended.code, 4, "{}", ended.stderr);
    let line = ended.stderr.lines().next().unwrap();
    assert!(
        line.starts_with("error[4]: Graph does not accept the token (401)")
            && line.contains("; sign in again"),
        "{line}"
    );
    assert!(ended.stdout.is_empty(), "{}", ended.stdout);
    assert!(!place.path().join("live.json").exists());
    assert_eq!(asked_with(&place), [Some(1), Some(2)]);
    assert_eq!(signed_in(&place), 2);
}

#[test]
fn a_second_sign_in_that_is_refused_ends_the_run() {
    let tenant = tenant();
    let asked = AtomicUsize::new(0);
    let place = Place::with(move |request| {
        if asks_for_a_token(request) {
            if asked.fetch_add(1, Ordering::SeqCst) == 0 {
                return token(1);
            }
            let body = json!({"error": "invalid_client", "error_description": "AADSTS7000222: canary",
                "error_codes": [7_000_222]});
            return sent(401, &body.to_string());
        }
        if is_second_page(request) {
            return sent(401, &error(401, "InvalidAuthenticationToken").1);
        }
        accepted(&tenant, request)
    });
    let ended = run(&place, CHECK);
    assert_eq!(ended.code, 4, "{}", ended.stderr);
    assert!(ended.stderr.contains("AADSTS7000222"), "{}", ended.stderr);
    assert!(ended.stdout.is_empty(), "{}", ended.stdout);
    assert_eq!((signed_in(&place), asked_with(&place)), (2, vec![Some(1)]));
}

#[test]
fn a_token_that_drips_in_ends_the_run_in_time() {
    let place = Place::with(|request| {
        assert!(asks_for_a_token(request));
        let mut reply = Vec::new();
        for step in token(1) {
            let Step::Bytes(bytes) = step else { continue };
            for byte in bytes {
                reply.extend([Step::Bytes(vec![byte]), Step::Wait(Duration::from_secs(1))]);
            }
        }
        reply
    });
    for words in [CHECK, "inventory doctor"] {
        let begun = Instant::now();
        let ended = run(&place, &format!("{words} --graph-timeout 1s"));
        assert!(begun.elapsed() < Duration::from_secs(4), "{words}");
        assert_eq!(ended.code, 4, "{words}: {}", ended.stderr);
        let line = ended.stderr.lines().next().unwrap();
        let says = "error[4]: limit of 1 s reached before Graph had answered everything; ";
        assert!(line.starts_with(says), "{words}: {line}");
        assert!(ended.stdout.is_empty(), "{words}: {}", ended.stdout);
    }
    assert_eq!(place.server.log().len(), 2);
}
