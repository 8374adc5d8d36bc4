//! Faults: each ends with the same tenant as without it, or with an error of the right kind, and the token goes nowhere
//! else.

use std::io::Write as _;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use credgate::graph::{Cause, Limits};
use serde_json::{Value, json};

use super::collected::{assert_holds, take_apart};
use super::server::{Reply, Request, Server, Step, answer, json as sent};
use super::stand::{Collection, Fault, collect_within, limits, serve};
use super::tenant::{Offers, Tenant, error, guid};

/// Three pages a list, which only links lead to.
static TENANT: LazyLock<Tenant> = LazyLock::new(|| {
    let offers = Offers {
        ranges: false,
        top: 100,
        ..Offers::default()
    };
    Tenant {
        offers,
        ..Tenant::of(250)
    }
});

/// Which requests a fault meets.
#[derive(Clone, Copy, Debug)]
enum On {
    Applications,
    Federated,
    ServicePrincipals,
    SecondPage,
}

impl On {
    const ALL: [Self; 4] = [
        Self::Applications,
        Self::Federated,
        Self::ServicePrincipals,
        Self::SecondPage,
    ];

    fn meets(self, request: &Request) -> bool {
        match self {
            Self::Applications => {
                request.path == "/v1.0/applications"
                    && request
                        .query
                        .get("$select")
                        .is_none_or(|select| select != "id")
            }
            Self::Federated => request.path == "/beta/applications",
            Self::ServicePrincipals => request.path == "/v1.0/servicePrincipals",
            Self::SecondPage => request.query.contains_key("$skiptoken"),
        }
    }
}

fn with(
    on: On,
    times: usize,
    reply: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    limits: Limits,
) -> Collection {
    let fault = Fault {
        meets: Box::new(move |request| on.meets(request)),
        times,
        reply: Box::new(reply),
    };
    let server = serve(TENANT.clone(), vec![fault]);
    let collection = collect_within(&server, limits);
    for request in server.log() {
        assert_eq!(request.method, "GET");
    }
    collection
}

/// The fault passes, and the tenant is the same.
fn assert_passes(name: &str, reply: impl Fn(&Request) -> Reply + Send + Sync + Clone + 'static) {
    for on in On::ALL {
        let collection = with(on, 1, reply.clone(), limits());
        let stream = collection
            .stream
            .unwrap_or_else(|error| panic!("{name} on {on:?}: {error}"));
        assert_holds(&take_apart(&stream), &TENANT);
    }
}

/// The fault lasts, and ends the collection.
fn assert_ends(
    name: &str,
    cause: Cause,
    says: &str,
    reply: impl Fn(&Request) -> Reply + Send + Sync + Clone + 'static,
) {
    for on in On::ALL {
        let error = with(on, usize::MAX, reply.clone(), limits())
            .stream
            .err()
            .unwrap_or_else(|| panic!("{name} on {on:?} changes nothing"));
        assert_eq!(error.cause, cause, "{name} on {on:?}: {error}");
        assert!(
            error.to_string().contains(says),
            "{name} on {on:?}: {error}"
        );
    }
}

fn status(
    status: u16,
    headers: &'static [(&str, &str)],
) -> impl Fn(&Request) -> Reply + Send + Sync + Clone {
    move |_| {
        let mut all = vec![
            ("content-type", "application/json"),
            ("request-id", "0b8f1e4c-1111-4222-8333-444455556666"),
        ];
        all.extend(headers);
        answer(status, &all, error(status, "ServiceError").1.as_bytes())
    }
}

fn body(text: &'static str) -> impl Fn(&Request) -> Reply + Send + Sync + Clone {
    move |_| sent(200, text)
}

/// Changes what is right.
fn changed(
    change: impl Fn(&Request, &mut Value) + Send + Sync + Clone + 'static,
) -> impl Fn(&Request) -> Reply + Send + Sync + Clone {
    move |request| {
        let origin = format!("http://{}", request.headers["host"]);
        let (status, body) = TENANT.answer(&origin, &request.path, &request.query);
        let mut body: Value = serde_json::from_str(&body).unwrap();
        change(request, &mut body);
        sent(status, &body.to_string())
    }
}

fn raw(
    change: impl Fn(Vec<u8>) -> Reply + Send + Sync + Clone + 'static,
) -> impl Fn(&Request) -> Reply + Send + Sync + Clone {
    move |request| {
        let origin = format!("http://{}", request.headers["host"]);
        let (_, body) = TENANT.answer(&origin, &request.path, &request.query);
        change(body.into_bytes())
    }
}

#[test]
fn throttling_passes_whatever_it_says_about_the_wait() {
    assert_passes("seconds", status(429, &[("retry-after", "1")]));
    assert_passes(
        "date",
        status(
            429,
            &[
                ("retry-after", "Mon, 23 Nov 2026 12:00:01 GMT"),
                ("date", "Mon, 23 Nov 2026 12:00:00 GMT"),
            ],
        ),
    );
    assert_passes("nothing", status(429, &[]));
    for garbage in ["NaN", "-5", "soon", "1.5"] {
        let reply = move |_: &Request| answer(429, &[("retry-after", garbage)], b"");
        assert_passes(garbage, reply);
    }
}

#[test]
fn throttling_without_end_and_endless_waits_end_in_time() {
    let short = Limits {
        total: Duration::from_millis(700),
        ..limits()
    };
    for wait in ["86400", "99999999999999999999", "2"] {
        let begun = Instant::now();
        let reply = move |_: &Request| answer(429, &[("retry-after", wait)], b"");
        let error = with(On::Applications, usize::MAX, reply, short)
            .stream
            .unwrap_err();
        assert_eq!(error.cause, Cause::Limit, "{error}");
        assert!(error.to_string().contains("asks to wait (429)"), "{error}");
        assert!(begun.elapsed() < Duration::from_secs(5));
    }
    let error = with(On::Applications, usize::MAX, status(429, &[]), short)
        .stream
        .unwrap_err();
    assert_eq!(error.cause, Cause::Limit, "{error}");
}

#[test]
fn a_failing_server_is_asked_again_and_then_given_up() {
    for number in [500, 502, 503, 504] {
        assert_passes("once", status(number, &[]));
        assert_ends(
            "lasting",
            Cause::Answer,
            &format!("({number}) (request-id 0b8f1e4c"),
            status(number, &[]),
        );
    }
}

#[test]
fn a_lost_connection_is_tried_again_and_then_given_up() {
    let reset = |_: &Request| vec![Step::Close];
    assert_passes("reset", reset);
    assert_ends("reset", Cause::Network, "127.0.0.1", reset);
    let cut = raw(|body| {
        let head = format!(
            "HTTP/1.1 200 -\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len() + 9
        );
        vec![Step::Bytes([head.as_bytes(), &body].concat()), Step::Close]
    });
    assert_passes("cut", cut.clone());
    assert_ends("cut", Cause::Network, "127.0.0.1", cut);
    let chunk = raw(|body| {
        let head = format!(
            "HTTP/1.1 200 -\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n",
            body.len()
        );
        vec![Step::Bytes([head.as_bytes(), &body].concat()), Step::Close]
    });
    assert_passes("chunk", chunk.clone());
    assert_ends("chunk", Cause::Network, "127.0.0.1", chunk);
}

#[test]
fn what_is_no_answer_of_graphs_ends_the_collection() {
    let no = "not a Graph response";
    assert_ends("empty", Cause::Answer, no, body(""));
    assert_ends("html", Cause::Answer, "(text/html)", |_| {
        answer(
            200,
            &[("content-type", "text/html")],
            b"<html>canary</html>",
        )
    });
    assert_ends(
        "html as json",
        Cause::Answer,
        "(text/html)",
        body("<html>canary</html>"),
    );
    assert_ends("text", Cause::Answer, "(text/plain)", |_| {
        answer(200, &[("content-type", "text/plain")], b"{\"value\":[]}")
    });
    assert_ends("no type", Cause::Answer, "(no content type)", |_| {
        answer(200, &[], b"{\"value\":[]}")
    });
    assert_ends("204", Cause::Answer, "204 without data", |_| {
        answer(204, &[], b"")
    });
    assert_ends("206", Cause::Answer, "206", |_| {
        answer(
            206,
            &[("content-type", "application/json")],
            b"{\"value\":[]}",
        )
    });
    assert_ends(
        "error",
        Cause::Answer,
        no,
        body(r#"{"error":{"code":"x","message":"canary"}}"#),
    );
    assert_ends(
        "error after value",
        Cause::Answer,
        no,
        body(r#"{"value":[],"error":{"code":"canary"}}"#),
    );
    assert_ends(
        "two",
        Cause::Answer,
        no,
        body(r#"{"value":[]}{"value":[]}"#),
    );
    assert_ends("list", Cause::Answer, "cannot be used", body("[]"));
    assert_ends(
        "missing",
        Cause::Answer,
        "`value` is missing",
        body(r#"{"@odata.context":"x"}"#),
    );
    assert_ends("null", Cause::Answer, "`value`", body(r#"{"value":null}"#));
    assert_ends(
        "object",
        Cause::Answer,
        "`value`",
        body(r#"{"value":{"id":"canary"}}"#),
    );
    assert_ends(
        "cut",
        Cause::Answer,
        no,
        raw(|body| sent(200, std::str::from_utf8(&body[..body.len() - 7]).unwrap())),
    );
    let between = |body: Vec<u8>| {
        let at = body.windows(3).position(|it| it == b"},{").unwrap();
        sent(200, std::str::from_utf8(&body[..=at]).unwrap())
    };
    assert_ends("cut between", Cause::Answer, no, raw(between));
    let latin = raw(|body| {
        answer(
            200,
            &[("content-type", "application/json")],
            &[&body[..1], b"\"x\":\"\xe4\",", &body[1..]].concat(),
        )
    });
    assert_ends("latin-1", Cause::Answer, no, latin);
    let wide = raw(|body| {
        let wide: Vec<u8> = body.iter().flat_map(|byte| [*byte, 0]).collect();
        answer(
            200,
            &[("content-type", "application/json")],
            &[&b"\xff\xfe"[..], &wide].concat(),
        )
    });
    assert_ends("utf-16", Cause::Answer, no, wide);
}

#[test]
fn a_byte_order_mark_and_gzip_are_read() {
    assert_passes(
        "mark",
        raw(|body| {
            answer(
                200,
                &[("content-type", "application/json")],
                &[&b"\xef\xbb\xbf"[..], &body].concat(),
            )
        }),
    );
    assert_passes(
        "gzip",
        raw(|body| {
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(&body).unwrap();
            answer(
                200,
                &[
                    ("content-type", "application/json"),
                    ("content-encoding", "gzip"),
                ],
                &encoder.finish().unwrap(),
            )
        }),
    );
}

#[test]
fn what_is_too_large_is_given_up_wherever_it_is() {
    let small = Limits {
        page_bytes: 1 << 20,
        ..limits()
    };
    let blanks = vec![b' '; 3 << 20];
    let page = move |_: &Request| answer(200, &[("content-type", "application/json")], &blanks);
    let error = with(On::Applications, usize::MAX, page, small)
        .stream
        .unwrap_err();
    assert_eq!(
        (error.cause, error.what().contains("limit of 1 MiB reached")),
        (Cause::Limit, true),
        "{error}"
    );
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![b' '; 80 << 20]).unwrap();
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 1 << 20);
    let bomb = move |_: &Request| {
        answer(
            200,
            &[
                ("content-type", "application/json"),
                ("content-encoding", "gzip"),
            ],
            &bomb,
        )
    };
    let error = with(On::Applications, usize::MAX, bomb, limits())
        .stream
        .unwrap_err();
    assert_eq!(
        (
            error.cause,
            error.what().contains("limit of 32 MiB reached")
        ),
        (Cause::Limit, true),
        "{error}"
    );
    let long = "x".repeat(100 << 10);
    let headers = move |_: &Request| {
        answer(
            200,
            &[("content-type", "application/json"), ("x-long", &long)],
            b"{\"value\":[]}",
        )
    };
    let error = with(On::Applications, usize::MAX, headers, limits())
        .stream
        .unwrap_err();
    assert_eq!(error.cause, Cause::Limit, "{error}");
}

#[test]
fn what_comes_too_slowly_is_given_up() {
    let impatient = Limits {
        slow_after: Duration::from_millis(300),
        bytes_per_second: 1_000_000,
        ..limits()
    };
    let slow = |_: &Request| {
        let head =
            b"HTTP/1.1 200 -\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n"
                .to_vec();
        let mut steps = vec![Step::Bytes(head)];
        for _ in 0..40 {
            steps.extend([
                Step::Bytes(b" ".to_vec()),
                Step::Wait(Duration::from_millis(50)),
            ]);
        }
        steps
    };
    let error = with(On::Applications, usize::MAX, slow, impatient)
        .stream
        .unwrap_err();
    assert_eq!(error.cause, Cause::Limit, "{error}");
    let short = Limits {
        total: Duration::from_millis(500),
        ..limits()
    };
    let silent = |_: &Request| vec![Step::Wait(Duration::from_secs(3)), Step::Close];
    let begun = Instant::now();
    let error = with(On::SecondPage, usize::MAX, silent, short)
        .stream
        .unwrap_err();
    assert_eq!(error.cause, Cause::Limit, "{error}");
    assert!(begun.elapsed() < Duration::from_secs(3));
}

#[test]
fn the_token_goes_to_no_other_place_than_graphs() {
    let elsewhere = Server::in_the_clear(|_| sent(200, r#"{"value":[]}"#));
    let host = elsewhere.origin.trim_start_matches("http://").to_owned();
    let links = [
        format!("http://{host}/v1.0/applications?$skiptoken=1"),
        format!("//{host}/v1.0/applications?$skiptoken=1"),
        format!("http://graph@{host}/v1.0/applications?$skiptoken=1"),
        format!("http://127.0.0.1@{host}/v1.0/applications?$skiptoken=1"),
        format!("http:\\\\{host}/v1.0/applications?$skiptoken=1"),
        format!("https://{host}/v1.0/applications?$skiptoken=1"),
        "http://localhost.evil.example/v1.0/applications?$skiptoken=1".to_owned(),
        "string".to_owned(),
        String::new(),
    ];
    for link in links {
        let name = link.clone();
        let reply = changed(move |_, body| body["@odata.nextLink"] = json!(link));
        assert_ends(&name, Cause::Answer, "next page", reply);
    }
    for (name, reply) in [
        ("number", json!(7)),
        ("list", json!([])),
        ("object", json!({"url": "x"})),
    ] {
        let reply = changed(move |_, body| body["@odata.nextLink"] = reply.clone());
        assert_ends(name, Cause::Answer, "nextLink", reply);
    }
    for number in [301, 302, 303, 307, 308] {
        let target = format!("http://{host}/v1.0/applications");
        let reply = move |_: &Request| answer(number, &[("location", &target)], b"");
        assert_ends("redirection", Cause::Answer, "redirection", reply);
    }
    assert!(elsewhere.log().is_empty());
}

#[test]
fn another_path_at_the_same_origin_is_another_place_too() {
    for path in [
        "/v1.0/users",
        "/beta/me",
        "/v1.0/applications/..",
        "/v1.0/servicePrincipals/x",
    ] {
        let reply = changed(move |request, body| {
            body["@odata.nextLink"] = json!(format!(
                "http://{}{path}?$skiptoken=1",
                request.headers["host"]
            ));
        });
        assert_ends(path, Cause::Answer, "next page", reply);
    }
}

#[test]
fn links_that_lead_in_circles_or_nowhere_end() {
    let round = changed(|request, body| {
        let mut query = request.query.clone();
        query.insert("$skiptoken".to_owned(), "0".to_owned());
        let query: Vec<String> = query
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        body["@odata.nextLink"] = json!(format!(
            "http://{}{}?{}",
            request.headers["host"],
            request.path,
            query.join("&")
        ));
    });
    assert_ends("circle", Cause::Answer, "lead back", round);
    let endless = |empty: bool| {
        changed(move |request, body| {
            let from: u64 = request
                .query
                .get("$skiptoken")
                .map_or(0, |token| token.parse().unwrap_or(0));
            body["@odata.nextLink"] = json!(format!(
                "http://{}{}?$skiptoken={}&x=1",
                request.headers["host"],
                request.path,
                from + 1
            ));
            if empty {
                body["value"] = json!([]);
            }
        })
    };
    assert_ends(
        "empty pages",
        Cause::Limit,
        "limit of 50 empty pages",
        endless(true),
    );
    let few = Limits {
        pages: 30,
        ..limits()
    };
    let error = with(On::ServicePrincipals, usize::MAX, endless(false), few)
        .stream
        .unwrap_err();
    assert_eq!(
        (error.cause, error.what()),
        (Cause::Limit, "limit of 30 pages reached")
    );
}

#[test]
fn an_expired_page_token_begins_the_list_anew() {
    for code in [
        "Directory_ExpiredPageToken",
        "DirectoryPageTokenNotFoundException",
    ] {
        let expired = move |_: &Request| sent(400, &error(400, code).1);
        let collection = with(On::SecondPage, 3, expired, limits());
        assert_holds(&take_apart(&collection.stream.unwrap()), &TENANT);
        let ended = with(On::SecondPage, usize::MAX, expired, limits())
            .stream
            .unwrap_err();
        assert!(ended.to_string().contains("page token expired"), "{ended}");
    }
}

#[test]
fn a_token_that_is_not_accepted_is_replaced_once() {
    assert_passes("401", status(401, &[]));
    assert_ends(
        "401",
        Cause::SignIn,
        "does not accept the token",
        status(401, &[]),
    );
}

#[test]
fn a_missing_right_is_named_with_the_command_that_grants_it() {
    for on in [On::Applications, On::ServicePrincipals, On::SecondPage] {
        let reply = |_: &Request| sent(403, &error(403, "Authorization_RequestDenied").1);
        let ended = with(on, usize::MAX, reply, limits()).stream.unwrap_err();
        assert_eq!(ended.cause, Cause::Permission, "{ended}");
        assert!(
            ended.to_string().contains("needs Application.Read.All"),
            "{ended}"
        );
        assert!(
            ended.to_string().contains("az ad app permission add"),
            "{ended}"
        );
        assert!(ended.to_string().contains("request-id"), "{ended}");
    }
}

#[test]
fn a_page_for_people_is_no_refusal_of_graphs() {
    for path in [
        "/$count",
        "/policies/default",
        "/beta/applications",
        "/v1.0/applications",
    ] {
        for number in [400, 403, 404] {
            let fault = Fault {
                meets: Box::new(move |request| request.path.contains(path)),
                times: usize::MAX,
                reply: Box::new(move |_| {
                    answer(
                        number,
                        &[("content-type", "text/html")],
                        b"<html>canary</html>",
                    )
                }),
            };
            let ended = collect_within(&serve(TENANT.clone(), vec![fault]), limits());
            let error = ended
                .stream
                .err()
                .unwrap_or_else(|| panic!("{path} {number}"));
            assert_eq!(error.cause, Cause::Answer, "{path} {number}: {error}");
        }
    }
}

#[test]
fn a_number_that_was_told_once_must_be_told_again() {
    let first = std::sync::atomic::AtomicUsize::new(0);
    let fault = Fault {
        meets: Box::new(|request| request.path == "/v1.0/applications/$count"),
        times: usize::MAX,
        reply: Box::new(move |_| {
            if first.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 {
                return answer(200, &[("content-type", "text/plain")], b"900");
            }
            sent(400, &error(400, "Request_UnsupportedQuery").1)
        }),
    };
    let ended = collect_within(&serve(TENANT.clone(), vec![fault]), limits()).stream;
    assert_eq!(ended.unwrap_err().cause, Cause::Again);
}

#[test]
fn a_refusal_or_a_proxy_ends_the_collection() {
    assert_ends("407", Cause::Network, "proxy wants sign-in", |_| {
        answer(407, &[], b"")
    });
    for number in [400, 404, 410, 418] {
        let reply = move |_: &Request| sent(number, &error(number, "Request_BadRequest").1);
        for on in [On::Applications, On::ServicePrincipals] {
            let ended = with(on, usize::MAX, reply, limits()).stream.unwrap_err();
            let says = format!("({number}, Request_BadRequest) (request-id");
            assert!(ended.to_string().contains(&says), "{ended}");
        }
    }
}

#[test]
fn a_member_that_is_missing_or_strange_is_named() {
    let strange: &[(&str, Value)] = &[
        ("passwordCredentials", json!("canary")),
        ("keyCredentials", json!({"a": "canary"})),
        ("appId", json!(7)),
        ("id", json!("canary")),
    ];
    for (member, value) in strange {
        for on in [On::Applications, On::ServicePrincipals] {
            let (name, value) = ((*member).to_owned(), value.clone());
            let reply = changed(move |_, body| body["value"][3][&name] = value.clone());
            let ended = with(on, usize::MAX, reply, limits()).stream.unwrap_err();
            assert!(ended.to_string().contains(member), "{member}: {ended}");
            let name = (*member).to_owned();
            let reply = changed(move |_, body| {
                body["value"][3].as_object_mut().unwrap().remove(&name);
            });
            let ended = with(on, usize::MAX, reply, limits()).stream.unwrap_err();
            assert!(
                ended
                    .to_string()
                    .contains(&format!("`{member}` is missing")),
                "{ended}"
            );
        }
    }
    for member in ["keyId", "startDateTime", "endDateTime"] {
        let reply = changed(move |_, body| {
            body["value"][0]["passwordCredentials"][0]
                .as_object_mut()
                .unwrap()
                .remove(member);
        });
        let ended = with(On::Applications, 1, reply, limits())
            .stream
            .unwrap_err();
        assert!(
            ended
                .to_string()
                .contains(&format!("`{member}` is missing")),
            "{ended}"
        );
    }
    let reply = changed(move |_, body| {
        body["value"][3]
            .as_object_mut()
            .unwrap()
            .remove("tokenEncryptionKeyId");
    });
    let ended = with(On::Applications, usize::MAX, reply, limits())
        .stream
        .unwrap_err();
    assert!(
        ended.to_string().contains("tokenEncryptionKeyId"),
        "{ended}"
    );
}

#[test]
fn owners_and_federated_credentials_that_a_page_leaves_out_are_asked_for() {
    for (on, member) in [
        (On::Applications, "owners"),
        (On::Federated, "federatedIdentityCredentials"),
    ] {
        let reply = changed(move |request, body| {
            for object in body["value"].as_array_mut().into_iter().flatten() {
                if request.query.contains_key("$skiptoken") {
                    object.as_object_mut().unwrap().remove(member);
                }
            }
        });
        let collection = with(on, usize::MAX, reply, limits());
        assert_holds(&take_apart(&collection.stream.unwrap()), &TENANT);
    }
}

#[test]
fn an_object_that_comes_twice_and_different_asks_for_another_collection() {
    let reply = changed(|request, body| {
        let Some(object) = body["value"]
            .as_array_mut()
            .and_then(|list| list.last_mut())
        else {
            return;
        };
        if request.query.contains_key("$skiptoken") {
            object["id"] = json!(guid(
                if request.path.contains("service") {
                    0xd
                } else {
                    0xa
                },
                1
            ));
        }
    });
    for on in [On::Applications, On::ServicePrincipals] {
        let ended = with(on, usize::MAX, reply.clone(), limits())
            .stream
            .unwrap_err();
        assert_eq!(ended.cause, Cause::Again, "{ended}");
    }
}

#[test]
fn a_number_of_objects_that_does_not_fit_asks_for_another_collection() {
    for (stated, cause) in [
        ("249", Cause::Again),
        ("251", Cause::Again),
        ("many", Cause::Answer),
        ("-1", Cause::Answer),
    ] {
        let fault = Fault {
            meets: Box::new(|request| request.path.ends_with("/$count")),
            times: usize::MAX,
            reply: Box::new(move |_| {
                answer(200, &[("content-type", "text/plain")], stated.as_bytes())
            }),
        };
        let ended = collect_within(&serve(TENANT.clone(), vec![fault]), limits())
            .stream
            .unwrap_err();
        assert_eq!(ended.cause, cause, "{stated}: {ended}");
    }
    // Something was made between the question and the list.
    let fault = Fault {
        meets: Box::new(|request| request.path.ends_with("/$count")),
        times: 2,
        reply: Box::new(|_| answer(200, &[("content-type", "text/plain")], b"249")),
    };
    let collection = collect_within(&serve(TENANT.clone(), vec![fault]), limits());
    assert_holds(&take_apart(&collection.stream.unwrap()), &TENANT);
}

#[test]
fn faults_may_follow_one_another() {
    let sequence = [
        status(503, &[])(&request()),
        vec![Step::Close],
        status(401, &[])(&request()),
        status(429, &[("retry-after", "1")])(&request()),
        sent(400, &error(400, "Directory_ExpiredPageToken").1),
    ];
    let count = sequence.len();
    let sequence = std::sync::Mutex::new(sequence.into_iter());
    let fault = Fault {
        meets: Box::new(|request| On::SecondPage.meets(request)),
        times: count,
        reply: Box::new(move |_| sequence.lock().unwrap().next().unwrap()),
    };
    let collection = collect_within(&serve(TENANT.clone(), vec![fault]), limits());
    assert_holds(&take_apart(&collection.stream.unwrap()), &TENANT);
}

fn request() -> Request {
    Request {
        scheme: "http",
        method: String::new(),
        path: String::new(),
        query: std::collections::BTreeMap::new(),
        headers: std::collections::BTreeMap::new(),
        body: String::new(),
    }
}

#[test]
fn policies_that_are_no_policies_end_the_collection() {
    let on_policies = |reply: Reply| {
        let reply = std::sync::Mutex::new(Some(reply));
        let fault = Fault {
            meets: Box::new(|request| request.path.contains("/policies/default")),
            times: 1,
            reply: Box::new(move |_| reply.lock().unwrap().take().unwrap()),
        };
        collect_within(&serve(TENANT.clone(), vec![fault]), limits()).stream
    };
    for text in [
        "",
        "<html>",
        r#"{"isEnabled":"yes"}"#,
        r#"{"error":{"code":"x"}}"#,
        "[]",
        "{}",
    ] {
        assert_eq!(
            on_policies(sent(200, text)).unwrap_err().cause,
            Cause::Answer,
            "{text}"
        );
    }
    let none = on_policies(sent(404, &error(404, "Request_ResourceNotFound").1)).unwrap();
    assert_eq!(
        take_apart(&none).header["coverage"]["tenant_policies"],
        "not-offered"
    );
}
