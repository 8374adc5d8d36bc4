//! The binary: arguments → command → exit code.

mod cli;

use std::env;
use std::ffi::OsString;
use std::panic;
use std::process::ExitCode;

use clap::Parser as _;
use cli::Failure;
use cli::args::Arguments;

fn main() -> ExitCode {
    panic::set_hook(Box::new(|_| {}));
    match panic::catch_unwind(run) {
        Ok(code) => code,
        Err(_) => Failure::internal().print(),
    }
}

fn run() -> ExitCode {
    let words: Vec<OsString> = env::args_os().collect();
    match Arguments::try_parse_from(&words) {
        Ok(arguments) => match cli::run(arguments) {
            Ok(exit) => exit.into(),
            Err(failure) => failure.print(),
        },
        Err(error) if error.use_stderr() => cli::refuse(&error, &words).print(),
        // Help and the version are answers.
        Err(answer) if answer.print().is_ok() => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(5),
    }
}
