//! The live source against a stand-in for Graph on loopback.
//!
//! What is collected is compared with what the stand-in holds; every fault ends with the same bytes as without it, or with
//! an error of the right kind; and the log of the server shows what was sent where.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::too_many_lines,
    reason = "a test fails by panicking, and a table of faults is long"
)]

mod loopback;

#[path = "graph/clocks.rs"]
mod clocks;
#[path = "graph/collected.rs"]
mod collected;
#[path = "graph/faults.rs"]
mod faults;
#[path = "graph/lists.rs"]
mod lists;
#[path = "graph/members.rs"]
mod members;
#[path = "graph/memory.rs"]
#[cfg(target_os = "linux")]
mod memory;
#[path = "graph/place.rs"]
mod place;
#[path = "graph/program.rs"]
mod program;
#[path = "graph/rules.rs"]
mod rules;
#[path = "graph/server.rs"]
mod server;
#[path = "graph/speed.rs"]
mod speed;
#[path = "graph/stand.rs"]
mod stand;
#[path = "graph/tenant.rs"]
mod tenant;
#[path = "graph/tokens.rs"]
mod tokens;
