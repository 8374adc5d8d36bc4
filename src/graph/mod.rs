//! Microsoft Graph: the only code that touches the network.
//!
//! In: a cloud, a way of signing in, limits. Out: the tenant as a stream of bytes in the snapshot format, so that nothing
//! downstream knows where it came from. Only GET goes to Graph, only POST to the token endpoint, and the token goes to no
//! other origin than the one that was configured.

mod claims;
mod cloud;
mod error;
mod http;
mod sign_in;
mod token;

pub use claims::Claims;
pub use cloud::{Cloud, CloudError};
pub use error::{Cause, GraphError};
pub use sign_in::{Method, SignIn, Wanted};
pub use token::{Secret, Token};
