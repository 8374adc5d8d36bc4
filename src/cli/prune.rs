//! `credgate policy prune`: takes out of a policy what is over, and what an inventory does not need any more.
//!
//! In: a policy, and an inventory if there is one. Out: the policy without those entries, all else as it was, and one
//! line for each. The exceptions files that the policy itself names are its own; entries of what it extends are named, and
//! not touched.

use std::fmt::Write as _;

use credgate::escape::printable;
use credgate::evaluate::{Contradiction, Evaluation, PolicyContradiction, Receiver};
use credgate::finding::Level;
use credgate::model::{Application, Place, ServicePrincipal, TenantPolicy};
use credgate::policy::{Change, EntryKind, Policy};
use credgate::prune::{Entry, Judged, Pruning, Seen, Why, prune};
use credgate::words::count;
use jiff::Timestamp;
use jiff::tz::Offset;

use super::args::Prune;
use super::judge::{Heard, read};
use super::live::Voice;
use super::manual::printed;
use super::policy_file::PolicyFile;
use super::sources::Sources;
use super::{Exit, Failure, clock};

/// Prunes a policy.
pub(super) fn run(arguments: &Prune) -> Result<Exit, Failure> {
    let folder = std::env::current_dir().unwrap_or_default();
    let now = arguments.now.unwrap_or_else(clock);
    let today = Offset::UTC.to_datetime(now).date();
    let file = PolicyFile::named(&arguments.policy, &folder);
    let (policy, text) = file.load()?;
    let pruning = if arguments.inventory.is_empty() {
        prune(&policy, today, None)
    } else {
        let start = || Pruner::new(&policy, now);
        let close = |heard| by_inventory(&policy, heard, today);
        read(&sources(arguments), now, &folder, &start, close)?
    };
    let (own, others): (Vec<_>, Vec<_>) = pruning
        .over
        .iter()
        .partition(|entry| is_own(&policy, entry.written.file));
    let changed = changed(&file, &policy, &text, &own)?;
    if !arguments.dry_run {
        for Changed {
            file,
            before,
            after,
        } in &changed
        {
            file.replace(before, after)?;
        }
    }
    printed(&said(arguments, &policy, &pruning, &own, &others))
}

/// Tells whether a file belongs to this policy alone: itself, and the exceptions files that it names.
fn is_own(policy: &Policy, number: usize) -> bool {
    let file = policy.files().get(number);
    number == 0 || file.is_some_and(|file| file.own_exceptions.is_some())
}

/// A file with its text before and after.
struct Changed<'run> {
    file: PolicyFile<'run>,
    before: String,
    after: String,
}

/// Takes the entries out of their files: of the policy, and of the exceptions files that it names itself. All of them are
/// changed and proved before the first is written.
fn changed<'run>(
    file: &PolicyFile<'run>,
    policy: &'run Policy,
    text: &str,
    own: &[&Entry<Why>],
) -> Result<Vec<Changed<'run>>, Failure> {
    let mut changed = Vec::new();
    for (number, named) in policy.files().iter().enumerate() {
        let indexes = |kind: EntryKind| {
            let listed = own.iter();
            let listed = listed.filter(|entry| entry.written.file == number && entry.kind == kind);
            listed.map(|entry| entry.written.index).collect::<Vec<_>>()
        };
        let (exceptions, windows) = (indexes(EntryKind::Exception), indexes(EntryKind::Window));
        if exceptions.is_empty() && windows.is_empty() {
            continue;
        }
        let change = Change::Remove {
            exceptions: &exceptions,
            windows: &windows,
        };
        let (file, before, after) = match &named.own_exceptions {
            None => {
                let after = file.edit(policy, text, change)?.text;
                let own = PolicyFile {
                    path: file.path,
                    shown: file.shown.clone(),
                };
                (own, text.to_owned(), after)
            }
            Some(path) => {
                let other = PolicyFile {
                    path,
                    shown: named.name.clone(),
                };
                let before = other.text()?;
                let after = file.edit_exceptions(policy, (number, &other), &before, change)?;
                (other, before, after)
            }
        };
        changed.push(Changed {
            file,
            before,
            after,
        });
    }
    Ok(changed)
}

const fn sources(arguments: &Prune) -> Sources<'_> {
    Sources {
        names: arguments.inventory.as_slice(),
        allow_empty: arguments.allow_empty,
        max_age: arguments.max_inventory_age,
        judges_now: arguments.now.is_none(),
        voice: Voice {
            quiet: false,
            verbose: arguments.verbose,
        },
        live: &arguments.live,
    }
}

fn by_inventory(
    policy: &Policy,
    heard: Heard<Pruner<'_>>,
    today: jiff::civil::Date,
) -> Result<Pruning, Failure> {
    let Heard {
        judge: Pruner { evaluation, seen },
        record,
        origin,
    } = heard;
    let is_whole_tenant = record.is_whole_tenant;
    let heard = Heard {
        judge: evaluation,
        record,
        origin,
    };
    let judged = Judged {
        report: &heard.report()?,
        seen: &seen,
        is_whole_tenant,
    };
    Ok(prune(policy, today, Some(judged)))
}

/// A judgement, and what it has seen of what the policy names.
struct Pruner<'run> {
    evaluation: Evaluation<'run>,
    seen: Seen,
}

impl<'run> Pruner<'run> {
    fn new(policy: &'run Policy, now: Timestamp) -> Self {
        Self {
            evaluation: Evaluation::new(policy, now, Level::Error),
            seen: Seen::of(policy),
        }
    }
}

impl Receiver for Pruner<'_> {
    fn tenant_policy(&mut self, policy: TenantPolicy) -> Result<(), PolicyContradiction> {
        self.evaluation.tenant_policy(policy)
    }

    fn service_principal(
        &mut self,
        object: ServicePrincipal,
        place: Place,
    ) -> Result<(), Contradiction> {
        self.seen.service_principal(&object);
        self.evaluation.service_principal(object, place)
    }

    fn application(&mut self, object: Application, place: Place) -> Result<(), Contradiction> {
        self.seen.application(&object);
        self.evaluation.application(object, place)
    }
}

fn said(
    arguments: &Prune,
    policy: &Policy,
    pruning: &Pruning,
    own: &[&Entry<Why>],
    others: &[&Entry<Why>],
) -> String {
    #[expect(
        clippy::indexing_slicing,
        reason = "an entry is written in a file of its policy"
    )]
    let file_of = |file: usize| printable(&policy.files()[file].name).into_owned();
    let mut text = format!("{}: {}\n", file_of(0), headline(arguments, own));
    for entry in own {
        let place = match entry.written.file {
            0 => String::new(),
            number => format!(" in {}", file_of(number)),
        };
        let _ = writeln!(text, "  {}{place}: {}", name(entry), entry.about);
    }
    if !others.is_empty() {
        text.push_str("In other files, which are not changed:\n");
    }
    for entry in others {
        let file = file_of(entry.written.file);
        let _ = writeln!(text, "  {} in {file}: {}", name(entry), entry.about);
    }
    let kept = pruning.kept.iter();
    let kept: Vec<_> = kept
        .filter(|entry| is_own(policy, entry.written.file))
        .collect();
    if !kept.is_empty() {
        text.push_str("Kept, though nothing needs them now:\n");
    }
    for entry in kept {
        let _ = writeln!(text, "  {}: {}", name(entry), entry.about);
    }
    text
}

fn headline(arguments: &Prune, own: &[&Entry<Why>]) -> String {
    if own.is_empty() {
        return "there is nothing to remove; nothing was written".to_owned();
    }
    let said = |kind: EntryKind, word: &str| {
        let number = own.iter().filter(|entry| entry.kind == kind).count();
        (number > 0).then(|| count(number, word))
    };
    let counts = [
        said(EntryKind::Exception, "exception"),
        said(EntryKind::Window, "migration window"),
    ];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    let counts = counts.join(" and ");
    if arguments.dry_run {
        format!("{counts} would be removed; nothing was written")
    } else {
        format!("{counts} removed")
    }
}

fn name<T>(entry: &Entry<T>) -> String {
    let kind = match entry.kind {
        EntryKind::Exception => "exception",
        EntryKind::Window => "migration window",
    };
    format!("{kind} `{}`", entry.id)
}
