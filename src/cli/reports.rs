//! Which reports were asked for, and where they go: each to a file of its own, one perhaps to the standard output.

use std::io::{self, BufWriter, IsTerminal as _, Write as _};

use credgate::output::{Options, OutputFormat, Rendered, Suppressed, Verbosity};

use super::args::{self, ReportArgument};
use super::inputs::{Inputs, named};
use super::{Failure, report_file};

/// How reports are to look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Looks {
    pub(crate) quiet: bool,
    pub(crate) verbose: bool,
    pub(crate) colour: args::Colour,
    pub(crate) suppressed: args::Suppressed,
}

/// The reports that were asked for.
pub(crate) struct Reports<R: 'static> {
    wanted: Vec<ReportArgument<R>>,
    looks: Looks,
}

impl<R: Rendered> Reports<R> {
    /// Checks that each report has a place of its own, which is none of the inputs.
    pub(crate) fn plan(
        wanted: &[ReportArgument<R>],
        looks: Looks,
        inputs: &Inputs,
    ) -> Result<Self, Failure> {
        let mut wanted = wanted.to_vec();
        if wanted.is_empty() {
            let text = R::format("text").ok_or_else(Failure::internal)?;
            wanted.push(ReportArgument {
                format: text,
                file: None,
            });
        }
        if wanted.iter().filter(|report| report.file.is_none()).count() > 1 {
            return Err(Failure::usage(
                "two reports cannot share the standard output; give one a file, as in --report sarif=FILE",
            ));
        }
        let files = wanted.iter().filter_map(|report| report.file.as_deref());
        let mut names = Vec::new();
        for file in files {
            if inputs.hold(file) {
                return Err(Failure::usage(format_args!(
                    "the report `{}` would replace a policy or an inventory; name another file",
                    file.display()
                )));
            }
            let name = named(file);
            if names.contains(&name) {
                return Err(Failure::usage(format_args!(
                    "two reports cannot share the file `{}`; name two files",
                    file.display()
                )));
            }
            names.push(name);
        }
        Ok(Self { wanted, looks })
    }

    /// Writes every report; the first that fails is told after all were tried.
    pub(crate) fn write(&self, report: &R) -> Result<(), Failure> {
        let mut failure = None;
        for ReportArgument { format, file } in &self.wanted {
            let options = self.options(file.is_none());
            let written = match file {
                Some(file) => {
                    report_file::write(file, |writer| (format.write)(report, &options, writer))
                }
                None => to_stdout(format, report, &options),
            };
            if let Err(error) = written {
                let place = file
                    .as_deref()
                    .map_or("the standard output".to_owned(), |file| {
                        format!("`{}`", file.display())
                    });
                let (cause, remedy) = report_file::why(&error);
                failure.get_or_insert(Failure::report(format_args!(
                    "the {} report could not be written to {place}: {cause}; {remedy}",
                    format.name
                )));
            }
        }
        failure.map_or(Ok(()), Err)
    }

    fn options(&self, stdout: bool) -> Options {
        let looks = self.looks;
        // A report in a file is complete: to be quiet concerns the standard output.
        let verbosity = match (looks.quiet && stdout, looks.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, true) => Verbosity::Verbose,
            (false, false) => Verbosity::Normal,
        };
        let suppressed = match looks.suppressed {
            args::Suppressed::Omit => Suppressed::Omit,
            args::Suppressed::Keep => Suppressed::Keep,
        };
        let colour = stdout && colours(looks.colour);
        Options {
            colour,
            width: width(stdout),
            verbosity,
            suppressed,
        }
    }
}

/// Tells whether the standard output may be coloured.
pub(crate) fn colours(colour: args::Colour) -> bool {
    match colour {
        args::Colour::Always => true,
        args::Colour::Never => false,
        args::Colour::Auto => {
            anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
        }
    }
}

/// Returns the width of the terminal, within what can be read well.
pub(crate) fn width(terminal: bool) -> usize {
    let size = (terminal && io::stdout().is_terminal())
        .then(terminal_size::terminal_size)
        .flatten();
    size.map_or(100, |(width, _)| usize::from(width.0).clamp(60, 120))
}

fn to_stdout<R>(format: &OutputFormat<R>, report: &R, options: &Options) -> io::Result<()> {
    let mut stdout = BufWriter::new(io::stdout().lock());
    (format.write)(report, options, &mut stdout)?;
    stdout.flush()
}
