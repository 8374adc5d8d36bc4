//! The values that several commands take, and how they are read.

use std::path::PathBuf;

use clap::ValueEnum;
use credgate::escape;
use credgate::finding::Level;
use credgate::output::{OutputFormat, Rendered};
use credgate::report::Report;

/// A report and where it goes.
#[derive(Debug)]
pub(crate) struct ReportArgument<R: 'static = Report> {
    pub(crate) format: &'static OutputFormat<R>,
    /// `None` is the standard output.
    pub(crate) file: Option<PathBuf>,
}

impl<R> Clone for ReportArgument<R> {
    fn clone(&self) -> Self {
        let file = self.file.clone();
        Self {
            format: self.format,
            file,
        }
    }
}

pub(super) fn parse_report<R: Rendered>(text: &str) -> Result<ReportArgument<R>, String> {
    let (name, file) = match text.split_once('=') {
        Some((_, "")) => return Err("name a file behind the `=`".to_owned()),
        Some((name, file)) => (name, Some(PathBuf::from(file))),
        None => (text, None),
    };
    let format = R::format(name).ok_or_else(|| {
        let names: Vec<&str> = R::FORMATS.iter().map(|format| format.name).collect();
        let example = names.last().unwrap_or(&"text");
        format!(
            "use one of {}, or one with its file, as in {example}=FILE",
            names.join(", ")
        )
    })?;
    Ok(ReportArgument { format, file })
}

pub(super) fn report_help<R: Rendered>() -> String {
    let mut help = "A report to write, as FORMAT for the standard output or FORMAT=FILE (repeatable). Files are written \
                    whole or not at all. Without this option, text goes to the standard output.\n"
        .to_owned();
    for format in R::FORMATS {
        help.push_str("\n- ");
        help.push_str(format.name);
        help.push_str(": ");
        help.push_str(format.summary);
    }
    help
}

pub(super) fn inventory_help() -> String {
    let mut help = "The inventory (repeatable): graph for the tenant itself, or an export: a file, a folder, - for the \
                    standard input. Its format is recognised by its content.\n"
        .to_owned();
    for format in credgate::inventory::ALL {
        help.push_str("\n- ");
        help.push_str(format.name);
        help.push_str(": ");
        help.push_str(format.summary);
    }
    help
}

pub(super) fn parse_instant(text: &str) -> Result<jiff::Timestamp, String> {
    text.parse()
        .map_err(|_| "give an instant with its zone, such as 2026-11-23T00:00:00Z".to_owned())
}

pub(super) fn parse_age(text: &str) -> Result<jiff::SignedDuration, String> {
    let remedy = || "give hours or days, such as 24h or 7d".to_owned();
    let (digits, hours) = match (text.strip_suffix('h'), text.strip_suffix('d')) {
        (Some(digits), _) => (digits, 1),
        (_, Some(digits)) => (digits, 24),
        (None, None) => return Err(remedy()),
    };
    let number: i64 = digits.parse().map_err(|_| remedy())?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || number == 0 || number > 100_000 {
        return Err(remedy());
    }
    Ok(jiff::SignedDuration::from_hours(number * hours))
}

pub(super) fn parse_day(text: &str) -> Result<jiff::civil::Date, String> {
    let day: Option<jiff::civil::Date> = text.parse().ok();
    // Other forms are read, too; a policy has one.
    day.filter(|day| day.to_string() == text)
        .ok_or_else(|| "give a day as YYYY-MM-DD, such as 2027-02-28".to_owned())
}

pub(super) fn parse_term(text: &str) -> Result<jiff::SignedDuration, String> {
    let remedy = || "give days or weeks, such as 90d or 26w".to_owned();
    let (digits, days) = match (text.strip_suffix('d'), text.strip_suffix('w')) {
        (Some(digits), _) => (digits, 1),
        (_, Some(digits)) => (digits, 7),
        (None, None) => return Err(remedy()),
    };
    let number: i64 = digits.parse().map_err(|_| remedy())?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || number == 0 || number > 36_500 {
        return Err(remedy());
    }
    Ok(jiff::SignedDuration::from_hours(number * days * 24))
}

/// Reads what a policy takes for a text.
pub(super) fn parse_words(text: &str) -> Result<String, String> {
    let is_unseen = |letter: char| letter.is_whitespace() || escape::is_unprintable(letter);
    if text.chars().any(char::is_control) {
        return Err("give one line, without control characters".to_owned());
    }
    if text.chars().all(is_unseen) {
        return Err("give words that a person can read".to_owned());
    }
    Ok(text.to_owned())
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum FailOn {
    /// Only errors fail
    Error,
    /// Warnings fail, too
    Warning,
    /// Everything fails
    Note,
}

impl FailOn {
    pub(crate) const fn level(self) -> Level {
        match self {
            Self::Error => Level::Error,
            Self::Warning => Level::Warning,
            Self::Note => Level::Note,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Suppressed {
    /// Leave them out: code scanning would open an alert for each
    Omit,
    /// Write them with their suppression and its justification
    Keep,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Colour {
    /// Where the standard output is a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
