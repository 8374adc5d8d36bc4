//! `json`: the review for programs, a contract with a version.
//!
//! In: a report. Out: one JSON document. The types here are the contract and nothing else: what changes in them changes
//! the version, and `schemas/review.schema.json` is generated from them.

use std::io;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;

use crate::finding::Fingerprint;
use crate::home;
use crate::output::{Options, OutputFormat, lines};
use crate::report::FilePlace;
use crate::report::review::{
    Change, ChangeKind, Comparison, Direction, Impact, ReviewReport, Side, Touched,
};

pub(super) static FORMAT: OutputFormat<ReviewReport> = OutputFormat {
    name: "json",
    summary: "everything, for programs: a contract with a version and a JSON Schema",
    write,
};

const VERSION: &str = "credgate-review/1";

fn write(report: &ReviewReport, _: &Options, writer: &mut dyn io::Write) -> io::Result<()> {
    lines::write(&Document::of(report), writer)
}

/// Returns the JSON Schema of the `json` format of a review, as `schemas/review.schema.json` holds it.
pub fn schema() -> Schema {
    home::identified(schema_for!(Document<'_>), "review")
}

/// The words for which way a change goes.
const DIRECTIONS: [&str; 3] = [
    Direction::Loosens.name(),
    Direction::Neutral.name(),
    Direction::Tightens.name(),
];

/// The words for what a change is about.
const SUBJECTS: [&str; 6] = [
    "exception",
    "window",
    "rule",
    "governance",
    "tenant",
    "preset",
];

/// What `credgate` found out about a change of a policy.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "credgate review", rename = "Review")]
struct Document<'report> {
    /// The version of this contract.
    #[schemars(extend("const" = VERSION))]
    schema: &'static str,
    /// The exit code that stands for the answer: 1 where something loosens and was not allowed.
    exit_code: u8,
    /// Whether loosening was allowed.
    loosening_allowed: bool,
    /// The instant of comparing, UTC.
    #[schemars(with = "String", extend("format" = "date-time"))]
    now: Timestamp,
    /// What made the review.
    tool: ToolDocument,
    /// The policy that judges; null where the head is the first policy.
    base: Option<SideDocument<'report>>,
    /// The policy that is proposed.
    head: SideDocument<'report>,
    /// The number of changes by direction.
    summary: SummaryDocument,
    /// Those that loosen first, then by kind and subject.
    changes: Vec<ChangeDocument<'report>>,
    /// The findings of today under both policies; null without an inventory.
    findings: Option<FindingsDocument>,
    /// What a reader should know besides.
    notes: &'report [String],
}

/// The program.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Tool")]
struct ToolDocument {
    /// Its name.
    name: &'static str,
    /// Its version.
    version: &'static str,
}

/// One of the two policies.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Side")]
struct SideDocument<'report> {
    /// As the command line names it: a file, or `GITREF:path`.
    name: &'report str,
    /// The path of the file, with forward slashes.
    path: &'report str,
    /// Lower-case hex SHA-256 of the file.
    sha256: &'report str,
    /// The file and all files that it is made of.
    files: &'report [String],
}

/// The number of changes by direction.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Summary")]
struct SummaryDocument {
    /// Changes that let more pass.
    loosens: usize,
    /// Changes that do not matter to the gate.
    neutral: usize,
    /// Changes that let less pass.
    tightens: usize,
}

/// One difference.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Change")]
struct ChangeDocument<'report> {
    /// What it is.
    #[schemars(extend("enum" = ChangeKind::all().map(ChangeKind::name).collect::<Vec<_>>()))]
    kind: &'static str,
    /// Whether it lets more pass.
    #[schemars(extend("enum" = DIRECTIONS))]
    direction: &'static str,
    /// What it is about.
    subject: SubjectDocument<'report>,
    /// What is different, in one sentence.
    message: &'report str,
    /// What a reviewer should look at.
    cautions: &'report [String],
    /// Where it stands in the head policy; what is gone stands where its list does.
    location: PlaceDocument<'report>,
    /// Where it stood in the base policy, if it is gone.
    former_location: Option<PlaceDocument<'report>>,
    /// Findings of today that count under the base policy and no longer under the head policy because of it.
    silences: TouchedDocument,
    /// Findings of today that count under the head policy and did not under the base policy because of it.
    raises: TouchedDocument,
    /// A name that no move of a line and no passing of time changes.
    fingerprint: String,
}

/// What a change is about.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Subject")]
struct SubjectDocument<'report> {
    /// What it is.
    #[schemars(extend("enum" = SUBJECTS))]
    kind: &'static str,
    /// Its id, or the key.
    name: &'report str,
}

/// A place in a file.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Location")]
struct PlaceDocument<'report> {
    /// With forward slashes.
    file: &'report str,
    /// One-based.
    line: u32,
    /// One-based, in characters.
    column: u32,
}

/// Findings that a change concerns.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Touched")]
struct TouchedDocument {
    /// How many.
    findings: u64,
    /// On how many applications.
    applications: u64,
    /// The age of the oldest live secret of these applications, in whole days.
    oldest_secret_days: Option<i64>,
}

/// The findings of today.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Findings")]
struct FindingsDocument {
    /// How many applications were judged.
    applications: u64,
    /// Those that count under the base policy.
    base: LevelsDocument,
    /// Those that count under the head policy.
    head: LevelsDocument,
    /// All that is silenced, each finding once.
    silenced: TouchedDocument,
    /// All that is raised, each finding once.
    raised: TouchedDocument,
}

/// Open findings by level.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Levels")]
struct LevelsDocument {
    /// At level error.
    error: u64,
    /// At level warning.
    warning: u64,
    /// At level note.
    note: u64,
}

impl<'report> Document<'report> {
    fn of(report: &'report ReviewReport) -> Self {
        let changes = report.changes.iter().zip(report.fingerprints());
        Self {
            schema: VERSION,
            exit_code: report.exit_code(),
            loosening_allowed: report.is_loosening_allowed,
            now: report.now,
            tool: ToolDocument {
                name: env!("CARGO_PKG_NAME"),
                version: env!("CARGO_PKG_VERSION"),
            },
            base: report.base.as_ref().map(side),
            head: side(&report.head),
            summary: SummaryDocument {
                loosens: report.count(Direction::Loosens),
                neutral: report.count(Direction::Neutral),
                tightens: report.count(Direction::Tightens),
            },
            changes: changes.map(change).collect(),
            findings: report.comparison.as_ref().map(findings),
            notes: &report.notes,
        }
    }
}

fn side(side: &Side) -> SideDocument<'_> {
    SideDocument {
        name: &side.name,
        path: &side.policy.path,
        sha256: &side.policy.sha256,
        files: &side.policy.files,
    }
}

fn change((change, fingerprint): (&Change, Fingerprint)) -> ChangeDocument<'_> {
    let Impact { silences, raises } = change.impact;
    ChangeDocument {
        kind: change.kind.name(),
        direction: change.direction.name(),
        subject: SubjectDocument {
            kind: change.subject.kind(),
            name: change.subject.name(),
        },
        message: &change.text,
        cautions: &change.cautions,
        location: place(&change.place),
        former_location: change.former_place.as_ref().map(place),
        silences: touched(silences),
        raises: touched(raises),
        fingerprint: fingerprint.to_string(),
    }
}

fn place(place: &FilePlace) -> PlaceDocument<'_> {
    PlaceDocument {
        file: &place.file,
        line: place.line,
        column: place.column,
    }
}

fn touched(touched: Touched) -> TouchedDocument {
    TouchedDocument {
        findings: touched.findings,
        applications: touched.applications,
        oldest_secret_days: touched.oldest_secret.map(|age| age.as_hours() / 24),
    }
}

fn findings(comparison: &Comparison) -> FindingsDocument {
    FindingsDocument {
        applications: comparison.applications,
        base: levels(comparison.base_findings),
        head: levels(comparison.head_findings),
        silenced: touched(comparison.total.silences),
        raised: touched(comparison.total.raises),
    }
}

const fn levels([error, warning, note]: [u64; 3]) -> LevelsDocument {
    LevelsDocument {
        error,
        warning,
        note,
    }
}
