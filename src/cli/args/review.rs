//! `credgate review`.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use credgate::report::review::ReviewReport;

use super::live::LiveArguments;
use super::values::{Colour, ReportArgument, parse_age, parse_instant, parse_report, report_help};

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag that a person may give"
)]
pub(crate) struct Review {
    /// The policy that judges: a file, GITREF:path, or none where the head is the first policy
    #[arg(long, value_name = "BASE", long_help = BASE_HELP, value_parser = NonEmptyStringValueParser::new())]
    pub(crate) base: String,

    /// The policy that is proposed: a file, or GITREF:path
    #[arg(long, value_name = "HEAD", default_value = "credgate.yaml", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) head: String,

    /// Tell what the change does to the findings of today: graph for the tenant itself, or an export: a file, a folder of
    /// pages, - for the standard input (repeatable)
    #[arg(long, value_name = "SOURCE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) inventory: Vec<String>,

    /// Exit with 0 although something loosens: somebody has approved it
    #[arg(long)]
    pub(crate) allow_loosening: bool,

    /// A report to write, as FORMAT or FORMAT=FILE (repeatable) [default: text]
    #[arg(long, value_name = "FORMAT[=FILE]", long_help = report_help::<ReviewReport>(), value_parser = parse_report::<ReviewReport>)]
    pub(crate) report: Vec<ReportArgument<ReviewReport>>,

    /// Compare as of this instant, such as 2026-11-23T00:00:00Z [default: the clock]
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    pub(crate) now: Option<jiff::Timestamp>,

    /// Accept an inventory without applications
    #[arg(long, requires = "inventory")]
    pub(crate) allow_empty: bool,

    /// Refuse an inventory that was collected longer ago, such as 24h or 7d
    #[arg(long, value_name = "AGE", requires = "inventory", value_parser = parse_age)]
    pub(crate) max_inventory_age: Option<jiff::SignedDuration>,

    /// Colour in the text report
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Colour::Auto)]
    pub(crate) color: Colour,

    /// Print only the summary line, and nothing when nothing loosens; reports in files are complete
    #[arg(short, long)]
    pub(crate) quiet: bool,

    /// With graph, log every request on the standard error
    #[arg(short, long, conflicts_with = "quiet")]
    pub(crate) verbose: bool,

    #[command(flatten)]
    pub(crate) live: LiveArguments,
}

const BASE_HELP: &str = "\
The policy that judges: a file; GITREF:path for a file in a commit, read from the repository without checking it out (the path counts from the repository's root, as Git has it, or from the current folder with GITREF:./path); or none where the head is the first policy. A base that cannot be read is an error, never \"no change\". A file whose name holds a colon is named with its folder, as in ./a:b.yaml.";

const EXAMPLES: &str = "\
Exit codes: 0 nothing loosens, or it was allowed; 1 something loosens; above 1 as everywhere

Examples:
  credgate review --base origin/main:credgate.yaml
  credgate review --base origin/main:credgate.yaml --inventory tenant.ndjson \\
      --report text --report markdown=review.md
  credgate review --base v1.4:policies/credgate.yaml --head HEAD:policies/credgate.yaml
  credgate review --base old.yaml --head new.yaml --allow-loosening
  credgate review --base none --head credgate.yaml";
