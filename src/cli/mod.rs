//! The commands: from the arguments to an exit code. They belong to the binary; the library neither prints nor exits.

pub(crate) mod args;
mod check;
mod exit;
mod explain;
mod inputs;
mod manual;
mod policy;
mod progress;
mod report_file;
mod reports;
mod usage;

use args::{Arguments, Command};
pub(crate) use exit::{Exit, Failure};
pub(crate) use usage::refuse;

/// Runs a command.
pub(crate) fn run(arguments: Arguments) -> Result<Exit, Failure> {
    match arguments.command {
        Command::Check(arguments) => check::run(&arguments),
        Command::Policy(command) => policy::run(command),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Completions(arguments) => manual::completions(&arguments),
        Command::Man(arguments) => manual::page(&arguments),
    }
}
