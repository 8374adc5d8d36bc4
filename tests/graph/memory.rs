//! Answers that unpack to far more than was sent: many at the same time, and no more memory than the budget.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use credgate::graph::{Cause, Limits};

use super::collected::{assert_holds, take_apart};
use super::place::{CHECK, Place};
use super::server::{Reply, Request, Server, Step, answer};
use super::stand::{TOKEN, collect_within, good, limits, serve};
use super::tenant::{Offers, Tenant};

/// Sends what Graph would send, with a member of so many bytes besides, and packed.
fn padded(tenant: &Tenant, request: &Request, bytes: usize) -> Reply {
    let reply = good(tenant, request);
    let Some(Step::Bytes(sent)) = reply.first() else {
        return reply;
    };
    let head = sent.windows(4).position(|window| window == b"\r\n\r\n");
    let body = &sent[head.unwrap() + 4..];
    let is_good = sent.starts_with(b"HTTP/1.1 200");
    let Some(rest) = body.strip_prefix(b"{").filter(|_| is_good) else {
        return reply;
    };
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(b"{\"@padding\":\"").unwrap();
    let block = vec![b'x'; 1 << 16];
    let mut left = bytes;
    while left > 0 {
        let count = left.min(block.len());
        encoder.write_all(&block[..count]).unwrap();
        left -= count;
    }
    encoder.write_all(b"\",").unwrap();
    encoder.write_all(rest).unwrap();
    let headers = [
        ("content-type", "application/json"),
        ("content-encoding", "gzip"),
    ];
    answer(200, &headers, &encoder.finish().unwrap())
}

/// Enough pages that forty requests are under way.
fn tenant() -> Tenant {
    let mut tenant = Tenant::of(2_000);
    tenant.offers = Offers {
        top: 50,
        ..Offers::default()
    };
    tenant
}

#[test]
fn pages_that_do_not_fit_at_the_same_time_are_read_one_after_another() {
    let whole = tenant();
    let copy = whole.clone();
    let server = Server::in_the_clear(move |request| padded(&copy, request, 400_000));
    let small = Limits {
        page_bytes: 1 << 20,
        body_bytes: 2 << 20,
        ..limits()
    };
    let collection = collect_within(&server, small);
    assert_holds(&take_apart(&collection.stream.unwrap()), &whole);
}

#[test]
fn where_there_is_room_for_one_page_only_all_are_read() {
    let mut whole = tenant();
    whole.applications.truncate(300);
    whole.service_principals.truncate(300);
    let copy = whole.clone();
    let server = Server::in_the_clear(move |request| padded(&copy, request, 200_000));
    let small = Limits {
        page_bytes: 1 << 20,
        body_bytes: 1 << 20,
        ..limits()
    };
    let collection = collect_within(&server, small);
    assert_holds(&take_apart(&collection.stream.unwrap()), &whole);
}

#[test]
fn objects_that_wait_for_others_have_a_limit() {
    let tenant = Tenant::of(3_000);
    let server = serve(tenant, Vec::new());
    let small = Limits {
        held_bytes: 100_000,
        ..limits()
    };
    let error = collect_within(&server, small).stream.unwrap_err();
    assert_eq!(error.cause, Cause::Limit, "{error}");
    assert!(error.what().contains("objects that wait"), "{error}");
}

/// Runs `check` against pages that unpack to so many bytes: exit code, seconds, and the most memory in MiB.
fn run(bytes: usize) -> (i32, Duration, u64) {
    let tenant = tenant();
    let place = Place::with(move |request| padded(&tenant, request, bytes));
    let begun = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_credgate"))
        .args(CHECK.split(' '))
        .args(["--graph-endpoint", &place.server.origin])
        .current_dir(place.path())
        .env_clear()
        .env("CREDGATE_ACCESS_TOKEN", TOKEN)
        .env("SSL_CERT_FILE", "root.pem")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut most = 0;
    loop {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmHWM:"));
        let found = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
        most = most.max(found.unwrap_or_default() >> 10);
        if let Some(ended) = child.try_wait().unwrap() {
            return (ended.code().unwrap(), begun.elapsed(), most);
        }
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_page_that_unpacks_to_more_than_the_limit_ends_the_run() {
    let (code, _, most) = run(40 << 20);
    assert_eq!(code, 4);
    assert!(most < 512, "{most} MiB");
}

#[test]
#[ignore = "it measures time and memory: run it in release"]
fn pages_that_unpack_to_many_bytes_stay_within_the_budget() {
    for mebibytes in [0, 1, 4, 16, 31, 64] {
        let (code, time, most) = run(mebibytes << 20);
        println!("{mebibytes} MiB a page: exit code {code}, {time:.1?}, {most} MiB of memory");
        assert!(most < 512, "{most} MiB");
    }
}
