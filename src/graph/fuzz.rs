//! Doors for the fuzz targets in `fuzz/`: what an answer of Graph goes through, without a network.
//!
//! In: what the other side may send. Out: what would be made of it. Nothing here is part of the library's interface.

use std::time::Duration;

use reqwest::Url;
use reqwest::header::{DATE, HeaderMap, HeaderValue, RETRY_AFTER};

use super::{answer, collect, link, page, wait};

/// Returns the URL to which the token would go for a link in the answer to `asked`.
pub fn next_link(link: &str, asked: &Url) -> Option<Url> {
    link::checked(link, asked).ok()
}

/// Returns how long an answer with these headers asks to wait.
pub fn wait_asked_for(retry_after: &[u8], date: &[u8]) -> Option<Duration> {
    let mut headers = HeaderMap::new();
    for (name, value) in [(RETRY_AFTER, retry_after), (DATE, date)] {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.insert(name, value);
        }
    }
    wait::asked_for(&headers)
}

/// The lines of a snapshot that would be made of a page, and the next page; or what would be said of it.
pub type Read = Result<(Vec<String>, Option<Url>), String>;

/// Reads a body as everything that is asked for.
pub fn answer(body: &[u8], asked: &Url) -> Vec<Read> {
    // The codes of an error and a number are read for themselves.
    let _ = answer::codes(body);
    let _ = page::number(body);
    let read = collect::read_as_everything(body, asked);
    let told = |error: super::GraphError| error.to_string();
    read.into_iter().map(|read| read.map_err(told)).collect()
}
