//! One finding in the contract: what its record holds. The schema is generated from these types, and tests read the
//! records back as them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Disposition, Level};
use crate::model::{Holder, State};

/// The words for whether a finding counts.
const DISPOSITIONS: [&str; 3] = [
    Disposition::Open.name(),
    Disposition::Excepted(0).name(),
    Disposition::InWindow(0).name(),
];

/// One thing a rule found.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
pub(super) struct FindingDocument {
    /// The rule that found it.
    rule: String,
    /// How bad it is under this policy.
    #[schemars(extend("enum" = Level::ALL.map(Level::name)))]
    level: String,
    /// Whether it counts.
    #[schemars(extend("enum" = DISPOSITIONS))]
    disposition: String,
    /// The id of the exception that covers it, or that it is about.
    exception: Option<String>,
    /// The id of the migration window that tolerates it, or that it is about.
    window: Option<String>,
    /// What it is about; null where that is the policy or the tenant.
    application: Option<ApplicationDocument>,
    /// The credential, where it is about one.
    credential: Option<CredentialDocument>,
    /// A sentence with the numbers. It may hold foreign text.
    message: String,
    /// Where it stands: in the inventory, or, where the source has no lines, where the policy lists the rule.
    location: Option<LocationDocument>,
    /// Its name for ever: of rule, appId and keyId, and of its number among those that are alike in these; never of a
    /// line, a date or a message.
    fingerprint: String,
}

/// An application, or a service principal that stands alone.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[schemars(rename = "Application")]
struct ApplicationDocument {
    /// The client id; an application that a plan creates has none yet.
    #[schemars(extend("format" = "uuid"))]
    app_id: Option<String>,
    /// The id of the application object, or of the service principal where it stands alone.
    #[schemars(extend("format" = "uuid"))]
    object_id: Option<String>,
    /// The plan address of an application that a plan creates.
    address: Option<String>,
    /// Foreign text: whoever owns the application chooses it.
    display_name: String,
    /// How it authenticates; null where its credentials are not known.
    #[schemars(extend("enum" = STATES))]
    state: Option<String>,
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
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[schemars(rename = "Credential")]
struct CredentialDocument {
    /// From `keyId`; Graph allows null.
    #[schemars(extend("format" = "uuid"))]
    key_id: Option<String>,
    /// What it is, and for secrets and certificates whether it is in date.
    class: String,
    /// The object on which it sits.
    #[schemars(extend("enum" = [Holder::Application.name(), Holder::ServicePrincipal.name()]))]
    on: String,
}

/// A place in a file.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
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
