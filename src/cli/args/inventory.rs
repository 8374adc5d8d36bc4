//! `credgate inventory export`, `doctor` and `schema`.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};

use super::live::LiveArguments;

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
