//! What a rule is and what it found, in SARIF's words: rule, level, subject, disposition, fingerprint.
//!
//! In: what rules and the evaluation put together. Out: small records that reports turn into words at the moment of
//! writing, because a tenant may have hundreds of thousands of findings. Plain identifiers live here, below both the
//! policy and the rules.

mod credential;

use std::fmt;
use std::hash::Hasher as _;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use siphasher::sip128::{Hasher128 as _, SipHasher13};

use crate::model::{Alternatives, AppId, DefaultPolicy, ObjectId, Place, PublicKey, State};

pub use credential::CredentialRef;

/// How bad a finding is, in SARIF's words; the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth knowing.
    Note,
    /// Worth doing something about.
    Warning,
    /// Fails the gate.
    Error,
}

impl Level {
    /// All levels, the worst first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Note];

    /// Returns the word that policies and reports use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The name of a rule: kebab-case, and what the rule finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub &'static str);

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

macro_rules! policy_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Box<str>);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

policy_id!(
    /// The `id` of an exception.
    ExceptionId
);
policy_id!(
    /// The `id` of a migration window.
    WindowId
);

/// A limit in whole days of 86,400 seconds; never zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Days(pub u32);

impl Days {
    /// Returns the limit as a duration.
    pub fn duration(self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.0) * SECONDS_A_DAY)
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0, if self.0 == 1 { "day" } else { "days" })
    }
}

const SECONDS_A_DAY: i64 = 86_400;

/// Writes a span the way a person says it: whole days, with hours where the days alone would not explain a finding.
#[derive(Clone, Copy, Debug)]
pub struct Span(pub SignedDuration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs().max(0);
        let (days, rest) = (seconds / SECONDS_A_DAY, seconds % SECONDS_A_DAY);
        let unit = if days == 1 { "day" } else { "days" };
        match rest {
            0 if self.0.subsec_nanos() == 0 => write!(f, "{days} {unit}"),
            0..3_600 => write!(f, "{days} {unit} and {} min", (rest / 60).max(1)),
            _ => write!(f, "{days} {unit} and {} h", rest / 3_600),
        }
    }
}

/// Everything about a rule that is not its behaviour: written once, beside the behaviour, and read by help, `explain`,
/// schemas, SARIF and the README.
#[derive(Debug)]
pub struct RuleDescriptor {
    /// What policies and reports call it.
    pub id: RuleId,
    /// A few words for a heading.
    pub title: &'static str,
    /// What it finds, in one sentence.
    pub summary: &'static str,
    /// The control it implements, such as `APP-09`, or `policy` for the rules about the policy itself.
    pub control: &'static str,
    /// Its level where the policy lists it without one.
    pub default_level: Level,
    /// Code scanning's `security-severity`, from `0.0` to `10.0`.
    pub security_severity: &'static str,
    /// Markdown with the headings *What it finds*, *Why it matters*, *How to fix*, *Example*.
    pub help: &'static str,
    /// The limits that the rule has where the policy gives none.
    pub defaults: RuleDefaults,
    /// What an inventory must show for the rule to be judged.
    pub needs: &'static [Need],
    /// Writes the sentence about one finding, with its numbers.
    pub message: fn(&Facts<'_>, &mut dyn fmt::Write) -> fmt::Result,
    /// Returns what to do about one finding, in order.
    pub next_steps: fn(&Facts<'_>) -> Vec<NextStep>,
}

/// What a rule needs to see, and an inventory may not show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// Both credential lists of an application, or their numbers.
    State,
    /// Both credential lists of an application, with dates.
    Dates,
    /// The owners of an application.
    Owners,
    /// The federated credentials of an application.
    FederatedCredentials,
    /// The service principals of the tenant.
    ServicePrincipals,
    /// The public keys of the certificates that are in date.
    PublicKeys,
    /// The app management policies of the tenant.
    TenantPolicies,
}

/// The limits a rule takes, and their values where the policy gives none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuleDefaults {
    /// `max`, where the rule takes one.
    pub max: Option<Days>,
    /// `within`, where the rule takes one.
    pub within: Option<Days>,
}

impl RuleDefaults {
    /// The rule takes no limit.
    pub const NONE: Self = Self {
        max: None,
        within: None,
    };

    /// The rule takes `max`.
    pub const fn max(days: u32) -> Self {
        Self {
            max: Some(Days(days)),
            within: None,
        }
    }

    /// The rule takes `within`.
    pub const fn within(days: u32) -> Self {
        Self {
            max: None,
            within: Some(Days(days)),
        }
    }
}

/// One thing to do about a finding, with commands that can be pasted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NextStep {
    /// What to do, in one sentence.
    pub text: String,
    /// A command of the Microsoft Graph PowerShell SDK.
    pub powershell: Option<String>,
    /// A command of the Azure CLI.
    pub azure_cli: Option<String>,
}

/// An application that has findings, as reports show it.
#[derive(Debug)]
pub struct ApplicationRecord {
    /// The client id; an application that a plan creates has none yet.
    pub app_id: Option<AppId>,
    /// The id of the application object, or of the service principal where it stands alone.
    pub object_id: Option<ObjectId>,
    /// The plan address of an application that a plan creates.
    pub address: Option<Box<str>>,
    /// Foreign text: escape it for the medium.
    pub display_name: Arc<str>,
    /// How it authenticates; `None` where its credentials are not known.
    pub state: Option<State>,
    /// Whether this is a service principal of another tenant or of Microsoft, or one without an application object.
    pub standing: Standing,
    /// How many live secrets it has that the source lists.
    pub live_secret_count: u32,
    /// The live secrets, which a finding about the whole application names. A forecast leaves them out where it is about
    /// one credential.
    pub live_secrets: Box<[CredentialRef]>,
    /// The secrets that become live later, each with its first instant, UTC.
    pub future_secrets: Box<[(CredentialRef, Timestamp)]>,
    /// UTC, the start of the live secret that has been valid longest; `None` where no start is known.
    pub oldest_secret: Option<Timestamp>,
    /// The UTC day on which the last live secret ends; `None` where one has no end, or none is known.
    pub secrets_until: Option<Date>,
    /// How many secrets a source of counts names; zero where it lists them.
    pub counted_secrets: u32,
    /// Whether a certificate or federated credential is usable today, whatever the policy accepts.
    pub has_usable_alternative: bool,
    /// Whether one of those that the policy accepts is usable today.
    pub has_accepted_alternative: bool,
    /// What the policy accepts in place of a secret.
    pub accepted: Alternatives,
    /// Whether the source shows federated credentials.
    pub knows_federated: bool,
    /// What looks like an alternative and is none.
    pub uncounted: Uncounted,
    /// Where it stands in the inventory.
    pub place: Place,
}

/// What an application holds that looks like an alternative to a secret, and is not counted as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Uncounted {
    /// Federated credentials of which the issuer or the audience is not trusted.
    pub federated: u32,
    /// Whether one of them trusts a tenant of Entra, and nothing says which tenant this is.
    pub is_tenant_unknown: bool,
    /// Certificates in date with which Entra refuses the sign-in.
    pub unusable: u32,
    /// Certificates in date that are claimed, without proof, to sign or to encrypt tokens.
    pub claimed: u32,
}

/// Whose an identity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// An application registered in this tenant.
    Application,
    /// A service principal without an application object here, of this tenant or of nobody known.
    ServicePrincipal,
    /// A service principal of an application that another tenant owns.
    Foreign,
    /// A service principal of Microsoft's own.
    Microsoft,
    /// A managed identity, of which the platform makes and rotates the keys.
    ManagedIdentity,
    /// An agent identity, which holds no credentials by definition.
    AgentIdentity,
}

impl Standing {
    /// Tells whether it is judged and counted as one of this tenant's applications.
    pub const fn is_own(self) -> bool {
        matches!(self, Self::Application | Self::ServicePrincipal)
    }
}

/// What a finding is about: an index into the report's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An application, or one of its credentials.
    Application(u32),
    /// An exception of the policy.
    Exception(u32),
    /// A migration window of the policy.
    Window(u32),
    /// The tenant as a whole.
    Tenant,
}

/// Whether a finding counts: an index into the report's lists where the policy tolerates it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Disposition {
    /// It counts.
    Open,
    /// An exception covers it.
    Excepted(u32),
    /// It is tolerated inside a migration window.
    InWindow(u32),
}

impl Disposition {
    /// Returns the word that reports use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Excepted(_) => "excepted",
            Self::InWindow(_) => "in-window",
        }
    }
}

/// The numbers that a rule's sentence needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// The application's record has all there is to say.
    None,
    /// A secret's age; `None` where it has no start.
    Age(Option<SignedDuration>, Days),
    /// A credential's lifetime, or what it has no date for.
    Lifetime(Result<SignedDuration, Endless>, Days),
    /// The credential ended then.
    Ended(Timestamp),
    /// The credential ends then, within so many days.
    Ends(Timestamp, Days),
    /// The secret starts then, inside the window of this index.
    StartsInWindow(Timestamp, u32),
    /// Why a federated credential trusts too much.
    Federated(Box<BroadTrust>),
    /// The last day of an exception or window.
    LastDay(Date),
    /// The last day of an exception, and how many days remain.
    DaysLeft(Date, u32),
    /// What an exception names and the inventory does not have, and the appId that belongs to it if it is an object's id.
    UnknownApplication(AppId, Option<Box<AppId>>),
    /// What the tenant's default app management policy says about new secrets.
    NewSecrets(Box<DefaultPolicy>),
    /// The public key of a certificate with which Entra refuses the sign-in.
    Refused(PublicKey),
}

/// Why a credential has no lifetime: it is longer than every limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Endless {
    /// It has no start.
    Start,
    /// It has no end.
    End,
    /// It has neither.
    Both,
}

/// A federated credential that trusts more than one workload.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BroadTrust {
    /// Foreign text, from `issuer`.
    pub issuer: Box<str>,
    /// Foreign text, from `subject`.
    pub subject: Option<Box<str>>,
    /// What makes it broad.
    pub reasons: Vec<&'static str>,
}

/// One thing a rule found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Which of the report's rules found it.
    pub rule: u8,
    /// How bad it is under this policy.
    pub level: Level,
    /// How many findings before it, in the report's order, are of the same rule, application and keyId: Graph allows
    /// credentials without a keyId, and both objects of an identity may hold one of the same.
    pub repeat: u32,
    /// Whether it counts.
    pub disposition: Disposition,
    /// What it is about.
    pub subject: Subject,
    /// The credential, where it is about one.
    pub credential: Option<CredentialRef>,
    /// The numbers of its sentence.
    pub detail: Detail,
}

/// A finding with what its words need, at the moment of writing.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'report> {
    /// The finding.
    pub finding: &'report Finding,
    /// The application it is about.
    pub application: Option<&'report ApplicationRecord>,
    /// The id of the exception or window that it is about, or of the window that [`Detail::StartsInWindow`] names.
    pub entry: Option<&'report str>,
}

/// Names a finding for ever: made of rule, appId and keyId (or the id of an exception, window or tenant), and of its number among
/// those that are alike in these, never of a line, a date or a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(u128);

impl Fingerprint {
    /// Makes the fingerprint of a rule and the parts that name its subject, in order; `repeat` counts those of the same
    /// parts that come before it.
    pub fn new(rule: RuleId, parts: &[&[u8]], repeat: u32) -> Self {
        let mut hasher = SipHasher13::new();
        hasher.write(rule.0.as_bytes());
        for part in parts {
            // The length keeps neighbouring parts apart.
            hasher.write_u64(part.len() as u64);
            hasher.write(part);
        }
        match u16::try_from(repeat) {
            Ok(0) => {}
            // Two bytes, as ever.
            Ok(repeat) => hasher.write(&repeat.to_le_bytes()),
            Err(_) => hasher.write(&repeat.to_le_bytes()),
        }
        Self(hasher.finish128().as_u128())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_level_is_the_greatest() {
        assert!(Level::Error > Level::Warning && Level::Warning > Level::Note);
    }

    #[test]
    fn a_span_explains_why_it_is_over_a_whole_number_of_days() {
        assert_eq!(Span(Days(180).duration()).to_string(), "180 days");
        assert_eq!(
            Span(Days(180).duration() + SignedDuration::from_secs(1)).to_string(),
            "180 days and 1 min"
        );
        assert_eq!(
            Span(SignedDuration::from_hours(25)).to_string(),
            "1 day and 1 h"
        );
    }

    #[test]
    fn a_fingerprint_is_the_same_on_every_machine() {
        let fingerprint = Fingerprint::new(RuleId("secrets-only"), &[b"app"], 0);
        assert_eq!(fingerprint.to_string(), "c82129048e68390f546182080ad37831");
        assert_ne!(
            fingerprint,
            Fingerprint::new(RuleId("secrets-only"), &[b"ap", b"p"], 0)
        );
    }

    #[test]
    fn fingerprints_of_what_is_alike_differ() {
        let numbered = |repeat| Fingerprint::new(RuleId("secret-age"), &[b"app", b""], repeat);
        assert_ne!(numbered(0), numbered(1));
        assert_ne!(numbered(1), numbered(2));
        assert_ne!(numbered(65_535), numbered(65_536));
        assert_ne!(numbered(1), numbered(65_537));
    }

    #[test]
    fn a_finding_stays_small() {
        assert!(size_of::<Finding>() <= 80);
    }
}
