//! From the command line and the environment to a tenant that can be read.
//!
//! The environment is read here and nowhere else, and only for what signs in; no variable names an endpoint of Graph or
//! changes a verdict.

use std::sync::Arc;

use credgate::graph::{
    Access, Cause, Cloud, CloudError, GraphError, Limits, SignIn, Tenant, Wanted, Watch as _,
};
use credgate::inventory::{InventoryError, Problem};
use jiff::Timestamp;

use super::Failure;
use super::args::LiveArguments;
use super::watch::Stderr;

/// How much a run says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Voice {
    pub(crate) quiet: bool,
    pub(crate) verbose: bool,
}

/// Finds the way to the tenant. `clock` is now, whatever the instant of judging is.
pub(crate) fn tenant(
    arguments: &LiveArguments,
    clock: Timestamp,
    compares_clocks: bool,
    voice: Voice,
) -> Result<(Tenant, Arc<Stderr>), Failure> {
    let cloud = cloud(arguments).map_err(Failure::usage)?;
    check_pair(arguments, &cloud)?;
    let wanted = Wanted {
        method: arguments.auth,
        tenant_id: arguments.tenant_id.clone(),
        client_id: arguments.client_id.clone(),
        certificate: arguments.certificate.clone(),
        service_connection_id: arguments.service_connection_id.clone(),
    };
    let sign_in = SignIn::choose(&wanted, &variable, &cloud).map_err(Failure::graph)?;
    let watch = Arc::new(Stderr::new(voice.quiet, voice.verbose));
    tell(&sign_in, &cloud, &watch, voice);
    let tenant = Tenant::new(Access {
        cloud,
        sign_in: Arc::new(sign_in),
        limits: Limits {
            total: arguments.graph_timeout,
            ..Limits::default()
        },
        clock,
        compares_clocks,
        watch: Arc::<Stderr>::clone(&watch),
    })
    .map_err(Failure::graph)?;
    Ok((tenant, watch))
}

fn cloud(arguments: &LiveArguments) -> Result<Cloud, CloudError> {
    let mut cloud = arguments.cloud.clone();
    if let Some(endpoint) = &arguments.graph_endpoint {
        cloud = cloud.with_graph(endpoint)?;
    }
    if let Some(endpoint) = &arguments.login_endpoint {
        cloud = cloud.with_login(endpoint)?;
    }
    Ok(cloud)
}

/// Another cloud is a pair: a credential for one is not sent to half of another. A stand-in on this machine is no cloud.
fn check_pair(arguments: &LiveArguments, cloud: &Cloud) -> Result<(), Failure> {
    let named = [
        (&arguments.graph_endpoint, cloud.graph(), "--login-endpoint"),
        (&arguments.login_endpoint, cloud.login(), "--graph-endpoint"),
    ];
    let both = arguments.graph_endpoint.is_some() && arguments.login_endpoint.is_some();
    let alone = named
        .into_iter()
        .find(|(endpoint, origin, _)| endpoint.is_some() && !both && !Cloud::is_local(origin));
    alone.map_or(Ok(()), |(_, _, missing)| {
        Err(Failure::usage(format_args!(
            "`{missing}` is missing: another cloud has both a sign-in and a Graph of its own; name both, or use --cloud"
        )))
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "pipelines hand over what signs in by the environment; it decides who reads, never what is judged"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Names the way of signing in.
fn tell(sign_in: &SignIn, cloud: &Cloud, watch: &Stderr, voice: Voice) {
    if let Some(warning) = sign_in.warning() {
        watch.warn(format_args!("{warning}"));
    }
    if voice.quiet {
        return;
    }
    let others: Vec<&str> = sign_in
        .also_configured()
        .iter()
        .map(|it| it.name())
        .collect();
    let others = if others.is_empty() {
        String::new()
    } else {
        format!(
            " (also configured: {}; choose with --auth)",
            others.join(", ")
        )
    };
    watch.say(format_args!(
        "credgate: Microsoft Graph ({}), signing in with {}{others}",
        cloud.name(),
        sign_in.method().name()
    ));
}

/// Turns what a live inventory came to into the end of a command: it is Graph's failure, unless it is the wrong tenant.
pub(crate) fn failure(error: &InventoryError) -> Failure {
    if let Some(graph) = failure_in(error) {
        return Failure::graph(graph);
    }
    if matches!(error.problem, Problem::Tenant { .. }) {
        Failure::inventory(error)
    } else {
        let problem = &error.problem;
        let remedy = if matches!(problem, Problem::ObjectOf { .. }) {
            "correct or remove it in the tenant, or try again"
        } else {
            "try again, and if it stays, report it"
        };
        Failure::graph(format_args!(
            "Graph's answer cannot be used: {problem}; {remedy}"
        ))
    }
}

/// Tells whether the tenant changed while it was read, so that it must be read again.
pub(crate) fn asks_again(error: &InventoryError) -> bool {
    failure_in(error).is_some_and(|graph| graph.cause == Cause::Again)
        || matches!(
            error.problem,
            Problem::Contradiction { .. } | Problem::PolicyContradiction
        )
}

/// Finds a failure of Graph in an error of reading.
fn failure_in(error: &InventoryError) -> Option<&GraphError> {
    let Problem::Read(error) = &error.problem else {
        return None;
    };
    error.get_ref()?.downcast_ref()
}
