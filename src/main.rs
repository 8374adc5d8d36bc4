//! The binary: arguments → command → exit code.

mod cli;

use std::io::Write as _;
use std::panic;
use std::process::ExitCode;

use clap::Parser as _;
use cli::args::Arguments;
use cli::{Failure, USAGE};

fn main() -> ExitCode {
    panic::set_hook(Box::new(|_| {}));
    match panic::catch_unwind(run) {
        Ok(code) => code,
        Err(_) => Failure::internal().print(),
    }
}

fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    match cli::run(arguments) {
        Ok(exit) => exit.into(),
        Err(failure) => failure.print(),
    }
}

/// Help and version are answers; everything else is wrong usage, told like every other error.
fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        return if error.print().is_ok() {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(5)
        };
    }
    let text = error.to_string();
    let (cause, details) = text.split_once("\n\n").unwrap_or((&text, ""));
    let cause = cause
        .trim_start_matches("error: ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let message = format!(
        "error[{USAGE}]: {}\n{details}\n",
        credgate::escape::printable(&cause)
    );
    let _ = std::io::stderr().write_all(message.trim_end().as_bytes());
    let _ = std::io::stderr().write_all(b"\n");
    ExitCode::from(USAGE)
}
