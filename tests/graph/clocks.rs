//! This machine's clock and Graph's: a little apart is nothing, more is told, and a day is no verdict.

use std::time::{Duration, SystemTime};

use serde_json::json;

use super::place::{CHECK, Place};
use super::server::{Reply, Request, Step};
use super::stand::good;
use super::tenant::{Tenant, secret};

/// Judges the tenant now, whenever that is.
const CHECK_NOW: &str = "check --inventory graph";

/// An application whose secret lives whatever the clock says.
fn tenant() -> Tenant {
    let mut tenant = Tenant::of(1);
    tenant.applications[0]["federatedIdentityCredentials"] = json!([]);
    tenant.applications[0]["passwordCredentials"] =
        json!([secret(1, "2001-01-01T00:00:00Z", "2101-01-01T00:00:00Z")]);
    tenant
}

/// A Graph whose clock is so many seconds before or after this machine's.
fn apart(seconds: i64) -> Place {
    let tenant = tenant();
    Place::with(move |request| dated(&tenant, request, seconds))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the program compares the clock of this machine, and so must its stand-in"
)]
fn dated(tenant: &Tenant, request: &Request, seconds: i64) -> Reply {
    let mut reply = good(tenant, request);
    let (now, by) = (
        SystemTime::now(),
        Duration::from_secs(seconds.unsigned_abs()),
    );
    let date = if seconds < 0 { now - by } else { now + by };
    if let Some(Step::Bytes(bytes)) = reply.first_mut() {
        let first_line = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        let header = format!("date: {}\r\n", httpdate::fmt_http_date(date));
        bytes.splice(first_line..first_line, header.into_bytes());
    }
    reply
}

/// So many seconds before a limit, and after it: the program and its stand-in need some time of their own.
const ROOM: i64 = 40;
const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * MINUTE;

#[test]
fn a_few_minutes_are_nothing() {
    for seconds in [0, 5 * MINUTE - ROOM, -(5 * MINUTE - ROOM)] {
        let ended = apart(seconds).run(CHECK_NOW);
        assert_eq!(ended.code, 1, "{seconds}: {}", ended.stderr);
        assert!(!ended.stderr.contains("clock"), "{}", ended.stderr);
    }
}

#[test]
fn more_than_five_minutes_are_told_once_and_the_verdict_stands() {
    for (seconds, minutes) in [
        (5 * MINUTE + ROOM, "5"),
        (-(5 * MINUTE + ROOM), "5"),
        (10 * MINUTE + ROOM, "10"),
        (-(10 * MINUTE + ROOM), "10"),
        (DAY - ROOM, "1439"),
        (-(DAY - ROOM), "1439"),
    ] {
        let ended = apart(seconds).run(CHECK_NOW);
        assert_eq!(ended.code, 1, "{seconds}: {}", ended.stderr);
        assert!(ended.stdout.contains("secrets-only"), "{}", ended.stdout);
        let said = format!(
            "warning: this machine's clock and Graph's differ by {minutes} minutes; set the clock\n"
        );
        assert!(ended.stderr.contains(&said), "{seconds}: {}", ended.stderr);
        assert_eq!(
            ended.stderr.matches("warning: ").count(),
            1,
            "{}",
            ended.stderr
        );
    }
}

#[test]
fn more_than_a_day_is_no_verdict() {
    for (seconds, hours) in [
        (DAY + ROOM, 24),
        (-(DAY + ROOM), 24),
        (-(3 * DAY + ROOM), 72),
        (-(400 * DAY + ROOM), 9600),
    ] {
        let place = apart(seconds);
        let says =
            format!("this machine's clock and Graph's differ by {hours} hours; set the clock");
        let reports = "--report text --report json=live.json";
        place.assert_fails(&format!("{CHECK_NOW} {reports}"), 4, &says);
        assert!(!place.path().join("live.json").exists());
    }
    let place = apart(DAY + ROOM);
    let says = "clock and Graph's differ";
    place.assert_fails("inventory doctor", 4, says);
    place.assert_fails("inventory export --output out.ndjson", 4, says);
    assert!(!place.path().join("out.ndjson").exists());
}

#[test]
fn an_instant_of_judging_needs_no_clock() {
    let expected = Place::of(tenant()).run(CHECK);
    assert_eq!(expected.code, 1, "{}", expected.stderr);
    for seconds in [10 * MINUTE + ROOM, DAY + ROOM, -(400 * DAY)] {
        let ended = apart(seconds).run(CHECK);
        assert_eq!(
            (ended.code, &ended.stdout, &ended.stderr),
            (expected.code, &expected.stdout, &expected.stderr),
            "{seconds}"
        );
    }
}
