//! One finding in the contract.

use std::fmt::Display;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use crate::finding::{ApplicationRecord, CredentialRef, Disposition, Finding, Fingerprint, Level};
use crate::model::{AppId, Holder, KeyId, ObjectId, State};
use crate::report::{FilePlace, Report};

/// The findings, each made when its turn comes.
pub(super) struct Findings<'report>(pub(super) &'report Report);

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(report) = self;
        let findings = report.findings.iter();
        serializer.collect_seq(findings.map(|finding| FindingDocument::of(report, finding)))
    }
}

/// The words for whether a finding counts.
const DISPOSITIONS: [&str; 3] = [
    Disposition::Open.name(),
    Disposition::Excepted(0).name(),
    Disposition::InWindow(0).name(),
];

/// One thing a rule found.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
pub(super) struct FindingDocument<'report> {
    /// The rule that found it.
    rule: &'static str,
    /// How bad it is under this policy.
    #[schemars(extend("enum" = Level::ALL.map(Level::name)))]
    level: &'static str,
    /// Whether it counts.
    #[schemars(extend("enum" = DISPOSITIONS))]
    disposition: &'static str,
    /// The id of the exception that covers it, or that it is about.
    exception: Option<&'report str>,
    /// The id of the migration window that tolerates it, or that it is about.
    window: Option<&'report str>,
    /// What it is about; null where that is the policy.
    application: Option<ApplicationDocument<'report>>,
    /// The credential, where it is about one.
    credential: Option<CredentialDocument>,
    /// A sentence with the numbers. It may hold foreign text.
    message: String,
    /// Where it stands; null where the source has no lines.
    location: Option<LocationDocument>,
    /// Its name for ever: of rule, appId and keyId, never of a line, a date or a message.
    #[schemars(with = "String")]
    fingerprint: Displayed<Fingerprint>,
}

/// An application, or a service principal that stands alone.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Application")]
struct ApplicationDocument<'report> {
    /// The client id; an application that a plan creates has none yet.
    #[schemars(with = "Option<String>", extend("format" = "uuid"))]
    app_id: Option<Displayed<AppId>>,
    /// The id of the application object, or of the service principal where it stands alone.
    #[schemars(with = "Option<String>", extend("format" = "uuid"))]
    object_id: Option<Displayed<ObjectId>>,
    /// The plan address of an application that a plan creates.
    address: Option<&'report str>,
    /// Foreign text: whoever owns the application chooses it.
    display_name: &'report str,
    /// How it authenticates; null where its credentials are not known.
    #[schemars(extend("enum" = STATES))]
    state: Option<&'static str>,
}

/// The states and null, because a JSON Schema's `enum` also binds what is nullable.
const STATES: [Option<&str>; State::ALL.len() + 1] = [
    Some(State::NoCredentials.name()),
    Some(State::Federated.name()),
    Some(State::Certificate.name()),
    Some(State::Migrating.name()),
    Some(State::SecretsOnly.name()),
    None,
];

/// One credential.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Credential")]
struct CredentialDocument {
    /// From `keyId`; Graph allows null.
    #[schemars(with = "Option<String>", extend("format" = "uuid"))]
    key_id: Option<Displayed<KeyId>>,
    /// What it is, and for secrets and certificates whether it is in date.
    class: &'static str,
    /// The object on which it sits.
    #[schemars(extend("enum" = [Holder::Application.name(), Holder::ServicePrincipal.name()]))]
    on: &'static str,
}

/// A place in a file.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Location")]
struct LocationDocument {
    /// Relative to the current folder, with forward slashes.
    file: String,
    /// One-based.
    #[schemars(range(min = 1))]
    line: u32,
    /// One-based, in characters.
    #[schemars(range(min = 1))]
    column: u32,
}

/// A value that is written by its `Display`, without a string in between.
pub(super) struct Displayed<T>(pub(super) T);

impl<T: Display> Serialize for Displayed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'report> FindingDocument<'report> {
    fn of(report: &'report Report, finding: &'report Finding) -> Self {
        Self {
            rule: report.rule(finding).descriptor.id.0,
            level: finding.level.name(),
            disposition: finding.disposition.name(),
            exception: report.exception(finding).map(|exception| &*exception.id.0),
            window: report.window(finding).map(|window| &*window.id.0),
            application: report.application(finding).map(ApplicationDocument::of),
            credential: finding.credential.map(CredentialDocument::of),
            message: report.message(finding),
            location: report.place(finding).map(LocationDocument::of),
            fingerprint: Displayed(report.fingerprint(finding)),
        }
    }
}

impl<'report> ApplicationDocument<'report> {
    fn of(record: &'report ApplicationRecord) -> Self {
        Self {
            app_id: record.app_id.map(Displayed),
            object_id: record.object_id.map(Displayed),
            address: record.address.as_deref(),
            display_name: &record.display_name,
            state: record.state.map(State::name),
        }
    }
}

impl CredentialDocument {
    fn of(credential: CredentialRef) -> Self {
        Self {
            key_id: credential.key_id.map(Displayed),
            class: credential.class.name(credential.validity),
            on: credential.on.name(),
        }
    }
}

impl LocationDocument {
    fn of(place: FilePlace) -> Self {
        let FilePlace { file, line, column } = place;
        Self { file, line, column }
    }
}
