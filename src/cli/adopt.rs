//! `credgate init --adopt`: what fails today becomes exceptions that end, in a policy that is there or in a new one.
//!
//! In: a policy, an inventory, and the terms. Out: the policy with one exception for each application that fails, and
//! what no exception can cover. Nothing is written where the inventory gives no verdict, and where nothing is missing.

use std::fmt::Write as _;
use std::path::Path;

use credgate::adopt::{Adoption, Left, LeftSubject, adopt};
use credgate::escape::printable;
use credgate::evaluate::Evaluation;
use credgate::policy::{self, Change, Policy};
use credgate::report::Report;
use credgate::rules;
use credgate::words::count;
use jiff::Timestamp;

use super::args::Init;
use super::check::incomplete;
use super::init::first;
use super::judge::{Heard, read};
use super::live::Voice;
use super::manual::printed;
use super::policy_file::PolicyFile;
use super::sources::Sources;
use super::terms::terms;
use super::{Exit, Failure, clock};

/// Adopts what fails, and says what is left to fail.
pub(super) fn run(arguments: &Init, file: &PolicyFile<'_>, folder: &Path) -> Result<Exit, Failure> {
    let now = arguments.sources.now.unwrap_or_else(clock);
    let base = Base::of(arguments, file)?;
    let fail_on = arguments.sources.fail_on.level();
    let terms = terms(&arguments.terms, &base.policy, fail_on, now)?;
    let report = judge(arguments, &base.policy, now, folder)?;
    if report.missing().next().is_some() {
        return Err(Failure::inventory(format_args!(
            "nothing is adopted where a rule was not judged: {}",
            incomplete(&report)
        )));
    }
    let adoption = adopt(&report, &base.policy, &terms);
    base.write(arguments, file, &adoption)?;
    let said = Said {
        arguments,
        file,
        adoption: &adoption,
        is_new: base.is_new,
        until: terms.expires,
    };
    printed(&said.text())?;
    Ok(Exit(u8::from(!adoption.left.is_empty())))
}

fn judge(
    arguments: &Init,
    policy: &Policy,
    now: Timestamp,
    folder: &Path,
) -> Result<Report, Failure> {
    let wanted = &arguments.sources;
    let sources = Sources {
        names: wanted.inventory.as_slice(),
        allow_empty: wanted.allow_empty,
        max_age: wanted.max_inventory_age,
        judges_now: wanted.now.is_none(),
        voice: Voice {
            quiet: wanted.quiet,
            verbose: wanted.verbose,
        },
        live: &arguments.live,
    };
    let start = || Evaluation::new(policy, now, wanted.fail_on.level());
    read(&sources, now, folder, &start, Heard::report)
}

/// The policy that is added to.
struct Base {
    policy: Policy,
    text: String,
    is_new: bool,
}

impl Base {
    fn of(arguments: &Init, file: &PolicyFile<'_>) -> Result<Self, Failure> {
        if !file.exists() {
            let (_, text) = first(arguments)?;
            let policy = policy::load_text(&text, &file.shown, &rules::descriptors());
            return Ok(Self {
                policy: policy.map_err(|_| Failure::internal())?,
                text,
                is_new: true,
            });
        }
        if arguments.preset.is_some() {
            return Err(Failure::usage(format_args!(
                "`{}` exists and says itself what it extends; leave out --preset",
                file.shown
            )));
        }
        let (policy, text) = file.load()?;
        Ok(Self {
            policy,
            text,
            is_new: false,
        })
    }

    fn write(
        &self,
        arguments: &Init,
        file: &PolicyFile<'_>,
        adoption: &Adoption,
    ) -> Result<(), Failure> {
        let is_any = adoption.exceptions() > 0;
        let text = if is_any {
            file.edit(&self.policy, &self.text, Change::Add(&adoption.groups))?
        } else {
            self.text.clone()
        };
        if arguments.sources.dry_run {
            Ok(())
        } else if self.is_new {
            file.create(&text)
        } else if is_any {
            file.replace(&self.text, &text)
        } else {
            Ok(())
        }
    }
}

/// What a person is told.
struct Said<'run> {
    arguments: &'run Init,
    file: &'run PolicyFile<'run>,
    adoption: &'run Adoption,
    is_new: bool,
    until: jiff::civil::Date,
}

impl Said<'_> {
    fn text(&self) -> String {
        let mut text = String::new();
        if !self.arguments.sources.quiet {
            self.add_adopted(&mut text);
        }
        if !self.adoption.left.is_empty() {
            text.push_str("Not adopted, and failing:\n");
        }
        for left in &self.adoption.left {
            add_left(&mut text, left);
        }
        let is_written = self.is_new || !self.adoption.groups.is_empty();
        if is_written && !self.arguments.sources.quiet && !self.arguments.sources.dry_run {
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
            let rules = group.exceptions.first().map(|it| listed(&it.rules));
            let count = count(group.exceptions.len(), "application");
            let _ = writeln!(text, "  {count}: {}", rules.unwrap_or_default());
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

fn listed(rules: &[credgate::finding::RuleId]) -> String {
    let rules: Vec<&str> = rules.iter().map(|rule| rule.0).collect();
    rules.join(", ")
}

fn add_left(text: &mut String, left: &Left) {
    let subject = match &left.subject {
        LeftSubject::Application(Some(app_id), name) => {
            format!("application {app_id} ({})", printable(name))
        }
        LeftSubject::Application(None, name) => format!("application ({})", printable(name)),
        LeftSubject::Exception(id) => format!("exception `{id}`"),
        LeftSubject::Window(id) => format!("migration window `{id}`"),
        LeftSubject::Tenant => "the tenant".to_owned(),
    };
    let _ = writeln!(text, "  {subject}: {}: {}", listed(&left.rules), left.cause);
}
