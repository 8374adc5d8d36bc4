//! `json`: the forecast for programs, a contract with a version.
//!
//! In: a report. Out: one JSON document. The types here are the contract and nothing else: what changes in them changes
//! the version, and `schemas/forecast.schema.json` is generated from them.

use std::io;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;

use super::words;
use crate::finding::{CredentialRef, Disposition, Level};
use crate::home;
use crate::internal::OrInternal as _;
use crate::model::Holder;
use crate::output::{Options, OutputFormat, lines};
use crate::report::Verdict;
use crate::report::forecast::{Cause, Event, ForecastReport, LastCertificate};

pub(super) static FORMAT: OutputFormat<ForecastReport> = OutputFormat {
    name: "json",
    summary: "everything, for programs: a contract with a version and a JSON Schema",
    write,
};

const VERSION: &str = "credgate-forecast/1";

fn write(report: &ForecastReport, _: &Options, writer: &mut dyn io::Write) -> io::Result<()> {
    lines::write(&Document::of(report), writer)
}

/// Returns the JSON Schema of the `json` format of a forecast, as `schemas/forecast.schema.json` holds it.
pub fn schema() -> Schema {
    home::identified(schema_for!(Document<'_>), "forecast")
}

const VERDICTS: [&str; 3] = [
    Verdict::Pass.name(),
    Verdict::Fail.name(),
    Verdict::Incomplete.name(),
];

/// What `credgate` foresees for the credentials of a tenant's applications.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "credgate forecast", rename = "Forecast")]
struct Document<'report> {
    /// The version of this contract.
    #[schemars(extend("const" = VERSION))]
    schema: &'static str,
    /// The exit code.
    exit_code: u8,
    /// The instant at which the forecast begins, UTC.
    #[schemars(with = "String", extend("format" = "date-time"))]
    now: Timestamp,
    /// The last UTC day that was looked at.
    #[schemars(with = "String", extend("format" = "date"))]
    until: Date,
    /// What made the forecast.
    tool: ToolDocument,
    /// The policy.
    policy: PolicyDocument<'report>,
    /// The verdict of today.
    #[schemars(extend("enum" = VERDICTS))]
    verdict: &'static str,
    /// The first instant from which the gate fails, today included; null where it does not.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    first_failure: Option<Timestamp>,
    /// The days on which something changes, in order.
    days: Vec<DayDocument<'report>>,
    /// The last certificates that end within the time, the first to end first.
    last_certificates: Vec<CertificateDocument<'report>>,
    /// Rules that could not be judged today, so that nothing is foreseen of them there.
    not_judged: Vec<NotJudgedDocument<'report>>,
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

/// A day on which something changes.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Day")]
struct DayDocument<'report> {
    /// UTC.
    #[schemars(with = "String", extend("format" = "date"))]
    date: Date,
    /// The verdict until then.
    #[schemars(extend("enum" = VERDICTS))]
    verdict_before: &'static str,
    /// The verdict at the end of the day.
    #[schemars(extend("enum" = VERDICTS))]
    verdict_after: &'static str,
    /// What changes, in order.
    changes: Vec<ChangeDocument<'report>>,
}

/// A finding that comes, goes, or is tolerated in another way.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Change")]
struct ChangeDocument<'report> {
    /// The first instant at which it holds, UTC.
    #[schemars(with = "String", extend("format" = "date-time"))]
    at: Timestamp,
    /// The rule.
    rule: &'static str,
    /// Its level.
    #[schemars(extend("enum" = Level::ALL.map(Level::name)))]
    level: &'static str,
    /// What became of the finding before; null where there was none.
    before: Option<DispositionDocument<'report>>,
    /// What becomes of the finding; null where there is none any more.
    after: Option<DispositionDocument<'report>>,
    /// The application, where it is about one.
    application: Option<ApplicationDocument<'report>>,
    /// The credential, where it is about one.
    credential: Option<CredentialDocument>,
    /// The id of the exception or window of the policy, where it is about one.
    entry: Option<&'report str>,
    /// What is found from then on; null where nothing is.
    message: Option<String>,
    /// Why it changes.
    cause: CauseDocument<'report>,
    /// What to do before; null where nothing begins to count.
    remedy: Option<String>,
}

/// Whether a finding counts.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Disposition")]
struct DispositionDocument<'report> {
    /// Whether it counts, is excepted, or in a window.
    #[schemars(extend("enum" = ["open", "excepted", "in-window"]))]
    kind: &'static str,
    /// The id of the exception or window that tolerates it.
    by: Option<&'report str>,
}

/// An application.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Application")]
struct ApplicationDocument<'report> {
    /// The client id.
    app_id: Option<String>,
    /// The id of the application object, or of the service principal where it stands alone.
    object_id: Option<String>,
    /// Foreign text.
    display_name: &'report str,
    /// How it authenticates then.
    state: Option<&'static str>,
}

/// A credential.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Credential")]
struct CredentialDocument {
    /// From `keyId`.
    key_id: Option<String>,
    /// The object on which it sits.
    #[schemars(extend("enum" = ["application", "service-principal"]))]
    on: &'static str,
}

/// Why something changes.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Cause")]
struct CauseDocument<'report> {
    /// What happens.
    #[schemars(extend("enum" = Cause::NAMES))]
    kind: &'static str,
    /// In one sentence.
    message: &'report str,
}

/// The last certificate of an application.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LastCertificate")]
struct CertificateDocument<'report> {
    /// The application.
    application: Option<ApplicationDocument<'report>>,
    /// The certificate.
    credential: CredentialDocument,
    /// UTC.
    #[schemars(with = "String", extend("format" = "date-time"))]
    ends: Timestamp,
}

/// A rule that could not be judged.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "NotJudged")]
struct NotJudgedDocument<'report> {
    /// The rule.
    rule: &'static str,
    /// On how many applications.
    applications: u64,
    /// What the inventory lacks.
    reason: &'report str,
}

impl<'report> Document<'report> {
    fn of(report: &'report ForecastReport) -> Self {
        let days = report.days().into_iter().map(|day| {
            let events = day.events(report);
            DayDocument {
                date: day.date,
                verdict_before: day.before.name(),
                verdict_after: day.after.name(),
                changes: events.iter().map(|event| change(report, event)).collect(),
            }
        });
        let certificates = report.certificates.iter();
        let gaps = report.today.not_judged.iter();
        Self {
            schema: VERSION,
            exit_code: report.exit_code(),
            now: report.today.now,
            until: report.until,
            tool: ToolDocument {
                name: env!("CARGO_PKG_NAME"),
                version: env!("CARGO_PKG_VERSION"),
            },
            policy: PolicyDocument {
                path: &report.today.policy.path,
                sha256: &report.today.policy.sha256,
            },
            verdict: report.verdict().name(),
            first_failure: report.first_failure(),
            days: days.collect(),
            last_certificates: certificates.map(|last| certificate(report, last)).collect(),
            not_judged: gaps
                .map(|gap| NotJudgedDocument {
                    rule: gap.rule.descriptor.id.0,
                    applications: gap.applications,
                    reason: &gap.reason,
                })
                .collect(),
        }
    }
}

fn change<'report>(
    report: &'report ForecastReport,
    event: &'report Event,
) -> ChangeDocument<'report> {
    let Event {
        at,
        finding,
        before,
        after,
        cause,
        why,
    } = event;
    ChangeDocument {
        at: *at,
        rule: report.today.rule(finding).descriptor.id.0,
        level: finding.level.name(),
        before: before.map(|it| disposition(report, it)),
        after: after.map(|it| disposition(report, it)),
        application: report.application(event).map(application),
        credential: finding.credential.map(credential),
        entry: report.entry(event),
        message: after.map(|_| report.message(event)),
        cause: CauseDocument {
            kind: cause.name(),
            message: why,
        },
        remedy: words::remedy(report, event),
    }
}

/// Why what an index names is there.
const LISTED: &str = "an event names what its report lists";

fn disposition(report: &ForecastReport, disposition: Disposition) -> DispositionDocument<'_> {
    let by = match disposition {
        Disposition::Open => None,
        Disposition::Excepted(index) => {
            let exception = report.today.exceptions.get(index as usize);
            Some(&*exception.or_internal(LISTED).id.0)
        }
        Disposition::InWindow(index) => {
            let window = report.today.windows.get(index as usize);
            Some(&*window.or_internal(LISTED).id.0)
        }
    };
    DispositionDocument {
        kind: disposition.name(),
        by,
    }
}

fn application(record: &crate::finding::ApplicationRecord) -> ApplicationDocument<'_> {
    ApplicationDocument {
        app_id: record.app_id.map(|id| id.to_string()),
        object_id: record.object_id.map(|id| id.to_string()),
        display_name: &record.display_name,
        state: record.state.map(crate::model::State::name),
    }
}

fn credential(credential: CredentialRef) -> CredentialDocument {
    CredentialDocument {
        key_id: credential.key_id.map(|id| id.to_string()),
        on: match credential.on {
            Holder::Application => "application",
            Holder::ServicePrincipal => "service-principal",
        },
    }
}

fn certificate<'report>(
    report: &'report ForecastReport,
    last: &LastCertificate,
) -> CertificateDocument<'report> {
    let record = report.applications.get(last.application as usize);
    CertificateDocument {
        application: Some(application(record.or_internal(LISTED))),
        credential: credential(last.credential),
        ends: last.ends,
    }
}
