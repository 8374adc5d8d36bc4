//! `credgate check`.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use credgate::report::Report;

use super::live::LiveArguments;
use super::values::{
    Colour, FailOn, ReportArgument, Suppressed, inventory_help, parse_age, parse_instant,
    parse_report, report_help,
};

#[derive(Debug, Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub(crate) struct Check {
    /// The policy, a YAML file
    #[arg(long, value_name = "FILE", default_value = "credgate.yaml", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) policy: String,

    /// The inventory: graph for the tenant itself, or an export: a file, a folder of pages, - for the standard input
    /// (repeatable)
    #[arg(long, value_name = "SOURCE", required = true, long_help = inventory_help(), value_parser = NonEmptyStringValueParser::new())]
    pub(crate) inventory: Vec<String>,

    /// A report to write, as FORMAT or FORMAT=FILE (repeatable) [default: text]
    #[arg(long, value_name = "FORMAT[=FILE]", long_help = report_help::<Report>(), value_parser = parse_report::<Report>)]
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

const CHECK_EXAMPLES: &str = "\
Examples:
  az ad app list --all > apps.json
  credgate check --policy credgate.yaml --inventory apps.json
  credgate check --inventory apps.json --inventory service-principals.json \\
      --report text --report sarif=credgate.sarif
  credgate check --inventory pages/ --fail-on warning --now 2026-11-23T00:00:00Z
  az ad app list --all | credgate check --inventory -
  credgate check --inventory graph";
