//! `credgate init`.

use clap::Args;
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser};
use credgate::policy::PRESETS;
use jiff::civil::Date;

use super::live::LiveArguments;
use super::values::{FailOn, parse_age, parse_day, parse_instant, parse_term, parse_words};

#[derive(Debug, Args)]
#[command(after_help = INIT_EXAMPLES)]
pub(crate) struct Init {
    /// The policy to write, a YAML file; with --adopt, one that is there is added to
    #[arg(long, value_name = "FILE", default_value = "credgate.yaml", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) policy: String,

    /// The shipped preset that a new policy extends [default: baseline]
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(PRESETS))]
    pub(crate) preset: Option<String>,

    /// Replace what is there
    #[arg(long, conflicts_with = "adopt")]
    pub(crate) force: bool,

    /// Add an exception for each application that fails today, or by itself before the term ends, pinned to the
    /// credentials that exist; the gate then passes on every day of the term, unless something new appears
    #[arg(long, requires = "inventory")]
    pub(crate) adopt: bool,

    #[command(flatten)]
    pub(crate) terms: TermArguments,

    #[command(flatten)]
    pub(crate) sources: AdoptArguments,

    #[command(flatten)]
    pub(crate) live: LiveArguments,
}

/// What the adopted exceptions say.
#[derive(Debug, Args)]
#[command(next_help_heading = "Adopted exceptions")]
pub(crate) struct TermArguments {
    /// Their last day, which is the last one of the term, such as 2027-02-28
    #[arg(long, value_name = "DAY", requires = "adopt", conflicts_with = "term", value_parser = parse_day)]
    pub(crate) expires: Option<Date>,

    /// How long they last from today, such as 90d or 26w
    #[arg(long, value_name = "TERM", requires = "adopt", value_parser = parse_term)]
    pub(crate) term: Option<jiff::SignedDuration>,

    /// Why they are granted [default: that they were there before the gate]
    #[arg(long, value_name = "TEXT", requires = "adopt", value_parser = parse_words)]
    pub(crate) reason: Option<String>,

    /// Who owns them
    #[arg(long, value_name = "TEXT", requires = "adopt", value_parser = parse_words)]
    pub(crate) owner: Option<String>,

    /// Who approved them
    #[arg(long, value_name = "TEXT", requires = "adopt", value_parser = parse_words)]
    pub(crate) approved_by: Option<String>,

    /// Where they were discussed
    #[arg(long, value_name = "TEXT", requires = "adopt", value_parser = parse_words)]
    pub(crate) ticket: Option<String>,
}

/// What is adopted.
#[derive(Debug, Args)]
#[command(next_help_heading = "Adopted findings")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line, and any may be given with any other"
)]
pub(crate) struct AdoptArguments {
    /// The inventory: graph for the tenant itself, or an export: a file, a folder of pages, - for the standard input
    /// (repeatable)
    #[arg(long, value_name = "SOURCE", requires = "adopt", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) inventory: Vec<String>,

    /// The lowest level that fails the gate, and is adopted
    #[arg(long, value_name = "LEVEL", requires = "adopt", value_enum, default_value_t = FailOn::Error)]
    pub(crate) fail_on: FailOn,

    /// Adopt as of this instant, such as 2026-11-23T00:00:00Z [default: the clock]
    #[arg(long, value_name = "INSTANT", requires = "adopt", value_parser = parse_instant)]
    pub(crate) now: Option<jiff::Timestamp>,

    /// Accept an inventory without applications
    #[arg(long, requires = "adopt")]
    pub(crate) allow_empty: bool,

    /// Refuse an inventory that was collected longer ago, such as 24h or 7d
    #[arg(long, value_name = "AGE", requires = "adopt", value_parser = parse_age)]
    pub(crate) max_inventory_age: Option<jiff::SignedDuration>,

    /// Say what would be adopted, and write nothing
    #[arg(long, requires = "adopt")]
    pub(crate) dry_run: bool,

    /// Print nothing but errors, warnings and what is left to fail
    #[arg(short, long, requires = "adopt")]
    pub(crate) quiet: bool,

    /// With graph, log every request on the standard error
    #[arg(short, long, requires = "adopt", conflicts_with = "quiet")]
    pub(crate) verbose: bool,
}

const INIT_EXAMPLES: &str = "\
Examples:
  credgate init
  credgate init --preset secrets-only --policy policies/credgate.yaml
  credgate init --adopt --inventory graph --term 90d
  credgate init --adopt --inventory apps.json --inventory service-principals.json \\
      --expires 2027-02-28 --owner iam@contoso.example --dry-run";
