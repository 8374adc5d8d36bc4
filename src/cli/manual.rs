//! `credgate completions SHELL` and `credgate man`: what people expect of a command line.

use std::io::{self, Write as _};

use clap::CommandFactory as _;
use clap_mangen::roff::{Roff, roman};

use super::args::{Arguments, Completions, Man};
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

/// Prints the manual page of a command.
pub(crate) fn page(arguments: &Man) -> Result<Exit, Failure> {
    let mut program = without_help(Arguments::command());
    program.build();
    let mut command = &program;
    for word in &arguments.command {
        command = command.find_subcommand(word).ok_or_else(|| {
            let parent = command.get_bin_name().unwrap_or("credgate");
            Failure::usage(format_args!(
                "there is no command `{parent} {word}`; name one that `{parent} --help` lists"
            ))
        })?;
    }
    let mut page = Vec::new();
    write(command.clone(), &mut page).map_err(|error| {
        Failure::report(format_args!(
            "the manual page cannot be made ({error}); report this bug"
        ))
    })?;
    printed(&String::from_utf8_lossy(&page))
}

/// Takes out the commands named `help`: they have no pages.
fn without_help(command: clap::Command) -> clap::Command {
    command
        .disable_help_subcommand(true)
        .mut_subcommands(without_help)
}

/// Writes a page. What help prints last has a title of its own, and lines that stay lines.
fn write(command: clap::Command, page: &mut dyn io::Write) -> io::Result<()> {
    let last = command.get_after_help().map(ToString::to_string);
    clap_mangen::Man::new(command.after_help(None::<&str>))
        .source(concat!("credgate ", env!("CARGO_PKG_VERSION")))
        .render(page)?;
    let Some((title, lines)) = last.as_deref().and_then(|last| last.split_once(":\n")) else {
        return Ok(());
    };
    let mut section = Roff::new();
    section.control("SH", [title.to_uppercase().as_str()]);
    section.control("nf", []);
    for line in lines.lines() {
        section.text([roman(line)]);
    }
    section.control("fi", []);
    section.to_writer(page)
}
