//! A policy that cannot be used: every problem, each with its place, its words and the lines around it.
//!
//! In: faults and the files they lie in. Out: one line for a person, and diagnostics for `miette`. Foreign text is made
//! harmless here, because `miette` passes it to the terminal as it is.

use std::fmt;
use std::path::PathBuf;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};

use super::excerpt::Excerpt;
use super::extends::ChainFile;
use super::fault::Fault;
use super::problem::{Places, Problem};
use crate::escape::printable;

/// How many problems are shown; nobody reads more at once.
const MOST_SHOWN: usize = 50;

/// Why a policy cannot be used: it is missing, or it is not valid.
#[derive(Debug)]
pub struct PolicyError {
    summary: String,
    problems: Vec<PolicyProblem>,
    left_out: usize,
    paths: Vec<PathBuf>,
}

impl PolicyError {
    /// Makes the error of a file that could not be read at all.
    pub(super) fn unreadable(fault: &Fault) -> Self {
        Self {
            summary: sentence(fault),
            problems: Vec::new(),
            left_out: 0,
            paths: Vec::new(),
        }
    }

    /// Makes the error of a policy that was read, and has these problems.
    pub(super) fn new(places: &Places<'_>, problems: &[Problem], paths: Vec<PathBuf>) -> Self {
        let mut located: Vec<_> = problems
            .iter()
            .map(|problem| (problem, problem.bytes(places)))
            .collect();
        located.sort_by_key(|(problem, bytes)| (problem.file, bytes.start));
        let shown: Vec<_> = located
            .into_iter()
            .take(MOST_SHOWN)
            .filter_map(|(problem, bytes)| {
                let file = places.files().get(problem.file)?;
                let excerpt = Excerpt::new(&file.name, &file.text, &bytes);
                Some(PolicyProblem::new(&problem.fault, excerpt))
            })
            .collect();
        Self {
            summary: summary(places.files(), &shown, problems.len()),
            left_out: problems.len() - shown.len(),
            problems: shown,
            paths,
        }
    }

    /// Returns the cause and the remedy in one line.
    pub fn summary(&self) -> &str {
        &self.summary
    }

    /// Returns the problems, in the order of the files and of their lines; none where the file could not be read.
    pub fn problems(&self) -> &[PolicyProblem] {
        &self.problems
    }

    /// Returns the files on disk that the policy names as far as it could be read; none where it could not be at all.
    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// Returns how many further problems there are.
    pub const fn left_out(&self) -> usize {
        self.left_out
    }
}

/// Writes out the problems of a policy with the lines they lie in, for a terminal of this width or for a log.
pub fn render(error: &PolicyError, colour: bool, width: usize) -> String {
    let theme = if colour {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .without_syntax_highlighting()
        .with_width(width);
    let mut text = String::new();
    for problem in &error.problems {
        text.push('\n');
        // Writing to a string does not fail; a problem that could not be drawn is still said in words.
        if handler.render_report(&mut text, problem).is_err() {
            text.push_str(&problem.message);
        }
    }
    match error.left_out {
        0 => text,
        more => format!("{text}\nand {more} more\n"),
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.summary)
    }
}

impl std::error::Error for PolicyError {}

fn summary(files: &[ChainFile], shown: &[PolicyProblem], count: usize) -> String {
    let Some(first) = shown.first() else {
        return "the policy cannot be used; this is a bug of credgate, please report it".to_owned();
    };
    let (file, line) = (first.file(), first.line());
    let policy = files
        .first()
        .map_or(file.into(), |file| printable(&file.name));
    let what = format!("{}; {}", first.message, first.remedy);
    match count {
        1 => format!("`{file}`, line {line}: {what}"),
        _ if policy == file => {
            format!("`{file}` has {count} problems, the first at line {line}: {what}")
        }
        _ => format!(
            "`{policy}` and the files that it names have {count} problems, the first in `{file}` at line {line}: {what}"
        ),
    }
}

/// One problem of a policy, with its place.
#[derive(Debug)]
pub struct PolicyProblem {
    message: String,
    code: String,
    remedy: String,
    excerpt: Excerpt,
}

impl PolicyProblem {
    fn new(fault: &Fault, excerpt: Excerpt) -> Self {
        Self {
            message: shown(&fault.to_string()),
            code: fault
                .code()
                .map(|code| code.to_string())
                .unwrap_or_default(),
            remedy: remedy(fault),
            excerpt,
        }
    }

    /// Returns the name of the file, as reports show it.
    pub fn file(&self) -> &str {
        self.excerpt.file()
    }

    /// Returns the one-based line.
    pub const fn line(&self) -> u32 {
        self.excerpt.line()
    }

    /// Returns the one-based column, in characters.
    pub const fn column(&self) -> u32 {
        self.excerpt.column()
    }
}

impl fmt::Display for PolicyProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for PolicyProblem {}

impl Diagnostic for PolicyProblem {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.remedy))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(self.excerpt.label())))
    }
}

fn sentence(fault: &Fault) -> String {
    format!("{}; {}", shown(&fault.to_string()), remedy(fault))
}

fn remedy(fault: &Fault) -> String {
    fault
        .help()
        .map(|help| shown(&help.to_string()))
        .unwrap_or_default()
}

/// The longest message: a hostile key may be longer than a screen.
const LONGEST_MESSAGE: usize = 500;

fn shown(message: &str) -> String {
    let cut: String = message.chars().take(LONGEST_MESSAGE).collect();
    let ellipsis = if cut.len() < message.len() { "…" } else { "" };
    format!("{}{ellipsis}", printable(&cut))
}
