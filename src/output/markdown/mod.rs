//! `markdown`: the report as the summary of a job and as a comment on a pull request.

mod escape;

pub(super) use escape::{code, inline};
