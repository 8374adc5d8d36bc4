//! `credgate forecast`.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use credgate::report::forecast::ForecastReport;
use jiff::civil::Date;

use super::live::LiveArguments;
use super::values::{
    Colour, FailOn, ReportArgument, parse_age, parse_instant, parse_report, report_help,
};

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Forecast {
    /// The policy, a YAML file
    #[arg(long, value_name = "FILE", default_value = "credgate.yaml", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) policy: String,

    /// The inventory: graph for the tenant itself, or an export: a file, a folder of pages, - for the standard input
    /// (repeatable)
    #[arg(long, value_name = "SOURCE", required = true, value_parser = NonEmptyStringValueParser::new())]
    pub(crate) inventory: Vec<String>,

    /// The last day to look at, such as 2027-03-31, or a term such as 90d
    #[arg(long, value_name = "DATE|TERM", default_value = "90d", value_parser = parse_until)]
    pub(crate) until: Until,

    /// Exit with 1 where the gate fails within this time, or now, such as 14d
    #[arg(long, value_name = "TERM", value_parser = parse_age)]
    pub(crate) fail_within: Option<jiff::SignedDuration>,

    /// A report to write, as FORMAT or FORMAT=FILE (repeatable) [default: text]
    #[arg(long, value_name = "FORMAT[=FILE]", long_help = report_help::<ForecastReport>(), value_parser = parse_report::<ForecastReport>)]
    pub(crate) report: Vec<ReportArgument<ForecastReport>>,

    /// The lowest level that fails the gate
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t = FailOn::Error)]
    pub(crate) fail_on: FailOn,

    /// Begin at this instant, such as 2026-11-23T00:00:00Z [default: the clock]
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    pub(crate) now: Option<jiff::Timestamp>,

    /// Accept an inventory without applications
    #[arg(long)]
    pub(crate) allow_empty: bool,

    /// Refuse an inventory that was collected longer ago, such as 24h or 7d
    #[arg(long, value_name = "AGE", value_parser = parse_age)]
    pub(crate) max_inventory_age: Option<jiff::SignedDuration>,

    /// Colour in the text report
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Colour::Auto)]
    pub(crate) color: Colour,

    /// Print only the summary line, and nothing when the gate holds until then; reports in files are complete
    #[arg(short, long)]
    pub(crate) quiet: bool,

    /// List every change; with graph, log every request on the standard error
    #[arg(short, long, conflicts_with = "quiet")]
    pub(crate) verbose: bool,

    #[command(flatten)]
    pub(crate) live: LiveArguments,
}

/// The end of a forecast.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Until {
    /// That UTC day, included.
    Day(Date),
    /// So many days from now.
    Days(i64),
}

fn parse_until(text: &str) -> Result<Until, String> {
    let remedy = || "give a day such as 2027-03-31, or a term such as 90d or 26w".to_owned();
    if let Ok(day) = text.parse::<Date>()
        && text.len() == "2027-03-31".len()
    {
        return Ok(Until::Day(day));
    }
    let term = text
        .strip_prefix('P')
        .and_then(|text| text.strip_suffix('D'));
    let units = [('d', 1), ('w', 7)];
    let mut units = units.iter();
    let (digits, days) = term
        .map(|digits| (digits, 1))
        .or_else(|| units.find_map(|(unit, days)| Some((text.strip_suffix(*unit)?, *days))))
        .ok_or_else(remedy)?;
    let number: i64 = digits.parse().map_err(|_| remedy())?;
    let days = number.checked_mul(days).ok_or_else(remedy)?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || !(1..=3_660).contains(&days) {
        return Err(remedy());
    }
    Ok(Until::Days(days))
}

const EXAMPLES: &str = "\
Exit codes: 0 a forecast was made; 1 with --fail-within, where the gate fails by then or now; above 1 as everywhere

Examples:
  credgate forecast --inventory tenant.ndjson --until 2027-06-30
  credgate forecast --inventory apps.json --inventory service-principals.json --until 26w \\
      --report text --report ics=credgate.ics
  credgate forecast --inventory graph --fail-within 14d --report markdown=forecast.md";
