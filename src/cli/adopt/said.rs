//! What a person is told about an adoption.
//!
//! In: an adoption, and what became of the policy. Out: text, foreign names made harmless. What fails is told even with
//! `--quiet`.

use std::fmt::Write as _;

use credgate::adopt::{Adoption, Later, Left, LeftSubject};
use credgate::escape::printable;
use credgate::finding::RuleId;
use credgate::policy::Group;
use credgate::words::count;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use super::super::args::Init;
use super::super::policy_file::PolicyFile;

/// As many lines about later days as a person reads.
const MOST_LINES: usize = 20;

/// What a person is told.
pub(super) struct Said<'run> {
    pub(super) arguments: &'run Init,
    pub(super) file: &'run PolicyFile<'run>,
    pub(super) adoption: &'run Adoption,
    pub(super) is_new: bool,
    /// The UTC day of the adoption.
    pub(super) today: Date,
    /// The last day of its exceptions.
    pub(super) until: Date,
}

impl Said<'_> {
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let is_quiet = self.arguments.sources.quiet;
        if !is_quiet {
            self.add_adopted(&mut text);
        }
        if !self.adoption.left.is_empty() {
            text.push_str("Not adopted, and failing:\n");
        }
        for left in &self.adoption.left {
            add_left(&mut text, left);
        }
        if !is_quiet && self.adoption.left.is_empty() {
            self.add_passes(&mut text);
        }
        self.add_later(&mut text);
        let is_written = self.is_new || !self.adoption.groups.is_empty();
        if is_written && !is_quiet && !self.arguments.sources.dry_run {
            self.add_next(&mut text);
        }
        text
    }

    fn add_adopted(&self, text: &mut String) {
        let shown = printable(&self.file.shown);
        let is_dry = self.arguments.sources.dry_run;
        let (applications, exceptions) = (self.adoption.applications(), self.adoption.exceptions());
        let (exceptions, applications) = (
            count(exceptions, "exception"),
            count(applications, "application"),
        );
        let until = self.until;
        let nothing = if self.adoption.left.is_empty() {
            "there is nothing to adopt"
        } else {
            "nothing can be adopted"
        };
        let line = match (self.adoption.groups.is_empty(), is_dry, self.is_new) {
            (true, false, true) => format!("{shown}: written; {nothing}"),
            (true, _, _) => format!("{shown}: {nothing}; nothing was written"),
            (false, true, _) => format!(
                "{shown}: {exceptions} through {until} would be added, for {applications}; nothing was written"
            ),
            (false, false, true) => {
                format!("{shown}: written, with {exceptions} through {until}, for {applications}")
            }
            (false, false, false) => {
                format!("{shown}: {exceptions} through {until} added, for {applications}")
            }
        };
        let _ = writeln!(text, "{line}");
        for group in &self.adoption.groups {
            self.add_group(text, group);
        }
    }

    fn add_group(&self, text: &mut String, group: &Group) {
        let first = group.exceptions.first();
        let rules = first.map(|it| listed(&it.rules)).unwrap_or_default();
        let count = count(group.exceptions.len(), "application");
        let is_later = first.is_some_and(|it| it.granted > self.today);
        let later = if is_later { ", on a later day" } else { "" };
        let _ = writeln!(text, "  {count}{later}: {rules}");
    }

    /// Says through which day the gate passes.
    fn add_passes(&self, text: &mut String) {
        let would = if self.arguments.sources.dry_run {
            "would pass"
        } else {
            "passes"
        };
        let _ = match self.adoption.passes_through {
            Some(day) => writeln!(
                text,
                "The gate {would} through {day}, unless something new appears."
            ),
            None => writeln!(text, "The gate {would} now, but not for the rest of today."),
        };
    }

    fn add_later(&self, text: &mut String) {
        let later = self.adoption.later.iter();
        let mut lines: Vec<(Timestamp, String)> =
            later.map(|later| (later.at, later_line(later))).collect();
        lines.extend(self.adoption.unjudged.map(|at| {
            let line = "no verdict, because a rule that must be judged cannot be; export what it needs, or set `evidence: optional`";
            (at, line.to_owned())
        }));
        if lines.is_empty() {
            return;
        }
        lines.sort_by_key(|(at, _)| *at);
        text.push_str("Not adopted, and failing later:\n");
        for (at, line) in lines.iter().take(MOST_LINES) {
            let _ = writeln!(text, "  {}: {line}", instant(*at));
        }
        if lines.len() > MOST_LINES {
            let more = lines.len() - MOST_LINES;
            let _ = writeln!(
                text,
                "  {more} more after that; `credgate forecast` shows each of them"
            );
        }
    }

    fn add_next(&self, text: &mut String) {
        let named = self.file.as_option();
        let mut inventory = String::new();
        for source in &self.arguments.sources.inventory {
            inventory.push_str(" --inventory ");
            inventory.push_str(&printable(source));
        }
        let _ = writeln!(text, "Review it, then: credgate check{named}{inventory}");
    }
}

fn listed(rules: &[RuleId]) -> String {
    let rules: Vec<&str> = rules.iter().map(|rule| rule.0).collect();
    rules.join(", ")
}

fn named(subject: &LeftSubject) -> String {
    match subject {
        LeftSubject::Application(Some(app_id), name) => {
            format!("application {app_id} ({})", printable(name))
        }
        LeftSubject::Application(None, name) => format!("application ({})", printable(name)),
        LeftSubject::Exception(id) => format!("exception `{id}`"),
        LeftSubject::Window(id) => format!("migration window `{id}`"),
        LeftSubject::Tenant => "the tenant".to_owned(),
    }
}

fn add_left(text: &mut String, left: &Left) {
    let (subject, rules) = (named(&left.subject), listed(&left.rules));
    let _ = writeln!(text, "  {subject}: {rules}: {}", left.cause);
}

fn later_line(later: &Later) -> String {
    let first = later.subjects.first().map(named).unwrap_or_default();
    let more = match later.subjects.len() {
        0 | 1 => String::new(),
        all => format!(" and {} more", all - 1),
    };
    format!("{first}{more}: {}: {}", later.rule, later.cause)
}

/// Says when something begins: a day where it begins with it.
fn instant(at: Timestamp) -> String {
    let time = Offset::UTC.to_datetime(at);
    if time == time.date().at(0, 0, 0, 0) {
        time.date().to_string()
    } else {
        at.to_string()
    }
}
