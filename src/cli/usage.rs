//! A command line that cannot be understood: one line that says why, and no report of an earlier run left.
//!
//! In: what `clap` makes of it, and the words themselves. Out: the end of the program.

use std::error::Error as _;
use std::ffi::OsString;
use std::path::Path;

use clap::CommandFactory as _;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use credgate::{policy, rules};

use super::Failure;
use super::args::Arguments;
use super::inputs::Inputs;
use super::report_file::Stale;

/// Returns the failure that tells what is wrong, after the reports that the words name were removed.
pub(crate) fn refuse(error: &clap::Error, words: &[OsString]) -> Failure {
    let words: Vec<&str> = words
        .iter()
        .skip(1)
        .take_while(|word| *word != "--")
        .filter_map(|word| word.to_str())
        .collect();
    let reports = reports(&words);
    let stale = if reports.is_empty() {
        Stale::default()
    } else {
        Stale::remove(reports, &inputs(&words))
    };
    stale.tell(failure(error, &words))
}

/// Returns the files in which the words ask for reports: those of a command that writes some, behind `--report` or a
/// misspelling of it. Nothing else that has the form `FORMAT=FILE` is a report.
fn reports<'a>(words: &[&'a str]) -> Vec<&'a Path> {
    let Some(command) = words.first().and_then(|word| reporting(word)) else {
        return Vec::new();
    };
    let is_report = |option: &str| is_report(option, &command);
    let before = std::iter::once("").chain(words.iter().copied());
    let named = words.iter().zip(before).filter_map(|(word, before)| {
        let told = match word.strip_prefix("--").map(|word| word.split_once('=')) {
            Some(Some((option, told))) => is_report(option).then_some(told)?,
            Some(None) => return None,
            None => before
                .strip_prefix("--")
                .is_some_and(is_report)
                .then_some(word)?,
        };
        let (_, file) = told.split_once('=')?;
        Some(file)
    });
    named
        .filter(|file| !file.is_empty())
        .map(Path::new)
        .collect()
}

/// Returns the command that writes reports and that a word means, be it misspelt.
fn reporting(word: &str) -> Option<clap::Command> {
    let arguments = Arguments::command();
    let mut commands = arguments.get_subcommands();
    let writes = |command: &&clap::Command| {
        let mut options = command.get_arguments().filter_map(clap::Arg::get_long);
        is_like(word, command.get_name()) && options.any(|option| option == "report")
    };
    commands.find(writes).cloned()
}

/// Tells whether an option is `--report`, or can only be a misspelling of it.
fn is_report(option: &str, command: &clap::Command) -> bool {
    if option == "report" {
        return true;
    }
    let others = command
        .get_arguments()
        .filter_map(clap::Arg::get_long)
        .filter(|other| *other != "report");
    let mut closer = others.filter(|other| {
        strsim::osa_distance(option, other) <= strsim::osa_distance(option, "report")
    });
    is_like(option, "report") && closer.next().is_none()
}

/// Tells whether a word can be a misspelling of another: up to two slips of the hand, the first letter none of them.
fn is_like(word: &str, meant: &str) -> bool {
    word.len() <= 16
        && word.chars().next() == meant.chars().next()
        && strsim::osa_distance(word, meant) <= 2
}

/// Returns every file that the words name, whatever for: which of them would have been read is not known.
fn inputs(words: &[&str]) -> Inputs {
    let mut inputs = Inputs::default();
    let values = words.iter().filter_map(|word| value(word));
    let names = words.iter().copied().chain(values);
    for name in names.chain(["credgate.yaml", "/dev/stdin"]) {
        let path = Path::new(name);
        inputs.add(path);
        let extended = match policy::load(path, name, &rules::descriptors()) {
            Ok(policy) => policy.paths().to_vec(),
            Err(error) => error.paths().to_vec(),
        };
        for path in extended {
            inputs.add(&path);
        }
    }
    inputs
}

/// Returns what stands behind the sign of `--option=value`.
fn value(word: &str) -> Option<&str> {
    word.strip_prefix("--")?
        .split_once('=')
        .map(|(_, value)| value)
}

fn failure(error: &clap::Error, words: &[&str]) -> Failure {
    let argument = one(error, ContextKind::InvalidArg);
    let value = one(error, ContextKind::InvalidValue);
    let cause = match (error.kind(), argument, value) {
        (ErrorKind::InvalidValue | ErrorKind::ValueValidation, Some(argument), Some("")) => {
            format!(
                "empty value for `{argument}`; give one, and check that the variable it comes from is set"
            )
        }
        (ErrorKind::InvalidValue, Some(argument), Some(value)) => format!(
            "`{value}` cannot be used for `{argument}`; use one of {}",
            quoted(all(error, ContextKind::ValidValue))
        ),
        (ErrorKind::ValueValidation, Some(argument), Some(value)) => {
            let remedy = error.source().map(ToString::to_string).unwrap_or_default();
            format!("`{value}` cannot be used for `{argument}`; {remedy}")
        }
        (ErrorKind::UnknownArgument, Some(argument), _) => {
            let nearest = nearest(all(error, ContextKind::SuggestedArg), "leave it out");
            format!("unexpected argument `{argument}`; {nearest}")
        }
        (ErrorKind::InvalidSubcommand, ..) => {
            let unknown = one(error, ContextKind::InvalidSubcommand).unwrap_or_default();
            let nearest = nearest(
                all(error, ContextKind::SuggestedSubcommand),
                "name another one",
            );
            format!("there is no command `{unknown}`; {nearest}")
        }
        (ErrorKind::MissingRequiredArgument, ..) => {
            let missing = quoted(all(error, ContextKind::InvalidArg));
            format!("{missing} is missing; name it")
        }
        (
            ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand,
            ..,
        ) => "no command is given; name one".to_owned(),
        (ErrorKind::ArgumentConflict, Some(argument), _) => {
            let prior = quoted(all(error, ContextKind::PriorArg));
            if prior == format!("`{argument}`") {
                format!("{prior} is given more than once; give it once")
            } else {
                format!("`{argument}` and {prior} exclude each other; give one of them")
            }
        }
        (_, _, _) => format!("{}; correct the command line", first_sentence(error)),
    };
    Failure::usage(format_args!("{cause} (see `{} --help`)", command(words)))
}

/// Returns what `clap` itself says, on one line.
fn first_sentence(error: &clap::Error) -> String {
    let text = error.to_string();
    let text = text.split("\n\n").next().unwrap_or_default();
    let words: Vec<&str> = text
        .trim_start_matches("error: ")
        .split_whitespace()
        .collect();
    words.join(" ")
}

fn one(error: &clap::Error, kind: ContextKind) -> Option<&str> {
    all(error, kind).first().map(|text| plain(text))
}

fn all(error: &clap::Error, kind: ContextKind) -> &[String] {
    match error.get(kind) {
        Some(ContextValue::String(text)) => std::slice::from_ref(text),
        Some(ContextValue::Strings(texts)) => texts,
        _ => &[],
    }
}

/// Returns the name of an option without that of its value: `--policy <FILE>` is `--policy`.
fn plain(name: &str) -> &str {
    name.split_once(" <").map_or(name, |(option, _)| option)
}

fn quoted(words: &[String]) -> String {
    let words: Vec<&str> = words.iter().map(|word| plain(word)).collect();
    format!("`{}`", words.join("`, `"))
}

fn nearest(known: &[String], otherwise: &str) -> String {
    match known {
        [] => otherwise.to_owned(),
        [nearest, ..] => format!("did you mean `{nearest}`?"),
    }
}

/// Returns the command that the words name, as it is typed.
fn command(words: &[&str]) -> String {
    let mut typed = "credgate".to_owned();
    let mut command = Arguments::command();
    for word in words {
        let Some(named) = command.find_subcommand(word) else {
            break;
        };
        typed.push(' ');
        typed.push_str(word);
        command = named.clone();
    }
    typed
}
