//! Wherever an answer of Graph links to and however long it asks to wait: the token stays at the collection that was asked
//! for, and a wait is never shorter than a second.
//!
//! The lines of the input are the link, `Retry-After` and `Date`.

#![no_main]

use std::time::Duration;

use credgate::graph::fuzz;
use libfuzzer_sys::fuzz_target;
use url::Url;

const ASKED: &str = "https://graph.microsoft.com/v1.0/applications?$top=999";

fuzz_target!(|bytes: &[u8]| {
    let mut lines = bytes.splitn(3, |byte| *byte == b'\n');
    let mut line = || lines.next().unwrap_or_default();
    let (link, retry_after, date) = (line(), line(), line());
    if let Some(wait) = fuzz::wait_asked_for(retry_after, date) {
        assert!(wait >= Duration::from_secs(1), "{wait:?}");
    }
    let Ok(link) = std::str::from_utf8(link) else {
        return;
    };
    let asked: Url = ASKED.parse().expect("it is a URL");
    let Some(next) = fuzz::next_link(link, &asked) else {
        return;
    };
    assert_eq!(next.origin(), asked.origin());
    assert_eq!(next.path(), asked.path());
    assert!(next.username().is_empty() && next.password().is_none());
    assert!(next.fragment().is_none());
    assert!(next.query().is_some_and(|query| !query.is_empty()));
    // What is sent is what was checked, whoever parses it.
    assert_eq!(next.as_str().parse(), Ok(next.clone()));
    assert_eq!(fuzz::next_link(next.as_str(), &next), Some(next));
});
