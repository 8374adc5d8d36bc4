//! What is known of an inventory once it has been read: what each source holds and could tell, and what a reader of the
//! report should know besides.
//!
//! In: the facts of each file. Out: records and notes. A snapshot goes by the name of what it was collected from: its
//! report is that of the live run, whatever the file is called.

use jiff::Timestamp;

use super::Kind;
use super::document::{Facts, Snapshot};
use super::error::{InventoryError, Problem};
use super::files::{InventoryFile, Source};
use super::stream::Inventory;
use crate::model::{Coverage, PolicyCoverage, TenantId};
use crate::snapshot::FederatedCoverage;

/// What reports call a snapshot, and what was collected live.
const GRAPH: &str = "graph";

/// What was found out about one source.
#[derive(Clone, Debug)]
pub struct SourceFacts {
    /// As reports show it.
    pub name: String,
    /// As errors name it.
    pub shown: String,
    /// The name of its format in [`ALL`](super::ALL).
    pub format: &'static str,
    /// Application objects in it.
    pub applications: u64,
    /// Service principals in it.
    pub service_principals: u64,
    /// What it could tell.
    pub coverage: Coverage,
    /// When it was collected, where it says so.
    pub collected_at: Option<Timestamp>,
}

impl Inventory {
    pub(super) fn facts_of(&self, source: usize) -> impl Iterator<Item = (&InventoryFile, &Facts)> {
        let facts = self.files.iter().zip(&self.facts);
        facts
            .filter(move |(file, _)| file.source == source)
            .filter_map(|(file, facts)| Some((file, facts.as_ref()?)))
    }

    fn snapshots(&self) -> impl Iterator<Item = &Snapshot> {
        let facts = self.facts.iter().flatten();
        facts.filter_map(|facts| facts.snapshot.as_ref())
    }

    /// Tells whether the inventory is collected while it is read.
    pub fn is_live(&self) -> bool {
        self.files.iter().any(InventoryFile::is_live)
    }

    /// Returns whether any source shows the tenant's app management policies.
    pub fn policy_coverage(&self) -> PolicyCoverage {
        let snapshots = self.snapshots().map(Snapshot::policies);
        let others = self.facts.iter().flatten().map(|facts| facts.policies);
        snapshots.chain(others).max().unwrap_or_default()
    }

    /// Returns what is wrong with a snapshot that lists nothing: no tenant is without applications, and none without
    /// service principals.
    pub fn empty_snapshot(&self) -> Option<InventoryError> {
        let mut files = self.files.iter().zip(&self.facts);
        files.find_map(|(file, facts)| {
            let what = facts.as_ref()?.empty_snapshot()?;
            Some(Problem::SnapshotEmpty(what).at(&file.shown, None))
        })
    }

    /// Returns what is wrong where an object was deleted after the instant of judging: whatever is skipped must be gone.
    pub fn deleted_after(&self, now: Timestamp) -> Option<InventoryError> {
        let mut files = self.files.iter().zip(&self.facts);
        files.find_map(|(file, facts)| {
            let (date, line) = facts.as_ref()?.deleted?;
            let error = Problem::DeletedLater.at(&file.shown, Some(line));
            (date > now).then(|| file.placed(error))
        })
    }

    /// Returns the files, as reports show them; places name them by index.
    pub fn files(&self) -> Vec<String> {
        self.files.iter().map(|file| file.shown.clone()).collect()
    }

    /// Returns what was found out about each source.
    pub fn sources(&self) -> Vec<SourceFacts> {
        self.sources
            .iter()
            .enumerate()
            .map(|(number, source)| self.record(number, source))
            .collect()
    }

    fn record(&self, number: usize, source: &Source) -> SourceFacts {
        let mut record = SourceFacts {
            name: source.shown.clone(),
            shown: source.shown.clone(),
            format: "",
            applications: 0,
            service_principals: 0,
            coverage: Coverage {
                dates: true,
                federated_credentials: true,
                owners: true,
                service_principals: false,
            },
            collected_at: None,
        };
        for (_, facts) in self.facts_of(number) {
            record.format = facts.format;
            if facts.snapshot.is_some() {
                GRAPH.clone_into(&mut record.name);
            }
            record.applications += facts.applications;
            record.service_principals += facts.service_principals;
            record.coverage.dates &= facts.coverage.dates;
            record.coverage.federated_credentials &= facts.coverage.federated_credentials;
            record.coverage.owners &= facts.coverage.owners;
            record.coverage.service_principals |= facts.lists_service_principals();
        }
        record.collected_at = self.oldest(number);
        record.coverage.federated_credentials &= record.applications > 0;
        record.coverage.owners &= record.applications > 0;
        record
    }

    /// Returns when the oldest file of a source was collected; one that does not say so may be older than all.
    fn oldest(&self, source: usize) -> Option<Timestamp> {
        let collected = self.facts_of(source).map(|(_, facts)| {
            let snapshot = facts.snapshot.as_ref()?;
            Some(snapshot.header.collected_at)
        });
        // Of the order of options, nothing comes first.
        collected.min().flatten()
    }

    /// Returns the tenant that a snapshot names.
    pub fn tenant(&self) -> Option<TenantId> {
        self.snapshots().find_map(|snapshot| snapshot.header.tenant)
    }

    /// Returns what a reader should know about the sources besides.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        for note in self.snapshots().flat_map(notes_of) {
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        for (number, source) in self.sources.iter().enumerate() {
            let mut facts = self.facts_of(number).map(|(_, facts)| facts);
            if facts.any(Facts::goes_on_where_it_fails) {
                notes.push(format!(
                    "the exporter of `{}` goes on where a request fails, and tells only in its log what it left out",
                    source.shown
                ));
            }
        }
        for (file, facts) in self.files.iter().zip(&self.facts) {
            let Some(facts) = facts else { continue };
            if let Some((kind, number)) = facts.page() {
                let what = match kind {
                    Kind::Application => "applications",
                    Kind::ServicePrincipal => "service principals",
                };
                notes.push(format!(
                    "`{}` holds exactly {number} {what}, the size of a page: exported with `--all`?",
                    file.shown
                ));
            }
            if facts.further_columns > 0 {
                notes.push(format!(
                    "`{}` has columns besides those of the control's table; they are ignored",
                    file.shown
                ));
            }
            if facts.objects() == 0 && facts.kind() == Kind::ServicePrincipal {
                notes.push(format!(
                    "`{}` lists no service principals, and no tenant is without any",
                    file.shown
                ));
            }
            if facts.format == "csv" {
                notes.push(format!(
                    "`{}` shows numbers of credentials only: expiry, signing keys and federation could not be seen",
                    file.shown
                ));
            }
        }
        notes
    }
}

/// Says where a snapshot is from, and what it could not see.
fn notes_of(snapshot: &Snapshot) -> impl Iterator<Item = String> {
    let header = &snapshot.header;
    let collected = format!(
        "collected from Microsoft Graph ({}), signed in by {}",
        header.cloud, header.signed_in_by
    );
    let is_without = header.coverage.federated_credentials == FederatedCoverage::WithoutExpressions;
    let without = is_without.then(|| {
        "federated credentials were read from Graph's v1.0, which does not show the expression of flexible ones; those count as broad"
            .to_owned()
    });
    std::iter::once(collected).chain(without)
}
