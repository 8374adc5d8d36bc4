//! What a person may say on the command line. Types only; no behaviour, and no environment variable: none changes a
//! verdict.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use credgate::graph::{Cloud, Method};

/// Judges whether the applications of a Microsoft Entra ID tenant still sign in with client secrets.
#[derive(Debug, Parser)]
#[command(name = "credgate", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0   judged, and the policy holds
  1   judged, and the policy is violated
  2   not judged: wrong usage, or the policy is missing, invalid or has no active rule
  3   not judged: the inventory is missing, unreadable, incomplete, or lacks what a rule needs
  4   not judged: Microsoft Graph, the network or the sign-in failed
  5   judged, but a report could not be written
  70  internal error (a bug)";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Judge an inventory under a policy: the gate
    Check(Check),
    /// Read the tenant: write a snapshot of it, or find out whether it can be read
    #[command(subcommand)]
    Inventory(InventoryCommand),
    /// Validate a policy, or print its JSON Schema
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Explain a rule: what it finds, why it matters, how to fix it
    Explain(Explain),
    /// Print a completion script for a shell
    Completions(Completions),
    /// Print a manual page
    Man(Man),
}

#[derive(Debug, Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub(crate) struct Check {
    /// The policy, a YAML file
    #[arg(long, value_name = "FILE", default_value = "credgate.yaml", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) policy: String,

    /// The inventory: graph for the tenant itself, or an export: a file, a folder of pages, - for the standard input
    /// (repeatable)
    #[arg(long, value_name = "SOURCE", required = true, value_parser = NonEmptyStringValueParser::new())]
    pub(crate) inventory: Vec<String>,

    /// A report to write, as FORMAT or FORMAT=FILE (repeatable) [default: text]
    #[arg(long, value_name = "FORMAT[=FILE]", long_help = report_help(), value_parser = parse_report)]
    pub(crate) report: Vec<ReportArgument>,

    /// The lowest level that fails the gate
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t = FailOn::Error)]
    pub(crate) fail_on: FailOn,

    /// Judge as of this instant, such as 2026-11-23T00:00:00Z [default: the clock]
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    pub(crate) now: Option<jiff::Timestamp>,

    /// Accept an inventory without applications
    #[arg(long)]
    pub(crate) allow_empty: bool,

    /// Refuse an inventory that was collected longer ago, such as 24h or 7d
    #[arg(long, value_name = "AGE", value_parser = parse_age)]
    pub(crate) max_inventory_age: Option<jiff::SignedDuration>,

    /// What SARIF does with findings under an exception or window
    #[arg(long, value_name = "HOW", value_enum, default_value_t = Suppressed::Omit)]
    pub(crate) sarif_suppressed: Suppressed,

    /// Colour in the text report
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Colour::Auto)]
    pub(crate) color: Colour,

    /// Print only the summary line, and nothing when the gate passes; reports in files are complete
    #[arg(short, long)]
    pub(crate) quiet: bool,

    /// List every application and every tolerated finding; with graph, log every request on the standard error
    #[arg(short, long, conflicts_with = "quiet")]
    pub(crate) verbose: bool,

    #[command(flatten)]
    pub(crate) live: LiveArguments,
}

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

const CHECK_EXAMPLES: &str = "\
Examples:
  az ad app list --all > apps.json
  credgate check --policy credgate.yaml --inventory apps.json
  credgate check --inventory apps.json --inventory service-principals.json \\
      --report text --report sarif=credgate.sarif
  credgate check --inventory pages/ --fail-on warning --now 2026-11-23T00:00:00Z
  az ad app list --all | credgate check --inventory -
  credgate check --inventory graph";

/// A report and where it goes.
#[derive(Clone, Debug)]
pub(crate) struct ReportArgument {
    pub(crate) format: &'static credgate::output::OutputFormat,
    /// `None` is the standard output.
    pub(crate) file: Option<PathBuf>,
}

fn parse_report(text: &str) -> Result<ReportArgument, String> {
    let (name, file) = match text.split_once('=') {
        Some((_, "")) => return Err("name a file behind the `=`".to_owned()),
        Some((name, file)) => (name, Some(PathBuf::from(file))),
        None => (text, None),
    };
    let format = credgate::output::find(name).ok_or_else(|| {
        format!(
            "use one of {}, or one with its file, as in sarif=FILE",
            format_names()
        )
    })?;
    Ok(ReportArgument { format, file })
}

fn format_names() -> String {
    let names: Vec<&str> = credgate::output::ALL
        .iter()
        .map(|format| format.name)
        .collect();
    names.join(", ")
}

fn report_help() -> String {
    let mut help = "A report to write, as FORMAT for the standard output or FORMAT=FILE (repeatable). Files are written \
                    whole or not at all. Without this option, text goes to the standard output.\n"
        .to_owned();
    for format in credgate::output::ALL {
        help.push_str("\n- ");
        help.push_str(format.name);
        help.push_str(": ");
        help.push_str(format.summary);
    }
    help
}

fn parse_instant(text: &str) -> Result<jiff::Timestamp, String> {
    text.parse()
        .map_err(|_| "give an instant with its zone, such as 2026-11-23T00:00:00Z".to_owned())
}

fn parse_age(text: &str) -> Result<jiff::SignedDuration, String> {
    let remedy = || "give hours or days, such as 24h or 7d".to_owned();
    let (digits, hours) = match (text.strip_suffix('h'), text.strip_suffix('d')) {
        (Some(digits), _) => (digits, 1),
        (_, Some(digits)) => (digits, 24),
        (None, None) => return Err(remedy()),
    };
    let number: i64 = digits.parse().map_err(|_| remedy())?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || number == 0 || number > 100_000 {
        return Err(remedy());
    }
    Ok(jiff::SignedDuration::from_hours(number * hours))
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum FailOn {
    /// Only errors fail
    Error,
    /// Warnings fail, too
    Warning,
    /// Everything fails
    Note,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Suppressed {
    /// Leave them out: code scanning would open an alert for each
    Omit,
    /// Write them with their suppression and its justification
    Keep,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Colour {
    /// Where the standard output is a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum InventoryCommand {
    /// Read the tenant once, and write a snapshot that check reads later
    Export(Export),
    /// Sign in, and tell who that is, what it may read, and what will not be judged
    Doctor(Doctor),
    /// Print the JSON Schema of a snapshot's lines
    #[command(after_help = "Example:\n  credgate inventory schema > snapshot.schema.json")]
    Schema,
}

#[derive(Debug, Args)]
#[command(after_help = EXPORT_EXAMPLES)]
pub(crate) struct Export {
    /// The snapshot to write, or - for the standard output
    #[arg(long, value_name = "FILE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) output: String,

    /// Accept a tenant without applications
    #[arg(long)]
    pub(crate) allow_empty: bool,

    /// Print nothing but errors and warnings
    #[arg(short, long)]
    pub(crate) quiet: bool,

    /// Log every request on the standard error
    #[arg(short, long, conflicts_with = "quiet")]
    pub(crate) verbose: bool,

    #[command(flatten)]
    pub(crate) live: LiveArguments,
}

const EXPORT_EXAMPLES: &str = "\
Examples:
  credgate inventory export --output tenant.ndjson
  credgate check --inventory tenant.ndjson --max-inventory-age 24h
  credgate inventory export --auth azure-cli --cloud usgov --output tenant.ndjson";

#[derive(Debug, Args)]
#[command(after_help = DOCTOR_EXAMPLES)]
pub(crate) struct Doctor {
    /// Log every request on the standard error
    #[arg(short, long)]
    pub(crate) verbose: bool,

    #[command(flatten)]
    pub(crate) live: LiveArguments,
}

const DOCTOR_EXAMPLES: &str = "\
Examples:
  credgate inventory doctor
  credgate inventory doctor --auth github-oidc --client-id ID --tenant-id ID";

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Validate policies without an inventory: every problem at once, each at its line
    #[command(after_help = "Example:\n  credgate policy check credgate.yaml")]
    Check {
        /// The policies
        #[arg(value_name = "FILE", required = true, value_parser = NonEmptyStringValueParser::new())]
        files: Vec<String>,

        /// Colour in the snippets
        #[arg(long, value_name = "WHEN", value_enum, default_value_t = Colour::Auto)]
        color: Colour,
    },
    /// Print the JSON Schema of policies, for editors
    #[command(after_help = "Example:\n  credgate policy schema > policy.schema.json")]
    Schema,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  credgate explain secrets-only")]
pub(crate) struct Explain {
    /// The id of a rule; without one, all rules are listed
    #[arg(value_name = "RULE")]
    pub(crate) rule: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  credgate completions bash > /etc/bash_completion.d/credgate")]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
#[command(after_help = MAN_EXAMPLES)]
pub(crate) struct Man {
    /// The command, such as check or policy check; without one, credgate itself
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
}

const MAN_EXAMPLES: &str = "\
Examples:
  credgate man > credgate.1
  credgate man check > credgate-check.1
  credgate man policy check > credgate-policy-check.1";
