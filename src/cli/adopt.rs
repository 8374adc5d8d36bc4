//! `credgate init --adopt`: what fails within the term becomes exceptions that end, in a policy that is there or in a new
//! one.
//!
//! In: a policy, an inventory, and the terms. Out: the policy with exceptions for each application that fails, what no
//! exception can cover, and through which day the gate passes. Nothing is written where the inventory gives no verdict, and
//! where nothing is missing.

mod held;
mod said;

use std::path::Path;

use credgate::adopt::{Adoption, Terms, adopt};
use credgate::policy::{self, Change, Edited, Group, Policy};
use credgate::rules;

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
use held::{Held, Span};
use said::Said;

/// Adopts what fails, and says what is left to fail. The code is that of a check of today.
pub(super) fn run(arguments: &Init, file: &PolicyFile<'_>, folder: &Path) -> Result<Exit, Failure> {
    let base = Base::of(arguments, file)?;
    let now = arguments.sources.now.unwrap_or_else(clock);
    let fail_on = arguments.sources.fail_on.level();
    let terms = terms(&arguments.terms, &base.policy, fail_on, now)?;
    let span = Span {
        now,
        until: terms.expires,
        fail_on,
    };
    let start = || Held::new(&base.policy, span);
    let adoption = read(&sources(arguments), now, folder, &start, |heard| {
        adopted(&base, heard, span, &terms)
    })?;
    base.write(arguments, &adoption)?;
    let said = Said {
        arguments,
        file,
        adoption: &adoption,
        is_new: base.is_new,
        today: terms.granted,
        until: terms.expires,
    };
    printed(&said.text())?;
    Ok(Exit(u8::from(!adoption.left.is_empty())))
}

const fn sources(arguments: &Init) -> Sources<'_> {
    let wanted = &arguments.sources;
    Sources {
        names: wanted.inventory.as_slice(),
        allow_empty: wanted.allow_empty,
        max_age: wanted.max_inventory_age,
        judges_now: wanted.now.is_none(),
        voice: Voice {
            quiet: wanted.quiet,
            verbose: wanted.verbose,
        },
        live: &arguments.live,
    }
}

/// Adopts what a forecast shows, until a forecast with all exceptions shows nothing more.
fn adopted(
    base: &Base<'_>,
    heard: Heard<Held<'_>>,
    span: Span,
    terms: &Terms,
) -> Result<Adoption, Failure> {
    let Heard {
        judge,
        record,
        origin,
    } = heard;
    let finished = judge.finish(record.clone());
    let (first, objects) = finished.map_err(|unfit| origin.unfit(unfit))?;
    origin.check_any(&first.today)?;
    if first.today.missing().next().is_some() {
        return Err(Failure::inventory(format_args!(
            "nothing is adopted where a rule was not judged: {}",
            incomplete(&first.today)
        )));
    }
    adopt(first, &base.policy, terms, &mut |groups| {
        let edited = base.edit(groups)?;
        objects.forecast(&edited.policy, span, record.clone())
    })
}

/// The policy that is added to.
struct Base<'run> {
    file: &'run PolicyFile<'run>,
    policy: Policy,
    text: String,
    is_new: bool,
}

impl<'run> Base<'run> {
    fn of(arguments: &Init, file: &'run PolicyFile<'run>) -> Result<Self, Failure> {
        if !file.exists() {
            let (_, text) = first(arguments)?;
            let policy = policy::load_text(&text, &file.shown, &rules::descriptors());
            return Ok(Self {
                file,
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
            file,
            policy,
            text,
            is_new: false,
        })
    }

    /// Adds exceptions to the text, and proves that they are the whole difference.
    fn edit(&self, groups: &[Group]) -> Result<Edited, Failure> {
        let added = Change::Add(groups);
        self.file.edit(&self.policy, &self.text, added)
    }

    fn write(&self, arguments: &Init, adoption: &Adoption) -> Result<(), Failure> {
        let is_any = adoption.exceptions() > 0;
        let text = if is_any {
            self.edit(&adoption.groups)?.text
        } else {
            self.text.clone()
        };
        if arguments.sources.dry_run {
            Ok(())
        } else if self.is_new {
            self.file.create(&text)
        } else if is_any {
            self.file.replace(&self.text, &text)
        } else {
            Ok(())
        }
    }
}
