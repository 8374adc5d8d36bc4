//! `credgate review` as it is run: policies in commits, and every kind of report.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "review/formats.rs"]
mod formats;
#[path = "review/git.rs"]
mod git;
#[path = "review/hostile.rs"]
mod hostile;
#[path = "cases/program.rs"]
mod program;
#[path = "review/repository.rs"]
mod repository;
