//! Microsoft Graph: the only code that touches the network.
//!
//! In: a cloud, a way of signing in, limits. Out: the tenant as a stream of bytes in the snapshot format, so that nothing
//! downstream knows where it came from. Only GET goes to Graph, only POST to the token endpoint, and the token goes to no
//! other origin than the one that was configured.

mod answer;
mod body;
mod claims;
mod client;
mod cloud;
mod collect;
mod doctor;
mod error;
mod failure;
#[doc(hidden)]
pub mod fuzz;
mod http;
mod limits;
mod link;
mod live;
mod page;
mod permission;
mod session;
mod sign_in;
mod token;
mod wait;
mod watch;

pub use claims::Claims;
pub use cloud::{Cloud, CloudError};
pub use doctor::{Examination, Outcome, Sight, Trial};
pub use error::{Cause, GraphError};
pub use limits::Limits;
pub use live::{Access, Tenant};
pub use permission::{APPLICATION_READ_ALL, POLICY_READ_ALL, Permission};
pub use sign_in::{Method, SignIn, Wanted};
pub use token::{Secret, Token};
pub use watch::Watch;
