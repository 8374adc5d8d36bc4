//! `json`: the report for programs, a contract with a version.
//!
//! In: a report. Out: one JSON document, each finding on a line of its own and written as soon as it is made, so that
//! memory does not grow with their number. The types here are the contract and nothing else: what changes in them
//! changes the version, and `schemas/report.schema.json` is generated from them.

mod finding;
mod record;

use std::io::{self, Write as _};

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;

use super::{Options, OutputFormat, lines};
use crate::home;
use crate::internal::OrInternal as _;
use crate::model::Coverage;
use crate::report::{NotJudged, Report, SourceRecord, Summary, Verdict};
use finding::FindingDocument;
use record::RecordWriter;

pub(super) static FORMAT: OutputFormat = OutputFormat {
    name: "json",
    summary: "everything, for programs: a contract with a version and a JSON Schema",
    write,
};

const VERSION: &str = "credgate-report/1";

/// Where the findings go. Nothing else in a report reads like this: inside a string the quotes would have backslashes.
const NO_FINDINGS: &str = r#""findings": []"#;

fn write(report: &Report, _: &Options, writer: &mut dyn io::Write) -> io::Result<()> {
    let mut document = Vec::new();
    lines::write(&Document::of(report), &mut document)?;
    let document = String::from_utf8(document).map_err(io::Error::other)?;
    let parts = document.split_once(NO_FINDINGS);
    let (head, tail) = parts.or_internal("an empty report has a place for findings");
    let mut writer = io::BufWriter::with_capacity(lines::BUFFER, writer);
    writer.write_all(head.as_bytes())?;
    writer.write_all(br#""findings": ["#)?;
    let mut records = RecordWriter::new(report);
    let mut separator = "\n    ";
    for finding in &report.findings {
        writer.write_all(separator.as_bytes())?;
        writer.write_all(records.write(finding)?)?;
        separator = ",\n    ";
    }
    if !report.findings.is_empty() {
        writer.write_all(b"\n  ")?;
    }
    writer.write_all(b"]")?;
    writer.write_all(tail.as_bytes())?;
    writer.flush()
}

pub(super) fn schema() -> Schema {
    home::identified(schema_for!(Document<'_>), "report")
}

/// The words for whether the policy holds.
const VERDICTS: [&str; 3] = [
    Verdict::Pass.name(),
    Verdict::Fail.name(),
    Verdict::Incomplete.name(),
];

/// What `credgate` found out about the credentials of a tenant's applications.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "credgate report", rename = "Report")]
struct Document<'report> {
    /// The version of this contract.
    #[schemars(extend("const" = VERSION))]
    schema: &'static str,
    /// Whether the policy holds; `incomplete` where a rule at the failing level could not be judged.
    #[schemars(extend("enum" = VERDICTS))]
    verdict: &'static str,
    /// The exit code that stands for the verdict.
    exit_code: u8,
    /// The instant of judging, UTC.
    #[schemars(with = "String", extend("format" = "date-time"))]
    now: Timestamp,
    /// What made the report.
    tool: ToolDocument,
    /// What was demanded.
    policy: PolicyDocument<'report>,
    /// What was judged.
    inventory: InventoryDocument<'report>,
    /// The numbers.
    summary: SummaryDocument,
    /// Ordered by level (worst first), rule, appId or address, keyId.
    #[schemars(with = "Vec<FindingDocument>")]
    findings: [FindingDocument; 0],
    /// Rules that could not be judged everywhere.
    not_judged: Vec<NotJudgedDocument<'report>>,
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

/// The policy.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Policy")]
struct PolicyDocument<'report> {
    /// Relative to the current folder, with forward slashes.
    path: &'report str,
    /// Lower-case hex SHA-256 of the file.
    sha256: &'report str,
}

/// The inventory.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Inventory")]
struct InventoryDocument<'report> {
    /// The tenant, where the inventory tells it.
    #[schemars(extend("format" = "uuid"))]
    tenant: Option<String>,
    /// In the order they were named.
    sources: Vec<SourceDocument<'report>>,
}

/// One source of the inventory.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Source")]
struct SourceDocument<'report> {
    /// Relative to the current folder, with forward slashes; `-` for the standard input.
    name: &'report str,
    /// As which format it was recognised.
    format: &'static str,
    /// Lower-case hex SHA-256 of its bytes.
    sha256: Option<&'report str>,
    /// Application objects in it.
    applications: u64,
    /// Service principals in it.
    service_principals: u64,
    /// What it could tell.
    coverage: CoverageDocument,
}

/// What a source could tell.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Coverage")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four independent facts, as the contract shows them"
)]
struct CoverageDocument {
    /// Start and end of each credential.
    dates: bool,
    /// Federated identity credentials of the applications.
    federated_credentials: bool,
    /// Owners of the applications.
    owners: bool,
    /// Service principals.
    service_principals: bool,
}

/// The numbers of a run.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Summary")]
struct SummaryDocument {
    /// Identities that were judged.
    applications: u64,
    /// Judged identities by the way they authenticate.
    by_state: StatesDocument,
    /// Objects that were not judged.
    skipped: SkippedDocument,
    /// Credentials of judged identities that are proven not to authenticate, whatever their dates.
    excused: ExcusedDocument,
    /// Keys of judged identities whose type or usage is not known, whatever their dates.
    unknown_credentials: u64,
    /// Open findings.
    findings: LevelsDocument,
    /// Findings that an exception covers.
    excepted: u64,
    /// Findings that are tolerated inside a migration window.
    in_window: u64,
}

/// Credentials that are proven not to authenticate.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Excused")]
struct ExcusedDocument {
    /// Passwords of whole SAML triples.
    paired_password: u64,
    /// Keys of usage `Encrypt` that an object names as the one that encrypts its tokens.
    token_encryption: u64,
    /// Keys of whole SAML triples.
    token_signing: u64,
}

/// Identities by the way they authenticate.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "States")]
struct StatesDocument {
    /// Nothing that authenticates.
    no_credentials: u64,
    /// A federated credential and no live secret.
    federated: u64,
    /// A certificate and no live secret.
    certificate: u64,
    /// A live secret beside a better credential.
    migrating: u64,
    /// A live secret and nothing better.
    secrets_only: u64,
}

/// Objects that were not judged, by the reason.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Skipped")]
struct SkippedDocument {
    /// Managed identities.
    managed_identity: u64,
    /// Microsoft's own service principals.
    microsoft: u64,
    /// Applications that another tenant owns.
    foreign: u64,
    /// Soft-deleted objects.
    deleted: u64,
    /// Agent identities: they hold no credentials, their blueprints do.
    agent_identity: u64,
}

/// Open findings by level.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Levels")]
struct LevelsDocument {
    /// At level `error`.
    error: u64,
    /// At level `warning`.
    warning: u64,
    /// At level `note`.
    note: u64,
}

/// A rule that could not be judged on some applications.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "NotJudged")]
struct NotJudgedDocument<'report> {
    /// The rule.
    rule: &'static str,
    /// On how many applications.
    applications: u64,
    /// What the inventory lacks, and what would bring it.
    reason: &'report str,
}

impl<'report> Document<'report> {
    fn of(report: &'report Report) -> Self {
        let verdict = report.verdict();
        Self {
            schema: VERSION,
            verdict: verdict.name(),
            exit_code: verdict.exit_code(),
            now: report.now,
            tool: ToolDocument {
                name: env!("CARGO_PKG_NAME"),
                version: env!("CARGO_PKG_VERSION"),
            },
            policy: PolicyDocument {
                path: &report.policy.path,
                sha256: &report.policy.sha256,
            },
            inventory: InventoryDocument {
                tenant: report.tenant.map(|tenant| tenant.to_string()),
                sources: report.sources.iter().map(SourceDocument::of).collect(),
            },
            summary: SummaryDocument::of(&report.summary),
            findings: [],
            not_judged: report
                .not_judged
                .iter()
                .map(NotJudgedDocument::of)
                .collect(),
            notes: &report.notes,
        }
    }
}

impl<'report> SourceDocument<'report> {
    fn of(source: &'report SourceRecord) -> Self {
        let Coverage {
            dates,
            federated_credentials,
            owners,
            service_principals,
        } = source.coverage;
        Self {
            name: &source.name,
            format: source.format,
            sha256: source.sha256.as_deref(),
            applications: source.applications,
            service_principals: source.service_principals,
            coverage: CoverageDocument {
                dates,
                federated_credentials,
                owners,
                service_principals,
            },
        }
    }
}

impl SummaryDocument {
    fn of(summary: &Summary) -> Self {
        // In the orders of `State::ALL` and `Level::ALL`.
        let [
            no_credentials,
            federated,
            certificate,
            migrating,
            secrets_only,
        ] = summary.by_state;
        let [error, warning, note] = summary.findings;
        Self {
            applications: summary.applications,
            by_state: StatesDocument {
                no_credentials,
                federated,
                certificate,
                migrating,
                secrets_only,
            },
            skipped: SkippedDocument {
                managed_identity: summary.skipped.managed_identity,
                microsoft: summary.skipped.microsoft,
                foreign: summary.skipped.foreign,
                deleted: summary.skipped.deleted,
                agent_identity: summary.skipped.agent_identity,
            },
            excused: ExcusedDocument {
                paired_password: summary.excused.paired_password,
                token_encryption: summary.excused.token_encryption,
                token_signing: summary.excused.token_signing,
            },
            unknown_credentials: summary.unknown_credentials,
            findings: LevelsDocument {
                error,
                warning,
                note,
            },
            excepted: summary.excepted,
            in_window: summary.in_window,
        }
    }
}

impl<'report> NotJudgedDocument<'report> {
    fn of(gap: &'report NotJudged) -> Self {
        Self {
            rule: gap.rule.descriptor.id.0,
            applications: gap.applications,
            reason: &gap.reason,
        }
    }
}
