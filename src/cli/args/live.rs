//! The tenant itself as a source: how it is reached and who signs in.

use std::path::PathBuf;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use credgate::graph::{Cloud, Method};

/// How the tenant is reached. None of it can come from a policy or the environment.
#[derive(Debug, Args)]
#[command(next_help_heading = "Microsoft Graph")]
pub(crate) struct LiveArguments {
    /// The way of signing in [default: the first that is configured]
    #[arg(long, value_name = "METHOD", long_help = auth_help(), value_parser = parse_method)]
    pub(crate) auth: Option<Method>,

    /// The cloud: global, usgov, dod, china
    #[arg(long, value_name = "CLOUD", default_value = "global", value_parser = parse_cloud)]
    pub(crate) cloud: Cloud,

    /// The tenant to sign in to [default: `AZURE_TENANT_ID`]
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) tenant_id: Option<String>,

    /// The client that signs in [default: `AZURE_CLIENT_ID`]
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) client_id: Option<String>,

    /// A certificate with its key, PEM or PFX [default: `AZURE_CLIENT_CERTIFICATE_PATH`]
    #[arg(long, value_name = "FILE")]
    pub(crate) certificate: Option<PathBuf>,

    /// The service connection of Azure Pipelines
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) service_connection_id: Option<String>,

    /// Give up after this time, such as 90s or 10m
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = parse_time)]
    pub(crate) graph_timeout: std::time::Duration,

    /// Graph's origin in another cloud; plain http for a loopback address only
    #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) graph_endpoint: Option<String>,

    /// The origin of the sign-in in another cloud
    #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) login_endpoint: Option<String>,
}

fn parse_method(text: &str) -> Result<Method, String> {
    let known = Method::ALL.iter().find(|method| method.name() == text);
    known.copied().ok_or_else(|| {
        let names: Vec<&str> = Method::ALL.iter().map(|method| method.name()).collect();
        format!("use one of {}", names.join(", "))
    })
}

fn auth_help() -> String {
    let mut help = "The way of signing in. Without this option it is the first of these that is configured, and the log \
                    and the report name it.\n"
        .to_owned();
    for method in Method::ALL {
        help.push_str("\n- ");
        help.push_str(method.name());
        help.push_str(": ");
        help.push_str(method.summary());
    }
    help
}

fn parse_cloud(text: &str) -> Result<Cloud, String> {
    let names: Vec<&str> = Cloud::names().collect();
    Cloud::named(text).map_err(|_| format!("use one of {}", names.join(", ")))
}

fn parse_time(text: &str) -> Result<std::time::Duration, String> {
    let remedy = || "give seconds or minutes, such as 90s or 10m, at most 24h".to_owned();
    let units = [('s', 1), ('m', 60), ('h', 3_600)];
    let (digits, factor) = units
        .iter()
        .find_map(|(unit, factor)| Some((text.strip_suffix(*unit)?, *factor)))
        .ok_or_else(remedy)?;
    let number: u64 = digits.parse().map_err(|_| remedy())?;
    let seconds = number.checked_mul(factor).ok_or_else(remedy)?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || seconds == 0 || seconds > 24 * 3_600 {
        return Err(remedy());
    }
    Ok(std::time::Duration::from_secs(seconds))
}
