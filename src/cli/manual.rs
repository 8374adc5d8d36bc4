//! `credgate completions SHELL` and `credgate man`: what people expect of a command line.

use std::io::{self, Write as _};

use clap::CommandFactory as _;

use super::args::{Arguments, Completions};
use super::{Exit, Failure, report_file};

/// Prints a text to the standard output.
pub(crate) fn printed(text: &str) -> Result<Exit, Failure> {
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Ok(()) => Ok(Exit(0)),
        Err(error) => {
            let (cause, remedy) = report_file::why(&error);
            Err(Failure::report(format_args!(
                "the standard output could not be written: {cause}; {remedy}"
            )))
        }
    }
}

/// Prints a completion script.
pub(crate) fn completions(arguments: &Completions) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut Arguments::command(),
        "credgate",
        &mut script,
    );
    printed(&String::from_utf8_lossy(&script))
}

/// Prints the manual page.
pub(crate) fn page() -> Result<Exit, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Arguments::command())
        .render(&mut page)
        .map_err(|error| {
            Failure::report(format_args!(
                "the manual page cannot be made ({error}); report this bug"
            ))
        })?;
    printed(&String::from_utf8_lossy(&page))
}
