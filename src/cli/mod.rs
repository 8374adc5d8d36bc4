//! The commands: from the arguments to an exit code. They belong to the binary; the library neither prints nor exits.

mod adopt;
pub(crate) mod args;
mod check;
mod checkout;
mod doctor;
mod exit;
mod explain;
mod export;
mod forecast;
mod git;
mod git_program;
mod init;
mod inputs;
mod inventory;
mod judge;
mod live;
mod manual;
mod policy;
mod policy_file;
mod progress;
mod prune;
mod report_file;
mod reports;
mod review;
mod sources;
mod terms;
mod usage;
mod watch;

use args::{Arguments, Command};
pub(crate) use exit::{Exit, Failure};
pub(crate) use usage::refuse;

/// Runs a command.
pub(crate) fn run(arguments: Arguments) -> Result<Exit, Failure> {
    match arguments.command {
        Command::Check(arguments) => check::run(&arguments),
        Command::Review(arguments) => review::run(&arguments),
        Command::Forecast(arguments) => forecast::run(&arguments),
        Command::Init(arguments) => init::run(&arguments),
        Command::Inventory(command) => inventory::run(&command),
        Command::Policy(command) => policy::run(command),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Completions(arguments) => manual::completions(&arguments),
        Command::Man(arguments) => manual::page(&arguments),
    }
}

/// Returns the instant that this machine's clock shows.
#[expect(
    clippy::disallowed_methods,
    reason = "the instant enters here, once, and everything below receives it"
)]
fn clock() -> jiff::Timestamp {
    jiff::Timestamp::now()
}
