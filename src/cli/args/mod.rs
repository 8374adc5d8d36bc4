//! What a person may say on the command line. Types only; no behaviour, and no environment variable: none changes a
//! verdict.

mod check;
mod forecast;
mod init;
mod inventory;
mod live;
mod prune;
mod review;
mod values;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use check::Check;
pub(crate) use forecast::{Forecast, Until};
pub(crate) use init::{Init, TermArguments};
pub(crate) use inventory::{Doctor, Export, InventoryCommand};
pub(crate) use live::LiveArguments;
pub(crate) use prune::Prune;
pub(crate) use review::Review;
pub(crate) use values::{Colour, ReportArgument, Suppressed};

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
    /// Tell what a change of the policy loosens and tightens, and which findings that silences or raises
    Review(Review),
    /// Tell what will change by itself until a day: exceptions and windows that end, secrets that age, certificates that expire
    Forecast(Forecast),
    /// Write a first policy, commented; or adopt what fails as exceptions that end
    Init(Init),
    /// Read the tenant: write a snapshot of it, or find out whether it can be read
    #[command(subcommand)]
    Inventory(InventoryCommand),
    /// Validate a policy, prune it, or print its JSON Schema
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Explain a rule: what it finds, why it matters, how to fix it
    Explain(Explain),
    /// Print a completion script for a shell
    Completions(Completions),
    /// Print a manual page
    Man(Man),
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
    /// Remove exceptions and windows that are over, or that an inventory does not need any more
    Prune(Box<Prune>),
    /// Print the JSON Schema of policies or of exceptions files, for editors
    #[command(after_help = "Example:\n  credgate policy schema > policy.schema.json")]
    Schema {
        /// What the schema is of
        #[arg(value_name = "OF", value_enum, default_value_t = SchemaOf::Policy)]
        of: SchemaOf,
    },
}

/// The files that have a schema.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SchemaOf {
    /// A policy
    Policy,
    /// A file that a policy names under exceptions-from
    Exceptions,
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
