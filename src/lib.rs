//! The library behind `credgate`, a gate for continuous integration: it judges whether the applications of a Microsoft
//! Entra ID tenant still sign in with client secrets.
//!
//! # The flow
//!
//! ```text
//! policy.yaml ──► policy ─────┐
//!                             ▼
//! exports ──────► inventory ─► evaluate ──► Report ──► verdict ──► exit code
//! Graph ─► graph ─┘           ▲                └─────► output ──► files, stdout
//!       (as a snapshot)       │
//!                           rules
//! ```
//!
//! An inventory is a stream and the evaluation is a fold: a source hands over one object at a time,
//! [`evaluate::Evaluation`] judges it and keeps only small records of what it found, and words are made when a report is
//! written. So memory does not grow with the tenant. Time enters once, as an argument; nothing reads the environment.
//!
//! # The floors
//!
//! | floor | place | may import |
//! | --- | --- | --- |
//! | 6 | the binary (`main.rs`, `cli/`) | this library's public face |
//! | 5 | [`evaluate`], [`review`] and [`forecast`] (which may import evaluate) | rules, policy, report, finding, model, words, keyed |
//! | 5 | [`adopt`], [`prune`] | policy, report, finding, model, words |
//! | 4 | [`rules`] | policy, finding, model, words |
//! | 3 | [`inventory`], [`graph`], [`policy`]: neighbours that never meet | finding and home (policy only), snapshot and keyed (but policy), model, source, escape |
//! | 2 | [`output`] | report, finding, model, source, escape, words, home |
//! | 1 | [`report`], [`finding`] | model, source |
//! | 0 | [`model`], [`source`], [`escape`], [`words`], [`home`], [`snapshot`], `keyed`, `internal` (which everybody may import) | nothing ([`snapshot`]: model and home) |
//!
//! `tests/architecture.rs` holds this table.
//!
//! # Where a new thing goes
//!
//! | adding | touch |
//! | --- | --- |
//! | a rule | `src/rules/<id>.rs`, its `mod` and its entry in [`rules::ALL`]; a setting of its own is a field in `src/policy/` |
//! | an inventory format | `src/inventory/<name>.rs`, and its entry in [`inventory::ALL`] |
//! | a report | `src/output/<name>.rs`, its `mod` and its entry in [`output::ALL`] |
//! | a command | `src/cli/<name>.rs` and its variant in `src/cli/args.rs` |

pub mod adopt;
pub mod escape;
pub mod evaluate;
pub mod finding;
pub mod forecast;
pub mod graph;
pub mod home;
mod internal;
pub mod inventory;
mod keyed;
pub mod model;
pub mod output;
pub mod policy;
pub mod prune;
pub mod report;
pub mod review;
pub mod rules;
pub mod snapshot;
pub mod source;
pub mod words;
