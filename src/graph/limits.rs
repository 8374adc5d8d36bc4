//! How long and how much: every wait, size and number has an end.

use std::time::Duration;

/// The limits of one collection.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For everything together, waits included.
    pub total: Duration,
    /// How often one request is sent at most where the server or the connection fails. Throttling does not count: it ends
    /// with `total`.
    pub attempts: u32,
    /// The first wait where the server does not say how long; it doubles, with jitter.
    pub first_wait: Duration,
    /// The longest wait where the server does not say how long.
    pub longest_wait: Duration,
    /// One page, decoded. Graph's largest have some two megabytes.
    pub page_bytes: usize,
    /// All pages that are being read at the same time, decoded.
    pub body_bytes: usize,
    /// What one list may hold back: objects that wait for what is read beside them.
    pub held_bytes: usize,
    /// The headers of one answer.
    pub header_bytes: usize,
    /// Below this rate, measured from `slow_after` on, a body is given up.
    pub bytes_per_second: u64,
    /// From when on the rate is looked at.
    pub slow_after: Duration,
    /// The pages of one list.
    pub pages: u32,
    /// The empty pages of one list, one after another.
    pub empty_pages: u32,
    /// How often one list is begun anew because its page token has expired.
    pub restarts: u32,
    /// Requests under way at the same time.
    pub at_once: usize,
    /// Applications that may wait for their federated credentials, which are read beside them.
    pub waiting: usize,
    /// Between one request and the next: many connections in the same moment are more than some servers accept.
    pub spacing: Duration,
}

/// The headers of one answer are no longer than this.
pub(super) const HEADER_BYTES: usize = 64 << 10;

impl Default for Limits {
    fn default() -> Self {
        Self {
            total: Duration::from_secs(300),
            attempts: 6,
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(60),
            page_bytes: 32 << 20,
            body_bytes: 64 << 20,
            held_bytes: 96 << 20,
            header_bytes: HEADER_BYTES,
            bytes_per_second: 1_000,
            slow_after: Duration::from_secs(30),
            pages: 10_000,
            empty_pages: 50,
            restarts: 3,
            at_once: 40,
            waiting: 16_000,
            spacing: Duration::from_millis(2),
        }
    }
}
