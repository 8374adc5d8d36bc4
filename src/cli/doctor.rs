//! `credgate inventory doctor`: who signs in, what it may read, and what will not be judged without the rest.

use std::fmt::Write as _;

use credgate::escape::printable;
use credgate::finding::Need;
use credgate::graph::{Claims, Examination, Outcome, Sight, Tenant, Trial};
use credgate::rules;

use super::args::Doctor;
use super::live::{self, Voice};
use super::manual::printed;
use super::{Exit, Failure, clock};

/// Signs in, tries everything, and tells what came of it.
pub(crate) fn run(arguments: &Doctor) -> Result<Exit, Failure> {
    // The way of signing in stands in what is printed.
    let voice = Voice {
        quiet: true,
        verbose: arguments.verbose,
    };
    let (tenant, watch) = live::tenant(&arguments.live, clock(), true, voice)?;
    watch.settle(examine(&tenant))
}

fn examine(tenant: &Tenant) -> Result<Exit, Failure> {
    let examination = tenant.examine().map_err(Failure::graph)?;
    printed(&told(tenant, &examination))?;
    let missing = examination
        .trials
        .iter()
        .find(|trial| is_needed(trial.what) && trial.outcome != Outcome::Readable);
    match missing {
        None => Ok(Exit(0)),
        Some(trial) => Err(Failure::graph(format_args!(
            "{} cannot be read, so nothing can be judged; {}",
            name(trial.what),
            remedy(trial, tenant)
        ))),
    }
}

const fn name(sight: Sight) -> &'static str {
    match sight {
        Sight::Applications => "applications",
        Sight::ServicePrincipals => "service principals",
        Sight::Owners => "owners",
        Sight::FederatedCredentials => "federated credentials",
        Sight::TenantPolicies => "app management policies",
    }
}

/// Without these there is no inventory.
const fn is_needed(sight: Sight) -> bool {
    matches!(sight, Sight::Applications | Sight::ServicePrincipals)
}

/// Returns the rules that are not judged without something.
fn rules_without(sight: Sight) -> Vec<&'static str> {
    let need = match sight {
        Sight::Applications | Sight::ServicePrincipals => return Vec::new(),
        Sight::Owners => Need::Owners,
        Sight::FederatedCredentials => Need::FederatedCredentials,
        Sight::TenantPolicies => Need::TenantPolicies,
    };
    let rules = rules::ALL.iter().map(|rule| rule.descriptor());
    rules
        .filter(|rule| rule.needs.contains(&need))
        .map(|rule| rule.id.0)
        .collect()
}

fn told(tenant: &Tenant, examination: &Examination) -> String {
    let Examination { claims, trials } = examination;
    let host = tenant.access().cloud.graph().host_str().unwrap_or_default();
    let mut told = String::new();
    let mut line = |what: &str, value: &str| {
        let _ = writeln!(told, "{what:<12} {}", printable(value));
    };
    let sign_in = &tenant.access().sign_in;
    line("signed in by", sign_in.method().name());
    let others = sign_in.also_configured().iter().map(|method| method.name());
    let others: Vec<&str> = others.collect();
    if !others.is_empty() {
        line(
            "also there",
            &format!("{}; choose with --auth", others.join(", ")),
        );
    }
    line("as", &who(claims, tenant));
    let tenant_id = claims.tenant.map(|tenant| tenant.to_string());
    let configured = tenant.access().sign_in.tenant_id().map(str::to_owned);
    let unknown = || "the token does not say".to_owned();
    line("tenant", &tenant_id.or(configured).unwrap_or_else(unknown));
    line(
        "cloud",
        &format!("{} ({host})", tenant.access().cloud.name()),
    );
    if let Some(expires) = claims.expires {
        line("valid until", &expires.to_string());
    }
    let granted: Vec<&str> = claims
        .roles
        .iter()
        .chain(&claims.scopes)
        .map(String::as_str)
        .collect();
    line(
        "permissions",
        &if granted.is_empty() {
            unknown()
        } else {
            granted.join(", ")
        },
    );
    told.push('\n');
    for trial in trials {
        tell(trial, tenant, &mut told);
    }
    told
}

fn who(claims: &Claims, tenant: &Tenant) -> String {
    let configured = tenant.access().sign_in.client_id().map(str::to_owned);
    let id = claims.app_id.map(|id| id.to_string()).or(configured);
    match (&claims.name, id) {
        (Some(name), Some(id)) => format!("{name} (client {id})"),
        (Some(name), None) => name.clone(),
        (None, Some(id)) => format!("client {id}"),
        (None, None) => "the token does not say".to_owned(),
    }
}

fn tell(trial: &Trial, tenant: &Tenant, told: &mut String) {
    let (mark, what) = (
        match trial.outcome {
            Outcome::Readable => "✓",
            Outcome::NotPermitted | Outcome::NotOffered => "✗",
        },
        name(trial.what),
    );
    let why = match trial.outcome {
        Outcome::Readable => "",
        Outcome::NotPermitted => ": not permitted",
        Outcome::NotOffered => ": this tenant does not offer them",
    };
    let _ = writeln!(told, "{mark} {what:<24} {}{why}", trial.permission.name);
    if trial.outcome == Outcome::Readable {
        return;
    }
    let rules = rules_without(trial.what);
    if !rules.is_empty() {
        let _ = writeln!(told, "    not judged without them: {}", rules.join(", "));
    }
    if trial.outcome == Outcome::NotPermitted {
        let _ = writeln!(told, "    {}", remedy(trial, tenant));
    }
}

fn remedy(trial: &Trial, tenant: &Tenant) -> String {
    match trial.outcome {
        Outcome::NotOffered | Outcome::Readable => "check --cloud and the endpoint".to_owned(),
        Outcome::NotPermitted => {
            printable(&trial.permission.grant(&tenant.access().sign_in)).into_owned()
        }
    }
}
