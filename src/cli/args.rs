//! What a person may say on the command line. Types only; no behaviour, and no environment variable: none changes a
//! verdict.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

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

    /// An exported inventory: a file, a folder of pages, or - for the standard input (repeatable)
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

    /// List every application and every tolerated finding
    #[arg(short, long, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
}

const CHECK_EXAMPLES: &str = "\
Examples:
  az ad app list --all > apps.json
  credgate check --policy credgate.yaml --inventory apps.json
  credgate check --inventory apps.json --inventory service-principals.json \\
      --report text --report sarif=credgate.sarif
  credgate check --inventory pages/ --fail-on warning --now 2026-11-23T00:00:00Z
  az ad app list --all | credgate check --inventory -";

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
