//! `credgate inventory export`: reads the tenant once, and writes the snapshot that `check` reads later.
//!
//! What is written is exactly what `check --inventory graph` judges, and it is checked in the same way while it passes:
//! a snapshot that could not be judged is never written. It appears whole or not at all.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read, Seek as _, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use credgate::graph::Tenant;
use credgate::inventory::{Inventory, Object, Problem, ReadError, SourceFacts};
use credgate::model::AppId;
use credgate::snapshot;

use super::args::Export;
use super::live::{self, Voice, failure};
use super::report_file::Place;
use super::watch::Stderr;
use super::{Exit, Failure, clock, report_file};

/// Writes a snapshot.
pub(crate) fn run(arguments: &Export) -> Result<Exit, Failure> {
    let voice = Voice {
        quiet: arguments.quiet,
        verbose: arguments.verbose,
    };
    let target = Target::of(&arguments.output)?;
    let (tenant, watch) = live::tenant(&arguments.live, clock(), true, voice)?;
    watch.settle(write(arguments, tenant, target, &watch))?;
    Ok(Exit(0))
}

/// Writes the snapshot, and says what it holds.
fn write(
    arguments: &Export,
    tenant: Tenant,
    target: Target<'_>,
    watch: &Stderr,
) -> Result<(), Failure> {
    let draft = match target {
        Target::File(file) => report_file::Draft::private(file),
        Target::Stdout | Target::Stream(_) => report_file::Draft::anywhere(),
    };
    let draft = draft.map_err(|error| unwritten(&error))?;
    let written = draft
        .file()
        .try_clone()
        .map_err(|error| unwritten(&error))?;
    let facts = collect(tenant, written)?;
    check_counts(&facts, arguments)?;
    match target {
        Target::File(file) => draft.persist(file),
        Target::Stdout => copy(draft.file(), &mut io::stdout().lock()),
        Target::Stream(file) => File::options()
            .write(true)
            .open(file)
            .and_then(|mut stream| copy(draft.file(), &mut stream)),
    }
    .map_err(|error| unwritten(&error))?;
    if !arguments.quiet {
        let place = match target {
            Target::Stdout => "the standard output".to_owned(),
            Target::File(file) | Target::Stream(file) => format!("`{}`", file.display()),
        };
        let SourceFacts {
            applications,
            service_principals,
            ..
        } = facts;
        watch.say(format_args!(
            "credgate: {applications} applications and {service_principals} service principals were written to {place}"
        ));
    }
    Ok(())
}

/// Where the snapshot goes. It is a map of the tenant: in a file, only this user may read it.
#[derive(Clone, Copy)]
enum Target<'word> {
    File(&'word Path),
    /// A pipe or a device, which is written to and stays.
    Stream(&'word Path),
    Stdout,
}

impl<'word> Target<'word> {
    fn of(word: &'word str) -> Result<Self, Failure> {
        if word == "-" {
            return Ok(Self::Stdout);
        }
        let file = Path::new(word);
        match Place::of(file) {
            Place::Folder => Err(unwritten(&io::ErrorKind::IsADirectory.into())),
            Place::Stream => Ok(Self::Stream(file)),
            Place::File => clear(file).map(|()| Self::File(file)),
        }
    }
}

/// A snapshot replaces a snapshot, and nothing else; one of an earlier run does not stay where this one fails.
fn clear(file: &Path) -> Result<(), Failure> {
    let Ok(opened) = File::open(file) else {
        return Ok(());
    };
    let mut beginning = Vec::new();
    let read = opened.take(64).read_to_end(&mut beginning);
    let expected = format!(r#"{{"schema":"{}"#, snapshot::FAMILY);
    if read.is_ok() && (beginning.is_empty() || beginning.starts_with(expected.as_bytes())) {
        return std::fs::remove_file(file).map_err(|error| unwritten(&error));
    }
    Err(Failure::usage(format_args!(
        "`{}` exists and is no snapshot; name another file",
        file.display()
    )))
}

fn unwritten(error: &io::Error) -> Failure {
    let (cause, remedy) = report_file::why(error);
    Failure::report(format_args!(
        "the snapshot could not be written: {cause}; {remedy}"
    ))
}

/// Reads the tenant into a file, once more where it changed meanwhile.
fn collect(tenant: Tenant, file: File) -> Result<SourceFacts, Failure> {
    let copy = Arc::new(Mutex::new(Copy { file, failed: None }));
    let mut again = false;
    let mut inventory = {
        let copy = Arc::clone(&copy);
        Inventory::open_live(move || {
            copy.lock().unwrap_or_else(PoisonError::into_inner).begin();
            Box::new(Copied {
                reader: tenant.read(),
                copy: Arc::clone(&copy),
            })
        })
    };
    loop {
        let mut met = HashSet::new();
        match inventory.read(&mut |object, _| is_new(&mut met, &object)) {
            Ok(()) => break,
            Err(ReadError::Again) => {}
            Err(ReadError::Inventory(error)) if !again && live::asks_again(&error) => again = true,
            Err(ReadError::Inventory(error)) => return Err(failure(&error)),
        }
    }
    let mut copy = copy.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = copy.failed.take().or_else(|| copy.file.flush().err()) {
        return Err(unwritten(&error));
    }
    inventory.sources().pop().ok_or_else(Failure::internal)
}

/// One appId belongs to one application and one service principal: else it could not be judged.
fn is_new(met: &mut HashSet<(bool, AppId)>, object: &Object) -> Result<(), Problem> {
    let (is_application, app_id) = match object {
        Object::Application(application) => (true, application.app_id),
        Object::ServicePrincipal(service_principal) => (false, service_principal.app_id),
        Object::TenantPolicy(_) => return Ok(()),
    };
    if met.insert((is_application, app_id)) {
        Ok(())
    } else {
        Err(Problem::Contradiction { app_id })
    }
}

/// An empty list is never the truth about a tenant, unless somebody says so.
fn check_counts(facts: &SourceFacts, arguments: &Export) -> Result<(), Failure> {
    let lists = [
        (facts.applications, "applications"),
        (facts.service_principals, "service principals"),
    ];
    match lists.into_iter().find(|(count, _)| *count == 0) {
        Some((_, what)) if !arguments.allow_empty => Err(Failure::inventory(format_args!(
            "the tenant lists no {what}; check that it is the right one, or say --allow-empty"
        ))),
        Some(_) | None => Ok(()),
    }
}

fn copy(mut file: &File, to: &mut impl Write) -> io::Result<()> {
    file.rewind()?;
    io::copy(&mut file, to)?;
    to.flush()
}

/// Where the bytes go that pass.
struct Copy {
    file: File,
    failed: Option<io::Error>,
}

impl Copy {
    /// Begins anew, whatever was written.
    fn begin(&mut self) {
        self.failed = self.file.set_len(0).and_then(|()| self.file.rewind()).err();
    }

    fn add(&mut self, bytes: &[u8]) {
        if self.failed.is_none() {
            self.failed = self.file.write_all(bytes).err();
        }
    }
}

/// A reader of which everything that is read is copied.
struct Copied {
    reader: Box<dyn Read + Send>,
    copy: Arc<Mutex<Copy>>,
}

impl Read for Copied {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(into)?;
        let bytes = into.get(..count);
        let bytes = bytes.ok_or_else(|| io::Error::other("more was read than there is room"))?;
        self.copy
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .add(bytes);
        Ok(count)
    }
}
