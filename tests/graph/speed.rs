//! How long a collection takes, against asking for one page after another.
//!
//! A simulation: 150 ms a request, 20 MB/s a connection. Run it where nothing else runs:
//! `cargo test --release --test graph speed -- --ignored --nocapture`.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::collected::take_apart;
use super::server::{Request, Server, Step};
use super::stand::{TOKEN, collect, good};
use super::tenant::Tenant;

const LATENCY: Duration = Duration::from_millis(150);
const BYTES_PER_SECOND: usize = 20_000_000;

fn simulate(tenant: Tenant) -> Server {
    Server::in_the_clear(move |request: &Request| {
        let mut reply = good(&tenant, request);
        let bytes: usize = reply
            .iter()
            .map(|step| match step {
                Step::Bytes(bytes) => bytes.len(),
                Step::Wait(_) | Step::Close => 0,
            })
            .sum();
        let nanoseconds = bytes as u64 * 1_000_000_000 / BYTES_PER_SECOND as u64;
        reply.insert(0, Step::Wait(LATENCY + Duration::from_nanos(nanoseconds)));
        reply
    })
}

/// Asks for one page after another, and for nothing else.
fn one_after_another(server: &Server, path: &str) -> (usize, Duration) {
    let begun = Instant::now();
    let host = server.origin.trim_start_matches("http://");
    let (mut next, mut objects) = (Some(path.to_owned()), 0);
    while let Some(target) = next {
        let mut stream = TcpStream::connect(host).unwrap();
        write!(
            stream,
            "GET {target} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {TOKEN}\r\n\r\n"
        )
        .unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let page: Value = serde_json::from_str(body).unwrap();
        objects += page["value"].as_array().unwrap().len();
        next = page["@odata.nextLink"]
            .as_str()
            .map(|link| link.split_once(host).unwrap().1.to_owned());
    }
    (objects, begun.elapsed())
}

#[test]
#[ignore = "it measures time"]
fn ten_thousand_applications_take_a_third_of_the_time_of_one_page_after_another() {
    let mut tenant = Tenant::of(10_000);
    tenant.service_principals.truncate(500);
    let server = simulate(tenant);
    let path = "/v1.0/applications?$top=999&$select=id,appId,displayName,createdDateTime,tokenEncryptionKeyId,passwordCredentials,keyCredentials";
    let (objects, slow) = one_after_another(&server, path);
    assert_eq!(objects, 10_000);
    let begun = Instant::now();
    let collection = collect(&server);
    let fast = begun.elapsed();
    let snapshot = take_apart(&collection.stream.unwrap());
    assert_eq!(snapshot.applications.len(), 10_000);
    println!(
        "one after another {slow:.2?}, credgate {fast:.2?}: {:.1} x",
        slow.as_secs_f64() / fast.as_secs_f64()
    );
    assert!(fast * 3 <= slow);
}
