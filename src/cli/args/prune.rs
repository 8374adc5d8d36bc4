//! `credgate policy prune`.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use super::live::LiveArguments;
use super::values::{parse_age, parse_instant};

#[derive(Debug, Args)]
#[command(after_help = PRUNE_EXAMPLES)]
pub(crate) struct Prune {
    /// The policy
    #[arg(value_name = "FILE", default_value = "credgate.yaml", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) policy: String,

    /// The inventory: graph for the tenant itself, or an export: a file, a folder of pages, - for the standard input
    /// (repeatable) [default: none, so that only the dates decide]
    #[arg(long, value_name = "SOURCE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) inventory: Vec<String>,

    /// Say what would be removed, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Judge as of this instant, such as 2026-11-23T00:00:00Z [default: the clock]
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    pub(crate) now: Option<jiff::Timestamp>,

    /// Accept an inventory without applications
    #[arg(long, requires = "inventory")]
    pub(crate) allow_empty: bool,

    /// Refuse an inventory that was collected longer ago, such as 24h or 7d
    #[arg(long, value_name = "AGE", requires = "inventory", value_parser = parse_age)]
    pub(crate) max_inventory_age: Option<jiff::SignedDuration>,

    /// With graph, log every request on the standard error
    #[arg(short, long)]
    pub(crate) verbose: bool,

    #[command(flatten)]
    pub(crate) live: LiveArguments,
}

const PRUNE_EXAMPLES: &str = "\
Examples:
  credgate policy prune --dry-run
  credgate policy prune credgate.yaml --inventory graph
  credgate policy prune --inventory apps.json --inventory service-principals.json";
