//! Where reports go: files are removed before judging and written whole or not at all, so that no stale report can be
//! uploaded; one report may go to the standard output.

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use credgate::output::{self, Options, OutputFormat, Suppressed, Verbosity};
use credgate::report::Report;

use super::Failure;
use super::args::{self, Check, ReportArgument};

/// The reports that were asked for.
pub(crate) struct Reports<'a> {
    wanted: Vec<ReportArgument>,
    arguments: &'a Check,
}

impl<'a> Reports<'a> {
    /// Checks what was asked for, and removes what an earlier run left.
    pub(crate) fn plan(arguments: &'a Check) -> Result<Self, Failure> {
        let mut wanted = arguments.report.clone();
        if wanted.is_empty() {
            let text = output::find("text").ok_or_else(Failure::internal)?;
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
        let inputs: Vec<PathBuf> = arguments
            .inventory
            .iter()
            .chain([&arguments.policy])
            .filter_map(|input| fs::canonicalize(input).ok())
            .collect();
        let files: Vec<&PathBuf> = wanted
            .iter()
            .filter_map(|report| report.file.as_ref())
            .collect();
        for (at, file) in files.iter().enumerate() {
            if files.iter().take(at).any(|other| other == file) {
                return Err(Failure::usage(format_args!(
                    "two reports cannot share the file `{}`; name two files",
                    file.display()
                )));
            }
            let resolved = fs::canonicalize(file);
            if resolved.is_ok_and(|file| {
                // What a policy extends is not known yet; no report is YAML, and policies are.
                let is_yaml = file
                    .extension()
                    .is_some_and(|name| name == "yaml" || name == "yml");
                is_yaml
                    || inputs
                        .iter()
                        .any(|input| file == *input || file.starts_with(input))
            }) {
                return Err(Failure::usage(format_args!(
                    "the report `{}` would replace the policy or the inventory; name another file",
                    file.display()
                )));
            }
        }
        for file in files {
            // What cannot be removed cannot be written either, and is told then.
            if is_regular(file) {
                let _ = fs::remove_file(file);
            }
        }
        Ok(Self { wanted, arguments })
    }

    /// Writes every report; the first that fails is told after all were tried.
    pub(crate) fn write(&self, report: &Report) -> Result<(), Failure> {
        let mut failure = None;
        for ReportArgument { format, file } in &self.wanted {
            let options = self.options(file.is_none());
            let written = match file {
                Some(file) => to_file(format, report, &options, file),
                None => to_stdout(format, report, &options),
            };
            if let Err(error) = written {
                let place = file
                    .as_deref()
                    .map_or("the standard output".to_owned(), |file| {
                        format!("`{}`", file.display())
                    });
                failure.get_or_insert(Failure::report(format_args!(
                    "the {} report could not be written to {place} ({error}); free the place or name another one",
                    format.name
                )));
            }
        }
        failure.map_or(Ok(()), Err)
    }

    fn options(&self, stdout: bool) -> Options {
        let arguments = self.arguments;
        let verbosity = match (arguments.quiet, arguments.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, true) => Verbosity::Verbose,
            (false, false) => Verbosity::Normal,
        };
        let suppressed = match arguments.sarif_suppressed {
            args::Suppressed::Omit => Suppressed::Omit,
            args::Suppressed::Keep => Suppressed::Keep,
        };
        let colour = stdout && colours(arguments.color);
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

fn is_regular(file: &Path) -> bool {
    fs::symlink_metadata(file).is_ok_and(|metadata| metadata.is_file() || metadata.is_symlink())
}

fn to_stdout(format: &OutputFormat, report: &Report, options: &Options) -> io::Result<()> {
    let mut stdout = BufWriter::new(io::stdout().lock());
    (format.write)(report, options, &mut stdout)?;
    stdout.flush()
}

/// Writes beside the file and renames, so that a reader finds the whole report or none.
fn to_file(
    format: &OutputFormat,
    report: &Report,
    options: &Options,
    file: &Path,
) -> io::Result<()> {
    if fs::metadata(file).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
        // A device such as /dev/null, or a pipe: there is nothing to replace.
        let mut device = BufWriter::new(File::options().write(true).open(file)?);
        (format.write)(report, options, &mut device)?;
        return device.flush();
    }
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut draft = tempfile::Builder::new();
    let mut draft = with_usual_permissions(draft.prefix(".credgate-")).tempfile_in(folder)?;
    let mut writer = BufWriter::with_capacity(256 << 10, draft.as_file_mut());
    (format.write)(report, options, &mut writer)?;
    writer.flush()?;
    drop(writer);
    draft.persist(file).map_err(|error| error.error)?;
    Ok(())
}

/// A report is for others to read: its permissions are those that the umask leaves.
#[cfg(unix)]
fn with_usual_permissions<'a, 'b>(
    builder: &'a mut tempfile::Builder<'b, 'b>,
) -> &'a mut tempfile::Builder<'b, 'b> {
    use std::os::unix::fs::PermissionsExt as _;
    builder.permissions(fs::Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn with_usual_permissions<'a, 'b>(
    builder: &'a mut tempfile::Builder<'b, 'b>,
) -> &'a mut tempfile::Builder<'b, 'b> {
    builder
}
